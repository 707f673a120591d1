/* model_server.h: do two entries of `models:` mean one server? By what their addresses come to, not by how they are spelled. */
#ifndef DOCRING_CONFIG_MODEL_SERVER_H
#define DOCRING_CONFIG_MODEL_SERVER_H

#include "config/models.h"

/* Same port, same path but for /v1 and what may stand behind it, and hosts with an address in common; all of this machine's own (127.*, ::1) are one.
 * Looks names up when hosts are spelled differently, which may take as long as the system's resolver does; a name that is not known is another server. */
bool model_shares_server(const struct model_settings *one, const struct model_settings *other);

#endif
