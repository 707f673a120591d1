#define _GNU_SOURCE
#include "workers/common/worker.h"

#include "base/clock.h"
#include "ipc/attach.h"
#include "ipc/fault.h"
#include "ipc/topology.h"
#include "workers/common/mapped_input.h"
#include "workers/common/session.h"
#include "workers/common/worker_frame.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TASKS_HELD_MAX = 256,
	SAFETY_NET_MS = 100, /* a sleeper looks into its lane as often, bell or not */
	BUS_LOOK_NS = 1000000, /* a worker at work reads messages between two tasks, as often at most */
	RESCUE_LOOKS = 10,   /* a bell that was not heard in so many looks was not rung; a machine that stood still spoils one of them, not all */
	RESCUE_LOOK_MS = 100,
	WORKER_SHARES_MAX = 256, /* others at one server */
};

struct worker_finisher { /* what a program of many tasks knows of its frame */
	struct worker *worker;
	uint32_t under_way;
	uint64_t told_capacity, told_state; /* as the coordinator knows them */
};

struct worker { /* one per process */
	struct worker_finisher finisher;
	const struct worker_program *program;
	struct session session;
	struct settings settings;
	struct domain *domain;
	const char *model_name; /* --model, or "" */
	void *context;
	struct descriptor held[TASKS_HELD_MAX]; /* ring: in order of arrival */
	size_t held_first, held_count;
	uint64_t tasks_done;
	struct lane_spin spin;
	uint64_t reported_ns; /* when it last said how its model fares */
	bool idle;            /* it had no task under way then */
	uint64_t said_ns; /* when the coordinator last heard from this worker */
	uint64_t asked_bus_ns; /* when it last looked for messages, as said_ns counts */
	bool bell_rung; /* and not read yet */
	bool stopping; /* told to stop: finish what is held, then end */
	bool leaving;  /* asked by a signal: no new tasks, wait to be told to stop */
};

static volatile sig_atomic_t leave_asked;

static void on_leave_signal(int number)
{
	(void)number;
	leave_asked = 1;
}

/* In somebody's terminal; the second time the signal does what signals do. */
static void on_leave_by_hand(int number)
{
	static const char words[] = "\nfinishing what is in hand (again to stop at once; then others do it again)\n";

	on_leave_signal(number);
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
}

/* --- one task --------------------------------------------------------------------------------------------------- */

/* The data of an input that lies in a file of its own. */
static int map_file(struct worker *worker, struct worker_task *task)
{
	uint64_t bytes;
	int descriptor = session_take_file(&worker->session, task->descriptor.task_id, &bytes);

	if (descriptor < 0)
		return descriptor;
	int status = bytes ? mapped_input_open(descriptor, bytes, &task->input.data) : ERROR_INPUT_REJECTED;
	if (status < 0)
		close(descriptor);
	return status;
}

/* Opens the input and the output of a task; says on standard error what is wrong with them. */
static int open_task(struct worker *worker, struct worker_task *task)
{
	const struct descriptor *descriptor = &task->descriptor;
	struct error_text error = { "" };
	uint8_t *in = session_range(&worker->session, descriptor->in_segment, descriptor->in_offset, descriptor->in_bytes);
	uint8_t *out = session_range(&worker->session, descriptor->out_segment, descriptor->out_offset, descriptor->out_bytes);
	int status;

	if (!in || !out || !worker->session.segments[descriptor->out_segment].writable)
		status = error_set(&error, ERROR_INPUT_REJECTED, "a range that is not mapped");
	else if (descriptor->kind == DESCRIPTOR_GENERATE)
		status = document_open(in, descriptor->in_bytes, &task->document, &error);
	else
		status = input_open(in, descriptor->in_bytes, &task->input, &error);
	if (status == 0 && descriptor->kind != DESCRIPTOR_GENERATE && (task->input.header->flags & INPUT_BY_DESCRIPTOR))
		status = map_file(worker, task);
	if (status < 0)
		fprintf(stderr, "%s: task %llu: input damaged: %s\n", worker->program->name,
			(unsigned long long)descriptor->task_id, error.message[0] ? error.message : error_describe(status));
	task->out = out;
	task->out_bytes = descriptor->out_bytes;
	return status;
}

static int run_task(struct worker *worker, struct descriptor descriptor)
{
	struct worker_task task = { .descriptor = descriptor };
	struct descriptor reply = descriptor;
	uint64_t start_ns = clock_monotonic_ns();
	size_t needed_bytes = 0;

	if (open_task(worker, &task) < 0) {
		reply.status = DESCRIPTOR_INPUT_DAMAGED;
	} else {
		FAULT_POINT("worker_handle");
		int64_t used = worker->program->handle(worker->context, &task, &needed_bytes);
		CHECK(used <= (int64_t)task.out_bytes);
		reply.status = used >= 0 ? DESCRIPTOR_DONE : DESCRIPTOR_NEEDS_SPACE;
		reply.out_bytes = used >= 0 ? (uint64_t)used : needed_bytes;
		if (used < 0 && used != ERROR_NEEDS_SPACE) {
			fprintf(stderr, "%s: task %llu: %s\n", worker->program->name, (unsigned long long)descriptor.task_id,
				error_describe((int)used));
			reply.status = DESCRIPTOR_GAVE_UP;
		}
	}
	uint64_t left_bytes;
	if (mapped_input_is_damaged(&left_bytes)) {
		reply.status = DESCRIPTOR_INPUT_CUT;
		reply.out_bytes = left_bytes;
	}
	mapped_input_close();
	worker->tasks_done++;
	worker->said_ns = clock_monotonic_ns();
	FAULT_POINT("worker_reply");
	return session_send_result(&worker->session, &reply, worker->said_ns - start_ns);
}

/* --- many tasks at once ------------------------------------------------------------------------------------------ */

int worker_finish(struct worker_finisher *finisher, const struct worker_task *task, uint16_t status, uint64_t bytes, uint32_t argument)
{
	struct worker *worker = finisher->worker;
	struct descriptor reply = task->descriptor;

	CHECK(finisher->under_way > 0 && (status != DESCRIPTOR_DONE || bytes <= task->out_bytes));
	finisher->under_way--;
	reply.status = status;
	if (status == DESCRIPTOR_DONE || status == DESCRIPTOR_NEEDS_SPACE)
		reply.out_bytes = bytes;
	if (status == DESCRIPTOR_NEXT_MODEL || status == DESCRIPTOR_DONE)
		reply.argument = argument;
	worker->tasks_done++;
	worker->said_ns = clock_monotonic_ns();
	FAULT_POINT("worker_reply");
	return session_send_result(&worker->session, &reply, worker->said_ns - task->started_ns);
}

static int begin_task(struct worker *worker, struct descriptor descriptor)
{
	struct worker_task task = { .descriptor = descriptor, .started_ns = clock_monotonic_ns() };

	worker->finisher.under_way++;
	if (descriptor.kind != DESCRIPTOR_GENERATE || open_task(worker, &task) < 0)
		return worker_finish(&worker->finisher, &task, DESCRIPTOR_INPUT_DAMAGED, 0, 0);
	FAULT_POINT("worker_handle");
	return worker->program->many->begin(worker->context, &worker->finisher, &task);
}

/* What the model can take and how it fares, when that is news or `always`. When the last task is through it is: the run may end there, and its sums are
 * what was said last. */
static int report_model(struct worker *worker, bool always)
{
	const struct worker_many *many = worker->program->many;
	struct message message = { .type = MESSAGE_MODEL, .worker = worker->session.worker_number };
	struct buffer json;
	int status = 0;

	buffer_init(&json, MESSAGE_MODEL_BODY_MAX);
	message.count = many->capacity(worker->context);
	message.status = many->report(worker->context, &json);
	CHECK(message.count <= WORKER_TASKS_MAX);
	bool idle = worker->finisher.under_way == 0, through = idle && !worker->idle;
	worker->idle = idle;
	if (always || through || message.count != worker->finisher.told_capacity || (uint64_t)message.status != worker->finisher.told_state) {
		message.body = json.status ? TEXT_LITERAL("{}") : buffer_view(&json);
		worker->finisher.told_capacity = message.count;
		worker->finisher.told_state = (uint64_t)message.status;
		status = session_send(&worker->session, &message);
	}
	buffer_done(&json);
	return status;
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

static void hold(struct worker *worker, const struct descriptor *descriptor)
{
	worker->held[(worker->held_first + worker->held_count++) % TASKS_HELD_MAX] = *descriptor;
}

/* What is in the lane, as far as it can be held. */
static int receive_tasks(struct worker *worker)
{
	struct descriptor descriptor;
	int status = 1;

	while (lane_is_open(&worker->session.lane) && worker->held_count < TASKS_HELD_MAX && status == 1) {
		status = lane_receive(&worker->session.lane, &descriptor);
		if (status == 1)
			hold(worker, &descriptor);
	}
	return status < 0 ? status : 0;
}

/* Looking on for work pays as long as nobody else waits for this core: another worker that shares it, or the coordinator. */
static void set_spin(struct worker *worker, bool shares_core)
{
	bool pays = !shares_core && !topology_shares_only_core(session_coordinator(&worker->session));

	lane_spin_init(&worker->spin, pays ? LANE_SPIN_NS : 0);
}

/* The others at the server, by their numbers. One whose outbox does not come is passed over. */
static int take_share(struct worker *worker, struct text numbers)
{
	const struct share_cell *others[WORKER_SHARES_MAX];
	uint32_t count = 0;

	for (uint64_t number = 0; numbers.bytes; numbers = text_slice(numbers, 1, numbers.bytes)) {
		char digit = numbers.data[0];
		if (digit >= '0' && digit <= '9') {
			number = 10 * number + (uint64_t)(digit - '0');
			if (number >= SESSION_SEGMENTS_MAX)
				return ERROR_INPUT_REJECTED;
			continue;
		}
		struct share_cell *cell = digit == ' ' ? session_cell(&worker->session, (uint16_t)number) : NULL;
		if (cell && count < COUNT_OF(others))
			others[count++] = cell;
		number = 0;
	}
	return worker->program->many->share(worker->context, others, count);
}

static int take_message(struct worker *worker, const void *frame, size_t bytes)
{
	struct message message;
	struct error_text error = { "" };
	int status = message_decode(frame, bytes, &message, &error);

	if (status < 0) {
		fprintf(stderr, "%s: bad message from the coordinator: %s\n", worker->program->name, error.message);
		return status;
	}
	if (message.type == MESSAGE_STOP) {
		worker->stopping = true;
	} else if (message.type == MESSAGE_PLACE) {
		set_spin(worker, message.count > 1);
	} else if (message.type == MESSAGE_TASK) {
		if (worker->held_count == TASKS_HELD_MAX)
			return ERROR_LIMIT_HIT;
		hold(worker, &message.descriptor);
	} else if (message.type == MESSAGE_GIVE_BACK && worker->program->many) {
		return worker->program->many->give_back(worker->context, &worker->finisher, (uint32_t)size_min(message.count, WORKER_TASKS_MAX), message.descriptor.argument);
	} else if (message.type == MESSAGE_SHARE && worker->program->many) {
		return take_share(worker, message.body);
	} /* a bell has done its work by arriving */
	return 0;
}

static int receive_messages(struct worker *worker)
{
	static uint8_t frame[MESSAGE_BYTES_MAX];

	for (;;) {
		int64_t bytes = channel_receive(worker->session.channel, NULL, frame, sizeof(frame));
		if (bytes == -EAGAIN)
			return 0;
		if (bytes < 0)
			return (int)bytes;
		int status = take_message(worker, frame, (size_t)bytes);
		if (status < 0)
			return status;
	}
}

static int send_simple(struct worker *worker, enum message_type type)
{
	struct message message = { .type = type, .worker = worker->session.worker_number, .count = worker->tasks_done };
	return session_send(&worker->session, &message);
}

static bool lane_has_task(void *context)
{
	const struct worker *worker = context;
	return lane_is_open(&worker->session.lane) && lane_is_pending(&worker->session.lane);
}

/* A bell that was heard is read before the next sleep, not before the work that it was rung for. What is rung from here on is for a descriptor
 * that falling asleep sees, or for the sleep behind it. */
static int hush_bell(struct worker *worker)
{
	uint64_t rings;

	if (worker->bell_rung && read(worker->session.bell_in, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
		return -errno;
	worker->bell_rung = false;
	return 0;
}

/* 1: something came; 0: nothing did. */
static int poll_once(struct worker *worker, uint64_t timeout_ms)
{
	struct session *session = &worker->session;
	/* poll passes over what is -1: no bell of its own when bells are messages, nothing that the program waits for. */
	struct pollfd items[] = {
		{ .fd = session->attach_socket, .events = POLLIN },
		{ .fd = session->bell_in, .events = POLLIN },
		{ .fd = worker->program->many ? worker->program->many->descriptor(worker->context) : -1, .events = POLLIN },
	};
	int ready = channel_poll(session->channel, items, COUNT_OF(items), (int)timeout_ms);

	if (ready < 0)
		return ready == -EINTR ? 1 : ready;
	worker->bell_rung = ready > 0 && items[1].revents;
	int status = ready > 0 && items[0].revents ? session_drain_attach(session) : 0;
	return status < 0 ? status : ready > 0;
}

/* Blocks until a bell, a message or an announcement. The timeout is a safety net: work that is found by it has a bell on its way,
 * which must come because this side still sleeps; one that does not was lost, which is a bug, counted and survived. */
static int sleep_until_woken(struct worker *worker)
{
	uint64_t heartbeat_ms = worker->settings.supervise.heartbeat_ms;
	bool lane = lane_is_open(&worker->session.lane);
	int status = poll_once(worker, lane && heartbeat_ms > SAFETY_NET_MS ? SAFETY_NET_MS : heartbeat_ms);

	if (status == 0 && lane_has_task(worker)) {
		for (int look = 0; look < RESCUE_LOOKS && status == 0; look++)
			status = poll_once(worker, RESCUE_LOOK_MS);
		if (status == 0)
			lane_count_rescue(&worker->session.lane);
	} else if (status == 0 && clock_monotonic_ns() - worker->said_ns >= heartbeat_ms * 1000000) {
		worker->said_ns = clock_monotonic_ns();
		status = send_simple(worker, MESSAGE_HEARTBEAT);
	}
	return status < 0 ? status : 0;
}

static int wait_for_work(struct worker *worker)
{
	struct lane *lane = &worker->session.lane;
	int status = hush_bell(worker);

	if (status < 0)
		return status;
	if (lane_is_open(lane) && !lane_fall_asleep(lane))
		return 0;
	status = sleep_until_woken(worker);
	lane_wake(lane);
	return status;
}

/* A program of many tasks waits for its own descriptor too, and its tasks may be due. It never spins: what it waits for takes long. */
static int wait_for_many(struct worker *worker)
{
	struct lane *lane = &worker->session.lane;
	uint64_t now_ns = clock_monotonic_ns(), next_ns = worker->program->many->next_ns(worker->context);
	uint64_t heartbeat_ns = worker->settings.supervise.heartbeat_ms * 1000000;
	uint64_t timeout_ms = lane_is_open(lane) ? SAFETY_NET_MS : worker->settings.supervise.heartbeat_ms;
	int status = hush_bell(worker);

	if (status < 0)
		return status;
	if (next_ns <= now_ns)
		return 0;
	if ((next_ns - now_ns + 999999) / 1000000 < timeout_ms)
		timeout_ms = (next_ns - now_ns + 999999) / 1000000;
	if (lane_is_open(lane) && !lane_fall_asleep(lane))
		return 0;
	status = poll_once(worker, timeout_ms);
	lane_wake(lane);
	if (status >= 0 && clock_monotonic_ns() - worker->reported_ns >= heartbeat_ns) {
		worker->reported_ns = worker->said_ns = clock_monotonic_ns();
		status = send_simple(worker, MESSAGE_HEARTBEAT);
		if (status == 0)
			status = report_model(worker, true);
	}
	return status < 0 ? status : 0;
}

/* Until told to stop and through with what was begun. */
static int serve_many(struct worker *worker)
{
	const struct worker_many *many = worker->program->many;

	for (;;) {
		int status = receive_messages(worker);
		if (status == 0)
			status = receive_tasks(worker);
		while (status == 0 && worker->held_count > 0) {
			struct descriptor descriptor = worker->held[worker->held_first];
			worker->held_first = (worker->held_first + 1) % TASKS_HELD_MAX;
			worker->held_count--;
			status = begin_task(worker, descriptor);
		}
		if (status == 0)
			status = many->step(worker->context, &worker->finisher, clock_monotonic_ns());
		if (status == 0)
			status = report_model(worker, false);
		if (status == 0 && leave_asked && !worker->leaving) {
			worker->leaving = true;
			status = send_simple(worker, MESSAGE_GOODBYE);
		}
		if (status == 0 && worker->stopping && worker->finisher.under_way == 0 && worker->held_count == 0)
			return 0;
		if (status == 0)
			status = wait_for_many(worker);
		if (status < 0)
			return status;
	}
}

/* The bus is asked before sleeping, and under load now and then: no task waits for a system call. */
static bool bus_is_due(struct worker *worker)
{
	if (worker->held_count > 0 && worker->said_ns - worker->asked_bus_ns < BUS_LOOK_NS)
		return false;
	worker->asked_bus_ns = worker->said_ns;
	return true;
}

/* The lane first, for as long as spinning pays; then the bus; then the lane once more: what was sent before a stop is seen before it counts. */
static int receive(struct worker *worker)
{
	int status = receive_tasks(worker);

	if (status == 0 && worker->held_count == 0 && lane_is_open(&worker->session.lane) && lane_spin_wait(&worker->spin, lane_has_task, worker))
		status = receive_tasks(worker);
	if (status == 0 && bus_is_due(worker))
		status = receive_messages(worker);
	if (status == 0 && worker->held_count == 0)
		status = receive_tasks(worker);
	return status;
}

/* Until told to stop. 0, or why it could not go on. */
static int serve(struct worker *worker)
{
	for (;;) {
		int status = receive(worker);
		if (status < 0)
			return status;
		if (leave_asked && !worker->leaving) {
			worker->leaving = true;
			status = send_simple(worker, MESSAGE_GOODBYE);
		} else if (worker->held_count > 0) {
			struct descriptor descriptor = worker->held[worker->held_first];
			worker->held_first = (worker->held_first + 1) % TASKS_HELD_MAX;
			worker->held_count--;
			status = run_task(worker, descriptor);
		} else if (worker->stopping) {
			return 0;
		} else {
			status = wait_for_work(worker);
		}
		if (status < 0)
			return status;
	}
}

/* --- start and end ---------------------------------------------------------------------------------------------- */

void worker_install_signals(bool spawned)
{
	struct sigaction leave = { .sa_handler = on_leave_signal };
	struct sigaction leave_by_hand = { .sa_handler = on_leave_by_hand, .sa_flags = (int)SA_RESETHAND };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	/* Ctrl-C in the coordinator's terminal is the coordinator's matter; a worker started by hand has its own. */
	sigaction(SIGINT, spawned ? &ignore : &leave_by_hand, NULL);
	sigaction(SIGTERM, spawned ? &leave : &leave_by_hand, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static int find_model(const struct worker *worker, int *ret_model, struct error_text *error)
{
	if (!worker->model_name[0])
		return 0;
	for (uint32_t i = 0; i < worker->settings.model_count; i++)
		if (strcmp(model_name(&worker->settings.models[i]), worker->model_name) == 0) {
			*ret_model = (int)i;
			return 0;
		}
	return error_set(error, -EINVAL, "the run has no model called \"%s\"", worker->model_name);
}

static int find_cell(struct worker *worker, struct worker_setup *setup, struct error_text *error)
{
	setup->cell = session_cell(&worker->session, (uint16_t)worker->session.worker_number);
	setup->server_bell = worker->session.server_bell;
	if (!setup->cell || setup->server_bell < 0)
		return error_set(error, ERROR_VERSION_MISMATCH, "the coordinator gave this worker no outbox, or no bell of its server");
	return 0;
}

static int start(struct worker *worker, const char *attach_path, struct error_text *error)
{
	struct worker_setup setup = { .settings = &worker->settings, .model = -1, .folder = worker->session.folder, .server_bell = -1 };
	char kind[ATTACH_TEXT_BYTES];

	if (snprintf(kind, sizeof(kind), "%s%s%s", worker->program->kind, worker->model_name[0] ? " " : "", worker->model_name) >= (int)sizeof(kind))
		return error_set(error, -EINVAL, "the model's name is too long");
	int status = session_open(&worker->session, attach_path, kind, error);

	if (status == 0)
		set_spin(worker, false);
	if (status == 0)
		status = settings_load_text(&worker->settings, buffer_view(&worker->session.settings_text), "settings of the run", error);
	if (status == 0)
		status = domain_load(buffer_view(&worker->session.domain_text), worker->settings.run.domain, &worker->domain, error);
	if (status == 0)
		status = find_model(worker, &setup.model, error);
	if (status == 0 && setup.model >= 0)
		status = find_cell(worker, &setup, error);
	setup.domain = worker->domain;
	if (status == 0)
		status = worker->program->start(&setup, &worker->context, error);
	return status;
}

/* To who started it by hand; the coordinator takes what its own workers say for last words. */
static void say_joined(const struct worker *worker, const struct rendezvous *place)
{
	fprintf(stderr, "%s: joined %s as w%u; Ctrl-C lets it go\n", worker->program->name, strrchr(place->folder, '/') + 1, worker->session.worker_number);
}

static void say_left(const struct worker *worker, int status)
{
	fprintf(stderr, "%s: %s after %llu task%s\n", worker->program->name, status == ERROR_PEER_GONE ? "the coordinator is gone, it ended" :
		worker->leaving ? "left" : "was told to end", (unsigned long long)worker->tasks_done, worker->tasks_done == 1 ? "" : "s");
}

/* Why it could not go on. Its last words are what people see of it, so all of it is one line. Where nothing can be written, to start it again does not
 * help, and models would be asked again what could not be recorded. */
static int fail(const struct worker *worker, int status)
{
	const char *why = worker->program->many ? worker->program->many->trouble(worker->context) : "", *advice = error_is_full(status) ? error_write_advice(status) : "";

	fprintf(stderr, "%s: %s%s%s%s\n", worker->program->name, why[0] ? why : error_describe(status), advice[0] ? "; " : "", advice,
		advice[0] ? " and run the same command again" : "");
	return error_is_full(status) ? EXIT_DO_NOT_RESTART : EXIT_FAILED;
}

int worker_run(const struct worker_program *program, const struct rendezvous *place, const char *model, bool by_hand)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	struct error_text error = { "" };
	int result = EXIT_DONE;

	if (!worker)
		return EXIT_RESOURCES;
	worker->program = program;
	worker->model_name = model;
	worker->finisher = (struct worker_finisher){ .worker = worker, .told_capacity = UINT64_MAX };
	settings_init(&worker->settings);
	int status = start(worker, place->attach_path, &error);
	if (status < 0) {
		fprintf(stderr, "%s: %s\n", program->name, error.message[0] ? error.message : error_describe(status));
		result = status == -ENOMEM || status == -ENOSPC || status == -EMFILE ? EXIT_RESOURCES : EXIT_DO_NOT_RESTART;
	} else {
		if (by_hand)
			say_joined(worker, place);
		status = program->many ? serve_many(worker) : serve(worker);
		if (by_hand)
			say_left(worker, status);
		if (status < 0 && status != ERROR_PEER_GONE)
			result = fail(worker, status);
		program->stop(worker->context);
	}
	domain_destroy(worker->domain);
	session_close(&worker->session);
	settings_done(&worker->settings);
	free(worker);
	return result;
}
