/* client_parts.h: what the parts of the client share: client.c (asking, status, submit) and client_workers.c. */
#ifndef DOCRING_COORDINATOR_CLIENT_PARTS_H
#define DOCRING_COORDINATOR_CLIENT_PARTS_H

#include "base/buffer.h"
#include "base/error.h"

#include <json-c/json.h>

enum { CLIENT_DONE = 0, CLIENT_REFUSED = 1, CLIENT_USAGE = 2 }; /* exit codes */

/* One request to the run, one answer: its body is appended to `answer`. */
int client_ask(const char *run, const char *name, struct text body, struct buffer *answer, struct error_text *error) WARN_UNUSED;
/* The message on standard error; returns CLIENT_REFUSED. */
int client_say(const struct error_text *error);
/* JSON, set out for people; returns the exit code. */
int client_print_json(struct json_object *object);

/* 0 and "" for what is not there. */
int64_t client_number(struct json_object *object, const char *key);
const char *client_string(struct json_object *object, const char *key);

/* client_workers.c: from the answer to "status": one line of counts, and the table. */
void client_print_worker_counts(struct json_object *status);
void client_print_workers(struct json_object *status);
/* client_models.c: the table of models, nothing when there are none. */
void client_print_models(struct json_object *status);

#endif
