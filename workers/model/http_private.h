/* http_private.h: what http.c (requests by libcurl) and http_direct.c (requests over connections that are taken over from it) share. Private to
 * workers/model. */
#ifndef DOCRING_WORKERS_MODEL_HTTP_PRIVATE_H
#define DOCRING_WORKERS_MODEL_HTTP_PRIVATE_H

#include "workers/model/http.h"
#include "workers/model/http_reader.h"

#include <curl/curl.h>

struct http_route;

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
	bool at_curl;        /* among the handles of the multi handle */
	struct transfer *next_free;
	char message[CURL_ERROR_SIZE];

	const struct http_route *route; /* of a request that goes over a connection of ours; NULL: all of it is curl's */
	int socket;                     /* that connection; -1: curl makes one */
	bool again;                     /* the connection had been used before */
	uint64_t connect_ns, timeout_ns, end_ns; /* 0: none */
	struct buffer head;             /* of the request */
	size_t sent_bytes, got_bytes;
	struct http_reader reader;
};

/* A connection stays in the epoll set while it waits for its next request: to take it out and put it in again would cost two system calls for each. */
struct socket_state {
	bool ours;        /* opened and closed through us, so that we know whether the set still has it */
	bool wanted;      /* curl waits for it */
	uint32_t watched; /* epoll events in the set; 0: not in it */
	bool direct;      /* taken over from curl */
	const struct http_route *route;
	struct transfer *transfer; /* whose request is on it; NULL: it waits for one */
	int next_idle;
};

/* Where requests go. Those over http without a proxy need nothing of curl but a connection. */
struct http_route {
	uint64_t address;    /* hash of URL, key and kind of request; 0: an empty place */
	bool direct;         /* false: it needs more of curl than a connection */
	uint64_t origin;     /* hash of host and port: routes of one origin share connections */
	struct buffer url, head; /* head: up to the length of the body */
};
enum { HTTP_ROUTES_MAX = 8, HTTP_PIECE_BYTES = 64 << 10 };

struct http {
	CURLM *multi;
	int epoll;
	uint64_t timer_ns;   /* when curl wants to be called; UINT64_MAX: never */
	uint64_t silence_ns; /* next look at who is silent */
	uint32_t with_silence;
	struct transfer **transfers;
	uint32_t transfer_count, under_way, at_curl; /* at_curl: of those under way, whose requests or connections are curl's now */
	struct transfer *free_transfers;
	struct socket_state *sockets; /* by descriptor */
	size_t socket_count;
	int status; /* sticky: what went wrong in a callback */

	struct http_route routes[HTTP_ROUTES_MAX];
	uint32_t connections_max;
	int idle;            /* of the connections that were taken over the first that waits for a request, the one used last; -1: none */
	uint64_t end_ns;     /* no later than the first deadline of a request on one of them */
	char piece[HTTP_PIECE_BYTES]; /* what came last */
};

/* http.c. The transfer is none of curl's any more. */
void http_leave_curl(struct transfer *transfer);
/* NULL: out of memory. */
struct socket_state *http_state_of(struct http *http, int socket);
/* Has the epoll set look out for `events`. */
void http_watch_socket(struct http *http, int socket, struct socket_state *state, uint32_t events);
/* False: no more of the body is wanted. */
bool http_take_body(void *transfer, struct text piece);
/* The end of a transfer, told to its owner. `what` when curl does not say it. */
void http_finish(struct transfer *transfer, enum http_outcome outcome, CURLcode code, const char *what);
/* Has curl make a connection for the transfer. False: out of memory. */
bool http_connect(struct transfer *transfer);

curl_socket_t http_open_socket(void *http, curlsocktype purpose, struct curl_sockaddr *address);
int http_close_socket(void *http, curl_socket_t socket);
size_t http_take_data(char *data, size_t size, size_t count, void *transfer);

/* http_options.c. Which URL, with which key, and whether it is sent to or asked of. Never 0. */
uint64_t http_address_of(const struct http_request *request);
/* False: out of memory, or no URL. */
bool http_set_request(struct transfer *transfer, const struct http_request *request, uint64_t address);
bool http_set_connection(struct transfer *transfer);

/* http_direct.c */
/* A host that no proxy can reach for us. */
bool http_is_loopback(const char *host);
/* The route for such a request, or NULL when all of it is to be curl's. */
const struct http_route *http_route_for(struct http *http, const struct http_request *request, uint64_t address);
/* Puts the request on a connection that waits for one. False: there is none; http_connect makes one. */
bool http_direct_start(struct transfer *transfer);
/* curl has made the connection. */
void http_direct_connected(struct transfer *transfer);
void http_direct_event(struct http *http, int socket, uint32_t events);
/* Its connection, when a transfer is at its end: kept for others, or closed. */
void http_direct_release(struct transfer *transfer);
void http_direct_end_late(struct http *http, uint64_t now_ns);
void http_direct_done(struct http *http);

#endif
