/* passage_context.c: see passage_context.h. */
#include "workers/inference/passage_context.h"

#include "workers/inference/fact_words.h"

#include <stdlib.h>

enum { KIND_PLAIN = 1, KIND_CLAUSE, KIND_CONSTANT, KIND_STATE = 16, LETTERS_MIN = 4 };

void passage_context_clear(struct passage_context *context)
{
	context->word_count = context->value_count = context->pending = 0;
	context->group = 0;
	context->unit_place = NULL;
	context->direct[0] = false;
	context->pronoun = context->named = false;
	context->broken = context->last_is_value = context->respectively = false;
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
		for (size_t w = context->word_count - context->pending; w < context->word_count; w++)
			context->group_named[context->group] = context->group_named[context->group] || context->words[w].name || context->words[w].proper;
	}
	context->direct[context->group] = anew ? !context->pending : context->direct[context->group];
	bool alone = true;
	for (size_t v = 0; v < context->value_count; v++)
		if (context->values[v].kind == kind)
			context->values[v].alone = alone = false;
	context->values[context->value_count++] = (struct context_value){ .hash = hash, .kind = kind, .place = token->text.data, .stem = kind == KIND_CONSTANT ? passage_stem(token->text) : 0, .group = context->group,
									  .column = token->column, .alone = alone };
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
	}
	if (kind) {
		take_value(context, token, hash, kind, in_row);
		if (kind != KIND_CONSTANT)
			return;
	}
	bool name = token->kind == FACT_IDENTIFIER;
	if (token->kind == FACT_WORD && text_equal(token->text, TEXT_LITERAL("respectively")))
		context->respectively = true;
	if (!context->value_count && !context->named && is_pronoun(token))
		context->pronoun = true;
	context->named = context->named || name || token->kind == FACT_NAME;
	if (!name && token->text.bytes < LETTERS_MIN)
		return;
	context->last_is_value = kind > 0;
	if (context->word_count == CONTEXT_ITEMS_MAX)
		return;
	context->words[context->word_count++] = (struct context_word){ .stem = passage_stem(token->text), .text = token->text, .first = context->group,
									.last = context->group, .name = name, .proper = token->kind == FACT_NAME, .leading = !context->value_count };
	context->pending++;
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
	return word->leading && (context->direct[value->group] || (word->name && !context->group_named[value->group]));
}

static bool is_clause_number(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_digit(word.data[i]) && word.data[i] != '.')
			return false;
	return word.bytes > 0;
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
	return passage_has(passage, passage_hash_word(SPACE_CONSTANT, token->text)) ? KIND_CONSTANT : 0;
}
