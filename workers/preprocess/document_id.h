/* document_id.h: a vendor's number of a document itself ("1_22104-LZA7016015_1Uen.A" in the domain pack `ran`), as opposed to those of the documents that it
 * links to. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCUMENT_ID_H
#define DOCRING_WORKERS_PREPROCESS_DOCUMENT_ID_H

#include "config/domain.h"

/* The first number in Markdown that is no part of a link. */
bool document_id_find(const struct domain *domain, struct text markdown, struct domain_match *ret_match);
/* The first number in the source of a page that follows "Document ID" or the like, tags between: browsers' headers do not come into the Markdown. */
bool document_id_find_labelled(const struct domain *domain, struct text source, struct domain_match *ret_match);

#endif
