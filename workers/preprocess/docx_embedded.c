#include "workers/preprocess/docx_embedded.h"

#include "workers/preprocess/html_saved.h"

#include <errno.h>

static int convert_bytes(struct docx_body *body, struct text part, struct text bytes, struct buffer *markdown)
{
	const struct convert_input input = {
		.data = bytes, .name = part, .container = body->input->container, .settings = body->input->settings, .domain = body->input->domain,
	};
	struct error_text ignored;

	if (bytes.bytes == 0 || text_starts_with(bytes, TEXT_LITERAL("{\\rtf")))
		return ERROR_INPUT_REJECTED;
	if (html_saved_is(bytes))
		return convert_html(&input, markdown, body->document, &ignored);
	switch (detect_format(bytes, part)) {
	case DOCUMENT_FORMAT_HTML: return convert_html(&input, markdown, body->document, &ignored);
	case DOCUMENT_FORMAT_MARKDOWN: case DOCUMENT_FORMAT_TEXT: case DOCUMENT_FORMAT_CSV:
		return convert_plain_text(&input, markdown, body->document, &ignored);
	case DOCUMENT_FORMAT_DOCX:
		return body->depth < DOCX_EMBEDDED_DEPTH_MAX ? docx_convert_at(&input, body->depth + 1, markdown, body->document, &ignored) : ERROR_LIMIT_HIT;
	default: return ERROR_INPUT_REJECTED;
	}
}

static int take_embedded(void *context, struct text name, struct text bytes)
{
	struct docx_body *body = context;
	struct markdown_writer *writer = body->out->writer;
	struct buffer *markdown = writer->out;
	size_t before = markdown->bytes;

	if (before > writer->start)
		buffer_append_byte(markdown, '\n');
	size_t start = markdown->bytes;
	int status = convert_bytes(body, name, bytes, markdown);
	if (status < 0 || markdown->bytes == start)
		buffer_truncate(markdown, before);
	else
		writer->last = MARKDOWN_LAST_OTHER;
	body->paragraphs->typed.unwanted |= markdown->bytes > start;
	if (status < 0)
		document_builder_removed_many(body->document, DOCUMENT_REMOVED_TEXT_BOX, 1, document_nowhere);
	return status == -ENOMEM ? status : 0;
}

int docx_embedded_add(struct docx_body *body, struct text part)
{
	struct string_map wanted;
	struct error_text ignored;
	bool is_new = false;

	if (!docx_package_has(body->package, part))
		return 0;
	if (!string_map_add(&body->charts, part, &is_new))
		return -ENOMEM;
	if (!is_new)
		return 0;
	docx_paragraph_end(body->paragraphs);
	if (body->out->recording > 0) {
		document_builder_removed_many(body->document, DOCUMENT_REMOVED_TEXT_BOX, 1, document_nowhere);
		return 0;
	}
	docx_write_end(body->out);
	string_map_init(&wanted);
	int status = string_map_add(&wanted, part, NULL) ? docx_package_visit(body->package, &wanted, (size_t)body->package->settings->intake.member_bytes_max,
									      take_embedded, body, &ignored) : -ENOMEM;
	string_map_done(&wanted);
	return status == -ENOMEM ? status : 0;
}
