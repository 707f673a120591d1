#define _GNU_SOURCE
#include "coordinator/walk.h"

#include "base/text.h"
#include "coordinator/root_name.h"

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
	dev_t device;                  /* with inode: which folder it is, however it was reached */
	ino_t inode;
};

struct walk {
	struct walk_rules rules;
	char **inputs, **reals, **roots;
	bool *are_files;
	int count, next_input;
	struct folder folders[WALK_DEPTH_MAX];
	int depth;
	char path[PATH_MAX], name[PATH_MAX];
	char reason[256];
	bool has_except, has_gaps;
	dev_t except_device;
	ino_t except_inode;
};

/* --- names of the inputs ---------------------------------------------------------------------------------------- */

static bool root_taken(const struct walk *walk, const char *root, int before)
{
	for (int i = 0; i < before; i++)
		if (strcmp(walk->roots[i], root) == 0)
			return true;
	return false;
}

/* The last part of the input's real path, made unique ("docs", "docs~2"). */
static char *make_root(const struct walk *walk, const char *real, int index)
{
	const char *last = strrchr(real, '/') + 1;
	struct buffer root;

	if (!*last)
		last = "root";
	buffer_init(&root, PATH_MAX + 32);
	for (unsigned copy = 1; copy == 1 || root_taken(walk, buffer_string(&root), index); copy++) {
		buffer_clear(&root);
		root_name_append(&root, last, walk->are_files[index], copy);
	}
	char *name = root.status == 0 ? strdup(buffer_string(&root)) : NULL;
	buffer_done(&root);
	return name;
}

static bool is_the_excepted(const struct walk *walk, const struct stat *found)
{
	return walk->has_except && found->st_dev == walk->except_device && found->st_ino == walk->except_inode;
}

int walk_check_input(const char *input, struct error_text *error)
{
	struct stat found;
	return stat(input, &found) == 0 ? 0 : error_set(error, -errno, "%s: %s; expected a file or a folder", input, strerror(errno));
}

static int add_input(struct walk *walk, const char *input, struct error_text *error)
{
	char real[PATH_MAX];
	struct stat found;
	int index = walk->count;

	int status = walk_check_input(input, error);
	if (status < 0)
		return status;
	if (stat(input, &found) < 0 || !realpath(input, real))
		return error_set(error, -errno, "%s: %s; expected a file or a folder", input, strerror(errno));
	if (is_the_excepted(walk, &found))
		return error_set(error, -EINVAL, "%s: the output folder cannot be an input too; choose another --output", input);
	for (int i = 0; i < index; i++)
		if (strcmp(walk->reals[i], real) == 0)
			return 0;
	walk->count++;
	walk->inputs[index] = strdup(input);
	walk->reals[index] = strdup(real);
	walk->are_files[index] = !S_ISDIR(found.st_mode);
	walk->roots[index] = make_root(walk, real, index);
	return walk->inputs[index] && walk->reals[index] && walk->roots[index] ? 0 : error_set(error, -ENOMEM, "out of memory");
}

int walk_open(struct walk **ret_walk, const char *const *inputs, int count, const struct walk_rules *rules, struct error_text *error)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct stat except;
	int status = 0;

	if (walk) {
		walk->rules = *rules;
		walk->inputs = calloc((size_t)count + 1, sizeof(*walk->inputs));
		walk->reals = calloc((size_t)count + 1, sizeof(*walk->reals));
		walk->roots = calloc((size_t)count + 1, sizeof(*walk->roots));
		walk->are_files = calloc((size_t)count + 1, sizeof(*walk->are_files));
	}
	if (!walk || !walk->inputs || !walk->reals || !walk->roots || !walk->are_files)
		status = error_set(error, -ENOMEM, "out of memory");
	if (status == 0 && rules->except && stat(rules->except, &except) == 0) {
		walk->has_except = true;
		walk->except_device = except.st_dev;
		walk->except_inode = except.st_ino;
	}
	for (int i = 0; i < count && status == 0; i++)
		status = add_input(walk, inputs[i], error);
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
		free(walk->reals[i]);
		free(walk->roots[i]);
	}
	free(walk->inputs);
	free(walk->reals);
	free(walk->roots);
	free(walk->are_files);
	free(walk);
}

int walk_root_count(const struct walk *walk) { return walk->count; }
const char *walk_root(const struct walk *walk, int index) { return walk->roots[index]; }
const char *walk_real_path(const struct walk *walk, int index) { return walk->reals[index]; }
bool walk_root_is_file(const struct walk *walk, int index) { return walk->are_files[index]; }
bool walk_has_gaps(const struct walk *walk) { return walk->has_gaps; }

int walk_rename_root(struct walk *walk, int index, const char *root)
{
	char *copy = strdup(root);

	CHECK(walk->next_input == 0 && index < walk->count);
	if (!copy)
		return -ENOMEM;
	free(walk->roots[index]);
	walk->roots[index] = copy;
	return 0;
}

/* --- the walk --------------------------------------------------------------------------------------------------- */

/* A listed name stands behind one of these. */
enum { PLAIN_FILE = 'f', TO_LOOK_AT = '?' };

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

static char *copy_name(const struct dirent *entry)
{
	size_t bytes = strlen(entry->d_name) + 1;
	char *copy = malloc(bytes + 1);

	if (!copy)
		return NULL;
	copy[0] = entry->d_type == DT_REG ? PLAIN_FILE : TO_LOOK_AT;
	memcpy(copy + 1, entry->d_name, bytes);
	return copy;
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
		folder->names[folder->count] = copy_name(entry);
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

/* Links followed may lead back to a folder that the walk is in. */
static bool is_on_the_way(const struct walk *walk, const struct stat *found)
{
	for (int i = 0; i < walk->depth; i++)
		if (walk->folders[i].device == found->st_dev && walk->folders[i].inode == found->st_ino)
			return true;
	return false;
}

/* Goes into the folder at walk->path. */
static int enter_folder(struct walk *walk, const struct stat *found)
{
	if (walk->depth == WALK_DEPTH_MAX)
		return -ENAMETOOLONG;
	if (walk->rules.entering)
		walk->rules.entering(walk->rules.context, walk->path);
	DIR *directory = opendir(walk->path);
	if (!directory)
		return -errno;
	struct folder *folder = &walk->folders[walk->depth++];
	*folder = (struct folder){ .path_bytes = strlen(walk->path), .name_bytes = strlen(walk->name), .device = found->st_dev,
				   .inode = found->st_ino };
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

static int look_at_folder(struct walk *walk, struct walk_entry *ret_entry, const struct stat *found, const char *last)
{
	if (is_the_excepted(walk, found))
		return 0;
	if (strcmp(last, "__MACOSX") == 0)
		return give(walk, ret_entry, WALK_SKIPPED, NULL, "skipped by rule: __MACOSX/");
	if (is_on_the_way(walk, found))
		return give(walk, ret_entry, WALK_SKIPPED, NULL, "a symbolic link to a folder that it lies in");
	int status = enter_folder(walk, found);
	if (status == 0 || status == -ENOMEM)
		return status;
	walk->has_gaps |= status != -ENOENT; /* gone meanwhile: nothing lies in it */
	return give(walk, ret_entry, WALK_PROBLEM, NULL, status == -ENAMETOOLONG ? "folders nested too deep" : strerror(-status));
}

static int give_file(struct walk *walk, struct walk_entry *ret_entry, const struct stat *found, const char *last, bool is_input)
{
	const char *rule = is_input ? NULL : skip_rule(text_from(last));

	return give(walk, ret_entry, rule ? WALK_SKIPPED : WALK_FILE, found, rule ? rule : "");
}

/* Looks at walk->path. 1: *ret_entry is set; 0: a folder was entered or passed over. */
static int look_at(struct walk *walk, struct walk_entry *ret_entry, bool is_input)
{
	struct stat found;
	const char *last = strrchr(walk->path, '/');

	last = last ? last + 1 : walk->path;
	if (lstat(walk->path, &found) < 0)
		return give(walk, ret_entry, WALK_PROBLEM, NULL, errno == ENOENT ? "it was removed after its folder was listed" : strerror(errno));
	if (S_ISLNK(found.st_mode)) {
		if (stat(walk->path, &found) < 0)
			return give(walk, ret_entry, WALK_PROBLEM, NULL, "a symbolic link to nothing");
		if (S_ISDIR(found.st_mode) && !walk->rules.follow_links && !is_input)
			return give(walk, ret_entry, WALK_SKIPPED, NULL, "a symbolic link to a folder (intake.follow_links is off)");
	}
	if (S_ISDIR(found.st_mode))
		return look_at_folder(walk, ret_entry, &found, last);
	if (!S_ISREG(found.st_mode))
		return give(walk, ret_entry, WALK_PROBLEM, NULL, "not a regular file");
	return give_file(walk, ret_entry, &found, last, is_input);
}

static bool append_part(char *path, size_t bytes, const char *part)
{
	bool slash = bytes > 0 && path[bytes - 1] == '/';
	return snprintf(path + bytes, PATH_MAX - bytes, "%s%s", slash ? "" : "/", part) < (int)(PATH_MAX - bytes);
}

int walk_next(struct walk *walk, struct walk_entry *ret_entry)
{
	for (;;) {
		bool is_input = walk->depth == 0, plain = false;
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
			bool fits = append_part(walk->path, folder->path_bytes, part + 1) && append_part(walk->name, folder->name_bytes, part + 1);
			plain = part[0] == PLAIN_FILE;
			free(part);
			if (!fits)
				return give(walk, ret_entry, WALK_PROBLEM, NULL, "the path is too long");
		}
		if (plain && walk->rules.counting)
			return give_file(walk, ret_entry, NULL, strrchr(walk->path, '/') + 1, is_input);
		int status = look_at(walk, ret_entry, is_input);
		if (status != 0)
			return status;
	}
}
