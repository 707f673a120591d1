/* markup.h: text in a light markup language other than Markdown: Org, AsciiDoc, MediaWiki, reStructuredText. Each is read line by line (reStructuredText block
 * by block); its blocks go to the writer as they end. What a language has beyond headings, paragraphs, lists, tables, code, quotes, notes and inline marks
 * is written as its text, or left out where it says nothing to a reader (attributes, drawers, comments). Pure, linear. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKUP_H
#define DOCRING_WORKERS_PREPROCESS_MARKUP_H

#include "workers/preprocess/markdown_writer.h"

enum markup_kind { MARKUP_NONE, MARKUP_ORG, MARKUP_ASCIIDOC, MARKUP_WIKI, MARKUP_RST };

enum markup_kind markup_named(struct text name); /* by how the name of a file ends */
enum markup_kind markup_find(struct text text);  /* by what only that language has, near its start */

/* `text` is UTF-8 with "\n" line ends. The title goes to `title`, plain; it is a heading in the Markdown too. 0, -ENOMEM or ERROR_LIMIT_HIT. */
int markup_convert(enum markup_kind kind, struct text text, struct markdown_writer *writer, struct buffer *title) WARN_UNUSED;

#endif
