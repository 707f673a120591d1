/* docx_comment.h: says which remarks of reviewers a document has: none of them gets into the Markdown. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_COMMENT_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_COMMENT_H

#include "proto/document.h"
#include "workers/preprocess/docx_package.h"

/* `part`: that of the comments, or empty. Comments that cannot be read are none. */
void docx_comments_report(const struct docx_package *package, struct text part, struct document_builder *document);

#endif
