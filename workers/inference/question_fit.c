/* question_fit.c: see question_fit.h. */
#include "workers/inference/question_fit.h"

#include <math.h>

static const float ABSENT_WEIGHT = 0.4f, COMMON_WEIGHT = 0.5f, AGAIN_WEIGHT = 0.25f;

/* How words that ask for a kind of thing begin, and what an answer that has it has: one of the words, list entries, or code. */
static const struct { struct text asks, says[6]; bool entries, code; } kinds[] = {
	{ TEXT_LITERAL("deactivat"), { TEXT_LITERAL("deactivate") }, false, false },
	{ TEXT_LITERAL("activat"), { TEXT_LITERAL("activate"), TEXT_LITERAL("ACTIVATED") }, false, false },
	{ TEXT_LITERAL("counter"), { TEXT_LITERAL("counter") }, false, false },
	{ TEXT_LITERAL("alarm"), { TEXT_LITERAL("alarm") }, false, false },
	{ TEXT_LITERAL("prerequisite"),
	  { TEXT_LITERAL("prerequisite"), TEXT_LITERAL("before"), TEXT_LITERAL("require"), TEXT_LITERAL("must"), TEXT_LITERAL("need") }, false, false },
	{ TEXT_LITERAL("condition"),
	  { TEXT_LITERAL("condition"), TEXT_LITERAL("prerequisite"), TEXT_LITERAL("before"), TEXT_LITERAL("when"), TEXT_LITERAL("must"), TEXT_LITERAL("only") }, false, false },
	{ TEXT_LITERAL("licen"), { TEXT_LITERAL("license"), TEXT_LITERAL("licence") }, false, false },
	{ TEXT_LITERAL("identi"), { TEXT_LITERAL("identity"), TEXT_LITERAL("identifier") }, false, false },
	{ TEXT_LITERAL("depend"),
	  { TEXT_LITERAL("depend"), TEXT_LITERAL("related"), TEXT_LITERAL("prerequisite"), TEXT_LITERAL("require"), TEXT_LITERAL("conflict") }, false, false },
	{ TEXT_LITERAL("default"), { TEXT_LITERAL("default") }, false, false },
	{ TEXT_LITERAL("steps"), { TEXT_LITERAL("step"), TEXT_LITERAL("first"), TEXT_LITERAL("then") }, true, false },
	{ TEXT_LITERAL("procedure"), { TEXT_LITERAL("procedure"), TEXT_LITERAL("step"), TEXT_LITERAL("first"), TEXT_LITERAL("then") }, true, false },
	{ TEXT_LITERAL("command"), { TEXT_LITERAL("command") }, false, true },
	{ TEXT_LITERAL("cmedit"), { TEXT_LITERAL("cmedit") }, false, true },
};

/* --- the question --- */

static float weight_of(const struct passage *passage, const struct question *question, const struct content *content, size_t index, uint32_t topic)
{
	float weight = content->common ? COMMON_WEIGHT : content->weights[index];
	for (size_t i = 0; i < question->count; i++)
		if (question->words[i].stem == content->stems[index])
			return question->words[i].topic == topic ? 0 : weight * AGAIN_WEIGHT;
	return weight <= 1 && !passage_find(passage, content->stems[index]) ? weight * ABSENT_WEIGHT : weight;
}

static void add_words(const struct passage *passage, struct question *question, const struct fact_token *token, uint32_t topic)
{
	struct content content = content_of(passage->domain, token);
	if (content.common && !topic && token->kind != FACT_NAME)
		return;
	for (size_t i = 0; i < content.count && question->count < QUESTION_WORDS_MAX; i++) {
		float weight = weight_of(passage, question, &content, i, topic);
		if (weight <= 0)
			continue;
		question->words[question->count].stem = content.stems[i];
		question->words[question->count].weight = weight;
		question->words[question->count++].topic = topic;
	}
}

/* Does what begins with this quote name the document? */
static bool quotes_title(const struct passage *passage, struct text text, size_t quote)
{
	const char *close = memchr(text.data + quote + 1, '"', text.bytes - quote - 1);
	return close && passage->title.bytes && text_equal_nocase(text_slice(text, quote + 1, (size_t)(close - text.data)), passage->title);
}

void question_read(const struct passage *passage, struct text text, struct question *ret_question)
{
	struct fact_scanner scanner;
	struct fact_token token;
	const char *unit = NULL;
	size_t at = 0, quotes = 0;
	ret_question->count = 0;
	ret_question->topics = ret_question->kinds = ret_question->title = 0;
	fact_scanner_init(&scanner, passage->domain, text);
	scanner.memo = passage->memo;
	while (ret_question->count < QUESTION_WORDS_MAX && fact_scanner_next(&scanner, &token)) {
		for (; text.data + at < token.text.data; at++)
			if (text.data[at] == '"') {
				quotes++;
				if (quotes % 2 && quotes_title(passage, text, at))
					ret_question->title = (uint32_t)(quotes + 1) / 2;
			}
		if (token.text.data == unit) /* read with its number */
			continue;
		unit = token.unit.data;
		uint32_t topic = quotes % 2 ? (uint32_t)(quotes + 1) / 2 : 0;
		for (size_t kind = 0; !topic && token.kind == FACT_WORD && kind < COUNT_OF(kinds); kind++)
			ret_question->kinds |= (uint32_t)text_starts_with(token.text, kinds[kind].asks) << kind;
		add_words(passage, ret_question, &token, topic);
		ret_question->topics = topic > ret_question->topics ? topic : ret_question->topics;
	}
}
_Static_assert(COUNT_OF(kinds) <= 32, "a bit for each kind");


double question_share(const struct question *question, const struct passage *passage)
{
	return content_share(question->words, question->count, passage);
}

/* --- the answer to it --- */

/* Of a topic, or of all with 0; without the words of the topic `but`. */
static double share_answered(const struct question *question, uint32_t topic, uint32_t but, const struct content_words *answered)
{
	double sum = 0, met = 0;
	for (size_t i = 0; i < question->count; i++) {
		if ((topic && question->words[i].topic != topic) || (but && question->words[i].topic == but))
			continue;
		sum += (double)question->words[i].weight;
		met += content_words_have(answered, question->words[i].stem) ? (double)question->words[i].weight : 0;
	}
	return sum > 0 ? met / sum : topic ? 1 : 0;
}

static bool has_kind(size_t kind, const struct content_words *answered, const struct answer_form *form)
{
	for (size_t i = 0; i < COUNT_OF(kinds[kind].says) && kinds[kind].says[i].bytes; i++)
		if (content_words_have(answered, passage_stem_of(kinds[kind].says[i])))
			return true;
	for (size_t i = 0; (kinds[kind].entries || kinds[kind].code) && i < form->count; i++) {
		const struct answer_unit *unit = &form->units[i];
		bool code = unit->kind == ANSWER_CODE || memchr(unit->text.data, '`', unit->text.bytes);
		if ((kinds[kind].entries && unit->kind == ANSWER_ENTRY) || (kinds[kind].code && code))
			return true;
	}
	return false;
}

static double kind_of(const struct question *question, const struct content_words *answered, const struct answer_form *form)
{
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++)
		if (question->kinds >> kind & 1 && has_kind(kind, answered, form))
			return 1;
	return question->kinds ? 0.5 : 1;
}

double question_fit(const struct question *question, const struct content_words *answered, const struct answer_form *form)
{
	bool several = question->topics > 1;
	double least = 1, worth = several ? 0.5 : 0.25; /* what alone is in quotes may be but the title */
	for (uint32_t topic = 1; topic <= question->topics; topic++)
		least = fmin(least, share_answered(question, topic, 0, answered));
	double share = share_answered(question, 0, 0, answered);
	if (question->title) {
		double without = share_answered(question, 0, question->title, answered);
		share = several ? (share + without) / 2 : fmax(share, without);
	}
	return content_stretch(share, 0.15, 0.6) * (1 - worth + worth * content_stretch(least, 0.2, 0.8)) * kind_of(question, answered, form);
}
