/* probe_parts.h: what the parts of the probe share. probe.c asks; probe_server.c finds out which server it is, which model is meant, and
 * what it tells of its context and slots; probe_context.c whether it counts and reads what it is sent; probe_format.c how it is made to
 * answer in JSON. For probe*.c alone. */
#ifndef DOCRING_WORKERS_MODEL_PROBE_PARTS_H
#define DOCRING_WORKERS_MODEL_PROBE_PARTS_H

#include "workers/model/http.h"
#include "workers/model/probe.h"

#include <json-c/json.h>

/* Of everything that is no generation. */
#define PROBE_LOOK_TIMEOUT_NS (5ull * 1000000000)

struct probe {
	const struct model_settings *model;
	const char *api_key;
	uint64_t timeout_ns;
	struct http *http;
	struct probe_result *result;
	struct chat_reply reply;
	uint64_t patience_ns; /* that is left */
	uint32_t asked;       /* questions */
	/* of the last response */
	bool arrived, unreadable; /* unreadable: under a good status, and not what its question wants */
	enum http_outcome outcome;
	long status;
	uint64_t duration_ns;
	double retry_after_s;
	struct buffer body;
	char message[200], advice[200]; /* advice: trouble.h */
};

struct probe_question {
	enum chat_api api;
	const char *path;
	struct text body;           /* empty: a GET */
	uint64_t timeout_ns;
	bool (*read)(struct probe *probe); /* of a body under a good status: false when it is no answer; or NULL */
};
/* One request, and again where that may help. True for an answer with a status of 2xx that can be read. */
bool probe_ask(struct probe *probe, const struct probe_question *question);
/* After a question that was not answered: does the failure say nothing of what the server can do? */
bool probe_may_pass(const struct probe *probe);
bool probe_get(struct probe *probe, enum chat_api api, const char *path);
/* The last body as JSON, for json_object_put; NULL: it is none. */
struct json_object *probe_body(const struct probe *probe);
/* Of any value, also NULL: the member, or NULL, "", 0. */
struct json_object *probe_member(struct json_object *object, const char *key);
const char *probe_string(struct json_object *object, const char *key);
uint64_t probe_number(struct json_object *object, const char *key);
void probe_note(struct probe_result *result, const char *format, ...) PRINTF_LIKE(2, 3);

enum {
	PROBE_ANSWER_TOKENS = 1024, /* a thinking model needs some before it answers */
	PROBE_PROMPT_BYTES_MAX = 1 << 20,
};
/* What no model says unless it is made to. */
extern const char probe_schema[];
struct probe_chat {
	enum chat_format format;
	uint32_t copies;            /* of the passage */
	uint64_t max_tokens;
	bool stream;
};
/* Its answer stands in `reply`. */
bool probe_chat(struct probe *probe, const struct probe_chat *chat);
bool probe_chat_plain(struct probe *probe);
struct text probe_passage(void); /* English prose */
void probe_read_thinking(struct probe *probe);

/* After a plain answer: are the counts true, and what does a prompt as long as a run's come to? False: it does not answer any more. */
bool probe_read_counts(struct probe *probe);
/* Sets format, json_mode and schema_ignored, and says why it is none better. False: it does not answer any more. */
bool probe_find_format(struct probe *probe);

/* `models`: the list of /v1/models, or NULL. */
void probe_name_server(struct probe *probe, struct json_object *models);
/* Sets model and model_present, or the message. */
void probe_pick_model(struct probe *probe, struct json_object *models);
/* Sets context_tokens and slots. */
void probe_read_limits(struct probe *probe, struct json_object *models);

#endif
