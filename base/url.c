/* url.c: see url.h. RFC 3986, 3.2. */
#include "base/url.h"

static bool ends_authority(char c) { return c == '/' || c == '?' || c == '#' || c == '"' || (unsigned char)c <= ' '; }

void url_append_shown(struct buffer *out, struct text text)
{
	struct text mark = TEXT_LITERAL("://");

	for (ptrdiff_t at; (at = text_find(text, mark)) >= 0;) {
		size_t start = (size_t)at + mark.bytes, end = start, after_user = start;
		for (; end < text.bytes && !ends_authority(text.data[end]); end++)
			if (text.data[end] == '@')
				after_user = end;
		buffer_append_text(out, text_slice(text, 0, start));
		buffer_append_string(out, after_user > start ? "***" : "");
		text = text_slice(text, after_user, text.bytes);
	}
	buffer_append_text(out, text);
}
