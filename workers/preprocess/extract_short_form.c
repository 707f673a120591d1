/* extract_short_form.c: the short form of feature documents: header lines ("Feature Identity: FAJ …"), and entries: a bold
 * bullet, a bold paragraph or a heading that is a name, with its attributes in labelled lines or nested bullets below it:
 *
 *     - **cellRange**
 *       MO Class: EUtranCellFDD
 *       Default: 15
 */
#define _GNU_SOURCE
#include "workers/preprocess/extract_context.h"

enum { HEADER_BLOCKS_MAX = 40, LABEL_BYTES_MAX = 80, ENTRY_FIELDS_MAX = 24, ENTRY_BLOCKS_MAX = 200, TYPE_BYTES_MAX = 60 };

/* --- lines ----------------------------------------------------------------------------------------------------------- */

/* "**Label:** value", "Label: value" → both parts; false without a colon near the start. */
static bool split_label(struct text line, struct text *ret_label, struct text *ret_value)
{
	line = text_trim(line);
	const char *colon = line.bytes ? memchr(line.data, ':', size_min(line.bytes, LABEL_BYTES_MAX)) : NULL;
	if (!colon || colon == line.data)
		return false;
	struct text label = { line.data, (size_t)(colon - line.data) };
	struct text value = text_slice(line, label.bytes + 1, line.bytes);
	if (text_starts_with(label, TEXT_LITERAL("**"))) {
		label = text_slice(label, 2, label.bytes);
		if (text_starts_with(value, TEXT_LITERAL("**")))
			value = text_slice(value, 2, value.bytes);
		else if (text_ends_with_nocase(label, TEXT_LITERAL("**")))
			label.bytes -= 2;
	}
	*ret_label = text_trim(label);
	*ret_value = text_trim(value);
	while (ret_value->bytes > 0 && ret_value->data[ret_value->bytes - 1] == '\\') /* a hard line break */
		*ret_value = text_trim(text_slice(*ret_value, 0, ret_value->bytes - 1));
	return ret_label->bytes > 0;
}

void extract_short_form_header(struct extract *extract)
{
	for (size_t i = 0; i < size_min(extract->blocks.count, HEADER_BLOCKS_MAX); i++) {
		const struct block *block = &extract->blocks.items[i];
		if ((block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_LIST_ITEM) || extract->sections[i].category >= 0)
			continue;
		struct text rest = extract_block_content(extract, block), line, label, value, before = TEXT_LITERAL("");
		for (; text_next_line(&rest, &line); before = line) {
			bool defined = text_starts_with(text_trim(line), TEXT_LITERAL(": ")); /* the term stands in the line above */
			label = before;
			value = defined ? text_slice(text_trim(line), 2, text_trim(line).bytes) : line;
			if (defined || split_label(line, &label, &value))
				extract_identity_line(extract, "header_lines", text_trim(label), text_trim(value), extract_range(extract, text_trim(line)));
		}
	}
}

/* --- entries --------------------------------------------------------------------------------------------------------- */

struct entry_field {
	enum document_key key;
	struct text value; /* inline text, may go on over several lines of its block */
};

struct entry {
	struct extract_name name;
	enum document_category category;
	bool marked;      /* bold, ticks or a heading set the name off */
	size_t block_index, end_block; /* blocks that belong to it */
	struct text rest; /* what follows the name in its own block */
	struct document_range span;
	struct entry_field fields[ENTRY_FIELDS_MAX];
	size_t field_count;
};

static struct text behind_separator(struct text rest)
{
	static const struct text separators[] = {
		TEXT_LITERAL("**"), TEXT_LITERAL("`"), TEXT_LITERAL(":"), TEXT_LITERAL("–"), TEXT_LITERAL("—"), TEXT_LITERAL("- "),
		TEXT_LITERAL("\\*"),
	};
	for (bool again = true; again;) {
		again = false;
		rest = text_trim(rest);
		for (size_t i = 0; i < COUNT_OF(separators); i++)
			if (text_starts_with(rest, separators[i])) {
				rest = text_slice(rest, separators[i].bytes, rest.bytes);
				again = true;
			}
	}
	return rest;
}

/* Emphasis, code, and emphasis of a plain text, which its converter escaped. */
static bool is_mark(char c)
{
	return c == '*' || c == '`' || c == '\\';
}

/* Does a name of running text end here, so that what follows explains it? */
static bool ends_name(struct text rest)
{
	while (rest.bytes > 0 && is_mark(rest.data[0]))
		rest = text_slice(rest, 1, rest.bytes);
	return rest.bytes == 0 || rest.data[0] == ':' || rest.data[0] == '\n' || rest.data[0] == '(' ||
		text_starts_with(rest, TEXT_LITERAL(" (")) || text_starts_with(rest, TEXT_LITERAL(" - ")) || text_starts_with(rest, TEXT_LITERAL(" –")) ||
		text_starts_with(rest, TEXT_LITERAL(" —")) || text_trim(rest).bytes == 0 || text_starts_with(text_trim(rest), TEXT_LITERAL("\n"));
}

static void add_field(struct entry *entry, int key, struct text value)
{
	if (key >= 0 && value.bytes > 0 && entry->field_count < ENTRY_FIELDS_MAX)
		entry->fields[entry->field_count++] = (struct entry_field){ (enum document_key)key, value };
}

/* "**min_pmtu - INTEGER**: …": the type stands in the bold part behind the name. Empty when nothing does; *ret_rest is what follows. */
static struct text type_in_bold(struct text content, struct text rest, struct text *ret_rest)
{
	const char *close = text_starts_with(content, TEXT_LITERAL("**")) && text_starts_with(rest, TEXT_LITERAL(" - ")) ? memmem(rest.data, rest.bytes, "**", 2) : NULL;
	size_t bytes = close ? (size_t)(close - rest.data) : 0;
	if (!close || bytes > TYPE_BYTES_MAX || memchr(rest.data, '\n', bytes))
		return (struct text){ 0 };
	*ret_rest = text_slice(rest, bytes + 2, rest.bytes);
	return text_trim(text_slice(rest, 3, bytes));
}

/* The name that the text begins with. */
static bool read_entry_name(struct extract *extract, struct text content, struct entry *ret_entry)
{
	size_t start = 0, end;
	while (start < content.bytes && is_mark(content.data[start]))
		start++;
	for (end = start; end < content.bytes && (ascii_is_word(content.data[end]) || content.data[end] == '.');)
		end++;
	while (end > start && content.data[end - 1] == '.')
		end--;
	struct text word = text_slice(content, start, end), rest = text_slice(content, end, content.bytes);
	if (word.bytes < 2 || !ends_name(rest))
		return false;
	ret_entry->marked = start > 0;
	struct text type = type_in_bold(content, rest, &rest);
	add_field(ret_entry, DOCUMENT_KEY_TYPE, type);
	ret_entry->rest = behind_separator(rest);
	struct domain_match match;
	if (domain_search(extract->domain, DOMAIN_PATTERN_EVENT, word, 0, &match) && match.start == 0 && match.end == word.bytes) {
		ret_entry->category = DOCUMENT_EVENTS;
		ret_entry->name = (struct extract_name){ word, word, TEXT_LITERAL(""), word };
		return true;
	}
	if (!extract_parse_cell_name(extract, word, &ret_entry->name))
		return false;
	ret_entry->category = extract_category_of(ret_entry->name.attribute);
	return true;
}

/* "Unit: ms", and a line without a label below it: a unit or a default ends with its line, and a sentence is no range. */
static bool ends_value(int key, struct text line)
{
	if (key == DOCUMENT_KEY_DEFAULT || key == DOCUMENT_KEY_UNIT || key == DOCUMENT_KEY_MO_CLASS || key == DOCUMENT_KEY_READ_ONLY)
		return true;
	return key == DOCUMENT_KEY_RANGE && ascii_is_upper(line.data[0]) && line.data[line.bytes - 1] == '.';
}

/* "Type: Boolean. Lets admission control look …": a value ends with its sentence, what follows describes. */
static size_t value_end(int key, struct text value)
{
	bool brief = key == DOCUMENT_KEY_TYPE || key == DOCUMENT_KEY_RELATION || key == DOCUMENT_KEY_DEFAULT || key == DOCUMENT_KEY_UNIT || key == DOCUMENT_KEY_RANGE;
	for (size_t i = 0; brief && i + 2 < value.bytes; i++)
		if (value.data[i] == '.' && value.data[i + 1] == ' ' && ascii_is_upper(value.data[i + 2]))
			return i;
	return value.bytes;
}

/* Lines of one block: a labelled one is a field and goes on up to the next labelled one; those before any label describe, as does
 * what stands below a value that has ended. */
static void read_lines(struct extract *extract, struct entry *entry, struct text text)
{
	const char *vocabulary = entry->category == DOCUMENT_EVENTS ? "events" : entry->category == DOCUMENT_COUNTERS ? "counters" : "parameters";
	struct text rest = text, line, label, value, open = TEXT_LITERAL("");
	int key = DOCUMENT_KEY_DESCRIPTION;
	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		int found = split_label(line, &label, &value) ? extract_key_of(extract, vocabulary, extract_plain(extract, label)) : -1;
		if (found >= 0 && found != DOCUMENT_KEY_NAME) {
			add_field(entry, key, open);
			size_t end = value_end(found, value);
			bool described = end < value.bytes;
			if (described)
				add_field(entry, found, text_slice(value, 0, end));
			key = described ? DOCUMENT_KEY_DESCRIPTION : found;
			open = described ? text_trim(text_slice(value, end + 1, value.bytes)) : value;
		} else if (line.bytes > 0) {
			if (open.bytes && ends_value(key, line)) {
				add_field(entry, key, open);
				key = DOCUMENT_KEY_DESCRIPTION;
				open = TEXT_LITERAL("");
			}
			const char *start = open.bytes ? open.data : line.data;
			open = (struct text){ start, (size_t)(line.data + line.bytes - start) };
		}
	}
	add_field(entry, key, open);
}

/* "Property | Value" below a heading that is a name: a labelled value in each row. */
static void read_property_table(struct extract *extract, struct entry *entry, const struct block *table)
{
	struct block_row row;
	for (size_t position = 0; block_next_row(extract->markdown, table, &position, &row);) {
		int key = row.count == 2 ? extract_key_of(extract, "parameters", extract_plain(extract, extract_strip_marks(row.cells[0]))) : -1;
		if (key >= 0 && key != DOCUMENT_KEY_NAME)
			add_field(entry, key, row.cells[1]);
	}
}

static bool is_property_table(const struct extract *extract, const struct block *block)
{
	struct block_row row;
	size_t position = 0;
	return block->kind == BLOCK_TABLE && block->rows <= ENTRY_FIELDS_MAX && block_next_row(extract->markdown, block, &position, &row) && row.count == 2;
}

/* Is the block behind an entry part of it? */
static bool belongs(struct extract *extract, const struct entry *entry, const struct block *block)
{
	const struct block *own = &extract->blocks.items[entry->block_index];
	struct entry other = { .field_count = 0 };
	if (block->kind == BLOCK_HEADING)
		return false;
	if (own->kind == BLOCK_LIST_ITEM && block->kind == BLOCK_LIST_ITEM)
		return block->level > own->level;
	struct text content = extract_block_content(extract, block), label, value;
	if (own->kind == BLOCK_HEADING)
		return (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM) &&
			!(read_entry_name(extract, content, &other) && other.marked);
	bool labelled = split_label(content, &label, &value) && extract_key_of(extract, "parameters", extract_plain(extract, label)) >= 0;
	bool indented = own->kind == BLOCK_LIST_ITEM && ascii_is_space(extract->markdown.data[block->start]);
	return (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM) && (labelled || indented);
}

static void read_body(struct extract *extract, struct entry *entry)
{
	const struct block *own = &extract->blocks.items[entry->block_index];
	if (own->kind != BLOCK_HEADING)
		read_lines(extract, entry, entry->rest);
	size_t i = entry->block_index + 1, limit = size_min(extract->blocks.count, i + ENTRY_BLOCKS_MAX);
	for (; i < limit; i++) {
		const struct block *block = &extract->blocks.items[i];
		if (own->kind == BLOCK_HEADING && is_property_table(extract, block))
			read_property_table(extract, entry, block);
		else if (belongs(extract, entry, block))
			read_lines(extract, entry, extract_block_content(extract, block));
		else
			break;
	}
	entry->end_block = i;
	entry->span = (struct document_range){ own->start, extract->blocks.items[i - 1].end - own->start };
}

static bool has_field(const struct entry *entry, enum document_key key)
{
	for (size_t i = 0; i < entry->field_count; i++)
		if (entry->fields[i].key == key)
			return true;
	return false;
}

/* A bare attribute is one when a label says so or its section does; a plain word ("Note") needs a label. */
static bool is_credible(struct extract *extract, const struct entry *entry)
{
	if (entry->category == DOCUMENT_EVENTS)
		return true;
	bool labels = has_field(entry, DOCUMENT_KEY_MO_CLASS) || has_field(entry, DOCUMENT_KEY_RANGE) || has_field(entry, DOCUMENT_KEY_DEFAULT);
	if (entry->name.mo_class.bytes > 0)
		return labels || extract_has_hump(entry->name.attribute) || extract_knows_class(extract, entry->name.mo_class);
	if (domain_is_counter(entry->name.attribute))
		return true;
	int8_t category = extract->sections[entry->block_index].category;
	return entry->marked && (labels || (category == DOCUMENT_PARAMETERS && (extract_has_hump(entry->name.attribute) ||
		domain_list_has(extract->domain, DOMAIN_LIST_ATTRIBUTES, entry->name.attribute))));
}

static void add_entry(struct extract *extract, const struct entry *entry, struct text mo_class)
{
	extract_items_open(&extract->items, entry->category, (float)extract->settings->extract.list_confidence, entry->span, false);
	if (entry->category == DOCUMENT_EVENTS)
		extract_items_add(&extract->items, DOCUMENT_KEY_NAME, entry->name.text, extract_range(extract, entry->name.place));
	else
		extract_add_name(extract, &entry->name, mo_class);
	for (size_t i = 0; i < entry->field_count; i++)
		if (entry->fields[i].key != DOCUMENT_KEY_MO_CLASS)
			extract_add_field(extract, entry->fields[i].key, entry->fields[i].value);
	for (size_t i = 0; i < entry->field_count && entry->category != DOCUMENT_EVENTS; i++)
		if (entry->fields[i].key == DOCUMENT_KEY_DESCRIPTION)
			extract_add_described(extract, entry->fields[i].value);
	extract_items_close(&extract->items);
	extract_meet_class(extract, entry->name.mo_class.bytes ? entry->name.mo_class : mo_class);
}

/* "MO Class: EUtranCellFDD, EUtranCellTDD" makes one item a class. */
static void add_entries(struct extract *extract, const struct entry *entry)
{
	bool any = false;
	for (size_t i = 0; i < entry->field_count && entry->name.mo_class.bytes == 0; i++) {
		struct text rest = entry->fields[i].value, part;
		while (entry->fields[i].key == DOCUMENT_KEY_MO_CLASS && text_next_field(&rest, ',', &part)) {
			part = extract_strip_marks(part);
			if (!extract_is_identifier(part) || !ascii_is_upper(part.data[0]))
				continue;
			add_entry(extract, entry, part);
			any = true;
		}
	}
	if (!any)
		add_entry(extract, entry, entry->name.mo_class.bytes ? TEXT_LITERAL("") : extract_section_class(extract, entry->block_index));
}

/* A name on a line of its own, and labelled lines below it: an entry of a plain text that marks nothing. */
static bool is_named_paragraph(struct text content)
{
	struct text rest = content, name, line, label, value;
	if (!text_next_line(&rest, &name) || !text_trim(name).bytes || memchr(name.data, ' ', text_trim(name).bytes))
		return false;
	while (text_next_line(&rest, &line))
		if (split_label(text_trim(line), &label, &value) && value.bytes)
			return true;
	return false;
}

void extract_entries(struct extract *extract)
{
	for (size_t i = 0; i < extract->blocks.count && !extract->items.status;) {
		const struct block *block = &extract->blocks.items[i];
		struct entry entry = { .block_index = i++ };
		struct text content = extract_block_content(extract, block);
		bool named = block->kind == BLOCK_PARAGRAPH && is_named_paragraph(content);
		bool may = block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_HEADING || named ||
			(block->kind == BLOCK_PARAGRAPH && text_starts_with(content, TEXT_LITERAL("**")));
		if (!may || !read_entry_name(extract, content, &entry))
			continue;
		entry.marked |= block->kind == BLOCK_HEADING || named;
		read_body(extract, &entry);
		if (!is_credible(extract, &entry))
			continue;
		add_entries(extract, &entry);
		i = entry.end_block;
	}
}
