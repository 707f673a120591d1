/* ZIP files made byte by byte: names, forms of headers and sizes that programs in the field write, and those that only an attacker does. */
#include "tests/unit/archive_support.h"
#include "workers/preprocess/archive_name.h"
#include "workers/preprocess/convert.h"

#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SIZE_FOLLOWS = 8, UTF8_NAME = 0x800 };

struct zip_member {
	struct text name, content;
	uint16_t flags, method;
	bool zip64;          /* sizes and place in an extra field */
	struct text extra;
	uint32_t wrong_crc, wrong_bytes; /* 0: the right ones */
	size_t offset;
};

static void put_16(struct buffer *out, uint32_t value)
{
	buffer_append_byte(out, (char)(value & 0xFF));
	buffer_append_byte(out, (char)(value >> 8 & 0xFF));
}

static void put_32(struct buffer *out, uint32_t value)
{
	put_16(out, value & 0xFFFF);
	put_16(out, value >> 16);
}

static void put_64(struct buffer *out, uint64_t value)
{
	put_32(out, (uint32_t)value);
	put_32(out, (uint32_t)(value >> 32));
}

static uint32_t crc32_of(struct text text)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < text.bytes; i++) {
		crc ^= (unsigned char)text.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return ~crc;
}

static uint32_t crc_of(const struct zip_member *member)
{
	return member->wrong_crc ? member->wrong_crc : crc32_of(member->content);
}

/* Version to flags to sizes: what the local header and the directory have in common. */
static void put_common(struct buffer *out, const struct zip_member *member, bool sizes_known, size_t extra_bytes)
{
	uint32_t bytes = member->wrong_bytes ? member->wrong_bytes : (uint32_t)member->content.bytes;

	put_16(out, 45);
	put_16(out, member->flags);
	put_16(out, member->method);
	put_32(out, 0x00210000);
	put_32(out, sizes_known ? crc_of(member) : 0);
	put_32(out, !sizes_known ? 0 : member->zip64 ? UINT32_MAX : (uint32_t)member->content.bytes);
	put_32(out, !sizes_known ? 0 : member->zip64 ? UINT32_MAX : bytes);
	put_16(out, (uint32_t)member->name.bytes);
	put_16(out, (uint32_t)(member->extra.bytes + extra_bytes));
}

static void put_member(struct buffer *zip, struct zip_member *member)
{
	bool sizes_known = !(member->flags & SIZE_FOLLOWS);

	member->offset = zip->bytes;
	put_32(zip, 0x04034B50);
	put_common(zip, member, sizes_known, member->zip64 ? 20 : 0);
	buffer_append_text(zip, member->name);
	buffer_append_text(zip, member->extra);
	if (member->zip64) {
		put_16(zip, 1);
		put_16(zip, 16);
		put_64(zip, member->content.bytes);
		put_64(zip, member->content.bytes);
	}
	buffer_append_text(zip, member->content);
	if (sizes_known)
		return;
	put_32(zip, 0x08074B50);
	put_32(zip, crc_of(member));
	put_32(zip, (uint32_t)member->content.bytes);
	put_32(zip, (uint32_t)member->content.bytes);
}

static void put_entry(struct buffer *zip, const struct zip_member *member)
{
	put_32(zip, 0x02014B50);
	put_16(zip, 45);
	put_common(zip, member, true, member->zip64 ? 28 : 0);
	put_16(zip, 0);
	put_32(zip, 0);
	put_32(zip, 0);
	put_32(zip, member->zip64 ? UINT32_MAX : (uint32_t)member->offset);
	buffer_append_text(zip, member->name);
	buffer_append_text(zip, member->extra);
	if (!member->zip64)
		return;
	put_16(zip, 1);
	put_16(zip, 24);
	put_64(zip, member->content.bytes);
	put_64(zip, member->content.bytes);
	put_64(zip, member->offset);
}

static void put_end(struct buffer *zip, size_t count, size_t directory, bool zip64)
{
	size_t end = zip->bytes;

	if (zip64) {
		put_32(zip, 0x06064B50);
		put_64(zip, 44);
		put_16(zip, 45);
		put_16(zip, 45);
		put_64(zip, 0);
		put_64(zip, count);
		put_64(zip, count);
		put_64(zip, end - directory);
		put_64(zip, directory);
		put_32(zip, 0x07064B50);
		put_32(zip, 0);
		put_64(zip, end);
		put_32(zip, 1);
	}
	put_32(zip, 0x06054B50);
	put_32(zip, 0);
	put_16(zip, zip64 ? UINT16_MAX : (uint32_t)count);
	put_16(zip, zip64 ? UINT16_MAX : (uint32_t)count);
	put_32(zip, zip64 ? UINT32_MAX : (uint32_t)(end - directory));
	put_32(zip, zip64 ? UINT32_MAX : (uint32_t)directory);
	put_16(zip, 0);
}

/* Behind `prefix`; without a directory when `whole` is false. The text is to be freed. */
static struct text make_zip(struct text prefix, struct zip_member *members, size_t count, bool whole)
{
	struct buffer zip;

	buffer_init(&zip, 1 << 20);
	buffer_append_text(&zip, prefix);
	for (size_t i = 0; i < count; i++)
		put_member(&zip, &members[i]);
	size_t directory = zip.bytes;
	for (size_t i = 0; whole && i < count; i++)
		put_entry(&zip, &members[i]);
	if (whole)
		put_end(&zip, count, directory, members[0].zip64);
	assert_int_equal(zip.status, 0);
	return buffer_view(&zip);
}

static struct archive_outcome expand_members(struct zip_member *members, size_t count, struct text *ret_data)
{
	*ret_data = make_zip(TEXT_LITERAL(""), members, count, true);
	return archive_expand_all(*ret_data);
}

static void reads_names_in_any_character_set(void **state)
{
	static const struct { struct text raw; uint16_t flags; const char *name; } cases[] = {
		{ TEXT_LITERAL("caf\x82.md"), 0, "caf\xC3\xA9.md" },                                    /* 437 */
		{ TEXT_LITERAL("\xB5rbol-\x82.md"), 0, "\xC3\x81rbol-\xC3\xA9.md" },                    /* 850 */
		{ TEXT_LITERAL("Gr\xF6\xDF" "e.md"), 0, "Gr\xC3\xB6\xC3\x9F" "e.md" },                  /* Windows-1252 */
		{ TEXT_LITERAL("caf\xE9.md"), 0, "caf\xC3\xA9.md" },
		{ TEXT_LITERAL("\x84\xAE\xAA.md"), 0, "\xD0\x94\xD0\xBE\xD0\xBA.md" },                  /* 866 */
		{ TEXT_LITERAL("\x8E\x91\x97\xBF\\\x95\x5C\x88\xEA\x97\x97.md"), 0, "資料/表一覧.md" }, /* Shift-JIS, with a backslash in a character */
		{ TEXT_LITERAL("\x83\x5A\x83\x8B 1.md"), 0, "セル 1.md" },
		{ TEXT_LITERAL("\xE6\x97\xA5.md"), UTF8_NAME, "\xE6\x97\xA5.md" },
		{ TEXT_LITERAL("\xC3\xBC.md"), 0, "\xC3\xBC.md" },                                      /* UTF-8 without the mark */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct zip_member member = { .name = cases[i].raw, .content = TEXT_LITERAL("x"), .flags = cases[i].flags };
		struct text data;
		struct archive_outcome outcome = expand_members(&member, 1, &data);
		archive_assert_present(&outcome, cases[i].name, "x");
		archive_release(data, &outcome);
	}
}

/* Info-ZIP's field 0x7075: the name once more in UTF-8, with the checksum of the other. */
static void takes_the_unicode_name(void **state)
{
	struct text old = TEXT_LITERAL("_.md"), data;
	struct buffer extra;

	(void)state;
	buffer_init(&extra, 64);
	put_16(&extra, 0x7075);
	put_16(&extra, 5 + 5);
	buffer_append_byte(&extra, 1);
	put_32(&extra, crc32_of(old));
	buffer_append_string(&extra, "\xCF\x89.md");
	struct zip_member member = { .name = old, .content = TEXT_LITERAL("x"), .extra = buffer_view(&extra) };
	struct archive_outcome outcome = expand_members(&member, 1, &data);
	archive_assert_present(&outcome, "\xCF\x89.md", "x");
	archive_release(data, &outcome);
	buffer_done(&extra);
}

/* Every member keeps a name of its own, whatever the step that comes to it, or a document would be lost. */
static void tells_equal_names_apart(void **state)
{
	struct zip_member members[] = {
		{ .name = TEXT_LITERAL("a/dup.md"), .content = TEXT_LITERAL("first") },
		{ .name = TEXT_LITERAL("a/dup~2.md"), .content = TEXT_LITERAL("taken") },
		{ .name = TEXT_LITERAL("x/../a\\.\\dup.md"), .content = TEXT_LITERAL("second") }, /* x/a/dup.md: another one */
		{ .name = TEXT_LITERAL("a/dup.md"), .content = TEXT_LITERAL("third") },
		{ .name = TEXT_LITERAL("a/Dup.md"), .content = TEXT_LITERAL("case") },
		{ .name = TEXT_LITERAL(""), .content = TEXT_LITERAL("nameless") },
		{ .name = TEXT_LITERAL("nul\0byte.md"), .content = TEXT_LITERAL("nul") },
		{ .name = TEXT_LITERAL("a/"), .content = TEXT_LITERAL("") },
		{ .name = TEXT_LITERAL("a"), .content = TEXT_LITERAL("file called as the folder") },
		{ .name = TEXT_LITERAL("a"), .content = TEXT_LITERAL("again") },
	};
	struct text data;
	struct archive_outcome outcome = expand_members(members, COUNT_OF(members), &data);

	(void)state;
	assert_int_equal(outcome.members.count, COUNT_OF(members) - 1);
	archive_assert_present(&outcome, "a/dup.md", "first");
	archive_assert_present(&outcome, "a/dup~2.md", "taken");
	archive_assert_present(&outcome, "x/a/dup.md", "second");
	archive_assert_present(&outcome, "a/dup~3.md", "third");
	archive_assert_present(&outcome, "a/Dup.md", "case");
	archive_assert_present(&outcome, "member-5", "nameless");
	archive_assert_present(&outcome, "nul", "nul");
	archive_assert_present(&outcome, "a", "file called as the folder");
	archive_assert_present(&outcome, "a~9", "again");
	free(outcome.extent);
	outcome = archive_expand_at(data, "all.zip", "", 0, 3, EXTENT_BYTES_MAX);
	archive_assert_present(&outcome, "a/dup~3.md", "third");
	archive_release(data, &outcome);
}

static void numbers_names_before_their_ending(void **state)
{
	static const struct { const char *name, *numbered; } cases[] = {
		{ "a/b.txt", "a/b~7.txt" }, { "a.b/c", "a.b/c~7" }, { "a/.hidden", "a/.hidden~7" }, { "x.tar.gz", "x.tar~7.gz" }, { "end.", "end~7." }, { ".x", ".x~7" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buffer name;
		buffer_init(&name, 1 << 16);
		buffer_append_string(&name, cases[i].name);
		archive_name_number(&name, 7);
		assert_string_equal(buffer_string(&name), cases[i].numbered);
		buffer_done(&name);
	}
}

static void reads_zip64_and_sizes_that_follow(void **state)
{
	(void)state;
	for (int form = 0; form < 2; form++) {
		struct zip_member members[] = {
			{ .name = TEXT_LITERAL("a.md"), .content = TEXT_LITERAL("first"), .zip64 = form == 0, .flags = form ? SIZE_FOLLOWS : 0 },
			{ .name = TEXT_LITERAL("b.md"), .content = TEXT_LITERAL("second"), .zip64 = form == 0, .flags = form ? SIZE_FOLLOWS : 0 },
		};
		struct text data;
		struct archive_outcome outcome = expand_members(members, COUNT_OF(members), &data);
		assert_int_equal(outcome.members.count, 2);
		archive_assert_present(&outcome, "a.md", "first");
		archive_assert_present(&outcome, "b.md", "second");
		archive_release(data, &outcome);
	}
}

static void reads_behind_a_program_and_without_a_directory(void **state)
{
	struct zip_member members[] = {
		{ .name = TEXT_LITERAL("a.md"), .content = TEXT_LITERAL("first") }, { .name = TEXT_LITERAL("b.md"), .content = TEXT_LITERAL("second") },
	};

	(void)state;
	for (int form = 0; form < 3; form++) {
		struct text data = make_zip(form == 1 ? TEXT_LITERAL("MZ\x90 a program that unpacks itself") : TEXT_LITERAL(""), members, 2, form != 2);
		assert_int_equal(detect_format(data, TEXT_LITERAL("x")), DOCUMENT_FORMAT_ARCHIVE);
		struct archive_outcome outcome = archive_expand_all(data);
		archive_assert_present(&outcome, "a.md", "first");
		archive_assert_present(&outcome, "b.md", "second");
		if (form == 2)
			archive_assert_absent(&outcome, "(rest of the archive)", MEMBER_REFUSED, "damaged: it ends too early");
		archive_release(data, &outcome);
	}
}

static void refuses_what_cannot_be_read_alone(void **state)
{
	enum { ENCRYPTED = 1, STRONGLY = 0x41, DEFLATE64 = 9, AES = 99 };
	struct zip_member members[] = {
		{ .name = TEXT_LITERAL("a.md"), .content = TEXT_LITERAL("first") },
		{ .name = TEXT_LITERAL("crypt.md"), .content = TEXT_LITERAL("0123456789abcdef"), .flags = ENCRYPTED },
		{ .name = TEXT_LITERAL("strong.md"), .content = TEXT_LITERAL("0123456789abcdef"), .flags = STRONGLY },
		{ .name = TEXT_LITERAL("aes.md"), .content = TEXT_LITERAL("0123456789abcdef"), .flags = ENCRYPTED, .method = AES,
		  .extra = TEXT_LITERAL("\x01\x99\x07\0\x02\0AE\x03\x08\0") },
		{ .name = TEXT_LITERAL("d64.md"), .content = TEXT_LITERAL("0123456789abcdef"), .method = DEFLATE64 },
		{ .name = TEXT_LITERAL("crc.md"), .content = TEXT_LITERAL("changed"), .wrong_crc = 1 },
		{ .name = TEXT_LITERAL("bytes.md"), .content = TEXT_LITERAL("longer than it says"), .wrong_bytes = 3 },
		{ .name = TEXT_LITERAL("z.md"), .content = TEXT_LITERAL("last") },
	};
	struct text data;
	struct archive_outcome outcome = expand_members(members, COUNT_OF(members), &data);

	(void)state;
	assert_int_equal(outcome.members.count, COUNT_OF(members));
	archive_assert_present(&outcome, "a.md", "first");
	archive_assert_absent(&outcome, "crypt.md", MEMBER_REFUSED, "encrypted: needs a password");
	archive_assert_absent(&outcome, "strong.md", MEMBER_REFUSED, "encrypted: needs a password");
	archive_assert_absent(&outcome, "aes.md", MEMBER_REFUSED, "encrypted: needs a password");
	archive_assert_absent(&outcome, "d64.md", MEMBER_REFUSED, "pack it again with Deflate");
	archive_assert_absent(&outcome, "crc.md", MEMBER_REFUSED, "damaged: ");
	archive_assert_absent(&outcome, "bytes.md", MEMBER_REFUSED, "damaged: ");
	archive_assert_present(&outcome, "z.md", "last");
	archive_release(data, &outcome);
}

/* The second entry's header lies in the first one's content: so few bytes give endless documents. */
static void refuses_members_that_share_bytes(void **state)
{
	struct zip_member inner = { .name = TEXT_LITERAL("inner.md"), .content = TEXT_LITERAL("the bytes of both") };
	struct buffer content, zip;

	(void)state;
	buffer_init(&content, 4096);
	put_member(&content, &inner);
	struct zip_member outer = { .name = TEXT_LITERAL("outer.bin"), .content = buffer_view(&content) };
	buffer_init(&zip, 4096);
	put_member(&zip, &outer);
	inner.offset = 30 + outer.name.bytes;
	size_t directory = zip.bytes;
	put_entry(&zip, &outer);
	put_entry(&zip, &inner);
	put_end(&zip, 2, directory, false);
	struct archive_outcome outcome = archive_expand_all(buffer_view(&zip));
	assert_int_equal(outcome.members.count, 2);
	assert_int_equal(archive_find_member(&outcome, "outer.bin")->status, MEMBER_PRESENT);
	archive_assert_absent(&outcome, "inner.md", MEMBER_REFUSED, "share their bytes");
	archive_release(buffer_view(&zip), &outcome);
	buffer_done(&content);
}

static void takes_the_text_of_an_e_book(void **state)
{
	struct zip_member members[] = {
		{ .name = TEXT_LITERAL("mimetype"), .content = TEXT_LITERAL("application/epub+zip") },
		{ .name = TEXT_LITERAL("META-INF/container.xml"), .content = TEXT_LITERAL("<container/>") },
		{ .name = TEXT_LITERAL("OEBPS/content.opf"), .content = TEXT_LITERAL("<package/>") },
		{ .name = TEXT_LITERAL("OEBPS/style.css"), .content = TEXT_LITERAL("p { }") },
		{ .name = TEXT_LITERAL("OEBPS/one.xhtml"), .content = TEXT_LITERAL("<html>one</html>") },
	};
	struct text data;
	struct archive_outcome outcome = expand_members(members, COUNT_OF(members), &data);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		archive_assert_absent(&outcome, members[i].name.data, MEMBER_SKIPPED, "the packaging of an e-book");
	archive_assert_present(&outcome, "OEBPS/one.xhtml", "<html>one</html>");
	archive_release(data, &outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_in_any_character_set),
		cmocka_unit_test(takes_the_unicode_name),
		cmocka_unit_test(tells_equal_names_apart),
		cmocka_unit_test(numbers_names_before_their_ending),
		cmocka_unit_test(reads_zip64_and_sizes_that_follow),
		cmocka_unit_test(reads_behind_a_program_and_without_a_directory),
		cmocka_unit_test(refuses_what_cannot_be_read_alone),
		cmocka_unit_test(refuses_members_that_share_bytes),
		cmocka_unit_test(takes_the_text_of_an_e_book),
	};
	return cmocka_run_group_tests(tests, archive_open_settings, archive_close_settings);
}
