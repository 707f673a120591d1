/* convert.h: one converter per format: bytes in, normal Markdown out.
 *
 * Normal Markdown: ATX headings, GFM tables, fenced code, "- " lists, "1. " lists, one blank line between blocks, UTF-8,
 * "\n" line ends, no front matter, no trailing blanks, ends with one "\n". Everything after conversion relies on it.
 *
 * A converter appends to `markdown`, sets what it knows of the document's metadata and counts in `document`
 * (DOCUMENT_META_TITLE, CONVERTER, ENCODING, pages, images, replaced_bytes) and sets scores->conversion: the share (0–1) of the
 * source's text that arrived as clean text. It is pure: no files, no clock. Errors: ERROR_INPUT_REJECTED (with a reason a
 * person understands: "encrypted: needs a password"), ERROR_LIMIT_HIT, -ENOMEM. */
#ifndef DOCRING_WORKERS_PREPROCESS_CONVERT_H
#define DOCRING_WORKERS_PREPROCESS_CONVERT_H

#include "config/domain.h"
#include "config/settings.h"
#include "proto/document.h"

struct convert_input {
	struct text data;      /* the file's bytes */
	struct text name;      /* file name with folders, as in the dataset */
	struct text container; /* archive it came from, or empty */
	const struct settings *settings;
	const struct domain *domain;
};

typedef int converter(const struct convert_input *input, struct buffer *markdown, struct document_builder *document,
		      struct error_text *error);

converter convert_html;
converter convert_markdown;
converter convert_plain_text;
converter convert_csv;
converter convert_pdf;
converter convert_docx;

/* detect.c: by content first, name second. */
enum document_format detect_format(struct text data, struct text name);

/* encoding.c: decodes text of any encoding to UTF-8 with "\n" line ends: byte order mark, valid UTF-8, `declared` (may be
 * empty; from a meta element), detection. Sets DOCUMENT_META_ENCODING and replaced_bytes. */
int encoding_to_utf8(struct text data, struct text declared, struct buffer *out, struct document_builder *document,
		     struct error_text *error) WARN_UNUSED;
/* As above, without a copy of what is as it should be already: *ret_text is a part of `data` then, and else what was appended to `out`, which
 * was empty. With any_line_ends its line ends may be of any kind. */
int encoding_view_utf8(struct text data, struct text declared, bool any_line_ends, struct buffer *out, struct text *ret_text,
		       struct document_builder *document, struct error_text *error) WARN_UNUSED;

/* The eight formats of CSV; header.csv_format is 1 + this. */
enum csv_format {
	CSV_PARAMETERS, CSV_ACTIONS, CSV_COUNTERS, CSV_ALARMS, CSV_KPIS, CSV_FEATURES, CSV_EVENTS, CSV_GENERIC, CSV_FORMAT_COUNT
};
const char *csv_format_name(enum csv_format format); /* "parameters" … "generic" */

#endif
