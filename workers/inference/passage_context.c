/* passage_context.c: see passage_context.h. */
#include "workers/inference/passage_context.h"

#include "workers/inference/fact_words.h"

#include <stdlib.h>

enum { KIND_PLAIN = 1, KIND_CLAUSE, KIND_CONSTANT, KIND_STATE = 16, KIND_LAST = 32, LETTERS_MIN = 4 };

void passage_context_clear(struct passage_context *context)
{
	context->word_count = context->value_count = context->pending = 0;
	context->group = 0;
	context->unit_place = NULL;
	context->stem_before = 0;
	context->direct[0] = false;
	context->pronoun = context->named = context->shared = false;
	context->broken = context->last_is_value = context->respectively = context->pending_pronoun = false;
}

static bool breaks_clause(struct text word)
{
	static const struct text words[] = { TEXT_LITERAL("and"), TEXT_LITERAL("or"), TEXT_LITERAL("but"), TEXT_LITERAL("while"), TEXT_LITERAL("whereas"), TEXT_LITERAL("then") };
	if (word.bytes < 2 || word.bytes > 7 || !memchr("aobwt", word.data[0], 5))
		return false;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(word, words[i]))
			return true;
	return false;
}

static bool is_pronoun(const struct fact_token *token)
{
	return token->kind == FACT_WORD && (text_equal_nocase(token->text, TEXT_LITERAL("it")) || text_equal_nocase(token->text, TEXT_LITERAL("its")) ||
					    text_equal_nocase(token->text, TEXT_LITERAL("they")) || text_equal_nocase(token->text, TEXT_LITERAL("this")));
}

/* Constants and 64QAM are words for other values. */
static bool is_word_too(const struct fact_token *token, uint64_t kind)
{
	return kind == KIND_CONSTANT || (kind > KIND_LAST && token->kind == FACT_IDENTIFIER);
}

static void take_value(struct passage_context *context, const struct fact_token *token, uint64_t hash, uint64_t kind, bool in_row)
{
	if (context->value_count == CONTEXT_VALUES_MAX)
		return;
	/* After a break a value begins a group of its own, but in an enumeration of values: "10, 20 and 30 ms". */
	bool anew = context->broken && context->value_count && !context->last_is_value && !in_row;
	if (anew)
		context->group++;
	for (size_t w = context->word_count - context->pending; w < context->word_count; w++) {
		context->words[w].last = context->group;
		if (anew)
			context->words[w].first = context->group;
	}
	if (anew) {
		context->group_named[context->group] = false;
		context->group_pronoun[context->group] = context->pending_pronoun;
		for (size_t w = context->word_count - context->pending; w < context->word_count; w++)
			context->group_named[context->group] = context->group_named[context->group] || context->words[w].name || context->words[w].proper;
	}
	context->pending_pronoun = false;
	context->direct[context->group] = anew ? !context->pending : context->direct[context->group];
	if (context->last_is_value && context->value_count && context->values[context->value_count - 1].kind == KIND_PLAIN)
		context->values[context->value_count - 1].joined = kind;
	bool alone = true;
	for (size_t v = 0; v < context->value_count; v++)
		if (context->values[v].kind == kind)
			context->values[v].alone = alone = false;
	context->values[context->value_count++] = (struct context_value){ .hash = hash, .kind = kind, .place = token->text.data, .stem = is_word_too(token, kind) ? passage_stem(token->text) : 0, .group = context->group,
									  .column = token->column, .alone = alone };
	context->shared = context->shared || (anew && (context->direct[context->group] || context->group_pronoun[context->group]));
	context->pending = 0;
	context->last_is_value = true;
	context->broken = false;
}

void passage_context_take(struct passage_context *context, const struct fact_token *token, uint64_t hash, uint64_t kind, bool in_row)
{
	if (token->text.data == context->unit_place) /* read with its number */
		return;
	context->unit_place = token->unit.bytes ? token->unit.data : NULL;
	bool breaks = token->breaks || (token->kind == FACT_WORD && breaks_clause(token->text));
	if (breaks) { /* words before it are of the values before them, when there are any */
		if (context->value_count)
			context->pending = 0;
		context->broken = true;
		context->pending_pronoun = false;
		context->stem_before = 0;
	}
	if (kind) {
		context->stem_before = 0;
		take_value(context, token, hash, kind, in_row);
		if (!is_word_too(token, kind))
			return;
	}
	bool name = token->kind == FACT_IDENTIFIER;
	if (token->kind == FACT_WORD && text_equal(token->text, TEXT_LITERAL("respectively")))
		context->respectively = true;
	if (is_pronoun(token)) {
		context->pronoun = context->pronoun || (!context->value_count && !context->named);
		context->pending_pronoun = true;
	}
	context->named = context->named || name || token->kind == FACT_NAME;
	if (!name && token->text.bytes < LETTERS_MIN)
		return;
	context->last_is_value = kind > 0;
	if (context->word_count == CONTEXT_ITEMS_MAX)
		return;
	uint64_t stem = passage_stem(token->text), before = context->stem_before;
	context->words[context->word_count++] = (struct context_word){ .stem = stem, .text = token->text, .first = context->group, .last = context->group, .name = name,
								       .proper = token->kind == FACT_NAME, .label = passage_label_of(token) == PASSAGE_LABEL_DEFAULT, .leading = !context->value_count };
	context->pending++;
	context->stem_before = kind ? 0 : stem; /* a value is no part of a phrase */
	if (before && !kind && context->word_count < CONTEXT_ITEMS_MAX) {
		context->words[context->word_count++] = (struct context_word){ .stem = passage_join(SPACE_STEM, before, stem), .text = token->text, .first = context->group,
									       .last = context->group, .phrase = true, .leading = !context->value_count };
		context->pending++;
	}
	if (context->value_count && (name || token->kind == FACT_NAME))
		context->group_named[context->group] = true;
}

void passage_context_close(struct passage_context *context)
{
	if (context->respectively)
		for (size_t w = 0; w < context->word_count; w++) {
			context->words[w].first = 0;
			context->words[w].last = context->group;
		}
}

bool passage_context_near(const struct passage_context *context, const struct context_word *word, const struct context_value *value, bool *ret_certain)
{
	*ret_certain = false;
	if (word->stem == value->stem) /* a constant is a word for other values */
		return false;
	*ret_certain = value->alone || word->first == word->last;
	if (value->alone || (word->first <= value->group && value->group <= word->last))
		return true;
	*ret_certain = false;
	/* What the sentence began with may be said of a value that follows a break at once ("10 ms for A and 20 ms for B"), and a name of all
	 * values up to the next name. */
	return word->leading && (context->direct[value->group] || context->group_pronoun[value->group] || (word->name && !context->group_named[value->group]));
}

static bool is_clause_number(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_digit(word.data[i]) && word.data[i] != '.')
			return false;
	return word.bytes > 0;
}

bool passage_context_is_number(const struct fact_token *token)
{
	return token->number_bytes || (token->kind == FACT_IDENTIFIER && is_clause_number(token->text));
}

/* "64QAM", "4x": digits and then letters: what is read like a number and its unit. The letters, or nothing. */
static struct text glued_letters(struct text word)
{
	size_t digits = 0, end;
	while (digits < word.bytes && ascii_is_digit(word.data[digits]))
		digits++;
	for (end = digits; end < word.bytes && ascii_is_alpha(word.data[end]); end++)
		;
	return digits && end == word.bytes ? text_slice(word, digits, end) : text_slice(word, 0, 0);
}

uint64_t passage_context_key(uint64_t stem, uint64_t value, uint64_t kind)
{
	return passage_join(SPACE_NEAR, stem, value + kind);
}

bool passage_context_together(const struct passage *passage, const struct context_word *word, const struct context_value *value, bool *ret_own)
{
	unsigned marks = passage_marks(passage, passage_context_key(word->stem, value->hash, value->kind));
	*ret_own = marks & PASSAGE_OWN;
	return marks || passage_has(passage, passage_context_key(word->stem, value->hash, KIND_PLAIN)) ||
	       (value->joined && passage_has(passage, passage_context_key(word->stem, value->hash, value->joined)));
}

uint64_t passage_context_kind(const struct passage *passage, const struct fact_token *token)
{
	if (token->number_bytes)
		return token->unit.bytes ? passage_hash_unit(fact_words_dimension(token->unit)) : KIND_PLAIN;
	if (token->state)
		return KIND_STATE + (uint64_t)abs(token->state);
	if (token->kind != FACT_IDENTIFIER)
		return 0;
	if (is_clause_number(token->text))
		return KIND_CLAUSE;
	struct text letters = ascii_is_digit(token->text.data[0]) ? glued_letters(token->text) : (struct text){ 0 };
	if (letters.bytes && !token->ordinal.bytes)
		return passage_hash(SPACE_KIND, letters.data, letters.bytes) | 1024; /* above the kinds that have a name */
	return passage_has(passage, passage_join(SPACE_CONSTANT, token->key, 0)) ? KIND_CONSTANT : 0;
}
