/* supervisor_parts.h: what the two halves of the supervisor share: supervisor.c (processes) and supervisor_attach.c (slots, hellos). */
#ifndef DOCRING_COORDINATOR_SUPERVISOR_PARTS_H
#define DOCRING_COORDINATOR_SUPERVISOR_PARTS_H

#include "coordinator/run.h"

/* supervisor.c */
void supervisor_begin_life(struct worker *worker, pid_t pid, uint64_t now_ns); /* of a process in its slot */
int supervisor_watch_process(struct worker *worker) WARN_UNUSED;

/* supervisor_attach.c */
struct worker *supervisor_add_slot(struct run *run, enum worker_kind kind, struct error_text *error);
/* Nobody is in the slot, and nobody is to be. */
bool supervisor_is_vacant(const struct worker *worker, enum worker_kind kind);
/* A slot for one more worker: one that nobody uses, or a new one. NULL with a message. */
struct worker *supervisor_take_free_slot(struct run *run, enum worker_kind kind, struct error_text *error);
void supervisor_listener_ready(void *context, uint32_t events);

#endif
