/* record.h: the memory of model calls: table `calls` of the run database (OUT/.docring/run.db), written by inference workers,
 * readable by anyone. A reply is in it before anything is made of it, so that a killed run repeats no finished call, and what one
 * model could do of a document is there when another model goes on with it.
 *
 * A usable reply is settled for good. What was of no use, or refused, is settled only for the run that asked, including what goes on with it after a kill:
 * a later run, or other settings of the model, are to try again (record_is_settled). */
#ifndef DOCRING_WORKERS_MODEL_RECORD_H
#define DOCRING_WORKERS_MODEL_RECORD_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct record_question { /* everything that decides what is sent, but for the ladder's later rungs, and how the reply is read */
	const char *model, *api, *format, *thinking; /* api, format: as the probe found them; thinking: as the settings have it */
	double temperature;
	uint64_t max_tokens, seed;
	uint64_t context_tokens; /* that the server is asked for; 0: it is not */
	struct text system, prompt, schema;
};
struct record_key { uint8_t bytes[16]; };
struct record_key record_key_of(const struct record_question *question); /* XXH3-128 of it */

struct record_row {
	const char *model, *family;
	struct text reply, thinking; /* the usable reply as text; or the raw reply of one that was not */
	const char *outcome;         /* "usable", "unusable", "refused" */
	const char *reason;
	int64_t prompt_tokens, completion_tokens, cached_tokens; /* of all attempts; -1 unknown */
	int64_t duration_ms, attempts, rung;
	struct record_key document;  /* what the call was about, and which of its calls it was; zero and "": not said */
	const char *place;
	uint64_t asked_under;        /* the circumstances: a hash of the run's number and the settings of the model */
	uint64_t process;            /* which process put it; record_put fills it in */
};

struct record;
/* 0; 1 when a table of another version was put aside, which `error` then says; or a negative code. */
int record_open(struct record **ret_record, const char *database_path, struct error_text *error) WARN_UNUSED;
void record_close(struct record *record);
/* The number of the run, as it was when the record was opened: one more than that of the last run that came to its end (key "ended_run" of table `meta`, which
 * the coordinator writes). A run that was killed has the number of the one that goes on with it. */
uint64_t record_run(const struct record *record);
/* Is the row an answer under these circumstances? A refusal that this process was given itself is none: who asks again has a reason to. */
bool record_is_settled(const struct record *record, const struct record_row *row, uint64_t asked_under);
/* 1 with the row (valid until the next call), 0 when there is none. What other processes put is seen once record_open, record_of_document, record_accounts or a
 * flush came after it. */
int record_look_up(struct record *record, struct record_key key, struct record_row *ret_row, struct error_text *error) WARN_UNUSED;
/* Replaces what was there, except that "usable" is never replaced by less, nor a reply by a refusal under the same circumstances. When it returns, the row outlives kill -9 of every
 * process, not a power cut; this process has it at once, others in the table with the next group of rows, about every second while there are calls. */
int record_put(struct record *record, struct record_key key, const struct record_row *row, struct error_text *error) WARN_UNUSED;

/* Everything that was put is in the table, for whoever goes on with a document: before it is handed on, and when there is nothing more to do. */
int record_flush(struct record *record, struct error_text *error) WARN_UNUSED;

/* Everything that is in it about a document, by whatever model, also what processes that are gone had put and not flushed; in order of place, what is usable
 * first and then the latest. `each` may stop it by returning anything but 0, which is then the result. */
typedef int record_each_row(void *context, const struct record_row *row);
int record_of_document(struct record *record, struct record_key document, record_each_row *each, void *context, struct error_text *error) WARN_UNUSED;

struct record_account { /* of one model and family */
	const char *model, *family; /* valid during the call */
	int64_t calls, usable, mended, prompt_tokens, completion_tokens, cached_tokens, duration_ms;
};
typedef int record_each(void *context, const struct record_account *account);
/* What all calls cost so far, in order of model and family. */
int record_accounts(struct record *record, record_each *each, void *context, struct error_text *error) WARN_UNUSED;

#endif
