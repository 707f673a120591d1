#include "tests/fake_server/stats.h"

#include <errno.h>
#include <stdlib.h>

#define POINT_GAP_NS 100000ull

int stats_init(struct stats *stats, uint32_t kept_requests, uint64_t now_ns)
{
	*stats = (struct stats){ .since_ns = now_ns, .kept_max = kept_requests, .point_gap_ns = POINT_GAP_NS };
	stats->timeline = calloc(STATS_TIMELINE_MAX, sizeof(*stats->timeline));
	stats->kept = calloc(kept_requests + 1, sizeof(*stats->kept));
	if (stats->timeline && stats->kept)
		return 0;
	stats_done(stats);
	return -ENOMEM;
}

static void drop_kept(struct stats *stats)
{
	for (uint32_t i = 0; stats->kept && i < stats->kept_max; i++) {
		free(stats->kept[i].text);
		stats->kept[i] = (struct stats_kept){ .text = NULL };
	}
}

void stats_done(struct stats *stats)
{
	drop_kept(stats);
	free(stats->kept);
	free(stats->timeline);
	stats->kept = NULL;
	stats->timeline = NULL;
}

void stats_reset(struct stats *stats, uint64_t now_ns)
{
	drop_kept(stats);
	struct stats fresh = { .since_ns = now_ns,
			       .in_flight = stats->in_flight,
			       .in_flight_max = stats->in_flight,
			       .busy = stats->busy,
			       .busy_max = stats->busy,
			       .queued = stats->queued,
			       .queued_max = stats->queued,
			       .first_grant_ns = stats->busy ? now_ns : 0,
			       .last_change_ns = now_ns,
			       .connections_open = stats->connections_open,
			       .timeline = stats->timeline,
			       .point_gap_ns = POINT_GAP_NS,
			       .kept = stats->kept,
			       .kept_max = stats->kept_max,
			       .kept_total = stats->kept_total };
	*stats = fresh;
}

void stats_route_add(struct stats *stats, struct text path, int status)
{
	char name[STATS_PATH_BYTES] = "";

	memcpy(name, path.data, size_min(path.bytes, sizeof(name) - 1));
	for (uint32_t i = 0; i <= stats->route_count && i < STATS_ROUTES_MAX; i++) {
		struct stats_route *route = &stats->routes[i];
		if (i == stats->route_count) {
			memcpy(route->path, name, sizeof(name));
			route->status = status;
			route->count = 0;
			stats->route_count++;
		}
		if (route->status == status && strcmp(route->path, name) == 0) {
			route->count++;
			return;
		}
	}
}

static void add_point(struct stats *stats, uint64_t now_ns)
{
	struct stats_point point = { now_ns, stats->in_flight, stats->busy, stats->queued };

	if (stats->point_count && now_ns - stats->timeline[stats->point_count - 1].at_ns < stats->point_gap_ns) {
		point.at_ns = stats->timeline[stats->point_count - 1].at_ns;
		stats->timeline[stats->point_count - 1] = point;
		return;
	}
	if (stats->point_count == STATS_TIMELINE_MAX) { /* every other point, from now on half as dense */
		for (uint32_t i = 0; i < STATS_TIMELINE_MAX / 2; i++)
			stats->timeline[i] = stats->timeline[2 * i];
		stats->point_count = STATS_TIMELINE_MAX / 2;
		stats->point_gap_ns *= 2;
	}
	stats->timeline[stats->point_count++] = point;
}

static uint32_t stepped(uint32_t value, int change, uint32_t *max)
{
	CHECK(change >= 0 || value > 0);
	value = (uint32_t)((int64_t)value + change);
	if (value > *max)
		*max = value;
	return value;
}

void stats_change(struct stats *stats, uint64_t now_ns, int in_flight, int busy, int queued)
{
	stats->busy_integral_ns += stats->busy * (now_ns - stats->last_change_ns);
	stats->last_change_ns = now_ns;
	stats->in_flight = stepped(stats->in_flight, in_flight, &stats->in_flight_max);
	stats->busy = stepped(stats->busy, busy, &stats->busy_max);
	stats->queued = stepped(stats->queued, queued, &stats->queued_max);
	if (busy > 0 && stats->first_grant_ns == 0)
		stats->first_grant_ns = now_ns;
	if (busy < 0)
		stats->last_leave_ns = now_ns;
	add_point(stats, now_ns);
}

double stats_window_s(const struct stats *stats, uint64_t now_ns)
{
	uint64_t end = stats->busy ? now_ns : stats->last_leave_ns;
	return stats->first_grant_ns && end > stats->first_grant_ns ? (double)(end - stats->first_grant_ns) / 1e9 : 0;
}

uint64_t stats_keep(struct stats *stats, struct text target, struct text headers, struct text body, uint64_t now_ns)
{
	uint64_t number = ++stats->kept_total;

	if (stats->kept_max == 0)
		return number;
	struct stats_kept *kept = &stats->kept[number % stats->kept_max];
	body.bytes = size_min(body.bytes, STATS_KEPT_BODY_BYTES_MAX);
	size_t bytes = target.bytes + headers.bytes + body.bytes;
	char *text = realloc(kept->text, bytes + 1);
	if (!text)
		return number;
	memcpy(text, target.data, target.bytes);
	memcpy(text + target.bytes, headers.data, headers.bytes);
	if (body.bytes)
		memcpy(text + target.bytes + headers.bytes, body.data, body.bytes);
	*kept = (struct stats_kept){ number, now_ns, text, target.bytes, target.bytes + headers.bytes, bytes, -1 };
	return number;
}

void stats_kept_status(struct stats *stats, uint64_t number, int status)
{
	struct stats_kept *kept = stats->kept_max ? &stats->kept[number % stats->kept_max] : NULL;

	if (kept && kept->number == number)
		kept->status = status;
}

void stats_write_timeline(const struct stats *stats, struct json_writer *json)
{
	json_object_open(json);
	json_key(json, "columns");
	json_array_open(json);
	json_string(json, "ms");
	json_string(json, "in_flight");
	json_string(json, "busy");
	json_string(json, "queued");
	json_array_close(json);
	json_key(json, "points");
	json_array_open(json);
	for (uint32_t i = 0; i < stats->point_count; i++) {
		const struct stats_point *point = &stats->timeline[i];
		json_array_open(json);
		json_fixed(json, (double)(point->at_ns - stats->since_ns) / 1e6, 3);
		json_unsigned(json, point->in_flight);
		json_unsigned(json, point->busy);
		json_unsigned(json, point->queued);
		json_array_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

void stats_write_requests(const struct stats *stats, uint64_t last, struct json_writer *json)
{
	uint64_t first = stats->kept_total >= stats->kept_max ? stats->kept_total - stats->kept_max + 1 : 1;

	if (last < stats->kept_total && stats->kept_total - last + 1 > first)
		first = stats->kept_total - last + 1;
	json_array_open(json);
	for (uint64_t number = first; stats->kept_max && number <= stats->kept_total; number++) {
		const struct stats_kept *kept = &stats->kept[number % stats->kept_max];
		if (kept->number != number || !kept->text)
			continue;
		struct text all = { kept->text, kept->bytes };
		json_object_open(json);
		json_member_unsigned(json, "number", number);
		json_member_fixed(json, "at_ms", (double)(kept->at_ns - stats->since_ns) / 1e6, 3);
		json_key(json, "status");
		json_signed(json, kept->status);
		json_member_text(json, "target", text_slice(all, 0, kept->target_bytes));
		json_member_text(json, "headers", text_slice(all, kept->target_bytes, kept->body_offset));
		json_member_text(json, "body", text_slice(all, kept->body_offset, all.bytes));
		json_object_close(json);
	}
	json_array_close(json);
}
