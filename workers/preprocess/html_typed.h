/* html_typed.h: pages that are nothing but typed text in <pre>, with page ends in it, as the RFCs of the IETF: no code, but text whose
 * structure is in its lines. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_TYPED_H
#define DOCRING_WORKERS_PREPROCESS_HTML_TYPED_H

#include "workers/preprocess/html_tree.h"

/* Appends the typed text. False: the page is none such; what was appended means nothing. A failure is the buffer's status. */
bool html_typed_text(const struct html_tree *tree, struct buffer *out);

#endif
