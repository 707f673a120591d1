/* passage.h: what a passage of a document says, indexed once, so that any number of answers can be held against it.
 *
 * The index is one set of 64-bit hashes in several name spaces: words as written, numbers without their formatting, numbers
 * with their units, values with the attribute that they belong to, stems. Building is linear in the passage, a look-up
 * constant. A hash that collides by chance lets one wrong word through in some 10^14. One thread; the memory is reused from
 * passage to passage. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_H

#include "base/error.h"
#include "config/domain.h"

#include <stdint.h>

struct passage {
	const struct domain *domain;
	uint64_t *slots; /* open addressing; 0: empty */
	size_t capacity, count;
	uint64_t source_hash; /* of what is indexed; source_bytes 0: nothing */
	size_t source_bytes;
	bool has_names; /* attributes or counters are introduced in it */
	int status; /* sticky: -ENOMEM or ERROR_LIMIT_HIT */
};

void passage_init(struct passage *passage, const struct domain *domain);
void passage_done(struct passage *passage);

/* Forgets what was there and indexes `source`; the same source again costs no more than its hash. 0 or -ENOMEM; ERROR_LIMIT_HIT for a source above PASSAGE_BYTES_MAX. */
enum { PASSAGE_BYTES_MAX = 64 << 20 };
int passage_index(struct passage *passage, struct text source) WARN_UNUSED;

struct passage_verdict {
	size_t facts;      /* words of the answer that state something: identifiers, numbers, names, words in code spans */
	size_t supported;  /* of those, how many the passage has, with their unit and with the attribute they belong to */
	struct text word;  /* the first one that it has not (a slice of the answer), or empty */
};
/* Holds every fact of `answer` against the passage. */
void passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict);

/* Does a word of the same stem occur in it? */
bool passage_has_stem(const struct passage *passage, struct text word);

/* Stem of a word as a number: lower case, without the endings of plurals and verbs, cut to its first six letters ("activation" and
 * "activate" are one); an identifier stays whole. */
uint64_t passage_stem(struct text word);

#endif
