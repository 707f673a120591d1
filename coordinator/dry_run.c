#define _GNU_SOURCE
#include "coordinator/dry_run.h"

#include "base/json_writer.h"
#include "base/url.h"
#include "coordinator/dataset/finalise.h"
#include "coordinator/walk.h"
#include "proto/document.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_DONE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, SHOWN_BYTES_MAX = 16 << 10 };

struct plan {
	uint64_t files[DOCUMENT_FORMAT_COUNT], bytes[DOCUMENT_FORMAT_COUNT];
	uint64_t skipped, problems, batches, records_least, records_most, batch_bytes, batch_files;
};

/* By name only: a run looks at the content. */
static enum document_format format_by_name(struct text name)
{
	static const struct { const char *ending; enum document_format format; } endings[] = {
		{ ".html", DOCUMENT_FORMAT_HTML }, { ".htm", DOCUMENT_FORMAT_HTML }, { ".xhtml", DOCUMENT_FORMAT_HTML },
		{ ".md", DOCUMENT_FORMAT_MARKDOWN }, { ".markdown", DOCUMENT_FORMAT_MARKDOWN }, { ".txt", DOCUMENT_FORMAT_TEXT },
		{ ".csv", DOCUMENT_FORMAT_CSV }, { ".tsv", DOCUMENT_FORMAT_CSV }, { ".pdf", DOCUMENT_FORMAT_PDF },
		{ ".docx", DOCUMENT_FORMAT_DOCX }, { ".docm", DOCUMENT_FORMAT_DOCX }, { ".dotx", DOCUMENT_FORMAT_DOCX }, { ".zip", DOCUMENT_FORMAT_ARCHIVE }, { ".gz", DOCUMENT_FORMAT_ARCHIVE },
		{ ".tgz", DOCUMENT_FORMAT_ARCHIVE }, { ".tar", DOCUMENT_FORMAT_ARCHIVE }, { ".png", DOCUMENT_FORMAT_IMAGE },
		{ ".jpg", DOCUMENT_FORMAT_IMAGE }, { ".jpeg", DOCUMENT_FORMAT_IMAGE }, { ".gif", DOCUMENT_FORMAT_IMAGE },
		{ ".svg", DOCUMENT_FORMAT_IMAGE },
	};

	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (text_ends_with_nocase(name, text_from(endings[i].ending)))
			return endings[i].format;
	return DOCUMENT_FORMAT_UNKNOWN;
}

/* Rows of a CSV file are estimated at 120 bytes each; other documents give between the least and the most pairs of one. */
static void expect_records(struct plan *plan, const struct settings *settings, enum document_format format, uint64_t bytes)
{
	if (format == DOCUMENT_FORMAT_IMAGE || format == DOCUMENT_FORMAT_ARCHIVE)
		return;
	if (format == DOCUMENT_FORMAT_CSV) {
		uint64_t rows = bytes / 120, pairs = rows * settings->generate.pairs_csv_item;
		plan->records_most += pairs < settings->generate.pairs_csv_max ? pairs : settings->generate.pairs_csv_max;
		return;
	}
	plan->records_least += settings->generate.pairs_fast;
	plan->records_most += settings->generate.pairs_document_max;
}

static void add_file(struct plan *plan, const struct settings *settings, const struct walk_entry *entry)
{
	enum document_format format = format_by_name(text_from(entry->name));

	plan->files[format]++;
	plan->bytes[format] += entry->bytes;
	expect_records(plan, settings, format, entry->bytes);
	plan->batch_files++;
	plan->batch_bytes += entry->bytes;
	if (plan->batch_files >= settings->io.open_files || (double)plan->batch_bytes > (double)settings->ipc.shm * settings->ipc.ring_share) {
		plan->batches++;
		plan->batch_files = plan->batch_bytes = 0;
	}
}

static void print_models(const struct settings *settings)
{
	struct buffer shown;

	buffer_init(&shown, SHOWN_BYTES_MAX);
	if (!settings_use_models(settings)) {
		if (strcmp(settings->run.stages, "preprocess") != 0)
			printf("The built-in generator writes the conversations.\n");
		return;
	}
	printf("Models that would be asked (coordinator doctor asks them now):\n");
	for (uint32_t i = 0; i < settings->model_count; i++) {
		const struct model_settings *model = &settings->models[i];
		bool writes = model_use_of(model) == MODEL_GENERATE, named = strcmp(model_name(model), model->base_url) != 0;
		buffer_clear(&shown);
		url_append_shown(&shown, text_from(model->base_url));
		printf("  %-10s %s%s%s\n", writes ? model->tier : model->use, named ? model_name(model) : "", named ? " at " : "", buffer_string(&shown));
	}
	buffer_done(&shown);
}

static void print_text(const struct plan *plan, const struct settings *settings)
{
	uint64_t files = 0, bytes = 0;

	printf("%-10s %10s %14s\n", "type", "files", "bytes");
	for (int format = 0; format < DOCUMENT_FORMAT_COUNT; format++) {
		if (!plan->files[format])
			continue;
		printf("%-10s %10llu %14llu\n", document_format_name((enum document_format)format), (unsigned long long)plan->files[format],
		       (unsigned long long)plan->bytes[format]);
		files += plan->files[format];
		bytes += plan->bytes[format];
	}
	printf("%-10s %10llu %14llu\n\n", "all", (unsigned long long)files, (unsigned long long)bytes);
	printf("%llu skipped by rule, %llu that cannot be taken\n", (unsigned long long)plan->skipped, (unsigned long long)plan->problems);
	printf("%llu %s of reading; between %llu and %llu records expected\n", (unsigned long long)plan->batches, plan->batches == 1 ? "batch" : "batches",
	       (unsigned long long)plan->records_least, (unsigned long long)plan->records_most);
	print_models(settings);
	printf("Types are guessed from names and archives are not opened; a run looks at the content. Nothing was written.\n");
}

static void print_json(const struct plan *plan, const struct settings *settings)
{
	struct buffer text;
	struct json_writer json;

	buffer_init(&text, 1 << 20);
	json_init(&json, &text, 2);
	json_object_open(&json);
	json_key(&json, "types");
	json_object_open(&json);
	for (int format = 0; format < DOCUMENT_FORMAT_COUNT; format++) {
		json_key(&json, document_format_name((enum document_format)format));
		json_object_open(&json);
		json_member_unsigned(&json, "files", plan->files[format]);
		json_member_unsigned(&json, "bytes", plan->bytes[format]);
		json_object_close(&json);
	}
	json_object_close(&json);
	json_member_unsigned(&json, "skipped", plan->skipped);
	json_member_unsigned(&json, "problems", plan->problems);
	json_member_unsigned(&json, "batches", plan->batches);
	json_member_unsigned(&json, "records_least", plan->records_least);
	json_member_unsigned(&json, "records_most", plan->records_most);
	json_key(&json, "models");
	json_array_open(&json);
	for (uint32_t i = 0; settings_use_models(settings) && i < settings->model_count; i++)
		json_string(&json, model_name(&settings->models[i]));
	json_array_close(&json);
	json_object_close(&json);
	printf("%s\n", buffer_string(&text));
	buffer_done(&text);
}

int dry_run(const struct options *options)
{
	struct walk *walk;
	struct walk_entry entry;
	struct plan plan = { .skipped = 0 };
	struct error_text error = { "" };
	char except[PATH_MAX];
	struct walk_rules rules = { .hidden = options->settings.intake.hidden, .follow_links = options->settings.intake.follow_links,
				    .except = realpath(options->output, except) };
	uint64_t taken = 0, limit = options->settings.run.limit;

	if (options->input_count == 0) {
		fprintf(stderr, "coordinator: --dry-run: expected files or folders\n");
		return EXIT_USAGE;
	}
	if (finalise_check_folder(options->output, &error) < 0 || walk_open(&walk, options->inputs, options->input_count, &rules, &error) < 0) {
		fprintf(stderr, "coordinator: %s\n", error.message);
		return EXIT_USAGE;
	}
	while ((limit == 0 || taken < limit) && walk_next(walk, &entry) > 0) {
		taken++;
		if (entry.kind == WALK_FILE)
			add_file(&plan, &options->settings, &entry);
		else
			*(entry.kind == WALK_SKIPPED ? &plan.skipped : &plan.problems) += 1;
	}
	plan.batches += plan.batch_files > 0;
	walk_close(walk);
	if (options->json)
		print_json(&plan, &options->settings);
	else
		print_text(&plan, &options->settings);
	return taken > 0 ? EXIT_DONE : EXIT_INCOMPLETE;
}
