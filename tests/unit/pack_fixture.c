#include "tests/unit/pack_fixture.h"

#include "tests/unit/sample_document.h"

struct domain *domain;
struct settings settings;

void open_pack(const char *name)
{
	domain = sample_domain(name);
	settings_init(&settings);
}

int open_domain(void **state)
{
	(void)state;
	open_pack("ran");
	return 0;
}

int close_domain(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

void settings_take_all_pairs(void)
{
	settings.generate.pairs_fast = settings.generate.pairs_balanced = settings.generate.pairs_quality = 20;
	settings.gate.generation = 0;
}
