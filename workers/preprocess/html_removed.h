/* html_removed.h: says what of a page did not become Markdown: menus, furniture, what is hidden, and all that holds text outside of the content. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_REMOVED_H
#define DOCRING_WORKERS_PREPROCESS_HTML_REMOVED_H

#include "proto/document.h"
#include "workers/preprocess/html_walk.h"

/* After the walk. Texts are put together only when somebody wants to read them. */
void html_removed_report(const struct html_walk *walk, struct document_builder *document);

#endif
