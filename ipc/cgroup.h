/* cgroup.h: the limits that the control group (version 2) of this process puts on CPU time and memory. */
#ifndef DOCRING_IPC_CGROUP_H
#define DOCRING_IPC_CGROUP_H

#include "base/text.h"

#include <stdint.h>

struct cgroup_limits {
	double quota_cores;    /* CPU time per time; 0: no quota */
	char quota_group[512]; /* folder of the group that has it; "" for none, or a longer one */
	uint64_t memory_bytes; /* 0: no limit */
};

/* The tightest limits of the process's group and of those above it. What cannot be read limits nothing. */
struct cgroup_limits cgroup_limits_load(void);

/* The same for the group `path` ("/a/b") of a hierarchy mounted at `mount`. */
struct cgroup_limits cgroup_limits_read(const char *mount, struct text path);

/* Where the version 2 hierarchy is mounted, from the text of /proc/self/mountinfo; empty when it is not. */
struct text cgroup_find_mount(struct text mountinfo);
/* The path of the process's group, from the text of /proc/self/cgroup; empty when there is none. */
struct text cgroup_find_path(struct text cgroup);

#endif
