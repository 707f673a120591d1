/* markdown.c: Markdown of any hand to normal Markdown: decoding, front matter read and taken off, blocks written again
 * (markdown_parse.h). See convert.h for the contract. */
#include "workers/preprocess/blocks.h"
#include "workers/preprocess/convert.h"
#include "workers/preprocess/markdown_parse.h"

enum { FRONT_MATTER_BYTES_MAX = 64 * 1024 };

/* "name: value" at the start of a line. */
static bool is_field(struct text line)
{
	size_t i = 0;
	while (i < line.bytes && (ascii_is_word(line.data[i]) || line.data[i] == '-' || line.data[i] == '.' || (i > 0 && line.data[i] == ' ')))
		i++;
	return i > 0 && i < line.bytes && line.data[i] == ':' && (i + 1 == line.bytes || line.data[i + 1] == ' ');
}

/* A YAML scalar on one line without its quotes. */
static void append_value(struct buffer *out, struct text value)
{
	value = text_trim(value);
	char quote = value.bytes > 1 && value.data[0] == value.data[value.bytes - 1] ? value.data[0] : '\0';

	if (quote != '"' && quote != '\'') {
		buffer_append_text(out, value);
		return;
	}
	for (size_t i = 1; i + 1 < value.bytes; i++) {
		bool pair = i + 2 < value.bytes && (quote == '"' ? value.data[i] == '\\' : value.data[i] == '\'' && value.data[i + 1] == '\'');
		i += pair;
		buffer_append_byte(out, value.data[i]);
	}
}

static void read_field(struct text line, struct document_builder *document)
{
	static const enum document_meta known[] = {
		DOCUMENT_META_TITLE, DOCUMENT_META_FEATURE_NAME, DOCUMENT_META_DOCUMENT_ID, DOCUMENT_META_VERSION, DOCUMENT_META_FAJ_CODE,
	};
	const char *colon = memchr(line.data, ':', line.bytes);
	struct text name = text_slice(line, 0, (size_t)(colon - line.data)), value = text_slice(line, name.bytes + 1, line.bytes);
	struct buffer plain;

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (!text_equal_nocase(text_trim(name), text_from(document_meta_name(known[i]))))
			continue;
		buffer_init(&plain, FRONT_MATTER_BYTES_MAX);
		append_value(&plain, value);
		if (plain.bytes > 0)
			document_builder_set_meta(document, known[i], buffer_view(&plain));
		buffer_done(&plain);
	}
}

/* Bytes of the front matter at the start of the text, or 0: "---", fields, "---" or "...". */
static size_t front_matter_bytes(struct text text)
{
	struct text rest = text, line;
	bool any_field = false;

	if (!text_next_line(&rest, &line) || !text_equal(line, TEXT_LITERAL("---")))
		return 0;
	while (text_next_line(&rest, &line) && (size_t)(line.data - text.data) < FRONT_MATTER_BYTES_MAX) {
		struct text trimmed = text_trim(line);
		if (text_equal(trimmed, TEXT_LITERAL("---")) || text_equal(trimmed, TEXT_LITERAL("...")))
			return any_field ? text.bytes - rest.bytes : 0;
		bool field = is_field(line);
		bool other = trimmed.bytes == 0 || trimmed.data[0] == '#' || line.data[0] == ' ' || line.data[0] == '-' || line.data[0] == '\t';
		if (!field && !other)
			return 0;
		any_field |= field;
	}
	return 0;
}

static struct text take_front_matter(struct text text, struct document_builder *document)
{
	size_t bytes = front_matter_bytes(text);
	struct text rest = text_slice(text, 0, bytes), line;

	while (text_next_line(&rest, &line))
		if (is_field(line))
			read_field(line, document);
	return text_slice(text, bytes, text.bytes);
}

/* The first heading of the first level, plain. */
static void set_title(struct text markdown, struct document_builder *document)
{
	struct text rest = markdown, line;
	struct buffer plain;
	bool in_code = false;

	if (document_builder_meta(document, DOCUMENT_META_TITLE).bytes > 0)
		return;
	while (text_next_line(&rest, &line)) {
		in_code ^= text_starts_with(line, TEXT_LITERAL("```"));
		if (in_code || !text_starts_with(line, TEXT_LITERAL("# ")))
			continue;
		buffer_init(&plain, line.bytes * 4 + 16);
		block_append_plain(&plain, text_slice(line, 2, line.bytes));
		document_builder_set_meta(document, DOCUMENT_META_TITLE, buffer_view(&plain));
		buffer_done(&plain);
		return;
	}
}

int convert_markdown(const struct convert_input *input, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	struct markdown_writer writer;
	struct buffer utf8;
	struct text text;

	buffer_init(&utf8, DOCUMENT_BYTES_MAX);
	uint32_t replaced_before = document_builder_counts(document)->replaced_bytes;
	int status = encoding_view_utf8(input->data, TEXT_LITERAL(""), false, &utf8, &text, document, error);
	if (status == 0) {
		struct text body = take_front_matter(text, document);
		markdown_init(&writer, markdown);
		size_t start = markdown->bytes;
		status = markdown_parse(body, (unsigned)input->settings->convert.html_depth_max, &writer, error);
		markdown_finish(&writer);
		if (status == 0)
			set_title(text_slice(buffer_view(markdown), start, markdown->bytes), document);
		double replaced = document_builder_counts(document)->replaced_bytes - replaced_before;
		document_builder_scores(document)->conversion = (float)(text.bytes == 0 ? 0 : 1 - replaced / (double)text.bytes);
	}
	buffer_done(&utf8);
	document_builder_set_meta(document, DOCUMENT_META_CONVERTER, TEXT_LITERAL("docring"));
	return status < 0 ? status : 0;
}
