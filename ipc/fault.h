/* fault.h: named places where a test makes a process die or an operation fail. Off unless the environment says so.
 *
 * DOCRING_FAULT="name:N:action[,…]": at the N-th passing (from 1) of the named point: "kill" (SIGKILL to itself), "stop"
 * (SIGSTOP), "abort", or "eNAME" (ENOSPC, EIO, ENOMEM, EAGAIN, EINTR, "short") which FAULT_POINT answers for that passing
 * only ("N+": from the N-th on, always). Compiled in always: an untaken branch on a cached flag.
 *
 * DOCRING_FAULT_LOG=FILE: each passing appends "PID NAME" to the file: which points a run passes, and how often. Every point stands in
 * the section docring_fault_points of the program it is in (NUL-terminated names), so that a test can know them all. */
#ifndef DOCRING_IPC_FAULT_H
#define DOCRING_IPC_FAULT_H

#include <stdbool.h>

extern bool fault_armed; /* written once by fault_init */

void fault_init(void); /* reads the environment; programs call it first thing */
int fault_hit(const char *name);

/* FAULT_POINT: 0, or the -errno to pretend; kills and the like happen inside. FAULT_SHORT asks the I/O wrapper for a short transfer. */
enum { FAULT_SHORT = -9999 };
#define FAULT_POINT(name) \
	({ \
		static const char fault_point[] __attribute__((section("docring_fault_points"), used)) = name; \
		fault_armed ? fault_hit(fault_point) : 0; \
	})

#endif
