/* probe_parts.h: what the two halves of the probe share. probe.c asks and judges the answers, probe_server.c finds out which server it
 * is, which model is meant, and how much context and how many slots there are. For probe*.c alone. */
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
	/* of the last response */
	bool arrived;
	enum http_outcome outcome;
	long status;
	uint64_t duration_ns;
	struct buffer body;
	char message[200], advice[200]; /* advice: trouble.h */
};

/* One request at a time. True for an answer with a status of 2xx. Of a GET `body` is empty. */
bool probe_ask(struct probe *probe, enum chat_api api, const char *path, struct text body, uint64_t timeout_ns);
bool probe_get(struct probe *probe, enum chat_api api, const char *path);
/* The last body as JSON, for json_object_put; NULL: it is none. */
struct json_object *probe_body(const struct probe *probe);
/* Of any value, also NULL: the member, or NULL, "", 0. */
struct json_object *probe_member(struct json_object *object, const char *key);
const char *probe_string(struct json_object *object, const char *key);
uint64_t probe_number(struct json_object *object, const char *key);
void probe_note(struct probe_result *result, const char *format, ...) PRINTF_LIKE(2, 3);

/* `models`: the list of /v1/models, or NULL. */
void probe_name_server(struct probe *probe, struct json_object *models);
/* Sets model and model_present, or the message. */
void probe_pick_model(struct probe *probe, struct json_object *models);
/* Sets context_tokens and slots. */
void probe_read_limits(struct probe *probe, struct json_object *models);

#endif
