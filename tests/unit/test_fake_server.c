/* The fake server as unit tests start, ask and end it; what it does for clients is tested in tests/system. */
#include "tests/unit/fake_server.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void starts_answers_and_ends(void **state)
{
	struct fake_server server;
	(void)state;

	fake_server_start(&server, "--as llamacpp --slots 3");
	char *props = fake_server_get(&server, "/props");
	assert_non_null(strstr(props, "\"total_slots\": 3"));
	free(props);
	fake_server_script(&server, "500:path=/health");
	fake_server_script(&server, NULL);
	char *health = fake_server_get(&server, "/health");
	assert_string_equal(health, "{\"status\": \"ok\"}");
	free(health);
	char *stats = fake_server_get(&server, "/fake/stats");
	assert_non_null(strstr(stats, "\"requests_total\": 2"));
	free(stats);
	fake_server_stop(&server);
	fake_server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(starts_answers_and_ends, support_leaks_setup, support_leaks_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
