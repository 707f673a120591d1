"""Writes a Document as DOCX in the shape of a 3GPP specification: cover, contents list, headings with their numbers typed, styles TAH and TAL
in tables, NO and EX for notes and examples, PL for ASN.1, Heading 8 for annexes, a running header."""

import io
import zipfile
from html import escape

from .document import cell_text, plain

TIME = (2024, 1, 15, 12, 0, 0)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
NAMESPACES = f'xmlns:w="{WORD}" xmlns:r="{OFFICE}"'

# Style, what it is based on, paragraph and run properties.
STYLES = [("ZA", "Normal", '<w:jc w:val="right"/>', '<w:sz w:val="40"/>'), ("ZB", "Normal", '<w:jc w:val="right"/>', "<w:i/>"),
          ("ZT", "Normal", '<w:jc w:val="right"/>', '<w:b/><w:sz w:val="34"/>'), ("TT", "Heading1", '<w:outlineLvl w:val="9"/>', ""),
          ("TAL", "Normal", '<w:spacing w:after="0"/>', '<w:sz w:val="18"/>'), ("TAC", "TAL", '<w:jc w:val="center"/>', ""), ("TAH", "TAC", "", "<w:b/>"),
          ("TH", "Normal", '<w:keepNext/><w:jc w:val="center"/>', "<w:b/>"), ("NO", "Normal", '<w:ind w:left="1135" w:hanging="851"/>', ""),
          ("EX", "Normal", '<w:ind w:left="1702" w:hanging="1418"/>', ""), ("EW", "EX", '<w:spacing w:after="0"/>', ""),
          ("B1", "Normal", '<w:ind w:left="568" w:hanging="284"/>', ""),
          ("PL", "Normal", '<w:spacing w:after="0"/>', '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/><w:sz w:val="16"/>')]


def run(text, properties=""):
    parts = [f'<w:t xml:space="preserve">{escape(part, quote=False)}</w:t>' if part else "" for part in text.split("\t")]
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{'<w:tab/>'.join(parts)}</w:r>"


def paragraph(text, style="", properties=""):
    return f'<w:p><w:pPr>{f"<w:pStyle w:val={chr(34)}{style}{chr(34)}/>" if style else ""}{properties}</w:pPr>{text if text.startswith("<") else run(text)}</w:p>'


def field(instruction, result):
    def mark(kind):
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
    return f'{mark("begin")}<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>{mark("separate")}{result}{mark("end")}'


def table(block, number):
    width = 9600 // len(block.header)
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))

    def cell(text, style, columns=1):
        span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
        return f'<w:tc><w:tcPr><w:tcW w:w="{width * columns}" w:type="dxa"/>{span}</w:tcPr>{paragraph(text, style)}</w:tc>'

    def row(cells, style):
        if len(cells) == 1:
            return f"<w:tr>{cell(plain(cell_text(cells[0])), style, len(block.header))}</w:tr>"
        repeated = "<w:trPr><w:tblHeader/></w:trPr>" if style == "TAH" else ""
        return f"<w:tr>{repeated}{''.join(cell(plain(cell_text(text)), style) for text in cells)}</w:tr>"

    grid = f'<w:gridCol w:w="{width}"/>' * len(block.header)
    caption = paragraph(f"Table {number}: {block.caption}", "TH") if block.caption else ""
    rows = row(block.header, "TAH") + "".join(row(cells, "TAL") for cells in block.rows)
    return f'{caption}<w:tbl><w:tblPr><w:tblW w:w="9600" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{paragraph("")}'


def heading(level, text):
    """The title stands on the cover, so that clauses begin with Heading 1; annexes have a style of their own."""
    if text.startswith("Annex "):
        return paragraph(text, "Heading8")
    number, _blank, title = text.partition(" ")
    return paragraph(f"{number}\t{title}" if number[0].isdigit() else text, f"Heading{level - 1}")


def prose(text):
    style = "NO" if text.startswith("NOTE") else "EX" if text.startswith("EXAMPLE") else ""
    return paragraph(plain(text), style)


def contents(doc):
    titles = [block[2] for block in doc.blocks if block[0] == "heading" and block[1] == 2]
    entries = [paragraph(run(f"{title}\t") + field(f"PAGEREF _Toc{index} \\h", run(str(index))), "TOC1") for index, title in enumerate(titles, 4)]
    return paragraph("Contents", "TT") + "".join(entries)


def body(doc):
    cover = doc.identity["cover"]
    out = [paragraph(f"3GPP {doc.identity['document_id']} V{doc.identity['revision']} ({doc.identity['date'][:7]})", "ZA"), paragraph("Technical Specification", "ZB")]
    out += [paragraph(line, "ZT") for line in cover] + [contents(doc)]
    tables = 0
    for kind, *block in doc.blocks:
        if kind == "heading" and block[0] > 1:
            out.append(heading(*block))
        elif kind == "paragraph":
            out.append(prose(block[0]))
        elif kind == "bullets":
            out += [paragraph(f"-\t{plain(item)}", "B1") for item in block[0]]
        elif kind == "code":
            out += [paragraph(line, "PL") for line in block[0].split("\n")]
        elif kind == "table":
            tables += 1
            out.append(table(block[0], tables))
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1416" w:right="1133" w:bottom="1133" w:left="1133" w:header="850" w:footer="340" w:gutter="0"/></w:sectPr>'
    return f"<w:document {NAMESPACES}><w:body>{''.join(out)}{section}</w:body></w:document>"


def styles():
    def style(name, based, of_paragraph, of_run, shown=""):
        base = f'<w:basedOn w:val="{based}"/>' if based else ""
        default = "" if based else ' w:default="1"'
        return f'<w:style w:type="paragraph"{default} w:styleId="{name}"><w:name w:val="{shown or name}"/>{base}<w:pPr>{of_paragraph}</w:pPr><w:rPr>{of_run}</w:rPr></w:style>'
    headings = [style(f"Heading{level}", "Normal", f'<w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="{level - 1}"/>', f'<w:sz w:val="{36 - 2 * min(level, 7)}"/>', f"heading {level}")
                for level in range(1, 10)]
    lists = [style("TOC1", "Normal", "", "", "toc 1")]
    defaults = '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/><w:sz w:val="20"/></w:rPr></w:rPrDefault></w:docDefaults>'
    return f"<w:styles {NAMESPACES}>{defaults}{style('Normal', '', '<w:spacing w:after=' + chr(34) + '180' + chr(34) + '/>', '')}{''.join(headings + lists + [style(*entry) for entry in STYLES])}</w:styles>"


def write(doc):
    relation = '<Relationship Id="{0}" Type="' + OFFICE + '/{1}" Target="{2}"/>'
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="/word/{name}.xml" ContentType="{TYPE}.{kind}+xml"/>' for name, kind in (("document", "document.main"), ("styles", "styles"), ("header1", "header"))) + "</Types>",
        "_rels/.rels": relations.format(relation.format("document", "officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relations.format(relation.format("styles", "styles", "styles.xml") + relation.format("header", "header", "header1.xml")),
        "word/document.xml": body(doc),
        "word/styles.xml": styles(),
        "word/header1.xml": f"<w:hdr {NAMESPACES}>{paragraph('3GPP ' + doc.identity['document_id'] + ' V' + doc.identity['revision'])}</w:hdr>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return out.getvalue()
