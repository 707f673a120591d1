/* model_worker.h: an inference worker of one model: documents in, conversations out, with as many documents under way as keep every slot of
 * the server busy. For struct worker_program of main.c; one thread, and one that probes the server.
 *
 * The server is probed in a thread of its own at the start and, while it cannot be used, every few seconds; until then the worker takes
 * no documents (STARTING, DOWN, UNUSABLE). What becomes of a document when a reply is missing: docs/decisions/model-calls.md. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_WORKER_H
#define DOCRING_WORKERS_INFERENCE_MODEL_WORKER_H

#include "workers/common/worker.h"

/* setup->model: of the settings' models; `database_path`: the run database, with the record of calls. What the setup names is borrowed; without a cell
 * in it the worker shares its server with nobody. */
int model_worker_start(const struct worker_setup *setup, const char *database_path, void **ret_context, struct error_text *error) WARN_UNUSED;
void model_worker_stop(void *context);
extern const struct worker_many model_worker_many;

#endif
