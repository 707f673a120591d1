/* calls_round.h: the loop of a worker that makes calls, for unit tests. */
#ifndef DOCRING_TESTS_UNIT_CALLS_ROUND_H
#define DOCRING_TESTS_UNIT_CALLS_ROUND_H

#include "workers/model/call.h"

/* One round, as a worker makes it: never before there is something to do, but after a second. A failure fails the test. */
void calls_round(struct calls *calls);

#endif
