/* Markdown of any hand to normal Markdown. */
#include "tests/unit/convert_support.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void markdown(const char *source, const char *expected)
{
	convert_expect(convert_markdown, "a.md", source, expected);
}

static void headings(void **state)
{
	(void)state;
	markdown("Title\n=====\ntext\nmore\n---\n# A #\n##\n####### seven\n#tag\n### C \\#", "# Title\n\n## text more\n\n# A\n\n####### seven\n#tag\n\n### C \\#\n");
	markdown("# Scope {#scope .unnumbered}\n\nTerms {#terms}\n---\n\n# Set {1, 2}\n\n# {#id}\n", "# Scope\n\n## Terms\n\n# Set {1, 2}\n\n# {#id}\n"); /* no text: anchors */
	markdown("a\n***\nb\n\n\n\nc  \nd\t\n", "a\n\n---\n\nb\n\nc\nd\n");
}

static void lists(void **state)
{
	(void)state;
	markdown("* a\n* b\n    * c\n\n      para\n+ d\n", "- a\n- b\n  - c\n\n    para\n- d\n");
	markdown("1) a\n2) b\n   - c\n10. d\ntext goes on\n\nafter\n", "1. a\n2. b\n   - c\n10. d\n    text goes on\n\nafter\n");
	markdown("- a\n\n- b\n\n\n- c\n", "- a\n- b\n- c\n");
	markdown("-   wide\n\n    more\n-\ttab\n", "- wide\n\n  more\n- tab\n");
	markdown("text\n5. goes on\n- item\n5. no item\n", "text\n5\\. goes on\n\n- item\n\n5. no item\n");
	markdown("- [ ] open\n- [x] done\n", "- [ ] open\n- [x] done\n");
	markdown("- a\n```\ncode\n```\n", "- a\n\n```\ncode\n```\n");
	markdown("1. a\n\n   ~~~ sh\n   ls\n     -l\n   ~~~\n2. b", "1. a\n\n   ```sh\n   ls\n     -l\n   ```\n2. b\n");
}

static void code(void **state)
{
	(void)state;
	markdown("~~~~c info\n```\n\n\tx \n~~~~\n", "````c\n```\n\n\tx\n````\n");
	markdown("text\n\n    int a;\n\n      int b;\n\nend\n", "text\n\n```\nint a;\n\n  int b;\n```\n\nend\n");
	markdown("```\nnever closed\n# not a heading\n", "```\nnever closed\n# not a heading\n```\n");
	markdown("text\n    goes on\n", "text\ngoes on\n");
}

static void quotes(void **state)
{
	(void)state;
	markdown(">a\n> b\nlazy\n>\n> - x\n\nout\n", "> a\n> b\n> lazy\n>\n> - x\n\nout\n");
	markdown("> a\n\n> - b\n", "> a\n\n> - b\n");
	markdown("- > q\n  > r\n", "- > q\n  > r\n");
}

static void tables(void **state)
{
	(void)state;
	markdown("before\nName|Value\n:--|--:\na \\| b|1|extra\nshort\n", "before\n\n| Name | Value |  |\n| --- | --- | --- |\n| a \\| b | 1 | extra |\n\nshort\n");
	markdown("| a |\n|---|\n| x<br/>y |\n|\n", "| a |\n| --- |\n| x<br>y |\n");
	markdown("a | b\nno table\n", "a | b\nno table\n");
	markdown("- | a | b |\n  |---|---|\n  | 1 | 2 |\n", "- | a | b |\n  | --- | --- |\n  | 1 | 2 |\n");
}

static void html_in_it(void **state)
{
	(void)state;
	markdown("x\n\n<table>\n<tr><th>a</th><th>b</th></tr>\n\n<tr><td>1</td><td rowspan=2>2</td></tr><tr><td>3</td></tr>\n</table>\ny\n",
		 "x\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 2 |\n\ny\n");
	markdown("<!-- note\n\nhidden -->\nshown\n", "shown\n");
	markdown("<pre>\na  b\n</pre>\n", "```\na  b\n```\n");
	markdown("<table> never closed\n\n# Head\n", "\\<table> never closed\n\n# Head\n");
	markdown("a<br>b <sub>c</sub>\n\n`<br>` <br>\n", "a\nb <sub>c</sub>\n\n`<br>` <br>\n");
	markdown("1. a\n   <table><tr><th>h</th></tr><tr><td>1</td></tr></table>\n", "1. a\n\n   | h |\n   | --- |\n   | 1 |\n");
}

static void vendor_links(void **state)
{
	(void)state;
	markdown("See [Load](edw:/alex?ac=LINK&fn=10_22104-LZA7016014_1Uen.BF.html&l=en) and [x](edw:/alex?ac=1).\n",
		 "See [Load](10_22104-LZA7016014_1Uen.BF.html) and [x](edw:/alex?ac=1).\n");
	markdown("| [a](edw:/alex?fn=b.html) | c |\n|---|---|\n", "| [a](b.html) | c |\n| --- | --- |\n");
}

static void front_matter(void **state)
{
	(void)state;
	struct converted page = convert_run(convert_markdown, "a.md", TEXT_LITERAL("---\ntitle: \"The \\\"Title\\\"\"\nversion: 'it''s 2'\nother:\n  - x\n---\n# Head\n"));
	assert_string_equal(buffer_string(&page.markdown), "# Head\n");
	assert_int_equal(text_compare(document_builder_meta(page.document, DOCUMENT_META_TITLE), TEXT_LITERAL("The \"Title\"")), 0);
	assert_int_equal(text_compare(document_builder_meta(page.document, DOCUMENT_META_VERSION), TEXT_LITERAL("it's 2")), 0);
	assert_true(document_builder_scores(page.document)->conversion == 1);
	converted_done(&page);

	page = convert_run(convert_markdown, "a.md", TEXT_LITERAL("```\n# no\n```\n# *The* `head`\n"));
	assert_int_equal(text_compare(document_builder_meta(page.document, DOCUMENT_META_TITLE), TEXT_LITERAL("The head")), 0);
	converted_done(&page);
	markdown("---\n\nno front matter here\n---\n", "## no front matter here\n");
	markdown("---\nkey: value\nnever closed\n", "key: value\nnever closed\n");
}

/* Pieces of Markdown in any order: the second pass changes nothing, and no word is lost. */
static void any_mixture_is_stable(void **state)
{
	(void)state;
	static const char *const pieces[] = {
		"word", "# ", "## word #", "- ", "* word", "+ ", "1. ", "7) word", "> ", ">", "    ", "  ", "\t", "\n", "\n", "\n\n", "```", "~~~~ x", "---", "===",
		"***", "| a | b |\n", "|---|---|\n", "a|b", "\\", "`", "<br>", "<table><tr><td>word</td></tr></table>\n", "<table>", "</table>", "<!--", "-->", "<pre>",
		"</pre>", "[x](edw:/alex?fn=y)", "**", "_", "|", "\xC3\xA9", "\xC2\xA0", "- - ", "1", ".", " ", "   ", "\xFF", "\f", "word word",
	};
	struct support_random random = { 11 };

	for (int round = 0; round < 3000; round++) {
		struct buffer source;
		buffer_init(&source, 1 << 16);
		for (uint64_t left = support_random_below(&random, 40); left > 0; left--)
			buffer_append_string(&source, pieces[support_random_below(&random, COUNT_OF(pieces))]);
		struct converted once = convert_run(convert_markdown, "a.md", buffer_view(&source));
		assert_int_equal(once.status, 0);
		convert_check_normal(buffer_view(&once.markdown));
		converted_done(&once);
		buffer_done(&source);
	}
}

static void deep_nesting_is_bounded(void **state)
{
	(void)state;
	static const char *const pieces[] = { "> ", "- ", "1. ", "* ", ">" };

	for (size_t k = 0; k < COUNT_OF(pieces); k++) {
		struct buffer source;
		buffer_init(&source, 1 << 20);
		for (int i = 0; i < 20000; i++)
			buffer_append_string(&source, pieces[k]);
		buffer_append_string(&source, "last\n");
		struct converted once = convert_run(convert_markdown, "a.md", buffer_view(&source));
		assert_int_equal(once.status, 0);
		assert_non_null(strstr(buffer_string(&once.markdown), "last"));
		convert_check_normal(buffer_view(&once.markdown));
		converted_done(&once);
		buffer_done(&source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings), cmocka_unit_test(lists), cmocka_unit_test(code), cmocka_unit_test(quotes), cmocka_unit_test(tables),
		cmocka_unit_test(html_in_it), cmocka_unit_test(vendor_links), cmocka_unit_test(front_matter), cmocka_unit_test(any_mixture_is_stable),
		cmocka_unit_test(deep_nesting_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
