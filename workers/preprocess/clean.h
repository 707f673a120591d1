/* clean.h: the parts of clean.c, for it and its tests. Marks are one byte a block: what becomes of it. All pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_CLEAN_H
#define DOCRING_WORKERS_PREPROCESS_CLEAN_H

#include "config/domain.h"
#include "proto/document.h"
#include "workers/preprocess/blocks.h"

enum clean_mark {
	CLEAN_KEEP,
	CLEAN_LINES, /* the lines that legal_is_line names are left out, the others stay */
	CLEAN_DROP,  /* together with the block before; from here on everything is dropped */
	CLEAN_DROP_AS, /* plus an enum document_removed: what it is */
};

static inline uint8_t clean_drop_as(enum document_removed kind)
{
	return (uint8_t)(CLEAN_DROP_AS + kind);
}

/* clean_characters.c: quotes, dashes and blanks of word processors as ASCII ones; what cannot be seen is left out. In place; failures are kept
 * in the buffer. */
void clean_characters(struct buffer *markdown);

/* legal.c: marks legal sections, paragraphs and lines; returns how many sections, paragraphs and lines that were, or -ENOMEM. */
int64_t legal_mark(const struct domain *domain, struct text markdown, const struct blocks *blocks, uint8_t *marks) WARN_UNUSED;
/* Is this line, as a whole, legal or running text? */
bool legal_is_line(const struct domain *domain, struct text line);
/* Does the text hold an identifier of the domain: a feature, a licence, a parameter, a counter, an event, a command? */
bool legal_has_identifier(const struct domain *domain, struct text text);

/* clean_contents.c: marks lists whose entries are the headings that follow; returns how many lists, or -ENOMEM. */
int64_t clean_mark_contents(struct text markdown, const struct blocks *blocks, uint8_t *marks) WARN_UNUSED;
bool clean_is_contents_title(struct text plain); /* "Contents", "List of Figures" */

/* "3.2.1 Overview" → "Overview"; "A.1 Names" → "Names". */
struct text clean_without_number(struct text heading);

#endif
