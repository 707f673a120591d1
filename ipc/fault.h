/* fault.h: named places where a test makes a process die or an operation fail. Off unless the environment says so.
 *
 * DOCRING_FAULT="name:N:action[,…]": at the N-th passing (from 1) of the named point: "kill" (SIGKILL to itself), "stop"
 * (SIGSTOP), "abort", or "eNAME" (ENOSPC, EIO, ENOMEM, EAGAIN, EINTR, "short") which fault_error returns from then on for that passing
 * only ("N+" : from the N-th on, always). Compiled in always: an untaken branch on a cached flag. */
#ifndef DOCRING_IPC_FAULT_H
#define DOCRING_IPC_FAULT_H

#include <stdbool.h>

extern bool fault_armed; /* written once by fault_init */

void fault_init(void); /* reads the environment; programs call it first thing */
int fault_hit(const char *name);

/* 0, or the -errno to pretend; kills and the like happen inside. FAULT_SHORT asks the I/O wrapper for a short transfer. */
enum { FAULT_SHORT = -9999 };
#define FAULT_POINT(name) (fault_armed ? fault_hit(name) : 0)

#endif
