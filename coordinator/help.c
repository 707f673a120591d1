/* help.c: the help, from the tables of options and subcommands. Reads no file, so that it is there at once. */
#include "coordinator/help.h"
#include "coordinator/options_table.h"

#include "base/wrap.h"

#include <errno.h>

enum { HELP_COLUMNS = 80, HELP_INDENT = 28 };

static void append_paragraph(struct buffer *out, const char *paragraph)
{
	wrap_append(out, text_from(paragraph), 0, "", HELP_COLUMNS);
}

/* "  left    right", with the right side wrapped in its own column; it moves to the next line when the left is too wide. */
static void append_row(struct buffer *out, const char *left, size_t indent, const char *right)
{
	char prefix[HELP_INDENT + 1];
	CHECK(indent < sizeof(prefix));
	memset(prefix, ' ', indent);
	prefix[indent] = '\0';
	buffer_append_string(out, left);
	if (strlen(left) + 2 > indent)
		buffer_append_format(out, "\n%s", prefix);
	else
		buffer_append_repeat(out, ' ', indent - strlen(left));
	wrap_append(out, text_from(right), indent, prefix, HELP_COLUMNS);
}

static void append_options(struct buffer *out, unsigned command_mask)
{
	buffer_append_string(out, "\nOptions:\n");
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = options_row(i);
		char left[64], letter[8] = "    ";
		if (!(row->commands & command_mask))
			continue;
		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(left, sizeof(left), "  %s--%s%s%s", letter, row->name, row->argument ? " " : "", row->argument ? row->argument : "");
		append_row(out, left, HELP_INDENT, row->help);
	}
}

static void append_examples(struct buffer *out, const char *examples)
{
	struct text rest = text_from(examples), line;
	buffer_append_string(out, "\nExamples:\n");
	while (text_next_line(&rest, &line)) {
		buffer_append_string(out, "  ");
		buffer_append_text(out, line);
		buffer_append_byte(out, '\n');
	}
}

static void append_program(struct buffer *out)
{
	const struct command_row *run = options_command_row(OPTIONS_RUN);
	buffer_append_format(out, "Usage: coordinator [OPTION...] %s\n       coordinator SUBCOMMAND [OPTION...] [WORD...]\n\n", run->words);
	append_paragraph(out, "Turns a folder of technical documents into a fine-tuning dataset.");
	buffer_append_byte(out, '\n');
	append_paragraph(out, run->details);
	buffer_append_string(out, "\nSubcommands (coordinator SUBCOMMAND --help tells more):\n");
	for (int i = 0; i < OPTIONS_COMMAND_COUNT; i++) {
		char left[32];
		snprintf(left, sizeof(left), "  %s", options_command_name(i));
		append_row(out, left, 13, options_command_row(i)->summary);
	}
	append_options(out, 1u << OPTIONS_RUN);
	append_examples(out, run->examples);
	buffer_append_string(out, "\nExit codes: 0 done; 1 done but some documents failed, or nothing was produced;\n"
				  "2 usage, configuration or version; 3 resources; 70 bug; 130 stopped by a signal.\n");
}

void help_append(enum options_command command, struct buffer *out)
{
	if (command == OPTIONS_COMMAND_COUNT) {
		append_program(out);
		return;
	}
	const struct command_row *row = options_command_row(command);
	buffer_append_format(out, "Usage: coordinator %s [OPTION...]%s%s\n\n", row->name, row->words[0] ? " " : "", row->words);
	append_paragraph(out, row->details);
	append_options(out, 1u << command);
	append_examples(out, row->examples);
}

int help_show(const struct options *options, FILE *out)
{
	struct buffer text;
	CHECK(options->action != OPTIONS_PERFORM);
	buffer_init(&text, 1 << 20);
	switch (options->action) {
	case OPTIONS_SHOW_HELP: help_append(options->command_given ? options->command : OPTIONS_COMMAND_COUNT, &text); break;
	case OPTIONS_SHOW_VERSION: buffer_append_string(&text, "docring " DOCRING_VERSION "\n"); break;
	case OPTIONS_SHOW_CONFIG: settings_dump(&options->settings, &text); break;
	case OPTIONS_SHOW_SETTINGS: settings_help(&text); break;
	case OPTIONS_PERFORM: break;
	}
	int status = text.status;
	if (status == 0 && (fwrite(buffer_string(&text), 1, text.bytes, out) != text.bytes || fflush(out) != 0))
		status = errno ? -errno : -EIO;
	buffer_done(&text);
	return status;
}
