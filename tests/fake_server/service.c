/* service.c: what happens to a request: its route, the script's action, errors that need no slot, the accounts. */
#include "tests/fake_server/personality.h"
#include "tests/fake_server/server.h"

#include "base/clock.h"

#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

enum { BODY_DEPTH_MAX = 64 };

static enum route find_route(const struct server *server, const struct wire_request *request)
{
	const struct personality *as = server->options.personality;
	struct text path = request->path;

	if (text_starts_with(path, TEXT_LITERAL("/fake/")))
		return ROUTE_CONTROL;
	if (text_equal(request->method, TEXT_LITERAL("GET")))
		return ROUTE_PAGE;
	if (!text_equal(request->method, TEXT_LITERAL("POST")))
		return ROUTE_NONE;
	if (as->kind == AS_OLLAMA && text_equal(path, TEXT_LITERAL("/api/chat")))
		return ROUTE_OLLAMA_CHAT;
	if (as->kind == AS_OLLAMA && text_equal(path, TEXT_LITERAL("/api/embed")))
		return ROUTE_OLLAMA_EMBED;
	if (as->kind == AS_OLLAMA && text_equal(path, TEXT_LITERAL("/api/show")))
		return ROUTE_PAGE;
	if (text_starts_with(path, TEXT_LITERAL("/v1/")))
		path = text_slice(path, 3, path.bytes);
	else if (!as->bare_paths)
		return ROUTE_NONE;
	if (text_equal(path, TEXT_LITERAL("/chat/completions")))
		return ROUTE_CHAT;
	if (text_equal(path, TEXT_LITERAL("/embeddings")) && as->kind != AS_MLX)
		return ROUTE_EMBEDDINGS;
	return ROUTE_NONE;
}

static struct json_object *parse_body(struct text body)
{
	struct json_tokener *tokener = json_tokener_new_ex(BODY_DEPTH_MAX);
	struct json_object *root = tokener && body.bytes ? json_tokener_parse_ex(tokener, body.data, (int)body.bytes) : NULL;

	if (root && (json_tokener_get_error(tokener) != json_tokener_success || !json_object_is_type(root, json_type_object))) {
		json_object_put(root);
		root = NULL;
	}
	if (tokener)
		json_tokener_free(tokener);
	return root;
}

static struct text string_member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
		return (struct text){ "", 0 };
	return (struct text){ json_object_get_string(value), (size_t)json_object_get_string_len(value) };
}

static void match_script(struct connection *connection)
{
	struct server *server = connection->server;
	struct exchange *exchange = &connection->exchange;
	struct json_object *stream = NULL;

	json_object_object_get_ex(exchange->root, "stream", &stream);
	struct script_subject subject = {
		.request = &exchange->request,
		.generates = exchange->route == ROUTE_CHAT || exchange->route == ROUTE_OLLAMA_CHAT,
		.embeds = exchange->route == ROUTE_EMBEDDINGS || exchange->route == ROUTE_OLLAMA_EMBED,
		.streams = stream ? json_object_get_boolean(stream) : exchange->route == ROUTE_OLLAMA_CHAT,
		.reused = connection->requests > 1,
		.model = string_member(exchange->root, "model"),
		.seed = server->options.seed,
	};
	exchange->action = script_match(server->script, &subject);
	if (exchange->action)
		exchange->script = script_keep(server->script);
}

/* True: the action ended or moved the connection, nothing else is to be done. */
static bool server_event(struct connection *connection)
{
	struct server *server = connection->server;
	const struct script_action *action = connection->exchange.action;

	switch (action->server) {
	case SERVER_EXIT: _exit(EXIT_SCRIPTED);
	case SERVER_LOAD: server->loading_until_ns = clock_monotonic_ns() + action->loading_ms * NS_PER_MS; return false;
	case SERVER_REFUSE:
	case SERVER_RESTART:
		connection->state = CONNECTION_SENDING; /* under way: to be taken out of the accounts */
		server_refuse(server, action->ms, action->loading_ms, action->server == SERVER_RESTART);
		connection_close(connection, true);
		return true;
	default: return false;
	}
}

static bool known_model(const struct server *server, const struct exchange *exchange)
{
	struct text name = string_member(exchange->root, "model");
	return name.bytes == 0 ? server->options.personality->kind != AS_OLLAMA && server->options.personality->kind != AS_OPENAI
			       : server_has_model(server, name.data);
}

/* As the real servers word it. */
static void refuse_model(struct connection *connection)
{
	enum personality_kind kind = connection->server->options.personality->kind;
	const char *name = string_member(connection->exchange.root, "model").data;
	char message[200];

	if (kind == AS_OLLAMA)
		snprintf(message, sizeof(message), "model '%.100s' not found", name);
	else
		snprintf(message, sizeof(message), "The model `%.100s` does not exist%s.", name, kind == AS_OPENAI ? " or you do not have access to it" : "");
	deliver_error(connection, 404, message);
}

static bool authorised(const struct server *server, const struct wire_request *request)
{
	struct text value;

	if (!server->options.api_key)
		return true;
	return wire_header(request, "Authorization", &value) && text_starts_with(value, TEXT_LITERAL("Bearer ")) &&
	       text_equal(text_slice(value, 7, value.bytes), text_from(server->options.api_key));
}

/* Errors before a slot is looked for. True: the answer is on its way. */
static bool refuse_early(struct connection *connection)
{
	struct server *server = connection->server;
	struct exchange *exchange = &connection->exchange;
	const struct script_action *action = exchange->action;

	if (!authorised(server, &exchange->request))
		deliver_error(connection, 401, "Invalid API Key");
	else if (server->loading_until_ns && clock_monotonic_ns() < server->loading_until_ns)
		deliver_error(connection, 503, "Loading model");
	else if (action && action->status)
		deliver_error(connection, action->status, action->message);
	else if (action && (action->transport == TRANSPORT_RESET_BEFORE || action->transport == TRANSPORT_CLOSE_BEFORE ||
			    action->transport == TRANSPORT_HANG || action->transport == TRANSPORT_NO_HTTP || action->transport == TRANSPORT_ENDLESS_HEAD ||
			    action->transport == TRANSPORT_REDIRECT))
		deliver(connection, 200, "application/json", TEXT_LITERAL("{}"));
	else if (exchange->route == ROUTE_NONE)
		deliver_error(connection, 404, "File Not Found");
	else if (exchange->generates && !exchange->root)
		deliver_error(connection, 400, "The request body is no valid JSON object");
	else if (exchange->generates && !known_model(server, exchange))
		refuse_model(connection);
	else
		return false;
	return true;
}

void service_request(struct connection *connection)
{
	struct server *server = connection->server;
	struct exchange *exchange = &connection->exchange;
	const struct wire_request *request = &exchange->request;

	exchange->route = find_route(server, request);
	if (exchange->route == ROUTE_CONTROL) {
		control_answer(connection);
		return;
	}
	struct text target = { request->method.data, (size_t)(request->target.data + request->target.bytes - request->method.data) };
	exchange->number = stats_keep(&server->stats, target, request->headers, request->body, exchange->started_ns);
	exchange->counted = true;
	exchange->generates = exchange->route >= ROUTE_CHAT && exchange->route <= ROUTE_OLLAMA_EMBED;
	server->stats.requests++;
	server->stats.generating += exchange->generates;
	server->stats.new_connection_requests += connection->requests == 1;
	if (connection->requests > server->stats.connection_requests_max)
		server->stats.connection_requests_max = connection->requests;
	stats_change(&server->stats, exchange->started_ns, exchange->generates, 0, 0);
	if (exchange->route != ROUTE_NONE && request->body.bytes)
		exchange->root = parse_body(request->body);
	match_script(connection);
	if ((exchange->action && server_event(connection)) || refuse_early(connection))
		return;
	if (exchange->route == ROUTE_PAGE) {
		if (!pages_answer(connection))
			deliver_error(connection, 404, "File Not Found");
		return;
	}
	server->generated++;
	if (!slots_enter(server, connection))
		deliver_error(connection, server->options.personality->busy_status, server->options.personality->busy_message);
}

void service_granted(struct connection *connection)
{
	if (connection->exchange.route == ROUTE_EMBEDDINGS || connection->exchange.route == ROUTE_OLLAMA_EMBED)
		embeddings_answer(connection);
	else
		chat_answer(connection);
}

void service_finished(struct connection *connection, bool whole)
{
	struct server *server = connection->server;
	struct exchange *exchange = &connection->exchange;

	slots_leave(server, connection);
	if (exchange->counted) {
		int status = whole ? exchange->status : 0;
		stats_change(&server->stats, clock_monotonic_ns(), exchange->generates ? -1 : 0, 0, 0);
		stats_route_add(&server->stats, exchange->request.path, status);
		stats_kept_status(&server->stats, exchange->number, status);
		server->stats.cancelled += !whole;
	}
	if (exchange->counted && whole && exchange->status == 200) {
		server->stats.prompt_tokens += exchange->prompt_tokens;
		server->stats.completion_tokens += exchange->completion_tokens;
		server->stats.cached_tokens += exchange->cached_tokens;
	}
	json_object_put(exchange->root);
	script_release(exchange->script);
	*exchange = (struct exchange){ .slot = -1 };
}
