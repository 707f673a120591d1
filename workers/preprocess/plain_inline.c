#include "workers/preprocess/plain_inline.h"

#include "workers/preprocess/markdown_inline.h"

enum { MARKED_BYTES_MAX = 200, LINK_BYTES_MAX = 2000 };

static size_t run_at(struct text plain, size_t at)
{
	size_t count = 1;
	while (at + count < plain.bytes && plain.data[at + count] == plain.data[at])
		count++;
	return count;
}

/* Bytes of what stands between the `count` marks at `at` and as many again on the same line, or 0: they were meant as something
 * else. Stars also need to stand at the edges of words. */
static size_t marked_bytes(struct text plain, size_t at, size_t count)
{
	char mark = plain.data[at];
	size_t start = at + count, end = start, most = size_min(plain.bytes, start + MARKED_BYTES_MAX);

	while (end < most && !strchr(mark == '`' ? "`\n" : "`*\n", plain.data[end]))
		end++;
	if (end == start || end == most || plain.data[end] != mark || run_at(plain, end) != count)
		return 0;
	if (ascii_is_space(plain.data[start]) || ascii_is_space(plain.data[end - 1]))
		return 0;
	char before = at > 0 ? plain.data[at - 1] : ' ', after = end + count < plain.bytes ? plain.data[end + count] : ' ';
	if (mark == '*' && (!strchr(" \n(\"'", before) || !strchr(" \n).,;:!?\"'", after)))
		return 0;
	return end - start;
}

/* "[text](https://…)" at `at`: its bytes, or 0. */
static size_t link_bytes(struct text plain, size_t at, struct text *ret_title, struct text *ret_target)
{
	struct text rest = text_slice(plain, at, size_min(plain.bytes, at + LINK_BYTES_MAX));
	const char *close = memchr(rest.data, ']', rest.bytes);
	size_t title = close ? (size_t)(close - rest.data) : 0;

	if (title < 2 || memchr(rest.data + 1, '[', title - 1))
		return 0;
	*ret_title = text_slice(rest, 1, title);
	rest = text_slice(rest, title + 1, rest.bytes);
	if (!text_starts_with(rest, TEXT_LITERAL("(https://")) && !text_starts_with(rest, TEXT_LITERAL("(http://")))
		return 0;
	size_t end = 1, open = 1;
	for (; end < rest.bytes && !ascii_is_space(rest.data[end]); end++) {
		open += rest.data[end] == '(';
		open -= rest.data[end] == ')';
		if (open == 0)
			break;
	}
	if (open > 0)
		return 0;
	*ret_target = text_slice(rest, 1, end);
	return title + end + 2;
}

static void append_link(struct buffer *out, struct text title, struct text target)
{
	struct buffer escaped;

	buffer_init(&escaped, out->bytes_max);
	markdown_append_escaped(&escaped, title);
	markdown_append_link(out, buffer_view(&escaped), target);
	buffer_done(&escaped);
}

void plain_inline_append(struct buffer *out, struct text plain)
{
	size_t written = 0;

	for (size_t i = 0; i < plain.bytes; i++) {
		char mark = plain.data[i];
		struct text title, target;
		size_t link = mark == '[' ? link_bytes(plain, i, &title, &target) : 0;
		if (link > 0) {
			markdown_append_escaped(out, text_slice(plain, written, i));
			append_link(out, title, target);
			written = i + link;
			i = written - 1;
		}
		if (mark != '`' && mark != '*')
			continue;
		size_t count = run_at(plain, i), bytes = count <= 2 ? marked_bytes(plain, i, count) : 0;
		if (bytes == 0) {
			i += count - 1;
			continue;
		}
		struct text inside = text_slice(plain, i + count, i + count + bytes);
		markdown_append_escaped(out, text_slice(plain, written, i));
		if (mark == '`') {
			markdown_append_code_span(out, inside);
		} else {
			buffer_append_repeat(out, mark, count);
			markdown_append_escaped(out, inside);
			buffer_append_repeat(out, mark, count);
		}
		written = i + bytes + 2 * count;
		i = written - 1;
	}
	markdown_append_escaped(out, text_slice(plain, written, plain.bytes));
}
