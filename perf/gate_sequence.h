/* gate_sequence.h: what the fact gate is asked in a run, recorded from a folder of documents: the passages in their order, each with the answers that are held against it
 * before the next one. Linked with --wrap for the two functions that ask. One thread; what cannot be read ends the program with exit code 3 and a message. */
#ifndef DOCRING_PERF_GATE_SEQUENCE_H
#define DOCRING_PERF_GATE_SEQUENCE_H

#include "base/buffer.h"
#include "config/domain.h"

#include <stdbool.h>

enum gate_step_kind {
	GATE_DOCUMENT, /* the next one: a run begins each with a passage of its own */
	GATE_INDEX, GATE_CHECK
};

struct gate_step {
	enum gate_step_kind kind;
	bool assembled; /* of a passage: put together from values, line by line */
	size_t offset, bytes; /* of its text in `text` */
};

struct gate_sequence {
	struct buffer text;
	struct gate_step *steps;
	size_t count, capacity, passages, pairs, documents;
};

enum gate_road {
	GATE_BUILT_IN, /* the pairs of the built-in generator against what it made them of */
	GATE_MODEL,    /* the same answers as a model's: against their evidence in the chunk, its section, the chunk, until they are held */
};

/* Converts the documents under the folder and keeps what the gate is asked. gate_sequence_done frees. */
void gate_sequence_record(struct gate_sequence *sequence, const char *folder, const struct domain *domain, enum gate_road road);
void gate_sequence_done(struct gate_sequence *sequence);

#endif
