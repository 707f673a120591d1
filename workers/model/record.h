/* record.h: the memory of model calls: table `calls` of the run database (OUT/.docring/run.db), written by inference workers,
 * readable by anyone. A reply is in it before anything is made of it, so that a killed run repeats no finished call, and what one
 * model could do of a document is there when another model goes on with it. */
#ifndef DOCRING_WORKERS_MODEL_RECORD_H
#define DOCRING_WORKERS_MODEL_RECORD_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct record_key { uint8_t bytes[16]; }; /* XXH3-128 of model, parameters that change the reply, system, prompt, schema */
struct record_key record_key_of(const char *model, double temperature, uint64_t max_tokens, uint64_t seed, struct text system, struct text prompt,
				struct text schema);

struct record_row {
	const char *model, *family;
	struct text reply, thinking; /* the usable reply as text; or the raw reply of one that was not */
	const char *outcome;         /* "usable", "unusable", "refused" */
	const char *reason;
	int64_t prompt_tokens, completion_tokens, cached_tokens; /* of all attempts; -1 unknown */
	int64_t duration_ms, attempts, rung;
};

struct record;
int record_open(struct record **ret_record, const char *database_path, struct error_text *error) WARN_UNUSED;
void record_close(struct record *record);
/* 1 with the row (valid until the next call), 0 when there is none. */
int record_look_up(struct record *record, struct record_key key, struct record_row *ret_row, struct error_text *error) WARN_UNUSED;
/* Replaces what was there, except that "usable" is never replaced by less. Collected; record_flush commits them together, at the
 * end of each round of the worker's loop. */
int record_put(struct record *record, struct record_key key, const struct record_row *row, struct error_text *error) WARN_UNUSED;
int record_flush(struct record *record, struct error_text *error) WARN_UNUSED;

#endif
