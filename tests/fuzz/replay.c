/* replay.c: feeds a fuzz target the files named on the command line, and those of the folders named there. Exit code 2 when there
 * was none: a replay of nothing is no test. */
#include "tests/fuzz/harness.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { REPLAY_BYTES_MAX = 64 << 20, REPLAY_PATH_BYTES_MAX = 4096 };

/* The bytes lie alone in memory of just their size, as libFuzzer gives them: reading past the end is seen. */
static int replay_file(const char *path)
{
	struct error_text error = { "" };
	struct buffer content;

	buffer_init(&content, REPLAY_BYTES_MAX);
	int status = file_read(path, &content, &error);
	if (status < 0) {
		fprintf(stderr, "%s\n", error.message);
		buffer_done(&content);
		return status;
	}
	uint8_t *copy = malloc(content.bytes + (content.bytes == 0));
	if (copy && content.bytes > 0)
		memcpy(copy, content.data, content.bytes);
	fprintf(stderr, "%s\n", path); /* the last one named is the one that crashed */
	if (copy)
		LLVMFuzzerTestOneInput(copy, content.bytes);
	free(copy);
	buffer_done(&content);
	return copy ? 1 : -ENOMEM;
}

static int replay_folder(const char *folder)
{
	struct dirent **entries;
	char path[REPLAY_PATH_BYTES_MAX];
	int done = 0, count = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			int status = replay_file(path);
			done = status < 0 || done < 0 ? -EIO : done + status;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count < 0 ? -errno : done;
}

int main(int count, char **arguments)
{
	struct stat found;
	int files = 0;

	for (int i = 1; i < count; i++) {
		int status = stat(arguments[i], &found) == 0 && S_ISDIR(found.st_mode) ? replay_folder(arguments[i]) : replay_file(arguments[i]);
		if (status < 0)
			return 1;
		files += status;
	}
	printf("%d\n", files);
	return files > 0 ? 0 : 2;
}
