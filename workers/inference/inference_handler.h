/* inference_handler.h: DESCRIPTOR_GENERATE: a document block in, a conversation block out. */
#ifndef DOCRING_WORKERS_INFERENCE_INFERENCE_HANDLER_H
#define DOCRING_WORKERS_INFERENCE_INFERENCE_HANDLER_H

#include "workers/common/worker.h"

/* For struct worker_program. The context lives between the two. */
int inference_start(const struct worker_setup *setup, void **ret_context, struct error_text *error);
void inference_stop(void *context);
/* Conversations are built in private memory; when they do not fit task->out they are kept for the task's return with a
 * larger extent, so that nothing is made twice. */
worker_handler inference_handle;

#endif
