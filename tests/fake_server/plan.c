#include "tests/fake_server/plan.h"

#include <stdlib.h>

enum { PLAN_BYTES_MAX = 64 << 20, PLAN_KEPT_BYTES = 256 * 1024, PLAN_STEPS_MAX = 1 << 20 };

void plan_init(struct plan *plan)
{
	*plan = (struct plan){ .count = 0 };
	buffer_init(&plan->bytes, PLAN_BYTES_MAX);
}

void plan_done(struct plan *plan)
{
	buffer_done(&plan->bytes);
	free(plan->steps);
	plan->steps = NULL;
	plan->count = plan->capacity = 0;
}

void plan_clear(struct plan *plan)
{
	if (plan->bytes.capacity_bytes > PLAN_KEPT_BYTES)
		buffer_done(&plan->bytes);
	buffer_clear(&plan->bytes);
	plan->count = 0;
	plan->failed = false;
}

static struct plan_step *add(struct plan *plan, enum plan_kind kind)
{
	if (plan->count == plan->capacity) {
		size_t capacity = plan->capacity ? plan->capacity * 2 : 8;
		struct plan_step *grown = capacity > PLAN_STEPS_MAX ? NULL : realloc(plan->steps, capacity * sizeof(*grown));
		if (!grown) {
			plan->failed = true;
			return NULL;
		}
		plan->steps = grown;
		plan->capacity = capacity;
	}
	struct plan_step *step = &plan->steps[plan->count++];
	*step = (struct plan_step){ .kind = kind, .repeat = 1 };
	return step;
}

/* The end of what steps already send. */
static size_t sent_end(const struct plan *plan)
{
	for (size_t i = plan->count; i > 0; i--)
		if (plan->steps[i - 1].kind == PLAN_SEND)
			return plan->steps[i - 1].offset + plan->steps[i - 1].bytes;
	return 0;
}

static struct plan_step *add_send(struct plan *plan)
{
	size_t start = sent_end(plan);
	struct plan_step *step;

	if (start == plan->bytes.bytes || !(step = add(plan, PLAN_SEND)))
		return NULL;
	step->offset = start;
	step->bytes = plan->bytes.bytes - start;
	return step;
}

void plan_send(struct plan *plan)
{
	struct plan_step *last = plan->count ? &plan->steps[plan->count - 1] : NULL;

	if (last && last->kind == PLAN_SEND && last->repeat == 1 && last->piece_bytes == 0 && last->wait_ns == 0)
		last->bytes = plan->bytes.bytes - last->offset;
	else
		add_send(plan);
}

void plan_send_pieces(struct plan *plan, size_t piece_bytes, uint64_t wait_ns)
{
	struct plan_step *step = add_send(plan);

	CHECK(piece_bytes > 0);
	if (step) {
		step->piece_bytes = piece_bytes;
		step->wait_ns = wait_ns;
	}
}

void plan_send_repeat(struct plan *plan, uint64_t repeat, uint64_t wait_ns)
{
	struct plan_step *step = add_send(plan);

	CHECK(repeat > 0);
	if (step) {
		step->repeat = repeat;
		step->wait_ns = wait_ns;
	}
}

void plan_wait(struct plan *plan, uint64_t wait_ns)
{
	struct plan_step *step = wait_ns ? add(plan, PLAN_WAIT) : NULL;

	if (step)
		step->wait_ns = wait_ns;
}

void plan_end(struct plan *plan, enum plan_kind kind)
{
	CHECK(kind == PLAN_CLOSE || kind == PLAN_RESET);
	add(plan, kind);
}
