/* run_open.c: everything that a run needs before its loop: folders, settings, memory, run database, sockets, workers' slots. What was
 * opened before a failure is closed by run.c. */
#define _GNU_SOURCE
#include "coordinator/run.h"
#include "coordinator/walk.h"

#include "base/file.h"
#include "base/url.h"
#include "config/domain.h"
#include "config/prompts.h"
#include "coordinator/dataset/finalise.h"
#include "coordinator/output_lock.h"
#include "ipc/attach.h"
#include "ipc/cgroup.h"
#include "ipc/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	DOMAIN_BYTES_MAX = 16 << 20,
	OUTBOX_BYTES_MIN = 2 << 20,
	DESCRIPTORS_FIXED = 64,      /* database, spool, logs, sockets, and the files of the dataset */
	DESCRIPTORS_PER_WORKER = 12, /* pidfd, standard error, attach socket, bus, bells, outbox and both lanes to write and to read */
};

/* --- folders and state -------------------------------------------------------------------------------------------------------- */

static int open_folders(struct run *run, struct error_text *error)
{
	char path[PATH_MAX];
	int status = 0;

	for (int i = 0; i < run->request.input_count && status == 0; i++) /* before anything is made */
		status = walk_check_input(run->request.inputs[i], error);
	if (status == 0)
		status = finalise_check_folder(run->request.output, error);
	if (status == 0)
		status = file_make_folders(run->request.output, error);
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
	run->lock = output_lock_take(run->request.output, true, error);
	return run->lock < 0 ? run->lock : 0;
}

/* Replies of models that a killed worker left beside the database (workers/model/record_log.h). */
static void remove_earlier_logs(const struct run *run)
{
	DIR *folder = opendir(run->folder);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (text_starts_with(text_from(entry->d_name), TEXT_LITERAL("run.db-calls-")) && unlinkat(dirfd(folder), entry->d_name, 0) < 0)
			log_warning("%s/%s: cannot remove: %s", run->folder, entry->d_name, strerror(errno));
	if (folder)
		closedir(folder);
}

static void remove_earlier_state(const struct run *run)
{
	static const char *const names[] = { "run.db", "run.db-wal", "run.db-shm", "spool/results" };
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 32, run->folder, names[i]);
		FAULT_POINT("open_remove");
		if (unlink(path) < 0 && errno != ENOENT)
			log_warning("%s: cannot remove: %s", path, strerror(errno));
	}
	remove_earlier_logs(run);
}

/* What models are asked with, when they are. */
static int append_prompts(const struct settings *settings, struct buffer *content, struct error_text *error)
{
	struct prompts prompts;

	if (settings->model_count == 0)
		return 0;
	int status = prompts_load(settings, &prompts, error);
	if (status == 0)
		prompts_append_all(&prompts, content);
	prompts_done(&prompts);
	return status;
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
	int status = domain_load_named(run->settings->run.domain, &domain, &pack, error);
	domain_destroy(domain);
	run->folder_descriptor = open(run->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (status == 0 && run->folder_descriptor < 0)
		status = error_set(error, -errno, "%s: %s", run->folder, strerror(errno));
	if (status == 0) {
		buffer_append_text(&content, buffer_view(&pack));
		status = append_prompts(run->settings, &content, error);
	}
	if (status == 0) {
		XXH128_hash_t hash = XXH3_128bits(buffer_view(&content).data, content.bytes);
		snprintf(ret_hash, 33, "%016llx%016llx", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
		run->settings_file = attach_memory_file("docring-settings", settings_text->data, settings_text->bytes);
		run->domain_file = attach_memory_file("docring-domain", pack.data, pack.bytes);
		if (run->settings_file < 0 || run->domain_file < 0)
			status = error_set(error, -ENOMEM, "cannot make memory files: %s", error_describe(run->settings_file < 0 ? run->settings_file : run->domain_file));
	}
	if (status == 0) {
		snprintf(path, sizeof(path), "%.*s/settings.yaml", PATH_MAX - 32, run->folder);
		buffer_clear(&content);
		url_append_shown(&content, buffer_view(settings_text));
		status = content.status ? content.status : file_replace(path, buffer_view(&content), error); /* what `coordinator finalise` goes by */
		snprintf(path, sizeof(path), "%.*s/domain.yaml", PATH_MAX - 32, run->folder);
		if (status == 0)
			status = file_replace(path, buffer_view(&pack), error); /* and by what it tells names from other words */
		FAULT_POINT("open_settings");
	}
	buffer_done(&pack);
	buffer_done(&content);
	return status;
}

/* The files of a new run, and the folders it made for them, have names on disk before anything in them counts. */
static int sync_new_folders(const struct run *run, struct error_text *error)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s/spool", PATH_MAX - 16, run->folder);
	int status = file_sync_folder(path, error);
	if (status == 0)
		status = file_sync_folder(run->folder, error);
	if (status == 0)
		status = file_sync_folder(run->output, error);
	snprintf(path, sizeof(path), "%.*s/..", PATH_MAX - 16, run->output);
	return status == 0 ? file_sync_folder(path, error) : status;
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
	FAULT_POINT("open_state");
	if (status < 0)
		return status;
	run->committed_end = (uint64_t)state_spool_end(run->state);
	run->changed_since_finalise = run->committed_end > 0; /* whatever kept an earlier service from writing it */
	snprintf(path, sizeof(path), "%.*s/spool/results", PATH_MAX - 32, run->folder);
	status = spool_open(&run->spool, path, run->committed_end, error);
	return status == 0 && run->committed_end == 0 ? sync_new_folders(run, error) : status;
}

/* --- workers, memory, sockets ----------------------------------------------------------------------------------------- */

static int plan_workers(struct run *run, struct error_text *error)
{
	uint32_t least, most;
	int status = settings_parse_workers(run->settings->run.workers, &least, &most, error);

	if (status < 0)
		return status;
	uint32_t cores = topology_usable_cores(&run->topology);
	if (most > cores && least < most) { /* more than there are cores never pay */
		most = least > cores ? least : cores;
		log_info("%s workers: at most %u here, one a core", run->settings->run.workers, most);
	}
	run->wanted_preprocess = run->most_preprocess = most ? most : cores;
	run->least_preprocess = least ? least : run->wanted_preprocess;
	run->scales = run->least_preprocess < run->most_preprocess;
	run->idle_cores = -1;
	if (run->topology.quota_cores > 0)
		memcpy(run->quota_group, cgroup_limits_load().quota_group, sizeof(run->quota_group));
	run->wanted_inference = run_generates(run) ? models_workers(run) : 0;
	if (run->wanted_preprocess + run->wanted_inference > RUN_WORKERS_MAX)
		return error_set(error, -EINVAL, "%u workers asked for, at most %d are possible; pass a smaller --workers",
				 run->wanted_preprocess + run->wanted_inference, RUN_WORKERS_MAX);
	if (run->wanted_preprocess > cores)
		log_info("%u preprocessing workers on %u cores: they share", run->wanted_preprocess, cores);
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
	segment_remove_leftovers();
	run->memory = memory_create(strcmp(run->settings->ipc.huge_pages, "advise") == 0);
	if (!run->memory)
		return error_set(error, -ENOMEM, "out of memory");
	return memory_add_segment(run->memory, MEMORY_RING, ring, true, error);
}

static enum uring_road wanted_road(const char *name)
{
	for (enum uring_road road = URING_PLAIN; road < URING_ROADS; road++)
		if (strcmp(name, uring_road_name(road)) == 0)
			return road;
	return URING_CHOOSE;
}

static int open_io(struct run *run, struct error_text *error)
{
	enum uring_mode mode = strcmp(run->settings->io.uring, "off") == 0 ? URING_OFF : URING_AUTO;
	int status = uring_create(&run->uring, RUN_URING_ENTRIES, mode, error);

	if (status < 0)
		return status;
	uring_set_road(run->uring, wanted_road(run->settings->io.reads));
	if (!uring_is_native(run->uring))
		log_info("files are read and written by plain system calls (%s)",
			 mode == URING_OFF ? "io.uring is off" : error_describe(uring_fallback_reason(run->uring)));
	return 0;
}

static int open_signals(struct run *run, struct error_text *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP); /* stays ignored under nohup: what is ignored is not queued */
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (descriptor < 0)
		return error_set(error, -errno, "signalfd: %s", strerror(errno));
	run->signals = (struct loop_watch){ descriptor, run_on_signal, run };
	int status = loop_add(&run->loop, &run->signals, EPOLLIN);
	if (status == 0) {
		run->uring_events = (struct loop_watch){ .descriptor = uring_event_descriptor(run->uring) }; /* uring_poll runs in every round */
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

uint64_t run_descriptors_needed(const struct settings *settings, uint64_t workers)
{
	return DESCRIPTORS_FIXED + settings->io.open_files + DESCRIPTORS_PER_WORKER * workers;
}

/* Too few would make documents fail that nothing is wrong with. */
static int raise_file_limit(const struct run *run, struct error_text *error)
{
	uint32_t workers = run->wanted_preprocess + run->wanted_inference;
	uint64_t needed = run_descriptors_needed(run->settings, workers);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* the soft limit was enough for most runs anyway */
	}
	if (limit.rlim_max == RLIM_INFINITY || needed <= limit.rlim_max)
		return 0;
	return error_set(error, -EMFILE, "at most %llu files may be open, and a run with %u workers needs about %llu; raise the limit (ulimit -Hn %llu, or "
			 "LimitNOFILE= of a service), or lower io.open_files or --workers", (unsigned long long)limit.rlim_max, workers,
			 (unsigned long long)needed, (unsigned long long)needed);
}

int run_open(struct run *run, char config_hash[33], struct buffer *settings_text, struct error_text *error)
{
	char path[PATH_MAX];
	int status = open_folders(run, error);

	models_open(run);
	if (status == 0)
		status = topology_load(&run->topology, error);
	if (status == 0)
		status = plan_workers(run, error);
	if (status == 0)
		status = raise_file_limit(run, error);
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
	FAULT_POINT("open_done");
	return status;
}
