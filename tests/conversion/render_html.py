"""HTML of a document. Page is the plain semantic form, which the printed cases (render_browser.py) style with CSS; render_html_styles.py derives
from it what the web is full of."""

import html
import random

import model
from model import Code, Definitions, Figure, Heading, List, Paragraph, Quote, Table


def picture(seed, width=320, height=140):
    """A drawing without text: boxes, lines or a curve."""
    draw = random.Random(f"picture {seed}")
    shapes = []
    if draw.random() < 0.5:
        for index in range(draw.randint(3, 6)):
            tall = draw.randint(20, height - 30)
            shapes.append(f'<rect x="{20 + index * 45}" y="{height - 15 - tall}" width="30" height="{tall}" fill="#{draw.choice(["48c", "8a4", "c84", "999"])}"/>')
        shapes.append(f'<line x1="10" y1="{height - 15}" x2="{width - 10}" y2="{height - 15}" stroke="black"/>')
    else:
        points = " ".join(f"{10 + 15 * index},{draw.randint(15, height - 15)}" for index in range(20))
        shapes.append(f'<polyline points="{points}" fill="none" stroke="#36a" stroke-width="2"/><circle cx="{width - 40}" cy="40" r="18" fill="#d65"/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{"".join(shapes)}</svg>'


class Page:
    """Semantic HTML of blocks; a style overrides what it writes differently."""

    inline_tags = {model.BOLD: ("<strong>", "</strong>"), model.ITALIC: ("<em>", "</em>"), model.CODE: ("<code>", "</code>"), model.SUB: ("<sub>", "</sub>"), model.SUP: ("<sup>", "</sup>")}

    def __init__(self, document):
        self.document = document
        self.random = random.Random(f"page {document.seed}")

    def escape(self, text):
        return html.escape(text, quote=False)

    def inline(self, content):
        out = []
        for run in model.runs(content):
            if run.style == model.LINE_BREAK:
                out.append(self.line_break())
            elif run.style == model.LINK:
                out.append(f'<a href="{html.escape(run.href)}">{self.escape(run.text)}</a>')
            elif run.style == model.NOTE_MARK:
                out.append(self.note_mark(run.text))
            else:
                opening, closing = self.inline_tags.get(run.style, ("", ""))
                out.append(opening + self.escape(run.text) + closing)
        return "".join(out)

    def line_break(self):
        return "<br>"

    def note_mark(self, number):
        return f'<sup id="ref{number}"><a href="#fn{number}">{number}</a></sup>'

    def heading_text(self, block):
        return (block.number + " " if block.number else "") + self.inline(block.content)

    def anchor(self, block):
        return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in model.plain(block.content)).lower().strip("-")

    def heading(self, block):
        return f'<h{block.level} id="{self.anchor(block)}">{self.heading_text(block)}</h{block.level}>'

    def paragraph(self, block):
        return f"<p>{self.inline(block.content)}</p>"

    def items(self, block):
        lines = []
        for item in block.items:
            first, *rest = item
            body = self.inline(first.content) + "".join("\n" + self.block(child) for child in rest)
            lines.append(self.item(body))
        return "\n".join(lines)

    def item(self, body):
        return f"<li>{body}</li>"

    def list(self, block):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>\n{self.items(block)}\n</{tag}>"

    def definitions(self, block):
        return "<dl>\n" + "\n".join(f"<dt>{self.inline(term)}</dt>\n<dd>{self.inline(text)}</dd>" for term, text in block.items) + "\n</dl>"

    def cell(self, cell, header):
        tag = "th" if header else "td"
        spans = (f' colspan="{cell.columns}"' if cell.columns > 1 else "") + (f' rowspan="{cell.rows}"' if cell.rows > 1 else "")
        number = ' class="n"' if cell.numeric and not header else ""
        return f"<{tag}{spans}{number}>{self.inline(cell.content)}</{tag}>"

    def row(self, cells, header):
        return "<tr>" + "".join(self.cell(cell, header) for cell in cells) + "</tr>"

    def table_open(self, block):
        return "<table>"

    def caption(self, text):
        return f"<caption>{self.escape(text)}</caption>\n"

    def table(self, block):
        head = "\n".join(self.row(row, True) for row in block.rows[:block.header_rows])
        body = "\n".join(self.row(row, False) for row in block.rows[block.header_rows:])
        caption = self.caption(block.caption) if block.caption and not block.caption_below else ""
        below = f'\n<p class="caption">{self.escape(block.caption)}</p>' if block.caption and block.caption_below else ""
        return f"{self.table_open(block)}\n{caption}<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>{below}"

    def code(self, block):
        language = f' class="language-{block.language}"' if block.language else ""
        return f"<pre><code{language}>{self.escape(block.text)}\n</code></pre>"

    def quote(self, block):
        return "<blockquote>\n" + "\n".join(self.block(child) for child in block.blocks) + "\n</blockquote>"

    def image(self, block):
        return f'<img src="{block.source}" alt="{block.alt}">'

    def figure(self, block):
        return f"<figure>{self.image(block)}<figcaption>{self.escape(block.caption)}</figcaption></figure>"

    def footnotes(self):
        notes = self.document.footnotes
        if not notes:
            return ""
        return '<section class="footnotes">\n<hr>\n<ol>\n' + "\n".join(f'<li id="fn{note.number}">{self.inline(note.content)} <a href="#ref{note.number}">↩</a></li>' for note in notes) + "\n</ol>\n</section>"

    def block(self, block):
        makers = {Heading: self.heading, Paragraph: self.paragraph, List: self.list, Definitions: self.definitions, Table: self.table, Code: self.code, Quote: self.quote, Figure: self.figure}
        return makers[type(block)](block)

    def body(self):
        return "\n".join(self.block(block) for block in self.document.blocks) + "\n" + self.footnotes()

    def page(self):
        return f'<!DOCTYPE html>\n<html lang="{self.document.language}">\n<head><meta charset="utf-8"><title>{self.escape(self.document.title)}</title></head>\n<body>\n{self.body()}\n</body>\n</html>\n'

    def data(self):
        """The file's bytes."""
        return self.page().encode("utf-8")
