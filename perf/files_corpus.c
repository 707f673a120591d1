/* files_corpus.c: the files that perf/files reads: many small ones of text, and a large one of bytes that do not compress. All of it real data on the disk. */
#define _GNU_SOURCE
#include "perf/files.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { FOLDER_FILES = 1000, TEXT_BYTES = 1 << 17, PIECE_BYTES = 1 << 22, MARK_BYTES = 8 };

static void give_up(const char *what, const char *path)
{
	fprintf(stderr, "files: %s: %s: %s\n", path, what, strerror(errno));
	exit(3);
}

const char *files_state_name(enum files_state state)
{
	static const char *const names[] = { "warm", "cold", "cold, inodes too" };
	return names[state];
}

void files_path(const struct files_corpus *corpus, unsigned index, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%03u/%06u.txt", corpus->folder, index / FOLDER_FILES, index);
}

void files_big_path(const struct files_corpus *corpus, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/big", corpus->folder);
}

void files_append_path(const struct files_corpus *corpus, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/appended", corpus->folder);
}

static uint64_t next_random(uint64_t *state) /* xorshift64 */
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void make_text(char *text)
{
	static const char *const words[] = { "cell ", "the ", "handover ", "is ", "parameter ", "a ", "of ", "counter ", "when ", "feature ", "radio ", "set.\n", "value " };
	uint64_t random = 20240229;

	for (size_t at = 0; at < TEXT_BYTES;) {
		const char *word = words[next_random(&random) % COUNT_OF(words)];
		for (; *word && at < TEXT_BYTES; word++)
			text[at++] = *word;
	}
}

/* Half of the files up to 8 KiB, a third up to 20, the rest up to 40: medians and tails of document folders. */
static uint32_t draw_bytes(uint64_t *random)
{
	uint64_t kind = next_random(random) % 6, most = kind < 3 ? 8192 : kind < 5 ? 20480 : FILES_BYTES_MAX;
	return (uint32_t)(FILES_BYTES_MIN + next_random(random) % (most - FILES_BYTES_MIN));
}

static void mark(unsigned index, char ret_mark[MARK_BYTES + 1])
{
	snprintf(ret_mark, MARK_BYTES + 1, "%07u\n", index % 10000000);
}

static void write_file(const struct files_corpus *corpus, unsigned index, const char *text)
{
	char path[PATH_MAX], content[FILES_BYTES_MAX], ends[MARK_BYTES + 1];
	uint32_t bytes = corpus->bytes[index];

	files_path(corpus, index, path);
	mark(index, ends);
	memcpy(content, text + index % (TEXT_BYTES - FILES_BYTES_MAX), bytes);
	memcpy(content, ends, MARK_BYTES);
	memcpy(content + bytes - MARK_BYTES, ends, MARK_BYTES);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0 || write(file, content, bytes) != (ssize_t)bytes || close(file) < 0)
		give_up("cannot write", path);
}

static void make_small(struct files_corpus *corpus)
{
	char *text = malloc(TEXT_BYTES), path[PATH_MAX];
	uint64_t random = 7;

	corpus->bytes = calloc(corpus->count, sizeof(*corpus->bytes));
	CHECK(text && corpus->bytes);
	make_text(text);
	for (unsigned i = 0; i < corpus->count; i++) {
		snprintf(path, sizeof(path), "%s/%03u", corpus->folder, i / FOLDER_FILES);
		if (i % FOLDER_FILES == 0 && mkdir(path, 0755) < 0)
			give_up("cannot make", path);
		corpus->bytes[i] = draw_bytes(&random);
		corpus->total_bytes += corpus->bytes[i];
		write_file(corpus, i, text);
	}
	free(text);
}

static void make_big(const struct files_corpus *corpus)
{
	uint64_t *piece = malloc(PIECE_BYTES), random = 99;
	char path[PATH_MAX];

	CHECK(piece);
	files_big_path(corpus, path);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0)
		give_up("cannot write", path);
	for (uint64_t done = 0; done < corpus->big_bytes; done += PIECE_BYTES) {
		for (size_t i = 0; i < PIECE_BYTES / sizeof(*piece); i++)
			piece[i] = next_random(&random);
		if (write(file, piece, PIECE_BYTES) != PIECE_BYTES)
			give_up("cannot write", path);
	}
	if (fsync(file) < 0 || close(file) < 0)
		give_up("cannot write", path);
	free(piece);
}

/* The large file gets smaller, loudly, when the disk has not twice its size. */
static uint64_t fit_big(const char *folder, uint64_t bytes)
{
	struct statvfs disk;

	bytes = bytes / PIECE_BYTES * PIECE_BYTES;
	if (statvfs(folder, &disk) < 0)
		give_up("cannot look at the disk", folder);
	uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize, most = free_bytes / 2 / PIECE_BYTES * PIECE_BYTES;
	if (bytes > most) {
		fprintf(stderr, "files: %s has %llu MiB free: the large file has %llu MiB instead of %llu\n", folder, (unsigned long long)free_bytes >> 20,
			(unsigned long long)most >> 20, (unsigned long long)bytes >> 20);
		bytes = most;
	}
	return bytes;
}

void files_make(struct files_corpus *corpus, const char *parent, unsigned count, uint64_t big_bytes)
{
	*corpus = (struct files_corpus){ .count = count, .root = access("/proc/sys/vm/drop_caches", W_OK) == 0 };
	snprintf(corpus->folder, sizeof(corpus->folder), "%s/docring-files-XXXXXX", parent);
	if (!mkdtemp(corpus->folder))
		give_up("cannot make a folder", parent);
	corpus->big_bytes = fit_big(corpus->folder, big_bytes);
	make_small(corpus);
	if (corpus->big_bytes)
		make_big(corpus);
	sync();
}

void files_remove(struct files_corpus *corpus)
{
	char path[PATH_MAX];

	for (unsigned i = 0; i < corpus->count; i++) {
		files_path(corpus, i, path);
		unlink(path);
		if (i % FOLDER_FILES == FOLDER_FILES - 1 || i + 1 == corpus->count) {
			*strrchr(path, '/') = '\0';
			rmdir(path);
		}
	}
	files_big_path(corpus, path);
	unlink(path);
	files_append_path(corpus, path);
	unlink(path);
	if (rmdir(corpus->folder) < 0)
		fprintf(stderr, "files: %s: cannot remove: %s\n", corpus->folder, strerror(errno));
	free(corpus->bytes);
}

static void evict_one(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0)
		give_up("cannot be put out of the page cache", path);
	close(file);
}

static void evict(const struct files_corpus *corpus, bool big)
{
	char path[PATH_MAX];

	sync();
	if (corpus->root) {
		int file = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
		if (file < 0 || write(file, "3", 1) != 1)
			give_up("cannot write", "/proc/sys/vm/drop_caches");
		close(file);
		return;
	}
	for (unsigned i = 0; !big && i < corpus->count; i++) {
		files_path(corpus, i, path);
		evict_one(path);
	}
	files_big_path(corpus, path);
	if (big)
		evict_one(path);
}

void files_prepare(const struct files_corpus *corpus, enum files_state state, bool big)
{
	char path[PATH_MAX];
	struct stat found;

	files_append_path(corpus, path);
	unlink(path);
	if (state != FILES_WARM)
		evict(corpus, big);
	for (unsigned i = 0; !big && state == FILES_COLD && i < corpus->count; i++) { /* as the walk does before anything is read */
		files_path(corpus, i, path);
		CHECK(lstat(path, &found) == 0);
	}
}

void files_check(const struct files_corpus *corpus, unsigned index, const uint8_t *place, int64_t bytes)
{
	char ends[MARK_BYTES + 1];

	mark(index, ends);
	CHECK(bytes == (int64_t)corpus->bytes[index] && memcmp(place, ends, MARK_BYTES) == 0 && memcmp(place + bytes - MARK_BYTES, ends, MARK_BYTES) == 0);
}
