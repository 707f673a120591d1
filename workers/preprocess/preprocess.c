/* preprocess.c: the order of the steps for one document, and the gates between them.
 *
 *   detect → convert → gate 2 → clean → extract → gate 4 → score → gate 3 → chunk
 *
 * Gate 4 judges items, not documents: what it drops must not count in the score of gate 3, so it comes first. A gate that
 * rejects a document keeps its Markdown. Whatever goes wrong with an input ends as a document that says so; nothing here
 * writes, logs or exits. */
#include "workers/preprocess/preprocess.h"

#include "base/utf8.h"
#include "ipc/fault.h"
#include "workers/preprocess/document_id.h"
#include "workers/preprocess/embedded_images.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
	KEPT_BYTES_MAX = 4 << 20,       /* of buffer memory held between documents: one giant must not stay resident */
	DOCUMENT_ID_HEAD_BYTES = 65536, /* of the unclean text in which the vendor's document id is looked for */
};

struct preprocess {
	const struct settings *settings;
	const struct domain *domain;
	struct buffer markdown; /* as converted */
	struct buffer clean;
};

static converter *const converters[DOCUMENT_FORMAT_COUNT] = {
	[DOCUMENT_FORMAT_HTML] = convert_html,
	[DOCUMENT_FORMAT_MARKDOWN] = convert_markdown,
	[DOCUMENT_FORMAT_TEXT] = convert_plain_text,
	[DOCUMENT_FORMAT_CSV] = convert_csv,
	[DOCUMENT_FORMAT_PDF] = convert_pdf,
	[DOCUMENT_FORMAT_DOCX] = convert_docx,
};

int preprocess_create(const struct settings *settings, const struct domain *domain, struct preprocess **ret_preprocess)
{
	struct preprocess *preprocess = calloc(1, sizeof(*preprocess));
	if (!preprocess)
		return -ENOMEM;
	preprocess->settings = settings;
	preprocess->domain = domain;
	buffer_init(&preprocess->markdown, settings->convert.markdown_bytes_max);
	buffer_init(&preprocess->clean, DOCUMENT_BYTES_MAX);
	*ret_preprocess = preprocess;
	return 0;
}

void preprocess_destroy(struct preprocess *preprocess)
{
	if (!preprocess)
		return;
	buffer_done(&preprocess->markdown);
	buffer_done(&preprocess->clean);
	free(preprocess);
}

/* --- outcomes --------------------------------------------------------------------------------------------------- */

static void settle(struct document_builder *document, enum document_status status, enum document_gate gate, const char *reason)
{
	document_builder_set_status(document, status, gate);
	document_builder_set_meta(document, DOCUMENT_META_REASON, text_from(reason));
}

static void reject_at_gate(struct document_builder *document, enum document_gate gate, double score, double least, const char *setting)
{
	struct error_text reason;
	error_set(&reason, 0, "%s score %.2f is below %.2f (%s)", gate == DOCUMENT_GATE_CONVERSION ? "conversion" : "structural", score,
		  least, setting);
	settle(document, DOCUMENT_REJECTED, gate, reason.message);
}

/* A weak document is kept; its reason says so. */
static void mark_weak(struct document_builder *document, double score, double least)
{
	struct error_text reason;
	error_set(&reason, 0, "weak: structural score %.2f is below %.2f (gate.structural)", score, least);
	settle(document, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE, reason.message);
}

static void fail(struct document_builder *document, int status, const struct error_text *error)
{
	const char *reason = error->message[0] ? error->message : error_describe(status);
	if (status == -ENOMEM)
		reason = "it needs more memory than a worker may have (supervise.document_memory)";
	settle(document, DOCUMENT_FAILED, DOCUMENT_GATE_NONE, reason);
}

/* Older office files and encrypted newer ones share a container, whose folder has names in UTF-16. */
static const char *describe_compound(struct text data)
{
	static const struct { struct text entry; const char *kind; } kinds[] = {
		{ TEXT_LITERAL("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"),
		  "an office file that is encrypted: it needs a password; open it in its program and save it without one" },
		{ TEXT_LITERAL("W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0"),
		  "an older Word file (DOC); convert it: soffice --headless --convert-to docx FILE" },
		{ TEXT_LITERAL("W\0o\0r\0k\0b\0o\0o\0k\0"), "an older Excel file (XLS); save it as CSV" },
		{ TEXT_LITERAL("P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0 \0D\0o\0c\0u\0m\0e\0n\0t\0"), "an older PowerPoint file (PPT); save it as PDF" },
	};
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (text_find(data, kinds[i].entry) >= 0)
			return kinds[i].kind;
	return "an older office file (DOC, XLS, PPT); save it as DOCX, PDF, HTML or CSV";
}

/* For the reason of a rejection: what a file that docring does not read looks like. */
static const char *describe_binary(struct text data)
{
	static const struct { size_t offset; struct text magic; const char *kind; } kinds[] = {
		{ 0, TEXT_LITERAL("PK\3\4"), "an office file in a ZIP (XLSX, PPTX, ODF, VSDX); save it as PDF, HTML or CSV" },
		{ 0, TEXT_LITERAL("{\\rtf"), "rich text (RTF); save it as PDF or HTML" },
		{ 0, TEXT_LITERAL("\x7F" "ELF"), "a program (ELF)" },
		{ 0, TEXT_LITERAL("MZ"), "a program for Windows" },
		{ 0, TEXT_LITERAL("SQLite format 3"), "a database (SQLite)" },
		{ 0, TEXT_LITERAL("OggS"), "sound or video (Ogg)" },
		{ 0, TEXT_LITERAL("ID3"), "sound (MP3)" },
		{ 0, TEXT_LITERAL("RIFF"), "sound or video (RIFF)" },
		{ 4, TEXT_LITERAL("ftyp"), "sound or video (MP4)" },
	};
	if (text_starts_with(data, TEXT_LITERAL("\xD0\xCF\x11\xE0")))
		return describe_compound(data);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (data.bytes > kinds[i].offset && text_starts_with(text_slice(data, kinds[i].offset, data.bytes), kinds[i].magic))
			return kinds[i].kind;
	if (text_find_nocase(text_slice(data, 0, size_min(data.bytes, 4096)), TEXT_LITERAL("MIME-Version:")) >= 0)
		return "a web page saved as one file (MHTML); save it as HTML or PDF";
	return "binary data";
}

static void settle_binary(struct document_builder *document, struct text data)
{
	struct error_text reason;
	error_set(&reason, 0, "not a document format that docring reads: %s", describe_binary(data));
	settle(document, DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, reason.message);
}

/* An image file has no text of its own; it is kept, for the documents that show it. */
static void settle_image(const struct settings *settings, struct document_builder *document, struct text data, struct text name)
{
	struct error_text reason;
	struct buffer target;
	if (!settings->convert.images) {
		settle(document, DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, "an image: it has no text of its own, and images are not kept (convert.images)");
		return;
	}
	buffer_init(&target, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	document_builder_limit_images(document, settings->convert.image_bytes_max, settings->convert.image_bytes_max);
	int status = document_builder_add_image(document, name, data, &target);
	buffer_done(&target);
	error_set(&reason, 0, "an image of %zu bytes: convert.image_bytes_max is %" PRIu64, data.bytes, settings->convert.image_bytes_max);
	if (status == 0)
		document_builder_set_status(document, DOCUMENT_KEPT, DOCUMENT_GATE_NONE);
	else
		settle(document, DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, reason.message);
}

/* True when the input is no document: settled already. */
static bool settle_unreadable(const struct settings *settings, struct document_builder *document, enum document_format format, struct text data,
			      struct text name)
{
	if (data.bytes == 0)
		settle(document, DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, "an empty file");
	else if (format == DOCUMENT_FORMAT_IMAGE)
		settle_image(settings, document, data, name);
	else if (format == DOCUMENT_FORMAT_ARCHIVE)
		document_builder_set_status(document, DOCUMENT_EXPANDED, DOCUMENT_GATE_NONE);
	else if (!converters[format])
		settle_binary(document, data);
	else
		return false;
	return true;
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

static void forget(struct buffer *buffer)
{
	if (buffer->capacity_bytes > KEPT_BYTES_MAX)
		buffer_done(buffer);
	buffer_clear(buffer);
}

static int convert(struct preprocess *preprocess, const struct convert_input *input, enum document_format format,
		   struct document_builder *document, struct error_text *error)
{
	struct buffer *markdown = &preprocess->markdown;
	FAULT_POINT("preprocess_convert");
	int status = converters[format](input, markdown, document, error);
	if (status == 0)
		status = markdown->status;
	bool unexplained = error->message[0] == '\0' || strcmp(error->message, error_describe(status)) == 0;
	if (status == ERROR_LIMIT_HIT && unexplained)
		return error_set(error, status, "its Markdown would be larger than %zu bytes (convert.markdown_bytes_max); split it", markdown->bytes_max);
	if (status == 0)
		status = embedded_images_take(markdown, &preprocess->clean, document);
	forget(&preprocess->clean);
	if (status < 0)
		return status;
	if (text_trim(buffer_view(markdown)).bytes == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "no text came out of it: the %s document holds none", document_format_name(format));
	return 0;
}

/* CSV is written by the converter row by row: it holds no headers, footers or notices of a publisher. What was converted is used up. */
static int clean(struct preprocess *preprocess, struct text name, enum document_format format, struct document_builder *document)
{
	FAULT_POINT("preprocess_clean");
	buffer_clear(&preprocess->clean);
	int status = format == DOCUMENT_FORMAT_CSV ? 0 :
		     clean_markdown(&preprocess->markdown, name, preprocess->domain, document, &preprocess->clean);
	if (status < 0)
		return status;
	if (preprocess->markdown.capacity_bytes > KEPT_BYTES_MAX && format != DOCUMENT_FORMAT_CSV)
		buffer_done(&preprocess->markdown);
	document_builder_take_markdown(document, format == DOCUMENT_FORMAT_CSV ? &preprocess->markdown : &preprocess->clean);
	document_builder_counts(document)->images = embedded_images_count(document_builder_markdown(document));
	return 0;
}

static struct text head_of(struct text text)
{
	return text_slice(text, 0, utf8_floor(text, size_min(text.bytes, DOCUMENT_ID_HEAD_BYTES))); /* patterns want whole characters */
}

/* Cleaning takes out running lines, and a page's header does not come so far: with them goes the document's id. Extraction finds it in the metadata; in
 * the file's name it finds it itself. */
static void find_document_id(struct preprocess *preprocess, const struct convert_input *input, enum document_format format, struct buffer *ret_id)
{
	struct domain_match match;

	if (domain_search(preprocess->domain, DOMAIN_PATTERN_DOCUMENT_ID, input->name, 0, &match))
		return;
	if (document_id_find(preprocess->domain, head_of(buffer_view(&preprocess->markdown)), &match) ||
	    (format == DOCUMENT_FORMAT_HTML && utf8_valid_prefix(head_of(input->data)) == head_of(input->data).bytes &&
	     document_id_find_labelled(preprocess->domain, head_of(input->data), &match)))
		buffer_append_text(ret_id, match.groups[0]);
}

static void judge_items(const struct settings *settings, struct document_builder *document)
{
	double sum = 0;
	document_builder_counts(document)->items_dropped = (uint32_t)document_builder_drop_items(document, (float)settings->gate.extraction);
	size_t count = document_builder_item_count(document);
	for (size_t i = 0; i < count; i++)
		sum += document_builder_item(document, i)->confidence;
	document_builder_scores(document)->extraction = count ? (float)(sum / (double)count) : 1;
}

static int understand(struct preprocess *preprocess, struct text name, struct text container, struct document_builder *document)
{
	const struct settings *settings = preprocess->settings;
	const struct document_scores *scores = document_builder_scores(document);
	FAULT_POINT("preprocess_extract");
	int status = extract_document(settings, preprocess->domain, name, container, document);
	if (status < 0)
		return status;
	judge_items(settings, document);
	FAULT_POINT("preprocess_score");
	status = score_document(settings, preprocess->domain, document);
	if (status < 0)
		return status;
	if (scores->structural < settings->gate.structural_drop) {
		reject_at_gate(document, DOCUMENT_GATE_PREPROCESSING, scores->structural, settings->gate.structural_drop, "gate.structural_drop");
		return 0;
	}
	if (scores->structural < settings->gate.structural)
		mark_weak(document, scores->structural, settings->gate.structural);
	FAULT_POINT("preprocess_chunk");
	return chunk_document(settings, preprocess->domain, document);
}

static int process(struct preprocess *preprocess, const struct convert_input *input, enum document_format format,
		   struct document_builder *document, struct error_text *error)
{
	const struct settings *settings = preprocess->settings;
	const struct document_scores *scores = document_builder_scores(document);
	int status = convert(preprocess, input, format, document, error);
	if (status < 0)
		return status;
	if (scores->conversion < settings->gate.conversion) {
		document_builder_take_markdown(document, &preprocess->markdown);
		reject_at_gate(document, DOCUMENT_GATE_CONVERSION, scores->conversion, settings->gate.conversion, "gate.conversion");
		return 0;
	}
	struct buffer id;
	buffer_init(&id, DOCUMENT_ID_HEAD_BYTES);
	if (document_builder_meta(document, DOCUMENT_META_DOCUMENT_ID).bytes == 0)
		find_document_id(preprocess, input, format, &id);
	status = clean(preprocess, input->name, format, document);
	if (status == 0 && document_builder_markdown(document).bytes > 0 && id.bytes > 0)
		document_builder_set_meta(document, DOCUMENT_META_DOCUMENT_ID, buffer_view(&id));
	buffer_done(&id);
	if (status < 0)
		return status;
	if (document_builder_markdown(document).bytes == 0) {
		settle(document, DOCUMENT_REJECTED, DOCUMENT_GATE_PREPROCESSING, "nothing is left after cleaning: all of it was legal text or noise");
		return 0;
	}
	return understand(preprocess, input->name, input->container, document);
}

static void set_up(const struct settings *settings, struct document_builder *document)
{
	if (settings->convert.images)
		document_builder_limit_images(document, settings->convert.image_bytes_max, settings->convert.images_bytes_max);
	else
		document_builder_limit_images(document, 0, 0);
	if (settings->convert.explain)
		document_builder_explain(document);
}

int preprocess_document(struct preprocess *preprocess, struct text data, struct text name, struct text container,
			struct document_builder *document)
{
	struct convert_input input = { data, name, container, preprocess->settings, preprocess->domain };
	struct error_text error = { "" };
	enum document_format format = detect_format(data, name);
	document_builder_set_format(document, format, 0);
	set_up(preprocess->settings, document);
	if (!settle_unreadable(preprocess->settings, document, format, data, name)) {
		document_builder_set_status(document, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE);
		int status = process(preprocess, &input, format, document, &error);
		if (status < 0)
			fail(document, status, &error);
	}
	forget(&preprocess->markdown);
	forget(&preprocess->clean);
	int64_t bytes = document_builder_bytes(document);
	return bytes < 0 && bytes != ERROR_LIMIT_HIT ? (int)bytes : 0;
}
