#define _GNU_SOURCE
/* Pages that are broken, older or newer than the parser: what it is given, and what becomes of it. */
#include "tests/unit/convert_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static void html(const char *source, const char *expected)
{
	convert_expect(convert_html, "page.html", source, expected);
}

static void raw_text(void **state)
{
	(void)state;
	html("<!DOCTYPE html><xmp><b>not bold</b> &amp;</xmp><p>x <plaintext><i>a</i> & b",
	     "```\n<b>not bold</b> &amp;\n```\n\nx\n\n```\n<i>a</i> & b\n```\n");
	html("<!DOCTYPE html><p>a <![CDATA[1 < 2 && x]]> b</p>",
	     "a 1 < 2 && x b\n");
	html("<!DOCTYPE html><p>a</p><script>document.write(\"<p>no</p>\"); var x = \"</p>\";</script><script "
	     "type=\"text/template\"><div>no</div></script><p>b</p><style>p > a {}</style><textarea>t</textarea><iframe "
	     "src=x>fallback</iframe>",
	     "a\n\nb\n");
}

static void broken_markup(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p>before <!-- never closed <p>after</p> more text",
	     "before after\n\nmore text\n");
	html("<!DOCTYPE html><p>if a<b && c<5 then <3 x<=y</p><p>1<2</p>",
	     "if a\\<b && c<5 then <3 x<=y\n\n1<2\n");
	html("<!DOCTYPE html><p><b>bold <i>both</b> italic</i> plain</p><p><a href=x>link <p>para in link</p></a></p><b><p>block in "
	     "bold</p></b><table><tr><td>a<td>b<tr><td>c</table><ul><li>x<p>y</ul>",
	     "**bold *both*** italic plain\n\nlink\n\npara in link\n\nblock in bold\n\n| a | b |\n| --- | --- |\n| c |  |\n\n- "
	     "x\n\n  y\n");
	html("<html><body></body></html><p>behind the end <b>bold</b></p>",
	     "behind the end **bold**\n");
	html("<!DOCTYPE html><frameset cols=\"20%,*\"><frame src=a><frame src=b><noframes><body><p>No frames "
	     "text</p></body></noframes></frameset>",
	     "No frames text\n");
}

static void entities(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p>&hellip; &mdash; &check; &apos; &lt;b&gt; &unheardof; &copy 2000 AT&T &#x2014; &#8212 x &#0; "
	     "&#xD800; &frac12; &lbrack;x&rbrack; &Eacute;&euml;</p><p><a href=\"?a=1&copy=2&amp;b=3\">l</a></p>",
	     "… — ✓ ' \\<b> \\&unheardof; © 2000 AT&T — — x � � ½ [x] Éë\n\n[l](?a=1&copy=2&b=3)\n");
}

static void elements_of_html_5(void **state)
{
	(void)state;
	html("<!DOCTYPE html><ul><li>a<wbr>b<li>c<br/>d<li>e<source>f</ul>",
	     "- ab\n- c\n  d\n- ef\n");
	html("<!DOCTYPE html><form><label for=a>Name</label> <input id=a> <select><option>One<option>Two</select> <label><input "
	     "type=radio> Choice</label><button>Go</button></form><p>x</p>",
	     "Name Choice\n\nx\n");
}

static char *filled(const char *head, const char *piece, size_t count, const char *tail)
{
	size_t head_bytes = strlen(head), piece_bytes = strlen(piece);
	char *text = malloc(head_bytes + piece_bytes * count + strlen(tail) + 1), *to = text;

	assert_non_null(text);
	to = mempcpy(to, head, head_bytes);
	for (size_t i = 0; i < count; i++)
		to = mempcpy(to, piece, piece_bytes);
	memcpy(to, tail, strlen(tail) + 1);
	return text;
}

/* Longer than any limit of the parser: nothing is cut, and what stands behind arrives. */
static void large_runs_arrive_whole(void **state)
{
	(void)state;
	enum { COUNT = 1200000 };
	static const struct { const char *head, *piece, *tail; size_t markdown_bytes_min; } cases[] = {
		{ "<html><p>", "text node ", "<p>last words", 10ull * COUNT },
		{ "<html><pre>", "code block\n", "</pre>last words", 11ull * COUNT },
		{ "<html><!--", "a comment ", "--><p>last words", 0 },
		{ "<html><p title='", "attributes", "'>last words", 0 },
		{ "<html><p class='", "classes c ", "'>last words", 0 },
		{ "<html><script>", "var x = 1;", "</script><p>last words", 0 },
		{ "<html><p>a<", "bbbbbbbbbb", ">last words", 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *source = filled(cases[i].head, cases[i].piece, COUNT, cases[i].tail);
		struct converted page = convert_run(convert_html, "p.html", text_from(source));
		assert_int_equal(page.status, 0);
		assert_true(page.markdown.bytes >= cases[i].markdown_bytes_min);
		assert_true(document_builder_scores(page.document)->conversion == 1);
		if (!strstr(buffer_string(&page.markdown), "last words"))
			fail_msg("case %zu lost its last words", i);
		converted_done(&page);
		free(source);
	}
}

static void expect_bytes(const char *source, size_t bytes, const char *markdown, const char *encoding)
{
	struct converted page = convert_run(convert_html, "p.html", (struct text){ source, bytes });

	assert_int_equal(page.status, 0);
	assert_string_equal(buffer_string(&page.markdown), markdown);
	assert_true(text_equal_nocase(document_builder_meta(page.document, DOCUMENT_META_ENCODING), text_from(encoding)));
	converted_done(&page);
}

#define BYTES(literal) literal, sizeof(literal) - 1

static void charsets_are_found(void **state)
{
	(void)state;
	expect_bytes(BYTES("<meta charset=shift_jis><p>\x93\xFA\x96\x7B\x8C\xEA"), "日本語\n", "SHIFT_JIS");
	expect_bytes(BYTES("<meta charset=koi8-r><p>\xF0\xD2\xC9\xD7\xC5\xD4"), "Привет\n", "KOI8-R");
	expect_bytes(BYTES("<?xml version='1.0' encoding='iso-8859-2'?><html><p>\xB9\xE8"), "šč\n", "ISO-8859-2");
	expect_bytes(BYTES("<p>na\xEFve \x96 \x80 5"), "naïve – € 5\n", "WINDOWS-1252");
	expect_bytes(BYTES("<\0p\0>\0x\0y\0z\0"), "xyz\n", "UTF-16LE");
	expect_bytes(BYTES("<p>a\0b"), "a\xEF\xBF\xBD" "b\n", "UTF-8");
}

static void saved_pages(void **state)
{
	(void)state;
#define SAVED(encoding, body) \
	"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"--x\"\r\n\r\n" \
	"----x\r\nContent-Type: text/css\r\n\r\np {}\r\n----x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: " encoding \
	"\r\n\r\n" body "\r\n----x--\r\n"
	assert_int_equal(detect_format(TEXT_LITERAL(SAVED("7bit", "<p>x")), TEXT_LITERAL("a.mht")), DOCUMENT_FORMAT_HTML);
	html(SAVED("quoted-printable", "<html><h1>T=C3=A4st</h1><p>Hello wor=\r\nld, 1 =3D 1</p>"), "# Täst\n\nHello world, 1 = 1\n");
	html(SAVED("base64", "PHA+YSBwYXJh\r\nZ3JhcGg8L3A+"), "a paragraph\n");
	html(SAVED("7bit", "<p>plain"), "plain\n");
	struct converted page = convert_run(convert_html, "p.mht", TEXT_LITERAL(SAVED("base64", "PHA+%%%")));
	assert_true(page.status < 0);
	assert_non_null(strstr(page.error.message, "MHTML"));
	converted_done(&page);
}

static void mails(void **state)
{
	(void)state;
#define MAIL(part) \
	"Return-Path: <j@x>\r\nFrom: Jane <j@x>\r\nSubject: Cell & state\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"a\"\r\n\r\n--a\r\n" \
	"Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: " part "\r\n\r\n<h1>Cell</h1>" \
	"<p>x</p>\r\n--b--\r\n--a\r\nContent-Type: image/png\r\n\r\nAAAA\r\n--a--\r\n"
	assert_int_equal(detect_format(TEXT_LITERAL(MAIL("text/html")), TEXT_LITERAL("a.eml")), DOCUMENT_FORMAT_HTML);
	assert_int_equal(detect_format(TEXT_LITERAL(MAIL("text/x")), TEXT_LITERAL("a.eml")), DOCUMENT_FORMAT_TEXT);
	html(MAIL("text/html"), "From: Jane \\<j@x>\nSubject: Cell & state\n\n# Cell\n\nx\n");
	html("From: =?UTF-8?Q?In=C3=AAs?= <i@x>\r\nSubject: =?utf-8?B?w7w=?=\r\n =?iso-8859-1?q?=F6_K?= for =?x?Q?y?= =?utf-8?\r\nMIME-Version: 1.0\r\n"
	     "Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>K=F6=\r\nln</p>\r\n",
	     "From: In\u00EAs \\<i@x>\nSubject: \u00FC\u00F6 K for =?x?Q?y?= =?utf-8?\n\nK\u00F6ln\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_text), cmocka_unit_test(broken_markup), cmocka_unit_test(entities),
		cmocka_unit_test(elements_of_html_5), cmocka_unit_test(large_runs_arrive_whole),
		cmocka_unit_test(charsets_are_found), cmocka_unit_test(saved_pages), cmocka_unit_test(mails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
