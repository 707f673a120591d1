/* json_nodes.h: JSON that is right as it stands, read in one pass into one array of nodes, which is used again for the next text: reading costs no
 * allocations. What servers and models send most of the time. Private to workers/model. It explains nothing and mends nothing: whoever gets
 * NULL asks a parser that does. One thread; what was read is valid until the next reading. */
#ifndef DOCRING_WORKERS_MODEL_JSON_NODES_H
#define DOCRING_WORKERS_MODEL_JSON_NODES_H

#include "base/buffer.h"

#include <stdint.h>

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_WHOLE, JSON_FRACTION, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* An array or object is followed by its elements, each with all that is in it. */
struct json_node {
	enum json_kind kind;
	uint32_t size;     /* nodes, itself included: the next one of the same level is at node + size */
	struct text key;   /* of a member of an object */
	struct text text;  /* a string's value; a number as it is written; in the text that was read, or in json_nodes */
	int64_t whole;     /* JSON_WHOLE */
	double number;     /* JSON_WHOLE, JSON_FRACTION */
};

struct json_nodes {
	struct json_node *items;
	uint32_t count, capacity;
	struct buffer strings; /* of those with escapes */
	bool exotic;           /* there was something that readers of JSON do not agree on: NaN, NUL in a string, a number with very many digits */
};
void json_nodes_init(struct json_nodes *nodes);
void json_nodes_done(struct json_nodes *nodes);

/* The object, array or string that is all of `text` but for blanks behind it. NULL: something is wrong with it: no UTF-8, a lone surrogate, nested
 * deeper than depth_max, more than JSON_NODES_MAX values; or memory is out. */
enum { JSON_NODES_MAX = 1 << 20 };
const struct json_node *json_nodes_read(struct json_nodes *nodes, struct text text, int depth_max);

/* NULL when `node` is NULL, is no object or has no such member; of several with one name the last. */
const struct json_node *json_node_member(const struct json_node *node, const char *key);
/* The first element of an array or object and the one behind `element`; NULL: no more. */
const struct json_node *json_node_first(const struct json_node *node);
const struct json_node *json_node_next(const struct json_node *node, const struct json_node *element);

#endif
