/* settings_load.c: settings from YAML: libcyaml reads sections and scalars by a schema made from settings_table.h, then each
 * scalar goes through settings_set, which knows types and ranges and has better messages than a schema could give. */
#include "config/settings_schema.h"
#include "config/yaml.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

/* One structure of strings a section, in the order of the table: a section's value is an array of char *. */
#define SETTING_STRING(section, name, initial, help) char *name;
#define SETTING_NUMBER(section, name, unit, min, max, initial, help) char *name;
#define SETTING_SIZE(section, name, min, max, initial, help) char *name;
#define SETTING_RATIO(section, name, min, max, initial, help) char *name;
#define SETTING_SWITCH(section, name, initial, help) char *name;
#define SETTING_CHOICE(section, name, choices, initial, help) char *name;
#define SETTING_SECTION_BEGIN(section, help) struct raw_##section {
#define SETTING_SECTION_END(section) };
#include "config/settings_table.h"
#undef SETTING_STRING
#undef SETTING_NUMBER
#undef SETTING_SIZE
#undef SETTING_RATIO
#undef SETTING_SWITCH
#undef SETTING_CHOICE
#undef SETTING_SECTION_BEGIN
#undef SETTING_SECTION_END

#define RAW_FIELD(section, name) \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_##section, name, 0, CYAML_UNLIMITED),
#define SETTING_STRING(section, name, initial, help) RAW_FIELD(section, name)
#define SETTING_NUMBER(section, name, unit, min, max, initial, help) RAW_FIELD(section, name)
#define SETTING_SIZE(section, name, min, max, initial, help) RAW_FIELD(section, name)
#define SETTING_RATIO(section, name, min, max, initial, help) RAW_FIELD(section, name)
#define SETTING_SWITCH(section, name, initial, help) RAW_FIELD(section, name)
#define SETTING_CHOICE(section, name, choices, initial, help) RAW_FIELD(section, name)
#define SETTING_SECTION_BEGIN(section, help) static const cyaml_schema_field_t section##_fields[] = {
#define SETTING_SECTION_END(section) CYAML_FIELD_END };
#include "config/settings_table.h"
#undef SETTING_STRING
#undef SETTING_NUMBER
#undef SETTING_SIZE
#undef SETTING_RATIO
#undef SETTING_SWITCH
#undef SETTING_CHOICE
#undef SETTING_SECTION_BEGIN
#undef SETTING_SECTION_END

/* The same for an entry of `models:`. */
#define SETTING_STRING(section, name, initial, help) char *name;
#define SETTING_NUMBER(section, name, unit, min, max, initial, help) char *name;
#define SETTING_RATIO(section, name, min, max, initial, help) char *name;
#define SETTING_CHOICE(section, name, choices, initial, help) char *name;
struct raw_model { /* in the order of models_schema */
#include "config/models_table.h"
};
#undef SETTING_STRING
#undef SETTING_NUMBER
#undef SETTING_RATIO
#undef SETTING_CHOICE
#define RAW_MODEL_FIELD(name) \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_model, name, 0, CYAML_UNLIMITED),
#define SETTING_STRING(section, name, initial, help) RAW_MODEL_FIELD(name)
#define SETTING_NUMBER(section, name, unit, min, max, initial, help) RAW_MODEL_FIELD(name)
#define SETTING_RATIO(section, name, min, max, initial, help) RAW_MODEL_FIELD(name)
#define SETTING_CHOICE(section, name, choices, initial, help) RAW_MODEL_FIELD(name)
static const cyaml_schema_field_t model_fields[] = {
#include "config/models_table.h"
	CYAML_FIELD_END
};
#undef SETTING_STRING
#undef SETTING_NUMBER
#undef SETTING_RATIO
#undef SETTING_CHOICE
static const cyaml_schema_value_t raw_model_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_model, model_fields) };

#define SETTING_STRING(section, name, initial, help)
#define SETTING_NUMBER(section, name, unit, min, max, initial, help)
#define SETTING_SIZE(section, name, min, max, initial, help)
#define SETTING_RATIO(section, name, min, max, initial, help)
#define SETTING_SWITCH(section, name, initial, help)
#define SETTING_CHOICE(section, name, choices, initial, help)
#define SETTING_SECTION_END(section)
#define SETTING_SECTION_BEGIN(section, help) struct raw_##section *section;
struct raw_settings { /* in the order of settings_sections */
#include "config/settings_table.h"
	struct raw_model *models;
	unsigned models_count;
};
#undef SETTING_SECTION_BEGIN
#define SETTING_SECTION_BEGIN(section, help) \
	CYAML_FIELD_MAPPING_PTR(#section, CYAML_FLAG_POINTER_NULL_STR | CYAML_FLAG_OPTIONAL, struct raw_settings, section, section##_fields),
static const cyaml_schema_field_t settings_fields[] = {
#include "config/settings_table.h"
	CYAML_FIELD_SEQUENCE("models", CYAML_FLAG_POINTER_NULL_STR | CYAML_FLAG_OPTIONAL, struct raw_settings, models, &raw_model_value, 0, MODELS_MAX),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t settings_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_settings, settings_fields) };

static const struct setting_section *find_section(const char *name)
{
	size_t count;
	const struct setting_section *sections = settings_sections(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(sections[i].name, name) == 0)
			return &sections[i];
	return NULL;
}

/* A key that the table does not have: what would be right in its place. */
static int refuse_key(struct text yaml, const char *name, const struct yaml_fault *fault, struct error_text *error)
{
	size_t section_count, setting_count, count = 0;
	const struct setting_section *sections = settings_sections(&section_count);
	const struct setting *schema = settings_schema(&setting_count);
	const struct setting_section *section = find_section(fault->path);
	const struct setting *dotted = settings_find(fault->unknown_key);
	const char *names[256];
	char key[2 * YAML_NAME_BYTES];
	size_t line = yaml_key_line(yaml, fault->path, fault->unknown_key);

	if (text_starts_with(text_from(fault->path), TEXT_LITERAL("models"))) {
		int status = models_refuse_key(text_from(fault->unknown_key), error);
		return fault->line ? error_prefix(error, status, "%s:%zu", name, fault->line) : error_prefix(error, status, "%s", name);
	}
	if (line == 0)
		line = fault->line;
	if (!section && dotted)
		return error_set(error, -EINVAL, "%s:%zu: \"%s\" must stand as \"%s\" below a line \"%s:\"", name, line, dotted->key, dotted->name,
				 dotted->section);
	CHECK(section_count < COUNT_OF(names) && setting_count <= COUNT_OF(names));
	const char *closest;
	if (section) {
		snprintf(key, sizeof(key), "%s.%s", section->name, fault->unknown_key);
		for (size_t i = 0; i < section->count; i++)
			names[count++] = schema[section->first + i].name;
		closest = settings_closest(fault->unknown_key, names, count);
		for (size_t i = 0; closest && i < section->count; i++)
			if (schema[section->first + i].name == closest) {
				closest = schema[section->first + i].key;
				break;
			}
		if (!closest)
			closest = settings_closest_key(key);
	} else {
		snprintf(key, sizeof(key), "%s", fault->unknown_key);
		for (size_t i = 0; i < section_count; i++)
			names[count++] = sections[i].name;
		names[count++] = "models";
		closest = settings_closest(key, names, count);
	}
	return error_set(error, -EINVAL, "%s:%zu: there is no %s \"%s\"%s%s%s", name, line, section ? "setting" : "section", key,
			 closest ? "; did you mean \"" : "", closest ? closest : "", closest ? "\"?" : "");
}

static int apply(struct settings *settings, const struct raw_settings *raw, struct text yaml, const char *name, struct error_text *error)
{
	size_t section_count, setting_count;
	const struct setting_section *sections = settings_sections(&section_count);
	const struct setting *schema = settings_schema(&setting_count);
	char *const *const *values = (char *const *const *)raw;

	_Static_assert(sizeof(struct raw_settings) % sizeof(char *) == 0, "one pointer a section");
	for (size_t i = 0; i < section_count; i++)
		for (size_t k = 0; values[i] && k < sections[i].count; k++) {
			const struct setting *setting = &schema[sections[i].first + k];
			if (!values[i][k])
				continue;
			int status = settings_set(settings, setting->key, values[i][k], error);
			if (status < 0) {
				size_t line = yaml_key_line(yaml, setting->section, setting->name);
				return line ? error_prefix(error, status, "%s:%zu", name, line) : error_prefix(error, status, "%s", name);
			}
		}
	return 0;
}

/* A list in a later file replaces the one before it. */
static int apply_models(struct settings *settings, const struct raw_settings *raw, struct text yaml, const char *name, struct error_text *error)
{
	size_t count;
	const struct setting *schema = models_schema(&count);

	_Static_assert(sizeof(struct raw_model) % sizeof(char *) == 0, "one pointer a key");
	if (!raw->models)
		return 0;
	models_clear(settings);
	for (unsigned i = 0; i < raw->models_count; i++) {
		struct model_settings *model = &settings->models[settings->model_count++];
		char *const *values = (char *const *)&raw->models[i];
		models_init_entry(model);
		for (size_t k = 0; k < count; k++) {
			int status = values[k] ? setting_set(&schema[k], model, values[k], error) : 0;
			if (status < 0)
				return error_prefix(error, status, "%s:%zu: models[%u].%s", name, yaml_entry_line(yaml, "models", i, schema[k].name), i,
						    schema[k].name);
		}
	}
	return 0;
}

int settings_load_text(struct settings *settings, struct text yaml, const char *name, struct error_text *error)
{
	struct yaml_fault fault;
	void *raw = NULL;

	int status = yaml_load(yaml, name, &settings_value, &raw, &fault, error);
	if (status < 0)
		return fault.unknown_key[0] ? refuse_key(yaml, name, &fault, error) : status;
	if (!raw)
		return 0;
	status = apply(settings, raw, yaml, name, error);
	if (status == 0)
		status = apply_models(settings, raw, yaml, name, error);
	yaml_release(&settings_value, raw);
	return status;
}

int settings_load_file(struct settings *settings, const char *path, struct error_text *error)
{
	struct buffer yaml;
	buffer_init(&yaml, YAML_BYTES_MAX);
	int status = file_read(path, &yaml, error);
	if (status == 0)
		status = settings_load_text(settings, buffer_view(&yaml), path, error);
	buffer_done(&yaml);
	return status;
}

int settings_load_profile(struct settings *settings, const char *name, struct error_text *error)
{
	char path[PATH_MAX];
	int status = settings_named_path("profiles", "profile", name, path, error);
	return status < 0 ? status : settings_load_file(settings, path, error);
}
