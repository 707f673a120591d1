/* extract_support.h: Markdown through extract_document with the RAN pack, and looking at what came out. */
#ifndef DOCRING_TESTS_UNIT_EXTRACT_SUPPORT_H
#define DOCRING_TESTS_UNIT_EXTRACT_SUPPORT_H

#include "tests/unit/sample_document.h"


int extract_support_setup(void **state);    /* loads the pack once a program */
int extract_support_teardown(void **state);

struct extract_input {
	const char *markdown;
	const char *name;      /* NULL: "feature.md" */
	const char *container; /* NULL: none */
	const char *kind;      /* as a converter sets it; NULL: none */
	const char *title;     /* the same */
};

/* Runs the extractor, opens the block and checks of every item that its first attribute is its name and that its span holds it.
 * Release with sample_done. */
void extract_run(struct extract_input input, struct sample *ret_sample);
void extract_markdown(const char *markdown, struct sample *ret_sample);

/* The item of that name, or "Class.attribute"; NULL when there is none. */
const struct document_item *extract_find(const struct sample *sample, enum document_category category, const char *name);
size_t extract_count(const struct sample *sample, enum document_category category);

/* Fails unless the item exists and has these values: key, value, … ended by DOCUMENT_KEY_COUNT. "" means: has none. Lists are
 * joined by " | ", sets are "mo.attribute=value". */
void extract_expect(const struct sample *sample, enum document_category category, const char *name, ...);
/* Names of the items of a category in order, joined by " | ": qualified where the class is known. */
void extract_expect_names(const struct sample *sample, enum document_category category, const char *names);
void extract_expect_meta(const struct sample *sample, enum document_meta meta, const char *value);
/* The text of the item's span. */
struct text extract_span(const struct sample *sample, enum document_category category, const char *name);

#endif
