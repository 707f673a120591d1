/* The doctor's judgement on machines made up here, and its two ways of printing on this one. */
#include "coordinator/doctor.h"
#include "coordinator/doctor_machine.h"
#include "coordinator/doctor_models.h"

#include "base/utf8.h"

#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GIB (1ull << 30)

static struct doctor_machine machine;
static struct settings settings;
static struct doctor_report report;

/* A machine on which everything is fine with the defaults. */
static int set_up(void **state)
{
	(void)state;
	settings_init(&settings);
	machine = (struct doctor_machine){ .kernel = "Linux 6.1.0 x86_64", .kernel_major = 6, .kernel_minor = 1, .threads = 8, .physical_cores = 4,
		.numa_nodes = 1, .memory_bytes = 32 * GIB, .available_bytes = 30 * GIB, .shm_size_bytes = 16 * GIB, .shm_free_bytes = 16 * GIB,
		.uring_native = true, .uring_disabled = 0, .huge_pages = "advise", .open_files_soft = 1024, .open_files_hard = 1 << 20,
		.locked_bytes_soft = 8 << 20, .program_folder = "/usr/bin", .program_names = { "worker-preprocess", "worker-inference" },
		.program_found = { true, true }, .domain_path = "/usr/share/docring/domains/ran.yaml", .profiles_path = "/usr/share/docring/profiles" };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	settings_done(&settings);
	return 0;
}

static const struct doctor_finding *find(const char *subject)
{
	doctor_judge(&machine, &settings, &report);
	for (size_t i = 0; i < report.count; i++)
		if (strcmp(report.findings[i].subject, subject) == 0)
			return &report.findings[i];
	fail_msg("nothing is said about %s", subject);
	return NULL;
}

static void expect(const char *subject, enum doctor_grade grade, const char *text, const char *advice)
{
	const struct doctor_finding *finding = find(subject);
	assert_string_equal(finding->text, text);
	assert_string_equal(finding->advice, advice);
	assert_int_equal(finding->grade, grade);
}

static void set(const char *key, const char *value)
{
	assert_int_equal(settings_set(&settings, key, value, NULL), 0);
}

static void test_all_fine(void **state)
{
	(void)state;
	doctor_judge(&machine, &settings, &report);
	assert_true(report.count > 8);
	for (size_t i = 0; i < report.count; i++) {
		if (report.findings[i].grade != DOCTOR_OK)
			print_error("%s: %s\n", report.findings[i].subject, report.findings[i].text);
		assert_int_equal(report.findings[i].grade, DOCTOR_OK);
		assert_string_equal(report.findings[i].advice, "");
	}
}

/* One model of the settings, and what its server was found to do. */
static void judge_model(const char *found)
{
	struct doctor_models models = { .count = found ? 1 : 0 };

	if (found)
		assert_non_null(models.found[0] = json_tokener_parse(found));
	else
		error_set(&models.error, -EIO, "worker-inference --probe was killed by signal 9");
	report.count = 0;
	doctor_models_judge(&models, &settings, &report);
	doctor_models_done(&models);
}

static void expect_finding(size_t index, enum doctor_grade grade, const char *text, const char *advice)
{
	assert_true(index < report.count);
	assert_string_equal(report.findings[index].text, text);
	assert_string_equal(report.findings[index].advice, advice);
	assert_int_equal(report.findings[index].grade, grade);
}

static void test_models(void **state)
{
	(void)state;
	judge_model(NULL);
	expect_finding(0, DOCTOR_OK, "no model servers configured: the built-in generator is used", "");
	set("models.base_url", "http://h:1");
	set("models.max_tokens", "1000");
	judge_model("{\"reachable\":true,\"usable\":true,\"server\":\"Ollama\",\"model\":\"q:8b\",\"format\":\"schema\",\"context_tokens\":2048,\"slots\":0,"
		    "\"thinking\":\"instead of content\",\"usage_truthful\":true,\"tokens_per_s\":41.6,\"message\":\"\",\"notes\":[\"so it is\"]}");
	expect_finding(0, DOCTOR_OK, "q:8b: Ollama at http://h:1; writes pairs, tier balanced; context 2048 tokens, slots not told, up to 4 requests at once; JSON by "
		       "schema, the answer comes in the field for thinking; token counts true, 42 tokens/s for one request", "");
	expect_finding(1, DOCTOR_NOTE, "q:8b: a chunk of 8000 characters and its answer may not fit 2048 tokens; then it is asked about in parts",
		       "raise context_tokens of this model: it is asked for with each request");
	expect_finding(2, DOCTOR_NOTE, "q:8b: so it is", "");
	assert_int_equal(report.count, 3);
	judge_model("{\"reachable\":false,\"usable\":false,\"server\":\"unknown\",\"model\":\"\",\"message\":\"refused\",\"notes\":[]}");
	expect_finding(0, DOCTOR_PROBLEM, "http://h:1; writes pairs, tier balanced", "refused");
	expect_finding(1, DOCTOR_NOTE, "none can write now: in a run the built-in generator would, if they are down after generate.fallback_after_s", "");
	judge_model("{\"usable\":3,\"notes\":[1,null,{}],\"context_tokens\":\"x\"}"); /* whatever it is */
	judge_model(NULL);
	expect_finding(0, DOCTOR_PROBLEM, "worker-inference --probe was killed by signal 9", "");
	set("generate.mode", "built-in");
	judge_model(NULL);
	assert_int_equal(report.findings[0].grade, DOCTOR_OK);
	assert_non_null(strstr(report.findings[0].text, "not asked"));
}

static void test_cores(void **state)
{
	(void)state;
	set("run.workers", "2..12");
	expect("workers", DOCTOR_NOTE, "2..12: more than the 8 cores there are; they will share", "pass --workers 8, or leave it: it works, no faster");
	machine.quota_cores = 2.5;
	machine.efficiency_threads = 4;
	machine.numa_nodes = 2;
	expect("cores", DOCTOR_OK, "8 hardware threads on 4 cores, 4 of the efficient kind, 2 NUMA nodes, limited to the time of 2.5", "");
	expect("workers", DOCTOR_NOTE, "2..12: more than the 2 cores there are; they will share", "pass --workers 2, or leave it: it works, no faster");
	error_set(&machine.topology_error, -1, "no topology");
	expect("cores", DOCTOR_PROBLEM, "no topology", "run with --set run.pin=none and a number of --workers");
}

static void test_memory(void **state)
{
	(void)state;
	set("run.workers", "12");
	set("ipc.shm", "15G");
	machine.memory_bytes = 8 * GIB;
	machine.available_bytes = 7 * GIB;
	expect("memory", DOCTOR_PROBLEM, "8.0 GiB, 7.0 GiB available; a run takes up to 17 GiB with these settings",
	       "pass --shm 3865M or less, or fewer --workers");
	machine.memory_bytes = 32 * GIB; /* enough, but others have it now */
	assert_int_equal(find("memory")->grade, DOCTOR_NOTE);
	machine.available_bytes = GIB;
	assert_string_equal(find("memory")->advice, "pass --shm 256M --workers 1, or try --profile small");
	machine.memory_bytes = 0;
	expect("memory", DOCTOR_NOTE, "how much there is could not be read", "");
}

static void test_shared_memory(void **state)
{
	(void)state;
	machine.shm_size_bytes = machine.shm_free_bytes = 64 << 20; /* a container */
	expect("/dev/shm", DOCTOR_PROBLEM, "64 MiB, 64 MiB free; ipc.shm asks for 1.0 GiB",
	       "pass --shm 57M, or enlarge it: mount -o remount,size=1152M /dev/shm (in a container: --shm-size)");
	machine.shm_free_bytes = 0;
	assert_string_equal(find("/dev/shm")->advice,
			    "free some, or enlarge it: mount -o remount,size=1152M /dev/shm (in a container: --shm-size)");
	machine.shm_status = -ENOENT;
	expect("/dev/shm", DOCTOR_PROBLEM, "No such file or directory", "mount it: mount -t tmpfs -o mode=1777 tmpfs /dev/shm");
}

static void test_uring(void **state)
{
	(void)state;
	machine.uring_native = false;
	machine.uring_reason = -EPERM;
	expect("io_uring", DOCTOR_NOTE, "not available (Operation not permitted): plain system calls are used",
	       "a container's seccomp profile often forbids it: allow io_uring_setup, io_uring_enter and io_uring_register");
	machine.uring_disabled = 2;
	assert_string_equal(find("io_uring")->advice, "allow it: sysctl kernel.io_uring_disabled=0");
	machine.uring_disabled = -1;
	machine.uring_reason = -ENOSYS;
	assert_string_equal(find("io_uring")->advice, "it needs Linux 5.6 or newer, or a container that lets it through");
	set("io.uring", "off");
	expect("io_uring", DOCTOR_NOTE, "switched off by the settings: plain system calls are used", "--set io.uring=auto uses it where it works");
}

static void test_limits(void **state)
{
	(void)state;
	set("io.open_files", "4096");
	expect("open files", DOCTOR_OK, "a run needs about 4268; the limit of 1024 is raised at start (at most 1048576)", "");
	machine.open_files_hard = 4096;
	expect("open files", DOCTOR_PROBLEM, "a run needs about 4268, at most 4096 are allowed",
	       "raise the limit (ulimit -Hn 4268, or LimitNOFILE= of a service), or lower io.open_files and --workers");
	machine.kernel_major = 5;
	machine.kernel_minor = 10;
	machine.locked_bytes_soft = 65536;
	expect("locked memory", DOCTOR_NOTE, "64 KiB allowed, and this kernel counts io_uring's queues", "raise it if io_uring is refused: ulimit -l 1024");
	assert_int_equal(find("kernel")->grade, DOCTOR_NOTE);
}

static void test_huge_pages(void **state)
{
	(void)state;
	snprintf(machine.huge_pages, sizeof(machine.huge_pages), "never");
	expect("huge pages", DOCTOR_NOTE, "not given to shared memory (never)",
	       "echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled makes large rings a little faster");
	set("ipc.huge_pages", "never");
	expect("huge pages", DOCTOR_OK, "not asked for by the settings", "");
}

static void test_files(void **state)
{
	(void)state;
	machine.program_found[1] = false;
	error_set(&machine.domain_error, -1, "no domain pack is called \"x\"");
	machine.profiles_path[0] = '\0';
	expect("worker-inference", DOCTOR_PROBLEM, "not found in /usr/bin", "make builds it; make install puts it beside the coordinator");
	expect("worker-preprocess", DOCTOR_OK, "in /usr/bin", "");
	expect("domain pack", DOCTOR_PROBLEM, "no domain pack is called \"x\"", "reinstall, or set DOCRING_DATA to the folder with domains/ and profiles/");
	assert_int_equal(find("profiles")->grade, DOCTOR_NOTE);
}

static int run(bool json, char *out, size_t bytes)
{
	struct options options = { .command = OPTIONS_DOCTOR, .json = json };
	settings_init(&options.settings);
	memset(out, 0, bytes);
	FILE *file = fmemopen(out, bytes, "w");
	assert_non_null(file);
	int code = doctor_run(&options, file);
	fclose(file);
	settings_done(&options.settings);
	return code;
}

/* The real machine, whatever it is: this test program has no workers beside it, so it is not ready. */
static void test_prints(void **state)
{
	static char out[65536];
	struct text line;
	(void)state;
	assert_int_equal(run(false, out, sizeof(out)), 1);
	struct text rest = text_from(out);
	while (text_next_line(&rest, &line)) { /* a path that is longer than the column stands alone */
		struct text words = text_slice(line, size_min(line.bytes, 28), line.bytes);
		assert_true(utf8_count(line) <= 80 || text_find(words, TEXT_LITERAL(" ")) < 0);
	}
	assert_non_null(strstr(out, "\nproblem worker-preprocess"));
	assert_non_null(strstr(out, "\nnot ready: "));

	assert_int_equal(run(true, out, sizeof(out)), 1);
	struct json_object *root = json_tokener_parse(out), *ready, *findings;
	assert_non_null(root);
	assert_true(json_object_object_get_ex(root, "ready", &ready));
	assert_false(json_object_get_boolean(ready));
	assert_true(json_object_object_get_ex(root, "findings", &findings));
	assert_true(json_object_array_length(findings) > 8);
	json_object_put(root);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_all_fine), TEST(test_cores), TEST(test_memory), TEST(test_shared_memory), TEST(test_uring), TEST(test_limits),
		TEST(test_huge_pages), TEST(test_files), TEST(test_models), TEST(test_prints),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
