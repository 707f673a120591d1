/* pair_embedder.h: coherence and relevance of pairs by the model with `use: embeddings`: how near question, answer and passage are to one
 * another. Owned by a model worker; one thread, and one that probes the server.
 *
 * What an angle means differs from model to model. So each is shown texts that belong together and texts that do not (the same few for all),
 * and the scores are told by where a pair lies between the two; a model that cannot tell them apart is not used. Scores are in the record of
 * calls before anything is made of them: a document that is taken up again has the same ones. When there are none to be had, all pairs of the
 * document keep the lexical measure, which is counted and said. */
#ifndef DOCRING_WORKERS_INFERENCE_PAIR_EMBEDDER_H
#define DOCRING_WORKERS_INFERENCE_PAIR_EMBEDDER_H

#include "base/json_writer.h"
#include "config/settings.h"
#include "workers/inference/pair_scores.h"
#include "workers/model/record.h"

struct pair_embedder;
/* Settings and record are borrowed. */
int pair_embedder_create(const struct settings *settings, uint32_t model_index, struct record *record, struct pair_embedder **ret_embedder,
			 struct error_text *error) WARN_UNUSED;
void pair_embedder_destroy(struct pair_embedder *embedder); /* owners of what is under way are not told */

/* Fills in what is wanted. 0: all there is to be had is there; 1: `done` will be called once, from pair_embedder_step; or a negative code.
 * The table is borrowed until then and must not be added to. */
typedef void pair_embedder_done(void *owner);
int pair_embedder_measure(struct pair_embedder *embedder, struct pair_scores *scores, pair_embedder_done *done, void *owner, uint64_t *ret_handle,
			  struct error_text *error) WARN_UNUSED;
void pair_embedder_cancel(struct pair_embedder *embedder, uint64_t handle);

int pair_embedder_descriptor(const struct pair_embedder *embedder);
uint64_t pair_embedder_next_ns(const struct pair_embedder *embedder);
int pair_embedder_step(struct pair_embedder *embedder, uint64_t now_ns, struct error_text *error) WARN_UNUSED;
void pair_embedder_report(const struct pair_embedder *embedder, struct json_writer *json); /* the members of an object */

#endif
