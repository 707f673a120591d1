/* passage.h: what a passage of a document says, indexed once, so that any number of answers can be held against it.
 *
 * The index is the passage's words, each with its sentence and the kind of value it is, and a table from stems to the places where
 * they stand: one pass, linear. What belongs to what is worked out when an answer asks, in the sentences that share words with
 * it. Two hashes of 32 bits that collide by chance let one wrong word through in some 10^14. One thread; the memory is reused
 * from passage to passage; the source is not copied. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_H

#include "base/error.h"
#include "config/domain.h"

#include <stdint.h>

struct fact_memo;
struct passage_place;
struct passage_sentence;
struct passage_link;
struct passage_slot;

/* The places of a kind, with what of them is looked at first. Apart from each other, so that several are compared at once: behind the last one is room for VALUED_READ more. */
enum { VALUED_READ = 8 };
struct passage_valued {
	uint32_t *places, *kinds, *values; /* values: passage_value */
};

struct passage {
	const struct domain *domain;
	struct passage_place *places; /* from 1 */
	struct passage_link *links;   /* of the places */
	uint32_t *stems;              /* of the places once more, one behind the other: most are looked at for their stem alone */
	struct passage_valued valued;
	struct passage_sentence *sentences; /* from 1 */
	struct passage_slot *slots;   /* open addressing, a power of two */
	struct fact_memo *memo;       /* of words met, in passages and answers; NULL before the first passage */
	size_t place_capacity, sentence_capacity, slot_capacity, slots_allocated; /* slot_capacity: as many as the passage needs */
	uint32_t place_count, sentence_count, slot_count;
	bool assembled;  /* set by who indexes: sources are values and passages put together line by line, whose words are not weighed against each other */
	uint32_t states; /* bits: which of the words with an opposite it has, and which opposites, from bit 16 */
	bool options;    /* "-s" or "--size" occur */
	uint64_t units, dimensions; /* one bit of a hash each: which units it has, and what they measure */
	bool german;     /* its nouns have capitals: they are no names */
	uint32_t it;     /* stem of that word */
	struct text source;   /* the caller's, as last given */
	struct text title;    /* of the document that the passage is of, set by who indexes; may be empty. In a question it says where to look: question_fit.h */
	uint64_t source_hash; /* of what is indexed; source_bytes 0: nothing */
	size_t source_bytes;
	int status; /* sticky: -ENOMEM or ERROR_LIMIT_HIT */
	struct passage *kept; /* PASSAGES_KEPT of them: the indexes before this one, the last one first; NULL: none yet */
};

void passage_init(struct passage *passage, const struct domain *domain);
void passage_done(struct passage *passage);

/* Forgets what was there and indexes `source`, which is to stay where it is as long as answers are held against it; the same source again, with fewer than PASSAGES_KEPT
 * others between, costs no more than its hash: answers of one section are held against their places in it, and against the whole. 0 or -ENOMEM; ERROR_LIMIT_HIT for a source above PASSAGE_BYTES_MAX. */
enum { PASSAGE_BYTES_MAX = 64 << 20, PASSAGES_KEPT = 4 };
int passage_index(struct passage *passage, struct text source) WARN_UNUSED;

struct passage_verdict {
	size_t facts;      /* words of the answer that state something: identifiers, numbers, names, words in code spans */
	size_t supported;  /* of those, how many the passage has, with their unit, and with the words that they stand with in the answer; all of a sentence that it has word by word */
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
