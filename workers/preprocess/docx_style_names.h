/* docx_style_names.h: what the name of a style means. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_STYLE_NAMES_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_STYLE_NAMES_H

#include "workers/preprocess/docx_styles.h"

struct docx_style_name {
	uint8_t meaning; /* enum docx_meaning */
	uint8_t level;
	int8_t outline;  /* of a heading, or DOCX_UNSET */
	bool standard;   /* a name of 3GPP's template: its meaning holds only in such a document */
};

void docx_style_name_read(struct text name, struct docx_style_name *ret_name);

#endif
