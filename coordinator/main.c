/* main.c: the coordinator program: reads the command line and hands over to the subcommand. The run itself is run.c. */
#define _GNU_SOURCE
#include "base/file.h"
#include "base/url.h"
#include "config/domain.h"
#include "coordinator/client.h"
#include "coordinator/dataset/finalise.h"
#include "coordinator/doctor.h"
#include "coordinator/dry_run.h"
#include "coordinator/help.h"
#include "coordinator/options.h"
#include "coordinator/output_lock.h"
#include "coordinator/run.h"
#include "coordinator/summary.h"
#include "ipc/attach.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, EXIT_RESOURCES = 3, COMMAND_BYTES_MAX = 1 << 16, FINALISE_OPERATIONS = 256 };

static int say(const struct error_text *error, int code)
{
	fprintf(stderr, "coordinator: %s\n", error->message);
	return code;
}

/* --- run ------------------------------------------------------------------------------------------------------------------ */

static int command_run(const struct options *options, int argument_count, char **arguments)
{
	struct buffer command;

	if (options->dry_run)
		return dry_run(options);
	buffer_init(&command, COMMAND_BYTES_MAX);
	for (int i = 0; i < argument_count; i++) { /* kept in the run's database */
		buffer_append_string(&command, i ? " " : "");
		url_append_shown(&command, text_from(arguments[i]));
	}
	struct run_request request = {
		.settings = &options->settings, .inputs = options->inputs, .input_count = options->input_count, .output = options->output,
		.watch_folder = options->watch, .command = buffer_string(&command), .service = options->input_count == 0 || options->watch,
		.restart = options->restart, .json = options->json,
		.progress = options->progress == OPTIONS_PROGRESS_ALWAYS ? RUN_PROGRESS_ALWAYS :
			    options->progress == OPTIONS_PROGRESS_NEVER ? RUN_PROGRESS_NEVER : RUN_PROGRESS_AUTO,
	};
	log_set_level(options->log_level);
	int code = run_execute(&request);
	buffer_done(&command);
	return code;
}

/* --- finalise and verify ---------------------------------------------------------------------------------------------------- */

static int finalise_folder(const struct options *options, struct finalise_summary *ret_summary, struct error_text *error)
{
	struct finalise_request request = { .settings = &options->settings, .output = options->output };
	struct buffer settings_text, hash;
	char path[PATH_MAX];

	buffer_init(&settings_text, 1 << 20);
	buffer_init(&hash, 64);
	settings_dump(&options->settings, &settings_text);
	snprintf(path, sizeof(path), "%s/.docring/run.db", options->output);
	int status = access(path, R_OK) < 0 ? error_set(error, -errno, "%s: %s", path, strerror(errno)) : 0;
	if (status == 0)
		status = state_open(&request.state, path, "", error);
	if (status == 0)
		status = uring_create(&request.uring, FINALISE_OPERATIONS, strcmp(options->settings.io.uring, "off") == 0 ? URING_OFF : URING_AUTO, error);
	if (status == 0)
		status = state_get(request.state, "config_hash", &hash, error);
	if (status == 0 && hash.bytes == 0) /* of what it does not know a dataset without rows would be made */
		status = error_set(error, -ENODATA, "%s: no run is recorded there; the dataset stays as it is. Process the documents again", path);
	request.settings_text = buffer_string(&settings_text);
	request.config_hash = buffer_string(&hash);
	if (status == 0)
		status = finalise_dataset(&request, ret_summary, error);
	uring_destroy(request.uring);
	state_close(request.state);
	buffer_done(&hash);
	buffer_done(&settings_text);
	return status;
}

static int command_finalise(const struct options *options)
{
	struct finalise_summary summary;
	struct error_text error = { "" };
	/* Nobody else may write to the folder meanwhile. */
	int lock = output_lock_inherited(options->output) ? STDIN_FILENO : output_lock_take(options->output, false, &error);

	if (lock < 0)
		return say(&error, lock == -EBUSY ? EXIT_RESOURCES : EXIT_USAGE);
	int status = finalise_folder(options, &summary, &error);
	close(lock);
	if (status < 0)
		return say(&error, EXIT_RESOURCES);
	return summary_print_dataset(options->output, &summary, options->json) ? EXIT_DONE : EXIT_INCOMPLETE;
}

static int command_verify(const struct options *options)
{
	struct buffer findings;
	struct error_text error = { "" };

	buffer_init(&findings, 1 << 20);
	int status = finalise_verify(options->output, &findings, &error);
	if (findings.bytes)
		printf("%s", buffer_string(&findings));
	else if (status == 0)
		printf("%s: every file is as its manifest says\n", options->output);
	buffer_done(&findings);
	if (status < 0 && error.message[0])
		return say(&error, EXIT_USAGE);
	return status == 0 ? EXIT_DONE : EXIT_INCOMPLETE;
}

/* --- convert and extract: the worker's program does it, since this one reads nothing that came from outside ------------------- */

static int settings_file(const struct settings *settings, struct error_text *error)
{
	struct buffer text;

	buffer_init(&text, 1 << 20);
	settings_dump(settings, &text);
	int file = text.status ? text.status : attach_memory_file("docring-settings", text.data, text.bytes);
	buffer_done(&text);
	if (file < 0)
		return error_set(error, file, "the settings: cannot make a memory file: %s", error_describe(file));
	if (fcntl(file, F_SETFD, 0) < 0) { /* open over exec */
		close(file);
		return error_set(error, -errno, "the settings: %s", strerror(errno));
	}
	return file;
}

static int command_one_document(const struct options *options)
{
	char program[PATH_MAX + 32], settings_path[64];
	struct error_text error = { "" };
	ssize_t bytes = readlink("/proc/self/exe", program, PATH_MAX - 1);

	if (options->input_count != 1) {
		fprintf(stderr, "coordinator: %s: expected one file ('-' for standard input), got %d\n", options_command_name(options->command), options->input_count);
		return EXIT_USAGE;
	}
	if (bytes < 0)
		return say((error_set(&error, -errno, "/proc/self/exe: %s", strerror(errno)), &error), EXIT_RESOURCES);
	program[bytes] = '\0';
	snprintf(strrchr(program, '/'), 32, "/worker-preprocess");
	int file = settings_file(&options->settings, &error);
	if (file < 0)
		return say(&error, EXIT_RESOURCES);
	snprintf(settings_path, sizeof(settings_path), "/proc/self/fd/%d", file);
	const char *arguments[10] = { program, options_command_name(options->command), "--settings", settings_path };
	size_t count = 4;
	if (options->front_matter)
		arguments[count++] = "--front-matter";
	if (options->images) {
		arguments[count++] = "--images";
		arguments[count++] = options->images;
	}
	arguments[count++] = "--";
	arguments[count] = options->inputs[0];
	execv(program, (char *const *)(uintptr_t)arguments);
	error_set(&error, -errno, "%s: %s; it belongs beside the coordinator", program, strerror(errno));
	return say(&error, EXIT_RESOURCES);
}

/* -------------------------------------------------------------------------------------------------------------------------------- */

static int perform(const struct options *options, int argument_count, char **arguments)
{
	switch (options->command) {
	case OPTIONS_RUN: return command_run(options, argument_count, arguments);
	case OPTIONS_SUBMIT: return client_submit(options);
	case OPTIONS_STATUS: return client_status(options);
	case OPTIONS_WORKERS: return client_workers(options);
	case OPTIONS_FINALISE: return command_finalise(options);
	case OPTIONS_VERIFY: return command_verify(options);
	case OPTIONS_CONVERT: case OPTIONS_EXTRACT: return command_one_document(options);
	case OPTIONS_DOCTOR: return doctor_run(options, stdout);
	default: return EXIT_USAGE;
	}
}

int main(int argument_count, char **arguments)
{
	struct options options;
	struct error_text error = { "" };
	int code;

	fault_init();
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error of the write, which says where */
	if (options_parse(argument_count, arguments, &options, &error) < 0)
		return say(&error, EXIT_USAGE);
	if (options.action == OPTIONS_PERFORM)
		code = perform(&options, argument_count, arguments);
	else
		code = help_show(&options, stdout) < 0 ? EXIT_RESOURCES : EXIT_DONE;
	options_done(&options);
	if (fflush(stdout) != 0 && code == EXIT_DONE) {
		fprintf(stderr, "coordinator: cannot write to standard output: %s\n", strerror(errno));
		code = EXIT_RESOURCES;
	}
	return code;
}
