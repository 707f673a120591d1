/* refresh.c: a service writes its dataset again whenever it has nothing to do and documents have come since. That is done by a process of its
 * own (`coordinator finalise`, this same program), so that everybody is answered meanwhile; one at a time, and after each a pause as long
 * as it took. The process holds the folder's lock together with the service and ends with it. It reads the run database and the spool as
 * they were when it began: what is committed meanwhile is for the next one. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define PAUSE_AFTER_FAILURE_NS ((uint64_t)60 * 1000000000)

/* --- what it says ------------------------------------------------------------------------------------------------- */

/* One line is kept: the first of the standard output says what was written, the last of an error why not; a summary has several
 * lines, an error one, so the first is right for both. */
static void words_ready(void *context, uint32_t events)
{
	struct refresh *refresh = context;
	char text[4096];
	ssize_t bytes;

	(void)events;
	while ((bytes = read(refresh->words.descriptor, text, sizeof(text))) > 0) {
		size_t kept = strlen(refresh->said), room = sizeof(refresh->said) - 1 - kept;
		size_t more = (size_t)bytes < room ? (size_t)bytes : room;
		if (!memchr(refresh->said, '\n', kept)) {
			memcpy(refresh->said + kept, text, more);
			refresh->said[kept + more] = '\0';
		}
	}
	if (bytes == 0)
		supervisor_close_watch(refresh->run, &refresh->words);
}

/* --- end ---------------------------------------------------------------------------------------------------------- */

static void reap(struct refresh *refresh, siginfo_t *ret_info)
{
	if (refresh->words.descriptor >= 0)
		words_ready(refresh, 0);
	if (waitid(P_PIDFD, (id_t)refresh->process.descriptor, ret_info, WEXITED) < 0)
		*ret_info = (siginfo_t){ .si_code = CLD_KILLED };
	supervisor_close_watch(refresh->run, &refresh->words);
	supervisor_close_watch(refresh->run, &refresh->process);
	refresh->pid = 0;
	refresh->said[strcspn(refresh->said, "\n")] = '\0';
}

static void process_ended(void *context, uint32_t events)
{
	struct refresh *refresh = context;
	struct run *run = refresh->run;
	uint64_t now_ns = clock_monotonic_ns();
	siginfo_t info = { .si_pid = 0 };

	(void)events;
	FAULT_POINT("refresh_ended");
	reap(refresh, &info);
	if (info.si_code == CLD_EXITED && (info.si_status == 0 || info.si_status == 1)) { /* 1: some documents failed, or there is no record */
		refresh->count++;
		refresh->due_ns = now_ns + (now_ns - refresh->started_ns);
		log_info("dataset written: %s", refresh->said);
		return;
	}
	run->changed_since_finalise = true;
	refresh->due_ns = now_ns + PAUSE_AFTER_FAILURE_NS;
	if (run->phase == RUN_WORKING)
		log_error("the dataset could not be written (it is tried again): %s", refresh->said[0] ? refresh->said : "its process was killed");
}

void refresh_stop(struct run *run)
{
	siginfo_t info;

	if (run->refresh.pid == 0)
		return;
	if (pidfd_send_signal(run->refresh.process.descriptor, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		log_warning("the process that writes the dataset: kill: %s", strerror(errno));
	reap(&run->refresh, &info);
}

/* --- start -------------------------------------------------------------------------------------------------------- */

static int spawn(struct run *run, int words)
{
	char *const arguments[] = { (char[]){ "coordinator" }, (char[]){ "finalise" }, (char[]){ "--" }, run->output, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, run->lock, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, words, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	int status = -posix_spawn(&run->refresh.pid, "/proc/self/exe", &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return status;
}

static int start(struct run *run)
{
	struct refresh *refresh = &run->refresh;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	int status = spawn(run, ends[1]);
	close(ends[1]);
	if (status < 0) {
		refresh->pid = 0;
		close(ends[0]);
		return status;
	}
	refresh->said[0] = '\0';
	refresh->words = (struct loop_watch){ ends[0], words_ready, refresh };
	refresh->process = (struct loop_watch){ pidfd_open(refresh->pid, 0), process_ended, refresh };
	CHECK(refresh->process.descriptor >= 0); /* a child that nobody has waited for */
	status = loop_add(&run->loop, &refresh->words, EPOLLIN);
	return status < 0 ? status : loop_add(&run->loop, &refresh->process, EPOLLIN);
}

static bool is_idle(const struct run *run)
{
	return run->request.service && run->phase == RUN_WORKING && !run->fatal_status && sources_are_quiet(run) && !run->held_entry.path &&
	       !run->waiting && run_jobs_in_flight(run) == 0;
}

void refresh_step(struct run *run, uint64_t now_ns)
{
	if (!is_idle(run))
		return;
	intake_forget_submissions(run);
	if (!run->changed_since_finalise || run->refresh.pid || now_ns < run->refresh.due_ns)
		return;
	run->changed_since_finalise = false;
	run->refresh.run = run;
	run->refresh.started_ns = now_ns;
	int status = start(run);
	if (status < 0)
		run_fatal(run, status, "cannot start the process that writes the dataset: %s", strerror(-status));
	FAULT_POINT("refresh_started");
}

uint64_t refresh_next_ns(const struct run *run)
{
	return run->changed_since_finalise && !run->refresh.pid && is_idle(run) ? run->refresh.due_ns : UINT64_MAX;
}
