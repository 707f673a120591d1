#define _GNU_SOURCE
#include "workers/preprocess/html_prepare.h"

#include "workers/preprocess/html_tags.h"

enum {
	NAME_BYTES_MAX = 31,             /* longer names are of no element or attribute that we know */
	SPANS_MAX = 4096,                /* spans in each other whose ends are told apart */
	UNENDED_MAX = 8,                 /* tags that the page ends in and that are taken for text: each cost a look at all of its rest */
	ATTRIBUTES_MAX = 64,             /* kept of one tag */
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

struct prepare {
	struct text page;
	size_t at; /* of the next byte to be read */
	struct html_prepared *out;
	bool is_xml;
	uint32_t code_depth; /* elements open in which white space counts */
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
		attribute.name = (uint8_t)html_attribute_find(text_slice(page, start, at));
		size_t equals = skip_spaces(page, at);
		any_value |= equals < page.bytes && page.data[equals] == '=';
		if (equals < page.bytes && page.data[equals] == '=')
			at = read_value(page, equals + 1, &attribute);
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

static bool is_named(const struct tag *tag, const char *name)
{
	return tag->name[0] == name[0] && strcmp(tag->name, name) == 0;
}

static bool is_one_of(const struct tag *tag, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (names[i][0] == tag->name[0] && is_named(tag, names[i]))
			return true;
	return false;
}

/* --- writing --------------------------------------------------------------------------------------------------- */

static void append_number(struct buffer *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	buffer_append(out, digits + at, sizeof(digits) - at);
}

static bool is_blank(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (!ascii_is_space(text.data[i]))
			return false;
	return true;
}

/* White space alone stays what it is: the parser knows where it means nothing. In code it always counts. */
static void append_text(struct prepare *prepare, struct text raw, bool verbatim)
{
	struct buffer *markup = &prepare->out->markup, *pieces = &prepare->out->pieces;
	struct html_piece piece = { raw, verbatim };

	if (raw.bytes == 0)
		return;
	if (prepare->code_depth == 0 && is_blank(raw)) {
		buffer_append_text(markup, raw);
		return;
	}
	append_number(markup, pieces->bytes / sizeof(piece));
	buffer_append_byte(markup, ';');
	buffer_append(pieces, &piece, sizeof(piece));
}

static void append_tag(struct prepare *prepare, const struct tag *tag, bool close)
{
	struct buffer *markup = &prepare->out->markup, *attributes = &prepare->out->attributes;

	buffer_append_byte(markup, '<');
	if (tag->name_bytes)
		buffer_append(markup, tag->name, tag->name_bytes);
	else
		buffer_append_text(markup, tag->raw_name);
	if (tag->attribute_count > 0) {
		buffer_append(markup, " n=\"", 4);
		append_number(markup, attributes->bytes / sizeof(tag->attributes[0]));
		buffer_append_byte(markup, '"');
		struct html_raw_attribute last = tag->attributes[tag->attribute_count - 1];
		last.last = true;
		buffer_append(attributes, tag->attributes, (tag->attribute_count - 1) * sizeof(last));
		buffer_append(attributes, &last, sizeof(last));
	}
	buffer_append(markup, close ? "/>" : ">", 1 + (size_t)close);
}

static void append_end_tag(struct prepare *prepare, struct text name)
{
	buffer_append(&prepare->out->markup, "</", 2);
	buffer_append_text(&prepare->out->markup, name);
	buffer_append_byte(&prepare->out->markup, '>');
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
static bool take_raw_text(struct prepare *prepare)
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

static void open_span(struct prepare *prepare)
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

static bool close_span(struct prepare *prepare)
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

static void take_start_tag(struct prepare *prepare)
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

static void take_end_tag(struct prepare *prepare)
{
	static const char *const left_out[] = {
		"body", "embed", "html", "keygen", "link", "meta", "script", "source", "style", "svg", "track", "wbr",
	};
	struct tag *tag = &prepare->tag;

	size_t end = read_tag_name(prepare->page, prepare->at + 2, tag);
	prepare->at = behind_tag(prepare->page, end);
	if (is_named(tag, "br")) {
		buffer_append_string(&prepare->out->markup, "<br>");
		return;
	}
	if (is_one_of(tag, left_out, COUNT_OF(left_out)) || (is_named(tag, "span") && !close_span(prepare)))
		return;
	prepare->code_depth -= prepare->code_depth > 0 && is_code(tag);
	append_end_tag(prepare, tag->raw_name);
}

static void take_comment(struct prepare *prepare)
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
static void take_declaration(struct prepare *prepare)
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

static void take_markup(struct prepare *prepare)
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

int html_prepare(struct text html, size_t bytes_max, struct html_prepared *ret_prepared)
{
	struct prepare prepare = { .page = html, .out = ret_prepared, .is_xml = text_starts_with(text_trim(html), TEXT_LITERAL("<?xml")) };
	struct buffer *const buffers[] = { &ret_prepared->markup, &ret_prepared->pieces, &ret_prepared->attributes };

	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], bytes_max);
	while (prepare.at < html.bytes && ret_prepared->markup.status == 0) {
		size_t markup = find_byte(html, prepare.at, '<');
		append_text(&prepare, text_slice(html, prepare.at, markup), false);
		prepare.at = markup;
		if (markup < html.bytes)
			take_markup(&prepare);
	}
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->status)
			return buffers[i]->status;
	return 0;
}

void html_prepared_done(struct html_prepared *prepared)
{
	buffer_done(&prepared->markup);
	buffer_done(&prepared->pieces);
	buffer_done(&prepared->attributes);
}
