/* call_private.h: what call.c (queueing, sending, ending) and call_reply.c (what a reply is worth) share. Private to workers/model. */
#ifndef DOCRING_WORKERS_MODEL_CALL_PRIVATE_H
#define DOCRING_WORKERS_MODEL_CALL_PRIVATE_H

#include "workers/model/call.h"
#include "workers/model/call_queue.h"

enum {
	CALL_ASKS_MAX = 2,             /* the question, and once again with what is wrong with the reply */
	CALL_REPLY_BYTES_MAX = 16 << 20,
	CALL_REASON_BYTES = 400,
};
#define CALL_CHARS_PER_TOKEN 4.0       /* until the server has counted some prompts */

enum call_state { CALL_FREE, CALL_FRESH, CALL_WAITING, CALL_UNDER_WAY, CALL_DELAYED };

struct call {
	struct call_queue_entry entry; /* first: an entry is its call */
	struct calls *calls;
	struct call *next, *previous; /* among the fresh ones, or the delayed ones */
	uint32_t index, life;
	enum call_state state;
	struct buffer system, prompt, schema, earlier, complaint;
	struct record_key key, document;
	const char *family, *place;
	double temperature;
	uint64_t max_tokens, deadline_ns, again_ns, http_handle, started_ns;
	uint64_t group;
	unsigned priority;
	int think;
	bool looped; /* its last reply could not stop repeating itself */
	uint32_t asks, attempts, attempts_in_all;
	int64_t prompt_tokens, completion_tokens, cached_tokens;
	call_done *done;
	void *owner;
};

struct call_list { struct call *first, *last; };

/* The longest prompt that the server says it read, to see a ceiling that it does not tell of. */
struct call_ceiling {
	int64_t tokens;
	uint64_t bytes;
	uint32_t longer; /* prompts of another length with just so many tokens */
};

/* A schema that was parsed: a run has a handful of them. */
enum { CALL_SCHEMAS_MAX = 8 };
struct call_schema {
	struct buffer text;
	struct json_object *value;
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
	struct call_queue queue;
	struct call **all;
	uint32_t count;
	struct call_list fresh, delayed, unused;
	uint64_t deadline_ns; /* no later than the first deadline of a call that is not under way */
	uint64_t context_tokens;
	double chars_per_token;
	uint32_t samples;
	struct call_ceiling ceiling;
	struct call_schema schemas[CALL_SCHEMAS_MAX];
	uint32_t schema_next; /* which is replaced next */
	bool looking;
	struct chat_reply reply; /* scratch */
	struct buffer body, url, look_url;
	int status; /* sticky: the record or memory failed */
	struct error_text *error;
};

/* call.c: the end of a call: out of every list, its owner told, its place free again. */
void call_finish(struct call *call, struct call_result *result);
void call_finish_with(struct call *call, enum call_outcome outcome, const char *reason);
/* The state of a call that was under way and goes back among those that wait. */
void call_wait_again(struct call *call);

/* What went wrong with a request, in CALL_REASON_BYTES. `unreadable`: what is wrong with an answer that says that it is a good one; or empty. */
void call_describe_failure(const struct http_response *response, const char *unreadable, char *reason);

/* call_reply.c: true when the record had it; the call is through then. */
bool call_answer_from_record(struct call *call);
/* What stands in calls->reply: the call is through, or waits to be asked again. */
void call_take_reply(struct call *call);
void call_forget_schemas(struct calls *calls);
/* Tokens of prompt and template by the count of characters, with a margin. */
uint64_t call_estimate_tokens(const struct call *call);
bool call_fits(const struct call *call);

#endif
