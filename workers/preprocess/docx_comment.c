#include "workers/preprocess/docx_comment.h"

#include "workers/preprocess/docx_xml.h"

enum { COMMENT_BYTES_MAX = 1 << 16 };

struct comments {
	struct document_builder *document;
	struct buffer text; /* of the comment at hand */
};

static void open_element(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct comments *comments = context;
	(void)attributes;

	xml->in_text = tag == DOCX_W_t;
	if (tag == DOCX_W_comment)
		buffer_clear(&comments->text);
	else if (tag == DOCX_W_p && comments->text.bytes > 0 && comments->text.bytes < COMMENT_BYTES_MAX)
		buffer_append_byte(&comments->text, ' ');
}

static void close_element(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct comments *comments = context;

	xml->in_text = false;
	if (tag == DOCX_W_comment)
		document_builder_removed(comments->document, DOCUMENT_REMOVED_COMMENT, text_trim(buffer_view(&comments->text)), document_nowhere);
}

static void take_text(void *context, struct docx_xml *xml, struct text text)
{
	struct comments *comments = context;
	(void)xml;

	if (comments->text.bytes + text.bytes <= COMMENT_BYTES_MAX)
		buffer_append_text(&comments->text, text);
}

void docx_comments_report(const struct docx_package *package, struct text part, struct document_builder *document)
{
	static const struct docx_xml_handler handler = { .open = open_element, .close = close_element, .text = take_text };
	struct comments comments = { .document = document };
	struct error_text ignored;

	if (part.bytes == 0)
		return;
	buffer_init(&comments.text, COMMENT_BYTES_MAX);
	(void)!docx_xml_parse(package, part, &handler, &comments, &ignored);
	buffer_done(&comments.text);
}
