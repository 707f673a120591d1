/* deliver.c: from an answer (status, type, body or events) to the plan of how it goes over the wire. */
#include "tests/fake_server/personality.h"
#include "tests/fake_server/server.h"
#include "tests/fake_server/spoil.h"

#include "base/clock.h"
#include "base/error.h"

#include <inttypes.h>
#include <time.h>

enum {
	BLOCK_BYTES = 64 * 1024,
	CHUNK_BYTES = 7,
	SPLIT_BYTES = 5,
	STREAM_PAUSES_MAX = 64,
};
#define HUGE_BYTES (200ull << 20)

static const struct {
	int status;
	const char *phrase, *vllm_type;
} phrases[] = {
	{ 200, "OK", "" },
	{ 302, "Found", "" },
	{ 400, "Bad Request", "BadRequestError" },
	{ 401, "Unauthorized", "Unauthorized" },
	{ 403, "Forbidden", "Forbidden" },
	{ 404, "Not Found", "NotFoundError" },
	{ 408, "Request Timeout", "RequestTimeout" },
	{ 411, "Length Required", "LengthRequired" },
	{ 413, "Payload Too Large", "RequestEntityTooLarge" },
	{ 422, "Unprocessable Entity", "UnprocessableEntityError" },
	{ 429, "Too Many Requests", "TooManyRequests" },
	{ 431, "Request Header Fields Too Large", "RequestHeaderFieldsTooLarge" },
	{ 500, "Internal Server Error", "InternalServerError" },
	{ 501, "Not Implemented", "NotImplementedError" },
	{ 502, "Bad Gateway", "BadGateway" },
	{ 503, "Service Unavailable", "ServiceUnavailableError" },
	{ 504, "Gateway Timeout", "GatewayTimeout" },
};

static size_t phrase_index(int status)
{
	for (size_t i = 0; i < COUNT_OF(phrases); i++)
		if (phrases[i].status == status)
			return i;
	return 12; /* 500 */
}

static const struct script_action *action_of(const struct connection *connection)
{
	static const struct script_action usual = { .status = 0 };
	return connection->exchange.action ? connection->exchange.action : &usual;
}

/* --- errors ------------------------------------------------------------------------------------------------------------------ */

static const char *error_type(enum personality_kind kind, int status)
{
	static const struct {
		int status;
		const char *type;
	} llamacpp_types[] = {
		{ 401, "authentication_error" }, { 404, "not_found_error" }, { 501, "not_supported_error" }, { 503, "unavailable_error" },
	};

	switch (kind) {
	case AS_VLLM: return phrases[phrase_index(status)].vllm_type;
	case AS_LLAMACPP:
		for (size_t i = 0; i < COUNT_OF(llamacpp_types); i++)
			if (llamacpp_types[i].status == status)
				return llamacpp_types[i].type;
		return status < 500 ? "invalid_request_error" : "server_error";
	case AS_OLLAMA: return status == 400 ? "invalid_request_error" : status == 404 ? "not_found_error" : "api_error";
	default: return status == 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "server_error";
	}
}

void deliver_error_body(const struct server *server, bool native, int status, const char *message, struct buffer *out)
{
	enum personality_kind kind = server->options.personality->kind;
	const char *text = message ? message : phrases[phrase_index(status)].phrase;
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	if (status == 422) { /* FastAPI */
		json_key(&json, "detail");
		json_array_open(&json);
		json_object_open(&json);
		json_member_string(&json, "type", "missing");
		json_member_string(&json, "msg", message ? message : "Field required");
		json_object_close(&json);
		json_array_close(&json);
	} else if (kind == AS_MLX || kind == AS_LMSTUDIO || (kind == AS_OLLAMA && native)) {
		json_member_string(&json, "error", text);
	} else {
		json_key(&json, "error");
		json_object_open(&json);
		json_member_string(&json, "message", text);
		json_member_string(&json, "type", error_type(kind, status));
		if (kind != AS_LLAMACPP) {
			json_key(&json, "param");
			json_null(&json);
		}
		json_key(&json, "code");
		if (kind == AS_LLAMACPP || kind == AS_VLLM)
			json_signed(&json, status);
		else if (kind == AS_OPENAI && status == 404)
			json_string(&json, "model_not_found");
		else
			json_null(&json);
		json_object_close(&json);
	}
	json_object_close(&json);
}

void deliver_error(struct connection *connection, int status, const char *message)
{
	struct server *server = connection->server;
	bool native = text_starts_with(connection->exchange.request.path, TEXT_LITERAL("/api/"));

	buffer_clear(&server->body);
	deliver_error_body(server, native, status, message, &server->body);
	deliver(connection, status, "application/json", buffer_view(&server->body));
}

/* --- heads ------------------------------------------------------------------------------------------------------------------- */

/* The status line and the headers up to where the length belongs. */
static void write_head(struct connection *connection, int status, const char *content_type)
{
	const struct personality *as = connection->server->options.personality;
	const struct script_action *action = action_of(connection);
	struct buffer *out = &connection->plan.bytes;
	bool old = as->closes || action->transport == TRANSPORT_TO_CLOSE;

	buffer_append_format(out, "HTTP/1.%d %d %s\r\n", old ? 0 : 1, status, phrases[phrase_index(status)].phrase);
	buffer_append_format(out, "%sContent-Type: %s\r\n", as->server_header, content_type);
	if (as->closes || !connection->keep_alive) {
		connection->keep_alive = false;
		buffer_append_string(out, old ? "" : "Connection: close\r\n");
	}
	if (action->transport == TRANSPORT_GZIP_LIE)
		buffer_append_string(out, "Content-Encoding: gzip\r\n");
	if (!action->retry_after)
		return;
	struct text value = text_from(action->retry_after);
	if (text_starts_with(value, TEXT_LITERAL("date+"))) {
		char date[64];
		time_t when = (time_t)clock_realtime_s();
		for (size_t i = 5, seconds = 0; i <= value.bytes; i++) {
			if (i == value.bytes || !ascii_is_digit(value.data[i])) {
				when += (time_t)seconds;
				break;
			}
			seconds = seconds * 10 + (size_t)(value.data[i] - '0');
		}
		struct tm parts;
		gmtime_r(&when, &parts);
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts);
		buffer_append_format(out, "Retry-After: %s\r\n", date);
	} else {
		buffer_append_format(out, "Retry-After: %s\r\n", action->retry_after);
	}
}

static void write_length(struct buffer *out, uint64_t length) { buffer_append_format(out, "Content-Length: %" PRIu64 "\r\n\r\n", length); }

/* --- bodies ------------------------------------------------------------------------------------------------------------------ */

/* before + block × n + after with a true Content-Length, at least action->bytes long. */
static void plan_huge(struct connection *connection, int status, const char *content_type, struct text before, const char *unit, struct text after)
{
	struct plan *plan = &connection->plan;
	const struct script_action *action = action_of(connection);
	size_t unit_bytes = strlen(unit), block = BLOCK_BYTES / unit_bytes * unit_bytes;
	uint64_t repeat = (action->bytes ? action->bytes : HUGE_BYTES) / block + 1;

	write_head(connection, status, content_type);
	write_length(&plan->bytes, before.bytes + repeat * block + after.bytes);
	buffer_append_text(&plan->bytes, before);
	plan_send(plan);
	for (size_t i = 0; i < block; i += unit_bytes)
		buffer_append(&plan->bytes, unit, unit_bytes);
	plan_send_repeat(plan, repeat, 0);
	buffer_append_text(&plan->bytes, after);
	plan_send(plan);
}

static void plan_chunks(struct plan *plan, struct text body, size_t chunk_bytes, bool garbage)
{
	buffer_append_string(&plan->bytes, "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t i = 0; i < body.bytes; i += chunk_bytes) {
		size_t bytes = size_min(chunk_bytes, body.bytes - i);
		if (garbage && i > body.bytes / 2)
			buffer_append_string(&plan->bytes, "zz;not-a-size\r\n");
		else
			buffer_append_format(&plan->bytes, "%zx\r\n", bytes);
		buffer_append(&plan->bytes, body.data + i, bytes);
		buffer_append_string(&plan->bytes, "\r\n");
	}
	buffer_append_string(&plan->bytes, "0\r\n\r\n");
	plan_send(plan);
}

static void plan_endless(struct plan *plan, uint64_t wait_ns, bool head)
{
	if (!head)
		buffer_append_string(&plan->bytes, "Transfer-Encoding: chunked\r\n\r\n");
	plan_send(plan);
	if (!head)
		buffer_append_string(&plan->bytes, "1000\r\n");
	size_t start = plan->bytes.bytes;
	while (plan->bytes.bytes < start + 4096)
		buffer_append_string(&plan->bytes, head ? "X-Filler: and so on it goes, one line after the other, on and on and on  \r\n" : " and so on      ");
	if (!head)
		buffer_truncate(&plan->bytes, start + 4096);
	buffer_append_string(&plan->bytes, head ? "" : "\r\n");
	plan_send_repeat(plan, UINT64_MAX, wait_ns);
}

/* The start of the body, and then the rest in the way `transport` has it. The head is written up to the length. */
static void plan_half(struct plan *plan, struct text body, enum script_transport transport)
{
	write_length(&plan->bytes, body.bytes + (transport == TRANSPORT_LENGTH_LONG ? 100 : 0));
	buffer_append(&plan->bytes, body.data, transport == TRANSPORT_LENGTH_LONG ? body.bytes : body.bytes / 2);
	plan_send(plan);
	if (transport == TRANSPORT_STALL)
		plan_wait(plan, PLAN_FOREVER);
	else if (transport == TRANSPORT_RESET_BODY)
		plan_wait(plan, 20 * NS_PER_MS); /* a reset would throw away what is not yet read */
	plan_end(plan, transport == TRANSPORT_RESET_BODY ? PLAN_RESET : PLAN_CLOSE);
}

/* Transports that answer with no usable head. True: the plan is made. */
static bool plan_without_head(struct connection *connection)
{
	struct plan *plan = &connection->plan;
	const struct script_action *action = action_of(connection);

	switch (action->transport) {
	case TRANSPORT_RESET_BEFORE:
		plan_wait(plan, action->ms * NS_PER_MS);
		plan_end(plan, PLAN_RESET);
		break;
	case TRANSPORT_CLOSE_BEFORE: plan_end(plan, PLAN_CLOSE); break;
	case TRANSPORT_HANG: plan_wait(plan, PLAN_FOREVER); break;
	case TRANSPORT_NO_HTTP:
		buffer_append_string(&plan->bytes, "\x15\x03\x01 SSH-2.0-OpenSSH_9.2 this is no HTTP\r\n\r\n");
		plan_send(plan);
		plan_end(plan, PLAN_CLOSE);
		break;
	case TRANSPORT_ENDLESS_HEAD:
		buffer_append_string(&plan->bytes, "HTTP/1.1 200 OK\r\n");
		plan_endless(plan, action->ms * NS_PER_MS, true);
		break;
	case TRANSPORT_CUT_HEAD:
		buffer_append_string(&plan->bytes, "HTTP/1.1 200 OK\r\nContent-Type: applica");
		plan_send(plan);
		plan_end(plan, PLAN_CLOSE);
		break;
	case TRANSPORT_REDIRECT:
		buffer_append_format(&plan->bytes, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/elsewhere\r\n", connection->server->port);
		write_length(&plan->bytes, 0);
		connection->exchange.status = 302;
		plan_send(plan);
		return true;
	default: return false;
	}
	connection->exchange.status = 0;
	return true;
}

static void plan_usual(struct plan *plan, struct text body)
{
	write_length(&plan->bytes, body.bytes);
	buffer_append_text(&plan->bytes, body);
}

/* The head is written; the body and its end follow. */
static void plan_body(struct connection *connection, struct text body)
{
	struct plan *plan = &connection->plan;
	const struct script_action *action = action_of(connection);

	switch (action->transport) {
	case TRANSPORT_SLOW_DRIP:
		plan_usual(plan, body);
		plan_send_pieces(plan, action->bytes ? action->bytes : 1, action->ms * NS_PER_MS);
		break;
	case TRANSPORT_ENDLESS_BODY: plan_endless(plan, action->ms * NS_PER_MS, false); break;
	case TRANSPORT_STALL:
	case TRANSPORT_CUT_BODY:
	case TRANSPORT_RESET_BODY:
	case TRANSPORT_LENGTH_LONG: plan_half(plan, body, action->transport); break;
	case TRANSPORT_LENGTH_SHORT:
		write_length(&plan->bytes, body.bytes / 2);
		buffer_append_text(&plan->bytes, body);
		plan_send(plan);
		break;
	case TRANSPORT_CHUNKED: plan_chunks(plan, body, CHUNK_BYTES, false); break;
	case TRANSPORT_CHUNK_GARBAGE:
		plan_chunks(plan, body, 64, true);
		plan_end(plan, PLAN_CLOSE);
		break;
	case TRANSPORT_TO_CLOSE:
		buffer_append_string(&plan->bytes, "\r\n");
		buffer_append_text(&plan->bytes, body);
		plan_send(plan);
		plan_end(plan, PLAN_CLOSE);
		break;
	case TRANSPORT_CLOSE_AFTER:
		plan_usual(plan, body);
		plan_send(plan);
		plan_end(plan, PLAN_CLOSE);
		break;
	default:
		plan_usual(plan, body);
		plan_send(plan);
	}
}

/* Pauses and interim responses before the first byte of the answer. */
static void plan_start(struct connection *connection)
{
	struct plan *plan = &connection->plan;
	const struct script_action *action = action_of(connection);

	plan_clear(plan);
	plan_wait(plan, connection->exchange.latency_ns);
	if (action->transport == TRANSPORT_SLOW_FIRST_BYTE)
		plan_wait(plan, action->ms * NS_PER_MS);
	if (action->transport == TRANSPORT_INTERIM) {
		buffer_append_string(&plan->bytes, "HTTP/1.1 102 Processing\r\n\r\n");
		plan_send(plan);
	}
}

void deliver(struct connection *connection, int status, const char *content_type, struct text body)
{
	struct server *server = connection->server;
	const struct script_action *action = action_of(connection);
	struct buffer *copy = &server->extra;

	connection->exchange.status = status;
	plan_start(connection);
	if (!plan_without_head(connection)) {
		if (action->body == BODY_HUGE) {
			plan_huge(connection, status, content_type, TEXT_LITERAL("{\"choices\": [], \"numbers\": [0"), ", 1", TEXT_LITERAL("]}"));
		} else if (action->body == BODY_HUGE_STRING) {
			size_t at = spoil_content_start(body);
			plan_huge(connection, status, content_type, text_slice(body, 0, at), "and on it goes ", text_slice(body, at, body.bytes));
		} else {
			if (action->body != BODY_USUAL) {
				buffer_clear(copy);
				buffer_append_text(copy, body);
				spoil_body(action->body, copy);
				body = buffer_view(copy);
				content_type = action->body == BODY_HTML ? "text/html" : content_type;
			}
			write_head(connection, status, content_type);
			plan_body(connection, body);
		}
	}
	connection_start(connection);
}

/* --- streams ----------------------------------------------------------------------------------------------------------------- */

static void append_chunk(struct plan *plan, struct text piece)
{
	buffer_append_format(&plan->bytes, "%zx\r\n", piece.bytes);
	buffer_append_text(&plan->bytes, piece);
	buffer_append_string(&plan->bytes, "\r\n");
}

/* The events as chunks, with the pauses of a model that writes. */
static void plan_events(struct connection *connection, struct text body, const size_t *ends, size_t count)
{
	struct plan *plan = &connection->plan;
	const struct script_action *action = action_of(connection);
	bool chunked = !connection->server->options.personality->closes;
	size_t group = (count + STREAM_PAUSES_MAX - 1) / STREAM_PAUSES_MAX, start = 0;
	bool stops = action->transport == TRANSPORT_CUT_BODY || action->transport == TRANSPORT_RESET_BODY || action->transport == TRANSPORT_STALL;
	size_t limit = stops ? count / 2 : count;
	uint64_t pause_ns = count ? connection->exchange.stream_ns / ((count + group - 1) / group) : 0;

	buffer_append_string(&plan->bytes, chunked ? "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n" : "Cache-Control: no-cache\r\n\r\n");
	for (size_t i = 0; i < limit; i++) {
		struct text event = text_slice(body, start, ends[i]);
		size_t piece = action->stream == STREAM_SPLIT ? SPLIT_BYTES : event.bytes;
		for (size_t at = 0; at < event.bytes; at += piece) {
			struct text part = text_slice(event, at, size_min(at + piece, event.bytes));
			if (chunked)
				append_chunk(plan, part);
			else
				buffer_append_text(&plan->bytes, part);
		}
		start = ends[i];
		if (action->transport == TRANSPORT_SLOW_DRIP)
			plan_send_pieces(plan, action->bytes ? action->bytes : 1, action->ms * NS_PER_MS);
		else
			plan_send(plan);
		if (pause_ns && i % group == group - 1)
			plan_wait(plan, pause_ns);
	}
	if (limit < count) {
		plan_wait(plan, action->transport == TRANSPORT_STALL ? PLAN_FOREVER : 20 * NS_PER_MS);
		plan_end(plan, action->transport == TRANSPORT_RESET_BODY ? PLAN_RESET : PLAN_CLOSE);
		return;
	}
	if (chunked && action->stream != STREAM_NO_END)
		buffer_append_string(&plan->bytes, "0\r\n\r\n");
	plan_send(plan);
	if (action->stream == STREAM_NO_END)
		plan_end(plan, PLAN_CLOSE);
}

void deliver_stream(struct connection *connection, const char *content_type, struct text body, const size_t *ends, size_t count)
{
	const struct script_action *action = action_of(connection);

	if (action->body != BODY_USUAL) { /* bodies of scripts come in one piece */
		deliver(connection, 200, content_type, body);
		return;
	}
	connection->exchange.status = 200;
	plan_start(connection);
	if (!plan_without_head(connection)) {
		write_head(connection, 200, content_type);
		if (action->transport == TRANSPORT_ENDLESS_BODY)
			plan_body(connection, body);
		else
			plan_events(connection, body, ends, count);
	}
	connection_start(connection);
}
