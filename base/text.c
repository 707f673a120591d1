#define _GNU_SOURCE
#include "base/text.h"

bool text_equal(struct text a, struct text b)
{
	return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}

static bool equal_nocase(const char *a, const char *b, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool text_equal_nocase(struct text a, struct text b)
{
	return a.bytes == b.bytes && equal_nocase(a.data, b.data, a.bytes);
}

bool text_starts_with(struct text text, struct text prefix)
{
	return text.bytes >= prefix.bytes && (prefix.bytes == 0 || memcmp(text.data, prefix.data, prefix.bytes) == 0);
}

bool text_starts_with_nocase(struct text text, struct text prefix)
{
	return text.bytes >= prefix.bytes && equal_nocase(text.data, prefix.data, prefix.bytes);
}

bool text_ends_with_nocase(struct text text, struct text suffix)
{
	return text.bytes >= suffix.bytes && equal_nocase(text.data + text.bytes - suffix.bytes, suffix.data, suffix.bytes);
}

ptrdiff_t text_find(struct text text, struct text needle)
{
	if (needle.bytes == 0)
		return 0;
	if (text.bytes < needle.bytes)
		return -1;
	const char *hit = memmem(text.data, text.bytes, needle.data, needle.bytes);
	return hit ? hit - text.data : -1;
}

ptrdiff_t text_find_nocase(struct text text, struct text needle)
{
	for (size_t i = 0; i + needle.bytes <= text.bytes; i++)
		if (equal_nocase(text.data + i, needle.data, needle.bytes))
			return (ptrdiff_t)i;
	return -1;
}

struct text text_trim(struct text text)
{
	while (text.bytes > 0 && ascii_is_space(text.data[0])) {
		text.data++;
		text.bytes--;
	}
	while (text.bytes > 0 && ascii_is_space(text.data[text.bytes - 1]))
		text.bytes--;
	return text;
}

bool text_next_field(struct text *rest, char delimiter, struct text *ret_field)
{
	if (rest->bytes == 0)
		return false;
	const char *end = memchr(rest->data, delimiter, rest->bytes);
	size_t bytes = end ? (size_t)(end - rest->data) : rest->bytes;
	*ret_field = (struct text){ rest->data, bytes };
	size_t step = end ? bytes + 1 : bytes;
	rest->data += step;
	rest->bytes -= step;
	return true;
}

bool text_next_line(struct text *rest, struct text *ret_line)
{
	if (!text_next_field(rest, '\n', ret_line))
		return false;
	if (ret_line->bytes > 0 && ret_line->data[ret_line->bytes - 1] == '\r')
		ret_line->bytes--;
	return true;
}

int text_compare(struct text a, struct text b)
{
	size_t bytes = a.bytes < b.bytes ? a.bytes : b.bytes;
	int order = bytes ? memcmp(a.data, b.data, bytes) : 0;
	if (order != 0)
		return order;
	return a.bytes < b.bytes ? -1 : a.bytes > b.bytes;
}
