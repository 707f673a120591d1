/* test_image_links.c: images are found where Markdown shows them and nowhere else, paths are resolved without getting out, and targets
 * written are read back; images in "data:" targets are decoded and kept. */
#include "proto/image_links.h"
#include "tests/unit/support.h"
#include "workers/preprocess/data_uri.h"
#include "workers/preprocess/embedded_images.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void assert_text(struct text text, const char *expected)
{
	if (!text_equal(text, text_from(expected)))
		fail_msg("\"%.*s\" instead of \"%s\"", TEXT_ARGS(text), expected);
}

/* The targets found, joined by blanks. */
static void assert_targets(const char *markdown, const char *expected)
{
	struct image_links links;
	struct image_link link;
	struct buffer found;
	struct text text = text_from(markdown);

	buffer_init(&found, 1 << 20);
	image_links_init(&links, text);
	while (image_links_next(&links, &link)) {
		assert_text(text_slice(text, link.start, link.label_start), "![");
		assert_int_equal(text.data[link.end - 1], ')');
		buffer_append_text(&found, text_slice(text, link.target_start, link.target_end));
		buffer_append_byte(&found, ' ');
	}
	assert_text(text_trim(buffer_view(&found)), expected);
	buffer_done(&found);
}

static void test_targets_are_found(void **state)
{
	(void)state;
	assert_targets("![a](b.png)", "b.png");
	assert_targets("x ![a](b.png) y ![c]( d.png ) [![e](f.png)](g.html)\n![](h.png)", "b.png d.png f.png h.png");
	assert_targets("![a](b.png \"title (1)\") ![a](c.png 'd')", "b.png c.png");
	assert_targets("![a [b] c](d(1).png)", "d(1).png");
	assert_targets("![a](<b c.png> \"t\")", "<b c.png>");
	assert_targets("| ![a](b.png) | ![c](d.png) |", "b.png d.png");
	assert_targets("![a\nb](c.png)", "c.png");
	assert_targets("- ![a](b.png)\n\n  ![c](d.png)\n", "b.png d.png");
	assert_targets("", "");
}

static void test_what_is_no_image_is_left_alone(void **state)
{
	(void)state;
	assert_targets("[a](b.png)", "");
	assert_targets("\\![a](b.png) !\\[a](b.png) ![a\\](b.png)", "");
	assert_targets("`![a](b.png)` ``![a](`b.png)`` ![c](d.png)", "d.png");
	assert_targets("```\n![a](b.png)\n```\n![c](d.png)\n~~~~ x\n![a](b.png)\n~~~\n~~~~\n![e](f.png)", "d.png f.png");
	assert_targets("```\n![a](b.png)\n", "");
	assert_targets("> ```\n> ![a](b.png)\n> ```\n> ![c](d.png)", "d.png");
	assert_targets("![a](b c.png)", "");
	assert_targets("![a](b.png", "");
	assert_targets("![a]\n\n(b.png) ![a\n\nb](c.png) ![x] (y.png)", "");
	assert_targets("` ![a](b.png)", "b.png"); /* a backtick that nothing closes */
}

/* Linear: what begins and never ends is not looked at again and again. */
static void test_hostile_text_takes_linear_time(void **state)
{
	static const char *const pieces[] = { "![", "![](", "![a](<", "`", "``` `", "](", "![](((((", "[[[[![", "![a](b \"", "![a](b (", "![a](<\\>", "]![a](b" };
	struct image_links links;
	struct image_link link;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct buffer text;
		buffer_init(&text, 1 << 24);
		while (text.bytes < 1 << 21)
			buffer_append_string(&text, pieces[i]);
		image_links_init(&links, buffer_view(&text));
		while (image_links_next(&links, &link))
			;
		buffer_done(&text);
	}
}

static void assert_read(const char *target, enum image_link_kind kind, const char *path)
{
	struct buffer out;

	buffer_init(&out, 1 << 16);
	assert_int_equal(image_link_read(text_from(target), &out), kind);
	assert_text(buffer_view(&out), path);
	buffer_done(&out);
}

static void test_targets_are_read(void **state)
{
	(void)state;
	assert_read("img/a.png", IMAGE_LINK_RELATIVE, "img/a.png");
	assert_read("../a%20b%25.png?x=1#y", IMAGE_LINK_RELATIVE, "../a b%.png");
	assert_read("<a b.png>", IMAGE_LINK_RELATIVE, "a b.png");
	assert_read("img\\a.png", IMAGE_LINK_RELATIVE, "img/a.png");
	assert_read("a\\_b&amp;c%zz%0", IMAGE_LINK_RELATIVE, "a_b&c%zz%0");
	assert_read("a%00b", IMAGE_LINK_RELATIVE, "a%00b"); /* no name holds a NUL */
	assert_read("a:b.png", IMAGE_LINK_ABSOLUTE, "");
	assert_read("C:\\docs\\a.png", IMAGE_LINK_ABSOLUTE, "");
	assert_read("file:///a.png", IMAGE_LINK_ABSOLUTE, "");
	assert_read("/img/a%20b.png", IMAGE_LINK_ROOTED, "img/a b.png");
	assert_read("\\\\server\\a.png", IMAGE_LINK_ABSOLUTE, "");
	assert_read("#a", IMAGE_LINK_ABSOLUTE, "");
	assert_read("", IMAGE_LINK_ABSOLUTE, "");
	assert_read("https://x/a.png", IMAGE_LINK_EXTERNAL, "");
	assert_read("//x/a.png", IMAGE_LINK_EXTERNAL, "");
	assert_read("data:image/png;base64,AAAA", IMAGE_LINK_EXTERNAL, "");
}

static void assert_resolved(const char *document, bool root_named, const char *path, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 1 << 16);
	bool inside = image_link_resolve(text_from(document), root_named, text_from(path), &out);
	assert_int_equal(inside, expected != NULL);
	if (expected)
		assert_text(buffer_view(&out), expected);
	buffer_done(&out);
}

static void test_paths_do_not_get_out(void **state)
{
	(void)state;
	assert_resolved("docs/guide/a.html", true, "b.png", "docs/guide/b.png");
	assert_resolved("docs/guide/a.html", true, "../img/./b.png", "docs/img/b.png");
	assert_resolved("docs/guide/a.html", true, "../../other/b.png", NULL);
	assert_resolved("docs/guide/a.html", true, "../..", NULL);
	assert_resolved("docs/guide/a.html", false, "../../other/b.png", "other/b.png");
	assert_resolved("docs/guide/a.html", false, "../../../b.png", NULL);
	assert_resolved("a.html", true, "b.png", "b.png");
	assert_resolved("a.html", false, "../b.png", NULL);
	assert_resolved("a.html", false, ".", NULL);
	assert_resolved("docs/a.html", true, "x//y.png", "docs/x/y.png");
}

static void test_targets_written_are_read_back(void **state)
{
	static const char *const paths[] = { "images/a.png", "images/a b/(c) [d]#e?f%20g<h>`i`*_\"\\.png", "images/\xC3\xBC\xE2\x82\xAC.png" };
	struct buffer target, path, resolved, markdown;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		buffer_init(&target, 1 << 16);
		buffer_init(&path, 1 << 16);
		buffer_init(&resolved, 1 << 16);
		buffer_init(&markdown, 1 << 16);
		image_link_append_target(TEXT_LITERAL("markdown/x/y.md"), text_from(paths[i]), &target);
		assert_int_equal(image_link_read(buffer_view(&target), &path), IMAGE_LINK_RELATIVE);
		assert_true(image_link_resolve(TEXT_LITERAL("markdown/x/y.md"), false, buffer_view(&path), &resolved));
		assert_text(buffer_view(&resolved), paths[i]);
		buffer_append_format(&markdown, "| ![a](%s) |", buffer_string(&target));
		assert_targets(buffer_string(&markdown), buffer_string(&target));
		buffer_done(&target);
		buffer_done(&path);
		buffer_done(&resolved);
		buffer_done(&markdown);
	}
}

/* --- images in the text itself ---------------------------------------------------------------------------------------- */

static void assert_decoded(const char *uri, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 1 << 16);
	assert_int_equal(data_uri_decode(text_from(uri), &out), expected != NULL);
	if (expected)
		assert_text(buffer_view(&out), expected);
	buffer_done(&out);
}

static void test_data_uris(void **state)
{
	(void)state;
	assert_decoded("data:image/gif;base64,R0lGODlh", "GIF89a");
	assert_decoded("DATA:image/gif;BASE64,R0lGODlhMQ==", "GIF89a1");
	assert_decoded("data:image/gif;base64,R0lG\n ODlhMTI", "GIF89a12");
	assert_decoded("data:image/gif;base64,R0lGODlhMQ%3D%3D", "GIF89a1");
	assert_decoded("data:image/svg+xml,%3Csvg/%3E", "<svg/>");
	assert_decoded("data:image/svg+xml;utf8,<svg a='b'/>", "<svg a='b'/>");
	assert_decoded("data:image/gif;base64,R0lG*DlhMQ==", NULL);
	assert_decoded("data:image/gif;base64,R0lGO", NULL);
	assert_decoded("data:image/gif;base64,R0==lG", NULL);
	assert_decoded("data:image/gif;base64", NULL);
	assert_decoded("image.png", NULL);
}

static void test_embedded_images_are_taken(void **state)
{
	struct document_builder *document = document_builder_create();
	struct buffer markdown, scratch;

	(void)state;
	buffer_init(&markdown, 1000);
	buffer_init(&scratch, 2000);
	buffer_append_string(&markdown, "a ![one](data:image/gif;base64,R0lGODlh \"t\") b ![two](x.png) ![three](data:image/gif;base64,R0lGODlh)\n"
					"![four *f*](data:image/gif;base64,!!!) `![five](data:,x)`\n");
	assert_int_equal(embedded_images_count(buffer_view(&markdown)), 4);
	assert_int_equal(embedded_images_take(&markdown, &scratch, document), 0);
	char expected[400], target[64];
	struct buffer out;
	buffer_init(&out, sizeof(target));
	assert_int_equal(document_builder_add_image(document, TEXT_LITERAL(""), TEXT_LITERAL("GIF89a"), &out), 0);
	snprintf(target, sizeof(target), "%s", buffer_string(&out));
	snprintf(expected, sizeof(expected), "a ![one](%s \"t\") b ![two](x.png) ![three](%s)\nfour *f* `![five](data:,x)`\n", target, target);
	assert_text(buffer_view(&markdown), expected);
	assert_int_equal(markdown.bytes_max, 1000);
	assert_int_equal(scratch.bytes_max, 2000);
	assert_int_equal(embedded_images_count(buffer_view(&markdown)), 3);
	buffer_done(&out);
	buffer_done(&markdown);
	buffer_done(&scratch);
	document_builder_destroy(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets_are_found),
		cmocka_unit_test(test_what_is_no_image_is_left_alone),
		cmocka_unit_test(test_hostile_text_takes_linear_time),
		cmocka_unit_test(test_targets_are_read),
		cmocka_unit_test(test_paths_do_not_get_out),
		cmocka_unit_test(test_targets_written_are_read_back),
		cmocka_unit_test(test_data_uris),
		cmocka_unit_test(test_embedded_images_are_taken),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
