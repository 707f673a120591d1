/* fact_set.h: reads labelled answers and their passages (tests/facts/README.md). For tools and benches: what cannot be read ends the
 * program with exit code 2 and a message. */
#ifndef DOCRING_TESTS_TOOLS_FACT_SET_H
#define DOCRING_TESTS_TOOLS_FACT_SET_H

#include "base/buffer.h"
#include "config/domain.h"

/* Called for each record, in order: the heading without its mark, and the text. Both are slices of the input. */
struct fact_set_reader {
	void (*passage)(void *context, struct text heading, struct text source);
	void (*answer)(void *context, struct text label, struct text answer); /* to the passage before */
	void *context;
};
/* Reads a file, "-" for standard input, into `buffer`, which must live as long as the slices. */
void fact_set_read(const char *path, struct buffer *buffer, const struct fact_set_reader *reader);
/* A domain pack of config/domains, by name. */
struct domain *fact_set_domain(const char *name);

enum { FACT_SET_BYTES_MAX = 256 << 20 };

#endif
