/* extract_prose.c: names in running text, formulas and commands: "MoClass.attribute", "pmXxx" and events. What looks like a
 * name and is none is told apart by where it stands (paths, addresses, code) and by what it is made of; a class is believed
 * when the domain pack or the document itself knows it. Linear passes over the whole text, one per pattern. */
#define _GNU_SOURCE
#include "workers/preprocess/extract_context.h"

enum { TOKEN_BACK_MAX = 256, SENTENCE_BYTES_MAX = 1000, TITLE_BYTES_MAX = 300 };

struct prose {
	struct extract *extract;
	size_t block;        /* the block that the position lies in, moving forward */
	size_t accepted_end; /* end of the mention accepted last: "A.x/B.y" */
};

/* --- where a name stands --------------------------------------------------------------------------------------------- */

static const struct block *block_at(struct prose *prose, size_t position)
{
	const struct blocks *blocks = &prose->extract->blocks;
	while (prose->block < blocks->count && blocks->items[prose->block].end <= position)
		prose->block++;
	return prose->block < blocks->count && blocks->items[prose->block].start <= position ? &blocks->items[prose->block] : NULL;
}

/* The blank-delimited token's start, not further back than TOKEN_BACK_MAX. */
static size_t token_start(struct text text, size_t position)
{
	size_t limit = position > TOKEN_BACK_MAX ? position - TOKEN_BACK_MAX : 0;
	while (position > limit && !ascii_is_space(text.data[position - 1]) && text.data[position - 1] != '|' && text.data[position - 1] != '`')
		position--;
	return position;
}

/* "MoClass.long<br>Name" in a cell: what stands before the break is half a name. "A.x<br>B.y" are two. */
static bool goes_on_behind_break(struct text text, size_t end)
{
	if (!text_starts_with(text_slice(text, end, text.bytes), TEXT_LITERAL("<br>")) || end + 4 >= text.bytes || !ascii_is_upper(text.data[end + 4]))
		return false;
	for (end += 4; end < text.bytes && ascii_is_word(text.data[end]);)
		end++;
	return end == text.bytes || text.data[end] != '.';
}

/* Part of an address, a path, a link's target or a longer dotted name? */
static bool in_path(const struct prose *prose, size_t start, size_t end)
{
	struct text text = prose->extract->markdown;
	char before = start > 0 ? text.data[start - 1] : ' ', after = end < text.bytes ? text.data[end] : ' ';
	char behind = end + 1 < text.bytes ? text.data[end + 1] : ' ';
	if (before == '.' || before == '\\' || before == '@' || before == '#' || before == '$' || before == '-' || before == ':')
		return before != ':' || (start > 1 && text.data[start - 2] == ':'); /* "values:EUtranCellFDD.x" is not "a::b" */
	if (before == '/' && prose->accepted_end != start - 1 && !(start > 1 && (ascii_is_digit(text.data[start - 2]) || text.data[start - 2] == ')')))
		return start < 2 || !domain_is_counter(text_slice(text, start, end)) || text.data[start - 2] == '/' || ascii_is_word(text.data[start - 2]);
	if (before == '(' && start > 1 && text.data[start - 2] == ']')
		return true;
	if (after == '(' || after == '\\' || after == '@' || (after == ':' && behind == ':') || (after == '.' && ascii_is_word(behind)))
		return true;
	if (after == '/' && !(ascii_is_upper(behind) || ascii_is_digit(behind) || behind == 'p' || behind == '(' || ascii_is_space(behind)))
		return true;
	if (goes_on_behind_break(text, end))
		return true;
	struct text token = text_slice(text, token_start(text, start), start);
	return text_find(token, TEXT_LITERAL("://")) >= 0 || text_find(token, TEXT_LITERAL("](")) >= 0;
}

/* The sentence round a mention, inside its block; for a table, the row. */
static struct document_range sentence_at(struct prose *prose, size_t start, size_t end)
{
	struct text text = prose->extract->markdown;
	const struct block *block = block_at(prose, start);
	size_t first = block ? block->content_start : start, last = block ? size_max(block->content_end, end) : end;
	first = size_min(first, start);
	bool lines = block && (block->kind == BLOCK_TABLE || block->kind == BLOCK_CODE);
	size_t from = start, to = end, back = start > SENTENCE_BYTES_MAX ? start - SENTENCE_BYTES_MAX : 0;
	while (from > first && from > back) {
		char c = text.data[from - 1], before = from > 1 ? text.data[from - 2] : ' ';
		if (lines ? c == '\n' : ascii_is_space(c) && (before == '.' || before == '?' || before == '!'))
			break;
		from--;
	}
	while (to < last && to < end + SENTENCE_BYTES_MAX) {
		char c = text.data[to];
		if (lines ? c == '\n' : ascii_is_space(c) && strchr(".?!", text.data[to - 1]))
			break;
		to++;
	}
	while (from < start && ((unsigned char)text.data[from] & 0xC0) == 0x80)
		from++;
	while (to > end && to < text.bytes && ((unsigned char)text.data[to] & 0xC0) == 0x80)
		to--;
	return (struct document_range){ (uint32_t)from, (uint32_t)(to - from) };
}

/* In code, a class that nobody knows is believed only in a command. */
static bool is_other_code(struct prose *prose, size_t start)
{
	const struct block *block = block_at(prose, start);
	if (!block || block->kind != BLOCK_CODE)
		return false;
	struct text text = prose->extract->markdown;
	size_t from = start, to = start;
	while (from > block->content_start && text.data[from - 1] != '\n')
		from--;
	while (to < block->content_end && text.data[to] != '\n')
		to++;
	struct domain_match match;
	return !domain_search(prose->extract->domain, DOMAIN_PATTERN_COMMAND, text_slice(text, from, to), 0, &match);
}

/* --- parameters and counters -------------------------------------------------------------------------------------------- */

static void add_mention(struct prose *prose, const struct extract_name *name, bool known)
{
	struct extract *extract = prose->extract;
	enum document_category category = extract_category_of(name->attribute);
	struct document_range place = extract_range(extract, name->place);
	prose->accepted_end = place.offset + place.bytes;
	extract_meet_class(extract, name->mo_class);
	if (extract_items_know(&extract->items, category, name->mo_class, name->attribute))
		return;
	double confidence = known ? extract->settings->extract.prose_confidence : extract->settings->extract.guess_confidence;
	extract_items_open(&extract->items, category, (float)confidence, sentence_at(prose, place.offset, prose->accepted_end), true);
	extract_add_name(extract, name, TEXT_LITERAL(""));
	extract_items_close(&extract->items);
}

/* "the feature.eNodeB": a term of the field that a missing blank put behind a word. */
static bool term_covers(void *context, size_t start, size_t end, unsigned tier)
{
	size_t *bytes = context;
	if (start == 0 && end == *bytes && tier > 1)
		*bytes = 0;
	return false;
}

static bool is_term(const struct extract *extract, struct text word)
{
	size_t bytes = word.bytes;
	domain_scan_terms(extract->domain, word, term_covers, &bytes);
	return bytes == 0;
}

/* Is this a managed object's attribute, judged by its parts alone? */
static bool is_plausible(struct extract *extract, const struct extract_name *name, bool known)
{
	if (extract_vocabulary_is(&extract->vocabulary, "words", "file_extensions", name->attribute))
		return false;
	if (known || domain_is_counter(name->attribute))
		return name->attribute.bytes > 1;
	if (is_term(extract, name->attribute))
		return false;
	if (domain_list_has(extract->domain, DOMAIN_LIST_ATTRIBUTES, name->attribute))
		return true;
	return extract_is_class_shaped(name->mo_class) && extract_has_hump(name->attribute);
}

static void find_qualified(struct prose *prose)
{
	struct extract *extract = prose->extract;
	struct text text = extract->markdown;
	struct domain_match match;
	struct extract_name name;
	for (size_t position = 0; position < text.bytes && domain_search(extract->domain, DOMAIN_PATTERN_ATTRIBUTE, text, position, &match);) {
		size_t start = match.start;
		position = match.end;
		do { /* "A.x/B.y": the pattern does not begin behind a slash */
			if (!extract_parse_qualified(text, start, &name))
				break;
			size_t end = (size_t)(name.text.data - text.data) + name.text.bytes;
			bool known = extract_knows_class(extract, name.mo_class);
			bool accepted = !in_path(prose, start, end) && is_plausible(extract, &name, known) && (known || !is_other_code(prose, start));
			position = size_max(position, end);
			if (!accepted)
				break;
			add_mention(prose, &name, known);
			start = end + 1;
		} while (start < text.bytes && text.data[start - 1] == '/');
	}
}

static void find_counters(struct prose *prose)
{
	struct extract *extract = prose->extract;
	struct text text = extract->markdown;
	struct domain_match match;
	for (size_t position = 0; position < text.bytes && domain_search(extract->domain, DOMAIN_PATTERN_COUNTER, text, position, &match); position = match.end) {
		struct extract_name name = { match.groups[0], match.groups[0], TEXT_LITERAL(""), match.groups[0] };
		if (memchr(name.text.data, '.', name.text.bytes)) /* a pattern that takes the class along */
			continue;
		if (!in_path(prose, match.start, match.end))
			add_mention(prose, &name, true);
	}
}

/* "EUtranCellFDD.\ncellRange": a line ends behind the dot. */
static void find_broken(struct prose *prose)
{
	struct extract *extract = prose->extract;
	struct text text = extract->markdown;
	for (size_t at = 0; at + 2 < text.bytes;) {
		const char *dot = memmem(text.data + at, text.bytes - at, ".\n", 2);
		if (!dot)
			return;
		at = (size_t)(dot - text.data) + 2;
		size_t start = at - 2, end = at;
		while (start > 0 && ascii_is_word(text.data[start - 1]))
			start--;
		while (end < text.bytes && ascii_is_space(text.data[end]) && text.data[end] != '\n')
			end++;
		size_t attribute_start = end;
		while (end < text.bytes && ascii_is_word(text.data[end]))
			end++;
		struct extract_name name = { .text = text_slice(text, attribute_start, end), .mo_class = text_slice(text, start, at - 2) };
		name.place = name.attribute = name.text;
		if (name.text.bytes == 0 || !ascii_is_lower(name.text.data[0]) || !extract_has_hump(name.text) || is_term(extract, name.text) ||
		    !extract_knows_class(extract, name.mo_class))
			continue;
		add_mention(prose, &name, true);
	}
}

static void find_events(struct prose *prose)
{
	struct extract *extract = prose->extract;
	struct text text = extract->markdown;
	struct domain_match match;
	for (size_t position = 0; position < text.bytes && domain_search(extract->domain, DOMAIN_PATTERN_EVENT, text, position, &match); position = match.end) {
		if (match.end < text.bytes && (text.data[match.end] == '*' || text.data[match.end] == '_'))
			continue; /* "INTERNAL_EVENT_*": a family */
		if (extract_items_know(&extract->items, DOCUMENT_EVENTS, match.groups[0], TEXT_LITERAL("")))
			continue;
		extract_items_open(&extract->items, DOCUMENT_EVENTS, (float)extract->settings->extract.prose_confidence,
				   sentence_at(prose, match.start, match.end), true);
		extract_items_add(&extract->items, DOCUMENT_KEY_NAME, match.groups[0], extract_range(extract, match.groups[0]));
		extract_items_close(&extract->items);
	}
}

/* Class names of the pack, and what the text itself calls one ("the XyzFunction MO"). */
static void find_classes(struct extract *extract)
{
	struct text text = extract->markdown;
	for (size_t i = 0; i < text.bytes;) {
		if (!ascii_is_word(text.data[i])) {
			i++;
			continue;
		}
		size_t end = i;
		while (end < text.bytes && ascii_is_word(text.data[end]))
			end++;
		struct text word = text_slice(text, i, end);
		bool path = i > 0 && (text.data[i - 1] == '/' || text.data[i - 1] == '.' || text.data[i - 1] == '-');
		if (ascii_is_upper(word.data[0]) && word.bytes > 1 && !path && word.bytes <= TITLE_BYTES_MAX) {
			struct text rest = text_slice(text, end, size_min(text.bytes, end + 6));
			bool said = extract_is_class_shaped(word) &&
				(text_starts_with(rest, TEXT_LITERAL(" MO ")) || text_starts_with(rest, TEXT_LITERAL("` MO ")) ||
				 text_starts_with(rest, TEXT_LITERAL(" MO.")) || text_starts_with(rest, TEXT_LITERAL("` MO.")));
			if (said || (domain_list_has(extract->domain, DOMAIN_LIST_MO_CLASSES, word) && extract_is_class_shaped(word)))
				extract_meet_class(extract, word);
		}
		i = end;
	}
}

void extract_prose(struct extract *extract)
{
	find_classes(extract);
	struct prose prose = { .extract = extract, .accepted_end = SIZE_MAX };
	find_qualified(&prose);
	prose = (struct prose){ .extract = extract, .accepted_end = SIZE_MAX };
	find_counters(&prose);
	prose = (struct prose){ .extract = extract, .accepted_end = SIZE_MAX };
	find_broken(&prose);
	prose = (struct prose){ .extract = extract, .accepted_end = SIZE_MAX };
	find_events(&prose);
}
