/* Org, AsciiDoc and MediaWiki to Markdown: what each has of blocks and inline marks, what is left out, which text is taken for which. */
#include "tests/unit/convert_support.h"

#include "workers/preprocess/markup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void expect(enum markup_kind kind, const char *source, const char *expected)
{
	struct markdown_writer writer;
	struct buffer out, title;

	buffer_init(&out, 1 << 20);
	buffer_init(&title, 1 << 20);
	markdown_init(&writer, &out);
	assert_int_equal(markup_convert(kind, text_from(source), &writer, &title), 0);
	markdown_finish(&writer);
	buffer_append_byte(&out, '\0');
	assert_int_equal(out.status, 0);
	assert_string_equal(out.data, expected);
	buffer_done(&title);
	buffer_done(&out);
}

static void a_language_is_known_by_name_or_by_what_only_it_has(void **state)
{
	(void)state;
	assert_int_equal(markup_named(TEXT_LITERAL("notes/plan.org")), MARKUP_ORG);
	assert_int_equal(markup_named(TEXT_LITERAL("guide.adoc")), MARKUP_ASCIIDOC);
	assert_int_equal(markup_named(TEXT_LITERAL("guide.txt")), MARKUP_NONE);
	assert_int_equal(markup_find(TEXT_LITERAL("#+TITLE: Plan\n#+BEGIN_SRC sh\nls\n#+END_SRC\n")), MARKUP_ORG);
	assert_int_equal(markup_find(TEXT_LITERAL("= Guide\n:toc:\n\n|===\n|a |b\n|===\n")), MARKUP_ASCIIDOC);
	assert_int_equal(markup_find(TEXT_LITERAL("== Cells ==\nA '''cell''' of the [[Network]].\n'''Power''' is in [[Watt]].\n")), MARKUP_WIKI);
	assert_int_equal(markup_find(TEXT_LITERAL("* one\n* two\n\nTitle\n'''''\n\n[[ -f x ]] && y\n== z\n")), MARKUP_NONE);
}

static void org_has_outlines_tables_and_blocks(void **state)
{
	(void)state;
	expect(MARKUP_ORG, "#+TITLE: Plan\n#+AUTHOR: A\n* TODO [#A] Goals :work:\n  :PROPERTIES:\n  :ID: 1\n  :END:\nMove the *core* in /time/ with =mv=.\nSee [[https://a.org/x][the page]].\n"
			   "** Dates\n| Task | Due |\n|------+-----|\n| Cable | May |\n# hidden\n* Code\n#+BEGIN_SRC sh -n\n,* star\nls\n#+END_SRC\n: fixed\n",
	       "# Plan\n\n## Goals\n\nMove the **core** in *time* with `mv`. See [the page](https://a.org/x).\n\n### Dates\n\n| Task | Due |\n| --- | --- |\n| Cable | May |\n\n"
	       "## Code\n\n```sh\n* star\nls\n```\n\n```\nfixed\n```\n");
	expect(MARKUP_ORG, "- a\n  more\n  - b\n- term :: what\n\n3. c\n\n#+begin_quote\nSaid.\n#+end_quote\nNote[fn:1] and x_{2}.\n\n[fn:1] The note.\n",
	       "- a more\n  - b\n- **term**: what\n\n3. c\n\n> Said.\n\nNote[^1] and x<sub>2</sub>.\n\n[^1]: The note.\n");
	/* A drawer that does not end hides nothing. */
	/* A note in a note is a note of its own. */
	expect(MARKUP_ORG, "Text[fn:a].\n\n[fn:a] Outer[fn::inner] end.\n", "Text[^a].\n\n[^1]: inner\n\n[^a]: Outer[^1] end.\n");
	expect(MARKUP_ORG, "* A\n:LOGBOOK:\ntext\n* B\n", "# A\n\ntext\n\n# B\n");
}

static void asciidoc_has_tables_of_many_forms(void **state)
{
	(void)state;
	expect(MARKUP_ASCIIDOC, ".Values\n[cols=\"1,2\",options=\"header\"]\n|===\n|Name |Value\n\n|a\n|b `c`\n2+|both\n.2+|down |e\n|f\n|===\n",
	       "Values\n\n| Name | Value |\n| --- | --- |\n| a | b `c` |\n| both |  |\n| down | e |\n| down | f |\n");
	expect(MARKUP_ASCIIDOC, "|===\n|A |B |C\n3*|x\n|===\n", "| A | B | C |\n| --- | --- | --- |\n| x | x | x |\n");
}

static void asciidoc_has_blocks_lists_and_macros(void **state)
{
	(void)state;
	expect(MARKUP_ASCIIDOC, "= Guide\n:x: value\n\nUse {x} and C{plus}{plus}, *bold* _it_.\n\n== Part\n\n[source,bash]\n----\nls\n----\n\n* one\n** two\n+\nmore\n* three\n\n[NOTE]\n====\nMind it.\n====\n",
	       "# Guide\n\nUse value and C++, **bold** *it*.\n\n## Part\n\n```bash\nls\n```\n\n- one\n  - two\n\n    more\n- three\n\n**Note:** Mind it.\n");
	expect(MARKUP_ASCIIDOC, "Chapter\n-------\n\n. a\n. b\n\ntext:: what\n\n// gone\nifdef::y[]\nSee https://a.org[site], <<p,part>>, link:b.html[b] and image:c.png[C].footnote:[Why.]\n",
	       "# Chapter\n\n1. a\n2. b\n   - **text**: what\n\nSee [site](https://a.org), part, [b](b.html) and ![C](c.png).[^1]\n\n[^1]: Why.\n");
}

static void wikis_have_tables_lists_and_templates(void **state)
{
	(void)state;
	expect(MARKUP_WIKI, "a [[ b {{{ c [x] and [[[e\n", "a [[ b {{{ c [x] and [[[e\n"); /* nothing ends */
	expect(MARKUP_WIKI, "{{Infobox\n| a = 1\n}}\n== Cells ==\nA '''cell''' of [[Network|the net]] and [https://a.org site]{{cite}}.<ref>Why.</ref>\n[[Category:X]]\n{| class=\"wikitable\"\n|+ Values\n! Name !! Unit\n|-\n"
			    "| rowspan=\"2\" | power || [[Watt|W]]\n|-\n| kW\n|}\n# one\n#* two\n# three\n\n<pre>a &lt; b</pre>\n",
	       "## Cells\n\nA **cell** of the net and [site](https://a.org).[^1]\n\nValues\n\n| Name | Unit |\n| --- | --- |\n| power | W |\n| power | kW |\n\n1. one\n   - two\n2. three\n\n```\na < b\n```\n\n[^1]: Why.\n");
}

/* Nothing is taken from beyond the text, and what never ends stays as text. */
static void broken_markup_stays_text(void **state)
{
	static const char *const pieces[] = { "[[", "[[a][", "[fn:", "_{", "@@x:", "*", "=", "link:", "link:a[", "<<a", "{x", "&am", "[.r]", "{{", "<ref>", "<!--", "'''", "[http://a ", "<", "\\",
					      "|===\n|a", "{|\n| a", "----\nx", "#+begin_src", ":a:", "- ", "* ", ". ", "a::", "=", "==", "<pre>x", "#+begin_quote\na", "____\na", "#+end_quote\na" };
	struct buffer out, title;
	struct markdown_writer writer;

	(void)state;
	for (int kind = MARKUP_ORG; kind <= MARKUP_WIKI; kind++) {
		for (size_t i = 0; i < COUNT_OF(pieces); i++) {
			buffer_init(&out, 1 << 20);
			buffer_init(&title, 1 << 20);
			markdown_init(&writer, &out);
			assert_int_equal(markup_convert((enum markup_kind)kind, text_from(pieces[i]), &writer, &title), 0);
			markdown_finish(&writer);
			buffer_done(&title);
			buffer_done(&out);
		}
	}
}

/* How much Markdown `count` times `unit`, behind `head`, becomes. */
static size_t convert_repeated(enum markup_kind kind, const char *head, const char *unit, size_t count)
{
	enum { BYTES_MAX = 4 << 20 };
	struct markdown_writer writer;
	struct buffer source, out, title;

	buffer_init(&source, BYTES_MAX);
	buffer_init(&out, BYTES_MAX);
	buffer_init(&title, BYTES_MAX);
	buffer_append_string(&source, head);
	for (size_t i = 0; i < count; i++)
		buffer_append_string(&source, unit);
	assert_int_equal(source.status, 0);
	markdown_init(&writer, &out);
	assert_int_equal(markup_convert(kind, buffer_view(&source), &writer, &title), 0);
	markdown_finish(&writer);
	assert_int_equal(out.status, 0);
	const size_t bytes = out.bytes;
	buffer_done(&title);
	buffer_done(&source);
	buffer_done(&out);
	return bytes;
}

/* Work and memory in proportion to the source: cells without blanks between, cells that say they stand there a thousand times or reach
 * over as many, templates in templates. */
static void hostile_markup_costs_what_it_weighs(void **state)
{
	(void)state;
	assert_in_range(convert_repeated(MARKUP_ASCIIDOC, "|===\n", "|a", 500000), 1000000, 2000000);
	assert_in_range(convert_repeated(MARKUP_ASCIIDOC, "|===\n", "9999*|x\n", 2000), 1000, 400000);
	assert_in_range(convert_repeated(MARKUP_WIKI, "{|\n", "|-\n| colspan=999 rowspan=999 | a\n", 20000), 40000, 1000000);
	assert_in_range(convert_repeated(MARKUP_WIKI, "a ", "{{", 500000), 1000000, 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_language_is_known_by_name_or_by_what_only_it_has),
		cmocka_unit_test(org_has_outlines_tables_and_blocks),
		cmocka_unit_test(asciidoc_has_tables_of_many_forms),
		cmocka_unit_test(asciidoc_has_blocks_lists_and_macros),
		cmocka_unit_test(wikis_have_tables_lists_and_templates),
		cmocka_unit_test(broken_markup_stays_text), cmocka_unit_test(hostile_markup_costs_what_it_weighs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
