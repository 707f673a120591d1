/* settings.c: the life of a struct settings: defaults, single keys, consistency, release.
 *
 * A string points into the table while it has its default and is owned once it was set; that is how settings_done tells
 * them apart, so a struct settings must not be copied by assignment and released twice. */
#include "config/settings_schema.h"

#include <errno.h>
#include <stdlib.h>

void settings_fill(const struct setting *settings, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++) {
		void *field = (char *)target + settings[i].offset;
		switch (settings[i].kind) {
		case SETTING_KIND_NUMBER:
		case SETTING_KIND_SIZE: *(uint64_t *)field = settings[i].number_initial; break;
		case SETTING_KIND_RATIO: *(double *)field = settings[i].ratio_initial; break;
		case SETTING_KIND_SWITCH: *(bool *)field = settings[i].number_initial != 0; break;
		case SETTING_KIND_STRING:
		case SETTING_KIND_CHOICE: *(const char **)field = settings[i].initial; break;
		}
	}
}

void settings_free_strings(const struct setting *settings, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++) {
		if (settings[i].kind != SETTING_KIND_STRING && settings[i].kind != SETTING_KIND_CHOICE)
			continue;
		const char **field = (const char **)((char *)target + settings[i].offset);
		if (*field != settings[i].initial)
			free((char *)*field);
		*field = settings[i].initial;
	}
}

void settings_init(struct settings *settings)
{
	size_t count;
	const struct setting *schema = settings_schema(&count);

	*settings = (struct settings){ 0 };
	settings_fill(schema, count, settings);
}

void settings_done(struct settings *settings)
{
	size_t count;
	const struct setting *schema = settings_schema(&count);

	if (!settings)
		return;
	settings_free_strings(schema, count, settings);
	models_clear(settings);
}

const char *settings_closest_key(const char *word)
{
	size_t count;
	const struct setting *schema = settings_schema(&count);
	const char *names[256];
	const char *dot = strrchr(word, '.');
	const char *own_name = dot ? dot + 1 : word;

	CHECK(count <= COUNT_OF(names));
	for (size_t i = 0; i < count; i++)
		if (text_equal_nocase(text_from(schema[i].name), text_from(own_name)))
			return schema[i].key;
	for (size_t i = 0; i < count; i++)
		names[i] = schema[i].key;
	const char *key = settings_closest(word, names, count);
	if (key)
		return key;
	for (size_t i = 0; i < count; i++)
		names[i] = schema[i].name;
	const char *name = settings_closest(own_name, names, count);
	for (size_t i = 0; name && i < count; i++)
		if (schema[i].name == name)
			return schema[i].key;
	return NULL;
}

int settings_set(struct settings *settings, const char *key, const char *value, struct error_text *error)
{
	const struct setting *setting = settings_find(key);
	if (strncmp(key, "models.", strlen("models.")) == 0)
		return models_set(settings, key + strlen("models."), value, error);
	if (!setting) {
		const char *closest = settings_closest_key(key);
		return error_set(error, -EINVAL, "there is no setting \"%.100s\"%s%s%s (coordinator --dump-config lists them)", key,
				 closest ? "; did you mean \"" : "", closest ? closest : "", closest ? "\"?" : "");
	}
	int status = setting_set(setting, settings, value, error);
	return status < 0 ? error_prefix(error, status, "%s", key) : 0;
}

int settings_check(const struct settings *settings, struct error_text *error)
{
	const struct { const char *chars_key, *overlap_key; uint64_t chars, overlap; } chunks[] = {
		{ "chunk.fast_chars", "chunk.fast_overlap", settings->chunk.fast_chars, settings->chunk.fast_overlap },
		{ "chunk.balanced_chars", "chunk.balanced_overlap", settings->chunk.balanced_chars, settings->chunk.balanced_overlap },
		{ "chunk.quality_chars", "chunk.quality_overlap", settings->chunk.quality_chars, settings->chunk.quality_overlap },
	};
	for (size_t i = 0; i < COUNT_OF(chunks); i++)
		if (chunks[i].overlap > chunks[i].chars / 2)
			return error_set(error, -EINVAL, "%s is %llu and %s is %llu; the overlap may be at most half of the chunk", chunks[i].overlap_key,
					 (unsigned long long)chunks[i].overlap, chunks[i].chars_key, (unsigned long long)chunks[i].chars);
	if (settings->split.valid + settings->split.test > 0.95)
		return error_set(error, -EINVAL, "split.valid and split.test leave less than a twentieth of the documents for train.jsonl; "
				 "lower one of them");
	if (settings->score.tier_fast_below > settings->score.tier_balanced_below)
		return error_set(error, -EINVAL, "score.tier_fast_below is above score.tier_balanced_below; no document would be balanced");
	if (settings->gate.structural_drop > settings->gate.structural)
		return error_set(error, -EINVAL, "gate.structural_drop is above gate.structural; it must be the lower of the two");
	if (settings->generate.question_chars_min > settings->generate.question_chars_max)
		return error_set(error, -EINVAL, "generate.question_chars_min is above generate.question_chars_max");
	if (settings->generate.answer_chars_min > settings->generate.answer_chars_max)
		return error_set(error, -EINVAL, "generate.answer_chars_min is above generate.answer_chars_max");
	if (strcmp(settings->generate.mode, "models") == 0 && settings->model_count == 0 && strcmp(settings->run.stages, "preprocess") != 0)
		return error_set(error, -EINVAL, "generate.mode is models, and there is no model: name one with --model-url URL, a profile such as --profile ollama, or "
				 "models: in a configuration file (docs/models.md); or leave generate.mode at auto");
	return models_check(settings, error);
}

bool settings_use_models(const struct settings *settings)
{
	return settings->model_count && strcmp(settings->generate.mode, "built-in") != 0 && strcmp(settings->run.stages, "preprocess") != 0;
}
