/* victim.c: see victim.h. The wrapped functions do nothing but call the true ones in any process that is not a victim. */
#define _GNU_SOURCE
#include "tests/kill/victim.h"

#include "ipc/barrier.h"
#include "workers/common/session.h"
#include "workers/common/worker.h"
#include "workers/inference/inference_handler.h"
#include "workers/preprocess/preprocess_handler.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <unistd.h>

static struct victim_control *control; /* NULL: this process is no victim */

static void pass(enum mark mark)
{
	if (!control)
		return;
	control->passed[mark]++;
	if (control->stop_at != mark)
		return;
	control->stop_at = MARK_NONE;
	__asm__ volatile("int3"); /* the tracer sees SIGTRAP, behind this instruction */
}

/* --- calls between source files ------------------------------------------------------------------------------------ */

int __real_session_open(struct session *session, const char *attach_path, const char *kind, struct error_text *error);
int __wrap_session_open(struct session *session, const char *attach_path, const char *kind, struct error_text *error);
int __wrap_session_open(struct session *session, const char *attach_path, const char *kind, struct error_text *error)
{
	int status = __real_session_open(session, attach_path, kind, error);

	pass(MARK_OPENED);
	return status;
}

int __real_channel_connect(struct channel **ret_channel, const char *endpoint, const char *identity, struct error_text *error);
int __wrap_channel_connect(struct channel **ret_channel, const char *endpoint, const char *identity, struct error_text *error);
int __wrap_channel_connect(struct channel **ret_channel, const char *endpoint, const char *identity, struct error_text *error)
{
	pass(MARK_JOIN);
	return __real_channel_connect(ret_channel, endpoint, identity, error);
}

int __real_channel_poll(struct channel *channel, struct pollfd *items, size_t count, int timeout_ms);
int __wrap_channel_poll(struct channel *channel, struct pollfd *items, size_t count, int timeout_ms);
int __wrap_channel_poll(struct channel *channel, struct pollfd *items, size_t count, int timeout_ms)
{
	pass(MARK_SLEEP);
	int ready = __real_channel_poll(channel, items, count, timeout_ms);
	pass(MARK_WOKEN);
	return ready;
}

/* The planted mistake: the consumer may see the slot before the descriptor is in it. */
static int send_empty_slot(struct lane *lane, const struct descriptor *descriptor)
{
	struct lane_slot *slot = &lane->mine->slots[lane->sent % LANE_SLOTS];

	lane->sent++;
	barrier_store_release_u64(&slot->sequence, lane->sent);
	slot->descriptor = *descriptor;
	return 0;
}

int __real_lane_send(struct lane *lane, const struct descriptor *descriptor);
int __wrap_lane_send(struct lane *lane, const struct descriptor *descriptor);
int __wrap_lane_send(struct lane *lane, const struct descriptor *descriptor)
{
	return control && control->plant == PLANT_EMPTY_SLOT ? send_empty_slot(lane, descriptor) : __real_lane_send(lane, descriptor);
}

int __real_session_send_result(struct session *session, const struct descriptor *result, uint64_t duration_ns);
int __wrap_session_send_result(struct session *session, const struct descriptor *result, uint64_t duration_ns);

/* The planted mistake: the result says done while its block is still on the way. */
static int send_empty_result(struct session *session, const struct descriptor *result, uint64_t duration_ns)
{
	uint8_t *block = session_range(session, result->out_segment, result->out_offset, result->out_bytes);
	uint8_t *copy = malloc(result->out_bytes);

	CHECK(block && copy);
	memcpy(copy, block, result->out_bytes);
	memset(block, 0, result->out_bytes);
	int status = __real_session_send_result(session, result, duration_ns);
	memcpy(block, copy, result->out_bytes);
	free(copy);
	return status;
}

int __wrap_session_send_result(struct session *session, const struct descriptor *result, uint64_t duration_ns)
{
	int status = control && control->plant == PLANT_EMPTY_RESULT ? send_empty_result(session, result, duration_ns)
								       : __real_session_send_result(session, result, duration_ns);

	pass(MARK_SENT);
	return status;
}

/* --- the program --------------------------------------------------------------------------------------------------- */

static const struct worker_program *true_program;

static int start(const struct worker_setup *setup, void **ret_context, struct error_text *error)
{
	int status = true_program->start(setup, ret_context, error);

	pass(MARK_STARTED);
	return status;
}

static int64_t handle(void *context, const struct worker_task *task, size_t *ret_needed_bytes)
{
	pass(MARK_CLAIMED);
	int64_t used = true_program->handle(context, task, ret_needed_bytes);
	pass(MARK_HANDLED);
	return used;
}

static int be_worker(enum worker_kind kind, const char *place, pid_t parent)
{
	static const struct worker_program programs[WORKER_KIND_COUNT] = {
		[WORKER_PREPROCESS] = { .name = "victim-preprocess", .kind = "preprocess", .summary = "", .start = preprocess_handler_start,
					.stop = preprocess_handler_stop, .handle = preprocess_handler_handle },
		[WORKER_INFERENCE] = { .name = "victim-inference", .kind = "inference", .summary = "", .start = inference_start,
				       .stop = inference_stop, .handle = inference_handle },
	};
	struct worker_program program = programs[kind];
	char number[16], path[PATH_MAX];
	char *arguments[] = { (char[]){ "victim" }, (char[]){ "--attach" }, path, (char[]){ "--parent" }, number, NULL };

	snprintf(path, sizeof(path), "%s", place);
	snprintf(number, sizeof(number), "%d", (int)parent);
	optind = 0; /* getopt was at work in this process before the fork */
	true_program = &programs[kind];
	program.start = start;
	program.handle = handle;
	return worker_main(&program, 5, arguments);
}

struct victim_control *victim_control_create(void)
{
	void *place = mmap(NULL, sizeof(struct victim_control), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return place == MAP_FAILED ? NULL : place;
}

pid_t victim_fork(enum worker_kind kind, const char *place, struct victim_control *shared)
{
	pid_t parent = getpid(), child;
	sigset_t none;

	memset((void *)shared->passed, 0, sizeof(shared->passed));
	shared->stop_at = MARK_BEGIN;
	child = fork();
	if (child != 0)
		return child < 0 ? -errno : child;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0); /* what ends the test does not end it */
	close_range(3, ~0U, 0); /* none of the coordinator's ends */
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(77);
	control = shared;
	pass(MARK_BEGIN);
	_exit(be_worker(kind, place, parent));
}
