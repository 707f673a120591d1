#include "workers/preprocess/docx_standard.h"

enum { TITLE_BYTES_MAX = 400, VERSION_BYTES_MAX = 12 };

static size_t digits_at(struct text text, size_t at)
{
	size_t end = at;

	while (end < text.bytes && ascii_is_digit(text.data[end]))
		end++;
	return end - at;
}

static size_t blanks_at(struct text text, size_t at)
{
	size_t end = at;

	while (end < text.bytes && text.data[end] == ' ')
		end++;
	return end - at;
}

/* "TS 38.331" or "TR 38.901-2" at `at`: its bytes, or 0. */
static size_t number_bytes(struct text text, size_t at)
{
	bool kind = text.bytes - at > 9 && text.data[at] == 'T' && (text.data[at + 1] == 'S' || text.data[at + 1] == 'R') && text.data[at + 2] == ' ';

	if (!kind || digits_at(text, at + 3) != 2 || text.data[at + 5] != '.' || digits_at(text, at + 6) < 3)
		return 0;
	size_t end = at + 6 + digits_at(text, at + 6);
	if (end + 1 < text.bytes && text.data[end] == '-' && digits_at(text, end + 1) > 0)
		end += 1 + digits_at(text, end + 1);
	return end - at;
}

/* "17.3.0" behind a "V", or nothing. */
static struct text version_at(struct text text, size_t at)
{
	at += blanks_at(text, at);
	if (at >= text.bytes || (text.data[at] != 'V' && text.data[at] != 'v'))
		return TEXT_LITERAL("");
	size_t start = ++at;
	while (at < text.bytes && at - start < VERSION_BYTES_MAX && (ascii_is_digit(text.data[at]) || text.data[at] == '.'))
		at++;
	struct text version = text_slice(text, start, at);
	return version.bytes >= 5 && ascii_is_digit(version.data[0]) ? version : TEXT_LITERAL("");
}

/* What stands between the name of the group, up to its ";", and "(Release". */
static void read_title(struct text cover, struct buffer *title)
{
	static const struct text group = TEXT_LITERAL("Technical Specification Group");
	ptrdiff_t at = text_find_nocase(cover, group);
	struct text rest = at >= 0 ? text_slice(cover, (size_t)at + group.bytes, cover.bytes) : TEXT_LITERAL(""), line;
	const char *end = rest.bytes ? memchr(rest.data, ';', rest.bytes) : NULL;

	if (!end)
		return;
	rest = text_slice(rest, (size_t)(end + 1 - rest.data), rest.bytes);
	ptrdiff_t release = text_find_nocase(rest, TEXT_LITERAL("(Release"));
	if (release < 0 || release > TITLE_BYTES_MAX)
		return;
	rest.bytes = (size_t)release;
	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (title->bytes > 0 && line.bytes > 0)
			buffer_append_byte(title, ' ');
		buffer_append_text(title, line);
	}
}

void docx_standard_read(struct text cover, struct document_builder *document)
{
	ptrdiff_t name = text_find(cover, TEXT_LITERAL("3GPP T"));
	size_t at = name >= 0 ? (size_t)name + 5 : 0, bytes = name >= 0 ? number_bytes(cover, at) : 0;
	struct buffer title;

	if (bytes == 0)
		return;
	document_builder_set_meta(document, DOCUMENT_META_DOCUMENT_ID, text_slice(cover, at, at + bytes));
	document_builder_set_meta(document, DOCUMENT_META_KIND, TEXT_LITERAL("3gpp"));
	struct text version = version_at(cover, at + bytes);
	if (version.bytes > 0)
		document_builder_set_meta(document, DOCUMENT_META_VERSION, version);
	buffer_init(&title, TITLE_BYTES_MAX * 2);
	read_title(cover, &title);
	if (title.bytes > 0)
		document_builder_set_meta(document, DOCUMENT_META_TITLE, buffer_view(&title));
	buffer_done(&title);
}
