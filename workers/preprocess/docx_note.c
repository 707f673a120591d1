#include "workers/preprocess/docx_note.h"

#include "proto/document.h"
#include "workers/preprocess/docx_run.h"

#include <errno.h>

static struct text note_key(struct docx_body *body, char kind, struct text id)
{
	buffer_clear(&body->note_key);
	buffer_append_byte(&body->note_key, kind);
	buffer_append_text(&body->note_key, id);
	return buffer_view(&body->note_key);
}

static struct docx_note *note_at(const struct docx_body *body, uint32_t index)
{
	return (struct docx_note *)(void *)body->note_items.data + index;
}

void docx_note_refer(struct docx_body *body, char kind, const struct docx_attributes *attributes)
{
	const uint32_t *place = string_map_find(&body->notes, note_key(body, kind, docx_attribute(attributes, "id")));

	if (!place || !docx_run_paragraph(body) || body->note_kind)
		return;
	struct docx_note *note = note_at(body, *place);
	if (note->bytes == 0)
		return;
	if (note->number == 0) {
		buffer_append(&body->note_order, place, sizeof(*place));
		note->number = (uint32_t)(body->note_order.bytes / sizeof(*place));
	}
	docx_piece_note(body->paragraphs, note->number);
}

/* Separators and what continues over a page are notes too, with a type. */
void docx_note_begin(struct docx_body *body, struct docx_xml *xml, const struct docx_attributes *attributes)
{
	struct text type = docx_attribute(attributes, "type");

	if (!body->note_kind || (type.bytes > 0 && !text_equal(type, TEXT_LITERAL("normal")))) {
		docx_xml_skip(xml);
		return;
	}
	note_key(body, body->note_kind, docx_attribute(attributes, "id"));
	docx_out_record(body->out);
	body->note_first = docx_out_count(body->out);
}

void docx_note_end(struct docx_body *body, struct docx_xml *xml)
{
	struct docx_note note = { .start = body->note_text.bytes };
	bool added;

	docx_paragraph_end(body->paragraphs);
	struct text text = text_trim(docx_out_flatten(body->out, body->note_first)), line;
	while (text_next_line(&text, &line)) {
		if (body->note_text.bytes > note.start)
			buffer_append_byte(&body->note_text, ' ');
		buffer_append_text(&body->note_text, text_trim(line));
	}
	note.bytes = body->note_text.bytes - note.start;
	uint32_t *place = string_map_add(&body->notes, buffer_view(&body->note_key), &added);
	if (!place) {
		docx_xml_fail(xml, -ENOMEM);
		return;
	}
	if (added) {
		*place = (uint32_t)(body->note_items.bytes / sizeof(note));
		buffer_append(&body->note_items, &note, sizeof(note));
	}
	if (body->out->recording == 0)
		buffer_clear(&body->out->record_text);
}

int docx_notes_write(struct docx_body *body)
{
	const struct docx_block block = { .kind = DOCX_BLOCK_PARAGRAPH, .indent = DOCX_INDENT_UNSET };
	const uint32_t *order = (const void *)body->note_order.data;
	struct buffer line;

	buffer_init(&line, body->note_text.bytes_max);
	for (size_t i = 0; i < body->note_order.bytes / sizeof(*order); i++) {
		const struct docx_note *note = note_at(body, order[i]);
		buffer_clear(&line);
		buffer_append_format(&line, "[^%u]: ", note->number);
		buffer_append(&line, body->note_text.data + note->start, note->bytes);
		docx_out_block(body->out, &block, buffer_view(&line));
	}
	int status = line.status ? line.status : body->note_order.status;
	buffer_done(&line);
	return status;
}
