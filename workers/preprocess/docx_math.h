/* docx_math.h: equations (Office MathML) as one line of text: "(a+b)/2", "x_i^2", "√(x)", "∑_(i=1)^n i". */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_MATH_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_MATH_H

#include "workers/preprocess/docx_xml.h"

enum { DOCX_MATH_SIGN_BYTES = 16 };

struct docx_math_level { /* an element of the equation that is open */
	size_t start;    /* of what it wrote in the text */
	uint16_t tag;
	uint16_t parts;  /* of its children that are parts: which one comes next */
	bool no_bar;     /* a fraction without a line: a binomial */
	char open[DOCX_MATH_SIGN_BYTES], close[DOCX_MATH_SIGN_BYTES], between[DOCX_MATH_SIGN_BYTES]; /* delimiters; of an operator: open is its sign */
};

struct docx_math {
	struct docx_math_level levels[DOCX_DEPTH_MAX + 1];
	int depth;
};

/* Elements of the math namespace, in an equation. The text of m:t is appended to `text` by the caller. */
void docx_math_open(struct docx_math *math, enum docx_tag tag, const struct docx_attributes *attributes, struct buffer *text);
void docx_math_close(struct docx_math *math, enum docx_tag tag, struct buffer *text);

#endif
