/* name_filter.h: which names the run database may have a row for, without asking it: hashes of names, in memory. It says "maybe" or "no". A
 * database that was empty at the start of a run has only rows of the names that were added since, so that a look-up for a new
 * document, which is every document of a first run, costs no SQL. Private memory of the coordinator, 16 bytes a name at most on average. */
#ifndef DOCRING_COORDINATOR_NAME_FILTER_H
#define DOCRING_COORDINATOR_NAME_FILTER_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_filter {
	uint64_t *slots; /* hashes; 0: free */
	size_t slot_count; /* a power of two, or 0 */
	size_t count;
	bool open; /* not everything is in it: every answer is "maybe" */
};

void name_filter_init(struct name_filter *filter, bool open);
void name_filter_done(struct name_filter *filter);
void name_filter_add(struct name_filter *filter, const char *name); /* out of memory opens it */
bool name_filter_may_have(const struct name_filter *filter, const char *name);

#endif
