/* html_entities.h: character references of HTML ("&lt;", "&#150;", "&#x2014;") to UTF-8, as browsers read them. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_ENTITIES_H
#define DOCRING_WORKERS_PREPROCESS_HTML_ENTITIES_H

#include "base/buffer.h"

#include <stdint.h>

struct html_entity {
	const char *name; /* without "&" and ";" */
	uint32_t code;
	uint16_t second;  /* a second code point, or 0 */
	bool bare;        /* pages may leave the ";" out */
};

extern const struct html_entity html_entities[]; /* sorted by name */
extern const size_t html_entity_count;

/* Appends `raw` with its references decoded; unknown ones stay as they are. Names of old pages are known without ";"
 * ("&copy2026"), but not in an attribute's value, where "&copy=1" is no reference. Linear. */
void html_append_decoded(struct buffer *out, struct text raw, bool attribute);

#endif
