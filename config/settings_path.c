/* settings_path.c: where the data files are: domain packs, profiles, prompts. */
#define _GNU_SOURCE
#include "config/settings.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_NAMES_MAX = 64, PATH_NAME_BYTES = 64 };

/* The folders to look in, best first. False when `index` is past the last. A build tree has its programs one, two or three
 * folders (sanitized tests) below the source tree. */
static bool data_folder(int index, char *ret_folder)
{
	static const char *const beside[] = { "../share/docring", "../config", "../../config", "../../../config" };
	const int beside_count = (int)COUNT_OF(beside);
	char program[PATH_MAX];

	if (index == 0) {
		const char *given = getenv("DOCRING_DATA");
		snprintf(ret_folder, PATH_MAX, "%s", given ? given : "");
		return true;
	}
	if (index > beside_count) {
		snprintf(ret_folder, PATH_MAX, "%s/share/docring", DOCRING_PREFIX);
		return index == beside_count + 1;
	}
	ssize_t bytes = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[bytes > 0 ? bytes : 0] = '\0';
	char *slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	int used = slash ? snprintf(ret_folder, PATH_MAX, "%s/%s", program, beside[index - 1]) : 0;
	if (used <= 0 || used >= PATH_MAX)
		ret_folder[0] = '\0';
	return true;
}

int settings_data_path(const char *relative, char *ret_path, struct error_text *error)
{
	char folder[PATH_MAX], path[PATH_MAX];

	for (int i = 0; data_folder(i, folder); i++) {
		if (folder[0] == '\0')
			continue;
		int bytes = snprintf(path, sizeof(path), "%s/%s", folder, relative);
		if (bytes < 0 || bytes >= (int)sizeof(path) || access(path, R_OK) != 0)
			continue;
		char resolved[PATH_MAX];
		snprintf(ret_path, PATH_MAX, "%s", realpath(path, resolved) ? resolved : path);
		return 0;
	}
	return error_set(error, -ENOENT, "the data file %s was not found beside the program, nor in %s/share/docring; "
			 "set DOCRING_DATA to the folder that has it", relative, DOCRING_PREFIX);
}

struct name_list {
	char names[PATH_NAMES_MAX][PATH_NAME_BYTES];
	const char *pointers[PATH_NAMES_MAX];
	size_t count;
};

static void add_name(struct name_list *list, const char *file)
{
	struct text name = text_from(file);
	if (!text_ends_with_nocase(name, TEXT_LITERAL(".yaml")) || file[0] == '.' || list->count == PATH_NAMES_MAX)
		return;
	name.bytes -= strlen(".yaml");
	if (name.bytes >= PATH_NAME_BYTES)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(text_from(list->names[i]), name))
			return;
	char *place = list->names[list->count];
	memcpy(place, name.data, name.bytes);
	place[name.bytes] = '\0';
	list->pointers[list->count++] = place;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_names(const char *kind, struct name_list *list)
{
	char folder[PATH_MAX], path[PATH_MAX];

	list->count = 0;
	for (int i = 0; data_folder(i, folder); i++) {
		int bytes = snprintf(path, sizeof(path), "%s/%s", folder, kind);
		DIR *files = folder[0] && bytes > 0 && bytes < (int)sizeof(path) ? opendir(path) : NULL;
		if (!files)
			continue;
		for (const struct dirent *entry; (entry = readdir(files));)
			add_name(list, entry->d_name);
		closedir(files);
	}
	qsort(list->pointers, list->count, sizeof(list->pointers[0]), compare_strings);
}

int settings_named_path(const char *kind, const char *what, const char *name, char *ret_path, struct error_text *error)
{
	char relative[PATH_MAX];

	if (strchr(name, '/') || text_ends_with_nocase(text_from(name), TEXT_LITERAL(".yaml"))) {
		int bytes = snprintf(relative, sizeof(relative), "%s", name);
		if (bytes >= (int)sizeof(relative) || access(name, R_OK) != 0)
			return error_set(error, -ENOENT, "%s %s: %s", what, name, strerror(bytes >= (int)sizeof(relative) ? ENAMETOOLONG : errno));
		memcpy(ret_path, relative, (size_t)bytes + 1);
		return 0;
	}
	int bytes = snprintf(relative, sizeof(relative), "%s/%s.yaml", kind, name);
	if (bytes < (int)sizeof(relative) && settings_data_path(relative, ret_path, NULL) == 0)
		return 0;
	struct name_list list;
	list_names(kind, &list);
	if (list.count == 0)
		return settings_data_path(kind, ret_path, error);
	struct buffer names;
	buffer_init(&names, PATH_NAMES_MAX * PATH_NAME_BYTES * 2);
	for (size_t i = 0; i < list.count; i++)
		buffer_append_format(&names, "%s%s", i ? ", " : "", list.pointers[i]);
	const char *closest = settings_closest(name, list.pointers, list.count);
	int status = error_set(error, -ENOENT, "no %s is called \"%s\"%s%s%s (there are: %s; or give the path of a YAML file)", what, name,
			       closest ? "; did you mean \"" : "", closest ? closest : "", closest ? "\"?" : "", buffer_string(&names));
	buffer_done(&names);
	return status;
}
