/* call_facts.c: what may be asked about the calls at one endpoint. See call.h. */
#include "workers/model/call_private.h"

uint32_t calls_refused_in_row(const struct calls *calls) { return calls->refused_in_row; }
const char *calls_refusal(const struct calls *calls) { return calls->refusal; }
int calls_descriptor(const struct calls *calls) { return http_descriptor(calls->http); }
uint32_t calls_waiting(const struct calls *calls) { return calls->queue.waiting; }
bool calls_is_sent(const struct calls *calls, uint64_t handle)
{
	const struct call *call = (uint32_t)handle < calls->count ? calls->all[(uint32_t)handle] : NULL;
	bool waits = call && call->life == (uint32_t)(handle >> 32) && (call->state == CALL_FRESH || call->state == CALL_WAITING);

	return !waits || call->started_ns != 0;
}

uint32_t calls_slots(const struct calls *calls) { return calls->endpoint.breaker == ENDPOINT_OPEN ? 0 : endpoint_slots(&calls->endpoint); }
double calls_chars_per_token(const struct calls *calls) { return calls->chars_per_token; }
uint64_t calls_context_tokens(const struct calls *calls) { return calls->context_tokens; }
uint64_t calls_doubtful(const struct calls *calls) { return calls->counts.doubtful; }
const char *calls_trouble(const struct calls *calls)
{
	enum endpoint_breaker breaker = calls->endpoint.breaker;
	return breaker == ENDPOINT_OPEN || breaker == ENDPOINT_HALF_OPEN ? calls->trouble : "";
}

const struct endpoint *calls_endpoint(const struct calls *calls) { return &calls->endpoint; }
struct call_sums calls_sums(const struct calls *calls) { return calls->sums; }
