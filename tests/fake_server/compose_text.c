/* compose_text.c: what stands in the strings of an answer: sentences of the passage, questions, names, and planted faults. */
#include "tests/fake_server/compose.h"

#include "base/utf8.h"

enum { ANSWER_BYTES_MIN = 200, ANSWER_BYTES_MAX = 3500, SENTENCES_MAX = 40 };

enum string_kind { STRING_ANSWER, STRING_QUESTION, STRING_SENTENCE, STRING_TERM, STRING_PARAMETER, STRING_CLASS, STRING_THOUGHT, STRING_ID };

/* The first entry whose word occurs in the key decides. */
static const struct {
	const char *word;
	enum string_kind kind;
} kinds[] = {
	{ "question", STRING_QUESTION }, { "query", STRING_QUESTION },     { "instruction", STRING_QUESTION }, { "prompt", STRING_QUESTION },
	{ "rewrite", STRING_QUESTION },  { "rephras", STRING_QUESTION },   { "user", STRING_QUESTION },        { "human", STRING_QUESTION },
	{ "reasoning", STRING_THOUGHT }, { "thought", STRING_THOUGHT },    { "thinking", STRING_THOUGHT },     { "rationale", STRING_THOUGHT },
	{ "evidence", STRING_SENTENCE }, { "quote", STRING_SENTENCE },     { "description", STRING_SENTENCE }, { "reason", STRING_SENTENCE },
	{ "comment", STRING_SENTENCE },  { "explanation", STRING_SENTENCE }, { "span", STRING_SENTENCE },      { "answer", STRING_ANSWER },
	{ "response", STRING_ANSWER },   { "summary", STRING_ANSWER },     { "assistant", STRING_ANSWER },     { "content", STRING_ANSWER },
	{ "text", STRING_ANSWER },       { "parameter", STRING_PARAMETER }, { "mo_class", STRING_CLASS },       { "class", STRING_CLASS },
	{ "title", STRING_TERM },        { "topic", STRING_TERM },         { "name", STRING_TERM },            { "term", STRING_TERM },
	{ "keyword", STRING_TERM },      { "tag", STRING_TERM },           { "counter", STRING_TERM },         { "attribute", STRING_TERM },
	{ "event", STRING_TERM },        { "feature", STRING_TERM },       { "unit", STRING_TERM },            { "type", STRING_TERM },
	{ "value", STRING_TERM },        { "category", STRING_TERM },      { "id", STRING_ID },
};

static const struct {
	const char *before, *after;
} questions[] = {
	{ "What does the document say about ", "?" },
	{ "How does the document describe ", "?" },
	{ "Which details does the document give for ", "?" },
	{ "Why does ", " matter according to the document?" },
	{ "When does ", " come into play?" },
	{ "Can you explain the role of ", "?" },
	{ "In which way is ", " used?" },
	{ "Where does ", " apply, and what follows from it?" },
	{ "Explain what an engineer has to know about ", ", please?" },
	{ "Under which conditions is ", " relevant?" },
	{ "Is there anything to consider for ", "?" },
	{ "For what purpose is ", " mentioned?" },
};

static const struct {
	const char *unit, *other;
} units[] = {
	{ "ms", "minutes" }, { "seconds", "hours" }, { "s", "hours" }, { "%", "dB" }, { "dBm", "mW" }, { "dB", "percent" },
	{ "MHz", "kHz" },    { "kHz", "GHz" },       { "bytes", "kilometres" }, { "bits", "bytes" }, { "minutes", "days" },
};

static enum string_kind kind_of(const struct composer *composer, struct text key)
{
	if (composer->in_answer_turn && text_equal_nocase(key, TEXT_LITERAL("content")))
		return STRING_ANSWER;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (text_find_nocase(key, text_from(kinds[i].word)) >= 0)
			return kinds[i].kind;
	return STRING_ANSWER;
}

static struct text sentence_at(const struct composer *composer, uint32_t index)
{
	const struct passage *passage = composer->passage;
	return passage->count ? passage->sentences[index % passage->count] : TEXT_LITERAL("The document does not say more than its title.");
}

/* Copies with line ends as spaces, so that a sentence over two lines is one. */
static void append_sentence(struct buffer *out, struct text sentence)
{
	for (size_t i = 0; i < sentence.bytes; i++) {
		char c = sentence.data[i];
		bool space = ascii_is_space(c);
		if (!space || (out->bytes && out->data[out->bytes - 1] != ' '))
			buffer_append_byte(out, space ? ' ' : c);
	}
}

static void append_sentences(struct composer *composer, size_t bytes_min, size_t bytes_max)
{
	struct buffer *out = &composer->scratch;

	for (uint32_t i = 0; i < SENTENCES_MAX && out->bytes < bytes_min; i++) {
		struct text sentence = sentence_at(composer, composer->sentence + i);
		if (out->bytes && out->bytes + 1 + sentence.bytes > bytes_max)
			break;
		if (out->bytes)
			buffer_append_byte(out, ' ');
		append_sentence(out, sentence);
	}
}

static void append_question(struct composer *composer)
{
	struct text term = passage_term(sentence_at(composer, composer->sentence));
	size_t form = compose_mix(composer->seed, composer->sentence * 31u + composer->objects) % COUNT_OF(questions);

	buffer_append_string(&composer->scratch, questions[form].before);
	buffer_append_text(&composer->scratch, term);
	buffer_append_string(&composer->scratch, questions[form].after);
}

/* --- faults ------------------------------------------------------------------------------------------------------------------ */

/* The first number from `offset`; false without one. */
static bool find_number(struct text text, size_t offset, size_t *ret_start, size_t *ret_end)
{
	for (size_t i = offset; i < text.bytes; i++) {
		if (!ascii_is_digit(text.data[i]) || (i > 0 && ascii_is_word(text.data[i - 1])))
			continue;
		size_t end = i;
		while (end < text.bytes && ascii_is_digit(text.data[end]))
			end++;
		if (end < text.bytes && ascii_is_word(text.data[end]) && !ascii_is_lower(text.data[end])) {
			i = end;
			continue;
		}
		*ret_start = i;
		*ret_end = end;
		return true;
	}
	return false;
}

/* scratch = scratch[0, start) + with + scratch[end, …) */
static void replace(struct buffer *scratch, size_t start, size_t end, const char *with)
{
	struct buffer copy;

	buffer_init(&copy, scratch->bytes_max);
	buffer_append(&copy, scratch->data, start);
	buffer_append_string(&copy, with);
	buffer_append(&copy, scratch->data + end, scratch->bytes - end);
	buffer_done(scratch);
	*scratch = copy;
}

static void swap_number(struct composer *composer)
{
	struct buffer *scratch = &composer->scratch;
	size_t start, end;

	if (!find_number(buffer_view(scratch), 0, &start, &end)) {
		buffer_append_string(scratch, " The default value is 48151.");
		return;
	}
	for (uint32_t candidate = 48151;; candidate += 2342) { /* one that the passage does not have */
		char digits[16] = "";
		uint32_t rest = candidate;
		for (int i = 5; i-- > 0; rest /= 10)
			digits[i] = (char)('0' + rest % 10);
		if (candidate > 90000 || text_find(composer->passage->source, text_from(digits)) < 0) {
			replace(scratch, start, end, digits);
			return;
		}
	}
}

static void swap_unit(struct composer *composer)
{
	struct buffer *scratch = &composer->scratch;
	size_t start, end = 0;

	while (find_number(buffer_view(scratch), end, &start, &end)) {
		size_t at = end + (end < scratch->bytes && scratch->data[end] == ' ');
		struct text rest = text_slice(buffer_view(scratch), at, scratch->bytes);
		for (size_t i = 0; i < COUNT_OF(units); i++) {
			struct text unit = text_from(units[i].unit);
			if (!text_starts_with(rest, unit) || (rest.bytes > unit.bytes && ascii_is_word(rest.data[unit.bytes])))
				continue;
			replace(scratch, at, at + unit.bytes, units[i].other);
			return;
		}
	}
	if (find_number(buffer_view(scratch), 0, &start, &end))
		replace(scratch, end, end, " furlongs");
	else
		buffer_append_string(scratch, " The timer runs for 48151 furlongs.");
}

static bool apply_answer_fault(struct composer *composer)
{
	struct buffer *scratch = &composer->scratch;

	switch (composer->fault) {
	case COMPOSE_NUMBER_SWAPPED: swap_number(composer); return true;
	case COMPOSE_UNIT_SWAPPED: swap_unit(composer); return true;
	case COMPOSE_PARAMETER_INVENTED:
		buffer_append_string(scratch, " This is controlled by the EUtranCellFDD.imaginaryThresholdOffset parameter.");
		return true;
	case COMPOSE_REFUSAL:
		buffer_clear(scratch);
		buffer_append_string(scratch, "I'm sorry, but I can't help with that request. As an AI language model, I do not have access to the document.");
		return true;
	case COMPOSE_LOOP:
		buffer_clear(scratch);
		for (int i = 0; i < 200; i++)
			buffer_append_string(scratch, "the value of the parameter and ");
		return true;
	case COMPOSE_OTHER_LANGUAGE:
		buffer_clear(scratch);
		buffer_append_string(scratch, "该文档说明了该功能的工作方式，以及操作员在激活之前必须检查的条件。"
					      "如果负载高于阈值，则会将用户移动到相邻小区。文档还列出了相关参数、计数器和事件。");
		return true;
	default: return false;
	}
}

/* --- entry ------------------------------------------------------------------------------------------------------------------- */

static void append_answer(struct composer *composer, size_t bytes_min, size_t bytes_max)
{
	append_sentences(composer, size_max(bytes_min, size_min(ANSWER_BYTES_MIN, bytes_max)), size_min(bytes_max, ANSWER_BYTES_MAX));
	apply_answer_fault(composer);
}

static void append_parameter(struct composer *composer, bool class_only)
{
	struct text name = passage_parameter(composer->passage->source);

	if (composer->fault == COMPOSE_PARAMETER_INVENTED)
		name = TEXT_LITERAL("EUtranCellFDD.imaginaryThresholdOffset");
	if (name.bytes == 0)
		name = passage_term(sentence_at(composer, composer->sentence));
	ptrdiff_t dot = text_find(name, TEXT_LITERAL("."));
	if (class_only && dot > 0)
		name.bytes = (size_t)dot;
	buffer_append_text(&composer->scratch, name);
}

/* Cuts at a word, or fills up with the next sentences and at last with dots. */
static void fit(struct composer *composer, size_t bytes_min, size_t bytes_max)
{
	struct buffer *scratch = &composer->scratch;

	if (scratch->bytes > bytes_max) {
		size_t cut = utf8_floor(buffer_view(scratch), bytes_max), word = cut;
		while (word > 0 && scratch->data[word] != ' ')
			word--;
		buffer_truncate(scratch, word > bytes_max / 2 ? word : cut);
	}
	if (scratch->bytes < bytes_min)
		buffer_append_repeat(scratch, '.', bytes_min - scratch->bytes);
}

void compose_string(struct composer *composer, struct text key, size_t bytes_min, size_t bytes_max)
{
	struct buffer *scratch = &composer->scratch;

	buffer_clear(scratch);
	switch (kind_of(composer, key)) {
	case STRING_QUESTION: append_question(composer); break;
	case STRING_SENTENCE: append_sentence(scratch, sentence_at(composer, composer->sentence)); break;
	case STRING_TERM: buffer_append_text(scratch, passage_term(sentence_at(composer, composer->sentence))); break;
	case STRING_PARAMETER: append_parameter(composer, false); break;
	case STRING_CLASS: append_parameter(composer, true); break;
	case STRING_ID: buffer_append_format(scratch, "item-%u", composer->objects); break;
	case STRING_THOUGHT:
		buffer_append_string(scratch, "The passage states: ");
		append_sentence(scratch, sentence_at(composer, composer->sentence));
		break;
	case STRING_ANSWER: append_answer(composer, bytes_min, bytes_max); break;
	}
	fit(composer, bytes_min, bytes_max);
}

void compose_prose(struct composer *composer, struct buffer *out)
{
	buffer_clear(&composer->scratch);
	append_answer(composer, 0, ANSWER_BYTES_MAX);
	buffer_append_text(out, buffer_view(&composer->scratch));
}

void compose_thoughts(struct composer *composer, struct buffer *out)
{
	struct text term = passage_term(sentence_at(composer, composer->sentence));

	buffer_append_string(out, "Okay, the task is about ");
	buffer_append_text(out, term);
	buffer_append_string(out, ". I should only use what the passage says. The passage says: ");
	append_sentence(out, sentence_at(composer, composer->sentence));
	buffer_append_string(out, " So the answer can be built from that sentence. Let me write it down as {\"draft\": true} first, then properly.");
}
