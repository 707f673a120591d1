/* fake_server.h: the fake model server (tests/fake_server/README.md) for unit tests: started as a child on a free port of 127.0.0.1, ended
 * and waited for. It is found beside the test's own folder: build/…/bin/fake-model-server. Every failure here fails the test. */
#ifndef DOCRING_TESTS_UNIT_FAKE_SERVER_H
#define DOCRING_TESTS_UNIT_FAKE_SERVER_H

#include <sys/types.h>

struct fake_server {
	pid_t pid; /* 0: not running */
	int port;
	char url[64]; /* "http://127.0.0.1:PORT" */
	char api[64]; /* the same with /v1 */
};

/* `options`: the command line, divided by spaces ("--as ollama --slots 4 --script 429-first:to=2"). Returns when it is ready. */
void fake_server_start(struct fake_server *server, const char *options);

/* POST /fake/script: another behaviour from now on; NULL: a good one. */
void fake_server_script(const struct fake_server *server, const char *spec);

/* The body of GET `path` ("/fake/stats"), for free(). */
char *fake_server_get(const struct fake_server *server, const char *path);

/* Ends it; its exit status must be 0, or 75 after the script "exit". Nothing when it does not run. */
void fake_server_stop(struct fake_server *server);

#endif
