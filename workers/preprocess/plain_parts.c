/* plain_parts.c: see plain_parts.h. */
#include "workers/preprocess/plain_parts.h"


enum { LONG_BLOCK_LINES = 400 };

/* What was found is kept: parts of one block ask again and again. */
size_t plain_block_end(struct plain_work *work, size_t at)
{
	if (at >= work->block_start && at < work->block_end)
		return work->block_end;
	work->block_start = at;
	while (!plain_line_is_blank(&work->lines, at))
		at++;
	work->block_end = at;
	return at;
}

/* As mails quote each other; ">>>" is a prompt. */
bool plain_is_quoted(struct text line)
{
	return line.data[0] == '>' && (line.bytes == 1 || line.data[1] == ' ');
}

/* Of prose that stands above or below a drawn table without a blank line between. */
static bool goes_beside_table(const struct plain_work *work, size_t at, size_t table_at)
{
	struct text line = plain_line_text(&work->lines, at);

	return (ascii_is_alnum(line.data[0]) || line.data[0] == '(' || (unsigned char)line.data[0] >= 0xC3) && !plain_is_columns(line) &&
	       (plain_is_caption(line) || plain_line_at(&work->lines, at)->indent <= plain_line_at(&work->lines, table_at)->indent);
}

/* Quoted lines and drawn tables are blocks of their own also where other lines stand directly above or below: the end of the first. */
static size_t end_of_part(struct plain_work *work, size_t at, size_t end)
{
	bool quoted = plain_is_quoted(plain_line_text(&work->lines, at));

	for (size_t i = at + 1; i < end; i++)
		if (plain_is_quoted(plain_line_text(&work->lines, i)) != quoted)
			end = i;
	for (size_t i = at; i < end; i++) {
		size_t drawn_end = plain_table_drawn_end(&work->lines, i, end);
		if (drawn_end == i) {
			if (!goes_beside_table(work, i, at))
				return end;
			continue;
		}
		if ((drawn_end < end && !goes_beside_table(work, drawn_end, i)) || !plain_table_read_drawn(&work->table, &work->lines, i, drawn_end))
			return end;
		return i > at ? i : drawn_end;
	}
	return end;
}

/* An underlined heading may begin in the middle of a block; so may the code that a rule of dashes under "[source,c]" leads to. */
static bool is_cut(const struct plain_work *work, size_t at, size_t end)
{
	struct text before = plain_line_text(&work->lines, at - 1);

	if (at + 1 < end && plain_underline(plain_line_text(&work->lines, at + 1)) && plain_underlines(work, at, at + 1) && plain_is_heading_text(plain_line_text(&work->lines, at)))
		return true;
	return before.data[0] == '[' && before.data[before.bytes - 1] == ']' && plain_underline(plain_line_text(&work->lines, at)) == '-';
}

/* The first cut behind line `at`, or `end`. */
size_t plain_next_cut(struct plain_work *work, size_t at, size_t end)
{
	size_t cut = at + 1;

	while (cut < end && !is_cut(work, cut, end))
		cut++;
	return cut;
}

/* Where the block ends that starts at `at`. What a long one holds is told from cut to cut, else each of its parts would look through all of the rest. */
static size_t end_of_next(struct plain_work *work, size_t at)
{
	size_t end = plain_block_end(work, at);

	if (end - at <= LONG_BLOCK_LINES)
		return end;
	if (at < work->cut_from || at >= work->cut) {
		work->cut_from = at;
		work->cut = plain_next_cut(work, at, end);
	}
	return work->cut;
}

size_t plain_part_end(struct plain_work *work, size_t at) { return end_of_part(work, at, end_of_next(work, at)); }
