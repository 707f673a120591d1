/* doctor_machine.h: the two halves of the doctor: looking at the machine (doctor_look.c), and judging what was seen against
 * the settings (doctor_judge.c, pure). For doctor*.c alone. */
#ifndef DOCRING_COORDINATOR_DOCTOR_MACHINE_H
#define DOCRING_COORDINATOR_DOCTOR_MACHINE_H

#include "base/error.h"
#include "config/settings.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { DOCTOR_PROGRAMS_COUNT = 2, DOCTOR_WORD_BYTES = 128 };

struct doctor_machine {
	char kernel[DOCTOR_WORD_BYTES]; /* "Linux 6.1.0-18-amd64 x86_64" */
	unsigned kernel_major, kernel_minor;

	struct error_text topology_error; /* "" when the next fields are known */
	uint32_t threads, physical_cores, efficiency_threads, numa_nodes;
	double quota_cores; /* 0: none */
	uint64_t memory_bytes, available_bytes; /* 0: not known */

	int shm_status; /* 0, or -errno of a look at /dev/shm */
	uint64_t shm_size_bytes, shm_free_bytes;

	bool uring_native;
	int uring_reason;    /* -errno of io_uring_setup, 0 when native or switched off */
	int uring_disabled;  /* /proc/sys/kernel/io_uring_disabled, -1 when the kernel has no such switch */

	char huge_pages[DOCTOR_WORD_BYTES]; /* of shared memory: "never", "advise" … , "" when not known */

	uint64_t open_files_soft, open_files_hard; /* UINT64_MAX: no limit */
	uint64_t locked_bytes_soft;

	char program_folder[PATH_MAX]; /* where the workers belong */
	const char *program_names[DOCTOR_PROGRAMS_COUNT];
	bool program_found[DOCTOR_PROGRAMS_COUNT];

	char domain_path[PATH_MAX];
	size_t domain_terms; /* entries of its lists and columns: something was read */
	struct error_text domain_error; /* "" when the pack of the settings was read */
	char profiles_path[PATH_MAX]; /* "" when there is none */
};

void doctor_look(const struct settings *settings, struct doctor_machine *ret_machine);

enum doctor_grade { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_PROBLEM };

/* of the machine, and of each model: itself and its notes */
enum { DOCTOR_FINDINGS_MAX = 32 + MODELS_MAX * 20, DOCTOR_TEXT_BYTES = 512 };

struct doctor_finding {
	enum doctor_grade grade;
	const char *subject;
	char text[DOCTOR_TEXT_BYTES];
	char advice[DOCTOR_TEXT_BYTES]; /* what to do, or "" */
};

struct doctor_report {
	struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
	size_t count;
};

void doctor_judge(const struct doctor_machine *machine, const struct settings *settings, struct doctor_report *ret_report);
/* One more finding; its advice is empty. */
struct doctor_finding *doctor_add(struct doctor_report *report, enum doctor_grade grade, const char *subject, const char *format, ...) PRINTF_LIKE(4, 5);
void doctor_advise(struct doctor_finding *finding, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
