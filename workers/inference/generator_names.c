/* generator_names.c: what a document is called in questions and answers (see generator.h). The title stands as it is in the document;
 * what is put around it is in the domain pack. */
#include "workers/inference/generator.h"

#include <errno.h>

enum { TITLE_SEARCHES_MAX = 16, TITLE_LETTERS_MIN = 6, TITLE_LINE_BYTES_MAX = 100 };

static bool all_capitals(struct text text)
{
	size_t letters = 0;
	for (size_t i = 0; i < text.bytes; i++) {
		if (ascii_is_lower(text.data[i]))
			return false;
		letters += ascii_is_upper(text.data[i]);
	}
	return letters >= TITLE_LETTERS_MIN && memchr(text.data, ' ', text.bytes) != NULL;
}

/* The other form of a title in capitals, where the document has one. */
static struct text readable(struct text title, struct text markdown)
{
	if (!title.bytes || !all_capitals(title))
		return title;
	for (int i = 0; i < TITLE_SEARCHES_MAX; i++) {
		ptrdiff_t at = text_find_nocase(markdown, title);
		if (at < 0)
			break;
		struct text found = text_slice(markdown, (size_t)at, (size_t)at + title.bytes);
		if (!all_capitals(found))
			return found;
		markdown = text_slice(markdown, (size_t)at + title.bytes, markdown.bytes);
	}
	return title;
}

/* "Appendix E. Release Notes", "a. Map locks": bytes of the letter, what stands before it, and what closes it. */
static size_t letter_bytes(struct text heading)
{
	static const struct text words[] = { TEXT_LITERAL("Appendix "), TEXT_LITERAL("Annex "), TEXT_LITERAL("") };
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		size_t at = words[i].bytes;
		if (!text_starts_with(heading, words[i]) || at + 3 >= heading.bytes)
			continue;
		bool letter = at ? ascii_is_upper(heading.data[at]) : ascii_is_lower(heading.data[at]) && ascii_is_upper(heading.data[at + 3]);
		if (letter && strchr(".:)", heading.data[at + 1]) && heading.data[at + 2] == ' ')
			return at + 3;
	}
	return 0;
}

/* "4.1. Lexical Structure", "E.12. Release Notes", "Chapter 8. Data Types": the number goes, and the word before it. */
struct text heading_without_number(struct text heading)
{
	size_t letter_end = letter_bytes(heading);
	if (letter_end)
		return text_trim(text_slice(heading, letter_end, heading.bytes));
	size_t start = 0, dots = 0;
	while (start < heading.bytes && ascii_is_alpha(heading.data[start]))
		start++;
	bool letter = start == 1 && ascii_is_upper(heading.data[0]) && start < heading.bytes && heading.data[start] == '.';
	bool word = start > 2 && ascii_is_upper(heading.data[0]) && start + 1 < heading.bytes && heading.data[start] == ' ' &&
		    ascii_is_digit(heading.data[start + 1]);
	start = letter ? 1 : word ? start + 1 : 0;
	size_t from = start;
	while (start < heading.bytes && (ascii_is_digit(heading.data[start]) || heading.data[start] == '.'))
		dots += heading.data[start++] == '.';
	size_t end = start + (start < heading.bytes && (heading.data[start] == ')' || (word && heading.data[start] == ':')));
	bool closed = end > start || (dots > 0 && (!word || heading.data[start - 1] == '.'));
	bool number = start > from && closed && end < heading.bytes && heading.data[end] == ' ' && (!letter || start > from + 1);
	return number ? text_trim(text_slice(heading, end, heading.bytes)) : heading;
}

struct text heading_without_bare_number(struct text heading)
{
	size_t at = 0;
	while (at < heading.bytes && ascii_is_digit(heading.data[at]))
		at++;
	return at > 0 && at + 1 < heading.bytes && heading.data[at] == ' ' ? text_slice(heading, at + 1, heading.bytes) : heading;
}

/* The first family that has a wording for the values. */
static void append_name(struct generator *generator, struct buffer *out, const char *const *names, size_t count)
{
	struct template_values values = { 0 };
	template_values_set(&values, "title", buffer_view(&generator->title_asked));
	template_values_set(&values, "feature", generator->feature);
	for (size_t i = 0; i < count; i++)
		if (template_frame(&generator->picker, names[i], &values, out))
			return;
	buffer_append_text(out, buffer_view(&generator->title_asked));
}

/* Titles are asked about in quotes: without those inside, and without the ticks of code. */
static void append_unquoted(struct text title, struct buffer *out)
{
	for (size_t i = 0; i < title.bytes; i++)
		if (title.data[i] != '"' && title.data[i] != '`')
			buffer_append_byte(out, title.data[i]);
}

/* What the rows of a CSV file are, where its name says something else ("pm_export.csv" with counters). KPIs are made of counters. */
static struct text kind_of(const struct document *document)
{
	struct text kind = document_meta(document, DOCUMENT_META_KIND);
	if (document->header->format != DOCUMENT_FORMAT_CSV || !document->item_count || text_equal(kind, TEXT_LITERAL("kpis")))
		return kind;
	uint32_t category = document->items[0].category;
	return category == DOCUMENT_PARAMETERS ? TEXT_LITERAL("parameters") : category == DOCUMENT_COUNTERS ? TEXT_LITERAL("counters") : kind;
}

/* A title that stands nowhere in the text is the file's name: the line of its own that the text begins with is better. */
static struct text without_file_name(struct generator *generator, struct text title)
{
	const struct block *first = generator->blocks.items;
	struct text markdown = generator->document->markdown;
	if (!title.bytes || generator->blocks.count < 2 || first->kind != BLOCK_PARAGRAPH || text_find_nocase(markdown, title) >= 0)
		return title;
	struct text line = text_trim(text_slice(markdown, first->content_start, first->content_end));
	bool titled = line.bytes >= TITLE_LETTERS_MIN && line.bytes <= TITLE_LINE_BYTES_MAX && ascii_is_upper(line.data[0]) && ascii_is_alnum(line.data[line.bytes - 1]);
	bool plain = !memchr(line.data, '\n', line.bytes) && !memchr(line.data, ':', line.bytes) && !memchr(line.data, '|', line.bytes) && memchr(line.data, ' ', line.bytes);
	generator->titled_by_line = titled && plain;
	return generator->titled_by_line ? line : title;
}

int generator_name_document(struct generator *generator)
{
	const struct document *document = generator->document;
	struct text kind = kind_of(document);
	struct buffer kind_family;
	buffer_init(&kind_family, DRAFT_NAME_BYTES_MAX);
	buffer_append_string(&kind_family, document->header->format == DOCUMENT_FORMAT_CSV ? "name.csv." : "name.");
	buffer_append_text(&kind_family, kind);
	generator->title = heading_without_number(text_trim(document_meta(document, DOCUMENT_META_TITLE)));
	if (document->header->format != DOCUMENT_FORMAT_CSV)
		generator->title = without_file_name(generator, generator->title);
	if (generator->bare_numbers)
		generator->title = heading_without_bare_number(generator->title);
	append_unquoted(readable(generator->title, document->markdown), &generator->title_asked);
	const char *families[] = { buffer_string(&kind_family), generator->feature.bytes ? "name.feature" : "name.other", "name.other" };
	append_name(generator, &generator->document_name, families, COUNT_OF(families));
	buffer_done(&kind_family);
	generator->passage.title = buffer_view(&generator->title_asked);
	return generator->title_asked.status ? generator->title_asked.status : generator->document_name.status;
}
