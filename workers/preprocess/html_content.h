/* html_content.h: what of a page is its content: where the content begins, and which elements in it are furniture (menus,
 * banners, footers). Pure questions to a tree; each costs no more than the element's own attributes, but for the root, one pass. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_CONTENT_H
#define DOCRING_WORKERS_PREPROCESS_HTML_CONTENT_H

#include "workers/preprocess/html_notice.h"

struct html_place { /* of the content in the page */
	uint32_t root; /* element that is written: main, role=main, article, itemprop=articleBody, an id like "content", where it holds
			* most of the page's running text; else the body; else the first node */
	uint32_t core; /* the densest element in a body that names no root: most of its running text stands there; else the root */
	uint32_t title; /* the first h1 in the root, or 0 */
	struct html_page_edges edges;
	unsigned article_depth; /* articles and quotes around the element in question: kept by who walks */
};

/* The tree is not empty. */
struct html_place html_content_place(const struct html_tree *tree);

/* The first h1 before `root`, or UINT32_MAX: the page's title, when the content has none of its own. */
uint32_t html_content_title_before(const struct html_tree *tree, uint32_t root);

/* Not content: by name, by role, hidden, or links outside of the core. An element with more than half of the root's running text is
 * never furniture. */
bool html_content_is_furniture(const struct html_tree *tree, const struct html_place *place, uint32_t index);

/* A part of a page laid out by a table that is links throughout, in a page that has more running text than that. */
bool html_content_is_menu(const struct html_tree *tree, uint32_t root, uint32_t index);

/* Hidden from readers: the hidden attribute, display:none, aria-hidden; but for what they open with a click, such as the panel of another tab. */
bool html_content_is_hidden(const struct html_tree *tree, uint32_t index);

/* Text that is not in links. */
uint32_t html_content_running_text(const struct html_tree *tree, uint32_t index);

#endif
