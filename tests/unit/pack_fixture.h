/* pack_fixture.h: the pack and the settings that the tests of a program share, for cmocka's group setup and teardown. */
#ifndef DOCRING_TESTS_UNIT_PACK_FIXTURE_H
#define DOCRING_TESTS_UNIT_PACK_FIXTURE_H

#include "config/domain.h"
#include "config/settings.h"

extern struct domain *domain;
extern struct settings settings;

/* config/domains/NAME.yaml, and the defaults. */
void open_pack(const char *name);
/* The pack "ran". */
int open_domain(void **state);
int close_domain(void **state);

/* As many pairs as there are, none refused for its score. */
void settings_take_all_pairs(void);

#endif
