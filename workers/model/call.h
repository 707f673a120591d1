/* call.h: one question to a model, from its prompt to a reply that can be used or a reason why there is none; many at once, at
 * one endpoint. This is where http, endpoint, chat, repair and the record of calls meet. One thread.
 *
 * A call whose key is in the record is answered from there without a request, and one that asks the same as another that is not through gets its answer: the
 * same prompt is never paid for twice, not even after kill -9. What came to nothing is asked again by a later run, or with other settings (record.h). The ladder inside one model: repair → ask again once with what is wrong. The next model is the coordinator's
 * matter, the built-in generator the last rung (docs/decisions/model-calls.md). */
#ifndef DOCRING_WORKERS_MODEL_CALL_H
#define DOCRING_WORKERS_MODEL_CALL_H

#include "config/models.h"
#include "workers/model/endpoint.h"
#include "workers/model/probe.h"
#include "workers/model/record.h"
#include "workers/model/repair.h"

enum call_outcome {
	CALL_USABLE,    /* value (with a schema) or text */
	CALL_UNUSABLE,  /* the model answered, nothing to be made of it: reason, raw reply */
	CALL_REFUSED,   /* the server will not do it: reason */
	CALL_DOWN,      /* the server is away: the work is to go elsewhere, or wait */
	CALL_CANCELLED,
};

struct call_result {
	enum call_outcome outcome;
	struct json_object *value;  /* borrowed, during the call of done */
	struct text text, thinking; /* the reply without thinking; the thinking */
	struct text reason;
	const char *model;          /* who answered: of a recorded reply the model of then */
	enum repair_rung rung;
	bool recorded;              /* no request was made */
	bool too_long;              /* CALL_REFUSED: the prompt is more than the server reads at once; parts of it may not be */
	uint32_t attempts;
	int64_t prompt_tokens, completion_tokens;
	uint64_t duration_ns;
};
enum {
	CALL_PRIORITIES = 2,
	CALL_TEXT_CHARS_MIN = 2, /* of a text that a reply must have: "5 s" and "LTE" are answers; whether they are good ones is judged by others */
};
typedef void call_done(void *owner, const struct call_result *result);

struct call_request {
	struct text system, prompt, schema; /* copied */
	const char *family;         /* "pairs", "judge" …: for the accounts */
	struct record_key document; /* what it is about, and which of its calls it is, for whoever reads the record; zero and NULL: nothing */
	const char *place;          /* borrowed until done */
	uint64_t max_tokens;
	double temperature;         /* negative: the model's own */
	uint64_t deadline_ns;       /* CLOCK_MONOTONIC, also of its time in the queue; 0: the model's request_timeout_s for each attempt, and for a question
				     * with its retries ENDPOINT_ATTEMPTS_MAX times that, but 10 to 30 minutes */
	uint64_t group;             /* calls of one group share the beginning of their prompts and are sent one after the other, while
				     * there are others to fill the slots with */
	unsigned priority;          /* of the group: below CALL_PRIORITIES, higher first */
	call_done *done;            /* called from calls_step, or from calls_cancel */
	void *owner;
};

struct calls;
struct share;
/* `record` may be NULL (no memory of calls). Everything is borrowed. api_key: or NULL. */
int calls_create(struct calls **ret_calls, const struct model_settings *model, const struct probe_result *probe, const char *api_key, struct record *record,
		 uint64_t seed, struct error_text *error) WARN_UNUSED;
/* Others ask the same model of the server: its slots are everybody's (share.h). Borrowed, until calls_destroy. */
void calls_share(struct calls *calls, struct share *share);
/* Every waiting time of its own (retries, breaker, request_timeout_s, silence; not connecting, not deadlines of calls) times `scale`: for tests. */
void calls_scale_time(struct calls *calls, double scale);
void calls_destroy(struct calls *calls);
/* A prompt that cannot fit the context ends as CALL_REFUSED, without a request; a reply to one that the server has cut does too, and is no reply. */
int calls_add(struct calls *calls, const struct call_request *request, uint64_t *ret_handle) WARN_UNUSED;
void calls_cancel(struct calls *calls, uint64_t handle);
bool calls_is_sent(const struct calls *calls, uint64_t handle); /* was a request made, or may an answer to the same question come? False: cancelling it costs nothing */
int calls_descriptor(const struct calls *calls);
uint64_t calls_next_ns(const struct calls *calls);
int calls_step(struct calls *calls, uint64_t now_ns) WARN_UNUSED;
/* Calls that wait for a slot; with fewer of them than slots the worker should take another document. */
uint32_t calls_waiting(const struct calls *calls);
uint32_t calls_slots(const struct calls *calls); /* requests allowed at once, now */
/* How many characters of a prompt make a token here: learnt from the server's own counts. */
double calls_chars_per_token(const struct calls *calls);
uint64_t calls_context_tokens(const struct calls *calls); /* the probe's, or less when it showed to be less; 0: not known */
uint64_t calls_doubtful(const struct calls *calls); /* replies that were taken, before they showed to be to prompts that may have been cut */
const char *calls_trouble(const struct calls *calls); /* what opened the breaker; "" while it is closed */
/* Questions that the server refused (4xx) since its last good answer: with several of them it is not the questions. Why it did so with the last one. */
uint32_t calls_refused_in_row(const struct calls *calls);
const char *calls_refusal(const struct calls *calls);
/* All there are end as CALL_DOWN. Not from a call's done. */
void calls_end_all(struct calls *calls, const char *reason);
const struct endpoint *calls_endpoint(const struct calls *calls);
struct call_sums { uint64_t calls, usable, prompt_tokens, completion_tokens, busy_ns; }; /* busy: from the first to the last answer, with nothing taken off for pauses */
struct call_sums calls_sums(const struct calls *calls); /* of what was asked here, not of what the record had */

#endif
