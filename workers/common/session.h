/* session.h: a worker's side of a run: the attach socket, the mapped segments, the bus. One thread; used by worker.c alone. */
#ifndef DOCRING_WORKERS_COMMON_SESSION_H
#define DOCRING_WORKERS_COMMON_SESSION_H

#include "base/buffer.h"
#include "ipc/channel.h"
#include "ipc/lane.h"
#include "ipc/segment.h"
#include "proto/message.h"

enum { SESSION_SEGMENTS_MAX = 4096, SESSION_FILES_MAX = 64 };

struct session_file { /* an input that came as a descriptor */
	uint64_t task_id;
	uint64_t bytes;
	int descriptor;
};

struct session {
	int attach_socket;
	struct channel *channel;
	struct lane lane;       /* not open: tasks and results go over the bus */
	int bell_in, bell_out;  /* eventfds, or -1: bells are messages */
	int server_bell;        /* of a worker of a model, or -1: eventfd of all who ask its server */
	uint32_t worker_number;
	struct segment segments[SESSION_SEGMENTS_MAX]; /* base NULL: not mapped */
	struct session_file files[SESSION_FILES_MAX];
	size_t file_count;
	char folder[4096]; /* of the run, or "" */
	struct buffer settings_text, domain_text; /* as the coordinator sent them */
};

/* Connects to the attach socket, says hello, waits for the welcome, pins the process, maps what it gets, joins the bus. */
int session_open(struct session *session, const char *attach_path, const char *kind, struct error_text *error) WARN_UNUSED;
void session_close(struct session *session);

/* Takes what waits on the attach socket. ERROR_PEER_GONE when the coordinator is. */
int session_drain_attach(struct session *session) WARN_UNUSED;

/* The mapped range, waiting for its segment to be announced if need be. NULL: there is no such range. */
uint8_t *session_range(struct session *session, uint16_t segment, uint64_t offset, uint64_t bytes);

/* A worker's cell (ipc/share.h), likewise. */
struct share_cell *session_cell(struct session *session, uint16_t segment);

/* Takes the descriptor sent for `task_id`, waiting for it. The caller closes it. */
int session_take_file(struct session *session, uint64_t task_id, uint64_t *ret_bytes) WARN_UNUSED;

/* Gives a result to the coordinator: into the lane when there is one, ringing its bell when it sleeps, else over the bus.
 * ERROR_PEER_GONE when it is gone. */
int session_send_result(struct session *session, const struct descriptor *result, uint64_t duration_ns) WARN_UNUSED;

/* The coordinator's process, or 0 when it cannot be known. */
int session_coordinator(const struct session *session);

/* Sends on the bus, waiting while the coordinator is slow to read. ERROR_PEER_GONE when it is gone. */
int session_send(struct session *session, const struct message *message) WARN_UNUSED;

#endif
