#define _GNU_SOURCE
#include "workers/preprocess/one_document.h"

#include "base/file.h"
#include "proto/members.h"
#include "workers/preprocess/archive.h"
#include "workers/preprocess/preprocess.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_NOTHING = 1, EXIT_USAGE = 2, EXIT_RESOURCES = 3 };

static const char program[] = "worker-preprocess";

struct request {
	bool extract;      /* extractions instead of Markdown */
	bool front_matter;
	const char *file;  /* "-" for standard input */
	const char *domain; /* NULL: as the settings say */
};

struct work { /* what one run of the program holds; everything is released by work_done */
	struct settings settings;
	struct domain *domain;
	struct preprocess *preprocess;
	struct document_builder *builder;
	struct buffer data;
	void *members; /* of a compressed file */
	void *block;
	struct buffer out;
};

static void work_done(struct work *work)
{
	buffer_done(&work->out);
	free(work->block);
	free(work->members);
	buffer_done(&work->data);
	document_builder_destroy(work->builder);
	preprocess_destroy(work->preprocess);
	domain_destroy(work->domain);
	settings_done(&work->settings);
}

static int exit_code_for(int status)
{
	return status == -ENOMEM ? EXIT_RESOURCES : EXIT_NOTHING;
}

static int say(const char *name, int code, const char *reason)
{
	fprintf(stderr, "%s: %s: %s\n", program, name, reason);
	return code;
}

static const char *message_of(const struct error_text *error, int status)
{
	return error->message[0] ? error->message : error_describe(status);
}

/* --- a compressed file ------------------------------------------------------------------------------------------ */

/* Expands the archive into one members block, in as much memory as its first member needs. */
static int expand(struct work *work, struct text data, struct text name, struct members *ret_members, struct error_text *error)
{
	enum { FIRST_BYTES = 1 << 20 };
	size_t bytes = FIRST_BYTES, needed = 0;
	struct input_header header = { 0 };
	for (;;) {
		struct worker_task task = { .input = { .header = &header, .source = name, .data = data }, .out_bytes = bytes };
		free(work->members);
		work->members = task.out = aligned_alloc(INPUT_ALIGNMENT, (bytes + INPUT_ALIGNMENT - 1) / INPUT_ALIGNMENT * INPUT_ALIGNMENT);
		if (!task.out)
			return error_set(error, -ENOMEM, "out of memory while unpacking it");
		int64_t used = archive_expand(&work->settings, &task, &needed, error);
		if (used >= 0)
			return members_open(task.out, (size_t)used, ret_members, error);
		if (used != ERROR_NEEDS_SPACE || needed <= bytes)
			return (int)used;
		bytes = needed;
	}
}

/* A single compressed document, or an archive with nothing else in it, is as good as the document itself. */
static int unpack(struct work *work, struct text *data, struct text *name, struct error_text *error)
{
	struct members members;
	struct input input;
	if (detect_format(*data, *name) != DOCUMENT_FORMAT_ARCHIVE)
		return 0;
	int status = expand(work, *data, *name, &members, error);
	if (status < 0)
		return status;
	const struct member *only = NULL;
	for (uint32_t i = 0; i < members.count; i++) {
		if (members.members[i].status == MEMBER_SKIPPED)
			continue;
		if (only || members.members[i].status != MEMBER_PRESENT || members.members[i].format == DOCUMENT_FORMAT_ARCHIVE || !members.header->finished)
			return error_set(error, ERROR_INPUT_REJECTED, "an archive: give it to the coordinator (coordinator FILE -o FOLDER)");
		only = &members.members[i];
	}
	if (!only)
		return error_set(error, ERROR_INPUT_REJECTED, "an archive without documents");
	status = input_open((const uint8_t *)work->members + only->input_offset, only->input_bytes, &input, error);
	if (status == 0) {
		*data = input.data;
		*name = input.source;
	}
	return status;
}

/* --- output ----------------------------------------------------------------------------------------------------- */

static int open_block(struct work *work, struct document *ret_document, struct error_text *error)
{
	int64_t bytes = document_builder_bytes(work->builder);
	if (bytes < 0)
		return (int)bytes;
	work->block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	if (!work->block)
		return -ENOMEM;
	document_builder_write(work->builder, work->block);
	return document_open(work->block, (size_t)bytes, ret_document, error);
}

static int write_output(const struct work *work)
{
	int status = file_write_fd(STDOUT_FILENO, work->out.data, work->out.bytes);
	if (status == 0 && close(STDOUT_FILENO) < 0)
		status = -errno; /* some file systems say only now that they are full */
	return status < 0 ? say("standard output", EXIT_RESOURCES, error_describe(status)) : EXIT_DONE;
}

static int print_document(struct work *work, const struct request *request)
{
	struct document document;
	struct error_text error = { "" };
	struct text source = text_from(request->file), none = { NULL, 0 };
	int status = open_block(work, &document, &error);
	if (status < 0)
		return say(request->file, exit_code_for(status), message_of(&error, status));
	struct text reason = document_meta(&document, DOCUMENT_META_REASON);
	if (document.markdown.bytes == 0) {
		fprintf(stderr, "%s: %s: %.*s\n", program, request->file, TEXT_ARGS(reason));
		return EXIT_NOTHING;
	}
	if (document.header->gate == DOCUMENT_GATE_CONVERSION) /* a person asked for this one: it is shown, and the doubt with it */
		fprintf(stderr, "%s: %s: warning: %.*s\n", program, request->file, TEXT_ARGS(reason));
	if (request->extract) {
		extraction_json_append(&document, source, none, &work->out);
		buffer_append_byte(&work->out, '\n');
	} else {
		if (request->front_matter) {
			front_matter_append(&document, source, none, &work->out);
			buffer_append_byte(&work->out, '\n');
		}
		buffer_append_text(&work->out, document.markdown);
	}
	if (work->out.status < 0)
		return say(request->file, exit_code_for(work->out.status), error_describe(work->out.status));
	return write_output(work);
}

/* --- the program ------------------------------------------------------------------------------------------------ */

static int read_input(struct work *work, const struct request *request, struct error_text *error)
{
	buffer_init(&work->data, work->settings.intake.member_bytes_max);
	if (strcmp(request->file, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", &work->data, error);
	return file_read(request->file, &work->data, error);
}

static int process(struct work *work, const struct request *request)
{
	struct error_text error = { "" };
	struct text name = text_from(strcmp(request->file, "-") == 0 ? "" : request->file), none = { NULL, 0 };
	int status = read_input(work, request, &error);
	if (status < 0) { /* the message names the file already */
		fprintf(stderr, "%s: %s\n", program, message_of(&error, status));
		return exit_code_for(status);
	}
	struct text data = buffer_view(&work->data);
	status = unpack(work, &data, &name, &error);
	if (status == 0)
		status = preprocess_create(&work->settings, work->domain, &work->preprocess);
	if (status == 0) {
		work->builder = document_builder_create();
		status = work->builder ? preprocess_document(work->preprocess, data, name, none, work->builder) : -ENOMEM;
	}
	if (status < 0)
		return say(request->file, exit_code_for(status), message_of(&error, status));
	return print_document(work, request);
}

static void print_help(void)
{
	printf("Usage: %s convert FILE [--front-matter]\n"
	       "       %s extract FILE\n"
	       "One document as Markdown, or its extractions as one line of JSON, on standard\n"
	       "output. FILE may be - for standard input, or compressed.\n\n"
	       "  --front-matter      put the metadata before the Markdown\n"
	       "  --settings PATH     a YAML file of settings\n"
	       "  --set KEY=VALUE     one setting\n"
	       "  --domain NAME       domain pack: a name or a path\n"
	       "  --help              show this help\n",
	       program, program);
}

static int set_one(struct settings *settings, char *assignment, struct error_text *error)
{
	char *equals = strchr(assignment, '=');
	if (!equals)
		return error_set(error, -EINVAL, "--set %s: expected KEY=VALUE", assignment);
	*equals = '\0';
	return settings_set(settings, assignment, equals + 1, error);
}

/* -1: go on; else the exit code. */
static int parse(int argument_count, char **arguments, struct settings *settings, struct request *ret_request)
{
	static const struct option options[] = {
		{ "front-matter", no_argument, NULL, 'f' }, { "settings", required_argument, NULL, 'c' }, { "set", required_argument, NULL, 's' },
		{ "domain", required_argument, NULL, 'd' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct error_text error = { "" };
	int option, status = 0;
	opterr = 0; /* its messages would name the mode, not the program */
	*ret_request = (struct request){ .extract = strcmp(arguments[0], "extract") == 0 };
	while (status == 0 && (option = getopt_long(argument_count, arguments, "h", options, NULL)) != -1) {
		switch (option) {
		case 'f': ret_request->front_matter = true; break;
		case 'c': status = settings_load_file(settings, optarg, &error); break;
		case 's': status = set_one(settings, optarg, &error); break;
		case 'd': ret_request->domain = optarg; break;
		case 'h': print_help(); return EXIT_DONE;
		default:
			fprintf(stderr, "%s %s: unknown option '%s', or its value is missing; try '%s %s --help'\n", program, arguments[0],
				arguments[optind - 1], program, arguments[0]);
			return EXIT_USAGE;
		}
	}
	if (status < 0) {
		fprintf(stderr, "%s: %s\n", program, message_of(&error, status));
		return EXIT_USAGE;
	}
	if (optind + 1 != argument_count) {
		fprintf(stderr, "%s %s: expected one FILE; try '%s %s --help'\n", program, arguments[0], program, arguments[0]);
		return EXIT_USAGE;
	}
	ret_request->file = arguments[optind];
	return -1;
}

bool one_document_is_mode(const char *argument)
{
	return strcmp(argument, "convert") == 0 || strcmp(argument, "extract") == 0;
}

int one_document_main(int argument_count, char **arguments)
{
	struct work work = { 0 };
	struct request request;
	struct error_text error = { "" };
	settings_init(&work.settings);
	buffer_init(&work.data, 1);
	buffer_init(&work.out, SIZE_MAX / 2);
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error with a message, not a silent death */
	int code = parse(argument_count, arguments, &work.settings, &request);
	if (code < 0) {
		const char *domain = request.domain ? request.domain : work.settings.run.domain;
		int status = domain_load_named(domain, &work.domain, NULL, &error);
		if (status < 0) {
			fprintf(stderr, "%s: %s\n", program, message_of(&error, status));
			code = EXIT_USAGE;
		} else {
			code = process(&work, &request);
		}
	}
	work_done(&work);
	return code;
}
