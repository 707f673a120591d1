/* probe_command.c: see probe_command.h. One thread, one model after the other: two models of one server may not fit its memory together. */
#include "workers/inference/probe_command.h"

#include "base/file.h"
#include "config/settings.h"
#include "workers/model/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_FAILED = 3, SETTINGS_BYTES_MAX = 4 << 20 };

/* Of one question; a large model that is not loaded yet takes a minute or two for the first one. */
#define QUESTION_TIMEOUT_NS (180ull * 1000000000)

static int read_settings(struct settings *settings, struct error_text *error)
{
	struct buffer yaml;

	buffer_init(&yaml, SETTINGS_BYTES_MAX);
	int status = file_read_fd(STDIN_FILENO, "standard input", &yaml, error);
	if (status >= 0)
		status = settings_load_text(settings, buffer_view(&yaml), "standard input", error);
	if (status >= 0)
		status = settings_check(settings, error);
	buffer_done(&yaml);
	return status;
}

static int print_probe(const struct model_settings *model)
{
	const char *api_key = model->api_key_env[0] ? getenv(model->api_key_env) : NULL;
	uint64_t timeout_ns = model->request_timeout_s * 1000000000;
	struct probe_result result;
	struct buffer line;

	probe_model(model, api_key, timeout_ns < QUESTION_TIMEOUT_NS ? timeout_ns : QUESTION_TIMEOUT_NS, &result);
	buffer_init(&line, 1 << 16);
	probe_write_json(model, &result, &line);
	int status = line.status;
	if (status == 0)
		status = file_write_fd(STDOUT_FILENO, line.data, line.bytes);
	buffer_done(&line);
	return status;
}

int probe_command_run(void)
{
	struct settings settings;
	struct error_text error = { "" };
	int code = EXIT_DONE;

	settings_init(&settings);
	if (read_settings(&settings, &error) < 0) {
		fprintf(stderr, "worker-inference: %s\n", error.message);
		code = EXIT_USAGE;
	}
	for (uint32_t i = 0; code == EXIT_DONE && i < settings.model_count; i++) {
		int status = print_probe(&settings.models[i]);
		if (status < 0) {
			fprintf(stderr, "worker-inference: cannot write what was found: %s\n", error_describe(status));
			code = EXIT_FAILED;
		}
	}
	settings_done(&settings);
	return code;
}
