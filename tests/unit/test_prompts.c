/* test_prompts.c: the texts that models are asked with: found, checked, overridden one by one, filled. */
#include "base/file.h"
#include "config/prompts.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void write_prompt(const char *folder, const char *name, const char *content)
{
	char path[128];
	struct error_text error = { "" };
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_replace(path, text_from(content), &error), 0);
}

static int load_from(const char *folder, struct prompts *prompts, struct error_text *error)
{
	struct settings settings;
	settings_init(&settings);
	assert_int_equal(settings_set(&settings, "generate.prompts", folder, error), 0);
	int status = prompts_load(&settings, prompts, error);
	settings_done(&settings);
	return status;
}

static void one_of_your_own_takes_the_place_of_the_usual_one(void **state)
{
	char folder[64];
	struct prompts usual, own;
	struct error_text error = { "" };
	struct buffer usual_text, own_text, out;
	const struct prompt_value values[] = { { "title", TEXT_LITERAL("T {source}") }, { "source", TEXT_LITERAL("S") } };
	(void)state;
	support_folder_make(folder);
	write_prompt(folder, "source.md", "<!-- for {people} alone -->\n{title}: {source}{section} {\"json\": 1} {Not one}\n");
	assert_int_equal(load_from("", &usual, &error), 0);
	assert_int_equal(load_from(folder, &own, &error), 0);
	buffer_init(&out, 1 << 20);
	buffer_init(&usual_text, 1 << 20);
	buffer_init(&own_text, 1 << 20);
	prompts_fill(&own, PROMPT_SOURCE, values, COUNT_OF(values), &out);
	assert_string_equal(buffer_string(&out), "T {source}: S {\"json\": 1} {Not one}");
	assert_true(text_equal(buffer_view(&usual.texts[PROMPT_PAIRS]), buffer_view(&own.texts[PROMPT_PAIRS])));
	prompts_append_all(&usual, &usual_text);
	prompts_append_all(&own, &own_text);
	assert_false(text_equal(buffer_view(&usual_text), buffer_view(&own_text)));
	buffer_done(&out);
	buffer_done(&usual_text);
	buffer_done(&own_text);
	prompts_done(&usual);
	prompts_done(&own);
	support_folder_remove(folder);
}

static void what_is_wrong_names_the_file(void **state)
{
	char folder[64];
	struct prompts prompts;
	struct error_text error = { "" };
	(void)state;
	assert_true(load_from("/nowhere/at/all", &prompts, &error) < 0);
	assert_non_null(strstr(error.message, "/nowhere/at/all"));
	prompts_done(&prompts);
	support_folder_make(folder);
	write_prompt(folder, "judge.md", "Judge {pears}");
	assert_true(load_from(folder, &prompts, &error) < 0);
	assert_non_null(strstr(error.message, "judge.md"));
	assert_non_null(strstr(error.message, "{pears}"));
	assert_non_null(strstr(error.message, "pairs reply"));
	prompts_done(&prompts);
	write_prompt(folder, "judge.md", "\xff\xfe");
	assert_true(load_from(folder, &prompts, &error) < 0);
	assert_non_null(strstr(error.message, "UTF-8"));
	prompts_done(&prompts);
	support_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_of_your_own_takes_the_place_of_the_usual_one, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(what_is_wrong_names_the_file, support_leaks_setup, support_leaks_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
