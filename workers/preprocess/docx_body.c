#include "workers/preprocess/docx_body.h"

#include "proto/document.h"
#include "workers/preprocess/docx_drawing.h"
#include "workers/preprocess/docx_embedded.h"
#include "workers/preprocess/docx_note.h"
#include "workers/preprocess/docx_run.h"

#include <errno.h>

void docx_body_init(struct docx_body *body, const struct docx_package *package, struct docx_paragraphs *paragraphs, size_t bytes_max)
{
	memset(body, 0, sizeof(*body));
	body->package = package;
	body->paragraphs = paragraphs;
	body->out = paragraphs->out;
	string_map_init(&body->notes);
	string_map_init(&body->charts);
	buffer_init(&body->fields.instructions, (size_t)DOCX_INSTRUCTION_BYTES_MAX * 2);
	struct buffer *const buffers[] = { &body->left_out, &body->alternative, &body->note_items, &body->note_text, &body->note_order, &body->note_key };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], bytes_max);
}

void docx_body_done(struct docx_body *body)
{
	string_map_done(&body->notes);
	string_map_done(&body->charts);
	buffer_done(&body->fields.instructions);
	struct buffer *const buffers[] = { &body->left_out, &body->alternative, &body->note_items, &body->note_text, &body->note_order, &body->note_key };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
}

/* --- paragraphs ------------------------------------------------------------------------------------------------ */

/* Between the cells of a table, where nothing may stand. */
static bool is_between_cells(const struct docx_body *body)
{
	return body->table_count > 0 && !body->tables[body->table_count - 1].in_cell;
}

static void begin_paragraph(struct docx_body *body, struct docx_xml *xml)
{
	if (!is_between_cells(body) && docx_paragraph_open(body->paragraphs))
		body->run = (struct docx_run){ .looks = docx_looks_unset };
	else
		docx_xml_skip(xml);
}

static void end_paragraph(struct docx_body *body)
{
	body->contents += body->fields.contents > 0;
	docx_field_paragraph_end(&body->fields);
	docx_paragraph_close(body->paragraphs);
}

/* A chapter inside the field of a table of contents: its end is missing. */
static void leave_contents(struct docx_body *body, const struct docx_paragraph *paragraph)
{
	const struct docx_style *style = paragraph->style > 0 ? docx_style_at(body->paragraphs->styles, paragraph->style - 1) : NULL;

	if (body->fields.contents > 0 && style && style->outline >= 0 && style->outline < DOCX_BODY_LEVEL)
		docx_field_leave_contents(&body->fields);
}

static void set_style(struct docx_body *body, struct docx_xml *xml, struct text id)
{
	struct docx_paragraph *paragraph = docx_paragraph_now(body->paragraphs);
	struct docx_styles *styles = body->paragraphs->styles;
	const struct docx_style *style = id.bytes > 0 ? docx_style(styles, id, true) : NULL;

	if (id.bytes > 0 && !style)
		docx_xml_fail(xml, -ENOMEM);
	if (!style || !paragraph)
		return;
	paragraph->style = 1 + (uint32_t)(style - docx_style_at(styles, 0));
	leave_contents(body, paragraph);
}

static void set_run_style(struct docx_body *body, struct docx_xml *xml, struct text id)
{
	struct docx_styles *styles = body->paragraphs->styles;
	const struct docx_style *style = id.bytes > 0 ? docx_style(styles, id, false) : NULL;

	if (id.bytes > 0 && !style)
		docx_xml_fail(xml, -ENOMEM);
	if (style)
		body->run.style = 1 + (uint32_t)(style - docx_style_at(styles, 0));
}

static void read_paragraph_property(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct docx_paragraph *paragraph = docx_paragraph_now(body->paragraphs);
	struct text value = docx_value(attributes);

	if (!paragraph)
		return;
	switch (tag) {
	case DOCX_W_pStyle: set_style(body, xml, value); break;
	case DOCX_W_numId: paragraph->number = docx_number(value, DOCX_UNSET); break;
	case DOCX_W_ilvl: paragraph->list_level = docx_number(value, DOCX_UNSET); break;
	case DOCX_W_outlineLvl: paragraph->outline = docx_number(value, DOCX_UNSET); break;
	case DOCX_W_ind: {
		struct text left = docx_attribute(attributes, "left");
		paragraph->indent = docx_number(left.bytes > 0 ? left : docx_attribute(attributes, "start"), paragraph->indent);
		break;
	}
	case DOCX_W_del: case DOCX_W_moveFrom: paragraph->mark_deleted = true; break;
	case DOCX_W_framePr: { /* a large first letter: the word goes on in the next paragraph */
		struct text drop = docx_attribute(attributes, "dropCap");
		paragraph->mark_deleted |= drop.bytes > 0 && !text_equal(drop, TEXT_LITERAL("none"));
		break;
	}
	case DOCX_W_vanish: case DOCX_W_specVanish: paragraph->mark_hidden = docx_value_on(attributes); break;
	default: break;
	}
}

/* --- text boxes ------------------------------------------------------------------------------------------------ */

static void begin_text_box(struct docx_body *body, struct docx_xml *xml)
{
	struct docx_paragraphs *paragraphs = body->paragraphs;
	int depth = paragraphs->depth;

	if (depth == 0 || depth == DOCX_PARAGRAPHS_MAX) {
		document_builder_removed_many(body->document, DOCUMENT_REMOVED_TEXT_BOX, depth > 0, document_nowhere);
		docx_xml_skip(xml);
		return;
	}
	docx_paragraph_hold(paragraphs);
	body->runs_around[depth - 1] = body->run;
	body->cells_around[depth - 1] = paragraphs->cell_depth;
}

static void end_text_box(struct docx_body *body)
{
	struct docx_paragraphs *paragraphs = body->paragraphs;

	docx_paragraph_end(paragraphs);
	CHECK(paragraphs->depth > 0);
	body->run = body->runs_around[paragraphs->depth - 1];
	paragraphs->cell_depth = body->cells_around[paragraphs->depth - 1];
}

/* --- alternatives ---------------------------------------------------------------------------------------------- */

static void begin_alternative(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag)
{
	int around = xml->depth - 1; /* of the AlternateContent */

	if (tag == DOCX_MC_AlternateContent) {
		body->chosen[xml->depth] = false;
		body->produced_before[xml->depth] = body->produced;
	} else if (tag == DOCX_MC_Choice && !body->chosen[around]) {
		body->chosen[around] = true;
	} else if (tag == DOCX_MC_Choice || body->produced != body->produced_before[around]) {
		docx_xml_skip(xml); /* the fallback too, when a choice gave something */
	}
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

static struct docx_open_table *table_now(struct docx_body *body)
{
	return body->table_count > 0 ? &body->tables[body->table_count - 1] : NULL;
}

static void begin_table(struct docx_body *body, struct docx_xml *xml)
{
	static const struct docx_block block = { .kind = DOCX_BLOCK_TABLE };

	docx_paragraph_end(body->paragraphs);
	if (body->table_count == DOCX_TABLES_MAX || body->fields.contents > 0 || is_between_cells(body)) {
		docx_xml_skip(xml);
		return;
	}
	docx_out_record(body->out);
	body->tables[body->table_count++] = (struct docx_open_table){
		.table = docx_out_open(body->out, &block), .header_row_before = body->paragraphs->header_row,
	};
}

static void end_table(struct docx_body *body)
{
	struct docx_open_table *table = table_now(body);

	docx_out_close(body->out, table->table);
	body->paragraphs->header_row = table->header_row_before;
	body->table_count--;
	docx_out_play(body->out);
}

static void begin_row(struct docx_body *body, struct docx_xml *xml)
{
	static const struct docx_block block = { .kind = DOCX_BLOCK_ROW };
	struct docx_open_table *table = table_now(body);

	if (!table || table->in_row) {
		docx_xml_skip(xml);
		return;
	}
	table->in_row = true;
	table->row = docx_out_open(body->out, &block);
	table->row_deleted = false;
	body->paragraphs->header_row = table->row_count++ == 0;
}

static void end_row(struct docx_body *body)
{
	struct docx_open_table *table = table_now(body);

	docx_out_close(body->out, table->row);
	if (table->row_deleted)
		buffer_truncate(&body->out->records, size_min(table->row * sizeof(struct docx_block), body->out->records.bytes));
	table->row_count -= table->row_deleted;
	table->in_row = false;
}

static void begin_cell(struct docx_body *body, struct docx_xml *xml)
{
	static const struct docx_block block = { .kind = DOCX_BLOCK_CELL, .span = 1 };
	struct docx_open_table *table = table_now(body);

	if (!table || !table->in_row || table->in_cell) {
		docx_xml_skip(xml);
		return;
	}
	table->in_cell = true;
	table->cell = docx_out_open(body->out, &block);
	table->cell_deleted = false;
	body->paragraphs->cell_depth++;
}

static void end_cell(struct docx_body *body)
{
	struct docx_open_table *table = table_now(body);

	docx_paragraph_end(body->paragraphs);
	if (table->cell_deleted)
		buffer_truncate(&body->out->records, size_min((table->cell + 1) * sizeof(struct docx_block), body->out->records.bytes));
	docx_out_close(body->out, table->cell);
	table->in_cell = false;
	if (body->paragraphs->cell_depth > 0)
		body->paragraphs->cell_depth--;
}

static uint16_t columns(const struct docx_attributes *attributes)
{
	int32_t number = docx_number(docx_value(attributes), 1);
	return (uint16_t)(number < 0 ? 0 : size_min((size_t)number, MARKDOWN_COLUMNS_MAX));
}

static void read_table_property(struct docx_body *body, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct docx_open_table *table = table_now(body);
	struct docx_out *out = body->out;

	bool of_row = tag == DOCX_W_gridBefore || tag == DOCX_W_tblHeader;

	if (!table || out->records.status || !(of_row ? table->in_row : table->in_cell))
		return;
	switch (tag) {
	case DOCX_W_gridBefore: docx_out_at(out, table->row)->span = columns(attributes); break;
	case DOCX_W_tblHeader:
		docx_out_at(out, table->row)->header = docx_value_on(attributes);
		body->paragraphs->header_row |= docx_value_on(attributes);
		break;
	case DOCX_W_gridSpan: docx_out_at(out, table->cell)->span = columns(attributes); break;
	case DOCX_W_vMerge:
		docx_out_at(out, table->cell)->goes_on = !text_equal(docx_value(attributes), TEXT_LITERAL("restart"));
		break;
	case DOCX_W_cellDel: table->cell_deleted = true; break;
	default: break;
	}
}

/* --- equations ------------------------------------------------------------------------------------------------- */

static void begin_equation(struct docx_body *body)
{
	if (body->equation_depth++ > 0)
		return;
	body->math.depth = 0;
	body->run = (struct docx_run){ .looks = docx_looks_unset };
	if (docx_run_paragraph(body))
		docx_piece(body->paragraphs, DOCX_PIECE_EQUATION, 0, 0);
	body->text_start = body->paragraphs->text.bytes;
}

static void end_equation(struct docx_body *body, struct docx_xml *xml)
{
	struct buffer *text = &body->paragraphs->text;

	if (body->equation_depth == 0 || --body->equation_depth > 0)
		return;
	if (!docx_run_paragraph(body)) {
		buffer_truncate(text, size_min(text->bytes, body->text_start));
		return;
	}
	body->produced += text->bytes > body->text_start ? text->bytes - body->text_start : 0;
	if (docx_xml_around(xml, 1) == DOCX_M_oMathPara)
		docx_run_break(body);
}

static void begin_equation_text(struct docx_body *body, struct docx_xml *xml)
{
	if (body->equation_depth == 0 || !docx_paragraph_now(body->paragraphs))
		return;
	body->text_use = DOCX_TEXT_OF_RUN;
	xml->in_text = true;
}

/* --- elements -------------------------------------------------------------------------------------------------- */

static void open_in_mark(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	if (tag == DOCX_W_del || tag == DOCX_W_moveFrom || tag == DOCX_W_vanish || tag == DOCX_W_specVanish)
		read_paragraph_property(body, xml, tag, attributes);
	docx_xml_skip(xml); /* properties hold nothing else that counts; neither does what may not stand here */
}

static void report_left_out(struct docx_body *body, enum document_removed kind)
{
	document_builder_removed(body->document, kind, text_trim(buffer_view(&body->left_out)), document_nowhere);
}

/* What was taken out by a tracked change: text, or a row that says so in its properties. */
static void open_deletion(struct docx_body *body, struct docx_xml *xml)
{
	enum docx_tag around = docx_xml_around(xml, 1);

	if (around == DOCX_W_trPr && table_now(body))
		table_now(body)->row_deleted = true;
	if (around == DOCX_W_rPr)
		return;
	buffer_clear(&body->left_out);
	if (document_builder_explains(body->document) && around != DOCX_W_trPr) {
		body->deletion_depth = xml->depth;
		return;
	}
	report_left_out(body, DOCUMENT_REMOVED_DELETION);
	docx_xml_skip(xml);
}

/* Inside a deletion whose text is to be shown. */
static void open_in_deletion(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag)
{
	body->text_use = DOCX_TEXT_LEFT_OUT;
	xml->in_text = tag == DOCX_W_delText || tag == DOCX_W_t;
	if (tag == DOCX_W_p || tag == DOCX_W_tab || tag == DOCX_W_br)
		docx_run_leave_out(body, TEXT_LITERAL(" "));
}

static void close_in_deletion(struct docx_body *body, struct docx_xml *xml)
{
	xml->in_text = false;
	if (xml->depth > body->deletion_depth)
		return;
	body->deletion_depth = 0;
	report_left_out(body, DOCUMENT_REMOVED_DELETION);
}

/* sdt/sdtPr/docPartObj/docPartGallery, sdt/sdtPr/showingPlcHdr: the content that comes next is a table of contents, or a placeholder. */
static void open_control(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	if (tag == DOCX_W_docPartGallery && text_equal(docx_value(attributes), TEXT_LITERAL("Table of Contents"))) {
		body->skip_control = xml->depth - 3;
		docx_out_contents(body->out);
	} else if (tag == DOCX_W_showingPlcHdr && docx_value_on(attributes)) {
		body->skip_control = xml->depth - 2;
	} else if (tag == DOCX_W_sdtContent && body->skip_control == xml->depth - 1) {
		body->skip_control = 0;
		docx_xml_skip(xml);
	}
}

static void open_in_run(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	switch (tag) {
	case DOCX_W_tab: case DOCX_W_ptab:
		if (docx_xml_around(xml, 1) == DOCX_W_r)
			docx_run_append(body, TEXT_LITERAL("\t"));
		break;
	case DOCX_W_br:
		if (docx_attribute(attributes, "type").bytes == 0 || text_equal(docx_attribute(attributes, "type"), TEXT_LITERAL("textWrapping")))
			docx_run_break(body);
		else
			docx_run_append(body, TEXT_LITERAL(" "));
		break;
	case DOCX_W_cr: docx_run_break(body); break;
	case DOCX_W_noBreakHyphen: docx_run_append(body, TEXT_LITERAL("-")); break;
	case DOCX_W_sym: docx_run_symbol(body, attributes); break;
	case DOCX_W_fldChar: docx_run_field_character(body, attributes); break;
	case DOCX_W_instrText:
		body->text_use = DOCX_TEXT_OF_INSTRUCTION;
		xml->in_text = true;
		break;
	case DOCX_W_default: /* of a box that nobody touched; what it says itself comes behind */
	case DOCX_W_checked:
		if (body->fields.depth > 0)
			body->fields.stack[body->fields.depth - 1].checked = docx_value_on(attributes);
		break;
	case DOCX_W_footnoteReference: docx_note_refer(body, 'f', attributes); break;
	case DOCX_W_endnoteReference: docx_note_refer(body, 'e', attributes); break;
	default: break;
	}
}

/* A document inside the document stands between its blocks. */
static void open_embedded(struct docx_body *body, struct docx_xml *xml, struct text id)
{
	const struct docx_relation *relation = id.bytes > 0 ? docx_relation_by_id(body->relations, id) : NULL;
	struct docx_paragraph *paragraph = docx_paragraph_now(body->paragraphs);

	if (!relation || relation->external || body->note_kind || (paragraph && !paragraph->pending))
		return;
	int status = docx_embedded_add(body, docx_relation_target(body->relations, relation));
	if (status < 0)
		docx_xml_fail(xml, status);
}

static void open_word(struct docx_body *body, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	switch (tag) {
	case DOCX_W_p: begin_paragraph(body, xml); break;
	case DOCX_W_r: body->run = (struct docx_run){ .looks = docx_looks_unset }; break;
	case DOCX_W_t: docx_run_text_begin(body, xml, attributes); break;
	case DOCX_W_rPr: body->mark_properties = docx_xml_around(xml, 1) == DOCX_W_pPr; break;
	case DOCX_W_rStyle: set_run_style(body, xml, docx_value(attributes)); break;
	case DOCX_W_pStyle: case DOCX_W_numId: case DOCX_W_ilvl: case DOCX_W_outlineLvl: case DOCX_W_ind: case DOCX_W_framePr:
		read_paragraph_property(body, xml, tag, attributes);
		break;
	case DOCX_W_del: case DOCX_W_moveFrom: open_deletion(body, xml); break;
	case DOCX_W_pPrChange: case DOCX_W_rPrChange: case DOCX_W_tblPrChange: case DOCX_W_trPrChange: case DOCX_W_tcPrChange: case DOCX_W_sectPrChange:
	case DOCX_W_tblPrExChange: case DOCX_W_numberingChange: case DOCX_W_sectPr: case DOCX_W_rt:
		docx_xml_skip(xml);
		break;
	case DOCX_W_hyperlink: docx_run_link_begin(body, attributes); break;
	case DOCX_W_fldSimple:
		docx_field_begin(&body->fields, body->link);
		docx_field_instruction(&body->fields, docx_attribute(attributes, "instr"));
		docx_run_field_separate(body);
		break;
	case DOCX_W_tbl: begin_table(body, xml); break;
	case DOCX_W_tr: begin_row(body, xml); break;
	case DOCX_W_tc: begin_cell(body, xml); break;
	case DOCX_W_gridBefore: case DOCX_W_tblHeader: case DOCX_W_gridSpan: case DOCX_W_vMerge: case DOCX_W_cellDel:
		read_table_property(body, tag, attributes);
		break;
	case DOCX_W_footnote: case DOCX_W_endnote: docx_note_begin(body, xml, attributes); break;
	case DOCX_W_docPartGallery: case DOCX_W_showingPlcHdr: case DOCX_W_sdtContent: open_control(body, xml, tag, attributes); break;
	case DOCX_W_drawing: case DOCX_W_pict: case DOCX_W_object: buffer_clear(&body->alternative); break;
	case DOCX_W_altChunk: open_embedded(body, xml, docx_attribute_relation(attributes, "id")); break;
	case DOCX_W_txbxContent: begin_text_box(body, xml); break;
	case DOCX_W_b: case DOCX_W_i: case DOCX_W_strike: case DOCX_W_dstrike: case DOCX_W_vanish: case DOCX_W_webHidden: case DOCX_W_rFonts:
	case DOCX_W_vertAlign: case DOCX_W_sz:
		docx_looks_read(&body->run.looks, tag, attributes);
		break;
	default: open_in_run(body, xml, tag, attributes); break;
	}
}

static void open_element(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct docx_body *body = context;

	if (body->deletion_depth > 0)
		open_in_deletion(body, xml, tag);
	else if (body->mark_properties)
		open_in_mark(body, xml, tag, attributes);
	else if (tag <= DOCX_W_styleLink)
		open_word(body, xml, tag, attributes);
	else if (tag == DOCX_M_oMath)
		begin_equation(body);
	else if (tag == DOCX_M_t)
		begin_equation_text(body, xml);
	else if (tag <= DOCX_M_groupChrPr && body->equation_depth > 0)
		docx_math_open(&body->math, tag, attributes, &body->paragraphs->text);
	else if (tag == DOCX_MC_AlternateContent || tag == DOCX_MC_Choice || tag == DOCX_MC_Fallback)
		begin_alternative(body, xml, tag);
	else if (tag > DOCX_M_groupChrPr && docx_run_paragraph(body))
		docx_drawing_open(body, tag, attributes);
}

static void close_element(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct docx_body *body = context;

	if (body->deletion_depth > 0) {
		close_in_deletion(body, xml);
		return;
	}
	switch (tag) {
	case DOCX_W_t:
		if (xml->in_text && body->text_use == DOCX_TEXT_LEFT_OUT)
			report_left_out(body, DOCUMENT_REMOVED_HIDDEN);
		else if (xml->in_text)
			docx_run_text_end(body);
		xml->in_text = false;
		break;
	case DOCX_W_instrText: case DOCX_M_t: xml->in_text = false; break;
	case DOCX_W_p: end_paragraph(body); break;
	case DOCX_W_rPr: body->mark_properties = false; break;
	case DOCX_W_hyperlink: docx_run_link_end(body); break;
	case DOCX_W_fldSimple: docx_run_field_end(body); break;
	case DOCX_W_tbl: end_table(body); break;
	case DOCX_W_tr: end_row(body); break;
	case DOCX_W_tc: end_cell(body); break;
	case DOCX_W_footnote: case DOCX_W_endnote: docx_note_end(body, xml); break;
	case DOCX_W_txbxContent: end_text_box(body); break;
	case DOCX_M_oMath: end_equation(body, xml); break;
	default:
		if (tag > DOCX_M_t && tag <= DOCX_M_groupChrPr && body->equation_depth > 0)
			docx_math_close(&body->math, tag, &body->paragraphs->text);
		break;
	}
}

static void on_text(void *context, struct docx_xml *xml, struct text text)
{
	struct docx_body *body = context;

	if (body->text_use == DOCX_TEXT_OF_INSTRUCTION)
		docx_field_instruction(&body->fields, text);
	else if (body->text_use == DOCX_TEXT_LEFT_OUT)
		docx_run_leave_out(body, text);
	else
		buffer_append_text(&body->paragraphs->text, text);
	if (body->paragraphs->text.status)
		docx_xml_fail(xml, body->paragraphs->text.status);
}

int docx_body_read(struct docx_body *body, struct text part, struct docx_relations *relations, char note_kind, struct error_text *error)
{
	static const struct docx_xml_handler handler = { .open = open_element, .close = close_element, .text = on_text };

	body->deletion_depth = 0;
	body->relations = relations;
	body->note_kind = note_kind;
	body->error = error;
	int status = docx_xml_parse(body->package, part, &handler, body, error);
	if (status == 0)
		docx_paragraph_end(body->paragraphs);
	return status ? status : docx_paragraphs_status(body->paragraphs);
}
