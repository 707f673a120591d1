/* files.h: what the parts of perf/files share: the files that are read, the roads over which they are read or written, and what was measured. */
#ifndef DOCRING_PERF_FILES_H
#define DOCRING_PERF_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { FILES_BYTES_MIN = 1024, FILES_BYTES_MAX = 40960, FILES_PLACE_BYTES = 65536, FILES_DEPTH_MAX = 256, FILES_RESULTS_MAX = 64 };

struct files_corpus {
	char folder[PATH_MAX - 64]; /* made by the bench */
	unsigned count;
	uint32_t *bytes; /* of each small file */
	uint64_t total_bytes;
	uint64_t big_bytes; /* 0: no large file */
	bool root;       /* the page cache can be dropped as a whole */
};

enum files_state { FILES_WARM, FILES_COLD, FILES_COLD_INODES, FILES_STATES };
const char *files_state_name(enum files_state state);

struct files_result {
	char name[64];
	const char *group, *state;
	uint64_t files, bytes, system_calls;
	double seconds, cpu_seconds; /* CPU: of all threads, the kernel's for this program among them */
};

/* --- files_corpus.c: messages on standard error and exit code 3 when something cannot be made --- */
void files_make(struct files_corpus *corpus, const char *parent, unsigned count, uint64_t big_bytes);
void files_remove(struct files_corpus *corpus);
void files_path(const struct files_corpus *corpus, unsigned index, char ret_path[PATH_MAX]);
void files_big_path(const struct files_corpus *corpus, char ret_path[PATH_MAX]);
void files_append_path(const struct files_corpus *corpus, char ret_path[PATH_MAX]); /* what is appended to; made by the road, removed before the next */
/* Puts the small files (or the large one) into the state. */
void files_prepare(const struct files_corpus *corpus, enum files_state state, bool big);
/* The bytes at `place` are file `index`, or the program ends. */
void files_check(const struct files_corpus *corpus, unsigned index, const uint8_t *place, int64_t bytes);

/* --- files_small.c, files_big.c, files_append.c: a road each; its number is from 0, NULL ends them --- */
struct files_road {
	const char *name;
	void (*run)(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result);
	unsigned depth; /* files or pieces under way at once */
	unsigned variant;
	bool thorough; /* also with cold inodes */
};
extern const struct files_road files_small_roads[], files_big_roads[], files_append_roads[];

#endif
