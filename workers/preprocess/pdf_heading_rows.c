#include "workers/preprocess/pdf_heading_rows.h"

#include <math.h>

enum {
	HEADING_ROWS_MAX = 4,
	HEADING_BYTES_MAX = 240,      /* of a heading in a larger font */
	HEADING_BOLD_BYTES_MAX = 120, /* of one that is only bold */
	HEADING_PLAIN_BYTES_MAX = 80, /* of one that stands apart, in the type of the text */
};

static const float mono_share = 0.85f; /* of a line of code */

static bool has_letter(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (ascii_is_alpha(text.data[i]) || (unsigned char)text.data[i] >= 0x80)
			return true;
	return false;
}

/* May the row go on with the heading that the row before belongs to? */
static bool heading_goes_on(struct pdf_rows_work *work, const struct pdf_row *before, const struct pdf_row *row)
{
	size_t title;

	if (row->furniture || row->region != before->region || pdf_count_parts(work->layout, row) != 1 || !pdf_same_type(before, row) ||
	    pdf_row_distance(before, row) > fmaxf(1.5f, 1.1f * work->leading) * row->size || !pdf_row_stands_out(row, work->body))
		return false;
	return pdf_clause_depth(pdf_row_text(work, row), &title) == 0;
}

/* "Chapter 3" alone on its row: the title stands on the rows below, often larger. */
static bool is_chapter_number(struct text text)
{
	size_t title = 0;

	return !ascii_is_digit(text.data[0]) && pdf_clause_depth(text, &title) == 1 && title == text.bytes;
}

static bool is_chapter_title(struct pdf_rows_work *work, const struct pdf_row *number, size_t r)
{
	static const float distance_sizes = 3;
	const struct pdf_layout *layout = work->layout;
	size_t title;

	if (r >= layout->row_count)
		return false;
	const struct pdf_row *row = &layout->rows[r];
	return !row->furniture && row->region == number->region && pdf_count_parts(layout, row) == 1 && row->size > 0.95f * number->size &&
	       pdf_row_is_larger(work, row) && pdf_row_distance(number, row) < distance_sizes * row->size &&
	       pdf_clause_depth(pdf_row_text(work, row), &title) == 0;
}

/* Four words or more and a full stop; or many and a colon, as before a list. */
static bool is_sentence(struct text text)
{
	enum { BLANKS_MIN = 3, COLON_BLANKS_MIN = 11 };
	size_t blanks = 0;

	for (size_t i = 0; i < text.bytes; i++)
		blanks += text.data[i] == ' ';
	return (blanks >= BLANKS_MIN && text.data[text.bytes - 1] == '.') || (blanks >= COLON_BLANKS_MIN && text.data[text.bytes - 1] == ':');
}

/* A number and its unit, as dashboards show them in large type: "38 ms", "2.5 kB/s". */
static bool is_quantity(struct text text)
{
	enum { UNIT_LETTERS_MAX = 3 };
	size_t number = 0, letters = 0;

	while (number < text.bytes && (ascii_is_digit(text.data[number]) || (number > 0 && memchr(".,", text.data[number], 2))))
		number++;
	const struct text unit = text_trim(text_slice(text, number, text.bytes));
	for (size_t i = 0; i < unit.bytes; i++)
		letters += ascii_is_alpha(unit.data[i]);
	return number > 0 && unit.bytes > 0 && ascii_is_lower(unit.data[0]) && letters <= UNIT_LETTERS_MAX && letters + 1 >= unit.bytes;
}

/* `title`: where the words behind a clause number begin. `emphatic`: bold, or much larger than the text. */
static bool reads_as_heading(struct text text, unsigned clause, size_t title, bool larger, bool emphatic)
{
	const char last = text.data[text.bytes - 1];

	if ((!emphatic && is_sentence(text)) || is_quantity(text))
		return false;
	if (text.bytes > (larger ? HEADING_BYTES_MAX : HEADING_BOLD_BYTES_MAX))
		return false;
	if (clause > 0 && title == text.bytes)
		return larger; /* "Chapter 3" alone; but a bold number is a cell of a table */
	if (last == ',' || last == ';')
		return false;
	if (larger || clause > 0)
		return true;
	return !ascii_is_lower(text.data[0]) && last != '.' && last != ':';
}

/* An entry of the outline may be the whole row, or its first part: "all.equal     Test if two objects are equal". */
static unsigned outline_depth(const struct pdf_rows_work *work, const struct pdf_row *row, struct text text)
{
	const struct pdf_layout *layout = work->layout;
	struct buffer first;

	unsigned depth = pdf_outline_depth(work->outline, text, layout->page->number);
	if (depth > 0 || row->segment_count != 2 || work->outline->count == 0)
		return depth;
	buffer_init(&first, PDF_PAGE_TEXT_BYTES_MAX);
	pdf_segment_append(layout, &layout->segments[row->segment_first], &first);
	depth = pdf_outline_depth(work->outline, buffer_view(&first), layout->page->number);
	buffer_done(&first);
	return depth;
}

/* Right below the row stands one in parts: then it is the header of a table. */
static bool stands_above_cells(const struct pdf_rows_work *work, size_t r)
{
	static const float close_lines = 1.35f;
	const struct pdf_layout *layout = work->layout;
	const size_t next = pdf_next_row(layout, r);

	return next < layout->row_count && layout->rows[next].region == layout->rows[r].region && pdf_count_parts(layout, &layout->rows[next]) > 1 &&
	       pdf_row_distance(&layout->rows[r], &layout->rows[next]) < close_lines * work->leading * layout->rows[r].size;
}

static bool has_white_above(const struct pdf_rows_work *work, size_t r)
{
	static const float lines_min = 1.4f;
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	const size_t before = pdf_row_before(layout, r);

	return before == SIZE_MAX || layout->rows[before].region != row->region ||
	       pdf_row_distance(&layout->rows[before], row) > lines_min * work->leading * row->size;
}

static bool has_white_below(const struct pdf_rows_work *work, size_t r)
{
	static const float lines_min = 1.1f;
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	const size_t after = pdf_next_row(layout, r);

	return after < layout->row_count && layout->rows[after].region == row->region &&
	       pdf_row_distance(row, &layout->rows[after]) > lines_min * work->leading * row->size;
}

/* Does the row follow a paragraph: is one of the two lines above it, in the type of the text, as wide as the column? */
static bool follows_text(const struct pdf_rows_work *work, size_t r)
{
	enum { LINES = 2 };
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	size_t before = pdf_row_before(layout, r);

	for (size_t i = 0; i < LINES && before != SIZE_MAX && layout->rows[before].region == row->region; i++, before = pdf_row_before(layout, before))
		if (pdf_row_is_full(work, &layout->rows[before]) && layout->rows[before].italic < 0.5f)
			return true;
	return false;
}

bool pdf_is_capitals(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (ascii_is_lower(text.data[i]))
			return false;
	return true;
}

/* Do two numbered rows follow, in the type of this one? It is of a list of chapters then. Overwrites the text of the row at hand. */
static bool heads_numbered_rows(struct pdf_rows_work *work, size_t r)
{
	enum { ROWS = 2 };
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	size_t title, next = r;

	for (int i = 0; i < ROWS; i++) {
		next = pdf_next_row(layout, next);
		if (next >= layout->row_count || layout->rows[next].region != row->region || !pdf_same_type(row, &layout->rows[next]) ||
		    pdf_clause_depth(pdf_row_text(work, &layout->rows[next]), &title) < 2)
			return false;
	}
	return true;
}

/* A row that hardly differs from the text, but stands apart: somewhat larger; numbered, and in italics or of a clause in another one; in
 * capitals in the middle or in italics, above a line that fills its column; or, where nothing stands out, at the edge of a page whose text is
 * indented. */
static bool stands_apart(struct pdf_rows_work *work, size_t r, struct text text, unsigned clause, size_t title)
{
	static const float larger = 1.05f, italic_share = 0.9f;
	const struct pdf_row *row = &work->layout->rows[r];
	const size_t after = pdf_next_row(work->layout, r);
	const char last = text.data[text.bytes - 1], begin = title < text.bytes ? text.data[title] : '.';

	if (text.bytes > HEADING_PLAIN_BYTES_MAX || memchr(".,;:?!", last, 6) || ascii_is_lower(begin) || !(ascii_is_alpha(begin) || (unsigned char)begin >= 0x80) ||
	    !has_white_above(work, r) || after == work->layout->row_count)
		return false;
	const struct pdf_row *below = &work->layout->rows[after];
	if (clause > 1 && row->italic > italic_share && below->italic < italic_share && below->region == row->region && !pdf_row_is_full(work, row))
		return true;
	if (!has_white_below(work, r))
		return false;
	if (row->size >= larger * work->body->size && below->size < row->size && !pdf_body_is_text_size(work->body, row->size))
		return true;
	if ((clause > 1 || ascii_is_digit(text.data[0])) && clause > 0 && row->italic > italic_share && below->italic < italic_share)
		return true;
	if (pdf_is_capitals(text) && pdf_row_is_centred(work, row) && pdf_row_is_full(work, below))
		return true;
	if (row->italic > italic_share && !work->body->italic && below->italic < italic_share && !pdf_is_caption(text) && pdf_row_is_full(work, below) &&
	    row->box.x0 < work->region.x0 + 0.5f * row->size && (work->layout->page->number > 0 || follows_text(work, r)))
		return true; /* at the top of the first page it may be an address */
	if (clause > 1 && !pdf_row_is_code(work, row) && (pdf_same_type(row, below) || pdf_row_is_full(work, below)) && below->box.x0 < row->box.x0 + 3 * row->size)
		return !heads_numbered_rows(work, r);
	return work->outdented && !pdf_body_has_display(work->body) && row->box.x0 < work->region.x0 + 0.5f * row->size && below->box.x0 > row->box.x0 + row->size && !pdf_row_is_code(work, row);
}

/* Does a paragraph begin here, `above` being the row before (or NULL), that stands at the same place as the one that is wanted, and is no explanation? Either it
 * is not the first at this place, or it stands below a heading further left than the row in question; or its first line alone is indented. */
static bool is_text_like(const struct pdf_rows_work *work, const struct pdf_row *above, const struct pdf_row *text, const struct pdf_row *row, const struct pdf_row *wanted)
{
	static const float same_sizes = 0.3f, white_lines = 1.35f, close_lines = 1.2f, further_sizes = 0.8f;
	const float same = same_sizes * row->size, line = work->leading * row->size;

	if (fabsf(text->box.x0 - wanted->box.x0) > same || text->bold > 0.5f || text->region != row->region || text->segment_count > 1)
		return false;
	const size_t next = pdf_next_row(work->layout, (size_t)(text - work->layout->rows));
	const struct pdf_row *below = next < work->layout->row_count ? &work->layout->rows[next] : NULL;
	if (below && pdf_row_is_full(work, text) && below->region == row->region && fabsf(below->box.x0 - row->box.x0) < same && below->bold < 0.5f &&
	    pdf_row_distance(text, below) < close_lines * line)
		return true;
	if (!above || above->region != row->region || above->segment_count > 1)
		return false;
	if (above->bold < 0.5f && fabsf(above->box.x0 - wanted->box.x0) < same)
		return pdf_row_distance(above, text) > white_lines * line && pdf_row_is_full(work, text);
	return above->bold > 0.8f && above->box.x0 < row->box.x0 - further_sizes * row->size;
}

/* Is row `other`, a heading, in the type and at the place of row r, and stands what is below it where the text below r does? */
static bool is_heading_like(const struct pdf_layout *layout, size_t other, size_t r)
{
	static const float same_sizes = 0.3f;
	const struct pdf_row *rows = layout->rows;
	const size_t below = pdf_next_row(layout, other), wanted = pdf_next_row(layout, r);

	return rows[other].region == rows[r].region && pdf_same_type(&rows[other], &rows[r]) &&
	       fabsf(rows[other].box.x0 - rows[r].box.x0) < same_sizes * rows[r].size && below < layout->row_count && wanted < layout->row_count &&
	       fabsf(rows[below].box.x0 - rows[wanted].box.x0) < same_sizes * rows[r].size;
}

/* Is what stands indented below the row the text of the page, which is indented as a whole, as in manual pages, or at the beginning of each paragraph? */
static bool stands_above_text(const struct pdf_rows_work *work, size_t r)
{
	enum { ROWS_MAX = 128 }; /* looked at on each side */
	const struct pdf_layout *layout = work->layout;
	const size_t next = pdf_next_row(layout, r), first = r > ROWS_MAX ? r - ROWS_MAX : 0, end = size_min(r + ROWS_MAX, layout->row_count);

	if (next >= layout->row_count)
		return false;
	for (size_t i = 0; i < work->blocks->count; i++)
		if (work->blocks->items[i].kind == PDF_BLOCK_HEADING && is_heading_like(layout, work->blocks->items[i].row_first, r))
			return true;
	for (size_t i = first; i < end; i++) {
		const size_t before = pdf_row_before(layout, i);
		if (i != next && i != r && !layout->rows[i].furniture && is_text_like(work, before != SIZE_MAX ? &layout->rows[before] : NULL, &layout->rows[i], &layout->rows[r], &layout->rows[next]))
			return true;
	}
	return false;
}

/* A row right above lines that are indented and few, one paragraph: a term and its explanation. More than that, and what stands below
 * capitals, is the text of a section, unless the row is indented too. Where its page ends, it is a term
 * when it is indented or stands below an explanation. */
static bool stands_above_definition(struct pdf_rows_work *work, size_t r)
{
	enum { EXPLANATION_LINES_MAX = 8, INDENTED_LINES_MAX = 40, CAPITALS_MIN = 4 };
	static const float close_lines = 1.35f, same_lines = 1.2f, indent_min = 0.8f, indent_max = 6;
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r], *last = row;
	const float line = work->leading * row->size;
	const bool indented = row->box.x0 > work->region.x0 + row->size && !pdf_row_is_centred(work, row);
	const int lines_max = indented ? INDENTED_LINES_MAX : EXPLANATION_LINES_MAX;
	int lines = 0;

	const struct text text = pdf_row_text(work, row);
	if (text.bytes >= CAPITALS_MIN && pdf_is_capitals(text))
		return false;
	const size_t before = pdf_row_before(layout, r);
	if (pdf_next_row(layout, r) == layout->row_count)
		return indented || (before != SIZE_MAX && layout->rows[before].region == row->region && layout->rows[before].box.x0 > row->box.x0 + indent_min * row->size);
	if ((before == SIZE_MAX || layout->rows[before].region != row->region || pdf_row_distance(&layout->rows[before], row) > same_lines * line) && stands_above_text(work, r))
		return false;
	for (size_t next = pdf_next_row(layout, r); next < layout->row_count && lines < lines_max; next = pdf_next_row(layout, next)) {
		const struct pdf_row *below = &layout->rows[next];
		const float indent = (below->box.x0 - row->box.x0) / row->size, gap = pdf_row_distance(last, below);
		if (below->region != row->region)
			break;
		if (indent < indent_min) {
			if (lines == 1 && gap <= same_lines * line && below->bold <= 0.5f && last->box.x1 > below->box.x1 - 2 * row->size)
				return false; /* a paragraph whose first line is indented */
			break;
		}
		if (lines == 0 && (gap > close_lines * line || indent > indent_max || below->bold > 0.5f))
			return false;
		if (lines > 0 && gap > same_lines * line)
			return false;
		last = below;
		lines++;
	}
	return lines > 0 && lines < lines_max;
}

/* The rows from `r` up to `end` as one text. */
static struct text rows_text(struct pdf_rows_work *work, size_t r, size_t end)
{
	buffer_clear(&work->blocks->text);
	for (size_t i = r; i < end; i++) {
		if (i > r)
			buffer_append_byte(&work->blocks->text, ' ');
		pdf_row_append(work->layout, &work->layout->rows[i], &work->blocks->text);
	}
	return buffer_view(&work->blocks->text);
}

/* Neither in the outline nor numbered: what else may a row in larger or bold type be? */
static bool is_something_else(struct pdf_rows_work *work, const struct pdf_row *row, size_t last)
{
	return !pdf_row_is_larger(work, row) &&
	       ((row->mono >= mono_share && !work->body->mono) || stands_above_cells(work, last) || stands_above_definition(work, last));
}

/* Does the row stand on a page whose headings are known word by word, below one of them? It is no title then, large as it may be. */
static bool follows_tagged(const struct pdf_layout *layout, size_t r)
{
	enum { ROWS_MAX = 256 }; /* looked at */

	for (size_t i = 0; layout->page->ordered && i < r && i < ROWS_MAX; i++)
		if (layout->rows[i].tag > 0)
			return true;
	return false;
}

/* The tags say that the row is none, unless it may be the title, which often is no heading in them. Of words that were recognised in a picture they
 * say nothing. */
static bool tags_deny(const struct pdf_rows_work *work, size_t r, const struct pdf_found_heading *found)
{
	static const float title_size = 1.25f;
	const struct pdf_row *row = &work->layout->rows[r];

	const bool numbered = found->clause_depth > 0 && !work->layout->page->ordered; /* a browser tags all headings: "8. Start it" is an item */
	return pdf_tags_are_complete(work->tags) && !work->layout->page->ocr && found->outline_depth == 0 && !numbered &&
	       !(work->layout->page->number == 0 && row->size >= title_size * work->body->size && !follows_tagged(work->layout, r));
}

bool pdf_find_heading(struct pdf_rows_work *work, size_t r, struct pdf_found_heading *ret_found)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	struct pdf_found_heading found = { .end = r + 1 };
	size_t title = 0;

	struct text text = pdf_row_text(work, row);
	if (row->rotated || !has_letter(text))
		return false;
	found.clause_depth = pdf_clause_depth(text, &title);
	found.outline_depth = outline_depth(work, row, text);
	if (row->tag > 0 && row->tag <= PDF_TAG_ANY_LEVEL) {
		while (found.end < layout->row_count && layout->rows[found.end].tag == PDF_TAG_GOES_ON)
			found.end++;
		found.tag_level = row->tag;
		*ret_found = found;
		return true;
	}
	if (tags_deny(work, r, &found))
		return false;
	const bool stands_out = pdf_row_stands_out(row, work->body);
	/* What hardly differs from the text is none where the outline names all headings of such depth. */
	const bool apart = !stands_out && found.outline_depth == 0 && (found.clause_depth == 0 || found.clause_depth > work->outline->depth_max) &&
			   stands_apart(work, r, text, found.clause_depth, title);
	const uint32_t parts = pdf_count_parts(layout, row);
	const bool one_part = parts == 1 || (parts == 2 && found.clause_depth > 0);
	if (found.outline_depth == 0 && (!one_part || !(stands_out || apart)))
		return false;
	const bool chapter = stands_out && pdf_row_is_larger(work, row) && is_chapter_number(text) && is_chapter_title(work, row, found.end);
	found.end += chapter;
	while (stands_out && (found.outline_depth == 0 || chapter) && found.end < layout->row_count && heading_goes_on(work, &layout->rows[found.end - 1], &layout->rows[found.end])) {
		if (found.end++ - r == HEADING_ROWS_MAX)
			return false; /* a paragraph in bold or large type */
	}
	text = rows_text(work, r, found.end);
	if (found.outline_depth == 0)
		found.outline_depth = pdf_outline_depth(work->outline, text, layout->page->number);
	if (found.outline_depth == 0 && (pdf_is_caption(text) || (pdf_is_notice(text) && row->size < 1.5f * work->body->size)))
		return false;
	const bool emphatic = row->bold > 0.8f || row->size > 1.5f * work->body->size;
	if (found.outline_depth == 0 && !reads_as_heading(text, found.clause_depth, title, pdf_row_is_larger(work, row), emphatic))
		return false;
	if (found.outline_depth == 0 && found.clause_depth == 0 && is_something_else(work, row, found.end - 1))
		return false;
	*ret_found = found;
	return true;
}

void pdf_mark_headings(struct pdf_rows_work *work)
{
	struct pdf_found_heading heading;

	for (size_t r = 0; r < work->layout->row_count; r++) {
		struct pdf_row *row = &work->layout->rows[r];
		if (row->furniture || row->note)
			continue;
		row->heading = row->tag > 0;
		if (row->heading || !pdf_row_stands_out(row, work->body) || pdf_count_parts(work->layout, row) > 2)
			continue;
		row->heading = pdf_find_heading(work, r, &heading) && (heading.outline_depth > 0 || heading.clause_depth > !pdf_row_is_larger(work, row));
	}
}
