/* yaml.h: one YAML document into a structure by a libcyaml schema, with messages for people.
 *
 * Not a general YAML reader: no anchors, one document, size-capped. The result belongs to the caller (yaml_release). */
#ifndef DOCRING_CONFIG_YAML_H
#define DOCRING_CONFIG_YAML_H

#include "base/error.h"
#include "base/text.h"

#include <cyaml/cyaml.h>

enum { YAML_NAME_BYTES = 128 };
#define YAML_BYTES_MAX ((size_t)4 << 20)

struct yaml_fault { /* where a document was refused; for callers that can say more */
	char unknown_key[YAML_NAME_BYTES]; /* the key that the schema does not have, or "" */
	char path[YAML_NAME_BYTES];        /* keys above it, joined by dots; "" at the top */
	size_t line;                       /* 0: not known */
};

/* 0, with *ret_data NULL when the document is empty or holds comments alone. -EINVAL with file, line, key and what was
 * expected in `error`, and where in `ret_fault` (may be NULL). */
int yaml_load(struct text yaml, const char *name, const cyaml_schema_value_t *schema, void **ret_data,
	      struct yaml_fault *ret_fault, struct error_text *error) WARN_UNUSED;
void yaml_release(const cyaml_schema_value_t *schema, void *data); /* NULL is fine */

/* The line (from 1) of "key:" within "section:" of a block-style document ("" section: at the top), or 0. */
size_t yaml_key_line(struct text yaml, const char *section, const char *key);

/* The line of a key of an entry (counted from 0) of a list, or where that entry begins when the key has no line of its own; 0: not found. */
size_t yaml_entry_line(struct text yaml, const char *list, unsigned entry, const char *key);

#endif
