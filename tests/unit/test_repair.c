/* From a model's text to JSON that keeps its schema: what is mended, what is refused and with which words, and that nothing is made up. */
#include "workers/model/repair.h"
#include "workers/model/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <json-c/json.h>

static const char schema_text[] =
	"{\"type\":\"object\",\"properties\":{\"pairs\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"type\":\"object\",\"properties\":{"
	"\"type\":{\"type\":\"string\",\"enum\":[\"factual\",\"procedural\"]},\"question\":{\"type\":\"string\",\"minLength\":3,\"maxLength\":60},"
	"\"answer\":{\"type\":\"string\",\"minLength\":1},\"score\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5}},"
	"\"required\":[\"question\",\"answer\"],\"additionalProperties\":false}}},\"required\":[\"pairs\"],\"additionalProperties\":false}";

static struct schema *schema;

static int set_up(void **state)
{
	(void)state;
	schema = schema_read(text_from(schema_text));
	assert_non_null(schema);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	schema_free(schema);
	return 0;
}

static void expect(const char *reply, enum repair_rung rung, const char *json)
{
	struct json_object *value = NULL;
	struct error_text error = { "" };
	enum repair_rung got = REPAIR_RUNG_COUNT;
	int status = repair_reply(text_from(reply), schema, &value, &got, &error);
	if (status < 0)
		print_error("%s: %s\n", reply, error.message);
	assert_int_equal(status, 0);
	assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE), json);
	assert_int_equal(got, rung);
	json_object_put(value);
}

static void expect_refused(const char *reply, const char *message)
{
	struct json_object *value = NULL;
	struct error_text error = { "" };
	enum repair_rung rung;
	assert_int_equal(repair_reply(text_from(reply), schema, &value, &rung, &error), ERROR_INPUT_REJECTED);
	assert_null(value);
	assert_string_equal(error.message, message);
}

#define ONE "{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\"}]}"

static void test_as_it_came(void **state)
{
	(void)state;
	expect(ONE, REPAIR_NONE, ONE);
	expect("\n  " ONE "\n", REPAIR_NONE, ONE);
}

static void test_mended(void **state)
{
	(void)state;
	expect("```json\n" ONE "\n```", REPAIR_MENDED, ONE);
	expect("```\n" ONE "\n```\nI hope this helps!", REPAIR_MENDED, ONE);
	expect("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\",},],}", REPAIR_MENDED, ONE);
	expect("{'pairs': [{'question': 'Why is it?', 'answer': 'So.'}]}", REPAIR_MENDED, ONE);
	expect("{\xe2\x80\x9cpairs\xe2\x80\x9d: [{\xe2\x80\x9cquestion\xe2\x80\x9d: \xe2\x80\x9cWhy is it?\xe2\x80\x9d, \"answer\": \"So.\"}]}", REPAIR_MENDED, ONE);
	expect("{pairs: [{question: \"Why is it?\", answer: \"So.\"}] // done\n}", REPAIR_MENDED, ONE);
	expect("{\"pairs\": [{\"question\": \"Why is it?\"\n \"answer\": \"So.\"}]}", REPAIR_MENDED, ONE); /* a comma forgotten */
	expect("{\"pairs\":[{\"question\":\"Why \"this\" way?\",\"answer\":\"Line\none\"}]}", REPAIR_MENDED,
	       "{\"pairs\":[{\"question\":\"Why \\\"this\\\" way?\",\"answer\":\"Line\\none\"}]}");
	expect("{\"pairs\":[{\"question\":\"It's what?\",\"answer\":\"C:\\dir \\u00e9 \\ud83d\\ude00\",\"note\":1}]}", REPAIR_MENDED,
	       "{\"pairs\":[{\"question\":\"It's what?\",\"answer\":\"C:\\\\dir \xc3\xa9 \xf0\x9f\x98\x80\"}]}");
	/* an array alone, another case of a word of the enum, a number as text, a text that should be one */
	expect("[{\"question\":\"Why is it?\",\"answer\":5,\"type\":\" FACTUAL\",\"score\":\"3\"}]", REPAIR_MENDED,
	       "{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"5\",\"type\":\"factual\",\"score\":3.0}]}");
}

/* What was cut off is dropped, never completed. */
static void test_cut_ends(void **state)
{
	(void)state;
	expect("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\"},{\"question\":\"And what about th", REPAIR_MENDED, ONE);
	expect("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\"},{\"question\":\"What now?\",\"answer\":\"Half an ans", REPAIR_MENDED, ONE);
	expect("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\",\"score\":4", REPAIR_MENDED, ONE);
	expect("```json\n{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\"}", REPAIR_MENDED, ONE);
	expect_refused("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"Half an ans", "pairs[0].answer: missing");
}

static const char strict_text[] = /* every member is required */
	"{\"type\":\"object\",\"properties\":{\"pairs\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\",\"properties\":{"
	"\"question\":{\"type\":\"string\",\"minLength\":3},\"answer\":{\"type\":\"string\"},\"grade\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5},"
	"\"tone\":{\"type\":\"string\",\"enum\":[\"plain\"]}},\"required\":[\"question\",\"answer\",\"grade\",\"tone\"]}}},\"required\":[\"pairs\"]}";
static const char longer_text[] =
	"{\"type\":\"object\",\"properties\":{\"pairs\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\",\"properties\":{"
	"\"type\":{\"type\":\"string\",\"enum\":[\"factual\",\"procedural\"]},\"question\":{\"type\":\"string\"}},\"required\":[\"type\",\"question\"]}},"
	"\"summary\":{\"type\":\"string\"},\"items\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},\"required\":[\"pairs\",\"summary\",\"items\"]}";

/* Of a reply that was cut off what stands behind the end may be missing, but not what should have come before it. */
static void test_what_a_cut_takes_away(void **state)
{
	struct schema *usual = schema;

	(void)state;
	schema = schema_read(text_from(longer_text));
	assert_non_null(schema);
#define PAIR "{\"type\":\"factual\",\"question\":\"Why?\"}"
	expect("{\"pairs\":[" PAIR ",{\"type\":\"factual\",\"question\":\"Why is", REPAIR_MENDED, "{\"pairs\":[" PAIR "]}");
	expect("{\"pairs\":[" PAIR "],\"summary\":\"It is about", REPAIR_MENDED, "{\"pairs\":[" PAIR "]}");
	expect("{\"pairs\":[" PAIR "],\"summary\":\"S.\",\"items\":[\"one\",\"tw", REPAIR_MENDED, "{\"pairs\":[" PAIR "],\"summary\":\"S.\",\"items\":[\"one\"]}");
	expect("I made: {\"pairs\":[" PAIR "],\"summary\":\"It is about", REPAIR_FOUND, "{\"pairs\":[" PAIR "]}");
	expect("{\"pairs\":[" PAIR "],\"summary\":\"S.\",\"items\":[{\"name\":\"on", REPAIR_MENDED, "{\"pairs\":[" PAIR "],\"summary\":\"S.\"}");
	expect_refused("{\"pairs\":[" PAIR "]}", "summary: missing"); /* it was not cut off */
	expect_refused("{\"summary\":\"S.\",\"items\":[],\"pairs\":[{\"type\":\"fact", "pairs[0].type: missing");
	expect_refused("{\"summary\":\"S.\",\"items\":[\"one\",", "pairs: missing");
	expect_refused("{\"pairs\":[" PAIR "],\"items\":[\"one\",\"tw", "summary: missing");
	expect_refused("{\"pairs\":[{\"type\":\"factual\",\"question\":\"Why is", "pairs[0].question: missing");
	schema_free(schema);
	schema = usual;
}

static void expect_form(const char *text, const char *form)
{
	struct schema *one = schema_read(text_from(text));
	struct buffer out;

	buffer_init(&out, 1000);
	schema_write_form(one, &out);
	assert_string_equal(buffer_string(&out), form);
	buffer_done(&out);
	schema_free(one);
}

static void test_forms(void **state)
{
	(void)state;
	expect_form(longer_text, "{\"pairs\": [{\"type\": \"factual\", \"question\": \"\1\"}], \"summary\": \"\1\", \"items\": [\"\1\"]}");
	expect_form(schema_text, "{\"pairs\": [{\"type\": \"factual\", \"question\": \"\1\", \"answer\": \"\1\"}]}");
	expect_form(strict_text, "{\"pairs\": [{\"question\": \"\1\", \"answer\": \"\1\", \"grade\": \2, \"tone\": \"plain\"}]}");
	expect_form("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\",\"enum\":[\"x/\\\"y\"]}}},"
		    "\"c\":{\"type\":\"boolean\"}}}", "{\"a\": {\"b\": \"x/\\\"y\"}, \"c\": false}");
	expect_form("{\"type\":\"array\"}", "[]");
	expect_form("{\"type\":\"object\"}", "{}");
}

static void test_bounds(void **state)
{
	struct schema *one = schema_read(text_from(strict_text));
	struct buffer out;

	(void)state;
	buffer_init(&out, 2000);
	schema_write_bounded(one, 50, &out);
	assert_string_equal(buffer_string(&out),
			    "{\"type\":\"object\",\"properties\":{\"pairs\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\",\"properties\":{"
			    "\"question\":{\"type\":\"string\",\"minLength\":3,\"maxLength\":50},\"answer\":{\"type\":\"string\",\"maxLength\":50},"
			    "\"grade\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5},\"tone\":{\"type\":\"string\",\"enum\":[\"plain\"]}},"
			    "\"required\":[\"question\",\"answer\",\"grade\",\"tone\"]},\"maxItems\":1}},\"required\":[\"pairs\"]}");
	buffer_done(&out);
	schema_free(one);
}

/* As JSON Schema has it, in characters as sent: a server that keeps the schema keeps it so. But a text has to say something. */
static void test_lengths_of_texts(void **state)
{
	(void)state;
	expect("{\"pairs\":[{\"question\":\"Q? \",\"answer\":\"\u00e9\"}]}", REPAIR_NONE, "{\"pairs\":[{\"question\":\"Q? \",\"answer\":\"\u00e9\"}]}");
	expect("{\"pairs\":[{\"question\":\"\u5e2f\u57df\u5e45\",\"answer\":\"5 s\"}]}", REPAIR_NONE,
	       "{\"pairs\":[{\"question\":\"\u5e2f\u57df\u5e45\",\"answer\":\"5 s\"}]}");
	expect_refused("{\"pairs\":[{\"question\":\"Q?\",\"answer\":\"So.\"}]}", "pairs[0].question: 2 characters; at least 3 are wanted");
	static const char *const marks[] = { "    ", "\\n\\t\\n", "...", "\u2026\u2026?", "- \u00b7 -", "\u3002\u3002\u3002", "\\ufffd\\ufffd\\ufffd" };
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		char reply[100];
		snprintf(reply, sizeof(reply), "{\"pairs\":[{\"question\":\"%s\",\"answer\":\"So.\"}]}", marks[i]);
		expect_refused(reply, "pairs[0].question: it says nothing: there is no letter and no digit in it");
	}
}

static void test_found_inside(void **state)
{
	(void)state;
	expect("Sure! Here are the pairs [3 of them]:\n\n" ONE "\n\nLet me know {if} you need more.", REPAIR_FOUND, ONE);
	expect("{\"thoughts\": \"first\"}\n" ONE, REPAIR_FOUND, ONE);
	expect("{\"result\": " ONE "}", REPAIR_FOUND, ONE);
	expect("I made this:\n```json\n" ONE "\n```\n", REPAIR_FOUND, ONE);
}

static void test_quoted(void **state)
{
	(void)state;
	expect("\"{\\\"pairs\\\":[{\\\"question\\\":\\\"Why?\\\",\\\"answer\\\":\\\"So.\\\"}]}\"", REPAIR_FOUND, "{\"pairs\":[{\"question\":\"Why?\",\"answer\":\"So.\"}]}");
	expect_refused("\"just words\"", "expected an object");
	expect_refused("\"\"", "expected an object");
	expect_refused("\"\\\"\\\"\"", "expected an object");
}

static void test_elements_are_judged_alone(void **state)
{
	(void)state;
	expect("{\"pairs\":[{\"question\":\"?\",\"answer\":\"too short\"},{\"question\":\"Why is it?\",\"answer\":\"So.\"},{\"answer\":\"no question\"},7]}",
	       REPAIR_MENDED, ONE);
	expect("{\"pairs\":[{\"question\":\"Q 1\",\"answer\":\"1\"},{\"question\":\"Q 2\",\"answer\":\"2\"},{\"question\":\"Q 3\",\"answer\":\"3\"},"
	       "{\"question\":\"Q 4\",\"answer\":\"4\"}]}", REPAIR_MENDED,
	       "{\"pairs\":[{\"question\":\"Q 1\",\"answer\":\"1\"},{\"question\":\"Q 2\",\"answer\":\"2\"},{\"question\":\"Q 3\",\"answer\":\"3\"}]}");
}

/* What nobody needs and does not keep the schema goes; what is needed has to keep it. */
static void test_members_that_are_not_required(void **state)
{
	(void)state;
	expect("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\",\"type\":\"poem\",\"score\":9}]}", REPAIR_MENDED, ONE);
	expect("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\",\"type\":\"factual\",\"score\":[1]}]}", REPAIR_MENDED,
	       "{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"So.\",\"type\":\"factual\"}]}");
}

static void test_refused(void **state)
{
	struct schema *usual = schema;

	(void)state;
	schema = schema_read(text_from(strict_text));
	assert_non_null(schema);
	expect_refused("", "the reply is empty");
	expect_refused(" \n", "the reply is empty");
	expect_refused("I'm sorry, I cannot do that.", "there is no JSON in the reply");
	expect_refused("{}", "pairs: missing");
	expect_refused("{\"pairs\":[]}", "pairs: 0 elements; at least 1 are wanted");
	expect_refused("{\"pairs\":{\"question\":\"Why is it?\"}}", "pairs: expected an array");
	expect_refused("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"A\",\"grade\":9,\"tone\":\"plain\"}]}", "pairs[0].grade: 9 is outside of 1 to 5");
	expect_refused("{\"pairs\":[{\"question\":\"Why is it?\",\"answer\":\"A\",\"grade\":1,\"tone\":\"poem\"}]}",
		       "pairs[0].tone: \"poem\" is none of the values allowed");
	expect_refused("{\"pairs\":[{\"question\":\"\",\"answer\":\"A\",\"grade\":1,\"tone\":\"plain\"}]}", "pairs[0].question: 0 characters; at least 3 are wanted");
	schema_free(schema);
	schema = usual;
}

/* Every cut and every flipped byte of a reply: an outcome, no crash; what comes out of a cut is what stood there whole. */
static void test_hostile_cuts(void **state)
{
	static const char reply[] = "```json\n{\"pairs\": [{\"type\": \"factual\", \"question\": \"What is \\\"x\\\"?\", \"answer\": \"It is \\u00e4.\", \"score\": 3},"
				    " {\"question\": \"Second one?\", \"answer\": 'single', },]}\n```";
	static const char flips[] = "\"'{}[]:,\\\0\xff/";
	char copy[sizeof(reply)];
	(void)state;
	for (size_t i = 0; i < sizeof(reply); i++)
		for (size_t k = 0; k <= sizeof(flips); k++) {
			struct json_object *value = NULL;
			struct error_text error = { "" };
			enum repair_rung rung;
			memcpy(copy, reply, sizeof(reply));
			if (k < sizeof(flips))
				copy[i] = flips[k];
			struct text text = { copy, k < sizeof(flips) ? sizeof(reply) - 1 : i };
			int status = repair_reply(text, schema, &value, &rung, &error);
			assert_true(status == 0 ? value != NULL : error.message[0] != '\0');
			if (status == 0 && k == sizeof(flips)) {
				struct json_object *pairs, *answer;
				assert_true(json_object_object_get_ex(value, "pairs", &pairs));
				assert_true(json_object_object_get_ex(json_object_array_get_idx(pairs, 0), "answer", &answer));
				assert_string_equal(json_object_get_string(answer), "It is \xc3\xa4.");
			}
			json_object_put(value);
		}
}

static void test_deep_and_large(void **state)
{
	enum { DEEP = 200000 };
	struct json_object *value = NULL;
	struct error_text error = { "" };
	enum repair_rung rung;
	char *deep = malloc(DEEP);
	(void)state;
	assert_non_null(deep);
	for (int round = 0; round < 3; round++) {
		memset(deep, "[{\""[round], DEEP);
		if (round == 2)
			deep[0] = '{';
		assert_int_equal(repair_reply((struct text){ deep, DEEP }, schema, &value, &rung, &error), ERROR_INPUT_REJECTED);
		assert_null(value);
	}
	free(deep);
}

static void test_loops(void **state)
{
	static const char *const loops[] = { "type, ", "the source in ", " ", "that is described in the document " };
	static const char *const others[] = { "", "a", "{\"a\": 1}", "0123456789 0123456789 0123456789 and so on", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct buffer text;
	(void)state;

	buffer_init(&text, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(loops); i++)
		for (size_t cut = 0; cut < strlen(loops[i]); cut++) {
			buffer_clear(&text);
			buffer_append_string(&text, "{\"pairs\": [{\"question\": \"What is the ");
			for (int k = 0; k < 150; k++)
				buffer_append_string(&text, loops[i]);
			text.bytes -= cut;
			assert_true(repair_is_loop(buffer_view(&text), REPAIR_LOOP_TIMES, REPAIR_LOOP_BYTES));
		}
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(repair_is_loop(text_from(others[i]), REPAIR_LOOP_TIMES, REPAIR_LOOP_BYTES));
	buffer_clear(&text);
	for (int k = 0; k < 100; k++)
		buffer_append_format(&text, "row %d of the table; ", k);
	assert_false(repair_is_loop(buffer_view(&text), REPAIR_LOOP_TIMES, REPAIR_LOOP_BYTES));
	buffer_clear(&text);
	for (int k = 0; k < 5; k++)
		buffer_append_string(&text, "{\"category\": \"event\", \"name\": \"event\", \"description\": \"It is an event, and it is said so in the text that describes it.\"}, ");
	assert_true(repair_is_loop(buffer_view(&text), 3, 120));
	assert_false(repair_is_loop(buffer_view(&text), 6, 120)); /* five times */
	assert_false(repair_is_loop(buffer_view(&text), 3, 500)); /* the first of them has none before it */
	buffer_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_came), cmocka_unit_test(test_mended), cmocka_unit_test(test_cut_ends), cmocka_unit_test(test_what_a_cut_takes_away), cmocka_unit_test(test_forms), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_lengths_of_texts),
		cmocka_unit_test(test_found_inside),
		cmocka_unit_test(test_quoted),		cmocka_unit_test(test_elements_are_judged_alone), cmocka_unit_test(test_refused), cmocka_unit_test(test_members_that_are_not_required), cmocka_unit_test(test_hostile_cuts),
		cmocka_unit_test(test_deep_and_large), cmocka_unit_test(test_loops),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
