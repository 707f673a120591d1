/* doctor_judge.c: what was seen against what the settings ask for. Pure: a test gives it any machine. */
#include "coordinator/doctor_machine.h"
#include "coordinator/run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	/* beyond the shared memory, as the design bounds it */
	COORDINATOR_BYTES = 64 << 20,
	WORKER_BYTES = 150 << 20,
};

struct doctor_finding *doctor_add(struct doctor_report *report, enum doctor_grade grade, const char *subject, const char *format, ...)
{
	CHECK(report->count < DOCTOR_FINDINGS_MAX);
	struct doctor_finding *finding = &report->findings[report->count++];
	va_list arguments;
	finding->grade = grade;
	finding->subject = subject;
	finding->advice[0] = '\0';
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
	return finding;
}

void doctor_advise(struct doctor_finding *finding, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(finding->advice, sizeof(finding->advice), format, arguments);
	va_end(arguments);
}

/* "1.5 GiB" */
static const char *human(uint64_t bytes, char place[32])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes;
	size_t unit = 0;
	while (value >= 1024 && unit + 1 < COUNT_OF(units)) {
		value /= 1024;
		unit++;
	}
	snprintf(place, 32, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return place;
}

/* A size to pass on the command line: whole MiB, at least the least that is allowed. */
static unsigned long long megabytes(uint64_t bytes)
{
	return (unsigned long long)size_max(bytes >> 20, 16);
}

static uint32_t usable_cores(const struct doctor_machine *machine)
{
	uint32_t cores = machine->threads ? machine->threads : 1;
	if (machine->quota_cores > 0 && machine->quota_cores < cores)
		cores = machine->quota_cores < 1 ? 1 : (uint32_t)machine->quota_cores;
	return cores;
}

static uint32_t most_workers(const struct doctor_machine *machine, const struct settings *settings)
{
	uint32_t least, most;
	int status = settings_parse_workers(settings->run.workers, &least, &most, NULL);
	CHECK(status == 0); /* settings hold no other value */
	return most ? most : usable_cores(machine);
}

static void judge_kernel(const struct doctor_machine *machine, struct doctor_report *report)
{
	bool populate = machine->kernel_major > 5 || (machine->kernel_major == 5 && machine->kernel_minor >= 14);
	struct doctor_finding *finding = doctor_add(report, populate ? DOCTOR_OK : DOCTOR_NOTE, "kernel", "%s", machine->kernel);
	if (!populate)
		doctor_advise(finding, "Linux 5.14 or newer fills shared memory ahead of use; on this one the first touch of each page costs a little");
}

static void judge_cores(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *report)
{
	if (machine->topology_error.message[0]) {
		struct doctor_finding *finding = doctor_add(report, DOCTOR_PROBLEM, "cores", "%s", machine->topology_error.message);
		doctor_advise(finding, "run with --set run.pin=none and a number of --workers");
		return;
	}
	char kinds[64] = "", quota[64] = "";
	if (machine->efficiency_threads)
		snprintf(kinds, sizeof(kinds), ", %u of the efficient kind", machine->efficiency_threads);
	if (machine->quota_cores > 0)
		snprintf(quota, sizeof(quota), ", limited to the time of %.1f", machine->quota_cores);
	doctor_add(report, DOCTOR_OK, "cores", "%u hardware threads on %u cores%s, %u NUMA node%s%s", machine->threads, machine->physical_cores, kinds,
	    machine->numa_nodes, machine->numa_nodes == 1 ? "" : "s", quota);
	uint32_t workers = most_workers(machine, settings), cores = usable_cores(machine);
	if (workers <= cores) {
		doctor_add(report, DOCTOR_OK, "workers", "%s: up to %u for preprocessing, %llu for conversations", settings->run.workers, workers,
		    (unsigned long long)settings->run.inference_workers);
		return;
	}
	struct doctor_finding *finding = doctor_add(report, DOCTOR_NOTE, "workers", "%s: more than the %u cores there are; they will share", settings->run.workers,
					     cores);
	doctor_advise(finding, "pass --workers %u, or leave it: it works, no faster", cores);
}

static void judge_memory(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *report)
{
	char total[32], available[32], needed_text[32];
	uint64_t workers = most_workers(machine, settings) + settings->run.inference_workers;
	uint64_t needed = settings->ipc.shm + COORDINATOR_BYTES + workers * WORKER_BYTES;

	if (machine->memory_bytes == 0 || machine->available_bytes == 0) {
		doctor_add(report, DOCTOR_NOTE, "memory", "how much there is could not be read");
		return;
	}
	uint64_t usable = machine->available_bytes < machine->memory_bytes ? machine->available_bytes : machine->memory_bytes;
	bool enough = needed <= usable;
	struct doctor_finding *finding = doctor_add(report, enough ? DOCTOR_OK : needed <= machine->memory_bytes ? DOCTOR_NOTE : DOCTOR_PROBLEM, "memory",
					     "%s, %s available; a run takes up to %s with these settings", human(machine->memory_bytes, total),
					     human(usable, available), human(needed, needed_text));
	if (enough)
		return;
	uint64_t others = COORDINATOR_BYTES + workers * WORKER_BYTES;
	if (usable > others + (32u << 20))
		doctor_advise(finding, "pass --shm %lluM or less, or fewer --workers", megabytes((usable - others) / 4 * 3));
	else
		doctor_advise(finding, "pass --shm %lluM --workers 1, or try --profile small", megabytes(usable / 4));
}

static void judge_shared_memory(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *report)
{
	char size[32], available[32], asked[32];
	struct doctor_finding *finding;

	if (machine->shm_status < 0) {
		finding = doctor_add(report, DOCTOR_PROBLEM, "/dev/shm", "%s", error_describe(machine->shm_status));
		doctor_advise(finding, "mount it: mount -t tmpfs -o mode=1777 tmpfs /dev/shm");
		return;
	}
	human(machine->shm_size_bytes, size);
	human(machine->shm_free_bytes, available);
	human(settings->ipc.shm, asked);
	if (settings->ipc.shm <= machine->shm_free_bytes) {
		doctor_add(report, DOCTOR_OK, "/dev/shm", "%s, %s free; ipc.shm asks for %s", size, available, asked);
		return;
	}
	finding = doctor_add(report, DOCTOR_PROBLEM, "/dev/shm", "%s, %s free; ipc.shm asks for %s", size, available, asked);
	if (machine->shm_free_bytes < (32u << 20))
		doctor_advise(finding, "free some, or enlarge it: mount -o remount,size=%lluM /dev/shm (in a container: --shm-size)",
		       megabytes(settings->ipc.shm + settings->ipc.shm / 8));
	else
		doctor_advise(finding, "pass --shm %lluM, or enlarge it: mount -o remount,size=%lluM /dev/shm (in a container: --shm-size)",
		       megabytes(machine->shm_free_bytes / 10 * 9), megabytes(settings->ipc.shm + settings->ipc.shm / 8));
}

static void judge_uring(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *report)
{
	if (machine->uring_native) {
		doctor_add(report, DOCTOR_OK, "io_uring", "works");
		return;
	}
	if (strcmp(settings->io.uring, "off") == 0) {
		struct doctor_finding *finding = doctor_add(report, DOCTOR_NOTE, "io_uring", "switched off by the settings: plain system calls are used");
		doctor_advise(finding, "--set io.uring=auto uses it where it works");
		return;
	}
	struct doctor_finding *finding = doctor_add(report, DOCTOR_NOTE, "io_uring", "not available (%s): plain system calls are used",
					     error_describe(machine->uring_reason));
	if (machine->uring_disabled > 0)
		doctor_advise(finding, "allow it: sysctl kernel.io_uring_disabled=0");
	else if (machine->uring_reason == -ENOSYS)
		doctor_advise(finding, "it needs Linux 5.6 or newer, or a container that lets it through");
	else
		doctor_advise(finding, "a container's seccomp profile often forbids it: allow io_uring_setup, io_uring_enter and io_uring_register");
}

static void judge_huge_pages(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *report)
{
	bool given = strcmp(machine->huge_pages, "advise") == 0 || strcmp(machine->huge_pages, "always") == 0 ||
		     strcmp(machine->huge_pages, "within_size") == 0 || strcmp(machine->huge_pages, "force") == 0;
	if (strcmp(settings->ipc.huge_pages, "never") == 0) {
		doctor_add(report, DOCTOR_OK, "huge pages", "not asked for by the settings");
		return;
	}
	if (given) {
		doctor_add(report, DOCTOR_OK, "huge pages", "given to shared memory (%s)", machine->huge_pages);
		return;
	}
	struct doctor_finding *finding = doctor_add(report, DOCTOR_NOTE, "huge pages", "not given to shared memory (%s)",
					     machine->huge_pages[0] ? machine->huge_pages : "the kernel has none");
	if (machine->huge_pages[0])
		doctor_advise(finding, "echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled makes large rings a little faster");
}

static void judge_limits(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *report)
{
	uint64_t needed = run_descriptors_needed(settings, most_workers(machine, settings) + settings->run.inference_workers);
	char locked[32];

	if (needed <= machine->open_files_soft) {
		doctor_add(report, DOCTOR_OK, "open files", "a run needs about %llu; the limit is high enough", (unsigned long long)needed);
	} else if (needed <= machine->open_files_hard) {
		doctor_add(report, DOCTOR_OK, "open files", "a run needs about %llu; the limit of %llu is raised at start (at most %llu)", (unsigned long long)needed,
		    (unsigned long long)machine->open_files_soft, (unsigned long long)machine->open_files_hard);
	} else {
		struct doctor_finding *finding = doctor_add(report, DOCTOR_PROBLEM, "open files", "a run needs about %llu, at most %llu are allowed",
						     (unsigned long long)needed, (unsigned long long)machine->open_files_hard);
		doctor_advise(finding, "raise the limit (ulimit -Hn %llu, or LimitNOFILE= of a service), or lower io.open_files and --workers",
		       (unsigned long long)needed);
	}
	/* io_uring's own rings count as locked memory before Linux 5.12 */
	bool counted = machine->kernel_major < 5 || (machine->kernel_major == 5 && machine->kernel_minor < 12);
	if (machine->locked_bytes_soft == UINT64_MAX || !counted)
		doctor_add(report, DOCTOR_OK, "locked memory", "no limit that matters");
	else if (machine->locked_bytes_soft >= 1 << 20)
		doctor_add(report, DOCTOR_OK, "locked memory", "%s allowed", human(machine->locked_bytes_soft, locked));
	else
		doctor_advise(doctor_add(report, DOCTOR_NOTE, "locked memory", "%s allowed, and this kernel counts io_uring's queues", human(machine->locked_bytes_soft, locked)),
		       "raise it if io_uring is refused: ulimit -l 1024");
}

static void judge_files(const struct doctor_machine *machine, struct doctor_report *report)
{
	for (size_t i = 0; i < DOCTOR_PROGRAMS_COUNT; i++) {
		if (machine->program_found[i]) {
			doctor_add(report, DOCTOR_OK, machine->program_names[i], "in %.400s", machine->program_folder);
			continue;
		}
		struct doctor_finding *finding = doctor_add(report, DOCTOR_PROBLEM, machine->program_names[i], "not found in %.400s", machine->program_folder);
		doctor_advise(finding, "make builds it; make install puts it beside the coordinator");
	}
	if (machine->domain_error.message[0])
		doctor_advise(doctor_add(report, DOCTOR_PROBLEM, "domain pack", "%.500s", machine->domain_error.message),
		       "reinstall, or set DOCRING_DATA to the folder with domains/ and profiles/");
	else
		doctor_add(report, DOCTOR_OK, "domain pack", "%.400s (%zu entries)", machine->domain_path, machine->domain_terms);
	if (machine->profiles_path[0])
		doctor_add(report, DOCTOR_OK, "profiles", "%.400s", machine->profiles_path);
	else
		doctor_advise(doctor_add(report, DOCTOR_NOTE, "profiles", "none found; --profile takes only paths"), "set DOCRING_DATA to the folder with profiles/");
}

void doctor_judge(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *ret_report)
{
	ret_report->count = 0;
	judge_kernel(machine, ret_report);
	judge_cores(machine, settings, ret_report);
	judge_memory(machine, settings, ret_report);
	judge_shared_memory(machine, settings, ret_report);
	judge_uring(machine, settings, ret_report);
	judge_huge_pages(machine, settings, ret_report);
	judge_limits(machine, settings, ret_report);
	judge_files(machine, ret_report);
}
