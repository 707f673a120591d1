/* http.c: see http.h. curl tells through callbacks which sockets it waits for and when it wants to be called. Where it is to make a connection and nothing
 * more, http_direct.c goes on with that. */
#define _GNU_SOURCE
#include "workers/model/http_private.h"

#include "base/clock.h"
#include "base/url.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	REQUESTS_MAX = 65536,
	EVENTS_AT_ONCE = 64,
	KEPT_BYTES_MAX = 256 << 10, /* of a buffer, for the next request */
};
#define SILENCE_LOOK_NS (250ull * 1000000)

const char *http_outcome_name(enum http_outcome outcome)
{
	static const char *const names[HTTP_OUTCOME_COUNT] = {
		[HTTP_ANSWERED] = "answered", [HTTP_REFUSED] = "no connection", [HTTP_BROKEN] = "connection lost", [HTTP_TIMED_OUT] = "timed out",
		[HTTP_TOO_LARGE] = "too large", [HTTP_INVALID] = "no HTTP", [HTTP_STOPPED] = "stopped", [HTTP_CANCELLED] = "cancelled",
		[HTTP_OUT_OF_MEMORY] = "out of memory",
	};
	CHECK(outcome < HTTP_OUTCOME_COUNT);
	return names[outcome];
}

double http_retry_after(struct text value, double now_s)
{
	char word[64];
	struct text trimmed = text_trim(value);

	if (trimmed.bytes == 0 || trimmed.bytes >= sizeof(word))
		return -1;
	memcpy(word, trimmed.data, trimmed.bytes);
	word[trimmed.bytes] = '\0';
	if (strspn(word, "0123456789") == trimmed.bytes)
		return strtod(word, NULL);
	time_t date = curl_getdate(word, NULL);
	if (date == (time_t)-1)
		return -1;
	return (double)date > now_s ? (double)date - now_s : 0;
}

/* --- what curl waits for -------------------------------------------------------------------------------------------- */

/* NULL: out of memory. */
struct socket_state *http_state_of(struct http *http, int socket)
{
	size_t index = (size_t)socket;

	CHECK(socket >= 0);
	if (index >= http->socket_count) {
		size_t count = size_max(index + 1, 2 * http->socket_count);
		struct socket_state *more = reallocarray(http->sockets, count, sizeof(*more));
		if (!more)
			return NULL;
		memset(more + http->socket_count, 0, (count - http->socket_count) * sizeof(*more));
		http->sockets = more;
		http->socket_count = count;
	}
	return &http->sockets[index];
}

static void forget_socket(struct http *http, curl_socket_t socket, struct socket_state *state)
{
	(void)epoll_ctl(http->epoll, EPOLL_CTL_DEL, socket, NULL); /* it may be closed already */
	state->watched = 0;
}

void http_watch_socket(struct http *http, int socket, struct socket_state *state, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = socket };

	if (events == state->watched)
		return;
	if (epoll_ctl(http->epoll, state->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) < 0)
		http->status = -errno;
	state->watched = events;
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused)
{
	struct http *http = context;
	struct socket_state *state = http_state_of(http, socket);
	(void)easy;
	(void)unused;

	if (!state) {
		http->status = -ENOMEM;
		return -1;
	}
	state->wanted = what != CURL_POLL_REMOVE;
	if (!state->wanted) {
		if (!state->ours)
			forget_socket(http, socket, state);
		return 0;
	}
	http_watch_socket(http, socket, state, (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0));
	return 0;
}

curl_socket_t http_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http *http = context;
	int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	struct socket_state *state = descriptor < 0 ? NULL : http_state_of(http, descriptor);
	(void)purpose;

	if (state)
		*state = (struct socket_state){ .ours = true, .next_idle = -1 };
	else if (descriptor >= 0)
		close(descriptor);
	return state ? descriptor : CURL_SOCKET_BAD;
}

int http_close_socket(void *context, curl_socket_t socket)
{
	struct http *http = context;
	struct socket_state *state = http_state_of(http, socket);

	if (state && state->direct)
		return 0; /* taken over */
	if (state)
		*state = (struct socket_state){ .ours = false };
	return close(socket); /* out of the set with that */
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct http *http = context;
	(void)multi;
	http->timer_ns = timeout_ms < 0 ? UINT64_MAX : clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;
	return 0;
}

/* --- one transfer --------------------------------------------------------------------------------------------------- */

bool http_take_body(void *context, struct text piece)
{
	struct transfer *transfer = context;

	transfer->heard_ns = clock_monotonic_ns();
	if (!transfer->first_byte_ns)
		transfer->first_byte_ns = transfer->heard_ns - transfer->started_ns;
	if (transfer->receive) {
		transfer->stopped = !transfer->receive(transfer->owner, piece);
		return !transfer->stopped;
	}
	transfer->too_large = piece.bytes > transfer->answer.bytes_max - transfer->answer.bytes;
	if (!transfer->too_large)
		buffer_append_text(&transfer->answer, piece);
	transfer->stopped = transfer->watch && !transfer->too_large && !transfer->watch(transfer->owner, buffer_view(&transfer->answer));
	return !transfer->too_large && !transfer->stopped && !transfer->answer.status;
}

size_t http_take_data(char *data, size_t size, size_t count, void *context)
{
	return http_take_body(context, (struct text){ data, size * count }) ? size * count : 0;
}

static struct transfer *new_transfer(struct http *http)
{
	if (http->transfer_count == REQUESTS_MAX)
		return NULL;
	struct transfer **more = reallocarray(http->transfers, http->transfer_count + 1, sizeof(struct transfer *));
	if (!more)
		return NULL;
	http->transfers = more;
	struct transfer *transfer = calloc(1, sizeof(*transfer));
	if (!transfer)
		return NULL;
	transfer->easy = curl_easy_init();
	if (!transfer->easy) {
		free(transfer);
		return NULL;
	}
	transfer->http = http;
	transfer->index = http->transfer_count;
	transfer->socket = -1;
	http_reader_init(&transfer->reader);
	buffer_init(&transfer->head, HTTP_HEAD_BYTES_MAX);
	buffer_init(&transfer->body, SIZE_MAX / 2);
	buffer_init(&transfer->answer, SIZE_MAX / 2);
	http->transfers[http->transfer_count++] = transfer;
	return transfer;
}

/* Of a long one the memory too: there may be thousands. */
static void empty(struct buffer *buffer)
{
	if (buffer->capacity_bytes > KEPT_BYTES_MAX)
		buffer_done(buffer);
	buffer_clear(buffer);
}

static void release_transfer(struct transfer *transfer)
{
	struct http *http = transfer->http;

	empty(&transfer->body);
	empty(&transfer->answer);
	transfer->route = NULL;
	transfer->life++;
	transfer->next_free = http->free_transfers;
	http->free_transfers = transfer;
}

/* curl asks to be called at once for every new transfer: that is now, not in another round of the caller's loop. What has ended by then is told
 * from http_step. */
static void begin_now(struct http *http)
{
	int running;

	http->timer_ns = UINT64_MAX;
	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	if (running < (int)http->at_curl)
		http->timer_ns = 0;
}

static void take_request_body(struct transfer *transfer, const struct http_request *request)
{
	if (request->given) {
		struct buffer empty_one = transfer->body;
		transfer->body = *request->given;
		*request->given = empty_one;
	} else {
		buffer_append_text(&transfer->body, request->body);
	}
}

static bool add_to_curl(struct transfer *transfer)
{
	transfer->at_curl = curl_multi_add_handle(transfer->http->multi, transfer->easy) == CURLM_OK;
	transfer->http->at_curl += transfer->at_curl;
	return transfer->at_curl;
}

void http_leave_curl(struct transfer *transfer)
{
	if (!transfer->at_curl)
		return;
	curl_multi_remove_handle(transfer->http->multi, transfer->easy);
	transfer->http->at_curl--;
	transfer->at_curl = false;
}

bool http_connect(struct transfer *transfer)
{
	if (!http_set_connection(transfer) || !add_to_curl(transfer))
		return false;
	begin_now(transfer->http);
	return true;
}

/* Over a connection of ours if that can be; more requests at once than there may be connections are curl's to queue. False: out of memory. */
static bool begin(struct transfer *transfer, const struct http_request *request)
{
	struct http *http = transfer->http;
	uint64_t address = http_address_of(request);

	transfer->route = http->under_way <= http->connections_max ? http_route_for(http, request, address) : NULL;
	if (transfer->route)
		return http_direct_start(transfer) || http_connect(transfer);
	if (!http_set_request(transfer, request, address) || !add_to_curl(transfer))
		return false;
	begin_now(http);
	return true;
}

int http_start(struct http *http, const struct http_request *request, uint64_t *ret_handle)
{
	struct transfer *transfer = http->free_transfers ? http->free_transfers : new_transfer(http);

	if (!transfer)
		return -ENOMEM;
	if (transfer == http->free_transfers)
		http->free_transfers = transfer->next_free;
	transfer->life++;
	transfer->receive = request->receive;
	transfer->watch = request->watch;
	transfer->done = request->done;
	transfer->owner = request->owner;
	transfer->silence_ns = request->silence_timeout_ns;
	transfer->started_ns = transfer->heard_ns = clock_monotonic_ns();
	transfer->first_byte_ns = 0;
	transfer->stopped = transfer->too_large = false;
	transfer->message[0] = '\0';
	transfer->answer.bytes_max = request->body_bytes_max;
	transfer->connect_ns = request->connect_timeout_ns;
	transfer->timeout_ns = request->timeout_ns;
	take_request_body(transfer, request);
	http->under_way++;
	if (transfer->body.status || !begin(transfer, request)) {
		http->under_way--;
		release_transfer(transfer);
		return -ENOMEM;
	}
	http->with_silence += transfer->silence_ns > 0;
	*ret_handle = (uint64_t)transfer->life << 32 | transfer->index;
	return 0;
}

/* --- the end of a transfer ------------------------------------------------------------------------------------------ */

/* Curl has to make a connection, and to do no more than that where the request is sent here. */
static bool was_connected(const struct transfer *transfer)
{
	curl_off_t connected_us = 0;

	if (!transfer->route)
		curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
	return connected_us > 0;
}

static enum http_outcome outcome_of(const struct transfer *transfer, CURLcode code)
{
	switch (code) {
	case CURLE_OK: return HTTP_ANSWERED;
	case CURLE_WRITE_ERROR: return transfer->too_large ? HTTP_TOO_LARGE : transfer->stopped ? HTTP_STOPPED : HTTP_OUT_OF_MEMORY;
	case CURLE_OUT_OF_MEMORY: return HTTP_OUT_OF_MEMORY;
	case CURLE_OPERATION_TIMEDOUT: return was_connected(transfer) ? HTTP_TIMED_OUT : HTTP_REFUSED;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_READ_ERROR: return HTTP_BROKEN;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2: return HTTP_INVALID;
	default: return HTTP_REFUSED;
	}
}

static void describe(const struct transfer *transfer, CURLcode code, const char *otherwise, struct http_response *response)
{
	const char *url = transfer->route ? buffer_string(&transfer->route->url) : "";
	struct buffer shown;

	if (!transfer->route)
		curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
	buffer_init(&shown, HTTP_HEAD_BYTES_MAX);
	url_append_shown(&shown, text_from(url ? url : ""));
	const char *what = otherwise ? otherwise : transfer->message[0] ? transfer->message : curl_easy_strerror(code);
	snprintf(response->message, sizeof(response->message), "%.90s: %.100s", buffer_string(&shown), what);
	buffer_done(&shown);
}

static void read_location(const struct transfer *transfer, struct http_response *response)
{
	CURLU *parts = NULL;
	char *whole = NULL, *told = NULL;

	if (!transfer->route) {
		curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &told);
	} else if (transfer->reader.location[0]) {
		parts = curl_url();
		if (parts && curl_url_set(parts, CURLUPART_URL, buffer_string(&transfer->route->url), 0) == CURLUE_OK &&
		    curl_url_set(parts, CURLUPART_URL, transfer->reader.location, 0) == CURLUE_OK) /* may be a part of one, which is joined */
			(void)curl_url_get(parts, CURLUPART_URL, &whole, 0);
		told = whole;
	}
	snprintf(response->location, sizeof(response->location), "%s", told ? told : "");
	curl_free(whole);
	curl_url_cleanup(parts);
}

static void read_head(const struct transfer *transfer, struct http_response *response)
{
	struct curl_header *header;
	const char *retry_after = "";

	if (transfer->route) {
		response->status = transfer->reader.status;
		retry_after = transfer->reader.retry_after;
	} else {
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
		bool good = response->status >= 200 && response->status < 300;
		if (!good && curl_easy_header(transfer->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
			retry_after = header->value;
	}
	if (retry_after[0])
		response->retry_after_s = http_retry_after(text_from(retry_after), (double)clock_realtime_s());
	if (response->status / 100 == 3)
		read_location(transfer, response);
}

void http_finish(struct transfer *transfer, enum http_outcome outcome, CURLcode code, const char *what)
{
	struct http *http = transfer->http;
	struct http_response response = { .outcome = outcome, .retry_after_s = -1, .first_byte_ns = transfer->first_byte_ns };

	response.duration_ns = clock_monotonic_ns() - transfer->started_ns;
	read_head(transfer, &response);
	if (outcome != HTTP_ANSWERED)
		describe(transfer, code, what, &response);
	response.body = buffer_view(&transfer->answer);
	http_leave_curl(transfer);
	http_direct_release(transfer);
	http->under_way--;
	http->with_silence -= transfer->silence_ns > 0;
	transfer->silence_ns = 0;
	transfer->life += 2; /* its handle is no longer good, its place not yet free */
	transfer->done(transfer->owner, &response);
	release_transfer(transfer);
}

void http_cancel(struct http *http, uint64_t handle)
{
	uint32_t index = (uint32_t)handle;

	if (index < http->transfer_count && http->transfers[index]->life == (uint32_t)(handle >> 32))
		http_finish(http->transfers[index], HTTP_CANCELLED, CURLE_OK, "cancelled");
}

static void take_finished(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		struct transfer *transfer = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		enum http_outcome outcome = outcome_of(transfer, code);
		if (transfer->route && code == CURLE_OK)
			http_direct_connected(transfer);
		else
			http_finish(transfer, outcome, code, outcome == HTTP_TOO_LARGE ? "the answer is larger than allowed" : NULL);
	}
}

static void end_silent(struct http *http, uint64_t now_ns)
{
	if (http->with_silence == 0 || now_ns < http->silence_ns)
		return;
	http->silence_ns = now_ns + SILENCE_LOOK_NS;
	for (uint32_t i = 0; i < http->transfer_count; i++) {
		struct transfer *transfer = http->transfers[i];
		if ((transfer->life & 1) && transfer->silence_ns && transfer->first_byte_ns && now_ns > transfer->heard_ns + transfer->silence_ns)
			http_finish(transfer, HTTP_TIMED_OUT, CURLE_OPERATION_TIMEDOUT, "nothing more came");
	}
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

int http_create(struct http **ret_http, uint32_t connections_max, struct error_text *error)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(http);
		return error_set(error, -ENOMEM, "HTTP: out of memory");
	}
	http->timer_ns = http->end_ns = UINT64_MAX;
	http->idle = -1;
	http->connections_max = connections_max;
	http->epoll = epoll_create1(EPOLL_CLOEXEC);
	http->multi = curl_multi_init();
	if (http->epoll < 0 || !http->multi) {
		int status = http->epoll < 0 ? -errno : -ENOMEM;
		http_destroy(http);
		return error_set(error, status, "HTTP: %s", error_describe(status));
	}
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections_max);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)connections_max);
	*ret_http = http;
	return 0;
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	for (uint32_t i = 0; i < http->transfer_count; i++)
		if (http->transfers[i]->life & 1)
			http_finish(http->transfers[i], HTTP_CANCELLED, CURLE_OK, "cancelled");
	for (uint32_t i = 0; i < http->transfer_count; i++) {
		curl_easy_cleanup(http->transfers[i]->easy);
		curl_slist_free_all(http->transfers[i]->headers);
		curl_url_cleanup(http->transfers[i]->url);
		http_reader_done(&http->transfers[i]->reader);
		buffer_done(&http->transfers[i]->head);
		buffer_done(&http->transfers[i]->body);
		buffer_done(&http->transfers[i]->answer);
		free(http->transfers[i]);
	}
	http_direct_done(http);
	if (http->multi)
		curl_multi_cleanup(http->multi);
	if (http->epoll >= 0)
		close(http->epoll);
	free(http->transfers);
	free(http->sockets);
	free(http);
	curl_global_cleanup();
}

int http_descriptor(const struct http *http) { return http->epoll; }

uint64_t http_next_ns(const struct http *http)
{
	uint64_t silence_ns = http->with_silence ? http->silence_ns : UINT64_MAX;
	uint64_t next_ns = http->timer_ns < silence_ns ? http->timer_ns : silence_ns;
	return next_ns < http->end_ns ? next_ns : http->end_ns;
}

int http_step(struct http *http)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int count, running;

	do {
		count = epoll_wait(http->epoll, events, EVENTS_AT_ONCE, 0);
		for (int i = 0; i < count; i++) {
			struct socket_state *state = http_state_of(http, events[i].data.fd);
			if (state && state->direct) {
				http_direct_event(http, events[i].data.fd, events[i].events);
				continue;
			}
			if (state && !state->wanted) { /* closed by the server while nothing was asked: curl finds out when it wants to use it */
				forget_socket(http, events[i].data.fd, state);
				continue;
			}
			int what = (events[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
				   (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
			curl_multi_socket_action(http->multi, events[i].data.fd, what, &running);
		}
	} while (count == EVENTS_AT_ONCE);
	uint64_t now_ns = clock_monotonic_ns();
	if (now_ns >= http->timer_ns) {
		http->timer_ns = UINT64_MAX;
		curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	take_finished(http);
	end_silent(http, now_ns);
	http_direct_end_late(http, now_ns);
	return http->status;
}
