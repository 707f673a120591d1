#define _GNU_SOURCE
#include "workers/preprocess/one_document.h"

#include "base/file.h"
#include "base/string_map.h"
#include "base/utf8.h"
#include "proto/image_links.h"
#include "proto/members.h"
#include "workers/common/mapped_input.h"
#include "workers/common/memory_limit.h"
#include "workers/preprocess/archive.h"
#include "workers/preprocess/preprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_NOTHING = 1, EXIT_USAGE = 2, EXIT_RESOURCES = 3, EXPLAINED_BYTES_MAX = 160, MAPPED_BYTES_MIN = 1 << 20 };

static const char program[] = "worker-preprocess";

struct request {
	bool extract;      /* extractions instead of Markdown */
	bool front_matter;
	const char *images; /* folder for those of the document, or NULL */
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
	mapped_input_close();
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
	document_builder_destroy(work->builder);
	work->builder = NULL;
	return document_open(work->block, (size_t)bytes, ret_document, error);
}

/* The rest is written from where it lies: it may be large. */
static int write_output(const struct work *work, struct text rest)
{
	int status = file_write_fd(STDOUT_FILENO, work->out.data, work->out.bytes);
	if (status == 0)
		status = file_write_fd(STDOUT_FILENO, rest.data, rest.bytes);
	if (status == 0 && close(STDOUT_FILENO) < 0)
		status = -errno; /* some file systems say only now that they are full */
	return status < 0 ? say("standard output", EXIT_RESOURCES, error_describe(status)) : EXIT_DONE;
}

/* "FOLDER/0123456789abcdef.png" */
static void append_image_path(const struct document_image *image, const char *folder, struct buffer *out)
{
	struct buffer target;
	buffer_init(&target, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	document_image_target(image, &target);
	buffer_append_format(out, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", strrchr(buffer_string(&target), '/') + 1);
	buffer_done(&target);
}

/* Each image under its name in the folder, which is made; `targets` learns which target means which image. */
static int write_images(const struct document *document, const char *folder, struct string_map *targets, struct error_text *error)
{
	struct buffer path, target;
	int status = document->image_count ? file_make_folders(folder, error) : 0;
	buffer_init(&path, PATH_MAX * 2);
	buffer_init(&target, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	for (uint32_t i = 0; i < document->image_count && status == 0; i++) {
		buffer_clear(&path);
		buffer_clear(&target);
		append_image_path(&document->images[i], folder, &path);
		document_image_target(&document->images[i], &target);
		uint32_t *place = string_map_add(targets, buffer_view(&target), NULL);
		if (place)
			*place = i;
		status = place ? file_replace(buffer_string(&path), document_text(document, document->images[i].data), error) : -ENOMEM;
	}
	buffer_done(&path);
	buffer_done(&target);
	return status;
}

/* Every target of an image of the block as the path in `folder`. */
static void append_with_paths(const struct document *document, const char *folder, const struct string_map *targets, struct buffer *out)
{
	struct image_links links;
	struct image_link link;
	struct buffer path;
	size_t done = 0;
	buffer_init(&path, PATH_MAX * 2);
	image_links_init(&links, document->markdown);
	while (image_links_next(&links, &link)) {
		const uint32_t *index = string_map_find(targets, text_slice(document->markdown, link.target_start, link.target_end));
		if (!index)
			continue;
		buffer_clear(&path);
		append_image_path(&document->images[*index], folder, &path);
		buffer_append_text(out, text_slice(document->markdown, done, link.target_start));
		image_link_append_target(TEXT_LITERAL(""), buffer_view(&path), out);
		done = link.target_end;
	}
	buffer_append_text(out, text_slice(document->markdown, done, document->markdown.bytes));
	buffer_done(&path);
}

/* With --images the document's images lie in that folder, and the Markdown names them there. Otherwise it is *ret_rest as it is. */
static int append_markdown(struct work *work, const struct request *request, const struct document *document, struct text *ret_rest,
			   struct error_text *error)
{
	struct string_map targets;
	if (!request->images || document->image_count == 0) {
		*ret_rest = document->markdown;
		return 0;
	}
	string_map_init(&targets);
	int status = write_images(document, request->images, &targets, error);
	if (status == 0)
		append_with_paths(document, request->images, &targets, &work->out);
	string_map_done(&targets);
	return status;
}

/* --- what was taken out ----------------------------------------------------------------------------------------- */

static void print_place(struct document_place place)
{
	static const char *const names[DOCUMENT_UNIT_COUNT] = { "", "line", "page" };
	if (place.unit != DOCUMENT_UNIT_NONE)
		fprintf(stderr, " at %s %" PRIu32, names[place.unit], place.number);
}

/* On one line, without what a terminal would take for a command. */
static void print_cut(struct text text, uint32_t whole_bytes)
{
	size_t shown = utf8_floor(text, size_min(text.bytes, EXPLAINED_BYTES_MAX));
	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)text.data[i];
		fputc(c < ' ' || c == 0x7F ? ' ' : c, stderr);
	}
	if (shown < whole_bytes)
		fprintf(stderr, "… (%" PRIu32 " bytes)", whole_bytes);
}

/* A line each, then how many of each kind: there may be more than are listed. */
static void explain(const struct document *document)
{
	for (uint32_t i = 0; i < document->removal_count; i++) {
		const struct document_removal *removal = &document->removals[i];
		fprintf(stderr, "%s", document_removed_name(removal->kind));
		print_place(removal->place);
		fprintf(stderr, " (%s)%s", document_removed_why(removal->kind), removal->text_bytes > 0 ? ": " : "");
		print_cut(document_text(document, removal->text), removal->text_bytes);
		fputc('\n', stderr);
	}
	for (int kind = 0; kind < DOCUMENT_REMOVED_COUNT; kind++)
		if (document->header->removed[kind])
			fprintf(stderr, "%s: %" PRIu32 "\n", document_removed_name(kind), document->header->removed[kind]);
}

static int print_document(struct work *work, const struct request *request)
{
	struct document document;
	struct error_text error = { "" };
	struct text source = text_from(request->file), none = { NULL, 0 }, rest = none;
	int status = open_block(work, &document, &error);
	if (status < 0)
		return say(request->file, exit_code_for(status), message_of(&error, status));
	struct text reason = document_meta(&document, DOCUMENT_META_REASON);
	if (document.header->status == DOCUMENT_KEPT)
		return say(request->file, EXIT_NOTHING, "an image: it has no text of its own");
	if (document.markdown.bytes == 0) {
		fprintf(stderr, "%s: %s: %.*s\n", program, request->file, TEXT_ARGS(reason));
		return EXIT_NOTHING;
	}
	if (document.header->gate == DOCUMENT_GATE_CONVERSION) /* a person asked for this one: it is shown, and the doubt with it */
		fprintf(stderr, "%s: %s: warning: %.*s\n", program, request->file, TEXT_ARGS(reason));
	if (request->extract) {
		extraction_json_append(&document, NULL, source, none, &work->out);
		buffer_append_byte(&work->out, '\n');
	} else {
		if (request->front_matter) {
			front_matter_append(&document, source, none, &work->out);
			buffer_append_byte(&work->out, '\n');
		}
		status = append_markdown(work, request, &document, &rest, &error);
	}
	if (status < 0)
		return say(request->file, EXIT_RESOURCES, message_of(&error, status));
	if (work->settings.convert.explain)
		explain(&document);
	if (work->out.status < 0)
		return say(request->file, exit_code_for(work->out.status), error_describe(work->out.status));
	return write_output(work, rest);
}

/* --- the program ------------------------------------------------------------------------------------------------ */

/* A large file is mapped instead of read: whatever its size, its bytes are not memory of this process. */
static bool map_input(const struct work *work, const struct request *request, struct text *ret_data)
{
	struct stat state;
	int file = open(request->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool mapped = file >= 0 && fstat(file, &state) == 0 && S_ISREG(state.st_mode) && state.st_size >= MAPPED_BYTES_MIN &&
		      (uint64_t)state.st_size <= work->settings.intake.member_bytes_max && mapped_input_open(file, (uint64_t)state.st_size, ret_data) == 0;

	if (file >= 0 && !mapped)
		close(file);
	return mapped;
}

static int read_input(struct work *work, const struct request *request, struct text *ret_data, struct error_text *error)
{
	int status = 0;
	buffer_init(&work->data, work->settings.intake.member_bytes_max);
	if (strcmp(request->file, "-") == 0)
		status = file_read_fd(STDIN_FILENO, "standard input", &work->data, error);
	else if (map_input(work, request, ret_data))
		return 0;
	else
		status = file_read(request->file, &work->data, error);
	*ret_data = buffer_view(&work->data);
	return status;
}

/* What was made of a file that somebody cut short meanwhile is not what is in it. */
static int check_input(struct error_text *error)
{
	uint64_t left;
	if (!mapped_input_is_damaged(&left))
		return 0;
	return error_set(error, ERROR_INPUT_REJECTED, "the file became shorter while it was read (%" PRIu64 " bytes are left); try again", left);
}

/* What run does by killing the worker: a document that takes too long ends the program, with a message made beforehand. */
static char late_message[512];

static void end_late(int number)
{
	(void)number;
	(void)!write(STDERR_FILENO, late_message, strlen(late_message));
	_exit(EXIT_NOTHING);
}

static void limit_time(const char *file, uint64_t seconds)
{
	struct sigaction action = { .sa_handler = end_late };

	snprintf(late_message, sizeof(late_message), "%s: %.300s: it takes longer than %" PRIu64 " s (supervise.document_timeout_s)\n", program, file, seconds);
	sigaction(SIGALRM, &action, NULL);
	alarm((unsigned)seconds);
}

static int process(struct work *work, const struct request *request)
{
	struct error_text error = { "" };
	struct text name = text_from(strcmp(request->file, "-") == 0 ? "" : request->file), none = { NULL, 0 };
	struct text data;
	int status = read_input(work, request, &data, &error);
	if (status < 0) { /* the message names the file already */
		fprintf(stderr, "%s: %s\n", program, message_of(&error, status));
		return exit_code_for(status);
	}
	status = unpack(work, &data, &name, &error);
	if (status == 0)
		status = preprocess_create(&work->settings, work->domain, &work->preprocess);
	memory_give_back_large();
	if (status == 0)
		status = memory_limit_set(work->settings.supervise.document_memory);
	if (status == 0) {
		work->builder = document_builder_create();
		limit_time(request->file, work->settings.supervise.document_timeout_s);
		status = work->builder ? preprocess_document(work->preprocess, data, name, none, work->builder) : -ENOMEM;
	}
	alarm(0);
	if (status == 0)
		status = check_input(&error);
	if (status < 0)
		return say(request->file, exit_code_for(status), message_of(&error, status));
	return print_document(work, request);
}

static void print_help(void)
{
	printf("Usage: %s convert FILE [--front-matter] [--images FOLDER] [--explain]\n"
	       "       %s extract FILE\n"
	       "One document as Markdown, or its extractions as one line of JSON, on standard\n"
	       "output. FILE may be - for standard input, or compressed.\n\n"
	       "  --front-matter      put the metadata before the Markdown\n"
	       "  --images FOLDER     write its images there, and lead the Markdown to them\n"
	       "  --explain           list on standard error what was taken out\n"
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
		{ "front-matter", no_argument, NULL, 'f' }, { "images", required_argument, NULL, 'i' }, { "explain", no_argument, NULL, 'e' },
		 { "settings", required_argument, NULL, 'c' }, { "set", required_argument, NULL, 's' },
		{ "domain", required_argument, NULL, 'd' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct error_text error = { "" };
	int option, status = 0;
	opterr = 0; /* its messages would name the mode, not the program */
	*ret_request = (struct request){ .extract = strcmp(arguments[0], "extract") == 0 };
	while (status == 0 && (option = getopt_long(argument_count, arguments, "h", options, NULL)) != -1) {
		switch (option) {
		case 'f': ret_request->front_matter = true; break;
		case 'i': ret_request->images = optarg; break;
		case 'e': status = settings_set(settings, "convert.explain", "on", &error); break;
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
	if (ret_request->images && !*ret_request->images)
		ret_request->images = ".";
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
