/* topology.c: what hwloc, the affinity mask and the control group say about this machine, read once at start; and affinity masks. */
#define _GNU_SOURCE
#include "ipc/topology.h"

#include "base/file.h"
#include "ipc/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MASK_CPUS = 8192 }; /* bits of an affinity mask: as many as Linux can be built for */

struct placed { /* a core with what decides its place in the order */
	struct topology_core core;
	uint32_t thread; /* 0: the first thread of its physical core that we may use */
	uint32_t turn;   /* how many like it (kind, thread) its NUMA node has before it */
};

/* A kind is one of efficiency cores when its makers say so (CoreType), else when hwloc ranks it lowest of several. */
static bool kind_is_efficiency(hwloc_topology_t hwloc, int kind, int kinds)
{
	struct hwloc_info_s *infos = NULL;
	unsigned info_count = 0;
	int rank = -1;

	if (hwloc_cpukinds_get_info(hwloc, (unsigned)kind, NULL, &rank, &info_count, &infos, 0) < 0)
		return false;
	for (unsigned i = 0; i < info_count; i++)
		if (strcmp(infos[i].name, "CoreType") == 0)
			return strcmp(infos[i].value, "IntelAtom") == 0;
	return kinds > 1 && rank == 0;
}

static uint32_t kind_of(hwloc_topology_t hwloc, hwloc_obj_t unit)
{
	int kinds = hwloc_cpukinds_get_nr(hwloc, 0);

	if (kinds <= 1)
		return TOPOLOGY_PERFORMANCE;
	int kind = hwloc_cpukinds_get_by_cpuset(hwloc, unit->cpuset, 0);
	return kind >= 0 && kind_is_efficiency(hwloc, kind, kinds) ? TOPOLOGY_EFFICIENCY : TOPOLOGY_PERFORMANCE;
}

static struct topology_core describe_core(hwloc_topology_t hwloc, hwloc_obj_t unit)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_CORE, unit);
	hwloc_obj_t node = hwloc_get_next_obj_covering_cpuset_by_type(hwloc, unit->cpuset, HWLOC_OBJ_NUMANODE, NULL);

	return (struct topology_core){
		.os_index = unit->os_index,
		.core = core ? core->logical_index : unit->logical_index,
		.numa_node = node ? node->os_index : 0,
		.kind = kind_of(hwloc, unit),
	};
}

static int compare_place(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	const uint32_t keys[][2] = {
		{ a->thread, b->thread }, { a->core.kind, b->core.kind }, { a->turn, b->turn },
		{ a->core.numa_node, b->core.numa_node }, { a->core.os_index, b->core.os_index },
	};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return 0;
}

/* Cores come in hwloc's order, the threads of one core together. */
static void find_turns(struct placed *placed, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t j = i; j > 0 && placed[j - 1].core.core == placed[i].core.core; j--)
			placed[i].thread++;
		for (uint32_t j = 0; j < i; j++)
			placed[i].turn += placed[j].core.kind == placed[i].core.kind && placed[j].thread == placed[i].thread &&
					  placed[j].core.numa_node == placed[i].core.numa_node;
	}
}

static void add_up(struct topology *topology, const struct placed *placed)
{
	for (uint32_t i = 0; i < topology->count; i++) {
		const struct topology_core *core = &placed[i].core;
		bool new_node = true;
		topology->cores[i] = *core;
		topology->physical_cores += placed[i].thread == 0;
		topology->efficiency_cores += core->kind == TOPOLOGY_EFFICIENCY;
		for (uint32_t j = 0; j < i; j++)
			new_node = new_node && placed[j].core.numa_node != core->numa_node;
		topology->numa_nodes += new_node;
	}
}

/* The units that this thread may run on, in hwloc's order. */
static uint32_t collect_cores(hwloc_topology_t hwloc, hwloc_const_cpuset_t allowed, struct placed *placed)
{
	uint32_t count = 0;

	for (hwloc_obj_t unit = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PU, NULL); unit && count < TOPOLOGY_CORES_MAX;
	     unit = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PU, unit))
		if (hwloc_bitmap_isset(allowed, unit->os_index))
			placed[count++] = (struct placed){ .core = describe_core(hwloc, unit) };
	return count;
}

int topology_read(hwloc_topology_t hwloc, hwloc_const_cpuset_t allowed, struct topology *ret_topology, struct error_text *error)
{
	struct placed *placed = calloc(TOPOLOGY_CORES_MAX, sizeof(*placed));

	if (!placed)
		return error_set(error, -ENOMEM, "out of memory");
	*ret_topology = (struct topology){ .count = collect_cores(hwloc, allowed, placed) };
	find_turns(placed, ret_topology->count);
	qsort(placed, ret_topology->count, sizeof(*placed), compare_place);
	add_up(ret_topology, placed);
	free(placed);
	if (ret_topology->count == 0)
		return error_set(error, -ENODEV, "hwloc finds no core that this process may use: look at its affinity (taskset -p)");
	return 0;
}

static int load_cores(hwloc_topology_t hwloc, struct topology *topology, struct error_text *error)
{
	hwloc_cpuset_t allowed = hwloc_bitmap_alloc();

	if (!allowed)
		return error_set(error, -ENOMEM, "out of memory");
	if (hwloc_get_cpubind(hwloc, allowed, HWLOC_CPUBIND_THREAD) < 0)
		hwloc_bitmap_copy(allowed, hwloc_topology_get_allowed_cpuset(hwloc));
	int status = topology_read(hwloc, allowed, topology, error);
	hwloc_bitmap_free(allowed);
	return status;
}

static uint64_t machine_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);

	return pages > 0 && page_bytes > 0 ? (uint64_t)pages * (uint64_t)page_bytes : 0;
}

int topology_load(struct topology *ret_topology, struct error_text *error)
{
	struct topology topology;
	struct cgroup_limits limits = cgroup_limits_load();
	hwloc_topology_t hwloc;

	if (hwloc_topology_init(&hwloc) < 0)
		return error_set(error, -errno, "hwloc cannot start: %s", strerror(errno));
	/* Processing units and NUMA nodes are always kept; cores are wanted too, caches and devices are not. */
	hwloc_topology_set_all_types_filter(hwloc, HWLOC_TYPE_FILTER_KEEP_NONE);
	hwloc_topology_set_type_filter(hwloc, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL);
	int status = 0;
	if (hwloc_topology_load(hwloc) < 0)
		status = error_set(error, -errno, "hwloc cannot read the machine's cores: %s", strerror(errno));
	else
		status = load_cores(hwloc, &topology, error);
	hwloc_topology_destroy(hwloc);
	if (status < 0)
		return status;
	topology.quota_cores = limits.quota_cores;
	topology.memory_bytes = machine_memory();
	if (limits.memory_bytes > 0 && (topology.memory_bytes == 0 || limits.memory_bytes < topology.memory_bytes))
		topology.memory_bytes = limits.memory_bytes;
	*ret_topology = topology;
	return 0;
}

uint32_t topology_usable_cores(const struct topology *topology)
{
	uint32_t whole = topology->quota_cores < TOPOLOGY_CORES_MAX ? (uint32_t)topology->quota_cores : TOPOLOGY_CORES_MAX;

	if (topology->quota_cores <= 0)
		return topology->count > 0 ? topology->count : 1;
	whole += topology->quota_cores > whole;
	return whole < topology->count ? whole : topology->count > 0 ? topology->count : 1;
}

/* --- affinity masks ------------------------------------------------------------------------------------------------ */

#define MASK_BYTES CPU_ALLOC_SIZE(MASK_CPUS)

/* NULL: out of memory. CPU_FREE it. */
static cpu_set_t *mask_create(void)
{
	cpu_set_t *mask = CPU_ALLOC(MASK_CPUS);

	if (mask)
		CPU_ZERO_S(MASK_BYTES, mask);
	return mask;
}

int topology_pin(int os_index)
{
	CHECK(os_index >= 0);
	cpu_set_t *mask = mask_create();
	if (!mask)
		return -ENOMEM;
	CPU_SET_S((size_t)os_index, MASK_BYTES, mask);
	int status = sched_setaffinity(0, MASK_BYTES, mask) < 0 ? -errno : 0;
	CPU_FREE(mask);
	return status;
}

bool topology_shares_only_core(int other_pid)
{
	cpu_set_t *mine = mask_create(), *others = mask_create();
	bool one = true;

	if (mine && others && sched_getaffinity(0, MASK_BYTES, mine) == 0 && sched_getaffinity(other_pid, MASK_BYTES, others) == 0) {
		CPU_OR_S(MASK_BYTES, mine, mine, others);
		one = CPU_COUNT_S(MASK_BYTES, mine) < 2;
	}
	CPU_FREE(mine);
	CPU_FREE(others);
	return one;
}

static void mask_of_topology(const struct topology *topology, cpu_set_t *mask)
{
	for (uint32_t i = 0; i < topology->count; i++)
		CPU_SET_S(topology->cores[i].os_index, MASK_BYTES, mask);
}

/* Threads that are pinned where the main thread is, and that itself, last: until then the others are known by it. */
static int move_threads(pid_t pid, const cpu_set_t *from, const cpu_set_t *to, cpu_set_t *scratch)
{
	char path[64];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	DIR *threads = opendir(path);
	if (!threads)
		return errno == ENOENT ? -ESRCH : -errno;
	while ((entry = readdir(threads))) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
		if (thread <= 0 || thread == pid || CPU_COUNT_S(MASK_BYTES, from) != 1)
			continue;
		/* One that ended meanwhile needs no core. */
		if (sched_getaffinity(thread, MASK_BYTES, scratch) == 0 && CPU_EQUAL_S(MASK_BYTES, scratch, from))
			(void)!sched_setaffinity(thread, MASK_BYTES, to);
	}
	closedir(threads);
	return sched_setaffinity(pid, MASK_BYTES, to) < 0 ? -errno : 0;
}

int topology_move(const struct topology *topology, pid_t pid, int os_index)
{
	cpu_set_t *from = mask_create(), *to = mask_create(), *scratch = mask_create();
	int status = from && to && scratch ? 0 : -ENOMEM;

	CHECK(pid > 0);
	if (status == 0 && os_index >= 0)
		CPU_SET_S((size_t)os_index, MASK_BYTES, to);
	else if (status == 0)
		mask_of_topology(topology, to);
	if (status == 0 && sched_getaffinity(pid, MASK_BYTES, from) < 0)
		status = -errno;
	if (status == 0)
		status = move_threads(pid, from, to, scratch);
	CPU_FREE(from);
	CPU_FREE(to);
	CPU_FREE(scratch);
	return status;
}

static void describe_mask(const cpu_set_t *mask, char *text, size_t bytes)
{
	size_t used = 0;

	for (int cpu = 0; cpu < MASK_CPUS && used < bytes; cpu++) {
		int end = cpu;
		if (!CPU_ISSET_S((size_t)cpu, MASK_BYTES, mask))
			continue;
		while (end + 1 < MASK_CPUS && CPU_ISSET_S((size_t)end + 1, MASK_BYTES, mask))
			end++;
		used += (size_t)snprintf(text + used, bytes - used, "%s%d", used ? "," : "", cpu);
		if (end > cpu && used < bytes)
			used += (size_t)snprintf(text + used, bytes - used, "-%d", end);
		cpu = end;
	}
}

void topology_describe_place(const struct topology *topology, pid_t pid, char *ret_text, size_t bytes)
{
	cpu_set_t *mask = mask_create(), *all = mask_create();

	ret_text[0] = '\0';
	if (mask && all && pid > 0 && sched_getaffinity(pid, MASK_BYTES, mask) == 0) {
		mask_of_topology(topology, all);
		if (topology->count > 1 && CPU_EQUAL_S(MASK_BYTES, mask, all))
			snprintf(ret_text, bytes, "any");
		else
			describe_mask(mask, ret_text, bytes);
	}
	CPU_FREE(mask);
	CPU_FREE(all);
}

/* "MemAvailable:   123 kB" */
static uint64_t kibibytes_of(struct text meminfo, const char *name)
{
	ptrdiff_t at = text_find(meminfo, text_from(name));

	return at < 0 ? 0 : strtoull(meminfo.data + at + strlen(name), NULL, 10);
}

uint64_t topology_available_memory(void)
{
	enum { MEMINFO_BYTES_MAX = 65536 };
	struct buffer meminfo;
	uint64_t kibibytes = 0;

	buffer_init(&meminfo, MEMINFO_BYTES_MAX);
	if (file_read("/proc/meminfo", &meminfo, NULL) == 0) {
		struct text content = text_from(buffer_string(&meminfo)); /* NUL-terminated */
		kibibytes = kibibytes_of(content, "MemAvailable:") + kibibytes_of(content, "SwapFree:");
	}
	buffer_done(&meminfo);
	return kibibytes * 1024;
}
