/* html_teaser.h: what a site puts into its articles to lead readers on: buttons to share them, links to others. Known by what they say and where
 * their links lead, not by their names. Pure questions to a tree. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_TEASER_H
#define DOCRING_WORKERS_PREPROCESS_HTML_TEASER_H

#include "workers/preprocess/html_notice.h"

/* Links that hand the page's address on, and nothing else; or, behind the content, links under a title such as "Read next". */
bool html_teaser_is(const struct html_tree *tree, struct html_page_edges edges, uint32_t index);

#endif
