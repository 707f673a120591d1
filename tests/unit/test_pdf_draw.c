/* Pages of files with large pictures, which poppler draws without cairo: what is seen is the same, and other documents go on as before. */
#include "workers/preprocess/pdf_draw.h"
#include "workers/preprocess/pdf_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PAGE_POINTS = 72, LARGE_PIXELS = 2600, SMALL_PIXELS = 16, ROW_BITS = 8 };

/* A page that its picture covers, black on the left half, with a word below on it. */
static void make_file(struct buffer *file, int pixels)
{
	const size_t row_bytes = (size_t)pixels / ROW_BITS;

	buffer_init(file, 8 << 20);
	buffer_append_format(file,
			     "%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
			     "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>\nendobj\n"
			     "4 0 obj\n<</Length 70>>\nstream\nq 72 0 0 72 0 0 cm /I Do Q BT /F 8 Tf 40 4 Td (word) Tj ET            \nendstream\nendobj\n"
			     "5 0 obj\n<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 1/Length %zu>>\nstream\n",
			     pixels, pixels, row_bytes * (size_t)pixels);
	for (int y = 0; y < pixels; y++) {
		buffer_append_repeat(file, '\0', row_bytes / 2);
		buffer_append_repeat(file, '\xFF', row_bytes - row_bytes / 2);
	}
	buffer_append_string(file, "\nendstream\nendobj\ntrailer\n<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF\n");
	assert_int_equal(file->status, 0);
}

static void assert_halves(struct pdf_source *source, float dpi, uint32_t side)
{
	struct pdf_bitmap bitmap;

	assert_int_equal(pdf_source_render(source, 0, dpi, &bitmap), 0);
	assert_non_null(bitmap.pixels);
	assert_in_range(bitmap.width, side - 1, side);
	assert_in_range(bitmap.height, side - 1, side);
	const uint8_t *row = pdf_bitmap_row(&bitmap, bitmap.height / 2);
	assert_in_range(row[bitmap.width / 4], 0, 8);
	assert_in_range(row[bitmap.width * 3 / 4], 247, 255);
	pdf_bitmap_done(&bitmap);
}

static void assert_word(struct pdf_source *source)
{
	struct pdf_page page;

	pdf_page_init(&page);
	assert_int_equal(pdf_source_page(source, 0, &page), 0);
	assert_int_equal(page.word_count, 1);
	assert_true(text_equal(pdf_word_text(&page, &page.words[0]), TEXT_LITERAL("word")));
	pdf_page_done(&page);
}

static struct pdf_source *open_file(const struct buffer *file)
{
	struct pdf_source *source = NULL;
	struct error_text error;

	assert_int_equal(pdf_source_open(buffer_view(file), &source, &error), 0);
	return source;
}

static void test_large_and_small_pictures_look_the_same(void **state)
{
	static const int pixels[] = { SMALL_PIXELS, LARGE_PIXELS, SMALL_PIXELS, LARGE_PIXELS };
	struct buffer first;

	(void)state;
	make_file(&first, SMALL_PIXELS);
	struct pdf_source *open_all_the_time = open_file(&first);
	for (size_t i = 0; i < COUNT_OF(pixels); i++) {
		struct buffer file;
		make_file(&file, pixels[i]);
		struct pdf_source *source = open_file(&file);
		assert_word(source);
		assert_halves(source, PAGE_POINTS, PAGE_POINTS);
		assert_halves(source, 2 * PAGE_POINTS, 2 * PAGE_POINTS);
		assert_word(source);
		pdf_source_close(source);
		assert_word(open_all_the_time); /* what poppler has for all documents is still there */
		buffer_done(&file);
	}
	pdf_source_close(open_all_the_time);
	buffer_done(&first);
}

static void test_what_cannot_be_drawn_leaves_the_bitmap(void **state)
{
	static const char garbage[] = "no PDF at all";
	struct pdf_bitmap bitmap = { .dpi = 7 };
	struct buffer file;

	(void)state;
	assert_null(pdf_drawer_create(garbage, sizeof(garbage) - 1));
	make_file(&file, SMALL_PIXELS);
	struct pdf_drawer *drawer = pdf_drawer_create(file.data, file.bytes);
	assert_non_null(drawer);
	assert_false(pdf_drawer_draw(drawer, 1, PAGE_POINTS, &bitmap));
	assert_false(pdf_drawer_draw(drawer, UINT32_MAX, PAGE_POINTS, &bitmap));
	assert_null(bitmap.pixels);
	assert_true(pdf_drawer_draw(drawer, 0, PAGE_POINTS, &bitmap));
	pdf_bitmap_done(&bitmap);
	pdf_drawer_destroy(drawer);
	pdf_drawer_destroy(NULL);
	buffer_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_and_small_pictures_look_the_same),
		cmocka_unit_test(test_what_cannot_be_drawn_leaves_the_bitmap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
