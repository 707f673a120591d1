/* models.h: the `models:` list of the configuration: which model servers there are and how each is to be used. The keys stand in
 * models_table.h once, as those of settings do: parser, help, dump and documentation come from it.
 *
 *   models:
 *     - base_url: http://127.0.0.1:11434
 *       model: qwen3:8b
 *       tier: balanced
 *
 * A list in a later file replaces the one before it. On the command line a key is models.NAME.key, or models.key when there is one
 * model or none yet (then it is made). Model K of the list is model K everywhere: in masks, messages, the status. */
#ifndef DOCRING_CONFIG_MODELS_H
#define DOCRING_CONFIG_MODELS_H

#include <stdbool.h>
#include <stdint.h>

enum { MODELS_MAX = 16 };

enum model_tier { MODEL_FAST, MODEL_BALANCED, MODEL_QUALITY, MODEL_TIER_COUNT }; /* as enum document_tier */
enum model_use { MODEL_GENERATE, MODEL_JUDGE, MODEL_EMBEDDINGS };

#define SETTING_NUMBER(section, name, unit, min, max, initial, help) uint64_t name;
#define SETTING_RATIO(section, name, min, max, initial, help) double name;
#define SETTING_STRING(section, name, initial, help) const char *name;
#define SETTING_CHOICE(section, name, choices, initial, help) const char *name;
struct model_settings {
#include "config/models_table.h"
};
#undef SETTING_NUMBER
#undef SETTING_RATIO
#undef SETTING_STRING
#undef SETTING_CHOICE

/* What it is called for people: its name, else the model's, else the address. */
const char *model_name(const struct model_settings *model);
const char *model_address(const struct model_settings *model); /* base_url; of one with a password what follows that */
enum model_tier model_tier_of(const struct model_settings *model);
enum model_use model_use_of(const struct model_settings *model);
struct buffer;
/* Every key of the entry, as YAML: the same for the same entry. */
void model_dump(const struct model_settings *model, struct buffer *out);

#endif
