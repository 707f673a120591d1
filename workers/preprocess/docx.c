/* docx.c: documents of word processors (Office Open XML, Transitional and Strict) to normal Markdown: the container, the parts in the order
 * in which they are needed, what the document says of itself. See convert.h for the contract.
 *
 * Styles, numbering and notes are read first and kept; the main part streams by and is never in memory as a whole. */
#define _GNU_SOURCE
#include "workers/preprocess/convert.h"
#include "workers/preprocess/docx_body.h"
#include "workers/preprocess/docx_comment.h"
#include "workers/preprocess/docx_embedded.h"
#include "workers/preprocess/docx_note.h"
#include "workers/preprocess/docx_standard.h"

#include <errno.h>
#include <inttypes.h>
#include <libxml/xmlversion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

struct conversion {
	const struct convert_input *input;
	struct document_builder *document;
	struct error_text *error;
	unsigned depth; /* how many documents it lies in */
	struct docx_package package;
	struct docx_relations of_package, of_main, of_notes;
	struct buffer main;      /* name of the main part */
	struct docx_styles styles;
	struct docx_numbering numbering;
	struct markdown_writer writer;
	struct docx_out out;
	struct docx_paragraphs paragraphs;
	struct docx_body *body;
	struct string_map images;
	struct buffer title;     /* of the core properties */
};

/* --- finding the main part ------------------------------------------------------------------------------------- */

static void open_type(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct buffer *main = context;
	struct text type = docx_attribute(attributes, "ContentType");
	(void)xml;

	bool is_main = text_find_nocase(type, TEXT_LITERAL("word")) >= 0 && text_ends_with_nocase(type, TEXT_LITERAL("main+xml"));
	if (tag == DOCX_CT_Override && main->bytes == 0 && is_main)
		docx_part_name_append(main, TEXT_LITERAL(""), docx_attribute(attributes, "PartName"));
}

static void close_nothing(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	(void)context, (void)xml, (void)tag;
}

/* By the package's relations, else by the content types, else by its usual name. */
static int find_main(struct conversion *work)
{
	static const struct docx_xml_handler handler = { .open = open_type, .close = close_nothing };
	const struct text types = TEXT_LITERAL("[content_types].xml"), usual = TEXT_LITERAL("word/document.xml");

	int status = docx_relations_load(&work->of_package, &work->package, TEXT_LITERAL(""), work->error);
	if (status < 0)
		return status;
	const struct docx_relation *relation = docx_relation_of_kind(&work->of_package, DOCX_RELATION_DOCUMENT);
	if (relation && docx_package_has(&work->package, docx_relation_target(&work->of_package, relation)))
		buffer_append_text(&work->main, docx_relation_target(&work->of_package, relation));
	else if (docx_package_has(&work->package, types))
		status = docx_xml_parse(&work->package, types, &handler, &work->main, work->error);
	if (status == 0 && !docx_package_has(&work->package, buffer_view(&work->main))) {
		buffer_clear(&work->main);
		buffer_append_text(&work->main, usual);
	}
	return status;
}

/* --- the parts ------------------------------------------------------------------------------------------------- */

/* The part of this kind that the main part names, or an empty text. */
static struct text related(const struct conversion *work, enum docx_relation_kind kind)
{
	const struct docx_relation *relation = docx_relation_of_kind(&work->of_main, kind);
	struct text target = relation && !relation->external ? docx_relation_target(&work->of_main, relation) : TEXT_LITERAL("");

	return docx_package_has(&work->package, target) ? target : TEXT_LITERAL("");
}

struct title_reading {
	struct buffer *title;
	bool done;
};

static void open_property(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct title_reading *reading = context;
	(void)attributes;
	xml->in_text = tag == DOCX_DC_title && !reading->done;
}

static void close_property(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct title_reading *reading = context;
	reading->done |= tag == DOCX_DC_title;
	xml->in_text = false;
}

static void take_property(void *context, struct docx_xml *xml, struct text text)
{
	(void)xml;
	buffer_append_text(((struct title_reading *)context)->title, text);
}

/* The title that the file's properties give. Properties that cannot be read are none. */
static void read_core(struct conversion *work)
{
	static const struct docx_xml_handler handler = { .open = open_property, .close = close_property, .text = take_property };
	const struct docx_relation *relation = docx_relation_of_kind(&work->of_package, DOCX_RELATION_CORE_PROPERTIES);
	struct title_reading reading = { .title = &work->title };
	struct error_text ignored;

	if (relation && docx_package_has(&work->package, docx_relation_target(&work->of_package, relation)) &&
	    docx_xml_parse(&work->package, docx_relation_target(&work->of_package, relation), &handler, &reading, &ignored) < 0)
		buffer_clear(&work->title);
}

/* --- images ---------------------------------------------------------------------------------------------------- */

static int take_image(void *context, struct text name, struct text bytes)
{
	struct conversion *work = context;
	const char *slash = memrchr(name.data, '/', name.bytes);
	struct text base = slash ? text_slice(name, (size_t)(slash + 1 - name.data), name.bytes) : name;
	struct buffer target;

	buffer_init(&target, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	int status = document_builder_add_image(work->document, base, bytes, &target);
	uint32_t *place = status == 0 ? string_map_find(&work->images, name) : NULL;
	if (place)
		*place = docx_target_add(&work->paragraphs, buffer_view(&target));
	buffer_done(&target);
	return status == -ENOMEM ? status : 0;
}

/* All images that the part refers to, in one pass through the archive: where each is kept. */
static int read_images(struct conversion *work, const struct docx_relations *relations)
{
	const struct docx_relation *items = (const void *)relations->items.data;
	size_t count = relations->items.bytes / sizeof(*items), before = work->images.count;

	for (size_t i = 0; i < count; i++) {
		bool wanted = items[i].kind == DOCX_RELATION_IMAGE && !items[i].external;
		if (wanted && !string_map_add(&work->images, docx_relation_target(relations, &items[i]), NULL))
			return -ENOMEM;
	}
	if (work->images.count == before)
		return 0;
	return docx_package_visit(&work->package, &work->images, (size_t)work->input->settings->convert.image_bytes_max, take_image, work, work->error);
}

static int read_notes(struct conversion *work, enum docx_relation_kind kind, char note_kind)
{
	struct text part = related(work, kind);

	if (part.bytes == 0)
		return 0;
	docx_relations_done(&work->of_notes);
	docx_relations_init(&work->of_notes);
	int status = docx_relations_load(&work->of_notes, &work->package, part, work->error);
	if (status == 0)
		status = read_images(work, &work->of_notes);
	return status ? status : docx_body_read(work->body, part, &work->of_notes, note_kind, work->error);
}

static int read_parts(struct conversion *work)
{
	struct text main = buffer_view(&work->main);

	int status = docx_relations_load(&work->of_main, &work->package, main, work->error);
	if (status == 0)
		status = docx_styles_load(&work->styles, &work->package, related(work, DOCX_RELATION_STYLES), work->error);
	if (status == 0)
		status = docx_numbering_load(&work->numbering, &work->package, related(work, DOCX_RELATION_NUMBERING), &work->styles, work->error);
	if (status == 0)
		status = read_notes(work, DOCX_RELATION_FOOTNOTES, 'f');
	if (status == 0)
		status = read_notes(work, DOCX_RELATION_ENDNOTES, 'e');
	if (status == 0)
		status = read_images(work, &work->of_main);
	if (status == 0)
		status = docx_body_read(work->body, main, &work->of_main, 0, work->error);
	if (status == 0)
		status = docx_notes_write(work->body);
	read_core(work);
	docx_comments_report(&work->package, related(work, DOCX_RELATION_COMMENTS), work->document);
	return status;
}

/* --- what the document says of itself -------------------------------------------------------------------------- */

/* What programs write as the title when nobody gave one. */
static bool says_nothing(struct text title)
{
	static const char *const names[] = { "untitled", "document", "microsoft word", "word document", "template", "powerpoint presentation" };
	static const char *const endings[] = { ".doc", ".docx", ".dot", ".dotx", ".docm", ".rtf", ".odt" };

	if (title.bytes < 3)
		return true;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_equal_nocase(title, text_from(names[i])) || text_starts_with_nocase(title, TEXT_LITERAL("Microsoft Word - ")))
			return true;
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (text_ends_with_nocase(title, text_from(endings[i])))
			return true;
	return false;
}

static void set_metadata(struct conversion *work)
{
	struct text of_properties = text_trim(buffer_view(&work->title)), of_text = text_trim(buffer_view(&work->paragraphs.title));
	struct text title = says_nothing(of_properties) || work->paragraphs.has_title ? of_text : of_properties;

	if (title.bytes == 0)
		title = says_nothing(of_properties) ? TEXT_LITERAL("") : of_properties;
	if (title.bytes > 0)
		document_builder_set_meta(work->document, DOCUMENT_META_TITLE, title);
	docx_standard_read(buffer_view(&work->paragraphs.cover), work->document);
	document_builder_counts(work->document)->images += work->paragraphs.image_count;
}

static void count_left_out(const struct conversion *work)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu32 " entries", work->body->contents);
	document_builder_removed_group(work->document, DOCUMENT_REMOVED_CONTENTS, work->body->contents, text_from(text), document_nowhere);
}

/* --- one document ---------------------------------------------------------------------------------------------- */

static int convert(struct conversion *work, struct buffer *markdown)
{
	int status = docx_package_open(&work->package, work->input->data, work->input->settings, work->error);

	if (status == 0)
		status = find_main(work);
	if (status < 0)
		return status;
	work->body->images = &work->images;
	work->body->document = work->document;
	work->body->input = work->input;
	work->body->depth = work->depth;
	status = read_parts(work);
	int written = status ? status : docx_out_finish(&work->out);
	markdown_finish(&work->writer);
	if (written == 0 && work->writer.heading_count == work->paragraphs.has_title)
		docx_typed_apply(&work->paragraphs.typed, work->paragraphs.has_title, markdown, work->writer.start, &work->paragraphs.title);
	if (written == 0)
		written = markdown->status;
	set_metadata(work);
	count_left_out(work);
	document_builder_scores(work->document)->conversion = written == 0 && markdown->bytes > work->writer.start ? 1 : 0;
	return written;
}

static int prepare(struct conversion *work, struct buffer *markdown)
{
	work->body = malloc(sizeof(*work->body));
	if (!work->body)
		return -ENOMEM;
	string_map_init(&work->package.names);
	string_map_init(&work->images);
	docx_relations_init(&work->of_package);
	docx_relations_init(&work->of_main);
	docx_relations_init(&work->of_notes);
	buffer_init(&work->main, 65536);
	buffer_init(&work->title, 65536);
	docx_styles_init(&work->styles);
	docx_numbering_init(&work->numbering);
	markdown_init(&work->writer, markdown);
	docx_out_init(&work->out, &work->writer, markdown->bytes_max);
	docx_paragraphs_init(&work->paragraphs, &work->styles, &work->numbering, &work->out, markdown->bytes_max);
	docx_body_init(work->body, &work->package, &work->paragraphs, markdown->bytes_max);
	return 0;
}

static void release(struct conversion *work)
{
	docx_body_done(work->body);
	free(work->body);
	docx_paragraphs_done(&work->paragraphs);
	docx_out_done(&work->out);
	docx_numbering_done(&work->numbering);
	docx_styles_done(&work->styles);
	buffer_done(&work->title);
	buffer_done(&work->main);
	docx_relations_done(&work->of_notes);
	docx_relations_done(&work->of_main);
	docx_relations_done(&work->of_package);
	string_map_done(&work->images);
	docx_package_done(&work->package);
}

int docx_convert_at(const struct convert_input *input, unsigned depth, struct buffer *markdown, struct document_builder *document,
		    struct error_text *error)
{
	struct conversion work = { .input = input, .depth = depth, .document = document, .error = error };
	/* libarchive turns the names of a ZIP into the locale's character set: it has to be UTF-8, whatever the process has. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return error_set(error, -ENOMEM, "the locale C.UTF-8 cannot be had");
	locale_t before = uselocale(utf8);
	int status = prepare(&work, markdown);

	if (status == 0) {
		status = convert(&work, markdown);
		release(&work);
	}
	uselocale(before);
	freelocale(utf8);
	document_builder_set_meta(document, DOCUMENT_META_CONVERTER, TEXT_LITERAL("docring docx, libxml2 " LIBXML_DOTTED_VERSION));
	document_builder_set_meta(document, DOCUMENT_META_ENCODING, TEXT_LITERAL("UTF-8"));
	return status;
}

int convert_docx(const struct convert_input *input, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	return docx_convert_at(input, 0, markdown, document, error);
}
