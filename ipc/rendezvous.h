/* rendezvous.h: where the sockets of a run are: one folder a run, mode 0700, under $XDG_RUNTIME_DIR/docring, else under
 * /tmp/docring-UID. The output folder keeps a link to it (OUT/.docring/run), so that a run can be named by its output. */
#ifndef DOCRING_IPC_RENDEZVOUS_H
#define DOCRING_IPC_RENDEZVOUS_H

#include "base/error.h"

enum { RENDEZVOUS_PATH_BYTES = 100 }; /* Unix socket paths end at 107 */

struct rendezvous {
	char folder[RENDEZVOUS_PATH_BYTES];
	char attach_path[RENDEZVOUS_PATH_BYTES]; /* folder/attach */
	char endpoint[RENDEZVOUS_PATH_BYTES];    /* ipc://folder/bus */
};

/* Makes the folder for a new run called `name` (cut and cleaned to fit a path). */
int rendezvous_create(struct rendezvous *ret_place, const char *name, struct error_text *error) WARN_UNUSED;
/* Removes the sockets and the folder. */
void rendezvous_remove(const struct rendezvous *place);

/* `run`: a run's name, its output folder, its socket folder, or NULL for the only run there is. -ENOENT with the runs
 * there are, -EPERM or -EACCES for another user's. What a dead run left is no run. */
int rendezvous_find(const char *run, struct rendezvous *ret_place, struct error_text *error) WARN_UNUSED;

#endif
