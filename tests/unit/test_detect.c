/* What a file is, by content first and name second. */
#include "workers/preprocess/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define DETECT(expected, name, literal) \
	assert_string_equal(document_format_name(detect_format((struct text){ (literal), sizeof(literal) - 1 }, TEXT_LITERAL(name))), expected)

static void magic_wins_over_names(void **state)
{
	(void)state;
	DETECT("unknown", "a.html", "");
	DETECT("pdf", "a.txt", "%PDF-1.7\n%\xE2\xE3");
	DETECT("pdf", "a.md", "garbage\n%PDF-1.4\n");
	DETECT("archive", "a.html.gz", "\x1F\x8B\x08\0\0\0\0\0");
	DETECT("archive", "x", "BZh91AY&SY");
	DETECT("image", "a.html", "\x89PNG\r\n\x1A\n\0\0\0\rIHDR");
	DETECT("image", "a", "\xFF\xD8\xFF\xE0\0\x10JFIF");
	DETECT("image", "a", "GIF89a\1\0\1\0");
	DETECT("image", "a.svg", "<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns='http://www.w3.org/2000/svg'/>");
	DETECT("image", "b.svg", "<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\"\n \"svg11.dtd\">\n<!-- drawn\n -->\n<svg width=\"8pt\"/>");
	DETECT("binary", "a.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0");
	DETECT("binary", "a.txt", "\x7F" "ELF\2\1\1\0\0\0\0\0");
	DETECT("binary", "a.txt", "abc\0def\0\0\1\2\3ghi");
}

/* Local headers of a ZIP with members stored without content, and its directory when asked. */
static struct text make_zip(struct buffer *out, const char *const *names, size_t count, bool with_directory)
{
	size_t starts[8], directory;

	buffer_init(out, 1 << 16);
	for (size_t i = 0; i < count; i++) {
		starts[i] = out->bytes;
		uint16_t length = (uint16_t)strlen(names[i]);
		buffer_append(out, "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 26);
		buffer_append(out, &length, 2);
		buffer_append(out, "\0\0", 2);
		buffer_append_string(out, names[i]);
	}
	directory = out->bytes;
	for (size_t i = 0; i < count && with_directory; i++) {
		uint16_t length = (uint16_t)strlen(names[i]);
		uint32_t start = (uint32_t)starts[i];
		buffer_append(out, "PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 28);
		buffer_append(out, &length, 2);
		buffer_append_repeat(out, '\0', 12);
		buffer_append(out, &start, 4);
		buffer_append_string(out, names[i]);
	}
	if (with_directory) {
		uint32_t place[2] = { (uint32_t)(out->bytes - directory), (uint32_t)directory };
		buffer_append(out, "PK\5\6\0\0\0\0\1\0\1\0", 12);
		buffer_append(out, place, sizeof(place));
		buffer_append(out, "\0\0", 2);
	}
	return buffer_view(out);
}

static void zips_are_told_apart(void **state)
{
	(void)state;
	static const struct { const char *names[3]; size_t count; const char *expected; } cases[] = {
		{ { "[Content_Types].xml", "_rels/.rels", "word/document.xml" }, 3, "docx" },
		{ { "[Content_Types].xml", "xl/workbook.xml", "" }, 2, "binary" },
		{ { "[Content_Types].xml", "visio/document.xml", "" }, 2, "binary" },
		{ { "docs/a.html", "docs/word/document.xml", "" }, 2, "archive" },
		{ { "a", "", "" }, 1, "archive" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (int with_directory = 0; with_directory < 2; with_directory++) {
			struct buffer zip;
			struct text data = make_zip(&zip, cases[i].names, cases[i].count, with_directory);
			assert_string_equal(document_format_name(detect_format(data, TEXT_LITERAL("x.zip"))), cases[i].expected);
			/* Cut anywhere, it is still a ZIP or nothing worse. */
			for (size_t bytes = 4; bytes < data.bytes; bytes++) {
				enum document_format format = detect_format(text_slice(data, 0, bytes), TEXT_LITERAL("x"));
				assert_true(format == DOCUMENT_FORMAT_ARCHIVE || format == DOCUMENT_FORMAT_DOCX || format == DOCUMENT_FORMAT_BINARY);
			}
			buffer_done(&zip);
		}
	}
	DETECT("binary", "a.odt", "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.text");
}

static void markup(void **state)
{
	(void)state;
	DETECT("html", "a", "\xEF\xBB\xBF \n<!-- c -->\n<!DOCTYPE html PUBLIC \"x\"><html>");
	DETECT("html", "a.txt", "<HTML><body>x</body></HTML>");
	DETECT("html", "a", "<?xml version='1.0'?>\n<html xmlns='x'>");
	DETECT("html", "a.htm", "Some text without a head, <b>bold</b>");
	DETECT("html", "a.html", "Two lines<br>\nand nothing else");
	DETECT("html", "a.html", "B&#252;r");
	DETECT("text", "a.html", "a < b && c");
	DETECT("html", "a", "<h1>Title</h1><p>x</p>");
	DETECT("html", "a", "\xFF\xFE\0\0<\0\0\0h\0\0\0t\0\0\0m\0\0\0l\0\0\0>\0\0\0");
	DETECT("text", "a", "\0\0\xFE\xFF\0\0\0w\0\0\0o");
	DETECT("html", "a.html", "\xFF\xFE<\0h\0t\0m\0l\0>\0");
	DETECT("markdown", "README.md", "<p align=center>\n<img src=x></p>\n\n# Title\n");
	DETECT("markdown", "a.md", "just words");
	DETECT("markdown", "a", "# Feature\n\nText with words.\n\n## Parameters\n\nMore.\n");
	DETECT("markdown", "a.txt", "Intro\n\n## Head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
	DETECT("text", "a.txt", "Heading\n=======\n\nThe words of a text.\n");
	DETECT("text", "a.xml", "<?xml version='1.0'?><config><a/></config>");
	DETECT("text", "a.json", "{\"a\": 1,\n\"b\": 2,\n\"c\": 3}\n");
	DETECT("binary", "a.mht", "Received: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n");
	DETECT("html", "a.mht", "From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n");
	DETECT("text", "a.eml", "From: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nWords of a letter.\r\n");
	DETECT("text", "run.sh", "# first\n\n## second\n\nls\n");
	DETECT("text", "run", "#!/bin/sh\n# comment\nls\n\n# other\npwd\n");
	DETECT("text", "a.conf", "# one\nkey = 1\n# two\nkey = 2\n");
	DETECT("text", "a.c", "int a, b, c;\nint d, e, f;\nint g, h, i;\n");
}

static void delimited(void **state)
{
	(void)state;
	DETECT("csv", "a.csv", "one\ntwo\n");
	DETECT("csv", "a.tab", "one\ttwo\n");
	DETECT("csv", "a.psv", "one|two\n");
	DETECT("csv", "a.csv", "Name,Town\nAn\0na,Bern\nBen,Rome\n"); /* a stray one */
	DETECT("csv", "a.csv", "a,b\n1,2\n3\0,4\n");
	DETECT("html", "a.html", "<html><body><h1>N\0ul</h1></body></html>");
	DETECT("binary", "a.bin", "Name,Town\nAn\0na,Bern\nBen,Rome\n");
	DETECT("csv", "a", "Name;Type;Unit\nx;\"a;b\";ms\ny;z;s\n");
	DETECT("csv", "a.txt", "a\tb\n1\t2\n3\t4\n");
	DETECT("csv", "a", "Parameter,MO,Default\na,B,1\nc,D,2\n");
	DETECT("text", "a", "Dear reader,\nthis is text, which has commas.\nNot many, though, and not the same.\n");
	DETECT("text", "a", "one line; only\n");
	DETECT("csv", "a", "\xFF\xFE" "a\0,\0b\0,\0c\0\n\0" "1\0,\0" "2\0,\0" "3\0\n\0" "4\0,\0" "5\0,\0" "6\0\n\0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(magic_wins_over_names), cmocka_unit_test(zips_are_told_apart), cmocka_unit_test(markup), cmocka_unit_test(delimited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
