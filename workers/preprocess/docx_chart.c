#include "workers/preprocess/docx_chart.h"

#include "proto/document.h"
#include "workers/preprocess/markdown_inline.h"

#include <errno.h>
#include <stdlib.h>

enum { SERIES_MAX = 32, POINTS_MAX = 1000, CHART_BYTES_MAX = 16 << 20 };

struct chart_text { /* bytes 0: none */
	size_t start, bytes;
};

struct reading {
	struct buffer text;      /* of the chart: titles, names, values */
	struct chart_text title;
	struct chart_text names[SERIES_MAX];
	struct chart_text *points; /* POINTS_MAX rows of categories and SERIES_MAX values */
	uint32_t series;           /* begun so far */
	uint32_t rows;
	uint32_t point;            /* the point at hand */
	enum docx_tag place;       /* C_title, C_tx, C_cat or C_val: what text belongs to; DOCX_UNKNOWN */
	bool in_series;
	struct docx_body *body;    /* diagrams */
};

static struct text view(const struct reading *reading, struct chart_text text)
{
	return (struct text){ reading->text.data && text.bytes ? reading->text.data + text.start : "", text.bytes };
}

static struct chart_text *point_at(const struct reading *reading, uint32_t row, uint32_t column)
{
	return &reading->points[(size_t)row * (SERIES_MAX + 1) + column];
}

/* --- reading a chart ------------------------------------------------------------------------------------------- */

static void open_chart(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct reading *reading = context;

	switch (tag) {
	case DOCX_C_ser:
		reading->in_series = true;
		reading->series++;
		break;
	case DOCX_C_title: case DOCX_C_tx: case DOCX_C_cat: case DOCX_C_val: case DOCX_C_xVal: case DOCX_C_yVal:
		if (reading->place == DOCX_UNKNOWN)
			reading->place = tag;
		break;
	case DOCX_C_pt: reading->point = (uint32_t)docx_number(docx_attribute(attributes, "idx"), POINTS_MAX); break;
	case DOCX_C_v: case DOCX_A_t: xml->in_text = reading->place != DOCX_UNKNOWN; break;
	default: break;
	}
}

static void close_chart(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct reading *reading = context;

	xml->in_text = false;
	if (tag == DOCX_C_ser)
		reading->in_series = false;
	if (tag == reading->place)
		reading->place = DOCX_UNKNOWN;
}

/* Where the text at hand belongs, or NULL. */
static struct chart_text *place_of(struct reading *reading)
{
	bool first = reading->series == 1, kept = reading->series <= SERIES_MAX && reading->point < POINTS_MAX;

	if (reading->place == DOCX_C_title && !reading->in_series)
		return reading->series == 0 ? &reading->title : NULL; /* titles of axes come behind the series */
	if (!reading->in_series || reading->series == 0 || reading->series > SERIES_MAX)
		return NULL;
	if (reading->place == DOCX_C_tx)
		return &reading->names[reading->series - 1];
	if (!kept)
		return NULL;
	if (reading->point >= reading->rows)
		reading->rows = reading->point + 1;
	if (reading->place == DOCX_C_cat || reading->place == DOCX_C_xVal)
		return first ? point_at(reading, reading->point, 0) : NULL;
	return point_at(reading, reading->point, reading->series);
}

static void take_chart_text(void *context, struct docx_xml *xml, struct text text)
{
	struct reading *reading = context;
	struct chart_text *place = place_of(reading);
	(void)xml;

	if (!place)
		return;
	if (place->bytes == 0)
		place->start = reading->text.bytes;
	else if (place->start + place->bytes != reading->text.bytes)
		return; /* said twice */
	buffer_append_text(&reading->text, text);
	place->bytes = reading->text.bytes - place->start;
}

/* --- recording it ---------------------------------------------------------------------------------------------- */

static void record(struct docx_out *out, enum docx_block_kind kind, struct text plain)
{
	const struct docx_block block = { .kind = (uint8_t)kind, .indent = DOCX_INDENT_UNSET };
	struct buffer escaped;

	buffer_init(&escaped, CHART_BYTES_MAX);
	markdown_append_escaped(&escaped, text_trim(plain));
	docx_out_block(out, &block, buffer_view(&escaped));
	buffer_done(&escaped);
}

static void record_cell(struct docx_out *out, struct text plain)
{
	static const struct docx_block block = { .kind = DOCX_BLOCK_CELL, .span = 1 };
	size_t cell = docx_out_open(out, &block);

	record(out, DOCX_BLOCK_PARAGRAPH, plain);
	docx_out_close(out, cell);
}

static void record_row(const struct reading *reading, struct docx_out *out, uint32_t row, bool header)
{
	const struct docx_block block = { .kind = DOCX_BLOCK_ROW, .header = header };
	uint32_t series = reading->series < SERIES_MAX ? reading->series : SERIES_MAX;
	size_t index = docx_out_open(out, &block);

	record_cell(out, header ? TEXT_LITERAL("") : view(reading, *point_at(reading, row, 0)));
	for (uint32_t i = 0; i < series; i++)
		record_cell(out, view(reading, header ? reading->names[i] : *point_at(reading, row, i + 1)));
	docx_out_close(out, index);
}

static void record_chart(const struct reading *reading, struct docx_out *out)
{
	static const struct docx_block block = { .kind = DOCX_BLOCK_TABLE };

	record(out, DOCX_BLOCK_PARAGRAPH, view(reading, reading->title));
	if (reading->rows == 0)
		return;
	size_t table = docx_out_open(out, &block);
	record_row(reading, out, 0, true);
	for (uint32_t row = 0; row < reading->rows; row++)
		record_row(reading, out, row, false);
	docx_out_close(out, table);
}

/* Each part is read once: a document may refer to it as often as it likes. */
static bool is_new(struct docx_body *body, struct text part)
{
	bool added = false;
	return docx_package_has(body->package, part) && string_map_add(&body->charts, part, &added) && added;
}

static void count_lost(struct docx_body *body, int status)
{
	if (status < 0)
		document_builder_removed_many(body->document, DOCUMENT_REMOVED_TABLE, 1, document_nowhere);
}

void docx_chart_add(struct docx_body *body, struct text part)
{
	static const struct docx_xml_handler handler = { .open = open_chart, .close = close_chart, .text = take_chart_text };
	struct reading reading = { .series = 0 };
	struct error_text ignored;

	if (!is_new(body, part))
		return;
	reading.points = calloc((size_t)POINTS_MAX * (SERIES_MAX + 1), sizeof(*reading.points));
	buffer_init(&reading.text, CHART_BYTES_MAX);
	int status = reading.points ? docx_xml_parse(body->package, part, &handler, &reading, &ignored) : -ENOMEM;
	if (status == 0) {
		docx_paragraph_hold(body->paragraphs);
		record_chart(&reading, body->out);
		body->produced++;
	}
	count_lost(body, status);
	buffer_done(&reading.text);
	free(reading.points);
}

/* --- diagrams -------------------------------------------------------------------------------------------------- */

static void open_diagram(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct reading *reading = context;
	(void)attributes;

	if (tag == DOCX_DGM_pt)
		buffer_clear(&reading->text);
	else if (tag == DOCX_A_p && reading->text.bytes > 0)
		buffer_append_byte(&reading->text, ' ');
	xml->in_text = tag == DOCX_A_t;
}

static void close_diagram(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct reading *reading = context;

	xml->in_text = false;
	if (tag == DOCX_DGM_pt && text_trim(buffer_view(&reading->text)).bytes > 0)
		record(reading->body->out, DOCX_BLOCK_ITEM, buffer_view(&reading->text));
}

static void take_diagram_text(void *context, struct docx_xml *xml, struct text text)
{
	(void)xml;
	buffer_append_text(&((struct reading *)context)->text, text);
}

void docx_diagram_add(struct docx_body *body, struct text part)
{
	static const struct docx_xml_handler handler = { .open = open_diagram, .close = close_diagram, .text = take_diagram_text };
	struct reading reading = { .body = body };
	struct error_text ignored;

	if (!is_new(body, part))
		return;
	buffer_init(&reading.text, CHART_BYTES_MAX);
	docx_paragraph_hold(body->paragraphs);
	count_lost(body, docx_xml_parse(body->package, part, &handler, &reading, &ignored));
	body->produced++;
	buffer_done(&reading.text);
}
