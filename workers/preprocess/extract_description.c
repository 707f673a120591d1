/* extract_description.c: what a description says besides describing: "… Range: 1..100. Default: 15." in its sentences, or a table
 * that stood inside the cell and became lines: "Range, Default<br>1..100<br>15". */
#include "workers/preprocess/extract_context.h"

enum { INLINE_LABEL_BYTES_MAX = 32, LABEL_LINE_BYTES_MAX = 200, LABELS_MAX = 8 };

static bool is_value_key(int key)
{
	return key == DOCUMENT_KEY_RANGE || key == DOCUMENT_KEY_DEFAULT || key == DOCUMENT_KEY_UNIT;
}

/* --- sentences ----------------------------------------------------------------------------------------------------------- */

/* Does a sentence or a part of one begin at `at`? */
static bool part_begins(struct text text, size_t at)
{
	if (at == 0)
		return true;
	char before = text.data[at - 1];
	if (before == '(' || before == '>')
		return true;
	return before == ' ' && at > 1 && (text.data[at - 2] == '.' || text.data[at - 2] == ';' || text.data[at - 2] == ',');
}

/* The key of a label with its colon at `at`; *ret_end is behind the colon. -1 when none stands there. */
static int label_at(struct extract *extract, struct text text, size_t at, size_t *ret_end)
{
	if (!ascii_is_alpha(text.data[at]) || !part_begins(text, at))
		return -1;
	const char *colon = memchr(text.data + at, ':', size_min(text.bytes - at, INLINE_LABEL_BYTES_MAX));
	if (!colon)
		return -1;
	*ret_end = (size_t)(colon + 1 - text.data);
	int key = extract_key_of(extract, "parameters", text_slice(text, at, *ret_end - 1));
	return is_value_key(key) ? key : -1;
}

static size_t part_end(struct text text, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++)
		if ((text.data[i] == '.' || text.data[i] == ';') && i + 1 < end && text.data[i + 1] == ' ')
			return i;
	while (end > start && strchr(".;, (", text.data[end - 1]))
		end--;
	return end;
}

static void add_labelled_parts(struct extract *extract, struct text description)
{
	int open = -1;
	size_t value = 0, end = 0;
	for (size_t i = 0; i <= description.bytes; i++) {
		int key = i < description.bytes ? label_at(extract, description, i, &end) : -1;
		if (key < 0 && i < description.bytes)
			continue;
		if (open >= 0) {
			struct text part = text_slice(description, value, part_end(description, value, i));
			if (part.bytes > 0 && part.data[part.bytes - 1] == ')' && !memchr(part.data, '(', part.bytes))
				part.bytes--;
			extract_add_inline(extract, (enum document_key)open, part);
		}
		open = key;
		value = i < description.bytes ? end : i;
	}
}

/* --- lines --------------------------------------------------------------------------------------------------------------- */

/* The line at *position and behind its "<br>". False at the end. */
static bool next_cell_line(struct text cell, size_t *position, struct text *ret_line)
{
	if (*position >= cell.bytes)
		return false;
	struct text rest = text_slice(cell, *position, cell.bytes);
	ptrdiff_t at = text_find(rest, TEXT_LITERAL("<br>"));
	*ret_line = text_trim(text_slice(rest, 0, at < 0 ? rest.bytes : (size_t)at));
	*position += at < 0 ? rest.bytes : (size_t)at + 4;
	return true;
}

/* "Range, Default, Unit": how many labels stand in the line; 0 when anything else does. */
static size_t read_labels(struct extract *extract, struct text line, int keys[LABELS_MAX])
{
	struct text label;
	size_t count = 0;
	bool value = false;
	if (line.bytes == 0 || line.bytes > LABEL_LINE_BYTES_MAX)
		return 0;
	while (text_next_field(&line, ',', &label)) {
		int key = extract_key_of(extract, "parameters", extract_plain(extract, text_trim(label)));
		if (key < 0 || count == LABELS_MAX)
			return 0;
		keys[count++] = key;
		value |= is_value_key(key);
	}
	return value ? count : 0;
}

struct text extract_without_label(struct extract *extract, struct text description)
{
	const char *colon = memchr(description.data, ':', size_min(description.bytes, INLINE_LABEL_BYTES_MAX));
	struct text label = { description.data, colon ? (size_t)(colon - description.data) : 0 };
	if (label.bytes == 0 || extract_key_of(extract, "parameters", extract_plain(extract, extract_strip_marks(label))) != DOCUMENT_KEY_DESCRIPTION)
		return description;
	return text_trim(text_slice(description, label.bytes + 1, description.bytes));
}

size_t extract_description_end(struct extract *extract, struct text cell)
{
	int keys[LABELS_MAX];
	struct text line;
	for (size_t position = 0; next_cell_line(cell, &position, &line);)
		if (line.data > cell.data && read_labels(extract, line, keys) > 0)
			return (size_t)(line.data - cell.data) - 4;
	return cell.bytes;
}

static void add_lines(struct extract *extract, struct text cell)
{
	int keys[LABELS_MAX];
	struct text line;
	for (size_t position = 0; next_cell_line(cell, &position, &line);) {
		size_t count = read_labels(extract, line, keys);
		for (size_t i = 0; i < count && next_cell_line(cell, &position, &line); i++)
			extract_add_field(extract, (enum document_key)keys[i], line);
	}
}

void extract_add_described(struct extract *extract, struct text description)
{
	if (text_find(description, TEXT_LITERAL("<br>")) >= 0)
		add_lines(extract, description);
	add_labelled_parts(extract, description);
}
