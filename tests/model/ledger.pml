/* ledger.pml: the lease ledger (coordinator/dispatch.c, results.c, supervisor.c) with workers that die at any step.
 *
 * Tasks are given to workers with an extent of that worker's outbox; a worker writes its result there in two steps, then publishes
 * it; the coordinator takes it, or, when the death of the worker is confirmed, drains what was published and queues the rest again.
 * A worker process that was told to die goes on for a while: that is what makes an early re-lease dangerous.
 *
 * Checked: every task is in exactly one of queued, held, committed; none is committed twice; what is committed is whole and of that
 * task and life; and the run ends with all of them committed (no invalid end state).
 *
 * Planted mistakes, each of which must be found: -D
 *   RELEASE_BEFORE_DEATH   tasks are leased again, and the next process started, when the worker is killed, not when its death is
 *                          confirmed: for a moment two processes write one outbox
 *   NO_GENERATION          results are matched by task alone, and a lane outlives its worker
 *   LOSE_UNDRAINED         what a dead worker held is counted as done without looking what it had published
 *   LEDGER_AFTER_PUBLISH   the task is published before it stands in the ledger, and the worker may die in between */

#define TASKS 2
#define WORKERS 2
#define DEATHS 2
#define NONE 255

mtype = { QUEUED, HELD, COMMITTED };
mtype place[TASKS];
byte holder[TASKS];     /* worker, while held */
byte generation[TASKS];
byte commits[TASKS];
byte generations = 1;

/* One extent an outbox: leased to a task, or free. Its content, in two words: the generation for which each was written. */
byte leased_to[WORKERS];
byte first_word[WORKERS], second_word[WORKERS];

chan tasks[WORKERS] = [1] of { byte, byte };   /* task, generation */
chan results[WORKERS] = [2] of { byte, byte };

bool alive[WORKERS], doomed[WORKERS];
byte deaths;

#define DONE (place[0] == COMMITTED && place[1] == COMMITTED)

proctype worker(byte self)
{
	byte task, life;

end:
	do
	:: doomed[self] -> break
	:: tasks[self] ? task, life ->
		/* killed between any two of these */
		if
		:: doomed[self] -> break
		:: first_word[self] = life
		fi;
		if
		:: doomed[self] -> break
		:: second_word[self] = life
		fi;
		if
		:: doomed[self] -> break
		:: results[self] ! task, life
		fi
	od;
	alive[self] = false /* the pidfd says so */
}

inline take_result(which)
{
	results[which] ? task, life ->
#ifdef NO_GENERATION
	if
	:: place[task] == HELD ->
#else
	if
	:: place[task] == HELD && holder[task] == which && generation[task] == life ->
#endif
		/* the extent is trimmed and given on: its content is this life's, both words */
		assert(first_word[holder[task]] == generation[task]);
		assert(second_word[holder[task]] == generation[task]);
		commits[task]++;
		assert(commits[task] == 1);
		leased_to[holder[task]] = NONE;
		place[task] = COMMITTED;
		holder[task] = NONE
	:: else -> skip /* stale */
	fi
}

inline queue_again(which)
{
	index = 0;
	do
	:: index < TASKS ->
		if
		:: place[index] == HELD && holder[index] == which ->
#ifdef LOSE_UNDRAINED
			place[index] = COMMITTED;
#else
			place[index] = QUEUED;
#endif
			holder[index] = NONE;
			leased_to[which] = NONE
		:: else
		fi;
		index++
	:: else -> break
	od;
	index = 0
}

active proctype coordinator()
{
	byte which = 0, task = 0, life = 0, index = 0;

	atomic {
		do
		:: index < TASKS -> place[index] = QUEUED; holder[index] = NONE; index++
		:: else -> break
		od;
		index = 0;
		do
		:: index < WORKERS -> leased_to[index] = NONE; alive[index] = true; run worker(index); index++
		:: else -> break
		od;
		index = 0
	}
	do
	:: DONE -> break
	:: !DONE ->
		if
		/* dispatch: lease, ledger, publish */
		:: atomic { place[0] == QUEUED -> task = 0 } -> goto give
		:: atomic { place[1] == QUEUED -> task = 1 } -> goto give
		:: atomic { nempty(results[0]) -> which = 0; take_result(which) }
		:: atomic { nempty(results[1]) -> which = 1; take_result(which) }
		/* a timer decides to kill, or the worker crashes */
		:: atomic { deaths < DEATHS && alive[0] && !doomed[0] -> which = 0 } -> goto kill
		:: atomic { deaths < DEATHS && alive[1] && !doomed[1] -> which = 1 } -> goto kill
		/* the death is confirmed */
#ifdef RELEASE_BEFORE_DEATH
		:: atomic { doomed[0] -> which = 0 } -> goto bury
		:: atomic { doomed[1] -> which = 1 } -> goto bury
#else
		:: atomic { doomed[0] && !alive[0] -> which = 0 } -> goto bury
		:: atomic { doomed[1] && !alive[1] -> which = 1 } -> goto bury
#endif
		fi;
next:		skip
	od;
	goto finished;

give:	/* a worker with a free extent */
	if
	:: leased_to[0] == NONE && alive[0] && empty(tasks[0]) -> which = 0
	:: leased_to[1] == NONE && alive[1] && empty(tasks[1]) -> which = 1
	:: else -> goto next
	fi;
	generations++;
#ifdef LEDGER_AFTER_PUBLISH
	leased_to[which] = task;
	tasks[which] ! task, generations;
	if
	:: atomic { doomed[which] -> goto next } /* the ledger never heard of it: the extent is lost */
	:: skip
	fi;
	atomic { generation[task] = generations; place[task] = HELD; holder[task] = which }
#else
	atomic { leased_to[which] = task; generation[task] = generations; place[task] = HELD; holder[task] = which }
	tasks[which] ! task, generations;
#endif
	goto next;

kill:	atomic {
		doomed[which] = true;
		deaths++
	}
	goto next;

bury:	/* drain, then give back, then a new process with lanes of its own */
	do
	:: atomic { nempty(results[which]) -> take_result(which) }
	:: empty(results[which]) -> break
	od;
	atomic {
		queue_again(which);
#ifndef NO_GENERATION
		do
		:: tasks[which] ? _, _
		:: empty(tasks[which]) -> break
		od;
#endif
		doomed[which] = false;
		alive[which] = true;
		run worker(which)
	}
	goto next;

finished:
	assert(commits[0] == 1 && commits[1] == 1);
	assert(leased_to[0] == NONE && leased_to[1] == NONE);
	assert(place[0] == COMMITTED && place[1] == COMMITTED)
}
