/* settings.h: the typed settings of a run, made from settings_table.h.
 *
 * Order of precedence: defaults < profile < configuration file < command line (--set and the options that stand for one).
 * A key that does not exist, or a value out of range, is an error that names file, key, what was found, what is allowed and
 * the closest valid key. */
#ifndef DOCRING_CONFIG_SETTINGS_H
#define DOCRING_CONFIG_SETTINGS_H

#include "base/buffer.h"
#include "base/error.h"
#include "config/models.h"

#include <stdbool.h>
#include <stdint.h>

#define SETTING_SECTION_BEGIN(section, help) struct {
#define SETTING_SECTION_END(section) } section;
#define SETTING_NUMBER(section, name, unit, min, max, initial, help) uint64_t name;
#define SETTING_SIZE(section, name, min, max, initial, help) uint64_t name;
#define SETTING_RATIO(section, name, min, max, initial, help) double name;
#define SETTING_SWITCH(section, name, initial, help) bool name;
#define SETTING_STRING(section, name, initial, help) const char *name;
#define SETTING_CHOICE(section, name, choices, initial, help) const char *name;
struct settings {
#include "config/settings_table.h"
	struct model_settings models[MODELS_MAX]; /* config/models.h */
	uint32_t model_count;
};
#undef SETTING_SECTION_BEGIN
#undef SETTING_SECTION_END
#undef SETTING_NUMBER
#undef SETTING_SIZE
#undef SETTING_RATIO
#undef SETTING_SWITCH
#undef SETTING_STRING
#undef SETTING_CHOICE

/* Fills in the defaults. Release with settings_done. */
void settings_init(struct settings *settings);
void settings_done(struct settings *settings); /* frees the strings that were set */

/* One "section.name" and its value as text ("15G", "on", "0.4"); of models also "models.NAME.key" and "models.key". */
int settings_set(struct settings *settings, const char *key, const char *value, struct error_text *error) WARN_UNUSED;

/* Settings that contradict each other (an overlap larger than its chunk …). Call it once all sources were read. */
int settings_check(const struct settings *settings, struct error_text *error) WARN_UNUSED;

/* Does a run with these settings ask model servers? */
bool settings_use_models(const struct settings *settings);

/* A YAML document with sections as mappings (libcyaml reads it). `name` is the file's name for messages. */
int settings_load_text(struct settings *settings, struct text yaml, const char *name, struct error_text *error) WARN_UNUSED;
int settings_load_file(struct settings *settings, const char *path, struct error_text *error) WARN_UNUSED;

/* A profile: config/profiles/NAME.yaml in the data folder (see settings_data_path), or a path. The message lists the names there are. */
int settings_load_profile(struct settings *settings, const char *name, struct error_text *error) WARN_UNUSED;

/* The effective settings as commented YAML: settings_load_text of it gives the same settings back. */
void settings_dump(const struct settings *settings, struct buffer *out);
/* Only what decides the content of the dataset (not workers, shm, io, supervise): its XXH3-128 is the configuration hash. */
void settings_dump_content(const struct settings *settings, struct buffer *out);
/* The table for people: key, default, range, help; at most 80 columns. */
void settings_help(struct buffer *out);

/* "15G", "512MiB", "1.5T", "4096" → bytes. 0 or -EINVAL with what is accepted. */
int settings_parse_size(const char *text, uint64_t *ret_bytes, struct error_text *error) WARN_UNUSED;
/* "12" or "2..12" or "auto" (both 0). */
int settings_parse_workers(const char *text, uint32_t *ret_min, uint32_t *ret_max, struct error_text *error) WARN_UNUSED;

/* Finds a data file ("domains/ran.yaml", "profiles/small.yaml"): $DOCRING_DATA, then <program folder>/../share/docring,
 * then config/ one to three folders above it (a build tree), then PREFIX/share/docring. `ret_path` is PATH_MAX bytes long. */
int settings_data_path(const char *relative, char *ret_path, struct error_text *error) WARN_UNUSED;

/* The file of a named thing: `name` itself when it is a path (has a slash or ends in .yaml), else the data file
 * KIND/NAME.yaml ("domains", "profiles"). `what` is its word in the message, which lists the names there are. */
int settings_named_path(const char *kind, const char *what, const char *name, char *ret_path, struct error_text *error) WARN_UNUSED;

/* The valid name closest to `word` by edit distance, or NULL when none is near. For messages. */
const char *settings_closest(const char *word, const char *const *names, size_t count);

#endif
