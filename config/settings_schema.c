/* settings_schema.c: settings_table.h unrolled into one array of descriptions and one of sections. */
#include "config/settings_schema.h"

static const struct setting schema[] = {
#define SETTING_SECTION_BEGIN(section, help)
#define SETTING_SECTION_END(section)
#define DESCRIBE(section_, name_, help_, kind_, ...) \
	{ .key = #section_ "." #name_, .section = #section_, .name = #name_, .help = help_, .kind = kind_, \
	  .offset = offsetof(struct settings, section_.name_), __VA_ARGS__ },
#define SETTING_NUMBER(section, name, unit_, min, max, initial_, help) \
	DESCRIBE(section, name, help, SETTING_KIND_NUMBER, .unit = unit_, .number_min = min, .number_max = max, .number_initial = initial_)
#define SETTING_SIZE(section, name, min, max, initial_, help) \
	DESCRIBE(section, name, help, SETTING_KIND_SIZE, .number_min = min, .number_max = max, .number_initial = initial_)
#define SETTING_RATIO(section, name, min, max, initial_, help) \
	DESCRIBE(section, name, help, SETTING_KIND_RATIO, .ratio_min = min, .ratio_max = max, .ratio_initial = initial_)
#define SETTING_SWITCH(section, name, initial_, help) \
	DESCRIBE(section, name, help, SETTING_KIND_SWITCH, .number_max = 1, .number_initial = initial_)
#define SETTING_STRING(section, name, initial_, help) DESCRIBE(section, name, help, SETTING_KIND_STRING, .initial = initial_)
#define SETTING_CHOICE(section, name, choices_, initial_, help) \
	DESCRIBE(section, name, help, SETTING_KIND_CHOICE, .choices = choices_, .initial = initial_)
#include "config/settings_table.h"
};
#undef SETTING_SECTION_BEGIN
#undef SETTING_SECTION_END
#undef DESCRIBE
#undef SETTING_NUMBER
#undef SETTING_SIZE
#undef SETTING_RATIO
#undef SETTING_SWITCH
#undef SETTING_STRING
#undef SETTING_CHOICE

/* Where each section begins and ends in the array: the position of its markers among the settings. */
enum {
#define MARK_SETTING(section, name) SETTING_INDEX_##section##_##name,
#define SETTING_SECTION_BEGIN(section, help) SETTING_FIRST_##section, SETTING_BEFORE_##section = SETTING_FIRST_##section - 1,
#define SETTING_SECTION_END(section) SETTING_END_##section, SETTING_AFTER_##section = SETTING_END_##section - 1,
#define SETTING_NUMBER(section, name, ...) MARK_SETTING(section, name)
#define SETTING_SIZE(section, name, ...) MARK_SETTING(section, name)
#define SETTING_RATIO(section, name, ...) MARK_SETTING(section, name)
#define SETTING_SWITCH(section, name, ...) MARK_SETTING(section, name)
#define SETTING_STRING(section, name, ...) MARK_SETTING(section, name)
#define SETTING_CHOICE(section, name, ...) MARK_SETTING(section, name)
#include "config/settings_table.h"
};
#undef SETTING_SECTION_BEGIN
#undef SETTING_SECTION_END
#undef SETTING_NUMBER
#undef SETTING_SIZE
#undef SETTING_RATIO
#undef SETTING_SWITCH
#undef SETTING_STRING
#undef SETTING_CHOICE

static const struct setting_section sections[] = {
#define SETTING_SECTION_BEGIN(section, help_) \
	{ .name = #section, .help = help_, .first = SETTING_FIRST_##section, .count = SETTING_END_##section - SETTING_FIRST_##section },
#define SETTING_SECTION_END(section)
#define SETTING_NUMBER(section, name, ...)
#define SETTING_SIZE(section, name, ...)
#define SETTING_RATIO(section, name, ...)
#define SETTING_SWITCH(section, name, ...)
#define SETTING_STRING(section, name, ...)
#define SETTING_CHOICE(section, name, ...)
#include "config/settings_table.h"
};

const struct setting *settings_schema(size_t *ret_count)
{
	*ret_count = COUNT_OF(schema);
	return schema;
}

const struct setting_section *settings_sections(size_t *ret_count)
{
	*ret_count = COUNT_OF(sections);
	return sections;
}

const struct setting *settings_find(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(schema); i++)
		if (strcmp(schema[i].key, key) == 0)
			return &schema[i];
	return NULL;
}
