/* compose.h: answers made of a passage: sentences copied from it word for word, questions about words in it, and instances of JSON
 * schemas or of an example filled with them. Pure but for memory: the same passage, schema and seed give the same bytes. */
#ifndef DOCRING_TESTS_FAKE_SERVER_COMPOSE_H
#define DOCRING_TESTS_FAKE_SERVER_COMPOSE_H

#include "base/json_writer.h"
#include "tests/fake_server/passage.h"

struct json_object;

/* What the model does wrong on purpose. */
enum compose_fault {
	COMPOSE_RIGHT,
	COMPOSE_ENUM_VIOLATED,
	COMPOSE_EXTRA_FIELDS,
	COMPOSE_MISSING_FIELDS, /* the last required member of every object */
	COMPOSE_OUT_OF_RANGE,
	COMPOSE_WRONG_TYPES,    /* strings where numbers belong and the other way round */
	COMPOSE_DUPLICATE_KEYS,
	COMPOSE_TOO_FEW,        /* empty arrays */
	COMPOSE_NUMBER_SWAPPED, /* facts of the answers, from here on */
	COMPOSE_UNIT_SWAPPED,
	COMPOSE_PARAMETER_INVENTED,
	COMPOSE_REFUSAL,
	COMPOSE_LOOP,           /* the same words again and again */
	COMPOSE_OTHER_LANGUAGE,
	COMPOSE_FAULT_COUNT
};

struct composer {
	const struct passage *passage;
	struct json_object *root; /* of the schema, for $ref; NULL without one */
	struct json_writer *json;
	struct buffer scratch;
	uint64_t seed;
	enum compose_fault fault;
	struct text question; /* an answer is chosen to fit it; empty: any */
	uint32_t sentence;    /* that the present object is about */
	uint32_t position;    /* in the present array */
	uint32_t objects, values; /* composed so far */
	int depth;
	bool in_answer_turn;  /* of a list of messages */
};

void composer_init(struct composer *composer, const struct passage *passage, uint64_t seed, enum compose_fault fault);
void composer_done(struct composer *composer);

/* An instance of the schema, or of the form of an example. */
void compose_schema(struct composer *composer, struct json_object *schema, struct json_writer *json);
void compose_example(struct composer *composer, struct json_object *example, struct json_writer *json);

/* {"question": …, "answer": …} for these keys. */
void compose_keys(struct composer *composer, const struct text *keys, size_t count, struct json_writer *json);

/* Prose: some sentences of the passage. */
void compose_prose(struct composer *composer, struct buffer *out);

/* What a thinking model thinks before it answers. */
void compose_thoughts(struct composer *composer, struct buffer *out);

/* splitmix64 of the two: all choices here come from it. */
uint64_t compose_mix(uint64_t a, uint64_t b);

/* (compose_text.c) The value of a string member called `key`, between bytes_min and bytes_max long, into composer->scratch. */
void compose_string(struct composer *composer, struct text key, size_t bytes_min, size_t bytes_max);

#endif
