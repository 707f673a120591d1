#include "base/wrap.h"

#include "base/utf8.h"

void wrap_append(struct buffer *out, struct text text, size_t column, const char *prefix, size_t width)
{
	struct text word;
	bool first_on_line = true;

	while (text_next_field(&text, ' ', &word)) {
		if (word.bytes == 0)
			continue;
		size_t characters = utf8_count(word);
		if (!first_on_line && column + 1 + characters > width) {
			buffer_append_byte(out, '\n');
			buffer_append_string(out, prefix);
			column = utf8_count(text_from(prefix));
			first_on_line = true;
		}
		if (!first_on_line) {
			buffer_append_byte(out, ' ');
			column++;
		}
		buffer_append_text(out, word);
		column += characters;
		first_on_line = false;
	}
	buffer_append_byte(out, '\n');
}
