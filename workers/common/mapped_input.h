/* mapped_input.h: an input that is too large for the ring: a file, mapped. Somebody may cut it short while it is read, and what lies behind the
 * new end would end the worker by SIGBUS. Here it reads as zeros instead, which converters bear like any other bytes, and the file is known to
 * be damaged: its result does not count. One input at a time, one thread; used by
 * worker.c, and by one_document.c for the file it is called with. */
#ifndef DOCRING_WORKERS_COMMON_MAPPED_INPUT_H
#define DOCRING_WORKERS_COMMON_MAPPED_INPUT_H

#include "base/check.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Maps `bytes` of the file, whether it still has them or not. Keeps the descriptor until mapped_input_close; on failure it is the caller's. */
int mapped_input_open(int descriptor, uint64_t bytes, struct text *ret_data) WARN_UNUSED;

/* True: not all of the mapped bytes are the file's. *ret_left: how many it has now; no fewer than were mapped when its disk could not be read. */
bool mapped_input_is_damaged(uint64_t *ret_left);

void mapped_input_close(void); /* nothing happens when none is open */

#endif
