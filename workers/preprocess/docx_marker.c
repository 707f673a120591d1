#include "workers/preprocess/docx_marker.h"

#include "base/check.h"

static size_t bullet_bytes(struct text text)
{
	static const char *const bullets[] = { "•", "·", "▪", "◦", "‣", "●", "○", "■", "□", "➢", "✓", "◆", "\xEF\x82\xB7", "\xEF\x82\xA7" };

	for (size_t i = 0; i < COUNT_OF(bullets); i++)
		if (text_starts_with(text, text_from(bullets[i])))
			return strlen(bullets[i]);
	return 0;
}

static size_t dash_bytes(struct text text)
{
	static const char *const dashes[] = { "-", "–", "—", "−", "*", "o" };

	for (size_t i = 0; i < COUNT_OF(dashes); i++)
		if (text_starts_with(text, text_from(dashes[i])))
			return strlen(dashes[i]);
	return 0;
}

size_t docx_blanks_at(struct text text, size_t at)
{
	size_t end = at;

	while (end < text.bytes && (text.data[end] == ' ' || text.data[end] == '\t'))
		end++;
	return end - at;
}

/* "1)", or with `points` "1." too, and a blank: the number, and its bytes with the blanks; 0: none. */
static size_t number_bytes(struct text text, bool points, uint32_t *ret_number)
{
	size_t digits = 0;
	uint32_t number = 0;

	while (digits < text.bytes && digits < 4 && ascii_is_digit(text.data[digits]))
		number = number * 10 + (uint32_t)(text.data[digits++] - '0');
	if (digits == 0 || digits >= text.bytes || (text.data[digits] != ')' && !(points && text.data[digits] == '.')))
		return 0;
	size_t blanks = docx_blanks_at(text, digits + 1);
	*ret_number = number;
	return blanks > 0 ? digits + 1 + blanks : 0;
}

struct docx_marker docx_marker_read(struct text plain, bool marked, bool numbers)
{
	size_t lead = docx_blanks_at(plain, 0);
	struct text text = text_slice(plain, lead, plain.bytes);
	size_t bullet = bullet_bytes(text), sign = bullet > 0 ? bullet : dash_bytes(text);
	size_t blanks = sign > 0 ? docx_blanks_at(text, sign) : 0;
	bool by_tab = blanks > 0 && memchr(text.data + sign, '\t', blanks), hyphen = sign > 0 && text.data[0] == '-';
	struct docx_marker marker = { .bytes = 0 };

	if (blanks > 0 && sign + blanks < text.bytes && (bullet > 0 || by_tab || hyphen)) {
		marker.bytes = lead + sign + blanks;
	} else if (marked || numbers) {
		size_t bytes = number_bytes(text, marked, &marker.number);
		marker.ordered = bytes > 0;
		marker.bytes = bytes > 0 ? lead + bytes : 0;
	}
	return marker;
}

bool docx_is_reference(struct text plain)
{
	const char *tab = plain.bytes > 3 && plain.data[0] == '[' ? memchr(plain.data, '\t', plain.bytes) : NULL;

	return tab && tab[-1] == ']';
}

struct text docx_without_pilcrow(struct text title)
{
	while (text_ends_with_nocase(text_trim(title), TEXT_LITERAL("¶")))
		title = text_slice(text_trim(title), 0, text_trim(title).bytes - strlen("¶"));
	return title;
}
