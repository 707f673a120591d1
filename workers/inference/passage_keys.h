/* passage_keys.h: what indexing and checking of a passage share: the set and the keys in it. For passage*.c alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_KEYS_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_KEYS_H

#include "workers/inference/fact_tokens.h"
#include "workers/inference/passage.h"

enum passage_space { /* name spaces of the set: seeds of the hash */
	SPACE_WORD = 1,  /* as written */
	SPACE_NUMBER,
	SPACE_UNIT,      /* number and unit */
	SPACE_FREE,      /* value that belongs to no attribute */
	SPACE_OWNED,     /* value that belongs to some attribute */
	SPACE_BOUND,     /* attribute and value */
	SPACE_LABELLED,  /* attribute and label: the passage says what its default is */
	SPACE_LABEL,     /* attribute, label and value */
	SPACE_NAMED,     /* joined with a word's key: name of an attribute or counter that the passage introduces */
	SPACE_STEM,
	SPACE_STATE,     /* true, ON, enabled …, as fact_words_state numbers them */
	SPACE_NEAR,      /* word and value of one clause */
	SPACE_KIND,      /* word and kind of value: the word stands with a value of the kind */
	SPACE_COMPARED,  /* number and comparison */
	SPACE_CONSTANT,  /* word in capitals that is a value */
	SPACE_COMMAND,   /* first word of a command; first two words and one of the others */
	SPACE_ORDINAL,   /* third, 3rd, the list's item 3 */
	SPACE_SOURCE,    /* all of a passage */
	SPACE_FOLLOWS,   /* two words of a command, one after the other */
};

enum { PASSAGE_SUBJECTS_MAX = 8 };

/* The set, whose keys bear marks: at least one, or they are not in it. What the second and third say depends on the name space. */
enum {
	PASSAGE_MARK_BITS = 3,
	PASSAGE_MARKS = 7,
	PASSAGE_HERE = 1,
	PASSAGE_BARE = 2, /* SPACE_WORD: and not part of Class.attribute */
	PASSAGE_OWN = 2,  /* SPACE_NEAR: the clause is that value's alone */
	PASSAGE_MANY = 2, /* SPACE_KIND: the word stands with several values of the kind */
};
/* The marks of the key, 0 when it is not there. */
unsigned passage_marks(const struct passage *passage, uint64_t key);
/* Adds marks and returns those from before. Failure is kept in passage->status. */
unsigned passage_mark(struct passage *passage, uint64_t key, unsigned marks);

static inline bool passage_has(const struct passage *passage, uint64_t key)
{
	return passage_marks(passage, key) != 0;
}

static inline void passage_add(struct passage *passage, uint64_t key)
{
	(void)passage_mark(passage, key, PASSAGE_HERE);
}

void passage_clear(struct passage *passage, size_t source_bytes);

uint64_t passage_hash(enum passage_space space, const char *data, size_t bytes);
/* The word as it reads: "\_" is "_". */
uint64_t passage_hash_word(enum passage_space space, struct text word);
uint64_t passage_hash_unit(struct text unit);
uint64_t passage_state_hash(int state);
/* Of two hashes: cheap, for pairs are what there is most of. */
static inline uint64_t passage_join(enum passage_space space, uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ (uint64_t)space * 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 31) ^ b) * 0x94D049BB133111EBu;
	return x ^ (x >> 29);
}

/* The next token with its key, or false at the end. */
bool passage_read(struct fact_scanner *scanner, struct fact_token *ret_token);
/* The key of its attribute, which is the word itself when it has no class. */
uint64_t passage_attribute_key(const struct fact_token *token);

/* The parts of Class.attribute; of a word without a point the attribute is all. */
struct text passage_attribute_of(struct text dotted);
struct text passage_class_of(struct text dotted);

/* Is it an attribute or counter that the passage has introduced? */
bool passage_is_subject(const struct passage *passage, const struct fact_token *token);
/* Is it something that an attribute has? A subject is not. */
bool passage_is_value(const struct fact_token *token, bool subject);
uint64_t passage_value_hash(const struct fact_token *token);
/* The word says that what follows is a default, range or unit (0: no). Their names are the keys of an item. */
enum { PASSAGE_LABEL_DEFAULT = 1, PASSAGE_LABEL_RANGE, PASSAGE_LABEL_UNIT };
int passage_label_of(const struct fact_token *token);

#endif
