/* sample_document.h: document blocks for tests, from Markdown and a few items given by the text that they stand in. */
#ifndef DOCRING_TESTS_UNIT_SAMPLE_DOCUMENT_H
#define DOCRING_TESTS_UNIT_SAMPLE_DOCUMENT_H

#include "config/domain.h"
#include "config/settings.h"
#include "proto/document.h"

struct sample { /* a block and its view */
	void *block;
	size_t bytes;
	struct document document;
};

/* The pack and settings of the tests: config/domains/NAME.yaml from the source tree, the defaults. */
struct domain *sample_domain(const char *name);

/* Starts a builder with the Markdown, a title and a feature name (NULL: none), one chunk, complexity and structural score .8. */
struct document_builder *sample_begin(const char *title, const char *feature, struct text markdown);
/* An item whose span is the first occurrence of `passage` in the Markdown. Attributes: key, value, … ended by DOCUMENT_KEY_COUNT. */
void sample_item(struct document_builder *builder, enum document_category category, const char *passage, ...);
/* Writes the block, opens it and destroys the builder. */
void sample_finish(struct document_builder *builder, struct sample *ret_sample);
void sample_done(struct sample *sample);

/* A feature description with parameters, counters, events, related features, an activation procedure and sections. */
void sample_feature(struct sample *ret_sample);

#endif
