/* settings_schema.h: settings_table.h as data, for settings_*.c alone. */
#ifndef DOCRING_CONFIG_SETTINGS_SCHEMA_H
#define DOCRING_CONFIG_SETTINGS_SCHEMA_H

#include "config/settings.h"

enum setting_kind { SETTING_KIND_NUMBER, SETTING_KIND_SIZE, SETTING_KIND_RATIO, SETTING_KIND_SWITCH, SETTING_KIND_STRING, SETTING_KIND_CHOICE };

struct setting {
	const char *key;     /* "section.name" */
	const char *section;
	const char *name;
	const char *help;
	const char *unit;    /* numbers */
	const char *choices; /* "a|b|c" */
	const char *initial; /* strings and choices */
	enum setting_kind kind;
	size_t offset; /* in struct settings, or in struct model_settings */
	uint64_t number_min, number_max, number_initial; /* numbers, sizes, switches */
	double ratio_min, ratio_max, ratio_initial;
};

struct setting_section {
	const char *name;
	const char *help;
	size_t first, count; /* settings of the section */
};

const struct setting *settings_schema(size_t *ret_count);
const struct setting_section *settings_sections(size_t *ret_count);
const struct setting *settings_find(const char *key); /* NULL: there is none */
/* For messages: the key whose own name is the last part of `word` ("shm" for "ipc.shm"), else the nearest key, else the key
 * with the nearest own name, else NULL. */
const char *settings_closest_key(const char *word);

/* -EINVAL with `"value" ...; allowed: ...`, without the key. */
int setting_set(const struct setting *setting, void *settings, const char *value, struct error_text *error) WARN_UNUSED;
/* The value as setting_set takes it, not quoted. */
void setting_format(const struct setting *setting, const void *settings, struct buffer *out);
/* "name: value\n" as YAML. */
void setting_dump(const struct setting *setting, const void *settings, struct buffer *out);
void setting_format_initial(const struct setting *setting, struct buffer *out);
/* "1 to 16 tasks", "none, cores or auto". */
void setting_format_allowed(const struct setting *setting, struct buffer *out);

/* Defaults into a structure that the settings describe; frees what was set in it. */
void settings_fill(const struct setting *settings, size_t count, void *target);
void settings_free_strings(const struct setting *settings, size_t count, void *target);

/* --- models.c: the entries of `models:` --- */
const struct setting *models_schema(size_t *ret_count);
void models_init_entry(struct model_settings *model);
void models_clear(struct settings *settings);
/* `key`: what stands behind "models.". */
int models_set(struct settings *settings, const char *key, const char *value, struct error_text *error) WARN_UNUSED;
int models_refuse_key(struct text name, struct error_text *error);
int models_check(const struct settings *settings, struct error_text *error) WARN_UNUSED;
void models_dump(const struct settings *settings, bool content_only, struct buffer *out);

#endif
