/* pair_record.h: scores of pairs in the record of calls (pair_embedder.h writes them there, whoever composes a document again reads them). */
#ifndef DOCRING_WORKERS_INFERENCE_PAIR_RECORD_H
#define DOCRING_WORKERS_INFERENCE_PAIR_RECORD_H

#include "config/settings.h"
#include "workers/inference/pair_scores.h"
#include "workers/model/record.h"

/* The model with `use: embeddings`, or NULL. */
const struct model_settings *pair_record_model(const struct settings *settings);

/* Fills in what the record has. 1: every pair is known now; 0: not every one; or a negative code. */
int pair_record_load(struct record *record, const struct model_settings *model, struct pair_scores *scores, struct error_text *error) WARN_UNUSED;
struct pair_cost { int64_t tokens, duration_ms; }; /* of measuring one pair; tokens -1: not known */
/* The pair is known with these scores from now on, rounded as the record has them. */
int pair_record_keep(struct record *record, const struct model_settings *model, struct pair_score *pair, double coherence, double relevance,
		     const struct pair_cost *cost, struct error_text *error) WARN_UNUSED;
/* There is no score to be had for the pair now; in the accounts of calls it stands as one that was not usable if the server was asked for it. */
int pair_record_miss(struct record *record, const struct model_settings *model, const struct pair_score *pair, const char *reason,
		     bool asked, struct error_text *error) WARN_UNUSED;

#endif
