#include "workers/preprocess/plain_lines.h"

#include "workers/preprocess/plain_pages.h"

#include "base/error.h"
#include "base/utf8.h"

enum {
	TAB_COLUMNS = 8,
	WRAP_COLUMNS_MIN = 60, WRAP_COLUMNS_MAX = 120,
	WRAP_PERCENT = 95,     /* of the lines are no longer than the wrap width */
	INDENT_MAX = 40,       /* deeper ones are not the body's */
	HEADING_BYTES_MAX = 90,
	CAPITALS_BYTES_MAX = 60,
};

/* --- splitting ------------------------------------------------------------------------------------------------- */

/* "_\bx" and "x\bx", as formatters of manual pages write it: the character before a backspace is overstruck. */
static void remove_last_character(struct buffer *out, size_t line_start)
{
	size_t end = out->bytes;

	while (end > line_start && ((unsigned char)out->data[end - 1] & 0xC0) == 0x80)
		end--;
	buffer_truncate(out, end > line_start ? end - 1 : line_start);
}

/* What the escape at `at` tells a terminal, colours and bold for the most part: "ESC [ 1 m", or "ESC ] … BEL" and "ESC ] … ESC \". Its bytes. */
static size_t escape_bytes(struct text line, size_t at)
{
	size_t end = at + 2;

	if (at + 1 >= line.bytes || (line.data[at + 1] != '[' && line.data[at + 1] != ']'))
		return 1;
	if (line.data[at + 1] == '[') {
		while (end < line.bytes && line.data[end] >= 0x20 && line.data[end] < 0x40)
			end++;
		return end - at + (end < line.bytes && line.data[end] >= 0x40 && line.data[end] < 0x7F);
	}
	while (end < line.bytes && line.data[end] != '\a' && line.data[end] != 0x1B)
		end++;
	if (end + 1 < line.bytes && line.data[end] == 0x1B && line.data[end + 1] == '\\')
		end++;
	return end < line.bytes ? end + 1 - at : 2;
}

static void append_line(struct buffer *out, struct text line)
{
	size_t start = out->bytes, plain = 0, columns = 0;

	for (size_t i = 0; i < line.bytes; i++) {
		unsigned char c = (unsigned char)line.data[i];
		bool blank = c == 0xC2 && i + 1 < line.bytes && (unsigned char)line.data[i + 1] == 0xA0; /* no line breaks at it */
		if (c >= ' ' && c != 0x7F && !blank) {
			columns += (c & 0xC0) != 0x80;
			continue;
		}
		buffer_append(out, line.data + plain, i - plain);
		if (c == 0x1B)
			i += escape_bytes(line, i) - 1;
		else if (blank)
			i++;
		plain = i + 1;
		if (blank) {
			buffer_append_byte(out, ' ');
			columns++;
		} else if (c == '\t') {
			size_t blanks = TAB_COLUMNS - columns % TAB_COLUMNS;
			buffer_append_repeat(out, ' ', blanks);
			columns += blanks;
		} else if (c == '\b' && out->status == 0) {
			remove_last_character(out, start);
			columns -= columns > 0;
		}
	}
	buffer_append(out, line.data + plain, line.bytes - plain);
	while (out->status == 0 && out->bytes > start && out->data[out->bytes - 1] == ' ')
		buffer_truncate(out, out->bytes - 1);
}

static void push_line(struct plain_lines *lines, struct text line)
{
	size_t start = lines->text.bytes, indent = 0;

	append_line(&lines->text, line);
	if (lines->text.status)
		return;
	size_t end = lines->text.bytes;
	while (start + indent < end && lines->text.data[start + indent] == ' ')
		indent++;
	struct plain_line item = { (uint32_t)(start + indent), (uint32_t)end, (uint32_t)indent };
	buffer_append(&lines->items, &item, sizeof(item));
	buffer_append_byte(&lines->text, '\n');
}

static size_t most_common(const uint32_t *counts, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (counts[i] > counts[best])
			best = i;
	return best;
}

static void measure(struct plain_lines *lines)
{
	uint32_t widths[WRAP_COLUMNS_MAX + 1] = { 0 }, indents[INDENT_MAX + 1] = { 0 };
	size_t total = 0, seen = 0;

	for (size_t i = 0; i < lines->count; i++) {
		if (plain_line_is_blank(lines, i) || plain_line_text(lines, i).data[0] == '|') /* a table's row says nothing of the margin */
			continue;
		widths[size_min(plain_line_columns(lines, i), WRAP_COLUMNS_MAX)]++;
		total++;
		if (plain_line_at(lines, i)->indent <= INDENT_MAX && plain_is_prose(plain_line_text(lines, i)))
			indents[plain_line_at(lines, i)->indent]++;
	}
	lines->body_indent = most_common(indents, COUNT_OF(indents));
	lines->wrap_columns = WRAP_COLUMNS_MAX;
	for (size_t width = 0; width <= WRAP_COLUMNS_MAX; width++) {
		seen += widths[width];
		if (seen * 100 >= total * WRAP_PERCENT) {
			lines->wrap_columns = size_max(width, WRAP_COLUMNS_MIN);
			break;
		}
	}
}

/* "=====  ===": the top or bottom of a table whose rows blank lines may part. */
static bool is_table_edge(struct text line)
{
	bool gap = false;

	if (line.bytes < 5 || line.data[0] != '=')
		return false;
	for (size_t i = 1; i < line.bytes; i++) {
		if (line.data[i] != '=' && line.data[i] != ' ')
			return false;
		gap |= line.data[i] == ' ';
	}
	return gap;
}

/* The bottom edge of the table whose top is line `top`, or `top`: the same line once more with a blank one behind it, nothing to the left between. */
static size_t table_bottom(const struct plain_lines *lines, size_t top)
{
	enum { TABLE_LINES_MAX = 1000 };
	size_t last = size_min(lines->count, top + TABLE_LINES_MAX);

	for (size_t at = top + 1; at < last; at++) {
		if (plain_line_is_blank(lines, at))
			continue;
		if (plain_line_at(lines, at)->indent < plain_line_at(lines, top)->indent)
			return top;
		if (plain_line_is_blank(lines, at + 1) && text_equal(plain_line_text(lines, at), plain_line_text(lines, top)))
			return at;
	}
	return top;
}

/* Blank lines within a table go: they part rows that are parted anyway. */
static void close_tables(struct plain_lines *lines)
{
	struct plain_line *items = (struct plain_line *)(void *)lines->items.data;
	size_t kept = 0, bottom = 0, tried = 0;

	for (size_t at = 0; at < lines->count; at++) {
		if ((at > bottom || bottom == 0) && at >= tried && is_table_edge(plain_line_text(lines, at))) {
			bottom = table_bottom(lines, at);
			tried = at + 2; /* the rule under a header is no top */
		}
		if (at < bottom && plain_line_is_blank(lines, at))
			continue;
		items[kept++] = items[at];
	}
	lines->count = kept;
	buffer_truncate(&lines->items, kept * sizeof(*items));
}

int plain_lines_split(struct text text, struct plain_lines *ret_lines, struct document_builder *document)
{
	struct plain_lines *lines = ret_lines;
	struct text rest = text, line;
	struct buffer breaks; /* size_t: the first line of each page */

	*lines = (struct plain_lines){ .count = 0 };
	buffer_init(&lines->text, UINT32_MAX);
	buffer_init(&lines->items, SIZE_MAX / 4);
	buffer_init(&breaks, SIZE_MAX / 4);
	while (text_next_line(&rest, &line)) {
		/* A form feed ends a page, and with it what stood on it. */
		for (const char *feed; (feed = memchr(line.data, '\f', line.bytes)) != NULL;) {
			size_t at = (size_t)(feed - line.data);
			push_line(lines, text_slice(line, 0, at));
			push_line(lines, TEXT_LITERAL(""));
			size_t next = lines->items.bytes / sizeof(struct plain_line);
			buffer_append(&breaks, &next, sizeof(next));
			line = text_slice(line, at + 1, line.bytes);
		}
		push_line(lines, line);
	}
	lines->count = lines->items.bytes / sizeof(struct plain_line);
	int status = lines->text.status ? lines->text.status : lines->items.status ? lines->items.status : breaks.status;
	if (status == 0) {
		status = plain_pages_clean(lines, (const size_t *)(const void *)breaks.data, breaks.bytes / sizeof(size_t), document);
		close_tables(lines);
		measure(lines);
	}
	buffer_done(&breaks);
	return status;
}

void plain_lines_done(struct plain_lines *lines)
{
	buffer_done(&lines->text);
	buffer_done(&lines->items);
}

const struct plain_line *plain_line_at(const struct plain_lines *lines, size_t index)
{
	CHECK(index < lines->count);
	return (const struct plain_line *)(const void *)lines->items.data + index;
}

bool plain_line_is_blank(const struct plain_lines *lines, size_t index)
{
	return index >= lines->count || plain_line_at(lines, index)->start == plain_line_at(lines, index)->end;
}

struct text plain_line_text(const struct plain_lines *lines, size_t index)
{
	const struct plain_line *line = plain_line_at(lines, index);
	return (struct text){ lines->text.data ? lines->text.data + line->start : "", line->end - line->start };
}

size_t plain_line_columns(const struct plain_lines *lines, size_t index)
{
	return plain_line_at(lines, index)->indent + utf8_count(plain_line_text(lines, index));
}

bool plain_line_was_wrapped(const struct plain_lines *lines, size_t index)
{
	struct text next = plain_line_text(lines, index + 1);
	const char *blank = memchr(next.data, ' ', next.bytes);
	size_t first_word = blank ? (size_t)(blank - next.data) : next.bytes;

	return (plain_line_columns(lines, index) + 1 + first_word) * 100 > lines->wrap_columns * WRAP_SLACK_PERCENT;
}

/* --- what a line looks like ------------------------------------------------------------------------------------ */

char plain_underline(struct text line)
{
	if (line.bytes < 3 || !strchr("=-~^*+\"#`'", line.data[0]))
		return '\0';
	for (size_t i = 1; i < line.bytes; i++)
		if (line.data[i] != line.data[0])
			return '\0';
	return line.data[0];
}

unsigned plain_numbered(struct text line, struct text *ret_text)
{
	unsigned numbers = 0;
	size_t i = 0;

	for (;;) {
		size_t digits = 0;
		while (i + digits < line.bytes && digits < 3 && ascii_is_digit(line.data[i + digits]))
			digits++;
		if (digits == 0)
			break;
		numbers++;
		i += digits;
		if (i >= line.bytes || line.data[i] != '.')
			break;
		i++;
	}
	i += numbers > 0 && i < line.bytes && line.data[i] == ')';
	size_t blanks = 0;
	while (i + blanks < line.bytes && line.data[i + blanks] == ' ')
		blanks++;
	if (numbers == 0 || blanks == 0 || i + blanks == line.bytes)
		return 0;
	*ret_text = text_slice(line, i + blanks, line.bytes);
	return numbers;
}

bool plain_is_heading_text(struct text line)
{
	if (line.bytes < 2 || line.bytes > HEADING_BYTES_MAX || text_find(line, TEXT_LITERAL("...")) >= 0 || text_find(line, TEXT_LITERAL(". . ")) >= 0)
		return false;
	unsigned char first = (unsigned char)line.data[0];
	char last = line.data[line.bytes - 1];
	if (!ascii_is_alnum((char)first) && first < 0x80 && !strchr("`\"'(/_", first))
		return false;
	return !strchr(".,;{}", last) && !text_ends_with_nocase(line, TEXT_LITERAL("\xE3\x80\x82")) && !plain_is_columns(line);
}

bool plain_is_caption(struct text line)
{
	static const char *const names[] = { "Table ", "Figure ", "Fig. ", "Tabelle ", "Abbildung ", "Tableau " };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_starts_with(line, text_from(names[i])) && line.bytes > strlen(names[i]) && ascii_is_digit(line.data[strlen(names[i])]))
			return true;
	return false;
}

/* Latin of western and central Europe, Greek, Cyrillic. */
static bool is_upper(uint32_t code)
{
	if (code < 0x80)
		return ascii_is_upper((char)code);
	if (code >= 0x100 && code < 0x180)
		return (code & 1) == (code >= 0x139 && code <= 0x148);
	return (code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x386 && code <= 0x3AB) || (code >= 0x400 && code <= 0x42F);
}

static bool is_lower(uint32_t code)
{
	if (code < 0x80)
		return ascii_is_lower((char)code);
	if (code >= 0x100 && code < 0x180)
		return !is_upper(code);
	return (code >= 0xDF && code <= 0xFF && code != 0xF7) || (code >= 0x3AC && code <= 0x3CE) || (code >= 0x430 && code <= 0x45F);
}

/* Kana, ideographs, Hangul and their punctuation: twice as wide as a Latin letter, and of no case. */
bool plain_is_wide(uint32_t code)
{
	return (code >= 0x3001 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFF01 && code <= 0xFF60);
}

bool plain_begins_upper(struct text line)
{
	uint32_t code = 0;

	return line.bytes > 0 && utf8_decode(line, 0, &code) > 0 && (is_upper(code) || plain_is_wide(code));
}

struct text plain_manual_name(struct text line)
{
	const char *blank = memchr(line.data, ' ', line.bytes);
	size_t name = blank ? (size_t)(blank - line.data) : 0;

	if (name < 4 || line.data[name - 1] != ')' || !memchr(line.data, '(', name) || line.bytes < 2 * name + 2 ||
	    !text_equal(text_slice(line, 0, name), text_slice(line, line.bytes - name, line.bytes)))
		return TEXT_LITERAL("");
	return text_slice(line, 0, name);
}

bool plain_is_capitals(struct text line)
{
	size_t letters = 0, others = 0;
	uint32_t code = 0;

	if (line.bytes < 4 || line.bytes > CAPITALS_BYTES_MAX || !plain_begins_upper(line))
		return false;
	for (size_t i = 0; i < line.bytes;) {
		size_t bytes = utf8_decode(line, i, &code);
		if (bytes == 0 || is_lower(code) || (code < 0x80 && strchr("=;{}<>|\\_", (int)code)))
			return false;
		letters += is_upper(code);
		others += !is_upper(code) && code != ' ';
		i += bytes;
	}
	return letters >= 3 && letters >= others * 3;
}

/* Of the sign that the line begins with, when it is one that items are marked with; else 0. */
static size_t bullet_bytes(struct text line)
{
	static const char *const bullets[] = { "\u2022", "\u2023", "\u25E6", "\u25AA", "\u25CF", "\u25CB", "\u25A0", "\u25A1", "\u25C6", "\u00B7", "\u2013", "\u30FB" };

	for (size_t i = 0; i < COUNT_OF(bullets); i++)
		if (text_starts_with(line, text_from(bullets[i])))
			return strlen(bullets[i]);
	return 0;
}

struct plain_item plain_item_of(struct text line)
{
	struct plain_item item = { .found = false };
	size_t i = 0;

	if (line.bytes < 3)
		return item;
	if (strchr("-*+", line.data[0])) {
		i = 1;
	} else if (bullet_bytes(line) > 0) {
		i = bullet_bytes(line);
	} else if (line.data[0] == 'o' && line.data[1] == ' ' && (line.data[2] == ' ' || plain_begins_upper(text_slice(line, 2, line.bytes)))) {
		i = 1; /* as formatters of standards print it */
	} else {
		for (; i < line.bytes && i < 4 && ascii_is_digit(line.data[i]); i++)
			item.number = item.number * 10 + (uint32_t)(line.data[i] - '0');
		if (i == 0 || i == line.bytes || (line.data[i] != '.' && line.data[i] != ')'))
			return item;
		item.ordered = true;
		i++;
	}
	size_t blanks = 0;
	while (i + blanks < line.bytes && line.data[i + blanks] == ' ')
		blanks++;
	bool katakana_dot = text_starts_with(line, TEXT_LITERAL("\xE3\x83\xBB")); /* text follows without a blank */
	item.found = (blanks > 0 || katakana_dot) && i + blanks < line.bytes;
	item.bytes = i + blanks;
	item.columns = utf8_count(text_slice(line, 0, item.bytes));
	return item;
}

bool plain_is_columns(struct text line)
{
	size_t gap = 0, rules = 0;

	for (size_t i = 0; i < line.bytes; i++) {
		char c = line.data[i];
		/* Two blanks after a full stop are a typist's habit; three anywhere are a column. */
		gap = c == ' ' ? gap + 1 : 0;
		if (gap >= 3)
			return true;
		rules += c == '|' || c == '+' || c == '-' || c == '=';
	}
	bool box = text_find(line, TEXT_LITERAL("\xE2\x94")) >= 0 || text_find(line, TEXT_LITERAL("\xE2\x95")) >= 0;
	return box || (line.bytes >= 3 && rules * 2 > line.bytes) || (line.bytes > 2 && line.data[0] == '|' && line.data[line.bytes - 1] == '|');
}

bool plain_is_prose(struct text line)
{
	size_t letters = 0, words = 0, symbols = 0, others = 0;
	bool in_word = false;

	for (size_t i = 0; i < line.bytes; i++) {
		char c = line.data[i];
		bool letter = ascii_is_alpha(c) || (unsigned char)c >= 0x80;
		letters += letter;
		words += letter && !in_word;
		in_word = c != ' ';
		symbols += c != '\0' && strchr("{}[]<>|=;$#@\\&%^~_*/", c) != NULL;
		others += c != ' ' && !letter;
	}
	char last = line.bytes > 0 ? line.data[line.bytes - 1] : ' ';
	return words >= 4 && letters > others * 3 && symbols * 12 < line.bytes && last != ';' && last != '{' && !plain_is_columns(line);
}
