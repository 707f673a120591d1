/* preprocess_handler.h: tasks of a coordinator done by preprocess.h and archive.h: the worker_program's three functions. */
#ifndef DOCRING_WORKERS_PREPROCESS_PREPROCESS_HANDLER_H
#define DOCRING_WORKERS_PREPROCESS_PREPROCESS_HANDLER_H

#include "workers/common/worker.h"

int preprocess_handler_start(const struct worker_setup *setup, void **ret_context,
			     struct error_text *error) WARN_UNUSED;
void preprocess_handler_stop(void *context);

/* DESCRIPTOR_PREPROCESS leaves a document block; DESCRIPTOR_EXPAND a members block, or a document block that says why the archive
 * could not be read. A document that does not fit its extent is kept for when the task comes back, so that it is converted once. */
worker_handler preprocess_handler_handle;

#endif
