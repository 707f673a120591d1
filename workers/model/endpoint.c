/* endpoint.c: see endpoint.h. */
#include "workers/model/endpoint.h"

#include <math.h>

#define RETRY_BASE_NS (500ull * 1000000)
#define RETRY_NS_MAX (30ull * 1000000000)
#define RETRY_AFTER_S_MAX 120.0 /* what a server may ask for with one header; it can ask again */
#define BUSY_S_MAX 30.0         /* a 503 that asks for so much is busy; one that asks for more is away */
#define SLOWER_FACTOR 2.0       /* an answer that takes so many times as long as usual: too much at once */
#define USUAL_SHARE 0.1         /* of a new answer in the moving mean */

const char *endpoint_breaker_name(enum endpoint_breaker breaker)
{
	static const char *const names[] = { [ENDPOINT_CLOSED] = "closed", [ENDPOINT_ON_TRIAL] = "on trial", [ENDPOINT_OPEN] = "open", [ENDPOINT_HALF_OPEN] = "half-open" };
	CHECK(breaker < COUNT_OF(names));
	return names[breaker];
}

void endpoint_init(struct endpoint *endpoint, uint32_t limit_max, uint64_t seed)
{
	CHECK(limit_max > 0);
	*endpoint = (struct endpoint){ .own_max = limit_max, .limit_max = limit_max, .limit = limit_max, .open_ns = ENDPOINT_OPEN_NS, .time_scale = 1,
					.random = seed | 1 };
}

/* xorshift64: 0 ≤ result < 1 */
static double next_random(struct endpoint *endpoint)
{
	uint64_t x = endpoint->random;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	endpoint->random = x;
	return (double)(x >> 11) / 9007199254740992.0;
}

static uint64_t scaled(const struct endpoint *endpoint, uint64_t ns)
{
	return (uint64_t)((double)ns * endpoint->time_scale);
}

/* --- starting ------------------------------------------------------------------------------------------------------- */

uint32_t endpoint_slots(const struct endpoint *endpoint)
{
	return endpoint->limit < endpoint->own_max ? (uint32_t)endpoint->limit : endpoint->own_max;
}

static uint32_t allowed(const struct endpoint *endpoint)
{
	uint32_t limit = endpoint_slots(endpoint);

	switch (endpoint->breaker) {
	case ENDPOINT_OPEN:
		return 0;
	case ENDPOINT_HALF_OPEN:
		return 1;
	case ENDPOINT_ON_TRIAL:
		return limit < ENDPOINT_TRIALS ? limit : ENDPOINT_TRIALS;
	case ENDPOINT_CLOSED:
		break;
	}
	return limit;
}

bool endpoint_has_room(const struct endpoint *endpoint)
{
	return endpoint->under_way < allowed(endpoint);
}

bool endpoint_may_start(const struct endpoint *endpoint, uint64_t now_ns)
{
	return endpoint_has_room(endpoint) && now_ns >= endpoint->not_before_ns;
}

void endpoint_started(struct endpoint *endpoint)
{
	endpoint->under_way++;
}

void endpoint_hear(struct endpoint *endpoint, uint32_t limit_max, uint32_t limit, uint64_t not_before_ns)
{
	endpoint->limit_max = limit_max > endpoint->own_max ? limit_max : endpoint->own_max;
	endpoint->not_before_ns = not_before_ns > endpoint->not_before_ns ? not_before_ns : endpoint->not_before_ns;
	if (limit > 0 && limit != (uint32_t)endpoint->limit)
		endpoint->limit = fmin(limit, endpoint->limit_max);
}

/* --- the limit ------------------------------------------------------------------------------------------------------ */

static void set_limit(struct endpoint *endpoint, double limit)
{
	endpoint->limit = fmax(1, fmin(limit, endpoint->limit_max));
	endpoint->good_since_growth = 0;
}

static void shrink(struct endpoint *endpoint, double factor)
{
	endpoint->slow_start = false;
	set_limit(endpoint, floor(endpoint->limit * factor));
}

/* Waiting in the server's queue counts as slowness, so the usual time is learnt only from answers that are not slow. */
static void learn_time(struct endpoint *endpoint, double seconds)
{
	bool slow = endpoint->usual_s > 0 && seconds > SLOWER_FACTOR * endpoint->usual_s;

	if (slow && endpoint->good_since_growth > 0 && endpoint->limit > 1) {
		endpoint->slower_in_row++;
		if (endpoint->slower_in_row >= (uint32_t)endpoint->limit) { /* a round of them: not one long answer */
			endpoint->slower_in_row = 0;
			shrink(endpoint, 0.9);
		}
	} else if (!slow) {
		endpoint->slower_in_row = 0;
	}
	endpoint->usual_s = endpoint->usual_s == 0 ? seconds : (1 - USUAL_SHARE) * endpoint->usual_s + USUAL_SHARE * seconds;
}

static void grow(struct endpoint *endpoint)
{
	endpoint->good_since_growth++;
	if (endpoint->limit >= endpoint->limit_max) {
		endpoint->slow_start = false;
		return;
	}
	if (endpoint->slow_start)
		set_limit(endpoint, endpoint->limit + 1); /* one more for every answer: doubles in a round */
	else if (endpoint->good_since_growth >= (uint32_t)endpoint->limit)
		set_limit(endpoint, endpoint->limit + 1);
}

/* --- the breaker ---------------------------------------------------------------------------------------------------- */

static void open_breaker(struct endpoint *endpoint, uint64_t now_ns)
{
	if (endpoint->breaker == ENDPOINT_OPEN)
		return;
	if (endpoint->breaker == ENDPOINT_HALF_OPEN) /* it seemed to be back, and is not */
		endpoint->open_ns = endpoint->open_ns * 2 < ENDPOINT_OPEN_NS_MAX ? endpoint->open_ns * 2 : ENDPOINT_OPEN_NS_MAX;
	endpoint->breaker = ENDPOINT_OPEN;
	endpoint->opened++;
	endpoint->open_until_ns = now_ns + scaled(endpoint, endpoint->open_ns);
	endpoint->look_ns = now_ns + scaled(endpoint, ENDPOINT_LOOK_NS);
}

static void close_breaker(struct endpoint *endpoint)
{
	if (endpoint->breaker == ENDPOINT_CLOSED)
		return;
	bool was_away = endpoint->breaker != ENDPOINT_ON_TRIAL;
	endpoint->breaker = ENDPOINT_CLOSED;
	endpoint->open_ns = ENDPOINT_OPEN_NS;
	endpoint->slow_start = true;
	endpoint->good_since_closed = was_away ? 0 : endpoint->good_since_closed;
	set_limit(endpoint, was_away ? 1 : endpoint->limit / 2);
}

/* Not when nothing listens any more, and not where each further look would take as long as this one. */
static bool may_be_chance(const struct endpoint *endpoint, const struct http_response *response)
{
	bool broke = response->outcome == HTTP_BROKEN || response->outcome == HTTP_INVALID;
	return broke || (response->outcome == HTTP_ANSWERED && response->duration_ns < scaled(endpoint, ENDPOINT_LOOK_NS));
}

/* After a failure: is the server to be left alone? Puts it on trial where that is to be found out. */
static bool is_away(struct endpoint *endpoint, const struct http_response *response, uint32_t attempt, uint64_t now_ns)
{
	if (endpoint->breaker == ENDPOINT_HALF_OPEN)
		return true;
	if (endpoint->breaker == ENDPOINT_ON_TRIAL) {
		endpoint->trials_failed += now_ns - response->duration_ns >= endpoint->trial_ns;
		return endpoint->trials_failed >= ENDPOINT_TRIALS || attempt >= ENDPOINT_ATTEMPTS_MAX || !may_be_chance(endpoint, response) ||
		       now_ns - endpoint->trial_ns >= scaled(endpoint, ENDPOINT_LOOK_NS);
	}
	if (endpoint->failures_in_row < ENDPOINT_FAILURES_TO_OPEN)
		return false;
	if (endpoint->good_since_closed < ENDPOINT_GOOD_FOR_TRIAL || attempt >= ENDPOINT_ATTEMPTS_MAX || !may_be_chance(endpoint, response))
		return true;
	endpoint->breaker = ENDPOINT_ON_TRIAL;
	endpoint->trials_failed = 0;
	endpoint->trial_ns = now_ns;
	return false;
}

bool endpoint_wants_look(const struct endpoint *endpoint, uint64_t now_ns)
{
	return endpoint->breaker == ENDPOINT_OPEN && now_ns >= endpoint->look_ns;
}

void endpoint_looked(struct endpoint *endpoint, bool reachable, uint64_t now_ns)
{
	if (endpoint->breaker != ENDPOINT_OPEN)
		return;
	/* A server that can be looked at and still fails requests is left alone for the whole time. */
	bool early = endpoint->open_ns == ENDPOINT_OPEN_NS;
	if (reachable && (early || now_ns >= endpoint->open_until_ns))
		endpoint->breaker = ENDPOINT_HALF_OPEN;
	else
		endpoint->look_ns = now_ns + scaled(endpoint, ENDPOINT_LOOK_NS);
}

/* --- answers -------------------------------------------------------------------------------------------------------- */

static bool is_throttle(const struct http_response *response)
{
	return response->outcome == HTTP_ANSWERED && (response->status == 429 || response->status == 503 || response->status == 529);
}

/* Is it there and well, and asked too much at once? 429 says so, and 529; 503 may: Ollama and limits of proxies say no more when their queue is full. It is
 * believed as long as less can be asked of it at once, or when it says when to come again. */
static bool is_overload(const struct endpoint *endpoint, const struct http_response *response)
{
	bool soon = response->retry_after_s >= 0 && response->retry_after_s <= BUSY_S_MAX;
	bool less_may_do = endpoint->breaker == ENDPOINT_CLOSED && (endpoint->limit > 1 || endpoint->under_way > 0);

	return is_throttle(response) && (response->status != 503 || soon || less_may_do);
}

static bool is_key_wrong(const struct http_response *response)
{
	return response->outcome == HTTP_ANSWERED && (response->status == 401 || response->status == 403);
}

/* Nothing is wrong with the server: with this request, or with who asked. */
static bool is_request_wrong(const struct http_response *response)
{
	return response->outcome == HTTP_TOO_LARGE || response->outcome == HTTP_STOPPED || response->outcome == HTTP_CANCELLED ||
	       response->outcome == HTTP_OUT_OF_MEMORY ||
	       (response->outcome == HTTP_ANSWERED && response->status >= 400 && response->status < 500 && response->status != 408 &&
		response->status != 425 && !is_throttle(response) && !is_key_wrong(response));
}

static uint64_t retry_at(struct endpoint *endpoint, double retry_after_s, uint32_t attempt, uint64_t now_ns)
{
	double wait_s = fmin((double)RETRY_BASE_NS * pow(2, attempt - 1), (double)RETRY_NS_MAX) / 1e9 * next_random(endpoint);

	if (retry_after_s >= 0) /* not all of them at the same moment */
		wait_s = fmin(retry_after_s, RETRY_AFTER_S_MAX) + 0.1 * next_random(endpoint);
	return now_ns + scaled(endpoint, (uint64_t)(wait_s * 1e9));
}

/* The second one in a row makes all wait, not only the request that got it. True: it has said nothing else for too long. */
static bool note_throttle(struct endpoint *endpoint, const struct http_response *response, uint64_t now_ns, uint64_t again_ns)
{
	endpoint->throttled++;
	if ((response->retry_after_s >= 0 || endpoint->throttled_since_ns) && again_ns > endpoint->not_before_ns)
		endpoint->not_before_ns = again_ns;
	if (!endpoint->throttled_since_ns)
		endpoint->throttled_since_ns = now_ns;
	return now_ns - endpoint->throttled_since_ns >= scaled(endpoint, ENDPOINT_THROTTLED_NS_MAX);
}

static enum endpoint_verdict good(struct endpoint *endpoint, const struct http_response *response)
{
	endpoint->answers++;
	endpoint->good_since_closed++;
	endpoint->failures_in_row = 0;
	endpoint->throttled_since_ns = 0;
	close_breaker(endpoint);
	grow(endpoint);
	learn_time(endpoint, (double)response->duration_ns / 1e9);
	return ENDPOINT_GOOD;
}

enum endpoint_verdict endpoint_answered(struct endpoint *endpoint, const struct http_response *response, uint32_t attempt, uint64_t now_ns,
					uint64_t *ret_again_ns)
{
	CHECK(endpoint->under_way > 0);
	endpoint->under_way--;
	bool throttled = is_throttle(response), overload = is_overload(endpoint, response);
	if (response->outcome == HTTP_ANSWERED && response->status >= 200 && response->status < 300)
		return good(endpoint, response);
	if (is_request_wrong(response)) {
		endpoint->failures_in_row = response->outcome == HTTP_ANSWERED ? 0 : endpoint->failures_in_row;
		if (response->outcome == HTTP_ANSWERED)
			close_breaker(endpoint);
		return ENDPOINT_HOPELESS;
	}
	*ret_again_ns = retry_at(endpoint, response->retry_after_s, attempt, now_ns);
	bool too_long = throttled && note_throttle(endpoint, response, now_ns, *ret_again_ns);
	if (throttled || response->outcome == HTTP_TIMED_OUT)
		shrink(endpoint, 0.5);
	if (!overload) {
		endpoint->failures++;
		endpoint->failures_in_row++;
	}
	bool failed = !overload && is_away(endpoint, response, attempt, now_ns);
	if (failed || too_long || is_key_wrong(response))
		open_breaker(endpoint, now_ns);
	if (endpoint->breaker == ENDPOINT_OPEN)
		return ENDPOINT_DOWN;
	if (attempt >= ENDPOINT_ATTEMPTS_MAX && !throttled)
		return ENDPOINT_HOPELESS;
	endpoint->retries++;
	return ENDPOINT_AGAIN;
}

uint64_t endpoint_next_ns(const struct endpoint *endpoint, uint64_t now_ns)
{
	if (endpoint->breaker == ENDPOINT_OPEN)
		return endpoint->look_ns;
	return endpoint->not_before_ns > now_ns ? endpoint->not_before_ns : UINT64_MAX;
}
