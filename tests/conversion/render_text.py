"""Plain text as people and programs write it: underlined, numbered or capital headings, lists, aligned, ruled and drawn tables, indented code,
page breaks with running lines, in six encodings and three kinds of line ends."""

import random
import textwrap
from dataclasses import dataclass

import model
from model import Code, Definitions, Heading, List, Paragraph, Quote, Table

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1252", "iso-8859-15"]
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
SIMPLER = {"−": "-", "Ω": "Ohm", "≤": "<=", "≥": ">=", "—": "-", "µ": "u"}  # where the encoding lacks them, in the document too


@dataclass
class Look:
    headings: str = "underlined"  # underlined, overlined, numbered, capitals
    indent: int = 0               # of running text
    width: int = 72               # 0: a paragraph is one line
    table: str = "aligned"        # aligned, dashes, grid, pipes
    bullet: str = "-"
    number: str = "{}."
    quote: str = "> "
    pages: int = 0                # lines of a page; 0: no page breaks
    encoding: str = "utf-8"
    line_end: str = "\n"


def simplify(document, encoding):
    """Characters that the encoding lacks are written in the document as a typist would."""
    def simple(text):
        return "".join(SIMPLER.get(letter, letter) if not encodable(letter, encoding) else letter for letter in text)

    def walk(value):
        if isinstance(value, str):
            return simple(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, tuple):
            return tuple(walk(item) for item in value)
        if hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                setattr(value, name, walk(getattr(value, name)))
        return value

    return walk(document)


def encodable(letter, encoding):
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


class Text:
    def __init__(self, document, look):
        self.document = document
        self.look = look

    def inline(self, content):
        return "".join(f"[{run.text}]" if run.style == model.NOTE_MARK else "\n" if run.style == model.LINE_BREAK else run.text for run in model.runs(content))

    def wrap(self, text, first="", rest=None):
        rest = " " * len(first) if rest is None else rest
        margin = " " * self.look.indent
        if not self.look.width:
            return margin + first + text
        return "\n".join(textwrap.wrap(text, self.look.width, initial_indent=margin + first, subsequent_indent=margin + rest, break_long_words=False, break_on_hyphens=False))

    def heading(self, block):
        text, kind = block.text(), self.look.headings
        if kind == "capitals":
            return text
        if kind == "numbered":
            return text.replace(" ", ".  ", 1) if block.number else text.center(self.look.width or 72).rstrip()
        line = "=-~^"[min(block.level, 4) - 1] * len(text)
        return f"{line}\n{text}\n{line}" if kind == "overlined" and block.level == 1 else f"{text}\n{line}"

    def paragraph(self, block):
        return self.wrap(self.inline(block.content))

    def list(self, block, depth=0):
        lines = []
        for number, item in enumerate(block.items, 1):
            marker = "  " * depth + ((self.look.number.format(number)) if block.ordered else self.look.bullet) + " "
            lines.append(self.wrap(self.inline(item[0].content), marker))
            lines += [self.list(child, depth + 1 + (1 if block.ordered else 0)) for child in item[1:]]
        return "\n".join(lines)

    def definitions(self, block):
        return "\n\n".join(" " * self.look.indent + model.plain(term) + "\n" + self.wrap(self.inline(text), "    ", "    ") for term, text in block.items)

    def code(self, block):
        return textwrap.indent(block.text, " " * (self.look.indent + 4))

    def quote(self, block):
        return ("\n" + " " * self.look.indent + self.look.quote.rstrip() + "\n" if self.look.quote.strip() else "\n\n").join(self.wrap(self.inline(child.content), self.look.quote, self.look.quote) for child in block.blocks)

    def table(self, block):
        drawn = textwrap.indent({"grid": self.grid, "pipes": self.pipes}.get(self.look.table, self.aligned)(block), " " * self.look.indent)
        if not block.caption:
            return drawn
        caption = self.wrap(block.caption)
        return f"{drawn}\n\n{caption}" if block.caption_below else f"{caption}\n\n{drawn}"

    def cells(self, block):
        """Lines of each cell, and the widths of the columns."""
        rows = [[model.plain(cell.content) if self.look.table != "grid" else self.inline(cell.content) for cell in row] for row in block.rows]
        rows = [[cell.split("\n") for cell in row] for row in rows]
        return rows, [max(len(line) for row in rows for line in row[column]) for column in range(block.width())]

    def aligned(self, block):
        rows, widths = self.cells(block)
        lines = ["   ".join(cell[0].ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        if self.look.table == "dashes":
            lines.insert(block.header_rows, "   ".join("-" * width for width in widths))
        return "\n".join(lines)

    def grid(self, block):
        rows, widths = self.cells(block)
        rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
        lines = [rule]
        for index, row in enumerate(rows):
            for line in range(max(map(len, row))):
                lines.append("| " + " | ".join((cell[line] if line < len(cell) else "").ljust(width) for cell, width in zip(row, widths)) + " |")
            lines.append(rule.replace("-", "=") if index == block.header_rows - 1 else rule)
        return "\n".join(lines)

    def pipes(self, block):
        rows, widths = self.cells(block)
        lines = ["| " + " | ".join(cell[0].ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
        lines.insert(block.header_rows, "|" + "+".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(lines)

    def block(self, block):
        return {Heading: self.heading, Paragraph: self.paragraph, List: self.list, Definitions: self.definitions, Table: self.table, Code: self.code, Quote: self.quote}[type(block)](block)

    def paged(self, text):
        """Pages of so many lines with running lines above and below, as RFCs have them."""
        around, width = self.document.furniture, self.look.width or 72
        lines, pages = text.split("\n"), []
        while lines:
            cut = self.look.pages
            pages.append(lines[:cut])
            lines = lines[cut:]
            while lines and not lines[0].strip():
                lines.pop(0)
        out = []
        for number, page in enumerate(pages, 1):
            header = f"{around.header or 'Engineering notes'}{'March 2023':>{width - len(around.header or 'Engineering notes')}}"
            footer = f"{around.footer or 'Nordfeld'}{f'[Page {number}]':>{width - len(around.footer or 'Nordfeld')}}"
            body = page + [""] * (self.look.pages - len(page))
            out.append("\n".join(([header, "", ""] if number > 1 else []) + body + ["", "", footer]))
        return "\n\f\n".join(out)

    def data(self):
        notes = "\n".join(self.wrap(self.inline(note.content), f"[{note.number}] ") for note in self.document.footnotes)
        text = "\n\n".join([self.block(block) for block in self.document.blocks] + ([notes] if notes else [])) + "\n"
        if self.look.pages:
            text = self.paged(text) + "\n"
        return MARKS.get(self.look.encoding, b"") + text.replace("\n", self.look.line_end).encode(self.look.encoding)


def draw_look(seed, **given):
    draw = random.Random(f"text {seed}")
    look = {"width": draw.choice([66, 72, 78, 0]), "table": draw.choice(["aligned", "dashes", "grid", "pipes"]), "bullet": draw.choice(["-", "*", "o", "•"]), "number": draw.choice(["{}.", "{})"]), "quote": draw.choice(["> ", "    "])}
    return Look(**(look | given))
