/* docx_fixture.h: a DOCX in memory from the XML of its parts. */
#ifndef DOCRING_TESTS_UNIT_DOCX_FIXTURE_H
#define DOCRING_TESTS_UNIT_DOCX_FIXTURE_H

#include "base/buffer.h"

struct docx_fixture { /* NULL: the part is missing */
	const char *body;      /* inside w:body */
	const char *styles;    /* inside w:styles */
	const char *numbering; /* inside w:numbering */
	const char *footnotes; /* inside w:footnotes */
	const char *relations; /* of the main part, beside those of the parts above */
	const char *core;      /* the title */
	const char *document;  /* instead of body: the whole main part */
	const char *main_name; /* instead of word/document.xml */
	const char *extra_name; /* one more member */
	struct text extra;
	bool strict;           /* the namespaces of Strict */
	bool no_package;       /* without [Content_Types].xml and _rels/.rels */
};

/* The ZIP; the caller releases it with buffer_done. */
struct buffer docx_fixture_pack(const struct docx_fixture *fixture);

#endif
