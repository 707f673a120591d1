/* options_table.h: every subcommand and option once: what options.c accepts and help.c prints. */
#ifndef DOCRING_COORDINATOR_OPTIONS_TABLE_H
#define DOCRING_COORDINATOR_OPTIONS_TABLE_H

#include "coordinator/options.h"

enum option_id {
	OPTION_OUTPUT, OPTION_WORKERS, OPTION_SHM, OPTION_LIMIT, OPTION_SEED, OPTION_STAGES, OPTION_DOMAIN, OPTION_CONFIG, OPTION_PROFILE, OPTION_SET,
	OPTION_MODEL_URL, OPTION_MODEL, OPTION_WATCH, OPTION_DRY_RUN, OPTION_RESTART, OPTION_PROGRESS, OPTION_LOG_LEVEL, OPTION_RUN, OPTION_JSON, OPTION_FRONT_MATTER, OPTION_IMAGES, OPTION_EXPLAIN,
	OPTION_PIN, OPTION_KIND, OPTION_DUMP_CONFIG, OPTION_HELP_SETTINGS, OPTION_HELP, OPTION_VERSION, OPTION_COUNT
};

struct option_row {
	const char *name;     /* without the dashes */
	const char *argument; /* its name in the help, or NULL when there is none */
	const char *setting;  /* the key that it stands for, or NULL */
	const char *choices;  /* "a|b|c", or NULL */
	const char *help;
	unsigned commands;    /* bit per enum options_command: where it means something */
	char letter;          /* or 0 */
};

struct command_row {
	const char *name;
	const char *words;   /* as in the usage line */
	const char *summary; /* one line */
	const char *details;
	const char *examples; /* lines */
	int words_min, words_max;
};

const struct option_row *options_row(enum option_id id);
const struct command_row *options_command_row(enum options_command command);

#endif
