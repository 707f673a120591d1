/* passage.c: see passage.h. */
#include "workers/inference/passage.h"

#include "workers/inference/cmedit.h"
#include "workers/inference/fact_tokens.h"

#include "proto/document.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum passage_space { /* name spaces of the set: seeds of the hash */
	SPACE_WORD = 1,  /* as written */
	SPACE_BARE,      /* as written, and not part of Class.attribute */
	SPACE_NUMBER,
	SPACE_UNIT,      /* number and unit */
	SPACE_FREE,      /* value that belongs to no attribute */
	SPACE_OWNED,     /* value that belongs to some attribute */
	SPACE_BOUND,     /* attribute and value */
	SPACE_LABELLED,  /* attribute and label: the passage says what its default is */
	SPACE_LABEL,     /* attribute, label and value */
	SPACE_NAMED,     /* name of an attribute or counter that the passage introduces */
	SPACE_STEM,
};

enum { STEM_BYTES = 6, WORD_BYTES_MAX = 512, UNIT_TOKENS_MAX = 512, SUBJECTS_MAX = 8, UNITS_MAX = 4, UNIT_BYTES_MAX = 16, COLUMNS_MAX = 64, CAPACITY_MIN = 1024 };

void passage_init(struct passage *passage, const struct domain *domain)
{
	*passage = (struct passage){ .domain = domain };
}

void passage_done(struct passage *passage)
{
	if (!passage)
		return;
	free(passage->slots);
	*passage = (struct passage){ 0 };
}

/* --- the set --- */

static bool set_has(const struct passage *passage, uint64_t key)
{
	if (!passage->capacity)
		return false;
	key += !key;
	for (size_t i = key & (passage->capacity - 1);; i = (i + 1) & (passage->capacity - 1)) {
		if (passage->slots[i] == key)
			return true;
		if (!passage->slots[i])
			return false;
	}
}

static void set_place(uint64_t *slots, size_t capacity, uint64_t key)
{
	size_t i = key & (capacity - 1);
	while (slots[i])
		i = (i + 1) & (capacity - 1);
	slots[i] = key;
}

static void set_add(struct passage *passage, uint64_t key)
{
	key += !key;
	if (passage->status || set_has(passage, key))
		return;
	if ((passage->count + 1) * 2 > passage->capacity) {
		size_t capacity = passage->capacity ? passage->capacity * 2 : CAPACITY_MIN;
		uint64_t *slots = calloc(capacity, sizeof(*slots));
		if (!slots) {
			passage->status = -ENOMEM;
			return;
		}
		for (size_t i = 0; i < passage->capacity; i++)
			if (passage->slots[i])
				set_place(slots, capacity, passage->slots[i]);
		free(passage->slots);
		passage->slots = slots;
		passage->capacity = capacity;
	}
	set_place(passage->slots, passage->capacity, key);
	passage->count++;
}

static void set_clear(struct passage *passage, size_t source_bytes)
{
	size_t wanted = CAPACITY_MIN;
	while (wanted < source_bytes / 2)
		wanted *= 2;
	if (passage->capacity > wanted * 4) { /* one huge passage must not make every later one slow */
		free(passage->slots);
		passage->slots = NULL;
		passage->capacity = 0;
	}
	if (passage->slots)
		memset(passage->slots, 0, passage->capacity * sizeof(*passage->slots));
	passage->count = 0;
	passage->has_names = false;
	passage->status = 0;
}

/* --- keys --- */

static uint64_t hash_bytes(enum passage_space space, const char *data, size_t bytes)
{
	return XXH3_64bits_withSeed(data, bytes, space);
}

/* The word as it reads: "\_" is "_". */
static uint64_t hash_word(enum passage_space space, struct text word)
{
	if (!memchr(word.data, '\\', word.bytes) || word.bytes > WORD_BYTES_MAX)
		return hash_bytes(space, word.data, word.bytes);
	char plain[WORD_BYTES_MAX];
	size_t bytes = 0;
	for (size_t i = 0; i < word.bytes; i++)
		if (word.data[i] != '\\')
			plain[bytes++] = word.data[i];
	return hash_bytes(space, plain, bytes);
}

static uint64_t hash_join(enum passage_space space, uint64_t a, uint64_t b)
{
	uint64_t both[2] = { a, b };
	return XXH3_64bits_withSeed(both, sizeof(both), space);
}

uint64_t passage_stem(struct text word)
{
	char stem[WORD_BYTES_MAX];
	size_t bytes = size_min(word.bytes, fact_is_identifier(word) ? WORD_BYTES_MAX : STEM_BYTES);
	for (size_t i = 0; i < bytes; i++)
		stem[i] = ascii_lower(word.data[i]);
	if (bytes <= STEM_BYTES && bytes > 3 && bytes == word.bytes && stem[bytes - 1] == 's') /* cells, cell */
		bytes--;
	return hash_bytes(SPACE_STEM, stem, bytes);
}

bool passage_has_stem(const struct passage *passage, struct text word)
{
	return set_has(passage, passage_stem(word));
}

static struct text attribute_of(struct text dotted)
{
	for (size_t i = dotted.bytes; i > 0; i--)
		if (dotted.data[i - 1] == '.')
			return text_slice(dotted, i, dotted.bytes);
	return dotted;
}

static struct text class_of(struct text dotted)
{
	struct text attribute = attribute_of(dotted);
	size_t bytes = dotted.bytes - attribute.bytes;
	return text_slice(dotted, 0, bytes ? bytes - 1 : 0);
}

static bool is_other_term(void *context, size_t start, size_t end, unsigned tier)
{
	(void)start;
	(void)end;
	*(bool *)context = tier > 1;
	return false;
}

/* Does the passage introduce an attribute or a counter here, something that values belong to? Class.attribute, pmCounter, an identifier
 * at the head of a line or cell that is neither a unit (dBm) nor a term of the field (eNodeB), and what follows "name:". */
static bool introduces_name(const struct domain *domain, const struct fact_token *token, bool after_name)
{
	if (after_name)
		return token->kind == FACT_WORD || token->kind == FACT_IDENTIFIER;
	if (token->kind != FACT_IDENTIFIER || !ascii_is_alpha(attribute_of(token->text).data[0]))
		return false;
	if (domain_is_counter(token->text))
		return true;
	if (token->dotted) /* not a file's name */
		return ascii_is_upper(token->text.data[0]) && ascii_is_lower(attribute_of(token->text).data[0]);
	if (!token->first || !ascii_is_lower(token->text.data[0]) ||
	    (token->text.bytes <= UNIT_BYTES_MAX && domain_list_has(domain, DOMAIN_LIST_UNITS, token->text)))
		return false;
	bool other = false;
	domain_scan_terms(domain, token->text, is_other_term, &other);
	return !other;
}

/* Is it one that the passage has introduced? */
static bool is_subject(const struct passage *passage, const struct fact_token *token)
{
	return (token->kind == FACT_WORD || token->kind == FACT_IDENTIFIER) && passage->has_names &&
	       set_has(passage, hash_word(SPACE_NAMED, attribute_of(token->text)));
}

static bool is_value(const struct fact_token *token, bool subject)
{
	return token->kind == FACT_NUMBER || (token->kind == FACT_IDENTIFIER && !subject) || (token->kind == FACT_WORD && token->in_code && !subject);
}

static uint64_t value_hash(const struct fact_token *token)
{
	return token->kind == FACT_NUMBER ? hash_bytes(SPACE_NUMBER, token->number, token->number_bytes) :
					    hash_word(SPACE_WORD, token->text);
}

/* The words before a value that say what it is of its attribute. Their names are the keys of an item. */
static int label_of(const struct fact_token *token)
{
	if (token->kind != FACT_WORD) /* not "Range" in the name of something */
		return 0;
	static const enum document_key keys[] = { DOCUMENT_KEY_DEFAULT, DOCUMENT_KEY_RANGE, DOCUMENT_KEY_UNIT };
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (text_equal_nocase(token->text, text_from(document_key_name(keys[i]))))
			return (int)i + 1;
	return 0;
}

/* --- indexing --- */

struct indexer {
	struct passage *passage;
	struct { uint64_t value; int label; } values[UNIT_TOKENS_MAX]; /* of the sentence or table row being read */
	size_t value_count;
	uint64_t subjects[SUBJECTS_MAX], carried[SUBJECTS_MAX]; /* of this sentence; of the last one that had any */
	size_t subject_count, carried_count;
	bool same_line; /* the sentence before stands on the same line */
	uint64_t numbers[UNIT_TOKENS_MAX];
	size_t number_count;
	struct text units[UNITS_MAX];
	size_t unit_count;
	int label;
	bool after_name; /* the line began with "name" */
	int row_labels[COLUMNS_MAX], column_labels[COLUMNS_MAX]; /* of the row being read; of the header above it */
};

static void indexer_bind(struct indexer *indexer, const uint64_t *subjects, size_t subject_count)
{
	struct passage *passage = indexer->passage;
	for (size_t v = 0; v < indexer->value_count; v++) {
		uint64_t value = indexer->values[v].value;
		set_add(passage, hash_join(subject_count ? SPACE_OWNED : SPACE_FREE, value, 0));
		for (size_t s = 0; s < subject_count; s++) {
			set_add(passage, hash_join(SPACE_BOUND, subjects[s], value));
			if (!indexer->values[v].label)
				continue;
			uint64_t labelled = hash_join(SPACE_LABELLED, subjects[s], (uint64_t)indexer->values[v].label);
			set_add(passage, labelled);
			set_add(passage, hash_join(SPACE_LABEL, labelled, value));
		}
	}
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
	if (!own && indexer->same_line && indexer->carried_count) /* prose goes on to other matters: its values are bound to nothing alone */
		indexer_bind(indexer, NULL, 0);
	for (size_t n = 0; n < indexer->number_count; n++)
		for (size_t u = 0; u < indexer->unit_count; u++)
			set_add(indexer->passage, hash_join(SPACE_UNIT, indexer->numbers[n], hash_word(SPACE_WORD, indexer->units[u])));
	indexer->value_count = indexer->subject_count = indexer->number_count = indexer->unit_count = 0;
	indexer->label = 0;
}

static void indexer_word(struct indexer *indexer, struct text word, bool bare)
{
	set_add(indexer->passage, hash_word(SPACE_WORD, word));
	if (bare)
		set_add(indexer->passage, hash_word(SPACE_BARE, word));
	if (word.bytes > 2 && word.data[word.bytes - 1] == 's' && ascii_is_upper(word.data[word.bytes - 2])) /* UEs, UE */
		set_add(indexer->passage, hash_word(SPACE_WORD, text_slice(word, 0, word.bytes - 1)));
	set_add(indexer->passage, passage_stem(word));
}

static void indexer_number(struct indexer *indexer, const struct fact_token *token, size_t bytes)
{
	uint64_t number = hash_bytes(SPACE_NUMBER, token->number, bytes);
	set_add(indexer->passage, number);
	if (token->unit.bytes) {
		set_add(indexer->passage, hash_join(SPACE_UNIT, number, hash_word(SPACE_WORD, token->unit)));
		indexer_word(indexer, token->unit, true);
	} else if (indexer->number_count < UNIT_TOKENS_MAX) { /* its unit may stand in another cell of the row */
		indexer->numbers[indexer->number_count++] = number;
	}
}

static void indexer_token(struct indexer *indexer, const struct fact_token *token)
{
	const struct domain *domain = indexer->passage->domain;
	if (token->kind == FACT_NUMBER) {
		indexer_number(indexer, token, token->number_bytes);
	} else {
		indexer_word(indexer, token->text, true);
		if (token->dotted) {
			indexer_word(indexer, class_of(token->text), false);
			indexer_word(indexer, attribute_of(token->text), false);
		}
		if (indexer->unit_count < UNITS_MAX && token->text.bytes <= UNIT_BYTES_MAX &&
		    domain_list_has(domain, DOMAIN_LIST_UNITS, token->text))
			indexer->units[indexer->unit_count++] = token->text;
		int label = label_of(token);
		indexer->label = label ? label : indexer->label;
		if (label && token->column && token->column < COLUMNS_MAX)
			indexer->row_labels[token->column] = label;
	}
	int header = token->column && token->column < COLUMNS_MAX ? indexer->column_labels[token->column] : 0;
	if (token->column)
		indexer->label = header;
	if (introduces_name(domain, token, indexer->after_name)) {
		indexer->passage->has_names = true;
		set_add(indexer->passage, hash_word(SPACE_NAMED, attribute_of(token->text)));
	}
	bool subject_here = is_subject(indexer->passage, token);
	indexer->after_name = text_equal_nocase(token->text, text_from(document_key_name(DOCUMENT_KEY_NAME))) && !indexer->value_count;
	if (subject_here && indexer->subject_count < SUBJECTS_MAX) {
		uint64_t subject = hash_word(SPACE_WORD, attribute_of(token->text));
		indexer->subjects[indexer->subject_count++] = subject;
		if (token->dotted) {
			uint64_t class = hash_word(SPACE_WORD, class_of(token->text));
			set_add(indexer->passage, hash_join(SPACE_OWNED, class, 0));
			set_add(indexer->passage, hash_join(SPACE_BOUND, subject, class));
		}
	}
	if (!is_value(token, subject_here) && !indexer->label)
		return;
	if (indexer->value_count == UNIT_TOKENS_MAX)
		indexer_flush(indexer);
	indexer->values[indexer->value_count].value = value_hash(token);
	indexer->values[indexer->value_count++].label = indexer->label;
}

/* Does a heading, a list item of the outermost level or a table row begin here? */
static bool begins_anew(struct text source, size_t position)
{
	while (position < source.bytes && ascii_is_digit(source.data[position]))
		position++;
	return position + 1 < source.bytes && memchr("#-*+|.", source.data[position], 6) && source.data[position + 1] != '*';
}

/* A line ended. A row of dashes makes the row above it the header of what follows; a line that is no row ends the table. */
static void indexer_line(struct indexer *indexer, const struct fact_token *token, bool empty, bool begins_anew)
{
	indexer_flush(indexer);
	indexer->same_line = indexer->after_name = false;
	if ((!token->column && empty) || begins_anew) /* what was being talked about ends */
		indexer->carried_count = 0;
	if (!token->column)
		memset(indexer->column_labels, 0, sizeof(indexer->column_labels));
	else if (empty)
		memcpy(indexer->column_labels, indexer->row_labels, sizeof(indexer->column_labels));
	if (empty || !token->column)
		memset(indexer->row_labels, 0, sizeof(indexer->row_labels));
}

int passage_index(struct passage *passage, struct text source)
{
	set_clear(passage, source.bytes);
	if (source.bytes > PASSAGE_BYTES_MAX)
		return ERROR_LIMIT_HIT;
	struct indexer indexer = { .passage = passage };
	struct fact_scanner scanner;
	struct fact_token token;
	bool line_empty = true;
	fact_scanner_init(&scanner, passage->domain, source);
	while (!passage->status && fact_scanner_next(&scanner, &token)) {
		if (token.kind == FACT_SEPARATOR) {
			indexer_flush(&indexer);
			indexer.same_line = true;
		} else if (token.kind == FACT_LINE) {
			indexer_line(&indexer, &token, line_empty, begins_anew(source, scanner.position));
			line_empty = true;
		} else {
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
	indexer_flush(&indexer);
	return passage->status;
}

/* --- checking --- */

struct checker {
	const struct passage *passage;
	struct passage_verdict *verdict;
	uint64_t subjects[SUBJECTS_MAX]; /* attributes that the answer talks about here */
	size_t subject_count;
	bool subjects_old; /* they are of an earlier sentence: the next attribute named replaces them */
	int label;
	bool label_used, in_command;
};

/* Class.attribute from a passage that names the class in one place and the attribute in another. */
static bool is_composed(const struct passage *passage, const struct fact_token *token)
{
	struct text attribute = attribute_of(token->text), class = class_of(token->text);
	uint64_t value = hash_word(SPACE_WORD, class);
	return set_has(passage, hash_word(SPACE_BARE, attribute)) && set_has(passage, value) &&
	       (set_has(passage, hash_join(SPACE_FREE, value, 0)) || set_has(passage, hash_join(SPACE_BOUND, hash_word(SPACE_WORD, attribute), value)));
}

static bool has_identifier(const struct passage *passage, const struct fact_token *token)
{
	if (set_has(passage, hash_word(SPACE_WORD, token->text)))
		return true;
	size_t bytes = token->text.bytes;
	if (bytes > 2 && token->text.data[bytes - 1] == 's' && ascii_is_upper(token->text.data[bytes - 2]))
		return set_has(passage, hash_word(SPACE_WORD, text_slice(token->text, 0, bytes - 1)));
	return token->dotted && is_composed(passage, token);
}

static bool belongs(const struct checker *checker, uint64_t value)
{
	const struct passage *passage = checker->passage;
	bool bound = !checker->subject_count || set_has(passage, hash_join(SPACE_FREE, value, 0)) ||
		     !set_has(passage, hash_join(SPACE_OWNED, value, 0));
	bool labelled = false, label_met = false;
	for (size_t s = 0; s < checker->subject_count; s++) {
		uint64_t subject = checker->subjects[s];
		bound = bound || set_has(passage, hash_join(SPACE_BOUND, subject, value));
		if (!checker->label)
			continue;
		uint64_t key = hash_join(SPACE_LABELLED, subject, (uint64_t)checker->label);
		labelled = labelled || set_has(passage, key);
		label_met = label_met || set_has(passage, hash_join(SPACE_LABEL, key, value));
	}
	return bound && (!labelled || label_met);
}

static bool has_number(const struct checker *checker, const struct fact_token *token, size_t bytes)
{
	const struct passage *passage = checker->passage;
	uint64_t number = hash_bytes(SPACE_NUMBER, token->number, bytes);
	if (!set_has(passage, number))
		return false;
	return !token->unit.bytes || bytes != token->number_bytes ||
	       set_has(passage, hash_join(SPACE_UNIT, number, hash_word(SPACE_WORD, token->unit)));
}

static bool is_supported(const struct checker *checker, const struct fact_token *token)
{
	const struct passage *passage = checker->passage;
	if (token->kind == FACT_NUMBER)
		return has_number(checker, token, token->number_bytes) &&
		       belongs(checker, hash_bytes(SPACE_NUMBER, token->number, token->number_bytes));
	if (token->kind == FACT_NAME && !token->in_code)
		return passage_has_stem(passage, token->text);
	if (checker->in_command && cmedit_is_grammar(token->text))
		return true;
	if (!has_identifier(passage, token))
		return false;
	return !is_value(token, is_subject(passage, token)) || belongs(checker, value_hash(token));
}

static void checker_subject(struct checker *checker, const struct fact_token *token)
{
	if (checker->subjects_old)
		checker->subject_count = 0;
	checker->subjects_old = false;
	if (checker->subject_count < SUBJECTS_MAX)
		checker->subjects[checker->subject_count++] = hash_word(SPACE_WORD, attribute_of(token->text));
}

/* A command goes on to the end of its line or code span. */
static bool continues_command(bool in_command, const struct fact_token *token)
{
	return token->in_code && (in_command || text_equal(token->text, TEXT_LITERAL("cmedit")));
}

/* Names of attributes count for the whole sentence, also for values before them: they are collected first. */
static void checker_sentence(struct checker *checker, const struct fact_scanner *scanner)
{
	struct fact_scanner ahead = *scanner;
	struct fact_token token;
	bool in_command = false;
	checker->subjects_old = true;
	checker->label = 0;
	while (fact_scanner_next(&ahead, &token) && token.kind != FACT_SEPARATOR && token.kind != FACT_LINE) {
		in_command = continues_command(in_command, &token);
		if (is_subject(checker->passage, &token) && !(in_command && cmedit_is_grammar(token.text)))
			checker_subject(checker, &token);
	}
}

static void checker_token(struct checker *checker, struct fact_scanner *scanner, struct fact_token *token)
{
	checker->in_command = continues_command(checker->in_command, token);
	int label = label_of(token);
	if (label) {
		checker->label = label;
		checker->label_used = false;
	}
	if (token->kind == FACT_WORD && !token->in_code) {
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
	checker->label_used = checker->label_used || is_value(token, is_subject(checker->passage, token));
}

void passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict)
{
	*ret_verdict = (struct passage_verdict){ .word = { answer.data, 0 } };
	struct checker checker = { .passage = passage, .verdict = ret_verdict };
	struct fact_scanner scanner;
	struct fact_token token;
	fact_scanner_init(&scanner, passage->domain, answer);
	checker_sentence(&checker, &scanner);
	while (fact_scanner_next(&scanner, &token)) {
		if (token.kind == FACT_SEPARATOR || token.kind == FACT_LINE) {
			checker.in_command = false;
			checker_sentence(&checker, &scanner);
		} else {
			checker_token(&checker, &scanner, &token);
		}
	}
}
