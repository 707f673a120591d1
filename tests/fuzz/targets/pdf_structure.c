/* pdf_structure.c: any bytes as a PDF file, of which only the tree of tags and the marked text of the pages are read: what docring reads of PDF
 * without its library, much faster than the whole conversion. */
#include "base/check.h"
#include "tests/fuzz/harness.h"
#include "workers/preprocess/pdf_marks.h"
#include "workers/preprocess/pdf_structure.h"

#include <math.h>

enum { PAGES_MAX = 16, CONTENT_BYTES_MAX = 1 << 20 };

static void read_page(struct pdf_structure *structure, uint32_t page, struct pdf_marks *marks, struct buffer *content)
{
	double left = 0, top = 0;

	buffer_clear(content);
	if (!pdf_structure_edges(structure, page, &left, &top) || !pdf_structure_content(structure, page, content))
		return;
	CHECK(pdf_marks_read(marks, &structure->objects, pdf_structure_resources(structure, page), buffer_view(content), left, top) == 0);
	for (size_t i = 0; i < marks->count; i++) {
		if (!isfinite(marks->items[i].x) || !isfinite(marks->items[i].y))
			fuzz_broken("places of text are numbers", buffer_view(content));
		if (i > 0 && marks->items[i].y < marks->items[i - 1].y)
			fuzz_broken("places of text are in order", buffer_view(content));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct pdf_structure structure;
	struct pdf_marks marks = { 0 };
	struct buffer content;

	pdf_structure_init(&structure);
	buffer_init(&content, CONTENT_BYTES_MAX);
	CHECK(pdf_structure_read(&structure, (struct text){ (const char *)data, bytes }) == 0);
	for (size_t i = 0; i < structure.piece_count; i++)
		if (structure.pieces[i].cell > structure.cell_count)
			fuzz_broken("a piece stands in a cell that there is", (struct text){ (const char *)data, bytes });
	for (size_t i = 0; i < structure.cell_count; i++)
		if (structure.cells[i].table >= structure.table_count || structure.cells[i].column + structure.cells[i].columns > PDF_STRUCTURE_COLUMNS_MAX)
			fuzz_broken("a cell stands in a table that there is", (struct text){ (const char *)data, bytes });
	for (uint32_t page = 0; page < structure.page_count && page < PAGES_MAX; page++)
		read_page(&structure, page, &marks, &content);
	pdf_marks_done(&marks);
	buffer_done(&content);
	pdf_structure_done(&structure);
	return 0;
}
