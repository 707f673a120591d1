/* stats.h: what the server counts, and the last requests as they came. Times are CLOCK_MONOTONIC, given by the caller.
 *
 * Occupancy = busy integral / (slots × window). The window goes from the first grant of a slot since the start or the last reset to
 * now, or to the moment when the last slot was left when none is busy: the time before and after a run does not count. */
#ifndef DOCRING_TESTS_FAKE_SERVER_STATS_H
#define DOCRING_TESTS_FAKE_SERVER_STATS_H

#include "base/json_writer.h"

#include <stdint.h>

enum { STATS_ROUTES_MAX = 128, STATS_PATH_BYTES = 64, STATS_TIMELINE_MAX = 32768, STATS_KEPT_BODY_BYTES_MAX = 1 << 20 };

struct stats_route {
	char path[STATS_PATH_BYTES];
	int status; /* 0: no answer: reset, closed, client gone */
	uint64_t count;
};

struct stats_point { /* from at_ns on */
	uint64_t at_ns;
	uint32_t in_flight, busy, queued;
};

struct stats_kept { /* a request as it came */
	uint64_t number, at_ns;
	char *text; /* method, target, headers, body */
	size_t target_bytes, body_offset, bytes;
	int status; /* -1: not answered yet */
};

struct stats {
	uint64_t since_ns;
	struct stats_route routes[STATS_ROUTES_MAX];
	uint32_t route_count;
	uint64_t requests, generating, cancelled;
	uint32_t in_flight, in_flight_max, busy, busy_max, queued, queued_max;
	uint64_t busy_integral_ns, first_grant_ns, last_change_ns, last_leave_ns;
	uint64_t prompt_tokens, completion_tokens, cached_tokens;
	uint64_t connections_opened, connections_open, connection_requests_max, new_connection_requests;
	struct stats_point *timeline;
	uint32_t point_count;
	uint64_t point_gap_ns; /* points nearer than this to the last one replace it; doubles when the timeline is full */
	struct stats_kept *kept; /* a ring */
	uint32_t kept_max;
	uint64_t kept_total;
};

int stats_init(struct stats *stats, uint32_t kept_requests, uint64_t now_ns) WARN_UNUSED;
void stats_done(struct stats *stats);
void stats_reset(struct stats *stats, uint64_t now_ns); /* counts from now on; what is under way stays counted as under way */

void stats_route_add(struct stats *stats, struct text path, int status);
/* A change of what is under way; each is +1, 0 or -1. */
void stats_change(struct stats *stats, uint64_t now_ns, int in_flight, int busy, int queued);
/* Returns the number under which the request is kept. */
uint64_t stats_keep(struct stats *stats, struct text target, struct text headers, struct text body, uint64_t now_ns);
void stats_kept_status(struct stats *stats, uint64_t number, int status);

void stats_write_timeline(const struct stats *stats, struct json_writer *json);
void stats_write_requests(const struct stats *stats, uint64_t last, struct json_writer *json);
double stats_window_s(const struct stats *stats, uint64_t now_ns);

#endif
