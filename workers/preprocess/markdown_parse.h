/* markdown_parse.h: reads Markdown as people write it (CommonMark and GFM, taken leniently) and writes its blocks again through
 * the writer, so that what comes out is normal Markdown. Inline text is kept as it is, but for vendor link targets and
 * line breaks in markup. Reading what was written gives the same again. Linear. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKDOWN_PARSE_H
#define DOCRING_WORKERS_PREPROCESS_MARKDOWN_PARSE_H

#include "base/error.h"
#include "workers/preprocess/markdown_writer.h"

/* `markdown` is UTF-8 with "\n" line ends, without front matter. Tables and preformatted text in HTML go through the HTML
 * converter (nesting up to html_depth_max). 0, -ENOMEM or ERROR_LIMIT_HIT. */
int markdown_parse(struct text markdown, unsigned html_depth_max, struct markdown_writer *writer, struct error_text *error) WARN_UNUSED;

#endif
