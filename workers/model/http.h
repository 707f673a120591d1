/* http.h: many HTTP requests at once: connections are kept, bodies bounded, every request ends in exactly one call of its `done`. libcurl makes the
 * connections, and the requests too where they go over TLS or through a proxy; over plain http they are written and read here (http_direct.c). It knows
 * nothing of models. One thread.
 *
 * It has no loop of its own: one descriptor (an epoll set) becomes readable when there is something to do, and http_next_ns
 * says when http_step is to be called although nothing came. Only http:// and https:// are spoken, redirects are not
 * followed, proxies are taken from the environment except for loopback addresses. */
#ifndef DOCRING_WORKERS_MODEL_HTTP_H
#define DOCRING_WORKERS_MODEL_HTTP_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum http_outcome {
	HTTP_ANSWERED,         /* a whole response, whatever its status */
	HTTP_REFUSED,          /* no connection: refused, no route, no answer to that in time, name not found, TLS */
	HTTP_BROKEN,           /* the connection ended before the response did */
	HTTP_TIMED_OUT,        /* deadline, or silent for longer than allowed */
	HTTP_TOO_LARGE,        /* more than body_bytes_max: cut off */
	HTTP_INVALID,          /* no HTTP, bad URL */
	HTTP_STOPPED,          /* its receiver did not want more: http_receive or http_watch returned false */
	HTTP_CANCELLED,        /* http_cancel, http_destroy */
	HTTP_OUT_OF_MEMORY,
	HTTP_OUTCOME_COUNT
};
const char *http_outcome_name(enum http_outcome outcome);

struct http_response {
	enum http_outcome outcome;
	long status;             /* HTTP status, 0 when none came */
	struct text body;        /* what came of it; valid during the call of done only */
	double retry_after_s;    /* Retry-After as seconds from now (date or number), or negative: none */
	uint64_t first_byte_ns, duration_ns; /* from the start of the request */
	char message[200];       /* for people: what went wrong, with the address, without a password in it */
	char location[200];      /* where a redirect leads, as a whole address; "" */
};

typedef void http_done(void *owner, const struct http_response *response);
/* Pieces of the body as they come, instead of collecting them. False: enough. */
typedef bool http_receive(void *owner, struct text piece);
/* The body so far, whenever some more of it came. False: enough; it ends as HTTP_STOPPED with what there is. */
typedef bool http_watch(void *owner, struct text body);

struct http_request {
	const char *url;
	const char *bearer;        /* API key, or NULL; never logged */
	struct text body;          /* POST with application/json when it has bytes, else GET; copied, */
	struct buffer *given;      /* or exchanged for an empty one, when the body is all of this buffer; or NULL */
	uint64_t connect_timeout_ns, silence_timeout_ns, timeout_ns; /* 0: none */
	size_t body_bytes_max;
	http_receive *receive;     /* or NULL */
	http_watch *watch;         /* of a body that is collected; or NULL */
	http_done *done;           /* called from http_step, http_cancel or http_destroy, never from http_start */
	void *owner;
};

struct http;
int http_create(struct http **ret_http, uint32_t connections_max, struct error_text *error) WARN_UNUSED;
void http_destroy(struct http *http); /* what is under way ends as HTTP_CANCELLED */
int http_descriptor(const struct http *http);
uint64_t http_next_ns(const struct http *http); /* CLOCK_MONOTONIC; UINT64_MAX: never */
/* 0 with a handle, or -ENOMEM. */
int http_start(struct http *http, const struct http_request *request, uint64_t *ret_handle) WARN_UNUSED;
void http_cancel(struct http *http, uint64_t handle);
int http_step(struct http *http) WARN_UNUSED;

/* Does the environment name a proxy for such an address, and no_proxy not name its host? */
bool http_may_use_proxy(const char *url);

/* The value of a Retry-After header at the time `now_s` (Unix): seconds, or negative when it is neither number nor date. */
double http_retry_after(struct text value, double now_s);

#endif
