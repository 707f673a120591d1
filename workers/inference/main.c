/* main.c: worker-inference: makes conversations from processed documents, by rules or with a model server. Started by the coordinator, or
 * by hand. */
#include "workers/inference/inference_handler.h"
#include "workers/inference/model_worker.h"
#include "workers/inference/probe_command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static int start_with_model(const struct worker_setup *setup, void **ret_context, struct error_text *error)
{
	char database[PATH_MAX];

	if (setup->model < 0 || !setup->folder[0] || snprintf(database, sizeof(database), "%s/run.db", setup->folder) >= (int)sizeof(database))
		return error_set(error, -EINVAL, "the coordinator did not say where the run's folder is");
	return model_worker_start(setup, database, ret_context, error);
}

int main(int argument_count, char **arguments)
{
	static const struct worker_program with_model = {
		.name = "worker-inference",
		.kind = "inference",
		.start = start_with_model,
		.stop = model_worker_stop,
		.many = &model_worker_many,
	};
	static const struct worker_program program = {
		.name = "worker-inference",
		.kind = "inference",
		.summary = "Makes question and answer conversations from processed documents for a running docring coordinator.",
		.start = inference_start,
		.stop = inference_stop,
		.handle = inference_handle,
		.with_model = &with_model,
		.more_help = "      --probe        read settings (YAML) and say what their model servers do\n",
	};

	if (argument_count >= 2 && strcmp(arguments[1], "--probe") == 0) {
		if (argument_count == 2)
			return probe_command_run();
		fprintf(stderr, "worker-inference: --probe stands alone: settings (YAML) come on standard input\n");
		return EXIT_USAGE;
	}
	return worker_main(&program, argument_count, arguments);
}
