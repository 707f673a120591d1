/* bare_client.c: what the model client's cost is compared with: sockets that are connected beforehand, one send for a question, poll, recv until as many
 * bytes have come as Content-Length says. Nothing is written as JSON, read, checked or kept; only loopback, no errors survived.
 *
 *   bare-client PORT BODY CALLS slots N    so many connections, each with a question under way all the time
 *   bare-client PORT BODY CALLS rate N     a question N times a second, whatever becomes of the others
 *
 * BODY: the file with the bytes of a request's body. Prints {"calls", "seconds", "cpu_s"}. Exit code 3: something went wrong. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 16, ANSWER_BYTES_MAX = 64 << 10, BODY_BYTES_MAX = 16 << 20 };

struct connection {
	bool busy;
	size_t bytes;
	char answer[ANSWER_BYTES_MAX + 1];
};
struct bare {
	struct buffer request;
	struct pollfd sockets[CONNECTIONS_MAX];
	struct connection *connections;
	nfds_t count;
	uint64_t calls, asked, answered, period_ns, start_ns;
};

static void fail(const char *what)
{
	fprintf(stderr, "bare-client: %s\n", what);
	exit(3);
}

static void build_request(struct bare *bare, const char *path)
{
	struct error_text error = { "" };
	struct buffer body;

	buffer_init(&body, BODY_BYTES_MAX);
	buffer_init(&bare->request, 2 * BODY_BYTES_MAX);
	if (file_read(path, &body, &error) < 0)
		fail(error.message);
	buffer_append_format(&bare->request, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", body.bytes);
	buffer_append_text(&bare->request, buffer_view(&body));
	buffer_done(&body);
}

static void connect_all(struct bare *bare, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)), .sin_addr = { htonl(INADDR_LOOPBACK) } };

	bare->connections = calloc(bare->count, sizeof(*bare->connections));
	for (nfds_t i = 0; i < bare->count; i++) {
		bare->sockets[i] = (struct pollfd){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .events = POLLIN };
		if (!bare->connections || connect(bare->sockets[i].fd, (struct sockaddr *)&address, sizeof(address)) < 0)
			fail("cannot connect");
	}
}

static void ask(struct bare *bare)
{
	for (nfds_t i = 0; i < bare->count; i++) {
		if (bare->connections[i].busy)
			continue;
		if (send(bare->sockets[i].fd, bare->request.data, bare->request.bytes, MSG_NOSIGNAL) != (ssize_t)bare->request.bytes)
			fail("a request was not sent whole");
		bare->connections[i].busy = true;
		bare->connections[i].bytes = 0;
		bare->asked++;
		return;
	}
	fail("no connection is free: the server is slower than the rate");
}

static void hear(struct bare *bare, nfds_t index)
{
	struct connection *connection = &bare->connections[index];
	ssize_t bytes = recv(bare->sockets[index].fd, connection->answer + connection->bytes, ANSWER_BYTES_MAX - connection->bytes, 0);

	if (bytes <= 0)
		fail("a connection ended");
	connection->bytes += (size_t)bytes;
	connection->answer[connection->bytes] = '\0';
	const char *end = strstr(connection->answer, "\r\n\r\n"), *length = strcasestr(connection->answer, "Content-Length:");
	if (!end || !length)
		return;
	if (connection->bytes < (size_t)(end + 4 - connection->answer) + strtoul(length + strlen("Content-Length:"), NULL, 10))
		return;
	if (strncmp(connection->answer, "HTTP/1.1 200", 12) != 0)
		fail("an answer is not 200");
	connection->busy = false;
	bare->answered++;
}

static uint64_t next_ns(const struct bare *bare)
{
	if (bare->asked == bare->calls)
		return UINT64_MAX;
	if (bare->period_ns)
		return bare->start_ns + bare->asked * bare->period_ns;
	return bare->asked - bare->answered < bare->count ? 0 : UINT64_MAX;
}

static void run(struct bare *bare)
{
	while (bare->answered < bare->calls) {
		uint64_t now_ns = clock_monotonic_ns();
		while (next_ns(bare) <= now_ns)
			ask(bare);
		uint64_t until_ns = next_ns(bare);
		int ready = poll(bare->sockets, bare->count, until_ns == UINT64_MAX ? -1 : (int)((until_ns - now_ns) / 1000000) + 1);
		for (nfds_t i = 0; ready > 0 && i < bare->count; i++)
			if (bare->sockets[i].revents)
				hear(bare, i);
	}
}

int main(int count, char **arguments)
{
	static struct bare bare;

	if (count != 6) {
		fprintf(stderr, "usage: bare-client PORT BODY CALLS slots|rate N\n");
		return 2;
	}
	uint64_t number = strtoull(arguments[5], NULL, 10);
	bool rate = strcmp(arguments[4], "rate") == 0;
	if (number == 0 || (!rate && number > CONNECTIONS_MAX))
		fail("N is out of range");
	bare.calls = strtoull(arguments[3], NULL, 10);
	bare.count = rate ? CONNECTIONS_MAX : number;
	bare.period_ns = rate ? 1000000000 / number : 0;
	build_request(&bare, arguments[2]);
	connect_all(&bare, arguments[1]);
	uint64_t cpu_ns = clock_process_cpu_ns();
	bare.start_ns = clock_monotonic_ns();
	run(&bare);
	printf("{\"calls\": %llu, \"seconds\": %.6f, \"cpu_s\": %.6f}\n", (unsigned long long)bare.answered, (double)(clock_monotonic_ns() - bare.start_ns) / 1e9,
	       (double)(clock_process_cpu_ns() - cpu_ns) / 1e9);
	buffer_done(&bare.request);
	free(bare.connections);
	return 0;
}
