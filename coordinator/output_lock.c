#define _GNU_SOURCE
#include "coordinator/output_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A coordinator that was killed takes the process that writes its dataset with it, which holds the lock too and needs a moment to end. */
enum { LOCK_ATTEMPTS = 100, LOCK_PAUSE_MS = 10 };

static bool lock_path(const char *output, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/.docring/lock", output) < PATH_MAX;
}

int output_lock_take(const char *output, bool create, struct error_text *error)
{
	char path[PATH_MAX];

	if (!lock_path(output, path))
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", output);
	int lock = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0644);
	if (lock < 0 && errno == ENOENT && !create)
		return error_set(error, -ENOENT, "%s: no run of docring was made there (there is no %s)", output, path);
	if (lock < 0)
		return error_set(error, -errno, "%s: cannot open: %s", path, strerror(errno));
	for (int i = 0; flock(lock, LOCK_EX | LOCK_NB) < 0; i++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_ATTEMPTS) {
			close(lock);
			return error_set(error, -EBUSY, "%s: another coordinator writes there; see coordinator status %s, or choose another --output", output,
					 output);
		}
		(void)poll(NULL, 0, LOCK_PAUSE_MS);
	}
	return lock;
}

bool output_lock_inherited(const char *output)
{
	char path[PATH_MAX];
	struct stat here, there;

	if (!lock_path(output, path) || fstat(STDIN_FILENO, &here) < 0 || stat(path, &there) < 0 || here.st_dev != there.st_dev ||
	    here.st_ino != there.st_ino)
		return false;
	/* Of the same opening of the file this changes nothing; another one, of somebody who typed `< lock`, is refused while the lock is held. */
	return flock(STDIN_FILENO, LOCK_EX | LOCK_NB) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}
