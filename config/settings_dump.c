/* settings_dump.c: the settings as YAML and as help. The bytes depend on the settings alone. */
#include "config/settings_schema.h"

#include "base/wrap.h"

#include <stdio.h>

enum { LINE_CHARACTERS = 80 };

/* Double quotes wherever YAML could read a plain scalar as something else. */
static bool is_plain(struct text value)
{
	if (value.bytes == 0 || (!ascii_is_alnum(value.data[0]) && value.data[0] != '/'))
		return false;
	for (size_t i = 0; i < value.bytes; i++) {
		char c = value.data[i];
		if (!ascii_is_word(c) && c != ' ' && c != '.' && c != '/' && c != '-' && c != '+')
			return false;
	}
	return value.data[value.bytes - 1] != ' ';
}

static void append_scalar(struct buffer *out, struct text value)
{
	if (is_plain(value)) {
		buffer_append_text(out, value);
		return;
	}
	buffer_append_byte(out, '"');
	for (size_t i = 0; i < value.bytes; i++) {
		unsigned char c = (unsigned char)value.data[i];
		if (c == '"' || c == '\\')
			buffer_append_format(out, "\\%c", c);
		else if (c == '\n')
			buffer_append_string(out, "\\n");
		else if (c < 0x20 || c == 0x7F)
			buffer_append_format(out, "\\x%02X", c);
		else
			buffer_append_byte(out, (char)c);
	}
	buffer_append_byte(out, '"');
}

void setting_dump(const struct setting *setting, const void *settings, struct buffer *out)
{
	struct buffer value;
	buffer_init(&value, out->bytes_max);
	setting_format(setting, settings, &value);
	buffer_append_format(out, "%s: ", setting->name);
	if (setting->kind == SETTING_KIND_STRING)
		append_scalar(out, buffer_view(&value));
	else
		buffer_append_text(out, buffer_view(&value));
	buffer_append_byte(out, '\n');
	if (value.status)
		out->status = value.status;
	buffer_done(&value);
}

static void append_value(const struct setting *setting, const struct settings *settings, struct buffer *out)
{
	buffer_append_string(out, "  ");
	setting_dump(setting, settings, out);
}

/* `prefix` opens every line: "  # ". */
static void append_comment(const struct setting *setting, const char *prefix, struct buffer *out)
{
	struct buffer text;
	buffer_init(&text, 4096);
	buffer_append_string(&text, setting->help);
	if (setting->kind != SETTING_KIND_STRING) {
		buffer_append_string(&text, " [");
		setting_format_allowed(setting, &text);
		buffer_append_byte(&text, ']');
	}
	buffer_append_string(out, prefix);
	wrap_append(out, buffer_view(&text), strlen(prefix), prefix, LINE_CHARACTERS);
	buffer_done(&text);
}

/* What an entry of `models:` may say, as comments, so that the file explains itself when there is none. */
static void append_model_keys(struct buffer *out)
{
	size_t count;
	const struct setting *keys = models_schema(&count);
	struct model_settings initial;

	models_init_entry(&initial);
	buffer_append_string(out, "\n# Model servers, one entry a model; without any, rules write the pairs. The keys\n"
				  "# of an entry with their defaults:\n");
	for (size_t i = 0; i < count; i++) {
		append_comment(&keys[i], "#     # ", out);
		buffer_append_string(out, i == 0 ? "#   - " : "#     ");
		setting_dump(&keys[i], &initial, out);
	}
}

void settings_dump(const struct settings *settings, struct buffer *out)
{
	size_t section_count, setting_count;
	const struct setting_section *sections = settings_sections(&section_count);
	const struct setting *schema = settings_schema(&setting_count);

	buffer_append_string(out, "# docring settings. Order of precedence: these defaults, --profile, the\n"
				  "# configuration file, the command line (--set section.key=value).\n");
	for (size_t i = 0; i < section_count; i++) {
		buffer_append_format(out, "\n# %s\n%s:\n", sections[i].help, sections[i].name);
		for (size_t k = sections[i].first; k < sections[i].first + sections[i].count; k++) {
			append_comment(&schema[k], "  # ", out);
			append_value(&schema[k], settings, out);
		}
	}
	append_model_keys(out);
	models_dump(settings, false, out);
}

/* Does the setting change what one document becomes? Not what only says how fast, where, or what finalise makes of it. */
static bool is_content(const struct setting *setting)
{
	static const char *const sections[] = { "convert", "gate", "chunk", "score", "generate" };
	static const char *const keys[] = { "run.seed", "run.domain", "run.stages", "intake.member_bytes_max" };

	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (strcmp(setting->section, sections[i]) == 0)
			return true;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(setting->key, keys[i]) == 0)
			return true;
	return text_starts_with(text_from(setting->key), TEXT_LITERAL("intake.archive_"));
}

void settings_dump_content(const struct settings *settings, struct buffer *out)
{
	size_t setting_count;
	const struct setting *schema = settings_schema(&setting_count);
	const char *section = NULL;

	for (size_t i = 0; i < setting_count; i++) {
		if (!is_content(&schema[i]))
			continue;
		if (!section || strcmp(section, schema[i].section) != 0)
			buffer_append_format(out, "%s:\n", schema[i].section);
		section = schema[i].section;
		append_value(&schema[i], settings, out);
	}
	models_dump(settings, true, out);
}

static void append_setting_help(const struct setting *setting, const char *key, struct buffer *out)
{
	struct buffer facts;
	buffer_init(&facts, 4096);
	setting_format_initial(setting, &facts);
	if (facts.bytes == 0)
		buffer_append_string(&facts, "(empty)");
	if (setting->kind != SETTING_KIND_STRING) {
		buffer_append_string(&facts, "  [");
		setting_format_allowed(setting, &facts);
		buffer_append_byte(&facts, ']');
	}
	buffer_append_format(out, "  %-32s %s\n      ", key, buffer_string(&facts));
	wrap_append(out, text_from(setting->help), 6, "      ", LINE_CHARACTERS);
	buffer_done(&facts);
}

void settings_help(struct buffer *out)
{
	size_t section_count, setting_count, model_count;
	const struct setting_section *sections = settings_sections(&section_count);
	const struct setting *schema = settings_schema(&setting_count), *models = models_schema(&model_count);

	for (size_t i = 0; i < section_count; i++) {
		buffer_append_format(out, "%s%s\n", i ? "\n" : "", sections[i].help);
		for (size_t k = sections[i].first; k < sections[i].first + sections[i].count; k++)
			append_setting_help(&schema[k], schema[k].key, out);
	}
	buffer_append_string(out, "\nModel servers: entries of the list \"models\" in a configuration file\n");
	for (size_t i = 0; i < model_count; i++) {
		char key[64];
		snprintf(key, sizeof(key), "models.NAME.%s", models[i].name);
		append_setting_help(&models[i], key, out);
	}
}
