/* Do two entries of `models:` mean one server? */
#include "config/model_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool same(const char *one, const char *other)
{
	const struct model_settings a = { .base_url = one }, b = { .base_url = other };
	assert_int_equal(model_shares_server(&a, &b), model_shares_server(&b, &a));
	return model_shares_server(&a, &b);
}

static void test_spelled_differently(void **state)
{
	(void)state;
	assert_true(same("http://127.0.0.1:11434", "http://127.0.0.1:11434"));
	assert_true(same("http://127.0.0.1:11434", "http://127.0.0.1:11434/"));
	assert_true(same("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"));
	assert_true(same("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1/chat/completions"));
	assert_true(same("http://127.0.0.1:11434", "http://localhost:11434"));
	assert_true(same("http://[::1]:11434/v1", "http://127.0.0.1:11434"));
	assert_true(same("http://name:password@127.0.0.1:1234", "http://LOCALHOST:1234/v1"));
	assert_true(same("http://192.0.2.7", "http://192.0.2.7:80"));
	assert_true(same("https://192.0.2.7", "https://192.0.2.7:443/v1"));
	assert_true(same("http://GPU-box.invalid:8000", "http://gpu-box.invalid:8000/v1")); /* not to be looked up, and yet the same */
}

static void test_other_servers(void **state)
{
	(void)state;
	assert_false(same("http://127.0.0.1:11434", "http://127.0.0.1:11435"));
	assert_false(same("http://127.0.0.1:11434", "http://192.0.2.7:11434"));
	assert_false(same("http://192.0.2.7/one", "http://192.0.2.7/two/v1"));
	assert_false(same("http://192.0.2.7", "https://192.0.2.7"));
	assert_false(same("", "http://192.0.2.7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_spelled_differently), cmocka_unit_test(test_other_servers) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
