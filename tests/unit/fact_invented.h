/* fact_invented.h: texts of few words, between all signs that have a meaning to the fact gate. For its unit tests. */
#ifndef DOCRING_TESTS_UNIT_FACT_INVENTED_H
#define DOCRING_TESTS_UNIT_FACT_INVENTED_H

#include "base/buffer.h"
#include "tests/unit/support.h"

/* So many words, each with a sign behind it, in `out`, which is cleared first; fails the test when memory is short. */
struct text fact_invent(struct buffer *out, struct support_random *random, size_t pieces);

#endif
