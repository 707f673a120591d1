/* road_choice.h: which of several ways to do the same thing takes the caller's thread the least time, found out while it is done.
 *
 * Pure logic: what is done and how long it took is said by the caller. Now and then a few operations in a row are sent over
 * each road and timed (a trial); between trials everything takes the quickest road known. A trial that has cost several times what the
 * quickest road would have cost is broken off, and a road that lost by far is left out of the next rounds of trials: finding out stays cheap however
 * bad a road is. The choice decides how long things take, never what comes out. */
#ifndef DOCRING_IPC_ROAD_CHOICE_H
#define DOCRING_IPC_ROAD_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ROAD_CHOICE_ROADS_MAX = 4,
	ROAD_CHOICE_TRIAL = 32,     /* operations of a trial */
	ROAD_CHOICE_BETWEEN = 2048, /* operations between two rounds of trials */
	ROAD_CHOICE_KEPT = 3,       /* latest trials of each road that count: the shortest of them */
	ROAD_CHOICE_DEAR = 4,       /* times the cost of the quickest road at which a trial is broken off */
	ROAD_CHOICE_PAUSE = 7,      /* rounds without a road that cost twice as much as the quickest */
};

struct road_record {
	uint64_t ns, units;         /* of the trial that runs */
	uint32_t started, finished; /* its operations */
	bool open;                  /* more of them may start */
	uint32_t pause;
	uint64_t costs[ROAD_CHOICE_KEPT]; /* ns a unit, of the latest trials */
	uint32_t trials;
};

struct road_choice {
	struct road_record records[ROAD_CHOICE_ROADS_MAX];
	unsigned roads;
	unsigned current; /* the quickest known */
	unsigned trying;  /* road on trial; `roads`: none */
	uint32_t left;    /* operations before the next round */
	uint64_t changes; /* of `current` */
};

/* `first` is taken until the first trials have ended. The first round begins at once. */
void road_choice_init(struct road_choice *choice, unsigned roads, unsigned first);

/* The road of the next operation. *ret_timed: tell what it costs (road_choice_spent, any number of times) and its end (road_choice_finished). */
unsigned road_choice_next(struct road_choice *choice, bool *ret_timed);
void road_choice_spent(struct road_choice *choice, unsigned road, uint64_t ns);
/* `units`: how much work it was, so that large and small operations can be compared; at least 1. */
void road_choice_finished(struct road_choice *choice, unsigned road, uint64_t units);

/* ns a unit: the least of the latest trials; 0 when none has ended. */
uint64_t road_choice_cost(const struct road_choice *choice, unsigned road);

#endif
