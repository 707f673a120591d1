/* options.h: the command line of the coordinator, read into one structure.
 *
 * GNU style: options and words in any order, unique beginnings of long options, "--" ends the options. The first word is
 * the subcommand when it is exactly the name of one (./status for a folder called so); without one it is "run".
 * Settings come from, the later one winning: defaults, --profile, the configuration file (--config, else
 * $XDG_CONFIG_HOME/docring/docring.yaml when there is one; for "finalise" the settings of the run that made the folder), the
 * command line. */
#ifndef DOCRING_COORDINATOR_OPTIONS_H
#define DOCRING_COORDINATOR_OPTIONS_H

#include "base/error.h"
#include "config/settings.h"
#include "coordinator/log.h"

#include <stdbool.h>
#include <stdint.h>

enum options_command {
	OPTIONS_RUN, OPTIONS_SUBMIT, OPTIONS_STATUS, OPTIONS_WORKERS, OPTIONS_FINALISE, OPTIONS_VERIFY, OPTIONS_CONVERT, OPTIONS_EXTRACT,
	OPTIONS_DOCTOR, OPTIONS_COMMAND_COUNT
};
const char *options_command_name(enum options_command command);

enum options_action {
	OPTIONS_PERFORM,       /* the command */
	OPTIONS_SHOW_HELP,     /* of the command; of the program when `command_given` is false */
	OPTIONS_SHOW_VERSION,
	OPTIONS_SHOW_CONFIG,   /* the effective settings */
	OPTIONS_SHOW_SETTINGS, /* the settings there are */
};

enum options_workers { OPTIONS_WORKERS_LIST, OPTIONS_WORKERS_ADD, OPTIONS_WORKERS_REMOVE };
enum options_progress { OPTIONS_PROGRESS_AUTO, OPTIONS_PROGRESS_ALWAYS, OPTIONS_PROGRESS_NEVER };

enum { OPTIONS_PROFILES_MAX = 8 };

struct options { /* strings belong to the arguments unless said otherwise */
	enum options_command command;
	enum options_action action;
	bool command_given;      /* by name */
	struct settings settings; /* effective; owned */
	const char **inputs;     /* words after the subcommand: files and folders; owned array, NULL-terminated */
	int input_count;         /* of "run": 0 means service mode */
	const char *output;      /* dataset folder: -o, or the word of finalise and verify; "out" unless given */
	bool output_given;
	const char *run;         /* --run, or the word of status: name or output folder of a running coordinator; NULL: the only one there is */
	const char *config_path; /* --config, or NULL */
	char *user_config_path;  /* the file of the user that was read, or NULL; owned */
	const char *profiles[OPTIONS_PROFILES_MAX]; /* in the order given; each may name several, joined by commas */
	size_t profile_count;
	const char *watch;       /* folder to watch, or NULL */
	enum options_workers workers; /* of "workers": what is to be done */
	uint32_t workers_count;       /* how many; 0: those named, inputs[1] and behind */
	bool inference;               /* --kind inference */
	bool dry_run, restart, json, front_matter;
	const char *images; /* folder, or NULL */
	enum options_progress progress;
	enum log_level log_level;
};

/* 0, or negative with a message for standard error: the program then ends with exit code 2. `argv` is not changed.
 * Release with options_done after success. Not for two threads at once (getopt_long). */
int options_parse(int argc, char **argv, struct options *ret_options, struct error_text *error) WARN_UNUSED;
void options_done(struct options *options);

#endif
