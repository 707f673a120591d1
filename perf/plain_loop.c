#define _GNU_SOURCE
#include "perf/plain_loop.h"

#include "base/clock.h"
#include "config/domain.h"
#include "coordinator/walk.h"
#include "ipc/barrier.h"
#include "proto/members.h"
#include "workers/preprocess/preprocess_handler.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_FIRST_BYTES = 16 << 20, ALIGNMENT = 64, DEPTH_MAX = 8, PROCESSES_MAX = 1024 };

/* --- files ------------------------------------------------------------------------------------------------------------ */

static void add_file(struct plain_files *files, const struct walk_entry *entry)
{
	if (files->count == files->capacity) {
		files->capacity = files->capacity ? files->capacity * 2 : 1024;
		files->files = reallocarray(files->files, files->capacity, sizeof(*files->files));
		CHECK(files->files);
	}
	struct plain_file *file = &files->files[files->count++];
	*file = (struct plain_file){ strdup(entry->path), strdup(entry->name), entry->bytes };
	CHECK(file->path && file->name);
	files->bytes += entry->bytes;
}

int plain_files_find(struct plain_files *files, const struct settings *settings, const char *folder, struct error_text *error)
{
	const struct walk_rules rules = { .hidden = settings->intake.hidden, .follow_links = settings->intake.follow_links };
	struct walk_entry entry;
	struct walk *walk;
	int status = walk_open(&walk, &folder, 1, &rules, error);

	*files = (struct plain_files){ .files = NULL };
	if (status < 0)
		return status;
	while (walk_next(walk, &entry) > 0)
		if (entry.kind == WALK_FILE && entry.bytes > 0)
			add_file(files, &entry);
	walk_close(walk);
	return 0;
}

void plain_files_done(struct plain_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		free(files->files[i].name);
	}
	free(files->files);
	*files = (struct plain_files){ .files = NULL };
}

/* --- one process ------------------------------------------------------------------------------------------------------ */

struct shared { /* between the processes */
	uint64_t next; /* file that nobody has taken */
	uint64_t documents, converted;
};

struct space {
	uint8_t *place;
	size_t bytes;
};

struct loop { /* of one process */
	void *handler;
	struct shared *shared;
	struct space input, documents, members[DEPTH_MAX];
	uint64_t tasks;
};

static void make_room(struct space *space, size_t bytes)
{
	if (bytes <= space->bytes)
		return;
	free(space->place);
	space->bytes = (bytes + bytes / 2 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	space->place = aligned_alloc(ALIGNMENT, space->bytes);
	CHECK(space->place);
}

/* One call of the worker's handler, again with more room when it asks for it. The size of the block. */
static size_t handle(struct loop *loop, struct worker_task *task, struct space *out)
{
	size_t needed = OUTPUT_FIRST_BYTES;
	int64_t used = ERROR_NEEDS_SPACE;

	while (used == ERROR_NEEDS_SPACE) {
		make_room(out, needed);
		task->out = out->place;
		task->out_bytes = out->bytes;
		used = preprocess_handler_handle(loop->handler, task, &needed);
	}
	CHECK(used > 0);
	return (size_t)used;
}

static void convert(struct loop *loop, const struct input *input, unsigned depth);

/* Step by step, as the coordinator does it: members are converted where they lie before the archive is gone on with. */
static void expand(struct loop *loop, const struct input *input, unsigned depth)
{
	struct worker_task task = { .descriptor = { .kind = DESCRIPTOR_EXPAND, .task_id = ++loop->tasks }, .input = *input };
	struct members members = { .count = 0 };
	struct input member;

	if (depth == DEPTH_MAX)
		return;
	do {
		size_t bytes = handle(loop, &task, &loop->members[depth]);
		if (members_open(loop->members[depth].place, bytes, &members, NULL) < 0)
			return; /* an archive that failed leaves a document that says so */
		for (uint32_t i = 0; i < members.count; i++)
			if (members.members[i].status == MEMBER_PRESENT &&
			    input_open(loop->members[depth].place + members.members[i].input_offset, members.members[i].input_bytes, &member, NULL) == 0)
				convert(loop, &member, depth + 1);
		task.descriptor.argument = (uint32_t)members.header->next_cursor;
	} while (!members.header->finished && members.count > 0);
}

static void convert(struct loop *loop, const struct input *input, unsigned depth)
{
	struct worker_task task = { .descriptor = { .kind = DESCRIPTOR_PREPROCESS, .task_id = ++loop->tasks }, .input = *input };

	handle(loop, &task, &loop->documents);
	const struct document_header *header = (const void *)loop->documents.place;
	if (header->status == DOCUMENT_EXPANDED) {
		expand(loop, input, depth);
		return;
	}
	(void)barrier_add_relaxed_u64(&loop->shared->documents, 1);
	if (header->status == DOCUMENT_CONVERTED)
		(void)barrier_add_relaxed_u64(&loop->shared->converted, 1);
}

static void convert_file(struct loop *loop, const struct plain_file *file)
{
	const struct input_header header = { .magic = INPUT_MAGIC };
	struct input input = { .header = &header, .source = text_from(file->name), .container = TEXT_LITERAL("") };
	int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
	size_t got = 0;
	ssize_t bytes = 0;

	CHECK(descriptor >= 0);
	make_room(&loop->input, file->bytes + 1);
	while (got < file->bytes && (bytes = read(descriptor, loop->input.place + got, file->bytes - got)) > 0)
		got += (size_t)bytes;
	CHECK(bytes >= 0);
	close(descriptor);
	input.data = (struct text){ (const char *)loop->input.place, got };
	convert(loop, &input, 0);
}

static int run_process(const struct settings *settings, const struct plain_files *files, struct shared *shared)
{
	struct loop loop = { .shared = shared };
	struct domain *domain = NULL;
	struct error_text error = { "" };
	int status = domain_load_named(settings->run.domain, &domain, NULL, &error);

	if (status == 0)
		status = preprocess_handler_start(&(struct worker_setup){ .settings = settings, .domain = domain, .model = -1, .folder = "" }, &loop.handler, &error);
	if (status < 0) {
		fprintf(stderr, "pipeline: %s\n", error.message);
		return 1;
	}
	for (;;) {
		uint64_t index = barrier_add_relaxed_u64(&shared->next, 1);
		if (index >= files->count)
			return 0; /* the process ends: nothing is freed */
		convert_file(&loop, &files->files[index]);
	}
}

/* --- all of them ------------------------------------------------------------------------------------------------------- */

static pid_t start_process(const struct bench *bench, const struct settings *settings, const struct plain_files *files, struct shared *shared, uint32_t index)
{
	pid_t child = fork();

	if (child < 0)
		bench_fail(bench, "fork: %s", strerror(errno));
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK(topology_pin((int)bench->topology->cores[index % bench->topology->count].os_index) == 0);
	_exit(run_process(settings, files, shared));
}

static double wait_for(const struct bench *bench, pid_t child)
{
	struct rusage usage;
	int status;

	if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		bench_fail(bench, "a process of the plain loop failed");
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void plain_loop_run(const struct bench *bench, const struct settings *settings, const struct plain_files *files, uint32_t processes,
		    struct plain_loop *ret_loop)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[PROCESSES_MAX];

	CHECK(shared != MAP_FAILED && processes <= PROCESSES_MAX);
	fflush(stdout);
	*ret_loop = (struct plain_loop){ .cpu_s = 0 };
	uint64_t start_ns = clock_monotonic_ns();
	for (uint32_t i = 0; i < processes; i++)
		children[i] = start_process(bench, settings, files, shared, i);
	for (uint32_t i = 0; i < processes; i++)
		ret_loop->cpu_s += wait_for(bench, children[i]);
	ret_loop->wall_s = (double)(clock_monotonic_ns() - start_ns) / 1e9;
	ret_loop->documents = shared->documents;
	ret_loop->converted = shared->converted;
	munmap(shared, sizeof(*shared));
}
