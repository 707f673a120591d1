#include "base/string_map.h"

#include <stdlib.h>
#include <xxhash.h>

enum { STRING_MAP_SLOTS_FIRST = 64, STRING_MAP_KEYS_FIRST_BYTES = 1024 };

struct string_map_slot {
	uint64_t hash;
	size_t key_offset;
	size_t key_bytes;
	uint32_t value;
	uint32_t used;
};

void string_map_init(struct string_map *map)
{
	*map = (struct string_map){ 0 };
}

void string_map_done(struct string_map *map)
{
	free(map->slots);
	free(map->keys);
	string_map_init(map);
}

void string_map_clear(struct string_map *map)
{
	if (map->count > 0)
		memset(map->slots, 0, map->slot_count * sizeof(*map->slots));
	map->count = 0;
	map->keys_bytes = 0;
}

/* The slot that holds `key`, or the free one where it belongs. There is always a free slot. */
static struct string_map_slot *find_slot(const struct string_map *map, struct text key, uint64_t hash)
{
	size_t mask = map->slot_count - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct string_map_slot *slot = &map->slots[i];
		if (!slot->used)
			return slot;
		const struct text keys = { map->keys, map->keys_bytes }; /* none as long as all keys are empty */
		if (slot->hash == hash && text_equal(text_slice(keys, slot->key_offset, slot->key_offset + slot->key_bytes), key))
			return slot;
	}
}

static uint64_t hash_of(struct text key)
{
	return XXH3_64bits(key.bytes ? key.data : "", key.bytes);
}

static bool grow_slots(struct string_map *map)
{
	size_t old_count = map->slot_count;
	size_t new_count = old_count ? old_count * 2 : STRING_MAP_SLOTS_FIRST;
	struct string_map_slot *old = map->slots;
	struct string_map_slot *slots = calloc(new_count, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < old_count; i++) {
		if (!old[i].used)
			continue;
		size_t at = old[i].hash & (new_count - 1);
		while (slots[at].used)
			at = (at + 1) & (new_count - 1);
		slots[at] = old[i];
	}
	free(old);
	map->slots = slots;
	map->slot_count = new_count;
	return true;
}

static bool grow_keys(struct string_map *map, size_t bytes)
{
	size_t needed = map->keys_bytes + bytes;
	if (needed <= map->keys_capacity_bytes)
		return true;
	size_t capacity = size_max(size_max(needed, map->keys_capacity_bytes * 2), STRING_MAP_KEYS_FIRST_BYTES);
	char *keys = realloc(map->keys, capacity);
	if (!keys)
		return false;
	map->keys = keys;
	map->keys_capacity_bytes = capacity;
	return true;
}

uint32_t *string_map_find(const struct string_map *map, struct text key)
{
	if (map->count == 0)
		return NULL;
	struct string_map_slot *slot = find_slot(map, key, hash_of(key));
	return slot->used ? &slot->value : NULL;
}

uint32_t *string_map_add(struct string_map *map, struct text key, bool *ret_added)
{
	/* At most half full, so that runs stay short. */
	if ((map->count + 1) * 2 > map->slot_count && !grow_slots(map))
		return NULL;
	uint64_t hash = hash_of(key);
	struct string_map_slot *slot = find_slot(map, key, hash);
	bool added = !slot->used;
	if (added) {
		if (!grow_keys(map, key.bytes))
			return NULL;
		if (key.bytes)
			memcpy(map->keys + map->keys_bytes, key.data, key.bytes);
		*slot = (struct string_map_slot){ hash, map->keys_bytes, key.bytes, 0, 1 };
		map->keys_bytes += key.bytes;
		map->count++;
	}
	CHECK(map->count * 2 <= map->slot_count);
	if (ret_added)
		*ret_added = added;
	return &slot->value;
}
