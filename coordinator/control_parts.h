/* control_parts.h: what the parts of the answers to other terminals share: control.c (all of them) and control_workers.c. */
#ifndef DOCRING_COORDINATOR_CONTROL_PARTS_H
#define DOCRING_COORDINATOR_CONTROL_PARTS_H

#include "base/json_writer.h"
#include "coordinator/run.h"

void control_write_workers(const struct run *run, struct json_writer *json);
/* "add COUNT KIND", "remove COUNT KIND", "remove w3 w5": the answer in JSON goes to `body`. */
int control_workers(struct run *run, struct text words, struct buffer *body, struct error_text *error) WARN_UNUSED;

#endif
