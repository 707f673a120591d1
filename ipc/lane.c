/* lane.c: rings of slots in shared memory. See lane.h for who writes what and why stale reads are safe. */
#define _GNU_SOURCE
#include "ipc/lane.h"

#include "base/clock.h"
#include "ipc/barrier.h"

#include <errno.h>

enum {
	LOOKS_A_CLOCK = 16,       /* reading the clock costs as much as so many looks */
	SPIN_LEAST_NS = 1000,
	SPIN_SKIPPED_MAX = 64,    /* then it is tried again */
};

#ifdef __SANITIZE_THREAD__
uint32_t barrier_everybody;
#endif

void lane_init(struct lane *lane, struct lane_side *mine, const struct lane_side *theirs)
{
	*lane = (struct lane){ .mine = mine, .theirs = theirs };
}

/* --- segments ------------------------------------------------------------------------------------------------------ */

static uint64_t side_bytes(void)
{
	return SEGMENT_HEADER_BYTES + sizeof(struct lane_side);
}

static void use_segments(struct lane *lane)
{
	lane->mine = (void *)segment_at(&lane->my_segment, SEGMENT_HEADER_BYTES, sizeof(struct lane_side));
	lane->theirs = (const void *)segment_at(&lane->their_segment, SEGMENT_HEADER_BYTES, sizeof(struct lane_side));
	CHECK(lane->mine && lane->theirs);
}

int lane_create(struct lane *ret_lane, uint32_t number, struct error_text *error)
{
	struct lane lane = { .mine = NULL };
	int status = segment_create(&lane.my_segment, number, side_bytes(), true, false, error);

	if (status == 0)
		status = segment_create(&lane.their_segment, number + 1, side_bytes(), false, false, error);
	if (status == 0)
		status = segment_reserve(&lane.my_segment, side_bytes(), error);
	if (status == 0)
		status = segment_reserve(&lane.their_segment, side_bytes(), error);
	if (status < 0) {
		lane_done(&lane);
		return status;
	}
	use_segments(&lane);
	*ret_lane = lane;
	return 0;
}

int lane_attach(struct lane *ret_lane, int their_descriptor, int my_descriptor, uint32_t number, struct error_text *error)
{
	const uint64_t page = SEGMENT_HEADER_BYTES, bytes = (side_bytes() + page - 1) / page * page;
	struct lane lane = { .mine = NULL };
	int status = segment_attach(&lane.their_segment, their_descriptor, number, bytes, false, error);

	if (status == 0)
		status = segment_attach(&lane.my_segment, my_descriptor, number + 1, bytes, true, error);
	if (status < 0) {
		lane_done(&lane);
		return status;
	}
	use_segments(&lane);
	*ret_lane = lane;
	return 0;
}

void lane_done(struct lane *lane)
{
	if (!lane)
		return;
	segment_done(&lane->my_segment);
	segment_done(&lane->their_segment);
	*lane = (struct lane){ .mine = NULL };
}

/* --- producing ----------------------------------------------------------------------------------------------------- */

static struct lane_slot *slot_at(struct lane_side *side, uint64_t position)
{
	return &side->slots[position & (LANE_SLOTS - 1)];
}

static const struct lane_slot *read_slot_at(const struct lane_side *side, uint64_t position)
{
	return &side->slots[position & (LANE_SLOTS - 1)];
}

/* Looks how far the consumer is. */
static int find_room(struct lane *lane)
{
	uint64_t taken = barrier_load_acquire_u64(&lane->theirs->taken); /* partner: tell_progress */

	if (taken < lane->taken_seen || taken > lane->sent)
		return ERROR_INPUT_REJECTED;
	lane->taken_seen = taken;
	return lane->sent - taken < LANE_SLOTS ? 0 : -EAGAIN;
}

int lane_send(struct lane *lane, const struct descriptor *descriptor)
{
	if (lane->sent - lane->taken_seen >= LANE_SLOTS) {
		int status = find_room(lane);
		if (status < 0)
			return status;
	}
	struct lane_slot *slot = slot_at(lane->mine, lane->sent);
	slot->descriptor = *descriptor;
	lane->sent++;
	barrier_store_release_u64(&slot->sequence, lane->sent); /* partner: lane_look */
	return 0;
}

bool lane_must_ring(struct lane *lane)
{
	barrier_full(); /* partner: lane_fall_asleep */
	uint64_t sleep = barrier_load_relaxed_u64(&lane->theirs->sleep);

	if ((sleep & 1) == 0 || sleep == lane->rung)
		return false;
	lane->rung = sleep;
	return true;
}

/* --- consuming ----------------------------------------------------------------------------------------------------- */

int lane_look(const struct lane *lane)
{
	uint64_t before = lane->received < LANE_SLOTS ? 0 : lane->received + 1 - LANE_SLOTS;
	/* partner: lane_send */
	uint64_t sequence = barrier_load_acquire_u64(&read_slot_at(lane->theirs, lane->received)->sequence);

	if (sequence == lane->received + 1)
		return 1;
	return sequence == before ? 0 : ERROR_INPUT_REJECTED;
}

static void tell_progress(struct lane *lane)
{
	lane->told = lane->received;
	barrier_store_release_u64(&lane->mine->taken, lane->told); /* partner: find_room */
}

int lane_receive(struct lane *lane, struct descriptor *ret_descriptor)
{
	int looked = lane_look(lane);

	if (looked != 1)
		return looked;
	*ret_descriptor = read_slot_at(lane->theirs, lane->received)->descriptor;
	lane->received++;
	if (lane->received - lane->told >= LANE_PROGRESS_SLOTS)
		tell_progress(lane);
	return 1;
}

bool lane_peer_sleeps(const struct lane *lane)
{
	return barrier_load_relaxed_u64(&lane->theirs->sleep) & 1;
}

bool lane_fall_asleep(struct lane *lane)
{
	CHECK((lane->sleep & 1) == 0);
	barrier_store_relaxed_u64(&lane->mine->sleep, ++lane->sleep);
	barrier_full(); /* partner: lane_must_ring */
	if (!lane_is_pending(lane))
		return true;
	lane_wake(lane);
	return false;
}

void lane_wake(struct lane *lane)
{
	if (lane->sleep & 1)
		barrier_store_relaxed_u64(&lane->mine->sleep, ++lane->sleep);
}

void lane_count_rescue(struct lane *lane)
{
	barrier_store_relaxed_u64(&lane->mine->rescues, lane->mine->rescues + 1);
}

uint64_t lane_rescues_of_peer(const struct lane *lane)
{
	return barrier_load_relaxed_u64(&lane->theirs->rescues);
}

/* --- spinning ------------------------------------------------------------------------------------------------------ */

void lane_spin_init(struct lane_spin *spin, uint32_t budget_max_ns)
{
	*spin = (struct lane_spin){ .budget_ns = budget_max_ns, .budget_max_ns = budget_max_ns };
}

static void adapt(struct lane_spin *spin, bool found)
{
	uint32_t budget_ns = found ? spin->budget_ns * 2 : spin->budget_ns / 2;

	if (budget_ns < SPIN_LEAST_NS)
		budget_ns = 0;
	spin->budget_ns = budget_ns < spin->budget_max_ns ? budget_ns : spin->budget_max_ns;
	spin->skipped = 0;
}

bool lane_spin_wait(struct lane_spin *spin, bool (*look_once)(void *context), void *context)
{
	if (spin->budget_max_ns == 0)
		return false;
	if (spin->budget_ns == 0) {
		if (++spin->skipped < SPIN_SKIPPED_MAX)
			return false;
		spin->budget_ns = spin->budget_max_ns;
	}
	uint64_t end_ns = clock_monotonic_ns() + spin->budget_ns;
	bool found;
	do {
		found = look_once(context);
		for (int i = 1; i < LOOKS_A_CLOCK && !found; i++) {
			barrier_pause();
			found = look_once(context);
		}
	} while (!found && clock_monotonic_ns() < end_ns);
	adapt(spin, found);
	return found;
}
