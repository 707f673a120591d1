/* Chunks: every byte covered, spans in order, overlaps right, sizes kept; and what a chunk says of itself. */
#include "workers/preprocess/chunk.h"

#include "base/utf8.h"
#include "tests/unit/domain_support.h"
#include "workers/preprocess/preprocess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct domain *domain;

static int set_up(void **state)
{
	(void)state;
	domain = test_domain_create();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	domain_destroy(domain);
	return 0;
}

static struct settings settings_of(size_t size, size_t overlap, double whole)
{
	struct settings settings = { 0 };
	settings.chunk.fast_chars = settings.chunk.balanced_chars = settings.chunk.quality_chars = size;
	settings.chunk.fast_overlap = settings.chunk.balanced_overlap = settings.chunk.quality_overlap = overlap;
	settings.chunk.whole_factor = whole;
	settings.score.tier_fast_below = .3;
	settings.score.tier_balanced_below = .7;
	return settings;
}

struct chunked { /* a document that was chunked, as its reader sees it */
	struct document document;
	void *block;
};

static struct chunked chunk_builder(struct document_builder *builder, const struct settings *settings)
{
	struct chunked chunked = { 0 };
	struct error_text error = { "" };
	assert_int_equal(chunk_document(settings, domain, builder), 0);
	int64_t bytes = document_builder_bytes(builder);
	assert_true(bytes > 0);
	chunked.block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	document_builder_write(builder, chunked.block);
	if (document_open(chunked.block, (size_t)bytes, &chunked.document, &error) < 0)
		fail_msg("%s", error.message);
	document_builder_destroy(builder);
	return chunked;
}

static struct chunked chunk_text(struct text markdown, const struct settings *settings)
{
	struct document_builder *builder = document_builder_create();
	document_builder_set_markdown(builder, markdown);
	return chunk_builder(builder, settings);
}

static struct text own_text(const struct chunked *chunked, uint32_t index)
{
	const struct document_chunk *chunk = &chunked->document.chunks[index];
	struct text span = document_span(&chunked->document, chunk->span);
	return text_slice(span, chunk->overlap_bytes, span.bytes);
}

/* What must hold whatever the text is. */
static void check_chunks(const struct chunked *chunked, const struct chunk_sizes *sizes)
{
	const struct document *document = &chunked->document;
	size_t covered = 0, before_own = 0;
	for (uint32_t i = 0; i < document->chunk_count; i++) {
		const struct document_chunk *chunk = &document->chunks[i];
		size_t start = chunk->span.offset, end = start + chunk->span.bytes, own = start + chunk->overlap_bytes;
		assert_int_equal(own, covered); /* its own text begins where that of the one before ended: all is covered, once */
		assert_true(end > own && start >= before_own);
		assert_true(i > 0 || chunk->overlap_bytes == 0);
		struct text span = document_span(document, chunk->span);
		assert_int_equal(utf8_valid_prefix(span), span.bytes);
		assert_true(utf8_count(span) <= sizes->whole);
		assert_true(utf8_count(text_slice(span, 0, chunk->overlap_bytes)) <= sizes->overlap);
		assert_true((size_t)chunk->header.offset + chunk->header.bytes <= start);
		covered = end;
		before_own = own;
	}
	assert_int_equal(covered, document->markdown.bytes);
}

static void test_small_is_one(void **state)
{
	(void)state;
	struct settings settings = settings_of(1000, 100, 1.5);
	struct chunked chunked = chunk_text(TEXT_LITERAL("# Name\n\n## Parameters\n\ntext\n"), &settings);
	assert_int_equal(chunked.document.chunk_count, 1);
	assert_int_equal(chunked.document.chunks[0].span.bytes, chunked.document.markdown.bytes);
	assert_true(text_equal(document_text(&chunked.document, chunked.document.chunks[0].heading_path), TEXT_LITERAL("Name")));
	free(chunked.block);
	chunked = chunk_text(TEXT_LITERAL(""), &settings);
	assert_int_equal(chunked.document.chunk_count, 0);
	free(chunked.block);
}

static void append_section(struct buffer *text, const char *heading, size_t characters)
{
	buffer_append_format(text, "## %s\n\n", heading);
	for (size_t i = 0; i < characters / 20; i++)
		buffer_append_string(text, "Nineteen letter ab. ");
	buffer_append_string(text, "\n\n");
}

static void test_cut_at_headings(void **state)
{
	(void)state;
	struct settings settings = settings_of(1000, 100, 1.5);
	struct buffer text;
	buffer_init(&text, 1 << 20);
	buffer_append_string(&text, "# Feature\n\n");
	append_section(&text, "One", 700);
	append_section(&text, "Two", 600);
	append_section(&text, "Three", 600);
	struct chunked chunked = chunk_text(buffer_view(&text), &settings);
	const struct chunk_sizes sizes = chunk_sizes_for(&settings, DOCUMENT_TIER_FAST);
	check_chunks(&chunked, &sizes);
	assert_int_equal(chunked.document.chunk_count, 3);
	assert_true(text_starts_with(own_text(&chunked, 1), TEXT_LITERAL("## Two")));
	assert_true(text_starts_with(own_text(&chunked, 2), TEXT_LITERAL("## Three")));
	assert_true(text_equal(document_text(&chunked.document, chunked.document.chunks[2].heading_path), TEXT_LITERAL("Feature > Three")));
	/* the overlap begins with a sentence */
	assert_true(text_starts_with(document_span(&chunked.document, chunked.document.chunks[1].span), TEXT_LITERAL("Nineteen letter ab. ")));
	assert_true(chunked.document.chunks[1].overlap_bytes > 50);
	free(chunked.block);
	buffer_done(&text);
}

static void append_table(struct buffer *text, size_t rows)
{
	buffer_append_string(text, "| Parameter | Default |\n| --- | --- |\n");
	for (size_t i = 0; i < rows; i++)
		buffer_append_format(text, "| p%06zu | %08zu |\n", i, i); /* 22 characters */
	buffer_append_byte(text, '\n');
}

static void test_tables(void **state)
{
	(void)state;
	struct settings settings = settings_of(1000, 100, 1.5);
	const struct chunk_sizes sizes = chunk_sizes_for(&settings, DOCUMENT_TIER_FAST);
	struct buffer text;
	buffer_init(&text, 1 << 20);
	buffer_append_string(&text, "# Feature\n\nFirst.\n\n## Whole\n\n");
	append_table(&text, 60); /* more than the size, less than 1.5 times it */
	buffer_append_string(&text, "## Long\n\n");
	append_table(&text, 300);
	struct chunked chunked = chunk_text(buffer_view(&text), &settings);
	check_chunks(&chunked, &sizes);
	struct text first = own_text(&chunked, 0);
	assert_true(text_find(first, TEXT_LITERAL("p000000")) >= 0 && text_find(first, TEXT_LITERAL("p000059")) >= 0);
	assert_true(chunked.document.chunk_count >= 7);
	unsigned with_header = 0;
	for (uint32_t i = 0; i < chunked.document.chunk_count; i++) {
		const struct document_chunk *chunk = &chunked.document.chunks[i];
		struct text span = document_span(&chunked.document, chunk->span);
		assert_int_equal(chunk->has_table, 1);
		assert_true(text_ends_with_nocase(text_trim(span), TEXT_LITERAL("|"))); /* between rows */
		if (span.data[0] != '|')
			continue;
		assert_true(text_equal(document_span(&chunked.document, chunk->header), TEXT_LITERAL("| Parameter | Default |\n| --- | --- |\n")));
		with_header++;
	}
	assert_true(with_header >= 6);
	free(chunked.block);
	buffer_done(&text);
}

static void test_headings_are_not_last(void **state)
{
	(void)state;
	struct settings settings = settings_of(400, 0, 1);
	const struct chunk_sizes sizes = chunk_sizes_for(&settings, DOCUMENT_TIER_FAST);
	struct buffer text;
	buffer_init(&text, 1 << 20);
	for (int i = 0; i < 40; i++)
		append_section(&text, "Section", (size_t)(20 + i * 20));
	struct chunked chunked = chunk_text(buffer_view(&text), &settings);
	check_chunks(&chunked, &sizes);
	for (uint32_t i = 0; i < chunked.document.chunk_count; i++)
		assert_false(text_ends_with_nocase(own_text(&chunked, i), TEXT_LITERAL("## Section\n\n")));
	free(chunked.block);
	buffer_done(&text);
}

static void add_item(struct document_builder *builder, enum document_category category, const char *markdown, const char *name)
{
	ptrdiff_t at = text_find(text_from(markdown), text_from(name));
	assert_true(at >= 0);
	struct document_range span = { (uint32_t)at, (uint32_t)strlen(name) };
	document_builder_add_item(builder, category, 1, span);
	document_builder_add_attribute(builder, DOCUMENT_KEY_NAME, text_from(name), span);
}

static void test_types(void **state)
{
	(void)state;
	static const struct { const char *markdown; enum document_chunk_type type; } cases[] = {
		{ "A.one and A.two and A.three and pmOne\n", DOCUMENT_CHUNK_PARAMETER },
		{ "pmOne\n", DOCUMENT_CHUNK_COUNTER },
		{ "A.one pmOne\n", DOCUMENT_CHUNK_MIXED },
		{ "1. a\n2. b\n3. c\n", DOCUMENT_CHUNK_PROCEDURE },
		{ "1. a\n2. b\n", DOCUMENT_CHUNK_MIXED },
		{ "The UE and the eNodeB.\n", DOCUMENT_CHUNK_TECHNICAL },
		{ "Nothing to see.\n", DOCUMENT_CHUNK_MIXED },
	};
	struct settings settings = settings_of(1000, 100, 1.5);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct document_builder *builder = document_builder_create();
		static const char *const parameters[] = { "A.one", "A.two", "A.three" };
		document_builder_set_markdown(builder, text_from(cases[i].markdown));
		for (size_t p = 0; p < COUNT_OF(parameters); p++)
			if (strstr(cases[i].markdown, parameters[p]))
				add_item(builder, DOCUMENT_PARAMETERS, cases[i].markdown, parameters[p]);
		if (strstr(cases[i].markdown, "pmOne"))
			add_item(builder, DOCUMENT_COUNTERS, cases[i].markdown, "pmOne");
		struct chunked chunked = chunk_builder(builder, &settings);
		assert_int_equal(chunked.document.chunks[0].type, cases[i].type);
		free(chunked.block);
	}
}

static void test_tier_and_sizes(void **state)
{
	(void)state;
	struct settings settings = settings_of(1000, 100, 1.5);
	settings.chunk.quality_chars = 2000;
	settings.chunk.quality_overlap = 5000;
	struct document_builder *builder = document_builder_create();
	document_builder_set_markdown(builder, TEXT_LITERAL("text\n"));
	document_builder_scores(builder)->complexity = .9f;
	struct chunked chunked = chunk_builder(builder, &settings);
	assert_int_equal(chunked.document.chunks[0].tier, DOCUMENT_TIER_QUALITY);
	struct chunk_sizes sizes = chunk_sizes_for(&settings, DOCUMENT_TIER_QUALITY);
	assert_int_equal(sizes.size, 2000);
	assert_int_equal(sizes.overlap, 1000); /* at most half, or there would be no progress */
	assert_int_equal(sizes.whole, 3000);
	free(chunked.block);
}

static uint32_t seed;

static uint32_t random_below(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void append_random(struct buffer *text)
{
	static const char *const units[] = { "word ", "sentence ends. ", "\u00e9\u4e16\U0001F600 ", "x", "\n", "\n\n", "# H\n\n", "### Deep heading\n\n", "- item\n",
					     "1. step\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n", "| 3 | 4 |\n", "```\ncode\n", "```\n", "> q\n", "nowhitespace" };
	uint32_t unit = random_below(COUNT_OF(units)), times = 1 + random_below(random_below(12) == 0 ? 300 : 4);
	for (uint32_t i = 0; i < times; i++)
		buffer_append_string(text, units[unit]);
}

static void test_random_coverage(void **state)
{
	(void)state;
	static const struct { size_t size, overlap; double whole; } shapes[] = { { 200, 40, 1.5 }, { 200, 0, 1 }, { 1000, 100, 1.5 }, { 300, 300, 3 } };
	for (uint32_t round = 0; round < 2000; round++) {
		struct settings settings = settings_of(shapes[round % COUNT_OF(shapes)].size, shapes[round % COUNT_OF(shapes)].overlap,
						       shapes[round % COUNT_OF(shapes)].whole);
		const struct chunk_sizes sizes = chunk_sizes_for(&settings, DOCUMENT_TIER_FAST);
		struct buffer text;
		seed = round;
		buffer_init(&text, 1 << 20);
		for (uint32_t i = random_below(60); i > 0; i--)
			append_random(&text);
		struct chunked chunked = chunk_text(buffer_view(&text), &settings);
		check_chunks(&chunked, &sizes);
		free(chunked.block);
		buffer_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_is_one), cmocka_unit_test(test_cut_at_headings), cmocka_unit_test(test_tables),
		cmocka_unit_test(test_headings_are_not_last), cmocka_unit_test(test_types), cmocka_unit_test(test_tier_and_sizes),
		cmocka_unit_test(test_random_coverage),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
