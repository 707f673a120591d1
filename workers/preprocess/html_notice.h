/* html_notice.h: notices that a site puts around its pages: bars that ask for consent to cookies, and footers of legal links and addresses. Known by
 * where they stand, how short they are, what they are called and what they say to the reader, never by where a page comes from. Pure
 * questions to a tree. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_NOTICE_H
#define DOCRING_WORKERS_PREPROCESS_HTML_NOTICE_H

#include "workers/preprocess/html_tree.h"

struct html_page_edges {      /* of a page's content: notices stand there */
	uint32_t early_end;  /* what begins before this node has little running text before it */
	uint32_t late_start; /* what ends behind this node has little running text behind it */
};

/* The tree is not empty. Costs a binary search over its totals. */
struct html_page_edges html_notice_edges(const struct html_tree *tree, uint32_t root);

/* Asks for consent: at an edge, called a cookie bar, or short and telling the reader of the site's cookies. `title` is the page's h1, or 0. A
 * section about cookies of a protocol or a program neither speaks of this site nor has buttons to agree. */
bool html_notice_asks_consent(const struct html_tree *tree, struct html_page_edges edges, uint32_t title, uint32_t index);

/* Links to a site's legal pages, or the address of who keeps it, behind the content. */
bool html_notice_is_footer(const struct html_tree *tree, struct html_page_edges edges, uint32_t index);

#endif
