/* passage_index.h: an index as it is filled: memory by passage.c, what goes into it by passage_index.c. For these two alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_INDEX_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_INDEX_H

#include "workers/inference/passage_places.h"

/* Enters all words of the source into an empty index; passage->status says when memory is short. What is known of all places together is left to passage_sum_up. */
void passage_index_text(struct passage *passage, struct text source);

/* More room, twice as much; false and passage->status -ENOMEM when there is none. */
bool passage_grow_places(struct passage *passage);
bool passage_grow_sentences(struct passage *passage);
void passage_grow_slots(struct passage *passage);

enum { PASSAGE_ROOM_MAX = 32 };
/* Makes room for so many more places, up to PASSAGE_ROOM_MAX, and their stems. */
static inline bool passage_make_room(struct passage *passage, uint32_t count)
{
	if (passage->place_count + count > passage->place_capacity && !passage_grow_places(passage))
		return false;
	if (((size_t)passage->slot_count + count) * 2 > passage->slot_capacity)
		passage_grow_slots(passage);
	return !passage->status;
}

/* Enters the place behind the last one, which is filled in and has room, into the last sentence and with its stem. */
static inline void passage_enter_place(struct passage *passage, struct passage_place *place, bool introduced)
{
	struct passage_slot *slot = &passage->slots[passage_slot_of(passage->slots, passage->slot_capacity, place->stem)];
	passage->slot_count += !slot->head;
	passage->links[passage->place_count] = (struct passage_link){ slot->head, passage->sentence_count - 1, 0 };
	slot->stem = place->stem;
	passage->stems[passage->place_count] = place->stem;
	slot->head = passage->place_count++;
	slot->count++;
	if (introduced)
		slot->subject = true;
	if (place->kind == KIND_CONSTANT)
		slot->constant = true;
}

#endif
