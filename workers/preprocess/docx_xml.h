/* docx_xml.h: the parts of an office document as a stream of elements and text, through libxml2's SAX2 in pull mode.
 *
 * No tree, no entity substitution, no network, no document type: whatever has one is refused. Elements are recognised by
 * namespace (Transitional and Strict) and local name, whatever the prefix. Nesting is capped by libxml2 (256). */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_XML_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_XML_H

#include "workers/preprocess/docx_package.h"
#include "workers/preprocess/docx_tags.h"

struct docx_attributes { /* of the element at hand; valid during the call */
	const unsigned char **values;
	int count;
};

enum { DOCX_DEPTH_MAX = 300 }; /* above libxml2's own limit */

struct docx_xml;

struct docx_xml_handler {
	void (*open)(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes);
	void (*close)(void *context, struct docx_xml *xml, enum docx_tag tag);
	void (*text)(void *context, struct docx_xml *xml, struct text text); /* may be NULL; a run of text may come in pieces */
};

struct docx_tag_slot {
	const unsigned char *name, *namespace;
	enum docx_tag tag;
};

enum { DOCX_TAG_SLOTS = 512 };

struct docx_xml {
	const struct docx_xml_handler *handler;
	void *context;
	void *parser; /* xmlParserCtxtPtr */
	struct docx_part part;
	struct error_text *error;
	int status;       /* the first failure; the parse ends with it */
	int depth;        /* of the element at hand; the root has 1 */
	int skip_depth;   /* 0, or the depth of the element whose content is not handed on */
	bool in_text;     /* text is wanted */
	uint16_t tags[DOCX_DEPTH_MAX + 1];
	struct docx_tag_slot slots[DOCX_TAG_SLOTS];
};

/* Parses a part. 0; ERROR_INPUT_REJECTED (no XML that can be read, in `error`), ERROR_LIMIT_HIT, -ENOMEM, or what docx_xml_fail got. */
int docx_xml_parse(const struct docx_package *package, struct text part_name, const struct docx_xml_handler *handler, void *context,
		   struct error_text *error) WARN_UNUSED;

/* The element around the one at hand (levels 1), the one around that (2) … */
enum docx_tag docx_xml_around(const struct docx_xml *xml, int levels);
/* Called in `open`: neither the content of this element nor its end comes. */
void docx_xml_skip(struct docx_xml *xml);
void docx_xml_fail(struct docx_xml *xml, int status);

/* --- attributes ------------------------------------------------------------------------------------------------ */

/* The attribute of this local name outside the relationship namespace; bytes 0 when there is none. */
struct text docx_attribute(const struct docx_attributes *attributes, const char *name);
/* The attribute of this local name in the relationship namespace. */
struct text docx_attribute_relation(const struct docx_attributes *attributes, const char *name);
/* The "val" attribute. */
struct text docx_value(const struct docx_attributes *attributes);
bool docx_value_on(const struct docx_attributes *attributes); /* a switch: on unless it says otherwise */
int32_t docx_number(struct text text, int32_t otherwise);     /* decimal, with a sign; what does not fit: otherwise */

#endif
