/* prose.h: the document's Markdown as readable sentences: formatting resolved, identifiers in code spans, and which
 * sentences stand on their own. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_PROSE_H
#define DOCRING_WORKERS_INFERENCE_PROSE_H

#include "base/buffer.h"
#include "config/domain.h"
#include "workers/preprocess/phrases.h"

enum prose_phrases { PROSE_DANGLING, PROSE_EXAMPLE, PROSE_TROUBLESHOOTING, PROSE_OPTIMISATION, PROSE_FAULT, PROSE_PHRASES_COUNT };

struct prose { /* the pack's phrases, ready for searching */
	const struct domain *domain;
	struct phrases phrases[PROSE_PHRASES_COUNT];
};
int prose_init(struct prose *prose, const struct domain *domain) WARN_UNUSED; /* 0 or -ENOMEM; prose_done in either case */
void prose_done(struct prose *prose);

/* Is one of the phrases in the text, at word boundaries, without case? */
bool prose_has(const struct prose *prose, enum prose_phrases phrases, struct text text);

/* Appends one block's inline Markdown on one line: code spans stay, emphasis, links and images become their text, identifiers
 * of the domain (attributes, counters, events) are put into code spans. */
void prose_render(struct buffer *out, const struct domain *domain, struct text markdown);

/* The same for a value that is plain text already. */
void prose_mark_identifiers(struct buffer *out, const struct domain *domain, struct text plain);

/* Appends a value as a code span, or as it is when it is too long or too much of a sentence for one. */
void prose_append_value(struct buffer *out, struct text value);

/* The next sentence of *rest (rendered text), trimmed, moving *rest past it. False when nothing is left. */
bool prose_next_sentence(struct text *rest, struct text *ret_sentence);

/* Takes the references in parentheses out of rendered text: "(see Section 3)", "(Chapter 4)". */
void prose_drop_references(const struct prose *prose, struct buffer *rendered);

/* "See Section 3.", "For more information, …": nothing is lost without it. */
bool prose_is_reference(struct text sentence);

/* Does the sentence say something without what is around it: words enough, an end, no "see Figure 3", no table debris? */
bool prose_stands_alone(const struct prose *prose, struct text sentence);

/* Two words or more with an end: enough behind the term that it explains ("create(): Creates one."). */
bool prose_is_short_sentence(const struct prose *prose, struct text sentence);

/* Rendered text that is a line of a program, or an option of one, and no sentence: "int open(const char *path)", "`uint32_t flags;`", "-r, --readonly". */
bool prose_is_declaration(const struct prose *prose, struct text rendered);
/* Appends rendered text as one code span. */
void prose_append_code(struct buffer *out, struct text rendered);

/* "Figure 9.9. The window", "Table 3: Limits", and not "Table 3 holds …". */
bool prose_is_caption(struct text text);

/* Does it lead to what comes next ("… as follows:")? */
bool prose_leads_on(struct text sentence);

/* The first word, without the punctuation around it. Empty when there is none. */
struct text prose_first_word(struct text text);

#endif
