/* lane.pml: the fast lane with its bell (ipc/lane.c), one direction, as Spin sees it: producer and consumer with store buffers as
 * processors have them (a store becomes visible later, in order; a fence waits until all have), a lane of two slots that goes round.
 *
 * Checked: every descriptor arrives once, in order and whole; a slot is not written again before it was copied out; nobody blocks for
 * ever (Spin's invalid end states are a consumer that sleeps while something waits: a lost wake-up).
 *
 * Planted mistakes, each of which must be found (tests/run-models): -D
 *   PUBLISH_BEFORE_FILL    the sequence is written before the descriptor
 *   NO_ROOM_CHECK          the producer does not look whether the slot was taken
 *   LOOK_BEFORE_ASLEEP     the consumer looks, then says that it sleeps, and does not look again
 *   NO_CONSUMER_FENCE      no fence between saying so and the last look
 *   NO_PRODUCER_FENCE      no fence between publishing and the look at the flag
 *   RING_ONCE              the producer rings for the first sleep only
 *   TAKEN_BEFORE_COPY      the consumer says that the slot is free before it has copied it */

#define SLOTS 2
#define COUNT 5 /* descriptors sent: goes round twice and a half */

/* Visible memory. */
byte sequence[SLOTS], low[SLOTS], high[SLOTS]; /* a descriptor is two words, so that it can tear */
byte taken;
byte sleep; /* odd: asleep */

byte bell; /* rings that wait in the poll set */

/* Store buffers, in order: what, where, value. */
mtype = { SEQUENCE, LOW, HIGH, TAKEN, SLEEP };
chan producer_stores = [4] of { mtype, byte, byte };
chan consumer_stores = [4] of { mtype, byte, byte };

inline make_visible(what, where, value)
{
	if
	:: what == SEQUENCE -> sequence[where] = value
	:: what == LOW -> low[where] = value
	:: what == HIGH -> high[where] = value
	:: what == TAKEN -> taken = value
	:: what == SLEEP -> sleep = value
	fi
}

active proctype memory()
{
	mtype what;
	byte where, value;

end:
	do
	:: atomic { producer_stores ? what, where, value -> make_visible(what, where, value) }
	:: atomic { consumer_stores ? what, where, value -> make_visible(what, where, value) }
	od
}

#define FENCE(stores) empty(stores)

active proctype producer()
{
	byte sent = 0, seen = 0, rung = 0, flag;

	do
	:: sent < COUNT ->
		/* lane_send */
#ifndef NO_ROOM_CHECK
		if
		:: sent - seen < SLOTS
		:: else ->
			do
			:: sent - taken < SLOTS -> seen = taken; break /* blocks until there is room: the caller tries again */
			od
		fi;
#endif
#ifdef PUBLISH_BEFORE_FILL
		producer_stores ! SEQUENCE, sent % SLOTS, sent + 1;
#endif
		producer_stores ! LOW, sent % SLOTS, sent + 1;
		producer_stores ! HIGH, sent % SLOTS, sent + 1;
#ifndef PUBLISH_BEFORE_FILL
		producer_stores ! SEQUENCE, sent % SLOTS, sent + 1;
#endif
		sent++;
		/* lane_must_ring, once for one or several */
		if
		:: sent < COUNT && sent - taken < SLOTS -> skip /* another one of the same batch */
		:: true ->
#ifndef NO_PRODUCER_FENCE
			FENCE(producer_stores);
#endif
			flag = sleep;
			if
#ifdef RING_ONCE
			:: flag % 2 == 1 && rung == 0 -> rung = flag; bell++
#else
			:: flag % 2 == 1 && flag != rung -> rung = flag; bell++
#endif
			:: else
			fi
		fi
	:: else -> break
	od
}

active proctype consumer()
{
	byte received = 0, my_sleep = 0, first, second;

	do
	:: received == COUNT -> break
	:: received < COUNT && sequence[received % SLOTS] == received + 1 ->
		/* lane_receive */
#ifdef TAKEN_BEFORE_COPY
		consumer_stores ! TAKEN, 0, received + 1;
#endif
		first = low[received % SLOTS];
		second = high[received % SLOTS];
		assert(first == received + 1);
		assert(second == received + 1);
		received++;
#ifndef TAKEN_BEFORE_COPY
		consumer_stores ! TAKEN, 0, received;
#endif
	:: received < COUNT && sequence[received % SLOTS] != received + 1 ->
		/* either nothing yet, or what the last round left: anything else was overwritten */
		assert(sequence[received % SLOTS] <= received + 1);
		/* lane_fall_asleep */
		my_sleep++;
		consumer_stores ! SLEEP, 0, my_sleep;
#ifndef NO_CONSUMER_FENCE
		FENCE(consumer_stores);
#endif
		if
#ifndef LOOK_BEFORE_ASLEEP
		:: sequence[received % SLOTS] == received + 1 -> skip
		:: sequence[received % SLOTS] != received + 1 -> bell > 0 -> bell = 0
#else
		:: bell > 0 -> bell = 0
#endif
		fi;
		/* lane_wake */
		my_sleep++;
		consumer_stores ! SLEEP, 0, my_sleep
	od;
	assert(received == COUNT)
}
