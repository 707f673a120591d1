/* Pages as other people's programs and hands write them: tables made of divisions, cells outside of rows, references of every kind. */
#include "tests/unit/convert_support.h"
#include "workers/preprocess/html_entities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static void html(const char *source, const char *expected)
{
	convert_expect(convert_html, "page.html", source, expected);
}

static void character_references(void **state)
{
	(void)state;
	html("<p>&CounterClockwiseContourIntegral; &nvap; &acE; &fjlig; &Zeta; &lang;x&rang; &hellip;</p>", "∳ ≍⃒ ∾̳ fj Ζ ⟨x⟩ …\n");
	html("<p>&notit; &copy2026 &frac12x &eacutex &AMP b</p>", "¬it; ©2026 ½x éx & b\n");
	html("<p>&alpha x &unheard; &; a&b &#; &#x110000;</p>", "&alpha x \\&unheard; &; a&b &#; \xEF\xBF\xBD\n");
	html("<p><a href='a?b=1&copy=2&amp;c=3&lang;'>x</a></p>", "[x](a?b=1&copy=2&c=3⟨)\n");
	assert_int_equal(html_entity_count, 2125);
	for (size_t i = 1; i < html_entity_count; i++)
		assert_true(strcmp(html_entities[i - 1].name, html_entities[i].name) < 0);
}

static void tables_of_divisions(void **state)
{
	(void)state;
	html("<div role=table><div role=rowgroup><div role=row><span role=columnheader>A</span> <span role=columnheader>B</span></div></div>"
	     "<div role=rowgroup><div role=row><span role=cell>1</span><span role=cell>2</span></div></div></div>",
	     "| A | B |\n| --- | --- |\n| 1 | 2 |\n");
	html("<div role=grid><div role=row><div role=columnheader>A</div><div role=columnheader>B</div></div><div role=row>"
	     "<div role=rowheader>1</div><div role=gridcell>2</div></div></div>",
	     "| A | B |\n| --- | --- |\n| 1 | 2 |\n");
}

static void cells_outside_of_rows(void **state)
{
	(void)state;
	html("<table><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |\n");
	html("<table><td>1</td><td>2</td></table>", "1 2\n");
}

static void tables_in_tables(void **state)
{
	(void)state;
	html("<table border=1><tr><td>a<td>b<td>c<tr><td><table><tr><td>d<td>e<tr><td>1<td>2</table><td>f<td>g</table>",
	     "| a | b | c |\n| --- | --- | --- |\n| d, e<br>1, 2 | f | g |\n");
	html("<table border=1><tr><td><table><tr><td>d<td>e<tr><td>1<td>2</table><tr><td>f</table>", "| d | e |\n| --- | --- |\n| 1 | 2 |\n\nf\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(character_references),
		cmocka_unit_test(tables_of_divisions),
		cmocka_unit_test(cells_outside_of_rows),
		cmocka_unit_test(tables_in_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
