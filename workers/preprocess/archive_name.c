#include "workers/preprocess/archive_name.h"

#include "base/utf8.h"
#include "proto/members.h"

#include <iconv.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Code page 437 from 0x80 on, the character set of ZIP names without the UTF-8 mark (APPNOTE.TXT, appendix D). */
static const uint16_t code_page_437[128] = {
	0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE, 0x00EC, 0x00C4, 0x00C5,
	0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9, 0x00FF, 0x00D6, 0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192,
	0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255D, 0x255C, 0x255B, 0x2510,
	0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
	0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4, 0x03A6, 0x0398, 0x03A9, 0x03B4, 0x221E, 0x03C6, 0x03B5, 0x2229,
	0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248, 0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

/* Other character sets from 0x80 on that programs write names in without saying so; 0: not a character. */
static const uint16_t code_page_850[128] = {
	0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE, 0x00EC, 0x00C4, 0x00C5,
	0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9, 0x00FF, 0x00D6, 0x00DC, 0x00F8, 0x00A3, 0x00D8, 0x00D7, 0x0192,
	0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x00AE, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00C1, 0x00C2, 0x00C0, 0x00A9, 0x2563, 0x2551, 0x2557, 0x255D, 0x00A2, 0x00A5, 0x2510,
	0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x00E3, 0x00C3, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x00A4,
	0x00F0, 0x00D0, 0x00CA, 0x00CB, 0x00C8, 0x0131, 0x00CD, 0x00CE, 0x00CF, 0x2518, 0x250C, 0x2588, 0x2584, 0x00A6, 0x00CC, 0x2580,
	0x00D3, 0x00DF, 0x00D4, 0x00D2, 0x00F5, 0x00D5, 0x00B5, 0x00FE, 0x00DE, 0x00DA, 0x00DB, 0x00D9, 0x00FD, 0x00DD, 0x00AF, 0x00B4,
	0x00AD, 0x00B1, 0x2017, 0x00BE, 0x00B6, 0x00A7, 0x00F7, 0x00B8, 0x00B0, 0x00A8, 0x00B7, 0x00B9, 0x00B3, 0x00B2, 0x25A0, 0x00A0,
};

static const uint16_t code_page_866[128] = {
	0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417, 0x0418, 0x0419, 0x041A, 0x041B, 0x041C, 0x041D, 0x041E, 0x041F,
	0x0420, 0x0421, 0x0422, 0x0423, 0x0424, 0x0425, 0x0426, 0x0427, 0x0428, 0x0429, 0x042A, 0x042B, 0x042C, 0x042D, 0x042E, 0x042F,
	0x0430, 0x0431, 0x0432, 0x0433, 0x0434, 0x0435, 0x0436, 0x0437, 0x0438, 0x0439, 0x043A, 0x043B, 0x043C, 0x043D, 0x043E, 0x043F,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255D, 0x255C, 0x255B, 0x2510,
	0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
	0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447, 0x0448, 0x0449, 0x044A, 0x044B, 0x044C, 0x044D, 0x044E, 0x044F,
	0x0401, 0x0451, 0x0404, 0x0454, 0x0407, 0x0457, 0x040E, 0x045E, 0x00B0, 0x2219, 0x00B7, 0x221A, 0x2116, 0x00A4, 0x25A0, 0x00A0,
};

static const uint16_t windows_1252[128] = {
	0x20AC, 0x0000, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x0000, 0x017D, 0x0000,
	0x0000, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x0000, 0x017E, 0x0178,
	0x00A0, 0x00A1, 0x00A2, 0x00A3, 0x00A4, 0x00A5, 0x00A6, 0x00A7, 0x00A8, 0x00A9, 0x00AA, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF,
	0x00B0, 0x00B1, 0x00B2, 0x00B3, 0x00B4, 0x00B5, 0x00B6, 0x00B7, 0x00B8, 0x00B9, 0x00BA, 0x00BB, 0x00BC, 0x00BD, 0x00BE, 0x00BF,
	0x00C0, 0x00C1, 0x00C2, 0x00C3, 0x00C4, 0x00C5, 0x00C6, 0x00C7, 0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x00CC, 0x00CD, 0x00CE, 0x00CF,
	0x00D0, 0x00D1, 0x00D2, 0x00D3, 0x00D4, 0x00D5, 0x00D6, 0x00D7, 0x00D8, 0x00D9, 0x00DA, 0x00DB, 0x00DC, 0x00DD, 0x00DE, 0x00DF,
	0x00E0, 0x00E1, 0x00E2, 0x00E3, 0x00E4, 0x00E5, 0x00E6, 0x00E7, 0x00E8, 0x00E9, 0x00EA, 0x00EB, 0x00EC, 0x00ED, 0x00EE, 0x00EF,
	0x00F0, 0x00F1, 0x00F2, 0x00F3, 0x00F4, 0x00F5, 0x00F6, 0x00F7, 0x00F8, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x00FD, 0x00FE, 0x00FF,
};

enum { WORD_LETTERS = 3 }; /* in a row: no western word */

static bool is_latin_letter(uint16_t code)
{
	return (code >= 0xC0 && code <= 0x17F && code != 0xD7 && code != 0xF7) || code == 0xAA || code == 0xBA;
}

static bool is_cyrillic(uint16_t code)
{
	return code >= 0x400 && code <= 0x45F;
}

/* Are all the characters beyond ASCII letters of one kind, no capital behind a small letter, and `run_least` of them in a row somewhere? */
static bool reads_as(const uint16_t *table, struct text raw, bool (*is_letter)(uint16_t code), size_t run_least)
{
	size_t run = 0, longest = 0;

	for (size_t i = 0; i < raw.bytes; i++) {
		unsigned char c = (unsigned char)raw.data[i];
		uint16_t code = c >= 0x80 ? table[c - 0x80] : 0;
		bool capital = (code >= 0xC0 && code <= 0xDE) || (code >= 0x410 && code <= 0x42F);
		uint16_t before = i > 0 && (unsigned char)raw.data[i - 1] >= 0x80 ? table[(unsigned char)raw.data[i - 1] - 0x80] : 0;
		bool behind_small = i > 0 && (ascii_is_lower(raw.data[i - 1]) || (before >= 0x430 && before <= 0x44F));
		if (code && (!is_letter(code) || (behind_small && capital)))
			return false;
		if (c >= 0x80 && !code)
			return false;
		run = c >= 0x80 ? run + 1 : 0;
		longest = size_max(longest, run);
	}
	return longest >= run_least;
}

/* The character set of a name that is no UTF-8: the one in which its letters are letters, else code page 437 as the format says. */
static const uint16_t *guess_table(struct text raw)
{
	if (reads_as(code_page_866, raw, is_cyrillic, WORD_LETTERS))
		return code_page_866;
	if (reads_as(code_page_437, raw, is_latin_letter, 1))
		return code_page_437;
	if (reads_as(code_page_850, raw, is_latin_letter, 1))
		return code_page_850;
	return reads_as(windows_1252, raw, is_latin_letter, 1) ? windows_1252 : code_page_437;
}

/* Shift-JIS, as Japanese systems write names: every byte beyond ASCII is part of a character of two bytes, kana and kanji or full-width signs, two of
 * them in a row somewhere. No western word has four such bytes together. */
static bool reads_as_shift_jis(struct text raw)
{
	size_t run = 0, longest = 0;

	for (size_t i = 0; i < raw.bytes; i++) {
		unsigned char lead = (unsigned char)raw.data[i], trail = i + 1 < raw.bytes ? (unsigned char)raw.data[i + 1] : 0;
		if (lead < 0x80) {
			run = 0;
			continue;
		}
		bool half_width = lead >= 0xA1 && lead <= 0xDF;
		bool pair = ((lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xEA)) && trail >= 0x40 && trail <= 0xFC && trail != 0x7F;
		if (!pair && !half_width)
			return false;
		i += pair;
		run = pair ? run + 1 : run;
		longest = size_max(longest, run);
	}
	return longest >= 2;
}

/* False when this system cannot decode it. */
static bool append_shift_jis(struct buffer *out, struct text raw)
{
	iconv_t handle = iconv_open("UTF-8", "CP932");
	char *from = (char *)(uintptr_t)raw.data;
	size_t left = raw.bytes, room = raw.bytes * 3;
	char *to = handle == (iconv_t)-1 ? NULL : buffer_reserve(out, room);

	bool decoded = to && iconv(handle, &from, &left, &to, &room) != (size_t)-1;
	if (decoded)
		buffer_commit(out, raw.bytes * 3 - room);
	if (handle != (iconv_t)-1)
		iconv_close(handle);
	return decoded;
}

/* One part of a name, without what would lead elsewhere. `table`: NULL for UTF-8. */
static void append_part(struct buffer *out, size_t start, struct text part, const uint16_t *table)
{
	if (part.bytes == 0 || text_equal(part, TEXT_LITERAL(".")) || text_equal(part, TEXT_LITERAL("..")))
		return;
	if (out->bytes == start && part.bytes == 2 && ascii_is_alpha(part.data[0]) && part.data[1] == ':')
		return;
	if (out->bytes > start)
		buffer_append_byte(out, '/');
	for (size_t i = 0; i < part.bytes; i++) {
		unsigned char c = (unsigned char)part.data[i];
		if (c < ' ' || c == 0x7F)
			buffer_append_byte(out, '_');
		else if (c >= 0x80 && table)
			utf8_append(out, table[c - 0x80]);
		else
			buffer_append_byte(out, (char)c);
	}
}

/* Cuts the front so that the rest fits, at a folder when one of the last parts begins there. */
static void keep_end(struct buffer *out, size_t start)
{
	size_t bytes = out->bytes - start;

	if (out->status || bytes <= MEMBERS_NAME_BYTES_MAX)
		return;
	size_t cut = out->bytes - MEMBERS_NAME_BYTES_MAX;
	while (((unsigned char)out->data[cut] & 0xC0) == 0x80)
		cut++;
	const char *folder = memchr(out->data + cut, '/', out->bytes - cut - 1);
	if (folder)
		cut = (size_t)(folder + 1 - out->data);
	size_t kept = out->bytes - cut;
	memmove(out->data + start, out->data + cut, kept);
	buffer_truncate(out, start + kept);
}

/* The name, part by part. `table`: NULL for UTF-8. */
static void append_parts(struct buffer *out, struct text raw, const uint16_t *table)
{
	const size_t start = out->bytes;
	size_t from = 0;

	for (size_t i = 0; i <= raw.bytes; i++) {
		if (i < raw.bytes && raw.data[i] != '/' && raw.data[i] != '\\')
			continue;
		append_part(out, start, text_slice(raw, from, i), table);
		from = i + 1;
	}
}

void archive_name_append(struct buffer *out, struct text raw, uint64_t cursor)
{
	const size_t start = out->bytes;
	struct buffer decoded;

	buffer_init(&decoded, raw.bytes * 3 + 1);
	if (utf8_valid_prefix(raw) == raw.bytes)
		append_parts(out, raw, NULL);
	else if (!reads_as(code_page_866, raw, is_cyrillic, WORD_LETTERS) && reads_as_shift_jis(raw) && append_shift_jis(&decoded, raw))
		append_parts(out, buffer_view(&decoded), NULL);
	else
		append_parts(out, raw, guess_table(raw));
	buffer_done(&decoded);
	keep_end(out, start);
	if (out->bytes == start)
		buffer_append_format(out, "member-%" PRIu64, cursor);
}

void archive_name_number(struct buffer *name, uint64_t cursor)
{
	char number[24];
	size_t dot = name->bytes;

	if (name->status)
		return;
	while (dot > 0 && name->data[dot - 1] != '.' && name->data[dot - 1] != '/')
		dot--;
	if (dot < 2 || name->data[dot - 1] != '.' || name->data[dot - 2] == '/')
		dot = name->bytes + 1; /* no ending */
	int bytes = snprintf(number, sizeof(number), "~%" PRIu64, cursor);
	size_t tail = name->bytes - (dot - 1);
	buffer_append(name, number, (size_t)bytes);
	if (name->status)
		return;
	memmove(name->data + dot - 1 + bytes, name->data + dot - 1, tail);
	memcpy(name->data + dot - 1, number, (size_t)bytes);
	keep_end(name, 0);
}

/* What an e-book has beside its text. */
static bool is_book_packaging(struct text name)
{
	static const char *const endings[] = { ".opf", ".ncx", ".css", ".ttf", ".otf", ".woff", ".woff2", ".js", ".smil" };

	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (text_ends_with_nocase(name, text_from(endings[i])))
			return true;
	return text_equal(name, TEXT_LITERAL("mimetype")) || text_starts_with(name, TEXT_LITERAL("META-INF/"));
}

const char *archive_name_skipped(struct text name, bool hidden, bool book)
{
	struct text rest = name, part;

	if (book && is_book_packaging(name))
		return "left out: the packaging of an e-book";

	while (text_next_field(&rest, '/', &part)) {
		if (text_equal(part, TEXT_LITERAL("__MACOSX")))
			return "left out by rule: __MACOSX/";
		if (!hidden && part.data[0] == '.')
			return "left out: hidden (intake.hidden is off)";
	}
	if (text_ends_with_nocase(name, TEXT_LITERAL(".tmp")))
		return "left out by rule: *.tmp";
	if (text_ends_with_nocase(name, TEXT_LITERAL(".log")))
		return "left out by rule: *.log";
	return NULL;
}

struct text archive_name_inner(struct text source)
{
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".zst", ".z", ".lz" };
	size_t start = source.bytes;

	while (start > 0 && source.data[start - 1] != '/')
		start--;
	struct text name = text_slice(source, start, source.bytes);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		struct text ending = text_from(endings[i]);
		if (name.bytes > ending.bytes && text_ends_with_nocase(name, ending))
			return text_slice(name, 0, name.bytes - ending.bytes);
	}
	return name;
}
