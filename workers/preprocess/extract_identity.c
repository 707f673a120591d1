/* extract_identity.c: what a document is: title, feature name and acronym, identity table, vendor or 3GPP identity, what the
 * archive's name says. Only metadata is set here; extract_features.c makes the document's own feature out of it. */
#define _GNU_SOURCE
#include "base/utf8.h"
#include "workers/preprocess/document_id.h"
#include "workers/preprocess/extract_context.h"

enum {
	IDENTITY_BLOCKS_MAX = 120, /* an identity table stands near the top */
	HEAD_BYTES_MAX = 1500,     /* the text that may say "3GPP TS nn.nnn" of the document itself */
	TITLE_BYTES_MAX = 300,
	TITLE_LINE_BYTES_MIN = 8, TITLE_LINE_BYTES_MAX = 160, TITLE_BLOCKS_MAX = 12,
	VALUE_BYTES_MAX = 4000, /* what is longer is no value of an identity */
};

static bool is_set(const struct extract *extract, enum document_meta meta)
{
	return document_builder_meta(extract->document, meta).bytes > 0;
}

static void set_meta(struct extract *extract, enum document_meta meta, struct text value, struct document_range place)
{
	value = text_trim(value);
	if (value.bytes == 0 || value.bytes > VALUE_BYTES_MAX || is_set(extract, meta))
		return;
	document_builder_set_meta(extract->document, meta, value);
	extract->meta_places[meta] = place;
}

/* --- identity tables and lines --------------------------------------------------------------------------------------- */

static void set_feature_id(struct extract *extract, struct text inline_value)
{
	struct buffer code;
	struct document_range place;
	size_t position = 0;
	buffer_init(&code, 64);
	if (extract_next_feature_id(extract, inline_value, &position, &place, &code)) {
		set_meta(extract, DOCUMENT_META_FAJ_CODE, buffer_view(&code), place);
		extract->feature = true;
	}
	buffer_done(&code);
}

/* Name and identity may stand in two rows: "Name" and "FAJ 801 0400" become "Name (FAJ 801 0400)". */
static void set_value_package(struct extract *extract, struct text plain, struct document_range place)
{
	struct buffer whole;
	struct text before = document_builder_meta(extract->document, DOCUMENT_META_VALUE_PACKAGE);
	struct domain_match match;
	bool identity = domain_search(extract->domain, DOMAIN_PATTERN_FEATURE_ID, plain, 0, &match);
	if (before.bytes == 0) {
		set_meta(extract, DOCUMENT_META_VALUE_PACKAGE, plain, place);
		return;
	}
	if (domain_search(extract->domain, DOMAIN_PATTERN_FEATURE_ID, before, 0, &match) == identity)
		return;
	struct text name = identity ? before : plain, id = identity ? plain : before;
	buffer_init(&whole, 4096);
	buffer_append_format(&whole, "%.*s (%.*s)", TEXT_ARGS(name), TEXT_ARGS(id));
	if (whole.status == 0)
		document_builder_set_meta(extract->document, DOCUMENT_META_VALUE_PACKAGE, buffer_view(&whole));
	extract->meta_places[DOCUMENT_META_VALUE_PACKAGE].bytes = 0;
	buffer_done(&whole);
}

static void set_feature_name(struct extract *extract, struct text inline_value, struct document_range where)
{
	struct text name = extract_feature_name(extract, inline_value);
	if (name.bytes == 0 || name.bytes > TITLE_BYTES_MAX || is_set(extract, DOCUMENT_META_FEATURE_NAME))
		return;
	set_meta(extract, DOCUMENT_META_FEATURE_NAME, extract_plain(extract, name), extract_range(extract, name));
	extract->feature_span = where;
}

/* What the document says of itself comes before what the converter took for the title. */
static void set_title(struct extract *extract, struct text inline_value)
{
	if (extract->meta_places[DOCUMENT_META_TITLE].bytes > 0 || inline_value.bytes > TITLE_BYTES_MAX)
		return;
	document_builder_set_meta(extract->document, DOCUMENT_META_TITLE, extract_plain(extract, inline_value));
	extract->meta_places[DOCUMENT_META_TITLE] = extract_range(extract, inline_value);
}

static int meta_named(struct text field)
{
	for (int meta = 0; field.bytes > 0 && meta < DOCUMENT_META_COUNT; meta++)
		if (text_equal(field, text_from(document_meta_name((enum document_meta)meta))))
			return meta;
	return -1;
}

bool extract_identity_line(struct extract *extract, const char *vocabulary, struct text inline_label, struct text inline_value,
			   struct document_range where)
{
	int meta = meta_named(extract_vocabulary_field(&extract->vocabulary, vocabulary, extract_plain(extract, inline_label)));
	struct domain_match match;
	inline_value = text_trim(inline_value);
	if (meta < 0)
		return false;
	if (extract_is_nothing(extract, extract_plain(extract, inline_value)))
		return true;
	struct document_range place = extract_range(extract, inline_value);
	if (meta == DOCUMENT_META_FAJ_CODE)
		set_feature_id(extract, inline_value);
	else if (meta == DOCUMENT_META_CXC_CODES) /* the codes are listed with all others at the end */
		extract->feature |= domain_search(extract->domain, DOMAIN_PATTERN_LICENCE_ID, inline_value, 0, &match);
	else if (meta == DOCUMENT_META_VALUE_PACKAGE)
		set_value_package(extract, extract_plain(extract, inline_value), place);
	else if (meta == DOCUMENT_META_FEATURE_NAME)
		set_feature_name(extract, inline_value, where);
	else if (meta == DOCUMENT_META_TITLE)
		set_title(extract, inline_value);
	else if (meta != DOCUMENT_META_REASON && meta != DOCUMENT_META_KIND)
		set_meta(extract, (enum document_meta)meta, extract_plain(extract, inline_value), place);
	return true;
}

/* Rows of label and value: how many of its labels does the vocabulary know? */
static size_t count_labels(struct extract *extract, const struct block *table, size_t *ret_rows)
{
	struct block_row row;
	size_t known = 0;
	*ret_rows = 0;
	for (size_t position = 0; block_next_row(extract->markdown, table, &position, &row); (*ret_rows)++) {
		if (row.count > 2)
			return 0;
		known += row.count == 2 && row.cells[0].bytes < TITLE_BYTES_MAX &&
			extract_vocabulary_field(&extract->vocabulary, "identity", extract_plain(extract, row.cells[0])).bytes > 0;
	}
	return known;
}

static bool has_code(const struct extract *extract, struct text text)
{
	struct domain_match match;
	return domain_search(extract->domain, DOMAIN_PATTERN_FEATURE_ID, text, 0, &match) ||
		domain_search(extract->domain, DOMAIN_PATTERN_LICENCE_ID, text, 0, &match);
}

/* Labels in the first column, or in the first of two rows. */
static bool read_identity_table(struct extract *extract, const struct block *table)
{
	struct block_row row, values;
	struct text whole = text_slice(extract->markdown, table->start, table->end);
	struct document_range where = extract_block_range(table);
	size_t rows, labels = count_labels(extract, table, &rows);
	if (labels >= 3 || (labels >= 2 && has_code(extract, whole))) {
		for (size_t position = 0; block_next_row(extract->markdown, table, &position, &row);)
			if (row.count == 2)
				extract_identity_line(extract, "identity", row.cells[0], row.cells[1], where);
		return true;
	}
	size_t position = 0;
	labels = 0;
	if (rows > 0 && table->rows != 2)
		return false;
	if (!block_next_row(extract->markdown, table, &position, &row) || !block_next_row(extract->markdown, table, &position, &values))
		return false;
	for (size_t i = 0; i < row.count; i++)
		labels += extract_vocabulary_field(&extract->vocabulary, "identity", extract_plain(extract, row.cells[i])).bytes > 0;
	if (table->rows != 2 || labels < 3 || !has_code(extract, whole))
		return false;
	for (size_t i = 0; i < size_min(row.count, values.count); i++)
		extract_identity_line(extract, "identity", row.cells[i], values.cells[i], where);
	return true;
}

static void read_identity_tables(struct extract *extract)
{
	size_t count = size_min(extract->blocks.count, IDENTITY_BLOCKS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct block *block = &extract->blocks.items[i];
		if (block->kind == BLOCK_TABLE && block->rows <= 64 && extract->sections[i].category < 0)
			extract->sections[i].identity = read_identity_table(extract, block);
	}
}

/* --- names of files and archives, 3GPP --------------------------------------------------------------------------------- */

static void read_archive_name(struct extract *extract)
{
	const struct text places[] = { extract->container, extract->name };
	struct domain_match match;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (!domain_search(extract->domain, DOMAIN_PATTERN_ARCHIVE_NAME, places[i], 0, &match))
			continue;
		set_meta(extract, DOCUMENT_META_LANGUAGE, match.groups[1], (struct document_range){ 0 });
		set_meta(extract, DOCUMENT_META_LIBRARY, match.groups[2], (struct document_range){ 0 });
		set_meta(extract, DOCUMENT_META_REVISION, match.groups[3], (struct document_range){ 0 });
		return;
	}
}

static void read_document_id(struct extract *extract, struct text head)
{
	const struct text places[] = { document_builder_meta(extract->document, DOCUMENT_META_DOCUMENT_ID), extract->name, head };
	struct domain_match match;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (!document_id_find(extract->domain, places[i], &match))
			continue;
		set_meta(extract, DOCUMENT_META_DOCUMENT_ID, match.groups[0], (struct document_range){ 0 });
		const char *dot = memrchr(match.groups[0].data, '.', match.groups[0].bytes);
		if (dot)
			set_meta(extract, DOCUMENT_META_VERSION, text_slice(match.groups[0], (size_t)(dot + 1 - match.groups[0].data), match.groups[0].bytes),
				 (struct document_range){ 0 });
		return;
	}
}

static int version_digit(char c)
{
	c = ascii_lower(c);
	return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
}

/* "16.1.0" as it is; "g10" of a file name, one character a number; "160100", two. */
static void set_standard_version(struct extract *extract, struct text written)
{
	struct buffer version;
	buffer_init(&version, 64);
	if (written.bytes == 3 && version_digit(written.data[0]) >= 0) {
		for (size_t i = 0; i < 3; i++)
			buffer_append_format(&version, "%s%d", i ? "." : "", version_digit(written.data[i]));
	} else if (written.bytes == 6 && !memchr(written.data, '.', 6)) {
		for (size_t i = 0; i < 6; i += 2)
			buffer_append_format(&version, "%s%d", i ? "." : "", version_digit(written.data[i]) * 10 + version_digit(written.data[i + 1]));
	} else {
		buffer_append_text(&version, written);
	}
	set_meta(extract, DOCUMENT_META_VERSION, buffer_view(&version), (struct document_range){ 0 });
	buffer_done(&version);
}

/* The series and number in the name or path, or in the head when nothing there says that the document is a vendor's. */
static void read_standard(struct extract *extract, struct text head)
{
	const struct text places[] = { extract->name, extract->container, head };
	struct domain_match match;
	struct buffer id;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (!domain_search(extract->domain, DOMAIN_PATTERN_STANDARD_ID, places[i], 0, &match) || match.groups[2].bytes == 0)
			continue;
		buffer_init(&id, 64);
		buffer_append_format(&id, "TS %.*s.%.*s", TEXT_ARGS(match.groups[1]), TEXT_ARGS(match.groups[2]));
		set_meta(extract, DOCUMENT_META_DOCUMENT_ID, buffer_view(&id), (struct document_range){ 0 });
		set_meta(extract, DOCUMENT_META_KIND, TEXT_LITERAL("3gpp"), (struct document_range){ 0 });
		buffer_done(&id);
		if (match.groups[3].bytes > 0)
			set_standard_version(extract, match.groups[3]);
		else if (domain_search(extract->domain, DOMAIN_PATTERN_STANDARD_ID, head, 0, &match) && match.groups[3].bytes > 0)
			set_standard_version(extract, match.groups[3]);
		return;
	}
}

/* What the series is about, in the pack's words; empty for a series that it does not name. */
static struct text name_of_series(const struct domain *domain, struct text number)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(domain, &count);

	for (size_t i = 0; i < count; i++)
		if (text_equal(columns[i].category, TEXT_LITERAL("series")) && text_equal(columns[i].field, number))
			return columns[i].names[0];
	return TEXT_LITERAL("");
}

/* "TS 38.331" is of series 38; version 17.3.0 is of release 17. Versions before the fourth are drafts, or of the releases that were
 * named by years. */
static void describe_standard(struct extract *extract)
{
	enum { FIRST_RELEASE = 4 };
	const struct text id = document_builder_meta(extract->document, DOCUMENT_META_DOCUMENT_ID);
	const struct text version = document_builder_meta(extract->document, DOCUMENT_META_VERSION);
	struct text rest = id, number = id, major = version;
	struct buffer series;

	while (text_next_field(&rest, ' ', &number)) /* its last word */
		;
	const char *dot = number.bytes ? memchr(number.data, '.', number.bytes) : NULL;
	if (!dot || dot - number.data != 2)
		return;
	number.bytes = 2;
	const struct text name = name_of_series(extract->domain, number);
	buffer_init(&series, VALUE_BYTES_MAX);
	buffer_append_format(&series, "%.*s%s%.*s", TEXT_ARGS(number), name.bytes > 0 ? " " : "", TEXT_ARGS(name));
	set_meta(extract, DOCUMENT_META_SERIES, buffer_view(&series), (struct document_range){ 0 });
	buffer_done(&series);
	dot = version.bytes ? memchr(version.data, '.', version.bytes) : NULL;
	major.bytes = dot ? (size_t)(dot - version.data) : 0;
	if (major.bytes == 2 || (major.bytes == 1 && ascii_is_digit(major.data[0]) && major.data[0] - '0' >= FIRST_RELEASE))
		set_meta(extract, DOCUMENT_META_RELEASE, major, (struct document_range){ 0 });
}

/* --- title ------------------------------------------------------------------------------------------------------------- */

/* "Feature Name (ACR)": the acronym becomes metadata. */
static void read_acronym(struct extract *extract, struct text title)
{
	struct text name = extract_feature_name(extract, title);
	const char *end = name.data + name.bytes, *open = title.data + title.bytes > end ? memchr(end, '(', (size_t)(title.data + title.bytes - end)) : NULL;
	const char *close = open ? memchr(open, ')', (size_t)(title.data + title.bytes - open)) : NULL;
	struct domain_match match;
	if (!close)
		return;
	struct text inside = { open + 1, (size_t)(close - open - 1) };
	if (!domain_search(extract->domain, DOMAIN_PATTERN_FEATURE_ID, inside, 0, &match))
		set_meta(extract, DOCUMENT_META_ACRONYM, inside, extract_range(extract, inside));
}

static const struct block *first_heading(const struct extract *extract, uint8_t level_max)
{
	for (size_t i = 0; i < extract->blocks.count; i++) {
		const struct block *block = &extract->blocks.items[i];
		if (block->kind == BLOCK_HEADING && block->level <= level_max && block->content_end > block->content_start &&
		    block->content_end - block->content_start <= TITLE_BYTES_MAX)
			return block;
	}
	return NULL;
}

/* The file's name without folders and extension. */
static struct text file_stem(struct text name)
{
	const char *slash = name.bytes ? memrchr(name.data, '/', name.bytes) : NULL;
	if (slash)
		name = text_slice(name, (size_t)(slash + 1 - name.data), name.bytes);
	const char *dot = name.bytes ? memrchr(name.data, '.', name.bytes) : NULL;
	if (dot && dot > name.data)
		name.bytes = (size_t)(dot - name.data);
	return name;
}

/* The converter read the cover of a standard: what it says of the document holds. */
static bool has_cover(const struct extract *extract)
{
	return text_equal(document_builder_meta(extract->document, DOCUMENT_META_KIND), TEXT_LITERAL("3gpp"));
}

/* Bytes of a sign at the end that parts a title from something else: "Workload Manager -", "External clocks:". */
static size_t parting_bytes(struct text title)
{
	static const struct text signs[] = { TEXT_LITERAL("-"), TEXT_LITERAL("|"), TEXT_LITERAL(":"), TEXT_LITERAL("\u2013"), TEXT_LITERAL("\u2014"),
					     TEXT_LITERAL("\u00B7"), TEXT_LITERAL("\u00BB") };
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (text_ends_with_nocase(title, signs[i]))
			return signs[i].bytes;
	return 0;
}

static void trim_title(struct extract *extract)
{
	struct text title = text_trim(document_builder_meta(extract->document, DOCUMENT_META_TITLE));
	size_t sign = parting_bytes(title);
	struct buffer trimmed;

	if (sign == 0)
		return;
	for (; sign > 0; sign = parting_bytes(title))
		title = text_trim(text_slice(title, 0, title.bytes - sign));
	buffer_init(&trimmed, title.bytes + 16);
	buffer_append_text(&trimmed, title);
	if (trimmed.bytes > 0)
		document_builder_set_meta(extract->document, DOCUMENT_META_TITLE, buffer_view(&trimmed));
	buffer_done(&trimmed);
}

/* "1. Introduction", "Abstract": a part of a document, and not the name of one. */
static bool names_a_part(struct extract *extract, struct text plain)
{
	return extract_without_number(plain).bytes < plain.bytes || domain_list_has(extract->domain, DOMAIN_LIST_GENERIC_HEADINGS, plain) ||
	       domain_list_has(extract->domain, DOMAIN_LIST_SKIPPED_HEADINGS, plain);
}

static size_t count_words(struct text line)
{
	size_t words = 0;
	for (struct text word; text_next_field(&line, ' ', &word);)
		words += text_trim(word).bytes > 0;
	return words;
}

/* "Category: Informational", "Request for Comments: 1202": a line of a memo's head, while "Mobility Services: Problem Statement" is none. */
static bool is_labelled(struct text line)
{
	const char *colon = memchr(line.data, ':', line.bytes);
	if (!colon)
		return false;
	struct text label = { line.data, (size_t)(colon - line.data) }, value = text_trim(text_slice(line, label.bytes + 1, line.bytes));
	return count_words(label) < 2 || count_words(value) < 2 || ascii_is_digit(value.data[0]);
}

/* A line or two of their own in words, without a stop at the end. */
static bool is_title_line(struct extract *extract, struct text line)
{
	const char *end = line.bytes ? memchr(line.data, '\n', line.bytes) : NULL;
	if (line.bytes < TITLE_LINE_BYTES_MIN || line.bytes > TITLE_LINE_BYTES_MAX || (end && memchr(end + 1, '\n', (size_t)(line.data + line.bytes - end - 1))) ||
	    strchr(".,;!|>:", line.data[line.bytes - 1]) || !(ascii_is_upper(line.data[0]) || ascii_is_digit(line.data[0])))
		return false;
	return count_words(line) > 1 && !is_labelled(line) && !names_a_part(extract, extract_plain(extract, line));
}

/* The last line of a box at the head of a memo, when an empty line sets it apart. */
static struct text last_line_apart(struct text box)
{
	size_t end = box.bytes, start;
	for (start = end; start > 0 && box.data[start - 1] != '\n';)
		start--;
	size_t above = start;
	while (above > 0 && ascii_is_space(box.data[above - 1]))
		above--;
	size_t breaks = 0;
	for (size_t i = above; i < start; i++)
		breaks += box.data[i] == '\n';
	return above > 0 && breaks > 1 ? text_trim(text_slice(box, start, end)) : TEXT_LITERAL("");
}

/* The line above the first heading that is the title when that heading names a part; empty: the heading is the title. */
static struct text title_above(struct extract *extract, const struct block *heading)
{
	if (!names_a_part(extract, extract_plain(extract, extract_block_content(extract, heading))))
		return TEXT_LITERAL("");
	for (const struct block *block = extract->blocks.items; block < heading && block < extract->blocks.items + TITLE_BLOCKS_MAX; block++) {
		struct text content = extract_block_content(extract, block);
		struct text line = block->kind == BLOCK_PARAGRAPH ? content : block->kind == BLOCK_CODE ? last_line_apart(content) : TEXT_LITERAL("");
		if (is_title_line(extract, line))
			return line;
	}
	return TEXT_LITERAL("");
}

/* The title's text on one line. */
static void put_title(struct extract *extract, struct text title)
{
	struct buffer line;
	buffer_init(&line, TITLE_BYTES_MAX * 8);
	buffer_append_text(&line, extract_plain(extract, title));
	for (size_t i = 0; i < line.bytes; i++)
		if (line.data[i] == '\n')
			line.data[i] = ' ';
	document_builder_set_meta(extract->document, DOCUMENT_META_TITLE, buffer_view(&line));
	buffer_done(&line);
}

/* A header line ("DOCTITLE: …") comes first, then the first heading of level 1, what the converter knew, any heading, and at
 * last the file's name. */
static void read_title(struct extract *extract)
{
	struct document_range place = extract->meta_places[DOCUMENT_META_TITLE];
	struct document_range where = place;
	if (place.bytes == 0 && has_cover(extract) && is_set(extract, DOCUMENT_META_TITLE))
		return;
	if (place.bytes == 0) {
		const struct block *block = first_heading(extract, is_set(extract, DOCUMENT_META_TITLE) ? 1 : 6);
		if (!block) {
			set_meta(extract, DOCUMENT_META_TITLE, file_stem(extract->name), place);
			return;
		}
		struct text above = title_above(extract, block);
		place = extract_range(extract, above.bytes ? above : extract_block_content(extract, block));
		where = above.bytes ? place : extract_block_range(block);
	}
	struct text title = text_slice(extract->markdown, place.offset, place.offset + place.bytes);
	put_title(extract, title);
	extract->meta_places[DOCUMENT_META_TITLE] = place;
	read_acronym(extract, title);
	set_feature_name(extract, title, where);
}

/* "class EUtranCellFDD", "enum AdmState": a page of the reference of managed objects. */
static void recognise_mo_reference(struct extract *extract)
{
	struct text title = document_builder_meta(extract->document, DOCUMENT_META_TITLE), word;
	size_t words = 0;
	bool keyword = false, identifier = false;
	for (struct text rest = title; text_next_field(&rest, ' ', &word); words++) {
		keyword |= extract_vocabulary_has(&extract->vocabulary, "headings", "mo_reference", word);
		identifier |= extract_is_identifier(word) && extract_has_hump(word);
	}
	if (keyword && identifier && words <= 3)
		set_meta(extract, DOCUMENT_META_KIND, TEXT_LITERAL("mo-reference"), (struct document_range){ 0 });
}

/* An identity in the first section is the document's own when no table gave one. */
static void read_identity_in_head(struct extract *extract, struct text head)
{
	if (!is_set(extract, DOCUMENT_META_FAJ_CODE))
		set_feature_id(extract, head);
}

/* From the start to the first heading below the title that follows some text. */
static struct text head_of(const struct extract *extract)
{
	size_t end = 0;
	bool text = false;
	for (size_t i = 0; i < extract->blocks.count && end < HEAD_BYTES_MAX; i++) {
		const struct block *block = &extract->blocks.items[i];
		if (block->kind == BLOCK_HEADING && text)
			break;
		text |= block->kind != BLOCK_HEADING;
		if (extract->sections[i].category >= 0 || (block->kind == BLOCK_TABLE && block->end - block->start > HEAD_BYTES_MAX))
			break;
		end = block->end;
	}
	return text_slice(extract->markdown, 0, size_min(end, utf8_floor(extract->markdown, size_min(end, 4 * HEAD_BYTES_MAX))));
}

void extract_identity(struct extract *extract)
{
	struct text head = head_of(extract);
	read_archive_name(extract);
	bool csv = is_set(extract, DOCUMENT_META_KIND) && !has_cover(extract); /* an export is about many things, none of which it is */
	if (!csv) {
		extract_short_form_header(extract);
		read_identity_tables(extract);
	}
	read_title(extract);
	trim_title(extract);
	if (!csv)
		read_identity_in_head(extract, head);
	read_document_id(extract, head);
	if (!extract->feature && !csv)
		read_standard(extract, head);
	if (has_cover(extract))
		describe_standard(extract);
	recognise_mo_reference(extract);
}
