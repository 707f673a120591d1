/* What of a page is its content, and what is furniture. No document here was made by a generator; each imitates one. */
#include "tests/unit/convert_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void html(const char *source, const char *expected)
{
	convert_expect(convert_html, "page.html", source, expected);
}

static void several_articles_are_one_page(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><header><a href=/>Home</a></header><main><article><h2>One</h2><p>First article with text that is "
	     "fairly long for itself.</p></article><article><h2>Two</h2><p>Second article with text that is fairly long for "
	     "itself.</p></article></main><footer>Copyright</footer></body>",
	     "## One\n\nFirst article with text that is fairly long for itself.\n\n## Two\n\nSecond article with text that is "
	     "fairly long for itself.\n");
	html("<!DOCTYPE html><body><header><a href=/>Home</a> Site name</header><article><h2>One</h2><p>First article with text "
	     "that is fairly long for itself.</p></article><article><h2>Two</h2><p>Second article with text that is fairly long for "
	     "itself.</p></article><footer>Copyright 2020 all rights reserved by the company</footer></body>",
	     "## One\n\nFirst article with text that is fairly long for itself.\n\n## Two\n\nSecond article with text that is "
	     "fairly long for itself.\n");
}

static void a_short_page_with_a_long_footer(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><nav>You are reading the manual of the queue; all of its parts are named in the list on the left.</nav>"
	     "<div class=page><main><h1>Uses of a queue</h1><p>No uses.</p></main><footer><p>Questions about this manual are answered by its "
	     "readers. All names belong to those who own them. Copying is allowed in whole and in parts, as long as this notice stays.</p>"
	     "</footer></div></body>",
	     "# Uses of a queue\n\nNo uses.\n");
	/* Other text beside a short part still counts. */
	html("<!DOCTYPE html><body><main><h1>Words</h1><p>Of a poem.</p></main><div><h2>About</h2><p>The poem was found on a wall, copied by hand, and "
	     "printed once. Who wrote it nobody knows.</p></div><footer>All rights are kept by the wall.</footer></body>",
	     "# Words\n\nOf a poem.\n\n## About\n\nThe poem was found on a wall, copied by hand, and printed once. Who wrote it nobody knows.\n");
}

static void the_densest_part_of_an_unmarked_page(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><div class=top><a href=a>Alpha</a> | <a href=b>Beta</a> | <a href=c>Gamma</a></div><div "
	     "class=wrap><div class=left><ul><li><a href=1>Menu one</a><li><a href=2>Menu two</a><li><a href=2>Menu "
	     "two</a></ul></div><div class=mid><h1>Title</h1><p>A lot of text is in here, long enough to be seen as the content of "
	     "the page, we hope.</p><p>A lot of text is in here, long enough to be seen as the content of the page, we "
	     "hope.</p></div><div class=right><h3>Recent posts</h3><ul><li><a href=x>Some post</a></li><li><a href=y>Other "
	     "post</a></li></ul></div></div><div>Copyright 2019. All rights reserved.</div></body>",
	     "# Title\n\nA lot of text is in here, long enough to be seen as the content of the page, we hope.\n\nA lot of text is "
	     "in here, long enough to be seen as the content of the page, we hope.\n\nCopyright 2019. All rights reserved.\n");
	html("<!DOCTYPE html><table width=100% border=0><tr><td width=20%><a href=1>Home</a><br><a href=2>Products and "
	     "services</a><br><a href=3>Contact and information</a><br><a href=x>More links of the menu here</a></td><td><font "
	     "size=5><b>Welcome</b></font><p>This is the running text of the page that is long enough to be seen as content by "
	     "anybody who reads it.<p><table border=1><tr><td><b>Part</b></td><td><b>Price</b></td></tr><tr><td>A1</td><td>3</td></t"
	     "r></table><p><font size=4><b>Details</b></font><br>More running text here, even more than before, so it is the "
	     "content.</td></tr></table>",
	     "# Welcome\n\nThis is the running text of the page that is long enough to be seen as content by anybody who reads "
	     "it.\n\n| Part | Price |\n| --- | --- |\n| A1 | 3 |\n\n## Details\n\nMore running text here, even more than before, so "
	     "it is the content.\n");
}

static void what_a_click_opens_is_content(void **state)
{
	(void)state;
	html("<!DOCTYPE html><h1>T</h1><p>Text before the tabs.</p><div role=tabpanel>make</div><div role=tabpanel hidden>ninja</div><div class=\"MCDropDownBody dropDownBody\" "
	     "style=\"display:none\">unfolded</div><div class=\"collapse\" aria-hidden=true>opened</div><p hidden=until-found>found</p><p hidden>unseen</p>",
	     "# T\n\nText before the tabs.\n\nmake\n\nninja\n\nunfolded\n\nopened\n\nfound\n");
}

static void headers_and_contents_of_generators_are_out(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><div id=top><div id=titlearea><table><tr><td><div id=projectname>lib 2.0</div><div id=projectbrief>A library</div></table></div></div><h1>T</h1>"
	     SEVERAL_SENTENCES,
	     "# T\n\n" THEIR_MARKDOWN);
	html("<!DOCTYPE html><body><h1>T</h1><div class=\"toc-macro rbtoc1\"><ul><li><a href=#a>One</a></li><li><a href=#b>Two</a></li></ul></div><h2 id=a>One</h2>"
	     SEVERAL_SENTENCES SEVERAL_SENTENCES "<h2 id=b>Two</h2><p>More.</p>",
	     "# T\n\n## One\n\n" THEIR_MARKDOWN "\n" THEIR_MARKDOWN "\n## Two\n\nMore.\n");
}

static void bars_boxes_and_skip_links_are_out(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><div id=\"cookie-law-info-bar\"><p>We use cookies to improve. <a>Accept</a></p></div><div "
	     "class=\"gdpr-banner\">This site uses cookies</div><a class=\"sr-only\" href=\"#main\">Skip to content</a><a "
	     "href=\"#c\">Skip to main content</a><ol class=breadcrumb><li>a<li>b</ol><div "
	     "class=\"share-buttons\"><a>Tweet</a></div><h1>T</h1><p>Body text which is long enough for this.</p><div "
	     "class=\"legal\">x</div></body>",
	     "# T\n\nBody text which is long enough for this.\n\nx\n");
	html("<!DOCTYPE html><p>a<span hidden>h</span><span aria-hidden=true>H</span><span "
	     "style=\"visibility:hidden\">v</span><template>tp</template><noscript>Enable JavaScript</noscript>b</p>",
	     "ab\n");
	html("<!DOCTYPE html><a href=\"#c\">Skip to main content</a><div class=mw-jump-link><a href=\"#n\">Jump to "
	     "navigation</a></div><h1>T</h1><section id=\"cookies\"><p>What a cookie is, in a section of its own "
	     "name.</p></section><hr class=footer><address class=footer>Generated by x</address>",
	     "# T\n\nWhat a cookie is, in a section of its own name.\n");
}

static void headers_and_footers_of_articles_stay(void **state)
{
	(void)state;
	html("<!DOCTYPE html><main><h1>T</h1><blockquote><p>Said.</p><footer>Who said it</footer></blockquote><footer><a "
	     "href=1>one</a> <a href=2>two</a></footer></main>",
	     "# T\n\n> Said.\n>\n> Who said it\n");
	html("<!DOCTYPE html><body><main><section><header><h1>T</h1><p>by me</p></header><p>para<section><h2>S</h2><p>text "
	     "<mark>m</mark><wbr>more</p></section><p>p2 <picture><source srcset=\"a.webp\"><img src=\"a.png\" alt=\"A\"></picture> "
	     "end<p>p3</main>",
	     "# T\n\nby me\n\npara\n\n## S\n\ntext mmore\n\np2 ![A](a.png) end\n\np3\n");
}

static void links_are_content_where_there_is_little_else(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><h1>Index</h1><table><tr><td><ul><li><a href=a>alpha</a></li><li><a href=b>beta</a></li><li><a "
	     "href=c>gamma delta epsilon zeta eta theta</a></li></ul></td></tr></table></body>",
	     "# Index\n\n- [alpha](a)\n- [beta](b)\n- [gamma delta epsilon zeta eta theta](c)\n");
	html("<!DOCTYPE html><table border=1><tr><th>File</th><th>Size</th></tr><tr "
	     "style=\"display:none\"><td>a.h</td><td>1</td></tr></table>",
	     "| File | Size |\n| --- | --- |\n| a.h | 1 |\n");
}

static void headings_without_elements(void **state)
{
	(void)state;
	html("<html><body bgcolor=white><center><font size=+3><b>Big Title</b></font></center><p><font size=+2><b>Section "
	     "One</b></font><p>Some text about it here in the paragraph.<p><b>Subsection</b><p>Other text follows "
	     "here.<br><br><font size=5>Another</font><br>more text<p><big><b>1.2 Thing</b></big><p>text at the end of "
	     "things</body></html>",
	     "# Big Title\n\n## Section One\n\nSome text about it here in the paragraph.\n\n##### Subsection\n\nOther text follows "
	     "here.\n\n### Another\n\nmore text\n\n#### 1.2 Thing\n\ntext at the end of things\n");
	html("<html><body><p>Intro text first, which is a sentence.</p><p><b>Install it</b></p><p>Text of the section.</p><p><b>Run "
	     "it</b></p><p>More text of this section; enough of it.</p><p><b>Not a heading, but a whole "
	     "sentence.</b></p></body></html>",
	     "Intro text first, which is a sentence.\n\n## Install it\n\nText of the section.\n\n## Run it\n\nMore text of this "
	     "section; enough of it.\n\n**Not a heading, but a whole sentence.**\n");
	html("<html><body><p>Intro text first, which is a sentence, and another one behind it that goes on.</p><p><b>Mind this</b></p><p>Text of it, and more text "
	     "of the same kind as before.</p></body></html>",
	     "Intro text first, which is a sentence, and another one behind it that goes on.\n\n**Mind this**\n\nText of it, and more text of the same kind as "
	     "before.\n");
	html("<p><b>one</b></p><p>two</p><p><b>three</b></p>", "**one**\n\ntwo\n\n**three**\n");
	html("<html><body><p><font size=5>The Title</font></p><p>Some text of the introduction here.</p><p><font size=5>A "
	     "section</font></p><p>Some more text of the section here.</p></body></html>",
	     "# The Title\n\nSome text of the introduction here.\n\n## A section\n\nSome more text of the section here.\n");
	/* Hardly larger than the rest, which is set a little smaller than usual: no heading. */
	html("<p>Usual</p><div style='font-size:95%'><p>Some text of the introduction here, and more of it, and still more of it, until there is enough of it.</p></div>",
	     "Usual\n\nSome text of the introduction here, and more of it, and still more of it, until there is enough of it.\n");
	html("<html><body><p style=\"font-size:24pt\">Title</p><p style=\"font-size: 14pt; font-weight:bold\">Section</p><p "
	     "style=\"font-size:11pt\">Running text at eleven points, the most of the page.</p></body></html>",
	     "# Title\n\n## Section\n\nRunning text at eleven points, the most of the page.\n");
	html("<html><body><table><tr><td><table><tr><td><font size=5><b>Product Guide</b></font></td></tr><tr><td><table "
	     "border=1><tr><td><b>Part</b></td><td><b>Use</b></td></tr><tr><td>A</td><td>top</td></tr><tr><td>B</td><td>base</td></t"
	     "r></table></td></tr><tr><td><p>The guide tells in a sentence what the parts are "
	     "for.</p></td></tr></table></td></tr></table></body></html>",
	     "# Product Guide\n\n| Part | Use |\n| --- | --- |\n| A | top |\n| B | base |\n\nThe guide tells in a sentence what the "
	     "parts are for.\n");
}

static void what_stands_beside_a_content_part(void **state)
{
	(void)state;
	html("<!DOCTYPE html><div id=header><h1>cell(1)</h1><h2>NAME</h2><div><p>cell - a tool</p></div></div><div id=content><div><h2>USE</h2><p>The cell keeps its "
	     "carrier.<sup class=footnote>[<a id=_footnoteref_1 class=footnote href='#_footnotedef_1'>1</a>]</sup></p></div></div><div id=footnotes><hr><div class=footnote "
	     "id=_footnotedef_1><a href='#_footnoteref_1'>1</a>. For two seconds.</div></div><div id=footer><div id=footer-text>Last updated today</div></div>",
	     "# cell(1)\n\n## NAME\n\ncell - a tool\n\n## USE\n\nThe cell keeps its carrier.[^1]\n\n[^1]: For two seconds.\n");
	html("<!DOCTYPE html><main><ul><li><a href=/f>Fork 12</a></li></ul><article><h1>T</h1><p>The cell keeps its carrier for two seconds before it changes.</p>"
	     "</article><div><h2>About</h2><p>Tools</p></div></main>",
	     "# T\n\nThe cell keeps its carrier for two seconds before it changes.\n");
	html("<!DOCTYPE html><blockquote><h1>T</h1><p>a</p><table border=1><tr><th>x<th>y<tr><td>1<td>2</table></blockquote><blockquote><p>said</p></blockquote>",
	     "# T\n\na\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n\n> said\n");
	html("<!DOCTYPE html><h1>T</h1><section><h2>Contents</h2><nav><a href='#a'>A</a></nav></section><h2>A</h2><p>a</p>", "# T\n\n## A\n\na\n");
}

static void lines_of_arrows_and_signs(void **state)
{
	(void)state;
	html("<!DOCTYPE html><table><tr><td>[<a href=a> &lt;&lt; Terms </a>]</td><td>[<a href=t>Top</a>]</td><td>[<a href=b> Names &gt;&gt; </a>]</td></tr></table><h1>T</h1><p>x</p>"
	     "<div><a href=p><div>Previous</div><div>Start</div></a><a href=n><span class=label>Next</span><span class=title>End</span></a></div>",
	     "# T\n\nx\n");
	html("<!DOCTYPE html><h1>T</h1><p><a href=a>&lt;IfDefine&gt;</a>과 <a href=b>&lt;IfModule&gt;</a></p>", "# T\n\n[\\<IfDefine>](a)과 [\\<IfModule>](b)\n");
	html("<!DOCTYPE html><h1>T</h1><p>load<a href='#load'>\xC2\xB6</a> of <a href=x>a</a><a href=y>b</a></p>", "# T\n\nload of [a](x) [b](y)\n");
	html("<!DOCTYPE html><h1>T</h1><dl compact><dt>1.<dd>one<dt>2.<dd>two</dl><dl><dt>*<dd>a<dt>*<dd>b</dl>", "# T\n\n1. one\n2. two\n\n- a\n- b\n");
	html("<!DOCTYPE html><h1>T</h1><p>Then <mjx-container class=MathJax><mjx-math aria-hidden=true>x</mjx-math><mjx-assistive-mml><math><mi>x</mi><mo>=</mo><mn>1</mn></math>"
	     "</mjx-assistive-mml></mjx-container> holds.</p>",
	     "# T\n\nThen x=1 holds.\n");
}

/* A place to link to is no link, however much text stands in it. */
static void places_are_no_links(void **state)
{
	(void)state;
	html("<!DOCTYPE html><title>Manager - </title><body><div class=container><h1><a id=top>Accounting</a></h1><h2>Contents</h2><ul><li><a href='#a'>Overview</a>"
	     "<li><a href='#b'>Tools</a></ul><h2 id=a>Overview</h2><p>Running text that is long enough to be seen as the content of the page, we hope. Running "
	     "text that is long enough to be seen as the content of the page, we hope. And so it goes on for a while, until it is enough.</p></div></body>",
	     "# Accounting\n\n## Contents\n\n- [Overview](#a)\n- [Tools](#b)\n\n## Overview\n\nRunning text that is long enough to be seen as the content of the "
	     "page, we hope. Running text that is long enough to be seen as the content of the page, we hope. And so it goes on for a while, until it is enough.\n");
}

/* Declarations that doxygen lays out as tables, its labels, and what it says of files. */
static void pages_of_doxygen(void **state)
{
	(void)state;
	html("<!DOCTYPE html><div class=header><p><a href=s>Go to the source code of this file.</a></p><div class=headertitle><div class=title>lane Class Reference<span "
	     "class=mlabels><span class=mlabel>abstract</span></span></div></div></div><h2 class=memtitle>load()</h2><table class=mlabels><tr><td class=mlabels-left>"
	     "<table class=memname><tr><td class=memname>void lane::load </td><td>(</td><td class=paramtype><a href=i>iface</a> &amp;&#160;</td><td class=paramname>"
	     "<em>bus</em>, </td></tr><tr><td></td><td></td><td class=paramtype>uint8_t&#160;</td><td class=paramname><em>at</em>&#160;</td></tr><tr><td></td><td>)"
	     "</td><td></td><td> const</td></tr></table></td><td class=mlabels-right><span class=mlabels><span class=mlabel>inline</span><span class=mlabel>virtual"
	     "</span></span></td></tr></table><p>Loads it.</p><hr/>The documentation for this class was generated from the following file:<ul><li><a href=l>lane.h</a></li></ul>",
	     "# lane Class Reference abstract\n\n## load()\n\n```\nvoid lane::load(iface & bus, uint8_t at) const\n```\n\ninline virtual\n\nLoads it.\n");
}

/* Hidden by the class names of libraries; shown again on larger screens it is part of the page, and so is what a click opens. */
static void hidden_by_class(void **state)
{
	(void)state;
	html("<h1>T</h1><p>One paragraph of some length.</p><div class=hidden><p>no</p></div><div class='d-none'>no</div><p class=invisible>no</p><div class='hidden md:block'>Two.</div>"
	     "<div class='d-none d-md-block'>Three.</div><div class='tab-pane hidden'>Four.</div><div class='keywords hidden'>no</div>",
	     "# T\n\nOne paragraph of some length.\n\nTwo.\n\nThree.\n\nFour.\n");
}

/* MkDocs: code in a table with its file's name; SharePoint: the content beside a short menu. */
static void pages_of_portals(void **state)
{
	(void)state;
	html("<h1>T</h1><table class=highlighttable><tr><th colspan=2 class=filename><span>main.c</span></th></tr><tr><td class=linenos><div><pre>1\n2</pre></div></td><td class=code><div><pre><code>int main\n"
	     "return 0;\n</code></pre></div></td></tr></table>",
	     "# T\n\nmain.c\n\n```\nint main\nreturn 0;\n```\n");
	html("<div id=bodyContent><h1>T</h1><div id=siteSub>From the encyclopedia</div><div id=contentSub>(Redirected from <a href=d>D</a>)</div>" SEVERAL_SENTENCES "</div>", "# T\n\n" THEIR_MARKDOWN);
	html("<body><div id=siteIcon>icon</div><h1 id=pageTitle>T</h1><div id=sideNavBox><ul><li><a href=/a>Home</a></li><li><a href=/b>Docs</a></li></ul></div><div id=DeltaPlaceHolderMain>" SEVERAL_SENTENCES
	     "</div></body>",
	     "# T\n\n" THEIR_MARKDOWN);
}

static void lines_under_the_title(void **state)
{
	(void)state;
	html("<h1 class=title>T</h1><h2 class=author>A. Writer</h2><h3 class=date>May 2022</h3><h2>One</h2><p>Text.</p>", "# T\n\nA. Writer\n\nMay 2022\n\n## One\n\nText.\n");
}

/* What man2html says of itself, and of the page in its head and foot. */
static void pages_of_man2html(void **state)
{
	(void)state;
	html("Content-type: text/html; charset=UTF-8\n\n<HTML><HEAD><TITLE>Man page of TAR</TITLE></HEAD><BODY><H1>TAR</H1>\nSection: GNU TAR Manual (1)<BR>Updated: July 13, 2020<BR><A HREF=\"#index\">Index</A>\n"
	     "<A HREF=\"/cgi-bin/man/man2html\">Return to Main Contents</A><HR>\n<A NAME=a>&nbsp;</A><H2>NAME</H2>\n\ntar - an archiving utility\n<H2>NOTES</H2>\nSection: see tar (5)<P>x</P><HR>\n"
	     "This document was created by\n<A HREF=\"/cgi-bin/man/man2html\">man2html</A>,\nusing the manual pages.<BR>\nTime: 09:12:49 GMT, July 22, 2020\n</BODY></HTML>\n",
	     "# TAR\n\n---\n\n## NAME\n\ntar - an archiving utility\n\n## NOTES\n\nSection: see tar (5)\n\nx\n");
	html("<h1>T</h1>Section: Slurm Commands (1)<BR>Updated: Slurm Commands<BR><A HREF='#index'>Index</A><P>Text.</P><HR>This document was created by\n<i>man2html</i> using the manual pages.<BR>"
	     "Time: 09:32:39 GMT",
	     "# T\n\nText.\n");
}

/* Around the title and the code of pages as portals have them. */
static void what_portals_put_around_content(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><main><div class=bar><a href=/edit>Edit online</a></div><details><summary>Table of contents</summary></details><h1>T</h1><div class=TOC><dl><dt><b>"
	     "Table of Contents</b></dt><dt>1. <a href='#a'>The first part of it</a></dt><dt>2. <a href='#b'>The second part of it</a></dt></dl></div>" SEVERAL_SENTENCES
	     "<div class='language-sh'><button>Copy</button><span class=lang>sh</span><pre>ls</pre></div></main></body>",
	     "# T\n\n" THEIR_MARKDOWN "\n```sh\nls\n```\n");
	html("<!DOCTYPE html><h1>T</h1><ol><li class=flex><div><div>1.</div></div><div><p>First</p></div></li><li class=flex><div><div>2.</div></div><div><p>2 is next</p></div></li></ol>"
	     "<ol><li><p>1</p></li></ol><ul class=blockList><li class=blockList><hr><pre>class A</pre></li></ul>",
	     "# T\n\n1. First\n2. 2 is next\n1. 1\n\n---\n\n```\nclass A\n```\n");
	html("<!DOCTYPE html><h1>T</h1><h2>Contents</h2><a name=top></a><table><tr><td>1</td><td><a href='#a'>The first part of it</a></td></tr><tr><td>2</td><td><a href='#b'>The second part</a></td>"
	     "</tr></table><hr><h2>Scope</h2><div class=mw-heading><h2 id=a>History</h2><span class=mw-editsection>[<a href=e>edit</a>]</span></div>" SEVERAL_SENTENCES
	     "<table border=1><thead><tr><th>a<th>b<tfoot><tr><td>sum<td>3<tbody><tr><td>x<td>3</table>",
	     "# T\n\n---\n\n## Scope\n\n## History\n\n" THEIR_MARKDOWN "\n| a | b |\n| --- | --- |\n| x | 3 |\n| sum | 3 |\n");
	html("<!DOCTYPE html><h1>T</h1><div><input type=radio><label>npm</label><input type=radio><label>yarn</label></div>", "# T\n\nnpm yarn\n");
	/* An index, whose contents are all it has, keeps them. */
	html("<!DOCTYPE html><h1>T</h1><div class=toc><ul><li><a href=a>One</a></li><li><a href=b>Another</a></li></ul></div><p>Words.</p>",
	     "# T\n\n- [One](a)\n- [Another](b)\n\nWords.\n");
}

static void headings_by_role_and_class(void **state)
{
	(void)state;
	html("<!DOCTYPE html><div role=heading aria-level=2>Heading by role</div><p>x</p><p class=\"MsoHeading3\">Word3</p><p "
	     "class=heading-2>c</p>",
	     "## Heading by role\n\nx\n\n### Word3\n\n## c\n");
	html("<!DOCTYPE html><h2><a name=\"x\"></a>1.2 Title</h2><h3><a class=\"toc\" href=\"#t\">Linked "
	     "heading</a></h3><h2>A<br>B</h2>",
	     "## 1.2 Title\n\n### Linked heading\n\n## A B\n");
	html("<!DOCTYPE html><div class=WordSection1><p class=MsoTitle>The Title</p><h1>One</h1><p class=MsoNormal>text<a "
	     "style='mso-footnote-id:ftn1' href=\"#_ftn1\" name=\"_ftnref1\" title=\"\"><span class=MsoFootnoteReference><span "
	     "class=MsoFootnoteReference>[1]</span></span></a></p></div><div><br clear=all><hr align=left size=1 width=\"33%\"><div "
	     "id=ftn1><p class=MsoFootnoteText><a href=\"#_ftnref1\" name=\"_ftn1\" title=\"\"><span "
	     "class=MsoFootnoteReference>[1]</span></a> The footnote.</p></div></div>",
	     "# The Title\n\n# One\n\ntext[^1]\n\n[^1]: The footnote.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_articles_are_one_page), cmocka_unit_test(a_short_page_with_a_long_footer), cmocka_unit_test(the_densest_part_of_an_unmarked_page),
		cmocka_unit_test(what_a_click_opens_is_content),
		cmocka_unit_test(headers_and_contents_of_generators_are_out),
		cmocka_unit_test(bars_boxes_and_skip_links_are_out), cmocka_unit_test(headers_and_footers_of_articles_stay),
		cmocka_unit_test(links_are_content_where_there_is_little_else), cmocka_unit_test(headings_without_elements),
		cmocka_unit_test(headings_by_role_and_class), cmocka_unit_test(what_stands_beside_a_content_part),
		cmocka_unit_test(lines_of_arrows_and_signs), cmocka_unit_test(places_are_no_links), cmocka_unit_test(pages_of_doxygen),
		cmocka_unit_test(pages_of_man2html),
		cmocka_unit_test(hidden_by_class),
		cmocka_unit_test(lines_under_the_title),
		cmocka_unit_test(pages_of_portals),
		cmocka_unit_test(what_portals_put_around_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
