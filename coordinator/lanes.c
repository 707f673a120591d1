/* lanes.c: the coordinator's ends of the fast lanes: tasks go out and results come in without a system call as long as the other side
 * is awake; a sleeper is woken by the bell (a message on the bus, or an eventfd: ipc.bell). A worker without a lane gets everything
 * over the bus. The lane is only a road: what may be sent, and whether a result counts, is decided by dispatch.c and results.c. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "ipc/attach.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	LANES_FIRST_NUMBER = 1 << 16, /* segment numbers of lanes: behind all of those that descriptors can name */
	RESCUE_LOOKS = 10,            /* a bell that was not heard in so many looks was not rung; a machine that stood still spoils one of them, not all */
	RESCUE_LOOK_NS = 100000000,
	NAP_NS_MIN = 100000,          /* shorter ones do not pay */
	NAP_NS_MAX = 1000000,         /* what a result may wait */
};

/* --- open and close ------------------------------------------------------------------------------------------------ */

static int open_bells(struct worker *worker)
{
	worker->bell_out = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (descriptor < 0 || worker->bell_out < 0) {
		int status = -errno;
		if (descriptor >= 0)
			close(descriptor);
		return status;
	}
	/* It only wakes: the next round looks into every lane. Each ring is a change, however many were before: nobody reads the counter. */
	worker->bell = (struct loop_watch){ .descriptor = descriptor };
	int status = loop_add(&worker->run->loop, &worker->bell, EPOLLIN | EPOLLET);
	if (status < 0) {
		close(descriptor);
		worker->bell.descriptor = -1;
	}
	return status;
}

static int announce(struct worker *worker)
{
	struct attach_message message = { .type = ATTACH_LANES, .number = worker->lane.my_segment.number };
	const int descriptors[] = {
		worker->lane.my_segment.read_descriptor, worker->lane.their_segment.write_descriptor, worker->bell_out, worker->bell.descriptor,
	};

	return attach_send(worker->attach.descriptor, &message, descriptors, worker->bell_out >= 0 ? 4 : 2);
}

int lanes_open(struct worker *worker)
{
	struct run *run = worker->run;

	lanes_close(worker);
	if (!run->settings->ipc.fast_lane)
		return 0;
	int status = lane_create(&worker->lane, LANES_FIRST_NUMBER + 2 * worker->number, &run->error);
	if (status == 0 && strcmp(run->settings->ipc.bell, "eventfd") == 0)
		status = open_bells(worker);
	if (status < 0) {
		log_warning("worker %u works over ZeroMQ alone, without a fast lane: %s", worker->number, error_describe(status));
		lanes_close(worker);
		return 0;
	}
	return announce(worker);
}

void lanes_close(struct worker *worker)
{
	int descriptor = worker->bell.descriptor;

	if (lane_is_open(&worker->lane)) {
		uint64_t rescues = lane_rescues_of_peer(&worker->lane);
		worker->run->stats.lane_rescues += rescues;
		if (rescues)
			log_warning("worker %u found work by timeout %llu times: the coordinator did not ring its bell", worker->number, (unsigned long long)rescues);
	}
	lane_done(&worker->lane);
	worker->lane_broken = false;
	loop_remove(&worker->run->loop, &worker->bell);
	if (descriptor >= 0)
		close(descriptor);
	if (worker->bell_out >= 0)
		close(worker->bell_out);
	worker->bell_out = -1;
}

uint64_t lanes_rescues(const struct run *run)
{
	uint64_t count = run->stats.lane_rescues;

	for (uint32_t i = 0; i < run->worker_count; i++)
		if (lane_is_open(&run->workers[i].lane))
			count += lane_rescues_of_peer(&run->workers[i].lane);
	return count;
}

/* --- tasks --------------------------------------------------------------------------------------------------------- */

static void ring(struct worker *worker)
{
	const struct message message = { .type = MESSAGE_BELL };
	const uint64_t once = 1;
	int status = 0;

	if (worker->bell_out < 0)
		status = supervisor_send(worker, &message);
	else if (write(worker->bell_out, &once, sizeof(once)) < 0)
		status = -errno;
	/* A full queue, or a full counter, has already what wakes the worker. */
	if (status < 0 && status != -EAGAIN)
		supervisor_kill(worker, "its connection broke");
}

int lanes_publish(struct worker *worker, const struct descriptor *task)
{
	struct message message = { .type = MESSAGE_TASK, .descriptor = *task };

	if (!lane_is_open(&worker->lane))
		return supervisor_send(worker, &message);
	int status = lane_send(&worker->lane, task);
	/* From here on the worker may have it: whatever happens to the bell, the task is that worker's until its death. */
	if (status == 0 && lane_must_ring(&worker->lane))
		ring(worker);
	return status;
}

/* --- results ------------------------------------------------------------------------------------------------------- */

static bool is_pending(const struct worker *worker)
{
	return lane_is_open(&worker->lane) && !worker->lane_broken && lane_is_pending(&worker->lane);
}

static void receive_from(struct run *run, struct worker *worker)
{
	struct descriptor result;
	int status = 0;

	/* As many as the lane has slots: no worker keeps the others waiting. */
	for (int i = 0; i < LANE_SLOTS && (status = lane_receive(&worker->lane, &result)) == 1; i++)
		results_take(run, worker, &result, result.duration_ns);
	if (status < 0) {
		worker->lane_broken = true;
		run->stats.bad_messages++;
		supervisor_kill(worker, "it wrote what cannot be into its lane");
	}
}

void lanes_receive(struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (is_pending(&run->workers[i]))
			receive_from(run, &run->workers[i]);
}

/* --- waiting ------------------------------------------------------------------------------------------------------- */

static bool any_pending(void *context)
{
	const struct run *run = context;

	for (uint32_t i = 0; i < run->worker_count; i++)
		if (is_pending(&run->workers[i]))
			return true;
	return false;
}

/* A result, not garbage, for which nobody rings. */
static bool any_result(const struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (is_pending(&run->workers[i]) && lane_look(&run->workers[i].lane) == 1)
			return true;
	return false;
}

static void wake(struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++)
		lane_wake(&run->workers[i].lane);
}

/* False: something came meanwhile, and the coordinator is awake in every lane. */
static bool fall_asleep(struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		if (lane_is_open(&worker->lane) && !worker->lane_broken && !lane_fall_asleep(&worker->lane)) {
			wake(run);
			return false;
		}
	}
	return true;
}

/* Looking again and again costs nobody anything when a core is left over; else it keeps a worker from running. */
static bool has_core_to_spin(const struct run *run)
{
	return supervisor_alive(run) < topology_usable_cores(&run->topology);
}

/* How long nobody will need the coordinator: every worker at work has more than the task that it is at, and the rest lasts twice as long,
 * going by what tasks took so far. Results wait meanwhile and are taken together; their workers, who see it awake, do not ring,
 * which saves each of them some system calls and this process a wake-up. 0: somebody needs it soon. */
static uint64_t nap_ns(const struct run *run)
{
	uint64_t most_ns = 0;

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		if (worker->held.count == 0)
			continue;
		uint64_t stock_ns = (worker->held.count - 1) * worker->task_ns / 2;
		if (worker->state != WORKER_READY || !lane_is_open(&worker->lane) || stock_ns < NAP_NS_MIN)
			return 0;
		if (stock_ns > NAP_NS_MAX)
			stock_ns = NAP_NS_MAX;
		most_ns = most_ns == 0 || stock_ns < most_ns ? stock_ns : most_ns;
	}
	return most_ns;
}

int lanes_wait(struct run *run, uint64_t timeout_ns)
{
	void *socket = channel_socket(run->channel);
	uint64_t nap = nap_ns(run);

	if (nap > 0 && nap < timeout_ns)
		return loop_wait(&run->loop, socket, nap);
	bool found = has_core_to_spin(run) && lane_spin_wait(&run->spin, any_pending, run);
	bool asleep = !found && fall_asleep(run);
	int ready = loop_wait(&run->loop, socket, asleep ? timeout_ns : 0);

	/* Work at the timeout: its bell is on the way. This side still sleeps, so that it must come; one that does not was lost. */
	if (ready == 0 && asleep && any_result(run)) {
		for (int look = 0; look < RESCUE_LOOKS && ready == 0; look++)
			ready = loop_wait(&run->loop, socket, RESCUE_LOOK_NS);
		if (ready == 0) {
			run->stats.lane_rescues++;
			log_warning("a worker did not ring its bell");
		}
	}
	wake(run);
	return ready < 0 ? ready : 0;
}
