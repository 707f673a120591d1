#define _GNU_SOURCE
#include "tests/fake_server/server.h"

#include "base/clock.h"
#include "base/error.h"
#include "tests/fake_server/personality.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, ACCEPTS_MAX = 256, BACKLOG = 4096, SCRATCH_BYTES_MAX = 64 << 20 };

static int open_listener(struct server *server, int port, struct error_text *error)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t bytes = sizeof(address);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &server->listen_fd };
	int one = 1;

	server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (server->listen_fd < 0)
		return error_set(error, -errno, "no socket");
	setsockopt(server->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(server->listen_fd, BACKLOG) < 0 ||
	    getsockname(server->listen_fd, (struct sockaddr *)&address, &bytes) < 0 ||
	    epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, server->listen_fd, &event) < 0)
		return error_set(error, -errno, "127.0.0.1:%d cannot be listened on: %s", port, error_describe(-errno));
	server->port = ntohs(address.sin_port);
	return 0;
}

static void reopen_fired(struct timer *timer)
{
	struct server *server = timer_owner(timer, struct server, reopen);

	if (open_listener(server, server->port, NULL) < 0) { /* somebody took the port meanwhile: try again soon */
		if (server->listen_fd >= 0)
			close(server->listen_fd);
		server->listen_fd = -1;
		if (timers_set(&server->timers, &server->reopen, clock_monotonic_ns() + 10 * NS_PER_MS) < 0)
			server->stop = true;
	}
}

void server_refuse(struct server *server, uint64_t ms, uint64_t loading_ms, bool reset_all)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (server->listen_fd >= 0)
		close(server->listen_fd);
	server->listen_fd = -1;
	if (loading_ms)
		server->loading_until_ns = now_ns + (ms + loading_ms) * NS_PER_MS;
	for (struct connection *at = reset_all ? server->connections : NULL, *next; at; at = next) {
		next = at->next;
		connection_close(at, true);
	}
	if (reset_all)
		slots_forget(&server->slots);
	if (timers_set(&server->timers, &server->reopen, now_ns + ms * NS_PER_MS) < 0)
		server->stop = true;
}

static int open_signals(struct server *server, struct error_text *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &server->signal_fd };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || (server->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0 ||
	    epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, server->signal_fd, &event) < 0)
		return error_set(error, -errno, "signals cannot be waited for");
	return 0;
}

int server_open(struct server *server, const struct server_options *options, struct script *script, struct error_text *error)
{
	struct rlimit limit;
	uint64_t now_ns = clock_monotonic_ns();
	int status;

	*server = (struct server){ .options = *options, .epoll_fd = -1, .listen_fd = -1, .signal_fd = -1, .reopen.fire = reopen_fired, .started_ns = now_ns };
	server->script = script_keep(script);
	server->loading_until_ns = options->loading_ms ? now_ns + options->loading_ms * NS_PER_MS : 0;
	timers_init(&server->timers);
	model_init(&server->model);
	struct buffer *scratch[] = { &server->prompt, &server->content, &server->thoughts, &server->body, &server->extra };
	for (size_t i = 0; i < COUNT_OF(scratch); i++)
		buffer_init(scratch[i], SCRATCH_BYTES_MAX);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if ((status = slots_init(&server->slots, options->slot_count)) < 0 || (status = stats_init(&server->stats, options->kept_requests, now_ns)) < 0)
		return error_set(error, status, "not enough memory");
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll_fd < 0)
		return error_set(error, -errno, "no epoll set");
	if ((status = open_signals(server, error)) < 0)
		return status;
	return open_listener(server, options->port, error);
}

static void accept_all(struct server *server)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		int fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		if (connection_open(server, fd) < 0)
			close(fd);
	}
}

static void bury(struct server *server)
{
	while (server->graveyard) {
		struct connection *connection = server->graveyard;
		server->graveyard = connection->next;
		connection_free(connection);
	}
}

/* Answers those that got a slot; who gets one meanwhile has to wait for the next round. */
static void run_ready(struct server *server)
{
	struct connection *last = server->ready_last, *connection;

	while (last && (connection = server->ready_first)) {
		server->ready_first = connection->queue_next;
		if (!server->ready_first)
			server->ready_last = NULL;
		bool was_last = connection == last;
		connection->state = CONNECTION_READING; /* no longer in the list */
		service_granted(connection);
		connection_event(connection, 0);
		if (was_last)
			return;
	}
}

static struct timespec wait_time(const struct server *server)
{
	uint64_t now_ns = clock_monotonic_ns(), due_ns = timers_next_ns(&server->timers);
	uint64_t wait_ns = server->ready_first || due_ns <= now_ns ? 0 : due_ns - now_ns;

	if (wait_ns > 3600000000000ull)
		wait_ns = 3600000000000ull;
	return (struct timespec){ .tv_sec = (time_t)(wait_ns / 1000000000), .tv_nsec = (long)(wait_ns % 1000000000) };
}

int server_run(struct server *server)
{
	struct epoll_event events[EVENTS_MAX];

	while (!server->stop) {
		struct timespec wait = wait_time(server);
		int count = epoll_pwait2(server->epoll_fd, events, EVENTS_MAX, &wait, NULL);
		if (count < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr == &server->listen_fd)
				accept_all(server);
			else if (events[i].data.ptr == &server->signal_fd)
				server->stop = true;
			else
				connection_event(events[i].data.ptr, events[i].events);
		}
		timers_fire(&server->timers, clock_monotonic_ns());
		run_ready(server);
		bury(server);
	}
	return 0;
}

void server_close(struct server *server)
{
	while (server->connections)
		connection_close(server->connections, false);
	bury(server);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	if (server->signal_fd >= 0)
		close(server->signal_fd);
	if (server->epoll_fd >= 0)
		close(server->epoll_fd);
	slots_done(&server->slots);
	stats_done(&server->stats);
	timers_done(&server->timers);
	model_done(&server->model);
	token_chain_done(&server->chain);
	script_release(server->script);
	buffer_done(&server->prompt);
	buffer_done(&server->content);
	buffer_done(&server->thoughts);
	buffer_done(&server->body);
	buffer_done(&server->extra);
}
