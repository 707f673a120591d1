/* domain_pack.c: the libcyaml schema of a domain pack. Only the form is checked here; domain.c gives it meaning. */
#include "config/domain_pack.h"

#include "config/settings.h"
#include "config/yaml.h"

#include <stdio.h>

enum { PACK_NAMES_MAX = 65536, PACK_COLUMNS_MAX = 4096 };

/* The keys of "patterns" and "lists", in the order of the enums. */
#define PATTERN_NAMES(X) \
	X(DOMAIN_PATTERN_DOCUMENT_ID, document_id) X(DOMAIN_PATTERN_FEATURE_ID, feature_id) X(DOMAIN_PATTERN_LICENCE_ID, licence_id) \
	X(DOMAIN_PATTERN_ATTRIBUTE, attribute) X(DOMAIN_PATTERN_COUNTER, counter) X(DOMAIN_PATTERN_EVENT, event) \
	X(DOMAIN_PATTERN_ARCHIVE_NAME, archive_name) X(DOMAIN_PATTERN_STANDARD_ID, standard_id) \
	X(DOMAIN_PATTERN_LEGAL_LINE, legal_line) X(DOMAIN_PATTERN_COMMAND, command) \
	X(DOMAIN_PATTERN_SET_STEP, set_step) X(DOMAIN_PATTERN_SET_COMMAND, set_command) \
	X(DOMAIN_PATTERN_IDENTIFIER, identifier)
#define LIST_NAMES(X) \
	X(DOMAIN_LIST_LEGAL_HEADINGS, legal_headings) X(DOMAIN_LIST_LEGAL_PHRASES, legal_phrases) X(DOMAIN_LIST_LEGAL_WORDS, legal_words) \
	X(DOMAIN_LIST_EXPECTED_HEADINGS, expected_headings) X(DOMAIN_LIST_CONNECTIVES, connectives) \
	X(DOMAIN_LIST_MO_CLASSES, mo_classes) X(DOMAIN_LIST_UNITS, units) X(DOMAIN_LIST_ATTRIBUTES, attributes) \
	X(DOMAIN_LIST_COMMON_WORDS, common_words) X(DOMAIN_LIST_DANGLING_PHRASES, dangling_phrases) X(DOMAIN_LIST_EXAMPLE_PHRASES, example_phrases) \
	X(DOMAIN_LIST_CONTINUATIONS, continuations) \
	X(DOMAIN_LIST_DESCRIPTION_VERBS, description_verbs) X(DOMAIN_LIST_DESCRIPTION_PARTICIPLES, description_participles) \
	X(DOMAIN_LIST_DESCRIPTION_CONDITIONS, description_conditions) X(DOMAIN_LIST_DESCRIPTION_NOUNS, description_nouns) \
	X(DOMAIN_LIST_NOUN_FOLLOWERS, noun_followers) X(DOMAIN_LIST_SENTENCE_OPENERS, sentence_openers) X(DOMAIN_LIST_AUXILIARIES, auxiliaries) \
	X(DOMAIN_LIST_RELATIVES, relatives) X(DOMAIN_LIST_ARTICLES, articles) X(DOMAIN_LIST_OBJECT_WORDS, object_words) \
	X(DOMAIN_LIST_GENERIC_HEADINGS, generic_headings) X(DOMAIN_LIST_SKIPPED_HEADINGS, skipped_headings) \
	X(DOMAIN_LIST_AUTHORSHIP_FIELDS, authorship_fields) \
	X(DOMAIN_LIST_TROUBLESHOOTING_HEADINGS, troubleshooting_headings) X(DOMAIN_LIST_OPTIMISATION_HEADINGS, optimisation_headings) \
	X(DOMAIN_LIST_FAULT_WORDS, fault_words) X(DOMAIN_LIST_SOURCE_MENTIONS, source_mentions)

/* One mapping in YAML is one array here, so the members have to follow each other without gaps. */
#define COUNT_ONE(value, name) +1
_Static_assert(0 PATTERN_NAMES(COUNT_ONE) == DOMAIN_PATTERN_COUNT, "every pattern has a key");
_Static_assert(0 LIST_NAMES(COUNT_ONE) == DOMAIN_LIST_COUNT, "every list has a key");

static const char *const pattern_names[DOMAIN_PATTERN_COUNT] = {
#define PATTERN_NAME(value, name) [value] = #name,
	PATTERN_NAMES(PATTERN_NAME)
};

static const cyaml_schema_value_t string_schema = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, CYAML_UNLIMITED) };

/* A mapping inside a mapping without a structure of its own: offsets count from the start of the array. */
struct pattern_array { char *items[DOMAIN_PATTERN_COUNT]; };
struct list_array { struct pack_names items[DOMAIN_LIST_COUNT]; };

static const cyaml_schema_field_t pattern_fields[] = {
#define PATTERN_FIELD(value, name) \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pattern_array, items[value], 1, 65536),
	PATTERN_NAMES(PATTERN_FIELD)
	CYAML_FIELD_END
};

#define NAMES_FIELD(key_text, flags, structure, member) { \
	.key = (key_text), \
	.value = { CYAML_VALUE_SEQUENCE((flags) | CYAML_FLAG_POINTER, *((structure *)NULL)->member.items, &string_schema, 0, PACK_NAMES_MAX) }, \
	.data_offset = offsetof(structure, member.items), \
	.count_offset = offsetof(structure, member.items_count), \
	.count_size = sizeof(unsigned), \
}

static const cyaml_schema_field_t list_fields[] = {
#define LIST_FIELD(value, name) NAMES_FIELD(#name, CYAML_FLAG_OPTIONAL, struct list_array, items[value]),
	LIST_NAMES(LIST_FIELD)
	CYAML_FIELD_END
};

static const cyaml_schema_field_t columns_fields[] = {
	CYAML_FIELD_STRING_PTR("category", CYAML_FLAG_POINTER, struct pack_columns, category, 1, 64),
	CYAML_FIELD_STRING_PTR("field", CYAML_FLAG_POINTER, struct pack_columns, field, 1, 64),
	NAMES_FIELD("names", CYAML_FLAG_DEFAULT, struct pack_columns, names),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t columns_schema = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_columns, columns_fields) };

static const cyaml_schema_field_t terms_fields[] = {
	CYAML_FIELD_UINT("tier", CYAML_FLAG_DEFAULT, struct pack_terms, tier),
	NAMES_FIELD("names", CYAML_FLAG_DEFAULT, struct pack_terms, names),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t terms_schema = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_terms, terms_fields) };

static const cyaml_schema_field_t wordings_fields[] = {
	CYAML_FIELD_STRING_PTR("family", CYAML_FLAG_POINTER, struct pack_wordings, family, 1, 64),
	NAMES_FIELD("texts", CYAML_FLAG_DEFAULT, struct pack_wordings, texts),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t wordings_schema = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_wordings, wordings_fields) };

static const cyaml_schema_field_t pack_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct pack, name, 1, 64),
	{ .key = "patterns", .value = { CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, struct pattern_array, pattern_fields) },
	  .data_offset = offsetof(struct pack, patterns) },
	{ .key = "lists", .value = { CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, struct list_array, list_fields) },
	  .data_offset = offsetof(struct pack, lists) },
	CYAML_FIELD_SEQUENCE("columns", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pack, columns, &columns_schema, 0, PACK_COLUMNS_MAX),
	CYAML_FIELD_SEQUENCE("terms", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pack, terms, &terms_schema, 0, PACK_COLUMNS_MAX),
	CYAML_FIELD_SEQUENCE("wordings", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pack, wordings, &wordings_schema, 0, PACK_COLUMNS_MAX),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t pack_schema = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pack, pack_fields) };

/* The keys of the mapping that the unknown key stands in. */
static size_t valid_keys(const char *path, const char *names[], size_t capacity)
{
	const cyaml_schema_field_t *fields = strcmp(path, "patterns") == 0 ? pattern_fields :
					     strcmp(path, "lists") == 0 ? list_fields :
					     strncmp(path, "columns.", strlen("columns.")) == 0 ? columns_fields :
					     strncmp(path, "terms.", strlen("terms.")) == 0 ? terms_fields :
					     strcmp(path, "wordings") == 0 ? wordings_fields : pack_fields;
	size_t count = 0;
	for (; count < capacity && fields[count].key; count++)
		names[count] = fields[count].key;
	return count;
}

int pack_load(struct text yaml, const char *name, struct pack **ret_pack, struct error_text *error)
{
	struct yaml_fault fault;
	void *data = NULL;

	int status = yaml_load(yaml, name, &pack_schema, &data, &fault, error);
	if (status < 0 && fault.unknown_key[0]) {
		const char *names[64];
		const char *closest = settings_closest(fault.unknown_key, names, valid_keys(fault.path, names, COUNT_OF(names)));
		size_t line = yaml_key_line(yaml, fault.path, fault.unknown_key);
		return error_set(error, status, "%s:%zu: %s%sunknown key \"%s\"%s%s%s", name, line ? line : fault.line, fault.path,
				 fault.path[0] ? ": " : "", fault.unknown_key, closest ? "; did you mean \"" : "", closest ? closest : "",
				 closest ? "\"?" : "");
	}
	if (status == 0)
		*ret_pack = data;
	return status;
}

void pack_destroy(struct pack *pack)
{
	yaml_release(&pack_schema, pack);
}

const char *pack_pattern_name(enum domain_pattern pattern)
{
	CHECK(pattern < DOMAIN_PATTERN_COUNT);
	return pattern_names[pattern];
}
