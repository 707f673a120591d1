/* plain_loop.h: what the pipeline is compared with: the converters of worker-preprocess in a loop, in processes pinned apart. No ring, no
 * lanes, no database, no output: a file is read by open, read, close into a buffer that is used again, and converted into another one. */
#ifndef DOCRING_PERF_PLAIN_LOOP_H
#define DOCRING_PERF_PLAIN_LOOP_H

#include "config/settings.h"
#include "perf/bench.h"

struct plain_file {
	char *path, *name;
	uint64_t bytes;
};

struct plain_files { /* in the order in which the coordinator takes them */
	struct plain_file *files;
	size_t count, capacity;
	uint64_t bytes;
};
/* Found before the clock starts: the loop has it better than the coordinator, which has to look for them. */
int plain_files_find(struct plain_files *files, const struct settings *settings, const char *folder, struct error_text *error) WARN_UNUSED;
void plain_files_done(struct plain_files *files);

struct plain_loop {
	double wall_s; /* from the fork to the end of the last process */
	double cpu_s;  /* of all of them */
	uint64_t documents, converted;
};
/* Each process takes the next file that nobody has taken, from one counter: nobody waits while there is work, as with the coordinator. */
void plain_loop_run(const struct bench *bench, const struct settings *settings, const struct plain_files *files, uint32_t processes,
		    struct plain_loop *ret_loop);

#endif
