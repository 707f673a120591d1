/* Lines and areas of a page: pieces joined, pixels read, drawings bounded. */
#include "workers/preprocess/pdf_rules.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct pdf_rules rules;

enum { WIDTH = 600, HEIGHT = 400 };
static uint8_t pixels[WIDTH * HEIGHT];

static int prepare(void **state)
{
	(void)state;
	pdf_rules_init(&rules);
	memset(pixels, 255, sizeof(pixels));
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	pdf_rules_done(&rules);
	return 0;
}

static void line(float x0, float y0, float x1, float y1)
{
	assert_int_equal(pdf_rules_add_line(&rules, x0, y0, x1, y1, 0.5f), 0);
}

static void fill(float x0, float y0, float x1, float y1, float shade)
{
	assert_int_equal(pdf_rules_add_fill(&rules, (struct pdf_box){ x0, y0, x1, y1 }, shade), 0);
}

static void assert_rule(const struct pdf_rule *rule, double at, double from, double to, double within)
{
	assert_float_equal(rule->at, at, within);
	assert_float_equal(rule->from, from, within);
	assert_float_equal(rule->to, to, within);
}

/* Each cell draws its own piece of a line. */
static void joins_pieces_of_a_line(void **state)
{
	(void)state;
	line(200, 50.3f, 100, 50.3f);
	line(50, 50, 100.5f, 50);
	line(200.5f, 50.1f, 300, 50.1f);
	line(320, 50, 400, 50);
	line(50, 70, 300, 70);
	pdf_rules_settle(&rules);
	assert_int_equal(rules.horizontal.count, 3);
	assert_rule(&rules.horizontal.items[0], 50, 50, 300, 0.4);
	assert_rule(&rules.horizontal.items[1], 50, 320, 400, 0.01);
	assert_rule(&rules.horizontal.items[2], 70, 50, 300, 0.01);
}

/* Word draws borders as thin filled rectangles; a heavy border is a thick line; what is thicker is an area. */
static void tells_rules_from_areas(void **state)
{
	(void)state;
	fill(50, 100, 300, 100.5f, 0);
	fill(50, 100, 50.5f, 200, 0);
	fill(50, 100, 300, 120, 0.8f);
	assert_int_equal(pdf_rules_add_line(&rules, 50, 210, 300, 210, 12), 0);
	line(50, 300, 90, 340);
	pdf_rules_settle(&rules);
	assert_int_equal(rules.horizontal.count, 1);
	assert_rule(&rules.horizontal.items[0], 100.25, 50, 300, 0.01);
	assert_int_equal(rules.vertical.count, 1);
	assert_rule(&rules.vertical.items[0], 50.25, 100, 200, 0.01);
	assert_int_equal(rules.fill_count, 2);
	assert_float_equal(rules.fills[1].box.y0, 204, 0.01);
	assert_float_equal(rules.fills[1].box.y1, 216, 0.01);
}

/* A page painted white, and a white cell on a grey row. */
static void keeps_white_on_grey_only(void **state)
{
	(void)state;
	fill(0, 0, 600, 800, 1);
	fill(50, 100, 300, 140, 0.8f);
	fill(60, 105, 100, 135, 1);
	fill(400, 105, 440, 135, 1);
	pdf_rules_settle(&rules);
	assert_int_equal(rules.fill_count, 2);
	assert_float_equal(rules.fills[1].box.x0, 60, 0.01);
}

static void bounds_drawings(void **state)
{
	(void)state;
	for (int i = 0; i < PDF_RULES_MAX + 10; i++)
		line((float)(i % 500), (float)(i / 50), (float)(i % 500) + 3, (float)(i / 50));
	assert_true(rules.crowded);
	assert_int_equal(rules.horizontal.count, PDF_RULES_MAX);
	line(0, INFINITY, 10, INFINITY);
	fill(0, 0, NAN, 10, 0);
	pdf_rules_clear(&rules);
	assert_false(rules.crowded);
	assert_int_equal(rules.horizontal.count, 0);
}

static void ink(size_t x0, size_t y0, size_t x1, size_t y1)
{
	for (size_t y = y0; y < y1; y++)
		memset(&pixels[y * WIDTH + x0], 40, x1 - x0);
}

static void read_pixels(float points_per_pixel)
{
	assert_int_equal(pdf_rules_read_bitmap(&rules, pixels, WIDTH, HEIGHT, WIDTH, points_per_pixel), 0);
	pdf_rules_settle(&rules);
}

/* A frame with a line through it, and letters, whose strokes are short. */
static void reads_lines_from_pixels(void **state)
{
	(void)state;
	ink(100, 50, 500, 52);
	ink(100, 350, 500, 352);
	ink(100, 50, 102, 352);
	ink(498, 50, 500, 352);
	ink(300, 50, 302, 352);
	for (size_t x = 120; x < 280; x += 12) {
		ink(x, 100, x + 8, 102);
		ink(x, 100, x + 2, 116);
	}
	read_pixels(0.48f);
	assert_int_equal(rules.horizontal.count, 2);
	assert_rule(&rules.horizontal.items[0], 51 * 0.48, 100 * 0.48, 500 * 0.48, 0.5);
	assert_int_equal(rules.vertical.count, 3);
	assert_rule(&rules.vertical.items[1], 301 * 0.48, 50 * 0.48, 352 * 0.48, 0.5);
}

/* A scan is never quite straight: 4 pixels of 400 here; and the printer left gaps. */
static void reads_lines_askew(void **state)
{
	(void)state;
	for (size_t i = 0; i < 400; i++)
		if (i % 97 != 0)
			ink(100 + i, 100 + i / 100, 101 + i, 102 + i / 100);
	for (size_t i = 0; i < 200; i++)
		ink(102 + i / 50, 100 + i, 104 + i / 50, 101 + i);
	read_pixels(0.48f);
	assert_int_equal(rules.horizontal.count, 1);
	assert_rule(&rules.horizontal.items[0], 102.5 * 0.48, 100 * 0.48, 500 * 0.48, 0.9);
	assert_int_equal(rules.vertical.count, 1);
	assert_rule(&rules.vertical.items[0], 104.5 * 0.48, 100 * 0.48, 300 * 0.48, 0.9);
}

/* A dark header row is an area, and no line. */
static void reads_areas_from_pixels(void **state)
{
	(void)state;
	ink(100, 50, 500, 80);
	read_pixels(0.48f);
	assert_int_equal(rules.horizontal.count, 0);
	assert_int_equal(rules.vertical.count, 0);
	assert_int_equal(rules.fill_count, 1);
	assert_float_equal(rules.fills[0].box.y0, 24, 0.5);
	assert_float_equal(rules.fills[0].box.y1, 38.4, 0.5);
}

/* A raster of dots and a black page end in bounded time. */
static void reads_any_pixels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)(i * 2654435761u >> 24);
	read_pixels(0.1f);
	memset(pixels, 0, sizeof(pixels));
	pdf_rules_clear(&rules);
	read_pixels(0.48f);
	assert_int_equal(rules.fill_count, 1);
	assert_int_equal(pdf_rules_read_bitmap(&rules, pixels, 100000, 1, 100000, 1), -EINVAL);
	assert_int_equal(pdf_rules_read_bitmap(&rules, pixels, 0, 0, 0, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(joins_pieces_of_a_line, prepare, tidy),
		cmocka_unit_test_setup_teardown(tells_rules_from_areas, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_white_on_grey_only, prepare, tidy),
		cmocka_unit_test_setup_teardown(bounds_drawings, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_lines_from_pixels, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_lines_askew, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_areas_from_pixels, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_any_pixels, prepare, tidy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
