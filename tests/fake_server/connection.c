/* connection.c: one client: reads whole requests, carries out plans. Edge-triggered; every descriptor is in the epoll set once. */
#include "tests/fake_server/server.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 32 * 1024, BODY_BYTES_MAX = 256 << 20, INPUT_KEPT_BYTES = 1 << 20, WRITE_BYTES_MAX = 1 << 20 };

static void process(struct connection *connection);
static void advance(struct connection *connection);

static void timer_fired(struct timer *timer)
{
	struct connection *connection = timer_owner(timer, struct connection, timer);

	advance(connection);
	process(connection);
}

int connection_open(struct server *server, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection };
	int one = 1;

	if (!connection)
		return -ENOMEM;
	*connection = (struct connection){ .server = server, .fd = fd, .timer.fire = timer_fired, .exchange.slot = -1 };
	buffer_init(&connection->input, WIRE_HEAD_BYTES_MAX + BODY_BYTES_MAX);
	plan_init(&connection->plan);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		int status = -errno;
		free(connection);
		return status;
	}
	connection->next = server->connections;
	if (server->connections)
		server->connections->previous = connection;
	server->connections = connection;
	server->stats.connections_opened++;
	server->stats.connections_open++;
	return 0;
}

void connection_close(struct connection *connection, bool reset)
{
	struct server *server = connection->server;

	if (connection->state == CONNECTION_CLOSED)
		return;
	if (connection->state != CONNECTION_READING)
		service_finished(connection, false);
	if (reset) {
		struct linger linger = { .l_onoff = 1, .l_linger = 0 };
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	}
	timers_cancel(&server->timers, &connection->timer);
	close(connection->fd);
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connection->state = CONNECTION_CLOSED;
	connection->next = server->graveyard;
	server->graveyard = connection;
	server->stats.connections_open--;
}

void connection_free(struct connection *connection)
{
	buffer_done(&connection->input);
	plan_done(&connection->plan);
	free(connection);
}

/* --- sending ----------------------------------------------------------------------------------------------------------------- */

/* Sends of the present SEND step until it is done (1), the socket is full or a pause was set (0), or the client is gone (-1). */
static int send_step(struct connection *connection, const struct plan_step *step)
{
	while (connection->repeats < step->repeat) {
		size_t piece = step->piece_bytes ? step->piece_bytes : WRITE_BYTES_MAX;
		size_t bytes = size_min(piece, step->bytes - connection->sent);
		ssize_t sent = send(connection->fd, connection->plan.bytes.data + step->offset + connection->sent, bytes, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? 0 : -1;
		connection->sent += (size_t)sent;
		bool whole = connection->sent == step->bytes;
		if (whole) {
			connection->sent = 0;
			connection->repeats++;
		}
		if (step->wait_ns && (whole || step->piece_bytes) && connection->repeats < step->repeat)
			return timers_set(&connection->server->timers, &connection->timer, clock_monotonic_ns() + step->wait_ns) < 0 ? -1 : 0;
	}
	connection->repeats = 0;
	connection->step++;
	return 1;
}

/* The plan is through: the connection reads again, or ends. */
static void answer_done(struct connection *connection)
{
	size_t left = connection->input.bytes - connection->taken_bytes;

	service_finished(connection, true);
	connection->state = CONNECTION_READING;
	if (!connection->keep_alive) {
		connection_close(connection, false);
		return;
	}
	if (left)
		memmove(connection->input.data, connection->input.data + connection->taken_bytes, left);
	buffer_truncate(&connection->input, left);
	if (left == 0 && connection->input.capacity_bytes > INPUT_KEPT_BYTES)
		buffer_done(&connection->input);
	connection->announced_continue = false;
	connection->taken_bytes = 0;
}

static void advance(struct connection *connection)
{
	while (connection->state == CONNECTION_SENDING) {
		if (connection->step == connection->plan.count) {
			answer_done(connection);
			return;
		}
		const struct plan_step *step = &connection->plan.steps[connection->step];
		switch (step->kind) {
		case PLAN_SEND: {
			int status = send_step(connection, step);
			if (status < 0)
				connection_close(connection, false);
			if (status <= 0)
				return;
			break;
		}
		case PLAN_WAIT: {
			connection->step++;
			uint64_t due_ns = step->wait_ns == PLAN_FOREVER ? UINT64_MAX : clock_monotonic_ns() + step->wait_ns;
			if (timers_set(&connection->server->timers, &connection->timer, due_ns) < 0)
				connection_close(connection, true);
			return;
		}
		case PLAN_CLOSE:
		case PLAN_RESET:
			service_finished(connection, true);
			connection->state = CONNECTION_READING;
			connection_close(connection, step->kind == PLAN_RESET);
			return;
		}
	}
}

void connection_start(struct connection *connection)
{
	CHECK(connection->state != CONNECTION_SENDING && connection->state != CONNECTION_CLOSED);
	connection->state = CONNECTION_SENDING;
	connection->step = connection->sent = 0;
	connection->repeats = 0;
	if (connection->plan.failed || connection->plan.bytes.status)
		connection_close(connection, true);
	else
		advance(connection);
}

/* --- reading ----------------------------------------------------------------------------------------------------------------- */

/* False: nothing more now, or the connection is closed. */
static bool read_more(struct connection *connection, size_t wanted)
{
	size_t room = size_max(READ_BYTES, size_min(wanted, 4 << 20));
	char *to;
	ssize_t got;

	if (!connection->readable)
		return false;
	if (!(to = buffer_reserve(&connection->input, room))) {
		connection_close(connection, true);
		return false;
	}
	do {
		got = recv(connection->fd, to, room, 0);
	} while (got < 0 && errno == EINTR);
	if (got <= 0) {
		connection->readable = false;
		if (got == 0 || errno != EAGAIN)
			connection_close(connection, false);
		return false;
	}
	buffer_commit(&connection->input, (size_t)got);
	return true;
}

static void refuse_request(struct connection *connection, int status, const char *message)
{
	connection->keep_alive = false;
	connection->taken_bytes = connection->input.bytes;
	connection->exchange = (struct exchange){ .slot = -1, .started_ns = clock_monotonic_ns() };
	deliver_error(connection, status, message);
}

/* 1: a request was taken and given to the service; 0: more bytes are needed, *ret_wanted of them at least. */
static int take_request(struct connection *connection, size_t *ret_wanted)
{
	struct wire_request request;
	size_t head_bytes;
	int status = wire_parse_head(buffer_view(&connection->input), &request, &head_bytes);

	*ret_wanted = 1;
	if (status == -EAGAIN)
		return 0;
	if (status < 0) {
		refuse_request(connection, status == ERROR_LIMIT_HIT ? 431 : 400, "This is no HTTP request");
		return 1;
	}
	if (request.chunked || request.body_bytes > BODY_BYTES_MAX) {
		refuse_request(connection, request.chunked ? 411 : 413, request.chunked ? "Length required" : "Request body too large");
		return 1;
	}
	if (connection->input.bytes < head_bytes + request.body_bytes) {
		*ret_wanted = head_bytes + request.body_bytes - connection->input.bytes;
		if (request.expects_continue && !connection->announced_continue) {
			static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
			connection->announced_continue = send(connection->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL) > 0;
		}
		return 0;
	}
	request.body = text_slice(buffer_view(&connection->input), head_bytes, head_bytes + request.body_bytes);
	connection->taken_bytes = head_bytes + request.body_bytes;
	connection->keep_alive = request.keep_alive;
	connection->requests++;
	connection->exchange = (struct exchange){ .request = request, .slot = -1, .started_ns = clock_monotonic_ns() };
	service_request(connection);
	return 1;
}

static void process(struct connection *connection)
{
	size_t wanted;

	while (connection->state == CONNECTION_READING) {
		if (connection->input.bytes == 0 ? !read_more(connection, 1) : (!take_request(connection, &wanted) && !read_more(connection, wanted)))
			return;
	}
}

void connection_event(struct connection *connection, uint32_t events)
{
	if (connection->state == CONNECTION_CLOSED)
		return;
	if (events & EPOLLIN)
		connection->readable = true;
	if ((events & (EPOLLHUP | EPOLLERR)) || ((events & EPOLLRDHUP) && connection->state != CONNECTION_READING)) {
		connection_close(connection, false);
		return;
	}
	if ((events & EPOLLOUT) && connection->state == CONNECTION_SENDING && connection->timer.position == 0)
		advance(connection);
	process(connection);
}
