/* pair_record.c: see pair_record.h. */
#include "workers/inference/pair_record.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCALE_VERSION = 1, SCORE_TEXT_BYTES = 32 }; /* of the way from vectors to scores: another one, other scores */

const struct model_settings *pair_record_model(const struct settings *settings)
{
	for (uint32_t i = 0; i < settings->model_count; i++)
		if (model_use_of(&settings->models[i]) == MODEL_EMBEDDINGS)
			return &settings->models[i];
	return NULL;
}

/* By the model's name in the configuration, which all workers know, be the server there or not. */
static const char *name_of(const struct model_settings *model) { return model->model[0] ? model->model : model_address(model); }

static struct record_key key_of(const struct model_settings *model, const struct pair_score *pair)
{
	const struct record_question question = { .model = name_of(model), .api = "", .format = "", .thinking = "", .seed = SCALE_VERSION, .system = pair->question,
						  .prompt = pair->answer, .schema = pair->passage };

	return record_key_of(&question);
}

static bool read_score(const char *text, struct pair_score *pair)
{
	char *end;
	float coherence = strtof(text, &end), relevance = strtof(end, &end);

	if (*end || !(coherence >= 0 && coherence <= 1 && relevance >= 0 && relevance <= 1))
		return false;
	pair->coherence = coherence;
	pair->relevance = relevance;
	pair->known = true;
	return true;
}

int pair_record_load(struct record *record, const struct model_settings *model, struct pair_scores *scores, struct error_text *error)
{
	struct record_row row;
	int all = 1;

	for (size_t i = 0; i < pair_scores_count(scores); i++) {
		struct pair_score *pair = pair_scores_at(scores, i);
		int found = pair->known ? 1 : record_look_up(record, key_of(model, pair), &row, error);
		if (found < 0)
			return found;
		if (!pair->known && (found == 0 || strcmp(row.outcome, "usable") != 0 || !read_score(row.reply.data, pair)))
			all = 0;
	}
	return all;
}

static int put(struct record *record, const struct model_settings *model, const struct pair_score *pair, struct text reply, const char *outcome,
	       const char *reason, const struct pair_cost *cost, bool asked, struct error_text *error)
{
	const struct record_row row = { .model = name_of(model), .family = "embeddings", .reply = reply, .thinking = TEXT_LITERAL(""), .outcome = outcome,
					.reason = reason, .prompt_tokens = cost->tokens, .completion_tokens = -1, .cached_tokens = -1, .duration_ms = cost->duration_ms,
					.attempts = asked };

	return record_put(record, key_of(model, pair), &row, error);
}

int pair_record_keep(struct record *record, const struct model_settings *model, struct pair_score *pair, double coherence, double relevance,
		     const struct pair_cost *cost, struct error_text *error)
{
	char text[SCORE_TEXT_BYTES];
	int bytes = snprintf(text, sizeof(text), "%.4f %.4f", coherence, relevance);

	CHECK(read_score(text, pair));
	return put(record, model, pair, (struct text){ text, (size_t)bytes }, "usable", "", cost, true, error);
}

int pair_record_miss(struct record *record, const struct model_settings *model, const struct pair_score *pair, const char *reason,
		     bool asked, struct error_text *error)
{
	return put(record, model, pair, TEXT_LITERAL(""), "refused", reason, &(struct pair_cost){ -1, 0 }, asked, error);
}
