/* fact_asserts.h: answers held against sources by the fact gate, as the tests of it assert that they pass or are refused. */
#ifndef DOCRING_TESTS_UNIT_FACT_ASSERTS_H
#define DOCRING_TESTS_UNIT_FACT_ASSERTS_H

#include "config/domain.h"

/* Group setup and teardown: the pack "ran". */
int fact_asserts_setup(void **state);
int fact_asserts_teardown(void **state);
const struct domain *fact_asserts_domain(void);

void assert_passes(const char *answer, const char *source);
/* Refused, whatever for. */
void assert_refused(const char *answer, const char *source);
/* Refused for this word first. */
void assert_refused_for(const char *answer, const char *source, const char *word);

#endif
