/* host.c: see host.h. One host a process. The wrapped functions stand between source files of the coordinator (--wrap). */
#define _GNU_SOURCE
#include "tests/kill/host.h"

#include "base/clock.h"
#include "coordinator/supervisor_parts.h"
#include "proto/conversation.h"
#include "proto/document.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	VIOLATIONS_SHOWN = 20,
	JOBS_MAX = 1 << 20,
	STUCK_S = 120, /* what takes longer at one place hangs */
};

struct holder { /* who may answer for a task */
	pid_t pid; /* 0: nobody */
	uint32_t generation;
};

static struct {
	struct host_options options;
	struct settings settings;
	struct run_request request;
	struct run *run;
	struct buffer settings_text;
	struct victim victims[HOST_VICTIMS];
	struct victim *target;    /* who gets the next fresh task, or NULL */
	struct victim *condemned; /* whose signal is kept back, or NULL */
	uint32_t survivor;        /* number of the worker that gets what victims leave */
	struct holder *holders;   /* by task */
	pid_t seen[RUN_WORKERS_MAX]; /* by worker: its process as of the last look */
	char where[200];
	uint64_t stuck_ns; /* what is at `where` until then hangs */
	uint64_t violations;
} host;

/* --- violations ---------------------------------------------------------------------------------------------------- */

void host_say_where(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(host.where, sizeof(host.where), format, arguments);
	va_end(arguments);
	host.stuck_ns = clock_monotonic_ns() + STUCK_S * (uint64_t)1000000000;
}

static void check_time(void)
{
	if (clock_monotonic_ns() < host.stuck_ns)
		return;
	printf("STUCK at %s\n", host.where);
	fflush(stdout);
	abort();
}

uint64_t host_violations(void)
{
	return host.violations;
}

static void violation(const char *format, ...) PRINTF_LIKE(1, 2);
static void violation(const char *format, ...)
{
	va_list arguments;

	if (++host.violations > VIOLATIONS_SHOWN)
		return;
	printf("VIOLATION at %s: ", host.where);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
}

/* --- the ledger of the test ------------------------------------------------------------------------------------------ */

static struct holder *holder_of(uint64_t task_id)
{
	static struct holder nobody;

	nobody = (struct holder){ 0 };
	return task_id < JOBS_MAX ? &host.holders[task_id] : &nobody;
}

/* A worker whose process the coordinator has let go of: it must be gone indeed, and with it its claims. */
static void note_deaths(void)
{
	for (uint32_t i = 0; i < host.run->worker_count; i++) {
		pid_t was = host.seen[i];
		host.seen[i] = host.run->workers[i].pid;
		if (was == 0 || was == host.seen[i])
			continue;
		if (kill(was, 0) == 0)
			violation("the coordinator takes worker %u (pid %d) for dead, and it lives", i + 1, (int)was);
		for (uint64_t id = 0; id <= host.run->job_ids && id < JOBS_MAX; id++)
			if (host.holders[id].pid == was)
				host.holders[id] = (struct holder){ 0 };
	}
}

int __real_lanes_publish(struct worker *worker, const struct descriptor *task);
int __wrap_lanes_publish(struct worker *worker, const struct descriptor *task);
int __wrap_lanes_publish(struct worker *worker, const struct descriptor *task)
{
	struct holder *holder = holder_of(task->task_id);

	if (holder->pid && kill(holder->pid, 0) == 0)
		violation("task %llu goes to worker %u, and process %d can still answer for it", (unsigned long long)task->task_id, worker->number,
			  (int)holder->pid);
	int status = __real_lanes_publish(worker, task);
	if (status == 0)
		*holder = (struct holder){ worker->pid, task->generation };
	return status;
}

/* What is wrong with a result that says done, or NULL. */
static const char *damage(const struct run *run, const struct job *job, const struct descriptor *result)
{
	struct document document;
	struct conversation_set conversations;

	if (result->out_segment != job->output.segment || result->out_offset != job->output.extent.offset)
		return "it lies in another place than its task said";
	if (result->status != DESCRIPTOR_DONE)
		return result->status == DESCRIPTOR_NEEDS_SPACE && result->out_bytes > job->output.extent.bytes ? NULL : "it says that something went wrong";
	if (result->out_bytes == 0 || result->out_bytes > job->output.extent.bytes)
		return "it has no length that can be";
	const void *block = memory_at(run->memory, &job->output);
	int status = job->stage == JOB_GENERATE ? conversation_open(block, result->out_bytes, &conversations, NULL)
						 : document_open(block, result->out_bytes, &document, NULL);
	return status < 0 ? "its block is not whole" : NULL;
}

static void note_result(const struct worker *worker, const struct descriptor *result)
{
	struct holder *holder = holder_of(result->task_id);
	const struct job *job = worker->held.first;
	const char *wrong = "the worker does not hold its task";

	while (job && job->id != result->task_id)
		job = job->next;
	if (holder->pid != worker->pid || holder->generation != result->generation)
		wrong = "nobody waits for it";
	else if (job)
		wrong = damage(host.run, job, result);
	if (wrong)
		violation("result of task %llu, generation %u, from worker %u: %s", (unsigned long long)result->task_id, result->generation,
			  worker->number, wrong);
	else
		*holder = (struct holder){ 0 };
}

/* Out of a lane. */
void __real_results_take(struct run *run, struct worker *worker, const struct descriptor *result, uint64_t duration_ns);
void __wrap_results_take(struct run *run, struct worker *worker, const struct descriptor *result, uint64_t duration_ns);
void __wrap_results_take(struct run *run, struct worker *worker, const struct descriptor *result, uint64_t duration_ns)
{
	note_result(worker, result);
	__real_results_take(run, worker, result, duration_ns);
}

/* From the bus. What the dead had sent may come late there: it is recognised and dropped, and no violation. */
int __real_message_decode(const void *frame, size_t bytes, struct message *ret_message, struct error_text *error);
int __wrap_message_decode(const void *frame, size_t bytes, struct message *ret_message, struct error_text *error);
int __wrap_message_decode(const void *frame, size_t bytes, struct message *ret_message, struct error_text *error)
{
	int status = __real_message_decode(frame, bytes, ret_message, error);

	if (status == 0 && host.run && ret_message->type == MESSAGE_RESULT && ret_message->worker - 1 < host.run->worker_count) {
		const struct worker *worker = &host.run->workers[ret_message->worker - 1];
		const struct holder *holder = holder_of(ret_message->descriptor.task_id);
		note_deaths();
		if (holder->pid == worker->pid && holder->generation == ret_message->descriptor.generation)
			note_result(worker, &ret_message->descriptor);
	}
	return status;
}

/* --- where tasks go ------------------------------------------------------------------------------------------------ */

/* Fresh tasks to the target, what a victim left to the survivor, by the product's own preference. */
static void steer(void)
{
	struct job_list *queue = &host.run->queues[host.options.kind == WORKER_PREPROCESS ? JOB_PREPROCESS : JOB_GENERATE];
	bool wanted = host.target && host.target->worker->held.count == 0;

	for (struct job *job = queue->first; job; job = job->next) {
		bool fresh = job->attempts == 0 && wanted;
		job->preferred_worker = fresh ? host.target->worker->number : host.survivor;
		wanted = wanted && !fresh;
	}
}

void __real_dispatch_step(struct run *run);
void __wrap_dispatch_step(struct run *run);
void __wrap_dispatch_step(struct run *run)
{
	note_deaths();
	steer();
	__real_dispatch_step(run);
}

/* --- killing ------------------------------------------------------------------------------------------------------- */

/* The planted mistake: somebody who was given up is taken for dead. */
static void release_early(struct worker *worker)
{
	while (worker->held.first)
		dispatch_retry(worker->run, worker->held.first, true, "planted");
}

int __real_pidfd_send_signal(int descriptor, int number, siginfo_t *info, unsigned flags);
int __wrap_pidfd_send_signal(int descriptor, int number, siginfo_t *info, unsigned flags);
int __wrap_pidfd_send_signal(int descriptor, int number, siginfo_t *info, unsigned flags)
{
	if (!host.condemned || host.condemned->worker->process.descriptor != descriptor)
		return __real_pidfd_send_signal(descriptor, number, info, flags);
	if (host.options.plant == PLANT_EARLY_RELEASE)
		release_early(host.condemned->worker);
	return 0; /* on its way: nobody knows when it arrives */
}

static void wait_gone(struct victim *victim)
{
	while (victim->worker->pid)
		host_round(1);
	victim->pid = 0;
	if (host.target == victim)
		host.target = NULL;
}

void host_kill(struct victim *victim)
{
	lane_wake(&victim->worker->lane);
	kill(victim->pid, SIGKILL);
	wait_gone(victim);
}

void host_condemn(struct victim *victim)
{
	lane_wake(&victim->worker->lane);
	host.condemned = victim;
	supervisor_kill(victim->worker, "the test says so");
}

void host_hang_up(struct victim *victim)
{
	lane_wake(&victim->worker->lane);
	shutdown(victim->worker->attach.descriptor, SHUT_RDWR);
	if (host.options.plant == PLANT_EARLY_RELEASE)
		release_early(victim->worker);
}

void host_let_die(struct victim *victim)
{
	host.condemned = NULL;
	host_kill(victim);
}

/* --- rounds -------------------------------------------------------------------------------------------------------- */

static void judge(void)
{
	static uint64_t bad, rescues;
	const struct run_stats *stats = &host.run->stats;
	struct error_text error = { "" };

	if (run_audit(host.run, &error) < 0)
		violation("%s", error.message);
	if (stats->bad_messages != bad)
		violation("a message came that cannot be");
	if (lanes_rescues(host.run) != rescues)
		violation("a bell was not rung");
	if (host.run->fatal_status)
		violation("the run cannot go on: %s", host.run->fatal);
	bad = stats->bad_messages;
	rescues = lanes_rescues(host.run);
}

void host_round(int wait_ms)
{
	struct run *run = host.run;

	run->more_to_do = run->retry_soon = false;
	run_work(run, clock_monotonic_ns());
	note_deaths();
	judge();
	int status = lanes_wait(run, run->more_to_do ? 0 : (uint64_t)wait_ms * 1000000);
	CHECK(status >= 0 && !run->fatal_status);
	note_deaths();
	check_time();
}

void host_pump(void *context)
{
	(void)context;
	host_round(0);
}

/* --- victims --------------------------------------------------------------------------------------------------------- */

struct victim *host_start_victim(void)
{
	struct victim *victim = host.victims;

	while (victim->pid)
		CHECK(++victim < host.victims + HOST_VICTIMS);
	struct worker *worker = victim->worker;
	CHECK(worker->state == WORKER_ABSENT);
	victim->control->plant = host.options.plant;
	pid_t pid = victim_fork(host.options.kind, host.run->place.folder, victim->control);
	CHECK(pid > 0);
	victim->pid = pid;
	worker->crashes_in_row = 0;
	supervisor_begin_life(worker, pid, clock_monotonic_ns());
	CHECK(supervisor_watch_process(worker) == 0);
	return victim;
}

bool host_is_idle(const struct victim *victim)
{
	const struct victim_control *control = victim->control;

	/* It sleeps for the second time: the first was for what the attach socket brings. */
	return victim->worker->state == WORKER_READY && victim->worker->held.count == 0 && control->passed[MARK_SLEEP] >= 2 &&
	       control->passed[MARK_SLEEP] > control->passed[MARK_WOKEN];
}

void host_give_task(struct victim *victim)
{
	host.target = victim;
	host.settings.run.limit++;
	while (victim->worker->held.count == 0) {
		CHECK(!host.run->walk_finished); /* the corpus is too small */
		host_round(1);
	}
	host.target = NULL;
}

/* --- open and close -------------------------------------------------------------------------------------------------- */

static int set_all(struct error_text *error)
{
	const char *const one = host.options.kind == WORKER_PREPROCESS ? "3" : "1", *const other = host.options.kind == WORKER_PREPROCESS ? "1" : "3";
	const bool lane = strcmp(host.options.road, "bus") != 0;
	/* Nobody but the test decides who has waited for too long. */
	const char *const all[][2] = {
		{ "run.workers", one }, { "run.inference_workers", other }, { "run.pin", "none" }, { "run.limit", "1" },
		{ "run.domain", "generic" }, { "ipc.shm", "64M" }, { "ipc.fast_lane", lane ? "on" : "off" },
		{ "ipc.bell", lane ? host.options.road : "zmq" }, { "io.commit_documents", "64" },
		{ "supervise.heartbeat_ms", "60000" }, { "supervise.handshake_timeout_ms", "600000" }, { "supervise.document_timeout_s", "86400" },
	};
	int status = 0;

	settings_init(&host.settings);
	for (size_t i = 0; i < COUNT_OF(all) && status == 0; i++)
		status = settings_set(&host.settings, all[i][0], all[i][1], error);
	return status;
}

/* The first slots of their kind are the victims', and the last one the survivor's. */
static void share_slots(void)
{
	unsigned victims = 0;

	for (uint32_t i = 0; i < host.run->worker_count; i++) {
		struct worker *worker = &host.run->workers[i];
		if (worker->kind != host.options.kind)
			continue;
		host.survivor = worker->number;
		if (victims == HOST_VICTIMS)
			continue;
		worker->wanted = false;
		host.victims[victims].worker = worker;
		host.victims[victims].control = victim_control_create();
		CHECK(host.victims[victims].control);
		victims++;
	}
	CHECK(victims == HOST_VICTIMS && host.survivor != host.victims[HOST_VICTIMS - 1].worker->number);
}

int host_open(const struct host_options *options, struct error_text *error)
{
	char hash[33];

	host.options = *options;
	host.run = calloc(1, sizeof(*host.run));
	host.holders = calloc(JOBS_MAX, sizeof(*host.holders));
	CHECK(host.run && host.holders);
	log_set_level(LOG_ERROR);
	int status = set_all(error);
	if (status < 0)
		return status;
	host.request = (struct run_request){ .settings = &host.settings, .inputs = &host.options.corpus, .input_count = 1,
					     .output = host.options.output, .command = "kill-sweep", .progress = RUN_PROGRESS_NEVER };
	run_init(host.run, &host.request);
	buffer_init(&host.settings_text, 1 << 20);
	status = run_open(host.run, hash, &host.settings_text, error);
	if (status < 0)
		return status;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* Ctrl-C ends the test, and with it every worker */
	share_slots();
	/* One document goes all the way before the first victim: every true worker is there. */
	host_say_where("start");
	while (host.run->stats.settled[JOB_DONE] == 0)
		host_round(10);
	return 0;
}

uint64_t host_close(void)
{
	struct run *run = host.run;

	for (unsigned i = 0; i < HOST_VICTIMS; i++)
		if (host.victims[i].pid)
			host_kill(&host.victims[i]);
	host_say_where("end");
	while (run_jobs_in_flight(run))
		host_round(10);
	uint64_t taken = run->stats.taken_files;
	if (run->stats.settled[JOB_DONE] != taken)
		violation("%llu documents were taken, %llu are done", (unsigned long long)taken, (unsigned long long)run->stats.settled[JOB_DONE]);
	for (uint32_t i = 0; i <= run->worker_count; i++)
		if (memory_leased(run->memory, (uint16_t)i))
			violation("%llu bytes of segment %u are leased to nobody", (unsigned long long)memory_leased(run->memory, (uint16_t)i), i);
	supervisor_stop_all(run);
	while (supervisor_alive(run))
		host_round(10);
	run_close(run);
	buffer_done(&host.settings_text);
	settings_done(&host.settings);
	free(host.holders);
	free(run);
	return taken;
}
