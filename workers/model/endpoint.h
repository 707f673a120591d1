/* endpoint.h: one model at one server: how many requests may be under way, when to try again, when to leave it alone. A state
 * machine without I/O: the clock and the random numbers are arguments.
 *
 * Concurrency: grows by one after as many good answers as requests are allowed now, is halved by 429, 503, 529 and timeouts and falls by a tenth
 * when answers take twice as long as they did for a whole round; never above limit_max (of call.c: max_concurrent_requests, but no more than twice
 * the slots that the probe saw). Where several processes ask the same model of a server, the limit is of all their requests (share.h), and each also keeps own_max. Retries: base × 2ⁿ with full jitter, or what Retry-After says. Breaker: after
 * ENDPOINT_FAILURES_TO_OPEN failures in a row it opens for 60 s, doubling to 600 s; a cheap look at the server every
 * ENDPOINT_LOOK_NS lets one request through early (half-open); its success closes the breaker and lets concurrency grow from one,
 * doubling. 429 and 529 are no failures, nor is a 503 that asks for a short wait, or that
 * comes while several things are asked at once; one that has said nothing else for ENDPOINT_THROTTLED_NS_MAX is as good as away: the breaker opens too. */
#ifndef DOCRING_WORKERS_MODEL_ENDPOINT_H
#define DOCRING_WORKERS_MODEL_ENDPOINT_H

#include "workers/model/http.h"

enum {
	ENDPOINT_FAILURES_TO_OPEN = 3,
	ENDPOINT_TRIALS = 3,
	ENDPOINT_GOOD_FOR_TRIAL = 16, /* answers since the breaker was closed */
	ENDPOINT_ATTEMPTS_MAX = 4, /* of one request, before it counts as failed at this model */
};
#define ENDPOINT_OPEN_NS (60ull * 1000000000)
#define ENDPOINT_OPEN_NS_MAX (600ull * 1000000000)
#define ENDPOINT_LOOK_NS (5ull * 1000000000)
#define ENDPOINT_THROTTLED_NS_MAX (300ull * 1000000000)

enum endpoint_breaker { ENDPOINT_CLOSED, ENDPOINT_ON_TRIAL, ENDPOINT_OPEN, ENDPOINT_HALF_OPEN };
const char *endpoint_breaker_name(enum endpoint_breaker breaker);

struct endpoint {
	uint32_t own_max;        /* max_concurrent_requests, or less by the probe: requests from here */
	uint32_t limit_max;      /* the same, or the largest of those who share the server */
	double limit;            /* now, of all who share the server; at least 1 */
	bool slow_start;
	uint32_t under_way;
	uint32_t good_since_growth, slower_in_row;
	enum endpoint_breaker breaker;
	uint32_t failures_in_row, trials_failed;
	uint64_t good_since_closed, trial_ns; /* trial_ns: since when it is on trial */
	uint64_t open_ns;        /* for how long it opens next */
	uint64_t open_until_ns, look_ns, not_before_ns; /* not_before: Retry-After of a 429 holds for all */
	double usual_s;          /* moving mean of an answer's time */
	uint64_t answers, failures, retries, throttled, opened; /* counts */
	uint64_t throttled_since_ns; /* the first 429 after the last good answer; 0: none */
	double time_scale;       /* of all times above: 1, but in tests */
	uint64_t random;
};
void endpoint_init(struct endpoint *endpoint, uint32_t limit_max, uint64_t seed);

/* May a request start now? */
bool endpoint_may_start(const struct endpoint *endpoint, uint64_t now_ns);
/* The same but for the time: is it the number of requests that is in the way? */
bool endpoint_has_room(const struct endpoint *endpoint);
void endpoint_started(struct endpoint *endpoint);
/* As many as may be under way from here now, were nobody else at the server. */
uint32_t endpoint_slots(const struct endpoint *endpoint);
/* What others who share the server know of it: the largest own_max, the limit (0: as it is here), and before when it wants nothing. */
void endpoint_hear(struct endpoint *endpoint, uint32_t limit_max, uint32_t limit, uint64_t not_before_ns);

enum endpoint_verdict {
	ENDPOINT_GOOD,      /* an answer to read */
	ENDPOINT_AGAIN,     /* try the same again at *ret_again_ns */
	ENDPOINT_HOPELESS,  /* this request will not succeed here (400, 413, 422, too large …) */
	ENDPOINT_DOWN,      /* the breaker is open: take the work elsewhere */
};
/* What a response means; `attempt` counts from 1. 400, 404, 413, 422 do not count against the server, 401 and 403 open the breaker at once. */
enum endpoint_verdict endpoint_answered(struct endpoint *endpoint, const struct http_response *response, uint32_t attempt, uint64_t now_ns,
					uint64_t *ret_again_ns);
/* Under the breaker: is it time for a cheap look (GET /models)? Its result is told with endpoint_looked. */
bool endpoint_wants_look(const struct endpoint *endpoint, uint64_t now_ns);
void endpoint_looked(struct endpoint *endpoint, bool reachable, uint64_t now_ns);
/* When anything above may change by time alone; UINT64_MAX: never. */
uint64_t endpoint_next_ns(const struct endpoint *endpoint, uint64_t now_ns);

#endif
