/* worker.h: the frame of every worker process: attach to a coordinator, map what it shares, take tasks, give results.
 *
 * One thread. The handler is called for one task at a time, or a program takes many at once (struct worker_many); what is
 * written to task->out is what the coordinator sees. A
 * worker ends with exit code 0 when told to stop or when the coordinator is gone, 2 when it must not be restarted
 * (version, usage), 3 for resources. */
#ifndef DOCRING_WORKERS_COMMON_WORKER_H
#define DOCRING_WORKERS_COMMON_WORKER_H

#include "config/domain.h"
#include "config/settings.h"
#include "ipc/descriptor.h"
#include "proto/document.h"
#include "proto/input.h"
#include "proto/message.h"

struct share_cell;
struct worker_task {
	struct descriptor descriptor;
	struct input input;       /* DESCRIPTOR_EXPAND, DESCRIPTOR_PREPROCESS: names and data, checksums verified */
	struct document document; /* DESCRIPTOR_GENERATE: checked view */
	void *out;                /* 64-byte aligned, written by this worker alone */
	size_t out_bytes;
	uint64_t started_ns;      /* CLOCK_MONOTONIC */
};

/* Returns the bytes used at task->out (≥ 0), or ERROR_NEEDS_SPACE with *ret_needed_bytes set (nothing was written; the task
 * comes back with a larger extent, most often to this worker), or another negative code: the document fails with it. */
typedef int64_t worker_handler(void *context, const struct worker_task *task, size_t *ret_needed_bytes);

/* A program that has many tasks under way at once, because each of them waits for somebody else. The frame calls `begin` for every
 * task at once, waits on `descriptor` beside its own, and calls `step` when that is readable or `next_ns` has come. Every task is
 * ended exactly once with worker_finish, from begin, step or give_back; its input and output stay mapped until then. */
struct worker_finisher; /* the frame */
struct worker_many {
	/* Tasks it wants to hold, now, at most WORKER_TASKS_MAX; told to the coordinator when it changes. */
	uint32_t (*capacity)(void *context);
	int (*begin)(void *context, struct worker_finisher *finisher, const struct worker_task *task); /* the task is copied */
	int (*step)(void *context, struct worker_finisher *finisher, uint64_t now_ns);
	/* Ends up to `count` tasks about which nothing was done yet, but none whose argument has one of the bits, as NEXT_MODEL, DESCRIPTOR_NEXT_MOVED. */
	int (*give_back)(void *context, struct worker_finisher *finisher, uint32_t count, uint32_t bits);
	int (*descriptor)(void *context);   /* or -1 */
	uint64_t (*next_ns)(void *context); /* CLOCK_MONOTONIC; UINT64_MAX: never */
	/* How its model fares: enum message_model_state, and a JSON object for people and scripts. */
	uint32_t (*report)(void *context, struct buffer *json);
	const char *(*trouble)(void *context); /* why begin or step failed, or "" */
	/* The cells of those who ask the same model of the same server, from now on; they stay mapped. Called again when it changes. 0 or a negative code. */
	int (*share)(void *context, const struct share_cell *const *others, uint32_t count);
};
enum { WORKER_TASKS_MAX = MESSAGE_MODEL_TASKS_MAX };
/* The result of a task. status: enum descriptor_status; bytes: used (DONE) or needed (NEEDS_SPACE); argument: of NEXT_MODEL and DONE. */
int worker_finish(struct worker_finisher *finisher, const struct worker_task *task, uint16_t status, uint64_t bytes, uint32_t argument) WARN_UNUSED;

struct worker_setup { /* what a program starts with; borrowed for its whole life */
	const struct settings *settings;
	const struct domain *domain;
	int model;              /* index in the settings' models: --model; -1: none was named */
	const char *folder;     /* OUT/.docring; "" when the coordinator does not give it */
	struct share_cell *cell; /* of a worker of a model: its own, and */
	int server_bell;         /* what wakes all who ask its server; else NULL and -1 */
};

struct worker_program {
	const char *name;    /* "worker-preprocess" */
	const char *kind;    /* "preprocess", "inference": what the coordinator dispatches by */
	const char *summary; /* for --help */
	const char *more_help; /* lines for options that the program itself knows; or NULL */
	/* Called once after the welcome. The context is given to the handler. */
	int (*start)(const struct worker_setup *setup, void **ret_context, struct error_text *error);
	void (*stop)(void *context);
	worker_handler *handle;         /* one task at a time; or: */
	const struct worker_many *many; /* NULL: one at a time */
	const struct worker_program *with_model; /* takes its place when a model is named; NULL: no model can be */
};

/* Options: --attach RUN (a run's name or folder, or the attach socket's path), --model NAME, --help, --version. The result is the exit code. */
int worker_main(const struct worker_program *program, int argument_count, char **arguments);

#endif
