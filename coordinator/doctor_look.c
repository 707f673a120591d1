/* doctor_look.c: reads what the machine offers. What cannot be read stays unknown; nothing here fails. */
#define _GNU_SOURCE
#include "coordinator/doctor_machine.h"

#include "base/file.h"
#include "config/domain.h"
#include "ipc/topology.h"
#include "ipc/uring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { SMALL_FILE_BYTES = 65536, URING_ENTRIES = 8 };

static void look_kernel(struct doctor_machine *machine)
{
	struct utsname name;
	if (uname(&name) != 0)
		return;
	snprintf(machine->kernel, sizeof(machine->kernel), "%.20s %.60s %.30s", name.sysname, name.release, name.machine);
	char *end;
	machine->kernel_major = (unsigned)strtoul(name.release, &end, 10);
	if (*end == '.')
		machine->kernel_minor = (unsigned)strtoul(end + 1, NULL, 10);
}

static void look_cores(struct doctor_machine *machine)
{
	struct topology *topology = calloc(1, sizeof(*topology)); /* large for a stack */
	int status = topology ? topology_load(topology, &machine->topology_error) : error_set(&machine->topology_error, -ENOMEM, "out of memory");
	if (status == 0) {
		machine->topology_error.message[0] = '\0';
		machine->threads = topology->count;
		machine->physical_cores = topology->physical_cores;
		machine->efficiency_threads = topology->efficiency_cores;
		machine->numa_nodes = topology->numa_nodes;
		machine->quota_cores = topology->quota_cores;
		machine->memory_bytes = topology->memory_bytes;
	}
	free(topology);
	machine->available_bytes = topology_available_memory();
}

static void look_shared_memory(struct doctor_machine *machine)
{
	struct statvfs file_system;
	if (statvfs("/dev/shm", &file_system) != 0) {
		machine->shm_status = -errno;
		return;
	}
	machine->shm_status = access("/dev/shm", R_OK | W_OK | X_OK) == 0 ? 0 : -errno;
	machine->shm_size_bytes = (uint64_t)file_system.f_blocks * file_system.f_frsize;
	machine->shm_free_bytes = (uint64_t)file_system.f_bavail * file_system.f_frsize;
}

static void look_uring(const struct settings *settings, struct doctor_machine *machine)
{
	struct uring *uring = NULL;
	struct error_text error = { "" };
	struct buffer file;

	int status = uring_create(&uring, URING_ENTRIES, strcmp(settings->io.uring, "off") == 0 ? URING_OFF : URING_AUTO, &error);
	machine->uring_native = status == 0 && uring_is_native(uring);
	machine->uring_reason = status == 0 ? uring_fallback_reason(uring) : status;
	uring_destroy(uring);
	machine->uring_disabled = -1;
	buffer_init(&file, 64);
	if (file_read("/proc/sys/kernel/io_uring_disabled", &file, NULL) == 0)
		machine->uring_disabled = (int)strtol(buffer_string(&file), NULL, 10);
	buffer_done(&file);
}

/* "always within_size advise [never] deny force" */
static void look_huge_pages(struct doctor_machine *machine)
{
	struct buffer file;
	buffer_init(&file, SMALL_FILE_BYTES);
	if (file_read("/sys/kernel/mm/transparent_hugepage/shmem_enabled", &file, NULL) == 0) {
		const char *start = strchr(buffer_string(&file), '['), *end = start ? strchr(start, ']') : NULL;
		if (end && end - start - 1 < (ptrdiff_t)sizeof(machine->huge_pages))
			snprintf(machine->huge_pages, sizeof(machine->huge_pages), "%.*s", (int)(end - start - 1), start + 1);
	}
	buffer_done(&file);
}

static uint64_t limit_value(rlim_t value)
{
	return value == RLIM_INFINITY ? UINT64_MAX : value;
}

static void look_limits(struct doctor_machine *machine)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		machine->open_files_soft = limit_value(limit.rlim_cur);
		machine->open_files_hard = limit_value(limit.rlim_max);
	}
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		machine->locked_bytes_soft = limit_value(limit.rlim_cur);
}

static void look_programs(struct doctor_machine *machine)
{
	static const char *const names[DOCTOR_PROGRAMS_COUNT] = { "worker-preprocess", "worker-inference" };
	char folder[PATH_MAX];

	ssize_t bytes = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	folder[bytes > 0 ? bytes : 0] = '\0';
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	memcpy(machine->program_folder, folder, sizeof(folder));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[PATH_MAX + 64];
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		machine->program_names[i] = names[i];
		machine->program_found[i] = access(path, X_OK) == 0;
	}
}

static void look_data(const struct settings *settings, struct doctor_machine *machine)
{
	struct domain *domain = NULL;

	if (settings_named_path("domains", "domain pack", settings->run.domain, machine->domain_path, &machine->domain_error) == 0 &&
	    domain_load_named(settings->run.domain, &domain, NULL, &machine->domain_error) == 0) {
		machine->domain_error.message[0] = '\0';
		for (int list = 0; list < DOMAIN_LIST_COUNT; list++) {
			size_t count;
			domain_list(domain, list, &count);
			machine->domain_terms += count;
		}
	}
	domain_destroy(domain);
	if (settings_data_path("profiles", machine->profiles_path, NULL) < 0)
		machine->profiles_path[0] = '\0';
}

void doctor_look(const struct settings *settings, struct doctor_machine *ret_machine)
{
	memset(ret_machine, 0, sizeof(*ret_machine));
	look_kernel(ret_machine);
	look_cores(ret_machine);
	look_shared_memory(ret_machine);
	look_uring(settings, ret_machine);
	look_huge_pages(ret_machine);
	look_limits(ret_machine);
	look_programs(ret_machine);
	look_data(settings, ret_machine);
}
