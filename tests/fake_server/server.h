/* server.h: the fake model server: one thread, one epoll set, connections that carry out plans, slots that are busy while a model
 * works. Everything lives in one struct server.
 *
 * A request goes: connection.c reads it → service.c finds its route and the script's action → generating requests wait for a slot
 * (slots.c) → chat.c or embeddings.c make the answer → deliver.c makes a plan of it → connection.c carries it out → the slot is
 * free. Requests to /fake/ (control.c) take no slot and are not counted. */
#ifndef DOCRING_TESTS_FAKE_SERVER_SERVER_H
#define DOCRING_TESTS_FAKE_SERVER_SERVER_H

#include "tests/fake_server/model.h"
#include "tests/fake_server/plan.h"
#include "tests/fake_server/script.h"
#include "tests/fake_server/stats.h"
#include "tests/fake_server/timers.h"
#include "tests/fake_server/tokens.h"
#include "tests/fake_server/wire.h"

struct json_object;
struct personality;
struct server;

enum { SERVER_MODELS_MAX = 8, EXIT_SCRIPTED = 75 };
#define NS_PER_MS 1000000ull

enum latency_kind { LATENCY_ZERO, LATENCY_FIXED, LATENCY_MIXED, LATENCY_TOKENS };
struct latency {
	enum latency_kind kind;
	uint64_t low_ns, high_ns; /* FIXED: low; MIXED: both; TOKENS: low for each token written, a twentieth of it for each read */
	uint64_t seed;
};

struct server_options {
	const struct personality *personality;
	const char *models[SERVER_MODELS_MAX];
	uint32_t model_count;
	const char *embedding_model, *api_key; /* api_key NULL: none asked for */
	int port;
	uint32_t context_tokens, slot_count, dimensions, kept_requests, models_max;
	int64_t queue_max; /* -1: no limit */
	struct latency latency;
	uint64_t seed, loading_ms;
	bool thinking, prefix_cache, die_with_parent;
};

enum route { ROUTE_NONE, ROUTE_PAGE, ROUTE_CHAT, ROUTE_OLLAMA_CHAT, ROUTE_EMBEDDINGS, ROUTE_OLLAMA_EMBED, ROUTE_CONTROL };

enum connection_state {
	CONNECTION_READING,
	CONNECTION_QUEUED, /* waits for a slot */
	CONNECTION_READY,  /* has one; its answer is made in this round of the loop */
	CONNECTION_SENDING,
	CONNECTION_CLOSED, /* freed at the end of the round */
};

struct exchange { /* one request and its answer */
	struct wire_request request;   /* views into the connection's input */
	enum route route;
	struct json_object *root;      /* the body, for routes that read it */
	struct script *script;         /* keeps `action` */
	const struct script_action *action;
	int slot;                      /* -1: none */
	int status;
	uint64_t started_ns;
	uint64_t latency_ns, stream_ns; /* before the first byte; over the pieces of a stream */
	uint32_t prompt_tokens, completion_tokens, cached_tokens;
	uint64_t number;               /* of all generating requests */
	bool counted, generates;
};

struct connection {
	struct server *server;
	int fd;
	enum connection_state state;
	struct timer timer;
	struct buffer input;
	size_t taken_bytes; /* of input: the request being answered */
	struct plan plan;
	size_t step, sent;  /* how far the plan is carried out */
	uint64_t repeats;
	uint64_t requests;
	bool readable, keep_alive, announced_continue;
	struct exchange exchange;
	struct connection *previous, *next;     /* all connections */
	struct connection *queue_next;          /* of the slots' queue, the ready list or the graveyard */
};

struct slot {
	struct connection *holder;
	uint64_t busy_since_ns, busy_ns, requests, cached_tokens, used_at;
	struct token_chain chain; /* of the prompt it worked on last */
};

struct slots {
	struct slot *items;
	uint32_t count, busy;
	struct connection *queue_first, *queue_last;
	uint32_t queued;
	uint64_t turns;
};

struct server {
	struct server_options options;
	struct slots slots;
	struct stats stats;
	struct timers timers;
	struct timer reopen;
	struct script *script;
	struct model model;
	struct connection *connections, *ready_first, *ready_last, *graveyard;
	struct buffer prompt, content, thoughts, body, extra; /* scratch of one answer */
	struct token_chain chain;                             /* of the prompt at hand */
	uint64_t loading_until_ns, generated, started_ns;
	int epoll_fd, listen_fd, signal_fd;
	int port;
	bool stop;
};

/* --- server.c: the loop ------------------------------------------------------------------------------------------------------ */
int server_open(struct server *server, const struct server_options *options, struct script *script, struct error_text *error) WARN_UNUSED;
int server_run(struct server *server) WARN_UNUSED; /* until SIGTERM, SIGINT or the parent's death */
void server_close(struct server *server);
/* The scripted events: the listener closes for `ms`; with `reset_all` all connections are reset as well. */
void server_refuse(struct server *server, uint64_t ms, uint64_t loading_ms, bool reset_all);

/* --- connection.c ------------------------------------------------------------------------------------------------------------- */
int connection_open(struct server *server, int fd) WARN_UNUSED;
void connection_event(struct connection *connection, uint32_t events);
void connection_start(struct connection *connection); /* carries out its plan */
void connection_close(struct connection *connection, bool reset);
void connection_free(struct connection *connection); /* of the graveyard */

/* --- service.c ---------------------------------------------------------------------------------------------------------------- */
void service_request(struct connection *connection);  /* a whole request is there */
void service_granted(struct connection *connection);  /* it has its slot */
void service_finished(struct connection *connection, bool whole); /* its plan is carried out, or the client is gone */

/* --- slots.c ------------------------------------------------------------------------------------------------------------------ */
int slots_init(struct slots *slots, uint32_t count) WARN_UNUSED;
void slots_done(struct slots *slots);
/* False: the queue is full. Else the connection is ready or queued. */
bool slots_enter(struct server *server, struct connection *connection) WARN_UNUSED;
void slots_leave(struct server *server, struct connection *connection); /* gives the slot to the next, or takes it out of the queue */
/* The connection changes to the free slot that knows most of the prompt in server->chain. Returns the tokens that are cached there. */
uint32_t slots_choose(struct server *server, struct connection *connection);
void slots_forget(struct slots *slots); /* the prefix caches */

/* --- deliver.c: from an answer to a plan; all of them start it ------------------------------------------------------------------ */
void deliver(struct connection *connection, int status, const char *content_type, struct text body);
/* The personality's error object. */
void deliver_error(struct connection *connection, int status, const char *message);
/* Events: each ends at ends[i] of `body`. */
void deliver_stream(struct connection *connection, const char *content_type, struct text body, const size_t *ends, size_t count);
void deliver_error_body(const struct server *server, bool native, int status, const char *message, struct buffer *out);

/* --- the endpoints ------------------------------------------------------------------------------------------------------------- */
void chat_answer(struct connection *connection);
void embeddings_answer(struct connection *connection);
bool pages_answer(struct connection *connection); /* false: no such page */
void control_answer(struct connection *connection);
/* Is a model of this name served? Ollama takes names without ":latest"; llama.cpp and mlx take any name. */
/* llama.cpp with several models: it knows their names, and loads the others when they are asked for. */
bool server_is_router(const struct server *server);
bool server_has_model(const struct server *server, const char *name);

#endif
