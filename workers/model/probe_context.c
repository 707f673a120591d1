/* probe_context.c: see probe_parts.h. A server that cuts a prompt answers as if nothing were wrong; it shows in its count of tokens. So two
 * short questions tell what a passage counts, and one about as long as a run's longest must count so many passages. */
#include "workers/model/probe_parts.h"

#include "workers/model/tokens.h"
#include "workers/model/trouble.h"

#include <math.h>


enum {
	LONGEST_TOKENS = 12288,     /* a chunk for the tier quality, full of names, with its task; unless a context is configured */
	LONGEST_TOKENS_MAX = 65536, /* nobody waits for more */
	TRIES_MAX = 8, REFUSALS_MAX = 4,
	REPLY_PART = 3,             /* of a short context (plan.c) */
	UNSEEN_TOKENS = 4096,       /* where nothing can be seen: no usual server has less */
};
#define LONG_QUESTION_NS_MAX (30ull * 1000000000) /* that a trial may take */
#define WHOLE_SHARE 0.95 /* of the tokens that a prompt must count */
#define FULL_SHARE 0.95  /* of a context: some room is left for what stands around a prompt */
#define GROWTH_MIN 1.5   /* a trial that is not so much longer than the last one tells nothing new */

struct trial {
	struct probe *probe;
	double first, copy;      /* tokens of the first question, and of each further copy of the passage */
	double copy_ns;          /* of reading one */
	uint32_t whole;          /* copies that were read whole */
	int64_t ceiling;         /* where it cuts; 0: not seen */
	bool silent;             /* without a word */
	bool slow;               /* not tried as far as meant, for time */
	bool away;               /* it does not answer any more, whatever is asked */
};

/* A refusal that does not speak of the context may be one of the moment. */
static bool ask_long(struct probe *probe, uint32_t copies)
{
	const struct probe_chat chat = { .format = CHAT_FORMAT_PROMPT, .copies = copies, .max_tokens = 1 };

	for (int i = 0; i < REFUSALS_MAX; i++) {
		if (probe_chat(probe, &chat))
			return true;
		if (probe->outcome != HTTP_ANSWERED || probe_may_pass(probe) || trouble_context_in(text_from(probe->message)))
			return false;
	}
	return false;
}

/* --- does it count? ------------------------------------------------------------------------------------------------- */

static bool is_plausible(double chars_per_token)
{
	return chars_per_token >= TOKENS_PROSE_CHARS / TOKENS_FACTOR_MAX && chars_per_token <= TOKENS_PROSE_CHARS * TOKENS_FACTOR_MAX;
}

static void say_untrue(struct probe *probe, int64_t read, double chars_per_token)
{
	if (read <= 0)
		probe_note(probe->result, "it does not tell how many tokens it read; they are estimated, and a prompt that it cuts would not show");
	else if (chars_per_token <= 0)
		probe_note(probe->result, "its token counts do not grow with the prompt; they are estimated, and a prompt that it cuts would not show");
	else
		probe_note(probe->result, "its token counts cannot be believed (%.1f characters of prose a token; usual are about %.1f); they are estimated, and a "
			   "prompt that it cuts would not show", chars_per_token, TOKENS_PROSE_CHARS);
}

/* What a copy of the passage counts. False: it does not answer any more. */
static bool count_copy(struct trial *trial, int64_t first)
{
	struct probe *probe = trial->probe;
	struct probe_result *result = probe->result;
	struct chat_reply *reply = &probe->reply;
	const struct text passage = probe_passage();
	double bytes = (double)passage.bytes;

	if (reply->completion_tokens > 0 && probe->duration_ns)
		result->tokens_per_s = (double)reply->completion_tokens * 1e9 / (double)probe->duration_ns;
	if (first > 0 && !ask_long(probe, 2) && probe_may_pass(probe))
		return false;
	trial->first = (double)first;
	trial->copy = (double)(reply->prompt_tokens - first);
	trial->copy_ns = (double)probe->duration_ns / 2;
	result->usage_truthful = first > 0 && trial->copy > 0 && is_plausible(bytes / trial->copy);
	if (result->usage_truthful) {
		result->chars_per_token = bytes / trial->copy;
		result->tokens_factor = trial->copy / (double)tokens_estimate(passage);
	} else {
		result->tokens_per_s = 0;
		say_untrue(probe, first, trial->copy > 0 ? bytes / trial->copy : 0);
	}
	return true;
}

/* --- does it read? -------------------------------------------------------------------------------------------------- */

/* Does it tell its context itself, and refuse what is longer? */
static bool tells_context(const struct probe_result *result)
{
	bool tells = result->server == PROBE_LLAMA_CPP || result->server == PROBE_VLLM || result->server == PROBE_LM_STUDIO;
	return tells && result->context_tokens > 0;
}

static uint64_t reply_of(const struct probe *probe, uint64_t context)
{
	return context / REPLY_PART < probe->model->max_tokens ? context / REPLY_PART : probe->model->max_tokens;
}

/* As many copies as a prompt of so many tokens holds, and the one that it ends in. */
static uint32_t copies_of(const struct trial *trial, uint64_t tokens, uint64_t context)
{
	double copies = ceil(((double)tokens - trial->first) / trial->copy) + 1;

	if (context && trial->first + (copies - 1) * trial->copy > FULL_SHARE * (double)context)
		copies--;
	return copies > 1 ? (uint32_t)copies : 1;
}

/* One trial. True: there may be more to learn from another one, of at most *most copies. */
static bool try_copies(struct trial *trial, uint32_t copies, uint32_t *most)
{
	struct probe *probe = trial->probe;
	double expected = trial->first + (copies - 1) * trial->copy;

	if (ask_long(probe, copies)) {
		trial->copy_ns = (double)probe->duration_ns / copies;
		if ((double)probe->reply.prompt_tokens >= WHOLE_SHARE * expected)
			trial->whole = copies;
		else
			trial->ceiling = probe->reply.prompt_tokens > 0 ? probe->reply.prompt_tokens : 1;
		trial->silent = trial->ceiling > 0;
		return trial->ceiling == 0;
	}
	trial->slow = probe->outcome == HTTP_TIMED_OUT;
	trial->away = !trial->slow && probe_may_pass(probe) && !probe_chat_plain(probe);
	if (trial->slow || trial->away)
		return false;
	uint64_t told = probe->outcome == HTTP_ANSWERED ? trouble_context_in(text_from(probe->message)) : 0;
	if (told > 0 && (double)told < expected) {
		trial->ceiling = (int64_t)told;
		return false;
	}
	*most = (copies + trial->whole) / 2;
	return true;
}

/* Short ones first: a small ceiling is found for little, and how long the next one takes is known. */
static void find_ceiling(struct trial *trial, uint32_t most)
{
	for (int i = 0; i < TRIES_MAX && trial->whole < most; i++) {
		uint32_t copies = trial->whole * 4 < most / 2 ? trial->whole * 4 : most;
		double copies_in_time = trial->copy_ns > 0 ? (double)LONG_QUESTION_NS_MAX / trial->copy_ns : copies;
		if (copies_in_time < copies) {
			trial->slow = true;
			copies = (uint32_t)copies_in_time;
		}
		if (copies < trial->whole * GROWTH_MIN && trial->whole > 2)
			return;
		if (copies <= trial->whole || !try_copies(trial, copies, &most))
			return;
	}
}

static void say_context(const struct trial *trial, uint64_t meant)
{
	struct probe_result *result = trial->probe->result;
	bool over_v1 = result->server == PROBE_OLLAMA && result->api == CHAT_OPENAI;
	const char *more = over_v1 ? "; api: ollama (or auto) asks for more" : "";

	if (trial->ceiling)
		probe_note(result, "it takes no more than %lld tokens of a prompt%s; what is longer is asked about in parts%s", (long long)trial->ceiling,
			   trial->silent ? " and cuts the rest without a word" : "", more);
	else if (trial->slow || result->tried_tokens + (uint64_t)trial->copy < meant)
		probe_note(result, "a prompt of %llu tokens was read whole; longer ones were not tried%s", (unsigned long long)result->tried_tokens, trial->slow ? ": it reads too slowly" : "");
	if (over_v1 && !trial->ceiling)
		probe_note(result, "Ollama is asked over its /v1 (api: openai), which cannot be told a context length; prompts are kept within %llu tokens",
			   (unsigned long long)result->context_tokens);
}

/* Of a server that was not told a context, nor tells one, more than was seen is not to be used. */
static void keep_within(struct trial *trial, uint64_t meant)
{
	struct probe *probe = trial->probe;
	struct probe_result *result = probe->result;
	bool known = result->context_tokens > 0; /* configured, or asked for with each request */
	uint64_t tried = (uint64_t)(trial->first + (trial->whole - 1) * trial->copy), prompt = tried < meant ? tried : meant;

	result->tried_tokens = tried;
	if (trial->ceiling && (!known || (uint64_t)trial->ceiling < result->context_tokens))
		result->context_tokens = (uint64_t)trial->ceiling;
	else if (!known)
		result->context_tokens = prompt + (prompt / (REPLY_PART - 1) < probe->model->max_tokens ? prompt / (REPLY_PART - 1) : probe->model->max_tokens);
	say_context(trial, meant);
}

bool probe_read_counts(struct probe *probe)
{
	struct probe_result *result = probe->result;
	struct trial trial = { .probe = probe, .whole = 2 };
	uint64_t context = result->context_tokens;

	if (!count_copy(&trial, probe->reply.prompt_tokens))
		return false;
	if (tells_context(result))
		return true;
	if (!result->usage_truthful) {
		if (!context) {
			result->context_tokens = UNSEEN_TOKENS;
			probe_note(result, "nothing tells how much of a prompt it reads: %d tokens are assumed; context_tokens sets another number", UNSEEN_TOKENS);
		}
		return true;
	}
	uint64_t meant = context ? context - reply_of(probe, context) : LONGEST_TOKENS;
	if (meant > LONGEST_TOKENS_MAX)
		meant = LONGEST_TOKENS_MAX;
	find_ceiling(&trial, copies_of(&trial, meant, context));
	if (trial.away)
		return false;
	keep_within(&trial, meant);
	return true;
}
