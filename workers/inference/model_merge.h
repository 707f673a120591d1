/* model_merge.h: the conversations of one document from several writers in one block: of near-duplicates the better one is kept. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_MERGE_H
#define DOCRING_WORKERS_INFERENCE_MODEL_MERGE_H

#include "config/settings.h"
#include "proto/conversation.h"

struct merge_part { /* one writer's block and what is to be changed in it */
	struct conversation_set set;
	uint32_t accepted_max;             /* of accepted conversations, at most so many are taken; the best ones */
	const struct text *questions;      /* NULL, or for each conversation its question in other words (empty: as it is) */
	struct text question_model;        /* who put them so */
	const struct conversation_marks *marks; /* NULL, or for each conversation the judge's; below MERGE_FAITHFULNESS_MIN it is refused */
	const struct text *judge_reasons;  /* with marks */
	struct text judge_model;           /* with marks: whose they are */
	const struct conversation_scores *scores; /* NULL, or for each conversation the scores to take for its own; whether it is accepted follows */
	const struct settings *settings;   /* with scores */
};
enum { MERGE_PARTS_MAX = 4, MERGE_FAITHFULNESS_MIN = 3 };

struct merge_counts { uint32_t accepted, refused, duplicates; };
/* Adds the conversations and items of the parts to `out`, in order of parts. Two that are about overlapping passages and ask or answer nearly the
 * same are duplicates: the lower score is refused, with a tie the later part. At most `accepted_max` stay accepted, the best ones.
 * 0 or -ENOMEM. */
int merge_conversations(const struct merge_part *parts, size_t part_count, uint32_t accepted_max, struct conversation_builder *out,
			struct merge_counts *ret_counts) WARN_UNUSED;

#endif
