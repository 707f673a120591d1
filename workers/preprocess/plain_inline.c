#include "workers/preprocess/plain_inline.h"

#include "workers/preprocess/markdown_inline.h"

enum { MARKED_BYTES_MAX = 200 };

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

void plain_inline_append(struct buffer *out, struct text plain)
{
	size_t written = 0;

	for (size_t i = 0; i < plain.bytes; i++) {
		char mark = plain.data[i];
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
