#include "coordinator/name_filter.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS_FIRST = 1024 };

void name_filter_init(struct name_filter *filter, bool open)
{
	*filter = (struct name_filter){ .open = open };
}

void name_filter_done(struct name_filter *filter)
{
	free(filter->slots);
	*filter = (struct name_filter){ .open = true };
}

static uint64_t hash_of(const char *name)
{
	uint64_t hash = XXH3_64bits(name, strlen(name));
	return hash ? hash : 1;
}

/* Where the hash stands, or the free slot for it. */
static uint64_t *find_slot(uint64_t *slots, size_t slot_count, uint64_t hash)
{
	size_t at = hash & (slot_count - 1);

	while (slots[at] != 0 && slots[at] != hash)
		at = (at + 1) & (slot_count - 1);
	return &slots[at];
}

/* At most half of the slots are used. */
static bool make_room(struct name_filter *filter)
{
	size_t more = filter->slot_count ? filter->slot_count * 2 : SLOTS_FIRST;

	if ((filter->count + 1) * 2 <= filter->slot_count)
		return true;
	uint64_t *slots = calloc(more, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < filter->slot_count; i++)
		if (filter->slots[i])
			*find_slot(slots, more, filter->slots[i]) = filter->slots[i];
	free(filter->slots);
	filter->slots = slots;
	filter->slot_count = more;
	return true;
}

void name_filter_add(struct name_filter *filter, const char *name)
{
	if (filter->open)
		return;
	if (!make_room(filter)) {
		filter->open = true;
		return;
	}
	uint64_t hash = hash_of(name), *slot = find_slot(filter->slots, filter->slot_count, hash);
	filter->count += *slot == 0;
	*slot = hash;
}

bool name_filter_may_have(const struct name_filter *filter, const char *name)
{
	if (filter->open)
		return true;
	return filter->slot_count > 0 && *find_slot(filter->slots, filter->slot_count, hash_of(name)) != 0;
}
