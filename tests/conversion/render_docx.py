"""DOCX files written part by part, as word processors write them: plain Word styles in several languages, 3GPP's template, Strict, numbering
definitions, tracked changes, fields, runs in splinters. draw_style says which; the truth is the same for all."""

import random
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape, quoteattr

import model
from model import Code, Definitions, Figure, Heading, List, Paragraph, Quote, Table

TRANSITIONAL = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing", "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture", "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
STRICT = {
    "w": "http://purl.oclc.org/ooxml/wordprocessingml/main", "r": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "wp": "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing", "a": "http://purl.oclc.org/ooxml/drawingml/main",
    "pic": "http://purl.oclc.org/ooxml/drawingml/picture", "m": "http://purl.oclc.org/ooxml/officeDocument/math",
}
BOTH = {
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006", "v": "urn:schemas-microsoft-com:vml", "o": "urn:schemas-microsoft-com:office:office",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape", "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
HEADING_IDS = {"en": "Heading%d", "de": "berschrift%d", "fr": "Titre%d", "own": "ChapterLevel%d"}
PARTS = "application/vnd.openxmlformats-officedocument.wordprocessingml."
STAMP = (1980, 1, 1, 0, 0, 0)


def picture(seed):
    """A small PNG."""
    draw = random.Random(f"picture {seed}")
    colour, width, height = [draw.randrange(256) for _ in range(3)], 24, 16
    rows = b"".join(b"\0" + bytes([(value + 5 * line) % 256 for value in colour] * width) for line in range(height))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Docx:
    def __init__(self, document, style):
        self.document, self.style = document, style
        self.draw = random.Random(f"docx {document.name} {document.seed}")
        self.notes = {str(note.number): note for note in document.footnotes}
        self.relations, self.media, self.lists, self.identifier = [], {}, [], 100
        self.spaces = (STRICT if style["strict"] else TRANSITIONAL) | BOTH
        self.standard = style["ids"] == "3gpp"

    # --- names

    def new_id(self):
        self.identifier += 1
        return self.identifier

    def relation(self, kind, target, external=False):
        name = f"rId{len(self.relations) + 1}"
        base = self.spaces["r"]
        self.relations.append(f'<Relationship Id="{name}" Type="{base}/{kind}" Target={quoteattr(target)}{" TargetMode=" + chr(34) + "External" + chr(34) if external else ""}/>')
        return name

    def heading_id(self, level):
        return (f"Heading{level}" if self.standard else HEADING_IDS[self.style["ids"]] % level)

    # --- runs

    def text(self, text):
        tabs = text.split("\t")
        return "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in tabs)

    def run(self, text, properties=""):
        """One run, or splinters of it with what word processors leave between them."""
        block = f"<w:rPr>{properties}</w:rPr>" if properties else ""
        if not self.style["splinters"] or len(text) < 8:
            return f"<w:r>{block}{self.text(text)}</w:r>"
        cuts = sorted(self.draw.sample(range(1, len(text)), min(3, len(text) // 4)))
        pieces = [text[start:end] for start, end in zip([0] + cuts, cuts + [len(text)])]
        between = ['<w:proofErr w:type="spellStart"/>', '<w:proofErr w:type="gramEnd"/>', f'<w:bookmarkStart w:id="{self.new_id()}" w:name="_GoBack"/>', '<w:r><w:lastRenderedPageBreak/></w:r>', ""]
        return "".join(f'<w:r w:rsidRPr="00{self.draw.randrange(16**6):06X}">{block}{self.text(piece)}</w:r>{self.draw.choice(between)}' for piece in pieces)

    def link(self, run):
        inside = self.run(run.text, '<w:rStyle w:val="Hyperlink"/>')
        how = self.style["links"]
        if how == "field":
            return f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> HYPERLINK "{escape(run.href)}" \\o "tip" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{inside}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        if how == "simple":
            return f'<w:fldSimple w:instr={quoteattr(" HYPERLINK " + chr(34) + run.href + chr(34) + " ")}>{inside}</w:fldSimple>'
        return f'<w:hyperlink r:id="{self.relation("hyperlink", run.href, True)}" w:history="1">{inside}</w:hyperlink>'

    def one_run(self, run):
        if run.style == model.LINE_BREAK:
            return "<w:r><w:br/></w:r>"
        if run.style == model.NOTE_MARK:
            return f'<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteReference w:id="{int(run.text) + 1}"/></w:r>'
        if run.style == model.LINK:
            return self.link(run)
        by_style = self.style["character-styles"]
        properties = {model.BOLD: '<w:rStyle w:val="Strong"/>' if by_style else "<w:b/><w:bCs/>", model.ITALIC: '<w:rStyle w:val="Emphasis"/>' if by_style else "<w:i/><w:iCs/>",
                      model.CODE: '<w:rStyle w:val="VerbatimChar"/>' if by_style else '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>',
                      model.SUB: '<w:vertAlign w:val="subscript"/>', model.SUP: '<w:vertAlign w:val="superscript"/>'}.get(run.style, "")
        return self.run(run.text, properties)

    def inline(self, content):
        return "".join(self.one_run(run) for run in model.runs(content))

    # --- tracked changes

    def mark(self):
        return f'w:id="{self.new_id()}" w:author="Reviewer" w:date="2022-03-01T10:00:00Z"'

    def changed(self, runs):
        """The same text, with deleted text beside it, part of it inserted, or moved here."""
        if not self.style["tracked"] or self.draw.random() < 0.4:
            return runs
        gone = f'<w:r><w:delText xml:space="preserve">{escape(self.draw.choice(["obsolete words ", "was deleted ", "not any more "]))}</w:delText></w:r>'
        deleted = f"<w:del {self.mark()}>{gone}</w:del>"
        moved = f'<w:moveFromRangeStart {self.mark()} w:name="move1"/><w:moveFrom {self.mark()}><w:r><w:t>moved away </w:t></w:r></w:moveFrom><w:moveFromRangeEnd w:id="{self.new_id()}"/>'
        kind = self.draw.randrange(4)
        if kind == 0:
            return f"{deleted}<w:ins {self.mark()}>{runs}</w:ins>"
        if kind == 1:
            return f"{runs}{deleted}"
        if kind == 2:
            return f"{moved}{runs}"
        return f"<w:moveTo {self.mark()}>{runs}</w:moveTo>{deleted}"

    # --- paragraphs

    def paragraph(self, runs, style="", properties="", mark=""):
        name = f'<w:pStyle w:val="{style}"/>' if style else ""
        change = f'<w:pPrChange {self.mark()}><w:pPr><w:pStyle w:val="{self.heading_id(2)}"/></w:pPr></w:pPrChange>' if self.style["tracked"] and self.draw.random() < 0.2 else ""
        marks = f"<w:rPr>{mark}</w:rPr>" if mark else ""
        inside = name + properties + marks + change
        return f"<w:p>{'<w:pPr>' + inside + '</w:pPr>' if inside else ''}{runs}</w:p>"

    def text_box(self, runs):
        inside = f"<w:txbxContent><w:p>{runs}</w:p></w:txbxContent>"
        return (f'<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="{self.new_id()}" name="Text Box 2"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>'
                f'<mc:Fallback><w:pict><v:shape id="_x0000_s1"><v:textbox>{inside}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>')

    def plain(self, block):
        runs = self.changed(self.inline(block.content))
        chance = self.draw.random()
        has_note = any(run.style == model.NOTE_MARK for run in model.runs(block.content))
        if self.style["boxes"] and chance < 0.15 and not has_note:
            return self.text_box(runs)
        if self.style["tracked"] and chance < 0.25 and len(block.content) == 1:
            words = block.content[0].text.split(" ")
            half = len(words) // 2
            first, second = self.run(" ".join(words[:half]) + " "), self.run(" ".join(words[half:]))
            return self.paragraph(first, self.style["body"], "", f"<w:del {self.mark()}/>") + self.paragraph(second, self.style["body"])
        if self.style["controls"] and chance < 0.25:
            return f"<w:sdt><w:sdtPr><w:alias w:val=\"Abstract\"/></w:sdtPr><w:sdtContent>{self.paragraph(runs, self.style['body'])}</w:sdtContent></w:sdt>"
        if self.style["comments"] and chance < 0.4:
            runs = f'<w:commentRangeStart w:id="1"/>{runs}<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'
        if self.style["hidden"] and chance > 0.7:
            runs += "<w:r><w:rPr><w:vanish/></w:rPr><w:t> nobody sees this</w:t></w:r>"
        return self.paragraph(runs, self.style["body"])

    def heading(self, block):
        number = ""
        if block.number and self.style["heading-numbers"] == "tab":
            number = f"<w:r><w:t>{block.number}</w:t></w:r><w:r><w:tab/></w:r>"
        elif block.number and self.style["heading-numbers"] == "text":
            number = f'<w:r><w:t xml:space="preserve">{block.number} </w:t></w:r>'
        properties = ""
        if not block.number and self.numbers_headings():
            properties = '<w:numPr><w:numId w:val="0"/></w:numPr>'
        elif block.number and self.numbers_headings() and model.has_title(self.document):
            properties = f'<w:numPr><w:ilvl w:val="{block.level - 2}"/><w:numId w:val="1"/></w:numPr>'
        runs = f'<w:bookmarkStart w:id="{self.new_id()}" w:name="_Toc1"/>{number}{self.inline(block.content)}<w:bookmarkEnd w:id="{self.identifier}"/>'
        if block.level == 1 and model.has_title(self.document) and self.style["title"]:
            return self.paragraph(runs, "Title")
        return self.paragraph(runs, self.heading_id(block.level), properties)

    def numbers_headings(self):
        return self.style["heading-numbers"] == "numbering" and any(isinstance(block, Heading) and block.number for block in self.document.blocks)

    # --- lists

    def list(self, block, level=0, outer=None):
        if self.standard:
            return self.marked_list(block, level)
        identity = outer
        if outer is None or self.kinds[outer] != block.ordered or block.ordered:
            identity = self.new_list(block.ordered)
        out = []
        for item in block.items:
            for index, child in enumerate(item):
                if isinstance(child, List):
                    out.append(self.list(child, level + 1, identity))
                elif index > 0:
                    out.append(self.paragraph(self.inline(child.content), "ListContinue", f'<w:ind w:left="{720 * (level + 1)}"/>'))
                else:
                    out.append(self.paragraph(self.changed(self.inline(child.content)), "ListParagraph", f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>'))
        return "".join(out)

    def marked_list(self, block, level):
        """3GPP: the marker is text, a tab behind it."""
        out = []
        for number, item in enumerate(block.items, 1):
            marker = f"{number}." if block.ordered else "-"
            for index, child in enumerate(item):
                if isinstance(child, List):
                    out.append(self.marked_list(child, level + 1))
                else:
                    out.append(self.paragraph(("" if index else f"<w:r><w:t>{marker}</w:t></w:r><w:r><w:tab/></w:r>") + self.inline(child.content), f"B{level + 1}"))
        return "".join(out)

    def new_list(self, ordered):
        identity = 10 + len(self.lists)
        self.lists.append((identity, ordered))
        self.kinds[identity] = ordered
        return identity

    def definitions(self, block):
        if self.standard:
            return "".join(self.paragraph(self.run(model.plain(term)) + "<w:r><w:tab/></w:r>" + self.inline(text), "EW") for term, text in block.items)
        if self.style["definitions"] == "styles":
            return "".join(self.paragraph(self.inline(term), "DefinitionTerm") + self.paragraph(self.inline(text), "Definition") for term, text in block.items)
        identity = self.new_list(False)
        return "".join(self.paragraph(self.run(model.plain(term), "<w:b/>") + self.run(": ") + self.inline(text), "ListParagraph", f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{identity}"/></w:numPr>') for term, text in block.items)

    # --- tables

    def cell(self, cell, properties, header):
        style = ("TAH" if header else "TAC" if cell.numeric else "TAL") if self.standard else ""
        runs = self.inline(cell.content)
        if header and not self.standard:
            runs = runs.replace("<w:rPr>", "<w:rPr><w:b/>").replace("<w:r><w:t", "<w:r><w:rPr><w:b/></w:rPr><w:t")
        return f'<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/>{properties}</w:tcPr>{self.paragraph(runs, style)}</w:tc>'

    def row(self, block, index, reach):
        out, column, rest, header = [], 0, list(block.rows[index]), index < block.header_rows
        while column < block.width():
            if reach.get(column, (-1, 1))[0] >= index:
                width = reach[column][1]
                span = f'<w:gridSpan w:val="{width}"/>' if width > 1 else ""
                out.append(f'<w:tc><w:tcPr>{span}<w:vMerge/></w:tcPr><w:p/></w:tc>')
                column += width
                continue
            cell = rest.pop(0)
            span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
            if cell.rows > 1:
                span += '<w:vMerge w:val="restart"/>'
                reach[column] = (index + cell.rows - 1, cell.columns)
            out.append(self.cell(cell, span, header))
            column += cell.columns
        flag = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if header and self.style["header-flag"] else ""
        deleted = f'<w:tr><w:trPr><w:del {self.mark()}/></w:trPr>' + "".join("<w:tc><w:tcPr/><w:p><w:r><w:delText>gone</w:delText></w:r></w:p></w:tc>" for _ in range(block.width())) + "</w:tr>"
        return f"<w:tr>{flag}{''.join(out)}</w:tr>" + (deleted if self.style["tracked"] and index == len(block.rows) - 1 else "")

    def caption(self, text):
        word, _, rest = text.partition(" ")
        number, _, title = rest.partition(": ")
        style = ("TH" if word == "Table" else "TF") if self.standard else "Caption"
        field = f'<w:fldSimple w:instr=" SEQ {word} \\* ARABIC "><w:r><w:t>{number}</w:t></w:r></w:fldSimple>' if self.style["links"] != "relation" else self.run(number)
        return self.paragraph(self.run(word + " ") + field + self.run(": " + title), style)

    def table(self, block):
        reach = {}
        rows = "".join(self.row(block, index, reach) for index in range(len(block.rows)))
        grid = "".join('<w:gridCol w:w="2000"/>' for _ in range(block.width()))
        table = f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
        caption = self.caption(block.caption) if block.caption else ""
        return table + (caption or "<w:p/>") if block.caption_below else caption + table + "<w:p/>"

    # --- the rest

    def code(self, block):
        lines = block.text.split("\n")
        if self.standard:
            return "".join(self.paragraph(f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r>' if line else "", "PL") for line in lines)
        if self.style["code"] == "breaks":
            return self.paragraph("<w:r><w:br/></w:r>".join(f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r>' for line in lines), "SourceCode")
        if self.style["code"] == "style":
            return "".join(self.paragraph(f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r>', "HTMLPreformatted") for line in lines)
        fonts = '<w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/></w:rPr>'
        return self.paragraph(f"<w:r>{fonts}<w:br/></w:r>".join(f'<w:r>{fonts}<w:t xml:space="preserve">{escape(line)}</w:t></w:r>' for line in lines))

    def quote(self, block):
        return "".join(self.paragraph(self.inline(child.content), "Quote") for child in block.blocks)

    def figure(self, block):
        name = f"image{len(self.media) + 1}.png"
        self.media[f"word/media/{name}"] = picture(block.seed)
        relation, identity = self.relation("image", f"media/{name}"), self.new_id()
        if self.style["vml"]:
            drawing = f'<w:pict><v:shape id="s{identity}" alt={quoteattr(block.alt)} style="width:50pt"><v:imagedata r:id="{relation}" o:title=""/></v:shape></w:pict>'
        else:
            drawing = (f'<w:drawing><wp:inline><wp:extent cx="952500" cy="635000"/><wp:docPr id="{identity}" name="Picture {identity}" descr={quoteattr(block.alt)}/><a:graphic><a:graphicData uri="{self.spaces["pic"]}"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="{name}"/></pic:nvPicPr>'
                       f'<pic:blipFill><a:blip r:embed="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>')
        return self.paragraph(f"<w:r>{drawing}</w:r>") + self.caption(block.caption)

    def block(self, block):
        return {Heading: self.heading, Paragraph: self.plain, List: self.list, Definitions: self.definitions, Table: self.table, Code: self.code, Quote: self.quote, Figure: self.figure}[type(block)](block)

    def contents(self):
        word = {"de": "Inhalt", "fr": "Table des matières"}.get(self.document.language, "Contents")
        headings = [block for block in self.document.blocks if isinstance(block, Heading) and not (block.level == 1 and model.has_title(self.document))]
        entries = []
        for index, block in enumerate(headings):
            page = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGEREF _Toc1 \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{1 + index // 3}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
            begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-3" \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>' if index == 0 and self.style["contents"] != "styles" else ""
            style = "" if self.style["contents"] == "field" else f"TOC{min(block.level, 9)}"
            entries.append(self.paragraph(f'{begin}<w:hyperlink w:anchor="_Toc1">{self.run(block.text())}<w:r><w:tab/></w:r>{page}</w:hyperlink>', style))
        if self.style["contents"] != "styles":
            entries.append(self.paragraph('<w:r><w:fldChar w:fldCharType="end"/></w:r>'))
        title = self.paragraph(self.run(word), "TT" if self.standard else "TOCHeading")
        if self.style["contents"] == "control":
            return f'<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>{title}{"".join(entries)}</w:sdtContent></w:sdt>'
        return title + "".join(entries)

    # --- parts

    def styles(self):
        names = []

        def add(identity, name, kind="paragraph", based="", paragraph="", run="", default=False):
            names.append(f'<w:style w:type="{kind}"{" w:default=" + chr(34) + "1" + chr(34) if default else ""} w:styleId="{identity}"><w:name w:val="{name}"/>{f"<w:basedOn w:val={quoteattr(based)}/>" if based else ""}<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>')

        normal = {"de": "Standard", "own": "BodyText"}.get(self.style["ids"], "Normal")
        add(normal, "Normal", default=True)
        add("DefaultParagraphFont", "Default Paragraph Font", "character", default=True)
        for level in range(1, 7):
            numbering = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>' if self.numbers_headings() else ""
            name = f"Chapter Level {level}" if self.style["ids"] == "own" else f"heading {level}"
            base = normal if level == 1 or not self.standard else f"Heading{level - 1}"
            add(self.heading_id(level), name, based=base, paragraph=f'<w:keepNext/>{numbering}<w:outlineLvl w:val="{level - 1}"/>', run="<w:b/>")
        add("Title", "Title", based=normal, run='<w:sz w:val="56"/>')
        add("TOCHeading", "TOC Heading", based=self.heading_id(1), paragraph='<w:outlineLvl w:val="9"/>')
        for level in range(1, 7):
            add(f"TOC{level}", f"toc {level}", based=normal)
        add("ListParagraph", "List Paragraph", based=normal, paragraph='<w:ind w:left="720"/>')
        add("ListContinue", "List Continue", based=normal, paragraph='<w:ind w:left="360"/>')
        add("Caption", "caption", based=normal, run="<w:b/><w:i/>")
        add("Quote", "Quote", based=normal, run="<w:i/>")
        add("SourceCode", "Source Code", based=normal)
        add("HTMLPreformatted", "HTML Preformatted", based=normal, run='<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/>')
        add("DefinitionTerm", "Definition Term", based=normal, run="<w:b/>")
        add("Definition", "Definition", based=normal)
        add("FootnoteText", "footnote text", based=normal)
        add("FootnoteReference", "footnote reference", "character", run='<w:vertAlign w:val="superscript"/>')
        add("Hyperlink", "Hyperlink", "character", run='<w:color w:val="0563C1"/><w:u w:val="single"/>')
        add("Strong", "Strong", "character", run="<w:b/><w:bCs/>")
        add("Emphasis", "Emphasis", "character", run="<w:i/>")
        add("VerbatimChar", "Verbatim Char", "character", run='<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/>')
        add("TableGrid", "Table Grid", "table")
        if self.standard:
            for name in ("TAL", "TAC", "TH", "TF", "B1", "B2", "B3", "EW", "NO", "EX", "ZA", "ZT", "ZB"):
                add(name, name, based="Normal", run="<w:b/>" if name in ("TH", "TF", "ZA", "ZT") else "")
            add("TAH", "TAH", based="TAC", run="<w:b/>")
            add("PL", "PL", paragraph="<w:keepLines/>", run='<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/>')
            add("TT", "TT", based="Heading1", paragraph='<w:outlineLvl w:val="9"/>')
        return self.part("w:styles", f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri"/></w:rPr></w:rPrDefault></w:docDefaults>{"".join(names)}')

    def numbering(self):
        def level(index, form, text, left, style=""):
            return f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{style}<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="360"/></w:pPr></w:lvl>'
        bullets = "".join(level(index, "bullet", "\uf0b7" if index % 2 == 0 else "o", 720 * (index + 1)) for index in range(9))
        ordered = "".join(level(index, ["decimal", "lowerLetter", "lowerRoman"][index % 3], f"%{index + 1}" + ".)"[self.style["parenthesis"]], 720 * (index + 1)) for index in range(9))
        shift = 1 if model.has_title(self.document) else 0
        chapters = "".join(level(index, "decimal", ".".join(f"%{place}" for place in range(1, index + 2)), 432, "" if shift else f'<w:pStyle w:val="{self.heading_id(index + 1)}"/>') for index in range(6))
        out = [f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{chapters}</w:abstractNum>', f'<w:abstractNum w:abstractNumId="1">{bullets}</w:abstractNum>']
        out.append(f'<w:abstractNum w:abstractNumId="2">{ordered}</w:abstractNum>')
        out.append('<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>')
        for identity, is_ordered in self.lists:
            again = "".join(f'<w:lvlOverride w:ilvl="{index}"><w:startOverride w:val="1"/></w:lvlOverride>' for index in range(9)) if is_ordered else ""
            out.append(f'<w:num w:numId="{identity}"><w:abstractNumId w:val="{2 if is_ordered else 1}"/>{again}</w:num>')
        return self.part("w:numbering", "".join(out))

    def footnotes(self):
        notes = '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote><w:footnote w:type="continuationSeparator" w:id="1"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
        for note in self.document.footnotes:
            body = "".join(self.run(run.text) if run.style == model.LINK else self.one_run(run) for run in model.runs(note.content))
            notes += f'<w:footnote w:id="{note.number + 1}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr><w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>{body}</w:p></w:footnote>'
        return self.part("w:footnotes", notes)

    def part(self, root, inside):
        if self.style["prefix"] != "w":
            inside = inside.replace("<w:", f"<{self.style['prefix']}:").replace("</w:", f"</{self.style['prefix']}:").replace(" w:", f" {self.style['prefix']}:")
            root = root.replace("w:", self.style["prefix"] + ":")
        spaces = " ".join(f'xmlns:{self.style["prefix"] if name == "w" else name}="{uri}"' for name, uri in self.spaces.items())
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<{root} {spaces}>{inside}</{root}>'

    def main(self):
        self.kinds = {}
        parts = [self.block(block) for block in self.document.blocks]
        if self.style["contents"]:
            parts.insert(1 if model.has_title(self.document) else 0, self.contents())
        around = self.document.furniture
        references = ""
        if around.header or around.footer:
            references = f'<w:headerReference w:type="default" r:id="{self.relation("header", "header1.xml")}"/>'
        section = f'<w:sectPr>{references}<w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
        return self.part("w:document", f"<w:body>{''.join(parts)}{section}</w:body>")

    def files(self):
        main_name = self.style["main-name"]
        files = {f"word/{main_name}": self.main(), "word/styles.xml": self.styles(), "word/numbering.xml": self.numbering(), "word/footnotes.xml": self.footnotes(),
                 "word/header1.xml": self.part("w:hdr", f"<w:p><w:r><w:t>{escape(self.document.furniture.header or self.document.furniture.footer)}</w:t></w:r></w:p>"),
                 "word/comments.xml": self.part("w:comments", '<w:comment w:id="1" w:author="A"><w:p><w:r><w:t>A remark that is no text.</w:t></w:r></w:p></w:comment>')}
        for kind in ("styles", "numbering", "footnotes", "comments"):
            self.relation(kind, f"{kind}.xml" if self.style["prefix"] == "w" else f"/word/{kind}.xml")
        base = self.spaces["r"]
        package = "http://schemas.openxmlformats.org/package/2006"
        relations = f'<Relationships xmlns="{package}/relationships">'
        files[f"word/_rels/{main_name}.rels"] = relations + "".join(self.relations) + "</Relationships>"
        files["_rels/.rels"] = relations + f'<Relationship Id="rId1" Type="{base}/officeDocument" Target="word/{main_name}"/><Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
        files["docProps/core.xml"] = f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(self.document.title)}</dc:title></cp:coreProperties>'
        kinds = {f"/word/{main_name}": "document.main", "/word/styles.xml": "styles", "/word/numbering.xml": "numbering", "/word/footnotes.xml": "footnotes", "/word/comments.xml": "comments", "/word/header1.xml": "header"}
        types = "".join(f'<Override PartName="{name}" ContentType="{PARTS}{kind}+xml"/>' for name, kind in kinds.items())
        files["[Content_Types].xml"] = f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>{types}</Types>'
        return files | self.media


def write(document, style, path):
    files = Docx(document, style).files()
    order = ["[Content_Types].xml"] + [name for name in files if name != "[Content_Types].xml"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in order:
            archive.writestr(zipfile.ZipInfo(name, STAMP), files[name], zipfile.ZIP_DEFLATED)


def draw_style(seed, **given):
    draw = random.Random(f"docx {seed}")
    style = {"strict": False, "prefix": "w", "ids": draw.choice(["en", "en", "de", "fr"]), "splinters": draw.random() < 0.4, "links": draw.choice(["relation", "field", "simple"]), "character-styles": draw.random() < 0.5, "tracked": False, "body": "",
             "boxes": False, "controls": draw.random() < 0.3, "comments": draw.random() < 0.3, "hidden": draw.random() < 0.3, "heading-numbers": draw.choice(["numbering", "text", "tab"]), "title": False, "definitions": draw.choice(["styles", "bullets"]),
             "header-flag": draw.random() < 0.6, "code": draw.choice(["breaks", "style", "font"]), "vml": draw.random() < 0.3, "contents": draw.choice(["", "field", "control", "styles"]), "parenthesis": draw.random() < 0.3, "main-name": "document.xml"}
    return style | given
