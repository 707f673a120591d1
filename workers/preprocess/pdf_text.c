#include "workers/preprocess/pdf_text.h"

#include "base/utf8.h"

/* --- joining lines --------------------------------------------------------------------------------------------- */

enum { WORD_BYTES_MAX = 64, PART_BYTES_MIN = 3 };

/* Letters at the end of `text`, or at its start. */
static size_t letters_before(struct text text)
{
	size_t i = text.bytes;
	while (i > 0 && (ascii_is_alpha(text.data[i - 1]) || (unsigned char)text.data[i - 1] >= 0x80))
		i--;
	return text.bytes - i;
}

static size_t letters_after(struct text text)
{
	size_t i = 0;
	while (i < text.bytes && (ascii_is_alpha(text.data[i]) || (unsigned char)text.data[i] >= 0x80))
		i++;
	return i;
}

enum hyphen_fate { HYPHEN_IS_NONE, HYPHEN_STAYS, HYPHEN_GOES };

/* Is the letter that begins at `at` a small one? Of scripts beyond ASCII, capitals are told from small letters where their numbers do. */
static bool is_lower_at(struct text text, size_t at)
{
	uint32_t code = 0;

	if (utf8_decode(text, at, &code) == 0)
		return false;
	if (code < 0x80)
		return ascii_is_lower((char)code);
	if (code < 0x100)
		return code >= 0xDF && code != 0xF7;
	if (code < 0x180)
		return code & 1; /* Latin letters of Europe stand in pairs */
	return !(code >= 0x386 && code <= 0x3AB) && !(code >= 0x400 && code < 0x430);
}

static bool ends_lower(struct text text)
{
	size_t at = text.bytes - 1;

	while (at > 0 && ((unsigned char)text.data[at] & 0xC0) == 0x80)
		at--;
	return is_lower_at(text, at);
}

/* `head` ends before the hyphen, `tail` is the next line. */
static enum hyphen_fate hyphen_fate(struct text head, struct text tail, const struct word_set *vocabulary)
{
	char joined[2 * WORD_BYTES_MAX + 1];
	size_t before = letters_before(head), after = letters_after(tail);

	if (head.bytes > 1 && head.data[head.bytes - 1] == '_' && tail.bytes > 0 && ascii_is_alnum(tail.data[0]))
		return HYPHEN_GOES; /* "KEY_-" "TYPE": names have no such hyphen */
	if (tail.bytes == 0 || head.bytes == 0 || (before == 0 && !ascii_is_digit(head.data[head.bytes - 1])))
		return HYPHEN_IS_NONE;
	if (after == 0 || before == 0 || !is_lower_at(tail, 0))
		return ascii_is_alnum(tail.data[0]) ? HYPHEN_STAYS : HYPHEN_IS_NONE;
	if (before > WORD_BYTES_MAX || after > WORD_BYTES_MAX)
		return HYPHEN_GOES;
	if (!ends_lower(head))
		return HYPHEN_STAYS;
	memcpy(joined, head.data + head.bytes - before, before);
	memcpy(joined + before, tail.data, after);
	if (word_set_has(vocabulary, (struct text){ joined, before + after }))
		return HYPHEN_GOES;
	joined[before] = '-';
	memcpy(joined + before + 1, tail.data, after);
	if (word_set_has(vocabulary, (struct text){ joined, before + 1 + after }))
		return HYPHEN_STAYS;
	if (before >= PART_BYTES_MIN && word_set_has(vocabulary, (struct text){ joined, before + 1 }))
		return HYPHEN_STAYS; /* other words of the document begin so: "non-variadic" */
	/* "statement-level": two words; what is parted within a word leaves pieces that are none. */
	return before >= PART_BYTES_MIN && after >= PART_BYTES_MIN && word_set_has(vocabulary, (struct text){ joined, before }) &&
			       word_set_has(vocabulary, (struct text){ joined + before + 1, after }) ?
		       HYPHEN_STAYS :
		       HYPHEN_GOES;
}

/* Does the last word of `head` begin a web address that goes on in `tail`? */
static bool ends_in_address(struct text head, struct text tail)
{
	size_t start = head.bytes;

	while (start > 0 && head.data[start - 1] != ' ')
		start--;
	struct text word = text_slice(head, start, head.bytes);
	return text_find(word, TEXT_LITERAL("://")) >= 0 && ascii_is_lower(tail.data[0]) && memchr("./_=&?%", word.data[word.bytes - 1], 7);
}

/* Is the text a name of a machine's kind so far: "cellRan", "EUtranCellFDD.cel", "INTERNAL_PR"? */
static bool is_name_begun(struct text word)
{
	for (size_t i = 1; i < word.bytes; i++)
		if ((ascii_is_lower(word.data[i - 1]) && ascii_is_upper(word.data[i])) || word.data[i] == '_' ||
		    (word.data[i - 1] == '.' && i > 1 && ascii_is_alpha(word.data[i]) && ascii_is_alpha(word.data[i - 2])))
			return true;
	return false;
}

/* Is the end of `head` the beginning of a name that goes on in `tail`? Narrow cells part names where they are full, without a hyphen.
 * The whole word stands elsewhere in the document, or the sign at the break says it: "INTERNAL_PROC_", "EUtranCellFDD." before "cellRange". */
static bool name_goes_on(struct text head, struct text tail, const struct word_set *vocabulary)
{
	char joined[2 * WORD_BYTES_MAX];
	size_t start = head.bytes, end = 0;

	while (start > 0 && head.data[start - 1] != ' ')
		start--;
	while (end < tail.bytes && tail.data[end] != ' ')
		end++;
	const struct text name = text_slice(head, start, head.bytes), rest = text_slice(tail, 0, end);
	if (name.bytes < 2 || !(ascii_is_alnum(rest.data[0]) || rest.data[0] == '_'))
		return false;
	const char last = name.data[name.bytes - 1];
	if (last == '_' || rest.data[0] == '_') /* one alone: rows of them are blanks to fill in */
		return ascii_is_alnum(name.data[0]) && rest.bytes > 1 && ascii_is_alnum(rest.data[rest.data[0] == '_']) &&
		       ascii_is_alnum(name.data[name.bytes - 1 - (last == '_')]);
	if (last == '.')
		return ascii_is_upper(name.data[0]) && is_name_begun(text_slice(name, 0, name.bytes - 1)) && ascii_is_lower(rest.data[0]) && is_name_begun(rest);
	const size_t before = letters_before(name), after = letters_after(rest);
	if (before == 0 || after == 0 || before > WORD_BYTES_MAX || after > WORD_BYTES_MAX || !is_name_begun(name))
		return false;
	memcpy(joined, name.data + name.bytes - before, before);
	memcpy(joined + before, rest.data, after);
	return word_set_has(vocabulary, (struct text){ joined, before + after });
}

void pdf_append_without_soft_hyphens(struct buffer *out, struct text line)
{
	const struct text soft = TEXT_LITERAL("\xC2\xAD");
	ptrdiff_t at;

	while ((at = text_find(line, soft)) >= 0 && (size_t)at + 2 < line.bytes) {
		buffer_append(out, line.data, (size_t)at);
		line = text_slice(line, (size_t)at + 2, line.bytes);
	}
	buffer_append_text(out, line);
}

void pdf_join_begin(struct buffer *text, struct text line, const struct word_set *vocabulary)
{
	struct text so_far = buffer_view(text);

	if (line.bytes == 0)
		return;
	if (text_ends_with_nocase(so_far, TEXT_LITERAL("\xC2\xAD"))) {
		buffer_truncate(text, text->bytes - 2);
	} else if (so_far.bytes > 1 && so_far.data[so_far.bytes - 1] == '-') {
		enum hyphen_fate fate = hyphen_fate(text_slice(so_far, 0, so_far.bytes - 1), line, vocabulary);
		if (fate == HYPHEN_GOES)
			buffer_truncate(text, text->bytes - 1);
		if (fate == HYPHEN_IS_NONE)
			buffer_append_byte(text, ' ');
	} else if (so_far.bytes > 0 && !utf8_joins_unspaced(so_far, line) && !ends_in_address(so_far, line) && !name_goes_on(so_far, line, vocabulary)) {
		buffer_append_byte(text, ' ');
	}
}

void pdf_join_line(struct buffer *text, struct text line, const struct word_set *vocabulary)
{
	line = text_trim(line);
	pdf_join_begin(text, line, vocabulary);
	pdf_append_without_soft_hyphens(text, line);
}

/* --- numbers and markers --------------------------------------------------------------------------------------- */

static size_t skip_blanks(struct text text, size_t i)
{
	while (i < text.bytes && text.data[i] == ' ')
		i++;
	return i;
}

static size_t digits_at(struct text text, size_t i)
{
	size_t start = i;
	while (i < text.bytes && ascii_is_digit(text.data[i]))
		i++;
	return i - start;
}

/* "Annex A", "Chapter 12": bytes of the word, or 0. */
static size_t chapter_word(struct text text)
{
	static const char *const words[] = { "chapter ", "annex ", "appendix ", "part ", "section ", "clause " };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_starts_with_nocase(text, text_from(words[i])) && ascii_is_upper(text.data[0]))
			return strlen(words[i]);
	return 0;
}

unsigned pdf_clause_depth(struct text text, size_t *ret_title)
{
	enum { CLAUSE_DIGITS_MAX = 3, CLAUSE_DEPTH_MAX = 8 };
	size_t word = chapter_word(text), i = word;
	size_t digits = digits_at(text, i);
	bool letter = digits == 0 && i < text.bytes && ascii_is_upper(text.data[i]);
	unsigned depth = 1;

	if ((digits == 0 && !letter) || digits > CLAUSE_DIGITS_MAX)
		return 0;
	i += letter ? 1 : digits;
	while (i + 1 < text.bytes && text.data[i] == '.' && depth < CLAUSE_DEPTH_MAX) {
		digits = digits_at(text, i + 1);
		if (digits == 0 || digits > CLAUSE_DIGITS_MAX)
			break;
		i += 1 + digits;
		depth++;
	}
	if (letter && depth == 1 && word == 0)
		return 0; /* "A title" */
	if (i < text.bytes && (text.data[i] == '.' || text.data[i] == ':'))
		i++;
	if (i < text.bytes && text.data[i] != ' ')
		return 0;
	*ret_title = skip_blanks(text, i);
	return depth;
}

static bool bullet_marker(struct text text, size_t *ret_bytes)
{
	static const char *const bullets[] = { "\xE2\x80\xA2", "\xE2\x80\x93", "\xE2\x80\x94", "\xC2\xB7", "-", "*", "\xE2\x88\x97", "\xE2\x9E\xA2",
					       "\xE2\x96\xBA", "\xE2\x88\x92", "\xE2\x96\xB6", "\xE2\x97\x86", "\xE2\x97\x87", "\xE2\x9D\x96",
					       "\xE2\x9C\x93", "\xE2\x9C\x94", "\xE2\x9E\xA4", "\xE2\x87\x92", "\xC2\xBB", "\xE2\x81\x83", "\xE2\x97\x99" };

	for (size_t i = 0; i < COUNT_OF(bullets); i++) {
		if (text_starts_with(text, text_from(bullets[i]))) {
			*ret_bytes = strlen(bullets[i]);
			return true;
		}
	}
	return false;
}

static int roman_digit(char c)
{
	switch (ascii_lower(c)) {
	case 'i': return 1;
	case 'v': return 5;
	case 'x': return 10;
	case 'l': return 50;
	case 'c': return 100;
	default: return 0;
	}
}

/* Value of a Roman numeral below 400, or 0. */
static int32_t roman_value(struct text text)
{
	int32_t value = 0;

	if (text.bytes == 0 || text.bytes > 12)
		return 0;
	for (size_t i = 0; i < text.bytes; i++) {
		int digit = roman_digit(text.data[i]), next = i + 1 < text.bytes ? roman_digit(text.data[i + 1]) : 0;
		if (digit == 0)
			return 0;
		value += digit < next ? -digit : digit;
	}
	return value;
}

bool pdf_is_page_number(struct text text, int32_t *ret_number)
{
	int32_t value = 0;
	size_t digits = digits_at(text, 0);

	if (digits > 0 && digits == text.bytes && digits < 7) {
		for (size_t i = 0; i < digits; i++)
			value = value * 10 + (text.data[i] - '0');
	} else if ((value = roman_value(text)) == 0) {
		return false;
	}
	*ret_number = value;
	return true;
}

bool pdf_list_marker(struct text text, struct pdf_marker *ret_marker)
{
	struct pdf_marker marker = { 0 };
	size_t i = 0, bytes = 0;

	if (bullet_marker(text, &bytes)) {
		i = bytes;
	} else {
		bool open = text.bytes > 0 && text.data[0] == '(';
		i = open;
		size_t digits = digits_at(text, i);
		size_t letters = digits == 0 && i < text.bytes && ascii_is_alpha(text.data[i]);
		while (letters > 0 && i + letters < text.bytes && letters < 5 && roman_value(text_slice(text, i, i + letters + 1)) > 0)
			letters++;
		if (digits > 3 || digits + letters == 0)
			return false;
		int32_t roman = letters > 0 ? roman_value(text_slice(text, i, i + letters)) : 0;
		for (size_t d = 0; d < digits; d++)
			marker.number = marker.number * 10 + (uint32_t)(text.data[i + d] - '0');
		if (letters > 0)
			marker.number = letters > 1 || ascii_lower(text.data[i]) == 'i' ? (uint32_t)roman : (uint32_t)(ascii_lower(text.data[i]) - 'a' + 1);
		i += digits + letters;
		bool closed = i < text.bytes && text.data[i] == ')';
		bool dotted = i < text.bytes && text.data[i] == '.' && !open && letters == 0;
		if (!closed && !dotted)
			return false;
		i++;
		marker.ordered = true;
	}
	if (i < text.bytes && text.data[i] != ' ')
		return false;
	marker.bytes = skip_blanks(text, i);
	const size_t digits_behind = digits_at(text, marker.bytes);
	if (marker.ordered && digits_behind > 0 && marker.bytes + digits_behind < text.bytes && text.data[marker.bytes + digits_behind] == '.' &&
	    ascii_is_digit(text.data[0]))
		return false; /* "11. 12. 2026" */
	*ret_marker = marker;
	return true;
}

bool pdf_is_caption(struct text text)
{
	static const char *const words[] = { "figure ", "fig. ", "table ", "listing ", "algorithm ", "abbildung ", "abb. ", "tabelle ", "tab. ", "tableau ",
					     "figura ", "tabla ", "tabella ", "illustration " };

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const size_t at = strlen(words[i]);
		if (text_starts_with_nocase(text, text_from(words[i])) && ascii_is_upper(text.data[0]) && at < text.bytes &&
		    (ascii_is_digit(text.data[at]) || (at + 1 < text.bytes && ascii_is_upper(text.data[at]) && !ascii_is_alpha(text.data[at + 1]))))
			return true;
	}
	return false;
}

bool pdf_is_notice(struct text text)
{
	static const char *const words[] = { "note", "warning", "caution", "danger", "tip", "hint", "important", "attention", "hinweis", "warnung",
					     "achtung", "vorsicht", "gefahr", "bemerkung", "remarque", "avertissement", "nota", "advertencia" };

	while (text.bytes > 0 && memchr("! ", text.data[0], 2))
		text = text_slice(text, 1, text.bytes);
	while (text.bytes > 0 && memchr("!: ", text.data[text.bytes - 1], 3))
		text = text_slice(text, 0, text.bytes - 1);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal_nocase(text, text_from(words[i])))
			return true;
	return false;
}

bool pdf_says_continued(struct text text)
{
	static const char *const words[] = { "continued", "cont", "contd", "cont'd", "cont’d", "fortsetzung", "fortgesetzt", "suite" };
	enum { BYTES_MAX = 200 };
	struct text rest = text, word;
	bool first = true;

	while (text.bytes <= BYTES_MAX && text_next_field(&rest, ' ', &word)) {
		const bool bracketed = word.bytes > 0 && word.data[0] == '(';
		while (word.bytes > 0 && memchr("([-", word.data[0], 3))
			word = text_slice(word, 1, word.bytes);
		while (word.bytes > 0 && memchr(").],:;", word.data[word.bytes - 1], 6))
			word.bytes--;
		if (word.bytes == 0)
			continue;
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (text_equal_nocase(word, text_from(words[i])))
				return pdf_is_caption(text) || (first && (bracketed || rest.bytes == 0 || text_starts_with_nocase(rest, TEXT_LITERAL("from ")) ||
									     text_starts_with_nocase(rest, TEXT_LITERAL("on next ")) || text_starts_with_nocase(rest, TEXT_LITERAL("on the next "))));
		first = false;
	}
	return false;
}

bool pdf_has_leader(struct text text)
{
	enum { LEADER_DOTS_MIN = 4 };
	size_t i = text.bytes, dots = 0;
	int32_t number;

	while (i > 0 && text.data[i - 1] != ' ' && text.data[i - 1] != '.')
		i--;
	if (!pdf_is_page_number(text_slice(text, i, text.bytes), &number))
		return false;
	while (i > 0 && (text.data[i - 1] == '.' || text.data[i - 1] == ' '))
		dots += text.data[--i] == '.';
	return dots >= LEADER_DOTS_MIN;
}

void pdf_append_key(struct buffer *out, struct text text)
{
	size_t title = 0, start = out->bytes;

	text = text_trim(text);
	if (pdf_clause_depth(text, &title) > 0 && title < text.bytes)
		text = text_slice(text, title, text.bytes);
	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.data[i];
		if (ascii_is_alnum(c) || (unsigned char)c >= 0x80)
			buffer_append_byte(out, ascii_lower(c));
	}
	if (out->bytes == start)
		buffer_append_text(out, text);
}
