/* paragraph_shape.c: see paragraph_shape.h. */
#define _GNU_SOURCE
#include "workers/inference/paragraph_shape.h"

#include "base/check.h"

#include <string.h>

enum { LABEL_BYTES_MAX = 60 };

bool paragraph_is_header(struct text content)
{
	struct text line, rest = content;
	unsigned lines = 0;
	bool named = text_next_line(&rest, &line) && text_trim(line).bytes && !memchr(line.data, ' ', text_trim(line).bytes) && text_trim(rest).bytes;
	if (named && memchr(rest.data, ':', rest.bytes) && memchr(rest.data, '\n', text_trim(rest).bytes))
		return true; /* a name, and what is said of it line by line */
	for (; text_next_line(&content, &line); lines++) {
		line = text_trim(line);
		const char *colon = memchr(line.data, ':', size_min(line.bytes, LABEL_BYTES_MAX));
		if (!colon || colon == line.data || !ascii_is_upper(line.data[0]))
			return false;
	}
	return lines > 1;
}

bool paragraph_is_labelled(struct text content)
{
	const char *close = text_starts_with(content, TEXT_LITERAL("**")) ? memmem(content.data + 2, size_min(content.bytes - 2, LABEL_BYTES_MAX), "**", 2) : NULL;
	bool colon = close && (close[-1] == ':' || (close + 2 < content.data + content.bytes && close[2] == ':'));
	return colon && !memchr(content.data, '\n', content.bytes) && content.bytes <= LABEL_BYTES_MAX && content.data[content.bytes - 1] != ':';
}

bool paragraph_is_picture(struct text content)
{
	content = text_trim(content);
	size_t linked = text_starts_with(content, TEXT_LITERAL("[![")); /* "[![Window](w.png)](w.html)" */
	content = text_slice(content, linked, content.bytes);
	const char *close = text_starts_with(content, TEXT_LITERAL("![")) ? memchr(content.data, ')', content.bytes) : NULL;
	const char *behind = close && linked ? memchr(close + 1, ')', (size_t)(content.data + content.bytes - close - 1)) : close;
	return behind && behind == content.data + content.bytes - 1;
}

bool paragraph_is_code(struct text rendered)
{
	rendered = text_trim(rendered);
	return rendered.bytes > 2 && rendered.data[0] == '`' && memchr(rendered.data + 1, '`', rendered.bytes - 1) == rendered.data + rendered.bytes - 1;
}

struct text paragraph_label(struct text content)
{
	size_t start = text_starts_with(content, TEXT_LITERAL("**")) ? 2 : 0;
	const char *colon = memchr(content.data, ':', size_min(content.bytes, LABEL_BYTES_MAX));
	if (!colon || (size_t)(colon - content.data) <= start)
		return (struct text){ 0 };
	struct text label = text_slice(content, start, (size_t)(colon - content.data));
	if (start && label.bytes > 2 && memcmp(label.data + label.bytes - 2, "**", 2) == 0)
		label.bytes -= 2;
	return label;
}

struct text paragraph_name(struct text content)
{
	struct text rest = content, line;
	if (!text_next_line(&rest, &line) || !text_trim(rest).bytes || line.bytes <= 4 || !text_starts_with(line, TEXT_LITERAL("**")))
		return (struct text){ 0 };
	const char *close = memmem(line.data + 2, line.bytes - 2, "**", 2);
	bool named = close == line.data + line.bytes - 2 && !strchr(".:!?", close[-1]);
	return named ? line : (struct text){ 0 };
}
