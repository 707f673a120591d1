/* machine.h: what every bench says about the machine it ran on, and a check for noise: numbers of a noisy run say little. */
#ifndef DOCRING_PERF_MACHINE_H
#define DOCRING_PERF_MACHINE_H

#include "base/json_writer.h"

#include <stddef.h>
#include <stdint.h>

enum { MACHINE_FACTS_MAX = 24 };
struct machine_fact {
	const char *name;
	char value[160];
};
/* Processor, cores, caches, kernel, virtualisation, idle driver, governors, clock, memory, load, compiler. What the machine does not tell is
 * "none" or "unknown". Returns how many. */
size_t machine_facts(struct machine_fact ret_facts[MACHINE_FACTS_MAX]);
void machine_add_fact(struct machine_fact facts[MACHINE_FACTS_MAX], size_t *count, const char *name, const char *format, ...) PRINTF_LIKE(4, 5);
void machine_print_facts(const struct machine_fact *facts, size_t count);
void machine_write_facts(struct json_writer *json, const struct machine_fact *facts, size_t count);

/* Seconds of all cores together since the machine started, and of this process and its children that ended. */
struct machine_use {
	double busy_s, steal_s, idle_s, own_s;
};
struct machine_use machine_read_use(void);

struct machine_noise {
	double steal_percent, idle_percent;
	uint64_t longest_gap_ns, gaps; /* of the clock, as a program that only looks at it sees it */
};

/* Pins the caller to `core` and looks at the clock for 200 ms: what takes the core away shows as gaps; what the system did meanwhile, as shares. */
struct machine_noise machine_listen(int core);
void machine_print_noise(const char *when, const struct machine_noise *noise);
void machine_write_noise(struct json_writer *json, const char *key, const struct machine_noise *noise);

/* The model name from /proc/cpuinfo, or "unknown". */
void machine_cpu_name(char *ret_name, size_t bytes);
/* Writes the text to `path`; a message on standard error and -1 when that fails. */
int machine_write_file(const char *program, const char *path, const struct buffer *text);

#endif
