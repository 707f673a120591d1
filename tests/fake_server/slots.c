/* slots.c: who is being worked on, who waits, and which slot remembers which prompt. */
#include "tests/fake_server/server.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

int slots_init(struct slots *slots, uint32_t count)
{
	CHECK(count > 0);
	*slots = (struct slots){ .count = count };
	slots->items = calloc(count, sizeof(*slots->items));
	return slots->items ? 0 : -ENOMEM;
}

void slots_done(struct slots *slots)
{
	slots_forget(slots);
	free(slots->items);
	slots->items = NULL;
}

void slots_forget(struct slots *slots)
{
	for (uint32_t i = 0; slots->items && i < slots->count; i++)
		token_chain_done(&slots->items[i].chain);
}

static void make_ready(struct server *server, struct connection *connection)
{
	connection->state = CONNECTION_READY;
	connection->queue_next = NULL;
	if (server->ready_last)
		server->ready_last->queue_next = connection;
	else
		server->ready_first = connection;
	server->ready_last = connection;
}

static void grant(struct server *server, struct connection *connection, uint32_t index, uint64_t now_ns)
{
	struct slot *slot = &server->slots.items[index];

	CHECK(!slot->holder);
	slot->holder = connection;
	slot->busy_since_ns = now_ns;
	slot->requests++;
	server->slots.busy++;
	connection->exchange.slot = (int)index;
	make_ready(server, connection);
}

static uint32_t first_free(const struct slots *slots)
{
	uint32_t i = 0;
	while (slots->items[i].holder)
		CHECK(++i < slots->count);
	return i;
}

bool slots_enter(struct server *server, struct connection *connection)
{
	struct slots *slots = &server->slots;
	uint64_t now_ns = clock_monotonic_ns();

	if (slots->busy < slots->count) {
		grant(server, connection, first_free(slots), now_ns);
		stats_change(&server->stats, now_ns, 0, 1, 0);
		return true;
	}
	if (server->options.queue_max >= 0 && slots->queued >= (uint64_t)server->options.queue_max)
		return false;
	connection->state = CONNECTION_QUEUED;
	connection->queue_next = NULL;
	if (slots->queue_last)
		slots->queue_last->queue_next = connection;
	else
		slots->queue_first = connection;
	slots->queue_last = connection;
	slots->queued++;
	stats_change(&server->stats, now_ns, 0, 0, 1);
	return true;
}

/* Takes a connection out of a singly linked list. */
static void unlink_from(struct connection **first, struct connection **last, struct connection *connection)
{
	struct connection *before = NULL;

	for (struct connection *at = *first; at; before = at, at = at->queue_next) {
		if (at != connection)
			continue;
		if (before)
			before->queue_next = at->queue_next;
		else
			*first = at->queue_next;
		if (*last == at)
			*last = before;
		return;
	}
}

void slots_leave(struct server *server, struct connection *connection)
{
	struct slots *slots = &server->slots;
	uint64_t now_ns = clock_monotonic_ns();

	if (connection->state == CONNECTION_QUEUED) {
		unlink_from(&slots->queue_first, &slots->queue_last, connection);
		slots->queued--;
		stats_change(&server->stats, now_ns, 0, 0, -1);
		return;
	}
	if (connection->state == CONNECTION_READY)
		unlink_from(&server->ready_first, &server->ready_last, connection);
	if (connection->exchange.slot < 0)
		return;
	uint32_t index = (uint32_t)connection->exchange.slot;
	struct slot *slot = &slots->items[index];
	CHECK(slot->holder == connection);
	slot->holder = NULL;
	slot->busy_ns += now_ns - slot->busy_since_ns;
	slots->busy--;
	connection->exchange.slot = -1;
	struct connection *waiting = slots->queue_first;
	if (!waiting) {
		stats_change(&server->stats, now_ns, 0, -1, 0);
		return;
	}
	slots->queue_first = waiting->queue_next;
	if (!slots->queue_first)
		slots->queue_last = NULL;
	slots->queued--;
	grant(server, waiting, index, now_ns);
	stats_change(&server->stats, now_ns, 0, 0, -1);
}

/* As llama.cpp chooses: the slot that knows most of the prompt if it knows half of it, else the one that was used longest ago. */
static uint32_t best_slot(const struct server *server, uint32_t current)
{
	const struct slots *slots = &server->slots;
	uint32_t known = current, known_tokens = 0, oldest = current;

	for (uint32_t i = 0; i < slots->count; i++) {
		const struct slot *slot = &slots->items[i];
		if (slot->holder && i != current)
			continue;
		uint32_t common = token_chain_common(&slot->chain, &server->chain);
		if (common > known_tokens) {
			known = i;
			known_tokens = common;
		}
		if (slot->used_at < slots->items[oldest].used_at)
			oldest = i;
	}
	return known_tokens * 2 > server->chain.tokens ? known : oldest;
}

uint32_t slots_choose(struct server *server, struct connection *connection)
{
	struct slots *slots = &server->slots;
	uint32_t current = (uint32_t)connection->exchange.slot, best;

	if (!server->options.prefix_cache)
		return 0;
	best = best_slot(server, current);
	uint32_t common = token_chain_common(&slots->items[best].chain, &server->chain);
	if (best != current) {
		struct slot *from = &slots->items[current], *to = &slots->items[best];
		to->holder = connection;
		to->busy_since_ns = from->busy_since_ns;
		to->requests++;
		from->requests--;
		from->holder = NULL;
		connection->exchange.slot = (int)best;
	}
	struct slot *slot = &slots->items[best];
	struct token_chain old = slot->chain; /* the slot works on this prompt from now on */
	slot->chain = server->chain;
	server->chain = old;
	slot->used_at = ++slots->turns;
	/* the last token is always worked on, as in real servers */
	uint32_t cached = common < slot->chain.tokens ? common : common - size_min(common, TOKENS_BLOCK);
	slot->cached_tokens += cached;
	return cached;
}
