/* main.c: fake-model-server, a model server for tests and benches: loopback only, one thread, misbehaves on demand. README.md says
 * how it is used. Not installed. */
#include "tests/fake_server/personality.h"
#include "tests/fake_server/server.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char usage[] =
	"Usage: fake-model-server [OPTION]…\n"
	"A model server for tests on 127.0.0.1. Prints {\"port\": N, …} when it is ready; ends on SIGTERM.\n"
	"\n"
	"  --as NAME             openai (default), llamacpp, ollama, lmstudio, vllm, mlx or llamaswap\n"
	"  --port N              0 (default): any free one\n"
	"  --model NAME          a model it serves; may be repeated (default: one that fits --as)\n"
	"  --embedding-model NAME\n"
	"  --models-max N        of several models of llamacpp so many are loaded at once (4)\n"
	"  --context N           tokens of context of a slot (default: as the real server)\n"
	"  --slots N             requests that are worked on at once (1)\n"
	"  --queue N             requests that may wait beyond them; -1 (default): any number\n"
	"  --latency HOW         0 (default), fixed:MS, mixed:SEED,MIN..MAX (ms), tokens:MS (for each token)\n"
	"  --no-prefix-cache     no prompt is remembered in a slot\n"
	"  --thinking            the model thinks before it answers\n"
	"  --seed N              of all choices (1)\n"
	"  --dimensions N        of embeddings (256)\n"
	"  --api-key KEY         others get 401\n"
	"  --loading MS          503 for so long after the start\n"
	"  --keep-requests N     for /fake/requests (64)\n"
	"  --script SPEC         how to misbehave: names from --list-scripts, divided by ';', with options: cut-body:every=3,times=2\n"
	"  --script-file FILE    the same as JSON rules\n"
	"  --list-scripts        prints the scripts; with --json as JSON\n"
	"  --die-with-parent     ends when the process that started it ends\n";

enum { USAGE_ERROR = 2, RESOURCE_ERROR = 3 };

struct arguments {
	struct server_options options;
	const char *script, *script_file;
	bool list_scripts, json;
};

static int list_scripts(bool json_wanted)
{
	struct buffer out;
	struct json_writer json;

	buffer_init(&out, 1 << 20);
	json_init(&json, &out, 0);
	if (json_wanted)
		json_array_open(&json);
	for (size_t i = 0; i < script_builtin_count; i++) {
		if (!json_wanted) {
			buffer_append_format(&out, "%-18s %s\n", script_builtins[i].name, script_builtins[i].help);
			continue;
		}
		json_object_open(&json);
		json_member_string(&json, "name", script_builtins[i].name);
		json_member_string(&json, "help", script_builtins[i].help);
		json_member_string(&json, "rules", script_builtins[i].rules);
		json_object_close(&json);
	}
	if (json_wanted) {
		json_array_close(&json);
		buffer_append_byte(&out, '\n');
	}
	bool written = fwrite(out.data, 1, out.bytes, stdout) == out.bytes && fflush(stdout) == 0;
	buffer_done(&out);
	return written ? 0 : RESOURCE_ERROR;
}

static int wrong(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "fake-model-server: --%s: '%s' is not %s\n", option, value, expected);
	return -EINVAL;
}

static int read_number(const char *option, const char *value, int64_t low, int64_t high, int64_t *ret_number)
{
	char *end;

	errno = 0;
	long long number = strtoll(value, &end, 10);
	if (errno || end == value || *end || number < low || number > high) {
		char expected[80];
		snprintf(expected, sizeof(expected), "a number between %lld and %lld", (long long)low, (long long)high);
		return wrong(option, value, expected);
	}
	*ret_number = number;
	return 0;
}

static int read_latency(const char *value, struct latency *ret_latency)
{
	double low, high;
	unsigned long long seed;
	char end, from[24];

	*ret_latency = (struct latency){ .kind = LATENCY_ZERO };
	if (strcmp(value, "0") == 0)
		return 0;
	if (sscanf(value, "fixed:%lf%c", &low, &end) == 1 && low >= 0) {
		ret_latency->kind = LATENCY_FIXED;
		high = low;
	} else if (sscanf(value, "tokens:%lf%c", &low, &end) == 1 && low >= 0) {
		ret_latency->kind = LATENCY_TOKENS;
		high = low;
	} else if (sscanf(value, "mixed:%llu,%23[0-9]..%lf%c", &seed, from, &high, &end) == 3 && (low = strtod(from, NULL)) <= high) {
		ret_latency->kind = LATENCY_MIXED;
		ret_latency->seed = seed;
	} else {
		return wrong("latency", value, "0, fixed:MS, mixed:SEED,MIN..MAX or tokens:MS");
	}
	ret_latency->low_ns = (uint64_t)(low * (double)NS_PER_MS);
	ret_latency->high_ns = (uint64_t)(high * (double)NS_PER_MS);
	return 0;
}

enum main_option {
	OPTION_AS = 256,
	OPTION_MODEL,
	OPTION_EMBEDDING_MODEL,
	OPTION_API_KEY,
	OPTION_LATENCY,
	OPTION_SCRIPT,
	OPTION_SCRIPT_FILE,
	OPTION_LIST_SCRIPTS,
	OPTION_JSON,
	OPTION_THINKING,
	OPTION_NO_PREFIX_CACHE,
	OPTION_DIE_WITH_PARENT,
	OPTION_HELP,
	OPTION_PORT, /* numbers from here on */
	OPTION_CONTEXT,
	OPTION_SLOTS,
	OPTION_QUEUE,
	OPTION_SEED,
	OPTION_DIMENSIONS,
	OPTION_LOADING,
	OPTION_KEEP_REQUESTS,
	OPTION_MODELS_MAX,
};

static const struct option_limits {
	enum main_option option;
	int64_t low, high;
} limits[] = {
	{ OPTION_PORT, 0, 65535 }, { OPTION_CONTEXT, 16, 1 << 24 }, { OPTION_SLOTS, 1, 65536 }, { OPTION_QUEUE, -1, INT32_MAX }, { OPTION_SEED, 0, INT64_MAX },
	{ OPTION_DIMENSIONS, 8, 8192 }, { OPTION_LOADING, 0, 3600000 }, { OPTION_KEEP_REQUESTS, 0, 4096 }, { OPTION_MODELS_MAX, 0, 64 },
};

static int take_number(struct server_options *options, enum main_option option, const char *name, const char *value)
{
	int64_t number = 0;
	int status = 0;

	for (size_t i = 0; i < COUNT_OF(limits) && status == 0; i++)
		if (limits[i].option == option)
			status = read_number(name, value, limits[i].low, limits[i].high, &number);
	if (status < 0)
		return status;
	switch (option) {
	case OPTION_PORT: options->port = (int)number; break;
	case OPTION_CONTEXT: options->context_tokens = (uint32_t)number; break;
	case OPTION_SLOTS: options->slot_count = (uint32_t)number; break;
	case OPTION_QUEUE: options->queue_max = number; break;
	case OPTION_SEED: options->seed = (uint64_t)number; break;
	case OPTION_DIMENSIONS: options->dimensions = (uint32_t)number; break;
	case OPTION_LOADING: options->loading_ms = (uint64_t)number; break;
	case OPTION_MODELS_MAX: options->models_max = (uint32_t)number; break;
	default: options->kept_requests = (uint32_t)number; break;
	}
	return 0;
}

static int take_option(struct arguments *arguments, int option, const char *name, const char *value)
{
	struct server_options *options = &arguments->options;

	switch (option) {
	case OPTION_AS:
		options->personality = personality_find(value);
		return options->personality ? 0 : wrong(name, value, "openai, llamacpp, ollama, lmstudio, vllm, mlx or llamaswap");
	case OPTION_MODEL:
		if (options->model_count == SERVER_MODELS_MAX)
			return wrong(name, value, "one of the first eight models");
		options->models[options->model_count++] = value;
		return 0;
	case OPTION_EMBEDDING_MODEL: options->embedding_model = value; return 0;
	case OPTION_API_KEY: options->api_key = value; return 0;
	case OPTION_LATENCY: return read_latency(value, &options->latency);
	case OPTION_SCRIPT: arguments->script = value; return 0;
	case OPTION_SCRIPT_FILE: arguments->script_file = value; return 0;
	case OPTION_LIST_SCRIPTS: arguments->list_scripts = true; return 0;
	case OPTION_JSON: arguments->json = true; return 0;
	case OPTION_THINKING: options->thinking = true; return 0;
	case OPTION_NO_PREFIX_CACHE: options->prefix_cache = false; return 0;
	case OPTION_DIE_WITH_PARENT: options->die_with_parent = true; return 0;
	default: return option >= OPTION_PORT ? take_number(options, (enum main_option)option, name, value) : -EINVAL;
	}
}

/* 0, or the exit code with *ret_exit set. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{ "as", required_argument, NULL, OPTION_AS },
		{ "model", required_argument, NULL, OPTION_MODEL },
		{ "embedding-model", required_argument, NULL, OPTION_EMBEDDING_MODEL },
		{ "api-key", required_argument, NULL, OPTION_API_KEY },
		{ "latency", required_argument, NULL, OPTION_LATENCY },
		{ "script", required_argument, NULL, OPTION_SCRIPT },
		{ "script-file", required_argument, NULL, OPTION_SCRIPT_FILE },
		{ "list-scripts", no_argument, NULL, OPTION_LIST_SCRIPTS },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "thinking", no_argument, NULL, OPTION_THINKING },
		{ "no-prefix-cache", no_argument, NULL, OPTION_NO_PREFIX_CACHE },
		{ "die-with-parent", no_argument, NULL, OPTION_DIE_WITH_PARENT },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ "port", required_argument, NULL, OPTION_PORT },
		{ "context", required_argument, NULL, OPTION_CONTEXT },
		{ "slots", required_argument, NULL, OPTION_SLOTS },
		{ "queue", required_argument, NULL, OPTION_QUEUE },
		{ "seed", required_argument, NULL, OPTION_SEED },
		{ "dimensions", required_argument, NULL, OPTION_DIMENSIONS },
		{ "loading", required_argument, NULL, OPTION_LOADING },
		{ "models-max", required_argument, NULL, OPTION_MODELS_MAX },
		{ "keep-requests", required_argument, NULL, OPTION_KEEP_REQUESTS },
		{ NULL, 0, NULL, 0 },
	};
	int option, index = 0;

	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (option == OPTION_HELP) {
			fputs(usage, stdout);
			exit(0);
		}
		if (option == '?' || take_option(arguments, option, options[index].name, optarg) < 0)
			return -EINVAL;
	}
	if (optind < argc)
		return wrong("help", argv[optind], "an option");
	const struct personality *as = arguments->options.personality;
	if (arguments->options.model_count == 0)
		arguments->options.models[arguments->options.model_count++] = as->model;
	if (!arguments->options.embedding_model)
		arguments->options.embedding_model = as->embedding_model;
	if (arguments->options.context_tokens == 0)
		arguments->options.context_tokens = as->context_tokens;
	return 0;
}

static int load_script(const struct arguments *arguments, struct script **ret_script, struct error_text *error)
{
	struct buffer content;
	int status;

	if (!arguments->script_file)
		return arguments->script ? script_parse(text_from(arguments->script), ret_script, error) : 0;
	buffer_init(&content, 1 << 20);
	status = file_read(arguments->script_file, &content, error);
	if (status >= 0)
		status = script_parse_json(buffer_view(&content), ret_script, error);
	buffer_done(&content);
	return status;
}

/* The line that says that it is ready. */
static int announce(const struct server *server)
{
	struct buffer line;
	struct json_writer json;

	buffer_init(&line, 4096);
	json_init(&json, &line, 0);
	json_object_open(&json);
	json_member_unsigned(&json, "port", (uint64_t)server->port);
	json_member_unsigned(&json, "pid", (uint64_t)getpid());
	json_member_string(&json, "as", server->options.personality->name);
	json_member_string(&json, "model", server->options.models[0]);
	json_object_close(&json);
	buffer_append_byte(&line, '\n');
	int status = file_write_fd(STDOUT_FILENO, line.data, line.bytes);
	buffer_done(&line);
	return status;
}

static int serve(const struct arguments *arguments)
{
	struct server server;
	struct script *script = NULL;
	struct error_text error = { "" };
	int status = load_script(arguments, &script, &error);

	if (status < 0) {
		fprintf(stderr, "fake-model-server: %s\n", error.message);
		return USAGE_ERROR;
	}
	status = server_open(&server, &arguments->options, script, &error);
	script_release(script);
	if (status == 0)
		status = announce(&server);
	if (status == 0)
		status = server_run(&server);
	server_close(&server);
	if (status < 0)
		fprintf(stderr, "fake-model-server: %s\n", error.message[0] ? error.message : error_describe(status));
	return status < 0 ? RESOURCE_ERROR : 0;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.options = {
			.personality = &personalities[AS_OPENAI],
			.slot_count = 1,
			.dimensions = 256,
			.kept_requests = 64,
			.models_max = 4,
			.queue_max = -1,
			.seed = 1,
			.prefix_cache = true,
		},
	};
	pid_t parent = getppid();

	if (read_arguments(argc, argv, &arguments) < 0) {
		fputs("fake-model-server: --help says what there is\n", stderr);
		return USAGE_ERROR;
	}
	if (arguments.list_scripts)
		return list_scripts(arguments.json);
	signal(SIGPIPE, SIG_IGN);
	if (arguments.options.die_with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent))
		return RESOURCE_ERROR;
	return serve(&arguments);
}
