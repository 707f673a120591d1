"""PDF by groff: reports in ms and mm, manual pages in man, tables by tbl."""

import random
import re
import subprocess

import model
from model import Code, Definitions, Figure, Heading, List, Paragraph, Quote, Table


def escape(text):
    return text.replace("\\", "\\e")


class Groff:
    """What the macro packages share. `lines` are collected in out; a control character at a line's start is hidden by \\&."""

    bold, italic, code_font, roman = r"\fB", r"\fI", r"\f(CR", r"\fP"

    def __init__(self, document, style):
        self.document = document
        self.style = style
        self.notes = {str(note.number): note for note in document.footnotes}
        self.out = []

    def line(self, text):
        self.out.append(r"\&" + text if text[:1] in (".", "'") else text)

    def macro(self, text):
        self.out.append(text)

    def inline(self, content):
        out = []
        for run in model.runs(content):
            text = escape(run.text)
            fonts = {model.BOLD: self.bold, model.ITALIC: self.italic, model.CODE: self.code_font}
            if run.style in fonts:
                text = fonts[run.style] + text + self.roman
            elif run.style == model.SUB:
                text = rf"\d\s-2{text}\s+2\u"
            elif run.style == model.SUP:
                text = rf"\u\s-2{text}\s+2\d"
            elif run.style == model.NOTE_MARK:
                text = rf"\*{{{run.text}\*}}" if self.style["macros"] == "ms" else rf"\u\s-2{run.text}\s+2\d"
            elif run.style == model.LINE_BREAK:
                text = " "
            out.append(text)
        return "".join(out)

    def text(self, content):
        self.line(self.inline(content))
        for run in model.runs(content):
            if run.style == model.NOTE_MARK:
                self.footnote(run.text)

    def footnote(self, number):
        self.macro(".FS")
        self.line(f"{number}. " + self.inline(self.notes[number].content))
        self.macro(".FE")

    def paragraph(self, block):
        self.macro(".PP" if self.style["indent"] else ".LP")
        self.text(block.content)

    def definitions(self, block):
        for term, text in block.items:
            self.macro(f'.IP "{self.bold}{self.inline(term)}{self.roman}" 14n')
            self.line(self.inline(text))

    def list(self, block):
        for number, item in enumerate(block.items, 1):
            self.macro(f".IP {number}. 4" if block.ordered else r".IP \(bu 3")
            self.text(item[0].content)
            for child in item[1:]:
                self.macro(".RS")
                self.list(child)
                self.macro(".RE")

    def quote(self, block):
        for child in block.blocks:
            self.macro(".QP")
            self.text(child.content)

    def code(self, block):
        self.macro(".DS L")
        self.macro(".ft CR")
        for line in block.text.split("\n"):
            self.line(escape(line))
        self.macro(".ft P")
        self.macro(".DE")

    def figure(self, block):
        draw = random.Random(f"boxes {block.seed}")
        self.macro(".LP")
        self.line(" ".join(rf"\D'e {draw.randint(3, 7) / 10}i 0.3i'" for _ in range(3)))
        self.macro(".sp 1")
        self.macro(".LP")
        self.line(self.inline(block.caption))

    # --- tables: tbl

    def table_cell(self, cell, wide):
        text = self.inline(cell.content)
        if wide:
            lines = "\n.br\n".join((r"\&" + part if part[:1] in (".", "'") else part) for part in self.broken(cell.content))
            return f"T{{\n{lines}\nT}}"
        return text

    def broken(self, content):
        parts, current = [], []
        for run in model.runs(content):
            if run.style == model.LINE_BREAK:
                parts.append(self.inline(current))
                current = []
            else:
                current.append(run)
        return parts + [self.inline(current)]

    def table(self, block):
        if block.caption and not block.caption_below:
            self.caption(block)
        grid, width = block.grid(), block.width()
        wide = [any(len(model.plain(row[column][0])) > 30 or any(run.style == model.LINE_BREAK for run in model.runs(row[column][0])) for row in grid if row[column][1][1] == column and not self.crosses(block, row[column])) for column in range(width)]
        numeric = [all(re.fullmatch(r"[-−\d.,]*", model.plain(row[column][0])) for row in grid[block.header_rows:]) for column in range(width)]
        options = {"allbox": "allbox center", "box": "box center", "open": "center", "rules": "center"}[self.style["tables"]]
        self.macro(".TS H" if self.style["macros"] == "ms" and len(grid) > 30 else ".TS")
        self.macro(options + " tab(@);")
        formats, rows = [], []
        for index, row in enumerate(grid):
            keys, cells = [], []
            for column, (content, origin) in enumerate(row):
                if index > origin[0]:
                    keys.append("^")
                    cells.append(r"")
                elif column > origin[1]:
                    keys.append("s")
                else:
                    head = index < block.header_rows
                    keys.append(("c" if head else "r" if numeric[column] else "l") + ("b" if head and self.style["bold"] else "") + (f"w({self.style['wide']})" if wide[column] else ""))
                    crossing = column + 1 < width and row[column + 1][1] == origin
                    cells.append(self.table_cell(model.Cell(content), wide[column] and not crossing and bool(content)))
            formats.append(" ".join(keys))
            rows.append("@".join(cells))
        self.macro("\n".join(formats) + ".")
        for index, row in enumerate(rows):
            if index == 0 and self.style["tables"] == "rules":
                self.macro("_")
            self.line(row)
            if index == block.header_rows - 1:
                if self.style["tables"] in ("box", "rules"):
                    self.macro("_")
                if self.style["macros"] == "ms" and len(grid) > 30:
                    self.macro(".TH")
        if self.style["tables"] == "rules":
            self.macro("_")
        self.macro(".TE")
        if block.caption and block.caption_below:
            self.caption(block)

    def crosses(self, block, place):
        return any(cell.columns > 1 and cell.content is place[0] for row in block.rows for cell in row)

    def caption(self, block):
        self.macro(".LP")
        self.line(self.inline(block.caption))

    def block(self, block):
        {Heading: self.heading, Paragraph: self.paragraph, List: self.list, Definitions: self.definitions, Table: self.table, Code: self.code, Quote: self.quote, Figure: self.figure}[type(block)](block)

    def source(self):
        self.start()
        for block in self.document.blocks:
            self.block(block)
        return "\n".join(self.out) + "\n"


class Ms(Groff):
    def start(self):
        around = self.document.furniture
        self.macro(rf".nr PS {self.style['size']}")
        self.macro(rf".nr VS {self.style['size'] + 2}")
        number = {"n": "%", "n/m": "- % -", "page": "Page %"}.get(around.page_numbers, "")
        for name, text in (("LH", around.header), ("CH", ""), ("RH", ""), ("LF", around.footer), ("CF", number), ("RF", "")):
            self.macro(f".ds {name} {text}")
        self.macro(".nr PO 1i")
        self.titled = model.has_title(self.document)

    def heading(self, block):
        if self.titled and block.level == 1:
            self.macro(".TL")
            self.line(self.inline(block.content))
            if self.document.columns == 2:
                self.macro(".2C")
            return
        depth = block.level - (1 if self.titled else 0)
        self.macro(f".NH {depth}" if block.number else ".SH" if depth == 1 else f".SH {depth}")
        self.line(self.inline(block.content))


class Man(Groff):
    """Sections in capitals come from the document (plan.py writes them so)."""

    def start(self):
        around = self.document.furniture
        self.macro(f'.TH {self.document.name.upper().replace("-", "_")} {self.style["section"]} "2023-03-0{1 + self.document.seed % 9}" "{around.footer or "Nordfeld"} 2.4" "{around.header or "Reference"}"')

    def heading(self, block):
        self.macro((".SH " if block.level == 1 else ".SS ") + self.inline(block.content))

    def definitions(self, block):
        for term, text in block.items:
            self.macro(".TP")
            self.line(f"{self.bold}{self.inline(term)}{self.roman}")
            self.line(self.inline(text))

    def quote(self, block):
        self.macro(".RS 4")
        for child in block.blocks:
            self.paragraph(child)
        self.macro(".RE")

    def code(self, block):
        self.macro(".PP")
        self.macro(".EX")
        for line in block.text.split("\n"):
            self.line("    " + escape(line))
        self.macro(".EE")


class Mm(Groff):
    def start(self):
        around = self.document.furniture
        self.macro(f'.PH "\'{around.header}\'\'\'"')
        self.macro(f'.PF "\'{around.footer}\'\'Page %\'"')
        self.macro(".nr Hb 4")
        self.macro(".nr Hs 4")

    def paragraph(self, block):
        self.macro(".P")
        self.text(block.content)

    def heading(self, block):
        self.macro(f'.H {block.level} "{self.inline(block.content)}"')

    def list(self, block):
        self.macro(".AL" if block.ordered else ".BL")
        for item in block.items:
            self.macro(".LI")
            self.text(item[0].content)
            for child in item[1:]:
                self.list(child)
        self.macro(".LE")

    def definitions(self, block):
        self.macro(".VL 18")
        for term, text in block.items:
            self.macro(f'.LI "{self.bold}{self.inline(term)}{self.roman}"')
            self.line(self.inline(text))
        self.macro(".LE")

    def quote(self, block):
        self.macro(".DS I F")
        for index, child in enumerate(block.blocks):
            if index:
                self.macro(".sp")
            self.text(child.content)
        self.macro(".DE")

    def caption(self, block):
        self.macro(".P")
        self.line(self.inline(block.caption))

    def figure(self, block):
        self.macro(".P")
        self.line(r"\D'e 0.6i 0.3i' \D'e 0.3i 0.3i'")
        self.macro(".P")
        self.line(self.inline(block.caption))


MACROS = {"ms": Ms, "man": Man, "mm": Mm}


def draw_style(seed, **given):
    draw = random.Random(f"groff {seed}")
    style = {"macros": "ms", "size": draw.choice([10, 11]), "tables": draw.choice(["allbox", "box", "open", "rules"]), "bold": draw.random() < 0.6, "wide": draw.choice(["2i", "2.4i"]), "indent": draw.random() < 0.5, "section": draw.choice([1, 5, 7, 8]),
             "paper": draw.choice(["a4", "letter"]), "device": "pdf"}
    return style | given


def to_pdf(document, style, path):
    source = MACROS[style["macros"]](document, style).source()
    common = ["groff", "-Kutf8", "-t", f"-m{style['macros']}", f"-P-p{style['paper']}", f"-dpaper={style['paper']}"]
    done = subprocess.run(common + ["-T" + style["device"]], input=source.encode(), capture_output=True, timeout=120)
    data = done.stdout
    if style["device"] == "ps":
        data = subprocess.run(["ps2pdf", "-", "-"], input=data, capture_output=True, timeout=120, check=True).stdout
    if done.returncode or not data.startswith(b"%PDF"):
        raise RuntimeError(f"groff refuses {document.name}: {done.stderr.decode(errors='replace')[-800:]}")
    if done.stderr.strip():
        print(f"    {document.name}: {done.stderr.decode(errors='replace').splitlines()[0]}")
    path.write_bytes(data)
