/* test_document.c: what a builder writes comes back whole, and no change of a block gets past document_open with a range that
 * leads outside it. */
#include "proto/document.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include <xxhash.h>

static const char markdown[] = "# Cell Range (CR)\n\nEUtranCellFDD.cellRange sets the range; pmRadioUe counts.\n";

static struct document_range span_of(const char *words)
{
	return (struct document_range){ (uint32_t)(strstr(markdown, words) - markdown), (uint32_t)strlen(words) };
}

static struct text add_image(struct document_builder *builder, const char *name, struct text bytes)
{
	static char target[DOCUMENT_IMAGE_TARGET_BYTES_MAX];
	struct buffer out;

	buffer_init(&out, sizeof(target));
	int status = document_builder_add_image(builder, text_from(name), bytes, &out);
	assert_int_equal(status < 0, out.bytes == 0);
	snprintf(target, sizeof(target), "%s", buffer_string(&out));
	buffer_done(&out);
	return text_from(target);
}

static struct document_builder *build_sample(void)
{
	struct document_builder *builder = document_builder_create();
	struct document_range none = { 0, 0 };

	assert_non_null(builder);
	document_builder_set_markdown(builder, text_from(markdown));
	document_builder_set_format(builder, DOCUMENT_FORMAT_CSV, 3);
	document_builder_set_meta(builder, DOCUMENT_META_TITLE, TEXT_LITERAL("first try"));
	document_builder_set_meta(builder, DOCUMENT_META_TITLE, TEXT_LITERAL("Cell Range (CR)"));
	document_builder_set_meta(builder, DOCUMENT_META_CXC_CODES, TEXT_LITERAL("CXC4011808\nCXC4012219"));
	document_builder_scores(builder)->structural = 1.0000001f;
	document_builder_scores(builder)->density = NAN;
	document_builder_scores(builder)->complexity = 0.25f;
	document_builder_counts(builder)->words = 9;
	document_builder_add_chunk(builder, (struct document_chunk){ .span = { 0, sizeof(markdown) - 1 }, .type = DOCUMENT_CHUNK_MIXED,
								     .tier = DOCUMENT_TIER_BALANCED, .density = 12.5f },
				   TEXT_LITERAL("Cell Range"));
	document_builder_add_chunk(builder, (struct document_chunk){ .span = { 4, 9 }, .overlap_bytes = 9 }, TEXT_LITERAL(""));
	document_builder_add_item(builder, DOCUMENT_PARAMETERS, 0.9f, span_of("EUtranCellFDD.cellRange"));
	document_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("EUtranCellFDD.cellRange"), span_of("EUtranCellFDD.cellRange"));
	document_builder_add_attribute(builder, DOCUMENT_KEY_UNIT, TEXT_LITERAL(""), none);
	document_builder_add_attribute(builder, DOCUMENT_KEY_CXC, TEXT_LITERAL("CXC1"), none);
	document_builder_add_attribute(builder, DOCUMENT_KEY_CXC, TEXT_LITERAL("CXC2"), none);
	document_builder_add_item(builder, DOCUMENT_COUNTERS, 1, span_of("pmRadioUe"));
	document_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("pmRadioUe"), span_of("pmRadioUe"));
	document_builder_add_term(builder, TEXT_LITERAL("cellRange"), 2, 1);
	document_builder_explain(builder);
	add_image(builder, "figure 1.gif", TEXT_LITERAL("GIF89a-one"));
	add_image(builder, "", TEXT_LITERAL("what is this"));
	add_image(builder, "again.gif", TEXT_LITERAL("GIF89a-one"));
	document_builder_removed(builder, DOCUMENT_REMOVED_MENU, TEXT_LITERAL("Home | Up"), document_at_line(7));
	document_builder_removed_many(builder, DOCUMENT_REMOVED_BYTES_REPLACED, 5, document_nowhere);
	return builder;
}

/* The block in memory of exactly its size, so that a sanitizer sees one byte too far. */
static uint8_t *write_block(struct document_builder *builder, size_t *ret_bytes)
{
	int64_t bytes = document_builder_bytes(builder);
	uint8_t *block = NULL;

	assert_true(bytes > 0);
	block = malloc((size_t)bytes);
	assert_non_null(block);
	memset(block, 0xA5, (size_t)bytes);
	document_builder_write(builder, block);
	*ret_bytes = (size_t)bytes;
	return block;
}

static void assert_text(struct text text, const char *expected)
{
	assert_int_equal(text.bytes, strlen(expected));
	assert_memory_equal(text.data, expected, text.bytes);
}

static void test_round_trip(void **state)
{
	struct document_builder *builder = build_sample();
	struct document document;
	struct error_text error = { "" };
	size_t bytes;
	uint8_t *block = write_block(builder, &bytes);

	(void)state;
	assert_int_equal(document_builder_item_count(builder), 2);
	assert_text(document_builder_item_value(builder, 0, DOCUMENT_KEY_CXC), "CXC1");
	assert_text(document_builder_item_value(builder, 1, DOCUMENT_KEY_CXC), "");
	assert_int_equal(document_open(block, bytes, &document, &error), 0);
	assert_int_equal(document.header->status, DOCUMENT_CONVERTED);
	assert_int_equal(document.header->format, DOCUMENT_FORMAT_CSV);
	assert_int_equal(document.header->csv_format, 3);
	assert_int_equal(document.header->counts.words, 9);
	assert_true(document.header->scores.structural == 1.0f && document.header->scores.density == 0.0f);
	assert_true(document.header->scores.complexity == 0.25f);
	assert_text(document.markdown, markdown);
	assert_text(document_meta(&document, DOCUMENT_META_TITLE), "Cell Range (CR)");
	assert_text(document_meta(&document, DOCUMENT_META_CXC_CODES), "CXC4011808\nCXC4012219");
	assert_text(document_meta(&document, DOCUMENT_META_REASON), "");
	assert_int_equal(document.chunk_count, 2);
	assert_text(document_text(&document, document.chunks[0].heading_path), "Cell Range");
	assert_text(document_text(&document, document.chunks[1].heading_path), "");
	assert_text(document_span(&document, document.chunks[1].span), "ll Range ");
	assert_int_equal(document.item_count, 2);
	assert_int_equal(document.attribute_count, 5);
	assert_text(document_item_value(&document, &document.items[0], DOCUMENT_KEY_NAME), "EUtranCellFDD.cellRange");
	assert_text(document_item_value(&document, &document.items[0], DOCUMENT_KEY_CXC), "CXC1");
	assert_text(document_item_value(&document, &document.items[0], DOCUMENT_KEY_DEFAULT), "");
	assert_text(document_item_value(&document, &document.items[1], DOCUMENT_KEY_NAME), "pmRadioUe");
	assert_text(document_span(&document, document.items[1].span), "pmRadioUe");
	assert_int_equal(document.term_count, 1);
	assert_text(document_text(&document, document.terms[0].name), "cellRange");
	assert_int_equal(document.image_count, 2);
	assert_text(document_text(&document, document.images[0].data), "GIF89a-one");
	assert_text(document_text(&document, document.images[0].name), "figure 1.gif");
	assert_int_equal(document.images[0].kind, DOCUMENT_IMAGE_GIF);
	assert_text(document_text(&document, document.images[1].data), "what is this");
	assert_int_equal(document.images[1].kind, DOCUMENT_IMAGE_UNKNOWN);
	assert_int_equal(document.removal_count, 2);
	assert_text(document_text(&document, document.removals[0].text), "Home | Up");
	assert_int_equal(document.removals[0].kind, DOCUMENT_REMOVED_MENU);
	assert_int_equal(document.removals[0].place.number, 7);
	assert_int_equal(document.header->removed[DOCUMENT_REMOVED_BYTES_REPLACED], 5);
	document_builder_destroy(builder);
	free(block);
}

/* --- images and what was removed -------------------------------------------------------------------------------------- */

static void test_an_image_is_named_by_its_content(void **state)
{
	struct document_builder *builder = document_builder_create();
	char first[DOCUMENT_IMAGE_TARGET_BYTES_MAX];

	(void)state;
	snprintf(first, sizeof(first), "%s", add_image(builder, "a", TEXT_LITERAL("\x89PNG\r\n\x1A\n1")).data);
	assert_int_equal(strncmp(first, "images/", 7), 0);
	assert_int_equal(strlen(first), 7 + 16 + 4);
	assert_string_equal(first + 7 + 16, ".png");
	assert_string_equal(add_image(builder, "b", TEXT_LITERAL("\x89PNG\r\n\x1A\n1")).data, first);
	assert_string_not_equal(add_image(builder, "b", TEXT_LITERAL("\x89PNG\r\n\x1A\n2")).data, first);
	document_builder_destroy(builder);
}

static void test_images_have_limits(void **state)
{
	struct document_builder *builder = document_builder_create();
	struct document document;
	char many[32];
	size_t bytes;

	(void)state;
	document_builder_limit_images(builder, 10, 25);
	assert_int_equal(add_image(builder, "empty", TEXT_LITERAL("")).bytes, 0);
	assert_int_equal(add_image(builder, "long", TEXT_LITERAL("12345678901")).bytes, 0);
	assert_true(add_image(builder, "", TEXT_LITERAL("1234567890")).bytes > 0);
	assert_true(add_image(builder, "", TEXT_LITERAL("abcdefghij")).bytes > 0);
	assert_int_equal(add_image(builder, "beside the others", TEXT_LITERAL("ABCDEFGHIJ")).bytes, 0);
	assert_true(add_image(builder, "", TEXT_LITERAL("abcdefghij")).bytes > 0); /* again: costs nothing */
	assert_true(add_image(builder, "", TEXT_LITERAL("ABCDE")).bytes > 0);
	uint8_t *block = write_block(builder, &bytes);
	assert_int_equal(document_open(block, bytes, &document, NULL), 0);
	assert_int_equal(document.image_count, 3);
	assert_int_equal(document.header->removed[DOCUMENT_REMOVED_IMAGE], 3);
	document_builder_destroy(builder);
	free(block);
	builder = document_builder_create();
	document_builder_limit_images(builder, 0, 0); /* none is wanted */
	assert_int_equal(add_image(builder, "", TEXT_LITERAL("a")).bytes, 0);
	document_builder_destroy(builder);
	builder = document_builder_create();
	for (int i = 0; i <= DOCUMENT_IMAGES_MAX; i++) {
		snprintf(many, sizeof(many), "image %d", i);
		assert_int_equal(add_image(builder, "", text_from(many)).bytes == 0, i == DOCUMENT_IMAGES_MAX);
	}
	document_builder_destroy(builder);
}

static void test_kinds_of_images(void **state)
{
	static const struct { struct text head; enum document_image_kind kind; } cases[] = {
		{ TEXT_LITERAL("\x89PNG\r\n\x1A\n"), DOCUMENT_IMAGE_PNG }, { TEXT_LITERAL("\xFF\xD8\xFF\xE0"), DOCUMENT_IMAGE_JPEG },
		{ TEXT_LITERAL("GIF87a"), DOCUMENT_IMAGE_GIF }, { TEXT_LITERAL("II*\0rest"), DOCUMENT_IMAGE_TIFF },
		{ TEXT_LITERAL("MM\0*rest"), DOCUMENT_IMAGE_TIFF }, { TEXT_LITERAL("RIFF1234WEBPVP8 "), DOCUMENT_IMAGE_WEBP },
		{ TEXT_LITERAL("RIFF1234WAVEfmt "), DOCUMENT_IMAGE_UNKNOWN }, { TEXT_LITERAL("\xD7\xCD\xC6\x9A\0\0"), DOCUMENT_IMAGE_WMF },
		{ TEXT_LITERAL("\1\0\11\0\0\3rest"), DOCUMENT_IMAGE_WMF },
		{ TEXT_LITERAL("\1\0\0\0""1234567890123456789012345678901234567890 EMF"), DOCUMENT_IMAGE_UNKNOWN },
		{ TEXT_LITERAL("\1\0\0\0""123456789012345678901234567890123456 EMF"), DOCUMENT_IMAGE_EMF },
		{ TEXT_LITERAL("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0abcdefghij"), DOCUMENT_IMAGE_BMP },
		{ TEXT_LITERAL("BM is the name of a business model, nothing more"), DOCUMENT_IMAGE_UNKNOWN },
		{ TEXT_LITERAL("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), DOCUMENT_IMAGE_SVG },
		{ TEXT_LITERAL("\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC \"x\" [ <!ENTITY a \"b\"> ]>\n<svg>"), DOCUMENT_IMAGE_SVG },
		{ TEXT_LITERAL("<?xml version=\"1.0\"?><html><svg></svg></html>"), DOCUMENT_IMAGE_UNKNOWN },
		{ TEXT_LITERAL("<!--"), DOCUMENT_IMAGE_UNKNOWN }, { TEXT_LITERAL("<svgs>"), DOCUMENT_IMAGE_UNKNOWN }, { TEXT_LITERAL(""), DOCUMENT_IMAGE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(document_image_kind(cases[i].head), cases[i].kind);
}

static void test_removals_are_counted_and_listed_on_request(void **state)
{
	static const char letters[] = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
	struct document document;
	struct error_text error = { "" };

	(void)state;
	for (int explain = 0; explain < 2; explain++) {
		struct document_builder *builder = document_builder_create();
		struct buffer text;
		size_t bytes;
		buffer_init(&text, 1 << 20);
		for (int i = 0; i < 5; i++)
			buffer_append_string(&text, letters);
		if (explain)
			document_builder_explain(builder);
		assert_int_equal(document_builder_explains(builder), explain);
		for (int i = 0; i < DOCUMENT_REMOVED_ENTRIES_MAX + 10; i++)
			document_builder_removed(builder, DOCUMENT_REMOVED_NOISE, buffer_view(&text), document_at_page(3));
		document_builder_removed_many(builder, DOCUMENT_REMOVED_RULE, 0, document_nowhere);
		document_builder_removed_many(builder, DOCUMENT_REMOVED_HIDDEN, 1000, document_nowhere);
		uint8_t *block = write_block(builder, &bytes);
		assert_int_equal(document_open(block, bytes, &document, &error), 0);
		assert_int_equal(document.header->removed[DOCUMENT_REMOVED_NOISE], DOCUMENT_REMOVED_ENTRIES_MAX + 10);
		assert_int_equal(document.header->removed[DOCUMENT_REMOVED_HIDDEN], 1000);
		assert_int_equal(document.header->removed[DOCUMENT_REMOVED_RULE], 0);
		assert_int_equal(document.removal_count, explain ? DOCUMENT_REMOVED_ENTRIES_MAX : 0);
		if (explain) {
			assert_int_equal(document.removals[9].text_bytes, 500);
			assert_int_equal(document_text(&document, document.removals[9].text).bytes, DOCUMENT_REMOVED_TEXT_BYTES_MAX);
		}
		buffer_done(&text);
		document_builder_destroy(builder);
		free(block);
	}
}

static void test_failure_is_a_block_too(void **state)
{
	struct document_builder *builder = document_builder_create();
	struct document document;
	size_t bytes;

	(void)state;
	document_builder_set_status(builder, DOCUMENT_REJECTED, DOCUMENT_GATE_CONVERSION);
	document_builder_set_meta(builder, DOCUMENT_META_REASON, TEXT_LITERAL("encrypted: needs a password"));
	uint8_t *block = write_block(builder, &bytes);
	assert_int_equal(document_open(block, bytes, &document, NULL), 0);
	assert_int_equal(document.header->status, DOCUMENT_REJECTED);
	assert_int_equal(document.header->gate, DOCUMENT_GATE_CONVERSION);
	assert_int_equal(document.item_count + document.chunk_count + document.term_count + document.attribute_count, 0);
	assert_text(document.markdown, "");
	assert_text(document_meta(&document, DOCUMENT_META_REASON), "encrypted: needs a password");
	document_builder_destroy(builder);
	document_builder_destroy(NULL);
	free(block);
}

static void test_same_content_gives_same_bytes(void **state)
{
	size_t bytes[2];
	uint8_t *blocks[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct document_builder *builder = build_sample();
		blocks[i] = write_block(builder, &bytes[i]);
		document_builder_destroy(builder);
	}
	assert_int_equal(bytes[0], bytes[1]);
	assert_memory_equal(blocks[0], blocks[1], bytes[0]);
	free(blocks[0]);
	free(blocks[1]);
}

static void test_a_value_may_be_replaced_by_a_part_of_itself(void **state)
{
	struct document_builder *builder = document_builder_create();

	(void)state;
	document_builder_set_markdown(builder, TEXT_LITERAL("  trimmed  "));
	document_builder_set_markdown(builder, text_trim(document_builder_markdown(builder)));
	assert_text(document_builder_markdown(builder), "trimmed");
	document_builder_destroy(builder);
}

/* A large text is moved, a small one copied; either way the caller's buffer is empty, and good for the next document. */
static void test_markdown_may_be_taken(void **state)
{
	static const size_t sizes[] = { 0, 10, 3 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct document_builder *builder = document_builder_create();
		struct document document;
		struct buffer taken;
		size_t bytes;
		buffer_init(&taken, 4 << 20);
		buffer_append_repeat(&taken, 'a', sizes[i]);
		const char *place = taken.data;
		document_builder_set_markdown(builder, TEXT_LITERAL("before"));
		document_builder_take_markdown(builder, &taken);
		assert_int_equal(document_builder_markdown(builder).bytes, sizes[i]);
		assert_int_equal(sizes[i] > 1 << 20, document_builder_markdown(builder).data == place);
		assert_int_equal(taken.bytes, 0);
		buffer_append_string(&taken, "next");
		assert_int_equal(taken.bytes_max, 4 << 20);
		uint8_t *block = write_block(builder, &bytes);
		assert_int_equal(document_open(block, bytes, &document, NULL), 0);
		assert_int_equal(document.markdown.bytes, sizes[i]);
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(document.markdown.data[at], 'a');
		free(block);
		buffer_done(&taken);
		document_builder_destroy(builder);
	}
}

/* A CSV file of many rows: amortised, and read back at both ends. */
static void test_many_attributes(void **state)
{
	enum { ROWS = 200000 };
	struct document_builder *builder = document_builder_create();
	struct document document;
	size_t bytes;
	char name[32];

	(void)state;
	document_builder_set_markdown(builder, TEXT_LITERAL("x\n"));
	for (int i = 0; i < ROWS; i++) {
		snprintf(name, sizeof(name), "Mo%d.attribute", i);
		document_builder_add_item(builder, DOCUMENT_PARAMETERS, 1, (struct document_range){ 0, 1 });
		for (enum document_key key = DOCUMENT_KEY_NAME; key <= DOCUMENT_KEY_RANGE; key++)
			document_builder_add_attribute(builder, key, text_from(name), (struct document_range){ 0, 0 });
	}
	uint8_t *block = write_block(builder, &bytes);
	assert_int_equal(document_open(block, bytes, &document, NULL), 0);
	assert_int_equal(document.attribute_count, ROWS * (DOCUMENT_KEY_RANGE + 1));
	assert_text(document_item_value(&document, &document.items[ROWS - 1], DOCUMENT_KEY_RANGE), "Mo199999.attribute");
	document_builder_destroy(builder);
	free(block);
}

/* --- hostile blocks -------------------------------------------------------------------------------------------------- */

static volatile unsigned sink;

static void read_text(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		sink += (unsigned char)text.data[i];
}

static void read_everything(const struct document *document)
{
	read_text(document->markdown);
	read_text(text_from(document_format_name(document->header->format)));
	read_text(text_from(document_gate_name(document->header->gate)));
	for (enum document_meta meta = 0; meta < DOCUMENT_META_COUNT; meta++)
		read_text(document_meta(document, meta));
	for (uint32_t i = 0; i < document->chunk_count; i++) {
		read_text(document_span(document, document->chunks[i].span));
		read_text(document_text(document, document->chunks[i].heading_path));
		read_text(text_from(document_chunk_type_name(document->chunks[i].type)));
		read_text(text_from(document_tier_name(document->chunks[i].tier)));
	}
	for (uint32_t i = 0; i < document->item_count; i++) {
		const struct document_item *item = &document->items[i];
		read_text(document_span(document, item->span));
		read_text(text_from(document_category_name(item->category)));
		for (uint32_t j = 0; j < item->attribute_count; j++) {
			const struct document_attribute *attribute = &document->attributes[item->attribute_first + j];
			read_text(text_from(document_key_name(attribute->key)));
			read_text(document_text(document, attribute->value));
			read_text(document_span(document, attribute->span));
		}
	}
	for (uint32_t i = 0; i < document->term_count; i++)
		read_text(document_text(document, document->terms[i].name));
	for (uint32_t i = 0; i < document->image_count; i++) {
		read_text(document_text(document, document->images[i].data));
		read_text(document_text(document, document->images[i].name));
		read_text(text_from(document_image_extension(document->images[i].kind)));
	}
	for (uint32_t i = 0; i < document->removal_count; i++) {
		read_text(document_text(document, document->removals[i].text));
		read_text(text_from(document_removed_name(document->removals[i].kind)));
	}
}

/* True when the block was taken; then all of it is read, under the sanitizer's eyes. */
static bool open_and_read(const uint8_t *block, size_t bytes)
{
	struct document document;
	struct error_text error = { "" };
	int status = document_open(block, bytes, &document, &error);

	if (status < 0) {
		assert_true(error.message[0] != '\0');
		return false;
	}
	read_everything(&document);
	return true;
}

static void seal(uint8_t *block, size_t bytes)
{
	struct document_header *header = (void *)block;
	header->body_xxh3 = XXH3_64bits(block + sizeof(*header), bytes - sizeof(*header));
}

static void test_every_changed_byte_is_refused_or_harmless(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0xFF, 0x10 };
	struct document_builder *builder = build_sample();
	size_t bytes, refused = 0;
	uint8_t *block = write_block(builder, &bytes);

	(void)state;
	assert_true(open_and_read(block, bytes));
	for (size_t i = 0; i < bytes; i++)
		for (size_t j = 0; j < sizeof(changes); j++) {
			block[i] ^= changes[j];
			bool taken = open_and_read(block, bytes);
			assert_false(taken && i >= sizeof(struct document_header)); /* the checksum covers the body */
			seal(block, bytes); /* and now as one who makes the checksum fit */
			refused += !open_and_read(block, bytes);
			block[i] ^= changes[j];
			seal(block, bytes);
		}
	assert_true(refused > bytes / 4);
	assert_true(open_and_read(block, bytes));
	document_builder_destroy(builder);
	free(block);
}

static void test_random_words_with_a_fitting_checksum(void **state)
{
	static const uint32_t edges[] = { 0, 1, 4, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8 };
	struct support_random random = { 21 };
	struct document_builder *builder = build_sample();
	size_t bytes;
	uint8_t *block = write_block(builder, &bytes), *copy = malloc(bytes);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		memcpy(copy, block, bytes);
		for (uint64_t j = 0, n = 1 + support_random_below(&random, 3); j < n; j++) {
			size_t place = support_random_below(&random, bytes / 4) * 4;
			uint32_t value = support_random_below(&random, 2) ? edges[support_random_below(&random, 8)]
									   : (uint32_t)support_random_below(&random, bytes * 2);
			memcpy(copy + place, &value, sizeof(value));
		}
		seal(copy, bytes);
		(void)open_and_read(copy, bytes);
	}
	document_builder_destroy(builder);
	free(block);
	free(copy);
}

static void test_cut_blocks_are_refused(void **state)
{
	struct document_builder *builder = build_sample();
	size_t bytes;
	uint8_t *block = write_block(builder, &bytes);

	(void)state;
	for (size_t cut = 0; cut < bytes; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);
		memcpy(copy, block, cut);
		assert_false(open_and_read(copy, cut));
		free(copy);
	}
	document_builder_destroy(builder);
	free(block);
}

static void test_texts_may_not_multiply(void **state)
{
	struct document_builder *builder = document_builder_create();
	struct document document;
	size_t bytes;

	(void)state;
	document_builder_set_markdown(builder, TEXT_LITERAL("x"));
	document_builder_add_item(builder, DOCUMENT_EVENTS, 1, (struct document_range){ 0, 1 });
	for (int i = 0; i < 100; i++)
		document_builder_add_attribute(builder, i ? DOCUMENT_KEY_DETAIL : DOCUMENT_KEY_NAME, TEXT_LITERAL("x"), (struct document_range){ 0, 0 });
	uint8_t *block = write_block(builder, &bytes);
	struct document_header *header = (void *)block;
	struct document_attribute *attributes = (void *)(block + header->attributes.offset);
	for (uint32_t i = 0; i < header->attributes.count; i++)
		attributes[i].value = (struct document_range){ 0, header->bytes };
	seal(block, bytes);
	assert_int_equal(document_open(block, bytes, &document, NULL), ERROR_INPUT_REJECTED);
	document_builder_destroy(builder);
	free(block);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(document_meta_name(DOCUMENT_META_FAJ_CODE), "faj_code");
	assert_string_equal(document_category_name(DOCUMENT_ACTIVATION_PROCEDURES), "activation_procedures");
	for (unsigned i = 0; i < DOCUMENT_META_COUNT; i++)
		assert_non_null(document_meta_name(i));
	for (unsigned i = 0; i < DOCUMENT_KEY_COUNT; i++)
		assert_non_null(document_key_name(i));
	for (unsigned i = 0; i < DOCUMENT_FORMAT_COUNT; i++)
		assert_non_null(document_format_name(i));
	for (unsigned i = 0; i < DOCUMENT_CHUNK_TYPE_COUNT; i++)
		assert_non_null(document_chunk_type_name(i));
	for (unsigned i = 0; i < DOCUMENT_IMAGE_KIND_COUNT; i++)
		assert_non_null(document_image_extension(i));
	for (unsigned i = 0; i < DOCUMENT_REMOVED_COUNT; i++) {
		assert_non_null(document_removed_name(i));
		assert_non_null(document_removed_why(i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_an_image_is_named_by_its_content),
		cmocka_unit_test(test_images_have_limits),
		cmocka_unit_test(test_kinds_of_images),
		cmocka_unit_test(test_removals_are_counted_and_listed_on_request),
		cmocka_unit_test(test_failure_is_a_block_too),
		cmocka_unit_test(test_same_content_gives_same_bytes),
		cmocka_unit_test(test_a_value_may_be_replaced_by_a_part_of_itself),
		cmocka_unit_test(test_markdown_may_be_taken),
		cmocka_unit_test(test_many_attributes),
		cmocka_unit_test(test_every_changed_byte_is_refused_or_harmless),
		cmocka_unit_test(test_random_words_with_a_fitting_checksum),
		cmocka_unit_test(test_cut_blocks_are_refused),
		cmocka_unit_test(test_texts_may_not_multiply),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
