/* client.h: the subcommands that talk to a running coordinator. The result is the exit code. */
#ifndef DOCRING_COORDINATOR_CLIENT_H
#define DOCRING_COORDINATOR_CLIENT_H

#include "coordinator/options.h"

int client_status(const struct options *options);
int client_submit(const struct options *options);
int client_workers(const struct options *options);

#endif
