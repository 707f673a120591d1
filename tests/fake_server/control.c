/* control.c: /fake/…: what tests ask the server itself. Never scripted, never counted.
 *
 * GET /fake/stats, /fake/timeline, /fake/requests?last=N; POST /fake/script ({"script": "NAME…"} or {"rules": […]} or {} for none),
 * POST /fake/reset (the statistics), POST /fake/forget (the prefix caches). */
#include "tests/fake_server/personality.h"
#include "tests/fake_server/server.h"

#include "base/clock.h"

#include <json-c/json.h>

static void write_routes(const struct stats *stats, struct json_writer *json)
{
	json_key(json, "requests");
	json_array_open(json);
	for (uint32_t i = 0; i < stats->route_count; i++) {
		json_object_open(json);
		json_member_string(json, "path", stats->routes[i].path);
		json_member_unsigned(json, "status", (uint64_t)stats->routes[i].status);
		json_member_unsigned(json, "count", stats->routes[i].count);
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_slots(const struct server *server, uint64_t now_ns, struct json_writer *json)
{
	json_key(json, "slots");
	json_array_open(json);
	for (uint32_t i = 0; i < server->slots.count; i++) {
		const struct slot *slot = &server->slots.items[i];
		json_object_open(json);
		json_member_unsigned(json, "id", i);
		json_member_boolean(json, "busy", slot->holder != NULL);
		json_member_fixed(json, "busy_ms", (double)(slot->busy_ns + (slot->holder ? now_ns - slot->busy_since_ns : 0)) / 1e6, 3);
		json_member_unsigned(json, "requests", slot->requests);
		json_member_unsigned(json, "cached_tokens", slot->cached_tokens);
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_stats(const struct server *server, struct json_writer *json)
{
	const struct stats *stats = &server->stats;
	uint64_t now_ns = clock_monotonic_ns();
	double busy_s = (double)(stats->busy_integral_ns + stats->busy * (now_ns - stats->last_change_ns)) / 1e9;
	double window_s = stats_window_s(stats, now_ns), possible_s = window_s * server->slots.count;

	json_object_open(json);
	json_member_string(json, "as", server->options.personality->name);
	json_member_fixed(json, "since_s", (double)(now_ns - stats->since_ns) / 1e9, 6);
	write_routes(stats, json);
	json_member_unsigned(json, "requests_total", stats->requests);
	json_member_unsigned(json, "generating_total", stats->generating);
	json_member_unsigned(json, "unanswered", stats->cancelled);
	json_member_unsigned(json, "in_flight", stats->in_flight);
	json_member_unsigned(json, "in_flight_max", stats->in_flight_max);
	json_member_unsigned(json, "busy", stats->busy);
	json_member_unsigned(json, "busy_max", stats->busy_max);
	json_member_unsigned(json, "queued", stats->queued);
	json_member_unsigned(json, "queued_max", stats->queued_max);
	json_member_fixed(json, "busy_s", busy_s, 6);
	json_member_fixed(json, "window_s", window_s, 6);
	json_member_fixed(json, "occupancy", possible_s > 0 ? busy_s / possible_s : 0, 6);
	json_member_unsigned(json, "prompt_tokens", stats->prompt_tokens);
	json_member_unsigned(json, "completion_tokens", stats->completion_tokens);
	json_member_unsigned(json, "cached_tokens", stats->cached_tokens);
	json_member_unsigned(json, "connections_opened", stats->connections_opened);
	json_member_unsigned(json, "connections_open", stats->connections_open);
	json_member_unsigned(json, "connection_requests_max", stats->connection_requests_max);
	json_member_fixed(json, "connection_requests_mean",
			  stats->new_connection_requests ? (double)stats->requests / (double)stats->new_connection_requests : (double)stats->requests, 3);
	write_slots(server, now_ns, json);
	json_object_close(json);
}

static int parse_script(struct text body, struct script **ret_script, struct error_text *error)
{
	struct json_object *root = json_tokener_parse_verbose(body.data, &(enum json_tokener_error){ 0 }), *part;
	int status;

	if (json_object_object_get_ex(root, "rules", &part)) {
		status = script_parse_json(text_from(json_object_to_json_string(part)), ret_script, error);
	} else {
		bool named = json_object_object_get_ex(root, "script", &part) && json_object_is_type(part, json_type_string);
		status = script_parse(named ? text_from(json_object_get_string(part)) : (struct text){ "", 0 }, ret_script, error);
	}
	json_object_put(root);
	return status;
}

static void change_script(struct connection *connection)
{
	struct server *server = connection->server;
	struct error_text error = { "" };
	struct script *script = NULL;
	struct text body = connection->exchange.request.body;
	struct json_writer json;
	int status;

	buffer_clear(&server->extra);
	buffer_append_text(&server->extra, body);
	status = parse_script((struct text){ buffer_string(&server->extra), body.bytes }, &script, &error);
	buffer_clear(&server->body);
	json_init(&json, &server->body, 0);
	json_object_open(&json);
	json_member_boolean(&json, "ok", status == 0);
	json_member_string(&json, "error", error.message);
	json_object_close(&json);
	if (status == 0) {
		script_release(server->script);
		server->script = script;
	}
	deliver(connection, status == 0 ? 200 : 400, "application/json", buffer_view(&server->body));
}

static void reset_slots(struct server *server, uint64_t now_ns)
{
	for (uint32_t i = 0; i < server->slots.count; i++) {
		struct slot *slot = &server->slots.items[i];
		slot->busy_ns = slot->cached_tokens = 0;
		slot->requests = slot->holder != NULL;
		slot->busy_since_ns = now_ns;
	}
}

static uint64_t query_number(const struct wire_request *request, const char *name, uint64_t otherwise)
{
	struct text value;
	uint64_t number = 0;

	if (!wire_query(request, name, &value))
		return otherwise;
	for (size_t i = 0; i < value.bytes && i < 9 && ascii_is_digit(value.data[i]); i++)
		number = number * 10 + (uint64_t)(value.data[i] - '0');
	return number;
}

void control_answer(struct connection *connection)
{
	struct server *server = connection->server;
	const struct wire_request *request = &connection->exchange.request;
	struct text page = text_slice(request->path, 6, request->path.bytes);
	uint64_t now_ns = clock_monotonic_ns();
	struct json_writer json;

	if (text_equal(page, TEXT_LITERAL("script")) && text_equal(request->method, TEXT_LITERAL("POST"))) {
		change_script(connection);
		return;
	}
	buffer_clear(&server->body);
	json_init(&json, &server->body, 0);
	if (text_equal(page, TEXT_LITERAL("stats"))) {
		write_stats(server, &json);
	} else if (text_equal(page, TEXT_LITERAL("timeline"))) {
		stats_write_timeline(&server->stats, &json);
	} else if (text_equal(page, TEXT_LITERAL("requests"))) {
		stats_write_requests(&server->stats, query_number(request, "last", UINT32_MAX), &json);
	} else if (text_equal(page, TEXT_LITERAL("reset")) || text_equal(page, TEXT_LITERAL("forget"))) {
		if (page.data[0] == 'r') {
			stats_reset(&server->stats, now_ns);
			reset_slots(server, now_ns);
		} else {
			slots_forget(&server->slots);
		}
		json_object_open(&json);
		json_member_boolean(&json, "ok", true);
		json_object_close(&json);
	} else {
		deliver_error(connection, 404, "/fake/ has stats, timeline, requests, script, reset, forget");
		return;
	}
	deliver(connection, 200, "application/json", buffer_view(&server->body));
}
