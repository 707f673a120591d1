/* domain_support.h: a small domain pack for the tests of the pipeline: no test here depends on the words of a real one. */
#ifndef DOCRING_TESTS_UNIT_DOMAIN_SUPPORT_H
#define DOCRING_TESTS_UNIT_DOMAIN_SUPPORT_H

#include "config/domain.h"

struct domain *test_domain_create(void); /* fails the test when it cannot be loaded */

#endif
