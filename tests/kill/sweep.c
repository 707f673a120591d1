/* sweep.c: kill-sweep: kills a worker at every instruction of the ways that matter, and looks whether anything is lost, doubled, torn or
 * leaked. The coordinator is the product's, inside this process (host.h); what comes of its output is compared with a clean run by
 * tests/system/test_kill_sweep.py. docs/decisions/killed-anywhere.md says what is swept and how to read a failure.
 *
 *   kill-sweep [OPTIONS] CORPUS OUTPUT WINDOW[:STRIDE|:calls]…   every instruction, every STRIDE-th, or around every system call
 *     --kind preprocess|inference   --road eventfd|zmq|bus   --seed N (where in its stride a window begins)
 *     --then kill|condemn|hang-up   what happens at the instruction   --plant MISTAKE   --at N (that instruction alone)
 *
 * Exit code: 0 no violation, 1 violations, 2 usage, 77 this machine cannot trace. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "ipc/fault.h"
#include "tests/kill/host.h"
#include "tests/kill/stepper.h"

#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_CLEAN, EXIT_VIOLATIONS, EXIT_USAGE, EXIT_CANNOT = 77 };
enum {
	BEYOND_END = 3,    /* paths differ by a few instructions from time to time: so many in a row must be behind the end */
	RECORDINGS = 3,
	PLAIN_MAX = 20000, /* instructions that are walked without a short cut */
};

enum then { THEN_KILL, THEN_CONDEMN, THEN_HANG_UP };

static const struct window {
	const char *name;
	enum mark from, to;
	bool with_task;  /* a task is published to the victim before it starts */
	bool attaching;  /* the coordinator has to answer meanwhile */
} windows[] = {
	{ "hello", MARK_BEGIN, MARK_JOIN, false, true },       /* finds the run, connects, is welcomed */
	{ "join", MARK_JOIN, MARK_OPENED, false, true },       /* makes its ZeroMQ socket, says hello on the bus */
	{ "configure", MARK_OPENED, MARK_STARTED, false, true }, /* reads settings and domain pack */
	{ "map", MARK_STARTED, MARK_CLAIMED, true, true },     /* maps lane, ring and outbox, takes its first task */
	{ "claim", MARK_WOKEN, MARK_CLAIMED, true, false },    /* wakes up, takes a task out of the lane, checks its input */
	{ "convert", MARK_CLAIMED, MARK_HANDLED, true, false }, /* the handler, up to the block in the outbox */
	{ "publish", MARK_HANDLED, MARK_SENT, true, false },   /* the slot, and the bell of the sleeping coordinator */
	{ "complete", MARK_SENT, MARK_SLEEP, true, false },    /* looks for more, falls asleep */
};

static struct {
	struct host_options host;
	enum then then;
	uint64_t seed, at;
	bool one;
	struct victim *waiting; /* started ahead, or NULL */
} sweep = { .host = { .road = "eventfd" } };

/* --- to the start of a window ---------------------------------------------------------------------------------------- */

static struct stepper stepper_of(const struct victim *victim, const struct window *window)
{
	return (struct stepper){ .pid = victim->pid, .pump = window->attaching ? host_pump : NULL };
}

/* A fresh victim at MARK_BEGIN. */
static struct victim *start_victim(void)
{
	struct victim *victim = host_start_victim();
	struct stepper stepper = { .pid = victim->pid, .pump = host_pump };

	if (stepper_wait(&stepper) == STEP_GONE) {
		printf("SKIP: a process may not trace its child here\n");
		exit(EXIT_CANNOT);
	}
	return victim;
}

/* Lets it run; what it says and what it is told is the coordinator's. */
static void let_run(const struct victim *victim)
{
	struct stepper stepper = { .pid = victim->pid };
	CHECK(stepper_release(&stepper));
}

static void run_to(const struct victim *victim, enum mark mark)
{
	struct stepper stepper = { .pid = victim->pid, .pump = host_pump };

	victim->control->stop_at = mark;
	CHECK(stepper_run(&stepper) == STEP_STOPPED);
}

/* One that sleeps with all it needs; the next one starts meanwhile. */
static struct victim *idle_victim(void)
{
	struct victim *victim = sweep.waiting;

	if (!victim) {
		victim = start_victim();
		let_run(victim);
	}
	while (!host_is_idle(victim))
		host_round(1);
	sweep.waiting = start_victim();
	let_run(sweep.waiting);
	return victim;
}

static struct victim *go_to_start(const struct window *window)
{
	struct victim *victim = window->attaching ? start_victim() : idle_victim();

	if (window->attaching) {
		if (window->from != MARK_BEGIN)
			run_to(victim, window->from);
		while (window->with_task && victim->worker->state != WORKER_READY)
			host_round(1);
		if (window->with_task)
			host_give_task(victim);
		return victim;
	}
	struct stepper stepper = { .pid = victim->pid, .pump = host_pump };
	victim->control->stop_at = window->from;
	host_give_task(victim);
	CHECK(stepper_wait(&stepper) == STEP_STOPPED);
	/* The coordinator sleeps, as far as this worker can see: it is to be rung for. */
	if (window->from != MARK_WOKEN && lane_is_open(&victim->worker->lane) && !lane_is_pending(&victim->worker->lane))
		CHECK(lane_fall_asleep(&victim->worker->lane));
	return victim;
}

/* --- what happens there ------------------------------------------------------------------------------------------------ */

/* The victim goes on after it was given up, as far as it gets; then it ends. */
static void live_on(struct victim *victim, enum step result)
{
	struct stepper stepper = { .pid = victim->pid, .pump = host_pump };

	for (int i = 0; i < 20; i++)
		host_round(1);
	/* Its result must count or not count, but not twice: until it sleeps again, or has noticed that its connection is gone. */
	if (result != STEP_GONE) {
		victim->control->stop_at = MARK_SLEEP;
		(void)stepper_run(&stepper);
	}
	for (int i = 0; i < 20; i++)
		host_round(1);
	host_let_die(victim);
}

static void strike(struct victim *victim, enum step result)
{
	switch (sweep.then) {
	case THEN_KILL: host_kill(victim); return;
	case THEN_CONDEMN: host_condemn(victim); break;
	case THEN_HANG_UP: host_hang_up(victim); break;
	}
	live_on(victim, result);
}

static const char *function_at(uint64_t pc)
{
	Dl_info info;
	return dladdr((const void *)(uintptr_t)pc, &info) && info.dli_sname ? info.dli_sname : "?";
}

/* False: the window was over before this position. path NULL: positions are stops at system calls. */
static bool strike_at(const struct window *window, const struct path *path, size_t position, bool plain)
{
	host_say_where("%s:%zu, on the way there", window->name, position);
	struct victim *victim = go_to_start(window);
	struct stepper stepper = stepper_of(victim, window);
	const volatile uint32_t *end = &victim->control->passed[window->to];

	victim->control->stop_at = window->to; /* should it take another way, it does not get further */
	enum step result = path ? stepper_reach(&stepper, end, path, position, plain) : stepper_pass_calls(&stepper, end, position);
	CHECK(result != STEP_GONE);
	host_say_where("%s:%zu (%s)", window->name, position, function_at(stepper_pc(&stepper)));
	strike(victim, result);
	return result == STEP_STOPPED;
}

/* --- windows ------------------------------------------------------------------------------------------------------------- */

static void record_once(const struct window *window, struct path *path)
{
	host_say_where("%s, recording", window->name);
	struct victim *victim = go_to_start(window);
	struct stepper stepper = stepper_of(victim, window);

	CHECK(stepper_record(&stepper, &victim->control->passed[window->to], path) == STEP_AT_END);
	host_kill(victim);
}

static void report(const struct window *window, const char *positions, uint64_t struck, uint64_t violations, uint64_t start_ns)
{
	printf("%-10s %-10s %-8s %s: struck %llu times, %llu violations, %.1f s\n", window->name, worker_kind_name(sweep.host.kind), sweep.host.road,
	       positions, (unsigned long long)struck, (unsigned long long)violations, (double)(clock_monotonic_ns() - start_ns) / 1e9);
	fflush(stdout);
}

/* The shortest of some: a victim whose poll ran into its timeout in that moment goes a longer way, which the others do not. */
static void record(const struct window *window, struct path *path)
{
	record_once(window, path);
	for (int i = 1; i < RECORDINGS && path->count < PLAIN_MAX; i++) {
		struct path other = { 0 };
		record_once(window, &other);
		if (other.count < path->count) {
			struct path longer = *path;
			*path = other;
			other = longer;
		}
		path_done(&other);
	}
}

/* Paths differ a little from time to time: what a short cut misses is walked to, and behind the end there are some more positions. */
static void sweep_path(const struct window *window, uint64_t stride)
{
	struct path path = { 0 };
	uint64_t struck = 0, behind = 0, start_ns = clock_monotonic_ns(), before = host_violations();
	char positions[64];

	record(window, &path);
	for (size_t position = sweep.one ? sweep.at : sweep.seed % stride; behind < BEYOND_END; position += stride) {
		bool inside = strike_at(window, &path, position, false);
		struck++;
		if (!inside && position < path.count && position < PLAIN_MAX) {
			inside = strike_at(window, &path, position, true);
			struck++;
		}
		behind = inside || position < path.count ? 0 : behind + 1;
		if (sweep.one || (stride > 1 && behind))
			break;
	}
	snprintf(positions, sizeof(positions), "%6zu instructions, every %llu", path.count, (unsigned long long)stride);
	report(window, positions, struck, host_violations() - before, start_ns);
	path_done(&path);
}

static void sweep_calls(const struct window *window)
{
	uint64_t struck = 0, start_ns = clock_monotonic_ns(), before = host_violations();
	bool inside = true;

	for (size_t position = sweep.one ? sweep.at : 0; inside; position++) {
		inside = strike_at(window, NULL, position, false) && !sweep.one;
		struck++;
	}
	report(window, "around every system call", struck, host_violations() - before, start_ns);
}

static bool sweep_named(const char *argument)
{
	const char *colon = strchrnul(argument, ':');
	bool calls = strcmp(colon, ":calls") == 0;
	uint64_t stride = calls ? 0 : *colon ? strtoull(colon + 1, NULL, 10) : 1;

	for (size_t i = 0; i < COUNT_OF(windows); i++) {
		if (strlen(windows[i].name) != (size_t)(colon - argument) || strncmp(windows[i].name, argument, (size_t)(colon - argument)) != 0)
			continue;
		if (calls)
			sweep_calls(&windows[i]);
		else if (stride > 0)
			sweep_path(&windows[i], stride);
		return calls || stride > 0;
	}
	return false;
}

/* --- options ------------------------------------------------------------------------------------------------------------- */

static int choose(const char *word, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	fprintf(stderr, "kill-sweep: %s: expected %s", word, words[0]);
	for (int i = 1; i < count; i++)
		fprintf(stderr, ", %s", words[i]);
	fprintf(stderr, "\n");
	exit(EXIT_USAGE);
}

static void parse(int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "kind", required_argument, NULL, 'k' }, { "road", required_argument, NULL, 'r' }, { "seed", required_argument, NULL, 's' },
		{ "then", required_argument, NULL, 't' }, { "plant", required_argument, NULL, 'p' }, { "at", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	static const char *const kinds[] = { "preprocess", "inference" }, *const roads[] = { "eventfd", "zmq", "bus" };
	static const char *const thens[] = { "kill", "condemn", "hang-up" };
	static const char *const plants[] = { "none", "empty-slot", "empty-result", "early-release" };
	int option;

	while ((option = getopt_long(argument_count, arguments, "", options, NULL)) != -1) {
		switch (option) {
		case 'k': sweep.host.kind = (enum worker_kind)choose(optarg, kinds, COUNT_OF(kinds)); break;
		case 'r': sweep.host.road = roads[choose(optarg, roads, COUNT_OF(roads))]; break;
		case 's': sweep.seed = strtoull(optarg, NULL, 10); break;
		case 't': sweep.then = (enum then)choose(optarg, thens, COUNT_OF(thens)); break;
		case 'p': sweep.host.plant = (enum plant)choose(optarg, plants, COUNT_OF(plants)); break;
		case 'a': sweep.at = strtoull(optarg, NULL, 10); sweep.one = true; break;
		default: exit(EXIT_USAGE);
		}
	}
	if (argument_count - optind < 3) {
		fprintf(stderr, "Usage: kill-sweep [OPTIONS] CORPUS OUTPUT WINDOW[:STRIDE|:calls]...\n");
		exit(EXIT_USAGE);
	}
	sweep.host.corpus = arguments[optind];
	sweep.host.output = arguments[optind + 1];
}

int main(int argument_count, char **arguments)
{
	struct error_text error = { "" };

	fault_init();
	parse(argument_count, arguments);
	if (host_open(&sweep.host, &error) < 0) {
		fprintf(stderr, "kill-sweep: %s\n", error.message);
		return EXIT_USAGE;
	}
	for (int i = optind + 2; i < argument_count; i++) {
		if (!sweep_named(arguments[i])) {
			fprintf(stderr, "kill-sweep: %s: expected WINDOW, WINDOW:STRIDE or WINDOW:calls\n", arguments[i]);
			return EXIT_USAGE;
		}
	}
	uint64_t taken = host_close();
	printf("%llu documents, %llu violations\n", (unsigned long long)taken, (unsigned long long)host_violations());
	return host_violations() ? EXIT_VIOLATIONS : EXIT_CLEAN;
}
