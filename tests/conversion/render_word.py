"""PDF as a word processor exports it: a flat OpenDocument file with styles, lists, tables, footnotes, header and footer, a contents list with dot
leaders, exported by LibreOffice, with or without tags."""

import pathlib
import random
import shutil
import subprocess
import tempfile
from xml.sax.saxutils import escape

import model
from model import Code, Definitions, Figure, Heading, List, Paragraph, Quote, Table

NAMES = ["office", "style", "text", "table", "fo", "draw", "svg", "xlink"]
SPACES = {"fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0", "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0", "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0", "xlink": "http://www.w3.org/1999/xlink"}
FONTS = ["Liberation Sans", "Liberation Serif", "Liberation Sans", "Liberation Serif", "DejaVu Sans"]
BORDERS = {
    "grid": ("0.5pt solid #000000", "#d9d9d9"),
    "light": ("0.5pt solid #a0a0a0", ""),
    "rows": ("", ""),
    "shaded": ("", "#c6d9f1"),
    "none": ("", ""),
}


class Flat:
    def __init__(self, document, style):
        self.document = document
        self.style = style
        self.notes = {str(note.number): note for note in document.footnotes}

    def inline(self, content):
        out = []
        names = {model.BOLD: "B", model.ITALIC: "I", model.CODE: "C", model.SUB: "Sub", model.SUP: "Sup", model.LINK: "L"}
        for run in model.runs(content):
            text = escape(run.text)
            if run.style == model.LINE_BREAK:
                out.append("<text:line-break/>")
            elif run.style == model.NOTE_MARK:
                body = self.inline(self.notes[run.text].content)
                out.append(f'<text:note text:id="ftn{run.text}" text:note-class="footnote"><text:note-citation>{run.text}</text:note-citation><text:note-body><text:p text:style-name="Note">{body}</text:p></text:note-body></text:note>')
            elif run.style in names:
                out.append(f'<text:span text:style-name="{names[run.style]}">{text}</text:span>')
            else:
                out.append(text)
        return "".join(out)

    def paragraph(self, block, name="Body"):
        return f'<text:p text:style-name="{name}">{self.inline(block.content)}</text:p>'

    def heading(self, block):
        gap = "<text:tab/>" if self.style["tab"] else " "
        number = block.number + gap if block.number else ""
        return f'<text:h text:style-name="H{block.level}" text:outline-level="{block.level}">{number}{self.inline(block.content)}</text:h>'

    def list(self, block, level=1):
        items = "".join("<text:list-item>" + "".join(self.list(child, level + 1) if isinstance(child, List) else self.paragraph(child, "Item") for child in item) + "</text:list-item>" for item in block.items)
        return f'<text:list text:style-name="{"Numbers" if block.ordered else "Bullets"}">{items}</text:list>'

    def definitions(self, block):
        return "".join(f'<text:p text:style-name="Term">{self.inline(term)}</text:p><text:p text:style-name="Meaning">{self.inline(text)}</text:p>' for term, text in block.items)

    def cell(self, cell, header, last):
        spans = (f' table:number-columns-spanned="{cell.columns}"' if cell.columns > 1 else "") + (f' table:number-rows-spanned="{cell.rows}"' if cell.rows > 1 else "")
        name = "Head" if header else "Last" if last else "Cell"
        paragraph = "CellHead" if header else "CellRight" if cell.numeric and self.style["right"] else "CellText"
        return f'<table:table-cell table:style-name="{name}"{spans}><text:p text:style-name="{paragraph}">{self.inline(cell.content)}</text:p></table:table-cell>' + "<table:covered-table-cell/>" * (cell.columns - 1)

    def row(self, block, index, reach):
        """A row with covered cells where a cell above reaches down."""
        out, column, rest = [], 0, list(block.rows[index])
        while column < block.width():
            if reach.get(column, -1) >= index:
                out.append("<table:covered-table-cell/>")
                column += 1
                continue
            cell = rest.pop(0)
            for offset in range(cell.columns):
                reach[column + offset] = index + cell.rows - 1
            out.append(self.cell(cell, index < block.header_rows, index == len(block.rows) - 1))
            column += cell.columns
        return f'<table:table-row table:style-name="Row">{"".join(out)}</table:table-row>'

    def widths(self, block):
        """Centimetres of each column: its longest word at least, more by its longest text."""
        grid, words, texts = block.grid(), [], []
        for column in range(block.width()):
            cells = [model.plain(row[column][0]) for row in grid if row[column][1][1] == column]
            letter = 0.024 * self.style["size"]
            words.append(0.4 + letter * max((len(word) for cell in cells for word in cell.split()), default=1))
            texts.append(0.4 + letter * min(40, max(map(len, cells), default=1)))
        room, wanted = self.style["room"] - sum(words), sum(texts) - sum(words)
        share = min(1.0, max(0.0, room / wanted)) if wanted > 0 else 0.0
        return [word + share * (text - word) for word, text in zip(words, texts)]

    def table(self, block):
        reach = {}
        rows = [self.row(block, index, reach) for index in range(len(block.rows))]
        self.style["columns"].append(self.widths(block))
        name = len(self.style["columns"])
        columns = "".join(f'<table:table-column table:style-name="T{name}C{index}"/>' for index in range(block.width()))
        caption = f'<text:p text:style-name="Caption">{escape(block.caption)}</text:p>' if block.caption else ""
        head = f"<table:table-header-rows>{''.join(rows[:block.header_rows])}</table:table-header-rows>"
        table = f'<table:table table:name="T{name}" table:style-name="T{name}">{columns}{head}{"".join(rows[block.header_rows:])}</table:table>'
        return table + caption + "<text:p/>" if block.caption_below else caption + table + "<text:p/>"

    def code(self, block):
        def line(text):
            blanks = len(text) - len(text.lstrip(" "))
            return f'<text:p text:style-name="Code"><text:s text:c="{blanks}"/>{escape(text.lstrip(" "))}</text:p>' if blanks else f'<text:p text:style-name="Code">{escape(text)}</text:p>'
        return "".join(line(text) for text in block.text.split("\n"))

    def quote(self, block):
        return "".join(self.paragraph(child, "Quote") for child in block.blocks)

    def figure(self, block):
        draw = random.Random(f"shape {block.seed}")
        shapes = "".join(f'<draw:rect text:anchor-type="as-char" svg:width="1.{draw.randint(0, 9)}cm" svg:height="{draw.randint(1, 2)}.{draw.randint(1, 9)}cm" draw:style-name="Shape"/>' for _ in range(draw.randint(2, 5)))
        return f'<text:p text:style-name="Body">{shapes}</text:p><text:p text:style-name="Caption">{escape(block.caption)}</text:p>'

    def block(self, block):
        return {Heading: self.heading, Paragraph: self.paragraph, List: self.list, Definitions: self.definitions, Table: self.table, Code: self.code, Quote: self.quote, Figure: self.figure}[type(block)](block)

    def contents(self):
        """A contents list as it stands on paper: title, leader, page."""
        lines = []
        for index, block in enumerate(block for block in self.document.blocks if isinstance(block, Heading) and not (block.level == 1 and model.has_title(self.document))):
            lines.append(f'<text:p text:style-name="Contents">{escape(block.text())}<text:tab/>{1 + index // 3}</text:p>')
        word = {"de": "Inhalt", "fr": "Table des matières"}.get(self.document.language, "Contents")
        return f'<text:p text:style-name="ContentsTitle">{word}</text:p>' + "".join(lines)

    # --- styles

    def paragraph_style(self, name, properties="", text=""):
        size = "" if "fo:font-size" in text else f'fo:font-size="{self.style["size"]}pt"'
        return f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties {properties}/><style:text-properties fo:font-family="{self.style["font"]}" {size} {text}/></style:style>'

    def text_styles(self):
        style = self.style
        size, colour = style["size"], style["colour"]
        out = [self.paragraph_style("Body", f'fo:margin-bottom="{style["gap"]}pt" fo:line-height="{style["line"]}%"' + (' fo:text-align="justify"' if style["justify"] else "")),
               self.paragraph_style("Item", 'fo:margin-bottom="2pt"'), self.paragraph_style("Term", 'fo:keep-with-next="always"', 'fo:font-weight="bold"'),
               self.paragraph_style("Meaning", 'fo:margin-left="1cm" fo:margin-bottom="4pt"'), self.paragraph_style("Quote", 'fo:margin-left="1.2cm" fo:margin-right="1.2cm" fo:margin-bottom="6pt"', 'fo:font-style="italic"'),
               self.paragraph_style("Caption", 'fo:margin-top="4pt" fo:margin-bottom="4pt"', f'fo:font-size="{size - 1}pt" fo:font-style="italic"'), self.paragraph_style("Note", "", f'fo:font-size="{size - 2}pt"'),
               self.paragraph_style("CellText", "", f'fo:font-size="{size - 1}pt"'), self.paragraph_style("CellRight", 'fo:text-align="end"', f'fo:font-size="{size - 1}pt"'), self.paragraph_style("CellHead", "", f'fo:font-size="{size - 1}pt" fo:font-weight="bold"'),
               self.paragraph_style("ContentsTitle", 'fo:margin-top="12pt" fo:margin-bottom="6pt"', f'fo:font-size="{size + 4}pt" fo:font-weight="bold"'), self.paragraph_style("Small", "", 'fo:font-size="8pt"'),
               f'<style:style style:name="Contents" style:family="paragraph"><style:paragraph-properties><style:tab-stops><style:tab-stop style:position="15.5cm" style:type="right" style:leader-style="dotted" style:leader-text="."/></style:tab-stops></style:paragraph-properties><style:text-properties fo:font-family="{style["font"]}" fo:font-size="{size}pt"/></style:style>',
               f'<style:style style:name="Code" style:family="paragraph"><style:paragraph-properties fo:margin-left="0.5cm"/><style:text-properties fo:font-family="Liberation Mono" fo:font-size="{size - 1.5}pt"/></style:style>',
               '<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style><style:style style:name="I" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>',
               '<style:style style:name="C" style:family="text"><style:text-properties fo:font-family="Liberation Mono"/></style:style><style:style style:name="L" style:family="text"><style:text-properties fo:color="#0563c1" style:text-underline-style="solid"/></style:style>',
               '<style:style style:name="Sub" style:family="text"><style:text-properties style:text-position="sub 58%"/></style:style><style:style style:name="Sup" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>',
               '<style:style style:name="Shape" style:family="graphic"><style:graphic-properties draw:fill-color="#99aacc" style:vertical-pos="bottom"/></style:style>']
        for level in range(1, 7):
            bigger = style["steps"][level - 1]
            out.append(self.paragraph_style(f"H{level}", f'fo:margin-top="{14 - level}pt" fo:margin-bottom="{8 - level}pt" fo:keep-with-next="always"', f'fo:font-size="{size + bigger}pt" fo:color="{colour}"' + (' fo:font-weight="bold"' if style["bold"] or level > 3 else "") + (' fo:font-style="italic"' if level == 4 else "")))
        return "".join(out)

    def table_styles(self):
        border, shade = BORDERS[self.style["tables"]]
        line = f'fo:border="{border}"' if border else 'fo:border-bottom="0.5pt solid #808080"' if self.style["tables"] == "rows" else ""
        fill = f'fo:background-color="{shade}"' if shade else ""
        out = [f'<style:style style:name="{name}" style:family="table-cell"><style:table-cell-properties fo:padding="0.{pad}cm" {line} {fill if name == "Head" else ""}/></style:style>' for name, pad in (("Cell", 1), ("Last", 1), ("Head", 1))]
        out.append('<style:style style:name="Row" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>')
        for name, widths in enumerate(self.style["columns"], 1):
            total = sum(widths)
            out.append(f'<style:style style:name="T{name}" style:family="table"><style:table-properties style:width="{total:.2f}cm" table:align="{self.style["align"]}"/></style:style>')
            out += [f'<style:style style:name="T{name}C{index}" style:family="table-column"><style:table-column-properties style:column-width="{width:.2f}cm"/></style:style>' for index, width in enumerate(widths)]
        return "".join(out)

    def list_styles(self):
        def level(kind, index):
            mark = 'style:num-format="1" style:num-suffix="."' if kind == "number" else f'text:bullet-char="{"•◦▪"[(index - 1) % 3]}"'
            place = f'<style:list-level-properties text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.6cm" fo:margin-left="{0.7 * index + 0.4:.1f}cm"/></style:list-level-properties>'
            return f'<text:list-level-style-{kind} text:level="{index}" {mark}>{place}</text:list-level-style-{kind}>'
        return "".join(f'<text:list-style style:name="{name}">{"".join(level(kind, index) for index in range(1, 4))}</text:list-style>' for name, kind in (("Bullets", "bullet"), ("Numbers", "number")))

    def source(self):
        around, style = self.document.furniture, self.style
        style["columns"], style["room"] = [], 16.0 if self.document.columns == 1 else 7.6
        parts = [self.block(block) for block in self.document.blocks]
        if style["contents"]:
            parts.insert(1 if model.has_title(self.document) else 0, self.contents())
        body = "".join(parts)
        if self.document.columns > 1:
            first = parts.pop(0) if model.has_title(self.document) else ""
            body = first + f'<text:section text:style-name="Two" text:name="Two">{"".join(parts)}</text:section>'
        number = {"n": "<text:page-number/>", "n/m": "<text:page-number/> / <text:page-count/>", "page": "Page <text:page-number/> of <text:page-count/>"}.get(around.page_numbers, "")
        header = f'<style:header><text:p text:style-name="Small">{escape(around.header)}</text:p></style:header>' if around.header else ""
        footer = f'<style:footer><text:p text:style-name="Small">{escape(around.footer)}    {number}</text:p></style:footer>' if around.footer or number else ""
        spaces = " ".join(f'xmlns:{name}="{SPACES.get(name, f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0")}"' for name in NAMES)
        paper = {"a4": 'fo:page-width="21cm" fo:page-height="29.7cm"', "letter": 'fo:page-width="21.59cm" fo:page-height="27.94cm"'}[style["paper"]]
        two = '<style:style style:name="Two" style:family="section"><style:section-properties><style:columns fo:column-count="2" fo:column-gap="0.7cm"/></style:section-properties></style:style>'
        small = self.paragraph_style("Small", "", 'fo:font-size="8pt"')
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {spaces} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>{small}<text:notes-configuration text:note-class="footnote" style:num-format="1" text:start-value="0" text:start-numbering-at="document" text:footnotes-position="page"/></office:styles>
<office:automatic-styles>{self.text_styles()}{self.table_styles()}{self.list_styles()}{two}
<style:page-layout style:name="Page"><style:page-layout-properties {paper} fo:margin="2.3cm"/><style:header-style><style:header-footer-properties fo:min-height="0.8cm" fo:margin-bottom="0.5cm"/></style:header-style><style:footer-style><style:header-footer-properties fo:min-height="0.8cm" fo:margin-top="0.5cm"/></style:footer-style></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Page">{header}{footer}</style:master-page></office:master-styles>
<office:body><office:text>{body}</office:text></office:body>
</office:document>
"""


def draw_style(seed, **given):
    draw = random.Random(f"word {seed}")
    style = {"font": draw.choice(FONTS), "size": draw.choice([10, 10.5, 11, 12]), "line": draw.choice([100, 115, 130]), "gap": draw.choice([4, 6, 8]), "tables": draw.choice(list(BORDERS)), "colour": draw.choice(["#000000", "#2f5496", "#1f3763"]),
             "steps": draw.choice([(9, 5, 3, 1, 0, 0), (5, 3, 1, 0, 0, 0), (15, 7, 4, 2, 1, 0)]), "bold": draw.random() < 0.7, "justify": draw.random() < 0.3, "right": draw.random() < 0.5, "tab": draw.random() < 0.5, "align": draw.choice(["left", "center"]),
             "paper": draw.choice(["a4", "a4", "letter"]), "contents": False, "tagged": draw.random() < 0.5}
    return style | given


def to_pdf(document, style, path):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-word-"))
    source = folder / "case.fodt"
    source.write_text(Flat(document, style).source(), "utf-8")
    options = '{"UseTaggedPDF":{"type":"boolean","value":"%s"},"ExportBookmarks":{"type":"boolean","value":"%s"}}' % (("true", "true") if style["tagged"] else ("false", "false"))
    done = subprocess.run(["soffice", f"-env:UserInstallation=file://{tempfile.gettempdir()}/docring-office-profile", "--headless", "--convert-to", f"pdf:writer_pdf_Export:{options}", "--outdir", str(folder), str(source)], capture_output=True, timeout=180)
    made = folder / "case.pdf"
    if not made.exists():
        raise RuntimeError(f"soffice could not export {document.name}: {(done.stdout + done.stderr).decode(errors='replace')[-400:]}")
    shutil.copy(made, path)
    shutil.rmtree(folder, ignore_errors=True)
