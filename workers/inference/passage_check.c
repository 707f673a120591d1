/* passage_check.c: holds answers against an indexed passage (see passage.h). */
#include "workers/inference/passage.h"

#include "workers/inference/cmedit.h"
#include "workers/inference/fact_words.h"
#include "workers/inference/passage_context.h"

enum { REFUTED_MAX = 16, NAME_WEIGHT = 6 };

struct checker {
	const struct passage *passage;
	struct passage_verdict *verdict;
	uint64_t subjects[PASSAGE_SUBJECTS_MAX]; /* attributes that the answer talks about here */
	size_t subject_count;
	bool subjects_old; /* they are of an earlier sentence: the next attribute named replaces them */
	int label;
	bool label_used, in_command, by;
	const char *unit_place; /* of the number before */
	struct passage_context context;
	const char *refuted[REFUTED_MAX]; /* values of this sentence that the passage gives to something else, or with another comparison */
	size_t refuted_count;
	uint64_t command_begin, command_before; /* of a code span: its first two words, the word before */
	unsigned span, command_words;
	bool known_command;
};

/* Class.attribute from a passage that names the class in one place and the attribute in another. */
static bool is_composed(const struct passage *passage, const struct fact_token *token)
{
	uint64_t attribute = passage_attribute_key(token), value = passage_hash_word(SPACE_WORD, passage_class_of(token->text));
	return (passage_marks(passage, attribute) & PASSAGE_BARE) && passage_has(passage, value) &&
	       (passage_has(passage, passage_join(SPACE_FREE, value, 0)) || passage_has(passage, passage_join(SPACE_BOUND, attribute, value)));
}

static bool has_identifier(const struct passage *passage, const struct fact_token *token)
{
	if (passage_has(passage, token->key))
		return true;
	size_t bytes = token->text.bytes;
	if (bytes > 2 && token->text.data[bytes - 1] == 's' && ascii_is_upper(token->text.data[bytes - 2]))
		return passage_has(passage, passage_hash_word(SPACE_WORD, text_slice(token->text, 0, bytes - 1)));
	return token->dotted && is_composed(passage, token);
}

static bool belongs(const struct checker *checker, uint64_t value)
{
	const struct passage *passage = checker->passage;
	bool bound = !checker->subject_count || passage_has(passage, passage_join(SPACE_FREE, value, 0)) ||
		     !passage_has(passage, passage_join(SPACE_OWNED, value, 0));
	bool labelled = false, label_met = false;
	for (size_t s = 0; s < checker->subject_count; s++) {
		uint64_t subject = checker->subjects[s];
		bound = bound || passage_has(passage, passage_join(SPACE_BOUND, subject, value));
		if (!checker->label)
			continue;
		uint64_t key = passage_join(SPACE_LABELLED, subject, (uint64_t)checker->label);
		labelled = labelled || passage_has(passage, key);
		label_met = label_met || passage_has(passage, passage_join(SPACE_LABEL, key, value));
	}
	return bound && (!labelled || label_met);
}

static bool has_number(const struct checker *checker, const struct fact_token *token, size_t bytes)
{
	const struct passage *passage = checker->passage;
	uint64_t number = passage_hash(SPACE_NUMBER, token->number, bytes);
	if (!passage_has(passage, number))
		return false;
	if (!token->unit.bytes || bytes != token->number_bytes)
		return true;
	uint64_t unit = passage_hash_unit(token->unit);
	if (passage_has(passage, passage_join(SPACE_UNIT, number, unit)))
		return true;
	for (size_t s = 0; s < checker->subject_count; s++) /* the unit stands in another line of the item */
		if (passage_has(passage, passage_join(SPACE_LABEL, passage_join(SPACE_LABELLED, checker->subjects[s], PASSAGE_LABEL_UNIT), unit)))
			return passage_has(passage, passage_join(SPACE_BOUND, checker->subjects[s], number));
	return false;
}

static bool is_refuted(const struct checker *checker, const struct fact_token *token)
{
	for (size_t i = 0; i < checker->refuted_count; i++)
		if (checker->refuted[i] == token->text.data)
			return true;
	return false;
}

/* A command that the passage has is taken whole: each word must follow the one that it follows there, after the same two first words. */
static bool follows(struct checker *checker, const struct fact_token *token)
{
	uint64_t word = token->key, before = checker->command_before;
	checker->command_before = word;
	if (!before || token->span != checker->span) {
		checker->span = token->span;
		checker->known_command = passage_has(checker->passage, passage_join(SPACE_COMMAND, word, 0));
		checker->command_words = 1;
		return true;
	}
	bool known = passage_has(checker->passage, passage_join(SPACE_FOLLOWS, before, word)) &&
		     (checker->command_words < 2 || passage_has(checker->passage, passage_join(SPACE_COMMAND, checker->command_begin, word)));
	if (checker->command_words++ == 1)
		checker->command_begin = passage_join(SPACE_COMMAND, before, word);
	return !checker->known_command || known;
}

static bool is_supported(struct checker *checker, const struct fact_token *token)
{
	const struct passage *passage = checker->passage;
	if ((token->in_code && !checker->in_command && !follows(checker, token)) || is_refuted(checker, token))
		return false;
	if (token->ordinal.bytes)
		return passage_has(passage, passage_hash(SPACE_ORDINAL, token->ordinal.data, token->ordinal.bytes)) || has_identifier(passage, token);
	if (token->number_bytes)
		return has_number(checker, token, token->number_bytes) &&
		       belongs(checker, passage_hash(SPACE_NUMBER, token->number, token->number_bytes));
	if (token->kind == FACT_NAME && !token->in_code)
		return passage_has_stem(passage, token->text);
	if (checker->in_command && cmedit_is_grammar(token->text))
		return true;
	if (token->state && token->kind != FACT_IDENTIFIER && !token->in_code)
		return !passage_has(passage, passage_state_hash(-token->state)) ||
		       (passage_has(passage, passage_state_hash(token->state)) && belongs(checker, passage_state_hash(token->state)));
	if (!has_identifier(passage, token))
		return false;
	return !passage_is_value(token, passage_is_subject(passage, token)) || belongs(checker, passage_value_hash(token));
}

static void checker_subject(struct checker *checker, const struct fact_token *token)
{
	if (checker->subjects_old)
		checker->subject_count = 0;
	checker->subjects_old = false;
	if (checker->subject_count < PASSAGE_SUBJECTS_MAX)
		checker->subjects[checker->subject_count++] = passage_attribute_key(token);
}

/* A command goes on to the end of its line or code span. */
static bool continues_command(bool in_command, const struct fact_token *token)
{
	return token->in_code && (in_command || text_equal(token->text, TEXT_LITERAL("cmedit")));
}

static void refute(struct checker *checker, const char *place)
{
	if (place && checker->refuted_count < REFUTED_MAX)
		checker->refuted[checker->refuted_count++] = place;
}

struct balance { /* of words that stand with a value in the passage, and of words that stand with others of its kind */
	unsigned pro, against;             /* words that stand with one value alone */
	unsigned weak_pro, weak_against;   /* words that stand with several */
	unsigned names_pro, names_against; /* names among those */
};

static bool says_nothing(const struct passage *passage, const struct context_word *word)
{
	return !word->proper && !word->name && !word->label && !word->phrase && domain_list_has(passage->domain, DOMAIN_LIST_COMMON_WORDS, word->text);
}

static void balance_shared(struct balance *balance, bool name, bool near)
{
	balance->names_pro += name && near;
	balance->names_against += name && !near;
	balance->weak_pro += !name && near;
	balance->weak_against += !name && !near;
}

static void balance_word(struct balance *balance, const struct passage *passage, const struct context_word *word, const struct context_value *value, bool certain)
{
	unsigned kind = passage_marks(passage, passage_join(SPACE_KIND, word->stem, value->kind));
	if (!kind || says_nothing(passage, word))
		return;
	bool own, near = passage_context_together(passage, word, value, &own);
	if (kind & PASSAGE_MANY) {
		if ((near || certain) && !word->phrase)
			balance_shared(balance, word->name, near);
	} else if (own) {
		balance->pro += word->name ? NAME_WEIGHT : 1;
	} else if (!near && certain) {
		balance->against += word->name ? NAME_WEIGHT : 1;
	}
}

/* A word that stands with one value alone weighs as much as two that stand with several; and those alone refute nothing. */
static void checker_value(struct checker *checker, const struct context_value *value)
{
	const struct passage *passage = checker->passage;
	const struct passage_context *context = &checker->context;
	struct balance balance = { 0 };
	for (size_t w = 0; w < context->word_count; w++) {
		const struct context_word *word = &context->words[w];
		bool certain;
		if (passage_context_near(context, word, value, &certain))
			balance_word(&balance, passage, word, value, certain);
	}
	if ((balance.against > balance.pro && 2 * balance.against + balance.weak_against > 2 * balance.pro + balance.weak_pro) ||
	    (!balance.pro && balance.names_against > balance.names_pro))
		refute(checker, value->place);
}

static void checker_compare(struct checker *checker, uint64_t number, const char *place, enum fact_comparison comparison)
{
	const struct passage *passage = checker->passage;
	if (comparison && passage_has(passage, passage_join(SPACE_COMPARED, number, (uint64_t)fact_comparison_opposite(comparison))) &&
	    !passage_has(passage, passage_join(SPACE_COMPARED, number, (uint64_t)comparison)))
		refute(checker, place);
}

/* Names of attributes count for the whole sentence, also for values before them, and so do the words that a value stands with: the
 * sentence is read ahead. */
static void checker_sentence(struct checker *checker, const struct fact_scanner *scanner)
{
	struct fact_scanner ahead = *scanner;
	struct fact_token token;
	struct fact_comparing comparing = { 0 };
	uint64_t number = 0;
	const char *number_place = NULL;
	bool in_command = false;
	checker->subjects_old = true;
	checker->label = 0;
	checker->refuted_count = 0;
	passage_context_clear(&checker->context);
	while (passage_read(&ahead, &token) && token.kind != FACT_SEPARATOR && token.kind != FACT_LINE) {
		in_command = continues_command(in_command, &token);
		if (passage_is_subject(checker->passage, &token) && !(in_command && cmedit_is_grammar(token.text)))
			checker_subject(checker, &token);
		if (ahead.in_fence)
			continue;
		if (token.state && comparing.reversed)
			token.state = 0;
		uint64_t kind = passage_context_kind(checker->passage, &token), hash = kind ? passage_value_hash(&token) : 0;
		passage_context_take(&checker->context, &token, hash, kind, token.column > 0);
		if (passage_context_is_number(&token)) {
			number = hash;
			number_place = token.text.data;
			checker_compare(checker, number, number_place, fact_comparing_number(&comparing));
		} else {
			checker_compare(checker, number, number_place, fact_comparing_word(&comparing, token.text));
		}
	}
	passage_context_close(&checker->context);
	if (!checker->context.respectively)
		for (size_t v = 0; v < checker->context.value_count; v++)
			checker_value(checker, &checker->context.values[v]);
}

static void checker_token(struct checker *checker, struct fact_scanner *scanner, struct fact_token *token)
{
	checker->in_command = continues_command(checker->in_command, token);
	if (checker->unit_place == token->text.data) /* read with its number */
		return;
	checker->unit_place = token->unit.bytes ? token->unit.data : NULL;
	if (token->breaks && checker->label_used)
		checker->label = 0;
	int label = passage_label_of(token);
	bool afterwards = checker->by; /* "is 15 by default" */
	checker->by = text_equal(token->text, TEXT_LITERAL("by"));
	if (label && !afterwards) {
		checker->label = label;
		checker->label_used = false;
	}
	bool ordinal = token->ordinal.bytes && (token->kind == FACT_IDENTIFIER || token->ordinal.bytes > 1 || token->ordinal.data[0] > '2'); /* "first" mostly counts nothing */
	if (token->kind == FACT_WORD && !token->in_code && !token->option && !token->number_bytes && !token->state && !ordinal) {
		if (checker->label_used) /* the label says what the first value is, and no more */
			checker->label = 0;
		return;
	}
	if (token->kind == FACT_NUMBER && token->first_group_bytes && !has_number(checker, token, token->number_bytes)) {
		fact_scanner_split(scanner, token);
		token->number_bytes = token->first_group_bytes + (token->number[0] == '-');
		token->unit = (struct text){ 0 };
	}
	struct passage_verdict *verdict = checker->verdict;
	verdict->facts++;
	if (is_supported(checker, token))
		verdict->supported++;
	else if (!verdict->word.bytes)
		verdict->word = token->text;
	checker->label_used = checker->label_used || passage_is_value(token, passage_is_subject(checker->passage, token));
}

void passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict)
{
	*ret_verdict = (struct passage_verdict){ .word = { answer.data, 0 } };
	struct checker checker = { .passage = passage, .verdict = ret_verdict };
	struct fact_scanner scanner;
	struct fact_token token;
	fact_scanner_init(&scanner, passage->domain, answer);
	checker_sentence(&checker, &scanner);
	while (passage_read(&scanner, &token)) {
		if (token.kind == FACT_SEPARATOR || token.kind == FACT_LINE) {
			checker.in_command = false;
			checker.command_before = 0;
			checker_sentence(&checker, &scanner);
		} else {
			checker_token(&checker, &scanner, &token);
		}
	}
}
