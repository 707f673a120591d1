/* sources.c: where files come from: the inputs of a batch, what `coordinator submit` named, the watched folder. One walk at a time. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "ipc/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- walks -------------------------------------------------------------------------------------------------------- */

/* Each folder of the watched one has a watch of its own, set before it is listed: nothing that comes later is missed. */
static void watch_entered(void *context, const char *path)
{
	struct run *run = context;
	enum { EVENTS = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR };

	if (inotify_add_watch(run->watched.descriptor, path, EVENTS) < 0 && errno != ENOENT)
		log_warning("%s: cannot watch: %s%s", path, strerror(errno), errno == ENOSPC ? "; raise fs.inotify.max_user_watches" : "");
}

static struct walk_rules rules_of(struct run *run)
{
	return (struct walk_rules){ .hidden = run->settings->intake.hidden, .follow_links = run->settings->intake.follow_links, .except = run->output };
}

static int open_walk(struct run *run, const char *const *inputs, int count, bool watched, struct walk **ret_walk, struct error_text *error)
{
	struct walk_rules rules = rules_of(run);

	rules.entering = watched ? watch_entered : NULL;
	rules.context = run;
	return walk_open(ret_walk, inputs, count, &rules, error);
}

/* Runs ahead, so that progress knows of how many. */
static int open_count(struct run *run, struct error_text *error)
{
	struct walk_rules rules = rules_of(run);

	rules.counting = true;
	return walk_open(&run->count_walk, run->request.inputs, run->request.input_count, &rules, error);
}

/* A batch's inputs have the names that its command line gives them; a service keeps names apart that come one after another. */
static int name_roots(struct run *run, struct walk *walk, struct error_text *error)
{
	struct buffer root;
	int status = 0;

	buffer_init(&root, PATH_MAX + 32);
	for (int i = 0; i < walk_root_count(walk) && status == 0; i++) {
		if (!run->request.service) {
			status = state_record_input(run->state, walk_real_path(walk, i), walk_root(walk, i), error);
			continue;
		}
		buffer_clear(&root);
		status = state_name_input(run->state, walk_real_path(walk, i), walk_root(walk, i), walk_root_is_file(walk, i), &root, error);
		if (status == 0)
			status = walk_rename_root(walk, i, buffer_string(&root));
	}
	buffer_done(&root);
	return status;
}

static int start_walk(struct run *run, const char *const *inputs, int count, bool watched, struct error_text *error)
{
	struct walk *walk;
	int status = open_walk(run, inputs, count, watched, &walk, error);

	if (status < 0)
		return status;
	status = name_roots(run, walk, error);
	if (status < 0) {
		walk_close(walk);
		return status;
	}
	run->walk = walk;
	return 0;
}

/* --- what comes next ------------------------------------------------------------------------------------------------ */

static bool take_submitted(struct run *run)
{
	if (run->submitted_count == 0)
		return false;
	char *path = run->submitted[run->submitted_first];
	const char *const inputs[] = { path };
	run->submitted_first = (run->submitted_first + 1) % RUN_SUBMITTED_MAX;
	run->submitted_count--;
	if (start_walk(run, inputs, 1, false, &run->error) < 0)
		log_warning("submitted: %s", run->error.message);
	free(path);
	return true;
}

int sources_next(struct run *run, struct walk_entry *ret_entry)
{
	for (;;) {
		if (run->walk) {
			int status = walk_next(run->walk, ret_entry);
			if (status < 0)
				run_fatal(run, status, "out of memory");
			if (status != 0)
				return status;
			run->walk_finished = true;
			if (!run->request.service)
				return 0; /* closed when its jobs are through */
			walk_close(run->walk);
			run->walk = NULL;
		}
		if (run->watch_changed) {
			run->watch_changed = false;
			if (start_walk(run, &run->request.watch_folder, 1, true, &run->error) < 0)
				log_warning("watched folder: %s", run->error.message);
		} else if (!take_submitted(run)) {
			return 0;
		}
	}
}

bool sources_are_quiet(const struct run *run)
{
	return !run->walk && !run->watch_changed && run->submitted_count == 0;
}

/* --- submissions ------------------------------------------------------------------------------------------------------ */

static int queue_submission(struct run *run, const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	run->submitted[(run->submitted_first + run->submitted_count++) % RUN_SUBMITTED_MAX] = copy;
	run->submissions_open = true;
	return 0;
}

int intake_submit(struct run *run, const char *path, struct error_text *error)
{
	struct stat found;

	if (path[0] != '/')
		return error_set(error, -EINVAL, "%s: expected an absolute path", path);
	if (stat(path, &found) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (run->submitted_count == RUN_SUBMITTED_MAX)
		return error_set(error, -EAGAIN, "%s: %d paths are waiting already; try again later", path, RUN_SUBMITTED_MAX);
	int status = state_add_submission(run->state, path, error);
	if (status < 0)
		return status;
	FAULT_POINT("sources_submitted");
	status = queue_submission(run, path);
	return status < 0 ? error_set(error, status, "out of memory") : 0;
}

void intake_forget_submissions(struct run *run)
{
	if (!run->submissions_open)
		return;
	run->submissions_open = false;
	FAULT_POINT("sources_forget_submissions");
	int status = state_clear_submissions(run->state, &run->error);
	if (status < 0)
		run_fatal(run, status, "%s", run->error.message);
}

static int take_up(void *context, const char *path)
{
	struct run *run = context;

	if (run->submitted_count == RUN_SUBMITTED_MAX)
		return 0;
	log_info("%s: submitted to an earlier service, taken up again", path);
	return queue_submission(run, path);
}

/* --- a watched folder --------------------------------------------------------------------------------------------- */

/* Whatever happened in it, the folder is walked again: what is settled costs a look-up, and every file keeps one name. A file that
 * was only created is not looked at before it is closed. */
static void watched_ready(void *context, uint32_t events)
{
	struct run *run = context;
	char records[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t bytes;

	(void)events;
	while ((bytes = read(run->watched.descriptor, records, sizeof(records))) > 0) {
		for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= bytes;) {
			const struct inotify_event *event = (const void *)(records + at);
			run->watch_changed |= (event->mask & ~(uint32_t)IN_CREATE) != 0; /* a folder's creation carries IN_ISDIR too */
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
}

static int watch_folder(struct run *run, struct error_text *error)
{
	struct stat found;
	const char *folder = run->request.watch_folder;

	if (stat(folder, &found) < 0 || !S_ISDIR(found.st_mode))
		return error_set(error, -ENOENT, "%s: cannot watch: no such folder", folder);
	struct walk *walk;
	int status = open_walk(run, &folder, 1, false, &walk, error); /* can it be walked at all? */
	if (status < 0)
		return status;
	walk_close(walk);
	int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (descriptor < 0)
		return error_set(error, -errno, "cannot watch folders: %s", strerror(errno));
	run->watched = (struct loop_watch){ descriptor, watched_ready, run };
	status = loop_add(&run->loop, &run->watched, EPOLLIN);
	if (status < 0) {
		run->watched.descriptor = -1;
		close(descriptor);
		return error_set(error, status, "epoll: %s", strerror(-status));
	}
	run->watch_changed = true; /* what is there already */
	return 0;
}

/* --- begin and end ------------------------------------------------------------------------------------------------ */

int intake_open(struct run *run, struct error_text *error)
{
	const struct run_request *request = &run->request;
	int status = 0;

	if (request->input_count > 0)
		status = start_walk(run, request->inputs, request->input_count, false, error);
	if (status == 0 && request->input_count > 0)
		status = open_count(run, error);
	if (status == 0 && request->watch_folder)
		status = watch_folder(run, error);
	if (status == 0 && request->service)
		status = state_for_each_submission(run->state, take_up, run, error);
	return status;
}

/* Every input that was walked to its end: what it no longer holds leaves the dataset. */
static void forget_missing(struct run *run)
{
	if (walk_has_gaps(run->walk)) {
		log_warning("some folders could not be read: what an earlier run took from them stays in the dataset");
		return;
	}
	for (int i = 0; i < walk_root_count(run->walk); i++) {
		FAULT_POINT("sources_forget");
		int64_t count = state_forget_unmet(run->state, walk_root(run->walk, i), &run->error);
		if (count < 0)
			run_fatal(run, (int)count, "%s", run->error.message);
		else if (count > 0)
			log_info("%s: %lld documents of an earlier run are no longer there and leave the dataset", walk_root(run->walk, i), (long long)count);
		run->changed_since_finalise |= count > 0;
	}
}

void intake_close(struct run *run)
{
	bool whole = run->walk && run->walk_finished && run->phase == RUN_WORKING && !run->fatal_status && !run->request.service;

	if (whole)
		forget_missing(run);
	FAULT_POINT("sources_closed");
	walk_close(run->walk);
	walk_close(run->count_walk);
	run->walk = run->count_walk = NULL;
	for (; run->submitted_count > 0; run->submitted_count--) {
		free(run->submitted[run->submitted_first]);
		run->submitted_first = (run->submitted_first + 1) % RUN_SUBMITTED_MAX;
	}
	if (run->waiting)
		dispatch_forget(run, run->waiting);
	run->waiting = NULL;
	run->held_entry.path = NULL;
	int descriptor = run->watched.descriptor;
	loop_remove(&run->loop, &run->watched);
	if (descriptor >= 0)
		close(descriptor);
}
