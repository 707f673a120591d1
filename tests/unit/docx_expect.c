#include "tests/unit/docx_expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void docx_expect(const struct docx_fixture *fixture, const char *expected)
{
	struct buffer packed = docx_fixture_pack(fixture);
	struct converted converted = convert_run(convert_docx, "a.docx", buffer_view(&packed));

	if (converted.status != 0)
		fail_msg("status %d: %s", converted.status, converted.error.message);
	if (strcmp(buffer_string(&converted.markdown), expected) != 0)
		fail_msg("expected:\n%s\nfound:\n%s", expected, buffer_string(&converted.markdown));
	convert_check_normal(buffer_view(&converted.markdown));
	converted_done(&converted);
	buffer_done(&packed);
}

void docx_expect_refused(struct text data, int code, const char *words)
{
	struct converted converted = convert_run(convert_docx, "a.docx", data);

	assert_int_equal(converted.status, code);
	if (!strstr(converted.error.message, words))
		fail_msg("expected a reason with '%s', found: %s", words, converted.error.message);
	converted_done(&converted);
}
