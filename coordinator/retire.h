/* retire.h: which workers go when some are to go: pure, so that it can be tested without processes. */
#ifndef DOCRING_COORDINATOR_RETIRE_H
#define DOCRING_COORDINATOR_RETIRE_H

#include "coordinator/run.h"

/* Whether the slot has, or is about to get, a worker that is not on its way out. */
bool retire_counts(const struct worker *worker);

/* Puts the numbers of the `count` workers of this kind that are missed least into ret_numbers: those that wait to be started again, then those that were
 * started later or for less (on demand, by hand, at the start), idle ones first. Never the last one that the coordinator itself keeps, nor those that
 * joined by hand. ERROR_INPUT_REJECTED with what is possible. */
int retire_choose(const struct run *run, enum worker_kind kind, uint32_t count, uint32_t *ret_numbers, struct error_text *error) WARN_UNUSED;

/* The same for workers named by the caller: "w3 w5". Returns how many. */
int retire_named(const struct run *run, struct text names, uint32_t ret_numbers[RUN_WORKERS_MAX], struct error_text *error) WARN_UNUSED;

#endif
