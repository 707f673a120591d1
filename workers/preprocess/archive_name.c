#include "workers/preprocess/archive_name.h"

#include "base/utf8.h"
#include "proto/members.h"

#include <inttypes.h>

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

/* One part of a name, without what would lead elsewhere. */
static void append_part(struct buffer *out, size_t start, struct text part, bool utf8)
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
		else if (c >= 0x80 && !utf8)
			utf8_append(out, code_page_437[c - 0x80]);
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

void archive_name_append(struct buffer *out, struct text raw, uint64_t cursor)
{
	const size_t start = out->bytes;
	const bool utf8 = utf8_valid_prefix(raw) == raw.bytes;
	size_t from = 0;

	for (size_t i = 0; i <= raw.bytes; i++) {
		if (i < raw.bytes && raw.data[i] != '/' && raw.data[i] != '\\')
			continue;
		append_part(out, start, text_slice(raw, from, i), utf8);
		from = i + 1;
	}
	keep_end(out, start);
	if (out->bytes == start)
		buffer_append_format(out, "member-%" PRIu64, cursor);
}

const char *archive_name_skipped(struct text name, bool hidden)
{
	struct text rest = name, part;

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
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".zst", ".z", ".lzma" };
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
