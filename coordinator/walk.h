/* walk.h: the files under the inputs, in one fixed order, without holding them all in memory: one sorted listing for each folder on the
 * way down. It opens folders, never files. */
#ifndef DOCRING_COORDINATOR_WALK_H
#define DOCRING_COORDINATOR_WALK_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct walk;

enum walk_kind {
	WALK_FILE,
	WALK_SKIPPED,  /* by rule; reason says which */
	WALK_PROBLEM,  /* cannot be taken: unreadable folder, vanished, not a regular file; reason says why */
};

struct walk_entry { /* valid until the next walk_next */
	enum walk_kind kind;
	const char *path; /* to open */
	const char *name; /* in the dataset: last part of the input, then the way below it */
	const char *root; /* name of the input it lies under */
	uint64_t bytes;
	int64_t modified_ns;
	const char *reason;
};

struct walk_rules {
	bool hidden, follow_links;
	bool counting; /* only how many there are matters: what its folder says is a file is not looked at, and has no size and no time */
	const char *except; /* a folder that is not entered (the output), or NULL */
	void (*entering)(void *context, const char *path); /* called for every folder before it is listed; NULL: nobody wants to know */
	void *context;
};

/* Is it there? 0 or a negative error number. */
int walk_check_input(const char *input, struct error_text *error) WARN_UNUSED;

/* Checks that every input is there: -ENOENT with a message naming the first that is not. An input given twice counts once; the
 * excepted folder is no input (-EINVAL). */
int walk_open(struct walk **ret_walk, const char *const *inputs, int count, const struct walk_rules *rules, struct error_text *error) WARN_UNUSED;
void walk_close(struct walk *walk);
/* 1: an entry; 0: the end; -ENOMEM. */
int walk_next(struct walk *walk, struct walk_entry *ret_entry) WARN_UNUSED;
/* The names of the inputs, as they begin every entry's name. */
int walk_root_count(const struct walk *walk);
const char *walk_root(const struct walk *walk, int index);
const char *walk_real_path(const struct walk *walk, int index);
bool walk_root_is_file(const struct walk *walk, int index);
/* Gives an input another name; before the first walk_next. -ENOMEM. */
int walk_rename_root(struct walk *walk, int index, const char *root) WARN_UNUSED;
/* Folders were met that could not be listed: what lies in them is not known. */
bool walk_has_gaps(const struct walk *walk);

#endif
