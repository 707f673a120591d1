#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "coordinator/dataset/finalise.h"
#include "coordinator/summary.h"
#include "ipc/fault.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	EXIT_DONE = 0,
	EXIT_INCOMPLETE = 1,
	EXIT_USAGE = 2,
	EXIT_RESOURCES = 3,
	EXIT_INTERRUPTED = 130, /* 128 + SIGINT, as shells have it */
	RETRY_MS = 5,
	WAIT_MS_MAX = 3600 * 1000,
	AWAY_MS = 2000, /* a round later than this behind its time was kept from running */
	CLOSE_TIMEOUT_MS = 30000,
};

/* --- ends and beginnings of phases --------------------------------------------------------------------------------- */

void run_fatal(struct run *run, int status, const char *format, ...)
{
	va_list arguments;

	if (run->fatal_status)
		return;
	va_start(arguments, format);
	vsnprintf(run->fatal, sizeof(run->fatal), format, arguments);
	va_end(arguments);
	run->fatal_status = status;
	log_error("%s", run->fatal);
}

void run_begin_drain(struct run *run)
{
	if (run->phase != RUN_WORKING)
		return;
	run->phase = RUN_DRAINING;
	run->drain_deadline_ns = clock_monotonic_ns() + run->settings->run.drain_timeout_s * 1000000000u;
}

bool run_generates(const struct run *run)
{
	return strcmp(run->settings->run.stages, "all") == 0;
}

size_t run_jobs_in_flight(const struct run *run)
{
	size_t count = run->reading.count + run->expanding.count + run->to_spool.count + run->spooling.count + run->committing.count + run->syncing.count;

	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		count += run->queues[stage].count;
	for (uint32_t i = 0; i < run->worker_count; i++)
		count += run->workers[i].held.count;
	return count + models_queued(run);
}

enum { SAVED_BYTES = 64, SIGNAL_AGAIN_NS = 200 * 1000 * 1000 };

static const char *what_is_saved(const struct run *run, char saved[SAVED_BYTES])
{
	unsigned long long count = run->stats.settled[JOB_DONE] + run->stats.unchanged;

	snprintf(saved, SAVED_BYTES, count == 1 ? "%llu document is saved" : "%llu documents are saved", count);
	return saved;
}

/* What is pending together is one request, and so is what follows at once: timeout(1) and batch systems signal a process, and then its group. */
void run_on_signal(void *context, uint32_t events)
{
	struct run *run = context;
	char saved[SAVED_BYTES];
	struct signalfd_siginfo info;
	uint64_t now_ns = clock_monotonic_ns();
	unsigned received = 0;

	(void)events;
	while (read(run->signals.descriptor, &info, sizeof(info)) == sizeof(info))
		received++;
	if (received == 0 || (run->interrupted && now_ns - run->interrupted_ns < SIGNAL_AGAIN_NS))
		return;
	if (run->interrupted) {
		log_progress_line(NULL);
		log_warning("stopped at once; %s, the same command goes on from there", what_is_saved(run, saved));
		supervisor_close(run);
		rendezvous_remove(&run->place);
		_exit(EXIT_INTERRUPTED);
	}
	run->interrupted = true;
	run->interrupted_ns = now_ns;
	log_info("%s: finishing what the workers hold (again to stop at once)", info.ssi_signo == SIGTERM ? "SIGTERM" :
		 info.ssi_signo == SIGHUP ? "terminal closed" : "Ctrl-C");
	run_begin_drain(run);
}

/* --- the loop ------------------------------------------------------------------------------------------------------- */

static bool is_drained(const struct run *run, uint64_t now_ns)
{
	size_t held = 0, inference = 0;

	if (now_ns > run->drain_deadline_ns)
		return true;
	for (uint32_t i = 0; i < run->worker_count; i++) {
		held += run->workers[i].held.count;
		inference += run->workers[i].kind == WORKER_INFERENCE && run->workers[i].state == WORKER_READY;
	}
	return held == 0 && run->reading.count == 0 && (run->queues[JOB_GENERATE].count == 0 || inference == 0) &&
	       run->to_spool.count == 0 && run->spooling.count == 0 && run->committing.count == 0 && run->syncing.count == 0;
}

static bool is_complete(const struct run *run)
{
	return run->phase == RUN_WORKING && intake_is_finished(run) && run_jobs_in_flight(run) == 0;
}

/* A job in two places or a lease that nobody holds would go on to damage the dataset: better no dataset yet than a wrong one. */
static void check_books(struct run *run)
{
	int status = run_audit(run, &run->error);

	if (status < 0 && status != -ENOMEM)
		log_error("this is a bug in docring: %s", run->error.message);
	CHECK(status == 0 || status == -ENOMEM);
}

static void change_phase(struct run *run, uint64_t now_ns)
{
	enum run_phase before = run->phase;

	if (run->phase < RUN_STOPPING && (run->fatal_status || is_complete(run) || (run->phase == RUN_DRAINING && is_drained(run, now_ns)))) {
		run->processed_ns = clock_monotonic_ns();
		run->processing_cpu_ns = clock_process_cpu_ns();
		supervisor_stop_all(run);
	} else if (run->phase == RUN_STOPPING && supervisor_alive(run) == 0) {
		run->phase = RUN_ENDED;
	}
	if (run->phase == before)
		return;
	run->more_to_do = true;
	check_books(run);
}

/* Callbacks that were called gave the other steps something to do. */
static void poll_files(struct run *run)
{
	run->more_to_do |= uring_poll(run->uring) > 0;
}

void run_work(struct run *run, uint64_t now_ns)
{
	results_receive(run);
	uring_poll(run->uring);
	intake_step(run);
	pinning_step(run);
	supervisor_step(run, now_ns);
	models_step(run, now_ns);
	dispatch_step(run);
	scale_step(run, now_ns);
	poll_files(run);
	commit_step(run, now_ns);
	poll_files(run);
	progress_step(run, now_ns);
}

static uint64_t earlier(uint64_t one_ns, uint64_t other_ns)
{
	return one_ns < other_ns ? one_ns : other_ns;
}

/* Messages, completions, signals and deaths end the wait by themselves; only what has a time of its own needs one. */
static uint64_t wait_ns(const struct run *run)
{
	uint64_t now_ns = clock_monotonic_ns(), due_ns = now_ns + WAIT_MS_MAX * (uint64_t)1000000;

	if (run->more_to_do)
		return 0;
	if (run->retry_soon)
		due_ns = now_ns + RETRY_MS * (uint64_t)1000000;
	due_ns = earlier(earlier(due_ns, supervisor_next_ns(run)), earlier(run->scale_due_ns, earlier(models_next_ns(run), progress_next_ns(run))));
	due_ns = earlier(due_ns, refresh_next_ns(run));
	due_ns = earlier(due_ns, commit_next_ns(run));
	if (run->phase == RUN_DRAINING)
		due_ns = earlier(due_ns, run->drain_deadline_ns);
	return due_ns > now_ns ? due_ns - now_ns : 0;
}

static void serve(struct run *run)
{
	bool complete = false; /* a batch that reached its end in RUN_WORKING */
	uint64_t expected_ns = UINT64_MAX; /* when this round should have begun */

	for (;;) {
		uint64_t now_ns = clock_monotonic_ns();
		run->more_to_do = run->retry_soon = false;
		if (now_ns > expected_ns && now_ns - expected_ns > AWAY_MS * (uint64_t)1000000)
			run->judge_from_ns = now_ns + AWAY_MS * (uint64_t)1000000;
		run_work(run, now_ns);
		refresh_step(run, now_ns);
		if (is_complete(run) && !complete) {
			complete = true;
			intake_close(run);
		}
		change_phase(run, now_ns);
		if (run->phase == RUN_ENDED)
			break;
		uint64_t timeout_ns = wait_ns(run);
		expected_ns = now_ns + timeout_ns;
		int status = lanes_wait(run, timeout_ns);
		if (status < 0)
			run_fatal(run, status, "waiting: %s", strerror(-status));
	}
	FAULT_POINT("run_served");
	if (!run->fatal_status && state_end_run(run->state, &run->error) < 0)
		log_warning("what models could not answer will not be asked again by the next run: %s", run->error.message);
	refresh_stop(run); /* everything is written once more at the end */
	intake_close(run);
	progress_end(run);
}

/* --- closing -------------------------------------------------------------------------------------------------------- */

static void forget_all(struct run *run, struct job_list *list)
{
	while (list->first) {
		list->first->open_members = 0;
		dispatch_forget(run, list->first);
	}
}

static void forget_jobs(struct run *run)
{
	if (run->uring && uring_wait_idle(run->uring, CLOSE_TIMEOUT_MS) < 0)
		log_warning("files were still being written after %d s", CLOSE_TIMEOUT_MS / 1000);
	forget_all(run, &run->reading);
	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		forget_all(run, &run->queues[stage]);
	for (uint32_t i = 0; i < run->models.count; i++)
		forget_all(run, &run->models.groups[i].queue);
	forget_all(run, &run->models.waiting);
	forget_all(run, &run->models.last);
	for (uint32_t i = 0; i < run->worker_count; i++)
		forget_all(run, &run->workers[i].held);
	forget_all(run, &run->expanding);
	forget_all(run, &run->to_spool);
	forget_all(run, &run->spooling);
	forget_all(run, &run->committing);
	forget_all(run, &run->syncing);
}

static void close_descriptor(int descriptor)
{
	if (descriptor >= 0)
		close(descriptor);
}

void run_close(struct run *run)
{
	supervisor_close(run);
	refresh_stop(run);
	intake_close(run);
	if (run->memory) {
		forget_jobs(run);
		check_books(run);
	}
	models_close(run);
	uring_destroy(run->uring);
	spool_close(run->spool);
	state_close(run->state);
	memory_destroy(run->memory);
	channel_close(run->channel);
	if (run->place.folder[0])
		rendezvous_remove(&run->place);
	close_descriptor(run->signals.descriptor);
	close_descriptor(run->folder_descriptor);
	close_descriptor(run->settings_file);
	close_descriptor(run->domain_file);
	loop_close(&run->loop);
	close_descriptor(run->lock);
	log_open_file(NULL);
}

/* --- the end -------------------------------------------------------------------------------------------------------- */

static int exit_code_of(int status)
{
	switch (status) {
	case -ENOSPC: case -ENOMEM: case -EMFILE: case -ENFILE: case -EDQUOT: case -EROFS: case -EACCES: case -EPERM: case -EIO: case -EFBIG:
	case ERROR_PEER_GONE:
		return EXIT_RESOURCES;
	default:
		return EXIT_USAGE;
	}
}

static char stop_words[PATH_MAX + 160]; /* what a signal handler may say */

static void on_stop(int number)
{
	(void)number;
	if (write(STDERR_FILENO, stop_words, strlen(stop_words)) < 0)
		_exit(EXIT_RESOURCES);
	_exit(EXIT_INTERRUPTED);
}

/* Nobody is served any more: while the dataset is written, a signal simply ends the program. Files appear whole or not at all. */
static void let_signals_end(struct run *run)
{
	struct sigaction stop = { .sa_handler = on_stop };
	sigset_t both;

	snprintf(stop_words, sizeof(stop_words), "\ncoordinator: stopped while the dataset was being written; every document is saved, and"
		 " 'coordinator finalise %s' writes it\n", run->request.output);
	channel_close(run->channel);
	run->channel = NULL;
	rendezvous_remove(&run->place);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &both, NULL); /* a closed terminal stops nothing now */
}

static int end_run(struct run *run, const struct finalise_request *request)
{
	struct finalise_summary summary;
	char saved[SAVED_BYTES];

	if (run->fatal_status) {
		log_info("%s in %s; the same command goes on from there", what_is_saved(run, saved), run->output);
		return EXIT_RESOURCES;
	}
	if (run->interrupted && !run->request.service) {
		log_info("%s; the same command goes on from there, and 'coordinator finalise %s' makes a dataset of what there is", what_is_saved(run, saved),
			 run->request.output);
		return EXIT_INTERRUPTED;
	}
	let_signals_end(run);
	int status = finalise_dataset(request, &summary, &run->error);
	FAULT_POINT("run_finalised");
	if (status < 0) {
		log_error("cannot write the dataset: %s", run->error.message);
		return EXIT_RESOURCES;
	}
	return summary_print(run, &summary) ? EXIT_DONE : EXIT_INCOMPLETE;
}

void run_init(struct run *run, const struct run_request *request)
{
	run->request = *request;
	run->settings = request->settings;
	run->folder_descriptor = run->lock = run->settings_file = run->domain_file = -1;
	run->loop.epoll = -1;
	run->listener.descriptor = run->signals.descriptor = run->uring_events.descriptor = run->watched.descriptor = -1;
	run->refresh.process.descriptor = run->refresh.words.descriptor = -1;
	for (uint32_t i = 0; i < RUN_NEWCOMERS_MAX; i++)
		run->newcomers[i].watch.descriptor = -1;
	run->started_ns = clock_monotonic_ns();
	lane_spin_init(&run->spin, LANE_SPIN_NS);
	run->reading.place = JOB_READING;
	run->expanding.place = JOB_EXPANDING;
	run->to_spool.place = run->spooling.place = JOB_SPOOLING;
	run->committing.place = run->syncing.place = JOB_COMMITTING;
	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		run->queues[stage].place = JOB_QUEUED;
	run->output_ratio[JOB_PREPROCESS] = 2;
	run->output_ratio[JOB_EXPAND] = 8;
	run->output_ratio[JOB_GENERATE] = 1;
}

int run_execute(const struct run_request *request)
{
	struct run *run = calloc(1, sizeof(*run));
	struct error_text error = { "" };
	struct buffer settings_text;
	char config_hash[33] = "";
	int result;

	if (!run)
		return EXIT_RESOURCES;
	run_init(run, request);
	buffer_init(&settings_text, 1 << 20);
	int status = run_open(run, config_hash, &settings_text, &error);
	if (status < 0) {
		log_error("%s", error.message[0] ? error.message : error_describe(status));
		result = exit_code_of(status);
	} else {
		struct finalise_request finalise = {
			.settings = run->settings, .output = run->output, .settings_text = buffer_string(&settings_text),
			.config_hash = config_hash, .state = run->state, .uring = run->uring,
		};
		if (request->service)
			log_info("waits for documents (coordinator submit --run %s FILE...); Ctrl-C ends it and writes the dataset", request->output);
		serve(run);
		result = end_run(run, &finalise);
	}
	run_close(run);
	buffer_done(&settings_text);
	free(run);
	return result;
}
