#include "workers/preprocess/docx_xml.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>

/* --- attributes ------------------------------------------------------------------------------------------------ */

enum { ATTRIBUTE_NAME, ATTRIBUTE_PREFIX, ATTRIBUTE_URI, ATTRIBUTE_START, ATTRIBUTE_END, ATTRIBUTE_FIELDS };

static struct text find_attribute(const struct docx_attributes *attributes, const char *name, bool relation)
{
	for (int i = 0; i < attributes->count; i++) {
		const unsigned char *const *fields = attributes->values + (ptrdiff_t)i * ATTRIBUTE_FIELDS;
		const char *uri = (const char *)fields[ATTRIBUTE_URI];
		if (strcmp((const char *)fields[ATTRIBUTE_NAME], name) != 0 || (uri && strstr(uri, "/relationships")) != relation)
			continue;
		return (struct text){ (const char *)fields[ATTRIBUTE_START], (size_t)(fields[ATTRIBUTE_END] - fields[ATTRIBUTE_START]) };
	}
	return TEXT_LITERAL("");
}

struct text docx_attribute(const struct docx_attributes *attributes, const char *name)
{
	return find_attribute(attributes, name, false);
}

struct text docx_attribute_relation(const struct docx_attributes *attributes, const char *name)
{
	return find_attribute(attributes, name, true);
}

struct text docx_value(const struct docx_attributes *attributes)
{
	return find_attribute(attributes, "val", false);
}

bool docx_value_on(const struct docx_attributes *attributes)
{
	struct text value = docx_value(attributes);
	return !text_equal(value, TEXT_LITERAL("0")) && !text_equal(value, TEXT_LITERAL("false")) && !text_equal(value, TEXT_LITERAL("off")) &&
	       !text_equal(value, TEXT_LITERAL("none"));
}

int32_t docx_number(struct text text, int32_t otherwise)
{
	bool negative = text.bytes > 0 && text.data[0] == '-';
	int64_t number = 0;
	size_t i = negative || (text.bytes > 0 && text.data[0] == '+');

	if (i == text.bytes)
		return otherwise;
	for (; i < text.bytes && ascii_is_digit(text.data[i]); i++) {
		number = number * 10 + (text.data[i] - '0');
		if (number > INT32_MAX)
			return otherwise;
	}
	if (!ascii_is_digit(text.data[negative]))
		return otherwise;
	return (int32_t)(negative ? -number : number);
}

/* --- SAX ------------------------------------------------------------------------------------------------------- */

static enum docx_tag find_tag(struct docx_xml *xml, const xmlChar *name, const xmlChar *namespace)
{
	/* Both are interned by the parser: the same pointers for the same names. */
	size_t hash = ((uintptr_t)name >> 3) ^ ((uintptr_t)name >> 11) ^ ((uintptr_t)namespace >> 4);
	struct docx_tag_slot *slot = &xml->slots[hash % DOCX_TAG_SLOTS];

	if (slot->name != name || slot->namespace != namespace)
		*slot = (struct docx_tag_slot){ name, namespace, docx_tag_find((const char *)namespace, (const char *)name) };
	return slot->tag;
}

/* Without entity substitution libxml2 leaves "&" in a value as "&#38;" (in memory of its own: a value without references lies in the input). */
static void restore_ampersands(struct docx_attributes *attributes)
{
	static const struct text written = TEXT_LITERAL("&#38;");

	for (int i = 0; i < attributes->count; i++) {
		const unsigned char **fields = attributes->values + (ptrdiff_t)i * ATTRIBUTE_FIELDS;
		size_t bytes = (size_t)(fields[ATTRIBUTE_END] - fields[ATTRIBUTE_START]), kept = 0;
		char *value = (char *)(uintptr_t)fields[ATTRIBUTE_START];
		if (bytes < written.bytes || !memchr(value, '&', bytes))
			continue;
		for (size_t at = 0; at < bytes; at++, kept++) {
			value[kept] = value[at];
			if (value[at] == '&' && text_starts_with((struct text){ value + at, bytes - at }, written))
				at += written.bytes - 1;
		}
		fields[ATTRIBUTE_END] = fields[ATTRIBUTE_START] + kept;
	}
}

static void on_open(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
		    const xmlChar **namespaces, int attribute_count, int defaulted_count, const xmlChar **values)
{
	struct docx_xml *xml = context;
	(void)prefix, (void)namespace_count, (void)namespaces, (void)defaulted_count;

	CHECK(xml->depth < DOCX_DEPTH_MAX);
	xml->depth++;
	if (xml->skip_depth > 0)
		return;
	enum docx_tag tag = find_tag(xml, name, uri);
	xml->tags[xml->depth] = (uint16_t)tag;
	if (tag == DOCX_UNKNOWN)
		return;
	struct docx_attributes attributes = { values, attribute_count };
	restore_ampersands(&attributes);
	xml->handler->open(xml->context, xml, tag, &attributes);
}

static void on_close(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct docx_xml *xml = context;
	(void)name, (void)prefix, (void)uri;

	CHECK(xml->depth > 0);
	if (xml->skip_depth == 0) {
		enum docx_tag tag = (enum docx_tag)xml->tags[xml->depth];
		if (tag != DOCX_UNKNOWN)
			xml->handler->close(xml->context, xml, tag);
	} else if (xml->skip_depth == xml->depth) {
		xml->skip_depth = 0;
	}
	xml->depth--;
}

static void on_text(void *context, const xmlChar *text, int bytes)
{
	struct docx_xml *xml = context;

	if (xml->in_text && xml->skip_depth == 0)
		xml->handler->text(xml->context, xml, (struct text){ (const char *)text, (size_t)bytes });
}

static void on_document_type(void *context, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
	struct docx_xml *xml = context;
	(void)name, (void)external_id, (void)system_id;

	docx_xml_fail(xml, error_set(xml->error, ERROR_INPUT_REJECTED, "%.*s has a document type with entities of its own: no office program "
				     "writes that, it is not read", TEXT_ARGS(xml->part.name)));
}

/* The one that libxml2 prints by default: errors are looked at afterwards. */
static void on_error(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
}

static int read_part(void *context, char *place, int bytes)
{
	struct docx_xml *xml = context;
	ssize_t got = xml->status < 0 ? -1 : docx_part_read(&xml->part, place, (size_t)bytes, xml->error);

	/* The parser is not stopped from here: it would take away the very input that it is filling. It ends with this error. */
	if (got < 0 && xml->status == 0)
		xml->status = (int)got;
	return got < 0 ? -1 : (int)got;
}

enum docx_tag docx_xml_around(const struct docx_xml *xml, int levels)
{
	return xml->depth > levels ? (enum docx_tag)xml->tags[xml->depth - levels] : DOCX_UNKNOWN;
}

void docx_xml_skip(struct docx_xml *xml)
{
	xml->skip_depth = xml->depth;
}

void docx_xml_fail(struct docx_xml *xml, int status)
{
	if (xml->status == 0)
		xml->status = status;
	if (xml->parser)
		xmlStopParser(xml->parser);
}

static int parse(struct docx_xml *xml)
{
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC, .startElementNs = on_open, .endElementNs = on_close, .internalSubset = on_document_type,
		.serror = on_error,
	};
	if (xml->handler->text)
		sax.characters = sax.ignorableWhitespace = sax.cdataBlock = on_text;
	xmlParserCtxtPtr parser = xmlCreateIOParserCtxt(&sax, xml, read_part, NULL, xml, XML_CHAR_ENCODING_NONE);
	if (!parser) /* the first bytes are read here */
		return xml->status ? xml->status : -ENOMEM;
	xml->parser = parser;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_COMPACT);
	int failed = xmlParseDocument(parser) != 0 || !parser->wellFormed;
	const xmlError *last = xmlCtxtGetLastError(parser);
	if (failed && xml->status == 0 && last && last->code == XML_ERR_NO_MEMORY)
		xml->status = -ENOMEM;
	if (failed && xml->status == 0)
		xml->status = error_set(xml->error, ERROR_INPUT_REJECTED, "damaged: %.*s is no XML that can be read: line %d: %.*s; open it in a "
					"word processor and save it again", TEXT_ARGS(xml->part.name), last ? last->line : 0,
					last && last->message ? (int)strcspn(last->message, "\n") : 0, last && last->message ? last->message : "");
	xml->parser = NULL;
	xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
	return xml->status;
}

int docx_xml_parse(const struct docx_package *package, struct text part_name, const struct docx_xml_handler *handler, void *context,
		   struct error_text *error)
{
	struct docx_xml xml = { .handler = handler, .context = context, .error = error };

	int status = docx_part_open(&xml.part, package, part_name, error);
	if (status == 0)
		status = parse(&xml);
	docx_part_close(&xml.part);
	return status;
}
