/* report.h: report.html, the dataset at a glance for people: one page without scripts and without anything from elsewhere. What it shows, manifest.json
 * has as numbers. No clock in it: same dataset, same bytes. */
#ifndef DOCRING_COORDINATOR_DATASET_REPORT_H
#define DOCRING_COORDINATOR_DATASET_REPORT_H

#include "coordinator/dataset/finalise.h"

void report_append(const struct finalise_request *request, const struct finalise_summary *summary, struct buffer *out);

#endif
