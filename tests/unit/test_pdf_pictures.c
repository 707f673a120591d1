/* Pictures in PDF files: kept where they belong to the text, and only there. */
#include "workers/preprocess/convert.h"

#include "tests/unit/domain_support.h"

#include <cairo-pdf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PAGE_WIDTH = 500, PAGE_HEIGHT = 700, PICTURE_PIXELS = 120 };

struct placed {
	double x, y, side; /* points; side 0: none */
};

static struct settings settings;
static struct domain *domain;

static cairo_status_t append(void *out, const unsigned char *data, unsigned bytes)
{
	buffer_append(out, data, bytes);
	return CAIRO_STATUS_SUCCESS;
}

static void draw_text(cairo_t *context, double y, const char *text)
{
	cairo_set_source_rgb(context, 0, 0, 0);
	cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(context, 10);
	cairo_move_to(context, 40, y);
	cairo_show_text(context, text);
}

static cairo_surface_t *draw_picture(void)
{
	cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PICTURE_PIXELS, PICTURE_PIXELS);
	cairo_t *context = cairo_create(picture);

	cairo_set_source_rgb(context, 0.9, 0.3, 0.2);
	cairo_paint(context);
	cairo_set_source_rgb(context, 0.1, 0.2, 0.9);
	cairo_arc(context, PICTURE_PIXELS / 2, PICTURE_PIXELS / 2, 40, 0, 6.28);
	cairo_fill(context);
	cairo_destroy(context);
	return picture;
}

/* Every page: a paragraph, the pictures, another paragraph. */
static void write_file(const struct placed (*pages)[2], size_t count, struct buffer *out)
{
	cairo_surface_t *file = cairo_pdf_surface_create_for_stream(append, out, PAGE_WIDTH, PAGE_HEIGHT);
	cairo_surface_t *picture = draw_picture();
	cairo_t *context = cairo_create(file);

	for (size_t p = 0; p < count; p++) {
		draw_text(context, 120, p % 2 ? "The second page begins with a paragraph of its own, which is long enough." :
						"Before the picture there is this paragraph, which is long enough to be one.");
		for (size_t i = 0; i < 2; i++) {
			const struct placed *at = &pages[p][i];
			if (at->side <= 0)
				continue;
			cairo_save(context);
			cairo_translate(context, at->x, at->y);
			cairo_scale(context, at->side / PICTURE_PIXELS, at->side / PICTURE_PIXELS);
			cairo_set_source_surface(context, picture, 0, 0);
			cairo_paint(context);
			cairo_restore(context);
		}
		draw_text(context, 500, p % 2 ? "It ends with another one that says so." : "Behind the picture there is another paragraph.");
		cairo_show_page(context);
	}
	cairo_destroy(context);
	cairo_surface_finish(file);
	cairo_surface_destroy(file);
	cairo_surface_destroy(picture);
}

struct converted {
	struct buffer markdown;
	void *block;
	struct document document;
};

static struct converted convert_file(struct buffer *file)
{
	struct converted result;
	struct error_text error = { "" };
	struct document_builder *builder = document_builder_create();
	struct convert_input input = { .data = buffer_view(file), .name = TEXT_LITERAL("a.pdf"), .settings = &settings, .domain = domain };

	buffer_init(&result.markdown, 16 << 20);
	document_builder_set_status(builder, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE);
	assert_int_equal(convert_pdf(&input, &result.markdown, builder, &error), 0);
	const int64_t bytes = document_builder_bytes(builder);
	assert_true(bytes > 0);
	result.block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	assert_non_null(result.block);
	document_builder_write(builder, result.block);
	assert_int_equal(document_open(result.block, (size_t)bytes, &result.document, &error), 0);
	document_builder_destroy(builder);
	buffer_done(file);
	return result;
}

static struct converted convert(const struct placed (*pages)[2], size_t count)
{
	struct buffer file;

	buffer_init(&file, 16 << 20);
	write_file(pages, count, &file);
	return convert_file(&file);
}

static void done(struct converted *result)
{
	buffer_done(&result->markdown);
	free(result->block);
}

static void keeps_a_picture_where_it_stands(void **state)
{
	const struct placed pages[][2] = { { { 100, 200, 200 }, { 0, 0, 0 } }, { { 60, 250, 150 }, { 0, 0, 0 } } };
	struct converted result = convert(pages, 2);
	struct text markdown = buffer_view(&result.markdown);

	(void)state;
	const ptrdiff_t before = text_find(markdown, TEXT_LITERAL("Before the")), at = text_find(markdown, TEXT_LITERAL("\n\n![](images/"));
	const ptrdiff_t behind = text_find(markdown, TEXT_LITERAL("\n\nBehind the"));
	assert_true(before >= 0 && at > before && behind > at);
	assert_true(text_find(text_slice(markdown, (size_t)behind, markdown.bytes), TEXT_LITERAL("![](images/")) > 0);
	assert_int_equal(result.document.image_count, 1); /* the same one twice */
	assert_true(result.document.images[0].data.bytes > 100);
	done(&result);
}

static void leaves_ornaments_and_logos_out(void **state)
{
	const struct placed ornament[][2] = { { { 40, 200, 12 }, { 60, 200, 12 } } };
	const struct placed logos[][2] = { { { 420, 20, 40 }, { 0, 0, 0 } }, { { 420, 20, 40 }, { 0, 0, 0 } }, { { 420, 20, 40 }, { 0, 0, 0 } } };

	(void)state;
	struct converted result = convert(ornament, 1);
	assert_true(text_find(buffer_view(&result.markdown), TEXT_LITERAL("![")) < 0);
	assert_int_equal(result.document.image_count, 0);
	done(&result);
	result = convert(logos, 3);
	assert_true(text_find(buffer_view(&result.markdown), TEXT_LITERAL("![")) < 0);
	assert_int_equal(result.document.image_count, 0);
	done(&result);
}

static void leaves_grounds_out(void **state)
{
	const struct placed ground[][2] = { { { 0, 0, 700 }, { 0, 0, 0 } } };
	struct converted result = convert(ground, 1);

	(void)state;
	assert_int_equal(result.document.image_count, 0);
	done(&result);
}

static void can_be_switched_off(void **state)
{
	const struct placed pages[][2] = { { { 100, 200, 200 }, { 0, 0, 0 } } };

	(void)state;
	settings.convert.images = false;
	struct converted result = convert(pages, 1);
	settings.convert.images = true;
	assert_true(text_find(buffer_view(&result.markdown), TEXT_LITERAL("![")) < 0);
	assert_int_equal(result.document.image_count, 0);
	done(&result);
}

/* A file that speaks of a picture of 64 million pixels: it is drawn smaller. */
static void draws_what_may_be_too_large(void **state)
{
	const struct placed pages[][2] = { { { 100, 200, 200 }, { 0, 0, 0 } } };
	struct buffer file;

	(void)state;
	buffer_init(&file, 16 << 20);
	write_file(pages, 1, &file);
	buffer_append_string(&file, "\n% /Width 8000 /Height 8000\n");
	struct converted result = convert_file(&file);
	assert_int_equal(result.document.image_count, 1);
	assert_true(text_find(buffer_view(&result.markdown), TEXT_LITERAL("![](images/")) > 0);
	done(&result);
	buffer_init(&file, 16 << 20);
	write_file(pages, 1, &file);
	buffer_append_string(&file, "\n% /Width 30000 /Height 30000\n"); /* not at all: poppler would need four gigabytes */
	result = convert_file(&file);
	assert_int_equal(result.document.image_count, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "Behind the picture"));
	done(&result);
}

static int prepare(void **state)
{
	(void)state;
	settings_init(&settings);
	domain = test_domain_create();
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_picture_where_it_stands),
		cmocka_unit_test(leaves_ornaments_and_logos_out),
		cmocka_unit_test(leaves_grounds_out),
		cmocka_unit_test(can_be_switched_off),
		cmocka_unit_test(draws_what_may_be_too_large),
	};
	return cmocka_run_group_tests(tests, prepare, tidy);
}
