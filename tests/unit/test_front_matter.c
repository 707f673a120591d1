/* Front matter, read back by a YAML parser (libyaml's events through libcyaml would hide types, so libyaml itself). */
#include "base/utf8.h"
#include "tests/unit/extract_support.h"
#include "workers/preprocess/preprocess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <yaml.h>

#include <cmocka.h>

static void build(struct sample *ret_sample, const char *title, const char *cxc)
{
	struct document_builder *builder = document_builder_create();
	assert_non_null(builder);
	document_builder_set_status(builder, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE);
	document_builder_set_format(builder, DOCUMENT_FORMAT_HTML, 0);
	document_builder_set_markdown(builder, TEXT_LITERAL("# T\n"));
	document_builder_set_meta(builder, DOCUMENT_META_TITLE, text_from(title));
	document_builder_set_meta(builder, DOCUMENT_META_FEATURE_NAME, TEXT_LITERAL("yes"));
	document_builder_set_meta(builder, DOCUMENT_META_VERSION, TEXT_LITERAL("1.10"));
	document_builder_set_meta(builder, DOCUMENT_META_SERIES, TEXT_LITERAL("38 NR"));
	document_builder_set_meta(builder, DOCUMENT_META_FAJ_CODE, TEXT_LITERAL("FAJ 121 3094"));
	document_builder_set_meta(builder, DOCUMENT_META_CXC_CODES, text_from(cxc));
	document_builder_set_meta(builder, DOCUMENT_META_CONVERTER, TEXT_LITERAL("libxml2 2.9.14"));
	document_builder_scores(builder)->structural = 0.8125f;
	document_builder_scores(builder)->complexity = 0.05f;
	*document_builder_counts(builder) = (struct document_counts){ .images = 3, .tables = 2, .words = 1200 };
	sample_finish(builder, ret_sample);
}

/* The value of a key, or the entries of its list joined by "|". */
static void expect_field(const struct buffer *front, const char *key, const char *value)
{
	yaml_parser_t parser;
	yaml_document_t document;
	struct buffer found;
	assert_int_equal(yaml_parser_initialize(&parser), 1);
	yaml_parser_set_input_string(&parser, (const unsigned char *)front->data, front->bytes);
	assert_int_equal(yaml_parser_load(&parser, &document), 1);
	buffer_init(&found, 1 << 16);
	yaml_node_t *root = yaml_document_get_root_node(&document);
	assert_int_equal(root->type, YAML_MAPPING_NODE);
	bool present = false;
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
		yaml_node_t *name = yaml_document_get_node(&document, pair->key), *node = yaml_document_get_node(&document, pair->value);
		if (strcmp((const char *)name->data.scalar.value, key) != 0)
			continue;
		present = true;
		if (node->type == YAML_SCALAR_NODE)
			buffer_append(&found, node->data.scalar.value, node->data.scalar.length);
		for (yaml_node_item_t *item = node->type == YAML_SEQUENCE_NODE ? node->data.sequence.items.start : NULL;
		     item && item < node->data.sequence.items.top; item++) {
			yaml_node_t *entry = yaml_document_get_node(&document, *item);
			buffer_append_string(&found, found.bytes ? "|" : "");
			buffer_append(&found, entry->data.scalar.value, entry->data.scalar.length);
		}
	}
	assert_true(present);
	assert_string_equal(buffer_string(&found), value);
	buffer_done(&found);
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
}

static void test_fields(void **state)
{
	struct sample sample;
	struct buffer front;
	(void)state;
	build(&sample, "MIMO Sleep Mode (MSM)", "CXC4017808\nCXC4017809");
	buffer_init(&front, 1 << 16);
	front_matter_append(&sample.document, TEXT_LITERAL("a/b.html"), TEXT_LITERAL("en_lzn7931040_r50f.zip"), &front);
	assert_true(text_starts_with(buffer_view(&front), TEXT_LITERAL("---\nsource_file: \"a/b.html\"\n")));
	assert_true(text_ends_with_nocase(buffer_view(&front), TEXT_LITERAL("\n---\n")));
	buffer_truncate(&front, front.bytes - 4);
	expect_field(&front, "source_file", "a/b.html");
	expect_field(&front, "source_zip", "en_lzn7931040_r50f.zip");
	expect_field(&front, "document_id", "");
	expect_field(&front, "version", "1.10");
	expect_field(&front, "series", "38 NR");
	expect_field(&front, "release", "");
	expect_field(&front, "feature_name", "yes");
	expect_field(&front, "title", "MIMO Sleep Mode (MSM)");
	expect_field(&front, "cxc_codes", "CXC4017808|CXC4017809");
	expect_field(&front, "faj_code", "FAJ 121 3094");
	expect_field(&front, "converter", "libxml2 2.9.14");
	expect_field(&front, "images", "3");
	expect_field(&front, "tables", "2");
	expect_field(&front, "words", "1200");
	expect_field(&front, "quality_score", "8.125");
	expect_field(&front, "complexity_score", "0.050");
	assert_true(text_find(buffer_view(&front), TEXT_LITERAL("version: \"1.10\"")) > 0); /* text, not a number */
	buffer_done(&front);
	sample_done(&sample);
}

static void test_texts_come_back(void **state)
{
	static const char *const titles[] = {
		"a: b # c", "\"quoted\" and 'single' \\ back\\\\slash \\n", "---", "- [x] {y} & *z !t |", "null", "2024-01-01", "line one\nline two\ttab",
		"\x01\x1f\x7f control", "Énergie — 日本語 😀", "\xc2\x85 next line, \xe2\x80\xa8 separator, \xef\xbb\xbf mark, \xc2\xa0 blank", " blanks ", "",
		"%TAG @at `tick`",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		struct sample sample;
		struct buffer front;
		build(&sample, titles[i], "");
		buffer_init(&front, 1 << 16);
		front_matter_append(&sample.document, text_from(titles[i]), text_from(""), &front);
		buffer_truncate(&front, front.bytes - 4);
		expect_field(&front, "title", titles[i]);
		expect_field(&front, "source_file", titles[i]);
		expect_field(&front, "cxc_codes", "");
		buffer_done(&front);
		sample_done(&sample);
	}
}

static void test_invalid_utf8_is_replaced(void **state)
{
	struct sample sample;
	struct buffer front;
	(void)state;
	build(&sample, "x", "");
	buffer_init(&front, 1 << 16);
	front_matter_append(&sample.document, TEXT_LITERAL("a\xff\"b"), text_from(""), &front);
	buffer_truncate(&front, front.bytes - 4);
	expect_field(&front, "source_file", "a\xef\xbf\xbd\"b");
	buffer_done(&front);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields), cmocka_unit_test(test_texts_come_back), cmocka_unit_test(test_invalid_utf8_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
