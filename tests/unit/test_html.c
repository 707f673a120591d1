/* HTML pages to normal Markdown. */
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

static void running_text(void **state)
{
	(void)state;
	html("<p>one\n   two&nbsp;three</p>four<div>five</div>", "one two three\n\nfour\n\nfive\n");
	html("<p>a <b> bold </b>, <i>x</i><em>y</em> <b></b> <strong>c</strong><strong>d</strong></p>", "a **bold** , *xy* **cd**\n");
	html("<p>x<b>:y</b> <b>z:</b>w</p>", "x:y z:w\n");
	html("<p>a<br>b<br/><br>c</p>", "a\nb\n\nc\n");
	html("<p>2*3*4 snake_case &lt;tag&gt; &amp;lt; 5 &lt; 6 # [x](y)</p>", "2\\*3*4 snake_case \\<tag> \\&lt; 5 < 6 # \\[x](y)\n");
	html("<p># no heading</p><p>1. no item</p><p>- x</p>", "\\# no heading\n\n1\\. no item\n\n\\- x\n");
	html("<p>H<sub>2</sub>O 10<sup>6</sup> <del>no</del></p>", "H<sub>2</sub>O 10<sup>6</sup> ~~no~~\n");
	html("<p>&#150; &#x80; &eacute; soft&shy;hyphen zero&#8203;width</p>", "– € é softhyphen zerowidth\n");
	html("<pre>one&#13;\ntwo&#13;three</pre>", "```\none\ntwo three\n```\n");
	html("", "");
	html("   \n", "");
}

static void headings(void **state)
{
	(void)state;
	html("<h1>A <b>strong</b>\n title<a class='headerlink' href='#a'>¶</a></h1><h3><a href='#x'>Sub</a> <code>f()</code></h3><h2> </h2><h6>C #</h6>",
	     "# A strong title\n\n### Sub `f()`\n\n###### C \\#\n");
	html("<div>x</div><hr><hr><h2>Y<span class='permalink'><a href='#y'>&#9670;&nbsp;</a></span></h2><hr>", "x\n\n---\n\n## Y\n");
}

static void links_and_images(void **state)
{
	(void)state;
	html("<p><a href='a b.html'>rel</a> <a href='javascript:x()'>js</a> <a name=x>anchor</a> <a href='http://h/x'>http://h/x</a> <a href='u'></a>.</p>",
	     "[rel](a%20b.html) js anchor http://h/x .\n");
	html("<p><a href='edw:/alex?ac=LINK&amp;fn=10_22104-LZA7016014_1Uen.BF.html&amp;l=en'>Load</a></p>", "[Load](10_22104-LZA7016014_1Uen.BF.html)\n");
	html("<p>see <b><a href=x>bold <i>link</i></a></b> end</p>", "see **[bold *link*](x)** end\n");
	html("<p><b><a href=x>no end of stars before</a></b>letters</p>", "[no end of stars before](x)letters\n");
	html("<p><img src='i.png' alt='a [1]'><img src='p.gif' width=1><img src='data:image/png;base64,AA' alt='inline'></p>", "![a \\[1\\]](i.png)![inline](data:image/png;base64,AA)\n"); /* taken out behind the converters: embedded_images.h */
	html("<figure><img src=f.png alt=F><figcaption>Figure 1. Flow</figcaption></figure>", "![F](f.png)\n\nFigure 1. Flow\n");
	html("<p><a href=x><div>block</div></a>after</p>", "block\n\nafter\n");
}

static void code(void **state)
{
	(void)state;
	html("<p>call<code> f(<a href=g>g</a>) </code>, <tt>a`b</tt>, <code></code>end</p>", "call `f(g)` , ``a`b``, end\n");
	html("<p><code>/etc</code><a href=p><code></code></a><code>/krb5kdc</code><tt>/kdc.conf</tt></p><p><code>a</code> <code>b</code><code>`c</code><code>d</code></p>",
	     "`/etc/krb5kdc/kdc.conf`\n\n`a` `b` `` `c `` `d`\n");
	html("<dl><dt><code>Page.</code><code>count</code>&para;</dt><dd>all</dd></dl><p><code>x</code><a href=y><code>y</code></a><code>z</code></p><p><b><code>a</code></b><code>b</code></p>",
	     "- **`Page.count`¶**: all\n\n`x`[`y`](y)`z`\n\n**`a`**`b`\n");
	html("<pre class='language-c'>\nint  a;\n\n\tif (a &lt; 1)\n</pre>", "```c\nint  a;\n\n\tif (a < 1)\n```\n");
	html("<div class='highlight-bash notranslate'><div class='highlight'><pre><span></span>ls <b>-l</b>\n</pre></div></div>", "```bash\nls -l\n```\n");
	html("<div class='highlight-default'><div><pre>x</pre></div></div>", "```\nx\n```\n");
	html("<pre><code class=lang-py>```\n</code></pre>", "````py\n```\n````\n");
	html("<table><tr><td class=linenos><pre>1\n2</pre></td><td class=code><pre>a\nb</pre></td></tr></table>", "```\na\nb\n```\n");
	html("<div class=fragment><div class=line><span class=lineno>1</span>a;</div><div class=line>b;</div></div>", "```\na;\nb;\n```\n");
	html("<pre><span class=sourceLineNo>001</span><a id=line.1>package a;</a>\n<span class=sourceLineNo>002</span><a id=line.2></a>\n</pre>", "```\npackage a;\n```\n");
	html("<div class=fragment><div class=line>{</div><div class=line>  <span class=keyword>int</span> a;</div>\n<div class=line>}</div></div>", "```\n{\n  int a;\n}\n```\n");
}

static void lists(void **state)
{
	(void)state;
	html("<ul><li>a<li><p>b</p><ol start=3><li>x<li>y</ol><p>c</p></ul>after", "- a\n- b\n\n  3. x\n  4. y\n\n  c\n\nafter\n");
	html("<ol><li>a<ul><li>b</ul><ol><li>c</ol></ol>", "1. a\n   - b\n\n   1. c\n");
	html("<ul><li>a</li><ul><li>b</li></ul><li><pre>x</pre></li></ul>", "- a\n  - b\n- ```\n  x\n  ```\n");
	html("<ul><li>a</li>text<ul><li>b</li></ul></ul>", "- a\n\ntext\n\n- b\n");
	html("<ul><li><ul><li>a</li>text</ul>more</li><li>b</li></ul>", "- a\n\ntext\n\nmore\n\n- b\n");
	html("<ul><li><h2>One</h2><p>x</p></li><li><h2>Two</h2>y</li></ul>", "## One\n\nx\n\n## Two\n\ny\n");
	html("<ul><li><input type=checkbox checked> done<li><input type=checkbox>open</ul>", "- [x] done\n- [ ] open\n");
	html("<dl><dt>-a</dt><dd>all</dd><dt>-b<dt>--both:<dd><p>two</p></dl>", "- **-a**: all\n- **-b, --both:** two\n");
	html("<dl><dt>Term</dt><dd><p>one</p><p>two</p></dd><dt>Next</dt><dd>x</dd></dl>", "**Term**\n\none\n\ntwo\n\n**Next**\n\nx\n");
	html("<dl><dt><a href=1>One</a></dt><dd><dl><dt><a href=2>Two</a></dt></dl></dd><dt><a href=3>Three</a></dt></dl>",
	     "- [One](1)\n  - [Two](2)\n- [Three](3)\n");
	html("<blockquote><p>q</p><ul><li>a</ul></blockquote><li>stray</li>", "> q\n>\n> - a\n\n- stray\n");
}

static void tables(void **state)
{
	(void)state;
	html("<table><caption>T 1</caption><tr><th>Name</th><th colspan=2>Value</th></tr><tr><td rowspan=2>a|b</td><td>1</td><td>x<br>y</td></tr>"
	     "<tr><td><p>2</p><p>3</p></td></tr></table>",
	     "T 1\n\n| Name | Value |  |\n| --- | --- | --- |\n| a\\|b | 1 | x<br>y |\n| a\\|b | 2<br>3 |  |\n");
	html("<table><tr><td>a<td>b<tr><td><ul><li>x<li>y</ul><td><pre>p\nq</pre></table>", "a b\n\n- x\n- y\n\n```\np\nq\n```\n");
	html("<table border=1><tr><th>h</th><th>i</th></tr><tr><td><ul><li>x<li>y</ul></td><td><pre>p\nq</pre></td></tr></table>",
	     "| h | i |\n| --- | --- |\n| - x<br>- y | `p`<br>`q` |\n");
	html("<table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>in: <table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></td></tr></table>",
	     "| k | v |\n| --- | --- |\n| a | in:<br>1, 2<br>3, 4 |\n");
	html("<table><thead><tr><th><b>A</b></th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>", "| A |\n| --- |\n| 1 |\n");
	html("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "| 1 | 2 |\n| --- | --- |\n| 3 |  |\n");
}

static void layout_tables_are_flattened(void **state)
{
	(void)state;
	html("<table width=100%><tr><td><h1>Title</h1><p>Text</p></td></tr><tr><td><table border=1><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
	     "</td></tr></table>", "# Title\n\nText\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n");
	html("<table role=presentation><tr><td>x</td><td>y</td></tr><tr><td>z</td><td>w</td></tr></table>", "x y\n\nz w\n");
	html("<table><tr><td><img src=note.png></td><td>Mind the gap.</td></tr></table>", "![](note.png) Mind the gap.\n");
}

static void furniture_is_left_out(void **state)
{
	(void)state;
	html("<html><head><title>T</title><style>p{}</style><script>var x;</script></head><body><nav><a href=1>Home</a></nav><header>Logo</header>"
	     "<div role=navigation>crumbs</div><div class='navheader'>x</div><div hidden>h</div><p style='color:red; display: none'>n</p>"
	     "<h1>Real</h1><p>The text of the page, long enough.</p><form><input type=text value=q><button>Go</button></form><footer>Copyright</footer></body></html>",
	     "# Real\n\nThe text of the page, long enough.\n");
	html("<body><h1>Outside</h1><div class=sidebar><a href=a>Link one</a> <a href=b>Link two</a></div><main><p>The main text of this page is here.</p></main>"
	     "<p>teaser</p></body>", "# Outside\n\nThe main text of this page is here.\n");
	/* A root that holds next to nothing is not believed. */
	html("<body><main></main><div><p>All the text is outside of it.</p></div></body>", "All the text is outside of it.\n");
	html("<body><aside>A note with its own words.</aside><aside><a href=1>only a link</a></aside><p>Running text of the page.</p></body>",
	     "A note with its own words.\n\nRunning text of the page.\n");
}

static void what_the_page_says_of_itself(void **state)
{
	(void)state;
	static const struct { const char *source, *title, *kind; } cases[] = {
		{ "<title> class\n EUtranCellFDD </title><p>x", "class EUtranCellFDD", "mo-reference" },
		{ "<title>AdmState (enum)</title><p>x", "AdmState (enum)", "mo-reference" },
		{ "<title>derivedDataType Arfcn</title><p>x", "derivedDataType Arfcn", "mo-reference" },
		{ "<title>Class of 2024 and more</title><p>x", "Class of 2024 and more", "" },
		{ "<title>class 4G+ x</title><p>x", "class 4G+ x", "" },
		{ "<h1>Load <b>Balancing</b></h1>", "Load Balancing", "" },
		{ "<title></title><h1>H &amp; C</h1>", "H & C", "" },
		{ "<title>Manager - </title><p>x", "Manager", "" },
		{ "<title>| Topology-aware</title><p>x", "Topology-aware", "" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct converted page = convert_run(convert_html, "p.html", text_from(cases[i].source));
		assert_int_equal(page.status, 0);
		struct text title = document_builder_meta(page.document, DOCUMENT_META_TITLE), kind = document_builder_meta(page.document, DOCUMENT_META_KIND);
		assert_int_equal(text_compare(title, text_from(cases[i].title)), 0);
		assert_int_equal(text_compare(kind, text_from(cases[i].kind)), 0);
		assert_true(document_builder_scores(page.document)->conversion == 1);
		assert_true(text_starts_with(document_builder_meta(page.document, DOCUMENT_META_CONVERTER), TEXT_LITERAL("libxml2 2.")));
		converted_done(&page);
	}
}

static void encodings(void **state)
{
	(void)state;
	html("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'><p>caf\xE9 \x93q\x94", "café “q”\n");
	html("\xEF\xBB\xBF<meta charset=windows-1252><p>caf\xC3\xA9", "café\n");
	struct converted page = convert_run(convert_html, "p.html", (struct text){ "\xFF\xFE<\0p\0>\0\xE9\0", 10 });
	assert_string_equal(buffer_string(&page.markdown), "é\n");
	assert_int_equal(text_compare(document_builder_meta(page.document, DOCUMENT_META_ENCODING), TEXT_LITERAL("UTF-16LE")), 0);
	converted_done(&page);
}

static char *repeated(const char *head, const char *piece, size_t count, const char *tail)
{
	struct buffer all;
	size_t bytes;
	buffer_init(&all, 64 << 20);
	buffer_append_string(&all, head);
	for (size_t i = 0; i < count; i++)
		buffer_append_string(&all, piece);
	buffer_append_string(&all, tail);
	buffer_append_byte(&all, '\0');
	char *given = buffer_give(&all, &bytes);
	assert_non_null(given);
	return given;
}

/* Whatever is repeated, the words behind it arrive, in bounded depth and memory. */
static void hostile_pages(void **state)
{
	(void)state;
	static const struct { const char *head, *piece, *tail; size_t count; } cases[] = {
		{ "", "<div>", "last words", 200000 },
		{ "", "<b><i>", "last words", 100000 },
		{ "", "<font>x", "last words", 20000 },
		{ "", "<ul><li>", "last words", 50000 },
		{ "", "<table><tr><td>", "last words", 20000 },
		{ "", "<blockquote>", "last words", 50000 },
		{ "", "<a href=x>", "last words", 50000 },
		{ "<p>", "</b></i></div>", "last words", 50000 },
		{ "<div><div><div>", "</span>", "last words", 100000 },
		{ "<p>", "&lt;*_[`", "last words", 100000 },
		{ "<pre>", "x", "</pre>last words", 3000000 },
		{ "<p class='", "x ", "'>last words", 500000 },
		{ "<table><tr><th rowspan=65534 colspan=1000>h</th></tr>", "<tr></tr>", "<tr><td>last words</table>", 20000 },
		{ "<!--", "-", "--><p>last words", 1000000 },
		{ "<p>", "<br>", "last words", 200000 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *source = repeated(cases[i].head, cases[i].piece, cases[i].count, cases[i].tail);
		struct converted page = convert_run(convert_html, "p.html", text_from(source));
		assert_int_equal(page.status, 0);
		if (!strstr(buffer_string(&page.markdown), "last words"))
			fail_msg("case %zu lost its last words", i);
		assert_true(page.markdown.bytes < 64 << 20);
		converted_done(&page);
		free(source);
	}
}

static void a_page_larger_than_the_limit_is_refused(void **state)
{
	(void)state;
	char *source = repeated("<p>", "0123456789", 200000, "");
	struct settings settings;
	settings_init(&settings);
	struct convert_input input = { .data = text_from(source), .name = TEXT_LITERAL("p.html"), .container = { "", 0 }, .settings = &settings };
	struct buffer markdown;
	struct error_text error = { "" };
	struct document_builder *document = document_builder_create();
	buffer_init(&markdown, 1 << 20);
	assert_int_equal(convert_html(&input, &markdown, document, &error), -4098);
	assert_non_null(strstr(error.message, "convert.markdown_bytes_max"));
	document_builder_destroy(document);
	buffer_done(&markdown);
	settings_done(&settings);
	free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_text), cmocka_unit_test(headings), cmocka_unit_test(links_and_images), cmocka_unit_test(code),
		cmocka_unit_test(lists), cmocka_unit_test(tables), cmocka_unit_test(layout_tables_are_flattened),
		cmocka_unit_test(furniture_is_left_out), cmocka_unit_test(what_the_page_says_of_itself), cmocka_unit_test(encodings),
		cmocka_unit_test(hostile_pages), cmocka_unit_test(a_page_larger_than_the_limit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
