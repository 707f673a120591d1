/* descriptor.h: what is handed over instead of bytes: where the input lies, where the output may go, and whose task it is.
 *
 * 56 bytes, so that with a sequence word it fills one 64-byte slot. Over ZeroMQ its fields travel in a msgpack map
 * (proto/message.h). A descriptor gives no right by itself: the receiver checks every offset against what it has mapped,
 * and the coordinator checks what comes back against its private lease table. */
#ifndef DOCRING_IPC_DESCRIPTOR_H
#define DOCRING_IPC_DESCRIPTOR_H

#include <stdint.h>

enum descriptor_kind {
	DESCRIPTOR_EXPAND = 1,     /* input: an archive; output: a members block; argument: cursor */
	DESCRIPTOR_PREPROCESS = 2, /* input: struct input; output: a document block */
	DESCRIPTOR_GENERATE = 3,   /* input: a document block; output: a conversation block */
};

enum descriptor_status { /* of a result; a task has 0 or DESCRIPTOR_LARGEST */
	DESCRIPTOR_DONE = 1,         /* out_bytes says how much of the extent is used: the rest is trimmed; argument, of a generate task: what it lacks */
	DESCRIPTOR_NEEDS_SPACE = 2,  /* out_bytes says how large the extent must be; nothing was written */
	DESCRIPTOR_INPUT_DAMAGED = 3, /* the input's checksum or layout is wrong: a bug or bad memory, not a bad document */
	DESCRIPTOR_GAVE_UP = 4,       /* the worker could not do it (out of memory): counts as an attempt */
	DESCRIPTOR_LARGEST = 5,       /* of an expand or preprocess task: larger extents cannot be had; what does not fit (a member, images) is left out */
	DESCRIPTOR_NEXT_MODEL = 6,    /* of a generate task: another model is to go on; argument: enum descriptor_next */
	DESCRIPTOR_INPUT_CUT = 7,     /* the input's file did not stay as long as it was: out_bytes says how long it is now; as long and more:
				       * its disk could not be read */
};

enum descriptor_next { /* why another model is to go on with a document: docs/decisions/model-calls.md */
	DESCRIPTOR_NEXT_UNUSABLE = 1, /* this model's replies were of no use for some of its calls */
	DESCRIPTOR_NEXT_DOWN = 2,     /* the server is away; not counted as a try */
	DESCRIPTOR_NEXT_JUDGE = 3,    /* pairs are there; the judging model is to look at them */
	DESCRIPTOR_NEXT_REFUSED = 4,  /* this server refused some of its calls */
	DESCRIPTOR_NEXT_MOVED = 5,    /* nothing was asked about it yet, and the coordinator wants it back (MESSAGE_GIVE_BACK) */
};

/* argument of a generate task: one bit for each model of the settings that was tried, and: */
#define DESCRIPTOR_GENERATE_MOVED (1u << 29) /* it was given back once: it stays where it is now */
#define DESCRIPTOR_GENERATE_JUDGE (1u << 30) /* judge the pairs that the record gives */
#define DESCRIPTOR_GENERATE_LAST (1u << 31)  /* no other model will come: finish with what the record and the rules give */

/* argument of a generate task that is done: what it lacks because a server did not do its part. */
#define DESCRIPTOR_LACKS_REPLIES (1u << 0)   /* too many replies, and they were of no use */
#define DESCRIPTOR_LACKS_REFUSED (1u << 1)   /* too many replies, and the server refused questions */
#define DESCRIPTOR_LACKS_MARKS (1u << 2)     /* the judge's, for what its server refused */
#define DESCRIPTOR_LACKS_SOME (1u << 4)      /* replies that the server refused, though not too many */
#define DESCRIPTOR_LACKS_VECTORS (1u << 3)   /* pairs are measured by the words they share: there was no server for embeddings */

struct descriptor {
	uint64_t task_id;
	uint32_t generation; /* of the lease; a result with another one is from an earlier life and is dropped */
	uint16_t kind;
	uint16_t status;
	uint16_t in_segment;  /* segment numbers as announced over the attach socket */
	uint16_t out_segment;
	uint32_t argument;
	union {
		uint64_t in_offset;
		uint64_t duration_ns; /* of a result in a lane: time in the handler; the coordinator knows where the input lies */
	};
	uint64_t in_bytes;
	uint64_t out_offset, out_bytes;
};

_Static_assert(sizeof(struct descriptor) == 56, "a descriptor and a sequence word fill one slot");

#endif
