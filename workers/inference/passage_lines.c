/* passage_lines.c: see passage_lines.h. */
#include "workers/inference/passage_lines.h"

#include "workers/inference/fact_tokens.h"

enum { NAMED_BYTES_MAX = 64, MARK_ANEW = 1, MARK_ITEM = 2 };

static const unsigned char marks[256] = {
	['#'] = MARK_ANEW, ['|'] = MARK_ANEW, ['.'] = MARK_ANEW, ['-'] = MARK_ANEW | MARK_ITEM, ['*'] = MARK_ANEW | MARK_ITEM, ['+'] = MARK_ANEW | MARK_ITEM, ['0' ... '9'] = MARK_ITEM,
};

bool passage_line_begins_anew(struct text source, size_t position)
{
	while (position < source.bytes && ascii_is_digit(source.data[position]))
		position++;
	return position + 1 < source.bytes && marks[(unsigned char)source.data[position]] & MARK_ANEW && source.data[position + 1] != '*';
}

bool passage_line_is_named(struct text source, size_t position)
{
	size_t end = position;
	while (end < source.bytes && end - position < NAMED_BYTES_MAX && (ascii_is_word(source.data[end]) || source.data[end] == '.'))
		end++;
	return end > position && end + 1 < source.bytes && source.data[end] == ':' && source.data[end + 1] == ' ' && fact_is_identifier(text_slice(source, position, end));
}

bool passage_line_is_item(struct text source, size_t position)
{
	while (position < source.bytes && (source.data[position] == ' ' || source.data[position] == '>'))
		position++;
	return position + 1 < source.bytes && marks[(unsigned char)source.data[position]] & MARK_ITEM && source.data[position + 1] != '*';
}

bool passage_line_is_option(struct text source, size_t position)
{
	while (position < source.bytes && source.data[position] == ' ')
		position++;
	return position + 1 < source.bytes && source.data[position] == '-' && (source.data[position + 1] == '-' || ascii_is_alpha(source.data[position + 1]));
}

bool passage_line_is_blank(struct text source, size_t position)
{
	while (position < source.bytes && (source.data[position] == ' ' || source.data[position] == '>' || source.data[position] == '\r'))
		position++;
	return position >= source.bytes || source.data[position] == '\n';
}

bool passage_line_is_formula(struct text line)
{
	return line.bytes && memchr(line.data, '=', line.bytes) && !text_starts_with(line, TEXT_LITERAL("**")) && !text_ends_with_nocase(line, TEXT_LITERAL("**"));
}
