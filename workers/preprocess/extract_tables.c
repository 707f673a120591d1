/* extract_tables.c: tables whose columns the domain pack knows. A table is read in the category that its section announces
 * when the columns fit, otherwise in the one that knows most of its columns; a table of a CSV export is read in the category
 * of the file's format, and every cell becomes a detail of its row's item. */
#include "workers/preprocess/extract_context.h"

enum { HEADER_CELL_BYTES_MAX = 200 };

struct table_kind {
	const char *vocabulary;
	enum document_category category;
	void (*row)(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
};

/* Those of documents first. */
static const struct table_kind kinds[] = {
	{ "parameters", DOCUMENT_PARAMETERS, extract_parameter_row },
	{ "counters", DOCUMENT_COUNTERS, extract_parameter_row },
	{ "events", DOCUMENT_EVENTS, extract_event_row },
	{ "related_features", DOCUMENT_RELATED_FEATURES, extract_feature_row },
	{ "alarms", DOCUMENT_ALARMS, extract_named_row },
	{ "actions", DOCUMENT_ACTIONS, extract_named_row },
	{ "kpis", DOCUMENT_COUNTERS, extract_kpi_row },
	{ "features", DOCUMENT_MAIN_FEATURES, extract_feature_row },
};
enum { KINDS_OF_DOCUMENTS = 5 };

int extract_key_of(struct extract *extract, const char *vocabulary, struct text plain_label)
{
	struct text field = extract_vocabulary_field(&extract->vocabulary, vocabulary, plain_label);
	for (int key = 0; field.bytes > 0 && key < DOCUMENT_KEY_COUNT; key++)
		if (text_equal(field, text_from(document_key_name((enum document_key)key))))
			return key;
	return -1;
}

static void read_columns(struct extract *extract, const struct table_kind *kind, const struct block_row *header, struct extract_columns *ret_columns)
{
	*ret_columns = (struct extract_columns){ .vocabulary = kind->vocabulary, .category = kind->category, .count = header->count,
						 .name = -1, .mo_class = -1 };
	for (size_t i = 0; i < header->count; i++) {
		ret_columns->headers[i] = header->cells[i];
		ret_columns->keys[i] = -1;
		if (header->cells[i].bytes > HEADER_CELL_BYTES_MAX)
			continue;
		int key = extract_key_of(extract, kind->vocabulary, extract_plain(extract, header->cells[i]));
		if (key < 0)
			continue;
		ret_columns->keys[i] = (int8_t)key;
		ret_columns->matched++;
		if (key == DOCUMENT_KEY_NAME && ret_columns->name < 0)
			ret_columns->name = (int)i;
		if (key == DOCUMENT_KEY_MO_CLASS && ret_columns->mo_class < 0)
			ret_columns->mo_class = (int)i;
	}
}

/* A header that says "Name" alone is a name under a heading that says of what. */
static bool name_by_section(struct extract *extract, const struct block_row *header, struct extract_columns *columns)
{
	for (size_t i = 0; i < header->count && columns->name < 0; i++)
		if (header->cells[i].bytes < HEADER_CELL_BYTES_MAX &&
		    extract_vocabulary_is(&extract->vocabulary, "headings", "name", extract_plain(extract, header->cells[i]))) {
			columns->name = (int)i;
			columns->keys[i] = DOCUMENT_KEY_NAME;
			columns->matched++;
		}
	return columns->name >= 0;
}

/* "Feature | Description" compares products, unless a section or a column speaks of dependencies. */
static bool says_relationship(const struct extract_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		if (columns->keys[i] == DOCUMENT_KEY_RELATIONSHIP || columns->keys[i] == DOCUMENT_KEY_FAJ)
			return true;
	return false;
}

static bool is_csv(const struct extract *extract)
{
	struct text kind = document_builder_meta(extract->document, DOCUMENT_META_KIND);
	for (int format = 0; format < CSV_FORMAT_COUNT; format++)
		if (text_equal(kind, text_from(csv_format_name((enum csv_format)format))))
			return true;
	return false;
}

/* NULL for the generic format, whose rows are none of the six categories. */
static const struct table_kind *kind_of_csv(const struct extract *extract)
{
	struct text format = document_builder_meta(extract->document, DOCUMENT_META_KIND);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (text_equal(format, text_from(kinds[i].vocabulary)))
			return &kinds[i];
	return NULL;
}

static const struct table_kind *choose(struct extract *extract, size_t block_index, const struct block_row *header, struct extract_columns *ret_columns)
{
	const struct table_kind *best = NULL;
	bool csv = is_csv(extract);
	if (csv) {
		best = kind_of_csv(extract);
		if (!best)
			return NULL;
		read_columns(extract, best, header, ret_columns);
		ret_columns->csv = true;
		if (ret_columns->name >= 0 || name_by_section(extract, header, ret_columns))
			return best;
		best = NULL; /* named after something else than its rows are: its headers decide */
	}
	int8_t announced = extract->sections[block_index].category;
	struct extract_columns columns;
	for (size_t i = 0; i < KINDS_OF_DOCUMENTS; i++) {
		read_columns(extract, &kinds[i], header, &columns);
		bool own = announced == (int8_t)kinds[i].category;
		if (columns.name < 0 && !(own && name_by_section(extract, header, &columns)))
			continue;
		if (kinds[i].category == DOCUMENT_RELATED_FEATURES && !own && !says_relationship(&columns))
			continue;
		if (kinds[i].category == DOCUMENT_ALARMS && columns.matched < 2)
			continue;
		if (own || !best || columns.matched > ret_columns->matched) {
			best = &kinds[i];
			*ret_columns = columns;
		}
		if (own)
			break;
	}
	ret_columns->csv = csv;
	return best;
}

/* --- cells --------------------------------------------------------------------------------------------------------- */

static void add_relation(struct extract *extract, struct text inline_value)
{
	struct text plain = extract_plain(extract, inline_value);
	struct text relation = extract_vocabulary_field_in(&extract->vocabulary, "relations", plain);
	enum document_key key = relation.bytes > 0 ? DOCUMENT_KEY_RELATION : DOCUMENT_KEY_TYPE;
	extract_items_add(&extract->items, key, relation.bytes > 0 ? relation : plain, extract_range(extract, inline_value));
}

static void add_relationship(struct extract *extract, struct text inline_value)
{
	struct text field = extract_vocabulary_field_in(&extract->vocabulary, "relationships", extract_plain(extract, inline_value));
	extract_items_add(&extract->items, DOCUMENT_KEY_RELATIONSHIP, field, extract_range(extract, inline_value));
}

static void add_identities(struct extract *extract, enum document_key key, struct text inline_value)
{
	struct buffer code;
	struct document_range place;
	buffer_init(&code, 64);
	for (size_t position = 0;;) {
		bool found = key == DOCUMENT_KEY_FAJ ? extract_next_feature_id(extract, inline_value, &position, &place, &code) :
						      extract_next_licence(extract, inline_value, &position, &place, &code);
		if (!found)
			break;
		extract_items_add(&extract->items, key, buffer_view(&code), place);
	}
	buffer_done(&code);
}

void extract_add_field(struct extract *extract, enum document_key key, struct text inline_value)
{
	if (inline_value.bytes == 0)
		return;
	if (key == DOCUMENT_KEY_RELATION)
		add_relation(extract, inline_value);
	else if (key == DOCUMENT_KEY_RELATIONSHIP)
		add_relationship(extract, inline_value);
	else if (key == DOCUMENT_KEY_FAJ || key == DOCUMENT_KEY_CXC)
		add_identities(extract, key, inline_value);
	else if (key != DOCUMENT_KEY_READ_ONLY)
		extract_add_inline(extract, key, inline_value);
	else if (extract_vocabulary_is(&extract->vocabulary, "words", "yes", extract_plain(extract, inline_value)))
		extract_items_add(&extract->items, key, TEXT_LITERAL("true"), extract_range(extract, inline_value));
}

/* "Header: value". */
static void add_detail(struct extract *extract, struct text header, struct text cell)
{
	struct buffer *out = &extract->plain;
	buffer_clear(out);
	block_append_plain(out, header);
	size_t bytes = out->bytes;
	buffer_append_string(out, ": ");
	block_append_plain(out, cell);
	if (bytes > 0 && out->bytes > bytes + 2 && out->status == 0)
		extract_items_add(&extract->items, DOCUMENT_KEY_DETAIL, buffer_view(out), extract_range(extract, cell));
}

void extract_add_cells(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	size_t count = size_min(row->count, columns->count);
	for (size_t i = 0; i < count; i++) {
		int key = columns->keys[i];
		if (key == DOCUMENT_KEY_DESCRIPTION && !columns->csv)
			extract_add_field(extract, DOCUMENT_KEY_DESCRIPTION,
					  extract_without_label(extract, text_slice(row->cells[i], 0, extract_description_end(extract, row->cells[i]))));
		else if (key >= 0 && key != DOCUMENT_KEY_NAME && key != DOCUMENT_KEY_MO_CLASS)
			extract_add_field(extract, (enum document_key)key, row->cells[i]);
	}
	for (size_t i = 0; !columns->csv && i < count; i++)
		if (columns->keys[i] == DOCUMENT_KEY_DESCRIPTION)
			extract_add_described(extract, row->cells[i]);
	bool details = columns->csv || columns->category == DOCUMENT_ALARMS; /* cause and remedy are no attributes */
	for (size_t i = 0; details && i < count; i++)
		add_detail(extract, columns->headers[i], row->cells[i]);
}

/* --- a table with a name and its attributes in rows: "Parameter | x", "Range | 1..10" -------------------------------- */

/* Turns the table by a quarter: column names and cells of the one row that it stands for. */
static bool turn(struct extract *extract, const struct block *table, const struct table_kind *kind, struct extract_columns *ret_columns,
		 struct block_row *ret_row)
{
	struct block_row line, header = { .count = 0 };
	*ret_row = (struct block_row){ .start = table->start, .end = table->end };
	for (size_t position = 0; header.count < BLOCK_CELLS_MAX && block_next_row(extract->markdown, table, &position, &line);) {
		if (line.count != 2)
			return false;
		if (!header.count && extract_vocabulary_is(&extract->vocabulary, "words", "value_column", extract_plain(extract, line.cells[1])))
			continue; /* "Field | Value" */
		header.cells[header.count++] = line.cells[0];
		ret_row->cells[ret_row->count++] = line.cells[1];
	}
	read_columns(extract, kind, &header, ret_columns);
	return ret_columns->name >= 0 && ret_columns->matched >= 2 && ret_columns->matched * 2 >= ret_columns->count;
}

static bool read_turned(struct extract *extract, size_t block_index)
{
	const struct block *table = &extract->blocks.items[block_index];
	struct extract_columns columns;
	struct block_row row;
	if (table->rows < 2 || table->rows > 64)
		return false;
	for (size_t i = 0; i < KINDS_OF_DOCUMENTS; i++) {
		if (!turn(extract, table, &kinds[i], &columns, &row))
			continue;
		columns.block_index = block_index;
		columns.confidence = (float)extract->settings->extract.table_confidence;
		kinds[i].row(extract, &columns, &row);
		return true;
	}
	return false;
}

static void read_table(struct extract *extract, size_t block_index)
{
	const struct block *table = &extract->blocks.items[block_index];
	struct extract_columns columns;
	struct block_row row;
	size_t position = 0;
	if (!block_next_row(extract->markdown, table, &position, &row) || row.count < 2 || (!is_csv(extract) && read_turned(extract, block_index)))
		return;
	const struct table_kind *kind = choose(extract, block_index, &row, &columns);
	if (!kind)
		return;
	columns.block_index = block_index;
	columns.confidence = (float)(columns.csv ? extract->settings->extract.csv_confidence : extract->settings->extract.table_confidence);
	while (block_next_row(extract->markdown, table, &position, &row) && !extract->items.status)
		if ((size_t)columns.name < row.count)
			kind->row(extract, &columns, &row);
}

void extract_tables(struct extract *extract)
{
	for (size_t i = 0; i < extract->blocks.count && !extract->items.status; i++)
		if (extract->blocks.items[i].kind == BLOCK_TABLE && !extract->sections[i].identity)
			read_table(extract, i);
}
