/* What a page's style sheet says of its tables. */
#include "workers/preprocess/html_style_sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static bool borders(const char *sheet)
{
	return html_style_sheet_borders_cells(text_from(sheet));
}

static void cells_with_borders(void **state)
{
	(void)state;
	assert_true(borders("table, th, td {border: 1px solid black; border-collapse: collapse;}"));
	assert_true(borders("/* a */ p { color: red }\n/* cells: */ TABLE > TD { padding: 2px; BORDER:thin solid }"));
	assert_true(borders("@media screen { td{border:1px dotted} }"));
	assert_false(borders("td { border: none } th { border: 0 }"));
	assert_false(borders(".data td { border: 1px solid } td.x { border: 1px solid } td:hover { border: 1px solid } #t th { border: 1px solid }"));
	assert_false(borders("table { border: 1px solid } hr, ftd { border: 1px solid }"));
	assert_false(borders("td"));
	assert_false(borders("td{"));
	assert_true(borders("td{border:1px"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_with_borders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
