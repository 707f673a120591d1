/* The LangExtract form: parsed by json-c, and every position checked against the text in code points. */
#include "base/utf8.h"
#include "tests/unit/extract_support.h"
#include "workers/preprocess/preprocess.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct json_object *with_models(const struct sample *sample, const struct conversation_set *set, const char *source_file, const char *source_zip)
{
	struct buffer out;
	buffer_init(&out, 1 << 24);
	extraction_json_append(&sample->document, set, text_from(source_file), text_from(source_zip), &out);
	assert_int_equal(out.status, 0);
	assert_null(memchr(out.data, '\n', out.bytes));
	enum json_tokener_error error;
	struct json_object *json = json_tokener_parse_verbose(buffer_string(&out), &error);
	assert_int_equal(error, json_tokener_success);
	buffer_done(&out);
	return json;
}

static struct json_object *to_json(const struct sample *sample, const char *source_file, const char *source_zip)
{
	return with_models(sample, NULL, source_file, source_zip);
}

static const char *string_of(struct json_object *object, const char *key)
{
	struct json_object *value;
	assert_true(json_object_object_get_ex(object, key, &value));
	assert_int_equal(json_object_get_type(value), json_type_string);
	return json_object_get_string(value);
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;
	assert_true(json_object_object_get_ex(object, key, &value));
	return value;
}

/* text[start:end] as Python has it. */
static struct text slice_points(struct text text, size_t start, size_t end)
{
	size_t point = 0, from = text.bytes, to = text.bytes;
	for (size_t i = 0; i < text.bytes; point++) {
		if (point == start)
			from = i;
		if (point == end)
			to = i;
		i += utf8_decode(text, i, NULL);
	}
	return text_slice(text, from, to);
}

static void check_positions(struct json_object *json)
{
	struct text text = text_from(string_of(json, "text"));
	struct json_object *extractions = member(json, "extractions");
	int64_t last = 0;
	for (size_t i = 0; i < json_object_array_length(extractions); i++) {
		struct json_object *extraction = json_object_array_get_idx(extractions, i);
		struct json_object *interval = member(extraction, "char_interval");
		int64_t start = json_object_get_int64(member(interval, "start_pos")), end = json_object_get_int64(member(interval, "end_pos"));
		assert_true(last <= start && start < end);
		last = start;
		assert_true(text_equal(slice_points(text, (size_t)start, (size_t)end), text_from(string_of(extraction, "extraction_text"))));
		assert_string_equal(string_of(extraction, "alignment_status"), "match_exact");
		double confidence = json_object_get_double(member(extraction, "confidence"));
		assert_true(confidence > 0 && confidence <= 1);
	}
}

static const char markdown[] =
	"# Énergie — Mode 😀 (EM😀)\n\n## Übersicht\n\n| Feature Name | Énergie |\n| --- | --- |\n| Feature Identity | FAJ 121 3094 |\n"
	"| Licensing | Clé CXC4017808 et CXC4017809 |\n\n"
	"Voilà « EUtranCellFDD.cellRange » à 15 km. 日本語 pmLoad。\n\n## Dependencies\n\n| Feature | Relationship |\n| --- | --- |\n"
	"| Économie d'énergie (FAJ 121 0002) | Related |\n\n"
	"## Activate the Feature\n\n1. Set `EUtranCellFDD.cellRange` to `20` \"now\".\n2. Attendez — é.\n";

static void test_positions_count_code_points(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown(markdown, &sample);
	struct json_object *json = to_json(&sample, "a/é.md", "b.zip");
	assert_string_equal(string_of(json, "document_id"), "a/é.md");
	assert_string_equal(string_of(json, "source_file"), "a/é.md");
	assert_string_equal(string_of(json, "source_zip"), "b.zip");
	assert_string_equal(string_of(json, "text"), markdown);
	assert_int_equal(json_object_array_length(member(json, "extractions")), sample.document.item_count);
	assert_int_equal(sample.document.item_count, 5);
	check_positions(json);
	json_object_put(json);
	sample_done(&sample);
}

static struct json_object *attributes_of(struct json_object *json, const char *class_name, const char *text)
{
	struct json_object *extractions = member(json, "extractions");
	for (size_t i = 0; i < json_object_array_length(extractions); i++) {
		struct json_object *extraction = json_object_array_get_idx(extractions, i);
		if (strcmp(string_of(extraction, "extraction_class"), class_name) == 0 && strcmp(string_of(extraction, "extraction_text"), text) == 0)
			return member(extraction, "attributes");
	}
	fail_msg("no %s \"%s\"", class_name, text);
	return NULL;
}

static void expect_json(struct json_object *object, const char *expected)
{
	struct json_object *wanted = json_tokener_parse(expected);
	assert_non_null(wanted);
	if (!json_object_equal(object, wanted))
		fail_msg("%s\ninstead of %s", json_object_to_json_string(object), expected);
	json_object_put(wanted);
}

static void test_attributes_of_each_class(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown(markdown, &sample);
	struct json_object *json = to_json(&sample, "a.md", "");
	expect_json(attributes_of(json, "main_features", "Énergie"),
		    "{\"name\":\"Énergie\",\"faj\":\"FAJ 121 3094\",\"cxc\":[\"CXC4017808\",\"CXC4017809\"],\"value_package\":\"\",\"node_type\":\"\","
		    "\"access_type\":\"\",\"licensing\":\"Clé CXC4017808 et CXC4017809\",\"state\":\"\"}");
	expect_json(attributes_of(json, "parameters", "EUtranCellFDD.cellRange"),
		    "{\"name\":\"EUtranCellFDD.cellRange\",\"mo_class\":\"EUtranCellFDD\",\"attribute\":\"cellRange\",\"type\":\"\",\"range\":\"\","
		    "\"default\":\"\",\"unit\":\"\",\"description\":\"\",\"relation\":\"\"}");
	expect_json(attributes_of(json, "counters", "pmLoad"),
		    "{\"name\":\"pmLoad\",\"mo_class\":\"\",\"type\":\"\",\"unit\":\"\",\"description\":\"\",\"attribute\":\"pmLoad\"}");
	expect_json(attributes_of(json, "related_features", "Économie d'énergie"),
		    "{\"name\":\"Économie d'énergie\",\"faj\":\"FAJ 121 0002\",\"relationship\":\"related\",\"description\":\"\"}");
	expect_json(attributes_of(json, "activation_procedures", "Activate the Feature"),
		    "{\"name\":\"Activate the Feature\",\"kind\":\"activate\",\"prerequisites\":[],\"steps\":[\"Set EUtranCellFDD.cellRange to 20 \\\"now\\\".\","
		    "\"Attendez — é.\"],\"after_task\":[],\"sets\":[{\"mo\":\"EUtranCellFDD\",\"attribute\":\"cellRange\",\"value\":\"20\"}]}");
	json_object_put(json);
	sample_done(&sample);
}

/* One that a model added stands in its place among those of the rules; a refused one does not stand here. */
static void test_items_of_models(void **state)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct conversation_set set;
	struct sample sample;
	(void)state;
	extract_markdown(markdown, &sample);
	ptrdiff_t at = text_find(sample.document.markdown, TEXT_LITERAL("日本語"));
	assert_true(at > 0);
	const struct document_range place = { (uint32_t)at, 9 };
	conversation_builder_add_item(builder, DOCUMENT_EVENTS, 0, place, TEXT_LITERAL("tiny"), TEXT_LITERAL("not wanted"));
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("EVENT_X"), (struct document_range){ 0, 0 });
	conversation_builder_add_item(builder, DOCUMENT_EVENTS, 0.5f, place, TEXT_LITERAL("tiny"), TEXT_LITERAL(""));
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("日本語"), place);
	int64_t bytes = conversation_builder_bytes(builder);
	assert_true(bytes > 0);
	void *block = malloc((size_t)bytes);
	conversation_builder_write(builder, block);
	assert_int_equal(conversation_open(block, (size_t)bytes, &set, NULL), 0);
	struct json_object *json = with_models(&sample, &set, "a.md", "");
	struct json_object *extractions = member(json, "extractions");
	assert_int_equal(json_object_array_length(extractions), sample.document.item_count + 1);
	check_positions(json);
	expect_json(attributes_of(json, "events", "日本語"), "{\"name\":\"日本語\",\"description\":\"\",\"trigger\":\"\"}");
	size_t of_models = 0;
	for (size_t i = 0; i < json_object_array_length(extractions); i++) {
		struct json_object *one = json_object_array_get_idx(extractions, i);
		bool model = strcmp(string_of(one, "model"), "tiny") == 0;
		assert_true(model || strcmp(string_of(one, "model"), "built-in") == 0);
		assert_int_equal(model, strcmp(string_of(one, "extraction_class"), "events") == 0);
		of_models += model;
	}
	assert_int_equal(of_models, 1);
	json_object_put(json);
	conversation_builder_destroy(builder);
	free(block);
	sample_done(&sample);
}

static void test_without_items(void **state)
{
	struct sample sample;
	(void)state;
	extract_run((struct extract_input){ .markdown = "Nothing.\n", .name = "10_22104-LZA7016014_1Uen.BF.md" }, &sample);
	struct json_object *json = to_json(&sample, "x.md", "");
	assert_string_equal(string_of(json, "document_id"), "10_22104-LZA7016014_1Uen.BF");
	assert_int_equal(json_object_array_length(member(json, "extractions")), 0);
	json_object_put(json);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_positions_count_code_points), cmocka_unit_test(test_attributes_of_each_class), cmocka_unit_test(test_items_of_models),
		cmocka_unit_test(test_without_items),
	};
	return cmocka_run_group_tests(tests, extract_support_setup, extract_support_teardown);
}
