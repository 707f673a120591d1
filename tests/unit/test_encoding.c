/* Text of any encoding to UTF-8 with "\n" line ends. */
#include "workers/preprocess/convert.h"

#include "base/utf8.h"
#include "tests/unit/support.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void decodes(struct text data, const char *declared, const char *expected, const char *encoding, uint32_t replaced)
{
	struct document_builder *document = document_builder_create();
	struct buffer out;

	buffer_init(&out, 1 << 20);
	assert_int_equal(encoding_to_utf8(data, text_from(declared), &out, document, NULL), 0);
	assert_string_equal(buffer_string(&out), expected);
	struct text found = document_builder_meta(document, DOCUMENT_META_ENCODING);
	if (text_compare(found, text_from(encoding)) != 0)
		fail_msg("found %.*s, expected %s", TEXT_ARGS(found), encoding);
	assert_int_equal(document_builder_counts(document)->replaced_bytes, replaced);
	buffer_done(&out);
	document_builder_destroy(document);
}
#define DECODES(literal, ...) decodes((struct text){ (literal), sizeof(literal) - 1 }, __VA_ARGS__)

static void utf8(void **state)
{
	(void)state;
	DECODES("", "", "", "UTF-8", 0);
	DECODES("plain", "", "plain", "UTF-8", 0);
	DECODES("\xEF\xBB\xBFµ\r\na\rb\n\r\n\r", "", "µ\na\nb\n\n\n", "UTF-8", 0);
	DECODES("\xC3\xA9t\xC3\xA9", "iso-8859-1", "été", "UTF-8", 0); /* what is valid UTF-8 is believed over a declaration */
	DECODES("a\0b", "", "a\xEF\xBF\xBD" "b", "UTF-8", 1);
	DECODES("é é é é \xFF\r\n", "", "é é é é \xEF\xBF\xBD\n", "UTF-8", 1);
}

static void utf16(void **state)
{
	(void)state;
	DECODES("\xFF\xFEh\0\xE9\0\r\0\n\0x\0\r\0y\0", "", "hé\nx\ny", "UTF-16LE", 0);
	DECODES("\xFE\xFF\0h\xD8\x3D\xDE\x00", "", "h\xF0\x9F\x98\x80", "UTF-16BE", 0);
	DECODES("p\0l\0a\0i\0n\0", "", "plain", "UTF-16LE", 0);
	DECODES("\xFF\xFE\0\0h\0\0\0\xE9\0\0\0\n\0\0\0", "", "h\xC3\xA9\n", "UTF-32LE", 0);
	DECODES("\0\0\xFE\xFF\0\0\0h\0\0\0\xE9", "", "h\xC3\xA9", "UTF-32BE", 0);
	DECODES("\0p\0l\0a\0i\0n", "", "plain", "UTF-16BE", 0);
	DECODES("\xFF\xFE\x00\xDCx\0\x3D\xD8y\0z", "", "\xEF\xBF\xBDx\xEF\xBF\xBDy\xEF\xBF\xBD", "UTF-16LE", 3);
}

static void single_bytes(void **state)
{
	(void)state;
	DECODES("\x93quoted\x94 \x80 \xE9\r\n", "", "“quoted” € é\n", "WINDOWS-1252", 0);
	DECODES("\x93x\x94\x81", "ISO-8859-1", "“x”\xEF\xBF\xBD", "WINDOWS-1252", 1);
	DECODES("Param\xE8tre de capacit\xE9", "", "Paramètre de capacité", "WINDOWS-1252", 0);
	DECODES("\xA4 \xBD", "iso-8859-15", "€ œ", "ISO-8859-15", 0);
	DECODES("\xCF\xF0\xE8\xE2\xE5\xF2", "windows-1251", "Привет", "WINDOWS-1251", 0);
	DECODES("caf\xE9", "no such; charset", "café", "WINDOWS-1252", 0);
	DECODES("caf\xE9", "x-unknown", "café", "WINDOWS-1252", 0);
	DECODES("\x1B$B$3\x1B(B", "iso-2022-jp", "こ", "ISO-2022-JP", 0);
	DECODES("\x82\xB1\x82", "shift_jis", "こ\xEF\xBF\xBD", "SHIFT_JIS", 1);
}

/* Where the letters are letters decides. */
static void western_systems(void **state)
{
	(void)state;
	DECODES("D\x8E" "bit moyen;Unit\x8E;Param\x8Ftre;\x83tat", "", "Débit moyen;Unité;Paramètre;État", "MACINTOSH", 0);
	DECODES("D\x82" "bit moyen;Unit\x82;Param\x8Atre;Gr\x94\xE1" "e", "", "Débit moyen;Unité;Paramètre;Größe", "CP850", 0);
	DECODES("l\x92" "eau, \x93quoted\x94, \x84M\xFChe\x93 \x96 na\xEFve\x85", "", "l’eau, “quoted”, „Mühe“ – naïve…", "WINDOWS-1252", 0);
	DECODES("Prix: 10 \xA4, l'\xBDuvre", "", "Prix: 10 \u20AC, l'\u0153uvre", "ISO-8859-15", 0);
	DECODES("Preis;W\xE4hrung\n10;\xA4\n", "", "Preis;Währung\n10;\u20AC\n", "ISO-8859-15", 0);
	DECODES("\xA4 item of an old list, 2\xBD m\xE4tt", "", "\u00A4 item of an old list, 2½ mätt", "WINDOWS-1252", 0);
	DECODES("the end\xE9\r\n\x1A", "", "the endé\n", "WINDOWS-1252", 0);
	DECODES("padded\xE9\n\0\0\0", "", "paddedé\n", "WINDOWS-1252", 0);
}

/* Enough text is recognised without a declaration. */
static void detection(void **state)
{
	(void)state;
	static const struct { const char *charset, *expected, *text; } cases[] = {
		{ "WINDOWS-1251", "WINDOWS-1251", "Базовая станция передаёт сигнал синхронизации в каждом кадре, и терминал измеряет его мощность. " },
		{ "SHIFT_JIS", "SHIFT_JIS", "基地局は同期信号を各フレームで送信し、端末はその電力を測定します。これは日本語の文章です。" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char encoded[4096], *from = (char *)(uintptr_t)cases[i].text, *to = encoded;
		size_t left = strlen(cases[i].text), room = sizeof(encoded);
		iconv_t handle = iconv_open(cases[i].charset, "UTF-8");
		assert_true(handle != (iconv_t)-1);
		assert_int_equal(iconv(handle, &from, &left, &to, &room), 0);
		iconv_close(handle);
		decodes((struct text){ encoded, sizeof(encoded) - room }, "", cases[i].text, cases[i].expected, 0);
	}
}

/* Whatever the bytes and the declaration, the result is valid UTF-8 without "\r". */
static void random_bytes_become_valid(void **state)
{
	(void)state;
	static const char *const declared[] = { "", "utf-8", "windows-1252", "shift_jis", "gb18030", "iso-2022-jp", "utf-7", "euc-kr" };
	struct support_random random = { 7 };
	char data[3000];

	for (int round = 0; round < 400; round++) {
		size_t bytes = support_random_below(&random, sizeof(data));
		uint64_t range = round % 3 == 0 ? 256 : round % 3 == 1 ? 130 : 200;
		for (size_t i = 0; i < bytes; i++)
			data[i] = (char)support_random_below(&random, range);
		struct document_builder *document = document_builder_create();
		struct buffer out;
		buffer_init(&out, 1 << 20);
		assert_int_equal(encoding_to_utf8((struct text){ data, bytes }, text_from(declared[round % 8]), &out, document, NULL), 0);
		assert_int_equal(utf8_valid_prefix(buffer_view(&out)), out.bytes);
		assert_true(out.bytes == 0 || !memchr(out.data, '\r', out.bytes));
		buffer_done(&out);
		document_builder_destroy(document);
	}
}

static void a_limit_is_said(void **state)
{
	(void)state;
	struct document_builder *document = document_builder_create();
	struct error_text error = { "" };
	struct buffer out;
	buffer_init(&out, 4);
	assert_int_equal(encoding_to_utf8(TEXT_LITERAL("\xE9\xE9\xE9\xE9"), TEXT_LITERAL(""), &out, document, &error), ERROR_LIMIT_HIT);
	assert_non_null(strstr(error.message, "larger than the 4 bytes"));
	buffer_done(&out);
	document_builder_destroy(document);
}

/* What is as it should be already stays where it is. */
static void views(const char *source, size_t bytes, bool any_line_ends, bool in_place, const char *expected)
{
	struct document_builder *document = document_builder_create();
	struct text data = { source, bytes }, text;
	struct buffer out;

	buffer_init(&out, 1 << 20);
	assert_int_equal(encoding_view_utf8(data, TEXT_LITERAL(""), any_line_ends, &out, &text, document, NULL), 0);
	assert_int_equal(text.bytes, strlen(expected));
	assert_memory_equal(text.data, expected, text.bytes);
	assert_int_equal(text.data >= source && text.data < source + bytes, in_place);
	assert_int_equal(out.bytes, in_place ? 0 : text.bytes);
	buffer_done(&out);
	document_builder_destroy(document);
}
#define VIEWS(literal, ...) views((literal), sizeof(literal) - 1, __VA_ARGS__)

static void no_copy_without_need(void **state)
{
	(void)state;
	VIEWS("größer\n", false, true, "größer\n");
	VIEWS("\xEF\xBB\xBF" "größer\n", false, true, "größer\n");
	VIEWS("a\r\nb\rc", false, false, "a\nb\nc");
	VIEWS("a\r\nb\rc", true, true, "a\r\nb\rc");
	VIEWS("\xEF\xBB\xBF" "a\r\n", false, false, "a\n");
	VIEWS("a\0b, and more of it", true, false, "a\uFFFDb, and more of it");
	VIEWS("gr\xF6\xDF" "er", true, false, "größer");
	VIEWS("\xFF\xFE" "a\0b\0", true, false, "ab");
	VIEWS("Nihongo \x1B$BF|K\\\x1B(B", true, false, "Nihongo 日本");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8), cmocka_unit_test(utf16), cmocka_unit_test(single_bytes), cmocka_unit_test(western_systems), cmocka_unit_test(detection),
		cmocka_unit_test(random_bytes_become_valid), cmocka_unit_test(a_limit_is_said),
		cmocka_unit_test(no_copy_without_need),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
