/* embedded_images.h: images that stand in the Markdown itself, as "data:" targets. */
#ifndef DOCRING_WORKERS_PREPROCESS_EMBEDDED_IMAGES_H
#define DOCRING_WORKERS_PREPROCESS_EMBEDDED_IMAGES_H

#include "proto/document.h"

/* Keeps them as images of the document and puts their short targets there instead; one that cannot be kept leaves its label. `scratch` is used
 * for the text that comes out, and changes places with `markdown`. 0 or -ENOMEM. */
int embedded_images_take(struct buffer *markdown, struct buffer *scratch, struct document_builder *document) WARN_UNUSED;
/* How many images the Markdown shows. */
uint32_t embedded_images_count(struct text markdown);

#endif
