/* models.c: the entries of `models:` as settings of their own: models_table.h as data, single keys, consistency, text. */
#include "config/models.h"
#include "config/settings_schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct setting schema[] = {
#define DESCRIBE(name_, help_, kind_, ...) \
	{ .key = "models." #name_, .section = "models", .name = #name_, .help = help_, .kind = kind_, \
	  .offset = offsetof(struct model_settings, name_), __VA_ARGS__ },
#define SETTING_NUMBER(section, name, unit_, min, max, initial_, help) \
	DESCRIBE(name, help, SETTING_KIND_NUMBER, .unit = unit_, .number_min = min, .number_max = max, .number_initial = initial_)
#define SETTING_RATIO(section, name, min, max, initial_, help) \
	DESCRIBE(name, help, SETTING_KIND_RATIO, .ratio_min = min, .ratio_max = max, .ratio_initial = initial_)
#define SETTING_STRING(section, name, initial_, help) DESCRIBE(name, help, SETTING_KIND_STRING, .initial = initial_)
#define SETTING_CHOICE(section, name, choices_, initial_, help) \
	DESCRIBE(name, help, SETTING_KIND_CHOICE, .choices = choices_, .initial = initial_)
#include "config/models_table.h"
};

const struct setting *models_schema(size_t *ret_count)
{
	*ret_count = COUNT_OF(schema);
	return schema;
}

void models_init_entry(struct model_settings *model)
{
	settings_fill(schema, COUNT_OF(schema), model);
}

void models_clear(struct settings *settings)
{
	for (uint32_t i = 0; i < settings->model_count; i++)
		settings_free_strings(schema, COUNT_OF(schema), &settings->models[i]);
	settings->model_count = 0;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

const char *model_address(const struct model_settings *model)
{
	const char *user = strchr(model->base_url, '@');
	return user ? user + 1 : model->base_url;
}

const char *model_name(const struct model_settings *model)
{
	return model->name[0] ? model->name : model->model[0] ? model->model : model_address(model);
}

/* The index of `value` among "a|b|c". Settings hold nothing else. */
static int choice_index(const char *choices, const char *value)
{
	struct text rest = text_from(choices), choice;
	for (int i = 0; text_next_field(&rest, '|', &choice); i++)
		if (text_equal(choice, text_from(value)))
			return i;
	CHECK(!"a choice that is not in the table");
	return 0;
}

enum model_tier model_tier_of(const struct model_settings *model)
{
	return (enum model_tier)choice_index("fast|balanced|quality", model->tier);
}

enum model_use model_use_of(const struct model_settings *model)
{
	return (enum model_use)choice_index("generate|judge|embeddings", model->use);
}

/* --- one key ------------------------------------------------------------------------------------------------------ */

static const struct setting *find_key(struct text name)
{
	for (size_t i = 0; i < COUNT_OF(schema); i++)
		if (text_equal(text_from(schema[i].name), name))
			return &schema[i];
	return NULL;
}

int models_refuse_key(struct text name, struct error_text *error)
{
	const char *names[COUNT_OF(schema)];
	char word[100];

	for (size_t i = 0; i < COUNT_OF(schema); i++)
		names[i] = schema[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)size_min(name.bytes, sizeof(word) - 1), name.data);
	const char *closest = settings_closest(word, names, COUNT_OF(schema));
	return error_set(error, -EINVAL, "a model has no setting \"%s\"%s%s%s (coordinator --help-settings lists them)", word,
			 closest ? "; did you mean \"" : "", closest ? closest : "", closest ? "\"?" : "");
}

static int add_entry(struct settings *settings, struct text name, struct model_settings **ret_model, struct error_text *error)
{
	if (settings->model_count == MODELS_MAX)
		return error_set(error, -EINVAL, "more than %d models", MODELS_MAX);
	struct model_settings *model = &settings->models[settings->model_count];
	models_init_entry(model);
	if (name.bytes) {
		char *copy = strndup(name.data, name.bytes);
		if (!copy)
			return error_set(error, -ENOMEM, "out of memory");
		model->name = copy;
	}
	settings->model_count++;
	*ret_model = model;
	return 0;
}

/* The model of that name, or the only one for an empty name; made when there is none. */
static int find_entry(struct settings *settings, struct text name, struct model_settings **ret_model, struct error_text *error)
{
	if (name.bytes == 0 && settings->model_count > 1)
		return error_set(error, -EINVAL, "which of the %u models is meant? use models.NAME.key", settings->model_count);
	for (uint32_t i = 0; i < settings->model_count; i++)
		if (name.bytes == 0 || text_equal(text_from(model_name(&settings->models[i])), name)) {
			*ret_model = &settings->models[i];
			return 0;
		}
	return add_entry(settings, name, ret_model, error);
}

int models_set(struct settings *settings, const char *key, const char *value, struct error_text *error)
{
	const char *dot = strrchr(key, '.');
	struct text name = dot ? (struct text){ key, (size_t)(dot - key) } : TEXT_LITERAL("");
	const struct setting *setting = find_key(text_from(dot ? dot + 1 : key));
	struct model_settings *model = NULL;

	if (!setting)
		return models_refuse_key(text_from(dot ? dot + 1 : key), error);
	int status = find_entry(settings, name, &model, error);
	if (status == 0)
		status = setting_set(setting, model, value, error);
	return status < 0 ? error_prefix(error, status, "models.%s", key) : 0;
}

/* --- together ----------------------------------------------------------------------------------------------------- */

/* What stands behind "://", or all of it. */
static const char *without_scheme(struct text url)
{
	ptrdiff_t at = text_find(url, TEXT_LITERAL("://"));
	return url.data + (at < 0 ? 0 : at + 3);
}

/* A key of a model that is not there made it: --set models.smal.temperature=0. */
static int refuse_name(const struct settings *settings, const struct model_settings *model, struct error_text *error)
{
	const char *names[MODELS_MAX], *closest;
	char list[300] = "";
	size_t count = 0;

	for (uint32_t i = 0; i < settings->model_count; i++) {
		if (&settings->models[i] == model)
			continue;
		size_t used = strlen(list);
		names[count++] = model_name(&settings->models[i]);
		snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", names[count - 1]);
	}
	closest = settings_closest(model->name, names, count);
	return error_set(error, -EINVAL, "no model is called \"%.100s\"%s%s%s (there are: %s); a new one needs its address too, such as "
			 "models.%.100s.base_url=http://127.0.0.1:8080", model->name, closest ? "; did you mean \"" : "", closest ? closest : "",
			 closest ? "\"?" : "", list, model->name);
}

static int check_entry(const struct settings *settings, uint32_t index, struct error_text *error)
{
	const struct model_settings *model = &settings->models[index];
	struct text url = text_from(model->base_url);

	if (url.bytes == 0 && model->name[0] && !model->model[0] && settings->model_count > 1)
		return refuse_name(settings, model, error);
	if (url.bytes == 0)
		return error_set(error, -EINVAL, "models[%u] (%s): base_url is missing, such as http://127.0.0.1:8080 (--model-url, or a profile such as ollama)", index, model_name(model));
	if (!text_starts_with(url, TEXT_LITERAL("http://")) && !text_starts_with(url, TEXT_LITERAL("https://")))
		return error_set(error, -EINVAL, "models[%u]: base_url \"%.100s\" must begin with http:// or https://, such as http://%.100s", index, model->base_url,
				 without_scheme(url));
	for (size_t i = 0; i < url.bytes; i++)
		if ((unsigned char)url.data[i] <= ' ' || url.data[i] == '#' || url.data[i] == '?')
			return error_set(error, -EINVAL, "models[%u]: base_url \"%.100s\" has a blank, \"?\" or \"#\" in it", index, model->base_url);
	if (model->context_tokens && model->max_tokens >= model->context_tokens)
		return error_set(error, -EINVAL, "models[%u] (%s): max_tokens is %llu and context_tokens %llu; the prompt needs room too", index,
				 model_name(model), (unsigned long long)model->max_tokens, (unsigned long long)model->context_tokens);
	return 0;
}

int models_check(const struct settings *settings, struct error_text *error)
{
	uint32_t uses[MODEL_EMBEDDINGS + 1] = { 0 };

	for (uint32_t i = 0; i < settings->model_count; i++) {
		const struct model_settings *model = &settings->models[i];
		int status = check_entry(settings, i, error);
		if (status < 0)
			return status;
		uses[model_use_of(model)]++;
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(model_name(model), model_name(&settings->models[k])) == 0)
				return error_set(error, -EINVAL, "models[%u] and models[%u] are both called \"%.100s\"; give one of them another name", k, i,
						 model_name(model));
	}
	if (uses[MODEL_JUDGE] > 1 || uses[MODEL_EMBEDDINGS] > 1)
		return error_set(error, -EINVAL, "models: more than one with use: %s; one is asked", uses[MODEL_JUDGE] > 1 ? "judge" : "embeddings");
	if (uses[MODEL_GENERATE] == 0 && settings->model_count > 0)
		return error_set(error, -EINVAL, "models: none with use: generate; a judge or embeddings alone have nothing to do");
	return 0;
}

static bool is_content(const struct setting *setting)
{
	static const char *const names[] = { "name", "model", "tier", "use", "max_tokens", "context_tokens", "temperature", "thinking" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(setting->name, names[i]) == 0)
			return true;
	return false;
}

static void dump_entry(const struct model_settings *model, bool content_only, struct buffer *out)
{
	for (size_t i = 0, shown = 0; i < COUNT_OF(schema); i++) {
		if (content_only && !is_content(&schema[i]))
			continue;
		buffer_append_string(out, shown++ ? "    " : "  - ");
		setting_dump(&schema[i], model, out);
	}
}

void model_dump(const struct model_settings *model, struct buffer *out) { dump_entry(model, false, out); }

void models_dump(const struct settings *settings, bool content_only, struct buffer *out)
{
	if (settings->model_count == 0)
		return;
	buffer_append_string(out, "models:\n");
	for (uint32_t i = 0; i < settings->model_count; i++)
		dump_entry(&settings->models[i], content_only, out);
}
