#define _GNU_SOURCE
#include "ipc/rendezvous.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { NAME_BYTES_MAX = 40 };

static int fill(struct rendezvous *place, const char *folder, struct error_text *error)
{
	int a = snprintf(place->folder, sizeof(place->folder), "%s", folder);
	int b = snprintf(place->attach_path, sizeof(place->attach_path), "%s/attach", folder);
	int c = snprintf(place->endpoint, sizeof(place->endpoint), "ipc://%s/bus", folder);

	if (a >= RENDEZVOUS_PATH_BYTES || b >= RENDEZVOUS_PATH_BYTES || c >= RENDEZVOUS_PATH_BYTES)
		return error_set(error, -ENAMETOOLONG, "%s: too long for a socket path; set XDG_RUNTIME_DIR to a shorter folder", folder);
	return 0;
}

/* The folder that holds every run's folder. */
static int base_folder(char *ret_path, size_t bytes, struct error_text *error)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat status;
	int used;

	if (runtime && *runtime == '/' && access(runtime, W_OK) == 0)
		used = snprintf(ret_path, bytes, "%s/docring", runtime);
	else
		used = snprintf(ret_path, bytes, "/tmp/docring-%u", (unsigned)getuid());
	if (used >= (int)bytes)
		return error_set(error, -ENAMETOOLONG, "XDG_RUNTIME_DIR is too long: %s", runtime);
	if (mkdir(ret_path, 0700) < 0 && errno != EEXIST)
		return error_set(error, -errno, "%s: cannot make the folder for sockets: %s; set XDG_RUNTIME_DIR to a folder that can be written", ret_path, strerror(errno));
	/* In /tmp another user may have made it first: then it is not ours to use. */
	if (lstat(ret_path, &status) < 0 || !S_ISDIR(status.st_mode) || status.st_uid != getuid() || (status.st_mode & 077))
		return error_set(error, -EPERM, "%s: must be a folder of yours with mode 0700; remove it or set XDG_RUNTIME_DIR", ret_path);
	return 0;
}

int rendezvous_create(struct rendezvous *ret_place, const char *name, struct error_text *error)
{
	char base[PATH_MAX], folder[PATH_MAX], clean[NAME_BYTES_MAX + 1];
	size_t bytes = 0;
	int status = base_folder(base, sizeof(base), error);

	if (status < 0)
		return status;
	for (const char *p = name; *p && bytes < NAME_BYTES_MAX; p++)
		clean[bytes++] = ascii_is_alnum(*p) || *p == '-' || *p == '.' || *p == '_' ? *p : '_';
	clean[bytes] = '\0';
	if (snprintf(folder, sizeof(folder), "%s/%s", base, clean) >= (int)sizeof(folder))
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", base);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return error_set(error, -errno, "%s: cannot make the folder for sockets: %s; set XDG_RUNTIME_DIR to a folder that can be written", folder, strerror(errno));
	return fill(ret_place, folder, error);
}

void rendezvous_remove(const struct rendezvous *place)
{
	unlink(place->attach_path);
	unlink(place->endpoint + sizeof("ipc://") - 1);
	rmdir(place->folder);
}

enum presence { RUN_ABSENT, RUN_DEAD, RUN_LIVE };

/* Whether somebody listens there: a coordinator that was killed leaves its sockets. */
static enum presence look(const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/attach", folder) >= (int)sizeof(address.sun_path) ||
	    stat(address.sun_path, &status) < 0 || !S_ISSOCK(status.st_mode))
		return RUN_ABSENT;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return RUN_LIVE;
	bool dead = connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 && errno == ECONNREFUSED;
	close(fd);
	return dead ? RUN_DEAD : RUN_LIVE;
}

/* Lists the runs under `base` into `names`; when there is exactly one, its folder is put into `ret_folder`. */
static int list_runs(const char *base, char *ret_folder, size_t folder_bytes, char *names, size_t names_bytes)
{
	DIR *directory = opendir(base);
	struct dirent *entry;
	char folder[PATH_MAX];
	size_t used = 0;
	int count = 0;

	names[0] = '\0';
	if (!directory)
		return 0;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || snprintf(folder, sizeof(folder), "%s/%s", base, entry->d_name) >= (int)sizeof(folder) ||
		    look(folder) != RUN_LIVE)
			continue;
		count++;
		snprintf(ret_folder, folder_bytes, "%s", folder);
		if (used < names_bytes)
			used += (size_t)snprintf(names + used, names_bytes - used, " %s", entry->d_name);
	}
	closedir(directory);
	return count;
}

/* The sockets are their owner's alone: asking for anybody else would end in a timeout. `named`: what tells the owner. */
static int check_owner(const char *named, const char *folder, struct rendezvous *ret_place, struct error_text *error)
{
	struct stat status;

	if (lstat(named, &status) < 0)
		return error_set(error, -errno, "%s: %s", named, strerror(errno));
	if (status.st_uid != geteuid())
		return error_set(error, -EPERM, "%s: that run belongs to user %u; only its owner may join it or talk to it, and this is user %u", named,
				 (unsigned)status.st_uid, (unsigned)geteuid());
	if (look(folder) != RUN_LIVE)
		return error_set(error, -ENOENT, "%s: that run has ended%s; the same command starts it again", named,
				 look(folder) == RUN_DEAD ? " without cleaning up" : "");
	return fill(ret_place, folder, error);
}

/* `run` as an output folder. 1: found; 0: it is none; or what is wrong with it. */
static int find_by_output(const char *run, struct rendezvous *ret_place, struct error_text *error)
{
	char link[PATH_MAX], folder[PATH_MAX];

	if (snprintf(link, sizeof(link), "%s/.docring/run", run) >= (int)sizeof(link))
		return 0;
	ssize_t bytes = readlink(link, folder, sizeof(folder) - 1);
	if (bytes < 0 && errno == EACCES)
		return error_set(error, -EACCES, "%s: you may not look there: only its owner may join a run or talk to it", link);
	if (bytes <= 0)
		return 0;
	folder[bytes] = '\0';
	int status = check_owner(link, folder, ret_place, error);
	return status < 0 ? status : 1;
}

int rendezvous_find(const char *run, struct rendezvous *ret_place, struct error_text *error)
{
	char base[PATH_MAX], folder[PATH_MAX], names[256];
	int status = base_folder(base, sizeof(base), error);

	if (status < 0)
		return status;
	int count = list_runs(base, folder, sizeof(folder), names, sizeof(names));
	if (!run && count == 1)
		return fill(ret_place, folder, error);
	if (!run)
		return error_set(error, -ENOENT, count == 0 ? "no run is active" : "several runs are active; name one with --run:%s", names);
	if (look(run) != RUN_ABSENT)
		return check_owner(run, run, ret_place, error);
	status = find_by_output(run, ret_place, error);
	if (status != 0)
		return status < 0 ? status : 0;
	if (!strchr(run, '/') && snprintf(folder, sizeof(folder), "%s/%s", base, run) < (int)sizeof(folder) && look(folder) != RUN_ABSENT)
		return check_owner(folder, folder, ret_place, error);
	return error_set(error, -ENOENT, "%s: no such run; %s%s", run, count ? "active runs:" : "none is active", names);
}
