#define _GNU_SOURCE
#include "workers/preprocess/pdf_contents.h"

#include "workers/preprocess/pdf_text.h"

static struct text row_text(const struct pdf_layout *layout, const struct pdf_row *row, struct buffer *scratch)
{
	buffer_clear(scratch);
	pdf_row_append(layout, row, scratch);
	return buffer_view(scratch);
}

/* Rows of contents lists and indexes: those with leaders, and what stands between two of them. */
static size_t drop_leaders(struct pdf_layout *layout, float leading, struct buffer *scratch)
{
	size_t dropped = 0, last = SIZE_MAX;

	for (size_t r = 0; r < layout->row_count; r++) {
		struct pdf_row *row = &layout->rows[r];
		if (row->furniture || !pdf_has_leader(row_text(layout, row, scratch)))
			continue;
		row->furniture = true;
		dropped++;
		if (last != SIZE_MAX && r - last == 2 && !layout->rows[r - 1].furniture && layout->rows[r - 1].region == row->region &&
		    row->y - layout->rows[r - 1].y < 1.3f * leading * row->size) {
			layout->rows[r - 1].furniture = true;
			dropped++;
		}
		last = r;
	}
	return dropped;
}

/* On a page full of leaders, entries that have none ("1 Introduction   3" in bold) are entries too. */
static size_t drop_entries(struct pdf_layout *layout, struct buffer *scratch)
{
	size_t dropped = 0, title;
	int32_t number;

	for (size_t r = 0; r < layout->row_count; r++) {
		struct pdf_row *row = &layout->rows[r];
		struct text text = row_text(layout, row, scratch);
		const char *blank = text.bytes > 0 ? memrchr(text.data, ' ', text.bytes) : NULL;
		if (row->furniture || !blank || pdf_clause_depth(text, &title) == 0 ||
		    !pdf_is_page_number(text_slice(text, (size_t)(blank + 1 - text.data), text.bytes), &number))
			continue;
		row->furniture = true;
		dropped++;
	}
	return dropped;
}

size_t pdf_contents_drop(struct pdf_layout *layout, float leading, struct buffer *scratch)
{
	enum { CONTENTS_ROWS_MIN = 4 };
	size_t dropped = drop_leaders(layout, leading, scratch);

	return dropped < CONTENTS_ROWS_MIN ? dropped : dropped + drop_entries(layout, scratch);
}
