/* supervisor_attach.c: the attach socket: workers that were started and workers that join say hello there, and are given a slot, the
 * settings and the segments. A slot is a number, an outbox and a place on a core; a process fills it for a while. */
#define _GNU_SOURCE
#include "coordinator/run.h"
#include "coordinator/supervisor_parts.h"

#include "base/clock.h"
#include "ipc/attach.h"
#include "ipc/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* --- attach ------------------------------------------------------------------------------------------------------- */

static int send_segment(struct worker *worker, uint16_t number)
{
	struct memory *memory = worker->run->memory;
	const struct segment *segment = &memory->pools[number].segment;
	bool own = number == worker->number;
	struct attach_message message = { .type = ATTACH_SEGMENT, .number = number, .bytes = segment->bytes, .writable = own };
	int descriptor = own ? segment->write_descriptor : segment->read_descriptor;
	int status = attach_send(worker->attach.descriptor, &message, &descriptor, 1);

	if (status == 0)
		worker->known[number / 64] |= (uint64_t)1 << number % 64;
	worker->run->retry_soon |= status == -EAGAIN;
	return status;
}

int supervisor_announce_segment(struct worker *worker, uint16_t segment)
{
	if (worker->known[segment / 64] >> segment % 64 & 1)
		return 0;
	return send_segment(worker, segment);
}

int supervisor_send(struct worker *worker, const struct message *message)
{
	struct buffer frame;

	buffer_init(&frame, MESSAGE_BYTES_MAX);
	int status = message_encode(message, &frame);
	if (status == 0)
		status = channel_send(worker->run->channel, &worker->peer, frame.data, frame.bytes);
	buffer_done(&frame);
	worker->run->retry_soon |= status == -EAGAIN;
	return status;
}

static void attach_ready(void *context, uint32_t events)
{
	struct worker *worker = context;
	struct attach_message message;
	int descriptors[ATTACH_DESCRIPTORS_MAX];

	(void)events;
	int status = attach_receive(worker->attach.descriptor, &message, descriptors, 0);
	if (status == -EAGAIN)
		return;
	for (unsigned i = 0; status > 0 && i < message.descriptor_count; i++)
		close(descriptors[i]);
	/* End of file comes a moment before the pidfd; a worker has nothing to say here after its hello. */
	int descriptor = worker->attach.descriptor;
	loop_remove(&worker->run->loop, &worker->attach);
	close(descriptor);
	if (status > 0)
		supervisor_kill(worker, "it spoke out of turn on the attach socket");
}

static int welcome(struct worker *worker)
{
	struct run *run = worker->run;
	pinning_step(run); /* a newcomer is part of the plan now */
	struct attach_message message = { .type = ATTACH_WELCOME, .number = worker->number, .core = worker->core };
	int bell = worker->model >= 0 ? models_bell(run, (uint32_t)worker->model) : -1;
	const int files[] = { run->settings_file, run->domain_file, run->folder_descriptor, bell };

	snprintf(message.text, sizeof(message.text), "%s", run->place.endpoint);
	memset(worker->known, 0, sizeof(worker->known));
	worker->peer.bytes = (uint32_t)snprintf((char *)worker->peer.identity, sizeof(worker->peer.identity), "w%u.%d", worker->number, (int)worker->pid);
	worker->share_told = false;
	int status = worker->model >= 0 && bell < 0 ? bell : attach_send(worker->attach.descriptor, &message, files, worker->model >= 0 ? 4 : 2);
	if (status == 0)
		status = lanes_open(worker);
	if (status == 0)
		status = send_segment(worker, MEMORY_RING);
	return status == 0 ? send_segment(worker, (uint16_t)worker->number) : status;
}

static struct worker *find_by_pid(struct run *run, pid_t pid)
{
	for (uint32_t i = 0; pid > 0 && i < run->worker_count; i++) /* 0: of a name space that is not seen from here */
		if (run->workers[i].pid == pid)
			return &run->workers[i];
	return NULL;
}

/* --- slots -------------------------------------------------------------------------------------------------------- */

struct worker *supervisor_add_slot(struct run *run, enum worker_kind kind, struct error_text *error)
{
	uint32_t number = run->worker_count + 1;

	if (number > RUN_WORKERS_MAX) {
		error_set(error, ERROR_LIMIT_HIT, "%d workers at most", RUN_WORKERS_MAX);
		return NULL;
	}
	if (memory_add_segment(run->memory, (uint16_t)number, run->outbox_bytes, false, error) < 0)
		return NULL;
	struct worker *worker = &run->workers[run->worker_count++];
	*worker = (struct worker){ .run = run, .number = number, .kind = kind, .model = -1, .core = -1,
				   .process = { .descriptor = -1 }, .attach = { .descriptor = -1 }, .words = { .descriptor = -1 },
				   .bell = { .descriptor = -1 }, .bell_out = -1,
				   .held = { .place = JOB_HELD } };
	return worker;
}

/* A model's slot stays the model's. */
bool supervisor_is_vacant(const struct worker *worker, enum worker_kind kind)
{
	return worker->state == WORKER_ABSENT && !worker->wanted && worker->kind == kind;
}

/* A slot for one more worker: one that nobody uses, or a new one. */
struct worker *supervisor_take_free_slot(struct run *run, enum worker_kind kind, struct error_text *error)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		if (supervisor_is_vacant(&run->workers[i], kind))
			return &run->workers[i];
	}
	return memory_check_more(run->memory, run->outbox_bytes, run->topology.memory_bytes, error) < 0 ? NULL : supervisor_add_slot(run, kind, error);
}

static void refuse(int socket, const char *why)
{
	struct attach_message message = { .type = ATTACH_REFUSED };

	snprintf(message.text, sizeof(message.text), "%s", why);
	if (attach_send(socket, &message, NULL, 0) == 0)
		log_info("a worker was refused: %s", why);
	close(socket);
}

/* "preprocess", "inference", "inference NAME OF A MODEL" */
static struct worker *admit_external(struct run *run, pid_t pid, const char *kind_name, struct error_text *error)
{
	static const char inference[] = "inference";
	enum worker_kind kind = strncmp(kind_name, inference, strlen(inference)) == 0 ? WORKER_INFERENCE : WORKER_PREPROCESS;
	const char *model_word = kind == WORKER_INFERENCE && kind_name[strlen(inference)] == ' ' ? kind_name + strlen(inference) + 1 : "";
	int model = kind == WORKER_INFERENCE ? models_find(run, model_word, error) : -1;
	if (model < -1)
		return NULL;
	struct worker *worker = run->phase == RUN_WORKING ? supervisor_take_free_slot(run, kind, error) : NULL;
	if (worker)
		worker->model = model;

	if (!worker) {
		if (run->phase != RUN_WORKING)
			error_set(error, ERROR_PEER_GONE, "the run is ending");
		return NULL;
	}
	supervisor_begin_life(worker, pid, clock_monotonic_ns());
	worker->external = true;
	worker->given_up = false;
	worker->origin = WORKER_JOINED;
	if (pid <= 0 || supervisor_watch_process(worker) < 0) {
		worker->pid = 0;
		worker->state = WORKER_ABSENT;
		worker->external = false;
		error_set(error, ERROR_PEER_GONE, "its process cannot be watched");
		return NULL;
	}
	log_info("worker %u (%s, pid %d) joined", worker->number, kind_name, (int)pid);
	return worker;
}

/* Its first message decides: a worker of ours, one that joins, or nobody we want. */
static void take_hello(struct run *run, int socket, pid_t pid)
{
	struct attach_message hello;
	int descriptors[ATTACH_DESCRIPTORS_MAX];
	int status = attach_receive(socket, &hello, descriptors, 0);

	for (unsigned i = 0; status > 0 && i < hello.descriptor_count; i++)
		close(descriptors[i]);
	if (status == ERROR_VERSION_MISMATCH) {
		refuse(socket, "it belongs to another version of docring");
		return;
	}
	if (status < 0 || hello.type != ATTACH_HELLO) {
		close(socket);
		return;
	}
	struct worker *worker = find_by_pid(run, pid);
	if (!worker)
		worker = admit_external(run, pid, hello.text, &run->error);
	if (!worker || worker->attach.descriptor >= 0) {
		refuse(socket, worker ? "it is attached already" : run->error.message);
		return;
	}
	worker->attach = (struct loop_watch){ socket, attach_ready, worker };
	if (loop_add(&run->loop, &worker->attach, EPOLLIN | EPOLLRDHUP) < 0 || welcome(worker) < 0)
		supervisor_kill(worker, "it could not be welcomed");
	FAULT_POINT("supervisor_welcomed");
}

static void newcomer_ready(void *context, uint32_t events)
{
	struct newcomer *newcomer = context;
	int socket = newcomer->watch.descriptor;

	(void)events;
	loop_remove(&newcomer->run->loop, &newcomer->watch);
	take_hello(newcomer->run, socket, newcomer->pid);
}

void supervisor_listener_ready(void *context, uint32_t events)
{
	struct run *run = context;
	pid_t pid;
	int socket = attach_accept(run->listener.descriptor, &pid, &run->error);

	(void)events;
	if (socket == -EPERM)
		log_warning("%s", run->error.message);
	if (socket < 0)
		return;
	struct newcomer *newcomer = &run->newcomers[run->newcomer_next++ % RUN_NEWCOMERS_MAX];
	supervisor_close_watch(run, &newcomer->watch);
	*newcomer = (struct newcomer){ .run = run, .watch = { socket, newcomer_ready, newcomer }, .pid = pid };
	if (loop_add(&run->loop, &newcomer->watch, EPOLLIN) < 0) {
		newcomer->watch.descriptor = -1;
		close(socket);
	}
}
