/* html_entities.h: character references of HTML ("&lt;", "&#150;", "&#x2014;") to UTF-8, as browsers read them. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_ENTITIES_H
#define DOCRING_WORKERS_PREPROCESS_HTML_ENTITIES_H

#include "base/buffer.h"

/* Appends `raw` with its references decoded; unknown ones stay as they are. In an attribute's value "&copy=1" is no reference. Linear. */
void html_append_decoded(struct buffer *out, struct text raw, bool attribute);

#endif
