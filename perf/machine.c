#define _GNU_SOURCE
#include "perf/machine.h"

#include "base/clock.h"
#include "ipc/topology.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

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

/* --- facts --------------------------------------------------------------------------------------------------------- */

void machine_add_fact(struct machine_fact facts[MACHINE_FACTS_MAX], size_t *count, const char *name, const char *format, ...)
{
	va_list arguments;

	CHECK(*count < MACHINE_FACTS_MAX);
	struct machine_fact *fact = &facts[(*count)++];
	fact->name = name;
	va_start(arguments, format);
	vsnprintf(fact->value, sizeof(fact->value), format, arguments);
	va_end(arguments);
}

/* The first line of a small file, or `otherwise`. */
static const char *line_of(const char *path, char place[128], const char *otherwise)
{
	FILE *file = fopen(path, "re");
	bool read = file && fgets(place, 128, file);

	if (file)
		fclose(file);
	if (!read)
		return otherwise;
	place[strcspn(place, "\n")] = '\0';
	return place;
}

/* What the hypervisor calls itself, from the processor; "none" on bare metal. */
static void name_hypervisor(char ret_name[64])
{
	snprintf(ret_name, 64, "unknown");
#ifdef __x86_64__
	unsigned eax, ebx, ecx, edx;
	const unsigned present = 1u << 31, leaf = 0x40000000;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & present)) {
		snprintf(ret_name, 64, "none");
		return;
	}
	__cpuid(leaf, eax, ebx, ecx, edx);
	char letters[13] = "";
	memcpy(letters, &ebx, 4);
	memcpy(letters + 4, &ecx, 4);
	memcpy(letters + 8, &edx, 4);
	snprintf(ret_name, 64, "virtual machine (%s)", letters);
#endif
}

static double clock_read_ns(void)
{
	enum { READS = 10000 };
	uint64_t start_ns = clock_monotonic_ns(), last_ns = start_ns;

	for (int i = 0; i < READS; i++)
		last_ns = clock_monotonic_ns();
	return (double)(last_ns - start_ns) / READS;
}

size_t machine_facts(struct machine_fact ret_facts[MACHINE_FACTS_MAX])
{
	static const char *const cpu = "/sys/devices/system/cpu";
	struct utsname system = { .release = "unknown" };
	char text[128], second[128], path[160];
	size_t count = 0;

	machine_cpu_name(text, sizeof(text));
	machine_add_fact(ret_facts, &count, "cpu", "%s", text);
	machine_add_fact(ret_facts, &count, "cores", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	snprintf(path, sizeof(path), "%s/cpu0/cache/index2/size", cpu);
	const char *l2 = line_of(path, text, "unknown");
	snprintf(path, sizeof(path), "%s/cpu0/cache/index3/size", cpu);
	machine_add_fact(ret_facts, &count, "caches", "L2 %s, L3 %s", l2, line_of(path, second, "unknown"));
	uname(&system);
	machine_add_fact(ret_facts, &count, "kernel", "%s %s", system.sysname, system.release);
	name_hypervisor(text);
	machine_add_fact(ret_facts, &count, "virtualisation", "%s", text);
	snprintf(path, sizeof(path), "%s/cpu0/cpufreq/scaling_governor", cpu);
	machine_add_fact(ret_facts, &count, "frequency governor", "%s", line_of(path, text, "none"));
	snprintf(path, sizeof(path), "%s/cpuidle/current_driver", cpu);
	const char *driver = line_of(path, text, "none");
	snprintf(path, sizeof(path), "%s/cpuidle/current_governor", cpu);
	machine_add_fact(ret_facts, &count, "idle driver, governor", "%s, %s", driver, line_of(path, second, "none"));
	machine_add_fact(ret_facts, &count, "polls before halting", "%s ns",
			 line_of("/sys/module/haltpoll/parameters/guest_halt_poll_ns", text, "unknown"));
	machine_add_fact(ret_facts, &count, "clock", "%s, %.0f ns a reading",
			 line_of("/sys/devices/system/clocksource/clocksource0/current_clocksource", text, "unknown"), clock_read_ns());
	machine_add_fact(ret_facts, &count, "memory", "%.1f GiB", (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1 << 30));
	machine_add_fact(ret_facts, &count, "load at start", "%s", line_of("/proc/loadavg", text, "unknown"));
	machine_add_fact(ret_facts, &count, "compiler", "%s", __VERSION__);
	machine_add_fact(ret_facts, &count, "docring", "%s", DOCRING_VERSION);
	return count;
}

void machine_print_facts(const struct machine_fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%-22s %s\n", facts[i].name, facts[i].value);
}

void machine_write_facts(struct json_writer *json, const struct machine_fact *facts, size_t count)
{
	json_key(json, "machine");
	json_object_open(json);
	for (size_t i = 0; i < count; i++)
		json_member_string(json, facts[i].name, facts[i].value);
	json_object_close(json);
}

struct machine_use machine_read_use(void)
{
	double times[10], ticks = (double)sysconf(_SC_CLK_TCK);
	struct machine_use use = { .own_s = 0 };

	read_cpu_times(times);
	use.idle_s = (times[3] + times[4]) / ticks;
	use.steal_s = times[7] / ticks;
	use.busy_s = (times[0] + times[1] + times[2] + times[5] + times[6]) / ticks;
	for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
		struct rusage usage;
		CHECK(getrusage(who, &usage) == 0);
		use.own_s += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	}
	return use;
}
