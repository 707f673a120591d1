/* Expanding archives: names, skipped and refused members, steps of any size, broken and hostile archives. */
#include "tests/unit/archive_support.h"
#include "workers/preprocess/archive_name.h"
#include "workers/preprocess/convert.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARCHIVE_BYTES_MAX = 4 << 20 };

struct file {
	const char *name;
	struct text data;
};

/* An archive with these files, in memory to be freed. `format` is "zip" or "gnutar", `filter` NULL or "gzip". */
static struct text pack(const char *format, const char *filter, const struct file *files, size_t count)
{
	char *memory = malloc(ARCHIVE_BYTES_MAX);
	size_t used = 0;
	struct archive *archive = archive_write_new();

	assert_non_null(memory);
	assert_int_equal(archive_write_set_format_by_name(archive, format), ARCHIVE_OK);
	if (filter)
		assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(archive, memory, ARCHIVE_BYTES_MAX, &used), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();
		bool folder = files[i].name[strlen(files[i].name) - 1] == '/';
		archive_entry_set_pathname(entry, files[i].name);
		archive_entry_set_filetype(entry, folder ? AE_IFDIR : AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, (la_int64_t)files[i].data.bytes);
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (files[i].data.bytes > 0)
			assert_int_equal(archive_write_data(archive, files[i].data.data, files[i].data.bytes), files[i].data.bytes);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	return (struct text){ memory, used };
}

static void gives_members_of_every_kind_of_archive(void **state)
{
	static const struct { const char *format, *filter; } kinds[] = { { "zip", NULL }, { "gnutar", NULL }, { "gnutar", "gzip" }, { "gnutar", "xz" } };
	const struct file files[] = {
		{ "a.html", TEXT_LITERAL("<html>a") }, { "sub/", TEXT_LITERAL("") }, { "sub/b.txt", TEXT_LITERAL("text b") },
		{ "empty.txt", TEXT_LITERAL("") }, { "caf\xC3\xA9.md", TEXT_LITERAL("# x") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct text data = pack(kinds[i].format, kinds[i].filter, files, COUNT_OF(files));
		struct archive_outcome outcome = archive_expand_all(data);
		assert_int_equal(outcome.members.count, 4);
		assert_true(outcome.members.header->finished);
		archive_assert_present(&outcome, "a.html", "<html>a");
		archive_assert_present(&outcome, "sub/b.txt", "text b");
		archive_assert_present(&outcome, "empty.txt", "");
		archive_assert_present(&outcome, "caf\xC3\xA9.md", "# x");
		archive_release(data, &outcome);
	}
}

/* Their members are packed together: each step unpacks again what is before its first. */
static void reads_7z(void **state)
{
	const struct file files[] = { { "a.html", TEXT_LITERAL("<html>a") }, { "sub/b.txt", TEXT_LITERAL("text b") }, { "c.md", TEXT_LITERAL("# c") } };
	struct text data = pack("7zip", NULL, files, COUNT_OF(files));

	(void)state;
	assert_int_equal(detect_format(data, TEXT_LITERAL("x")), DOCUMENT_FORMAT_ARCHIVE);
	struct archive_outcome outcome = archive_expand_all(data);
	assert_int_equal(outcome.members.count, 3);
	archive_assert_present(&outcome, "a.html", "<html>a");
	free(outcome.extent);
	outcome = archive_expand_at(data, "all.7z", "", 0, 1, EXTENT_BYTES_MAX);
	assert_int_equal(outcome.members.count, 2);
	archive_assert_present(&outcome, "sub/b.txt", "text b");
	archive_assert_present(&outcome, "c.md", "# c");
	archive_release(data, &outcome);
}

static void names_the_container(void **state)
{
	const struct file file = { "a.txt", TEXT_LITERAL("a") };
	struct text data = pack("zip", NULL, &file, 1);
	struct archive_outcome outcome = archive_expand_at(data, "inner.zip", "docs/all.zip", 1, 0, EXTENT_BYTES_MAX);
	struct input input;

	(void)state;
	assert_int_equal(outcome.members.count, 1);
	assert_int_equal(input_open((char *)outcome.extent + outcome.members.members[0].input_offset,
				    outcome.members.members[0].input_bytes, &input, NULL), 0);
	assert_true(text_equal(input.container, TEXT_LITERAL("docs/all.zip!inner.zip")));
	assert_true(text_equal(input.source, TEXT_LITERAL("a.txt")));
	assert_int_equal(input.header->depth, 2);
	archive_release(data, &outcome);
}

static void unpacks_a_single_compressed_document(void **state)
{
	char memory[4096];
	size_t used = 0;
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	(void)state;
	archive_write_set_format_raw(archive);
	archive_write_add_filter_gzip(archive);
	archive_write_open_memory(archive, memory, sizeof(memory), &used);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "x");
	archive_write_header(archive, entry);
	archive_write_data(archive, "<html>one", 9);
	archive_entry_free(entry);
	archive_write_close(archive);
	archive_write_free(archive);
	struct archive_outcome outcome = archive_expand_at((struct text){ memory, used }, "docs/a.html.gz", "", 0, 0, EXTENT_BYTES_MAX);
	assert_true(outcome.result > 0);
	assert_int_equal(outcome.members.count, 1);
	archive_assert_present(&outcome, "a.html", "<html>one");
	free(outcome.extent);
}

static void makes_names_harmless(void **state)
{
	static const struct { const char *raw, *name; } cases[] = {
		{ "a/b.txt", "a/b.txt" }, { "../../etc/passwd", "etc/passwd" }, { "/abs/x", "abs/x" }, { "a\\b\\..\\c.txt", "a/b/c.txt" },
		{ "C:\\dir\\x", "dir/x" }, { "a//./b", "a/b" }, { "..", "member-7" }, { "", "member-7" }, { "a\nb\x01", "a_b_" },
		{ "caf\x82.txt", "caf\xC3\xA9.txt" }, { "caf\xC3\xA9.txt", "caf\xC3\xA9.txt" }, { "a/...", "a/..." },
	};
	struct buffer out;

	(void)state;
	buffer_init(&out, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buffer_clear(&out);
		archive_name_append(&out, text_from(cases[i].raw), 7);
		assert_string_equal(buffer_string(&out), cases[i].name);
	}
	struct buffer longest;
	buffer_init(&longest, 1 << 20);
	for (size_t i = 0; i < 3000; i++)
		buffer_append_string(&longest, "\xC3\xA9/");
	buffer_append_string(&longest, "end.txt");
	buffer_clear(&out);
	archive_name_append(&out, buffer_view(&longest), 0);
	assert_true(out.bytes <= MEMBERS_NAME_BYTES_MAX && out.bytes > MEMBERS_NAME_BYTES_MAX - 8);
	assert_true(text_ends_with_nocase(buffer_view(&out), TEXT_LITERAL("/end.txt")));
	buffer_done(&longest);
	buffer_done(&out);
}

static void skips_by_rule(void **state)
{
	const struct file files[] = {
		{ "__MACOSX/a.html", TEXT_LITERAL("x") }, { "run.LOG", TEXT_LITERAL("x") }, { "t.tmp", TEXT_LITERAL("x") },
		{ "sub/.DS_Store", TEXT_LITERAL("x") }, { "../up.txt", TEXT_LITERAL("up") }, { "catalog/a.txt", TEXT_LITERAL("a") },
	};
	struct text data = pack("zip", NULL, files, COUNT_OF(files));
	struct archive_outcome outcome = archive_expand_all(data);

	(void)state;
	assert_int_equal(outcome.members.count, 6);
	archive_assert_absent(&outcome, "__MACOSX/a.html", MEMBER_SKIPPED, "__MACOSX");
	archive_assert_absent(&outcome, "run.LOG", MEMBER_SKIPPED, "*.log");
	archive_assert_absent(&outcome, "t.tmp", MEMBER_SKIPPED, "*.tmp");
	archive_assert_absent(&outcome, "sub/.DS_Store", MEMBER_SKIPPED, "hidden");
	archive_assert_present(&outcome, "up.txt", "up");
	archive_assert_present(&outcome, "catalog/a.txt", "a");
	archive_release(data, &outcome);
}

/* Changes a byte of the local header (offset `local`) or directory entry of the ZIP member with this name. */
static void patch_headers(struct text data, const char *name, size_t local, size_t directory, char bits)
{
	char *p = (char *)data.data;
	size_t name_bytes = strlen(name);

	for (size_t i = 0; i + 46 + name_bytes <= data.bytes; i++) {
		if (memcmp(p + i, "PK\3\4", 4) == 0 && memcmp(p + i + 30, name, name_bytes) == 0)
			p[i + local] |= bits;
		if (memcmp(p + i, "PK\1\2", 4) == 0 && memcmp(p + i + 46, name, name_bytes) == 0)
			p[i + directory] |= bits;
	}
}

static void refuses_encrypted_members_alone(void **state)
{
	const struct file files[] = { { "a.txt", TEXT_LITERAL("aaa") }, { "secret.txt", TEXT_LITERAL("sss") }, { "z.txt", TEXT_LITERAL("zzz") } };
	struct text data = pack("zip", NULL, files, COUNT_OF(files));

	(void)state;
	patch_headers(data, "secret.txt", 6, 8, 1);
	struct archive_outcome outcome = archive_expand_all(data);
	assert_int_equal(outcome.members.count, 3);
	archive_assert_present(&outcome, "a.txt", "aaa");
	archive_assert_absent(&outcome, "secret.txt", MEMBER_REFUSED, "encrypted: needs a password");
	archive_assert_present(&outcome, "z.txt", "zzz");
	archive_release(data, &outcome);
}

static void refuses_damaged_members_alone(void **state)
{
	char noise[5000];
	struct file files[] = { { "a.txt", TEXT_LITERAL("aaa") }, { "bad.txt", { noise, sizeof(noise) } }, { "z.txt", TEXT_LITERAL("zzz") } };

	(void)state;
	for (uint32_t i = 0, random = 1; i < sizeof(noise); i++, random = random * 1103515245u + 12345u)
		noise[i] = (char)(random >> 16);
	struct text data = pack("zip", NULL, files, COUNT_OF(files));
	char *local = (char *)data.data + text_find(data, TEXT_LITERAL("bad.txt"));
	memset(local + 100, 0x55, 40);
	struct archive_outcome outcome = archive_expand_all(data);
	assert_int_equal(outcome.members.count, 3);
	archive_assert_present(&outcome, "a.txt", "aaa");
	archive_assert_absent(&outcome, "bad.txt", MEMBER_REFUSED, "damaged: ");
	archive_assert_present(&outcome, "z.txt", "zzz");
	archive_release(data, &outcome);
}

static void refuses_bombs_while_unpacking(void **state)
{
	char *zeros = calloc(1, 64 << 20);
	const char *formats[][2] = { { "zip", NULL }, { "gnutar", "gzip" } };
	struct file files[] = { { "a.txt", TEXT_LITERAL("aaa") }, { "bomb.txt", { zeros, 16 << 20 } }, { "z.txt", TEXT_LITERAL("zzz") } };

	(void)state;
	archive_settings.intake.archive_ratio_max = 100;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct text data = pack(formats[i][0], formats[i][1], files, COUNT_OF(files));
		struct archive_outcome outcome = archive_expand_all(data);
		archive_assert_present(&outcome, "a.txt", "aaa");
		archive_assert_absent(&outcome, "bomb.txt", MEMBER_REFUSED, "archive_ratio_max");
		if (i == 0)
			archive_assert_present(&outcome, "z.txt", "zzz");
		archive_release(data, &outcome);
	}
	archive_settings.intake.archive_ratio_max = 1100;
	archive_settings.intake.member_bytes_max = 10 << 20;
	struct text data = pack("zip", NULL, files, COUNT_OF(files));
	struct archive_outcome outcome = archive_expand_all(data);
	archive_assert_absent(&outcome, "bomb.txt", MEMBER_REFUSED, "too large");
	archive_assert_present(&outcome, "z.txt", "zzz");
	archive_release(data, &outcome);
	archive_settings.intake.member_bytes_max = (uint64_t)2 << 30;
	free(zeros);
}

static void keeps_to_the_limits(void **state)
{
	const struct file files[] = { { "a.txt", TEXT_LITERAL("aaaa") }, { "b.txt", TEXT_LITERAL("bbbb") }, { "c.txt", TEXT_LITERAL("cccc") } };
	struct text data = pack("zip", NULL, files, COUNT_OF(files));

	(void)state;
	archive_settings.intake.archive_entries_max = 2;
	struct archive_outcome outcome = archive_expand_all(data);
	assert_int_equal(outcome.members.count, 3);
	assert_true(outcome.members.header->finished);
	archive_assert_absent(&outcome, "c.txt", MEMBER_REFUSED, "archive_entries_max");
	free(outcome.extent);
	archive_settings.intake.archive_entries_max = 1000000;

	archive_settings.intake.archive_bytes_max = 8;
	for (uint32_t cursor = 0; cursor < 3; cursor++) {
		outcome = archive_expand_at(data, "a.zip", "", 0, cursor, EXTENT_BYTES_MAX);
		assert_int_equal(outcome.members.count, 3 - cursor);
		archive_assert_absent(&outcome, "c.txt", MEMBER_REFUSED, "archive_bytes_max");
		free(outcome.extent);
	}
	archive_settings.intake.archive_bytes_max = (uint64_t)256 << 30;
	free((char *)data.data);
}

static void refuses_archives_too_deep(void **state)
{
	const struct file inner = { "a.txt", TEXT_LITERAL("aaaa") };
	struct text inner_data = pack("zip", NULL, &inner, 1);
	const struct file files[] = { { "inner.zip", inner_data }, { "b.txt", TEXT_LITERAL("bbbb") } };
	struct text data = pack("zip", NULL, files, COUNT_OF(files));
	uint32_t depth_max = (uint32_t)archive_settings.intake.archive_depth_max;

	(void)state;
	struct archive_outcome outcome = archive_expand_at(data, "a.zip", "x.zip", depth_max - 2, 0, EXTENT_BYTES_MAX);
	const struct member *member = archive_find_member(&outcome, "inner.zip");
	assert_int_equal(member->status, MEMBER_PRESENT);
	assert_int_equal(member->format, DOCUMENT_FORMAT_ARCHIVE);
	assert_true(text_equal(archive_member_data(&outcome, member), inner_data));
	free(outcome.extent);
	outcome = archive_expand_at(data, "a.zip", "x.zip", depth_max - 1, 0, EXTENT_BYTES_MAX);
	archive_assert_absent(&outcome, "inner.zip", MEMBER_REFUSED, "too deep");
	archive_assert_present(&outcome, "b.txt", "bbbb");
	free((char *)inner_data.data);
	archive_release(data, &outcome);
}

/* Names, states and contents of all steps from `cursor` on with extents of this size; grown when asked. */
static void collect(struct text data, uint32_t cursor, size_t extent_bytes, struct buffer *out)
{
	for (unsigned steps = 0;; steps++) {
		assert_true(steps < 1000);
		struct archive_outcome outcome = archive_expand_at(data, "all.zip", "", 0, cursor, extent_bytes);
		if (outcome.result == ERROR_NEEDS_SPACE) {
			assert_true(outcome.needed_bytes > extent_bytes);
			extent_bytes = outcome.needed_bytes;
			free(outcome.extent);
			continue;
		}
		assert_true(outcome.result >= 0);
		for (uint32_t i = 0; i < outcome.members.count; i++) {
			const struct member *member = &outcome.members.members[i];
			buffer_append_format(out, "%u %u %.*s ", (unsigned)member->cursor, member->status,
					     TEXT_ARGS(members_name(&outcome.members, member)));
			if (member->status == MEMBER_PRESENT)
				buffer_append_text(out, archive_member_data(&outcome, member));
			buffer_append_byte(out, '\n');
		}
		bool finished = outcome.members.header->finished;
		assert_true(finished || outcome.members.header->next_cursor > cursor);
		cursor = (uint32_t)outcome.members.header->next_cursor;
		free(outcome.extent);
		if (finished)
			return;
	}
}

static void gives_the_same_in_steps_of_any_size(void **state)
{
	static const char *const kinds[][2] = { { "zip", NULL }, { "gnutar", "gzip" } };
	struct file files[40];
	char names[40][32], content[40][400];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		snprintf(names[i], sizeof(names[i]), i % 7 == 3 ? "n%zu.log" : i % 11 == 5 ? "folder%zu/" : "dir/n%zu.txt", i);
		memset(content[i], (int)('a' + i % 26), sizeof(content[i]));
		bool folder = names[i][strlen(names[i]) - 1] == '/';
		files[i] = (struct file){ names[i], { content[i], folder ? 0 : i * 9 } };
	}
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		struct text data = pack(kinds[kind][0], kinds[kind][1], files, COUNT_OF(files));
		for (uint32_t cursor = 0; cursor <= COUNT_OF(files); cursor += 3) {
			struct buffer whole, steps;
			buffer_init(&whole, 1 << 20);
			buffer_init(&steps, 1 << 20);
			collect(data, cursor, EXTENT_BYTES_MAX, &whole);
			for (size_t extent = 64; extent < 20000; extent = extent * 3 / 2) {
				buffer_clear(&steps);
				collect(data, cursor, extent, &steps);
				assert_string_equal(buffer_string(&steps), buffer_string(&whole));
			}
			buffer_done(&whole);
			buffer_done(&steps);
		}
		free((char *)data.data);
	}
}

static void asks_for_the_space_of_a_large_member(void **state)
{
	char *large = malloc(1 << 20);
	struct file files[] = { { "a.txt", TEXT_LITERAL("aaa") }, { "large.txt", { large, 1 << 20 } } };

	(void)state;
	for (size_t i = 0; i < 1 << 20; i++)
		large[i] = (char)('a' + i * i % 23);
	struct text data = pack("zip", NULL, files, 2);
	struct archive_outcome outcome = archive_expand_at(data, "a.zip", "", 0, 0, 65536);
	assert_int_equal(outcome.members.count, 1);
	assert_int_equal(outcome.members.header->next_cursor, 1);
	assert_false(outcome.members.header->finished);
	free(outcome.extent);
	outcome = archive_expand_at(data, "a.zip", "", 0, 1, 65536);
	assert_int_equal(outcome.result, ERROR_NEEDS_SPACE);
	size_t needed = outcome.needed_bytes;
	assert_int_equal(needed, members_block_bytes(TEXT_LITERAL("a.zip"), TEXT_LITERAL("large.txt"), 1 << 20));
	free(outcome.extent);
	outcome = archive_expand_at(data, "a.zip", "", 0, 1, needed);
	assert_int_equal(outcome.members.count, 1);
	assert_true(outcome.members.header->finished);
	free(large);
	archive_release(data, &outcome);
}

/* What is whole in an archive cut off anywhere comes; nothing crashes; an archive with nothing in it is said to be damaged. */
static void takes_what_is_whole_of_a_cut_archive(void **state)
{
	const struct file files[] = { { "a.txt", TEXT_LITERAL("the first member") }, { "b.txt", TEXT_LITERAL("the second member") } };
	static const char *const kinds[][2] = { { "zip", NULL }, { "gnutar", "gzip" }, { "gnutar", NULL } };

	(void)state;
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		struct text data = pack(kinds[kind][0], kinds[kind][1], files, 2);
		size_t second = kind == 0 ? (size_t)text_find(data, TEXT_LITERAL("b.txt")) : data.bytes;
		for (size_t bytes = 4; bytes < data.bytes; bytes += 1 + bytes / 64) {
			struct archive_outcome outcome = archive_expand_at(text_slice(data, 0, bytes), "a.zip", "", 0, 0, 1 << 20);
			if (outcome.result < 0)
				assert_true(outcome.result == ERROR_INPUT_REJECTED && outcome.error.message[0] != '\0');
			else if (kind == 0 && bytes > second)
				archive_assert_present(&outcome, "a.txt", "the first member");
			free(outcome.extent);
		}
		free((char *)data.data);
	}
}

static void rejects_what_is_no_archive(void **state)
{
	const char *files[] = { "hello, this is text and no archive", "PK\3\4 but not really", "\x1f\x8b\x08", "PK" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct archive_outcome outcome = archive_expand_at(text_from(files[i]), "a.zip", "", 0, 0, 1 << 20);
		if (outcome.result >= 0) {
			for (uint32_t m = 0; m < outcome.members.count; m++)
				assert_int_equal(outcome.members.members[m].status, MEMBER_REFUSED);
		} else {
			assert_int_equal(outcome.result, ERROR_INPUT_REJECTED);
			assert_true(outcome.error.message[0] != '\0');
		}
		free(outcome.extent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_members_of_every_kind_of_archive),
		cmocka_unit_test(reads_7z),
		cmocka_unit_test(names_the_container),
		cmocka_unit_test(unpacks_a_single_compressed_document),
		cmocka_unit_test(makes_names_harmless),
		cmocka_unit_test(skips_by_rule),
		cmocka_unit_test(refuses_encrypted_members_alone),
		cmocka_unit_test(refuses_damaged_members_alone),
		cmocka_unit_test(refuses_bombs_while_unpacking),
		cmocka_unit_test(keeps_to_the_limits),
		cmocka_unit_test(refuses_archives_too_deep),
		cmocka_unit_test(gives_the_same_in_steps_of_any_size),
		cmocka_unit_test(asks_for_the_space_of_a_large_member),
		cmocka_unit_test(takes_what_is_whole_of_a_cut_archive),
		cmocka_unit_test(rejects_what_is_no_archive),
	};
	return cmocka_run_group_tests(tests, archive_open_settings, archive_close_settings);
}
