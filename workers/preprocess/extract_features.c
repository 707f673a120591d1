/* extract_features.c: features: rows of dependency tables and of feature exports, lists of related features, mentions by
 * identity in running text, and the document's own feature with its licences. */
#define _GNU_SOURCE
#include "workers/preprocess/extract_context.h"

#include <errno.h>

enum { NAME_BYTES_MAX = 160, NAME_WORDS_MAX = 8 };

/* Digits of the match, put in the usual form. */
static bool next_code(const struct extract *extract, enum domain_pattern pattern, struct text text, size_t *position,
		      struct domain_match *ret_match)
{
	if (*position >= text.bytes || !domain_search(extract->domain, pattern, text, *position, ret_match))
		return false;
	*position = ret_match->end;
	return true;
}

bool extract_next_feature_id(struct extract *extract, struct text text, size_t *position, struct document_range *ret_place, struct buffer *out)
{
	struct domain_match match;
	if (!next_code(extract, DOMAIN_PATTERN_FEATURE_ID, text, position, &match))
		return false;
	buffer_clear(out);
	if (match.groups[1].bytes > 0 && match.groups[2].bytes > 0)
		buffer_append_format(out, "FAJ %.*s %.*s", TEXT_ARGS(match.groups[1]), TEXT_ARGS(match.groups[2]));
	else
		buffer_append_text(out, match.groups[0]);
	*ret_place = extract_range(extract, match.groups[0]);
	return true;
}

bool extract_next_licence(struct extract *extract, struct text text, size_t *position, struct document_range *ret_place, struct buffer *out)
{
	struct domain_match match;
	if (!next_code(extract, DOMAIN_PATTERN_LICENCE_ID, text, position, &match))
		return false;
	struct text code = match.groups[1].bytes > 0 ? match.groups[1] : match.groups[0];
	buffer_clear(out);
	for (size_t i = 0; i < code.bytes; i++)
		if (ascii_is_alnum(code.data[i])) /* "CXC 401 1808" */
			buffer_append_byte(out, code.data[i]);
	*ret_place = extract_range(extract, code);
	return true;
}

/* --- names --------------------------------------------------------------------------------------------------------- */

static bool is_separator(char c)
{
	return ascii_is_space(c) || (c && strchr(",;:-(/|", c));
}

static struct text trim_separators(struct text text)
{
	static const struct text dashes[] = { TEXT_LITERAL("–"), TEXT_LITERAL("—") };
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < COUNT_OF(dashes); i++) {
			if (text_starts_with(text, dashes[i])) {
				text = text_slice(text, dashes[i].bytes, text.bytes);
				again = true;
			}
			if (text_ends_with_nocase(text, dashes[i])) {
				text.bytes -= dashes[i].bytes;
				again = true;
			}
		}
		while (text.bytes > 0 && (is_separator(text.data[0]) || text.data[0] == ')'))
			text = text_slice(text, 1, text.bytes);
		while (text.bytes > 0 && (is_separator(text.data[text.bytes - 1]) || text.data[text.bytes - 1] == '['))
			text.bytes--;
	}
	return text;
}

/* "Carrier Aggregation (CA)", "Downlink CA (NR DL CA)": without the acronym. */
static struct text without_acronym(struct text name)
{
	if (name.bytes < 4 || name.data[name.bytes - 1] != ')')
		return name;
	const char *open = memrchr(name.data, '(', name.bytes);
	if (!open || open == name.data)
		return name;
	struct text inside = { open + 1, (size_t)(name.data + name.bytes - 1 - (open + 1)) };
	bool word = inside.bytes > 1, blank = false;
	size_t upper = 0, lower = 0;
	for (size_t i = 0; i < inside.bytes; i++) {
		char c = inside.data[i];
		word = word && (ascii_is_alnum(c) || c == '-' || c == '/' || c == ' ');
		blank |= c == ' ';
		upper += ascii_is_upper(c);
		lower += ascii_is_lower(c);
	}
	return word && upper >= 2 && !(blank && lower) ? text_trim((struct text){ name.data, (size_t)(open - name.data) }) : name;
}

struct text extract_feature_name(struct extract *extract, struct text where)
{
	struct domain_match match;
	struct text name = where;
	if (domain_search(extract->domain, DOMAIN_PATTERN_FEATURE_ID, where, 0, &match)) {
		name = trim_separators(text_slice(where, 0, match.start));
		if (name.bytes == 0)
			name = text_slice(where, match.end, where.bytes);
	}
	name = without_acronym(trim_separators(extract_strip_marks(trim_separators(name))));
	return extract_strip_marks(name);
}

static void add_feature(struct extract *extract, struct text where)
{
	struct buffer code;
	struct document_range place;
	size_t position = 0;
	buffer_init(&code, 64);
	struct text name = extract_feature_name(extract, where);
	bool identified = extract_next_feature_id(extract, where, &position, &place, &code);
	if (name.bytes > 0 && name.bytes <= NAME_BYTES_MAX)
		extract_items_add(&extract->items, DOCUMENT_KEY_NAME, extract_plain(extract, name), extract_range(extract, name));
	else if (identified)
		extract_items_add(&extract->items, DOCUMENT_KEY_NAME, text_slice(extract->markdown, place.offset, place.offset + place.bytes), place);
	if (identified)
		extract_items_add(&extract->items, DOCUMENT_KEY_FAJ, buffer_view(&code), place);
	buffer_done(&code);
}

/* --- tables -------------------------------------------------------------------------------------------------------- */

void extract_feature_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	struct text cell = row->cells[columns->name];
	struct document_range span = { row->start, row->end - row->start };
	if (extract_is_nothing(extract, extract_plain(extract, cell)))
		return;
	extract_items_open(&extract->items, columns->category, columns->confidence, span, false);
	add_feature(extract, cell);
	extract_add_cells(extract, columns, row);
	struct text line = text_slice(extract->markdown, row->start, row->end);
	if (columns->category == DOCUMENT_RELATED_FEATURES || columns->csv) { /* codes in the wrong column are codes all the same */
		if (!extract_items_open_has(&extract->items, DOCUMENT_KEY_FAJ))
			extract_add_field(extract, DOCUMENT_KEY_FAJ, line);
		if (!extract_items_open_has(&extract->items, DOCUMENT_KEY_CXC))
			extract_add_field(extract, DOCUMENT_KEY_CXC, line);
	}
	extract_items_close(&extract->items);
}

/* --- lists and mentions --------------------------------------------------------------------------------------------- */

/* Where the name of "**Name** (FAJ …): description" or "Name – description" ends. */
static size_t name_end(struct text line)
{
	static const struct text separators[] = { TEXT_LITERAL(": "), TEXT_LITERAL(" - "), TEXT_LITERAL(" – "), TEXT_LITERAL(" — "), TEXT_LITERAL(":**") };
	size_t end = line.bytes;
	for (size_t i = 0; i < COUNT_OF(separators); i++) {
		ptrdiff_t at = text_find(line, separators[i]);
		if (at >= 0)
			end = size_min(end, (size_t)at + (separators[i].bytes == 3 && separators[i].data[1] == '*' ? 3 : 0));
	}
	if (end == line.bytes && text_starts_with(line, TEXT_LITERAL("**"))) {
		ptrdiff_t close = text_find(text_slice(line, 2, line.bytes), TEXT_LITERAL("**"));
		end = close > 0 ? (size_t)close + 4 : end;
	}
	return end;
}

/* Is it a name rather than a sentence? */
static bool is_name(struct text name)
{
	size_t words = 1;
	for (size_t i = 0; i < name.bytes; i++)
		words += name.data[i] == ' ';
	return name.bytes > 1 && name.bytes <= NAME_BYTES_MAX && words <= NAME_WORDS_MAX && !memchr(name.data, '\n', name.bytes) &&
		(ascii_is_upper(name.data[0]) || ascii_is_digit(name.data[0]));
}

/* The paragraph that leads to the list, when it ends with a colon. */
static struct text list_lead(const struct extract *extract, const struct block *item)
{
	const struct block *block = item;
	while (block > extract->blocks.items && block->kind == BLOCK_LIST_ITEM)
		block--;
	struct text lead = block->kind == BLOCK_PARAGRAPH ? extract_strip_marks(extract_block_content(extract, block)) : TEXT_LITERAL("");
	return lead.bytes > 0 && lead.data[lead.bytes - 1] == ':' ? lead : TEXT_LITERAL("");
}

static void read_item(struct extract *extract, const struct block *block)
{
	struct text content = extract_block_content(extract, block);
	size_t end = name_end(content);
	struct domain_match match;
	bool identified = domain_search(extract->domain, DOMAIN_PATTERN_FEATURE_ID, content, 0, &match) && match.start <= end + 4;
	size_t lead = identified ? match.end : 0;
	while (lead > 0 && lead < content.bytes && is_separator(content.data[lead]))
		lead++;
	if (identified && match.start == 0 && lead < content.bytes) { /* "FAJ 121 3094: Name - description" */
		end = lead + name_end(text_slice(content, lead, content.bytes));
	} else if (identified) {
		end = size_max(end < content.bytes ? end : 0, match.end);
		if (end < content.bytes && content.data[end] == ')')
			end++;
	}
	struct text head = text_slice(content, 0, size_min(end, content.bytes));
	struct text name = extract_feature_name(extract, head);
	if (!identified && (end == content.bytes || !is_name(name)))
		return;
	double confidence = identified ? extract->settings->extract.list_confidence : extract->settings->extract.prose_confidence;
	extract_items_open(&extract->items, DOCUMENT_RELATED_FEATURES, (float)confidence, extract_block_range(block), false);
	add_feature(extract, head);
	struct text rest = trim_separators(text_slice(content, head.bytes, content.bytes));
	extract_add_field(extract, DOCUMENT_KEY_DESCRIPTION, rest);
	extract_add_field(extract, DOCUMENT_KEY_RELATIONSHIP, content);
	extract_add_field(extract, DOCUMENT_KEY_CXC, content);
	if (!extract_items_open_has(&extract->items, DOCUMENT_KEY_RELATIONSHIP)) /* "The following features must be active:" */
		extract_add_field(extract, DOCUMENT_KEY_RELATIONSHIP, list_lead(extract, block));
	if (!extract_items_open_has(&extract->items, DOCUMENT_KEY_RELATIONSHIP) && block->heading >= 0) /* "Prerequisite Features" */
		extract_add_field(extract, DOCUMENT_KEY_RELATIONSHIP, extract_block_content(extract, &extract->blocks.items[block->heading]));
	extract_items_close(&extract->items);
}

void extract_related(struct extract *extract)
{
	for (size_t i = 0; i < extract->blocks.count && !extract->items.status; i++)
		if (extract->blocks.items[i].kind == BLOCK_LIST_ITEM && extract->sections[i].category == DOCUMENT_RELATED_FEATURES)
			read_item(extract, &extract->blocks.items[i]);
}

/* The words with capitals right before "(FAJ …": "… requires Carrier Aggregation (FAJ 121 3046)". Small words may join
 * them ("Handover over Xn"); words that only begin a sentence ("See") are no part. */
static struct text capitals_before(struct extract *extract, struct text text, size_t at)
{
	size_t end = at;
	while (end > 0 && (text.data[end - 1] == ' ' || text.data[end - 1] == '(' || text.data[end - 1] == ','))
		end--;
	size_t start = end, limit = end > NAME_BYTES_MAX ? end - NAME_BYTES_MAX : 0;
	for (size_t i = end; i > limit;) {
		size_t from = i;
		while (from > limit && (ascii_is_alnum(text.data[from - 1]) || text.data[from - 1] == '-' || text.data[from - 1] == '/'))
			from--;
		struct text word = text_slice(text, from, i);
		if (word.bytes == 0 || extract_vocabulary_is(&extract->vocabulary, "words", "starts", word))
			break;
		if (ascii_is_upper(word.data[0]) || ascii_is_digit(word.data[0]))
			start = from;
		else if (!extract_vocabulary_is(&extract->vocabulary, "words", "joins", word))
			break;
		if (from == 0 || text.data[from - 1] != ' ')
			break;
		i = from - 1;
	}
	return text_slice(text, start, end);
}

/* The words with capitals right behind "LTE1089: ". */
static struct text capitals_behind(struct extract *extract, struct text text, size_t at)
{
	size_t limit = size_min(text.bytes, at + NAME_BYTES_MAX), end = at;
	if (at + 2 > text.bytes || text.data[at] != ':' || text.data[at + 1] != ' ')
		return TEXT_LITERAL("");
	for (size_t i = at + 2, start = i; i < limit; start = i + 1) {
		for (i = start; i < limit && (ascii_is_alnum(text.data[i]) || text.data[i] == '-' || text.data[i] == '/');)
			i++;
		struct text word = text_slice(text, start, i);
		bool joins = extract_vocabulary_is(&extract->vocabulary, "words", "joins", word);
		if (word.bytes == 0 || (!ascii_is_upper(word.data[0]) && !ascii_is_digit(word.data[0]) && !joins))
			break;
		end = joins ? end : i;
		if (i < limit && text.data[i] != ' ')
			break;
	}
	return text_slice(text, size_min(at + 2, end), end);
}

/* The words of the sentence before a name, behind the mention before it: "X requires the feature", "it cannot be used together with". */
static struct text words_before(struct text text, size_t said, size_t name)
{
	size_t start = name;
	while (start > said && text.data[start - 1] != '\n' &&
	       !(ascii_is_space(text.data[start - 1]) && start > 1 && strchr(".;:!?", text.data[start - 2])))
		start--;
	return text_slice(text, start, name);
}

/* Identities in running text that no table or list explained; under a heading about dependencies the words before say which kind. */
static void mention_features(struct extract *extract)
{
	struct buffer code;
	struct document_range place;
	size_t block = 0, said = 0;
	buffer_init(&code, 64);
	for (size_t position = 0; extract_next_feature_id(extract, extract->markdown, &position, &place, &code) && !extract->items.status;) {
		if (extract_items_know_feature(&extract->items, buffer_view(&code)))
			continue;
		struct text name = capitals_behind(extract, extract->markdown, place.offset + place.bytes);
		if (name.bytes == 0)
			name = capitals_before(extract, extract->markdown, place.offset);
		struct text as_written = text_slice(extract->markdown, place.offset, place.offset + place.bytes);
		struct document_range named = name.bytes ? extract_range(extract, name) : place;
		size_t start = size_min(named.offset, place.offset), end = size_max(named.offset + named.bytes, place.offset + place.bytes);
		extract_items_open(&extract->items, DOCUMENT_RELATED_FEATURES, (float)extract->settings->extract.prose_confidence,
				   (struct document_range){ (uint32_t)start, (uint32_t)(end - start) }, true);
		extract_items_add(&extract->items, DOCUMENT_KEY_NAME, name.bytes ? name : as_written, named);
		extract_items_add(&extract->items, DOCUMENT_KEY_FAJ, buffer_view(&code), place);
		while (block + 1 < extract->blocks.count && extract->blocks.items[block + 1].start <= place.offset)
			block++;
		if (extract->sections[block].category == DOCUMENT_RELATED_FEATURES)
			extract_add_field(extract, DOCUMENT_KEY_RELATIONSHIP, words_before(extract->markdown, said, start));
		said = end;
		extract_items_close(&extract->items);
	}
	buffer_done(&code);
}

/* --- the document's own feature -------------------------------------------------------------------------------------- */

/* Related features that are the document's own one, or its value package, are none. */
static void drop_own(struct extract *extract, struct text faj)
{
	struct text package = document_builder_meta(extract->document, DOCUMENT_META_VALUE_PACKAGE);
	for (size_t i = 0; i < extract->items.count; i++) {
		struct extract_item *item = &extract->items.items[i];
		if (item->category != DOCUMENT_RELATED_FEATURES)
			continue;
		struct text other = extract_items_value(&extract->items, item, DOCUMENT_KEY_FAJ);
		if (other.bytes > 0 && (text_equal(other, faj) || (item->weak && text_find(package, other) >= 0)))
			item->dropped = true;
	}
}

/* Licences in rows of related features, which are not the document's. */
static bool list_foreign_licences(const struct extract *extract, struct string_map *foreign)
{
	for (size_t i = 0; i < extract->items.count; i++) {
		const struct extract_item *item = &extract->items.items[i];
		if (item->category != DOCUMENT_RELATED_FEATURES || item->dropped)
			continue;
		struct text code = extract_items_value(&extract->items, item, DOCUMENT_KEY_CXC);
		if (code.bytes > 0 && !string_map_add(foreign, code, NULL))
			return false;
	}
	return true;
}

/* All licences into the metadata, and the document's own ones into the open item. */
static void add_licences(struct extract *extract, struct buffer *list)
{
	struct buffer code;
	struct string_map known, foreign;
	struct document_range place;
	buffer_init(&code, 64);
	string_map_init(&known);
	string_map_init(&foreign);
	bool memory = list_foreign_licences(extract, &foreign);
	for (size_t position = 0; memory && extract_next_licence(extract, extract->markdown, &position, &place, &code);) {
		bool added = false;
		memory = string_map_add(&known, buffer_view(&code), &added) != NULL;
		if (!added)
			continue;
		if (list->bytes > 0)
			buffer_append_byte(list, '\n');
		buffer_append_text(list, buffer_view(&code));
		if (!string_map_find(&foreign, buffer_view(&code)))
			extract_items_add(&extract->items, DOCUMENT_KEY_CXC, buffer_view(&code), place);
	}
	if (!memory)
		extract->items.status = -ENOMEM;
	string_map_done(&known);
	string_map_done(&foreign);
	buffer_done(&code);
}

static void add_meta(struct extract *extract, enum document_meta meta, enum document_key key)
{
	extract_items_add(&extract->items, key, document_builder_meta(extract->document, meta), extract->meta_places[meta]);
}

static void add_main_feature(struct extract *extract)
{
	struct buffer licences;
	buffer_init(&licences, 64 * 1024);
	float confidence = (float)(extract->feature ? extract->settings->extract.table_confidence : extract->settings->extract.prose_confidence);
	extract_items_open(&extract->items, DOCUMENT_MAIN_FEATURES, confidence, extract->feature_span, false);
	add_meta(extract, DOCUMENT_META_FEATURE_NAME, DOCUMENT_KEY_NAME);
	add_meta(extract, DOCUMENT_META_FAJ_CODE, DOCUMENT_KEY_FAJ);
	add_licences(extract, &licences);
	add_meta(extract, DOCUMENT_META_VALUE_PACKAGE, DOCUMENT_KEY_VALUE_PACKAGE);
	add_meta(extract, DOCUMENT_META_NODE_TYPE, DOCUMENT_KEY_NODE_TYPE);
	add_meta(extract, DOCUMENT_META_ACCESS_TYPE, DOCUMENT_KEY_ACCESS_TYPE);
	add_meta(extract, DOCUMENT_META_LICENSING, DOCUMENT_KEY_LICENSING);
	add_meta(extract, DOCUMENT_META_FEATURE_STATE, DOCUMENT_KEY_STATE);
	extract_items_close(&extract->items);
	document_builder_set_meta(extract->document, DOCUMENT_META_CXC_CODES, buffer_view(&licences));
	buffer_done(&licences);
}

/* Without an identity, a title with an acronym over parameters or an activation is a feature description too. */
static bool looks_like_feature(const struct extract *extract)
{
	bool named = document_builder_meta(extract->document, DOCUMENT_META_ACRONYM).bytes > 0;
	bool content = false;
	for (size_t i = 0; i < extract->items.count; i++) {
		const struct extract_item *item = &extract->items.items[i];
		content |= !item->weak && (item->category == DOCUMENT_PARAMETERS || item->category == DOCUMENT_COUNTERS ||
					   item->category == DOCUMENT_ACTIVATION_PROCEDURES);
	}
	return named && content;
}

void extract_main_feature(struct extract *extract)
{
	struct document_builder *document = extract->document;
	bool kind_is_open = document_builder_meta(document, DOCUMENT_META_KIND).bytes == 0;
	bool feature = kind_is_open && (extract->feature || looks_like_feature(extract));
	if (feature)
		add_main_feature(extract);
	else
		document_builder_set_meta(document, DOCUMENT_META_FEATURE_NAME, TEXT_LITERAL(""));
	if (kind_is_open)
		document_builder_set_meta(document, DOCUMENT_META_KIND, feature ? TEXT_LITERAL("feature") : TEXT_LITERAL("generic"));
	mention_features(extract);
	drop_own(extract, document_builder_meta(document, DOCUMENT_META_FAJ_CODE));
}
