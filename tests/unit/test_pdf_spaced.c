/* Letters set apart become words; short words, numbers and units stay. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_spaced.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct pdf_page page;
static struct buffer text;

static int prepare(void **state)
{
	(void)state;
	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	buffer_init(&text, 1 << 16);
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	pdf_page_done(&page);
	buffer_done(&text);
	return 0;
}

/* Letters of 5 points in type of 10; each blank of `line` is `blank` points wide, and "_" stands for a gap of `gap`. */
static void add_line(const char *line, float gap, float blank, uint8_t style)
{
	float x = 50;
	bool inside = false;

	for (const char *p = line; *p; p++) {
		if (*p == ' ' || *p == '_') {
			x += *p == ' ' ? blank : gap;
			inside = false;
			continue;
		}
		if (!inside) {
			struct pdf_word *word = pdf_page_add_word(&page);
			assert_non_null(word);
			word->size = 10;
			word->style = style;
		}
		inside = true;
		pdf_page_append(&page, (unsigned char)*p, (struct pdf_box){ x, 100, x + 5, 110 });
		x += 5;
	}
	page.words[page.word_count - 1].line_end = true;
}

/* The page's words, parted by blanks, its lines by "/". */
static const char *words(void)
{
	pdf_spaced_join(&page);
	buffer_clear(&text);
	for (size_t i = 0; i < page.word_count; i++) {
		buffer_append_text(&text, pdf_word_text(&page, &page.words[i]));
		if (i + 1 < page.word_count)
			buffer_append_byte(&text, page.words[i].line_end ? '/' : ' ');
	}
	return buffer_string(&text);
}

static void test_letters_apart_are_words(void **state)
{
	(void)state;
	add_line("R_e_l_e_a_s_e n_o_t_e_s", 1.5f, 4.5f, 0);
	add_line("C_O_P_Y", 1.5f, 4.5f, PDF_BOLD);
	assert_string_equal(words(), "Release notes/COPY");
	assert_float_equal(page.words[0].box.x1, 50 + 7 * 5 + 6 * 1.5, 0.01);
}

static void test_letters_hardly_apart(void **state)
{
	(void)state;
	add_line("Add options to job su_b_mis_s_ion", 1.02f, 4.1f, 0);
	assert_string_equal(words(), "Add options to job submission");
}

static void test_short_words_stay(void **state)
{
	(void)state;
	add_line("I a m a b c", 1, 2.5f, 0);         /* the gap of plain blanks */
	add_line("10_V 80_kHz 30_ms 600_U", 1.7f, 30, 0); /* thin blanks before units, in cells */
	add_line("1_2_3_4_5 6_7_8", 2, 6, 0);        /* digits */
	add_line("A_connection is made", 1.02f, 2.9f, 0); /* one narrow gap alone */
	assert_string_equal(words(), "I a m a b c/10 V 80 kHz 30 ms 600 U/1 2 3 4 5 6 7 8/A connection is made");
}

static void test_typewriters_and_other_lines_stay(void **state)
{
	(void)state;
	add_line("a_b_c_d", 1.5f, 4, PDF_MONO);
	add_line("x", 1, 4, 0);
	add_line("y", 1, 4, 0);
	assert_string_equal(words(), "a b c d/x/y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_letters_apart_are_words, prepare, tidy),
		cmocka_unit_test_setup_teardown(test_letters_hardly_apart, prepare, tidy),
		cmocka_unit_test_setup_teardown(test_short_words_stay, prepare, tidy),
		cmocka_unit_test_setup_teardown(test_typewriters_and_other_lines_stay, prepare, tidy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
