/* summary.h: what the user reads when a run has ended: what was made, what was not, where to look next; or the same as JSON. */
#ifndef DOCRING_COORDINATOR_SUMMARY_H
#define DOCRING_COORDINATOR_SUMMARY_H

#include "coordinator/dataset/finalise.h"
#include "coordinator/run.h"

/* On standard output. True when the run made records and no input failed: exit code 0; else 1. */
bool summary_print(const struct run *run, const struct finalise_summary *summary);
/* The same for `coordinator finalise`, without a run. */
bool summary_print_dataset(const char *output, const struct finalise_summary *summary, bool json);

#endif
