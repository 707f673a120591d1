/* Pages as other people's programs and hands write them: tables made of divisions, cells outside of rows, references of every kind. */
#include "tests/unit/convert_support.h"
#include "workers/preprocess/html_entities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static void html(const char *source, const char *expected)
{
	convert_expect(convert_html, "page.html", source, expected);
}

static void character_references(void **state)
{
	(void)state;
	html("<p>&CounterClockwiseContourIntegral; &nvap; &acE; &fjlig; &Zeta; &lang;x&rang; &hellip;</p>", "∳ ≍⃒ ∾̳ fj Ζ ⟨x⟩ …\n");
	html("<p>&notit; &copy2026 &frac12x &eacutex &AMP b</p>", "¬it; ©2026 ½x éx & b\n");
	html("<p>&alpha x &unheard; &; a&b &#; &#x110000;</p>", "&alpha x \\&unheard; &; a&b &#; \xEF\xBF\xBD\n");
	html("<p><a href='a?b=1&copy=2&amp;c=3&lang;'>x</a></p>", "[x](a?b=1&copy=2&c=3⟨)\n");
	assert_int_equal(html_entity_count, 2125);
	for (size_t i = 1; i < html_entity_count; i++)
		assert_true(strcmp(html_entities[i - 1].name, html_entities[i].name) < 0);
}

static void tables_of_divisions(void **state)
{
	(void)state;
	html("<div role=table><div role=rowgroup><div role=row><span role=columnheader>A</span> <span role=columnheader>B</span></div></div>"
	     "<div role=rowgroup><div role=row><span role=cell>1</span><span role=cell>2</span></div></div></div>",
	     "| A | B |\n| --- | --- |\n| 1 | 2 |\n");
	html("<div role=grid><div role=row><div role=columnheader>A</div><div role=columnheader>B</div></div><div role=row>"
	     "<div role=rowheader>1</div><div role=gridcell>2</div></div></div>",
	     "| A | B |\n| --- | --- |\n| 1 | 2 |\n");
}

static void cells_outside_of_rows(void **state)
{
	(void)state;
	html("<table><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |\n");
	html("<table><td>1</td><td>2</td></table>", "1 2\n");
	/* Text between them goes with the next. A single row that has a caption or names is a table. */
	html("<table border=2><td>alpha<td>epsilon<tr>beta<td>gamma</table>", "| alpha | epsilon |\n| --- | --- |\n| beta gamma |  |\n");
	html("<table><caption>Names</caption><tr><td>First</td><td>Last</td></tr></table><table><thead><tr><th>Name</th><th>Type</th></tr></thead></table>",
	     "Names\n\n| First | Last |\n| --- | --- |\n\n| Name | Type |\n| --- | --- |\n");
}

static void tables_in_tables(void **state)
{
	(void)state;
	html("<table border=1><tr><td>a<td>b<td>c<tr><td><table><tr><td>d<td>e<tr><td>1<td>2</table><td>f<td>g</table>",
	     "| a | b | c |\n| --- | --- | --- |\n| d, e<br>1, 2 | f | g |\n");
	html("<table border=1><tr><td><table><tr><td>d<td>e<tr><td>1<td>2</table><tr><td>f</table>", "| d | e |\n| --- | --- |\n| 1 | 2 |\n\nf\n");
}

/* Headings in short cells of a table that is drawn as one are its values; elsewhere the table lays out the page. */
static void headings_in_cells(void **state)
{
	(void)state;
	html("<style>table, th, td { border: 1px solid black }</style><h1>T</h1><table><tr><td><h2>a</h2><p>b</p></td><td>c</td></tr><tr><td>1</td><td>2</td></tr></table>",
	     "# T\n\n| a<br>b | c |\n| --- | --- |\n| 1 | 2 |\n");
	html("<h1>T</h1><table border=1><tr><td><h2>a</h2></td><td><h2>b</h2></td></tr><tr><td>1</td><td>2</td></tr></table>", "# T\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n");
	html("<h1>T</h1><table><tr><td><h2>a</h2><p>b</p></td><td>c</td></tr><tr><td>1</td><td>2</td></tr></table>", "# T\n\n## a\n\nb\n\nc\n\n1 2\n");
	html("<style>td { border: 1px solid black }</style><table><tr><td>a<td>b<tr><td><table><tr><td>c<td>d<tr><td>1<td>2</table><td>e</table>",
	     "| a | b |\n| --- | --- |\n| c, d<br>1, 2 | e |\n");
}

static void tables_of_javadoc(void **state)
{
	(void)state;
	html("<div class='caption'><span>Classes</span></div><div class='summary-table two-column-summary'><div class='table-header col-first'>Class"
	     "</div>\n<div class='table-header col-last'>Description</div>\n<div class='col-first even-row-color'>A</div>\n<div class='col-last "
	     "even-row-color'><div class=block>One.</div></div>\n<div class='col-first odd-row-color'>B</div><div class='col-last'>&nbsp;</div></div>",
	     "Classes\n\n| Class | Description |\n| --- | --- |\n| A | One. |\n| B |  |\n");
}

static void lines_of_navigation(void **state)
{
	(void)state;
	html("<a href=b>Next</a>\n<a href=a>Previous</a> <a href=c>Contents</a><hr><h1>T</h1><p>x</p><hr><a href=b>Next</a> | <a href=a>Up</a>", "# T\n\nx\n");
	html("<p>Next: <a href=b>The second</a>, Up: <a href=a>Manual</a> [<a href=c>Contents</a>]</p><p>x</p>", "x\n");
	html("<p><a href=b><img src=n.png alt=Next></a> <a href=a><img src=p.png alt=Prev></a></p><p>x</p>", "x\n");
	html("<p><a href=b>Next</a> <a href=a>Step</a></p><p>See <a href=a>Next</a> and <a href=a>Up</a>.</p>", "[Next](b) [Step](a)\n\nSee [Next](a) and [Up](a).\n");
	html("<ul><li><a href=b>Next</a> <a href=b>Up</a></ul>", "- [Next](b) [Up](b)\n");
	html("<div class=header><p>Next: <a href=b>B</a> [<a href=c>Contents</a>]</p></div><p>x</p>", "x\n");
	html("<div class=header><div class=summary><a href=a>Fields of it</a></div><div class=headertitle>S Struct</div></div><p>x</p>", "# S Struct\n\nx\n");
	html("<div class=header><h1><a href=b>T</a></h1></div><p>x</p>", "# [T](b)\n\nx\n");
	html("<p>x</p><p><a href='#'>Back to top</a> <a href='#top'>Top &uarr;</a></p><p><a href='#TopCell'>Top</a></p>", "x\n\n[Top](#TopCell)\n");
	html("<h3>f <a class=srclink href=s>[src]</a></h3><p>x<a class='reference internal' href=v><span class=viewcode-link>[source]</span></a></p>", "### f\n\nx\n");
}

static void notes_under_headings(void **state)
{
	(void)state;
	html("<p>a<a id=DOCF1 href='#FOOT1'><sup>1</sup></a> b<a id=DOCF2 href='#FOOT2'><sup>2</sup></a></p><div class=footnote><hr>"
	     "<h4 class=footnotes-heading>Footnotes</h4><h5><a id=FOOT1 href='#DOCF1'>(1)</a></h5><p>One.</p><p>More.</p>"
	     "<h5><a id=FOOT2 href='#DOCF2'>(2)</a></h5><p>Two.</p></div>",
	     "a[^1] b[^2]\n\n[^1]: One. More.\n\n[^2]: Two.\n");
}

static void lists_of_word_processors(void **state)
{
	(void)state;
	html("<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt'><span style='font-family:Symbol'>\xC2\xB7<span style='font:7.0pt "
	     "Times'>&nbsp;&nbsp; </span></span>one</p><p class=MsoListParagraphCxSpMiddle style='margin-left:1.0in;text-indent:-18.0pt'><span>o<span "
	     "style='font:7.0pt Times'>&nbsp; </span></span>inner</p>\n<p class=MsoListParagraphCxSpLast style='margin-left:36.0pt'><span>\xC2\xB7<span "
	     "style='font:7.0pt Times'>&nbsp; </span></span>two</p><p class=MsoListParagraph>3.<span style='font:7.0pt Times'>&nbsp; </span>three</p>"
	     "<p class=MsoListParagraph>no marker</p>",
	     "- one\n  - inner\n- two\n\n3. three\n\nno marker\n");
	html("<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>a)<span>&nbsp;</span></span>A</p>"
	     "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>-<span>&nbsp;</span></span>B</p>",
	     "1. A\n   - B\n");
	html("<ul class='c1 lst-kix_x-0 start'><li>one</li></ul><ol class='lst-kix_x-1 start' start=2><li>inner</li></ol><ul class='lst-kix_x-0'><li>two</li></ul>",
	     "- one\n\n  2. inner\n- two\n");
	html("<p class=MsoToc1><a href='#a'>1 A 3</a></p><p class=MsoToc2>1.1 B</p><h1>1 A</h1><p>some text<a class=pilcrow href='#p'>\xC2\xB6</a></p>", "# 1 A\n\nsome text\n");
}

static void typed_lists(void **state)
{
	(void)state;
	html("<p>Items:<br>- one<br>- two<br>more</p>", "Items:\n\n- one\n- two\n  more\n");
	html("<p>1. one<br>2. two</p><p>&bull; a</p><p>&bull; b<br>&#9679; c</p>", "1. one\n2. two\n\n- a\n- b\n- c\n");
	html("<p>- no list</p><p>3. none<br>7. either</p><p>&bull;none</p>", "\\- no list\n\n3\\. none\n7\\. either\n\n\xE2\x80\xA2none\n");
}

static void typed_pages(void **state)
{
	(void)state;
	html("<html><body><pre>\nNetwork Working Group            A. Author\n\n1.  Introduction\n\n   Text that goes on and on until the end of the\n   line is "
	     "reached &amp; more.\n\nAuthor              Informational               [Page 1]\n</pre><hr><pre class=newpage>\n<a href=r>RFC 9999</a>      "
	     "      Example           January 2020\n\n<span class=h2>2.  More</span>\n\n   Second text of two lines that were wrapped at\n   the end.\n\n"
	     "Author              Informational               [Page 2]\n</pre></body></html>",
	     "Network Working Group            A. Author\n\n# 1. Introduction\n\nText that goes on and on until the end of the line is reached & more.\n\n"
	     "RFC 9999            Example           January 2020\n\n# 2. More\n\nSecond text of two lines that were wrapped at the end.\n");
	html("<pre>one [Page 1]\ntwo\n</pre>", "```\none [Page 1]\ntwo\n```\n");
}

/* Items beside their numbers, signs or pictures, in tables without borders. */
static void lists_laid_out_as_tables(void **state)
{
	(void)state;
	html("<table><tr><td valign=top>1.</td><td>Fix it.</td></tr><tr><td>2.<td>Hang it.<table border=1><tr><th>a<th>b<tr><td>1<td>2</table></table>",
	     "1. Fix it.\n2. Hang it.\n\n   | a | b |\n   | --- | --- |\n   | 1 | 2 |\n");
	html("<table><tr><td>&nbsp;</td><td><font size=2>&#149;</font></td><td>One</td></tr><tr><td>&nbsp;<td>&bull;&nbsp;<td>Two</table>", "- One\n- Two\n");
	html("<table><tr><td><img src=b.gif></td><td>One</td></tr><tr><td><img src=b.gif><td>Two</table><table><tr><td><img src=redball.gif><td>Three</table>",
	     "- One\n- Two\n- Three\n");
	/* With a border, without a full stop, out of sequence or with pictures that differ it is a table. */
	html("<table border=1><tr><td>1.<td>a<tr><td>2.<td>b</table>", "| 1. | a |\n| --- | --- |\n| 2. | b |\n");
	html("<table><tr><td>1<td>a<tr><td>2<td>b</table>", "| 1 | a |\n| --- | --- |\n| 2 | b |\n");
	html("<table><tr><td>1.<td>a<tr><td>3.<td>b</table>", "| 1. | a |\n| --- | --- |\n| 3. | b |\n");
	html("<table><tr><td><img src=a.gif><td>a<tr><td><img src=b.gif><td>b</table>", "| ![](a.gif) | a |\n| --- | --- |\n| ![](b.gif) | b |\n");
}

static void code_in_paragraphs(void **state)
{
	(void)state;
	const char *text = "<p>Some text that says what it is about, and more of it.</p>";
	char page[1024];

	snprintf(page, sizeof(page), "%s<p style='margin:0; font-family: \"Courier New\"'>A ::= {</p><p style='font-family:Courier'>&nbsp;&nbsp;&nbsp;b\n INTEGER</p><p "
		 "style='font-family:monospace'>}</p>%s", text, text);
	html(page, "Some text that says what it is about, and more of it.\n\n```\nA ::= {\n   b INTEGER\n}\n```\n\nSome text that says what it is about, and more of it.\n");
	html("<p>Run:<p class=Code>ls -l<br>pwd<p class=Code><tt>cd</tt><p>Done.", "Run:\n\n```\nls -l\npwd\ncd\n```\n\nDone.\n");
	/* One line by its font alone, or a page of it, is text. */
	html("<p>Press the key below.<p style='font-family:Courier'>ENTER<p>and wait for the lamp.", "Press the key below.\n\nENTER\n\nand wait for the lamp.\n");
	html("<p style='font-family:Courier'>All of it is typed.<p style='font-family:Courier'>This too.", "All of it is typed.\n\nThis too.\n");
}

static void what_unfolds_and_what_keeps_distance(void **state)
{
	(void)state;
	html("<h2>A</h2><h3><button class=accordion-button>What is it?</button></h3><p>It is.</p><h3>Title <button>Copy</button></h3><p>x</p>",
	     "## A\n\n### What is it?\n\nIt is.\n\n### Title\n\nx\n");
	html("<p>a <img src=img/spacer.gif> b <img src=x.gif height=1> c <img src=clear.gif alt=Clear></p>", "a b c ![Clear](clear.gif)\n");
}

/* As pages of the 1990s have them. */
static void what_hands_lay_out(void **state)
{
	(void)state;
	html("<table border=1><tr><td colspan=2 align=center><b>Table&nbsp;2-1. Breakers</b></td></tr><tr><td><b>Place</b></td><td><b>Rating</b></td></tr><tr><td>1<td>16 A</table>",
	     "**Table 2-1. Breakers**\n\n| Place | Rating |\n| --- | --- |\n| 1 | 16 A |\n");
	html("<table border=1><tr><th>Step<th>Action<tr><td>2<td><ol><li>Wait<li>Read<ul><li>all</ul></ol></table>",
	     "| Step | Action |\n| --- | --- |\n| 2 | 1. Wait<br>2. Read<br>- all |\n");
	/* The name of a note is no heading, nor is a menu's title beside the content a part of it. */
	html("<font size=5><b>Power</b></font><p>The station is fed with direct current, and takes its power from two feeders.<p><font size=4><b>Breakers</b></font><p>They are counted "
	     "from the left.<p><b>Warning</b><p>High current.",
	     "# Power\n\nThe station is fed with direct current, and takes its power from two feeders.\n\n## Breakers\n\nThey are counted from the left.\n\n**Warning**\n\nHigh current.\n");
	html("<table><tr><td><p>Menu<p><a href=1>Start</a><p><a href=2>FAQ</a><p><a href=3>Contact</a></td><td><h1>Cells</h1><p>An area that one antenna serves, with all the users "
	     "that are in it and want to speak, and some that do not.</td></tr></table><center><font size=1><a href=1>Previous</a> | <a href=2>Contents</a> | <a href=3>Next</a><br>Page of the handbook</font></center>",
	     "# Cells\n\nAn area that one antenna serves, with all the users that are in it and want to speak, and some that do not.\n\nPage of the handbook\n");
}

/* As vendors' libraries have them: a site's line above the title, code in tables whose names are bold by hand, notes that begin with their mark. */
static void pages_of_vendors(void **state)
{
	(void)state;
	html("<div id=header><img src=l.png><span>Library 22.Q1</span></div><h1>Mode</h1><p>It saves energy when there is hardly any traffic.", "# Mode\n\nIt saves energy when there is hardly any traffic.\n");
	html("<table><tr><td><b>Name</b></td><td><b>Text</b></td></tr><tr><td>pmA</td><td><p>Attempts.</p><pre>a = b</pre></td></tr></table>",
	     "| Name | Text |\n| --- | --- |\n| pmA | Attempts.<br>`a = b` |\n");
	html("<table><tr><td><b>Name</b></td><td><pre>a = b</pre></td></tr><tr><td>x</td><td>y</td></tr></table>", "**Name**\n\n```\na = b\n```\n\nx y\n");
	html("<p>Moved<a href='#n'><sup>(1)</sup></a>.<p><a name=n></a>(1) Only there.", "Moved[^1].\n\n[^1]: Only there.\n");
}

static void formulas_of_stacked_signs(void **state)
{
	(void)state;
	html("<p><math><munderover><mo>&sum;</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><msub><mi>y</mi><mi>i</mi></msub></math></p>",
	     "∑<sub>i=1</sub><sup>n</sup>y<sub>i</sub>\n");
	html("<p><math><munder><mo>lim</mo><mi>x</mi></munder><msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt><mroot><mi>c</mi><mn>3</mn></mroot>"
	     "<mfenced><mi>u</mi><mi>v</mi></mfenced></math></p>",
	     "lim<sub>x</sub>√(a+b)<sup>3</sup>√c(u, v)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(character_references),
		cmocka_unit_test(tables_of_divisions),
		cmocka_unit_test(cells_outside_of_rows),
		cmocka_unit_test(tables_in_tables),
		cmocka_unit_test(headings_in_cells),
		cmocka_unit_test(tables_of_javadoc),
		cmocka_unit_test(lines_of_navigation),
		cmocka_unit_test(notes_under_headings),
		cmocka_unit_test(lists_of_word_processors),
		cmocka_unit_test(typed_lists),
		cmocka_unit_test(typed_pages),
		cmocka_unit_test(lists_laid_out_as_tables),
		cmocka_unit_test(code_in_paragraphs),
		cmocka_unit_test(what_unfolds_and_what_keeps_distance),
		cmocka_unit_test(what_hands_lay_out), cmocka_unit_test(pages_of_vendors),
		cmocka_unit_test(formulas_of_stacked_signs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
