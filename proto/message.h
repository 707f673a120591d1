/* message.h: the messages of a run, msgpack maps with short string keys; PROTOCOL.md lists them. Decoding trusts nothing:
 * sizes are capped, unknown keys are skipped, missing or mistyped ones are an error. */
#ifndef DOCRING_PROTO_MESSAGE_H
#define DOCRING_PROTO_MESSAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "ipc/descriptor.h"

#include <stdbool.h>

enum { MESSAGE_VERSION = 1, MESSAGE_BYTES_MAX = 1 << 20, MESSAGE_TEXT_BYTES = 128 };

enum message_type {
	MESSAGE_HELLO = 1,  /* worker: kind in name, pid, core */
	MESSAGE_TASK,       /* coordinator: descriptor */
	MESSAGE_RESULT,     /* worker: descriptor, duration_ns */
	MESSAGE_HEARTBEAT,  /* worker: tasks done */
	MESSAGE_STOP,       /* coordinator: finish what you hold, then end */
	MESSAGE_GOODBYE,    /* worker: it is about to end; it holds nothing */
	MESSAGE_REQUEST,    /* client: name = "status", "submit", "stop", "workers"; body = argument (text): PROTOCOL.md */
	MESSAGE_REPLY,      /* to a client: status 0 or a negative code; body = JSON text or the reason */
	MESSAGE_BELL,       /* coordinator, worker: there is something in your lane (ipc/lane.h): wake up */
	MESSAGE_PLACE,      /* coordinator: the worker was put on core (-1: anywhere); count = workers that share it, itself among them */
	MESSAGE_MODEL,      /* worker of a model: count = tasks it wants to hold, status = enum message_model_state; body = JSON object, how it fares */
	MESSAGE_GIVE_BACK,  /* coordinator, to a worker of a model: give back up to count tasks about which nothing was asked yet, but none whose argument has a bit of
			     * descriptor.argument; each as NEXT_MODEL, why: DESCRIPTOR_NEXT_MOVED */
	MESSAGE_SHARE,      /* coordinator, to a worker of a model: body = who else asks the same model of the same server: numbers, a blank behind each */
	MESSAGE_TYPE_COUNT
};

enum message_model_state {
	MESSAGE_MODEL_STARTING, /* the server is being looked at for the first time */
	MESSAGE_MODEL_UP,
	MESSAGE_MODEL_TRYING,   /* it seems to be back: one task to see */
	MESSAGE_MODEL_DOWN,     /* its breaker is open */
	MESSAGE_MODEL_UNUSABLE, /* reachable, but no use: no such model, wrong key */
	MESSAGE_MODEL_STATE_COUNT
};
enum { MESSAGE_MODEL_BODY_MAX = 8192, MESSAGE_MODEL_TASKS_MAX = 192 };

struct message {
	uint32_t type;
	char name[MESSAGE_TEXT_BYTES]; /* NUL-terminated */
	uint64_t worker;      /* its number */
	uint64_t pid;
	int64_t core;
	int64_t status;
	uint64_t count;       /* heartbeat: tasks done since the start; place: workers on the core */
	uint64_t duration_ns; /* result: time in the handler */
	struct descriptor descriptor;
	struct text body;     /* decoded: points into the received bytes */
};

/* Appends the encoded message. Only the fields that its type has are sent. */
int message_encode(const struct message *message, struct buffer *out) WARN_UNUSED;
/* ERROR_INPUT_REJECTED with what is wrong; ERROR_VERSION_MISMATCH. */
int message_decode(const void *data, size_t bytes, struct message *ret_message, struct error_text *error) WARN_UNUSED;

#endif
