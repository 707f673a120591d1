/* The command line: subcommands, options, precedence of settings, and the words of its messages. */
#define _GNU_SOURCE
#include "coordinator/help.h"
#include "coordinator/options_table.h"

#include "base/file.h"
#include "base/utf8.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 16 };

static char folder[] = "/tmp/docring-test-options-XXXXXX";
static struct options options;
static struct error_text error;

/* Parses "a b c" as the arguments after the program's name. */
static int parse(const char *line)
{
	char copy[512], *arguments[ARGUMENTS_MAX + 1] = { (char[]){ "coordinator" } };
	int count = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *rest = copy, *word; (word = strsep(&rest, " "));) {
		assert_true(count < ARGUMENTS_MAX);
		if (word[0])
			arguments[count++] = word;
	}
	error.message[0] = '\0';
	int status = options_parse(count, arguments, &options, &error);
	if (status == 0) { /* the words of `copy` end here: keep what is compared */
		static char kept[ARGUMENTS_MAX][128];
		for (int i = 0; i < options.input_count; i++) {
			snprintf(kept[i], sizeof(kept[i]), "%s", options.inputs[i]);
			options.inputs[i] = kept[i];
		}
	}
	return status;
}

static void expect_error(const char *line, const char *message)
{
	int status = parse(line);
	if (status == 0)
		options_done(&options);
	assert_true(status < 0);
	assert_string_equal(error.message, message);
}

static void expect_command(const char *line, enum options_command command, int inputs)
{
	int status = parse(line);
	if (status < 0)
		print_error("%s: %s\n", line, error.message);
	assert_int_equal(status, 0);
	assert_int_equal(options.command, command);
	assert_int_equal(options.input_count, inputs);
	options_done(&options);
}

static void test_commands(void **state)
{
	(void)state;
	expect_command("", OPTIONS_RUN, 0);
	expect_command("/tmp", OPTIONS_RUN, 1);
	expect_command("run /tmp a/b", OPTIONS_RUN, 2);
	expect_command("./status", OPTIONS_RUN, 1);
	expect_command("-- status", OPTIONS_RUN, 1);
	expect_command("/tmp status", OPTIONS_RUN, 2);
	expect_command("--json status", OPTIONS_STATUS, 0);
	expect_command("status out/", OPTIONS_STATUS, 1);
	expect_command("status out --run out", OPTIONS_STATUS, 1);
	expect_command("submit a b --run out/", OPTIONS_SUBMIT, 2);
	expect_command("convert -- -strange-name", OPTIONS_CONVERT, 1);
	expect_command("doctor", OPTIONS_DOCTOR, 0);
	for (int i = 0; i < OPTIONS_COMMAND_COUNT; i++) {
		char line[64];
		snprintf(line, sizeof(line), "%s --help", options_command_name(i));
		assert_int_equal(parse(line), 0);
		assert_int_equal(options.command, i);
		assert_int_equal(options.action, OPTIONS_SHOW_HELP);
		options_done(&options);
	}
}

static void test_options_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse("--workers 2..12 /tmp --shm=15G --limit 7 --seed 9 --domain generic --restart --progress never "
			       "--log-level debug"), 0);
	assert_string_equal(options.settings.run.workers, "2..12");
	assert_int_equal(options.settings.ipc.shm, 15ull << 30);
	assert_int_equal(options.settings.run.limit, 7);
	assert_int_equal(options.settings.run.seed, 9);
	assert_string_equal(options.settings.run.domain, "generic");
	assert_true(options.restart);
	assert_false(options.dry_run);
	assert_int_equal(options.progress, OPTIONS_PROGRESS_NEVER);
	assert_int_equal(options.log_level, LOG_DEBUG);
	assert_string_equal(options.output, "out");
	assert_false(options.output_given);
	options_done(&options);

	const struct { const char *line; enum options_workers what; uint32_t count; bool inference; } workers[] = {
		{ "workers", OPTIONS_WORKERS_LIST, 0, false },
		{ "workers list", OPTIONS_WORKERS_LIST, 0, false },
		{ "workers add 3", OPTIONS_WORKERS_ADD, 3, false },
		{ "workers --kind inference add 1 --run out", OPTIONS_WORKERS_ADD, 1, true },
		{ "workers remove 2", OPTIONS_WORKERS_REMOVE, 2, false },
		{ "workers remove 2 --kind=preprocess", OPTIONS_WORKERS_REMOVE, 2, false },
		{ "workers remove w3", OPTIONS_WORKERS_REMOVE, 0, false },
		{ "workers remove w3 w17", OPTIONS_WORKERS_REMOVE, 0, false },
	};
	for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
		assert_int_equal(parse(workers[i].line), 0);
		assert_true(options.workers == workers[i].what && options.workers_count == workers[i].count && options.inference == workers[i].inference);
		options_done(&options);
	}
	assert_int_equal(parse("/tmp --pin none"), 0);
	assert_string_equal(options.settings.run.pin, "none");
	options_done(&options);
	assert_int_equal(parse("status data/set"), 0);
	assert_string_equal(options.run, "data/set");
	options_done(&options);
	assert_int_equal(parse("verify data/set"), 0);
	assert_string_equal(options.inputs[0], "data/set");
	assert_true(options.output_given);
	options_done(&options);
	assert_int_equal(parse("/tmp --dry"), 0); /* a unique beginning */
	assert_true(options.dry_run);
	options_done(&options);
}

static void test_messages(void **state)
{
	(void)state;
	expect_error("--dryrun /tmp", "unknown option --dryrun; did you mean --dry-run?");
	expect_error("--frobnicate", "unknown option --frobnicate");
	expect_error("-x", "unknown option -x");
	expect_error("--ipc.shm=1G", "unknown option --ipc.shm; settings are given as --set ipc.shm=VALUE");
	expect_error("--json=1", "--json takes no value");
	expect_error("--output", "-o/--output needs a value: FOLDER");
	expect_error("-w", "-w/--workers needs a value: N|MIN..MAX");
	expect_error("-w five /tmp", "-w/--workers: \"five\" is no number of workers; expected N (12), MIN..MAX (2..12) or auto");
	expect_error("-w 12..2 /tmp", "-w/--workers: \"12..2\": the least number of workers is above the most; did you mean 2..12?");
	expect_error("--shm 1K /tmp", "--shm: \"1K\" is too small; allowed: 16M to 16T bytes (default 1G)");
	expect_error("--progress alwys /tmp", "--progress: \"alwys\" is none of auto, always or never; did you mean \"always\"?");
	expect_error("--log-level loud /tmp", "--log-level: \"loud\" is none of error, warning, info or debug");
	expect_error("--set run.sed=1 /tmp", "--set: there is no setting \"run.sed\"; did you mean \"run.seed\"? "
					     "(coordinator --dump-config lists them)");
	expect_error("--set =1 /tmp", "--set: \"=1\" is no setting; expected SECTION.NAME=VALUE, such as run.seed=7");
	expect_error("--set chunk.fast_overlap=9000 /tmp", "chunk.fast_overlap is 9000 and chunk.fast_chars is 10000; the overlap may be "
							   "at most half of the chunk");
	expect_error("statsu", "there is no file or folder \"statsu\"; did you mean the subcommand \"status\"?");
	expect_error("finalize", "there is no file or folder \"finalize\"; did you mean the subcommand \"finalise\"?");
	expect_error("help", "there is no file or folder \"help\"; did you mean --help?");
	expect_error("convert", "convert needs a file: coordinator convert FILE");
	expect_error("convert a b", "convert: unexpected \"b\"; expected: coordinator convert FILE");
	expect_error("status --dry-run", "--dry-run means nothing for status (coordinator status --help lists its options)");
	expect_error("--dry-run", "--dry-run needs files or folders to look at");
	expect_error("workers ad 3", "workers: \"ad\" is not understood; did you mean \"add\"?");
	expect_error("workers frobnicate", "workers: \"frobnicate\" is not understood; expected list, add or remove");
	expect_error("workers list 3", "workers list takes no more words and no --kind");
	expect_error("workers remove", "workers remove: how many? coordinator workers remove N");
	expect_error("workers remove 0", "workers remove: \"0\" is no number of workers and no name of one, such as w3");
	expect_error("workers remove w", "workers remove: \"w\" is no number of workers and no name of one, such as w3");
	expect_error("workers remove 3 5", "workers remove: \"3\" names no worker; expected how many, or names such as w3 (coordinator workers list)");
	expect_error("workers remove w3 --kind inference", "workers remove: --kind means nothing for workers that are named");
	expect_error("workers add 3 5", "workers add: unexpected \"5\"; expected: coordinator workers add N");
	expect_error("workers add 3 --kind both", "--kind: \"both\" is none of preprocess or inference");
	expect_error("--pin all /tmp", "--pin: \"all\" is none of the choices; allowed: none, cores or auto (default auto)");
	expect_error("status a -o out", "-o/--output means nothing for status (--run says which coordinator; coordinator status --help lists its options)");
	expect_error("status a b", "status: unexpected \"b\"; expected: coordinator status [RUN]");
	expect_error("status a --run b", "two coordinators: \"a\" and --run \"b\"; give one");
	expect_error("status --pin none", "--pin means nothing for status (coordinator status --help lists its options)");
	expect_error("workers add", "workers add: how many? coordinator workers add N");
	expect_error("workers add 2..3", "workers add: \"2..3\" is no number of workers");
	expect_error("finalise a -o b", "two dataset folders: \"a\" and --output \"b\"; give one");
	expect_error("--model-url http://a --model-url http://me:pw@b /tmp", "--model-url stands twice (http://a and b), and the command line describes one model; list "
		     "several under \"models:\" in a configuration file (-c FILE; docs/models.md: several models), or name them: --set models.a.base_url=URL "
		     "--set models.b.base_url=URL");
	expect_error("--profile ollama,vllm /tmp", "--profile: vllm and an earlier one (http://127.0.0.1:11434) each name a model server; list both under \"models:\" in "
		     "a configuration file (-c FILE; docs/models.md: several models)");
	expect_error("--profile ollama --profile small --profile mlx /tmp", "--profile: mlx and an earlier one (http://127.0.0.1:11434) each name a model server; list both "
		     "under \"models:\" in a configuration file (-c FILE; docs/models.md: several models)");
	expect_error("--profile smal /tmp", "no profile is called \"smal\"; did you mean \"small\"? (there are: generic, llama.cpp, lm-studio, mlx, ollama, "
					    "server, small, vllm, workstation; or give the path of a YAML file)");
}

static void write_file(const char *name, const char *content)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_replace(path, text_from(content), NULL), 0);
}

/* defaults < profile < configuration file < command line, whatever their order on the line */
static void test_precedence(void **state)
{
	char line[512];
	(void)state;
	write_file("profile.yaml", "run: {seed: 1, limit: 1}\nipc: {credits: 5}\n");
	write_file("config.yaml", "run: {seed: 2, limit: 2}\n");
	snprintf(line, sizeof(line), "--seed 3 /tmp -c %s/config.yaml --profile %s/profile.yaml", folder, folder);
	assert_int_equal(parse(line), 0);
	assert_int_equal(options.settings.run.seed, 3);
	assert_int_equal(options.settings.run.limit, 2);
	assert_int_equal(options.settings.ipc.credits, 5);
	assert_int_equal(options.settings.io.open_files, 64);
	options_done(&options);
	assert_int_equal(parse("--seed 3 --set run.seed=4 /tmp"), 0);
	assert_int_equal(options.settings.run.seed, 4);
	options_done(&options);
}

static void test_user_configuration(void **state)
{
	char line[256];
	(void)state;
	snprintf(line, sizeof(line), "%s/docring", folder);
	assert_int_equal(file_make_folders(line, NULL), 0);
	write_file("docring/docring.yaml", "run: {seed: 77}\n");
	assert_int_equal(parse("/tmp"), 0);
	assert_int_equal(options.settings.run.seed, 77);
	assert_non_null(options.user_config_path);
	options_done(&options);
	assert_int_equal(parse("-c /dev/null /tmp"), 0);
	assert_int_equal(options.settings.run.seed, 42);
	options_done(&options);
	write_file("docring/docring.yaml", "run: {sed: 77}\n");
	assert_true(parse("/tmp") < 0);
	assert_non_null(strstr(error.message, "docring.yaml:1: there is no setting \"run.sed\"; did you mean \"run.seed\"?"));
	assert_int_equal(parse("status"), 0); /* has no settings, so a broken file does not matter */
	options_done(&options);
	write_file("docring/docring.yaml", "");
}

static void check_columns(struct buffer *text)
{
	struct text rest = buffer_view(text), line;
	assert_int_equal(text->status, 0);
	assert_true(text->bytes > 0);
	while (text_next_line(&rest, &line)) {
		if (utf8_count(line) > 80)
			print_error("too wide: %.*s\n", TEXT_ARGS(line));
		assert_true(utf8_count(line) <= 80);
		assert_true(line.bytes == 0 || line.data[line.bytes - 1] != ' ');
	}
}

static void test_help(void **state)
{
	(void)state;
	for (int i = 0; i <= OPTIONS_COMMAND_COUNT; i++) {
		struct buffer text;
		buffer_init(&text, 1 << 20);
		help_append(i, &text);
		check_columns(&text);
		for (int k = 0; k < OPTION_COUNT; k++) { /* it lists what the subcommand takes, and nothing else */
			char option[64];
			unsigned commands = options_row(k)->commands;
			bool taken = commands & (1u << (i == OPTIONS_COMMAND_COUNT ? OPTIONS_RUN : i));
			snprintf(option, sizeof(option), " --%s%c", options_row(k)->name, options_row(k)->argument ? ' ' : '\0');
			assert_true(!taken || strstr(buffer_string(&text), option));
			assert_true(taken || !strstr(buffer_string(&text), option));
		}
		buffer_done(&text);
	}
}

static int show(const char *line, char *out, size_t bytes)
{
	memset(out, 0, bytes);
	assert_int_equal(parse(line), 0);
	FILE *file = fmemopen(out, bytes, "w");
	assert_non_null(file);
	int status = help_show(&options, file);
	fclose(file);
	options_done(&options);
	return status;
}

static void test_show(void **state)
{
	static char out[65536];
	(void)state;
	assert_int_equal(show("--version", out, sizeof(out)), 0);
	assert_string_equal(out, "docring " DOCRING_VERSION "\n");
	assert_int_equal(show("--dump-config --seed 5", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "\n  seed: 5\n"));
	assert_int_equal(show("--help-settings", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "generate.answer_chars_max"));
	assert_int_equal(show("--help", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "Subcommands"));
}

/* Any words at all: an answer or a message, never a crash. */
static void test_hostile(void **state)
{
	static const char *const lines[] = { "-", "--", "-- -- --", "---", "--=", "-o", "--set", "--set x", "--set run.seed", "--set run.seed=",
					     "--set .=", "--s", "-owww", "-w1w2", "-hV", "-h -h -h", "--help=x", "-\xff", "--\xff\xfe", "\xff" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		int status = parse(lines[i]);
		if (status == 0)
			options_done(&options);
		else
			assert_true(error.message[0] != '\0');
	}
	expect_error("--s /tmp", "--s is not clear; it could be --shm, --seed, --stages, --set");
}

/* The man page tells of every subcommand and option, and of no other option. */
static void test_man_page(void **state)
{
	char path[PATH_MAX], entry[96];
	struct buffer page;
	size_t documented = 0;
	(void)state;
	buffer_init(&page, 1 << 20);
	assert_int_equal(settings_data_path("../docs/man/coordinator.1", path, &error), 0); /* beside config/ in the source tree */
	assert_int_equal(file_read(path, &page, &error), 0);
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = options_row(i);
		char letter[16] = "";
		if (row->letter)
			snprintf(letter, sizeof(letter), "\n.It Fl %c ", row->letter);
		snprintf(entry, sizeof(entry), "Fl Fl %s%s", row->name, row->argument ? " Ar " : "\n");
		if (!strstr(buffer_string(&page), entry) || !strstr(buffer_string(&page), letter))
			fail_msg("the man page lacks --%s", row->name);
	}
	for (int i = 0; i < OPTIONS_COMMAND_COUNT; i++) {
		snprintf(entry, sizeof(entry), "\n.It Cm %s\n", options_command_name(i));
		if (!strstr(buffer_string(&page), entry))
			fail_msg("the man page lacks %s", options_command_name(i));
	}
	struct text rest = buffer_view(&page), line;
	while (text_next_line(&rest, &line))
		documented += text_starts_with(line, TEXT_LITERAL(".It Fl "));
	assert_int_equal(documented, OPTION_COUNT);
	buffer_done(&page);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	return setenv("XDG_CONFIG_HOME", folder, 1);
}

static int tear_down(void **state)
{
	static const char *const names[] = { "docring/docring.yaml", "docring", "profile.yaml", "config.yaml", "" };
	char path[PATH_MAX];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands), cmocka_unit_test(test_options_are_read), cmocka_unit_test(test_messages),
		cmocka_unit_test(test_precedence), cmocka_unit_test(test_user_configuration), cmocka_unit_test(test_help),
		cmocka_unit_test(test_show), cmocka_unit_test(test_hostile), cmocka_unit_test(test_man_page),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
