/* extract_parameters.c: rows of parameter and counter tables. Which of the two a name is, its attribute decides ("pm" and an
 * upper-case letter), not the table; one cell may hold several names, and a bare attribute may belong to several classes. */
#include "workers/preprocess/extract_context.h"

/* The next class name in a cell such as "EUtranCellFDD, EUtranCellTDD". */
static bool next_class(struct text cell, size_t *position, struct text *ret_class)
{
	while (*position < cell.bytes) {
		size_t start = *position;
		while (start < cell.bytes && !ascii_is_alpha(cell.data[start]))
			start++;
		size_t end = start;
		while (end < cell.bytes && ascii_is_word(cell.data[end]))
			end++;
		*position = end;
		*ret_class = text_slice(cell, start, end);
		if (end > start && ascii_is_upper(cell.data[start]))
			return true;
	}
	return false;
}

static void add_row_item(struct extract *extract, const struct extract_columns *columns, const struct block_row *row,
			 const struct extract_name *name, struct text mo_class)
{
	enum document_category category = extract_category_of(name->attribute);
	if (name->mo_class.bytes == 0 && columns->category == DOCUMENT_COUNTERS)
		category = DOCUMENT_COUNTERS; /* a bare name under "Counter" */
	struct document_range span = { row->start, row->end - row->start };
	extract_items_open(&extract->items, category, columns->confidence, span, false);
	extract_add_name(extract, name, mo_class);
	extract_add_cells(extract, columns, row);
	extract_items_close(&extract->items);
	extract_meet_class(extract, name->mo_class.bytes ? name->mo_class : mo_class);
}

static void add_bare(struct extract *extract, const struct extract_columns *columns, const struct block_row *row, const struct extract_name *name)
{
	size_t position = 0;
	bool any = false;
	struct text cell = columns->mo_class >= 0 && (size_t)columns->mo_class < row->count ? row->cells[columns->mo_class] : TEXT_LITERAL("");
	for (struct text mo_class; next_class(cell, &position, &mo_class); any = true)
		add_row_item(extract, columns, row, name, mo_class);
	if (!any)
		add_row_item(extract, columns, row, name, extract_section_class(extract, columns->block_index));
}

/* A plain word ("distance") is a name only where something besides the column's title says so. */
static bool is_credible(struct extract *extract, const struct extract_columns *columns, struct text cell, const struct extract_name *name)
{
	return columns->csv || columns->matched >= 3 || columns->mo_class >= 0 || extract_has_hump(name->attribute) ||
		memchr(cell.data, '`', cell.bytes) || memchr(name->attribute.data, '_', name->attribute.bytes) ||
		domain_list_has(extract->domain, DOMAIN_LIST_ATTRIBUTES, name->attribute);
}

void extract_parameter_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	struct text cell = row->cells[columns->name];
	struct extract_name name;
	if (extract_parse_cell_name(extract, cell, &name)) {
		if (name.mo_class.bytes > 0)
			add_row_item(extract, columns, row, &name, TEXT_LITERAL(""));
		else if (is_credible(extract, columns, cell, &name))
			add_bare(extract, columns, row, &name);
		return;
	}
	struct text stripped = extract_strip_marks(cell);
	if (columns->mo_class >= 0 && extract_is_identifier(stripped)) { /* "A1Threshold" of an export */
		name = (struct extract_name){ stripped, stripped, TEXT_LITERAL(""), stripped };
		add_bare(extract, columns, row, &name);
		return;
	}
	for (size_t position = 0; extract_next_name(extract, cell, &position, &name);) {
		if (name.mo_class.bytes > 0)
			add_row_item(extract, columns, row, &name, TEXT_LITERAL(""));
		else
			add_bare(extract, columns, row, &name);
	}
}
