#define _GNU_SOURCE
#include "perf/machine.h"

#include "base/clock.h"
#include "ipc/topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET_NS = 200000000, GAP_NOTED_NS = 20000 };

static void read_cpu_times(double ret_times[10])
{
	FILE *file = fopen("/proc/stat", "re");
	char line[256] = "";

	memset(ret_times, 0, 10 * sizeof(*ret_times));
	if (!file)
		return;
	char *at = fgets(line, sizeof(line), file);
	at = at ? at + strcspn(at, " ") : line;
	for (int i = 0; i < 10; i++)
		ret_times[i] = strtod(at, &at);
	fclose(file);
}

struct machine_noise machine_listen(int core)
{
	struct machine_noise noise = { .gaps = 0 };
	double before[10], after[10], all = 0;

	CHECK(topology_pin(core) == 0);
	read_cpu_times(before);
	uint64_t last_ns = clock_monotonic_ns(), end_ns = last_ns + QUIET_NS;
	while (last_ns < end_ns) {
		uint64_t now_ns = clock_monotonic_ns(), gap_ns = now_ns - last_ns;
		if (gap_ns > noise.longest_gap_ns)
			noise.longest_gap_ns = gap_ns;
		noise.gaps += gap_ns > GAP_NOTED_NS;
		last_ns = now_ns;
	}
	read_cpu_times(after);
	for (int i = 0; i < 10; i++)
		all += after[i] - before[i];
	if (all > 0) {
		noise.idle_percent = (after[3] - before[3]) / all * 100;
		noise.steal_percent = (after[7] - before[7]) / all * 100;
	}
	return noise;
}

void machine_cpu_name(char *ret_name, size_t bytes)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(ret_name, bytes, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		const char *value = strchr(line, ':');
		if (strncmp(line, "model name", 10) == 0 && value) {
			snprintf(ret_name, bytes, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
			break;
		}
	}
	if (file)
		fclose(file);
}

void machine_print_noise(const char *when, const struct machine_noise *noise)
{
	printf("noise %s: idle %.0f %%, stolen %.1f %%, %llu gaps over 20 us in 200 ms, longest %.0f us\n", when, noise->idle_percent,
	       noise->steal_percent, (unsigned long long)noise->gaps, (double)noise->longest_gap_ns / 1e3);
}

void machine_write_noise(struct json_writer *json, const char *key, const struct machine_noise *noise)
{
	json_key(json, key);
	json_object_open(json);
	json_member_fixed(json, "idle_percent", noise->idle_percent, 1);
	json_member_fixed(json, "steal_percent", noise->steal_percent, 1);
	json_member_unsigned(json, "gaps_over_20_us", noise->gaps);
	json_member_fixed(json, "longest_gap_us", (double)noise->longest_gap_ns / 1e3, 1);
	json_object_close(json);
}

int machine_write_file(const char *program, const char *path, const struct buffer *text)
{
	FILE *file = fopen(path, "we");
	int status = file && text->status == 0 && fwrite(text->data, 1, text->bytes, file) == text->bytes ? 0 : -1;

	if ((file && fclose(file) != 0) || status < 0) {
		fprintf(stderr, "%s: %s: cannot write\n", program, path);
		status = -1;
	}
	return status;
}
