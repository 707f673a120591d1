/* docx_chart.h: charts and diagrams that a document refers to: their numbers as a table, their labels as a list. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_CHART_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_CHART_H

#include "workers/preprocess/docx_body.h"

/* Records the blocks for the part (each part once a document) behind the paragraph at hand. A part that cannot be read is counted as removed. */
void docx_chart_add(struct docx_body *body, struct text part);
void docx_diagram_add(struct docx_body *body, struct text part);

#endif
