/* state.h: run.db (SQLite, WAL): what is done. One row a document, written when its outcome is settled and its results lie in the
 * spool; a document without a row was not finished and is done again. Anyone may read it meanwhile (sqlite3 run.db). */
#ifndef DOCRING_COORDINATOR_STATE_H
#define DOCRING_COORDINATOR_STATE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/json_writer.h"

#include <stdbool.h>
#include <stdint.h>

struct state;

struct state_row { /* strings are the caller's; when read, they are valid until the next row */
	const char *name;      /* primary key: "container!source" */
	const char *source, *container;
	const char *hash;      /* XXH3-128 of the content, 32 hex digits; "" when unknown */
	const char *outcome;   /* done, rejected, failed, expanded, kept */
	const char *format, *gate, *reason;
	int64_t bytes, modified_ns;
	double score;
	int64_t attempts;
	int64_t pairs_accepted, pairs_refused;
	int64_t spool_offset, document_bytes, conversations_bytes; /* -1, 0, 0 when nothing is in the spool */
	int64_t preprocess_ns, generate_ns;
	bool to_be_redone; /* part of the dataset, but the next run does the document again; not set when read */
};

/* Opens or makes OUT/.docring/run.db. `config_hash`: rows made under another one do not count as done. */
int state_open(struct state **ret_state, const char *path, const char *config_hash, struct error_text *error) WARN_UNUSED;
void state_close(struct state *state);

/* Where the spool ends by what was committed: later bytes are leftovers of a run that was killed. */
int64_t state_spool_end(struct state *state);

/* A new run begins: rows that it meets are marked with its number, which is the result. */
int state_begin_run(struct state *state, const char *command, struct error_text *error) WARN_UNUSED;

/* The run came to its end, or was ended on purpose: what its model calls could not give, the next one asks for again (workers/model/record.h). A run that was
 * killed goes on in the next one. */
int state_end_run(struct state *state, struct error_text *error) WARN_UNUSED;

enum state_known { STATE_UNKNOWN, STATE_UNCHANGED };
/* Is this file (by size and time) or this content (by hash; NULL to leave it out) settled under the same configuration? Marks it as met. */
enum state_known state_look_up(struct state *state, const char *name, int64_t bytes, int64_t modified_ns, const char *hash,
			       char ret_outcome[16]);
/* Marks the members of a settled archive as met too. */
int state_meet_members(struct state *state, const char *archive_name, struct error_text *error) WARN_UNUSED;
/* Has every member of this archive an outcome that stays, under the same configuration? What failed is to be tried again. */
bool state_members_are_settled(struct state *state, const char *archive_name);

/* From here to state_rollback everything that is read is as it is now, whatever another process commits meanwhile. Nothing may be written. */
int state_snapshot(struct state *state, struct error_text *error) WARN_UNUSED;

int state_begin(struct state *state, struct error_text *error) WARN_UNUSED;
int state_put(struct state *state, const struct state_row *row, struct error_text *error) WARN_UNUSED;
int state_commit(struct state *state, int64_t spool_end, struct error_text *error) WARN_UNUSED;
void state_rollback(struct state *state);

/* Every input root was walked to its end: rows under it that were not met are no longer part of the dataset. Returns how many. */
int64_t state_forget_unmet(struct state *state, const char *root, struct error_text *error);

struct state_counts {
	int64_t done, rejected, failed, expanded, pairs_accepted, pairs_refused;
};
int state_counts(struct state *state, struct state_counts *ret_counts, struct error_text *error) WARN_UNUSED;

/* Calls `each` for every present row in order of name. Stops at its first negative result, which is returned. */
typedef int state_each(void *context, const struct state_row *row);
int state_for_each(struct state *state, state_each *each, void *context, struct error_text *error) WARN_UNUSED;

/* The name in the dataset of an input at a real path: the one it had before, or `wanted`, made unique among the inputs of earlier
 * submissions ("docs~2"). */
int state_name_input(struct state *state, const char *path, const char *wanted, bool is_file, struct buffer *ret_root,
		     struct error_text *error) WARN_UNUSED;
/* From now on the name belongs to this path. */
int state_record_input(struct state *state, const char *path, const char *root, struct error_text *error) WARN_UNUSED;

/* Paths that were submitted and are not through: they outlive the coordinator. */
int state_add_submission(struct state *state, const char *path, struct error_text *error) WARN_UNUSED;
int state_clear_submissions(struct state *state, struct error_text *error) WARN_UNUSED;
typedef int state_each_submission(void *context, const char *path);
int state_for_each_submission(struct state *state, state_each_submission *each, void *context, struct error_text *error) WARN_UNUSED;

struct state_calls { /* of one model, from the table `calls` that inference workers write (workers/model/record.h) */
	const char *model;
	int64_t calls, usable, mended, prompt_tokens, completion_tokens, cached_tokens, duration_ms; /* calls: for which a request was made */
	bool embeddings; /* it measured pairs: a call is a pair */
};
typedef int state_each_model(void *context, const struct state_calls *calls);
/* In order of the models' names; nothing when no call was ever made. */
int state_for_each_model(struct state *state, state_each_model *each, void *context, struct error_text *error) WARN_UNUSED;
/* The members "model", "calls" … "seconds" of an open object. */
void state_calls_write(const struct state_calls *calls, struct json_writer *json);

int state_set(struct state *state, const char *key, const char *value, struct error_text *error) WARN_UNUSED;
/* Appends the value, or nothing when there is none. */
int state_get(struct state *state, const char *key, struct buffer *out, struct error_text *error) WARN_UNUSED;

#endif
