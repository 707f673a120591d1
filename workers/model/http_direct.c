/* http_direct.c: requests over plain http without a proxy, which is what model servers at hand speak. curl makes the connection (names, addresses, limits of
 * time, what went wrong); then it is taken over, and a request is one sendmsg, its answer usually one recv. A request through curl costs three times as
 * much where every call finds the caches cold (docs/decisions/model-calls.md). See http_private.h. */
#define _GNU_SOURCE
#include "workers/model/http_private.h"

#include "base/clock.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xxhash.h>

/* --- routes --------------------------------------------------------------------------------------------------------- */

bool http_is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* As curl has it; NO_PROXY is its to read. */
static bool may_need_proxy(const char *host)
{
	static const char *const names[] = { "http_proxy", "all_proxy", "ALL_PROXY" };

	for (size_t i = 0; i < COUNT_OF(names) && !http_is_loopback(host); i++)
		if (getenv(names[i]) && getenv(names[i])[0])
			return true;
	return false;
}

/* The parts of a URL, each freed with curl_free. */
struct address { char *scheme, *user, *password, *host, *port, *port_told, *path, *query; };

static bool part_address(const char *url, struct address *address)
{
	CURLU *parts = curl_url();
	bool fine = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK;
	struct { CURLUPart part; unsigned flags; char **text; } wanted[] = {
		{ CURLUPART_SCHEME, 0, &address->scheme }, { CURLUPART_USER, 0, &address->user }, { CURLUPART_PASSWORD, 0, &address->password },
		{ CURLUPART_HOST, 0, &address->host }, { CURLUPART_PORT, CURLU_DEFAULT_PORT, &address->port }, { CURLUPART_PORT, 0, &address->port_told },
		{ CURLUPART_PATH, 0, &address->path }, { CURLUPART_QUERY, 0, &address->query },
	};

	for (size_t i = 0; fine && i < COUNT_OF(wanted); i++)
		(void)curl_url_get(parts, wanted[i].part, wanted[i].text, wanted[i].flags); /* NULL: it has none */
	curl_url_cleanup(parts);
	return fine && address->scheme && address->host && address->port && address->path;
}

static void forget_address(struct address *address)
{
	char *parts[] = { address->scheme, address->user, address->password, address->host, address->port, address->port_told, address->path, address->query };
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		curl_free(parts[i]);
}

bool http_may_use_proxy(const char *url)
{
	static const char *const secure_names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
	struct address address = { 0 };
	bool may = false;

	if (part_address(url, &address)) {
		const char *without = getenv("no_proxy") ? getenv("no_proxy") : getenv("NO_PROXY");
		bool secure = strcmp(address.scheme, "https") == 0;
		for (size_t i = 0; secure && i < COUNT_OF(secure_names); i++)
			may |= getenv(secure_names[i]) && getenv(secure_names[i])[0];
		may |= !secure && may_need_proxy(address.host);
		may = may && !http_is_loopback(address.host) && !(without && (strstr(without, address.host) || strcmp(without, "*") == 0));
	}
	forget_address(&address);
	return may;
}

static void write_head(const struct address *address, const struct http_request *request, struct buffer *out)
{
	bool posts = request->body.bytes > 0;

	buffer_append_format(out, "%s %s%s%s HTTP/1.1\r\nHost: %s%s%s\r\nUser-Agent: docring/" DOCRING_VERSION "\r\nAccept: */*\r\n", posts ? "POST" : "GET",
			     address->path, address->query ? "?" : "", address->query ? address->query : "", address->host, address->port_told ? ":" : "",
			     address->port_told ? address->port_told : "");
	if (request->bearer && request->bearer[0])
		buffer_append_format(out, "Authorization: Bearer %s\r\n", request->bearer);
	if (posts)
		buffer_append_string(out, "Content-Type: application/json\r\nContent-Length: ");
}

/* A key with a line break would be a header of its own: curl refuses or mends it. */
static bool is_plain(const char *bearer)
{
	return !bearer || !bearer[strcspn(bearer, "\r\n")];
}

static void fill_route(struct http_route *route, const struct http_request *request, uint64_t address_hash)
{
	struct address address = { 0 };

	*route = (struct http_route){ .address = address_hash };
	buffer_init(&route->url, SIZE_MAX / 4);
	buffer_init(&route->head, HTTP_HEAD_BYTES_MAX);
	if (is_plain(request->bearer) && part_address(request->url, &address) && strcmp(address.scheme, "http") == 0 && !address.user && !address.password &&
	    !may_need_proxy(address.host)) {
		buffer_append_string(&route->url, request->url);
		write_head(&address, request, &route->head);
		route->origin = XXH3_64bits_withSeed(address.host, strlen(address.host), XXH3_64bits(address.port, strlen(address.port)));
		route->direct = !route->url.status && !route->head.status;
	}
	forget_address(&address);
}

const struct http_route *http_route_for(struct http *http, const struct http_request *request, uint64_t address)
{
	for (size_t i = 0; i < HTTP_ROUTES_MAX; i++) {
		struct http_route *route = &http->routes[i];
		if (route->address == 0)
			fill_route(route, request, address);
		if (route->address == address)
			return route->direct ? route : NULL;
	}
	return NULL;
}

/* --- connections ---------------------------------------------------------------------------------------------------- */

static int take_idle(struct http *http, uint64_t origin)
{
	for (int *at = &http->idle; *at >= 0; at = &http->sockets[*at].next_idle) {
		int found = *at;
		if (http->sockets[found].route->origin != origin)
			continue;
		*at = http->sockets[found].next_idle;
		return found;
	}
	return -1;
}

static void leave_idle(struct http *http, int socket)
{
	for (int *at = &http->idle; *at >= 0; at = &http->sockets[*at].next_idle)
		if (*at == socket) {
			*at = http->sockets[socket].next_idle;
			return;
		}
}

/* Out of the epoll set with that. */
static void close_connection(struct http *http, int socket)
{
	http->sockets[socket] = (struct socket_state){ .ours = false };
	close(socket);
}

void http_direct_release(struct transfer *transfer)
{
	struct http *http = transfer->http;
	int socket = transfer->socket;

	if (socket < 0)
		return;
	struct socket_state *state = &http->sockets[socket];
	bool whole = transfer->reader.state == HTTP_READ_WHOLE && transfer->sent_bytes == transfer->head.bytes + transfer->body.bytes;
	transfer->socket = -1;
	state->transfer = NULL;
	if (!whole || !transfer->reader.keeps) {
		close_connection(http, socket);
		return;
	}
	state->next_idle = http->idle;
	http->idle = socket;
}

void http_direct_done(struct http *http)
{
	while (http->idle >= 0) {
		int socket = http->idle;
		http->idle = http->sockets[socket].next_idle;
		close_connection(http, socket);
	}
	for (size_t i = 0; i < HTTP_ROUTES_MAX && http->routes[i].address; i++) {
		buffer_done(&http->routes[i].url);
		buffer_done(&http->routes[i].head);
	}
}

/* --- a request ------------------------------------------------------------------------------------------------------ */

#define STALE_NS 1000000000ull /* a connection that was closed before shows it sooner */

/* The connection had been kept, and the server has closed it meanwhile, or restarted: that is no failure of the request. False: it is one. A server that
 * ends it later was at work on the request and died of it, perhaps: whether it is to be sent once more is not decided here. */
static bool connect_again(struct transfer *transfer)
{
	bool at_work = transfer->sent_bytes == transfer->head.bytes + transfer->body.bytes && clock_monotonic_ns() - transfer->started_ns >= STALE_NS;

	if (!transfer->again || transfer->got_bytes || at_work)
		return false;
	http_direct_release(transfer);
	if (!http_connect(transfer))
		http_finish(transfer, HTTP_OUT_OF_MEMORY, CURLE_OUT_OF_MEMORY, NULL);
	return true;
}

/* As much as goes. 0, or a negative errno. */
static int send_some(struct transfer *transfer)
{
	struct text parts[] = { buffer_view(&transfer->head), buffer_view(&transfer->body) };
	struct iovec pieces[COUNT_OF(parts)];
	struct msghdr message = { .msg_iov = pieces };
	struct socket_state *state = &transfer->http->sockets[transfer->socket];
	size_t skip = transfer->sent_bytes, left = 0;

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct text rest = text_slice(parts[i], size_min(skip, parts[i].bytes), parts[i].bytes);
		skip -= parts[i].bytes - rest.bytes;
		left += rest.bytes;
		if (rest.bytes)
			pieces[message.msg_iovlen++] = (struct iovec){ .iov_base = (char *)(uintptr_t)rest.data, .iov_len = rest.bytes };
	}
	ssize_t sent = left ? sendmsg(transfer->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	transfer->sent_bytes += sent > 0 ? (size_t)sent : 0;
	bool all = sent == (ssize_t)left;
	http_watch_socket(transfer->http, transfer->socket, state, EPOLLIN | (all ? 0 : (uint32_t)EPOLLOUT));
	return 0;
}

/* A deadline that the request brought. */
static void note_end(struct transfer *transfer)
{
	transfer->end_ns = transfer->timeout_ns ? transfer->started_ns + transfer->timeout_ns : 0;
	if (transfer->end_ns && transfer->end_ns < transfer->http->end_ns)
		transfer->http->end_ns = transfer->end_ns;
}

static int begin(struct transfer *transfer, int socket, bool again)
{
	struct socket_state *state = &transfer->http->sockets[socket];
	char length[NUMBER_BYTES_MAX];

	state->transfer = transfer;
	state->route = transfer->route;
	transfer->socket = socket;
	transfer->again = again;
	transfer->sent_bytes = transfer->got_bytes = 0;
	http_reader_begin(&transfer->reader);
	buffer_clear(&transfer->head);
	buffer_append_text(&transfer->head, buffer_view(&transfer->route->head));
	if (transfer->body.bytes) {
		buffer_append(&transfer->head, length, number_write_unsigned(transfer->body.bytes, length));
		buffer_append_string(&transfer->head, "\r\n");
	}
	buffer_append_string(&transfer->head, "\r\n");
	note_end(transfer);
	return transfer->head.status ? transfer->head.status : send_some(transfer);
}

bool http_direct_start(struct transfer *transfer)
{
	struct http *http = transfer->http;
	int socket;

	while ((socket = take_idle(http, transfer->route->origin)) >= 0) {
		if (begin(transfer, socket, true) == 0)
			return true;
		http_direct_release(transfer); /* closed: not all of it is sent */
	}
	return false;
}

static void fail(struct transfer *transfer, int status)
{
	char what[100];

	snprintf(what, sizeof(what), "Connection failure: %s", strerror(-status));
	http_finish(transfer, status == -ENOMEM ? HTTP_OUT_OF_MEMORY : HTTP_BROKEN, CURLE_OK, what);
}

void http_direct_connected(struct transfer *transfer)
{
	struct http *http = transfer->http;
	curl_socket_t socket = CURL_SOCKET_BAD;
	struct socket_state *state = curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket != CURL_SOCKET_BAD ?
				     http_state_of(http, socket) : NULL;

	if (!state) {
		http_finish(transfer, HTTP_REFUSED, CURLE_COULDNT_CONNECT, "there is no connection");
		return;
	}
	state->direct = true;
	http_leave_curl(transfer); /* which closes it, as curl sees it */
	int status = begin(transfer, socket, false);
	if (status < 0)
		fail(transfer, status);
}

static bool take_piece(void *context, struct text piece)
{
	return http_take_body(context, piece);
}

/* In curl's words, where it has some: people look for them. */
static void describe_end(const struct http_reader *reader, char *what, size_t bytes)
{
	if (reader->state == HTTP_READ_SIZED)
		snprintf(what, bytes, "transfer closed with %llu bytes remaining to read", (unsigned long long)reader->left_bytes);
	else
		snprintf(what, bytes, "transfer closed %s", reader->state <= HTTP_READ_HEADER ? "within the head of the answer" : "with outstanding read data remaining");
}

static void end_of_stream(struct transfer *transfer)
{
	char what[100];

	if (http_reader_ends(&transfer->reader)) {
		http_finish(transfer, HTTP_ANSWERED, CURLE_OK, NULL);
	} else if (transfer->got_bytes == 0) {
		if (!connect_again(transfer))
			http_finish(transfer, HTTP_BROKEN, CURLE_OK, "Empty reply from server");
	} else {
		describe_end(&transfer->reader, what, sizeof(what));
		http_finish(transfer, HTTP_BROKEN, CURLE_OK, what);
	}
}

static void read_piece(struct transfer *transfer, struct text bytes)
{
	const char *wrong = "";
	int status = http_reader_read(&transfer->reader, &bytes, take_piece, transfer, &wrong);

	if (status == 1 && bytes.bytes)
		transfer->reader.keeps = false; /* what follows was not asked for */
	if (status == 1)
		http_finish(transfer, HTTP_ANSWERED, CURLE_OK, NULL);
	else if (status == -ECANCELED)
		http_finish(transfer, transfer->too_large ? HTTP_TOO_LARGE : transfer->stopped ? HTTP_STOPPED : HTTP_OUT_OF_MEMORY, CURLE_WRITE_ERROR,
			    transfer->too_large ? "the answer is larger than allowed" : NULL);
	else if (status < 0)
		http_finish(transfer, status == ERROR_INPUT_REJECTED ? HTTP_INVALID : status == -ENOMEM ? HTTP_OUT_OF_MEMORY : HTTP_BROKEN, CURLE_OK, wrong);
}

static void receive(struct transfer *transfer)
{
	char *piece = transfer->http->piece;
	ssize_t bytes = recv(transfer->socket, piece, HTTP_PIECE_BYTES, MSG_DONTWAIT);

	if (bytes > 0) {
		transfer->got_bytes += (size_t)bytes;
		read_piece(transfer, (struct text){ piece, (size_t)bytes });
	} else if (bytes == 0) {
		end_of_stream(transfer);
	} else if (errno != EAGAIN && errno != EINTR) {
		int status = -errno;
		if (!connect_again(transfer))
			fail(transfer, status);
	}
}

void http_direct_event(struct http *http, int socket, uint32_t events)
{
	struct transfer *transfer = http->sockets[socket].transfer;

	if (!transfer) { /* closed by the server, or it says something unasked */
		leave_idle(http, socket);
		close_connection(http, socket);
		return;
	}
	/* What came is read first: a server may refuse a request before it has read all of it. */
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		receive(transfer);
		return;
	}
	int status = send_some(transfer);
	if (status < 0 && !connect_again(transfer))
		fail(transfer, status);
}

/* --- deadlines ------------------------------------------------------------------------------------------------------ */

void http_direct_end_late(struct http *http, uint64_t now_ns)
{
	char what[120];

	if (now_ns < http->end_ns)
		return;
	http->end_ns = UINT64_MAX;
	for (uint32_t i = 0; i < http->transfer_count; i++) {
		struct transfer *transfer = http->transfers[i];
		if (!(transfer->life & 1) || transfer->socket < 0 || !transfer->end_ns)
			continue;
		if (now_ns >= transfer->end_ns) {
			snprintf(what, sizeof(what), "Operation timed out after %llu milliseconds with %zu bytes received",
				 (unsigned long long)((now_ns - transfer->started_ns) / 1000000), transfer->got_bytes);
			http_finish(transfer, HTTP_TIMED_OUT, CURLE_OPERATION_TIMEDOUT, what);
		} else if (transfer->end_ns < http->end_ns) {
			http->end_ns = transfer->end_ns;
		}
	}
}
