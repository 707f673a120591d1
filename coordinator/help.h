/* help.h: what --help, --version, --dump-config and --help-settings print. */
#ifndef DOCRING_COORDINATOR_HELP_H
#define DOCRING_COORDINATOR_HELP_H

#include "coordinator/options.h"

#include <stdio.h>

/* Appends the help of the program (OPTIONS_COMMAND_COUNT) or of one subcommand: at most 80 columns. */
void help_append(enum options_command command, struct buffer *out);

/* Prints what options->action asks for. 0, or -errno when it could not be written. Not for OPTIONS_PERFORM. */
int help_show(const struct options *options, FILE *out) WARN_UNUSED;

#endif
