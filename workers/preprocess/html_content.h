/* html_content.h: what of a page is its content: where the content begins, and which elements in it are furniture (menus,
 * banners, footers). Pure questions to a tree; each costs no more than the element's own attributes, but for the root, one pass. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_CONTENT_H
#define DOCRING_WORKERS_PREPROCESS_HTML_CONTENT_H

#include "workers/preprocess/html_tree.h"

/* The element that holds the content: main, role=main, article, itemprop=articleBody, an id like "content", where it holds
 * most of the page's running text; else the body; else the first node. The tree is not empty. */
uint32_t html_content_root(const struct html_tree *tree);

/* The first h1 before `root`, or UINT32_MAX: the page's title, when the content has none of its own. */
uint32_t html_content_title_before(const struct html_tree *tree, uint32_t root);

/* Not content. An element with more than half of the root's running text is never furniture. */
bool html_content_is_furniture(const struct html_tree *tree, uint32_t root, uint32_t index);

/* A part of a page laid out by a table that is links throughout, in a page that has more running text than that. */
bool html_content_is_menu(const struct html_tree *tree, uint32_t root, uint32_t index);

/* Hidden from readers: the hidden attribute, display:none, aria-hidden. */
bool html_content_is_hidden(const struct html_tree *tree, uint32_t index);

/* Text that is not in links. */
uint32_t html_content_running_text(const struct html_tree *tree, uint32_t index);

#endif
