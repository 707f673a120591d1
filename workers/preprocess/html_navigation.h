/* html_navigation.h: finds the lines that lead through a set of pages, by what they say. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_NAVIGATION_H
#define DOCRING_WORKERS_PREPROCESS_HTML_NAVIGATION_H

#include "workers/preprocess/html_tree.h"

/* The end of the line that begins with this node and ends at a block or with the element around it; `start` when it is none. */
uint32_t html_navigation_end(const struct html_tree *tree, uint32_t start);
/* What a generator says of its sources or of itself, which begins with this text: where it ends; else `start`. */
uint32_t html_navigation_generated_end(const struct html_tree *tree, uint32_t start);
/* Is such a line all that the element holds? */
bool html_navigation_is(const struct html_tree *tree, uint32_t index);

#endif
