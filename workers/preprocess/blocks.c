/* blocks.c: finds the blocks of normal Markdown, line by line, looking back at nothing and ahead at one line (and at the
 * blanks behind a list item). It is not a CommonMark parser: containers (an item in a quote in an item) are flattened, since the
 * converters write none and nobody after them needs them. Pure; owns the array of blocks alone. */
#define _GNU_SOURCE
#include "workers/preprocess/blocks.h"

#include "base/error.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>

enum {
	LIST_DEPTH_MAX = 32,
	HEADING_LEVEL_MAX = 6,
	HEADING_INDENT_MAX = 3,
	HEADING_DEPTH_MAX = 8,
	FENCE_BYTES_MIN = 3,
	PATH_HEADING_BYTES_MAX = 200, /* of one heading in a path: it is repeated for every chunk */
};

struct line {
	uint32_t start, end, next; /* end: without "\n"; next: behind it */
	uint32_t indent;           /* bytes of blanks at its start */
	bool blank;
};

struct scanner {
	struct text text;
	struct blocks *blocks;
	size_t capacity;
	uint32_t list_indent[LIST_DEPTH_MAX]; /* column of the text of each open list item */
	unsigned list_depth;
	int32_t heading_of_level[HEADING_LEVEL_MAX + 1];
	int status;
};

struct marker { /* of a list item */
	bool ordered;
	uint32_t number;
	uint32_t content; /* offset of the item's text */
};

static struct line line_at(struct text text, uint32_t start)
{
	const char *from = text.data + start;
	const char *newline = memchr(from, '\n', text.bytes - start);
	struct line line = { .start = start };
	line.end = newline ? (uint32_t)(newline - text.data) : (uint32_t)text.bytes;
	line.next = newline ? line.end + 1 : line.end;
	uint32_t i = start;
	while (i < line.end && ascii_is_space(text.data[i]))
		i++;
	line.indent = i - start;
	line.blank = i == line.end;
	return line;
}

static struct text line_text(struct text text, struct line line) /* without its indent */
{
	return text_slice(text, line.start + line.indent, line.end);
}

static unsigned heading_level(struct text text, struct line line_place)
{
	struct text line = line_text(text, line_place);
	unsigned level = 0;
	if (line_place.indent > HEADING_INDENT_MAX)
		return 0; /* "    # comment" */
	while (level < line.bytes && line.data[level] == '#')
		level++;
	if (level == 0 || level > HEADING_LEVEL_MAX)
		return 0;
	return level == line.bytes || ascii_is_space(line.data[level]) ? level : 0;
}

static size_t fence_bytes(struct text line, char *ret_char)
{
	if (line.bytes < FENCE_BYTES_MIN || (line.data[0] != '`' && line.data[0] != '~'))
		return 0;
	size_t bytes = 1;
	while (bytes < line.bytes && line.data[bytes] == line.data[0])
		bytes++;
	if (bytes < FENCE_BYTES_MIN)
		return 0;
	if (line.data[0] == '`' && memchr(line.data + bytes, '`', line.bytes - bytes))
		return 0; /* a code span */
	*ret_char = line.data[0];
	return bytes;
}

static bool is_rule(struct text line)
{
	if (line.bytes == 0 || !memchr("-*_", line.data[0], 3))
		return false;
	size_t marks = 0;
	for (size_t i = 0; i < line.bytes; i++) {
		if (line.data[i] == line.data[0])
			marks++;
		else if (!ascii_is_space(line.data[i]))
			return false;
	}
	return marks >= 3;
}

static bool is_delimiter_row(struct text line)
{
	bool dash = false, pipe = false;
	for (size_t i = 0; i < line.bytes; i++) {
		char c = line.data[i];
		dash |= c == '-';
		pipe |= c == '|';
		if (c != '-' && c != '|' && c != ':' && !ascii_is_space(c))
			return false;
	}
	return dash && pipe;
}

static bool has_pipe(struct text line)
{
	return line.bytes > 0 && memchr(line.data, '|', line.bytes);
}

static bool starts_table(struct text text, struct line line)
{
	if (!has_pipe(line_text(text, line)) || line.next >= text.bytes)
		return false;
	return is_delimiter_row(line_text(text, line_at(text, line.next)));
}

/* `line` without its indent; offsets in *ret_marker count from the text's start. */
static bool list_marker(struct text text, struct line line, struct marker *ret_marker)
{
	struct text rest = line_text(text, line);
	size_t i = 0;
	uint32_t number = 0;
	bool ordered = false;
	if (rest.bytes > 0 && memchr("-*+", rest.data[0], 3)) {
		i = 1;
	} else {
		while (i < rest.bytes && i < 9 && ascii_is_digit(rest.data[i]))
			number = number * 10 + (uint32_t)(rest.data[i++] - '0');
		if (i == 0 || i >= rest.bytes || (rest.data[i] != '.' && rest.data[i] != ')'))
			return false;
		i++;
		ordered = true;
	}
	if (i < rest.bytes && !ascii_is_space(rest.data[i]))
		return false;
	while (i < rest.bytes && ascii_is_space(rest.data[i]))
		i++;
	*ret_marker = (struct marker){ ordered, number, line.start + line.indent + (uint32_t)i };
	return true;
}

/* Does the line begin a block of its own, so that a paragraph or an item before it ends? */
static bool interrupts(struct text text, struct line line, bool in_list)
{
	struct text rest = line_text(text, line);
	struct marker marker;
	char fence;
	if (heading_level(text, line) > 0 || fence_bytes(rest, &fence) > 0 || is_rule(rest) || rest.data[0] == '>')
		return true;
	if (list_marker(text, line, &marker))
		return in_list || !marker.ordered || marker.number == 1;
	return starts_table(text, line);
}

static int32_t heading_above(const struct scanner *scanner, unsigned level)
{
	while (level-- > 1)
		if (scanner->heading_of_level[level] >= 0)
			return scanner->heading_of_level[level];
	return -1;
}

static void add(struct scanner *scanner, struct block block)
{
	struct blocks *blocks = scanner->blocks;
	if (blocks->count == scanner->capacity) {
		size_t capacity = scanner->capacity ? scanner->capacity * 2 : 64;
		struct block *items = realloc(blocks->items, capacity * sizeof(*items));
		if (!items) {
			scanner->status = -ENOMEM;
			return;
		}
		blocks->items = items;
		scanner->capacity = capacity;
	}
	block.heading = heading_above(scanner, block.kind == BLOCK_HEADING ? block.level : HEADING_LEVEL_MAX + 1);
	if (block.kind == BLOCK_HEADING) {
		for (unsigned level = block.level; level <= HEADING_LEVEL_MAX; level++)
			scanner->heading_of_level[level] = -1;
		scanner->heading_of_level[block.level] = (int32_t)blocks->count;
	}
	if (block.kind != BLOCK_LIST_ITEM && !ascii_is_space(scanner->text.data[block.start]))
		scanner->list_depth = 0; /* at the margin; what is indented stands inside the item */
	blocks->items[blocks->count++] = block;
}

static struct block block_from(struct line first, struct line last, enum block_kind kind)
{
	return (struct block){ .kind = (uint8_t)kind, .start = first.start, .end = last.next, .content_start = first.start,
			       .content_end = last.end };
}

static uint32_t scan_heading(struct scanner *scanner, struct line line, unsigned level)
{
	struct text text = text_trim(text_slice(line_text(scanner->text, line), level, line.end - line.start - line.indent));
	size_t bytes = text.bytes;
	while (bytes > 0 && text.data[bytes - 1] == '#')
		bytes--;
	if (bytes == 0 || ascii_is_space(text.data[bytes - 1])) /* a closing sequence stands apart: "C#" is a name */
		text = text_trim((struct text){ text.data, bytes });
	struct block block = block_from(line, line, BLOCK_HEADING);
	block.level = (uint8_t)level;
	block.content_start = text.bytes ? (uint32_t)(text.data - scanner->text.data) : line.end;
	block.content_end = block.content_start + (uint32_t)text.bytes;
	add(scanner, block);
	return line.next;
}

static bool closes_fence(const struct scanner *scanner, struct line line, char fence, size_t bytes)
{
	struct text rest = text_trim(line_text(scanner->text, line));
	char other;
	size_t other_bytes = fence_bytes(rest, &other);
	return other_bytes >= bytes && other == fence && other_bytes == rest.bytes;
}

static uint32_t scan_code(struct scanner *scanner, struct line first, char fence, size_t bytes)
{
	struct line last = first;
	uint32_t content_end = 0;
	bool closed = false;
	while (!closed && last.next < scanner->text.bytes) {
		last = line_at(scanner->text, last.next);
		closed = closes_fence(scanner, last, fence, bytes);
	}
	content_end = closed ? last.start : last.next;
	struct block block = block_from(first, last, BLOCK_CODE);
	block.content_start = first.next;
	if (content_end > first.next && scanner->text.data[content_end - 1] == '\n')
		content_end--;
	block.content_end = content_end > first.next ? content_end : first.next;
	add(scanner, block);
	return last.next;
}

static uint32_t scan_table(struct scanner *scanner, struct line first)
{
	struct line last = line_at(scanner->text, first.next);
	uint32_t rows = 1;
	while (last.next < scanner->text.bytes) {
		struct line line = line_at(scanner->text, last.next);
		if (line.blank || !has_pipe(line_text(scanner->text, line)))
			break;
		last = line;
		rows++;
	}
	struct block block = block_from(first, last, BLOCK_TABLE);
	block.rows = rows;
	add(scanner, block);
	return last.next;
}

/* The line after the blanks behind `line`, when it belongs to the list item whose text stands at column `indent`. */
static bool item_goes_on(const struct scanner *scanner, struct line line, uint32_t indent, struct line *ret_line)
{
	while (line.next < scanner->text.bytes) {
		line = line_at(scanner->text, line.next);
		if (line.blank)
			continue;
		*ret_line = line;
		return line.indent >= indent && !interrupts(scanner->text, line, true);
	}
	return false;
}

static uint32_t scan_item(struct scanner *scanner, struct line first, struct marker marker)
{
	while (scanner->list_depth > 0 && first.indent < scanner->list_indent[scanner->list_depth - 1])
		scanner->list_depth--;
	struct block block = { .kind = BLOCK_LIST_ITEM, .level = (uint8_t)scanner->list_depth, .ordered = marker.ordered,
			       .number = marker.number, .start = first.start, .content_start = marker.content };
	uint32_t indent = marker.content - first.start;
	if (scanner->list_depth < LIST_DEPTH_MAX)
		scanner->list_indent[scanner->list_depth++] = indent;
	struct line last = first, next;
	char fence;
	size_t code = fence_bytes(text_slice(scanner->text, marker.content, first.end), &fence); /* "- ```": up to its end all lines are the item's */
	while (last.next < scanner->text.bytes) {
		next = line_at(scanner->text, last.next);
		if (code > 0) {
			code = closes_fence(scanner, next, fence, code) ? 0 : code;
			last = next;
			continue;
		}
		if (next.blank ? !item_goes_on(scanner, last, indent, &next) : interrupts(scanner->text, next, true))
			break;
		last = next;
	}
	block.end = last.next;
	block.content_end = last.end > marker.content ? last.end : marker.content;
	add(scanner, block);
	return last.next;
}

/* A paragraph or a quote: lines up to a blank one, or to one that begins something else. */
static uint32_t scan_lines(struct scanner *scanner, struct line first, enum block_kind kind)
{
	struct line last = first;
	while (last.next < scanner->text.bytes) {
		struct line line = line_at(scanner->text, last.next);
		if (line.blank)
			break;
		bool quoted = scanner->text.data[line.start + line.indent] == '>';
		bool in_list = line.indent < first.indent; /* the paragraph stands in an item: the next one may follow at once */
		if (kind == BLOCK_QUOTE ? !quoted && interrupts(scanner->text, line, in_list) : interrupts(scanner->text, line, in_list))
			break;
		last = line;
	}
	add(scanner, block_from(first, last, kind));
	return last.next;
}

static uint32_t scan_block(struct scanner *scanner, struct line line)
{
	struct text rest = line_text(scanner->text, line);
	struct marker marker;
	char fence;
	unsigned level = heading_level(scanner->text, line);
	size_t bytes = fence_bytes(rest, &fence);
	if (level > 0)
		return scan_heading(scanner, line, level);
	if (bytes > 0)
		return scan_code(scanner, line, fence, bytes);
	if (starts_table(scanner->text, line))
		return scan_table(scanner, line);
	if (is_rule(rest)) {
		add(scanner, block_from(line, line, BLOCK_RULE));
		return line.next;
	}
	if (list_marker(scanner->text, line, &marker))
		return scan_item(scanner, line, marker);
	return scan_lines(scanner, line, rest.data[0] == '>' ? BLOCK_QUOTE : BLOCK_PARAGRAPH);
}

int blocks_scan(struct text markdown, struct blocks *ret_blocks)
{
	if (markdown.bytes >= UINT32_MAX)
		return ERROR_LIMIT_HIT;
	struct blocks blocks = { 0 };
	struct scanner scanner = { .text = markdown, .blocks = &blocks };
	for (unsigned level = 0; level <= HEADING_LEVEL_MAX; level++)
		scanner.heading_of_level[level] = -1;
	uint32_t position = 0;
	while (position < markdown.bytes && scanner.status == 0) {
		struct line line = line_at(markdown, position);
		uint32_t next = line.blank ? line.next : scan_block(&scanner, line);
		CHECK(next > position);
		position = next;
	}
	if (scanner.status < 0) {
		blocks_done(&blocks);
		return scanner.status;
	}
	*ret_blocks = blocks;
	return 0;
}

void blocks_done(struct blocks *blocks)
{
	if (!blocks)
		return;
	free(blocks->items);
	*blocks = (struct blocks){ 0 };
}

/* Parts a line at its bare pipes; what does not fit BLOCK_CELLS_MAX stays in the last cell. */
static void split_cells(struct text line, struct block_row *row)
{
	line = text_trim(line);
	if (line.bytes > 0 && line.data[0] == '|')
		line = text_slice(line, 1, line.bytes);
	row->count = 0;
	size_t start = 0;
	for (size_t i = 0; i < line.bytes; i++) {
		if (line.data[i] == '\\') {
			i++;
		} else if (line.data[i] == '|' && row->count < BLOCK_CELLS_MAX - 1) {
			row->cells[row->count++] = text_trim(text_slice(line, start, i));
			start = i + 1;
		}
	}
	struct text last = text_trim(text_slice(line, start, line.bytes));
	if (last.bytes > 0 || row->count == 0)
		row->cells[row->count++] = last;
}

bool block_next_row(struct text markdown, const struct block *table, size_t *position, struct block_row *ret_row)
{
	CHECK(table->kind == BLOCK_TABLE && table->end <= markdown.bytes);
	uint32_t start = *position > table->start ? (uint32_t)*position : table->start;
	if (start >= table->end)
		return false;
	struct line line = line_at(markdown, start);
	split_cells(line_text(markdown, line), ret_row);
	ret_row->start = line.start;
	ret_row->end = line.end;
	bool header = start == table->start;
	*position = header ? line_at(markdown, line.next).next : line.next; /* over the delimiter row */
	return true;
}

void blocks_heading_path(struct text markdown, const struct blocks *blocks, size_t index, struct buffer *out)
{
	CHECK(index < blocks->count);
	int32_t path[HEADING_DEPTH_MAX];
	unsigned depth = 0;
	int32_t heading = blocks->items[index].kind == BLOCK_HEADING ? (int32_t)index : blocks->items[index].heading;
	for (; heading >= 0; heading = blocks->items[heading].heading) {
		CHECK(depth < HEADING_DEPTH_MAX);
		path[depth++] = heading;
	}
	while (depth-- > 0) {
		/* cppcheck-suppress uninitvar; the loop above filled path[0…depth) */
		const struct block *block = &blocks->items[path[depth]];
		struct text content = text_slice(markdown, block->content_start, block->content_end);
		if (content.bytes > PATH_HEADING_BYTES_MAX)
			content.bytes = utf8_floor(content, PATH_HEADING_BYTES_MAX);
		block_append_plain(out, content);
		if (depth > 0)
			buffer_append_string(out, " > ");
	}
}
