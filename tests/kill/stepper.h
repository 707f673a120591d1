/* stepper.h: one traced process, moved on instruction by instruction, or from system call to system call. x86-64.
 *
 * To stand at the k-th instruction of a path costs about as much as to start it: a first walk records where the path leads, and a
 * hardware breakpoint then leads to the last instruction before k that the path had not met earlier; the rest is stepped. */
#ifndef DOCRING_TESTS_KILL_STEPPER_H
#define DOCRING_TESTS_KILL_STEPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct path { /* instructions in the order of their execution; an instruction that repeats itself (rep) counts once */
	uint64_t *pcs;
	size_t *near; /* the last position at or before this one whose instruction stands there for the first time */
	size_t count, capacity;
};
void path_done(struct path *path);

struct stepper {
	pid_t pid;
	void (*pump)(void *context); /* called while the process runs on its own; NULL: it needs nobody, and is waited for */
	void *context;
};

enum step { STEP_STOPPED, STEP_AT_END, STEP_GONE };

/* Lets it run, and does not wait. False: it is gone. */
bool stepper_release(const struct stepper *stepper);
/* Runs on until it stops by itself. */
enum step stepper_run(const struct stepper *stepper);
/* After victim_fork: until its first stop. */
enum step stepper_wait(const struct stepper *stepper);
/* Records what comes until *end has changed. */
enum step stepper_record(const struct stepper *stepper, const volatile uint32_t *end, struct path *path);
/* From the start of the recorded path to its `position`, or as many instructions behind its end. STEP_AT_END: *end changed before; with
 * `plain`, which takes no short cut by a breakpoint, because it was shorter this time. */
enum step stepper_reach(const struct stepper *stepper, const volatile uint32_t *end, const struct path *path, size_t position, bool plain);
/* To the `count`-th stop at a system call from here on, before it or behind it. STEP_AT_END: *end changed before. */
enum step stepper_pass_calls(const struct stepper *stepper, const volatile uint32_t *end, size_t count);
uint64_t stepper_pc(const struct stepper *stepper);

#endif
