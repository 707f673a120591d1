/* model_calls.c: asks a model server a number of questions through the model client and prints what became of each as JSON, for
 * tests (tests/system/test_model_calls.py) and for looking at a server by hand. Not installed.
 *
 *   model-calls URL [key=value]…
 *     models.KEY=…         as in the configuration (models.model, models.max_concurrent_requests, models.request_timeout_s …)
 *     probe=1              ask the server what it can do and print that; without it these are taken as its answers:
 *     api=openai|ollama format=schema|json|prompt slots=N context=N truthful=0|1 stream=0|1 thinks=0|1 factor=X (probe.h: tokens_factor)
 *     calls=N              how many questions (1); pause_ms=T between one's answer and the next one, which waits for it
 *     rate=N               a new question N times a second, whatever becomes of the others
 *     ahead=N              so many questions at hand, with those under way (all of them): one that ends is followed by another
 *     group=N              so many questions about one passage (1); bytes=N: least length of a passage, bytes_step=N: and so much more each time; dense=1: of digits
 *     schema=0             ask for prose; least=N: pairs that a reply must have (2)
 *     scale=X              of all waiting times of the client; deadline_ms=T for each call
 *     record=FILE          the database with the record of calls; key=KEY: the API key; probe_timeout_ms=T
 *     quiet=1              only the sums */
#include "base/clock.h"
#include "base/json_writer.h"
#include "config/settings.h"
#include "workers/model/call.h"

#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { EXIT_USAGE = 2, EXIT_RESOURCES = 3 };
#define PROBE_TIMEOUT_NS (20ull * 1000000000)

static const char schema_format[] =
	"{\"type\":\"object\",\"properties\":{\"pairs\":{\"type\":\"array\",\"minItems\":%llu,\"maxItems\":4,\"items\":{\"type\":\"object\",\"properties\":{"
	"\"question\":{\"type\":\"string\",\"minLength\":1},\"answer\":{\"type\":\"string\",\"minLength\":1},"
	"\"kind\":{\"type\":\"string\",\"enum\":[\"factual\",\"procedural\"]},\"score\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":10}},"
	"\"required\":[\"question\",\"answer\",\"kind\",\"score\"],\"additionalProperties\":false}}},\"required\":[\"pairs\"],\"additionalProperties\":false}";
static const char passage[] =
	"The Cell Load Steering feature moves connected UEs from a loaded cell to a neighbour cell. The eNodeB compares the load of both cells "
	"every 10 seconds and selects the UEs with the best measurements. The threshold EUtranCellFDD.loadSteerThreshold has the default value "
	"40 and is given in percent. The counter EUtranCellFDD.pmLoadSteerMoved is stepped for every UE that was moved because of the load.\n";

struct tool {
	struct settings settings;
	struct probe_result probe;
	struct record *record;
	struct calls *calls;
	struct error_text error;
	uint64_t count, rate, ahead, group, bytes, bytes_step, least, pause_ns, deadline_ns, probe_timeout_ns, next_ns, started, ended, start_ns;
	double scale;
	bool probes, schema, quiet, dense;
	const char *record_path, *key;
	uint64_t outcomes[CALL_CANCELLED + 1], rungs[REPAIR_RUNG_COUNT], recorded, attempts;
	struct buffer prompt, text, pairs_schema;
	struct json_writer json;
};

static const char *const outcome_names[] = {
	[CALL_USABLE] = "usable", [CALL_UNUSABLE] = "unusable", [CALL_REFUSED] = "refused", [CALL_DOWN] = "down", [CALL_CANCELLED] = "cancelled",
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "model-calls: %s: %s\n", what, why);
	exit(EXIT_RESOURCES);
}

/* --- the command line ----------------------------------------------------------------------------------------------- */

static bool take_number(struct tool *tool, const char *key, const char *value)
{
	struct { const char *key; uint64_t *number; } numbers[] = {
		{ "calls", &tool->count }, { "rate", &tool->rate }, { "ahead", &tool->ahead }, { "group", &tool->group }, { "bytes", &tool->bytes }, { "bytes_step", &tool->bytes_step }, { "least", &tool->least },
		{ "context", &tool->probe.context_tokens },
	};
	struct { const char *key; bool *flag; } flags[] = {
		{ "probe", &tool->probes }, { "schema", &tool->schema }, { "quiet", &tool->quiet }, { "truthful", &tool->probe.usage_truthful },
		{ "stream", &tool->probe.stream_ok }, { "dense", &tool->dense },
	};
	uint64_t number = strtoull(value, NULL, 10);

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (strcmp(key, numbers[i].key) == 0) {
			*numbers[i].number = number;
			return true;
		}
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (strcmp(key, flags[i].key) == 0) {
			*flags[i].flag = number != 0;
			return true;
		}
	if (strcmp(key, "thinks") == 0)
		tool->probe.thinking = number ? PROBE_THINKING_FIELD : PROBE_THINKING_NONE;
	else if (strcmp(key, "slots") == 0)
		tool->probe.slots = (uint32_t)number;
	else if (strcmp(key, "pause_ms") == 0)
		tool->pause_ns = number * 1000000;
	else if (strcmp(key, "probe_timeout_ms") == 0)
		tool->probe_timeout_ns = number * 1000000;
	else if (strcmp(key, "deadline_ms") == 0)
		tool->deadline_ns = number * 1000000;
	else
		return false;
	return true;
}

static bool take_option(struct tool *tool, const char *key, const char *value)
{
	if (text_starts_with(text_from(key), TEXT_LITERAL("models.")))
		return settings_set(&tool->settings, key, value, &tool->error) == 0;
	if (strcmp(key, "scale") == 0)
		tool->scale = strtod(value, NULL);
	else if (strcmp(key, "factor") == 0)
		tool->probe.tokens_factor = strtod(value, NULL);
	else if (strcmp(key, "record") == 0)
		tool->record_path = value;
	else if (strcmp(key, "key") == 0)
		tool->key = value;
	else if (strcmp(key, "api") == 0)
		tool->probe.api = strcmp(value, "ollama") == 0 ? CHAT_OLLAMA : CHAT_OPENAI;
	else if (strcmp(key, "format") == 0)
		tool->probe.format = strcmp(value, "schema") == 0 ? CHAT_FORMAT_SCHEMA : strcmp(value, "json") == 0 ? CHAT_FORMAT_JSON : CHAT_FORMAT_PROMPT;
	else
		return take_number(tool, key, value);
	return true;
}

static void read_command_line(struct tool *tool, int count, char **arguments)
{
	bool fine = count > 1 && settings_set(&tool->settings, "models.base_url", arguments[1], &tool->error) == 0;

	for (int i = 2; fine && i < count; i++) {
		char key[64];
		const char *equals = strchr(arguments[i], '=');
		fine = equals && (size_t)(equals - arguments[i]) < sizeof(key);
		if (fine) {
			snprintf(key, sizeof(key), "%.*s", (int)(equals - arguments[i]), arguments[i]);
			fine = take_option(tool, key, equals + 1);
		}
		if (!fine)
			fprintf(stderr, "model-calls: %s? %s\n", arguments[i], tool->error.message);
	}
	if (!fine) {
		fprintf(stderr, "usage: model-calls URL [key=value]… (see the head of model_calls.c)\n");
		exit(EXIT_USAGE);
	}
}

/* --- calls ---------------------------------------------------------------------------------------------------------- */

static void take_result(void *owner, const struct call_result *result)
{
	struct tool *tool = owner;
	struct json_writer *json = &tool->json;

	tool->ended++;
	tool->outcomes[result->outcome]++;
	tool->rungs[result->rung] += result->outcome == CALL_USABLE;
	tool->recorded += result->recorded;
	tool->attempts += result->attempts;
	tool->next_ns = clock_monotonic_ns() + tool->pause_ns;
	if (tool->quiet)
		return;
	json_object_open(json);
	json_member_string(json, "outcome", outcome_names[result->outcome]);
	json_member_string(json, "rung", result->outcome == CALL_USABLE ? repair_rung_name(result->rung) : "");
	json_member_text(json, "reason", result->reason);
	json_member_unsigned(json, "attempts", result->attempts);
	json_member_boolean(json, "recorded", result->recorded);
	json_key(json, "prompt_tokens");
	json_signed(json, result->prompt_tokens);
	json_key(json, "completion_tokens");
	json_signed(json, result->completion_tokens);
	json_member_unsigned(json, "ms", result->duration_ns / 1000000);
	json_member_fixed(json, "ended_ms", (double)(clock_monotonic_ns() - tool->start_ns) / 1e6, 3);
	json_key(json, "value");
	if (result->value)
		json_raw(json, text_from(json_object_to_json_string_ext(result->value, JSON_C_TO_STRING_PLAIN)));
	else
		json_null(json);
	json_member_text(json, "text", text_slice(result->text, 0, size_min(result->text.bytes, 4096)));
	json_member_text(json, "thinking", text_slice(result->thinking, 0, size_min(result->thinking.bytes, 4096)));
	json_object_close(json);
}

static void start_call(struct tool *tool)
{
	uint64_t number = tool->started++ / tool->group, handle;

	buffer_clear(&tool->prompt);
	buffer_append_format(&tool->prompt, "<source>\n# Feature %llu\n\n", (unsigned long long)number);
	do
		buffer_append_string(&tool->prompt, tool->dense ? "0;1;2;3;4;5;6;7;8;9;\n" : passage);
	while (tool->prompt.bytes < tool->bytes + number * tool->bytes_step);
	buffer_append_format(&tool->prompt, "</source>\n\nTask %llu: write pairs of questions and answers%s.", (unsigned long long)tool->started,
			     tool->schema ? " as JSON of this schema: " : "");
	if (tool->schema)
		buffer_append_text(&tool->prompt, buffer_view(&tool->pairs_schema));
	struct call_request request = {
		.prompt = buffer_view(&tool->prompt), .schema = tool->schema ? buffer_view(&tool->pairs_schema) : TEXT_LITERAL(""), .family = "pairs",
		.max_tokens = 1000, .temperature = -1, .group = number, .done = take_result, .owner = tool,
		.deadline_ns = tool->deadline_ns ? clock_monotonic_ns() + tool->deadline_ns : 0,
	};
	if (calls_add(tool->calls, &request, &handle) < 0)
		fail("calls_add", "out of memory");
}

/* When the next question is to be asked: now, at a time, or UINT64_MAX: not before something ends. */
static uint64_t start_time(const struct tool *tool)
{
	if (tool->started == tool->count)
		return UINT64_MAX;
	if (tool->rate)
		return tool->start_ns + tool->started * 1000000000ull / tool->rate;
	if (tool->pause_ns)
		return tool->started == tool->ended ? tool->next_ns : UINT64_MAX;
	return tool->ahead && tool->started - tool->ended >= tool->ahead ? UINT64_MAX : 0;
}

static void run(struct tool *tool)
{
	while (tool->ended < tool->count) {
		uint64_t now_ns = clock_monotonic_ns();
		while (start_time(tool) <= now_ns)
			start_call(tool);
		if (calls_step(tool->calls, now_ns) < 0)
			fail("calls_step", tool->error.message);
		if (tool->ended == tool->count)
			return;
		uint64_t next_ns = calls_next_ns(tool->calls);
		if (start_time(tool) < next_ns)
			next_ns = start_time(tool);
		struct pollfd descriptor = { .fd = calls_descriptor(tool->calls), .events = POLLIN };
		now_ns = clock_monotonic_ns();
		int wait_ms = next_ns <= now_ns ? 0 : next_ns - now_ns > 1000000000 ? 1000 : (int)((next_ns - now_ns) / 1000000) + 1;
		(void)poll(&descriptor, 1, wait_ms);
	}
}

static void write_sums(struct tool *tool, uint64_t elapsed_ns, uint64_t cpu_ns)
{
	const struct endpoint *endpoint = calls_endpoint(tool->calls);
	struct json_writer *json = &tool->json;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	for (size_t i = 0; i < COUNT_OF(outcome_names); i++)
		json_member_unsigned(json, outcome_names[i], tool->outcomes[i]);
	for (size_t i = 0; i < REPAIR_RUNG_COUNT; i++)
		json_member_unsigned(json, repair_rung_name((enum repair_rung)i), tool->rungs[i]);
	json_member_unsigned(json, "recorded", tool->recorded);
	json_member_unsigned(json, "attempts", tool->attempts);
	json_member_string(json, "breaker", endpoint_breaker_name(endpoint->breaker));
	json_member_unsigned(json, "opened", endpoint->opened);
	json_member_unsigned(json, "failures", endpoint->failures);
	json_member_unsigned(json, "retries", endpoint->retries);
	json_member_unsigned(json, "throttled", endpoint->throttled);
	json_member_unsigned(json, "under_way", endpoint->under_way);
	json_member_unsigned(json, "context_tokens", calls_context_tokens(tool->calls));
	json_member_unsigned(json, "doubtful", calls_doubtful(tool->calls));
	json_member_fixed(json, "chars_per_token", calls_chars_per_token(tool->calls), 3);
	json_member_fixed(json, "seconds", (double)elapsed_ns / 1e9, 6);
	json_member_fixed(json, "cpu_s", (double)cpu_ns / 1e9, 6);
	json_member_unsigned(json, "resident_kib_max", (uint64_t)usage.ru_maxrss);
}

static void ask(struct tool *tool)
{
	const struct model_settings *model = &tool->settings.models[0];

	if (tool->record_path && record_open(&tool->record, tool->record_path, &tool->error) < 0)
		fail("record", tool->error.message);
	if (calls_create(&tool->calls, model, &tool->probe, tool->key, tool->record, 42, &tool->error) < 0)
		fail("calls", tool->error.message);
	calls_scale_time(tool->calls, tool->scale);
	json_key(&tool->json, "calls");
	json_array_open(&tool->json);
	uint64_t cpu_ns = clock_process_cpu_ns();
	tool->start_ns = clock_monotonic_ns();
	run(tool);
	json_array_close(&tool->json);
	write_sums(tool, clock_monotonic_ns() - tool->start_ns, clock_process_cpu_ns() - cpu_ns);
	calls_destroy(tool->calls);
	record_close(tool->record);
}

int main(int count, char **arguments)
{
	static struct tool tool = { .count = 1, .group = 1, .least = 2, .scale = 1, .schema = true, .probe_timeout_ns = PROBE_TIMEOUT_NS,
				    .probe = { .reachable = true, .model_present = true, .usage_truthful = true, .format = CHAT_FORMAT_SCHEMA } };

	settings_init(&tool.settings);
	buffer_init(&tool.prompt, 64 << 20);
	buffer_init(&tool.text, 1 << 30);
	buffer_init(&tool.pairs_schema, 4096);
	read_command_line(&tool, count, arguments);
	buffer_append_format(&tool.pairs_schema, schema_format, (unsigned long long)tool.least);
	const struct model_settings *model = &tool.settings.models[0];
	if (tool.probes) {
		probe_model(model, tool.key, tool.probe_timeout_ns, &tool.probe);
		probe_write_json(model, &tool.probe, &tool.text);
	} else {
		snprintf(tool.probe.model, sizeof(tool.probe.model), "%s", model->model[0] ? model->model : "fake:latest");
		json_init(&tool.json, &tool.text, 0);
		json_object_open(&tool.json);
		ask(&tool);
		json_object_close(&tool.json);
	}
	puts(buffer_string(&tool.text));
	buffer_done(&tool.prompt);
	buffer_done(&tool.text);
	buffer_done(&tool.pairs_schema);
	settings_done(&tool.settings);
	return 0;
}
