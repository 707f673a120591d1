/* call_cut.c: whether a prompt fits, and whether the server read all of it. A server that cuts says nothing: what shows is a count of tokens that
 * is too small for the prompt, or the same for prompts that are not. See call_private.h. */
#include "workers/model/call_private.h"

#include "workers/model/tokens.h"
#include "workers/model/trouble.h"

#include <math.h>
#include <stdlib.h>

enum {
	PROMPT_OVERHEAD_TOKENS = 64, /* the template around the messages */
	CUT_BYTES_MIN = 2000,        /* shorter prompts say nothing */
	ROUND_TOKENS_MIN = 1024,
	OTHER_BYTES = 16,            /* by which another text is longer or shorter, and not the same with another number in it */
	EQUAL_UNKNOWN = 1, EQUAL_HIGHEST = 2, EQUAL_ANY = 3, /* other prompts with the same count: where no context is known; none counted more; else */
};
#define FULL_SHARE 0.98           /* a prompt that fills so much of the context was cut to fit: there is no room for a reply */
#define FEWEST_CHARS_PER_TOKEN 1.5 /* a prompt that fits even so need not be looked at */
#define USUAL_MIN 0.75            /* of characters for a token: where that is as it always was, there is nothing to look into */
#define USUAL_MAX 1.1
#define DIFFERENT 0.005           /* of the estimates: other texts, and not the same with another number in it */
#define SPREAD_MIN 0.25           /* the estimate may be wrong by so much, or by four times as much as it usually is, */
#define SPREAD_MAX 0.6            /* but not by more; */
#define SPREAD_UNKNOWN 0.5        /* and by this where nothing is known */
#define SPREAD_ROUND 0.03         /* of a count that is a power of two */
#define SPREAD_EQUAL 0.1          /* of one that another prompt had already */
#define LONGER 0.02               /* prompts that a ceiling has made equal should all have counted more, by so much at least; those that are so by chance, half of them */
#define SPREADS 4.0
#define NEW_SHARE_MIN 0.1         /* of a new count in the moving means; the first ones, after the probe's, weigh more */
#define ESTIMATE_MARGIN 1.15
#define CHARS_WRITTEN_PER_TOKEN 4.0

static uint64_t prompt_bytes(const struct call *call)
{
	return call->system.bytes + call->prompt.bytes + call->earlier.bytes + call->complaint.bytes;
}

/* In tokens of tokens.h: linear in the prompt, so only where it may matter. */
static uint64_t count_question(const struct call *call)
{
	return tokens_estimate(buffer_view(&call->system)) + tokens_estimate(buffer_view(&call->prompt));
}

static uint64_t count_prompt(const struct call *call)
{
	return count_question(call) + tokens_estimate(buffer_view(&call->earlier)) + tokens_estimate(buffer_view(&call->complaint));
}

/* Where the factor is not known the count of characters has to do. */
static double prompt_tokens(const struct call *call)
{
	const struct calls *calls = call->calls;
	return calls->counts.factor > 0 ? (double)count_prompt(call) * calls->counts.factor : (double)prompt_bytes(call) / calls->chars_per_token;
}

uint64_t call_estimate_tokens(const struct call *call)
{
	return (uint64_t)(prompt_tokens(call) * ESTIMATE_MARGIN) + PROMPT_OVERHEAD_TOKENS;
}

bool call_fits(const struct call *call)
{
	const struct calls *calls = call->calls;
	double most = (double)prompt_bytes(call) / FEWEST_CHARS_PER_TOKEN + PROMPT_OVERHEAD_TOKENS;

	return calls->context_tokens == 0 || most + (double)call->max_tokens <= (double)calls->context_tokens ||
	       call_estimate_tokens(call) + call->max_tokens <= calls->context_tokens;
}

/* --- was it read? ----------------------------------------------------------------------------------------------------- */

static double spread(const struct call_counts *counts)
{
	return counts->factor > 0 ? fmin(fmax(SPREADS * counts->deviation / counts->factor, SPREAD_MIN), SPREAD_MAX) : SPREAD_UNKNOWN;
}

static bool is_round(int64_t read) { return read >= ROUND_TOKENS_MIN && (read & (read - 1)) == 0; }

static double expected_tokens(const struct call_counts *counts, uint64_t estimate)
{
	return (double)estimate * (counts->factor > 0 ? counts->factor : 1);
}

/* Prompts of other texts that were counted the same, and less than expected. *ret_highest: none of the last ones counted more. */
static int equal_counts(const struct call_counts *counts, int64_t read, uint64_t estimate, bool *ret_highest)
{
	enum { FEW_SAMPLES = 8 }; /* the factor comes from those very prompts, then */
	const double longer = (1 + LONGER) * (double)read, others = counts->samples < FEW_SAMPLES ? (1 - LONGER) * (double)read : longer;
	int equal = 0;

	*ret_highest = true;
	for (size_t i = 0; i < CALL_COUNTS_KEPT; i++) {
		double difference = fabs((double)counts->last[i].estimate - (double)estimate);
		equal += counts->last[i].read == read && counts->last[i].estimate && difference > DIFFERENT * (double)estimate &&
			 expected_tokens(counts, counts->last[i].estimate) > others;
		*ret_highest &= counts->last[i].read <= read;
	}
	return expected_tokens(counts, estimate) > longer ? equal : 0;
}

/* Less than the estimate may be wrong by? */
static bool is_far_less(const struct calls *calls, int64_t read, uint64_t estimate)
{
	return (double)read < (1 - spread(&calls->counts)) * expected_tokens(&calls->counts, estimate);
}

/* Is the count a ceiling? */
static bool is_ceiling(const struct calls *calls, int64_t read, uint64_t estimate)
{
	const double expected = expected_tokens(&calls->counts, estimate);
	bool highest;

	if (is_far_less(calls, read, estimate))
		return true;
	if (is_round(read) && read > (int64_t)calls->probe->tried_tokens && (double)read < (1 - SPREAD_ROUND) * expected)
		return true;
	int equal = equal_counts(&calls->counts, read, estimate, &highest);
	if (equal > 0 && (double)read < (1 - SPREAD_EQUAL) * expected)
		return true;
	return equal >= (calls->context_tokens == 0 ? EQUAL_UNKNOWN : highest ? EQUAL_HIGHEST : EQUAL_ANY);
}

static void learn_ceiling(struct calls *calls, int64_t read)
{
	for (size_t i = 0; i < CALL_COUNTS_KEPT; i++)
		calls->counts.doubtful += calls->counts.last[i].read == read;
	if (calls->context_tokens == 0 || (uint64_t)read < calls->context_tokens)
		calls->context_tokens = (uint64_t)read;
}

/* `estimate`: 0: it was not looked at. */
static void learn_count(struct calls *calls, int64_t read, uint64_t bytes, uint64_t estimate)
{
	struct call_counts *counts = &calls->counts;
	double factor = estimate ? (double)read / (double)estimate : counts->factor;
	double share = fmax(1 / ((double)counts->samples + 2), NEW_SHARE_MIN), chars = (double)bytes / (double)read;

	if (counts->factor == 0) {
		counts->factor = factor;
		counts->deviation = CALL_DEVIATION_AT_FIRST * factor;
		calls->chars_per_token = chars;
	}
	calls->chars_per_token += share * (chars - calls->chars_per_token);
	if (estimate) {
		counts->deviation += share * (fabs(factor - counts->factor) - counts->deviation);
		counts->factor += share * (factor - counts->factor);
	}
	counts->samples++;
	counts->last[counts->next].read = read;
	counts->last[counts->next].bytes = bytes;
	counts->last[counts->next].estimate = estimate;
	counts->next = (counts->next + 1) % CALL_COUNTS_KEPT;
}

/* Estimating takes time, a few microseconds for a chunk, and tells nothing new of prompts that are counted as all the others were. */
static bool is_usual(const struct calls *calls, int64_t read, uint64_t bytes)
{
	double usual = (double)bytes / (double)read / calls->chars_per_token;

	for (size_t i = 0; i < CALL_COUNTS_KEPT; i++)
		if (calls->counts.last[i].read == read && llabs((long long)calls->counts.last[i].bytes - (long long)bytes) >= OTHER_BYTES)
			return false;
	return calls->counts.factor > 0 && usual > USUAL_MIN && usual < USUAL_MAX && !is_round(read);
}

bool call_was_cut(struct call *call, const struct chat_reply *reply)
{
	struct calls *calls = call->calls;
	int64_t read = reply->prompt_tokens;
	uint64_t bytes = prompt_bytes(call);

	if (read <= 0 || !calls->probe->usage_truthful || bytes < CUT_BYTES_MIN)
		return false;
	if (calls->context_tokens && (double)read >= FULL_SHARE * (double)calls->context_tokens)
		return true;
	if (call->earlier.bytes > 0) { /* asked again: how a model's broken reply is counted is not known well enough, but the question is in it */
		const bool cut = is_far_less(calls, read, count_question(call));
		if (cut)
			learn_ceiling(calls, read);
		return cut;
	}
	uint64_t estimate = is_usual(calls, read, bytes) ? 0 : count_prompt(call);
	if (estimate && is_ceiling(calls, read, estimate)) {
		learn_ceiling(calls, read);
		return true;
	}
	learn_count(calls, read, bytes, estimate);
	return false;
}

/* 413 comes from a proxy too: what it takes at most nobody says. */
bool call_was_too_long(struct call *call, const struct http_response *response)
{
	struct calls *calls = call->calls;
	char message[400];

	if (response->outcome != HTTP_ANSWERED)
		return false;
	chat_error_message(response->body, message, sizeof(message));
	uint64_t context = trouble_context_in(text_from(message));
	if (context && (calls->context_tokens == 0 || context < calls->context_tokens))
		calls->context_tokens = context;
	return context > 0 || response->status == 413;
}

/* --- accounts --------------------------------------------------------------------------------------------------------- */

static void add(int64_t *sum, int64_t more)
{
	if (more >= 0)
		*sum = (*sum > 0 ? *sum : 0) + more;
}

void call_add_tokens(struct call *call, const struct chat_reply *reply)
{
	if (call->calls->probe->usage_truthful) {
		add(&call->prompt_tokens, reply->prompt_tokens);
		add(&call->completion_tokens, reply->completion_tokens);
		add(&call->cached_tokens, reply->cached_tokens);
		return;
	}
	add(&call->prompt_tokens, (int64_t)prompt_tokens(call));
	add(&call->completion_tokens, (int64_t)((double)(reply->content.bytes + reply->thinking.bytes) / CHARS_WRITTEN_PER_TOKEN));
}
