#include "tests/unit/fake_server.h"

#include "base/buffer.h"
#include "base/check.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 32, LINE_BYTES = 512, ANSWER_BYTES_MAX = 16 << 20, EXIT_SCRIPTED = 75 };

/* …/tests/test_x → …/bin/fake-model-server */
static void find_program(char path[512])
{
	ssize_t bytes = readlink("/proc/self/exe", path, 400);

	assert_true(bytes > 0 && bytes < 400);
	path[bytes] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(path, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	strncat(path, "/bin/fake-model-server", 64);
	if (access(path, X_OK) != 0)
		fail_msg("%s is missing: make test-tools", path);
}

void fake_server_start(struct fake_server *server, const char *options)
{
	char path[512], words[1024], line[LINE_BYTES] = "", *arguments[ARGUMENTS_MAX + 2] = { path, words }, *rest = NULL;
	int out[2];
	size_t count = 1, bytes = 0;

	*server = (struct fake_server){ .pid = 0 };
	find_program(path);
	snprintf(words, sizeof(words), "--die-with-parent %s", options ? options : "");
	for (char *word = strtok_r(words, " ", &rest); word && count < ARGUMENTS_MAX; word = strtok_r(NULL, " ", &rest))
		arguments[count++] = word;
	arguments[count] = NULL;
	assert_int_equal(pipe(out), 0);
	server->pid = fork();
	assert_true(server->pid >= 0);
	if (server->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execv(path, arguments);
		_exit(127);
	}
	close(out[1]);
	for (ssize_t got; bytes + 1 < sizeof(line) && !strchr(line, '\n') && (got = read(out[0], line + bytes, sizeof(line) - 1 - bytes)) > 0;)
		bytes += (size_t)got;
	close(out[0]);
	if (sscanf(line, "{\"port\": %d", &server->port) != 1)
		fail_msg("the fake server did not start with: %s", options ? options : "");
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", server->port);
	snprintf(server->api, sizeof(server->api), "http://127.0.0.1:%d/v1", server->port);
}

/* Sends a whole request and reads the answer to its end; its body, for free(). The status has to be 200. */
static char *exchange(const struct fake_server *server, const char *request, size_t bytes)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct buffer answer;
	ssize_t got = 1;

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, request, bytes, MSG_NOSIGNAL), bytes);
	buffer_init(&answer, ANSWER_BYTES_MAX);
	while (got > 0) {
		char *to = buffer_reserve(&answer, 65536);
		assert_non_null(to);
		got = recv(fd, to, 65536, 0);
		if (got > 0)
			buffer_commit(&answer, (size_t)got);
	}
	close(fd);
	const char *body = strstr(buffer_string(&answer), "\r\n\r\n");
	if (!body || strncmp(answer.data, "HTTP/1.1 200", 12) != 0)
		fail_msg("the fake server said: %s", buffer_string(&answer));
	char *copy = strdup(body + 4);
	buffer_done(&answer);
	assert_non_null(copy);
	return copy;
}

char *fake_server_get(const struct fake_server *server, const char *path)
{
	char request[512];
	int bytes = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nConnection: close\r\n\r\n", path);

	assert_true(bytes > 0 && bytes < (int)sizeof(request));
	return exchange(server, request, (size_t)bytes);
}

void fake_server_script(const struct fake_server *server, const char *spec)
{
	char request[2048];
	int length = spec ? (int)strlen(spec) + 14 : 2;
	int bytes = snprintf(request, sizeof(request),
			     spec ? "POST /fake/script HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n{\"script\": \"%s\"}"
				  : "POST /fake/script HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n{}",
			     length, spec);

	assert_true(bytes > 0 && bytes < (int)sizeof(request));
	free(exchange(server, request, (size_t)bytes));
}

void fake_server_stop(struct fake_server *server)
{
	int status = 0;

	if (server->pid == 0)
		return;
	kill(server->pid, SIGTERM);
	assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
	server->pid = 0;
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != EXIT_SCRIPTED))
		fail_msg("the fake server ended with status %#x", (unsigned)status);
}
