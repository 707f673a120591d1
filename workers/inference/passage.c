/* passage.c: see passage.h. The memory of an index; what goes into it: passage_index.c. */
#include "workers/inference/passage.h"

#include "config/domain_kept.h"
#include "workers/inference/passage_index.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { SLOTS_MIN = 128, PLACES_MIN = 1024, SENTENCES_MIN = 128, SLOT_BYTES = 4, KEPT_BYTES_MAX = 64 << 10 };
_Static_assert((int)PASSAGE_ROOM_MAX <= SLOTS_MIN / 4 && (int)PASSAGE_ROOM_MAX <= PLACES_MIN, "doubled once there is room for them");

void passage_init(struct passage *passage, const struct domain *domain)
{
	*passage = (struct passage){ .domain = domain, .it = passage_stem_of(TEXT_LITERAL("it")) };
}

static void free_index(struct passage *passage)
{
	free(passage->places);
	free(passage->links);
	free(passage->stems);
	free(passage->valued.places);
	free(passage->valued.kinds);
	free(passage->valued.values);
	free(passage->sentences);
	free(passage->slots);
}

void passage_done(struct passage *passage)
{
	if (!passage)
		return;
	free_index(passage);
	for (size_t i = 0; passage->kept && i < PASSAGES_KEPT; i++)
		free_index(&passage->kept[i]);
	free(passage->kept);
	void **kept = passage->domain ? domain_kept(passage->domain) : NULL;
	if (kept && !*kept)
		*kept = passage->memo; /* for the next passage: most words of a document have been met in those before */
	else
		free(passage->memo);
	*passage = (struct passage){ 0 };
}

uint32_t passage_find_exact(const struct passage *passage, uint32_t place, uint32_t exact)
{
	while (place && passage->places[place].exact != exact)
		place = passage->links[place].next;
	return place;
}

bool passage_has_stem(const struct passage *passage, struct text word)
{
	return passage_find(passage, passage_stem_of(word)) != NULL;
}

void passage_grow_slots(struct passage *passage)
{
	size_t capacity = passage->slot_capacity ? passage->slot_capacity * 2 : SLOTS_MIN;
	struct passage_slot *slots = calloc(capacity, sizeof(*slots));
	if (!slots) {
		passage->status = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < passage->slot_capacity; i++)
		if (passage->slots[i].head)
			slots[passage_slot_of(slots, capacity, passage->slots[i].stem)] = passage->slots[i];
	free(passage->slots);
	passage->slots = slots;
	passage->slot_capacity = passage->slots_allocated = capacity;
}

static bool resize(struct passage *passage, void **array, size_t count, size_t item_bytes)
{
	void *grown = realloc(*array, count * item_bytes);
	if (grown)
		*array = grown;
	else
		passage->status = -ENOMEM;
	return grown;
}

bool passage_grow_sentences(struct passage *passage)
{
	size_t wanted = passage->sentence_capacity ? passage->sentence_capacity * 2 : SENTENCES_MIN;
	if (!resize(passage, (void **)&passage->sentences, wanted, sizeof(*passage->sentences)))
		return false;
	passage->sentence_capacity = wanted;
	return true;
}

bool passage_grow_places(struct passage *passage)
{
	size_t wanted = passage->place_capacity ? passage->place_capacity * 2 : PLACES_MIN;
	uint32_t **numbers[] = { &passage->stems, &passage->valued.places, &passage->valued.kinds, &passage->valued.values };
	if (!resize(passage, (void **)&passage->places, wanted, sizeof(*passage->places)) || !resize(passage, (void **)&passage->links, wanted, sizeof(*passage->links)))
		return false;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (!resize(passage, (void **)numbers[i], wanted + VALUED_READ, sizeof(uint32_t)))
			return false;
	passage->place_capacity = wanted;
	return true;
}

/* One huge passage must not make every later one slow. */
static void passage_clear(struct passage *passage, size_t source_bytes)
{
	size_t wanted = SLOTS_MIN;
	while (wanted < source_bytes / SLOT_BYTES)
		wanted *= 2;
	if (passage->slots_allocated > wanted * 64) {
		free(passage->slots);
		passage->slots = NULL;
		passage->slots_allocated = 0;
	}
	passage->slot_capacity = size_min(wanted, passage->slots_allocated);
	if (passage->slots)
		memset(passage->slots, 0, passage->slot_capacity * sizeof(*passage->slots));
	passage->place_count = passage->sentence_count = 1;
	passage->slot_count = passage->states = 0;
	passage->units = passage->dimensions = passage->source_bytes = 0;
	passage->options = false;
	passage->status = 0;
	if (!passage->slots)
		passage_grow_slots(passage);
	if (!passage->places)
		(void)passage_grow_places(passage);
	if (!passage->sentences)
		(void)passage_grow_sentences(passage);
}

/* What was left by the passage before, or a new one; without any words are worked out anew. */
static void take_memo(struct passage *passage)
{
	void **kept = domain_kept(passage->domain);
	passage->memo = *kept ? *kept : calloc(1, sizeof(*passage->memo));
	*kept = NULL;
}

/* Takes that index out of the ones kept, and leaves the present one in front of the others. */
static void exchange(struct passage *passage, size_t index)
{
	struct passage before = *passage;
	*passage = before.kept[index];
	memmove(before.kept + 1, before.kept, index * sizeof(before));
	before.kept[0] = before;
	passage->domain = before.domain; /* what is no part of an index stays */
	passage->memo = before.memo;
	passage->assembled = before.assembled;
	passage->it = before.it;
	passage->source = before.source;
	passage->title = before.title;
	passage->kept = before.kept;
}

static bool has_index(const struct passage *passage, size_t source_bytes, uint64_t source_hash)
{
	return !passage->status && source_bytes && passage->source_bytes == source_bytes && passage->source_hash == source_hash;
}

/* Is the source indexed already? Then its index is the present one; else the present one may be lost. */
static bool find_index(struct passage *passage, size_t source_bytes, uint64_t source_hash)
{
	if (has_index(passage, source_bytes, source_hash))
		return true;
	if (passage->assembled) /* each for one answer */
		return false;
	if (!passage->kept && passage->source_bytes)
		passage->kept = calloc(PASSAGES_KEPT, sizeof(*passage->kept)); /* without, none is kept */
	for (size_t i = 0; passage->kept && i < PASSAGES_KEPT; i++)
		if (has_index(&passage->kept[i], source_bytes, source_hash)) {
			exchange(passage, i);
			return true;
		}
	if (passage->kept && passage->source_bytes && passage->source_bytes <= KEPT_BYTES_MAX)
		exchange(passage, PASSAGES_KEPT - 1);
	return false;
}

int passage_index(struct passage *passage, struct text source)
{
	uint64_t source_hash = XXH3_64bits(source.data, source.bytes);
	passage->source = source;
	if (find_index(passage, source.bytes, source_hash))
		return 0;
	passage_clear(passage, source.bytes);
	if (source.bytes > PASSAGE_BYTES_MAX)
		return ERROR_LIMIT_HIT;
	if (!passage->memo)
		take_memo(passage);
	if (!passage->status)
		passage_index_text(passage, source);
	if (passage->status)
		return passage->status;
	passage_sum_up(passage);
	passage->source_hash = source_hash;
	passage->source_bytes = source.bytes;
	return 0;
}
