#define _GNU_SOURCE
#include "proto/image_links.h"

enum {
	CODE_RUNS_MAX = 32,       /* lengths of backtick runs told apart */
	QUOTED_BYTES_MAX = 4096,  /* of a title, or of a target in "<>": what looks for its end must not look through the whole line again and again */
};

void image_links_init(struct image_links *links, struct text markdown)
{
	*links = (struct image_links){ .markdown = markdown };
}

/* --- the walk ----------------------------------------------------------------------------------------------------- */

static struct text line_of(const struct image_links *links)
{
	return text_slice(links->markdown, links->at, links->line_end);
}

/* Bytes of the fence that the line begins with, behind blanks and the marks of quotes. */
static size_t fence_of(struct text line, char *ret_char, struct text *ret_rest)
{
	size_t i = 0;
	while (i < line.bytes && (line.data[i] == ' ' || line.data[i] == '\t' || line.data[i] == '>'))
		i++;
	size_t start = i;
	while (i < line.bytes && (line.data[i] == '`' || line.data[i] == '~') && line.data[i] == line.data[start])
		i++;
	if (i - start < 3)
		return 0;
	*ret_char = line.data[start];
	*ret_rest = text_trim(text_slice(line, i, line.bytes));
	return i - start;
}

/* Goes to the next line outside code that may say something. False: the end. */
static bool enter_line(struct image_links *links)
{
	while (links->at < links->markdown.bytes) {
		const char *start = links->markdown.data + links->at, *end = memchr(start, '\n', links->markdown.bytes - links->at);
		char fence = 0;
		struct text rest = { NULL, 0 };
		links->line_end = end ? (size_t)(end - links->markdown.data) : links->markdown.bytes;
		struct text line = line_of(links);
		size_t fence_bytes = fence_of(line, &fence, &rest);
		if (text_trim(line).bytes == 0)
			links->depth = 0;
		if (links->fence_bytes == 0 && fence_bytes == 0 && line.bytes > 0 && (links->depth > 0 || memchr(line.data, '[', line.bytes)))
			return true;
		if (links->fence_bytes == 0 && fence_bytes > 0 && (fence == '~' || rest.bytes == 0 || !memchr(rest.data, '`', rest.bytes))) {
			links->fence_bytes = fence_bytes;
			links->fence = fence;
		} else if (fence_bytes > 0 && fence_bytes >= links->fence_bytes && fence == links->fence && rest.bytes == 0) {
			links->fence_bytes = 0;
		}
		links->at = links->line_end + 1;
	}
	return false;
}

/* Behind the code span that begins at `at`, or behind its backticks when the line does not close it. */
static size_t skip_code(struct text text, size_t at, size_t end, uint32_t *unclosed)
{
	size_t run = 0;
	while (at + run < end && text.data[at + run] == '`')
		run++;
	size_t from = at + run;
	uint32_t bit = 1u << (run < CODE_RUNS_MAX ? run : 0);
	if (*unclosed & bit)
		return from;
	for (size_t i = from; i < end;) {
		const char *next = memchr(text.data + i, '`', end - i);
		size_t closing = 0;
		if (!next)
			break;
		i = (size_t)(next - text.data);
		while (i + closing < end && text.data[i + closing] == '`')
			closing++;
		i += closing;
		if (closing == run)
			return i;
	}
	*unclosed |= bit; /* nor is another of that length */
	return from;
}

/* Behind the next `mark` that no backslash takes the meaning from, or 0. */
static size_t behind(struct text text, size_t at, size_t end, char mark)
{
	end = end - at > QUOTED_BYTES_MAX ? at + QUOTED_BYTES_MAX : end;
	for (;;) {
		const char *found = memchr(text.data + at, mark, end - at);
		if (!found)
			return 0;
		at = (size_t)(found - text.data) + 1;
		if (found[-1] != '\\')
			return at;
	}
}

/* Behind the target that begins at `at`, or 0 when it is none. */
static size_t target_end(struct text text, size_t at, size_t end)
{
	unsigned depth = 0;
	if (at < end && text.data[at] == '<')
		return behind(text, at + 1, end, '>');
	for (; at < end; at++) {
		char c = text.data[at];
		if (c == '\\' && at + 1 < end)
			at++;
		else if (ascii_is_space(c) || (c == ')' && depth-- == 0))
			return at;
		else if (c == '(' && ++depth > IMAGE_LINKS_DEPTH_MAX)
			return 0;
	}
	return 0;
}

static size_t skip_blanks(struct text text, size_t at, size_t end)
{
	while (at < end && ascii_is_space(text.data[at]))
		at++;
	return at;
}

/* Behind the title that begins at `at`, or `at` when there is none. */
static size_t title_end(struct text text, size_t at, size_t end)
{
	if (at >= end || !memchr("\"'(", text.data[at], 3))
		return at;
	char close = text.data[at] == '(' ? ')' : text.data[at];
	size_t found = behind(text, at + 1, end, close);
	return found ? found : at;
}

/* What stands in the parentheses behind "](", at `at`. */
static bool read_parentheses(struct text text, size_t at, size_t end, struct image_link *link)
{
	link->target_start = skip_blanks(text, at, end);
	link->target_end = target_end(text, link->target_start, end);
	if (link->target_end == 0)
		return false;
	size_t close = skip_blanks(text, link->target_end, end);
	close = skip_blanks(text, title_end(text, close, end), end);
	link->end = close + 1;
	return close < end && text.data[close] == ')';
}

static void open_bracket(struct image_links *links, size_t at)
{
	const char *data = links->markdown.data;
	bool image = at > 0 && data[at - 1] == '!' && !(at > 1 && data[at - 2] == '\\');
	if (links->depth == IMAGE_LINKS_DEPTH_MAX)
		links->depth = 0;
	links->opened[links->depth++] = image ? at + 1 : 0;
}

/* The bracket at `at` closes one. True: an image's, with what follows an image's too. */
static bool close_bracket(struct image_links *links, size_t at, struct image_link *ret_link)
{
	size_t label = links->depth > 0 ? links->opened[--links->depth] : 0;
	bool target = label > 0 && at + 1 < links->line_end && links->markdown.data[at + 1] == '(';
	struct image_link link = { .start = label - 2, .label_start = label, .label_end = at };
	if (!target || !read_parentheses(links->markdown, at + 2, links->line_end, &link))
		return false;
	*ret_link = link;
	return true;
}

bool image_links_next(struct image_links *links, struct image_link *ret_link)
{
	struct text text = links->markdown;
	uint32_t unclosed = 0;
	bool inside = links->at < links->line_end; /* the line was entered before */
	while (inside || enter_line(links)) {
		size_t i = links->at, end = links->line_end;
		while (i < end) {
			char c = text.data[i];
			if (c == '`') {
				i = skip_code(text, i, end, &unclosed);
				continue;
			}
			if (c == '[') {
				open_bracket(links, i);
			} else if (c == ']' && close_bracket(links, i, ret_link)) {
				links->at = ret_link->end;
				return true;
			}
			i += c == '\\' && i + 1 < end ? 2 : 1;
		}
		links->at = end + 1;
		unclosed = 0;
		inside = false;
	}
	return false;
}

/* --- targets ------------------------------------------------------------------------------------------------------ */

static int hex_of(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_escapable(char c)
{
	return c > ' ' && c < 0x7F && !ascii_is_alnum(c);
}

/* "https:" and the like; a single letter is a drive. */
static size_t scheme_of(struct text target)
{
	size_t i = 0;
	while (i < target.bytes && (ascii_is_alnum(target.data[i]) || (i > 0 && memchr("+-.", target.data[i], 3))))
		i++;
	return i > 0 && ascii_is_alpha(target.data[0]) && i < target.bytes && target.data[i] == ':' ? i : 0;
}

static void append_unescaped(struct text target, struct buffer *path)
{
	for (size_t i = 0; i < target.bytes && target.data[i] != '#' && target.data[i] != '?'; i++) {
		char c = target.data[i];
		int high = c == '%' && i + 2 < target.bytes ? hex_of(target.data[i + 1]) : -1;
		int low = high >= 0 ? hex_of(target.data[i + 2]) : -1;
		if (low >= 0 && high * 16 + low > 0) {
			buffer_append_byte(path, (char)(high * 16 + low));
			i += 2;
		} else if (c == '\\' && i + 1 < target.bytes && is_escapable(target.data[i + 1])) {
			buffer_append_byte(path, target.data[++i]);
		} else {
			struct text entity = TEXT_LITERAL("&amp;");
			buffer_append_byte(path, c == '\\' ? '/' : c);
			if (text_starts_with(text_slice(target, i, target.bytes), entity))
				i += entity.bytes - 1;
		}
	}
}

enum image_link_kind image_link_read(struct text target, struct buffer *path)
{
	if (target.bytes >= 2 && target.data[0] == '<')
		target = text_slice(target, 1, target.bytes - 1);
	target = text_trim(target);
	size_t scheme = scheme_of(target);
	if (text_starts_with(target, TEXT_LITERAL("//")) || (scheme > 1 && !text_starts_with_nocase(target, TEXT_LITERAL("file:"))))
		return IMAGE_LINK_EXTERNAL;
	if (scheme > 0 || target.bytes == 0 || memchr("\\#?", target.data[0], 3))
		return IMAGE_LINK_ABSOLUTE;
	bool rooted = target.data[0] == '/';
	append_unescaped(text_slice(target, rooted, target.bytes), path);
	return rooted ? IMAGE_LINK_ROOTED : IMAGE_LINK_RELATIVE;
}

bool image_link_resolve(struct text document, bool root_named, struct text path, struct buffer *out)
{
	const char *slash = document.bytes ? memrchr(document.data, '/', document.bytes) : NULL;
	size_t start = out->bytes, floor = 0;
	struct text part;
	if (slash)
		buffer_append(out, document.data, (size_t)(slash - document.data));
	if (slash && root_named)
		floor = (size_t)((const char *)memchr(document.data, '/', document.bytes) - document.data);
	while (text_next_field(&path, '/', &part)) {
		if (part.bytes == 0 || text_equal(part, TEXT_LITERAL(".")))
			continue;
		if (text_equal(part, TEXT_LITERAL(".."))) {
			if (out->bytes - start <= floor)
				return false;
			const char *last = memrchr(out->data + start, '/', out->bytes - start);
			buffer_truncate(out, last ? (size_t)(last - out->data) : start);
			continue;
		}
		if (out->bytes > start)
			buffer_append_byte(out, '/');
		buffer_append_text(out, part);
	}
	return out->status == 0 && out->bytes - start > floor;
}

void image_link_append_target(struct text from, struct text to, struct buffer *out)
{
	for (size_t i = 0; i < from.bytes; i++)
		if (from.data[i] == '/')
			buffer_append_string(out, "../");
	for (size_t i = 0; i < to.bytes; i++) {
		unsigned char c = (unsigned char)to.data[i];
		if (c >= 0x80 || ascii_is_alnum((char)c) || (c && strchr("/-._~!$'+,;=@", c)))
			buffer_append_byte(out, (char)c);
		else
			buffer_append_format(out, "%%%02X", c);
	}
}
