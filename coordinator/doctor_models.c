/* doctor_models.c: see doctor_models.h. */
#define _GNU_SOURCE
#include "coordinator/doctor_models.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/url.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SETTINGS_BYTES_MAX = 4 << 20, FOUND_BYTES_MAX = 1 << 20, FOUND_DEPTH_MAX = 8, MODEL_PATIENCE_S = 300,
	WORD_AFTER_MS = 3000, WORD_EVERY_MS = 30000, CHARS_PER_TOKEN = 3, SLOTS_UNKNOWN = 4,
};

static const char subject[] = "model server";

/* --- asking --------------------------------------------------------------------------------------------------------- */

struct prober {
	pid_t pid;
	int found; /* its standard output */
	int words; /* its standard error, a memory file */
};

/* A memory file with the settings as YAML, at its start. */
static int write_settings(const struct settings *settings)
{
	struct buffer yaml;
	int file = memfd_create("settings", MFD_CLOEXEC);

	if (file < 0)
		return -errno;
	buffer_init(&yaml, SETTINGS_BYTES_MAX);
	settings_dump(settings, &yaml);
	int status = yaml.status;
	if (status == 0)
		status = file_write_fd(file, yaml.data, yaml.bytes);
	if (status == 0 && lseek(file, 0, SEEK_SET) < 0)
		status = -errno;
	buffer_done(&yaml);
	if (status == 0)
		return file;
	close(file);
	return status;
}

static int spawn(struct prober *prober, const char *program, int settings, int found)
{
	char *const arguments[] = { (char[]){ "worker-inference" }, (char[]){ "--probe" }, NULL };
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, settings, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, found, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, prober->words, STDERR_FILENO);
	int status = -posix_spawn(&prober->pid, program, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

static int start(struct prober *prober, const struct settings *settings, const char *program)
{
	int ends[2], yaml = write_settings(settings);

	if (yaml < 0)
		return yaml;
	prober->words = memfd_create("words", MFD_CLOEXEC);
	if (prober->words < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		int status = -errno;
		close(yaml);
		if (prober->words >= 0)
			close(prober->words);
		return status;
	}
	int status = spawn(prober, program, yaml, ends[1]);
	close(yaml);
	close(ends[1]);
	prober->found = ends[0];
	if (status < 0) {
		close(prober->words);
		close(prober->found);
	}
	return status;
}

/* Which model it is at: a line was written for each before. */
static void say_waiting(const struct settings *settings, const struct buffer *found, uint64_t since_ns)
{
	struct text rest = buffer_view(found), line;
	struct buffer shown;
	uint32_t at = 0;

	while (text_next_line(&rest, &line))
		at++;
	if (at >= settings->model_count)
		return;
	buffer_init(&shown, SETTINGS_BYTES_MAX);
	url_append_shown(&shown, text_from(settings->models[at].base_url));
	const struct model_settings *model = &settings->models[at];
	bool named = model->name[0] || model->model[0];
	fprintf(stderr, "%s%s%s waits for an answer since %.0f s (it may be loading the model; Ctrl-C ends this)\n", named ? model_name(model) : "",
		named ? " at " : "", buffer_string(&shown), (double)(clock_monotonic_ns() - since_ns) / 1e9);
	buffer_done(&shown);
}

/* Until its output ends. -ETIMEDOUT. What is waited for is said when it takes long. */
static int collect(const struct prober *prober, const struct settings *settings, uint64_t deadline_ns, struct buffer *found)
{
	uint64_t since_ns = clock_monotonic_ns(), word_ns = since_ns + WORD_AFTER_MS * 1000000ull;

	for (;;) {
		struct pollfd descriptor = { .fd = prober->found, .events = POLLIN };
		uint64_t now_ns = clock_monotonic_ns(), until_ns = deadline_ns < word_ns ? deadline_ns : word_ns;
		char piece[4096];

		if (now_ns >= deadline_ns)
			return -ETIMEDOUT;
		if (now_ns >= word_ns) {
			say_waiting(settings, found, since_ns);
			word_ns = now_ns + WORD_EVERY_MS * 1000000ull;
			continue;
		}
		(void)poll(&descriptor, 1, (int)((until_ns - now_ns) / 1000000) + 1);
		ssize_t bytes = read(prober->found, piece, sizeof(piece));
		if (bytes == 0)
			return found->status;
		if (bytes > 0) {
			buffer_append(found, piece, (size_t)bytes);
			since_ns = clock_monotonic_ns();
			word_ns = since_ns + WORD_AFTER_MS * 1000000ull;
		}
		if (bytes < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

/* The first line of what it said on standard error. */
static void read_words(const struct prober *prober, char *ret_words, size_t bytes)
{
	ssize_t count = pread(prober->words, ret_words, bytes - 1, 0);

	ret_words[count > 0 ? count : 0] = '\0';
	ret_words[strcspn(ret_words, "\n")] = '\0';
}

static void take_line(struct text line, struct doctor_models *models)
{
	struct json_tokener *tokener = json_tokener_new_ex(FOUND_DEPTH_MAX);
	struct json_object *object = tokener ? json_tokener_parse_ex(tokener, line.data, (int)line.bytes) : NULL;

	if (tokener)
		json_tokener_free(tokener);
	if (object && json_object_is_type(object, json_type_object) && models->count < MODELS_MAX)
		models->found[models->count++] = object;
	else
		json_object_put(object);
}

static void finish(struct prober *prober, int status, uint32_t expected, struct doctor_models *models)
{
	char words[200];
	int exit_status = 0;

	if (status < 0)
		kill(prober->pid, SIGKILL);
	while (waitpid(prober->pid, &exit_status, 0) < 0 && errno == EINTR)
		;
	read_words(prober, words, sizeof(words));
	close(prober->words);
	close(prober->found);
	if (models->count == expected)
		return;
	if (status == -ETIMEDOUT)
		error_set(&models->error, status, "worker-inference --probe found nothing out for %d s for each model", MODEL_PATIENCE_S);
	else if (WIFSIGNALED(exit_status) && status == 0)
		error_set(&models->error, -EIO, "worker-inference --probe was killed by signal %d", WTERMSIG(exit_status));
	else
		error_set(&models->error, -EIO, "worker-inference --probe: %s", words[0] ? words : status < 0 ? error_describe(status) : "it said too little");
}

void doctor_models_look(const struct settings *settings, const char *folder, struct doctor_models *ret_models)
{
	uint64_t patience_ns = (uint64_t)settings->model_count * MODEL_PATIENCE_S * 1000000000;
	char program[PATH_MAX + 64];
	struct prober prober = { .words = -1 };
	struct buffer found;
	struct text rest, line;

	*ret_models = (struct doctor_models){ .count = 0 };
	if (!settings_use_models(settings))
		return;
	snprintf(program, sizeof(program), "%s/worker-inference", folder);
	int status = start(&prober, settings, program);
	if (status < 0) {
		error_set(&ret_models->error, status, "%s cannot be started: %s", program, error_describe(status));
		return;
	}
	buffer_init(&found, FOUND_BYTES_MAX);
	status = collect(&prober, settings, clock_monotonic_ns() + patience_ns, &found);
	rest = buffer_view(&found);
	while (text_next_line(&rest, &line))
		take_line(line, ret_models);
	finish(&prober, status, settings->model_count, ret_models);
	buffer_done(&found);
}

/* --- judging -------------------------------------------------------------------------------------------------------- */

static const char *string(struct json_object *found, const char *key)
{
	struct json_object *value = NULL;
	return json_object_object_get_ex(found, key, &value) && json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static bool is_true(struct json_object *found, const char *key)
{
	struct json_object *value = NULL;
	return json_object_object_get_ex(found, key, &value) && json_object_get_boolean(value);
}

static double number(struct json_object *found, const char *key)
{
	struct json_object *value = NULL;
	return json_object_object_get_ex(found, key, &value) ? json_object_get_double(value) : 0;
}

static uint64_t slots_of(struct json_object *found, const struct model_settings *model)
{
	uint64_t found_out = (uint64_t)number(found, "requests_at_once"), told = (uint64_t)number(found, "slots");
	return found_out ? found_out : model->max_concurrent_requests ? model->max_concurrent_requests : told ? told : SLOTS_UNKNOWN;
}

static void append_limits(struct json_object *found, const struct model_settings *model, struct buffer *out)
{
	uint64_t context = (uint64_t)number(found, "context_tokens"), told = (uint64_t)number(found, "slots");

	if (context)
		buffer_append_format(out, "; context %llu tokens", (unsigned long long)context);
	else
		buffer_append_string(out, "; context not told");
	if (told)
		buffer_append_format(out, ", %llu slot%s", (unsigned long long)told, told == 1 ? "" : "s");
	else
		buffer_append_string(out, ", slots not told");
	buffer_append_format(out, ", up to %llu request%s at once", (unsigned long long)slots_of(found, model), slots_of(found, model) == 1 ? "" : "s");
}

static void append_ways(struct json_object *found, struct buffer *out)
{
	static const char *const thinking[][2] = {
		{ "none", "no thinking" }, { "tags", "thinking in tags" }, { "field", "thinking in a field of its own" },
		{ "instead of content", "the answer comes in the field for thinking" },
	};
	static const char *const formats[][2] = { { "schema", "JSON by schema" }, { "json", "JSON mode" }, { "prompt", "JSON asked for in words" } };

	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(string(found, "format"), formats[i][0]) == 0)
			buffer_append_format(out, "; %s", formats[i][1]);
	for (size_t i = 0; i < COUNT_OF(thinking); i++)
		if (strcmp(string(found, "thinking"), thinking[i][0]) == 0)
			buffer_append_format(out, ", %s", thinking[i][1]);
	buffer_append_format(out, "; token counts %s", is_true(found, "usage_truthful") ? "true" : "not to be believed");
	if (number(found, "tokens_per_s") > 0)
		buffer_append_format(out, ", %.0f tokens/s for one request", number(found, "tokens_per_s"));
}

/* As the settings call it, else as its server does. */
static const char *label(struct json_object *found, const struct model_settings *model)
{
	return model->name[0] || model->model[0] || !string(found, "model")[0] ? model_name(model) : string(found, "model");
}

/* "qwen3:8b: Ollama at http://…" and what it is for. */
static void append_who(struct json_object *found, const struct model_settings *model, struct buffer *out)
{
	const char *server = string(found, "server"), *asked = string(found, "model");

	if (strcmp(label(found, model), model->base_url) != 0)
		buffer_append_format(out, "%s: ", label(found, model));
	if (asked[0] && strcmp(asked, label(found, model)) != 0)
		buffer_append_format(out, "model %s, ", asked);
	if (is_true(found, "reachable"))
		buffer_append_format(out, "%s at ", strcmp(server, "unknown") == 0 ? "a server of unknown make" : server);
	url_append_shown(out, text_from(model->base_url));
	if (model_use_of(model) == MODEL_GENERATE)
		buffer_append_format(out, "; writes pairs, tier %s", model->tier);
	else
		buffer_append_string(out, model_use_of(model) == MODEL_JUDGE ? "; judges pairs" : "; measures pairs by embeddings");
}

static uint64_t chunk_chars(const struct settings *settings, enum model_tier tier)
{
	return tier == MODEL_FAST ? settings->chunk.fast_chars : tier == MODEL_BALANCED ? settings->chunk.balanced_chars : settings->chunk.quality_chars;
}

/* A chunk that does not fit is asked about in parts: it works, with more calls that see less each. */
static void judge_context(struct json_object *found, const struct model_settings *model, const struct settings *settings, struct doctor_report *report)
{
	static const char *const ways[][2] = {
		{ "llama.cpp", "start it with a larger -c: the slots of --parallel share it" },
		{ "Ollama", "raise context_tokens of this model: it is asked for with each request" },
		{ "LM Studio", "load the model with a larger context length" },
		{ "vLLM", "start it with a larger --max-model-len" },
	};
	uint64_t context = (uint64_t)number(found, "context_tokens"), chars = chunk_chars(settings, model_tier_of(model));
	uint64_t reply = model->max_tokens < context / 2 ? model->max_tokens : context / 2;
	const char *way = "smaller chunks (chunk.*_chars) or a smaller max_tokens help too";

	if (!context || model_use_of(model) != MODEL_GENERATE || chars / CHARS_PER_TOKEN + reply <= context)
		return;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(string(found, "server"), ways[i][0]) == 0)
			way = ways[i][1];
	doctor_advise(doctor_add(report, DOCTOR_NOTE, subject, "%.60s: a chunk of %llu characters and its answer may not fit %llu tokens; then it is asked about in parts",
				 label(found, model), (unsigned long long)chars, (unsigned long long)context),
		      "%s", way);
}

static void judge_notes(struct json_object *found, const struct model_settings *model, struct doctor_report *report)
{
	struct json_object *notes = NULL;

	if (!json_object_object_get_ex(found, "notes", &notes) || !json_object_is_type(notes, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(notes) && report->count < DOCTOR_FINDINGS_MAX - 2; i++)
		doctor_add(report, DOCTOR_NOTE, subject, "%.60s: %.400s", label(found, model), json_object_get_string(json_object_array_get_idx(notes, i)));
}

static void judge_one(struct json_object *found, const struct model_settings *model, const struct settings *settings, struct doctor_report *report)
{
	struct buffer text;

	buffer_init(&text, 4096);
	append_who(found, model, &text);
	if (!is_true(found, "usable")) {
		const char *message = string(found, "message");
		struct doctor_finding *finding = doctor_add(report, DOCTOR_PROBLEM, subject, "%.500s", buffer_string(&text));
		doctor_advise(finding, "%.300s", message[0] ? message : "it cannot be used");
	} else {
		if (model_use_of(model) != MODEL_EMBEDDINGS) {
			append_limits(found, model, &text);
			append_ways(found, &text);
		}
		doctor_add(report, DOCTOR_OK, subject, "%.500s", buffer_string(&text));
		judge_context(found, model, settings, report);
	}
	judge_notes(found, model, report);
	buffer_done(&text);
}

void doctor_models_judge(const struct doctor_models *models, const struct settings *settings, struct doctor_report *report)
{
	uint32_t usable = 0, writers = 0;

	if (!settings_use_models(settings)) {
		doctor_add(report, DOCTOR_OK, "model servers", "%s",
			   settings->model_count ? "those of the settings are not asked: no model is to write (generate.mode, run.stages)"
						 : "no model servers configured: the built-in generator is used");
		return;
	}
	for (uint32_t i = 0; i < models->count; i++)
		judge_one(models->found[i], &settings->models[i], settings, report);
	if (models->error.message[0])
		doctor_add(report, DOCTOR_PROBLEM, "model servers", "%.500s", models->error.message);
	for (uint32_t i = 0; i < models->count; i++) {
		bool writes = model_use_of(&settings->models[i]) == MODEL_GENERATE;
		writers += writes;
		usable += writes && is_true(models->found[i], "usable");
	}
	if (usable < writers)
		doctor_add(report, DOCTOR_NOTE, "model servers", "%s",
			   usable ? "a run gives the documents of those that cannot be used to the others"
				  : "none can write now: in a run the built-in generator would, if they are down after generate.fallback_after_s");
}

void doctor_models_write_json(const struct doctor_models *models, struct json_writer *json)
{
	json_key(json, "models");
	json_array_open(json);
	for (uint32_t i = 0; i < models->count; i++)
		json_raw(json, text_from(json_object_to_json_string_ext(models->found[i], JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
	json_array_close(json);
}

void doctor_models_done(struct doctor_models *models)
{
	for (uint32_t i = 0; i < models->count; i++)
		json_object_put(models->found[i]);
	models->count = 0;
}
