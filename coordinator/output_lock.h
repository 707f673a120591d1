/* output_lock.h: one writer a dataset folder: a lock on OUT/.docring/lock (flock), which ends with the last process that holds its
 * descriptor, however that ends. */
#ifndef DOCRING_COORDINATOR_OUTPUT_LOCK_H
#define DOCRING_COORDINATOR_OUTPUT_LOCK_H

#include "base/error.h"

#include <stdbool.h>

/* The lock of the folder `output`, held: a descriptor to close. Waits a moment for a holder that is just ending, then -EBUSY. `create`: make
 * the file when it is not there (its folder must be). */
int output_lock_take(const char *output, bool create, struct error_text *error) WARN_UNUSED;

/* A coordinator that starts this program to write its dataset hands over the lock it holds, as standard input. True: it did (descriptor 0
 * is the lock, held), and this process ends with its parent from now on. */
bool output_lock_inherited(const char *output);

#endif
