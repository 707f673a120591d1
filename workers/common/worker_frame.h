/* worker_frame.h: what worker_main.c starts; nobody else's. */
#ifndef DOCRING_WORKERS_COMMON_WORKER_FRAME_H
#define DOCRING_WORKERS_COMMON_WORKER_FRAME_H

#include "ipc/rendezvous.h"
#include "workers/common/worker.h"

#include <stdbool.h>

enum { /* exit codes of a worker */
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_DO_NOT_RESTART = 2,
	EXIT_RESOURCES = 3,
};

/* Once per process. `spawned`: by a coordinator, whose terminal's Ctrl-C is not this process's matter. */
void worker_install_signals(bool spawned);
/* Joins, serves until told to stop or let go. model: "" for none. The result is the exit code. */
int worker_run(const struct worker_program *program, const struct rendezvous *place, const char *model, bool by_hand);

#endif
