/* Addresses as they may be shown. */
#include "base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct { const char *text, *shown; } cases[] = {
	{ "", "" },
	{ "no address@all", "no address@all" },
	{ "http://host:80/v1", "http://host:80/v1" },
	{ "http://name:secret@host:80/v1", "http://***@host:80/v1" },
	{ "https://name@host", "https://***@host" },
	{ "http://a:b@c@host/", "http://***@host/" },
	{ "http://host/a@b?c=d@e", "http://host/a@b?c=d@e" },
	{ "--model-url http://a:b@one --x https://c:d@two/v1: refused", "--model-url http://***@one --x https://***@two/v1: refused" },
	{ "base_url: \"http://a:b@one\"\nname: \"x@y\"", "base_url: \"http://***@one\"\nname: \"x@y\"" },
	{ "://", "://" },
	{ "http://@", "http://@" },
	{ "http://a:b@", "http://***@" },
};

static void test_passwords_are_not_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer out;
		buffer_init(&out, 1000);
		url_append_shown(&out, text_from(cases[i].text));
		assert_string_equal(buffer_string(&out), cases[i].shown);
		buffer_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_passwords_are_not_shown) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
