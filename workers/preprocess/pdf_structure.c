#include "workers/preprocess/pdf_structure.h"

#include "workers/preprocess/pdf_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 256, PAGES_DEPTH_MAX = 64, PAGES_MAX = 1 << 20, NO_PAGE = UINT32_MAX };

struct numbered_page {
	uint32_t number, page;
};

struct walk {
	struct pdf_structure *structure;
	struct numbered_page *pages; /* by number of their objects */
	size_t bytes_left;           /* of values that may be looked at: no tree needs more than a few times the file, as few stand in one another */
	uint32_t order;
	int status;
};

struct place { /* in the tree */
	uint32_t page;
	struct table_state *table; /* NULL: in none */
	uint32_t cell;
	uint32_t heading;
};

struct table_state {
	uint32_t index;
	uint32_t row;                                       /* that is read, from 1 */
	uint32_t busy_until[PDF_STRUCTURE_COLUMNS_MAX + 1]; /* rows that a cell above reaches down to */
	uint32_t column;
};

void pdf_structure_init(struct pdf_structure *structure)
{
	*structure = (struct pdf_structure){ 0 };
	pdf_objects_init(&structure->objects);
}

void pdf_structure_done(struct pdf_structure *structure)
{
	pdf_objects_done(&structure->objects);
	free(structure->pieces);
	free(structure->cells);
	free(structure->tables);
	free(structure->pages);
	*structure = (struct pdf_structure){ 0 };
}

/* --- pages ------------------------------------------------------------------------------------------------------- */

static bool spend(struct walk *walk, struct text object)
{
	if (walk->status < 0 || object.bytes >= walk->bytes_left)
		return false;
	walk->bytes_left -= object.bytes + 1;
	return true;
}

static void walk_pages(struct walk *walk, struct text value, unsigned depth)
{
	struct pdf_structure *structure = walk->structure;
	const struct text node = pdf_objects_resolve(&structure->objects, value);
	struct text kids, kid;

	if (node.bytes == 0 || depth > PAGES_DEPTH_MAX || structure->page_count >= PAGES_MAX || !spend(walk, node))
		return;
	kids = pdf_object_inside(pdf_objects_get(&structure->objects, node, "/Kids"), '[');
	if (kids.bytes > 0) {
		while (pdf_object_next(&kids, &kid))
			walk_pages(walk, kid, depth + 1);
		return;
	}
	if (!pdf_grow((void **)&structure->pages, &structure->page_capacity, structure->page_count, sizeof(*structure->pages))) {
		walk->status = -ENOMEM;
		return;
	}
	structure->pages[structure->page_count++] = pdf_object_reference(value);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct numbered_page *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

static bool number_pages(struct walk *walk)
{
	const struct pdf_structure *structure = walk->structure;

	walk->pages = calloc(structure->page_count, sizeof(*walk->pages));
	if (!walk->pages)
		return false;
	for (size_t i = 0; i < structure->page_count; i++)
		walk->pages[i] = (struct numbered_page){ structure->pages[i], (uint32_t)i };
	qsort(walk->pages, structure->page_count, sizeof(*walk->pages), compare_numbers);
	return true;
}

static uint32_t page_of(const struct walk *walk, struct text reference, uint32_t otherwise)
{
	const struct numbered_page wanted = { pdf_object_reference(reference), 0 };
	const struct numbered_page *found;

	if (wanted.number == 0)
		return otherwise;
	found = bsearch(&wanted, walk->pages, walk->structure->page_count, sizeof(wanted), compare_numbers);
	return found ? found->page : NO_PAGE;
}

/* --- the tree ---------------------------------------------------------------------------------------------------- */

static void add_piece(struct walk *walk, struct text mark, uint32_t form, const struct place *place)
{
	struct pdf_structure *structure = walk->structure;
	double number = 0;

	if (!pdf_object_number(mark, &number) || number < 0 || number > UINT32_MAX / 2 || place->page == NO_PAGE || structure->piece_count >= PDF_STRUCTURE_PIECES_MAX)
		return;
	if (!pdf_grow((void **)&structure->pieces, &structure->piece_capacity, structure->piece_count, sizeof(*structure->pieces))) {
		walk->status = -ENOMEM;
		return;
	}
	structure->pieces[structure->piece_count++] = (struct pdf_piece){ place->page, form, (uint32_t)number, ++walk->order, place->cell, place->heading };
	if (place->cell > 0) {
		const struct pdf_structure_cell *cell = &structure->cells[place->cell - 1];
		struct pdf_structure_table *table = &structure->tables[cell->table];
		table->first_row = table->known && table->first_row < cell->row ? table->first_row : cell->row;
		table->last_row = table->known && table->last_row > cell->row ? table->last_row : cell->row;
		table->filled |= 1u << cell->column;
		table->known = true;
	}
}

/* A number of an element's attributes, which are a dictionary or several. */
static uint32_t attribute(const struct walk *walk, struct text element, const char *key, uint32_t max)
{
	const struct text attributes = pdf_objects_get(&walk->structure->objects, element, "/A");
	struct text list = pdf_object_inside(attributes, '['), item;
	double number = 1;

	if (list.bytes == 0)
		pdf_object_number(pdf_object_raw(attributes, key), &number);
	while (pdf_object_next(&list, &item))
		pdf_object_number(pdf_object_raw(pdf_objects_resolve(&walk->structure->objects, item), key), &number);
	return number < 1 ? 1 : number > max ? max : (uint32_t)number;
}

static void open_table(struct walk *walk, struct place *place, struct table_state *state)
{
	struct pdf_structure *structure = walk->structure;

	if (!pdf_grow((void **)&structure->tables, &structure->table_capacity, structure->table_count, sizeof(*structure->tables))) {
		walk->status = -ENOMEM;
		return;
	}
	structure->tables[structure->table_count] = (struct pdf_structure_table){ 0 };
	*state = (struct table_state){ .index = (uint32_t)structure->table_count++ };
	place->table = state;
}

/* The next place of the row that no cell from above reaches into. */
static void open_cell(struct walk *walk, struct text element, struct place *place)
{
	struct pdf_structure *structure = walk->structure;
	struct table_state *state = place->table;

	while (state->column < PDF_STRUCTURE_COLUMNS_MAX && state->busy_until[state->column] >= state->row)
		state->column++;
	const uint32_t columns = attribute(walk, element, "/ColSpan", PDF_STRUCTURE_COLUMNS_MAX), rows = attribute(walk, element, "/RowSpan", PDF_STRUCTURE_ROWS_MAX);
	if (state->column + columns > PDF_STRUCTURE_COLUMNS_MAX || state->row == 0 || state->row > PDF_STRUCTURE_ROWS_MAX) {
		structure->tables[state->index].refused = true;
		return;
	}
	if (!pdf_grow((void **)&structure->cells, &structure->cell_capacity, structure->cell_count, sizeof(*structure->cells))) {
		walk->status = -ENOMEM;
		return;
	}
	structure->cells[structure->cell_count++] =
		(struct pdf_structure_cell){ state->index, (uint16_t)(state->row - 1), (uint16_t)state->column, (uint16_t)rows, (uint16_t)columns };
	for (uint32_t c = state->column; c < state->column + columns; c++)
		state->busy_until[c] = state->row + rows - 1;
	state->column += columns;
	place->cell = (uint32_t)structure->cell_count;
}

/* 0: it is no heading. */
static uint32_t heading_level(struct text kind)
{
	enum { ANY_LEVEL = 7 };

	if (kind.bytes == 2 && kind.data[1] == 'H')
		return ANY_LEVEL;
	return kind.bytes == 3 && kind.data[1] == 'H' && kind.data[2] >= '1' && kind.data[2] <= '6' ? (uint32_t)(kind.data[2] - '0') : 0;
}

static void walk_value(struct walk *walk, struct text value, struct place place, unsigned depth);

static void walk_element(struct walk *walk, struct text element, struct place place, unsigned depth)
{
	struct pdf_objects *objects = &walk->structure->objects;
	const struct text type = pdf_object_raw(element, "/Type"), kind = pdf_objects_get(objects, element, "/S");
	struct table_state state;

	place.page = page_of(walk, pdf_object_raw(element, "/Pg"), place.page);
	if (text_equal(type, TEXT_LITERAL("/MCR"))) {
		add_piece(walk, pdf_objects_get(objects, element, "/MCID"), pdf_object_reference(pdf_object_raw(element, "/Stm")), &place);
		return;
	}
	if (text_equal(type, TEXT_LITERAL("/OBJR")))
		return;
	if (place.cell == 0 && place.heading == 0 && heading_level(kind) > 0)
		place.heading = (uint32_t)++walk->structure->heading_count << PDF_HEADING_LEVEL_BITS | heading_level(kind);
	if (place.cell == 0 && text_equal(kind, TEXT_LITERAL("/Table"))) {
		open_table(walk, &place, &state);
	} else if (place.cell == 0 && place.table && text_equal(kind, TEXT_LITERAL("/TR"))) {
		place.table->row++;
		place.table->column = 0;
	} else if (place.cell == 0 && place.table && (text_equal(kind, TEXT_LITERAL("/TD")) || text_equal(kind, TEXT_LITERAL("/TH")))) {
		open_cell(walk, element, &place);
	}
	walk_value(walk, pdf_object_raw(element, "/K"), place, depth + 1);
}

static void walk_value(struct walk *walk, struct text value, struct place place, unsigned depth)
{
	const struct text resolved = pdf_objects_resolve(&walk->structure->objects, value);
	struct text list, item;

	if (resolved.bytes == 0 || depth > DEPTH_MAX || !spend(walk, resolved))
		return;
	struct text rest = resolved;
	if (!pdf_object_next(&rest, &item))
		return;
	if (item.data[0] == '<') {
		walk_element(walk, item, place, depth);
	} else if (item.data[0] == '[') {
		list = pdf_object_inside(item, '[');
		while (walk->status == 0 && pdf_object_next(&list, &item))
			walk_value(walk, item, place, depth + 1);
	} else {
		add_piece(walk, item, 0, &place);
	}
}

static int compare_pieces(const void *a, const void *b)
{
	const struct pdf_piece *x = a, *y = b;

	if (x->page != y->page)
		return x->page < y->page ? -1 : 1;
	if (x->form != y->form)
		return x->form < y->form ? -1 : 1;
	if (x->mark != y->mark)
		return x->mark < y->mark ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Chromium tags all that it prints. LibreOffice does in documents that it exports with tags, but what lays out its tables is known only where the
 * tree has one. It writes its name in UTF-16. */
static bool is_believed(const struct pdf_structure *structure, struct text producer)
{
	const bool office = text_find(producer, TEXT_LITERAL("004C0069006200720065004F00660066006900630065")) >= 0 || text_find(producer, TEXT_LITERAL("LibreOffice")) >= 0;

	return text_find(producer, TEXT_LITERAL("Skia/PDF")) >= 0 || (office && structure->table_count > 0);
}

/* Chromium, and wkhtmltopdf, whose name is in UTF-16. */
static bool is_printed(struct text producer)
{
	return text_find(producer, TEXT_LITERAL("Skia/PDF")) >= 0 || text_find(producer, TEXT_LITERAL("(Qt ")) >= 0 || text_find(producer, TEXT_LITERAL("Q\0t\0 ")) >= 0;
}

static bool is_typeset(struct text producer, struct text creator)
{
	return text_find(producer, TEXT_LITERAL("TeX")) >= 0 || text_find(producer, TEXT_LITERAL("dvipdf")) >= 0 || text_find(creator, TEXT_LITERAL("dvips")) >= 0;
}

int pdf_structure_read(struct pdf_structure *structure, struct text data)
{
	enum { TIMES = 16 };
	struct walk walk = { .structure = structure };
	const struct place nowhere = { .page = NO_PAGE };

	walk.status = pdf_objects_read(&structure->objects, data);
	walk.bytes_left = (data.bytes + structure->objects.inflated.bytes) * TIMES + 1024;
	const struct text root = pdf_objects_trailer(&structure->objects, "/Root");
	const struct text facts = pdf_objects_trailer(&structure->objects, "/Info"), producer = pdf_objects_get(&structure->objects, facts, "/Producer");
	const struct text tree = pdf_objects_get(&structure->objects, root, "/StructTreeRoot");
	structure->printed = is_printed(producer);
	structure->typeset = is_typeset(producer, pdf_objects_get(&structure->objects, facts, "/Creator"));
	if (walk.status < 0 || (tree.bytes == 0 && !structure->printed && !structure->typeset))
		return walk.status;
	walk_pages(&walk, pdf_object_raw(root, "/Pages"), 0);
	if (walk.status < 0 || structure->page_count == 0)
		return walk.status;
	if (!number_pages(&walk))
		return -ENOMEM;
	walk_value(&walk, pdf_object_raw(tree, "/K"), nowhere, 0);
	structure->believed = is_believed(structure, producer);
	free(walk.pages);
	if (structure->piece_count > 0)
		qsort(structure->pieces, structure->piece_count, sizeof(*structure->pieces), compare_pieces);
	return walk.status;
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

/* The first piece that is not before the given one. */
static size_t find_piece(const struct pdf_structure *structure, uint32_t page, uint32_t form, uint32_t mark)
{
	const struct pdf_piece wanted = { .page = page, .form = form, .mark = mark };
	size_t low = 0, high = structure->piece_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (compare_pieces(&structure->pieces[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct pdf_piece *pdf_structure_piece(const struct pdf_structure *structure, uint32_t page, uint32_t form, uint32_t mark)
{
	const size_t i = find_piece(structure, page, form, mark);
	const struct pdf_piece *piece = i < structure->piece_count ? &structure->pieces[i] : NULL;

	return piece && piece->page == page && piece->form == form && piece->mark == mark ? piece : NULL;
}

bool pdf_structure_has_page(const struct pdf_structure *structure, uint32_t page)
{
	const size_t i = find_piece(structure, page, 0, 0);

	return i < structure->piece_count && structure->pieces[i].page == page;
}

uint32_t pdf_structure_first_order(const struct pdf_structure *structure, uint32_t page)
{
	uint32_t first = UINT32_MAX;

	for (size_t i = find_piece(structure, page, 0, 0); i < structure->piece_count && structure->pieces[i].page == page; i++)
		first = structure->pieces[i].order < first ? structure->pieces[i].order : first;
	return first;
}

static struct text object_numbered(struct pdf_structure *structure, uint32_t number)
{
	const struct text none = { NULL, 0 };
	char reference[32];

	if (number == 0) /* no reference: it would be the value itself, which does not outlive this function */
		return none;
	snprintf(reference, sizeof(reference), "%u 0 R", (unsigned)number);
	return pdf_objects_resolve(&structure->objects, text_from(reference));
}

static struct text page_object(struct pdf_structure *structure, uint32_t page)
{
	const struct text none = { NULL, 0 };

	return page < structure->page_count ? object_numbered(structure, structure->pages[page]) : none;
}

bool pdf_structure_content(struct pdf_structure *structure, uint32_t page, struct buffer *out)
{
	const struct text contents = pdf_objects_get(&structure->objects, page_object(structure, page), "/Contents");
	struct text rest = contents, value;

	if (!pdf_object_next(&rest, &value))
		return false;
	if (value.data[0] != '[')
		return pdf_objects_stream(&structure->objects, contents, out);
	struct text list = pdf_object_inside(value, '[');
	while (pdf_object_next(&list, &value)) {
		if (!pdf_objects_stream(&structure->objects, pdf_objects_resolve(&structure->objects, value), out))
			return false;
		buffer_append_byte(out, '\n');
	}
	return out->status == 0;
}

static const char *const inherited_keys[PDF_INHERITED_COUNT] = { "/Resources", "/CropBox", "/MediaBox", "/Rotate" };

/* What pages have from the node `number` and those above it. */
static void read_parent(struct pdf_structure *structure, uint32_t number)
{
	struct text node = object_numbered(structure, number);

	structure->parent = number;
	memset(structure->of_parent, 0, sizeof(structure->of_parent));
	for (unsigned depth = 0; depth < PAGES_DEPTH_MAX && node.bytes > 0; depth++) {
		for (size_t i = 0; i < PDF_INHERITED_COUNT; i++)
			if (structure->of_parent[i].bytes == 0)
				structure->of_parent[i] = pdf_objects_get(&structure->objects, node, inherited_keys[i]);
		node = pdf_objects_get(&structure->objects, node, "/Parent");
	}
}

static struct text inherited(struct pdf_structure *structure, uint32_t page, enum pdf_inherited which)
{
	const struct text node = page_object(structure, page), value = pdf_objects_get(&structure->objects, node, inherited_keys[which]);
	const uint32_t parent = value.bytes > 0 ? 0 : pdf_object_reference(pdf_object_raw(node, "/Parent"));

	if (parent == 0)
		return value;
	if (parent != structure->parent)
		read_parent(structure, parent);
	return structure->of_parent[which];
}

struct text pdf_structure_resources(struct pdf_structure *structure, uint32_t page)
{
	return inherited(structure, page, PDF_RESOURCES);
}

bool pdf_structure_edges(struct pdf_structure *structure, uint32_t page, double *ret_left, double *ret_top)
{
	struct text box = inherited(structure, page, PDF_CROP_BOX), item;
	double sides[4] = { 0 }, turned = 0;
	size_t count = 0;

	if (box.bytes == 0)
		box = inherited(structure, page, PDF_MEDIA_BOX);
	pdf_object_number(inherited(structure, page, PDF_ROTATE), &turned);
	box = pdf_object_inside(box, '[');
	while (count < 4 && pdf_object_next(&box, &item) && pdf_object_number(item, &sides[count]))
		count++;
	if (count < 4 || turned > 0 || turned < 0)
		return false;
	*ret_left = sides[0] < sides[2] ? sides[0] : sides[2];
	*ret_top = sides[1] > sides[3] ? sides[1] : sides[3];
	return true;
}
