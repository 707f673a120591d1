#define _GNU_SOURCE
#include "coordinator/walk.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WALK_DEPTH_MAX = 256 };

struct folder {
	char **names;
	size_t count, next;
	size_t path_bytes, name_bytes; /* of this folder in walk->path and walk->name */
};

struct walk {
	struct walk_rules rules;
	char **inputs, **roots;
	int count, next_input;
	struct folder folders[WALK_DEPTH_MAX];
	int depth;
	char path[PATH_MAX], name[PATH_MAX];
	char reason[256];
};

/* --- names of the inputs ---------------------------------------------------------------------------------------- */

static bool root_taken(const struct walk *walk, const char *root, int before)
{
	for (int i = 0; i < before; i++)
		if (strcmp(walk->roots[i], root) == 0)
			return true;
	return false;
}

/* The last part of the input's path, made unique ("docs", "docs~2"). "." and ".." take the folder's real name. */
static char *make_root(const struct walk *walk, const char *input, int index)
{
	char real[PATH_MAX], *root = NULL;

	if (!realpath(input, real))
		return NULL;
	const char *last = strrchr(real, '/') + 1;
	if (!*last)
		last = "root";
	for (int copy = 1; copy <= index + 1; copy++) {
		free(root);
		int bytes = copy == 1 ? asprintf(&root, "%s", last) : asprintf(&root, "%s~%d", last, copy);
		if (bytes < 0)
			return NULL;
		if (!root_taken(walk, root, index))
			break;
	}
	return root;
}

int walk_open(struct walk **ret_walk, const char *const *inputs, int count, const struct walk_rules *rules, struct error_text *error)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int status = 0;

	if (walk) {
		walk->rules = *rules;
		walk->inputs = calloc((size_t)count + 1, sizeof(*walk->inputs));
		walk->roots = calloc((size_t)count + 1, sizeof(*walk->roots));
	}
	if (!walk || !walk->inputs || !walk->roots)
		status = error_set(error, -ENOMEM, "out of memory");
	for (int i = 0; i < count && status == 0; i++) {
		struct stat found;
		walk->count = i + 1;
		if (stat(inputs[i], &found) < 0)
			status = error_set(error, -errno, "%s: %s; expected a file or a folder", inputs[i], strerror(errno));
		else if (!(walk->inputs[i] = strdup(inputs[i])) || !(walk->roots[i] = make_root(walk, inputs[i], i)))
			status = error_set(error, -ENOMEM, "%s: %s", inputs[i], strerror(errno));
	}
	if (status < 0) {
		walk_close(walk);
		return status;
	}
	*ret_walk = walk;
	return 0;
}

static void leave_folder(struct walk *walk)
{
	struct folder *folder = &walk->folders[--walk->depth];

	for (size_t i = folder->next; i < folder->count; i++)
		free(folder->names[i]);
	free(folder->names);
	*folder = (struct folder){ .names = NULL };
}

void walk_close(struct walk *walk)
{
	if (!walk)
		return;
	while (walk->depth > 0)
		leave_folder(walk);
	for (int i = 0; i < walk->count; i++) {
		free(walk->inputs[i]);
		free(walk->roots[i]);
	}
	free(walk->inputs);
	free(walk->roots);
	free(walk);
}

int walk_root_count(const struct walk *walk) { return walk->count; }
const char *walk_root(const struct walk *walk, int index) { return walk->roots[index]; }

/* --- the walk --------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(DIR *directory, struct folder *folder, bool hidden)
{
	size_t capacity = 0;
	struct dirent *entry;

	while ((errno = 0, entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || (!hidden && entry->d_name[0] == '.'))
			continue;
		if (folder->count == capacity) {
			capacity = capacity ? capacity * 2 : 64;
			char **grown = realloc(folder->names, capacity * sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			folder->names = grown;
		}
		folder->names[folder->count] = strdup(entry->d_name);
		if (!folder->names[folder->count])
			return -ENOMEM;
		folder->count++;
	}
	if (errno)
		return -errno;
	if (folder->count)
		qsort(folder->names, folder->count, sizeof(*folder->names), compare_names);
	return 0;
}

/* Goes into the folder at walk->path. */
static int enter_folder(struct walk *walk)
{
	if (walk->depth == WALK_DEPTH_MAX)
		return -ELOOP;
	DIR *directory = opendir(walk->path);
	if (!directory)
		return -errno;
	struct folder *folder = &walk->folders[walk->depth++];
	*folder = (struct folder){ .path_bytes = strlen(walk->path), .name_bytes = strlen(walk->name) };
	int status = list_folder(directory, folder, walk->rules.hidden);
	closedir(directory);
	if (status < 0)
		leave_folder(walk);
	return status;
}

static int give(struct walk *walk, struct walk_entry *ret_entry, enum walk_kind kind, const struct stat *found, const char *reason)
{
	snprintf(walk->reason, sizeof(walk->reason), "%s", reason);
	*ret_entry = (struct walk_entry){
		.kind = kind, .path = walk->path, .name = walk->name, .root = walk->roots[walk->next_input - 1],
		.bytes = found ? (uint64_t)found->st_size : 0,
		.modified_ns = found ? (int64_t)found->st_mtim.tv_sec * 1000000000 + found->st_mtim.tv_nsec : 0,
		.reason = walk->reason,
	};
	return 1;
}

static const char *skip_rule(struct text name)
{
	if (text_ends_with_nocase(name, TEXT_LITERAL(".tmp")))
		return "skipped by rule: *.tmp";
	if (text_ends_with_nocase(name, TEXT_LITERAL(".log")))
		return "skipped by rule: *.log";
	return NULL;
}

static bool is_excepted(const struct walk *walk)
{
	char real[PATH_MAX];
	return walk->rules.except && realpath(walk->path, real) && strcmp(real, walk->rules.except) == 0;
}

/* Looks at walk->path. 1: *ret_entry is set; 0: a folder was entered or passed over. */
static int look_at(struct walk *walk, struct walk_entry *ret_entry, bool is_input)
{
	struct stat found;
	const char *last = strrchr(walk->path, '/');

	last = last ? last + 1 : walk->path;
	if (lstat(walk->path, &found) < 0)
		return give(walk, ret_entry, WALK_PROBLEM, NULL, strerror(errno));
	if (S_ISLNK(found.st_mode)) {
		if (stat(walk->path, &found) < 0)
			return give(walk, ret_entry, WALK_PROBLEM, NULL, "a symbolic link to nothing");
		if (S_ISDIR(found.st_mode) && !walk->rules.follow_links && !is_input)
			return give(walk, ret_entry, WALK_SKIPPED, NULL, "a symbolic link to a folder (intake.follow_links is off)");
	}
	if (S_ISDIR(found.st_mode)) {
		if (is_excepted(walk))
			return 0;
		if (strcmp(last, "__MACOSX") == 0)
			return give(walk, ret_entry, WALK_SKIPPED, NULL, "skipped by rule: __MACOSX/");
		int status = enter_folder(walk);
		if (status == -ENOMEM)
			return status;
		return status < 0 ? give(walk, ret_entry, WALK_PROBLEM, NULL, strerror(-status)) : 0;
	}
	if (!S_ISREG(found.st_mode))
		return give(walk, ret_entry, WALK_PROBLEM, NULL, "not a regular file");
	const char *rule = is_input ? NULL : skip_rule(text_from(last));
	return give(walk, ret_entry, rule ? WALK_SKIPPED : WALK_FILE, &found, rule ? rule : "");
}

static bool append_part(char *path, size_t bytes, const char *part)
{
	bool slash = bytes > 0 && path[bytes - 1] == '/';
	return snprintf(path + bytes, PATH_MAX - bytes, "%s%s", slash ? "" : "/", part) < (int)(PATH_MAX - bytes);
}

int walk_next(struct walk *walk, struct walk_entry *ret_entry)
{
	for (;;) {
		bool is_input = walk->depth == 0;
		if (is_input) {
			if (walk->next_input == walk->count)
				return 0;
			snprintf(walk->path, sizeof(walk->path), "%s", walk->inputs[walk->next_input]);
			snprintf(walk->name, sizeof(walk->name), "%s", walk->roots[walk->next_input]);
			walk->next_input++;
		} else {
			struct folder *folder = &walk->folders[walk->depth - 1];
			if (folder->next == folder->count) {
				leave_folder(walk);
				continue;
			}
			char *part = folder->names[folder->next++];
			bool fits = append_part(walk->path, folder->path_bytes, part) && append_part(walk->name, folder->name_bytes, part);
			free(part);
			if (!fits)
				return give(walk, ret_entry, WALK_PROBLEM, NULL, "the path is too long");
		}
		int status = look_at(walk, ret_entry, is_input);
		if (status != 0)
			return status;
	}
}
