/* call_private.h: what call.c (queueing, sending, ending) and call_reply.c (what a reply is worth) share. Private to workers/model. */
#ifndef DOCRING_WORKERS_MODEL_CALL_PRIVATE_H
#define DOCRING_WORKERS_MODEL_CALL_PRIVATE_H

#include "workers/model/call.h"
#include "workers/model/call_queue.h"
#include "workers/model/share.h"

enum {
	CALL_ASKS_MAX = 2,             /* the question, and once again with what is wrong with the reply */
	CALL_BOUNDED_CHARS_MAX = 120,  /* of each text, where a schema is kept */
	CALL_VALUE_TOKENS_MAX = 320,   /* of a value that is asked for alone */
	CALL_REPLY_BYTES_MAX = 16 << 20,
	CALL_REASON_BYTES = 400,
};
#define CALL_CHARS_PER_TOKEN 4.0       /* until the server has counted some prompts */
#define CALL_DEVIATION_AT_FIRST 0.08   /* a share, of what is counted for texts of another kind than the probe's */

enum call_state { CALL_FREE, CALL_FRESH, CALL_WAITING, CALL_UNDER_WAY, CALL_DELAYED, CALL_JOINED };

struct call_list { struct call *first, *last; };

struct call {
	struct call_queue_entry entry; /* first: an entry is its call */
	struct calls *calls;
	struct call *next, *previous; /* among the fresh ones, the delayed ones, or those that follow another one */
	struct call *leader;          /* CALL_JOINED: it asks the same, and what it is answered is this one's answer */
	struct call_list followers;
	struct call *bucket_next;     /* of those that may be followed */
	bool leads;
	uint32_t index, life;
	enum call_state state;
	struct buffer system, prompt, schema, earlier, complaint;
	bool begun;            /* asked with the beginning of the reply, for the model to go on */
	bool continued;        /* it did */
	bool bounded;          /* asked for short texts, by a schema that allows no others: its last reply was cut off */
	bool guided;           /* the reply is asked for value by value (call_guide.c) */
	struct buffer written; /* of it, so far */
	size_t form_at;        /* how much of the schema's form that is */
	uint32_t tries;        /* for the value that is asked for now */
	struct record_key key, document;
	const char *family, *place;
	double temperature;
	uint64_t max_tokens, deadline_ns, again_ns, http_handle, started_ns;
	uint64_t patience_ns; /* when a question and its retries have taken long enough; 0: it was not sent yet */
	uint64_t group;
	unsigned priority;
	int think;
	size_t watched_bytes; /* of the answer that is coming */
	bool circles; /* it was stopped for repeating itself */
	bool looped; /* its last reply could not stop repeating itself */
	uint32_t asks, attempts, attempts_in_all;
	int64_t prompt_tokens, completion_tokens, cached_tokens;
	call_done *done;
	void *owner;
};

/* How this server counts the tokens of what it is sent, to see from its counts when it does not read all of it. */
enum { CALL_COUNTS_KEPT = 16 };
struct call_counts {
	double factor, deviation; /* its tokens for each one of tokens.h: moving means. 0: nothing is known yet */
	struct { int64_t read; uint64_t bytes, estimate; } last[CALL_COUNTS_KEPT]; /* of replies that were taken */
	uint32_t next;
	uint64_t samples;
	uint64_t doubtful;        /* of them, those with the count that turned out to be a ceiling */
};

/* A schema that was parsed: a run has a handful of them. */
enum { CALL_SCHEMAS_MAX = 8, CALL_LEADER_BUCKETS = 1024 };
struct call_schema {
	struct buffer text, form, bounded;
	struct schema *schema;
};

struct calls {
	const struct model_settings *model;
	const struct probe_result *probe;
	const char *api_key;
	struct record *record;
	uint64_t seed;
	double time_scale;
	struct http *http;
	struct endpoint endpoint;
	struct share *share; /* never NULL; borrowed, or: */
	struct share alone;
	struct call_queue queue;
	struct call **all;
	uint32_t count;
	struct call_list fresh, delayed, unused;
	struct call *leaders[CALL_LEADER_BUCKETS]; /* by key: calls that were sent, or will be, and are not through */
	uint64_t asked_under;    /* record.h */
	uint64_t context_asked;  /* of an Ollama, when it began */
	uint64_t deadline_ns; /* no later than the first deadline of a call that is not under way */
	uint64_t context_tokens;
	double chars_per_token;
	struct call_counts counts;
	struct call_schema schemas[CALL_SCHEMAS_MAX];
	uint32_t schema_next; /* which is replaced next */
	struct call_sums sums;
	uint64_t first_ns; /* when the first request was made; 0: not yet */
	char trouble[CALL_REASON_BYTES]; /* of the request that opened the breaker */
	char refusal[CALL_REASON_BYTES]; /* of the last request that the server would not do */
	uint32_t refused_in_row;         /* such requests since the last good answer */
	bool looking;
	bool bounds; /* lengths in schemas are no matter here */
	bool begins, begun_fine; /* this server may be given the beginning of a reply; and has taken one */
	struct chat_reply reply; /* scratch */
	struct buffer body, url, look_url;
	int status; /* sticky: the record or memory failed */
	struct error_text *error;
};

/* call.c: the end of a call: out of every list, its owner told, its place free again. */
void call_finish(struct call *call, struct call_result *result);
void call_finish_with(struct call *call, enum call_outcome outcome, const char *reason);
/* Refused, and in smaller parts it may do: CALL_REFUSED with too_long. */
void call_finish_too_long(struct call *call, const char *reason);
/* The state of a call that was under way and goes back among those that wait. */
void call_wait_again(struct call *call);
/* A call that is not under way: its deadline is to be watched here, not by the transfer. */
void call_watch_deadline(struct call *call);

/* call_fresh.c: a call comes in: the record has its answer, or another one asks the same just now, or it is to be sent. */
void call_list_add(struct call_list *list, struct call *call);
void call_list_remove(struct call_list *list, struct call *call);
void call_begin_sameness(struct calls *calls);
void call_set_key(struct call *call);
void call_look_at_fresh(struct calls *calls);
void call_refuse_too_long(struct call *call);
/* It is through: no other call may follow it, nor does it follow one. */
void call_part(struct call *call);
/* After call_part, with what became of it: those that followed it are told the same, or looked at anew. */
void call_release_followers(struct call *call, const struct call_result *result);

/* call_guide.c: what is left to be done with a model that goes on with what it is given and yet makes no JSON: the JSON is written for it, and it is
 * asked for one value after the other. */
void call_guide_begin(struct call *call);
/* What came for a value. 1: the reply is whole, in calls->reply; 0: ask on; negative: nothing to be made of it, with the reason (CALL_REASON_BYTES). */
int call_guide_take(struct call *call, char *reason);

/* call_watch.c: an http_watch of a streamed answer. */
bool call_watch(void *owner, struct text body);

/* call_reply.c: was the connection lost, or silent, only after the last word? */
bool call_is_whole(const struct call *call, const struct http_response *response);
/* What went wrong with a request, in CALL_REASON_BYTES. `unreadable`: what is wrong with an answer that says that it is a good one; or empty. */
void call_describe_failure(const struct http_response *response, const char *unreadable, char *reason);
/* For whoever reads the record; it is no answer, and the call is made again when it is wanted again. */
void call_remember_refusal(struct call *call, const char *reason);
/* True when the record had it; the call is through then. */
bool call_answer_from_record(struct call *call);
/* What stands in calls->reply: the call is through, or waits to be asked again. */
void call_take_reply(struct call *call);
void call_forget_schemas(struct calls *calls);
/* The form of a reply to the call (schema.h), and how it begins; empty: prose is wanted, or out of memory. */
struct text call_form(const struct call *call);
struct text call_bounded_schema(const struct call *call);
struct text call_beginning(const struct call *call);
/* Did the model go on with what it was given, or write all of the reply? */
bool call_is_continuation(const struct call *call, struct text reply);

/* call_cut.c: tokens of prompt and template, with a margin. */
uint64_t call_estimate_tokens(const struct call *call);
bool call_fits(const struct call *call);
/* Learns from the server's count, or sees from it that the server did not read all of the prompt; then what it reads at most is learnt. */
bool call_was_cut(struct call *call, const struct chat_reply *reply);
/* True when the server refused the prompt for its length; what it says of its context is learnt. */
bool call_was_too_long(struct call *call, const struct http_response *response);
/* To the call's accounts; what a server whose counts are not true has read and written is estimated. */
void call_add_tokens(struct call *call, const struct chat_reply *reply);

#endif
