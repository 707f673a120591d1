/* document.h: the processed document: what a preprocess worker leaves in its outbox for one input.
 *
 * One flat block that the next process reads as it lies: a header, then arrays and text, all reached by byte offsets from
 * the start of the block (uint32_t: a block is at most DOCUMENT_BYTES_MAX). Host byte order: a block never leaves the
 * machine except inside a spool, whose header carries the layout fingerprint. Alignment: every array starts at a multiple
 * of 8. Written by one worker with document_builder_*; read through document_open, which checks every offset and count
 * once, so that readers after it need no checks.
 *
 * Failure is a block too: status DOCUMENT_FAILED or DOCUMENT_REJECTED with the reason in meta DOCUMENT_META_REASON and
 * (for a rejection) the gate in header.gate. An archive's block has status DOCUMENT_EXPANDED and is laid out in members.h. */
#ifndef DOCRING_PROTO_DOCUMENT_H
#define DOCRING_PROTO_DOCUMENT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

#define DOCUMENT_MAGIC 0x434F4444u /* "DDOC" */
enum { DOCUMENT_VERSION = 4, DOCUMENT_CSV_FORMAT_MAX = 8, DOCUMENT_TERM_TIER_MAX = 4 };
enum {
	DOCUMENT_IMAGES_MAX = 20000,            /* different ones of one document */
	DOCUMENT_IMAGE_NAME_BYTES_MAX = 255,    /* of the name that it had in the document */
	DOCUMENT_IMAGE_TARGET_BYTES_MAX = 64,   /* of a link target */
	DOCUMENT_REMOVED_ENTRIES_MAX = 20000,   /* listed; all are counted */
	DOCUMENT_REMOVED_TEXT_BYTES_MAX = 400,  /* of one entry's text; a longer one is cut */
};
#define DOCUMENT_BYTES_MAX ((size_t)2 << 30)
#define DOCUMENT_IMAGE_BYTES_MAX ((size_t)64 << 20)   /* of one image, unless a limit is set */
#define DOCUMENT_IMAGES_BYTES_MAX ((size_t)256 << 20) /* of all images of a document, unless a limit is set */
#define DOCUMENT_IMAGE_FOLDER "images/"

enum document_status {
	DOCUMENT_CONVERTED = 1,
	DOCUMENT_REJECTED = 2, /* understood, and not wanted: gate, score and reason are set */
	DOCUMENT_FAILED = 3,   /* could not be processed: reason is set */
	DOCUMENT_EXPANDED = 4, /* an archive; see members.h */
	DOCUMENT_KEPT = 5,     /* an image: no text, kept as it is as the block's only image */
};

enum document_format {
	DOCUMENT_FORMAT_UNKNOWN,
	DOCUMENT_FORMAT_HTML,
	DOCUMENT_FORMAT_MARKDOWN,
	DOCUMENT_FORMAT_TEXT,
	DOCUMENT_FORMAT_CSV,
	DOCUMENT_FORMAT_PDF,
	DOCUMENT_FORMAT_DOCX,
	DOCUMENT_FORMAT_ARCHIVE,
	DOCUMENT_FORMAT_IMAGE,
	DOCUMENT_FORMAT_BINARY, /* nothing that docring reads */
	DOCUMENT_FORMAT_COUNT
};
const char *document_format_name(enum document_format format); /* "html", "markdown", ... */

enum document_gate { /* DOMAIN: gates by stage; the numbers are those of the stages */
	DOCUMENT_GATE_NONE = 0,
	DOCUMENT_GATE_INTAKE = 1,
	DOCUMENT_GATE_CONVERSION = 2,
	DOCUMENT_GATE_PREPROCESSING = 3,
	DOCUMENT_GATE_EXTRACTION = 4,
	DOCUMENT_GATE_GENERATION = 5,
	DOCUMENT_GATE_COUNT
};
const char *document_gate_name(enum document_gate gate); /* "intake", "conversion", ... */

/* One string each. Lists hold one entry a line, joined by '\n', in order of first appearance, without repeats. */
enum document_meta {
	DOCUMENT_META_REASON,        /* why it failed or was rejected; of a converted one "", or why it is weak */
	DOCUMENT_META_TITLE,
	DOCUMENT_META_FEATURE_NAME,  /* title without the "(ACR)"; "" when it is no feature description */
	DOCUMENT_META_ACRONYM,
	DOCUMENT_META_DOCUMENT_ID,   /* vendor document id, or 3GPP number ("TS 38.331"), or "" */
	DOCUMENT_META_VERSION,       /* revision or 3GPP version, or "" */
	DOCUMENT_META_SERIES,        /* 3GPP: number of the series and what it is about ("38 NR"), or "" */
	DOCUMENT_META_RELEASE,       /* 3GPP: "17", or "" */
	DOCUMENT_META_FAJ_CODE,      /* first "FAJ ddd dddd" that identifies the feature, or "" */
	DOCUMENT_META_CXC_CODES,     /* list */
	DOCUMENT_META_VALUE_PACKAGE,
	DOCUMENT_META_NODE_TYPE,
	DOCUMENT_META_ACCESS_TYPE,
	DOCUMENT_META_LICENSING,
	DOCUMENT_META_FEATURE_STATE,
	DOCUMENT_META_LANGUAGE,      /* from the archive's name (en_lzn…), or "" */
	DOCUMENT_META_LIBRARY,
	DOCUMENT_META_REVISION,
	DOCUMENT_META_KIND,          /* "feature", "mo-reference", "3gpp", "parameters" … "generic" (CSV format in lower case for CSV) */
	DOCUMENT_META_CONVERTER,     /* "libxml2 2.9.14", "poppler 22.12.0", "docring" ... */
	DOCUMENT_META_ENCODING,      /* as detected: "UTF-8", "WINDOWS-1252" ... */
	DOCUMENT_META_MO_CLASSES,    /* list */
	DOCUMENT_META_TERMS,         /* list: technical terms found, most frequent first, at most 64 */
	DOCUMENT_META_COUNT
};
const char *document_meta_name(enum document_meta meta); /* "title", "faj_code" ... as in front matter */

struct document_range { /* bytes in the block */
	uint32_t offset;
	uint32_t bytes;
};

struct document_array { /* elements in the block */
	uint32_t offset;
	uint32_t count;
};

/* All 0–1 (DOMAIN: Scores). */
struct document_scores {
	float conversion; /* gate 2: share of the source that became clean text, 0 when nothing did */
	float structural; /* gate 3: weighted sum of the six below */
	float parameters, counters, density, completeness, coherence, metadata;
	float extraction; /* gate 4: mean confidence of the items, 1 when there are none to judge */
	float complexity;
};

struct document_counts {
	uint32_t characters; /* code points of the Markdown */
	uint32_t words;
	uint32_t headings;
	uint32_t tables;
	uint32_t images;           /* image references in the Markdown */
	uint32_t pages;            /* PDF; 0 otherwise */
	uint32_t legal_removed;    /* sections or lines taken out as legal text */
	uint32_t cleaned;          /* other clean-ups (repeated contents lists, noise lines) */
	uint32_t replaced_bytes;   /* bytes that were not valid in the detected encoding */
	uint32_t items_dropped;    /* extracted, but below gate 4 (gate.extraction) */
};

enum document_image_kind { /* by content */
	DOCUMENT_IMAGE_UNKNOWN, /* kept as .bin */
	DOCUMENT_IMAGE_PNG, DOCUMENT_IMAGE_JPEG, DOCUMENT_IMAGE_GIF, DOCUMENT_IMAGE_SVG, DOCUMENT_IMAGE_BMP, DOCUMENT_IMAGE_TIFF,
	DOCUMENT_IMAGE_WEBP, DOCUMENT_IMAGE_EMF, DOCUMENT_IMAGE_WMF, DOCUMENT_IMAGE_ICO, DOCUMENT_IMAGE_JP2,
	DOCUMENT_IMAGE_KIND_COUNT
};
const char *document_image_extension(enum document_image_kind kind); /* "png", "jpg" … "bin" */
/* Looks at the first kilobytes. Pure. */
enum document_image_kind document_image_kind(struct text bytes);

/* What conversion and cleaning take out, leave out or repair. */
enum document_removed {
	DOCUMENT_REMOVED_LEGAL_SECTION,
	DOCUMENT_REMOVED_LEGAL_PARAGRAPH,
	DOCUMENT_REMOVED_LEGAL_LINE,
	DOCUMENT_REMOVED_RUNNING_LINE,   /* headers, footers, page numbers of pages */
	DOCUMENT_REMOVED_FURNITURE,      /* headers, footers, cookie bars of a web page, and what lies outside its content */
	DOCUMENT_REMOVED_MENU,           /* navigation */
	DOCUMENT_REMOVED_HIDDEN,         /* what a reader does not see either: hidden elements, hidden text */
	DOCUMENT_REMOVED_CONTENTS,       /* a contents list */
	DOCUMENT_REMOVED_FILE_HEADING,   /* a heading that is the file's name */
	DOCUMENT_REMOVED_EMPTY_HEADING,
	DOCUMENT_REMOVED_NOISE,          /* rows of dots, stray symbols, comments of converters */
	DOCUMENT_REMOVED_RULE,           /* a rule that parts nothing */
	DOCUMENT_REMOVED_EMPTY_LINK,
	DOCUMENT_REMOVED_LINK_REPAIRED,  /* the text is the link's target as it was */
	DOCUMENT_REMOVED_BYTES_REPLACED, /* not valid in the document's encoding */
	DOCUMENT_REMOVED_TABLE,          /* a table whose content did not come */
	DOCUMENT_REMOVED_IMAGE,          /* an image that was not kept: too large, too many, damaged */
	DOCUMENT_REMOVED_TEXT_BOX,
	DOCUMENT_REMOVED_DELETION,       /* of tracked changes */
	DOCUMENT_REMOVED_COMMENT,        /* a reviewer's remark */
	DOCUMENT_REMOVED_CONTROL,        /* buttons and fields of a form, scripts that make text */
	DOCUMENT_REMOVED_UNREAD,         /* rows and pages beyond a limit, pages whose picture was not recognised */
	DOCUMENT_REMOVED_COUNT
};
const char *document_removed_name(enum document_removed kind); /* "legal_section" … */
const char *document_removed_why(enum document_removed kind);  /* a sentence for people */

enum document_unit { DOCUMENT_UNIT_NONE, DOCUMENT_UNIT_LINE, DOCUMENT_UNIT_PAGE, DOCUMENT_UNIT_COUNT };
struct document_place { /* where something was, for people */
	uint32_t unit;   /* enum document_unit */
	uint32_t number; /* from 1 */
};
static const struct document_place document_nowhere = { DOCUMENT_UNIT_NONE, 0 };
static inline struct document_place document_at_line(size_t number)
{
	return (struct document_place){ DOCUMENT_UNIT_LINE, (uint32_t)number };
}
static inline struct document_place document_at_page(size_t number)
{
	return (struct document_place){ DOCUMENT_UNIT_PAGE, (uint32_t)number };
}

enum document_tier { DOCUMENT_TIER_FAST, DOCUMENT_TIER_BALANCED, DOCUMENT_TIER_QUALITY, DOCUMENT_TIER_COUNT };
const char *document_tier_name(enum document_tier tier);

enum document_chunk_type {
	DOCUMENT_CHUNK_PARAMETER, DOCUMENT_CHUNK_COUNTER, DOCUMENT_CHUNK_PROCEDURE, DOCUMENT_CHUNK_TECHNICAL,
	DOCUMENT_CHUNK_MIXED, DOCUMENT_CHUNK_TYPE_COUNT
};
const char *document_chunk_type_name(enum document_chunk_type type);

struct document_chunk {
	struct document_range span;         /* into the Markdown text (offset from the text's start, not the block's) */
	uint32_t overlap_bytes;             /* the first bytes of the span that the chunk before has too */
	struct document_range heading_path; /* block range: "Feature > Parameters", "" at the top */
	struct document_range header;       /* a span that begins inside a table: that table's header rows, in the Markdown, to
					     * be repeated by whoever shows the chunk; bytes 0 for none */
	uint16_t type;                      /* enum document_chunk_type */
	uint8_t tier;                       /* enum document_tier */
	uint8_t has_table;
	float density;                      /* technical terms per 1,000 characters */
};

enum document_category {
	DOCUMENT_MAIN_FEATURES, DOCUMENT_PARAMETERS, DOCUMENT_COUNTERS, DOCUMENT_EVENTS, DOCUMENT_RELATED_FEATURES,
	DOCUMENT_ACTIVATION_PROCEDURES,
	DOCUMENT_ALARMS, DOCUMENT_ACTIONS, /* rows of such tables and exports: what is raised, and what can be called; no events */
	DOCUMENT_CATEGORY_COUNT
};
const char *document_category_name(enum document_category category); /* "main_features" ... */

/* Keys of an item's attributes. Lists repeat the key in order; a SET is three attributes in a row: SET_MO, SET_ATTRIBUTE,
 * SET_VALUE. Names as in extractions.jsonl. */
enum document_key {
	DOCUMENT_KEY_NAME,         /* always present, once, first: the item's own name ("EUtranCellFDD.cellRange", "pmRrcConnEstabSucc") */
	DOCUMENT_KEY_MO_CLASS,
	DOCUMENT_KEY_ATTRIBUTE,
	DOCUMENT_KEY_DESCRIPTION,
	DOCUMENT_KEY_TYPE,         /* data type of a parameter; kind of a counter (PEG, GAUGE …); severity of an alarm */
	DOCUMENT_KEY_RANGE,
	DOCUMENT_KEY_DEFAULT,
	DOCUMENT_KEY_UNIT,
	DOCUMENT_KEY_RELATION,     /* parameters: introduced, affected, related */
	DOCUMENT_KEY_READ_ONLY,    /* "true" when said so */
	DOCUMENT_KEY_TRIGGER,
	DOCUMENT_KEY_FAJ,
	DOCUMENT_KEY_CXC,          /* list */
	DOCUMENT_KEY_VALUE_PACKAGE,
	DOCUMENT_KEY_NODE_TYPE,
	DOCUMENT_KEY_ACCESS_TYPE,
	DOCUMENT_KEY_LICENSING,
	DOCUMENT_KEY_STATE,
	DOCUMENT_KEY_RELATIONSHIP, /* prerequisite, related, conflicting */
	DOCUMENT_KEY_KIND,         /* activate, deactivate */
	DOCUMENT_KEY_PREREQUISITE, /* list */
	DOCUMENT_KEY_STEP,         /* list, in order */
	DOCUMENT_KEY_AFTER_TASK,   /* list */
	DOCUMENT_KEY_SET_MO,
	DOCUMENT_KEY_SET_ATTRIBUTE,
	DOCUMENT_KEY_SET_VALUE,
	DOCUMENT_KEY_DETAIL,       /* list of "Header: value" (CSV rows, rows of alarms) */
	DOCUMENT_KEY_COUNT
};
const char *document_key_name(enum document_key key);

struct document_attribute {
	uint32_t key;                /* enum document_key */
	struct document_range value; /* block range, UTF-8, formatting removed */
	struct document_range span;  /* into the Markdown: where the value was read; bytes 0 when it was derived */
};

struct document_item {
	uint32_t category;                /* enum document_category */
	float confidence;                 /* 0–1 */
	struct document_range span;       /* into the Markdown: the text contains the item's name */
	uint32_t attribute_first;         /* index into the attribute array */
	uint32_t attribute_count;
};

struct document_term { /* a technical term of the document (DOMAIN: tier_classification) */
	struct document_range name; /* block range */
	uint32_t count;
	uint32_t tier; /* 1–4 */
};

struct document_image { /* the same bytes are in a block once */
	uint64_t xxh3[2];            /* XXH3-128 (low, high) of the bytes */
	struct document_range data;  /* block range: the image as it was */
	struct document_range name;  /* block range: what it was called in the document, or "" */
	uint32_t kind;               /* enum document_image_kind */
	uint32_t reserved;
};

struct document_removal { /* in order of appearance; only when they were asked for */
	struct document_range text; /* block range, cut to DOCUMENT_REMOVED_TEXT_BYTES_MAX */
	struct document_place place;
	uint32_t kind;              /* enum document_removed */
	uint32_t text_bytes;        /* before the cut */
};

struct document_header {
	uint32_t magic;
	uint16_t version;
	uint16_t status; /* enum document_status */
	uint64_t body_xxh3; /* XXH3-64 of the block from offset sizeof(struct document_header) to bytes */
	uint64_t content_xxh3[2]; /* XXH3-128 of the input's data (low, high), set by the worker: also when the coordinator never saw it */
	uint32_t bytes;     /* of the whole block */
	uint32_t format;    /* enum document_format */
	uint32_t gate;      /* enum document_gate: where it was rejected */
	uint32_t csv_format; /* 0, or 1 + enum csv_format of the converter */
	struct document_scores scores;
	struct document_counts counts;
	struct document_range meta[DOCUMENT_META_COUNT];
	struct document_range markdown; /* clean Markdown without front matter, UTF-8 */
	struct document_array chunks, items, attributes, terms, images, removals;
	uint32_t removed[DOCUMENT_REMOVED_COUNT]; /* how many of each kind */
};

/* The sizes are part of the format: whoever changes one gives the block a new DOCUMENT_VERSION. */
_Static_assert(sizeof(struct document_chunk) == 36 && sizeof(struct document_item) == 24, "layout of a document block");
_Static_assert(sizeof(struct document_header) == 456, "layout of a document block");
_Static_assert(sizeof(struct document_attribute) == 20 && sizeof(struct document_term) == 16, "layout of a document block");
_Static_assert(sizeof(struct document_image) == 40 && sizeof(struct document_removal) == 24, "layout of a document block");

/* --- writing --------------------------------------------------------------------------------------------------- */

/* Collects a document in private memory; document_builder_write lays it out in place. All text is copied. */
struct document_builder;

struct document_builder *document_builder_create(void); /* NULL: out of memory */
void document_builder_destroy(struct document_builder *builder);

void document_builder_set_status(struct document_builder *builder, enum document_status status, enum document_gate gate);
enum document_status document_builder_status(const struct document_builder *builder);
void document_builder_set_format(struct document_builder *builder, enum document_format format, uint32_t csv_format);
struct document_scores *document_builder_scores(struct document_builder *builder); /* to be filled in; owned by the builder */
struct document_counts *document_builder_counts(struct document_builder *builder);
void document_builder_set_meta(struct document_builder *builder, enum document_meta meta, struct text value);
struct text document_builder_meta(const struct document_builder *builder, enum document_meta meta);
void document_builder_set_markdown(struct document_builder *builder, struct text markdown);
/* The same, without a copy of what is large: the buffer is empty afterwards. */
void document_builder_take_markdown(struct document_builder *builder, struct buffer *markdown);
struct text document_builder_markdown(const struct document_builder *builder);
/* chunk.heading_path is ignored and taken from `heading_path` */
void document_builder_add_chunk(struct document_builder *builder, struct document_chunk chunk, struct text heading_path);
/* Starts an item; the attributes that follow belong to it, DOCUMENT_KEY_NAME first. Spans are (start, bytes) in the Markdown,
 * which is set before. */
void document_builder_add_item(struct document_builder *builder, enum document_category category, float confidence,
			       struct document_range span);
void document_builder_add_attribute(struct document_builder *builder, enum document_key key, struct text value,
				    struct document_range span);
void document_builder_add_term(struct document_builder *builder, struct text name, uint32_t count, uint32_t tier);

/* Keeps an image of the document (a DOCX medium, a PDF image, a "data:" URI): appends to `ret_target` what the converter writes into
 * "![alt](TARGET)", a short path made of the content's hash that needs no escaping ("images/0123456789abcdef.png"); whoever writes the
 * Markdown to a file turns it into a path to where the image lies (proto/image_links.h). `name_hint`: what it is called in the document, or
 * empty. The same bytes again cost nothing and give the same target. ERROR_INPUT_REJECTED: not kept (no bytes, too large, too many), nothing
 * was appended, and it is counted as DOCUMENT_REMOVED_IMAGE: go on with the alternative text. -ENOMEM also comes out of document_builder_bytes. */
int document_builder_add_image(struct document_builder *builder, struct text name_hint, struct text bytes, struct buffer *ret_target);
/* The most bytes of one image and of all of them; before the first one. */
void document_builder_limit_images(struct document_builder *builder, size_t image_bytes_max, size_t images_bytes_max);

/* Leaves the images out after all, because the block has no room for them: they count as DOCUMENT_REMOVED_IMAGE. Returns how many. */
size_t document_builder_drop_images(struct document_builder *builder);

/* Says that something was taken out, left out or repaired. Counts always; keeps the beginning of `text` and the place only when
 * document_builder_explain was called. Cheap otherwise: call it for everything. */
void document_builder_removed(struct document_builder *builder, enum document_removed kind, struct text text, struct document_place place);
/* As above for `count` of a kind in one entry; `text` is that of all of them, or says what they are. */
void document_builder_removed_group(struct document_builder *builder, enum document_removed kind, size_t count, struct text text,
				    struct document_place place);
/* As above for `count` of a kind that have no text worth showing. */
void document_builder_removed_many(struct document_builder *builder, enum document_removed kind, size_t count, struct document_place place);
void document_builder_explain(struct document_builder *builder);
/* Is it worth the while to find out text and place? */
bool document_builder_explains(const struct document_builder *builder);

/* Readable while building. */
size_t document_builder_item_count(const struct document_builder *builder);
const struct document_item *document_builder_item(const struct document_builder *builder, size_t index);
/* The first value of `key`, or an empty text. Valid until the next add. */
struct text document_builder_item_value(const struct document_builder *builder, size_t index, enum document_key key);
/* Takes out the items whose confidence is below `confidence_min`; the others keep their order. Returns how many went. */
size_t document_builder_drop_items(struct document_builder *builder, float confidence_min);

/* Bytes that the block takes, or -ENOMEM / ERROR_LIMIT_HIT when anything failed while collecting. */
int64_t document_builder_bytes(const struct document_builder *builder);
/* Lays the block out at `place` (8-byte aligned, document_builder_bytes long). Scores that rounding took out of 0–1 are put back.
 * Once: what is large is given up as it is laid out, so that there are never two of it. */
void document_builder_write(struct document_builder *builder, void *place);

/* --- reading --------------------------------------------------------------------------------------------------- */

struct document { /* a checked view of a block; owns nothing */
	const struct document_header *header;
	struct text markdown;
	const struct document_chunk *chunks;
	const struct document_item *items;
	const struct document_attribute *attributes;
	const struct document_term *terms;
	const struct document_image *images;
	const struct document_removal *removals;
	uint32_t chunk_count, item_count, attribute_count, term_count, image_count, removal_count;
};

/* Checks magic, version, every range, every count, every span and the checksum. ERROR_INPUT_REJECTED with what is wrong. */
int document_open(const void *block, size_t bytes, struct document *ret_document, struct error_text *error) WARN_UNUSED;
struct text document_text(const struct document *document, struct document_range block_range);
struct text document_meta(const struct document *document, enum document_meta meta);
/* The first value of `key` in the item, or an empty text. */
struct text document_item_value(const struct document *document, const struct document_item *item, enum document_key key);
/* Appends the link target by which the Markdown names the image. */
void document_image_target(const struct document_image *image, struct buffer *out);
struct text document_span(const struct document *document, struct document_range markdown_span);

#endif
