/* Settings: values of every kind, YAML, dumps that read back the same, and the words of the messages. */
#include "config/settings_schema.h"

#include "base/file.h"
#include "base/utf8.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct settings settings;
static struct error_text error;

static int set_up(void **state)
{
	(void)state;
	settings_init(&settings);
	error.message[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	settings_done(&settings);
	return 0;
}

static void expect_set_error(const char *key, const char *value, const char *message)
{
	assert_int_equal(settings_set(&settings, key, value, &error), -EINVAL);
	assert_string_equal(error.message, message);
}

static void expect_load_error(const char *yaml, const char *message)
{
	assert_true(settings_load_text(&settings, text_from(yaml), "my.yaml", &error) < 0);
	assert_string_equal(error.message, message);
}

static void load(const char *yaml)
{
	int status = settings_load_text(&settings, text_from(yaml), "my.yaml", &error);
	if (status < 0)
		print_error("%s\n", error.message);
	assert_int_equal(status, 0);
}

static void test_defaults(void **state)
{
	size_t count;
	const struct setting *schema = settings_schema(&count);
	(void)state;
	assert_string_equal(settings.run.workers, "auto");
	assert_int_equal(settings.run.seed, 42);
	assert_int_equal(settings.ipc.shm, 1 << 30);
	assert_true(settings.gate.conversion == 0.4);
	assert_true(settings.generate.cmedit);
	assert_int_equal(settings_check(&settings, &error), 0);
	for (size_t i = 0; i < count; i++) { /* every default is a value that is allowed */
		struct buffer initial;
		buffer_init(&initial, 4096);
		setting_format_initial(&schema[i], &initial);
		assert_int_equal(settings_set(&settings, schema[i].key, buffer_string(&initial), &error), 0);
		buffer_done(&initial);
	}
}

static void test_set(void **state)
{
	(void)state;
	assert_int_equal(settings_set(&settings, "ipc.shm", "1.5G", NULL), 0);
	assert_int_equal(settings.ipc.shm, 3ull << 29);
	assert_int_equal(settings_set(&settings, "run.seed", "18446744073709551615", NULL), 0);
	assert_true(settings.run.seed == UINT64_MAX);
	assert_int_equal(settings_set(&settings, "gate.structural", "1", NULL), 0);
	assert_true(settings.gate.structural == 1.0);
	assert_int_equal(settings_set(&settings, "gate.structural", ".25", NULL), 0);
	assert_true(settings.gate.structural == 0.25);
	assert_int_equal(settings_set(&settings, "intake.hidden", "Yes", NULL), 0);
	assert_true(settings.intake.hidden);
	assert_int_equal(settings_set(&settings, "run.pin", "cores", NULL), 0);
	assert_string_equal(settings.run.pin, "cores");
	assert_int_equal(settings_set(&settings, "generate.system", "first", NULL), 0);
	assert_int_equal(settings_set(&settings, "generate.system", "second", NULL), 0);
	assert_string_equal(settings.generate.system, "second");
}

static void test_set_messages(void **state)
{
	(void)state;
	expect_set_error("ipc.credit", "1", "there is no setting \"ipc.credit\"; did you mean \"ipc.credits\"? (coordinator --dump-config lists them)");
	expect_set_error("shm", "1", "there is no setting \"shm\"; did you mean \"ipc.shm\"? (coordinator --dump-config lists them)");
	expect_set_error("io.shm", "1", "there is no setting \"io.shm\"; did you mean \"ipc.shm\"? (coordinator --dump-config lists them)");
	expect_set_error("zzzzzz", "1", "there is no setting \"zzzzzz\" (coordinator --dump-config lists them)");
	expect_set_error("", "1", "there is no setting \"\" (coordinator --dump-config lists them)");
	expect_set_error("ipc.credits", "17", "ipc.credits: \"17\" is too large; allowed: 1 to 16 tasks (default 3)");
	expect_set_error("ipc.credits", "0", "ipc.credits: \"0\" is too small; allowed: 1 to 16 tasks (default 3)");
	expect_set_error("ipc.credits", "-1", "ipc.credits: \"-1\" is no whole number; allowed: 1 to 16 tasks (default 3)");
	expect_set_error("ipc.credits", "", "ipc.credits: \"\" is empty; allowed: 1 to 16 tasks (default 3)");
	expect_set_error("run.seed", "18446744073709551616", "run.seed: \"18446744073709551616\" is no whole number; allowed: 0 or more (default 42)");
	expect_set_error("gate.structural", "1.01", "gate.structural: \"1.01\" is too large; allowed: 0 to 1 (default 0.5)");
	expect_set_error("gate.structural", "nan", "gate.structural: \"nan\" is no number such as 0.25; allowed: 0 to 1 (default 0.5)");
	expect_set_error("intake.hidden", "maybe", "intake.hidden: \"maybe\" is neither on nor off; allowed: on or off (default off)");
	expect_set_error("run.pin", "numa", "run.pin: \"numa\" is none of the choices; allowed: none, cores or auto (default auto)");
	expect_set_error("run.domain", "\xff", "run.domain: the text is not valid UTF-8");
	assert_int_equal(settings.ipc.credits, 3); /* untouched by what failed */
}

static void test_sizes(void **state)
{
	static const struct { const char *text; uint64_t bytes; } good[] = {
		{ "0", 0 }, { "4096", 4096 }, { "4096B", 4096 }, { "64k", 65536 }, { "512M", 512ull << 20 }, { "512 MiB", 512ull << 20 },
		{ "15G", 15ull << 30 }, { "15GB", 15ull << 30 }, { "1.5T", 3ull << 39 }, { " 2G ", 2ull << 30 }, { "0.5K", 512 },
		{ "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = { "", "G", "1X", "1GG", "-1", "+1", "1e3", "1.2.3", ".", "1 2", "18446744073709551616", "16777216T", "0x10" };
	uint64_t bytes;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(settings_parse_size(good[i].text, &bytes, &error), 0);
		assert_true(bytes == good[i].bytes);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		bytes = 7;
		assert_int_equal(settings_parse_size(bad[i], &bytes, &error), -EINVAL);
		assert_int_equal(bytes, 7);
	}
	assert_int_equal(settings_parse_size("15 gig", &bytes, &error), -EINVAL);
	assert_string_equal(error.message, "\"15 gig\" is no size; expected bytes or a number with K, M, G or T (powers of 1024), such as 512M or 1.5G");
}

static void test_workers(void **state)
{
	static const char *const bad[] = { "", "0", "two", "2..", "..2", "2..1", "2...4", "-2", "2-4", "5000", "0..3", "auto..3" };
	uint32_t least = 9, most = 9;
	(void)state;
	assert_int_equal(settings_parse_workers("12", &least, &most, &error), 0);
	assert_true(least == 12 && most == 12);
	assert_int_equal(settings_parse_workers("2..12", &least, &most, &error), 0);
	assert_true(least == 2 && most == 12);
	assert_int_equal(settings_parse_workers("auto", &least, &most, &error), 0);
	assert_true(least == 0 && most == 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(settings_parse_workers(bad[i], &least, &most, &error), -EINVAL);
		assert_int_equal(settings_set(&settings, "run.workers", bad[i], &error), -EINVAL);
	}
}

static void test_load(void **state)
{
	(void)state;
	load("# nothing but a comment\n");
	load("");
	load("run:\nipc: ~\n");
	load("---\nrun: {seed: 7, pin: none}\nipc:\n  shm: \"2G\" # quoted\n  ring_share: 0.5\nintake:\n  hidden: true\n");
	assert_int_equal(settings.run.seed, 7);
	assert_string_equal(settings.run.pin, "none");
	assert_int_equal(settings.ipc.shm, 2ull << 30);
	assert_true(settings.ipc.ring_share == 0.5);
	assert_true(settings.intake.hidden);
	load("generate: {system: \"\"}\n");
	assert_string_equal(settings.generate.system, "");
}

static void test_load_messages(void **state)
{
	(void)state;
	expect_load_error("ipc:\n  shm: 1G\n  credit: 2\n", "my.yaml:3: there is no setting \"ipc.credit\"; did you mean \"ipc.credits\"?");
	expect_load_error("ipc:\n  pin: none\n", "my.yaml:2: there is no setting \"ipc.pin\"; did you mean \"run.pin\"?");
	expect_load_error("rum:\n  seed: 2\n", "my.yaml:1: there is no section \"rum\"; did you mean \"run\"?");
	expect_load_error("ipc.shm: 1G\n", "my.yaml:1: \"ipc.shm\" must stand as \"shm\" below a line \"ipc:\"");
	expect_load_error("run:\n  seed: 1\nipc:\n  # a comment\n  credits: 99\n",
			  "my.yaml:5: ipc.credits: \"99\" is too large; allowed: 1 to 16 tasks (default 3)");
	expect_load_error("run:\n  workers: 3..2\n", "my.yaml:2: run.workers: \"3..2\": the least number of workers is above the most; did you mean 2..3?");
	expect_load_error("run: {seed: 1}\nrun: {limit: 1}\n", "my.yaml:1: run: the key stands twice");
	expect_load_error("run: 5\n", "my.yaml:1: run: expected indented \"key: value\" lines below it");
	expect_load_error("run:\n  seed: [1, 2]\n", "my.yaml:2: run.seed: expected one value, found a list or a mapping");
	expect_load_error("run:\n\tseed: 1\n", "my.yaml:1: run: not valid YAML here; indent with blanks, not tabs, and quote values with special "
					       "characters");
	expect_load_error("run: &a {seed: 1}\nipc: *a\n", "my.yaml:2: ipc: anchors and aliases are not supported: write the value out");
	assert_true(settings_load_file(&settings, "/nonexistent.yaml", &error) < 0);
	assert_non_null(strstr(error.message, "/nonexistent.yaml"));
	assert_true(settings_load_profile(&settings, "servr", &error) < 0);
	assert_string_equal(error.message, "no profile is called \"servr\"; did you mean \"server\"? (there are: generic, llama.cpp, lm-studio, mlx, ollama, server, small, vllm, workstation; "
					   "or give the path of a YAML file)");
}

static void test_check(void **state)
{
	static const struct { const char *key, *value, *message; } cases[] = {
		{ "chunk.quality_overlap", "7000", "chunk.quality_overlap is 7000 and chunk.quality_chars is 12000; the overlap may be at most half "
						   "of the chunk" },
		{ "split.test", "0.9", "split.valid and split.test leave less than a twentieth of the documents for train.jsonl; lower one of them" },
		{ "score.tier_fast_below", "0.8", "score.tier_fast_below is above score.tier_balanced_below; no document would be balanced" },
		{ "gate.structural_drop", "0.6", "gate.structural_drop is above gate.structural; it must be the lower of the two" },
		{ "generate.question_chars_min", "400", "generate.question_chars_min is above generate.question_chars_max" },
		{ "generate.answer_chars_min", "5000", "generate.answer_chars_min is above generate.answer_chars_max" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct settings one;
		settings_init(&one);
		assert_int_equal(settings_set(&one, cases[i].key, cases[i].value, &error), 0);
		assert_int_equal(settings_check(&one, &error), -EINVAL);
		assert_string_equal(error.message, cases[i].message);
		settings_done(&one);
	}
}

static uint64_t random_state = 1;

static uint64_t next_random(void) /* xorshift64 */
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void randomise(struct settings *target)
{
	static const char *const texts[] = { "", "plain", "two words", "a: b # c", "\"quoted\" \\ back", "line\nbreak\ttab", "- dash", "null", "~", "é – µ",
					     " leading", "trailing ", "\x01\x7f", "{a}", "'", "*x", "%", "0x1", "@", "1..2" };
	size_t count;
	const struct setting *schema = settings_schema(&count);
	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = &schema[i];
		char value[64];
		uint64_t span = setting->number_max - setting->number_min;
		if (setting->kind == SETTING_KIND_RATIO) {
			double ratio = setting->ratio_min + (setting->ratio_max - setting->ratio_min) * (double)(next_random() % 10001) / 10000;
			snprintf(value, sizeof(value), "%.6f", ratio);
		} else if (setting->kind == SETTING_KIND_STRING || setting->kind == SETTING_KIND_CHOICE) {
			struct text rest = text_from(setting->kind == SETTING_KIND_CHOICE ? setting->choices : ""), choice = { "", 0 };
			for (uint64_t k = next_random() % 3 + 1; k > 0 && text_next_field(&rest, '|', &choice);)
				k--;
			snprintf(value, sizeof(value), "%.*s", TEXT_ARGS(choice));
			if (setting->kind == SETTING_KIND_STRING)
				snprintf(value, sizeof(value), "%s", strcmp(setting->key, "run.workers") == 0 ? "1..3" : texts[next_random() % COUNT_OF(texts)]);
		} else {
			snprintf(value, sizeof(value), "%llu",
				 (unsigned long long)(setting->number_min + (span == UINT64_MAX ? next_random() : next_random() % (span + 1))));
		}
		assert_int_equal(settings_set(target, setting->key, value, &error), 0);
	}
}

/* settings_dump, settings_load_text, settings_dump: the same bytes. */
static void test_dump_reads_back(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		struct settings again;
		struct buffer first, second;
		buffer_init(&first, 1 << 20);
		buffer_init(&second, 1 << 20);
		randomise(&settings);
		settings_dump(&settings, &first);
		assert_int_equal(first.status, 0);
		settings_init(&again);
		int status = settings_load_text(&again, buffer_view(&first), "dump", &error);
		if (status < 0)
			print_error("%s\n%s\n", error.message, buffer_string(&first));
		assert_int_equal(status, 0);
		settings_dump(&again, &second);
		assert_string_equal(buffer_string(&first), buffer_string(&second));
		settings_done(&again);
		buffer_done(&first);
		buffer_done(&second);
	}
}

static void test_dump_content(void **state)
{
	static const char *const without[][2] = { { "run.workers", "3" }, { "ipc.shm", "2G" }, { "io.uring", "off" }, { "supervise.attempts", "9" },
						  { "split.test", "0.2" }, { "output.license", "mit" }, { "run.limit", "5" }, { "intake.hidden", "on" } };
	static const char *const with[][2] = { { "run.seed", "1" }, { "run.domain", "generic" }, { "run.stages", "preprocess" }, { "intake.archive_depth_max", "2" },
					       { "intake.member_bytes_max", "1M" }, { "convert.pdf_pages_max", "3" }, { "gate.conversion", "0.1" },
					       { "chunk.fast_chars", "9000" }, { "score.tier_fast_below", "0.2" }, { "generate.system", "Be brief." } };
	struct buffer before, after;
	(void)state;
	buffer_init(&before, 65536);
	buffer_init(&after, 65536);
	settings_dump_content(&settings, &before);
	for (size_t i = 0; i < COUNT_OF(without); i++)
		assert_int_equal(settings_set(&settings, without[i][0], without[i][1], &error), 0);
	settings_dump_content(&settings, &after);
	assert_string_equal(buffer_string(&before), buffer_string(&after));
	for (size_t i = 0; i < COUNT_OF(with); i++) {
		struct settings changed;
		settings_init(&changed);
		assert_int_equal(settings_set(&changed, with[i][0], with[i][1], &error), 0);
		buffer_clear(&after);
		settings_dump_content(&changed, &after);
		assert_string_not_equal(buffer_string(&before), buffer_string(&after));
		assert_int_equal(settings_load_text(&settings, buffer_view(&after), "content", &error), 0);
		settings_done(&changed);
	}
	buffer_done(&before);
	buffer_done(&after);
}

/* config/docring.yaml is what --dump-config prints of the defaults: run `coordinator -c /dev/null --dump-config` to make it again. */
static void test_default_file(void **state)
{
	char path[PATH_MAX];
	struct buffer file, dump;
	(void)state;
	buffer_init(&file, 1 << 20);
	buffer_init(&dump, 1 << 20);
	assert_int_equal(settings_data_path("docring.yaml", path, &error), 0);
	assert_int_equal(file_read(path, &file, &error), 0);
	settings_dump(&settings, &dump);
	assert_string_equal(buffer_string(&file), buffer_string(&dump));
	buffer_done(&file);
	buffer_done(&dump);
}

static void test_profiles(void **state)
{
	static const char *const names[] = { "small", "workstation", "server", "generic", "ollama", "lm-studio", "llama.cpp", "vllm", "mlx" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct settings profile;
		settings_init(&profile);
		assert_int_equal(settings_load_profile(&profile, names[i], &error), 0);
		assert_int_equal(settings_check(&profile, &error), 0);
		settings_done(&profile);
	}
	assert_int_equal(settings_load_profile(&settings, "generic", &error), 0);
	assert_string_equal(settings.run.domain, "generic");
	assert_false(settings.generate.cmedit);
}

static void test_data_path(void **state)
{
	char path[PATH_MAX] = "untouched";
	(void)state;
	assert_int_equal(settings_data_path("domains/none.yaml", path, &error), -ENOENT);
	assert_string_equal(path, "untouched");
	assert_non_null(strstr(error.message, "domains/none.yaml"));
	assert_non_null(strstr(error.message, "DOCRING_DATA"));
	assert_int_equal(setenv("DOCRING_DATA", "/nonexistent", 1), 0);
	assert_int_equal(settings_data_path("docring.yaml", path, &error), 0); /* the next place has it */
	assert_int_equal(unsetenv("DOCRING_DATA"), 0);
}

static void test_closest(void **state)
{
	static const char *const names[] = { "status", "submit", "workers", "dry-run", "progress", "a" };
	(void)state;
	assert_string_equal(settings_closest("statsu", names, COUNT_OF(names)), "status");
	assert_string_equal(settings_closest("STATUS", names, COUNT_OF(names)), "status");
	assert_string_equal(settings_closest("submti", names, COUNT_OF(names)), "submit");
	assert_string_equal(settings_closest("dry_run", names, COUNT_OF(names)), "dry-run");
	assert_string_equal(settings_closest("prog", names, COUNT_OF(names)), "progress");
	assert_null(settings_closest("elephant", names, COUNT_OF(names)));
	assert_null(settings_closest("", names, COUNT_OF(names)));
	assert_null(settings_closest("x", NULL, 0));
	char word[300];
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_null(settings_closest(word, names, COUNT_OF(names)));
}

static void test_help_width(void **state)
{
	struct buffer help;
	(void)state;
	buffer_init(&help, 1 << 20);
	settings_help(&help);
	settings_dump(&settings, &help);
	struct text rest = buffer_view(&help), line;
	while (text_next_line(&rest, &line))
		assert_true(utf8_count(line) <= 80);
	buffer_done(&help);
}

static const char model_list[] = "models:\n  - base_url: http://127.0.0.1:11434\n    model: qwen3:8b\n    tier: quality\n"
				 "  - {base_url: 'https://host/v1', model: small, use: judge, api_key_env: KEY, temperature: 0}\n";

/* Every cut of a good file, and a flipped byte at every place: refused or read, never a crash. */
static void test_hostile_yaml(void **state)
{
	static const char flips[] = "\n\t:{[&*\"\xff";
	struct buffer dump;
	(void)state;
	buffer_init(&dump, 1 << 20);
	load(model_list);
	settings_dump_content(&settings, &dump);
	for (size_t i = 0; i < dump.bytes; i++) {
		struct settings target;
		settings_init(&target);
		int status = settings_load_text(&target, text_slice(buffer_view(&dump), 0, i), "cut", &error);
		assert_true(status == 0 || error.message[0]);
		char kept = dump.data[i];
		dump.data[i] = flips[i % (sizeof(flips) - 1)];
		status = settings_load_text(&target, buffer_view(&dump), "flip", &error);
		assert_true(status == 0 || error.message[0]);
		dump.data[i] = kept;
		settings_done(&target);
	}
	buffer_done(&dump);
}

static void test_models(void **state)
{
	(void)state;
	load(model_list);
	assert_int_equal(settings_check(&settings, &error), 0);
	assert_int_equal(settings.model_count, 2);
	assert_string_equal(model_name(&settings.models[0]), "qwen3:8b");
	assert_int_equal(model_tier_of(&settings.models[0]), MODEL_QUALITY);
	assert_int_equal(settings.models[0].request_timeout_s, 600);
	assert_int_equal(model_use_of(&settings.models[1]), MODEL_JUDGE);
	assert_true(settings.models[1].temperature == 0);
	assert_int_equal(settings_set(&settings, "models.qwen3:8b.max_tokens", "99", &error), 0);
	assert_int_equal(settings.models[0].max_tokens, 99);
	assert_int_equal(settings_set(&settings, "models.another.base_url", "http://b", &error), 0);
	assert_int_equal(settings.model_count, 3);
	expect_set_error("models.model", "x", "models.model: which of the 3 models is meant? use models.NAME.key");
	load("models:\n  - base_url: http://c\n"); /* a later list replaces the one before it */
	assert_int_equal(settings.model_count, 1);
	assert_string_equal(model_name(&settings.models[0]), "http://c");
	assert_int_equal(settings_set(&settings, "models.model", "m", &error), 0);
	assert_string_equal(model_name(&settings.models[0]), "m");
}

static void expect_check_error(const char *yaml, const char *message)
{
	struct settings checked;
	settings_init(&checked);
	assert_int_equal(settings_load_text(&checked, text_from(yaml), "my.yaml", &error), 0);
	assert_int_equal(settings_check(&checked, &error), -EINVAL);
	assert_string_equal(error.message, message);
	settings_done(&checked);
}

static void test_model_messages(void **state)
{
	(void)state;
	expect_check_error("models:\n  - model: m\n", "models[0] (m): base_url is missing, such as http://127.0.0.1:8080 (--model-url, or a profile such as ollama)");
	expect_check_error("models:\n  - base_url: localhost:80\n", "models[0]: base_url \"localhost:80\" must begin with http:// or https://, such as http://localhost:80");
	expect_check_error("models:\n  - base_url: http://a\n  - base_url: http://a\n",
			   "models[0] and models[1] are both called \"http://a\"; give one of them another name");
	expect_check_error("models:\n  - {base_url: http://a, use: judge}\n", "models: none with use: generate; a judge or embeddings alone have nothing to do");
	expect_check_error("models:\n  - {base_url: http://a, context_tokens: 2048}\n",
			   "models[0] (http://a): max_tokens is 4096 and context_tokens 2048; the prompt needs room too");
	expect_load_error("models:\n  - base_ulr: http://a\n", "my.yaml:2: a model has no setting \"base_ulr\"; did you mean \"base_url\"? "
			  "(coordinator --help-settings lists them)");
	expect_load_error("models:\n  - tier: best\n", "my.yaml:2: models[0].tier: \"best\" is none of the choices; allowed: fast, balanced or quality "
			  "(default balanced)");
	expect_load_error("run: {seed: 1}\nmodels:\n  - {base_url: http://a, tier: fast}\n  # another\n\n  - base_url: http://b\n    max_tokens: 5\n    tier: best\n",
			  "my.yaml:8: models[1].tier: \"best\" is none of the choices; allowed: fast, balanced or quality (default balanced)");
	expect_load_error("models: [{base_url: http://a}, {base_url: http://b, use: juge}]\n", "my.yaml:1: models[1].use: \"juge\" is none of the choices; allowed: "
			  "generate, judge or embeddings (default generate)");
	expect_load_error("run: {seed: 1}\nmodel:\n  - {base_url: http://a}\n", "my.yaml:2: there is no section \"model\"; did you mean \"models\"?");
	expect_check_error("models:\n  - {name: small, base_url: http://a}\n  - {name: smal}\n", "no model is called \"smal\"; did you mean \"small\"? (there are: "
			   "small); a new one needs its address too, such as models.smal.base_url=http://127.0.0.1:8080");
	expect_check_error("generate: {mode: models}\n", "generate.mode is models, and there is no model: name one with --model-url URL, a profile such as --profile "
			   "ollama, or models: in a configuration file (docs/models.md); or leave generate.mode at auto");
	expect_set_error("models.a.tmperature", "1", "a model has no setting \"tmperature\"; did you mean \"temperature\"? "
			 "(coordinator --help-settings lists them)");
}

/* Written and read again the same; the key's name and the address are no part of what a document becomes. */
static void test_models_dump(void **state)
{
	struct settings again;
	struct buffer first, second;
	(void)state;
	buffer_init(&first, 1 << 20);
	buffer_init(&second, 1 << 20);
	load(model_list);
	settings_dump(&settings, &first);
	settings_init(&again);
	assert_int_equal(settings_load_text(&again, buffer_view(&first), "dump", &error), 0);
	settings_dump(&again, &second);
	assert_string_equal(buffer_string(&first), buffer_string(&second));
	buffer_clear(&first);
	buffer_clear(&second);
	settings_dump_content(&settings, &first);
	assert_int_equal(settings_set(&again, "models.qwen3:8b.base_url", "http://elsewhere", &error), 0);
	assert_int_equal(settings_set(&again, "models.small.api_key_env", "OTHER", &error), 0);
	settings_dump_content(&again, &second);
	assert_string_equal(buffer_string(&first), buffer_string(&second));
	assert_int_equal(settings_set(&again, "models.qwen3:8b.tier", "fast", &error), 0);
	buffer_clear(&second);
	settings_dump_content(&again, &second);
	assert_string_not_equal(buffer_string(&first), buffer_string(&second));
	settings_done(&again);
	buffer_done(&first);
	buffer_done(&second);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_defaults), TEST(test_set), TEST(test_set_messages), TEST(test_sizes), TEST(test_workers), TEST(test_load),
		TEST(test_load_messages), TEST(test_check), TEST(test_dump_reads_back), TEST(test_dump_content), TEST(test_default_file),
		TEST(test_profiles), TEST(test_data_path), TEST(test_closest), TEST(test_help_width), TEST(test_hostile_yaml), TEST(test_models), TEST(test_model_messages), TEST(test_models_dump),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
