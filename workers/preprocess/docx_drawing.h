/* docx_drawing.h: what drawings in a paragraph bring: images with their alternative text, charts and diagrams as text. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_DRAWING_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_DRAWING_H

#include "workers/preprocess/docx_body.h"

/* An element of a drawing, in a paragraph whose text is wanted. */
void docx_drawing_open(struct docx_body *body, enum docx_tag tag, const struct docx_attributes *attributes);

#endif
