/* main.c: worker-inference: makes conversations from processed documents. One thread; started by the coordinator, or by hand. */
#include "workers/inference/inference_handler.h"
#include "workers/inference/probe_command.h"

#include <string.h>

int main(int argument_count, char **arguments)
{
	static const struct worker_program program = {
		.name = "worker-inference",
		.kind = "inference",
		.summary = "Makes question and answer conversations from processed documents for a running docring coordinator.",
		.start = inference_start,
		.stop = inference_stop,
		.handle = inference_handle,
		.more_help = "      --probe        read settings (YAML) and say what their model servers do\n",
	};

	if (argument_count == 2 && strcmp(arguments[1], "--probe") == 0)
		return probe_command_run();
	return worker_main(&program, argument_count, arguments);
}
