/* The dataset's pure parts: duplicates, splits, rows, and the files they go to. */
#define _GNU_SOURCE
#include "base/file.h"
#include "coordinator/dataset/collect.h"
#include "coordinator/dataset/output_file.h"
#include "coordinator/dataset/row.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- duplicates --------------------------------------------------------------------------------------------------- */

static void test_normalised_text_forgets_case_blanks_and_punctuation(void **state)
{
	struct buffer one, other;

	(void)state;
	buffer_init(&one, 1000);
	buffer_init(&other, 1000);
	collection_normalise(TEXT_LITERAL("The  `EUtranCellFDD.a` is 5 %."), &one);
	collection_normalise(TEXT_LITERAL("the eutrancellfdd a, is\n5"), &other);
	assert_string_equal(buffer_string(&one), buffer_string(&other));
	buffer_clear(&other);
	collection_normalise(TEXT_LITERAL("the eutrancellfdd a is 6"), &other);
	assert_string_not_equal(buffer_string(&one), buffer_string(&other));
	buffer_done(&one);
	buffer_done(&other);
}

static void test_the_best_duplicate_stays_and_the_others_point_to_it(void **state)
{
	struct collected_document documents[2] = { { .source = NULL } };
	struct collected_pair pairs[5] = {
		{ .key = { 1, 1 }, .document = 0, .quality = 0.7f, .duplicate_of = PAIR_KEPT },
		{ .key = { 2, 2 }, .document = 0, .quality = 0.9f, .duplicate_of = PAIR_KEPT },
		{ .key = { 1, 1 }, .document = 1, .quality = 0.8f, .duplicate_of = PAIR_KEPT },
		{ .key = { 1, 1 }, .document = 1, .quality = 0.8f, .duplicate_of = PAIR_KEPT },
		{ .key = { 1, 2 }, .document = 1, .quality = 0.1f, .duplicate_of = PAIR_KEPT },
	};
	struct collection collection = { .documents = documents, .document_count = 2, .pairs = pairs, .pair_count = 5 };

	(void)state;
	assert_int_equal(collection_remove_duplicates(&collection, NULL), 0);
	assert_int_equal(pairs[0].duplicate_of, 2);
	assert_int_equal(pairs[1].duplicate_of, PAIR_KEPT);
	assert_int_equal(pairs[2].duplicate_of, PAIR_KEPT); /* better than 0, first of its score */
	assert_int_equal(pairs[3].duplicate_of, 2);
	assert_int_equal(pairs[4].duplicate_of, PAIR_KEPT); /* half the key is not the key */
	assert_int_equal(documents[0].kept_count, 1);
	assert_int_equal(documents[1].kept_count, 2);
}

/* --- splits ------------------------------------------------------------------------------------------------------- */

enum { MANY = 20000 };

static struct collected_document *make_documents(size_t count)
{
	struct collected_document *documents = calloc(count, sizeof(*documents));

	assert_non_null(documents);
	for (size_t i = 0; i < count; i++) {
		documents[i].kept_count = 1;
		snprintf(documents[i].hash, sizeof(documents[i].hash), "%032zx", i * 7919);
	}
	return documents;
}

static void test_splits_have_their_sizes_and_do_not_move(void **state)
{
	struct collected_document *few = make_documents(MANY / 2), *many = make_documents(MANY);
	struct collection half = { .documents = few, .document_count = MANY / 2 }, whole = { .documents = many, .document_count = MANY };
	size_t counts[FINALISE_SPLIT_COUNT] = { 0 };

	(void)state;
	collection_split(&half, 0.1, 0.1, 42);
	collection_split(&whole, 0.1, 0.1, 42);
	for (size_t i = 0; i < MANY / 2; i++)
		assert_int_equal(few[i].split, many[i].split);
	for (size_t i = 0; i < MANY; i++)
		counts[many[i].split]++;
	assert_in_range(counts[FINALISE_VALID], MANY * 9 / 100, MANY * 11 / 100);
	assert_in_range(counts[FINALISE_TEST], MANY * 9 / 100, MANY * 11 / 100);
	collection_split(&half, 0.1, 0.1, 43);
	size_t moved = 0;
	for (size_t i = 0; i < MANY / 2; i++)
		moved += few[i].split != many[i].split;
	assert_true(moved > MANY / 10); /* another seed, another split */
	free(few);
	free(many);
}

/* A paragraph that is long enough, told apart by its number. */
static void add_answer(struct collection *collection, uint32_t document, int first, int count)
{
	char answer[4096];
	size_t bytes = 0;

	for (int i = 0; i < count; i++)
		bytes += (size_t)snprintf(answer + bytes, sizeof(answer) - bytes, "%sPassage %d of the answer, which is as long as a paragraph of a technical document is when "
					  "it says what a feature does, how it is configured, and what has to be watched while it is active.", i ? "\n\n" : "", first + i);
	assert_int_equal(collection_add_passages(collection, (struct text){ answer, bytes }, document), 0);
}

static void test_documents_that_share_passages_share_a_split(void **state)
{
	struct collected_document *documents = make_documents(20);
	struct collection collection = { .documents = documents, .document_count = 20 };

	(void)state;
	add_answer(&collection, 3, 0, 10);
	add_answer(&collection, 7, 6, 10);  /* four of ten */
	add_answer(&collection, 9, 13, 10); /* three of those of 7 */
	add_answer(&collection, 11, 30, 10);
	add_answer(&collection, 12, 38, 10); /* two */
	add_answer(&collection, 12, 38, 2);  /* the same two again are no more */
	assert_int_equal(collection_add_passages(&collection, TEXT_LITERAL("Short.\n\nShort."), 1), 0);
	assert_int_equal(collection_add_passages(&collection, TEXT_LITERAL("Short.\n\nShort."), 2), 0);
	assert_int_equal(collection_find_families(&collection, NULL), 0);
	assert_int_equal(documents[3].family, 0); /* the smallest hash */
	assert_int_equal(documents[7].family, 4);
	assert_int_equal(documents[9].family, 4);
	for (int i = 10; i < 20; i++)
		assert_int_equal(documents[i].family, 0);
	assert_int_equal(documents[1].family + documents[2].family, 0);
	for (uint64_t seed = 0; seed < 200; seed++) {
		collection_split(&collection, 0.3, 0.3, seed);
		assert_int_equal(documents[3].split, documents[7].split);
		assert_int_equal(documents[3].split, documents[9].split);
	}
	/* All of them one family: it stays where there is something to train with. */
	for (int i = 0; i < 20; i++)
		documents[i].family = i ? 1 : 0;
	collection_split(&collection, 0.0001, 0.0001, 5);
	for (int i = 1; i < 20; i++)
		assert_int_equal(documents[i].split, documents[0].split);
	free(collection.passages);
	free(documents);
}

static void test_copies_stay_together_and_no_split_is_empty(void **state)
{
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct collected_document *documents = make_documents(6);
		struct collection collection = { .documents = documents, .document_count = 6 };
		size_t counts[FINALISE_SPLIT_COUNT] = { 0 };

		memcpy(documents[5].hash, documents[0].hash, sizeof(documents[5].hash));
		collection_split(&collection, 0.1, 0.1, seed);
		assert_int_equal(documents[5].split, documents[0].split);
		for (size_t i = 0; i < 6; i++)
			counts[documents[i].split]++;
		for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
			assert_true(counts[split] > 0);
		free(documents);
	}
	(void)state;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static void *build_document(size_t *ret_bytes)
{
	struct document_builder *builder = document_builder_create();

	document_builder_set_status(builder, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE);
	document_builder_set_format(builder, DOCUMENT_FORMAT_HTML, 0);
	document_builder_set_markdown(builder, TEXT_LITERAL("# Größe\n\nThe HARQ range is \"5\".\n"));
	document_builder_set_meta(builder, DOCUMENT_META_TITLE, TEXT_LITERAL("Größe"));
	document_builder_set_meta(builder, DOCUMENT_META_CXC_CODES, TEXT_LITERAL("CXC4011\nCXC4012"));
	document_builder_add_term(builder, TEXT_LITERAL("HARQ"), 1, 4);
	int64_t bytes = document_builder_bytes(builder);
	assert_true(bytes > 0);
	void *block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	document_builder_write(builder, block);
	document_builder_destroy(builder);
	*ret_bytes = (size_t)bytes;
	return block;
}

static void *build_conversations(size_t *ret_bytes)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct conversation conversation = { .question = CONVERSATION_FACTUAL, .span = { 11, 22 }, .accepted = 1,
					     .scores = { .structural = 0.5f, .combined = 0.8125f, .confidence = 1 } };

	conversation_builder_add(builder, conversation);
	conversation_builder_add_message(builder, CONVERSATION_USER, TEXT_LITERAL("What is the range?\n"));
	conversation_builder_add_message(builder, CONVERSATION_ASSISTANT, TEXT_LITERAL("It is \"5\"\t\x01."));
	conversation_builder_set(builder, CONVERSATION_MODEL, TEXT_LITERAL("built-in"));
	conversation_builder_set(builder, CONVERSATION_TERMS, TEXT_LITERAL("HARQ\nCell.range\nother"));
	conversation_builder_set(builder, CONVERSATION_PARAMETERS, TEXT_LITERAL("Cell.range"));
	conversation_builder_add_item(builder, DOCUMENT_EVENTS, 0, (struct document_range){ 11, 22 }, TEXT_LITERAL("tiny"), TEXT_LITERAL("\"X_Y\" is not there"));
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("X_Y"), (struct document_range){ 0, 0 });
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_DESCRIPTION, TEXT_LITERAL("Nothing."), (struct document_range){ 0, 0 });
	int64_t bytes = conversation_builder_bytes(builder);
	assert_true(bytes > 0);
	void *block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	conversation_builder_write(builder, block);
	conversation_builder_destroy(builder);
	*ret_bytes = (size_t)bytes;
	return block;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no member %s", key);
	return value;
}

static void test_a_row_is_json_with_character_offsets(void **state)
{
	size_t document_bytes, conversation_bytes;
	void *block = build_document(&document_bytes), *conversation_block = build_conversations(&conversation_bytes);
	struct document document;
	struct conversation_set set;
	struct utf8_index characters;
	struct buffer line;

	(void)state;
	assert_int_equal(document_open(block, document_bytes, &document, NULL), 0);
	assert_int_equal(conversation_open(conversation_block, conversation_bytes, &set, NULL), 0);
	assert_int_equal(utf8_index_init(&characters, document.markdown), 0);
	struct row_source source = { "docs/a.html", "", "0123456789abcdef0123456789abcdef", "test", &characters, false };
	buffer_init(&line, 1 << 20);
	row_append_record(&source, &document, &set, 0, &line);
	assert_int_equal(line.data[line.bytes - 1], '\n');
	struct json_object *row = json_tokener_parse(buffer_string(&line));
	assert_non_null(row);
	struct json_object *metadata = member(row, "metadata"), *message = json_object_array_get_idx(member(row, "messages"), 1);
	assert_string_equal(json_object_get_string(member(message, "content")), "It is \"5\"\t\x01.");
	assert_string_equal(json_object_get_string(member(metadata, "document_title")), "Größe");
	assert_int_equal(json_object_get_int(member(member(metadata, "source_span"), "start")), 9); /* 11 bytes, two of them in ö and ß */
	assert_true(json_object_get_double(member(metadata, "quality_score")) > 8.11);
	assert_int_equal(json_object_array_length(member(metadata, "cxc_codes")), 2);
	assert_int_equal(json_object_array_length(member(member(metadata, "tier_classification"), "tier_4")), 1);
	/* The class and the attribute of a table stand apart in the document's terms; the parameter is an exact one. */
	assert_int_equal(json_object_array_length(member(member(metadata, "tier_classification"), "tier_1")), 1);
	assert_int_equal(json_object_array_length(member(metadata, "technical_terms")), 3);
	assert_string_equal(json_object_get_string(member(metadata, "document_id")), "doc-0123456789ab");
	json_object_put(row);
	buffer_clear(&line);
	row_append_rejected_item(&source, &document, &set, 0, &line);
	row = json_tokener_parse(buffer_string(&line));
	assert_non_null(row);
	assert_string_equal(json_object_get_string(member(row, "kind")), "item");
	assert_string_equal(json_object_get_string(member(row, "gate")), "extraction");
	assert_string_equal(json_object_get_string(member(row, "reason")), "\"X_Y\" is not there");
	assert_string_equal(json_object_get_string(member(member(row, "item"), "category")), "events");
	assert_string_equal(json_object_get_string(member(member(row, "item"), "name")), "X_Y");
	assert_string_equal(json_object_get_string(member(member(row, "item"), "description")), "Nothing.");
	assert_string_equal(json_object_get_string(member(member(row, "item"), "model")), "tiny");
	json_object_put(row);
	buffer_done(&line);
	utf8_index_done(&characters);
	free(block);
	free(conversation_block);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void test_a_file_appears_whole_with_its_hash(void **state)
{
	struct uring *uring;
	struct output_file file;
	char folder[] = "/tmp/docring-output-XXXXXX", path[256], hash[OUTPUT_HASH_HEX_BYTES];
	struct buffer content;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(uring_create(&uring, 16, URING_AUTO, NULL), 0);
	assert_int_equal(output_file_open(&file, uring, folder, "deep/er/x.txt", NULL), 0);
	snprintf(path, sizeof(path), "%s/deep/er/x.txt", folder);
	for (int i = 0; i < 300000; i++) {
		buffer_append_string(&file.pending, "abcdefghij");
		assert_int_equal(output_file_flush(&file, NULL), 0);
		if (i == 299999)
			assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
	}
	assert_int_equal(output_file_finish(&file, hash, NULL), 0);
	buffer_init(&content, 1 << 24);
	assert_int_equal(file_read(path, &content, NULL), 0);
	assert_int_equal(content.bytes, 3000000);
	for (size_t i = 0; i < content.bytes; i++)
		assert_int_equal(content.data[i], 'a' + (int)(i % 10));
	/* as sha256sum has it for 300,000 times "abcdefghij" */
	char command[512], line[OUTPUT_HASH_HEX_BYTES + 1] = "";
	snprintf(command, sizeof(command), "sha256sum '%s'", path);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(line, sizeof(line), pipe));
	pclose(pipe);
	assert_memory_equal(line, hash, 64);
	buffer_done(&content);
	uring_destroy(uring);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalised_text_forgets_case_blanks_and_punctuation),
		cmocka_unit_test(test_documents_that_share_passages_share_a_split),
		cmocka_unit_test(test_the_best_duplicate_stays_and_the_others_point_to_it),
		cmocka_unit_test(test_splits_have_their_sizes_and_do_not_move),
		cmocka_unit_test(test_copies_stay_together_and_no_split_is_empty),
		cmocka_unit_test(test_a_row_is_json_with_character_offsets),
		cmocka_unit_test(test_a_file_appears_whole_with_its_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
