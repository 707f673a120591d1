/* worker_main.c: a worker's command line. What runs behind it is worker.c. */
#define _GNU_SOURCE
#include "workers/common/worker_frame.h"

#include "ipc/fault.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Dies with the coordinator that started it, even when that one is killed. */
static bool tie_to_parent(long parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

static void print_help(const struct worker_program *program)
{
	printf("Usage: %s --attach RUN\n%s\n\n"
	       "A coordinator starts this program by itself. Started by hand it joins a running\n"
	       "coordinator of the same user, takes work, and leaves on Ctrl-C.\n\n"
	       "  -a, --attach RUN   a run's name, its output folder or its socket folder\n"
	       "%s%s"
	       "  -h, --help         show this help\n"
	       "  -V, --version      show the version\n",
	       program->name, program->summary, program->with_model ? "  -m, --model NAME   work for this model of the run\n" : "",
	       program->more_help ? program->more_help : "");
}

int worker_main(const struct worker_program *program, int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "attach", required_argument, NULL, 'a' },
		{ "model", required_argument, NULL, 'm' },
		{ "parent", required_argument, NULL, 'p' }, /* given by the coordinator */
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *run = NULL, *model = "";
	long parent = 0;
	int option;

	while ((option = getopt_long(argument_count, arguments, "a:m:hV", options, NULL)) != -1) {
		switch (option) {
		case 'a': run = optarg; break;
		case 'm': model = optarg; break;
		case 'p': parent = strtol(optarg, NULL, 10); break;
		case 'h': print_help(program); return EXIT_DONE;
		case 'V': printf("%s (docring) %s\n", program->name, DOCRING_VERSION); return EXIT_DONE;
		default: fprintf(stderr, "Try '%s --help'.\n", program->name); return EXIT_DO_NOT_RESTART;
		}
	}
	if (!run || optind < argument_count) {
		fprintf(stderr, "%s: expected --attach RUN and nothing else; try '%s --help'\n", program->name, program->name);
		return EXIT_DO_NOT_RESTART;
	}
	if (model[0] && !program->with_model) {
		fprintf(stderr, "%s: --model means nothing to it\n", program->name);
		return EXIT_DO_NOT_RESTART;
	}
	struct rendezvous place;
	struct error_text error;
	if (rendezvous_find(run, &place, &error) < 0) {
		fprintf(stderr, "%s: %s\n", program->name, error.message);
		return EXIT_DO_NOT_RESTART;
	}
	if (parent && !tie_to_parent(parent))
		return EXIT_FAILED;
	worker_install_signals(parent != 0);
	fault_init();
	return worker_run(model[0] ? program->with_model : program, &place, model, parent == 0);
}
