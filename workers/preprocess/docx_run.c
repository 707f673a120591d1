#define _GNU_SOURCE
#include "workers/preprocess/docx_run.h"

#include "base/utf8.h"
#include "proto/document.h"
#include "workers/preprocess/docx_symbol.h"

enum { LEFT_OUT_BYTES_MAX = 1 << 12 }; /* of a deletion or a hidden run */

/* --- runs ------------------------------------------------------------------------------------------------------ */

static bool is_on(int8_t own, int8_t of_style) { return own != DOCX_UNSET ? own == 1 : of_style == 1; }

/* Emphasis is where a run differs from its paragraph's style. */
static void know_run(struct docx_body *body, const struct docx_paragraph *paragraph)
{
	struct docx_run *run = &body->run;
	const struct docx_styles *styles = body->paragraphs->styles;
	const struct docx_style *around = paragraph->style > 0 ? docx_style_at(styles, paragraph->style - 1) : NULL;
	const struct docx_style *style = run->style > 0 ? docx_style_at(styles, run->style - 1) : NULL;
	const struct docx_looks *outer = around ? &around->looks : &docx_looks_unset, *inner = style ? &style->looks : &docx_looks_unset;
	const struct docx_looks *own = &run->looks;
	int8_t raised = own->raised != DOCX_UNSET ? own->raised : inner->raised != DOCX_UNSET ? inner->raised : outer->raised;
	int8_t symbol = own->symbol != DOCX_UNSET ? own->symbol : inner->symbol != DOCX_UNSET ? inner->symbol : outer->symbol;
	bool code = style && style->meaning == DOCX_MEANS_CODE;
	const struct docx_style *base = around || styles->default_paragraph == 0 ? around : docx_style_at(styles, styles->default_paragraph - 1);
	int16_t size = own->size != DOCX_UNSET ? own->size : inner->size != DOCX_UNSET ? inner->size : base ? base->looks.size : DOCX_UNSET;

	run->known = true;
	run->bits = 0;
	if (is_on(own->bold, inner->bold) && outer->bold != 1)
		run->bits |= DOCX_BOLD;
	if (is_on(own->italic, inner->italic) && outer->italic != 1)
		run->bits |= DOCX_ITALIC;
	if (is_on(own->strike, inner->strike))
		run->bits |= DOCX_STRIKE;
	if (code || is_on(own->mono, inner->mono != DOCX_UNSET ? inner->mono : outer->mono))
		run->bits |= DOCX_MONO;
	if (raised > 0)
		run->bits |= raised == 1 ? DOCX_SUP : DOCX_SUB;
	run->hidden = is_on(own->hidden, inner->hidden != DOCX_UNSET ? inner->hidden : outer->hidden);
	run->strong = is_on(own->bold, inner->bold != DOCX_UNSET ? inner->bold : outer->bold);
	run->size = size != DOCX_UNSET ? size : styles->default_size;
	run->symbol = symbol > 0 ? (uint8_t)symbol : DOCX_FONT_TEXT;
}

/* The paragraph that text of this run goes to, or NULL when it is hidden or belongs nowhere. */
struct docx_paragraph *docx_run_paragraph(struct docx_body *body)
{
	struct docx_paragraph *paragraph = docx_paragraph_now(body->paragraphs);

	if (!paragraph || body->fields.hidden > 0)
		return NULL;
	if (!body->run.known)
		know_run(body, paragraph);
	return body->run.hidden ? NULL : paragraph;
}

void docx_run_append(struct docx_body *body, struct text text)
{
	if (!docx_run_paragraph(body))
		return;
	docx_piece(body->paragraphs, DOCX_PIECE_TEXT, body->run.bits, body->link);
	buffer_append_text(&body->paragraphs->text, text);
	body->produced += text.bytes;
}

void docx_run_break(struct docx_body *body)
{
	if (docx_run_paragraph(body))
		docx_piece(body->paragraphs, DOCX_PIECE_BREAK, 0, 0);
}

void docx_run_symbol(struct docx_body *body, const struct docx_attributes *attributes)
{
	struct text code_text = docx_attribute(attributes, "char");
	struct buffer sign;
	uint32_t code = 0;

	for (size_t i = 0; i < code_text.bytes && i < 6; i++) {
		char c = ascii_lower(code_text.data[i]);
		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			break;
		code = code * 16 + (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	if (code == 0)
		return;
	buffer_init(&sign, 16);
	utf8_append(&sign, docx_symbol_unicode(docx_symbol_font(docx_attribute(attributes, "font")), code));
	docx_run_append(body, buffer_view(&sign));
	buffer_done(&sign);
}

void docx_run_leave_out(struct docx_body *body, struct text text)
{
	if (body->left_out.bytes + text.bytes <= LEFT_OUT_BYTES_MAX)
		buffer_append_text(&body->left_out, text);
}

/* A hidden run's text is read when somebody wants to see it. */
static void begin_hidden(struct docx_body *body, struct docx_xml *xml)
{
	buffer_clear(&body->left_out);
	if (document_builder_explains(body->document)) {
		body->text_use = DOCX_TEXT_LEFT_OUT;
		xml->in_text = true;
	} else {
		document_builder_removed(body->document, DOCUMENT_REMOVED_HIDDEN, TEXT_LITERAL(""), document_nowhere);
	}
}

void docx_run_text_begin(struct docx_body *body, struct docx_xml *xml, const struct docx_attributes *attributes)
{
	if (!docx_run_paragraph(body)) {
		if (body->fields.hidden == 0 && body->run.hidden)
			begin_hidden(body, xml);
		return;
	}
	docx_piece(body->paragraphs, DOCX_PIECE_TEXT, body->run.bits, body->link);
	body->text_start = body->paragraphs->text.bytes;
	body->text_use = DOCX_TEXT_OF_RUN;
	body->preserve_space = text_equal(docx_attribute(attributes, "space"), TEXT_LITERAL("preserve"));
	xml->in_text = true;
}

/* Characters of symbol fonts since text_start become what they look like. */
static void translate_symbols(struct docx_body *body)
{
	struct buffer *text = &body->paragraphs->text, translated;
	struct text raw = text_slice(buffer_view(text), body->text_start, text->bytes);
	uint32_t code;

	buffer_init(&translated, raw.bytes * 2 + 16);
	for (size_t i = 0; i < raw.bytes;) {
		size_t bytes = utf8_decode(raw, i, &code);
		if (bytes == 0)
			break;
		utf8_append(&translated, docx_symbol_unicode((enum docx_symbol_font)body->run.symbol, code));
		i += bytes;
	}
	buffer_truncate(text, body->text_start);
	buffer_append_text(text, buffer_view(&translated));
	buffer_done(&translated);
}

void docx_run_text_end(struct docx_body *body)
{
	struct buffer *text = &body->paragraphs->text;

	if (text->status || text->bytes <= body->text_start)
		return;
	struct text raw = text_slice(buffer_view(text), body->text_start, text->bytes);
	if (!body->preserve_space) {
		size_t lead = 0;
		while (lead < raw.bytes && ascii_is_space(raw.data[lead]))
			lead++;
		size_t bytes = text_trim(raw).bytes;
		if (lead > 0)
			memmove(text->data + body->text_start, raw.data + lead, bytes);
		buffer_truncate(text, body->text_start + bytes);
		raw.bytes = bytes;
	}
	body->produced += raw.bytes;
	body->paragraphs->text_bytes += raw.bytes;
	docx_typed_text(&body->paragraphs->typed, body->run.size, body->run.strong, body->link > 0, raw);
	/* U+F000–F0FF begin with these bytes */
	if (raw.bytes > 0 && (body->run.symbol != DOCX_FONT_TEXT || memmem(raw.data, raw.bytes, "\xEF\x80", 2) || memmem(raw.data, raw.bytes, "\xEF\x81", 2) ||
			      memmem(raw.data, raw.bytes, "\xEF\x82", 2) || memmem(raw.data, raw.bytes, "\xEF\x83", 2)))
		translate_symbols(body);
}

/* --- fields and links ------------------------------------------------------------------------------------------ */

static uint32_t add_target(struct docx_body *body, struct text address, struct text place)
{
	struct buffer target;

	buffer_init(&target, 65536);
	buffer_append_text(&target, address);
	if (place.bytes > 0 && target.bytes > 0 && !memchr(target.data, '#', target.bytes)) {
		buffer_append_byte(&target, '#');
		buffer_append_text(&target, place);
	}
	uint32_t index = docx_target_add(body->paragraphs, buffer_view(&target));
	buffer_done(&target);
	return index;
}

void docx_run_field_separate(struct docx_body *body)
{
	struct docx_link link;
	const struct docx_field *field = docx_field_separate(&body->fields, &link);

	if (field && field->kind == DOCX_FIELD_LINK && link.target.bytes > 0 && !text_starts_with(link.target, TEXT_LITERAL("#")))
		body->link = add_target(body, link.target, link.place);
	if (field && field->kind == DOCX_FIELD_CONTENTS)
		docx_out_contents(body->out);
}

void docx_run_field_end(struct docx_body *body)
{
	struct docx_field field;

	if (!docx_field_end(&body->fields, &field))
		return;
	if (field.kind == DOCX_FIELD_LINK)
		body->link = field.link_before;
	if (field.kind == DOCX_FIELD_CHECKBOX)
		docx_run_append(body, field.checked ? TEXT_LITERAL("☒") : TEXT_LITERAL("☐"));
}

void docx_run_field_character(struct docx_body *body, const struct docx_attributes *attributes)
{
	struct text type = docx_attribute(attributes, "fldCharType");

	if (text_equal(type, TEXT_LITERAL("begin")))
		docx_field_begin(&body->fields, body->link);
	else if (text_equal(type, TEXT_LITERAL("separate")))
		docx_run_field_separate(body);
	else if (text_equal(type, TEXT_LITERAL("end")))
		docx_run_field_end(body);
}

void docx_run_link_begin(struct docx_body *body, const struct docx_attributes *attributes)
{
	struct text id = docx_attribute_relation(attributes, "id"), anchor = docx_attribute(attributes, "anchor");
	const struct docx_relation *relation = id.bytes > 0 ? docx_relation_by_id(body->relations, id) : NULL;

	if (body->hyperlink_depth++ > 0)
		return;
	body->link_before = body->link;
	if (!relation || !relation->external)
		return;
	body->link = add_target(body, docx_relation_target(body->relations, relation), anchor);
}

void docx_run_link_end(struct docx_body *body)
{
	if (body->hyperlink_depth > 0 && --body->hyperlink_depth == 0)
		body->link = body->link_before;
}
