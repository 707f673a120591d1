/* dry_run.h: what a run would do, from the names and sizes of the files alone: nothing is opened, nothing is written. */
#ifndef DOCRING_COORDINATOR_DRY_RUN_H
#define DOCRING_COORDINATOR_DRY_RUN_H

#include "coordinator/options.h"

int dry_run(const struct options *options); /* the exit code */

#endif
