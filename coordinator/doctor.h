/* doctor.h: what this machine offers and what is missing, each with what to do. Changes nothing. */
#ifndef DOCRING_COORDINATOR_DOCTOR_H
#define DOCRING_COORDINATOR_DOCTOR_H

#include "coordinator/options.h"

#include <stdio.h>

/* One line a finding (or one JSON object with options->json). The result is the exit code: 0, or 1 when there is a problem
 * that would keep a run with these settings from working. */
int doctor_run(const struct options *options, FILE *out);

#endif
