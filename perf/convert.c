/* convert.c: how fast the converters are by themselves: one core, one process, no hand-off, no cleaning, no extraction.
 *
 *     build/perf/convert [--repeat N] [--write FOLDER] [--tsv] FORMAT INPUT...
 *
 * Every file of that format (by content, as a run detects it) under the inputs is read into memory, unpacked where it is compressed, and
 * converted; the clock runs in the converter alone. Prints MB/s (of the files as they are read by the converter, of a DOCX its XML), documents and pages a second,
 * and the largest resident set; --tsv prints a line a file (bytes, CPU seconds, bytes of Markdown, name) for plots. --write keeps
 * the Markdown, to compare two builds. CPU time is what counts: others may use the machine. One thread; exits 1 when nothing was converted. */
#include "base/clock.h"
#include "base/file.h"
#include "coordinator/walk.h"
#include "workers/preprocess/convert.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { FILE_BYTES_MAX = 1 << 30 };

struct measure {
	enum document_format format;
	converter *convert;
	const char *folder; /* for the Markdown, or NULL */
	bool lines;
	unsigned repeat;
	struct settings settings;
	struct domain *domain;
	struct buffer data, unpacked, markdown;
	uint64_t bytes, markdown_bytes, cpu_ns, wall_ns, documents, pages, failed;
};

static converter *converter_of(enum document_format format)
{
	switch (format) {
	case DOCUMENT_FORMAT_HTML: return convert_html;
	case DOCUMENT_FORMAT_PDF: return convert_pdf;
	case DOCUMENT_FORMAT_CSV: return convert_csv;
	case DOCUMENT_FORMAT_TEXT: return convert_plain_text;
	case DOCUMENT_FORMAT_MARKDOWN: return convert_markdown;
	case DOCUMENT_FORMAT_DOCX: return convert_docx;
	default: return NULL;
	}
}

/* The content of a compressed file that is one document; anything else stays as it is. */
static struct text unpack(struct measure *measure, struct text data)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	struct text content = data;

	CHECK(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_format_raw(archive);
	buffer_clear(&measure->unpacked);
	if (text_starts_with(data, TEXT_LITERAL("\x1F\x8B")) && archive_read_open_memory(archive, data.data, data.bytes) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		const void *block;
		size_t bytes;
		la_int64_t offset;
		while (archive_read_data_block(archive, &block, &bytes, &offset) == ARCHIVE_OK)
			buffer_append(&measure->unpacked, block, bytes);
		content = buffer_view(&measure->unpacked);
	}
	archive_read_free(archive);
	return content;
}

/* What a DOCX is measured by: the bytes of its XML when it is unpacked. Other formats by the bytes themselves. */
static size_t source_bytes(const struct measure *measure, struct text data)
{
	struct archive *archive = measure->format == DOCUMENT_FORMAT_DOCX ? archive_read_new() : NULL;
	struct archive_entry *entry;
	size_t bytes = 0;

	if (!archive)
		return data.bytes;
	archive_read_support_format_zip(archive);
	if (archive_read_open_memory(archive, data.data, data.bytes) == ARCHIVE_OK)
		while (archive_read_next_header(archive, &entry) == ARCHIVE_OK)
			if (text_ends_with_nocase(text_from(archive_entry_pathname(entry)), TEXT_LITERAL(".xml")))
				bytes += (size_t)archive_entry_size(entry);
	archive_read_free(archive);
	return bytes;
}

static void keep_markdown(const struct measure *measure, const char *name)
{
	struct error_text error = { "" };
	char path[4096];
	int length = snprintf(path, sizeof(path), "%s/", measure->folder);

	for (const char *c = name; *c && length + 4 < (int)sizeof(path); c++)
		path[length++] = *c == '/' ? '~' : *c;
	snprintf(path + length, sizeof(path) - (size_t)length, ".md");
	if (file_replace(path, buffer_view(&measure->markdown), &error) < 0)
		fprintf(stderr, "convert: %s\n", error.message);
}

static void measure_file(struct measure *measure, const struct walk_entry *entry)
{
	struct error_text error = { "" };
	uint64_t cpu_ns = 0;

	buffer_clear(&measure->data);
	if (file_read(entry->path, &measure->data, &error) < 0) {
		fprintf(stderr, "convert: %s\n", error.message);
		return;
	}
	struct text data = unpack(measure, buffer_view(&measure->data));
	if (data.bytes == 0 || detect_format(data, text_from(entry->name)) != measure->format)
		return;
	const size_t bytes = source_bytes(measure, data);
	struct convert_input input = {
		.data = data, .name = text_from(entry->name), .container = { "", 0 }, .settings = &measure->settings, .domain = measure->domain,
	};
	for (unsigned i = 0; i < measure->repeat; i++) {
		struct document_builder *document = document_builder_create();
		CHECK(document);
		buffer_clear(&measure->markdown);
		uint64_t wall = clock_monotonic_ns(), cpu = clock_process_cpu_ns();
		int status = measure->convert(&input, &measure->markdown, document, &error);
		cpu_ns += clock_process_cpu_ns() - cpu;
		measure->wall_ns += clock_monotonic_ns() - wall;
		measure->bytes += bytes;
		measure->documents++;
		measure->failed += status < 0;
		measure->markdown_bytes += measure->markdown.bytes;
		measure->pages += document_builder_counts(document)->pages;
		document_builder_destroy(document);
		if (status < 0 && i == 0)
			fprintf(stderr, "convert: %s: %s\n", entry->name, error.message);
	}
	measure->cpu_ns += cpu_ns;
	if (measure->lines)
		printf("%zu\t%.6f\t%zu\t%s\n", bytes, (double)cpu_ns / 1e9 / measure->repeat, measure->markdown.bytes, entry->name);
	if (measure->folder)
		keep_markdown(measure, entry->name);
}

static int measure_inputs(struct measure *measure, const char *const *inputs, int count)
{
	const struct walk_rules rules = { .follow_links = true };
	struct error_text error = { "" };
	struct walk_entry entry;
	struct walk *walk;

	if (walk_open(&walk, inputs, count, &rules, &error) < 0) {
		fprintf(stderr, "convert: %s\n", error.message);
		return 1;
	}
	while (walk_next(walk, &entry) > 0)
		if (entry.kind == WALK_FILE && entry.bytes > 0)
			measure_file(measure, &entry);
	walk_close(walk);
	return measure->documents > measure->failed ? 0 : 1;
}

static void print_result(const struct measure *measure)
{
	struct rusage usage;
	double cpu_s = (double)measure->cpu_ns / 1e9;

	getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr, "%llu documents (%llu failed), %.1f MB, %.1f MB of Markdown, %.2f s of CPU (%.2f s by the clock)\n",
		(unsigned long long)measure->documents, (unsigned long long)measure->failed, (double)measure->bytes / 1e6,
		(double)measure->markdown_bytes / 1e6, cpu_s, (double)measure->wall_ns / 1e9);
	fprintf(stderr, "%.1f MB/s, %.0f documents/s, %.0f pages/s, peak resident %.0f MB (with the files that are read whole)\n",
		(double)measure->bytes / 1e6 / cpu_s, (double)measure->documents / cpu_s, (double)measure->pages / cpu_s,
		(double)usage.ru_maxrss / 1024);
}

static enum document_format format_named(const char *name)
{
	for (int format = 0; format < DOCUMENT_FORMAT_COUNT; format++)
		if (strcmp(document_format_name((enum document_format)format), name) == 0)
			return (enum document_format)format;
	return DOCUMENT_FORMAT_COUNT;
}

int main(int count, char **arguments)
{
	struct measure measure = { .repeat = 1 };
	struct error_text error = { "" };
	int at = 1;

	for (; at < count && strncmp(arguments[at], "--", 2) == 0; at++) {
		if (strcmp(arguments[at], "--tsv") == 0)
			measure.lines = true;
		else if (strcmp(arguments[at], "--repeat") == 0 && at + 1 < count)
			measure.repeat = (unsigned)strtoul(arguments[++at], NULL, 10);
		else if (strcmp(arguments[at], "--write") == 0 && at + 1 < count)
			measure.folder = arguments[++at];
		else
			break;
	}
	measure.format = at < count ? format_named(arguments[at]) : DOCUMENT_FORMAT_COUNT;
	measure.convert = measure.format < DOCUMENT_FORMAT_COUNT ? converter_of(measure.format) : NULL;
	if (!measure.convert || at + 1 >= count || measure.repeat == 0) {
		fprintf(stderr, "Usage: convert [--repeat N] [--write FOLDER] [--tsv] html|pdf|csv|text|markdown INPUT...\n");
		return 2;
	}
	settings_init(&measure.settings);
	if (domain_load_named("ran", &measure.domain, NULL, &error) < 0 ||
	    (measure.folder && file_make_folders(measure.folder, &error) < 0)) {
		fprintf(stderr, "convert: %s\n", error.message);
		return 2;
	}
	buffer_init(&measure.data, FILE_BYTES_MAX);
	buffer_init(&measure.unpacked, FILE_BYTES_MAX);
	buffer_init(&measure.markdown, measure.settings.convert.markdown_bytes_max);
	int status = measure_inputs(&measure, (const char *const *)arguments + at + 1, count - at - 1);
	print_result(&measure);
	buffer_done(&measure.data);
	buffer_done(&measure.unpacked);
	buffer_done(&measure.markdown);
	domain_destroy(measure.domain);
	settings_done(&measure.settings);
	return status;
}
