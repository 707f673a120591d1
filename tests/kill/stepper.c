/* stepper.c: see stepper.h. Only the first thread of the process is traced: breakpoints are the processor's, of one thread, since one
 * written into the program would kill its other threads. The process is never waited for when it is dead: that is the coordinator's. */
#define _GNU_SOURCE
#include "tests/kill/stepper.h"

#include "base/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

enum {
	LOOKS_BEFORE_PUMP = 200,
	PATH_INSTRUCTIONS_MAX = 20000000,
};

/* --- registers ------------------------------------------------------------------------------------------------------- */

static void set_user_word(const struct stepper *stepper, size_t offset, uint64_t word)
{
	CHECK(ptrace(PTRACE_POKEUSER, stepper->pid, (void *)offset, (void *)word) == 0);
}

uint64_t stepper_pc(const struct stepper *stepper)
{
	errno = 0;
	long word = ptrace(PTRACE_PEEKUSER, stepper->pid, (void *)offsetof(struct user, regs.rip), NULL);
	CHECK(errno == 0);
	return (uint64_t)word;
}

/* 0: none. */
static void set_breakpoint(const struct stepper *stepper, uint64_t pc)
{
	if (pc)
		set_user_word(stepper, offsetof(struct user, u_debugreg[0]), pc);
	set_user_word(stepper, offsetof(struct user, u_debugreg[7]), pc != 0); /* bit 0: the first one, on execution */
}

/* --- one stop after another ---------------------------------------------------------------------------------------- */

static bool is_gone(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return true;
	return info.si_pid == pid && info.si_code != CLD_TRAPPED; /* a stop is told whether asked for or not */
}

/* The signal at which it stands, 0 when it runs, -1 when it is gone. */
static int look(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) < 0)
		return -1;
	return info.si_pid == pid ? info.si_status : 0;
}

/* Nobody else has to do anything meanwhile: blocks. Its end is left for the coordinator to find. */
static void block(pid_t pid)
{
	siginfo_t info;

	while (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT) < 0 && errno == EINTR)
		continue;
}

enum step stepper_wait(const struct stepper *stepper)
{
	for (int looks = 1;; looks++) {
		if (!stepper->pump)
			block(stepper->pid);
		int signal_number = look(stepper->pid);
		if (signal_number == SIGTRAP)
			return STEP_STOPPED;
		if (signal_number < 0)
			return STEP_GONE;
		/* A signal of its own is given to it. */
		if (signal_number > 0 && ptrace(PTRACE_CONT, stepper->pid, NULL, (void *)(uintptr_t)signal_number) < 0)
			return STEP_GONE;
		if (stepper->pump && looks % LOOKS_BEFORE_PUMP)
			continue;
		if (is_gone(stepper->pid))
			return STEP_GONE;
		if (stepper->pump)
			stepper->pump(stepper->context);
	}
}

bool stepper_release(const struct stepper *stepper)
{
	return ptrace(PTRACE_CONT, stepper->pid, NULL, NULL) == 0;
}

enum step stepper_run(const struct stepper *stepper)
{
	return stepper_release(stepper) ? stepper_wait(stepper) : STEP_GONE;
}

static enum step step_once(const struct stepper *stepper)
{
	if (ptrace(PTRACE_SINGLESTEP, stepper->pid, NULL, NULL) < 0)
		return STEP_GONE;
	return stepper_wait(stepper);
}

/* Past one instruction, however often it repeats itself. */
static enum step step_whole(const struct stepper *stepper, const volatile uint32_t *end)
{
	uint32_t before = *end;
	uint64_t pc = stepper_pc(stepper);
	enum step result;

	do
		result = step_once(stepper);
	while (result == STEP_STOPPED && *end == before && stepper_pc(stepper) == pc);
	return result == STEP_STOPPED && *end != before ? STEP_AT_END : result;
}

/* --- paths --------------------------------------------------------------------------------------------------------- */

void path_done(struct path *path)
{
	free(path->pcs);
	free(path->near);
	*path = (struct path){ 0 };
}

static void append(struct path *path, uint64_t pc)
{
	CHECK(path->count < PATH_INSTRUCTIONS_MAX);
	if (path->count == path->capacity) {
		path->capacity = path->capacity ? path->capacity * 2 : 4096;
		path->pcs = realloc(path->pcs, path->capacity * sizeof(*path->pcs));
		CHECK(path->pcs);
	}
	path->pcs[path->count++] = pc;
}

/* Which instructions stand where for the first time: an open-addressing set of those seen. */
static void find_near(struct path *path)
{
	size_t slots = 1, last = 0;

	while (slots < path->count * 2 + 2)
		slots *= 2;
	uint64_t *seen = calloc(slots, sizeof(*seen));
	path->near = calloc(path->count + 1, sizeof(*path->near));
	CHECK(seen && path->near);
	for (size_t i = 0; i < path->count; i++) {
		size_t at = (size_t)(path->pcs[i] * 0x9e3779b97f4a7c15u) & (slots - 1);
		while (seen[at] && seen[at] != path->pcs[i])
			at = (at + 1) & (slots - 1);
		if (!seen[at]) {
			seen[at] = path->pcs[i];
			last = i;
		}
		path->near[i] = last;
	}
	free(seen);
}

enum step stepper_record(const struct stepper *stepper, const volatile uint32_t *end, struct path *path)
{
	enum step result;

	path_done(path);
	do {
		append(path, stepper_pc(stepper));
		result = step_whole(stepper, end);
	} while (result == STEP_STOPPED);
	find_near(path);
	return result;
}

enum step stepper_reach(const struct stepper *stepper, const volatile uint32_t *end, const struct path *path, size_t position, bool plain)
{
	uint32_t before = *end;
	size_t near = plain ? 0 : path->near[position < path->count ? position : path->count - 1];
	enum step result = STEP_STOPPED;

	if (near > 0) {
		set_breakpoint(stepper, path->pcs[near]);
		result = stepper_run(stepper);
		if (result == STEP_GONE)
			return result;
		set_breakpoint(stepper, 0);
		if (*end != before)
			return STEP_AT_END;
	}
	for (size_t i = near; i < position && result == STEP_STOPPED; i++)
		result = step_whole(stepper, end);
	return result;
}

enum step stepper_pass_calls(const struct stepper *stepper, const volatile uint32_t *end, size_t count)
{
	uint32_t before = *end;

	for (size_t i = 0; i < count; i++) {
		if (ptrace(PTRACE_SYSCALL, stepper->pid, NULL, NULL) < 0 || stepper_wait(stepper) == STEP_GONE)
			return STEP_GONE;
		if (*end != before)
			return STEP_AT_END;
	}
	return STEP_STOPPED;
}
