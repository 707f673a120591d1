#include "workers/preprocess/pdf_note_numbers.h"

#include "workers/preprocess/pdf_notes.h"

struct text pdf_block_note_mark(const struct pdf_layout *layout, const struct pdf_block *block, struct buffer *scratch)
{
	buffer_clear(scratch);
	pdf_row_append(layout, &layout->rows[block->row_first], scratch);
	return pdf_note_mark(text_slice(buffer_view(scratch), 0, block->marker.bytes));
}

void pdf_note_numbers_find(const struct pdf_layout *layout, const struct pdf_blocks *blocks, uint32_t *highest, struct pdf_note_marks *ret_notes,
			   struct buffer *scratch)
{
	struct pdf_note_marks *notes = ret_notes;
	int32_t own;

	notes->count = 0;
	for (size_t i = 0; i < blocks->count && notes->count < PDF_NOTES_MAX; i++) {
		if (blocks->items[i].kind != PDF_BLOCK_NOTE)
			continue;
		const struct text mark = pdf_block_note_mark(layout, &blocks->items[i], scratch);
		if (mark.bytes == 0)
			continue; /* what is left of a note whose beginning went into another block */
		CHECK(mark.bytes <= PDF_NOTE_MARK_BYTES_MAX);
		memcpy(notes->marks[notes->count], mark.data, mark.bytes);
		notes->marks[notes->count][mark.bytes] = '\0';
		const bool counts = pdf_is_page_number(mark, &own) && ascii_is_digit(mark.data[0]) && own > 0 && (uint32_t)own > *highest;
		*highest = counts ? (uint32_t)own : *highest + 1;
		notes->numbers[notes->count++] = *highest;
	}
}
