/* passage.c: see passage.h. The index of a passage: its places and sentences. */
#include "workers/inference/passage.h"

#include "config/domain_kept.h"
#include "proto/document.h"
#include "workers/inference/passage_lines.h"
#include "workers/inference/passage_places.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { SLOTS_MIN = 128, PLACES_MIN = 1024, SENTENCES_MIN = 128, TERM_WORDS_MAX = 8, NAME_WORD_BYTES_MIN = 4, ABOUT_WORDS = 3, QUICK_MAX = 16, SLOT_BYTES = 4 };
_Static_assert(QUICK_MAX <= SLOTS_MIN / 4 && QUICK_MAX <= PLACES_MIN, "doubled once there is room for them");

void passage_init(struct passage *passage, const struct domain *domain)
{
	*passage = (struct passage){ .domain = domain, .it = passage_stem_of(TEXT_LITERAL("it")) };
}

void passage_done(struct passage *passage)
{
	if (!passage)
		return;
	free(passage->places);
	free(passage->links);
	free(passage->stems);
	free(passage->valued.places);
	free(passage->valued.kinds);
	free(passage->valued.values);
	free(passage->sentences);
	free(passage->slots);
	void **kept = passage->domain ? domain_kept(passage->domain) : NULL;
	if (kept && !*kept)
		*kept = passage->memo; /* for the next passage: most words of a document have been met in those before */
	else
		free(passage->memo);
	*passage = (struct passage){ 0 };
}

uint32_t passage_find_exact(const struct passage *passage, uint32_t place, uint32_t exact)
{
	while (place && passage->places[place].exact != exact)
		place = passage->links[place].next;
	return place;
}

bool passage_has_stem(const struct passage *passage, struct text word)
{
	return passage_find(passage, passage_stem_of(word)) != NULL;
}

static void grow_slots(struct passage *passage)
{
	size_t capacity = passage->slot_capacity ? passage->slot_capacity * 2 : SLOTS_MIN;
	struct passage_slot *slots = calloc(capacity, sizeof(*slots));
	if (!slots) {
		passage->status = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < passage->slot_capacity; i++)
		if (passage->slots[i].head)
			slots[passage_slot_of(slots, capacity, passage->slots[i].stem)] = passage->slots[i];
	free(passage->slots);
	passage->slots = slots;
	passage->slot_capacity = passage->slots_allocated = capacity;
}

static bool resize(struct passage *passage, void **array, size_t count, size_t item_bytes)
{
	void *grown = realloc(*array, count * item_bytes);
	if (grown)
		*array = grown;
	else
		passage->status = -ENOMEM;
	return grown;
}

/* Room for one more sentence; the array is doubled when it is full. */
static bool has_sentence_room(struct passage *passage, uint32_t count)
{
	size_t wanted = passage->sentence_capacity ? passage->sentence_capacity * 2 : SENTENCES_MIN;
	if (count < passage->sentence_capacity)
		return true;
	if (!resize(passage, (void **)&passage->sentences, wanted, sizeof(*passage->sentences)))
		return false;
	passage->sentence_capacity = wanted;
	return true;
}

static bool grow_places(struct passage *passage)
{
	size_t wanted = passage->place_capacity ? passage->place_capacity * 2 : PLACES_MIN;
	uint32_t **numbers[] = { &passage->stems, &passage->valued.places, &passage->valued.kinds, &passage->valued.values };
	if (!resize(passage, (void **)&passage->places, wanted, sizeof(*passage->places)) || !resize(passage, (void **)&passage->links, wanted, sizeof(*passage->links)))
		return false;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (!resize(passage, (void **)numbers[i], wanted + VALUED_READ, sizeof(uint32_t)))
			return false;
	passage->place_capacity = wanted;
	return true;
}

/* One huge passage must not make every later one slow. */
static void passage_clear(struct passage *passage, size_t source_bytes)
{
	size_t wanted = SLOTS_MIN;
	while (wanted < source_bytes / SLOT_BYTES)
		wanted *= 2;
	if (passage->slots_allocated > wanted * 64) {
		free(passage->slots);
		passage->slots = NULL;
		passage->slots_allocated = 0;
	}
	passage->slot_capacity = size_min(wanted, passage->slots_allocated);
	if (passage->slots)
		memset(passage->slots, 0, passage->slot_capacity * sizeof(*passage->slots));
	passage->place_count = passage->sentence_count = 1;
	passage->slot_count = passage->states = 0;
	passage->units = passage->dimensions = passage->source_bytes = 0;
	passage->options = false;
	passage->status = 0;
	if (!passage->slots)
		grow_slots(passage);
	if (!passage->places)
		(void)grow_places(passage);
	(void)has_sentence_room(passage, 0);
}

/* Makes room for so many more places, up to QUICK_MAX, and their stems: the arrays are doubled when they are full. */
static inline bool make_room(struct passage *passage, uint32_t count)
{
	if (passage->place_count + count > passage->place_capacity && !grow_places(passage))
		return false;
	if (((size_t)passage->slot_count + count) * 2 > passage->slot_capacity)
		grow_slots(passage);
	return !passage->status;
}

static inline void enter_place(struct passage *passage, struct passage_place *place, bool introduced)
{
	struct passage_slot *slot = &passage->slots[passage_slot_of(passage->slots, passage->slot_capacity, place->stem)];
	passage->slot_count += !slot->head;
	passage->links[passage->place_count] = (struct passage_link){ slot->head, passage->sentence_count - 1, 0 };
	slot->stem = place->stem;
	passage->stems[passage->place_count] = place->stem;
	slot->head = passage->place_count++;
	slot->count++;
	if (introduced)
		slot->subject = true;
	if (place->kind == KIND_CONSTANT)
		slot->constant = true;
}

static bool add_place(struct passage *passage, const struct passage_place *place, bool introduced)
{
	if (!make_room(passage, 1))
		return false;
	struct passage_place *added = &passage->places[passage->place_count];
	*added = *place;
	enter_place(passage, added, introduced);
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
	bool after_name, first_the;
	size_t word_index;     /* in the sentence, up to ABOUT_WORDS */
	size_t line;           /* of the sentence; 0 the first one */
	size_t line_words;     /* of the paragraph so far */
	size_t line_begin;     /* in the source */
	bool several_sentences;
	bool list_met; /* below the term */
	struct text name_key;  /* "name", before what it introduces */
	struct fact_comparing comparing;
};

static void open_sentence(struct indexer *indexer)
{
	struct passage *passage = indexer->passage;
	if (!has_sentence_room(passage, passage->sentence_count))
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
static void index_range(struct indexer *indexer, const struct fact_token *token, const struct passage_place *place)
{
	struct passage *passage = indexer->passage;
	if (!token->number_bytes)
		return;
	bool joined = indexer->number_end && passage_joins_range(text_between(indexer->number_end, token->text.data));
	if (!joined)
		indexer->range_first = passage->place_count;
	for (uint32_t p = indexer->range_first; joined && place->unit && p < passage->place_count; p++)
		if (passage->places[p].flags & PLACE_NUMBER && !passage->places[p].unit) {
			passage->places[p].unit = place->unit;
			passage->places[p].kind = place->kind;
		}
	indexer->number_end = token->unit.bytes ? NULL : token->text.data + token->text.bytes;
}

static bool is_other_term(void *context, size_t start, size_t end, unsigned tier)
{
	(void)start;
	(void)end;
	*(bool *)context = tier > 1;
	return false;
}

static bool is_term_of_field(const struct domain *domain, const struct fact_token *token)
{
	bool other = false;
	if (token->word && token->word->term_known)
		return token->word->term;
	domain_scan_terms(domain, token->text, is_other_term, &other);
	if (token->word) {
		token->word->term_known = true;
		token->word->term = other;
	}
	return other;
}

/* Was the word before "name", in any case? Takes the next one. */
static bool follow_name(struct indexer *indexer, struct text word)
{
	bool after_name = indexer->after_name;
	indexer->after_name = word.bytes == indexer->name_key.bytes && !indexer->values && text_equal_nocase(word, indexer->name_key);
	return after_name;
}

/* Does the passage introduce an attribute or a counter here, something that values belong to? Class.attribute, pmCounter, an identifier
 * at the head of a line or cell that is neither a unit (dBm) nor a term of the field (eNodeB), and what follows "name:". */
static bool introduces_name(struct indexer *indexer, const struct fact_token *token)
{
	enum { UNIT_BYTES_MAX = 16 };
	const struct domain *domain = indexer->passage->domain;
	bool after_name = follow_name(indexer, token->text);
	if (after_name && token->colon)
		return token->kind == FACT_WORD || token->kind == FACT_IDENTIFIER;
	if (token->kind != FACT_IDENTIFIER)
		return false;
	char first = token->text.data[0];
	bool whole = !token->dotted && ascii_is_alpha(first); /* what begins with a digit may have a point too */
	if (!whole && !ascii_is_alpha(passage_attribute_of(token->text).data[0]))
		return false;
	if ((!whole || first == 'p') && domain_is_counter(token->text))
		return true;
	if (token->dotted) /* not a file's name */
		return ascii_is_upper(first) && ascii_is_lower(passage_attribute_of(token->text).data[0]);
	if (!token->first || !ascii_is_lower(first) ||
	    (token->text.bytes <= UNIT_BYTES_MAX && domain_list_has(domain, DOMAIN_LIST_UNITS, token->text)))
		return false;
	return !is_term_of_field(domain, token);
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
static void index_comparing(struct indexer *indexer, uint32_t says)
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
	index_range(indexer, token, &place);
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
	if (place.kind >= KIND_NAME && place.kind < KIND_OPTION && (introduced || token->first))
		index_words_of_name(passage, passage_attribute_of(token->text), &place);
	if (token->dotted && place.kind >= KIND_NAME && place.kind < KIND_OPTION) {
		struct text parts[] = { passage_class_of(token->text), passage_attribute_of(token->text) };
		for (size_t i = 0; i < COUNT_OF(parts); i++) {
			struct passage_place part;
			passage_part_of(passage, &place, parts[i], &part);
			(void)add_place(passage, &part, introduced && i == 1);
		}
	}
	if (token->ordinal.bytes) {
		struct passage_place ordinal = { .stem = passage_ordinal(token->ordinal), .flags = PLACE_ORDINAL };
		(void)add_place(passage, &ordinal, false);
	}
}

/* The same for a token that fact_scanner_quick took, for which there is room: most of index_token is about others. */
static void index_quick(struct indexer *indexer, const struct fact_quick *token, unsigned span)
{
	struct passage *passage = indexer->passage;
	const struct fact_word *word = token->word;
	if (!indexer->sentence_open)
		open_sentence(indexer);
	indexer->line_words++;
	indexer->clause += token->breaks || (word->breaks && !token->name);
	if (token->colon && !indexer->values && !token->column && !indexer->line)
		mark_intro(indexer);
	bool part = token->text.data < indexer->option_end, unit = word->listed && token->text.data != indexer->unit_place; /* that of a number is read with it */
	struct passage_place *place = &passage->places[passage->place_count];
	place->stem = word->stem; /* one by one: all of it at once is put together elsewhere first */
	place->exact = word->exact;
	place->kind = token->name && !part && token->text.data != indexer->unit_place ? KIND_PROPER : KIND_NONE;
	place->unit = unit ? word->unit : 0;
	place->offset = (uint32_t)(token->text.data - passage->source.data);
	place->column = column_of(indexer, token->column);
	place->clause = indexer->clause;
	place->values = indexer->values;
	place->flags = (word->label ? PLACE_FREQUENT : 0) | (token->name ? PLACE_NAMED : 0) | (part ? PLACE_PART : 0);
	place->comparison = 0;
	place->state = 0;
	place->span = (uint8_t)span;
	place->intro = false;
	if (unit) {
		passage->units |= passage_unit_bit(word->unit);
		passage->dimensions |= passage_unit_bit(word->dimension);
	}
	if (fact_comparing_passes(&indexer->comparing, word->says))
		indexer->comparing.before = word->says;
	else
		index_comparing(indexer, word->says);
	bool introduced = follow_name(indexer, token->text) && token->colon && !token->name;
	if (indexer->word_index < ABOUT_WORDS)
		indexer_about(indexer, token->text, word->goes_on);
	enter_place(passage, place, introduced);
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

static void close_line(struct indexer *indexer, const struct fact_token *token, bool empty, struct text source, size_t position)
{
	struct passage *passage = indexer->passage;
	bool ends = empty || token->column || indexer->heading_line || passage_line_begins_anew(source, position) || (!indexer->fence && passage_line_is_named(source, position)) || passage_line_is_blank(source, position) || (indexer->fence && passage_line_is_option(source, position));
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
	if (!token->column)
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

/* Takes the words that are next and need no more than index_quick. */
static bool index_quick_words(struct indexer *indexer, struct fact_scanner *scanner)
{
	struct fact_quick tokens[QUICK_MAX];
	bool any = false;
	for (size_t count = QUICK_MAX; count == QUICK_MAX;) {
		count = fact_scanner_quick(scanner, tokens, QUICK_MAX);
		if (!count)
			break;
		any = true;
		indexer->fence = false;
		if (scanner->marker.bytes)
			index_marker(indexer, scanner);
		if (!make_room(indexer->passage, (uint32_t)count))
			break;
		for (size_t i = 0; i < count; i++)
			index_quick(indexer, &tokens[i], scanner->span);
	}
	return any;
}

static void index_text(struct indexer *indexer, struct text source)
{
	struct fact_scanner scanner;
	struct fact_token token;
	bool line_empty = true;
	fact_scanner_init(&scanner, indexer->passage->domain, source);
	scanner.memo = indexer->passage->memo;
	begin_line(indexer, source, 0);
	while (!indexer->passage->status) {
		if (index_quick_words(indexer, &scanner))
			line_empty = false;
		if (!fact_scanner_next(&scanner, &token))
			break;
		if (token.kind == FACT_SEPARATOR) {
			indexer->several_sentences = true;
			indexer->sentence_open = false;
			indexer->comparing = (struct fact_comparing){ 0 };
		} else if (token.kind == FACT_LINE) {
			close_line(indexer, &token, line_empty, source, scanner.position);
			begin_line(indexer, source, scanner.position);
			line_empty = true;
		} else {
			indexer->fence = scanner.in_fence;
			if (scanner.marker.bytes)
				index_marker(indexer, &scanner);
			index_token(indexer, &token);
			line_empty = false;
			if (token.kind == FACT_NUMBER && token.first_group_bytes) { /* 0,100,200: a number, or a list of them */
				indexer->split_end = token.text.data + token.text.bytes;
				fact_scanner_split(&scanner, &token);
				struct fact_token first = token;
				first.first_group_bytes = 0;
				first.number_bytes = token.first_group_bytes + (token.number[0] == '-');
				first.unit = (struct text){ 0 };
				index_token(indexer, &first);
			}
		}
	}
}

/* What was left by the passage before, or a new one; without any words are worked out anew. */
static void take_memo(struct passage *passage)
{
	void **kept = domain_kept(passage->domain);
	passage->memo = *kept ? *kept : calloc(1, sizeof(*passage->memo));
	*kept = NULL;
}

int passage_index(struct passage *passage, struct text source)
{
	uint64_t source_hash = XXH3_64bits(source.data, source.bytes);
	passage->source = source;
	if (!passage->status && source.bytes && passage->source_bytes == source.bytes && passage->source_hash == source_hash)
		return 0;
	passage_clear(passage, source.bytes);
	if (source.bytes > PASSAGE_BYTES_MAX)
		return ERROR_LIMIT_HIT;
	if (!passage->memo)
		take_memo(passage);
	struct indexer indexer = { .passage = passage, .paragraph_new = true, .name_key = text_from(document_key_name(DOCUMENT_KEY_NAME)) };
	if (!passage->status)
		index_text(&indexer, source);
	if (passage->status)
		return passage->status;
	passage_sum_up(passage);
	passage->source_hash = source_hash;
	passage->source_bytes = source.bytes;
	return 0;
}
