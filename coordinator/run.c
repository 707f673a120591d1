#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "base/file.h"
#include "config/domain.h"
#include "coordinator/dataset/finalise.h"
#include "coordinator/summary.h"
#include "ipc/attach.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	EXIT_DONE = 0,
	EXIT_INCOMPLETE = 1,
	EXIT_USAGE = 2,
	EXIT_RESOURCES = 3,
	EXIT_INTERRUPTED = 130, /* 128 + SIGINT, as shells have it */
	URING_ENTRIES = 256,
	WAIT_MS = 20,
	IDLE_WAIT_MS = 100,
	DOMAIN_BYTES_MAX = 16 << 20,
	OUTBOX_BYTES_MIN = 2 << 20,
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

size_t run_jobs_in_flight(const struct run *run)
{
	size_t count = run->reading.count + run->expanding.count + run->spooling.count + run->committing.count + run->syncing.count;

	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		count += run->queues[stage].count;
	for (uint32_t i = 0; i < run->worker_count; i++)
		count += run->workers[i].held.count;
	return count;
}

static void on_signal(void *context, uint32_t events)
{
	struct run *run = context;
	struct signalfd_siginfo info;

	(void)events;
	if (read(run->signals.descriptor, &info, sizeof(info)) != sizeof(info))
		return;
	if (run->interrupted) {
		log_progress_line(NULL);
		log_warning("stopped at once; %llu documents are saved, the same command goes on from there",
			    (unsigned long long)(run->stats.settled[JOB_DONE] + run->stats.unchanged));
		supervisor_close(run);
		rendezvous_remove(&run->place);
		_exit(EXIT_INTERRUPTED);
	}
	run->interrupted = true;
	log_info("%s: finishing what the workers hold (again to stop at once)", info.ssi_signo == SIGTERM ? "SIGTERM" : "Ctrl-C");
	run_begin_drain(run);
}

/* --- opening -------------------------------------------------------------------------------------------------------- */

static int open_folders(struct run *run, struct error_text *error)
{
	char path[PATH_MAX];
	int status = file_make_folders(run->request.output, error);

	if (status < 0)
		return status;
	if (!realpath(run->request.output, run->output))
		return error_set(error, -errno, "%s: %s", run->request.output, strerror(errno));
	if (snprintf(run->folder, sizeof(run->folder), "%s/.docring", run->output) >= (int)sizeof(run->folder) - 64)
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", run->output);
	snprintf(path, sizeof(path), "%.*s/spool", PATH_MAX - 16, run->folder);
	status = file_make_folders(path, error);
	if (status < 0)
		return status;
	snprintf(path, sizeof(path), "%.*s/lock", PATH_MAX - 16, run->folder);
	run->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (run->lock < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (flock(run->lock, LOCK_EX | LOCK_NB) < 0)
		return error_set(error, -EBUSY, "%s: another coordinator writes there; see coordinator status --run %s, or choose another --output",
				 run->request.output, run->request.output);
	return 0;
}

static void remove_earlier_state(const struct run *run)
{
	static const char *const names[] = { "run.db", "run.db-wal", "run.db-shm", "spool/results" };
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 32, run->folder, names[i]);
		if (unlink(path) < 0 && errno != ENOENT)
			log_warning("%s: cannot remove: %s", path, strerror(errno));
	}
}

/* The settings and the domain pack, as memory files for workers and as the hash that says whether earlier results still count. */
static int open_configuration(struct run *run, char ret_hash[33], struct buffer *settings_text, struct error_text *error)
{
	struct buffer content, pack;
	struct domain *domain = NULL;

	buffer_init(&content, DOMAIN_BYTES_MAX * 2);
	buffer_init(&pack, DOMAIN_BYTES_MAX);
	char path[PATH_MAX];

	settings_dump(run->settings, settings_text);
	settings_dump_content(run->settings, &content);
	snprintf(path, sizeof(path), "%.*s/settings.yaml", PATH_MAX - 32, run->folder);
	int status = file_replace(path, buffer_view(settings_text), error); /* what `coordinator finalise` goes by */
	if (status == 0)
		status = domain_load_named(run->settings->run.domain, &domain, &pack, error);
	domain_destroy(domain);
	if (status == 0) {
		buffer_append_text(&content, buffer_view(&pack));
		XXH128_hash_t hash = XXH3_128bits(buffer_view(&content).data, content.bytes);
		snprintf(ret_hash, 33, "%016llx%016llx", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
		run->settings_file = attach_memory_file("docring-settings", settings_text->data, settings_text->bytes);
		run->domain_file = attach_memory_file("docring-domain", pack.data, pack.bytes);
		if (run->settings_file < 0 || run->domain_file < 0)
			status = error_set(error, -ENOMEM, "cannot make memory files: %s", error_describe(run->settings_file < 0 ? run->settings_file : run->domain_file));
	}
	buffer_done(&pack);
	buffer_done(&content);
	return status;
}

static int open_state(struct run *run, const char *config_hash, struct error_text *error)
{
	char path[PATH_MAX];

	if (run->request.restart)
		remove_earlier_state(run);
	snprintf(path, sizeof(path), "%.*s/run.db", PATH_MAX - 32, run->folder);
	int status = state_open(&run->state, path, config_hash, error);
	if (status < 0)
		return status;
	status = state_begin_run(run->state, run->request.command, error);
	if (status >= 0)
		status = state_set(run->state, "config_hash", config_hash, error);
	if (status < 0)
		return status;
	run->committed_end = (uint64_t)state_spool_end(run->state);
	snprintf(path, sizeof(path), "%.*s/spool/results", PATH_MAX - 32, run->folder);
	return spool_open(&run->spool, path, run->committed_end, error);
}

static int plan_workers(struct run *run, struct error_text *error)
{
	uint32_t least, most;
	int status = settings_parse_workers(run->settings->run.workers, &least, &most, error);

	if (status < 0)
		return status;
	run->wanted_preprocess = most ? most : run->topology.count;
	run->wanted_inference = (uint32_t)run->settings->run.inference_workers;
	if (run->wanted_preprocess + run->wanted_inference > RUN_WORKERS_MAX)
		return error_set(error, -EINVAL, "%u workers asked for, at most %d are possible; pass a smaller --workers",
				 run->wanted_preprocess + run->wanted_inference, RUN_WORKERS_MAX);
	if (run->wanted_preprocess > run->topology.count)
		log_info("%u preprocessing workers on %u cores: they share", run->wanted_preprocess, run->topology.count);
	return 0;
}

static int open_memory(struct run *run, struct error_text *error)
{
	uint64_t shm = run->settings->ipc.shm, ring = (uint64_t)((double)shm * run->settings->ipc.ring_share);
	uint32_t workers = run->wanted_preprocess + run->wanted_inference;
	int status = memory_check_budget(shm, run->topology.memory_bytes, error);

	if (status < 0)
		return status;
	run->outbox_bytes = (shm - ring) / workers / SEGMENT_HEADER_BYTES * SEGMENT_HEADER_BYTES;
	if (run->outbox_bytes < OUTBOX_BYTES_MIN)
		return error_set(error, -EINVAL, "--shm %llu MiB leaves an outbox of %llu KiB to each of %u workers, at least %d are needed; pass --shm %lluM or fewer --workers",
				 (unsigned long long)(shm >> 20), (unsigned long long)(run->outbox_bytes >> 10), workers, OUTBOX_BYTES_MIN >> 10,
				 (unsigned long long)((double)workers * OUTBOX_BYTES_MIN / (1 - run->settings->ipc.ring_share)) / 1048576 + 1);
	run->memory = memory_create(strcmp(run->settings->ipc.huge_pages, "advise") == 0);
	if (!run->memory)
		return error_set(error, -ENOMEM, "out of memory");
	return memory_add_segment(run->memory, MEMORY_RING, ring, true, error);
}

static int open_io(struct run *run, struct error_text *error)
{
	enum uring_mode mode = strcmp(run->settings->io.uring, "off") == 0 ? URING_OFF : URING_AUTO;
	int status = uring_create(&run->uring, URING_ENTRIES, mode, error);

	if (status < 0)
		return status;
	if (!uring_is_native(run->uring))
		log_info("files are read and written by plain system calls (%s)",
			 mode == URING_OFF ? "io.uring is off" : error_describe(uring_fallback_reason(run->uring)));
	return 0;
}

static void ignore_event(void *context, uint32_t events)
{
	(void)context; /* uring_poll runs in every round; this only wakes the loop */
	(void)events;
}

static int open_signals(struct run *run, struct error_text *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (descriptor < 0)
		return error_set(error, -errno, "signalfd: %s", strerror(errno));
	run->signals = (struct loop_watch){ descriptor, on_signal, run };
	int status = loop_add(&run->loop, &run->signals, EPOLLIN);
	if (status == 0) {
		run->uring_events = (struct loop_watch){ uring_event_descriptor(run->uring), ignore_event, run };
		status = loop_add(&run->loop, &run->uring_events, EPOLLIN | EPOLLET);
	}
	return status < 0 ? error_set(error, status, "epoll: %s", strerror(-status)) : 0;
}

/* The sockets, under a name made of the output folder's, and a link to them in it. */
static int open_rendezvous(struct run *run, struct error_text *error)
{
	char name[PATH_MAX], link[PATH_MAX];

	snprintf(name, sizeof(name), "%.30s-%d", strrchr(run->output, '/') + 1, (int)getpid());
	int status = rendezvous_create(&run->place, name, error);
	if (status < 0)
		return status;
	snprintf(link, sizeof(link), "%.*s/run", PATH_MAX - 32, run->folder);
	if ((unlink(link) < 0 && errno != ENOENT) || symlink(run->place.folder, link) < 0)
		log_debug("%s: %s", link, strerror(errno)); /* --run NAME still works */
	return channel_bind(&run->channel, run->place.endpoint, error);
}

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* the soft limit was enough for most runs anyway */
	}
}

static int open_run(struct run *run, char config_hash[33], struct buffer *settings_text, struct error_text *error)
{
	char path[PATH_MAX];
	int status = open_folders(run, error);

	raise_file_limit();
	if (status == 0)
		status = topology_load(&run->topology, error);
	if (status == 0)
		status = plan_workers(run, error);
	if (status == 0)
		status = open_configuration(run, config_hash, settings_text, error);
	if (status == 0)
		status = open_memory(run, error);
	if (status == 0)
		status = open_state(run, config_hash, error);
	if (status == 0)
		status = open_io(run, error);
	if (status == 0)
		status = loop_open(&run->loop);
	if (status == 0)
		status = open_signals(run, error);
	if (status == 0)
		status = open_rendezvous(run, error);
	if (status == 0)
		status = intake_open(run, error);
	if (status == 0)
		status = supervisor_open(run, error);
	if (status == 0) {
		snprintf(path, sizeof(path), "%.*s/coordinator.log", PATH_MAX - 32, run->folder);
		log_open_file(path);
	}
	return status;
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
	       run->spooling.count == 0 && run->committing.count == 0 && run->syncing.count == 0;
}

static void finalise_when_idle(struct run *run, const struct finalise_request *request)
{
	struct finalise_summary summary;

	if (!run->request.service || !run->changed_since_finalise || run->walk || run->submitted_count || run_jobs_in_flight(run) ||
	    run->phase != RUN_WORKING)
		return;
	run->changed_since_finalise = false;
	if (finalise_dataset(request, &summary, &run->error) < 0)
		run_fatal(run, -EIO, "%s", run->error.message);
	else
		log_info("dataset written: %llu records of %llu documents",
			 (unsigned long long)(summary.pairs[FINALISE_TRAIN] + summary.pairs[FINALISE_VALID] + summary.pairs[FINALISE_TEST]),
			 (unsigned long long)summary.documents);
}

static void change_phase(struct run *run, uint64_t now_ns)
{
	if (run->fatal_status && run->phase < RUN_STOPPING)
		supervisor_stop_all(run);
	else if (run->phase == RUN_WORKING && intake_is_finished(run) && run_jobs_in_flight(run) == 0)
		supervisor_stop_all(run);
	else if (run->phase == RUN_DRAINING && is_drained(run, now_ns))
		supervisor_stop_all(run);
	else if (run->phase == RUN_STOPPING && supervisor_alive(run) == 0)
		run->phase = RUN_ENDED;
}

static void serve(struct run *run, const struct finalise_request *finalise)
{
	bool complete = false; /* a batch that reached its end in RUN_WORKING */

	while (run->phase != RUN_ENDED) {
		uint64_t now_ns = clock_monotonic_ns();
		results_receive(run);
		uring_poll(run->uring);
		intake_step(run);
		supervisor_step(run, now_ns);
		dispatch_step(run);
		uring_poll(run->uring);
		commit_step(run, now_ns);
		uring_poll(run->uring);
		progress_step(run, now_ns);
		finalise_when_idle(run, finalise);
		if (run->phase == RUN_WORKING && intake_is_finished(run) && run_jobs_in_flight(run) == 0 && !complete) {
			complete = true;
			intake_close(run);
		}
		change_phase(run, now_ns);
		if (run->phase == RUN_ENDED)
			break;
		bool idle = run_jobs_in_flight(run) == 0 && run->phase == RUN_WORKING;
		int status = loop_wait(&run->loop, channel_socket(run->channel), idle ? IDLE_WAIT_MS : WAIT_MS);
		if (status < 0)
			run_fatal(run, status, "waiting: %s", strerror(-status));
	}
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
	for (uint32_t i = 0; i < run->worker_count; i++)
		forget_all(run, &run->workers[i].held);
	forget_all(run, &run->expanding);
	forget_all(run, &run->spooling);
	forget_all(run, &run->committing);
	forget_all(run, &run->syncing);
}

static void close_descriptor(int descriptor)
{
	if (descriptor >= 0)
		close(descriptor);
}

static void close_run(struct run *run)
{
	supervisor_close(run);
	intake_close(run);
	if (run->memory)
		forget_jobs(run);
	uring_destroy(run->uring);
	spool_close(run->spool);
	state_close(run->state);
	memory_destroy(run->memory);
	channel_close(run->channel);
	if (run->place.folder[0])
		rendezvous_remove(&run->place);
	close_descriptor(run->signals.descriptor);
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
	case -ENOSPC: case -ENOMEM: case -EMFILE: case -ENFILE: case -EDQUOT: case -EROFS: case -EACCES: case -EPERM: case -EIO: case ERROR_PEER_GONE:
		return EXIT_RESOURCES;
	default:
		return EXIT_USAGE;
	}
}

static int end_run(struct run *run, const struct finalise_request *request)
{
	struct finalise_summary summary;

	if (run->fatal_status) {
		log_error("stopped: %s", run->fatal);
		log_info("%llu documents are saved in %s; the same command goes on from there",
			 (unsigned long long)(run->stats.settled[JOB_DONE] + run->stats.unchanged), run->output);
		return EXIT_RESOURCES;
	}
	if (run->interrupted && !run->request.service) {
		log_info("%llu documents are saved; the same command goes on from there, and 'coordinator finalise %s' makes a dataset of what there is",
			 (unsigned long long)(run->stats.settled[JOB_DONE] + run->stats.unchanged), run->request.output);
		return EXIT_INTERRUPTED;
	}
	int status = finalise_dataset(request, &summary, &run->error);
	if (status < 0) {
		log_error("cannot write the dataset: %s", run->error.message);
		return EXIT_RESOURCES;
	}
	return summary_print(run, &summary) ? EXIT_DONE : EXIT_INCOMPLETE;
}

static void init_run(struct run *run, const struct run_request *request)
{
	run->request = *request;
	run->settings = request->settings;
	run->lock = run->settings_file = run->domain_file = -1;
	run->loop.epoll = -1;
	run->listener.descriptor = run->signals.descriptor = run->uring_events.descriptor = run->watched.descriptor = -1;
	for (uint32_t i = 0; i < RUN_NEWCOMERS_MAX; i++)
		run->newcomers[i].watch.descriptor = -1;
	run->started_ns = clock_monotonic_ns();
	run->reading.place = JOB_READING;
	run->expanding.place = JOB_EXPANDING;
	run->spooling.place = JOB_SPOOLING;
	run->committing.place = run->syncing.place = JOB_COMMITTING;
	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		run->queues[stage].place = JOB_QUEUED;
	run->output_ratio[JOB_PREPROCESS] = 2;
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
	init_run(run, request);
	buffer_init(&settings_text, 1 << 20);
	int status = open_run(run, config_hash, &settings_text, &error);
	if (status < 0) {
		log_error("%s", error.message[0] ? error.message : error_describe(status));
		result = exit_code_of(status);
	} else {
		struct finalise_request finalise = {
			.settings = run->settings, .output = run->output, .settings_text = buffer_string(&settings_text),
			.config_hash = config_hash, .state = run->state, .uring = run->uring,
		};
		serve(run, &finalise);
		result = end_run(run, &finalise);
	}
	close_run(run);
	buffer_done(&settings_text);
	free(run);
	return result;
}
