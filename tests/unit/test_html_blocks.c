/* Blocks of pages that generators write each in their own way: footnotes, notes, formulas, code, tables, media. */
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

static void footnotes_of_every_style(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p>Text<a href=\"#fn1\" class=\"footnote-ref\" id=\"fnref1\" role=\"doc-noteref\"><sup>1</sup></a> "
	     "more.</p><section class=\"footnotes\" role=\"doc-endnotes\"><hr /><ol><li id=\"fn1\" role=\"doc-endnote\"><p>The "
	     "note.<a href=\"#fnref1\" class=\"footnote-back\" role=\"doc-backlink\">↩︎</a></p></li></ol></section>",
	     "Text[^1] more.\n\n[^1]: The note.\n");
	html("<!DOCTYPE html><p>Text <a class=\"footnote-reference brackets\" href=\"#id2\" id=\"id1\" role=\"doc-noteref\"><span "
	     "class=\"fn-bracket\">[</span>1<span class=\"fn-bracket\">]</span></a> more.</p><aside class=\"footnote brackets\" "
	     "id=\"id2\" role=\"note\"><span class=\"label\"><span class=\"fn-bracket\">[</span><a role=\"doc-backlink\" "
	     "href=\"#id1\">1</a><span class=\"fn-bracket\">]</span></span><p>The note.</p></aside>",
	     "Text[^1] more.\n\n[^1]: The note.\n");
	html("<!DOCTYPE html><p>Text <a class=\"footnote-reference brackets\" href=\"#id2\" id=\"id1\">1</a> more.</p><dl "
	     "class=\"footnote brackets\"><dt class=\"label\" id=\"id2\"><span class=\"brackets\"><a class=\"fn-backref\" "
	     "href=\"#id1\">1</a></span></dt><dd><p>The note.</p></dd></dl>",
	     "Text[^1] more.\n\n[^1]: The note.\n");
	html("<!DOCTYPE html><p>Text <a class=\"footnote-reference\" href=\"#id2\" id=\"id1\">[1]</a> more.</p><table "
	     "class=\"docutils footnote\" frame=\"void\" id=\"id2\" rules=\"none\"><colgroup><col class=\"label\" /><col "
	     "/></colgroup><tbody valign=\"top\"><tr><td class=\"label\"><a class=\"fn-backref\" href=\"#id1\">[1]</a></td><td>The "
	     "note.</td></tr></tbody></table>",
	     "Text[^1] more.\n\n[^1]: The note.\n");
	html("<!DOCTYPE html><p>Text<sup id=\"cite_ref-1\" class=\"reference\"><a href=\"#cite_note-1\">[1]</a></sup> more<sup "
	     "id=\"cite_ref-2\" class=\"reference\"><a href=\"#cite_note-2\">&#91;2&#93;</a></sup>.</p><ol class=\"references\"><li "
	     "id=\"cite_note-1\"><span class=\"mw-cite-backlink\"><b><a href=\"#cite_ref-1\">^</a></b></span> <span "
	     "class=\"reference-text\">The note.</span></li><li id=\"cite_note-2\"><span class=\"mw-cite-backlink\">^ <a "
	     "href=\"#x\"><sup>a</sup></a> </span> <span class=\"reference-text\">Two.</span></li></ol>",
	     "Text[^1] more[^2].\n\n[^1]: The note.\n\n[^2]: Two.\n");
	html("<!DOCTYPE html><p>Text<sup><a href=\"#user-content-fn-1\" id=\"user-content-fnref-1\" data-footnote-ref "
	     "aria-describedby=\"footnote-label\">1</a></sup>.</p><section data-footnotes class=\"footnotes\"><h2 "
	     "id=\"footnote-label\" class=\"sr-only\">Footnotes</h2><ol><li id=\"user-content-fn-1\"><p>The note. <a "
	     "href=\"#user-content-fnref-1\" data-footnote-backref class=\"data-footnote-backref\" aria-label=\"Back to reference "
	     "1\"><g-emoji class=\"g-emoji\" alias=\"leftwards_arrow_with_hook\">↩</g-emoji></a></p></li></ol></section>",
	     "Text[^1].\n\n[^1]: The note.\n");
	html("<!DOCTYPE html><p>Text<sup><a href=\"#fn1\" name=\"ref1\">1</a></sup> more<a "
	     "href=\"#note2\"><sup>2</sup></a>.</p><hr><p id=\"fn1\"><sup>1</sup> First note.</p><p><a name=\"note2\">2</a>. Second "
	     "note.</p>",
	     "Text[^1] more[^2].\n\n[^1]: First note.\n\n[^2]: Second note.\n");
	html("<!DOCTYPE html><p>text<a href=\"#ftn.id1\" class=\"footnote\" id=\"id1\"><sup class=\"footnote\">[1]</sup></a> "
	     "more</p><div class=\"footnotes\"><br><hr style=\"width:100; text-align:left;margin-left: 0\"><div id=\"ftn.id1\" "
	     "class=\"footnote\"><p><a href=\"#id1\" class=\"para\"><sup class=\"para\">[1] </sup></a>The note.</p></div></div>",
	     "text[^1] more\n\n[^1]: The note.\n");
}

static void labels_of_footnotes(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p>a<sup><a href=\"#n1\">*</a></sup> b<sup><a href=\"#fnb\">†</a></sup> see <a "
	     "href=\"#sec1\">1</a></p><h2 id=sec1>One</h2><p>text</p><p id=n1>* First.</p><p id=fnb>† Second.</p>",
	     "a[^s1] b[^s2] see [1](#sec1)\n\n## One\n\ntext\n\n[^s1]: First.\n\n[^s2]: Second.\n");
	html("<!DOCTYPE html><p>a<sup><a href=\"#f1\">1</a></sup></p><ol class=footnotes><li id=f1>One.</ol><h2>C2</h2><p>b<sup><a "
	     "href=\"#g1\">1</a></sup></p><ol class=footnotes><li id=g1>1 GHz is meant.</ol>",
	     "a[^1]\n\n[^1]: One.\n\n## C2\n\nb[^1-2]\n\n[^1-2]: 1 GHz is meant.\n");
}

static void formulas_as_written(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p>Inline <math><semantics><mrow><mi>x</mi><mo>=</mo><mn>1</mn></mrow><annotation "
	     "encoding=\"application/x-tex\">x=1</annotation></semantics></math> and \\(a_1 * b_2 * c\\) and $$x_1^2_3$$ and "
	     "<script type=\"math/tex\">\\alpha_1</script> and <span class=\"math inline\">\\(E=mc^2\\)</span></p><script "
	     "type=\"math/tex; mode=display\">\\sum_{i}</script><div class=\"math notranslate nohighlight\">\\[a_{1} = "
	     "b_{2}\\]</div><p><math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math></p><span "
	     "class=\"katex\"><span class=\"katex-mathml\"><math><semantics><mrow><mi>y</mi></mrow><annotation "
	     "encoding=\"application/x-tex\">y_{0}</annotation></semantics></math></span><span class=\"katex-html\" "
	     "aria-hidden=\"true\">y0</span></span>",
	     "Inline $x=1$ and \\(a_1 * b_2 * c\\) and $$x_1^2_3$$ and $\\alpha_1$ and \\(E=mc^2\\)\n\n$$\\sum_{i}$$\n\n\\[a_{1} = "
	     "b_{2}\\]\n\nx<sup>2</sup>+1/2\n\n$y_{0}$\n");
	html("<!DOCTYPE html><p>x <span class=\"mwe-math-element\"><span class=\"mwe-math-mathml-inline\" style=\"display: "
	     "none;\"><math alttext=\"{\\displaystyle E=mc^{2}}\"><mi>E</mi></math></span><img src=\"m.svg\" "
	     "class=\"mwe-math-fallback-image-inline\" aria-hidden=\"true\" alt=\"{\\displaystyle E=mc^{2}}\"></span> y $5 and $6 "
	     "and \\( unclosed</p>",
	     "x $E=mc^{2}$ y $5 and $6 and \\\\( unclosed\n");
}

/* An element for quotations that only sets something in. */
static void quotations_and_what_is_set_in(void **state)
{
	(void)state;
	html("<p>A</p><blockquote><div><ul><li>x</ul>\n<table><tr><th>a<th>b<tr><td>1<td>2</table></div></blockquote><p>B</p>",
	     "A\n\n- x\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nB\n");
	html("<blockquote><pre>code</pre></blockquote><blockquote><p>Words.</p><ul><li>x</ul></blockquote><blockquote>Bare <div></div></blockquote>",
	     "```\ncode\n```\n\n> Words.\n>\n> - x\n\n> Bare\n");
}

static void admonitions_are_quotes(void **state)
{
	(void)state;
	html("<!DOCTYPE html><div class=\"admonition note\"><p class=\"admonition-title\">Note</p><p>Be careful.</p></div><dl "
	     "class=\"section warning\"><dt>Warning</dt><dd>Hot.</dd></dl><div class=\"note\"><h3 "
	     "class=\"title\">Note</h3><p>DocBook note</p></div><aside class=tip><p>Tip text here</p></aside>",
	     "> **Note**\n>\n> Be careful.\n\n> **Warning**\n>\n> Hot.\n\n> **Note**\n>\n> DocBook note\n\n> Tip text here\n");
	html("<!DOCTYPE html><div class=\"admonitionblock note\"><table><tbody><tr><td class=\"icon\"><div "
	     "class=\"title\">Note</div></td><td class=\"content\">Text of it.</td></tr></tbody></table></div><div "
	     "class=\"note\"><table border=\"0\" summary=\"Tip\"><tr><td rowspan=\"2\" align=\"center\" valign=\"top\" "
	     "width=\"25\"><img alt=\"[Tip]\" src=\"images/tip.svg\"></td><th align=\"left\">Power tip</th></tr><tr><td "
	     "align=\"left\" valign=\"top\"><p>Do it.</p></td></tr></table></div>",
	     "> **Note**\n>\n> Text of it.\n\n> **Power tip**\n>\n> Do it.\n");
}

static void code_names_its_language(void **state)
{
	(void)state;
	html("<!DOCTYPE html><pre><code class=\"hljs language-python\">print(1)</code></pre><div class=\"highlight "
	     "highlight-source-js\"><pre>let x</pre></div><pre class=\"brush: java; toolbar: false\">int x;</pre><pre "
	     "class=\"prettyprint lang-cpp\">int y;</pre><pre lang=\"ruby\">puts</pre><pre class=\"programlisting\" "
	     "data-language=\"xml\">&lt;a/></pre><div class=\"sourceCode\"><pre class=\"sourceCode bash\"><code class=\"sourceCode "
	     "bash\">ls</code></pre></div>",
	     "```python\nprint(1)\n```\n\n```js\nlet x\n```\n\n```java\nint x;\n```\n\n```cpp\nint "
	     "y;\n```\n\n```ruby\nputs\n```\n\n```xml\n<a/>\n```\n\n```bash\nls\n```\n");
	html("<!DOCTYPE html><div class=\"highlight-python notranslate\"><table class=\"highlighttable\"><tbody><tr><td "
	     "class=\"linenos\"><div class=\"linenodiv\"><pre><span class=\"normal\">1</span>\n<span "
	     "class=\"normal\">2</span></pre></div></td><td class=\"code\"><div><pre><span></span>a = 1\nb = "
	     "2\n</pre></div></td></tr></tbody></table></div>",
	     "```python\na = 1\nb = 2\n```\n");
	html("<!DOCTYPE html><figure class=\"highlight c\"><table><tr><td class=\"gutter\"><pre><span "
	     "class=\"line\">1</span><br><span class=\"line\">2</span><br></pre></td><td class=\"code\"><pre><span "
	     "class=\"line\">a;</span><br><span class=\"line\">b;</span><br></pre></td></tr></table></figure>",
	     "```c\na;\nb;\n```\n");
	html("<!DOCTYPE html><pre class=\"line-numbers language-css\"><code class=\"language-css\">a{}<span aria-hidden=\"true\" "
	     "class=\"line-numbers-rows\"><span></span></span></code></pre>",
	     "```css\na{}\n```\n");
}

static void code_in_lines_keeps_lines_and_blanks(void **state)
{
	(void)state;
	html("<!DOCTYPE html><table class=\"highlight js-file-line-container\" data-tab-size=8><tbody><tr><td id=L1 "
	     "class=\"blob-num js-line-number\" data-line-number=1></td><td id=LC1 class=\"blob-code blob-code-inner "
	     "js-file-line\">int a;</td></tr><tr><td class=\"blob-num js-line-number\" data-line-number=2></td><td "
	     "class=\"blob-code blob-code-inner js-file-line\">  int b;</td></tr></tbody></table>",
	     "```\nint a;\n  int b;\n```\n");
	html("<!DOCTYPE html><div class=\"fragment\"><div class=\"line\"><a id=\"l1\"></a><span class=\"lineno\">    1</span> <span "
	     "class=\"kt\">int</span> a;</div><div class=\"line\"><span class=\"lineno\">    2</span></div><div "
	     "class=\"line\"><span class=\"lineno\">    3</span>    <span class=\"w\">  </span>b;</div></div>",
	     "```\nint a;\n\n     b;\n```\n");
	html("<!DOCTYPE html><pre><span class=\"k\">if</span>   <span class=\"n\">a</span>\n\t<span class=\"p\">{</span>\n</pre>",
	     "```\nif   a\n\t{\n```\n");
}

static void tables_with_made_headers(void **state)
{
	(void)state;
	html("<!DOCTYPE html><table><tr><td><b>Name</b></td><td><b>Value</b></td></tr><tr><td>a</td><td>1</td></tr></table>",
	     "| Name | Value |\n| --- | --- |\n| a | 1 |\n");
	html("<!DOCTYPE html><table><tr><th><h3>Name</h3></th><th><h3>V</h3></th></tr><tr><td>a</td><td>1</td></tr></table>",
	     "| Name | V |\n| --- | --- |\n| a | 1 |\n");
	html("<!DOCTYPE html><table><thead><tr><th rowspan=2>N</th><th colspan=2>Limits</th></tr><tr><th>min</th><th>max</th></tr></"
	     "thead><tr><td>a</td><td>1</td><td>2</td></tr></table>",
	     "| N | Limits |  |\n| --- | --- | --- |\n| N | min | max |\n| a | 1 | 2 |\n");
	html("<!DOCTYPE html><table><tr><th>a<th>b<th>c</tr><tr><td colspan=3>Section one</td></tr><tr><td>1<td>2<td>3</tr><tr><td "
	     "colspan=2>x</td><td>y</td></tr></table>",
	     "| a | b | c |\n| --- | --- | --- |\n| Section one |  |  |\n| 1 | 2 | 3 |\n| x |  | y |\n");
	html("<!DOCTYPE html><p>x</p><table><tr><td></td><td> </td></tr></table><p>y</p>",
	     "x\n\ny\n");
	html("<!DOCTYPE html><table><tr><th>a<th>b<th>c</tr><tr><td>1<td><td>3</tr><tr><td>2<td><td>4</tr></table>",
	     "| a | b | c |\n| --- | --- | --- |\n| 1 |  | 3 |\n| 2 |  | 4 |\n");
	html("<!DOCTYPE html><table border=1><tr><th>k</th><th>v</th></tr><tr><td>a</td><td><table "
	     "border=1><tr><th>x</th><th>y</th></tr><tr><td>1</td><td>2</td></tr></table></td></tr><tr><td>b</td><td>plain</td></tr>"
	     "</table>",
	     "| k | v |\n| --- | --- |\n| a | x, y<br>1, 2 |\n| b | plain |\n");
	html("<!DOCTYPE html><table><tr><th>h1<th>h2</tr><tr><td>1<td>2<td>extra</tr></table>",
	     "| h1 | h2 |  |\n| --- | --- | --- |\n| 1 | 2 | extra |\n");
}

static void blocks_in_cells(void **state)
{
	(void)state;
	html("<!DOCTYPE html><table border=1><tr><th>A<th>B<tr><td><ol><li>one<li>two</ol><td><dl><dt>t<dd>d</dl><tr><td>a<br><br>b<"
	     "td><p>x</p><p>y</p></table>",
	     "| A | B |\n| --- | --- |\n| 1. one<br>2. two | t<br>d |\n| a<br>b | x<br>y |\n");
}

static void media_and_targets(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p><img src=\"data:image/gif;base64,R0lGOD\" data-src=\"real.png\" alt=L><img srcset=\"s1.png 1x, "
	     "s2.png 2x\" alt=S><img src=x.png width=1 height=1><picture><source srcset=\"w.webp 1x\"><img alt=P></picture></p>",
	     "![L](real.png)![S](s1.png)![P](w.webp)\n");
	html("<!DOCTYPE html><base href=\"http://h.com/docs/page.html\"><p><a href=\"a.html\">a</a> <a href=\"/b\">b</a> <a "
	     "href=\"#c\">c</a> <a href=\"http://o/\">o</a> <a href=\"mailto:x@y\">m</a> <img src=\"i.png\" alt=I></p>",
	     "[a](http://h.com/docs/a.html) [b](http://h.com/b) [c](#c) [o](http://o/) [m](mailto:x@y) "
	     "![I](http://h.com/docs/i.png)\n");
	html("<!DOCTYPE html><figure><img src=a.png alt=\"A\"><figcaption>Fig "
	     "<b>1</b></figcaption></figure><figure><pre>x</pre><figcaption>Listing</figcaption></figure>",
	     "![A](a.png)\n\nFig **1**\n\n```\nx\n```\n\nListing\n");
}

static void lists_tasks_and_terms(void **state)
{
	(void)state;
	html("<!DOCTYPE html><ul class=\"contains-task-list\"><li class=\"task-list-item\"><input type=\"checkbox\" "
	     "class=\"task-list-item-checkbox\" disabled checked> done</li><li class=\"task-list-item\"><label><input "
	     "type=\"checkbox\" disabled>open</label></li><li><p><input type=\"checkbox\"> para</p></li></ul>",
	     "- [x] done\n- [ ] open\n- [ ] para\n");
	html("<!DOCTYPE html><ol start=5 type=a><li>e<li value=9>i<li>j</ol><ol reversed><li>x</ol>",
	     "5. e\n9. i\n10. j\n1. x\n");
	html("<!DOCTYPE html><dl><dt><code>-a</code></dt><dd>all<pre>x</pre></dd></dl><dl><dd>only def</dd></dl>",
	     "**`-a`**\n\nall\n\n```\nx\n```\n\nonly def\n");
	html("<!DOCTYPE html><!--[if gte mso 9]><xml><w:WordDocument>foo</w:WordDocument></xml><![endif]--><p "
	     "class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span "
	     "style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span><![endif]>First item</p>",
	     "1. First item\n");
	html("<!DOCTYPE html><details><summary>More</summary><p>Inner text</p></details>",
	     "More\n\nInner text\n");
}

static void inline_elements(void **state)
{
	(void)state;
	html("<!DOCTYPE html><p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby> <q>quoted</q> <abbr "
	     "title=\"Hyper Text\">HT</abbr> <ins>new</ins> <u>under</u> <mark>m</mark> <small>s</small> <cite>c</cite> "
	     "<dfn>d</dfn> <time>t</time> <address>addr</address></p>",
	     "漢(kan)字(ji) \"quoted\" HT new under m s c d t\n\naddr\n");
	html("<!DOCTYPE html><p>Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, <samp>out</samp>, <var>x</var>, "
	     "<kbd><kbd>A</kbd>+<kbd>B</kbd></kbd></p>",
	     "Press `Ctrl`+`C`, `out`, *x*, `A+B`\n");
	html("<!DOCTYPE html><p><b>int f(char *a, char *b)</b> and <i>_x_</i> and char *c, char *d</p>",
	     "**int f(char \\*a, char \\*b)** and *\\_x\\_* and char *c, char *d\n");
	html("<!DOCTYPE html><p>x<sub>i</sub><sup>2</sup> 1<sup>st</sup></p>",
	     "x<sub>i</sub><sup>2</sup> 1<sup>st</sup>\n");
	html("<!DOCTYPE html><p><b>a</b> <i>b</i><span> c </span>d<a href=x> link </a>e</p>",
	     "**a** *b* c d [link](x) e\n");
}

static void breaks_part_text(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body>First line<br>second line<br><br>New para<br><br><br>third</body>",
	     "First line\nsecond line\n\nNew para\n\nthird\n");
	html("<html><body><tt>From: x</tt><br><tt>To: y</tt><hr><pre>code &lt;a&gt;\n  b</pre></body>",
	     "`From: x`\n`To: y`\n\n---\n\n```\ncode <a>\n  b\n```\n");
}

static void what_was_left_out_is_said(void **state)
{
	(void)state;
	static const char source[] = "<html><body><nav><a href=1>Home</a></nav><p hidden>unseen</p><p>The running text of the page.</p><footer>Imprint</footer></body></html>";
	static const struct { enum document_removed kind; const char *text; } expected[] = {
		{ DOCUMENT_REMOVED_MENU, "Home" }, { DOCUMENT_REMOVED_HIDDEN, "unseen" }, { DOCUMENT_REMOVED_FURNITURE, "Imprint" },
	};
	struct settings settings;
	struct buffer markdown;
	struct document document;
	struct error_text error;
	struct document_builder *builder = document_builder_create();

	settings_init(&settings);
	buffer_init(&markdown, 1 << 20);
	document_builder_explain(builder);
	struct convert_input input = { .data = text_from(source), .name = TEXT_LITERAL("p.html"), .container = { "", 0 }, .settings = &settings };
	assert_int_equal(convert_html(&input, &markdown, builder, &error), 0);
	assert_string_equal(buffer_string(&markdown), "The running text of the page.\n");
	int64_t bytes = document_builder_bytes(builder);
	assert_true(bytes > 0);
	void *block = aligned_alloc(8, ((size_t)bytes + 7) / 8 * 8);
	assert_non_null(block);
	document_builder_write(builder, block);
	assert_int_equal(document_open(block, (size_t)bytes, &document, &error), 0);
	assert_int_equal(document.removal_count, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_int_equal(document.removals[i].kind, expected[i].kind);
		assert_true(text_equal(document_text(&document, document.removals[i].text), text_from(expected[i].text)));
	}
	free(block);
	document_builder_destroy(builder);
	buffer_done(&markdown);
	settings_done(&settings);
}

/* Paragraphs that authors number: a list, unless they are bold as a whole, stand alone or do not count on. */
static void typed_paragraphs(void **state)
{
	(void)state;
	html("<p>Steps:</p><p>1.\tOpen <i>it</i>.</p>\n<p><span>2.&nbsp; Close</span> it.</p><p>And more.</p>", "Steps:\n\n1. Open *it*.\n2. Close it.\n\nAnd more.\n");
	html("<p>7) seven</p><p>8) eight</p><p>10) ten</p>", "7. seven\n8. eight\n\n10\\) ten\n");
	html("<p><b>1.</b> one</p><p><b>2.</b> two</p>", "1. one\n2. two\n");
	html("<p>- one</p><p>- two</p><p>\xE2\x80\x93 three</p>", "- one\n- two\n- three\n");
	html("<p>1. alone</p><p>Text.</p><p>2. alone</p>", "1\\. alone\n\nText.\n\n2\\. alone\n");
	html("<h1>T</h1><p><b>1. One</b></p><p><b>2. Two</b></p>", "# T\n\n**1. One**\n\n**2. Two**\n");
	html("<p>1.5 V</p><p>2.5 V</p><p>-5</p><p>-6</p>", "1.5 V\n\n2.5 V\n\n-5\n\n-6\n");
}

/* LibreOffice: what it repeats on each page, and the number of a heading without the tab behind it. */
static void pages_of_libreoffice(void **state)
{
	(void)state;
	html("<body><div title=\"header\"><p>Handbook</p></div><h1 class=\"western\">1First Steps</h1><p>Text of some length, more than stands above and below.</p>"
	     "<h2 class=\"western\">1.1Results</h2><p>More.</p><h2 class=\"western\">3GPP</h2><p>x</p><div title=\"footer\"><p>4</p></div></body>",
	     "# 1 First Steps\n\nText of some length, more than stands above and below.\n\n## 1.1 Results\n\nMore.\n\n## 3GPP\n\nx\n");
}

/* Word: numbers in a plain paragraph, Roman ones, bullets in cells. */
static void more_lists_of_word(void **state)
{
	(void)state;
	html("<p class=MsoNormal>1.<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span>Open.</p><p class=MsoNormal>2.<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span>Read.</p>",
	     "1. Open.\n2. Read.\n");
	html("<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>a)</span>One</p><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>"
	     "<span style='mso-list:Ignore'>i.</span>First</p><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>ii.</span>Second</p>"
	     "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>iv.</span>Fourth</p>",
	     "1. One\n   1. First\n   2. Second\n   4. Fourth\n");
	html("<table border=1><tr><td>a<td>b<tr><td><p class=MsoListParagraph><span style='font-family:Symbol'>\xC2\xB7<span style='font:7.0pt \"Times New Roman\"'>&nbsp; </span></span>Item</p><td>c</table>",
	     "| a | b |\n| --- | --- |\n| - Item | c |\n");
}

/* Google Docs: the title has a class, links go through its own address; remarks of reviewers are left out, as Word's are. */
static void pages_of_google_docs(void **state)
{
	(void)state;
	html("<p class='c1 title' id='h.t'><span>Feeder</span></p><h1 id='h.a'>Plan</h1><p>See <a href='https://www.google.com/url?q=https://example.org/a%23b&amp;sa=D'>it</a>"
	     "<sup><a href='#cmnt1' id='cmnt_ref1'>[a]</a></sup><sup><a href='#ftnt1' id='ftnt_ref1'>[1]</a></sup></p><hr><div><p><a href='#ftnt_ref1' id='ftnt1'>[1]</a>&nbsp;Old.</p></div>"
	     "<div><p><a href='#cmnt_ref1' id='cmnt1'>[a]</a><span>Is it?</span></p></div>",
	     "# Feeder\n\n# Plan\n\nSee [it](https://example.org/a#b)[^1]\n\n[^1]: Old.\n");
	html("<p class=MsoNormal>Text<span class=MsoCommentReference><a href='#_msocom_1'>[A1]</a></span> more.</p><div id='_com_1' class=msocomtxt><a name='_msocom_1'></a>"
	     "<p class=MsoCommentText><span>[A1]</span>Is it?</p></div>",
	     "Text more.\n");
}

/* AsciiDoc: callouts and definitions that it lays out as tables, its list of tasks. */
static void lists_of_asciidoc(void **state)
{
	(void)state;
	html("<div class='colist arabic'><table><tr><td><i class=conum></i><b>1</b></td><td>Import</td></tr><tr><td><i class=conum></i><b>2</b></td><td>Mapping</td></tr></table></div><p>x</p>",
	     "1. Import\n2. Mapping\n\nx\n");
	html("<div class=hdlist><div class=title>Terms</div><table><tr><td class=hdlist1>CPU</td><td class=hdlist2><p>The brain.</p><p>More.</p></td></tr><tr><td class=hdlist1>Disk</td>"
	     "<td class=hdlist2>Keeps.</td></tr></table></div>",
	     "Terms\n\n- **CPU**: The brain.\n\n  More.\n- **Disk**: Keeps.\n");
	html("<ul class=checklist><li><p>&#10003; done</p></li><li><p>&#10063; todo</p></li></ul>", "- [x] done\n- [ ] todo\n");
	html("<ul><li>&#10003; fast</li><li>&#10003; small</li></ul>", "- \xE2\x9C\x93 fast\n- \xE2\x9C\x93 small\n");
}

/* Notion's tasks, the prompts of a notebook. */
static void pages_of_notebooks(void **state)
{
	(void)state;
	html("<ul class=to-do-list><li><div class='checkbox checkbox-on'></div> <span>Done</span></li></ul><ul class=to-do-list><li><div class='checkbox checkbox-off'></div> <span>Not yet</span></li></ul>",
	     "- [x] Done\n- [ ] Not yet\n");
	html("<main><h1>T</h1><p>Text.</p><div class=jp-InputArea><div class='jp-InputPrompt jp-InputArea-prompt'>In&nbsp;[1]:</div><div><pre>a = 1\n</pre></div></div><div class='jp-OutputPrompt'>Out[1]:"
	     "</div><pre>1</pre></main>",
	     "# T\n\nText.\n\n```\na = 1\n```\n\n```\n1\n```\n");
}

static void macros_of_confluence(void **state)
{
	(void)state;
	html("<h1>T</h1><p>Text.</p><div class='confluence-information-macro confluence-information-macro-note'><p class=title>Careful</p><div class=confluence-information-macro-body><p>Do not.</p></div></div>"
	     "<ul class=inline-task-list><li class=checked><span>One</span></li><li>Two</li></ul><div class=expand-container><div class=expand-control>Click here to expand...</div>"
	     "<div class=expand-content><p>More.</p></div></div>",
	     "# T\n\nText.\n\n> **Careful**\n>\n> Do not.\n\n- [x] One\n- [ ] Two\n\nMore.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(footnotes_of_every_style), cmocka_unit_test(labels_of_footnotes),
		cmocka_unit_test(formulas_as_written), cmocka_unit_test(quotations_and_what_is_set_in), cmocka_unit_test(admonitions_are_quotes),
		cmocka_unit_test(code_names_its_language), cmocka_unit_test(code_in_lines_keeps_lines_and_blanks),
		cmocka_unit_test(tables_with_made_headers), cmocka_unit_test(blocks_in_cells),
		cmocka_unit_test(media_and_targets), cmocka_unit_test(lists_tasks_and_terms), cmocka_unit_test(inline_elements),
		cmocka_unit_test(breaks_part_text), cmocka_unit_test(what_was_left_out_is_said),
		cmocka_unit_test(typed_paragraphs),
		cmocka_unit_test(pages_of_libreoffice),
		cmocka_unit_test(more_lists_of_word),
		cmocka_unit_test(pages_of_google_docs),
		cmocka_unit_test(lists_of_asciidoc),
		cmocka_unit_test(macros_of_confluence),
		cmocka_unit_test(pages_of_notebooks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
