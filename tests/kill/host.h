/* host.h: a run of the coordinator inside the test: its own sources, its own files, sockets and shared memory, moved on round by round,
 * with true workers beside those that are going to be killed. After every round the books are audited, and a ledger of the test's own
 * says whether a task ever has two holders, a result nobody waits for, or a death that was not one. */
#ifndef DOCRING_TESTS_KILL_HOST_H
#define DOCRING_TESTS_KILL_HOST_H

#include "coordinator/run.h"
#include "tests/kill/victim.h"

enum { HOST_VICTIMS = 2 }; /* one is at work while the next one starts */

struct host_options {
	const char *corpus, *output;
	enum worker_kind kind; /* of the victims */
	const char *road;      /* "eventfd", "zmq": the fast lane with that bell; "bus": without a lane */
	enum plant plant;
};

struct victim {
	struct worker *worker;
	struct victim_control *control;
	pid_t pid; /* 0: none */
};

int host_open(const struct host_options *options, struct error_text *error) WARN_UNUSED;
/* Finishes what is in flight, ends the workers, audits what is left. Documents that were taken. */
uint64_t host_close(void);

/* One round of the coordinator; waits up to wait_ms when there is nothing to do. */
void host_round(int wait_ms);
void host_pump(void *context); /* the same, for a stepper whose process waits for the coordinator */

/* A victim that was just forked, stopped at MARK_BEGIN. */
struct victim *host_start_victim(void);
/* True: it is there, knows everything and sleeps. */
bool host_is_idle(const struct victim *victim);
/* One more document goes into the run, to this victim. */
void host_give_task(struct victim *victim);
/* Kills it and lets the coordinator find out. */
void host_kill(struct victim *victim);
/* The coordinator decides that it is time to kill it; the signal stays away until host_let_die. */
void host_condemn(struct victim *victim);
/* The attach connection ends, the process does not. */
void host_hang_up(struct victim *victim);
void host_let_die(struct victim *victim);

/* What the run is at, for messages; it hangs when it is still there minutes later. */
void host_say_where(const char *format, ...) PRINTF_LIKE(1, 2);
uint64_t host_violations(void);

#endif
