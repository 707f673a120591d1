/* model_probing.h: probe_model in a thread of its own, at the start and again every few seconds for as long as the server cannot be used.
 *
 * The thread has settings of its own, so that a worker that is to end need not wait for a server that does not answer: the thread is
 * left behind with what belongs to it. It writes one probe_result and then one byte into an event descriptor; nothing else is shared. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_PROBING_H
#define DOCRING_WORKERS_INFERENCE_MODEL_PROBING_H

#include "config/settings.h"
#include "workers/model/probe.h"

struct model_probing;
/* Starts the first probe. `api_key` is borrowed for good (the environment's). */
int model_probing_create(const struct settings *settings, uint32_t model_index, const char *api_key, struct model_probing **ret_probing,
			 struct error_text *error) WARN_UNUSED;
void model_probing_destroy(struct model_probing *probing);
/* The server could be used, and it is to be asked anew: the next step starts a probe. */
void model_probing_again(struct model_probing *probing);
int model_probing_descriptor(const struct model_probing *probing); /* readable when a probe has ended */
uint64_t model_probing_next_ns(const struct model_probing *probing); /* when the next one is due; UINT64_MAX: one is under way */
/* 1 with the result of a probe that has ended, else 0 (the next one was started, if it was time) or a negative code. Not to be called any more
 * once the server can be used. */
int model_probing_step(struct model_probing *probing, uint64_t now_ns, struct probe_result *ret_result) WARN_UNUSED;

#endif
