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

/* What another column called a name says in words ("Full Name" beside "Abbreviated Name") describes the item that nothing else does. */
static void add_other_name(struct extract *extract, const struct extract_columns *columns, const struct block_row *row, const struct extract_name *name)
{
	for (size_t i = 0; i < size_min(columns->count, row->count); i++) {
		bool own = name->place.data >= row->cells[i].data && name->place.data < row->cells[i].data + row->cells[i].bytes;
		if (columns->keys[i] == DOCUMENT_KEY_NAME && !own && memchr(row->cells[i].data, ' ', row->cells[i].bytes) &&
		    !extract_items_open_has(&extract->items, DOCUMENT_KEY_DESCRIPTION))
			extract_add_field(extract, DOCUMENT_KEY_DESCRIPTION, row->cells[i]);
	}
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
	add_other_name(extract, columns, row, name);
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

/* Parts of letters and digits with points between them, the first of which begins with a capital. */
static size_t count_parts(struct text text)
{
	struct text rest = text, part;
	size_t parts = 0;
	while (text_next_field(&rest, '.', &part)) {
		if (!extract_is_identifier(part) && !(parts > 0 && part.bytes > 0 && ascii_is_digit(part.data[0])))
			return 0;
		parts++;
	}
	return text.bytes > 0 && text.data[text.bytes - 1] != '.' && ascii_is_upper(text.data[0]) ? parts : 0;
}

/* A whole cell under a heading that says what it is: counters of standards and of other vendors ("RRC.ConnEstabAtt", "M8013C97") belong
 * to no class; a parameter is an attribute of its class whatever letter it begins with ("CellAlgo.GuardSwitch"). */
static bool parse_foreign_name(const struct extract_columns *columns, struct text stripped, struct extract_name *ret_name)
{
	size_t parts = count_parts(stripped), class_bytes = 0;
	bool digit = false;
	for (size_t i = 0; i < stripped.bytes; i++)
		digit |= ascii_is_digit(stripped.data[i]);
	*ret_name = (struct extract_name){ stripped, stripped, TEXT_LITERAL(""), stripped };
	if (columns->category == DOCUMENT_COUNTERS)
		return parts > 1 || (parts == 1 && digit);
	if (columns->category != DOCUMENT_PARAMETERS || parts != 2)
		return false;
	class_bytes = (size_t)((const char *)memchr(stripped.data, '.', stripped.bytes) - stripped.data);
	ret_name->mo_class = text_slice(stripped, 0, class_bytes);
	ret_name->attribute = text_slice(stripped, class_bytes + 1, stripped.bytes);
	return extract_has_hump(ret_name->mo_class) && extract_has_hump(ret_name->attribute);
}

/* False when the cell has no name in it. */
static bool read_name_cell(struct extract *extract, const struct extract_columns *columns, const struct block_row *row, struct text cell)
{
	struct extract_name name;
	if (extract_parse_cell_name(extract, cell, &name)) {
		if (name.mo_class.bytes > 0)
			add_row_item(extract, columns, row, &name, TEXT_LITERAL(""));
		else if (is_credible(extract, columns, cell, &name))
			add_bare(extract, columns, row, &name);
		return true;
	}
	struct text stripped = extract_strip_marks(cell);
	if (parse_foreign_name(columns, stripped, &name)) {
		if (name.mo_class.bytes > 0)
			add_row_item(extract, columns, row, &name, TEXT_LITERAL(""));
		else
			add_bare(extract, columns, row, &name);
		return true;
	}
	if (columns->mo_class >= 0 && extract_is_identifier(stripped)) { /* "A1Threshold" of an export */
		name = (struct extract_name){ stripped, stripped, TEXT_LITERAL(""), stripped };
		add_bare(extract, columns, row, &name);
		return true;
	}
	bool any = false;
	for (size_t position = 0; extract_next_name(extract, cell, &position, &name); any = true) {
		if (name.mo_class.bytes > 0)
			add_row_item(extract, columns, row, &name, TEXT_LITERAL(""));
		else
			add_bare(extract, columns, row, &name);
	}
	return any;
}

void extract_parameter_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	for (size_t i = 0; i < size_min(columns->count, row->count); i++) /* "Counter ID | Counter Name": the one that is a name */
		if (columns->keys[i] == DOCUMENT_KEY_NAME && read_name_cell(extract, columns, row, row->cells[i]))
			return;
}
