/* embed.h: vectors of texts from a server's /v1/embeddings: many texts at once, in batches of bounded size, at one endpoint. It has a
 * queue of its own beside that of call.h: nothing is generated, nothing repaired, no prompt is kept. One thread.
 *
 * A text that is longer than the model may read is cut into pieces at blanks; its vector is the sum of theirs, weighted by length. All
 * vectors have length 1, so that a cosine is a sum of products. What was asked lately is remembered by the text's hash. */
#ifndef DOCRING_WORKERS_MODEL_EMBED_H
#define DOCRING_WORKERS_MODEL_EMBED_H

#include "config/models.h"
#include "workers/model/endpoint.h"
#include "workers/model/probe.h"

enum embed_outcome {
	EMBED_DONE,      /* a vector for each text */
	EMBED_REFUSED,   /* the server answered, and there are no vectors to be had: reason */
	EMBED_DOWN,      /* the server is away: reason */
	EMBED_CANCELLED,
};

struct embed_result {
	enum embed_outcome outcome;
	const float *vectors; /* EMBED_DONE: count × dimensions, in the order of the texts; borrowed, during the call of done */
	size_t count, dimensions;
	int64_t tokens;       /* that the server read for it, as it says; 0 when all was remembered, -1: it does not say */
	uint64_t duration_ns;
	const char *reason;
};
typedef void embed_done(void *owner, const struct embed_result *result);

struct embed;
/* Everything is borrowed. api_key: or NULL. */
int embed_create(struct embed **ret_embed, const struct model_settings *model, const struct probe_result *probe, const char *api_key, uint64_t seed,
		 struct error_text *error) WARN_UNUSED;
void embed_destroy(struct embed *embed); /* what is under way ends as EMBED_CANCELLED */
/* Every waiting time of its own times `scale`: for tests. */
void embed_scale_time(struct embed *embed, double scale);

/* The texts are copied. `done` is called once, from embed_step, embed_cancel or embed_destroy. A job that takes longer than the model's
 * request_timeout_s ends as EMBED_REFUSED. 0 or -ENOMEM. */
int embed_add(struct embed *embed, const struct text *texts, size_t count, embed_done *done, void *owner, uint64_t *ret_handle) WARN_UNUSED;
void embed_cancel(struct embed *embed, uint64_t handle);
int embed_descriptor(const struct embed *embed);
uint64_t embed_next_ns(const struct embed *embed); /* CLOCK_MONOTONIC; UINT64_MAX: never */
int embed_step(struct embed *embed, uint64_t now_ns) WARN_UNUSED;
const struct endpoint *embed_endpoint(const struct embed *embed);

#endif
