/* string_map.h: a hash map from byte strings to a number (usually an index into an array of the caller's).
 *
 * Open addressing over XXH3-64, keys copied, nothing is ever removed, no order. Not for threads. Memory in proportion to
 * the keys; find and add are O(1) on average. Out of memory is the only failure, and leaves the map as it was. */
#ifndef DOCRING_BASE_STRING_MAP_H
#define DOCRING_BASE_STRING_MAP_H

#include "base/check.h"
#include "base/text.h"

#include <stdint.h>

struct string_map {
	struct string_map_slot *slots; /* NULL until the first add */
	size_t slot_count;             /* a power of two */
	size_t count;                  /* keys held */
	char *keys;                    /* the keys' bytes one behind the other */
	size_t keys_bytes, keys_capacity_bytes;
};

void string_map_init(struct string_map *map);
void string_map_done(struct string_map *map);  /* frees; the map may be used again after string_map_init */
void string_map_clear(struct string_map *map); /* forgets the keys, keeps the memory */

/* Where the value of `key` stands, or NULL when it is not there. Valid until the next add. */
uint32_t *string_map_find(const struct string_map *map, struct text key);

/* As above, but adds the key with value 0 when it is not there (*ret_added says so; may be NULL). NULL: out of memory. */
uint32_t *string_map_add(struct string_map *map, struct text key, bool *ret_added);

#endif
