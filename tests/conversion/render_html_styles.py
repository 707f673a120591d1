"""Pages as the web has them: each class is one habit of writing HTML. All of them say the same as the document; menus, cookie bars, sidebars
and legal lines around it must not come out."""

import re

import model
from model import Heading
from render_html import Page


class Modern(Page):
    def page(self):
        around, escape = self.document.furniture, self.escape
        menu = "".join(f'<li><a href="/{word.lower()}">{word}</a></li>' for word in around.menu)
        crumbs = "".join(f'<li><a href="/{word.lower()}">{word}</a></li>' for word in around.breadcrumbs)
        side = "".join(f'<li><a href="/x/{index}">{escape(text)}</a></li>' for index, text in enumerate(around.sidebar))
        return f"""<!doctype html>
<html lang="{self.document.language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{escape(self.document.title)} – {escape(around.menu[0])}</title>
  <link rel="stylesheet" href="/site.css">
  <script>window.dataLayer = [{{ "page": "doc" }}];</script>
</head>
<body>
<a class="skip-link" href="#main">Skip to content</a>
<header class="site-header"><a class="logo" href="/">Nordfeld</a><nav aria-label="Main"><ul>{menu}</ul></nav></header>
<div class="cookie-consent" role="dialog" aria-label="Cookies"><p>{escape(around.cookies)}</p><button>Accept</button><button>Settings</button></div>
<nav aria-label="Breadcrumb"><ol>{crumbs}</ol></nav>
<main id="main">
<article>
{self.body()}
</article>
</main>
<aside><h2>More</h2><ul>{side}</ul></aside>
<footer><p>{escape(around.legal)}</p></footer>
<script src="/site.js"></script>
</body>
</html>
"""


class DivSoup(Page):
    inline_tags = dict(Page.inline_tags) | {model.BOLD: ("<b>", "</b>"), model.ITALIC: ("<i>", "</i>"), model.CODE: ('<code class="c1x">', "</code>")}

    def heading(self, block):
        return f'<div class="row"><div class="col-12"><h{block.level} class="ttl t{block.level}"><span>{self.heading_text(block)}</span></h{block.level}></div></div>'

    def paragraph(self, block):
        return f'<div class="txt">{self.inline(block.content)}</div>' if self.random.random() < 0.5 else f'<div class="row"><p class="txt">{self.inline(block.content)}</p></div>'

    def table(self, block):
        return f'<div class="tbl-wrap"><div class="scroll">{super().table(block)}</div></div>'

    def cell(self, cell, header):
        text = super().cell(cell, header)
        return re.sub(r"^(<t[dh][^>]*>)(.*)(</t[dh]>)$", r"\1<div><span>\2</span></div>\3", text, flags=re.S)

    def figure(self, block):
        return f'<div class="fig"><div>{self.image(block)}</div><div class="cap">{self.escape(block.caption)}</div></div>'

    def footnotes(self):
        notes = self.document.footnotes
        return "".join(f'<div class="fn" id="fn{note.number}"><sup>{note.number}</sup> {self.inline(note.content)}</div>' for note in notes)

    def page(self):
        around = self.document.furniture
        menu = "".join(f'<div class="m-item"><a href="/{word.lower()}.php">{word}</a></div>' for word in around.menu)
        side = "".join(f'<div class="s-item"><a href="?p={index}">{text}</a></div>' for index, text in enumerate(around.sidebar))
        crumbs = " &raquo; ".join(f'<a href="/{word}">{word}</a>' for word in around.breadcrumbs)
        return f"""<html>
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{self.escape(self.document.title)}</title>
<style>.txt {{ margin: 1em }}</style></head>
<body class="page">
<div id="wrapper"><div class="top"><div class="menu">{menu}</div></div>
<div class="crumbs">{crumbs}</div>
<div class="cols"><div class="left">{side}</div>
<div class="mid"><div class="inner">
{self.body()}
</div></div></div>
<div class="cookiebar" id="cookie-notice"><span>{self.escape(around.cookies)}</span> <a href="#" class="btn">OK</a></div>
<div class="bottom"><div class="copy">{self.escape(around.legal)}</div></div></div>
</body></html>
"""


class Nineties(Page):
    """Layout by tables, upper-case tags, what HTML 3.2 let out."""

    inline_tags = {model.BOLD: ("<B>", "</B>"), model.ITALIC: ("<I>", "</I>"), model.CODE: ("<TT>", "</TT>"), model.SUB: ("<SUB>", "</SUB>"), model.SUP: ("<SUP>", "</SUP>")}

    def line_break(self):
        return "<BR>"

    def note_mark(self, number):
        return f'<SUP><A HREF="#n{number}">{number}</A></SUP>'

    def heading(self, block):
        return f'<A NAME="{self.anchor(block)}"></A><H{block.level}><FONT FACE="Arial,Helvetica" COLOR="#003366">{self.heading_text(block)}</FONT></H{block.level}>'

    def paragraph(self, block):
        return f'<P><FONT SIZE="2" FACE="Arial">{self.inline(block.content)}</FONT>'

    def item(self, body):
        return f"<LI>{body}"

    def list(self, block):
        tag = "OL" if block.ordered else "UL"
        return f"<{tag}>\n{self.items(block)}\n</{tag}>"

    def definitions(self, block):
        return "<DL>\n" + "\n".join(f"<DT><B>{self.inline(term)}</B>\n<DD>{self.inline(text)}" for term, text in block.items) + "\n</DL>"

    def cell(self, cell, header):
        spans = (f" COLSPAN={cell.columns}" if cell.columns > 1 else "") + (f" ROWSPAN={cell.rows}" if cell.rows > 1 else "")
        align = " ALIGN=RIGHT" if cell.numeric else ""
        text = self.inline(cell.content) or "&nbsp;"
        return f'<T{"H" if header else "D"}{spans}{align}><FONT SIZE="2">{text}</FONT>'

    def row(self, cells, header):
        return "<TR" + (' BGCOLOR="#CCCCCC"' if header else "") + ">" + "".join(self.cell(cell, header) for cell in cells)

    def table(self, block):
        rows = "\n".join(self.row(row, index < block.header_rows) for index, row in enumerate(block.rows))
        caption = f'<P><FONT SIZE="2"><I>{self.escape(block.caption)}</I></FONT>' if block.caption else ""
        table = f'<TABLE BORDER="1" CELLPADDING="3" CELLSPACING="0">\n{rows}\n</TABLE>'
        table = f'<TABLE BGCOLOR="#000000" BORDER="0" CELLPADDING="1" CELLSPACING="0"><TR><TD>{table}</TD></TR></TABLE>' if self.random.random() < 0.3 else table
        return f"{table}\n{caption}" if block.caption_below else f"{caption}\n{table}"

    def code(self, block):
        return f"<PRE>\n{self.escape(block.text)}\n</PRE>"

    def quote(self, block):
        return "<BLOCKQUOTE>\n" + "\n".join(self.block(child) for child in block.blocks) + "\n</BLOCKQUOTE>"

    def figure(self, block):
        return f'<CENTER><IMG SRC="{block.source}" ALT="{block.alt}"><BR><FONT SIZE="1">{self.escape(block.caption)}</FONT></CENTER>'

    def footnotes(self):
        notes = self.document.footnotes
        if not notes:
            return ""
        return "<HR>\n" + "\n".join(f'<P><FONT SIZE="1"><A NAME="n{note.number}"></A><SUP>{note.number}</SUP> {self.inline(note.content)}</FONT>' for note in notes)

    def page(self):
        around = self.document.furniture
        menu = "\n".join(f'<TR><TD><A HREF="{word.lower()}.htm"><FONT SIZE="1" COLOR="#FFFFFF">{word}</FONT></A></TD></TR>' for word in around.menu)
        return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<HTML>
<HEAD>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>{self.escape(self.document.title)}</TITLE>
</HEAD>
<BODY BGCOLOR="#FFFFFF" TEXT="#000000" LINK="#0000CC">
<TABLE WIDTH="100%" BORDER="0" CELLSPACING="0" CELLPADDING="0">
<TR><TD COLSPAN="2" BGCOLOR="#003366"><IMG SRC="banner.gif" ALT="" WIDTH="468" HEIGHT="60"></TD></TR>
<TR VALIGN="TOP"><TD WIDTH="120" BGCOLOR="#336699">
<TABLE BORDER="0" CELLPADDING="2">
{menu}
</TABLE>
</TD><TD>
<TABLE BORDER="0" CELLPADDING="8" WIDTH="100%"><TR><TD>
{self.body()}
</TD></TR></TABLE>
</TD></TR>
<TR><TD COLSPAN="2" ALIGN="CENTER"><HR><FONT SIZE="1">{self.escape(around.legal)}</FONT></TD></TR>
</TABLE>
</BODY>
</HTML>
"""

    def data(self):
        return self.page().encode("iso-8859-1", "xmlcharrefreplace")


class Sphinx(Page):
    def note_mark(self, number):
        return f'<a class="footnote-reference brackets" href="#id{number}" id="id1{number}" role="doc-noteref">{number}</a>'

    def heading(self, block):
        return f'<h{block.level}>{self.heading_text(block)}<a class="headerlink" href="#{self.anchor(block)}" title="Permalink to this heading">¶</a></h{block.level}>'

    def item(self, body):
        text, *rest = body.split("\n", 1)
        return f"<li><p>{text}</p>" + "".join("\n" + more for more in rest) + "</li>"

    def definitions(self, block):
        return '<dl class="simple">\n' + "\n".join(f"<dt>{self.inline(term)}</dt><dd><p>{self.inline(text)}</p>\n</dd>" for term, text in block.items) + "\n</dl>"

    def cell(self, cell, header):
        tag = "th" if header else "td"
        spans = (f' colspan="{cell.columns}"' if cell.columns > 1 else "") + (f' rowspan="{cell.rows}"' if cell.rows > 1 else "")
        text = f"<p>{self.inline(cell.content)}</p>" if cell.content else ""
        return f'<{tag}{" class=" + chr(34) + "head" + chr(34) if header else ""}{spans}>{text}</{tag}>'

    def row(self, cells, header):
        return '<tr class="row-odd">' + "\n".join(self.cell(cell, header) for cell in cells) + "</tr>"

    def table_open(self, block):
        return '<table class="docutils align-default">'

    def caption(self, text):
        return f'<caption><span class="caption-text">{self.escape(text)}</span><a class="headerlink" href="#t" title="Permalink to this table">¶</a></caption>\n'

    def code(self, block):
        lines = []
        for line in block.text.split("\n"):
            lines.append(re.sub(r"[A-Za-z_]+", lambda match: f'<span class="n">{match.group(0)}</span>', self.escape(line)) if "&" not in self.escape(line) else self.escape(line))
        name = {"sh": "bash", "": "default"}.get(block.language, block.language)
        return f'<div class="highlight-{name} notranslate"><div class="highlight"><pre><span></span>' + "\n".join(lines) + "\n</pre></div>\n</div>"

    def figure(self, block):
        return f'<figure class="align-default" id="fig">\n{self.image(block)}\n<figcaption>\n<p><span class="caption-text">{self.escape(block.caption)}</span><a class="headerlink" href="#fig" title="Permalink to this image">¶</a></p>\n</figcaption>\n</figure>'

    def quote(self, block):
        return "<blockquote>\n<div>" + "\n".join(self.block(child) for child in block.blocks) + "</div></blockquote>"

    def footnotes(self):
        notes = self.document.footnotes
        return "".join(f'<aside class="footnote brackets" id="id{note.number}" role="doc-footnote">\n<span class="label"><span class="fn-bracket">[</span><a role="doc-backlink" href="#id1{note.number}">{note.number}</a><span class="fn-bracket">]</span></span>\n<p>{self.inline(note.content)}</p>\n</aside>\n' for note in notes)

    def body(self):
        out, open_levels = [], []
        for block in self.document.blocks:
            if isinstance(block, Heading):
                while open_levels and open_levels[-1] >= block.level:
                    out.append("</section>")
                    open_levels.pop()
                out.append(f'<section id="{self.anchor(block)}">')
                open_levels.append(block.level)
            out.append(self.block(block))
        return "\n".join(out) + "\n</section>" * len(open_levels) + self.footnotes()

    def page(self):
        around, title = self.document.furniture, self.escape(self.document.title)
        contents = "".join(f'<li><a class="reference internal" href="#{self.anchor(block)}">{self.heading_text(block)}</a></li>' for block in self.document.blocks if isinstance(block, Heading))
        related = '<li class="right" style="margin-right: 10px"><a href="genindex.html" title="General Index" accesskey="I">index</a></li><li class="right"><a href="next.html" title="Next" accesskey="N">next</a> |</li>'
        return f"""<!DOCTYPE html>

<html lang="{self.document.language}">
  <head>
    <meta charset="utf-8" />
    <title>{title} &#8212; {self.escape(around.menu[0])} 2.4 documentation</title>
    <link rel="stylesheet" type="text/css" href="_static/alabaster.css" />
    <script src="_static/documentation_options.js"></script>
  </head><body>
    <div class="related" role="navigation" aria-label="related navigation"><h3>Navigation</h3><ul>{related}</ul></div>
    <div class="document">
      <div class="documentwrapper">
        <div class="bodywrapper">
          <div class="body" role="main">

{self.body()}

            <div class="clearer"></div>
          </div>
        </div>
      </div>
      <div class="sphinxsidebar" role="navigation" aria-label="main navigation">
        <div class="sphinxsidebarwrapper">
<h3><a href="index.html">Table of Contents</a></h3><ul>{contents}</ul>
<div role="note" aria-label="source link"><h3>This Page</h3><ul class="this-page-menu"><li><a href="_sources/index.rst.txt" rel="nofollow">Show Source</a></li></ul></div>
<search id="searchbox"><h3 id="searchlabel">Quick search</h3><form class="search"><input type="text" name="q"/><input type="submit" value="Go" /></form></search>
        </div>
      </div>
      <div class="clearer"></div>
    </div>
    <div class="footer" role="contentinfo">{self.escape(around.legal)} Created using Sphinx 5.3.0.</div>
  </body>
</html>
"""


class Doxygen(Page):
    def heading(self, block):
        if block.level == 1:
            return ""
        return f'<h{block.level}><a class="anchor" id="{self.anchor(block)}"></a>\n{self.heading_text(block)}</h{block.level}>'

    def table_open(self, block):
        return '<table class="markdownTable">'

    def row(self, cells, header):
        return ('<tr class="markdownTableHead">' if header else '<tr class="markdownTableRowOdd">') + "\n".join(self.cell(cell, header) for cell in cells) + "</tr>"

    def table(self, block):
        rows = "\n".join(self.row(row, index < block.header_rows) for index, row in enumerate(block.rows))
        caption = f"<p>{self.escape(block.caption)}</p>\n" if block.caption else ""
        table = f"{self.table_open(block)}\n{rows}\n</table>\n"
        return table + caption if block.caption_below else caption + table

    def code(self, block):
        return '<div class="fragment">' + "".join(f'<div class="line">{self.escape(line)}</div>\n' for line in block.text.split("\n")) + "</div><!-- fragment -->"

    def figure(self, block):
        return f'<div class="image">\n{self.image(block)}\n<div class="caption">\n{self.escape(block.caption)}</div></div>'

    def footnotes(self):
        return Page.footnotes(self)

    def page(self):
        around, title = self.document.furniture, self.escape(self.document.title)
        path = "".join(f'<li class="navelem"><a class="el" href="{word.lower()}.html">{word}</a></li>' for word in around.breadcrumbs)
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "https://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="en-US">
<head>
<meta http-equiv="Content-Type" content="text/xhtml;charset=UTF-8"/>
<meta name="generator" content="Doxygen 1.9.4"/>
<title>{self.escape(around.menu[0])}: {title}</title>
<script type="text/javascript" src="jquery.js"></script>
</head>
<body>
<div id="top"><!-- do not remove this div, it is closed by doxygen! -->
<div id="titlearea"><table cellspacing="0" cellpadding="0"><tbody><tr id="projectrow"><td id="projectalign"><div id="projectname">{self.escape(around.menu[0])}<span id="projectnumber">&#160;2.4</span></div></td></tr></tbody></table></div>
<div id="main-nav"></div>
<div id="nav-path" class="navpath"><ul>{path}</ul></div>
</div><!-- top -->
<div><div class="header">
  <div class="headertitle"><div class="title">{title} </div></div>
</div><!--header-->
<div class="contents">
<div class="textblock">{self.body()}</div></div><!-- contents -->
</div><!-- PageDoc -->
<!-- start footer part -->
<hr class="footer"/><address class="footer"><small>Generated by&#160;<a href="https://www.doxygen.org/index.html"><img class="footer" src="doxygen.svg" width="104" height="31" alt="doxygen"/></a> 1.9.4</small></address>
</body>
</html>
"""


class DocBook(Page):
    inline_tags = dict(Page.inline_tags) | {model.BOLD: ('<span class="bold"><strong>', "</strong></span>"), model.ITALIC: ('<span class="emphasis"><em>', "</em></span>"), model.CODE: ('<code class="literal">', "</code>")}

    def note_mark(self, number):
        return f'<a href="#ftn.{number}" class="footnote" id="{number}"><sup class="footnote">[{number}]</sup></a>'

    def heading(self, block):
        kind = "chapter" if block.level == 1 else f"sect{block.level - 1}"
        return f'<div class="titlepage"><div><div><h{block.level} class="title" style="clear: both"><a id="{kind}-{self.anchor(block)}"></a>{self.heading_text(block)}</h{block.level}></div></div></div>'

    def item(self, body):
        text, *rest = body.split("\n", 1)
        return f'<li class="listitem"><p>{text}</p>' + "".join("\n" + more for more in rest) + "</li>"

    def list(self, block):
        if block.ordered:
            return f'<div class="orderedlist"><ol class="orderedlist" type="1">{self.items(block)}</ol></div>'
        return f'<div class="itemizedlist"><ul class="itemizedlist" style="list-style-type: disc; ">{self.items(block)}</ul></div>'

    def definitions(self, block):
        return '<div class="variablelist"><dl class="variablelist">' + "".join(f'<dt><span class="term">{self.inline(term)}</span></dt><dd><p>{self.inline(text)}</p></dd>' for term, text in block.items) + "</dl></div>"

    def table(self, block):
        self.document_tables = getattr(self, "document_tables", 0) + 1
        columns = "".join(f'<col class="c{index}" />' for index in range(block.width()))
        head = "".join(self.row(row, True) for row in block.rows[:block.header_rows])
        body = "".join(self.row(row, False) for row in block.rows[block.header_rows:])
        table = f'<table class="table" summary="{self.escape(block.caption)}" border="1"><colgroup>{columns}</colgroup><thead>{head}</thead><tbody>{body}</tbody></table>'
        if not block.caption:
            return f'<div class="informaltable">{table}</div>'
        title = f'<p class="title"><strong>{self.escape(block.caption)}</strong></p>'
        contents = f'<div class="table-contents">{table}</div>'
        return f'<div class="table"><a id="t{self.document_tables}"></a>' + (contents + title if block.caption_below else title + contents) + '</div><br class="table-break" />'

    def code(self, block):
        return f'<pre class="programlisting">{self.escape(block.text)}</pre>'

    def figure(self, block):
        return f'<div class="figure"><a id="f"></a><div class="figure-contents"><div class="mediaobject">{self.image(block)}</div></div><p class="title"><strong>{self.escape(block.caption)}</strong></p></div><br class="figure-break" />'

    def quote(self, block):
        return '<div class="blockquote"><blockquote class="blockquote">' + "".join(self.block(child) for child in block.blocks) + "</blockquote></div>"

    def footnotes(self):
        notes = self.document.footnotes
        if not notes:
            return ""
        return '<div class="footnotes"><br /><hr style="width:100; text-align:left;margin-left: 0" />' + "".join(f'<div id="ftn.{note.number}" class="footnote"><p><a href="#{note.number}" class="para"><sup class="para">[{note.number}] </sup></a>{self.inline(note.content)}</p></div>' for note in notes) + "</div>"

    def page(self):
        around, title = self.document.furniture, self.escape(self.document.title)
        contents = "".join(f'<dt><span class="sect1"><a href="#{self.anchor(block)}">{self.heading_text(block)}</a></span></dt>' for block in self.document.blocks if isinstance(block, Heading) and block.level == 2)
        first, rest = self.body().split("</div></div></div>", 1)
        contents = f'<div class="toc"><p><strong>Table of Contents</strong></p><dl class="toc">{contents}</dl></div>' if contents else ""
        return f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" /><title>{title}</title><link rel="stylesheet" type="text/css" href="stylesheet.css" /><meta name="generator" content="DocBook XSL Stylesheets V1.79.2" /></head><body><div class="navheader"><table width="100%" summary="Navigation header"><tr><th colspan="3" align="center">{title}</th></tr><tr><td width="20%" align="left"><a accesskey="p" href="previous.html">Prev</a> </td><th width="60%" align="center">{self.escape(around.menu[0])}</th><td width="20%" align="right"> <a accesskey="n" href="next.html">Next</a></td></tr></table><hr /></div><div class="chapter">{first}</div></div></div>{contents}{rest}</div><div class="navfooter"><hr /><table width="100%" summary="Navigation footer"><tr><td width="40%" align="left"><a accesskey="p" href="previous.html">Prev</a> </td><td width="20%" align="center"><a accesskey="u" href="index.html">Up</a></td><td width="40%" align="right"> <a accesskey="n" href="next.html">Next</a></td></tr></table></div></body></html>
"""


class Word(Page):
    """As a word processor saves "web page": paragraphs with styles, lists as paragraphs, windows-1252."""

    inline_tags = dict(Page.inline_tags) | {model.BOLD: ("<b style='mso-bidi-font-weight:normal'>", "</b>"), model.ITALIC: ("<i>", "</i>"), model.CODE: ("<span style='font-family:\"Courier New\"'>", "</span>")}

    def note_mark(self, number):
        return f'<a style=\'mso-footnote-id:ftn{number}\' href="#_ftn{number}" name="_ftnref{number}" title=""><span class=MsoFootnoteReference><sup>[{number}]</sup></span></a>'

    def line_break(self):
        return "<br>\n"

    def wrapped(self, text):
        """Lines of at most 80 bytes, as such files have."""
        return re.sub(r"(.{60,75}?) ", r"\1\n", text)

    def heading(self, block):
        return f"<h{block.level}><span lang=EN-GB style='mso-ansi-language:EN-GB'>{self.heading_text(block)}<o:p></o:p></span></h{block.level}>\n"

    def paragraph(self, block):
        return f"<p class=MsoNormal><span lang=EN-GB style='mso-ansi-language:EN-GB'>{self.wrapped(self.inline(block.content))}<o:p></o:p></span></p>\n"

    def list(self, block, level=1):
        lines = []
        for number, item in enumerate(block.items, 1):
            marker = f"{number}." if block.ordered else "·"
            font = "" if block.ordered else "font-family:Symbol;"
            lines.append(f"<p class=MsoListParagraph style='margin-left:{36 * level}.0pt;text-indent:-18.0pt;mso-list:l0 level{level} lfo{2 if block.ordered else 1}'><![if !supportLists]><span style='{font}mso-list:Ignore'>{marker}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span><![endif]>{self.wrapped(self.inline(item[0].content))}<o:p></o:p></p>\n")
            lines += [self.list(child, level + 1) for child in item[1:]]
        return "".join(lines)

    def definitions(self, block):
        return "<dl>\n" + "\n".join(f"<dt>{self.inline(term)}</dt><dd>{self.inline(text)}</dd>" for term, text in block.items) + "\n</dl>"

    def cell(self, cell, header):
        spans = (f" colspan={cell.columns}" if cell.columns > 1 else "") + (f" rowspan={cell.rows}" if cell.rows > 1 else "")
        text = self.inline(cell.content)
        text = f"<b>{text}</b>" if header and text else text or "&nbsp;"
        return f"<td width=123{spans} valign=top style='width:92.1pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt'>\n<p class=MsoNormal><span lang=EN-GB>{text}<o:p></o:p></span></p>\n</td>"

    def row(self, cells, header):
        return "<tr style='mso-yfti-irow:0'>\n" + "\n".join(self.cell(cell, header) for cell in cells) + "\n</tr>"

    def table(self, block):
        rows = "\n".join(self.row(row, index < block.header_rows) for index, row in enumerate(block.rows))
        caption = f"<p class=MsoCaption>{self.escape(block.caption)}<o:p></o:p></p>\n" if block.caption else ""
        table = f"<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none'>\n{rows}\n</table>\n"
        return table + caption if block.caption_below else caption + table

    def figure(self, block):
        return f"<p class=MsoNormal><!--[if gte vml 1]><v:shape id=\"p\"><v:imagedata src=\"x.png\"/></v:shape><![endif]--><![if !vml]>{self.image(block)}<![endif]></p>\n<p class=MsoCaption>{self.escape(block.caption)}</p>\n"

    def code(self, block):
        return f"<pre>{self.escape(block.text)}</pre>\n"

    def footnotes(self):
        notes = self.document.footnotes
        if not notes:
            return ""
        return "<div style='mso-element:footnote-list'><![if !supportFootnotes]><br clear=all>\n<hr align=left size=1 width=\"33%\">\n<![endif]>" + "".join(f'<div style=\'mso-element:footnote\' id=ftn{note.number}>\n<p class=MsoFootnoteText><a style=\'mso-footnote-id:ftn{note.number}\' href="#_ftnref{note.number}" name="_ftn{note.number}" title=""><span class=MsoFootnoteReference><sup>[{note.number}]</sup></span></a> {self.inline(note.content)}<o:p></o:p></p>\n</div>\n' for note in notes) + "</div>"

    def page(self):
        return f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset=windows-1252">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<title>{self.escape(self.document.title)}</title>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {{ margin:0cm; font-size:11.0pt; }} --></style>
</head>

<body lang=EN-GB style='tab-interval:36.0pt'>

<div class=WordSection1>

{self.body()}
</div>

</body>

</html>
"""

    def data(self):
        return self.page().replace("\n", "\r\n").encode("windows-1252", "xmlcharrefreplace")


class Wiki(Page):
    def heading(self, block):
        if block.level == 1:
            return ""
        return f'<h{block.level}><span class="mw-headline" id="{self.anchor(block)}">{self.heading_text(block)}</span><span class="mw-editsection"><span class="mw-editsection-bracket">[</span><a href="/w/index.php?action=edit" title="Edit section">edit</a><span class="mw-editsection-bracket">]</span></span></h{block.level}>'

    def note_mark(self, number):
        return f'<sup id="cite_ref-{number}" class="reference"><a href="#cite_note-{number}">&#91;{number}&#93;</a></sup>'

    def table_open(self, block):
        return '<table class="wikitable sortable">'

    def table(self, block):
        rows = "\n".join(self.row(row, index < block.header_rows) for index, row in enumerate(block.rows))
        above = self.caption(block.caption) if block.caption and not block.caption_below else ""
        below = f"\n<p>{self.escape(block.caption)}</p>" if block.caption and block.caption_below else ""
        return f"{self.table_open(block)}\n{above}<tbody>{rows}</tbody></table>{below}"

    def figure(self, block):
        return f'<figure typeof="mw:File/Thumb"><a href="/wiki/File:{block.source}" class="mw-file-description">{self.image(block)}</a><figcaption>{self.escape(block.caption)}</figcaption></figure>'

    def footnotes(self):
        notes = self.document.footnotes
        if not notes:
            return ""
        return '<div class="mw-references-wrap"><ol class="references">\n' + "\n".join(f'<li id="cite_note-{note.number}"><span class="mw-cite-backlink"><b><a href="#cite_ref-{note.number}" aria-label="Jump up">^</a></b></span> <span class="reference-text">{self.inline(note.content)}</span></li>' for note in notes) + "\n</ol></div>"

    def page(self):
        around, title = self.document.furniture, self.escape(self.document.title)
        contents = "".join(f'<li class="toclevel-1"><a href="#{self.anchor(block)}"><span class="tocnumber">{index}</span> <span class="toctext">{self.inline(block.content)}</span></a></li>' for index, block in enumerate((block for block in self.document.blocks if isinstance(block, Heading) and block.level == 2), 1))
        menu = "".join(f'<li class="mw-list-item"><a href="/wiki/{word}"><span>{word}</span></a></li>' for word in around.menu)
        tools = "".join(f'<li class="mw-list-item"><a href="/t"><span>{text}</span></a></li>' for text in around.sidebar)
        body = self.body()
        split = body.find("<h2")
        contents = f'<div id="toc" class="toc" role="navigation"><div class="toctitle"><h2 id="mw-toc-heading">Contents</h2></div><ul>{contents}</ul></div>'
        return f"""<!DOCTYPE html>
<html class="client-nojs" lang="{self.document.language}" dir="ltr">
<head><meta charset="UTF-8"/><title>{title} - {self.escape(around.menu[0])} Wiki</title></head>
<body class="mediawiki ltr ns-0 ns-subject skin-vector action-view">
<div id="mw-page-base" class="noprint"></div>
<div id="content" class="mw-body" role="main">
<h1 id="firstHeading" class="firstHeading mw-first-heading"><span class="mw-page-title-main">{title}</span></h1>
<div id="bodyContent" class="vector-body">
<div id="siteSub" class="noprint">From the {self.escape(around.menu[0])} Wiki</div>
<a class="mw-jump-link" href="#mw-head">Jump to navigation</a>
<div id="mw-content-text" class="mw-body-content mw-content-ltr" lang="{self.document.language}" dir="ltr"><div class="mw-parser-output">{body[:split]}{contents}
{body[split:]}
</div></div>
<div id="catlinks" class="catlinks"><div id="mw-normal-catlinks" class="mw-normal-catlinks"><a href="/wiki/Special:Categories">Categories</a>: <ul><li><a href="/wiki/Category:X">{self.escape(around.breadcrumbs[0])}</a></li></ul></div></div>
</div></div>
<div id="mw-navigation"><h2>Navigation menu</h2><nav id="p-navigation" class="vector-menu" role="navigation"><ul>{menu}</ul></nav><nav id="p-tb"><h3><span>Tools</span></h3><ul>{tools}</ul></nav></div>
<footer id="footer" class="mw-footer" role="contentinfo"><ul><li id="footer-info-lastmod"> This page was last edited on 3 March 2023, at 10:12.</li><li>{self.escape(around.legal)}</li></ul></footer>
</body></html>
"""


class Undeclared(Page):
    """A bare page in an encoding that it does not name."""

    encoding = "windows-1252"

    def page(self):
        return super().page().replace('<meta charset="utf-8">', "")

    def data(self):
        return self.page().encode(self.encoding, "xmlcharrefreplace")


class UndeclaredUtf8(Undeclared):
    encoding = "utf-8"


class Utf16(Undeclared):
    def data(self):
        return b"\xff\xfe" + self.page().encode("utf-16-le")


class Latin9(Undeclared):
    encoding = "iso-8859-15"

    def page(self):
        return Page.page(self).replace('charset="utf-8"', 'charset="iso-8859-15"')


class Utf8Mark(Undeclared):
    """A byte order mark, and a meta element that says something else."""

    def page(self):
        return Page.page(self).replace('charset="utf-8"', 'charset="iso-8859-1"')

    def data(self):
        return b"\xef\xbb\xbf" + self.page().encode("utf-8")


STYLES = {"modern": Modern, "divs": DivSoup, "nineties": Nineties, "sphinx": Sphinx, "doxygen": Doxygen, "docbook": DocBook, "word": Word, "wiki": Wiki, "undeclared": Undeclared, "bare": UndeclaredUtf8, "utf16": Utf16,
          "latin9": Latin9, "utf8mark": Utf8Mark}
