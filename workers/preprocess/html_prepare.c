#define _GNU_SOURCE
#include "workers/preprocess/html_prepare.h"

#include "workers/preprocess/html_style_sheet.h"
#include "workers/preprocess/html_tags.h"

#include <stdlib.h>

enum {
	NAME_BYTES_MAX = 31,             /* longer names are of no element or attribute that we know */
	SPANS_MAX = 4096,                /* spans in each other whose ends are told apart */
	UNENDED_MAX = 8,                 /* tags that the page ends in and that are taken for text: each cost a look at all of its rest */
	ATTRIBUTES_MAX = 64,             /* kept of one tag */
	STEP_BYTES = 16384,              /* of markup made at a time */
	THINGS_BYTES_MAX = 1 << 30,      /* of numbers at a time: a parser that reads on asks for them long before */
};

static const size_t NO_END = SIZE_MAX;

struct tag {
	char name[NAME_BYTES_MAX + 1]; /* lower case; empty when it is too long */
	size_t name_bytes;
	struct text raw_name;
	bool self_closed;
	struct html_raw_attribute attributes[ATTRIBUTES_MAX];
	size_t attribute_count;
};

struct numbered { /* things that the markup names by their number */
	struct buffer things;
	size_t first, next; /* number of the first of them (those before it were given up), and of the one to come */
	size_t asked;       /* the last number that was asked for */
};

struct html_prepare {
	struct text page;
	size_t at; /* of the next byte to be read */
	struct buffer markup;       /* not yet read by the parser from `markup_read` on */
	size_t markup_read;
	uint64_t markup_total;      /* of what was read before */
	struct numbered pieces;     /* of struct html_piece */
	struct numbered attributes; /* of struct html_raw_attribute */
	bool is_xml;
	uint32_t code_depth; /* elements open in which white space counts */
	bool borders_cells;  /* a style sheet draws them */
	bool no_comment_end; /* none behind `at` */
	unsigned unended_count;
	uint8_t span_kept[SPANS_MAX / 8];
	size_t span_depth;
	struct tag tag;
};

/* --- tags ------------------------------------------------------------------------------------------------------ */

enum byte_class { BYTE_OTHER, BYTE_SPACE, BYTE_END }; /* of the bytes of names: "/" and ">" end them */

static const uint8_t byte_classes[256] = {
	['\t'] = BYTE_SPACE, ['\n'] = BYTE_SPACE, ['\f'] = BYTE_SPACE, ['\r'] = BYTE_SPACE, [' '] = BYTE_SPACE, ['/'] = BYTE_END, ['>'] = BYTE_END,
};

static size_t skip_name(struct text page, size_t at)
{
	while (at < page.bytes && byte_classes[(unsigned char)page.data[at]] == BYTE_OTHER)
		at++;
	return at;
}

static size_t skip_spaces(struct text page, size_t at)
{
	while (at < page.bytes && byte_classes[(unsigned char)page.data[at]] == BYTE_SPACE)
		at++;
	return at;
}

static size_t find_byte(struct text page, size_t at, char byte)
{
	const char *hit = at < page.bytes ? memchr(page.data + at, byte, page.bytes - at) : NULL;
	return hit ? (size_t)(hit - page.data) : page.bytes;
}

/* `at` is behind the "=". Returns where the value ends. */
static size_t read_value(struct text page, size_t at, struct html_raw_attribute *attribute)
{
	at = skip_spaces(page, at);
	if (at < page.bytes && (page.data[at] == '"' || page.data[at] == '\'')) {
		size_t end = find_byte(page, at + 1, page.data[at]);
		attribute->raw = text_slice(page, at + 1, end);
		return end < page.bytes ? end + 1 : end;
	}
	size_t start = at;
	while (at < page.bytes && byte_classes[(unsigned char)page.data[at]] != BYTE_SPACE && page.data[at] != '>')
		at++;
	if (at > start && page.data[at - 1] == '/' && at < page.bytes && page.data[at] == '>')
		at--; /* <br clear=all/> */
	attribute->raw = text_slice(page, start, at);
	return at;
}

static bool is_named(const struct tag *tag, const char *name)
{
	return tag->name[0] == name[0] && strcmp(tag->name, name) == 0;
}

/* <div title="header">: what LibreOffice repeats on each page. It becomes the role that it plays. */
static bool is_office_part(const struct tag *tag, struct text name, struct text value)
{
	return name.bytes == 5 && value.bytes == 6 && is_named(tag, "div") && text_equal_nocase(name, TEXT_LITERAL("title")) &&
	       (text_equal(value, TEXT_LITERAL("header")) || text_equal(value, TEXT_LITERAL("footer")));
}

/* Reads the attributes from `at` to behind the ">". 0: another "<" comes before any value, so that
 * this one was text. NO_END: the page ends before the tag. */
static size_t read_attributes(struct text page, size_t at, struct tag *tag)
{
	bool any_value = false;

	tag->attribute_count = 0;
	tag->self_closed = false;
	while (at < page.bytes && page.data[at] != '>') {
		if (byte_classes[(unsigned char)page.data[at]] != BYTE_OTHER) {
			tag->self_closed = page.data[at] == '/';
			at++;
			continue;
		}
		tag->self_closed = false;
		if (page.data[at] == '<' && !any_value)
			return 0;
		struct html_raw_attribute attribute = { .raw = { "", 0 } };
		size_t start = at++;
		while (at < page.bytes && page.data[at] != '=' && page.data[at] != '<' && byte_classes[(unsigned char)page.data[at]] == BYTE_OTHER)
			at++;
		struct text name = text_slice(page, start, at);
		attribute.name = (uint8_t)html_attribute_find(name);
		size_t equals = skip_spaces(page, at);
		any_value |= equals < page.bytes && page.data[equals] == '=';
		if (equals < page.bytes && page.data[equals] == '=')
			at = read_value(page, equals + 1, &attribute);
		if (is_office_part(tag, name, attribute.raw))
			attribute.name = HTML_ATTRIBUTE_ROLE;
		if (attribute.name != HTML_ATTRIBUTE_COUNT && tag->attribute_count < ATTRIBUTES_MAX)
			tag->attributes[tag->attribute_count++] = attribute;
	}
	return at < page.bytes ? at + 1 : NO_END;
}

static size_t read_tag_name(struct text page, size_t at, struct tag *tag)
{
	size_t end = skip_name(page, at);

	tag->raw_name = text_slice(page, at, end);
	tag->name_bytes = end - at <= NAME_BYTES_MAX ? end - at : 0;
	for (size_t i = 0; i < tag->name_bytes; i++)
		tag->name[i] = ascii_lower(page.data[at + i]);
	tag->name[tag->name_bytes] = '\0';
	return end;
}

static bool is_one_of(const struct tag *tag, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (names[i][0] == tag->name[0] && is_named(tag, names[i]))
			return true;
	return false;
}

/* --- writing --------------------------------------------------------------------------------------------------- */

enum { NUMBER_BYTES_MAX = 20 };

/* Returns where the digits end. */
static char *write_number(char *place, uint64_t number)
{
	char digits[NUMBER_BYTES_MAX];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return (char *)mempcpy(place, digits + at, sizeof(digits) - at);
}

static bool is_blank(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (!ascii_is_space(text.data[i]))
			return false;
	return true;
}

static void append_blanks(struct buffer *markup, struct text blanks)
{
	size_t start = 0;

	for (size_t i = 0; i < blanks.bytes; i++) {
		if (blanks.data[i] != '\r')
			continue;
		buffer_append(markup, blanks.data + start, i - start);
		if (i + 1 == blanks.bytes || blanks.data[i + 1] != '\n')
			buffer_append_byte(markup, '\n');
		start = i + 1;
	}
	buffer_append(markup, blanks.data + start, blanks.bytes - start);
}

/* Returns its number. Those that were given up make room once they are the greater part. */
static size_t add_thing(struct numbered *numbered, const void *thing, size_t bytes)
{
	struct buffer *things = &numbered->things;

	if (things->bytes >= STEP_BYTES && (numbered->asked - numbered->first) * 2 > numbered->next - numbered->first) {
		size_t gone = (numbered->asked - numbered->first) * bytes;
		memmove(things->data, things->data + gone, things->bytes - gone);
		buffer_truncate(things, things->bytes - gone);
		numbered->first = numbered->asked;
	}
	buffer_append(things, thing, bytes);
	return numbered->next++;
}

static const void *ask_for_thing(struct numbered *numbered, size_t number, size_t bytes)
{
	if (number < numbered->asked || number >= numbered->next || numbered->things.status)
		return NULL;
	numbered->asked = number;
	return numbered->things.data + (number - numbered->first) * bytes;
}

/* White space alone stays what it is: the parser knows where it means nothing. In code it always counts. */
static void append_text(struct html_prepare *prepare, struct text raw, bool verbatim)
{
	struct html_piece piece = { raw, verbatim };

	if (raw.bytes == 0)
		return;
	if (prepare->code_depth == 0 && is_blank(raw)) {
		append_blanks(&prepare->markup, raw);
		return;
	}
	char *place = buffer_reserve(&prepare->markup, NUMBER_BYTES_MAX + 1), *end = place;
	if (!place)
		return;
	end = write_number(end, add_thing(&prepare->pieces, &piece, sizeof(piece)));
	*end++ = ';';
	buffer_commit(&prepare->markup, (size_t)(end - place));
}

/* Returns the number of the first of them. */
static size_t add_attributes(struct html_prepare *prepare, const struct tag *tag)
{
	size_t first = 0;

	for (size_t i = 0; i < tag->attribute_count; i++) {
		struct html_raw_attribute attribute = tag->attributes[i];
		attribute.last = i + 1 == tag->attribute_count;
		size_t number = add_thing(&prepare->attributes, &attribute, sizeof(attribute));
		first = i == 0 ? number : first;
	}
	return first;
}

static void append_tag(struct html_prepare *prepare, const struct tag *tag, bool close)
{
	static const char attribute[] = { ' ', 'n', '=', '"' };
	struct text name = tag->name_bytes ? (struct text){ tag->name, tag->name_bytes } : tag->raw_name;
	char *place = buffer_reserve(&prepare->markup, name.bytes + sizeof(attribute) + NUMBER_BYTES_MAX + 4), *end = place;

	if (!place)
		return;
	*end++ = '<';
	end = mempcpy(end, name.data, name.bytes);
	if (tag->attribute_count > 0) {
		end = mempcpy(end, attribute, sizeof(attribute));
		end = write_number(end, add_attributes(prepare, tag));
		*end++ = '"';
	}
	if (close)
		*end++ = '/';
	*end++ = '>';
	buffer_commit(&prepare->markup, (size_t)(end - place));
}

static void append_end_tag(struct html_prepare *prepare, struct text name)
{
	char *place = buffer_reserve(&prepare->markup, name.bytes + 3), *end = place;

	if (!place)
		return;
	*end++ = '<';
	*end++ = '/';
	end = mempcpy(end, name.data, name.bytes);
	*end++ = '>';
	buffer_commit(&prepare->markup, (size_t)(end - place));
}

static struct text attribute_value(const struct tag *tag, enum html_attribute_name name)
{
	for (size_t i = 0; i < tag->attribute_count; i++)
		if (tag->attributes[i].name == name)
			return tag->attributes[i].raw;
	return TEXT_LITERAL("");
}

/* --- raw text -------------------------------------------------------------------------------------------------- */

/* Where "</name" stands at or behind `at`, or the end of the page. */
static size_t find_end_tag(struct text page, size_t at, const char *name)
{
	struct text wanted = text_from(name);

	while ((at = find_byte(page, at, '<')) < page.bytes) {
		size_t behind = at + 2 + wanted.bytes;
		if (behind <= page.bytes && page.data[at + 1] == '/' && text_starts_with_nocase(text_slice(page, at + 2, page.bytes), wanted) &&
		    (behind == page.bytes || byte_classes[(unsigned char)page.data[behind]] != BYTE_OTHER))
			return at;
		at++;
	}
	return at;
}

static size_t behind_tag(struct text page, size_t at)
{
	size_t end = find_byte(page, at, '>');
	return end < page.bytes ? end + 1 : end;
}

/* The element's content is no markup. Returns false for all other elements. */
static bool take_raw_text(struct html_prepare *prepare)
{
	static const char *const left_out[] = { "iframe", "noembed", "script", "style", "svg", "textarea" };
	static const char *const kept[] = { "plaintext", "title", "xmp" };
	struct tag *tag = &prepare->tag;
	bool out = is_one_of(tag, left_out, COUNT_OF(left_out));

	if ((!out && !is_one_of(tag, kept, COUNT_OF(kept))) || (tag->self_closed && prepare->is_xml))
		return out;
	bool plain = is_named(tag, "plaintext");
	size_t end = plain ? prepare->page.bytes : find_end_tag(prepare->page, prepare->at, tag->name);
	if (end == prepare->page.bytes && (is_named(tag, "svg") || is_named(tag, "title")))
		return is_named(tag, "svg"); /* never closed: no reason to lose the page */
	struct text content = text_slice(prepare->page, prepare->at, end);
	bool math = is_named(tag, "script") && text_starts_with_nocase(attribute_value(tag, HTML_TYPE), TEXT_LITERAL("math/tex"));
	prepare->at = behind_tag(prepare->page, end);
	if (is_named(tag, "style"))
		prepare->borders_cells = prepare->borders_cells || html_style_sheet_borders_cells(content);
	if (out && !math)
		return true;
	append_tag(prepare, tag, false);
	prepare->code_depth++;
	append_text(prepare, content, !is_named(tag, "title"));
	prepare->code_depth--;
	append_end_tag(prepare, text_from(tag->name));
	return true;
}

/* --- spans ----------------------------------------------------------------------------------------------------- */

/* Nothing asks for it: no attributes, or a class so short that it colours code. "ln" and "lnt" number its lines. */
static bool says_nothing(const struct tag *tag)
{
	enum { COLOUR_BYTES_MAX = 3 };

	if (tag->attribute_count == 0)
		return true;
	struct text class_name = attribute_value(tag, HTML_CLASS);
	return tag->attribute_count == 1 && class_name.bytes > 0 && class_name.bytes <= COLOUR_BYTES_MAX &&
	       !text_starts_with_nocase(class_name, TEXT_LITERAL("ln"));
}

static void open_span(struct html_prepare *prepare)
{
	bool kept = !says_nothing(&prepare->tag) || prepare->span_depth >= SPANS_MAX;

	if (prepare->tag.self_closed && !kept)
		return;
	if (!prepare->tag.self_closed && prepare->span_depth < SPANS_MAX) {
		uint8_t *byte = &prepare->span_kept[prepare->span_depth / 8], bit = (uint8_t)(1u << prepare->span_depth % 8);
		*byte = kept ? *byte | bit : *byte & (uint8_t)~bit;
	}
	prepare->span_depth += !prepare->tag.self_closed;
	if (kept)
		append_tag(prepare, &prepare->tag, prepare->tag.self_closed);
}

static bool close_span(struct html_prepare *prepare)
{
	if (prepare->span_depth == 0)
		return false;
	size_t depth = --prepare->span_depth;
	return depth >= SPANS_MAX || (prepare->span_kept[depth / 8] >> depth % 8 & 1) != 0;
}

/* --- the page -------------------------------------------------------------------------------------------------- */

static bool is_code(const struct tag *tag)
{
	return is_named(tag, "pre") || is_named(tag, "listing");
}

static void take_start_tag(struct html_prepare *prepare)
{
	static const char *const empty[] = { "embed", "keygen", "source", "track" }; /* of HTML 5: the parser would wait for their ends */
	static const char *const left_out[] = { "link", "meta", "wbr" };
	struct tag *tag = &prepare->tag;

	size_t at = read_tag_name(prepare->page, prepare->at + 1, tag);
	size_t end = memchr(tag->raw_name.data, '<', tag->raw_name.bytes) ? 0 : read_attributes(prepare->page, at, tag);
	bool is_text = end == 0 || (end == NO_END && prepare->unended_count++ < UNENDED_MAX);
	if (is_text) {
		append_text(prepare, text_slice(prepare->page, prepare->at, prepare->at + 1), true);
		prepare->at++;
		return;
	}
	prepare->at = end == NO_END ? prepare->page.bytes : end;
	prepare->code_depth += !tag->self_closed && is_code(tag);
	if (is_named(tag, "span"))
		open_span(prepare);
	else if (!is_one_of(tag, left_out, COUNT_OF(left_out)) && !take_raw_text(prepare))
		append_tag(prepare, tag, tag->self_closed || is_one_of(tag, empty, COUNT_OF(empty)));
}

static void take_end_tag(struct html_prepare *prepare)
{
	static const char *const left_out[] = {
		"body", "embed", "html", "keygen", "link", "meta", "script", "source", "style", "svg", "track", "wbr",
	};
	struct tag *tag = &prepare->tag;

	size_t end = read_tag_name(prepare->page, prepare->at + 2, tag);
	prepare->at = behind_tag(prepare->page, end);
	if (is_named(tag, "br")) {
		buffer_append_string(&prepare->markup, "<br>");
		return;
	}
	if (is_one_of(tag, left_out, COUNT_OF(left_out)) || (is_named(tag, "span") && !close_span(prepare)))
		return;
	prepare->code_depth -= prepare->code_depth > 0 && is_code(tag);
	append_end_tag(prepare, tag->raw_name);
}

static void take_comment(struct html_prepare *prepare)
{
	struct text rest = text_slice(prepare->page, prepare->at + 4, prepare->page.bytes);
	bool empty = text_starts_with(rest, TEXT_LITERAL(">")) || text_starts_with(rest, TEXT_LITERAL("->"));
	const char *end = empty || prepare->no_comment_end ? NULL : memmem(rest.data, rest.bytes, "-->", 3);

	if (end) {
		prepare->at = (size_t)(end - prepare->page.data) + 3;
		return;
	}
	/* One that is never closed ends with its first ">", lest the rest of the page be lost. */
	prepare->no_comment_end |= !empty;
	prepare->at = behind_tag(prepare->page, prepare->at);
}

/* "<!" and "<?": comments, declarations, CDATA. */
static void take_declaration(struct html_prepare *prepare)
{
	struct text rest = text_slice(prepare->page, prepare->at, prepare->page.bytes);

	if (text_starts_with(rest, TEXT_LITERAL("<!--"))) {
		take_comment(prepare);
		return;
	}
	if (text_starts_with(rest, TEXT_LITERAL("<![CDATA["))) {
		const char *end = memmem(rest.data, rest.bytes, "]]>", 3);
		if (end) {
			append_text(prepare, text_slice(rest, 9, (size_t)(end - rest.data)), true);
			prepare->at += (size_t)(end - rest.data) + 3;
			return;
		}
	}
	prepare->at = behind_tag(prepare->page, prepare->at);
}

static void take_markup(struct html_prepare *prepare)
{
	struct text page = prepare->page;
	char next = prepare->at + 1 < page.bytes ? page.data[prepare->at + 1] : ' ';

	if (ascii_is_alpha(next)) {
		take_start_tag(prepare);
	} else if (next == '!' || next == '?') {
		take_declaration(prepare);
	} else if (next == '/' && prepare->at + 2 < page.bytes && ascii_is_alpha(page.data[prepare->at + 2])) {
		take_end_tag(prepare);
	} else if (next == '/') {
		prepare->at = behind_tag(page, prepare->at); /* "</>": nothing, as browsers have it */
	} else {
		append_text(prepare, text_slice(page, prepare->at, prepare->at + 1), true);
		prepare->at++;
	}
}

/* --- as the parser reads ------------------------------------------------------------------------------------------ */

struct html_prepare *html_prepare_create(struct text html)
{
	struct html_prepare *prepare = calloc(1, sizeof(*prepare));

	if (!prepare)
		return NULL;
	prepare->page = html;
	prepare->is_xml = text_starts_with(text_trim(html), TEXT_LITERAL("<?xml"));
	buffer_init(&prepare->markup, SIZE_MAX / 2);
	buffer_init(&prepare->pieces.things, THINGS_BYTES_MAX);
	buffer_init(&prepare->attributes.things, THINGS_BYTES_MAX);
	return prepare;
}

void html_prepare_destroy(struct html_prepare *prepare)
{
	if (!prepare)
		return;
	buffer_done(&prepare->markup);
	buffer_done(&prepare->pieces.things);
	buffer_done(&prepare->attributes.things);
	free(prepare);
}

int html_prepare_status(const struct html_prepare *prepare)
{
	const int markup = prepare->markup.status, pieces = prepare->pieces.things.status;

	return markup ? markup : pieces ? pieces : prepare->attributes.things.status;
}

/* Only when all of the markup was read. */
static void make_more(struct html_prepare *prepare)
{
	struct text page = prepare->page;

	prepare->markup_total += prepare->markup.bytes;
	prepare->markup_read = 0;
	buffer_clear(&prepare->markup);
	while (prepare->at < page.bytes && prepare->markup.bytes < STEP_BYTES && html_prepare_status(prepare) == 0) {
		size_t markup = find_byte(page, prepare->at, '<');
		append_text(prepare, text_slice(page, prepare->at, markup), false);
		prepare->at = markup;
		if (markup < page.bytes)
			take_markup(prepare);
	}
}

size_t html_prepare_read(struct html_prepare *prepare, char *place, size_t bytes)
{
	size_t read = 0;

	while (read < bytes && html_prepare_status(prepare) == 0) {
		if (prepare->markup_read == prepare->markup.bytes)
			make_more(prepare);
		if (prepare->markup.bytes == 0)
			break;
		size_t part = size_min(bytes - read, prepare->markup.bytes - prepare->markup_read);
		memcpy(place + read, prepare->markup.data + prepare->markup_read, part);
		prepare->markup_read += part;
		read += part;
	}
	return html_prepare_status(prepare) == 0 ? read : 0;
}

const struct html_piece *html_prepare_piece(struct html_prepare *prepare, size_t number)
{
	return ask_for_thing(&prepare->pieces, number, sizeof(struct html_piece));
}

bool html_prepare_borders_cells(const struct html_prepare *prepare)
{
	return prepare->borders_cells;
}

const struct html_raw_attribute *html_prepare_attributes(struct html_prepare *prepare, size_t number)
{
	return ask_for_thing(&prepare->attributes, number, sizeof(struct html_raw_attribute));
}

uint64_t html_prepare_finish(struct html_prepare *prepare)
{
	while (prepare->at < prepare->page.bytes && html_prepare_status(prepare) == 0) {
		make_more(prepare);
		prepare->pieces.asked = prepare->pieces.next;
		prepare->attributes.asked = prepare->attributes.next;
	}
	return prepare->markup_total + prepare->markup.bytes;
}
