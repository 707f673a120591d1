/* The tree of a page: what its small nodes leave out must come out of the stops all the same. */
#define _GNU_SOURCE
#include "workers/preprocess/html_tree.h"

#include "tests/unit/convert_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

enum { DEPTH_MAX = 64, TREE_BYTES_MAX = 64 << 20 };

static struct html_tree parse(struct text page)
{
	struct html_tree tree;
	struct error_text error = { "" };

	assert_int_equal(html_tree_parse(page, DEPTH_MAX, TREE_BYTES_MAX, &tree, &error), 0);
	return tree;
}

/* Node by node, which is how nobody else counts. */
static uint32_t counted(const struct html_tree *tree, uint32_t index, enum html_total total)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t sum = 0;

	for (uint32_t i = index; i < html_node_end(nodes, index); i++)
		switch (total) {
		case HTML_TOTAL_TEXT: sum += (uint32_t)html_tree_text(tree, i).bytes; break;
		case HTML_TOTAL_LINK_TEXT: sum += nodes[i].tag == HTML_TEXT && nodes[i].in_link ? (uint32_t)html_tree_text(tree, i).bytes : 0; break;
		case HTML_TOTAL_HEADINGS: sum += nodes[i].tag >= HTML_H1 && nodes[i].tag <= HTML_H6; break;
		case HTML_TOTAL_TABLES: sum += nodes[i].tag == HTML_TABLE; break;
		default: sum += nodes[i].tag == HTML_PRE; break;
		}
	return sum;
}

/* Elements of all kinds of totals, texts of all lengths around what a node has room for, and tags with so many attributes that they are far from the
 * stop before them. */
static void append_part(struct buffer *page, unsigned seed)
{
	buffer_append_format(page, "<div id=\"part%u\"", seed);
	for (unsigned i = 0; i < seed % 7 * 9; i++)
		buffer_append_string(page, " class=\"c d\" href=\"x&amp;y\"");
	buffer_append_format(page, "><h2>Part %u</h2><a href=\"#p%u\">to <b>it</b></a>", seed, seed);
	buffer_append_repeat(page, 'x', seed % 11 * 60);
	if (seed % 3 == 0)
		buffer_append_string(page, " a &lt; b <!-- gone --> c <table><tr><td>1<td>2</table>");
	if (seed % 5 == 0)
		buffer_append_string(page, "<pre>code\r\nmore</pre><div><p></p><p></p></div>");
	buffer_append_string(page, "</div>\r\n");
}

/* Of the elements called "partN". */
static void check_attributes(const struct html_tree *tree, uint32_t index, unsigned part)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "part%u", part);
	assert_true(text_equal(html_tree_attribute(tree, index, HTML_ID), text_from(expected)));
	assert_int_equal(html_tree_has_class(tree, index, "d"), part % 7 > 0);
	assert_false(html_tree_has_attribute(tree, index, HTML_SRC));
	assert_true(text_equal(html_tree_attribute(tree, index, HTML_HREF), part % 7 > 0 ? TEXT_LITERAL("x&y") : TEXT_LITERAL("")));
}

static void totals_and_attributes_of_every_node(void **state)
{
	enum { PARTS = 400 };
	struct buffer page;
	unsigned parts = 0;

	(void)state;
	buffer_init(&page, TREE_BYTES_MAX);
	buffer_append_string(&page, "<html><head><title>A &amp; B</title></head><body>");
	for (unsigned i = 0; i < PARTS; i++)
		append_part(&page, i);
	struct html_tree tree = parse(buffer_view(&page));
	assert_true(html_tree_count(&tree) > PARTS * 8);
	assert_true(text_equal(html_tree_title(&tree), TEXT_LITERAL("A & B")));
	for (uint32_t i = 0; i < html_tree_count(&tree); i++) {
		for (enum html_total total = 0; total < HTML_TOTAL_COUNT; total++)
			assert_int_equal(html_tree_total(&tree, i, total), counted(&tree, i, total));
		if (html_tree_attribute(&tree, i, HTML_ID).bytes > 0)
			check_attributes(&tree, i, parts++);
	}
	assert_int_equal(parts, PARTS);
	assert_int_equal(counted(&tree, 0, HTML_TOTAL_HEADINGS), PARTS);
	assert_int_equal(html_node_end(html_tree_nodes(&tree), 0), html_tree_count(&tree));
	html_tree_done(&tree);
	buffer_done(&page);
}

/* Text that needs no decoding is the page's own; parts that lie side by side are still one. */
static void text_stays_in_the_page(void **state)
{
	static const struct text page = TEXT_LITERAL("<p>if a < b and c<5 then</p><p>a &amp; b</p><p>one<!-- x -->two</p><p>line\r\nend</p>");
	static const char *const expected[] = { "if a < b and c<5 then", "a & b", "onetwo", "line\nend" };
	struct html_tree tree = parse(page);
	size_t count = 0;

	(void)state;
	for (uint32_t i = 0; i < html_tree_count(&tree); i++) {
		struct text text = html_tree_text(&tree, i);
		if (html_tree_nodes(&tree)[i].tag != HTML_TEXT)
			continue;
		assert_true(text_equal(text, text_from(expected[count])));
		assert_int_equal(text.data >= page.data && text.data < page.data + page.bytes, count == 0);
		count++;
	}
	assert_int_equal(count, COUNT_OF(expected));
	html_tree_done(&tree);
}

static void append_with_ends(struct buffer *page, const char *source, const char *end)
{
	for (const char *c = source; *c; c++)
		if (*c == '~')
			buffer_append_string(page, end);
		else
			buffer_append_byte(page, *c);
}

/* The same Markdown whatever ends the page's lines. */
static void line_ends(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };
	static const char source[] = "<!DOCTYPE html>~<title>T~t</title>~<h1>One~two</h1>~<p class='a~b'>x &amp;~y <b>z</b>~<i>w</i></p>~<pre>1~~  2~</pre>~"
				     "<a href='u~v'>l</a>~<!-- ~ --><code>a~b</code>~<table><tr><td>1~2<td>3</table>~";
	char first[1024] = "";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct buffer page;
		buffer_init(&page, sizeof(source) * 2);
		append_with_ends(&page, source, ends[i]);
		struct converted result = convert_run(convert_html, "page.html", buffer_view(&page));
		assert_int_equal(result.status, 0);
		if (i == 0)
			snprintf(first, sizeof(first), "%s", buffer_string(&result.markdown));
		assert_string_equal(buffer_string(&result.markdown), first);
		converted_done(&result);
		buffer_done(&page);
	}
	assert_non_null(strstr(first, "```\n1\n\n  2\n```"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_and_attributes_of_every_node), cmocka_unit_test(text_stays_in_the_page), cmocka_unit_test(line_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
