/* supervisor.c: worker processes: started by fork and exec (posix_spawn), given their descriptors over the attach socket, watched by pidfd.
 * A timer may only decide to kill; a worker is dead when its pidfd says so, and only then are its tasks given to others. */
#define _GNU_SOURCE
#include "coordinator/run.h"
#include "coordinator/supervisor_parts.h"

#include "base/clock.h"
#include "ipc/attach.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
	EXIT_DO_NOT_RESTART = 2,
	STOP_GRACE_MS = 5000,
	BACKOFF_DOUBLINGS_MAX = 6,
	BACKOFF_FACTOR_MAX = 60,
	CRASHES_IN_ROW_MAX = 20,    /* without one result between them: something is wrong with the program itself */
};

const char *worker_kind_name(enum worker_kind kind)
{
	return kind == WORKER_PREPROCESS ? "preprocess" : "inference";
}

void supervisor_close_watch(struct run *run, struct loop_watch *watch)
{
	int descriptor = watch->descriptor;

	loop_remove(&run->loop, watch);
	if (descriptor >= 0)
		close(descriptor);
}

/* --- start -------------------------------------------------------------------------------------------------------- */

static void add_words(struct worker *worker, const char *text, size_t bytes)
{
	struct text rest = { text, bytes }, line;

	while (text_next_line(&rest, &line)) {
		if (line.bytes == 0)
			continue;
		snprintf(worker->last_words, sizeof(worker->last_words), "%.*s", TEXT_ARGS(line));
		log_debug("worker %u: %.*s", worker->number, TEXT_ARGS(line));
	}
}

static void words_ready(void *context, uint32_t events)
{
	struct worker *worker = context;
	char text[4096];
	ssize_t bytes;

	(void)events;
	while ((bytes = read(worker->words.descriptor, text, sizeof(text))) > 0)
		add_words(worker, text, (size_t)bytes);
	if (bytes == 0) {
		int descriptor = worker->words.descriptor;
		loop_remove(&worker->run->loop, &worker->words);
		close(descriptor);
	}
}

static void worker_died(void *context, uint32_t events);

int supervisor_watch_process(struct worker *worker)
{
	int descriptor = pidfd_open(worker->pid, 0);

	if (descriptor < 0)
		return -errno;
	worker->process = (struct loop_watch){ descriptor, worker_died, worker };
	return loop_add(&worker->run->loop, &worker->process, EPOLLIN);
}

/* Ours, and that the workers' heaps ask for huge pages: less time in page faults, and a worker that is killed is gone sooner, since the kernel
 * takes its memory apart page by page before it says that the process is dead. NULL: out of memory. */
static char **make_environment(const struct run *run)
{
	static char tunables[] = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1";
	size_t count = 0;

	while (environ[count])
		count++;
	char **copy = calloc(count + 2, sizeof(*copy));
	if (!copy)
		return NULL;
	memcpy(copy, environ, count * sizeof(*copy));
	if (strcmp(run->settings->ipc.huge_pages, "advise") == 0 && !getenv("GLIBC_TUNABLES"))
		copy[count] = tunables;
	return copy;
}

static int spawn_process(struct worker *worker, int words)
{
	static char model_option[] = "--model";
	struct run *run = worker->run;
	char parent[16];
	char *arguments[] = { run->programs[worker->kind], (char[]){ "--attach" }, run->place.folder, (char[]){ "--parent" }, parent, NULL, NULL, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	char **environment = make_environment(run);

	if (!environment)
		return -ENOMEM;
	if (worker->model >= 0) {
		arguments[5] = model_option;
		arguments[6] = (char *)model_name(run->models.groups[worker->model].settings); /* posix_spawn does not change it */
	}
	snprintf(parent, sizeof(parent), "%d", (int)getpid());
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, words, 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setpgroup(&attributes, 0); /* Ctrl-C in the terminal is for the coordinator alone */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	int status = -posix_spawn(&worker->pid, run->programs[worker->kind], &actions, &attributes, arguments, environment);
	free(environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return status;
}

void supervisor_begin_life(struct worker *worker, pid_t pid, uint64_t now_ns)
{
	worker->pid = pid;
	worker->state = WORKER_STARTING;
	worker->starts++;
	worker->started_ns = worker->heard_ns = now_ns;
	worker->run->pins_stale = true;
	memory_set_vacant(worker->run->memory, (uint16_t)worker->number, false);
	worker->killed_ns = 0;
	worker->kill_reason = NULL;
	worker->last_words[0] = '\0';
}

static int start_worker(struct worker *worker, uint64_t now_ns)
{
	int pipe_ends[2];

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	int status = spawn_process(worker, pipe_ends[1]);
	close(pipe_ends[1]);
	if (status < 0) {
		close(pipe_ends[0]);
		worker->pid = 0;
		return status;
	}
	FAULT_POINT("supervisor_started");
	supervisor_begin_life(worker, worker->pid, now_ns);
	worker->words = (struct loop_watch){ pipe_ends[0], words_ready, worker };
	status = loop_add(&worker->run->loop, &worker->words, EPOLLIN);
	return status < 0 ? status : supervisor_watch_process(worker);
}

/* --- death -------------------------------------------------------------------------------------------------------- */

void supervisor_kill(struct worker *worker, const char *reason)
{
	if (worker->pid == 0 || worker->killed_ns)
		return;
	worker->kill_reason = reason;
	worker->killed_ns = clock_monotonic_ns();
	log_warning("worker %u (pid %d) is killed: %s", worker->number, (int)worker->pid, reason);
	if (pidfd_send_signal(worker->process.descriptor, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		log_warning("worker %u: kill: %s", worker->number, strerror(errno));
}

/* Whether these are the last words of a library that cannot go on without memory: of poppler, C++ and GLib. */
static bool ran_out_of_memory(const char *last_words)
{
	static const char *const said[] = { "Out of memory", "std::bad_alloc", "failed to allocate" };

	for (size_t i = 0; i < COUNT_OF(said); i++)
		if (strstr(last_words, said[i]))
			return true;
	return false;
}

/* How it ended, in words; *ret_again: whether starting it again makes sense. */
static void describe_end(struct worker *worker, char *text, size_t bytes, bool *ret_crashed, bool *ret_again)
{
	siginfo_t info = { .si_pid = 0 };

	*ret_again = true;
	*ret_crashed = true;
	if (worker->external || waitid(P_PIDFD, (id_t)worker->process.descriptor, &info, WEXITED) < 0) {
		snprintf(text, bytes, "ended");
	} else if (info.si_code == CLD_EXITED) {
		snprintf(text, bytes, "exited with code %d", info.si_status);
		*ret_crashed = info.si_status != 0;
		*ret_again = info.si_status != EXIT_DO_NOT_RESTART;
	} else {
		const char *name = sigabbrev_np(info.si_status);
		snprintf(text, bytes, "killed by SIG%s", name ? name : "?");
	}
	if (worker->kill_reason)
		snprintf(text + strlen(text), bytes - strlen(text), " (%s)", worker->kill_reason);
	if (ran_out_of_memory(worker->last_words))
		snprintf(text + strlen(text), bytes - strlen(text), " (it ran out of memory: supervise.document_memory)");
	if (worker->last_words[0])
		snprintf(text + strlen(text), bytes - strlen(text), "; last words: %s", worker->last_words);
}

/* Its tasks go back to the queue, in their old order; the one it was at is blamed. */
static void recover_tasks(struct run *run, struct worker *worker, bool crashed, const char *how)
{
	char why[520];

	snprintf(why, sizeof(why), "its worker %s", how);
	while (worker->held.count > 1)
		dispatch_retry(run, worker->held.last, false, why);
	if (worker->held.first)
		dispatch_retry(run, worker->held.first, crashed, why);
}

uint64_t supervisor_backoff_ms(uint32_t crashes_in_row, uint64_t backoff_ms)
{
	/* The first deaths in a row cost no pause: most often one document is to blame, and others wait. */
	uint32_t doublings = crashes_in_row > 3 ? crashes_in_row - 3 : 0;
	uint64_t factor = doublings ? (uint64_t)1 << (doublings < BACKOFF_DOUBLINGS_MAX ? doublings : BACKOFF_DOUBLINGS_MAX) : 0;

	return (factor < BACKOFF_FACTOR_MAX ? factor : BACKOFF_FACTOR_MAX) * backoff_ms;
}

static void plan_restart(struct run *run, struct worker *worker, bool crashed, bool again)
{
	if (!crashed || worker->external) {
		worker->wanted = worker->wanted && !worker->external && run->phase == RUN_WORKING;
		worker->restart_ns = 0;
		worker->external = false;
		return;
	}
	worker->crashes_in_row++;
	if (!again || worker->crashes_in_row > CRASHES_IN_ROW_MAX) {
		worker->wanted = false;
		worker->given_up = true;
		log_error("worker %u is not started again: %s", worker->number, worker->last_words[0] ? worker->last_words : "it never gets to work");
		return;
	}
	worker->restart_ns = clock_monotonic_ns() + supervisor_backoff_ms(worker->crashes_in_row, run->settings->supervise.restart_backoff_ms) * 1000000u;
}

static void worker_died(void *context, uint32_t events)
{
	struct worker *worker = context;
	struct run *run = worker->run;
	char how[480];
	bool crashed, again;

	(void)events;
	results_receive(run); /* what it had finished counts */
	if (worker->words.descriptor >= 0)
		words_ready(worker, 0);
	describe_end(worker, how, sizeof(how), &crashed, &again);
	crashed = crashed && worker->state != WORKER_STOPPING;
	worker->peer.bytes = 0;
	worker->state = WORKER_ABSENT;
	worker->capacity = 0;
	worker->model_state = worker->embeddings_state = MESSAGE_MODEL_STARTING;
	models_worker_died(worker);
	FAULT_POINT("supervisor_died");
	models_worker_changed(run, worker->model);
	recover_tasks(run, worker, crashed, how);
	dispatch_step(run); /* what it held goes to others now: clearing up behind it and starting another one can wait */
	if (crashed) {
		run->stats.worker_deaths++;
		worker->deaths++;
		log_write(worker->external ? LOG_INFO : LOG_WARNING, "worker %u (%s, pid %d) %s", worker->number, worker_kind_name(worker->kind),
			  (int)worker->pid, how);
	}
	supervisor_close_watch(run, &worker->words);
	supervisor_close_watch(run, &worker->attach);
	supervisor_close_watch(run, &worker->process);
	lanes_close(worker);
	worker->pid = 0;
	plan_restart(run, worker, crashed, again);
	models_worker_changed(run, worker->model);
	run->pins_stale = true;
	memory_set_vacant(run->memory, (uint16_t)worker->number, !worker->wanted);
}

/* --- watching over ------------------------------------------------------------------------------------------------ */

/* Why this worker is killed when nothing is heard of it until *ret_due_ns; NULL: nothing is expected of it. */
static const char *verdict(const struct run *run, const struct worker *worker, uint64_t *ret_due_ns)
{
	const struct settings *settings = run->settings;
	const char *reason = NULL;
	uint64_t due_ns = 0;

	if (worker->killed_ns)
		return NULL;
	if (worker->state == WORKER_STARTING) {
		due_ns = worker->started_ns + settings->supervise.handshake_timeout_ms * 1000000u;
		reason = "it did not say hello in time (supervise.handshake_timeout_ms)";
	} else if (worker->model >= 0 && worker->state != WORKER_STOPPING) { /* what it holds takes as long as its server does */
		due_ns = worker->heard_ns + settings->supervise.heartbeat_ms * settings->supervise.heartbeat_lost * 1000000u;
		reason = "its heartbeat stopped";
	} else if (worker->held.count > 0) {
		due_ns = worker->progress_ns + settings->supervise.document_timeout_s * 1000000000u;
		reason = "it took too long for one document (supervise.document_timeout_s)";
	} else if (worker->state == WORKER_READY) {
		due_ns = worker->heard_ns + settings->supervise.heartbeat_ms * settings->supervise.heartbeat_lost * 1000000u;
		reason = "its heartbeat stopped";
	}
	*ret_due_ns = due_ns > run->judge_from_ns ? due_ns : run->judge_from_ns;
	return reason;
}

static void check_worker(struct run *run, struct worker *worker, uint64_t now_ns)
{
	uint64_t due_ns;
	const char *reason = verdict(run, worker, &due_ns);

	if (reason && now_ns > due_ns)
		supervisor_kill(worker, reason);
}

static void say_stop(struct worker *worker)
{
	struct message stop = { .type = MESSAGE_STOP };
	int status = supervisor_send(worker, &stop);

	if (status == 0)
		worker->state = WORKER_STOPPING;
	else if (status != -EAGAIN)
		supervisor_kill(worker, "it does not take messages");
}

/* One that has not said hello holds nothing and hears nothing: it goes without a word. */
static void dismiss(struct worker *worker)
{
	worker->state = WORKER_STOPPING;
	worker->killed_ns = clock_monotonic_ns();
	if (pidfd_send_signal(worker->process.descriptor, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		log_warning("worker %u: kill: %s", worker->number, strerror(errno));
}

static void start_missing(struct run *run, struct worker *worker, uint64_t now_ns)
{
	if (run->phase != RUN_WORKING || !worker->wanted || worker->state != WORKER_ABSENT || now_ns < worker->restart_ns ||
	    !models_may_probe(run, worker))
		return;
	int status = start_worker(worker, now_ns);
	if (status < 0) {
		log_error("%s: cannot start: %s", run->programs[worker->kind], strerror(-status));
		worker->restart_ns = now_ns + 1000000000u;
		worker->given_up = ++worker->crashes_in_row > CRASHES_IN_ROW_MAX;
		worker->wanted = !worker->given_up;
	}
}

/* Without a worker of each kind nothing can be finished. */
static void check_hope(struct run *run)
{
	bool hope[WORKER_KIND_COUNT] = { [WORKER_INFERENCE] = !run_generates(run) };

	if (run->phase != RUN_WORKING || run->fatal_status)
		return;
	for (uint32_t i = 0; i < run->worker_count; i++)
		hope[run->workers[i].kind] |= run->workers[i].wanted || run->workers[i].pid;
	for (int kind = 0; kind < WORKER_KIND_COUNT; kind++)
		if (!hope[kind])
			run_fatal(run, ERROR_PEER_GONE, "no %s worker can be kept running; see the messages above", worker_kind_name(kind));
}

void supervisor_step(struct run *run, uint64_t now_ns)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		start_missing(run, worker, now_ns);
		if (worker->pid == 0)
			continue;
		if (worker->state == WORKER_LEAVING && worker->held.count == 0)
			say_stop(worker);
		check_worker(run, worker, now_ns);
		if (run->phase == RUN_STOPPING && worker->state == WORKER_STARTING)
			dismiss(worker);
		else if (run->phase == RUN_STOPPING && worker->state != WORKER_STOPPING)
			say_stop(worker);
		if (run->phase == RUN_STOPPING && now_ns > run->stop_deadline_ns)
			supervisor_kill(worker, "it did not stop in time");
	}
	check_hope(run);
}

uint64_t supervisor_next_ns(const struct run *run)
{
	uint64_t next_ns = UINT64_MAX, due_ns;

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		if (worker->pid && verdict(run, worker, &due_ns))
			next_ns = due_ns < next_ns ? due_ns : next_ns;
		else if (!worker->pid && worker->wanted && run->phase == RUN_WORKING)
			next_ns = worker->restart_ns < next_ns ? worker->restart_ns : next_ns;
		if (worker->pid && !worker->killed_ns && run->phase == RUN_STOPPING && run->stop_deadline_ns < next_ns)
			next_ns = run->stop_deadline_ns;
	}
	return next_ns;
}

/* --- more and fewer of them ---------------------------------------------------------------------------------------- */

void supervisor_want(struct worker *worker, enum worker_origin origin)
{
	CHECK(worker->state == WORKER_ABSENT && !worker->wanted);
	worker->wanted = true;
	worker->origin = origin;
	worker->given_up = false;
	worker->crashes_in_row = 0;
	worker->restart_ns = 0;
	worker->run->pins_stale = worker->run->more_to_do = true;
}

/* Whether there are numbers and memory for so many more, so that it is all or none. */
static int check_room(struct run *run, enum worker_kind kind, uint32_t count, struct error_text *error)
{
	uint32_t vacant = 0;

	for (uint32_t i = 0; i < run->worker_count; i++)
		vacant += supervisor_is_vacant(&run->workers[i], kind);
	uint32_t slots = count > vacant ? count - vacant : 0;
	if (slots > RUN_WORKERS_MAX - run->worker_count)
		return error_set(error, ERROR_LIMIT_HIT, "%u more are too many: a run has %d workers at most, and %u places are taken", count, RUN_WORKERS_MAX,
				 run->worker_count - vacant);
	return memory_check_more(run->memory, slots * run->outbox_bytes, run->topology.memory_bytes, error);
}

int supervisor_add(struct run *run, enum worker_kind kind, uint32_t count, uint32_t *ret_numbers, struct error_text *error)
{
	int status = check_room(run, kind, count, error);

	for (uint32_t i = 0; i < count && status == 0; i++) {
		struct worker *worker = supervisor_take_free_slot(run, kind, error);
		if (!worker) {
			while (i-- > 0)
				run->workers[ret_numbers[i] - 1].wanted = false;
			return ERROR_LIMIT_HIT;
		}
		supervisor_want(worker, WORKER_BY_HAND);
		ret_numbers[i] = worker->number;
	}
	return status;
}

/* --workers speaks of one less from now on, or the next deep queue would bring it back. */
void supervisor_retire_by_hand(struct worker *worker)
{
	struct run *run = worker->run;

	if (worker->kind == WORKER_PREPROCESS && worker->wanted && !worker->external && worker->origin != WORKER_BY_HAND && run->most_preprocess > 1) {
		run->most_preprocess--;
		if (run->least_preprocess > run->most_preprocess)
			run->least_preprocess = run->most_preprocess;
	}
	supervisor_retire(worker);
}

void supervisor_retire(struct worker *worker)
{
	worker->wanted = false;
	if (worker->state == WORKER_STARTING)
		dismiss(worker);
	else if (worker->state == WORKER_READY)
		worker->state = WORKER_LEAVING; /* told to stop by the next step, if it holds nothing */
	else if (worker->state == WORKER_ABSENT)
		memory_set_vacant(worker->run->memory, (uint16_t)worker->number, true);
	worker->run->pins_stale = worker->run->more_to_do = true;
}

void supervisor_stop_all(struct run *run)
{
	FAULT_POINT("supervisor_stop");
	run->phase = RUN_STOPPING;
	run->stop_deadline_ns = clock_monotonic_ns() + STOP_GRACE_MS * (uint64_t)1000000;
}

uint32_t supervisor_alive(const struct run *run)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < run->worker_count; i++)
		count += run->workers[i].pid != 0;
	return count;
}

/* --- open and close ------------------------------------------------------------------------------------------------ */

static int find_programs(struct run *run, struct error_text *error)
{
	char self[PATH_MAX];
	ssize_t bytes = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (bytes < 0)
		return error_set(error, -errno, "/proc/self/exe: %s", strerror(errno));
	self[bytes] = '\0';
	*strrchr(self, '/') = '\0';
	for (int kind = 0; kind < WORKER_KIND_COUNT; kind++) {
		if (snprintf(run->programs[kind], PATH_MAX, "%s/worker-%s", self, worker_kind_name(kind)) >= PATH_MAX)
			return error_set(error, -ENAMETOOLONG, "%s: the path is too long", self);
		if (access(run->programs[kind], X_OK) < 0)
			return error_set(error, -errno, "%s: %s; it belongs beside the coordinator", run->programs[kind], strerror(errno));
	}
	return 0;
}

int supervisor_open(struct run *run, struct error_text *error)
{
	int status = find_programs(run, error);

	if (status < 0)
		return status;
	int listener = attach_listen(run->place.attach_path, error);
	if (listener < 0)
		return listener;
	run->listener = (struct loop_watch){ listener, supervisor_listener_ready, run };
	status = loop_add(&run->loop, &run->listener, EPOLLIN);
	if (status < 0)
		return error_set(error, status, "epoll: %s", strerror(-status));
	for (uint32_t i = 0; i < run->wanted_preprocess + run->wanted_inference; i++) {
		struct worker *worker = supervisor_add_slot(run, i < run->wanted_preprocess ? WORKER_PREPROCESS : WORKER_INFERENCE, error);
		if (!worker)
			return -ENOSPC;
		if (worker->kind == WORKER_INFERENCE)
			worker->model = models_of_worker(run, i - run->wanted_preprocess);
		if (worker->kind == WORKER_INFERENCE || i < run->least_preprocess)
			supervisor_want(worker, WORKER_AT_START);
	}
	return 0;
}

void supervisor_close(struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		if (worker->pid && !worker->external) {
			pidfd_send_signal(worker->process.descriptor, SIGKILL, NULL, 0);
			siginfo_t info;
			while (waitid(P_PIDFD, (id_t)worker->process.descriptor, &info, WEXITED) < 0 && errno == EINTR)
				continue;
		}
		supervisor_close_watch(run, &worker->words);
		supervisor_close_watch(run, &worker->attach);
		supervisor_close_watch(run, &worker->process);
		lanes_close(worker);
		worker->pid = 0;
		worker->state = WORKER_ABSENT;
	}
	for (uint32_t i = 0; i < RUN_NEWCOMERS_MAX; i++)
		supervisor_close_watch(run, &run->newcomers[i].watch);
	supervisor_close_watch(run, &run->listener);
}
