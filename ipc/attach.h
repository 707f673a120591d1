/* attach.h: the Unix socket (SOCK_SEQPACKET) over which descriptors pass: a worker connects, is known by its peer
 * credentials (same user only), gets the segments, and keeps the connection; its end of file is the sign that the other
 * side is gone. Messages are fixed structs with up to ATTACH_DESCRIPTORS_MAX descriptors (SCM_RIGHTS). */
#ifndef DOCRING_IPC_ATTACH_H
#define DOCRING_IPC_ATTACH_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

enum { ATTACH_VERSION = 3, ATTACH_DESCRIPTORS_MAX = 4, ATTACH_TEXT_BYTES = 200 };

enum attach_type {
	ATTACH_HELLO = 1, /* worker → coordinator: kind of worker in text, behind a blank the name of its model */
	ATTACH_WELCOME,   /* coordinator → worker: number = worker's number, core = where it is pinned (-1: anywhere), text = ZeroMQ
			   * endpoint; descriptors: settings (YAML, a sealed memfd), domain pack (the same), for a worker of a
			   * model also the run's folder (O_PATH) and its server's bell (eventfd, of all workers there) */
	ATTACH_SEGMENT,   /* number, bytes, writable; descriptor: the segment */
	ATTACH_FILE,      /* task_id, bytes; descriptor: the input file, read-only */
	ATTACH_REFUSED,   /* text: why; the worker ends with exit code 2 */
	ATTACH_LANES,     /* number: of the first segment; descriptors: the coordinator's side of the fast lane (read-only), the worker's side
			   * (writable), and with ipc.bell eventfd the worker's bell and the coordinator's */
};

struct attach_message {
	uint32_t version; /* ATTACH_VERSION */
	uint32_t type;
	uint64_t layout;  /* segment_layout() of the sender: both must agree */
	uint64_t task_id;
	uint64_t bytes;
	uint32_t number;
	int32_t core;
	uint32_t writable;
	uint32_t descriptor_count;
	char text[ATTACH_TEXT_BYTES]; /* NUL-terminated */
};

/* Socket at `path` (an old one is removed first), mode 0600. The descriptor is non-blocking, close-on-exec. */
int attach_listen(const char *path, struct error_text *error) WARN_UNUSED;
/* -EAGAIN when nobody waits; -EPERM for another user (the connection is closed). Sets the peer's pid. */
int attach_accept(int listener, pid_t *ret_pid, struct error_text *error) WARN_UNUSED;
int attach_connect(const char *path, struct error_text *error) WARN_UNUSED; /* blocking socket */

/* Fills in version, layout and descriptor_count. Never blocks on a full socket for the coordinator's sake: -EAGAIN. */
int attach_send(int socket, struct attach_message *message, const int *descriptors, unsigned count) WARN_UNUSED;
/* Waits up to timeout_ms (-1: for ever, 0: not at all). 1: a message; ERROR_PEER_GONE: end of file; -EAGAIN: timeout;
 * ERROR_VERSION_MISMATCH (also for another layout, but for ATTACH_REFUSED, whose text says why); ERROR_INPUT_REJECTED for what
 * is no message, whose descriptors are closed. Received descriptors are close-on-exec and the caller's, the rest are -1. */
int attach_receive(int socket, struct attach_message *ret_message, int ret_descriptors[ATTACH_DESCRIPTORS_MAX], int timeout_ms) WARN_UNUSED;

/* A sealed read-only memory file with `content`, or -errno. Those who get the descriptor share its position: read it with pread
 * (file_read_fd does). */
int attach_memory_file(const char *name, const void *content, size_t bytes) WARN_UNUSED;

#endif
