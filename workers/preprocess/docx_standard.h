/* docx_standard.h: what the cover of a 3GPP specification says: number, version, title. Pure but for the metadata that it sets. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_STANDARD_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_STANDARD_H

#include "proto/document.h"

/* `cover`: the paragraphs before the first chapter, one a line. Sets DOCUMENT_META_DOCUMENT_ID ("TS 38.331"), VERSION ("17.3.0"; its first number is
 * the release), TITLE and KIND when the cover is one; else nothing. */
void docx_standard_read(struct text cover, struct document_builder *document);

#endif
