/* passage_index.c: see passage_index.h. Words become places in sentences: what stands in rows, items, terms and headings, which number has which unit, what is introduced. */
#include "workers/inference/passage_index.h"

#include "proto/document.h"
#include "workers/inference/fact_quick.h"
#include "workers/inference/passage_lines.h"

enum { TERM_WORDS_MAX = 8, NAME_WORD_BYTES_MIN = 4, ABOUT_WORDS = 3, QUICK_MAX = 16 };
_Static_assert(QUICK_MAX + 1 <= (int)PASSAGE_ROOM_MAX, "the words taken at once, and a list marker");

static bool add_place(struct passage *passage, const struct passage_place *place, bool introduced)
{
	if (!passage_make_room(passage, 1))
		return false;
	struct passage_place *added = &passage->places[passage->place_count];
	*added = *place;
	passage_enter_place(passage, added, introduced);
	return true;
}

struct indexer {
	struct passage *passage;
	uint32_t title, heading, header, lead, last_row; /* sentences */
	uint32_t last_number;  /* place; for "or more" behind it */
	uint32_t intro_end;    /* place: the sentence's places before it are marked already */
	uint16_t clause, values;
	const char *option_end; /* of the last option */
	const char *number_end, *unit_place; /* of the last number, when it has no unit; where its unit is */
	const char *split_end; /* of a number that may be a list: its pieces are no values to weigh */
	uint32_t range_first;  /* place of the first of the numbers that may share a unit */
	bool sentence_open, paragraph_new, row, fence, item, heading_line;
	bool line_empty;
	bool after_name, first_the; /* behind "name" */
	size_t word_index;     /* in the sentence, up to ABOUT_WORDS */
	size_t line;           /* of the sentence; 0 the first one */
	size_t line_words;     /* of the paragraph so far */
	size_t line_begin;     /* in the source */
	bool several_sentences;
	bool list_met; /* below the term */
	struct fact_comparing comparing;
};

static void open_sentence(struct indexer *indexer)
{
	struct passage *passage = indexer->passage;
	if (passage->sentence_count == passage->sentence_capacity && !passage_grow_sentences(passage))
		return;
	if (indexer->item)
		indexer->list_met = true;
	else if (indexer->list_met && indexer->paragraph_new && !indexer->row && !indexer->fence) { /* the list below a term is over */
		indexer->heading = indexer->title;
		indexer->list_met = false;
	}
	uint32_t flags = (indexer->row ? SENTENCE_ROW : 0) | (indexer->fence ? SENTENCE_FENCE : 0) | (indexer->item ? SENTENCE_ITEM : 0) |
			 (indexer->heading_line ? SENTENCE_HEADING | SENTENCE_TITLE : 0);
	if (indexer->paragraph_new)
		indexer->lead = passage->sentence_count;
	else
		flags |= SENTENCE_GOES_ON;
	passage->sentences[passage->sentence_count] = (struct passage_sentence){ .first = passage->place_count, .heading = indexer->heading_line ? 0 : indexer->heading,
		.header = indexer->row ? indexer->header : 0, .lead = indexer->lead, .flags = flags };
	if (indexer->row)
		indexer->last_row = passage->sentence_count;
	passage->sentence_count++;
	indexer->sentence_open = true;
	indexer->paragraph_new = false;
	indexer->clause = indexer->values = 0;
	indexer->line = indexer->word_index = 0;
	indexer->after_name = false;
	indexer->last_number = 0;
	indexer->intro_end = passage->place_count;
	indexer->comparing = (struct fact_comparing){ 0 };
}

/* What stands before the colon is said of all values behind it. */
static void mark_intro(struct indexer *indexer)
{
	for (; indexer->intro_end < indexer->passage->place_count; indexer->intro_end++)
		indexer->passage->places[indexer->intro_end].intro = true;
}

static struct text text_between(const char *from, const char *to)
{
	return (struct text){ from, to > from ? (size_t)(to - from) : 0 };
}

/* "10, 20 and 30 ms": the unit is that of all of them. */
static void index_range(struct indexer *indexer, struct text number, const struct passage_place *place, bool unit)
{
	struct passage *passage = indexer->passage;
	bool joined = indexer->number_end && passage_joins_range(text_between(indexer->number_end, number.data));
	if (!joined)
		indexer->range_first = passage->place_count;
	for (uint32_t p = indexer->range_first; joined && place->unit && p < passage->place_count; p++)
		if (passage->places[p].flags & PLACE_NUMBER && !passage->places[p].unit) {
			passage->places[p].unit = place->unit;
			passage->places[p].kind = place->kind;
		}
	indexer->number_end = unit ? NULL : number.data + number.bytes;
}

static bool is_other_term(void *context, size_t start, size_t end, unsigned tier)
{
	(void)start;
	(void)end;
	*(bool *)context = tier > 1;
	return false;
}

static bool is_term_of_field(const struct domain *domain, struct text text, struct fact_word *word)
{
	bool other = false;
	if (word && word->term_known)
		return word->term;
	domain_scan_terms(domain, text, is_other_term, &other);
	if (word) {
		word->term_known = true;
		word->term = other;
	}
	return other;
}

/* Was the word before "name", in any case? Takes the next one. */
static inline bool follow_name(struct indexer *indexer, bool says_name)
{
	bool after_name = indexer->after_name;
	indexer->after_name = says_name && !indexer->values;
	return after_name;
}

/* Does the passage introduce an attribute or a counter here, something that values belong to? An identifier by what it is (passage_introduces), and what follows "name:". */
static bool introduces_name(struct indexer *indexer, const struct fact_token *token)
{
	const struct domain *domain = indexer->passage->domain;
	bool after_name = follow_name(indexer, text_equal_nocase(token->text, text_from(document_key_name(DOCUMENT_KEY_NAME))));
	if (after_name && token->colon)
		return token->kind == FACT_WORD || token->kind == FACT_IDENTIFIER;
	if (token->kind != FACT_IDENTIFIER)
		return false;
	enum passage_introduced introduced = passage_introduces(domain, token->text, token->dotted);
	return introduced == INTRODUCED || (introduced == INTRODUCED_AT_HEAD && token->first && !is_term_of_field(domain, token->text, token->word));
}

/* "It is …", "Its default …", "The modes are …" */
static void indexer_about(struct indexer *indexer, struct text word, bool goes_on)
{
	bool about = false;
	if (indexer->word_index == 0) {
		indexer->first_the = text_equal_nocase(word, TEXT_LITERAL("the"));
		about = goes_on;
	} else if (indexer->word_index == 2 && indexer->first_the) {
		about = text_equal(word, TEXT_LITERAL("is")) || text_equal(word, TEXT_LITERAL("are"));
	}
	indexer->word_index++;
	if (about)
		indexer->passage->sentences[indexer->passage->sentence_count - 1].flags |= SENTENCE_ABOUT;
}

/* "or more" behind a number. */
static inline void index_comparing(struct indexer *indexer, uint32_t says)
{
	struct passage *passage = indexer->passage;
	enum fact_comparison after = fact_comparing_word(&indexer->comparing, says);
	if (after && indexer->last_number && indexer->last_number < passage->place_count)
		passage->places[indexer->last_number].comparison |= (uint8_t)(1u << after);
}

static uint16_t column_of(const struct indexer *indexer, unsigned column)
{
	return (uint16_t)size_min(indexer->line && !column ? indexer->line + 1 : column, UINT16_MAX);
}

/* "long", "cycle" of longDrxCycle, "stack" of max_stack_depth: answers speak of an attribute in the words of its name. */
static void index_words_of_name(struct passage *passage, struct text name, const struct passage_place *whole)
{
	for (size_t from = 0, at = 1; at <= name.bytes; at++) {
		bool ends = at == name.bytes || name.data[at] == '_' || (ascii_is_upper(name.data[at]) && ascii_is_lower(name.data[at - 1]));
		if (!ends)
			continue;
		struct text word = text_slice(name, from, at);
		from = at + (at < name.bytes && name.data[at] == '_');
		if (word.bytes < NAME_WORD_BYTES_MIN || word.bytes == name.bytes)
			continue;
		struct fact_word unkept;
		const struct fact_word *known = passage_word_of(passage->domain, passage->memo, word, &unkept);
		uint32_t stem = known->identifier ? passage_stem_of_word(word) : known->stem;
		struct passage_place part = { .stem = stem, .clause = whole->clause, .values = whole->values, .column = whole->column,
					      .flags = PLACE_PART | (whole->flags & PLACE_CODE), .span = whole->span };
		(void)add_place(passage, &part, false);
	}
}

struct named {
	bool introduced, first, dotted; /* first: of its line or cell */
};

/* What else a name stands for where it stands: the words of an attribute, class and attribute. */
static void index_parts(struct passage *passage, struct text name, const struct passage_place *place, struct named named)
{
	if (named.introduced || named.first)
		index_words_of_name(passage, passage_attribute_of(name), place);
	if (!named.dotted)
		return;
	struct text parts[] = { passage_class_of(name), passage_attribute_of(name) };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct passage_place part;
		passage_part_of(passage, place, parts[i], &part);
		(void)add_place(passage, &part, named.introduced && i == 1);
	}
}

static void index_token(struct indexer *indexer, const struct fact_token *token)
{
	struct passage *passage = indexer->passage;
	struct passage_place place;
	if (!indexer->sentence_open)
		open_sentence(indexer);
	indexer->line_words++;
	passage_place_of(passage->domain, token, &place);
	uint32_t dimension = place.unit ? passage_dimension_of(token, &place) : 0;
	if (token->breaks || (token->kind == FACT_WORD && (token->word ? token->word->breaks : passage_breaks_clause(token->text))))
		indexer->clause++;
	if (place.state && indexer->comparing.reversed) /* "not enabled" says neither */
		place.state = 0, place.kind = KIND_NONE;
	if (token->colon && !indexer->values && !place.column && !indexer->line)
		mark_intro(indexer);
	if (indexer->option_end && token->text.data < indexer->option_end) /* "sync" of "--no-sync" */
		passage_make_part(&place);
	if (token->option)
		indexer->option_end = token->dashed.data + token->dashed.bytes;
	if (token->text.data == indexer->unit_place) { /* read with its number */
		place.unit = 0;
		place.kind = KIND_NONE;
	}
	indexer->unit_place = token->unit.bytes ? token->unit.data : indexer->unit_place;
	if (token->number_bytes)
		index_range(indexer, token->text, &place, token->unit.bytes);
	if (indexer->split_end && token->text.data < indexer->split_end && !token->first_group_bytes)
		place.kind = KIND_NONE;
	passage->options = passage->options || token->option;
	if (place.unit) {
		passage->units |= passage_unit_bit(place.unit);
		passage->dimensions |= passage_unit_bit(dimension);
	}
	if (place.state)
		passage->states |= passage_state_bit(place.state);
	place.offset = (uint32_t)(token->text.data - passage->source.data);
	place.clause = indexer->clause;
	place.column = column_of(indexer, place.column);
	place.values = indexer->values;
	indexer->values += passage_is_value(&place);
	if (token->number_bytes || place.kind == KIND_CLAUSE || passage_is_version(token)) {
		indexer->last_number = passage->place_count;
		place.comparison = (uint8_t)(1u << fact_comparing_number(&indexer->comparing, token->number_bytes));
	} else {
		index_comparing(indexer, passage_says(token));
	}
	bool introduced = introduces_name(indexer, token);
	if (indexer->word_index < ABOUT_WORDS)
		indexer_about(indexer, token->text, !indexer->word_index && fact_words_goes_on(token->text));
	if (!add_place(passage, &place, introduced && !token->dotted))
		return;
	if (place.kind >= KIND_NAME && place.kind < KIND_OPTION)
		index_parts(passage, token->text, &place, (struct named){ introduced, token->first, token->dotted });
	if (token->ordinal.bytes) {
		struct passage_place ordinal = { .stem = passage_ordinal(token->ordinal), .flags = PLACE_ORDINAL };
		(void)add_place(passage, &ordinal, false);
	}
}

/* Begins the place of a token that fact_scanner_quick took, for which there is room: all but what it is. Most of index_token is about others. */
static inline struct passage_place *begin_quick(struct indexer *indexer, const struct fact_quick *token, unsigned breaks)
{
	struct passage *passage = indexer->passage;
	if (!indexer->sentence_open)
		open_sentence(indexer);
	indexer->line_words++;
	indexer->clause = (uint16_t)(indexer->clause + (breaks & FACT_BREAKS));
	if (token->before & FACT_COLON && !indexer->values && !token->column && !indexer->line)
		mark_intro(indexer);
	struct passage_place *place = &passage->places[passage->place_count];
	place->offset = (uint32_t)(token->text.data - passage->source.data); /* one by one: all of it at once is put together elsewhere first */
	place->column = column_of(indexer, token->column);
	place->clause = indexer->clause;
	place->values = indexer->values;
	place->flags = (uint8_t)(token->in_code * (PLACE_CODE | PLACE_NAMED) | (token->text.data < indexer->option_end) * PLACE_PART);
	place->comparison = 0;
	place->state = 0;
	place->span = (uint8_t)token->span;
	place->intro = false;
	return place;
}

static inline void add_unit(struct passage *passage, uint32_t unit, uint32_t dimension)
{
	passage->units |= passage_unit_bit(unit);
	passage->dimensions |= passage_unit_bit(dimension);
}

static inline void end_quick(struct indexer *indexer, const struct fact_quick *token, struct passage_place *place, bool introduced)
{
	if (indexer->word_index < ABOUT_WORDS)
		indexer_about(indexer, token->text, token->kind != FACT_NUMBER && token->word->goes_on);
	passage_enter_place(indexer->passage, place, introduced);
}

/* Of a word that is `quick`. */
static inline void index_word(struct indexer *indexer, const struct fact_quick *token)
{
	const struct fact_word *word = token->word;
	bool name = token->kind == FACT_NAME, of_number = token->text.data == indexer->unit_place; /* read with it */
	struct passage_place *place = begin_quick(indexer, token, token->before | (word->breaks & !name));
	place->stem = word->stem;
	place->exact = word->exact;
	place->kind = name ? KIND_PROPER : token->in_code ? KIND_CODE : KIND_NONE;
	if (of_number | (token->text.data < indexer->option_end))
		place->kind = KIND_NONE;
	place->unit = word->listed & !of_number ? word->unit : 0;
	place->flags |= (uint8_t)(word->label * PLACE_FREQUENT | name * PLACE_NAMED);
	if (place->unit)
		add_unit(indexer->passage, word->unit, word->dimension);
	index_comparing(indexer, word->says);
	end_quick(indexer, token, place, follow_name(indexer, word->says_name) && token->before & FACT_COLON && !name);
}

/* The same of any other word, and of numbers: place by place as in index_token. */
static void index_named(struct indexer *indexer, const struct fact_quick *token)
{
	struct passage *passage = indexer->passage;
	struct fact_word *word = token->word;
	bool number = token->kind == FACT_NUMBER, of_number = token->text.data == indexer->unit_place, first = token->before & (FACT_LINE_START | FACT_CELL_START);
	struct passage_place *place = begin_quick(indexer, token, token->before | (token->kind == FACT_WORD && word->breaks)), is;
	passage_place_of_quick(token, &is);
	if (is.state && indexer->comparing.reversed) /* "not enabled" says neither */
		is.state = 0, is.kind = KIND_NONE;
	if (is.unit && !of_number)
		add_unit(passage, is.unit, number ? is.kind : word->dimension);
	place->stem = is.stem;
	place->exact = is.exact;
	place->unit = of_number ? 0 : is.unit;
	place->kind = of_number ? KIND_NONE : is.kind;
	place->state = is.state;
	place->flags |= is.flags;
	if (place->flags & PLACE_PART)
		passage_make_part(place);
	if (number)
		index_range(indexer, token->text, place, token->unit);
	if (number && token->unit)
		indexer->unit_place = token->unit;
	if (token->text.data < indexer->split_end)
		place->kind = KIND_NONE;
	if (place->state)
		passage->states |= passage_state_bit(place->state);
	indexer->values += passage_is_value(place);
	if (number || word->version) {
		indexer->last_number = passage->place_count;
		place->comparison = (uint8_t)(1u << fact_comparing_number(&indexer->comparing, number));
	} else {
		index_comparing(indexer, word->says);
	}
	bool introduced = follow_name(indexer, !number && word->says_name) && token->before & FACT_COLON && !number && token->kind != FACT_NAME;
	if (token->kind == FACT_IDENTIFIER)
		introduced = introduced || word->introduced == INTRODUCED || (word->introduced == INTRODUCED_AT_HEAD && first && !is_term_of_field(passage->domain, token->text, word));
	struct named how = { introduced, first, !number && word->dotted };
	struct passage_place whole = *place; /* more places may move them all */
	end_quick(indexer, token, place, introduced && !how.dotted);
	if (whole.kind >= KIND_NAME && whole.kind < KIND_OPTION)
		index_parts(passage, token->text, &whole, how);
}

/* A line of few words alone, without a full stop: a term, and what follows describes it. */
static bool is_term(const struct indexer *indexer, struct text source, size_t line_end)
{
	const struct passage *passage = indexer->passage;
	if (indexer->sentence_open && passage->places[passage->sentences[passage->sentence_count - 1].first].flags & PLACE_FREQUENT) /* "default 10" */
		return false;
	return !indexer->row && !indexer->fence && !indexer->item && !indexer->heading_line && !indexer->several_sentences && indexer->sentence_open &&
	       indexer->line_words <= TERM_WORDS_MAX && !passage_line_is_formula(text_slice(source, indexer->line_begin, line_end)) && (passage_line_is_blank(source, line_end + 1) || (line_end && source.data[line_end - 1] == ':'));
}

static void close_line(struct indexer *indexer, bool row, struct text source, size_t position)
{
	struct passage *passage = indexer->passage;
	bool empty = indexer->line_empty;
	bool ends = empty || row || indexer->heading_line || passage_line_begins_anew(source, position) || (!indexer->fence && passage_line_is_named(source, position)) || passage_line_is_blank(source, position) || (indexer->fence && passage_line_is_option(source, position));
	if (!ends) {
		indexer->line++;
		return;
	}
	if (!empty && is_term(indexer, source, position - 1)) {
		struct passage_sentence *term = &passage->sentences[passage->sentence_count - 1];
		term->flags |= SENTENCE_HEADING;
		indexer->list_met = false;
		term->heading = indexer->title;
		indexer->heading = passage->sentence_count - 1;
	}
	if (indexer->heading_line && indexer->sentence_open)
		indexer->heading = indexer->title = passage->sentence_count - 1;
	if (!row)
		indexer->header = indexer->last_row = 0;
	else if (empty)
		indexer->header = indexer->last_row;
	indexer->sentence_open = false;
	indexer->paragraph_new = true;
	indexer->line_words = 0;
	indexer->several_sentences = false;
}

static void begin_line(struct indexer *indexer, struct text source, size_t position)
{
	indexer->line_begin = position;
	indexer->line_empty = true;
	indexer->heading_line = position < source.bytes && source.data[position] == '#';
	indexer->row = position < source.bytes && source.data[position] == '|';
	indexer->item = !indexer->sentence_open && (passage_line_is_item(source, position) || (!indexer->fence && passage_line_is_named(source, position)));
}

static void index_marker(struct indexer *indexer, struct fact_scanner *scanner)
{
	struct passage_place place = { .stem = passage_ordinal(scanner->marker), .flags = PLACE_ORDINAL };
	scanner->marker.bytes = 0;
	if (!indexer->sentence_open)
		open_sentence(indexer);
	(void)add_place(indexer->passage, &place, false);
}

/* A line ends before `position`. */
static void take_line(struct indexer *indexer, bool row, struct text source, size_t position)
{
	close_line(indexer, row, source, position);
	begin_line(indexer, source, position);
}

static void take_separator(struct indexer *indexer)
{
	indexer->several_sentences = true;
	indexer->sentence_open = false;
	indexer->comparing = (struct fact_comparing){ 0 };
}

/* Takes the tokens that are next and need no more than a look. */
static void index_quick(struct indexer *indexer, struct fact_scanner *scanner)
{
	struct fact_quick tokens[QUICK_MAX];
	size_t count;
	while ((count = fact_scanner_quick(scanner, tokens, QUICK_MAX, FACT_QUICK_ALL)) > 0) {
		if (!passage_make_room(indexer->passage, (uint32_t)count + 1))
			return;
		for (size_t i = 0; i < count; i++) {
			const struct fact_quick *token = &tokens[i];
			if (token->kind == FACT_LINE) {
				take_line(indexer, token->column, scanner->text, (size_t)(token->text.data - scanner->text.data) + 1);
				continue;
			}
			if (token->kind == FACT_SEPARATOR) {
				take_separator(indexer);
				continue;
			}
			indexer->fence = scanner->in_fence; /* the tokens of one call are in one */
			indexer->line_empty = false;
			if (scanner->marker.bytes)
				index_marker(indexer, scanner);
			if (token->kind != FACT_NUMBER && token->word->quick)
				index_word(indexer, token);
			else
				index_named(indexer, token);
		}
	}
}

void passage_index_text(struct passage *passage, struct text source)
{
	struct indexer indexer = { .passage = passage, .paragraph_new = true };
	struct fact_scanner scanner;
	struct fact_token token;
	fact_scanner_init(&scanner, passage->domain, source);
	scanner.memo = passage->memo;
	begin_line(&indexer, source, 0);
	while (!passage->status) {
		index_quick(&indexer, &scanner);
		if (!fact_scanner_next(&scanner, &token))
			break;
		if (token.kind == FACT_SEPARATOR) {
			take_separator(&indexer);
			continue;
		}
		if (token.kind == FACT_LINE) {
			take_line(&indexer, token.column, source, scanner.position);
			continue;
		}
		indexer.fence = scanner.in_fence;
		indexer.line_empty = false;
		if (scanner.marker.bytes)
			index_marker(&indexer, &scanner);
		index_token(&indexer, &token);
		if (token.kind == FACT_NUMBER && token.first_group_bytes) { /* 0,100,200: a number, or a list of them */
			indexer.split_end = token.text.data + token.text.bytes;
			fact_scanner_split(&scanner, &token);
			struct fact_token first = token;
			first.first_group_bytes = 0;
			first.number_bytes = token.first_group_bytes + (token.number[0] == '-');
			first.unit = (struct text){ 0 };
			index_token(&indexer, &first);
		}
	}
}
