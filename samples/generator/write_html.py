"""Writes a Document as an HTML page with the furniture that documentation portals put around the text."""

import re
from html import escape

from . import catalogue
from .document import REFERENCE, Table, plain

STYLE = """body { font-family: Arial, sans-serif; margin: 0 }
nav li { display: inline }
.tbl td { border: 1px solid #999 } .hidden { display: none }"""

SCRIPT = """var pageState = { open: true, "count": 1 < 2 };
function togglePane(name) { document.getElementById(name).className = "hidden"; }"""

FOOTER_LEGAL = [
    "© Northfield Radio {year}. All rights reserved.",
    "No part of this document may be reproduced in any form without the written permission of the copyright owner.",
    "The contents of this document are subject to revision without notice due to continued progress in methodology and design.",
]


def inline(text):
    """Marks become elements; references become links of the documentation portal."""
    parts = []
    for index, part in enumerate(text.split("`")):
        if index % 2:
            parts.append(f"<code>{escape(part, quote=False)}</code>")
            continue
        position = 0
        for match in REFERENCE.finditer(part):
            parts.append(escape(part[position:match.start()], quote=False) + portal_link(match.group(1)))
            position = match.end()
        parts.append(escape(part[position:], quote=False))
    return "".join(parts)


def portal_link(key):
    name = catalogue.IDENTITIES[key][0]
    number = 6010 + catalogue.ORDER.index(key)
    return f'<a href="edw:/alex?docno=22104-LZA701{number}&amp;fn=1_22104-LZA701{number}_1Uen.A.html&amp;mode=view">{escape(name)}</a>'


def anchor(text):
    return re.sub(r"[^a-z0-9]+", "-", plain(text).lower()).strip("-")


def table_html(table, indent=""):
    out = [f'{indent}<table class="tbl">']
    if table.caption:
        out.append(f"{indent}<caption>{escape(table.caption)}</caption>")
    rows = list(table.rows)
    columns = len(table.header)
    if table.first_row_is_data:
        rows.insert(0, table.header)
        out.append(f"{indent}<tbody>")
    else:
        out.append(f"{indent}<thead><tr>" + "".join(f"<th>{inline(cell)}</th>" for cell in table.header) + "</tr></thead>")
        out.append(f"{indent}<tbody>")
    skip = 0
    for index, row in enumerate(rows):
        cells = []
        for column, cell in enumerate(row):
            if column == 0 and skip:
                skip -= 1
                continue
            span = ""
            if len(row) == 1 and columns > 1:
                span = f' colspan="{columns}"'
            elif column == 0 and table.merge_first:
                same = 1
                while index + same < len(rows) and rows[index + same][0] == cell:
                    same += 1
                if same > 1:
                    span, skip = f' rowspan="{same}"', same - 1
            tag = "th" if table.first_row_is_data and column == 0 else "td"
            cells.append(f"<{tag}{span}>{cell_html(cell)}</{tag}>")
        out.append(f"{indent}<tr>" + "".join(cells) + "</tr>")
    out.append(f"{indent}</tbody></table>")
    return "\n".join(out)


def cell_html(cell):
    if isinstance(cell, tuple):
        return "".join(cell_html(part) for part in cell)
    if isinstance(cell, Table):
        return "\n" + table_html(cell, "  ") + "\n"
    return f"<p>{inline(cell)}</p>"


def block_html(block):
    kind = block[0]
    if kind == "heading":
        return f'<h{block[1]} id="{anchor(block[2])}">{inline(block[2])}</h{block[1]}>'
    if kind == "paragraph":
        return f"<p>{inline(block[1])}</p>"
    if kind == "bullets":
        return "<ul>\n" + "\n".join(f"<li>{inline(item)}</li>" for item in block[1]) + "\n</ul>"
    if kind == "steps":
        return "<ol>\n" + "\n".join(f"<li><p>{inline(item)}</p></li>" for item in block[1]) + "\n</ol>"
    if kind == "code":
        return f"<pre>{escape(block[1], quote=False)}</pre>"
    if kind == "figure":
        return f'<figure><img src="{escape(block[2])}" alt="{escape(block[1])}"><figcaption>{escape(block[1])}</figcaption></figure>'
    if kind == "definitions":
        out = ["<dl>"]
        for name, fields in block[1]:
            out.append(f"<dt><b>{escape(name)}</b></dt>")
            out += [f"<dd>{escape(key)}: {inline(value)}</dd>" for key, value in fields]
        return "\n".join(out + ["</dl>"])
    return table_html(block[1])


def write(doc, charset="utf-8", layout_tables=False):
    """layout_tables: the page is laid out with a table around everything, as old portals do."""
    identity = doc.identity
    headings = [(block[1], block[2]) for block in doc.blocks if block[0] == "heading" and block[1] == 2]
    contents = "\n".join(f'<li><a href="#{anchor(text)}">{escape(plain(text))}</a></li>' for _level, text in headings)
    body = "\n".join(block_html(block) for block in doc.blocks)
    if layout_tables:
        body = f'<table border="0" width="100%"><tr><td width="5">&nbsp;</td><td>\n{body}\n</td></tr></table>'
    legal = "".join(f"<p>{escape(line.format(year=identity['year']))}</p>\n" for line in FOOTER_LEGAL)
    doc.truth["removed"] += [line for line in FOOTER_LEGAL[1:]]
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="{charset}">
<title>{escape(plain(doc.title))}</title>
<style>{STYLE}</style>
<script>{SCRIPT}</script>
</head>
<body>
<header>
<div class="bar"><a href="/index.html">Library</a> &gt; <a href="/radio.html">Radio</a></div>
<p>Document ID: {escape(identity['document_id'])}</p>
<p>Revision: {escape(identity['revision'])}</p>
<p>Last updated: {escape(identity['date'])}</p>
</header>
<nav>
<h2>Contents</h2>
<ul>
{contents}
</ul>
</nav>
<main>
{body}
</main>
<footer>
<hr>
{legal}<p>Page 1 of 1</p>
</footer>
</body>
</html>
"""
    return page.encode("cp1252" if charset == "windows-1252" else charset)
