/* domain_pack.h: the YAML form of a domain pack as libcyaml gives it. For domain*.c alone. */
#ifndef DOCRING_CONFIG_DOMAIN_PACK_H
#define DOCRING_CONFIG_DOMAIN_PACK_H

#include "config/domain.h"

struct pack_names {
	char **items;
	unsigned items_count;
};

struct pack_columns {
	char *category;
	char *field;
	struct pack_names names;
};

struct pack_terms {
	unsigned tier;
	struct pack_names names;
};

struct pack_wordings {
	char *family;
	struct pack_names texts;
};

struct pack {
	char *name;
	char *patterns[DOMAIN_PATTERN_COUNT]; /* NULL: left out */
	struct pack_names lists[DOMAIN_LIST_COUNT];
	struct pack_columns *columns;
	unsigned columns_count;
	struct pack_terms *terms;
	unsigned terms_count;
	struct pack_wordings *wordings;
	unsigned wordings_count;
};

/* *ret_pack is NULL for an empty document. */
int pack_load(struct text yaml, const char *name, struct pack **ret_pack, struct error_text *error) WARN_UNUSED;
void pack_destroy(struct pack *pack);

const char *pack_pattern_name(enum domain_pattern pattern); /* "document_id" … as in YAML */

#endif
