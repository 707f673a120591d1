/* passage.c: see passage.h. */
#include "workers/inference/passage.h"

#include "workers/inference/fact_words.h"
#include "workers/inference/passage_context.h"

#include "proto/document.h"

#include <errno.h>

enum { UNIT_TOKENS_MAX = 512, UNITS_MAX = 4, UNIT_BYTES_MAX = 16, COLUMNS_MAX = 64, COLUMN_WORDS_MAX = 4, CARRIED_MAX = 32 };

static bool is_other_term(void *context, size_t start, size_t end, unsigned tier)
{
	(void)start;
	(void)end;
	*(bool *)context = tier > 1;
	return false;
}

static bool is_any_term(void *context, size_t start, size_t end, unsigned tier)
{
	(void)tier;
	(void)start;
	(void)end;
	*(bool *)context = true;
	return false;
}

/* Does the passage introduce an attribute or a counter here, something that values belong to? Class.attribute, pmCounter, an identifier
 * at the head of a line or cell that is neither a unit (dBm) nor a term of the field (eNodeB), and what follows "name:". */
static bool introduces_name(const struct domain *domain, const struct fact_token *token, bool after_name)
{
	if (after_name)
		return token->kind == FACT_WORD || token->kind == FACT_IDENTIFIER;
	if (token->kind != FACT_IDENTIFIER || !ascii_is_alpha(passage_attribute_of(token->text).data[0]))
		return false;
	if (domain_is_counter(token->text))
		return true;
	if (token->dotted) /* not a file's name */
		return ascii_is_upper(token->text.data[0]) && ascii_is_lower(passage_attribute_of(token->text).data[0]);
	if (!token->first || !ascii_is_lower(token->text.data[0]) ||
	    (token->text.bytes <= UNIT_BYTES_MAX && domain_list_has(domain, DOMAIN_LIST_UNITS, token->text)))
		return false;
	bool other = false;
	domain_scan_terms(domain, token->text, is_other_term, &other);
	return !other;
}

struct indexer {
	struct passage *passage;
	struct { uint64_t value; int label; } values[UNIT_TOKENS_MAX]; /* of the sentence or table row being read */
	size_t value_count;
	uint64_t subjects[PASSAGE_SUBJECTS_MAX], carried[PASSAGE_SUBJECTS_MAX]; /* of this sentence; of the last one that had any */
	size_t subject_count, carried_count;
	bool same_line; /* the sentence before stands on the same line */
	uint64_t numbers[UNIT_TOKENS_MAX];
	size_t number_count;
	struct text units[UNITS_MAX];
	size_t unit_count;
	int label;
	bool after_name; /* the line began with "name" */
	struct passage_context context;
	struct fact_comparing comparing;
	uint64_t last_number; /* for "or more" behind it */
	/* Words of the heading, and of sentences without values: they may be about the values of the next sentence or the one before. */
	uint64_t heading[CARRIED_MAX], pending[CARRIED_MAX], last_values[CONTEXT_VALUES_MAX];
	uint64_t topic[CARRIED_MAX]; /* what the last sentence with values began with: "it" in the next one */
	size_t heading_count, pending_count, last_value_count, topic_count;
	unsigned row_word_counts[COLUMNS_MAX];
	uint64_t row_words[COLUMNS_MAX][COLUMN_WORDS_MAX], column_words[COLUMNS_MAX][COLUMN_WORDS_MAX];
	bool in_fence, in_heading, goes_on; /* goes_on: the sentence is still about the subjects of the one before */
	unsigned word_index;              /* in the sentence */
	struct text first_word;
	uint64_t command_begin, command_before; /* of a code span: its first one or two words, the word before */
	unsigned span, command_words;
	bool had_columns;
	int row_labels[COLUMNS_MAX], column_labels[COLUMNS_MAX]; /* of the row being read; of the header above it */
};

static void indexer_bind(struct indexer *indexer, const uint64_t *subjects, size_t subject_count)
{
	struct passage *passage = indexer->passage;
	for (size_t v = 0; v < indexer->value_count; v++) {
		uint64_t value = indexer->values[v].value;
		passage_add(passage, passage_join(subject_count ? SPACE_OWNED : SPACE_FREE, value, 0));
		for (size_t s = 0; s < subject_count; s++) {
			passage_add(passage, passage_join(SPACE_BOUND, subjects[s], value));
			if (!indexer->values[v].label)
				continue;
			uint64_t labelled = passage_join(SPACE_LABELLED, subjects[s], (uint64_t)indexer->values[v].label);
			passage_add(passage, labelled);
			passage_add(passage, passage_join(SPACE_LABEL, labelled, value));
		}
	}
}

/* The word stands with the value; certain: it says which one is meant, wherever else the word stands. */
static void add_near(struct passage *passage, uint64_t stem, const struct context_value *value, bool certain)
{
	uint64_t kind = passage_join(SPACE_KIND, stem, value->kind);
	unsigned marks = certain ? PASSAGE_HERE | PASSAGE_OWN : PASSAGE_HERE;
	unsigned before = passage_mark(passage, passage_context_key(stem, value->hash, value->kind), marks);
	if (certain && !(before & PASSAGE_OWN) && passage_mark(passage, kind, PASSAGE_HERE))
		passage_mark(passage, kind, PASSAGE_MANY);
}

static void carry(uint64_t *stems, size_t *count, uint64_t stem)
{
	if (*count < CARRIED_MAX)
		stems[(*count)++] = stem;
}

/* A sentence without values: its words go with the values before and after it. */
static void indexer_words(struct indexer *indexer)
{
	const struct passage_context *context = &indexer->context;
	for (size_t w = 0; w < context->word_count; w++) {
		if (indexer->in_heading)
			carry(indexer->heading, &indexer->heading_count, context->words[w].stem);
		else
			carry(indexer->pending, &indexer->pending_count, context->words[w].stem);
		for (size_t v = 0; v < indexer->last_value_count; v++)
			passage_add(indexer->passage, passage_context_key(context->words[w].stem, indexer->last_values[v], 0));
	}
}

static bool has_word(const struct passage_context *context, uint64_t stem)
{
	for (size_t w = 0; w < context->word_count; w++)
		if (context->words[w].stem == stem)
			return true;
	return false;
}

static void indexer_value(struct indexer *indexer, const struct context_value *value)
{
	struct passage *passage = indexer->passage;
	const struct passage_context *context = &indexer->context;
	bool certain;
	for (size_t w = 0; w < context->word_count; w++)
		if (passage_context_near(context, &context->words[w], value, &certain))
			add_near(passage, context->words[w].stem, value, !context->shared || !context->words[w].leading || context->words[w].name);
	for (size_t w = 0; value->column && value->column < COLUMNS_MAX && w < COLUMN_WORDS_MAX; w++)
		if (indexer->column_words[value->column][w])
			add_near(passage, indexer->column_words[value->column][w], value, true);
	for (size_t i = 0; i < indexer->heading_count; i++)
		add_near(passage, indexer->heading[i], value, false);
	for (size_t i = 0; i < indexer->pending_count; i++)
		if (!has_word(context, indexer->pending[i])) /* the sentence itself says which of its values the word is for */
			add_near(passage, indexer->pending[i], value, false);
	for (size_t i = 0; context->pronoun && i < indexer->topic_count; i++)
		add_near(passage, indexer->topic[i], value, true);
}

static void indexer_context(struct indexer *indexer)
{
	struct passage_context *context = &indexer->context;
	passage_context_close(context);
	if (!context->value_count) {
		indexer_words(indexer);
	} else {
		for (size_t v = 0; v < context->value_count; v++) {
			indexer_value(indexer, &context->values[v]);
			indexer->last_values[v] = context->values[v].hash + context->values[v].kind;
		}
		indexer->last_value_count = context->value_count;
		indexer->pending_count = 0;
		if (!context->pronoun)
			indexer->topic_count = 0;
		for (size_t w = 0; w < context->word_count && !context->pronoun; w++)
			if (context->words[w].leading)
				carry(indexer->topic, &indexer->topic_count, context->words[w].stem);
	}
	passage_context_clear(context);
}

/* Units that stand apart from their numbers: in another cell of the row, in another line of the item. */
static void indexer_units(struct indexer *indexer)
{
	for (size_t n = 0; n < indexer->number_count; n++)
		for (size_t u = 0; u < indexer->unit_count; u++)
			passage_add(indexer->passage, passage_join(SPACE_UNIT, indexer->numbers[n], passage_hash_unit(indexer->units[u])));
	indexer->number_count = indexer->unit_count = 0;
}

/* The sentence or row is complete: its values belong to its attributes, or to those named last before it. */
static void indexer_flush(struct indexer *indexer)
{
	if (indexer->subject_count) {
		memcpy(indexer->carried, indexer->subjects, indexer->subject_count * sizeof(indexer->subjects[0]));
		indexer->carried_count = indexer->subject_count;
	}
	bool own = indexer->subject_count > 0;
	indexer_bind(indexer, indexer->carried, indexer->carried_count);
	if (!own && indexer->same_line && indexer->carried_count && !indexer->goes_on) /* prose goes on to other matters: its values are bound to nothing alone */
		indexer_bind(indexer, NULL, 0);
	indexer->value_count = indexer->subject_count = 0;
	indexer->label = 0;
	indexer->comparing = (struct fact_comparing){ 0 };
	indexer->word_index = 0;
	indexer->goes_on = false;
}

static void indexer_word(struct indexer *indexer, struct text word, uint64_t key, bool bare)
{
	passage_mark(indexer->passage, key, bare ? PASSAGE_HERE | PASSAGE_BARE : PASSAGE_HERE);
	if (word.bytes > 2 && word.data[word.bytes - 1] == 's' && ascii_is_upper(word.data[word.bytes - 2])) /* UEs, UE */
		passage_add(indexer->passage, passage_hash_word(SPACE_WORD, text_slice(word, 0, word.bytes - 1)));
	passage_add(indexer->passage, passage_stem(word));
}

static void indexer_number(struct indexer *indexer, const struct fact_token *token, size_t bytes)
{
	uint64_t number = passage_hash(SPACE_NUMBER, token->number, bytes);
	passage_add(indexer->passage, number);
	if (token->unit.bytes) {
		passage_add(indexer->passage, passage_join(SPACE_UNIT, number, passage_hash_unit(token->unit)));
		indexer_word(indexer, token->unit, passage_hash_word(SPACE_WORD, token->unit), true);
	} else if (indexer->number_count < UNIT_TOKENS_MAX) { /* its unit may stand in another cell of the row */
		indexer->numbers[indexer->number_count++] = number;
	}
}

/* MAJOR, LOCKED: four capitals or more, and no term of the field (PDCCH). */
static bool is_constant(const struct domain *domain, const struct fact_token *token)
{
	if (token->kind != FACT_IDENTIFIER || token->text.bytes < 4 || token->loud)
		return false;
	for (size_t i = 0; i < token->text.bytes; i++)
		if (!ascii_is_upper(token->text.data[i]))
			return false;
	bool found = false;
	domain_scan_terms(domain, token->text, is_any_term, &found);
	return !found;
}

/* "It is …", "Its default …", "The modes are …": the sentence goes on about what the one before was about. */
static void indexer_goes_on(struct indexer *indexer, const struct fact_token *token)
{
	static const struct text openings[] = { TEXT_LITERAL("it"), TEXT_LITERAL("its"), TEXT_LITERAL("they"), TEXT_LITERAL("their"), TEXT_LITERAL("this"), TEXT_LITERAL("these") };
	unsigned index = indexer->word_index++;
	if (index == 0) {
		indexer->first_word = token->text;
		for (size_t i = 0; i < COUNT_OF(openings); i++)
			indexer->goes_on = indexer->goes_on || text_equal_nocase(token->text, openings[i]);
	} else if (index == 2 && text_equal_nocase(indexer->first_word, TEXT_LITERAL("the"))) {
		indexer->goes_on = text_equal(token->text, TEXT_LITERAL("is")) || text_equal(token->text, TEXT_LITERAL("are"));
	}
}

static void indexer_compared(struct indexer *indexer, uint64_t number, enum fact_comparison comparison)
{
	if (comparison && number)
		passage_add(indexer->passage, passage_join(SPACE_COMPARED, number, (uint64_t)comparison));
}

/* What the token says of others in its sentence. */
static void indexer_notes(struct indexer *indexer, const struct fact_token *read)
{
	struct passage *passage = indexer->passage;
	struct fact_token token = *read;
	indexer_goes_on(indexer, &token);
	if (token.state && indexer->comparing.reversed) { /* "not enabled" says both */
		passage_add(passage, passage_state_hash(-token.state));
		passage_add(passage, passage_state_hash(token.state));
		token.state = 0;
	}
	if (is_constant(passage->domain, &token))
		passage_add(passage, passage_join(SPACE_CONSTANT, token.key, 0));
	uint64_t kind = passage_context_kind(passage, &token), hash = kind ? passage_value_hash(&token) : 0;
	passage_context_take(&indexer->context, &token, hash, kind, token.column > 0);
	if (token.state)
		passage_add(passage, hash);
	if (passage_context_is_number(&token)) {
		indexer->last_number = hash;
		indexer_compared(indexer, hash, fact_comparing_number(&indexer->comparing));
	} else {
		indexer_compared(indexer, indexer->last_number, fact_comparing_word(&indexer->comparing, token.text));
		if (token.column && token.column < COLUMNS_MAX && indexer->row_word_counts[token.column] < COLUMN_WORDS_MAX && token.text.bytes >= 4)
			indexer->row_words[token.column][indexer->row_word_counts[token.column]++] = passage_stem(token.text);
	}
}

/* Which word follows which in a command. */
static void indexer_command(struct indexer *indexer, const struct fact_token *token)
{
	if (!token->in_code) {
		indexer->command_before = 0;
		return;
	}
	uint64_t word = token->key;
	if (!indexer->command_before || token->span != indexer->span) {
		indexer->command_words = 0;
	} else {
		passage_add(indexer->passage, passage_join(SPACE_FOLLOWS, indexer->command_before, word));
		if (indexer->command_words == 1) {
			passage_add(indexer->passage, passage_join(SPACE_COMMAND, indexer->command_before, 0));
			indexer->command_begin = passage_join(SPACE_COMMAND, indexer->command_before, word);
		} else {
			passage_add(indexer->passage, passage_join(SPACE_COMMAND, indexer->command_begin, word));
		}
	}
	indexer->command_words++;
	indexer->command_before = word;
	indexer->span = token->span;
}

static void indexer_ordinal(struct indexer *indexer, struct text digits)
{
	passage_add(indexer->passage, passage_hash(SPACE_ORDINAL, digits.data, digits.bytes));
}

static void indexer_token(struct indexer *indexer, const struct fact_token *token)
{
	const struct domain *domain = indexer->passage->domain;
	if (token->number_bytes)
		indexer_number(indexer, token, token->number_bytes);
	if (token->kind != FACT_NUMBER) {
		indexer_word(indexer, token->text, token->key, true);
		if (token->dotted) {
			indexer_word(indexer, passage_class_of(token->text), passage_hash_word(SPACE_WORD, passage_class_of(token->text)), false);
			indexer_word(indexer, passage_attribute_of(token->text), passage_attribute_key(token), false);
		}
		if (indexer->unit_count < UNITS_MAX && token->wide.bytes <= UNIT_BYTES_MAX &&
		    domain_list_has(domain, DOMAIN_LIST_UNITS, token->wide))
			indexer->units[indexer->unit_count++] = token->wide;
		int label = passage_label_of(token);
		indexer->label = label ? label : indexer->label;
		if (label && token->column && token->column < COLUMNS_MAX)
			indexer->row_labels[token->column] = label;
	}
	if (token->ordinal.bytes)
		indexer_ordinal(indexer, token->ordinal);
	if (!indexer->in_fence)
		indexer_notes(indexer, token);
	indexer_command(indexer, token);
	int header = token->column && token->column < COLUMNS_MAX ? indexer->column_labels[token->column] : 0;
	if (token->column)
		indexer->label = header;
	if (introduces_name(domain, token, indexer->after_name)) {
		indexer->passage->has_names = true;
		passage_add(indexer->passage, passage_join(SPACE_NAMED, passage_attribute_key(token), 0));
	}
	bool subject_here = passage_is_subject(indexer->passage, token);
	indexer->after_name = text_equal_nocase(token->text, text_from(document_key_name(DOCUMENT_KEY_NAME))) && !indexer->value_count;
	if (subject_here && indexer->subject_count < PASSAGE_SUBJECTS_MAX) {
		uint64_t subject = passage_attribute_key(token);
		indexer->subjects[indexer->subject_count++] = subject;
		if (token->dotted) {
			uint64_t class = passage_hash_word(SPACE_WORD, passage_class_of(token->text));
			passage_add(indexer->passage, passage_join(SPACE_OWNED, class, 0));
			passage_add(indexer->passage, passage_join(SPACE_BOUND, subject, class));
		}
	}
	if (!passage_is_value(token, subject_here) && !indexer->label)
		return;
	if (indexer->value_count == UNIT_TOKENS_MAX)
		indexer_flush(indexer);
	indexer->values[indexer->value_count].value = passage_value_hash(token);
	indexer->values[indexer->value_count++].label = indexer->label;
}

/* Does a heading, a list item of the outermost level or a table row begin here? */
static bool begins_anew(struct text source, size_t position)
{
	while (position < source.bytes && ascii_is_digit(source.data[position]))
		position++;
	return position + 1 < source.bytes && memchr("#-*+|.", source.data[position], 6) && source.data[position + 1] != '*';
}

static void indexer_heading(struct indexer *indexer, struct text source, size_t position)
{
	indexer->in_heading = position < source.bytes && source.data[position] == '#';
	if (indexer->in_heading)
		indexer->heading_count = indexer->pending_count = 0;
}

/* A row of dashes makes the row above it the header of what follows; a line that is no row ends the table. */
static void indexer_row(struct indexer *indexer, const struct fact_token *token, bool empty)
{
	if (!token->column && !indexer->had_columns)
		return;
	indexer->had_columns = token->column > 0;
	if (!token->column) {
		memset(indexer->column_labels, 0, sizeof(indexer->column_labels));
		memset(indexer->column_words, 0, sizeof(indexer->column_words));
	} else if (empty) {
		memcpy(indexer->column_labels, indexer->row_labels, sizeof(indexer->column_labels));
		memcpy(indexer->column_words, indexer->row_words, sizeof(indexer->column_words));
	}
	memset(indexer->row_words, 0, sizeof(indexer->row_words));
	memset(indexer->row_word_counts, 0, sizeof(indexer->row_word_counts));
	if (empty || !token->column)
		memset(indexer->row_labels, 0, sizeof(indexer->row_labels));
}

/* A line ended at `position`. A line that the next one goes on with is no end of its sentence. */
static void indexer_line(struct indexer *indexer, const struct fact_token *token, bool empty, struct text source, size_t position)
{
	bool anew = begins_anew(source, position);
	if (empty || anew || token->column || indexer->in_heading)
		indexer_context(indexer);
	if (empty || anew || token->column)
		indexer_units(indexer);
	indexer_flush(indexer);
	indexer->same_line = indexer->after_name = false;
	indexer->command_before = 0;
	if ((!token->column && empty) || anew) { /* what was being talked about ends */
		indexer->carried_count = 0;
		indexer->last_value_count = 0;
	}
	indexer_row(indexer, token, empty);
	indexer_heading(indexer, source, position);
}

int passage_index(struct passage *passage, struct text source)
{
	uint64_t source_hash = passage_hash(SPACE_SOURCE, source.data, source.bytes);
	if (!passage->status && source.bytes && passage->source_bytes == source.bytes && passage->source_hash == source_hash)
		return 0;
	passage_clear(passage, source.bytes);
	if (source.bytes > PASSAGE_BYTES_MAX)
		return ERROR_LIMIT_HIT;
	struct indexer indexer = { .passage = passage };
	struct fact_scanner scanner;
	struct fact_token token;
	bool line_empty = true;
	fact_scanner_init(&scanner, passage->domain, source);
	indexer_heading(&indexer, source, 0);
	while (!passage->status && passage_read(&scanner, &token)) {
		if (token.kind == FACT_SEPARATOR) {
			indexer_context(&indexer);
			indexer_units(&indexer);
			indexer_flush(&indexer);
			indexer.same_line = true;
		} else if (token.kind == FACT_LINE) {
			indexer_line(&indexer, &token, line_empty, source, scanner.position);
			line_empty = true;
		} else {
			indexer.in_fence = scanner.in_fence;
			if (scanner.marker.bytes) {
				indexer_ordinal(&indexer, scanner.marker);
				scanner.marker.bytes = 0;
			}
			indexer_token(&indexer, &token);
			line_empty = false;
			if (token.kind == FACT_NUMBER && token.first_group_bytes) { /* 0,100,200: a number, or a list of them */
				indexer_number(&indexer, &token, token.number_bytes);
				fact_scanner_split(&scanner, &token);
				struct fact_token first = token;
				first.first_group_bytes = 0;
				first.number_bytes = token.first_group_bytes + (token.number[0] == '-');
				first.unit = (struct text){ 0 };
				indexer_token(&indexer, &first);
			}
		}
	}
	indexer_context(&indexer);
	indexer_units(&indexer);
	indexer_flush(&indexer);
	passage->source_hash = source_hash;
	passage->source_bytes = source.bytes;
	return passage->status;
}

