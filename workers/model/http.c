/* http.c: see http.h. curl tells through callbacks which sockets it waits for and when it wants to be called. */
#define _GNU_SOURCE
#include "workers/model/http.h"

#include "base/clock.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	REQUESTS_MAX = 65536,
	EVENTS_AT_ONCE = 64,
	HEADER_BYTES_MAX = 4096,
	KEPT_BYTES_MAX = 256 << 10, /* of a buffer, for the next request */
};
#define SILENCE_LOOK_NS (250ull * 1000000)

struct transfer { /* one request; its place is used again */
	struct http *http;
	uint32_t index, life; /* life: odd while under way */
	CURL *easy;
	struct curl_slist *headers;
	CURLU *url;          /* parsed once; used when it could be */
	uint64_t address;    /* for which curl's options are set; 0: none */
	long connect_ms, timeout_ms; /* as curl was told */
	struct buffer body, answer;
	http_receive *receive;
	http_watch *watch;
	http_done *done;
	void *owner;
	uint64_t silence_ns, heard_ns, first_byte_ns, started_ns;
	bool stopped, too_large;
	struct transfer *next_free;
	char message[CURL_ERROR_SIZE];
};

/* A connection stays in the epoll set while it waits for its next request: to take it out and put it in again would cost two system calls for each. */
struct socket_state {
	bool ours;        /* opened and closed through us, so that we know whether the set still has it */
	bool wanted;      /* curl waits for it */
	uint32_t watched; /* epoll events in the set; 0: not in it */
};

struct http {
	CURLM *multi;
	int epoll;
	uint64_t timer_ns;   /* when curl wants to be called; UINT64_MAX: never */
	uint64_t silence_ns; /* next look at who is silent */
	uint32_t with_silence;
	struct transfer **transfers;
	uint32_t transfer_count, under_way;
	struct transfer *free_transfers;
	struct socket_state *sockets; /* by descriptor */
	size_t socket_count;
	int status; /* sticky: what went wrong in a callback */
};

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
static struct socket_state *state_of(struct http *http, curl_socket_t socket)
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

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused)
{
	struct http *http = context;
	struct socket_state *state = state_of(http, socket);
	struct epoll_event event = { .data.fd = socket };
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
	event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	if (event.events == state->watched)
		return 0;
	if (epoll_ctl(http->epoll, state->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) < 0)
		http->status = -errno;
	state->watched = event.events;
	return 0;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http *http = context;
	int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	struct socket_state *state = descriptor < 0 ? NULL : state_of(http, descriptor);
	(void)purpose;

	if (state)
		*state = (struct socket_state){ .ours = true };
	else if (descriptor >= 0)
		close(descriptor);
	return state ? descriptor : CURL_SOCKET_BAD;
}

static int close_socket(void *context, curl_socket_t socket)
{
	struct http *http = context;
	struct socket_state *state = state_of(http, socket);

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

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct text piece = { data, size * count };

	transfer->heard_ns = clock_monotonic_ns();
	if (!transfer->first_byte_ns)
		transfer->first_byte_ns = transfer->heard_ns - transfer->started_ns;
	if (transfer->receive) {
		transfer->stopped = !transfer->receive(transfer->owner, piece);
		return transfer->stopped ? 0 : piece.bytes;
	}
	transfer->too_large = piece.bytes > transfer->answer.bytes_max - transfer->answer.bytes;
	if (!transfer->too_large)
		buffer_append_text(&transfer->answer, piece);
	transfer->stopped = transfer->watch && !transfer->too_large && !transfer->watch(transfer->owner, buffer_view(&transfer->answer));
	return transfer->too_large || transfer->stopped || transfer->answer.status ? 0 : piece.bytes;
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
	buffer_init(&transfer->body, SIZE_MAX / 2);
	buffer_init(&transfer->answer, SIZE_MAX / 2);
	http->transfers[http->transfer_count++] = transfer;
	return transfer;
}

static bool add_header(struct transfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);
	if (longer)
		transfer->headers = longer;
	return longer != NULL;
}

static bool is_loopback(const char *url)
{
	static const char *const hosts[] = { "://127.", "://localhost", "://[::1]" };
	for (size_t i = 0; i < COUNT_OF(hosts); i++)
		if (strstr(url, hosts[i]))
			return true;
	return false;
}

static long milliseconds(uint64_t ns)
{
	return ns ? (long)((ns + 999999) / 1000000) : 0;
}

/* What stays from one request to the next of the same kind, so that most requests set nothing but their body and their times. */
static bool set_address(struct transfer *transfer, const struct http_request *request)
{
	CURL *easy = transfer->easy;
	char bearer[HEADER_BYTES_MAX];
	bool posts = request->body.bytes > 0, fine = add_header(transfer, "Expect:");

	if (posts)
		fine &= add_header(transfer, "Content-Type: application/json");
	if (request->bearer && request->bearer[0]) {
		int bytes = snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", request->bearer);
		fine &= bytes < (int)sizeof(bearer) && add_header(transfer, bearer);
		explicit_bzero(bearer, sizeof(bearer));
	}
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "docring/" DOCRING_VERSION);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer->http);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->http);
	if (is_loopback(request->url))
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	transfer->url = curl_url();
	if (transfer->url && curl_url_set(transfer->url, CURLUPART_URL, request->url, 0) == CURLUE_OK)
		curl_easy_setopt(easy, CURLOPT_CURLU, transfer->url);
	return fine && transfer->url && curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK; /* the text is for messages */
}

static void forget_address(struct transfer *transfer)
{
	curl_easy_reset(transfer->easy); /* keeps its connection, in the multi handle */
	curl_slist_free_all(transfer->headers);
	curl_url_cleanup(transfer->url);
	transfer->headers = NULL;
	transfer->url = NULL;
	transfer->address = 0;
	transfer->connect_ms = transfer->timeout_ms = -1;
}

/* Never 0. */
static uint64_t address_of(const struct http_request *request)
{
	const char *bearer = request->bearer ? request->bearer : "";
	uint64_t hash = XXH3_64bits(request->url, strlen(request->url)) ^ XXH3_64bits_withSeed(bearer, strlen(bearer), 1 + (request->body.bytes > 0));
	return hash ? hash : 1;
}

static void set_milliseconds(CURL *easy, CURLoption option, long value, long *told)
{
	if (value != *told)
		curl_easy_setopt(easy, option, value);
	*told = value;
}

static bool set_options(struct transfer *transfer, const struct http_request *request)
{
	CURL *easy = transfer->easy;
	uint64_t address = address_of(request);

	if (transfer->address != address) {
		forget_address(transfer);
		if (!set_address(transfer, request))
			return false;
		transfer->address = address;
	}
	set_milliseconds(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request->connect_timeout_ns), &transfer->connect_ms);
	set_milliseconds(easy, CURLOPT_TIMEOUT_MS, milliseconds(request->timeout_ns), &transfer->timeout_ms);
	if (request->body.bytes > 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.bytes);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.data);
	}
	return true;
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
	if (running < (int)http->under_way)
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
	take_request_body(transfer, request);
	if (transfer->body.status || !set_options(transfer, request) || curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK) {
		release_transfer(transfer);
		return -ENOMEM;
	}
	http->under_way++;
	http->with_silence += transfer->silence_ns > 0;
	*ret_handle = (uint64_t)transfer->life << 32 | transfer->index;
	begin_now(http);
	return 0;
}

/* --- the end of a transfer ------------------------------------------------------------------------------------------ */

static enum http_outcome outcome_of(const struct transfer *transfer, CURLcode code)
{
	switch (code) {
	case CURLE_OK: return HTTP_ANSWERED;
	case CURLE_WRITE_ERROR: return transfer->too_large ? HTTP_TOO_LARGE : transfer->stopped ? HTTP_STOPPED : HTTP_OUT_OF_MEMORY;
	case CURLE_OUT_OF_MEMORY: return HTTP_OUT_OF_MEMORY;
	case CURLE_OPERATION_TIMEDOUT: return HTTP_TIMED_OUT;
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
	const char *url = "";
	curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
	const char *what = otherwise ? otherwise : transfer->message[0] ? transfer->message : curl_easy_strerror(code);
	snprintf(response->message, sizeof(response->message), "%.90s: %.100s", url ? url : "", what);
}

static void finish(struct transfer *transfer, enum http_outcome outcome, CURLcode code, const char *what)
{
	struct http *http = transfer->http;
	struct http_response response = { .outcome = outcome, .retry_after_s = -1, .first_byte_ns = transfer->first_byte_ns };
	struct curl_header *header;
	struct timespec now;

	response.duration_ns = clock_monotonic_ns() - transfer->started_ns;
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response.status);
	bool good = response.status >= 200 && response.status < 300;
	if (!good && curl_easy_header(transfer->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
		clock_gettime(CLOCK_REALTIME, &now);
		response.retry_after_s = http_retry_after(text_from(header->value), (double)now.tv_sec);
	}
	if (outcome != HTTP_ANSWERED)
		describe(transfer, code, what, &response);
	response.body = buffer_view(&transfer->answer);
	curl_multi_remove_handle(http->multi, transfer->easy);
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
		finish(http->transfers[index], HTTP_CANCELLED, CURLE_OK, "cancelled");
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
		finish(transfer, outcome, code, outcome == HTTP_TOO_LARGE ? "the answer is larger than allowed" : NULL);
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
			finish(transfer, HTTP_TIMED_OUT, CURLE_OPERATION_TIMEDOUT, "nothing more came");
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
	http->timer_ns = UINT64_MAX;
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
			finish(http->transfers[i], HTTP_CANCELLED, CURLE_OK, "cancelled");
	for (uint32_t i = 0; i < http->transfer_count; i++) {
		curl_easy_cleanup(http->transfers[i]->easy);
		curl_slist_free_all(http->transfers[i]->headers);
		curl_url_cleanup(http->transfers[i]->url);
		buffer_done(&http->transfers[i]->body);
		buffer_done(&http->transfers[i]->answer);
		free(http->transfers[i]);
	}
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
uint32_t http_under_way(const struct http *http) { return http->under_way; }

uint64_t http_next_ns(const struct http *http)
{
	uint64_t silence_ns = http->with_silence ? http->silence_ns : UINT64_MAX;
	return http->timer_ns < silence_ns ? http->timer_ns : silence_ns;
}

int http_step(struct http *http)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int count, running;

	do {
		count = epoll_wait(http->epoll, events, EVENTS_AT_ONCE, 0);
		for (int i = 0; i < count; i++) {
			struct socket_state *state = state_of(http, events[i].data.fd);
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
	return http->status;
}
