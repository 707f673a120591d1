"""Writes a Document as Markdown, long form or short form with header lines, and as plain text."""

from . import catalogue
from .document import REFERENCE, cell_text, plain


def inline(text):
    def link(match):
        number = 6010 + catalogue.ORDER.index(match.group(1))
        return f"[{catalogue.IDENTITIES[match.group(1)][0]}](1_22104-LZA701{number}_1Uen.A.md)"
    return REFERENCE.sub(link, text)


def table_markdown(table):
    columns = len(table.header)

    def line(row):
        cells = [inline(cell_text(cell)).replace("|", "\\|") for cell in row]
        cells += [""] * (columns - len(cells))
        return "| " + " | ".join(cells) + " |"

    lines = [line(table.header), "|" + "|".join(" --- " for _ in range(columns)) + "|"]
    return "\n".join(lines + [line(row) for row in table.rows])


def block_markdown(block):
    kind = block[0]
    if kind == "heading":
        return "#" * block[1] + " " + inline(block[2])
    if kind == "paragraph":
        return inline(block[1])
    if kind == "bullets":
        return "\n".join("- " + inline(item) for item in block[1])
    if kind == "steps":
        return "\n".join(f"{number}. {inline(item)}" for number, item in enumerate(block[1], 1))
    if kind == "code":
        return f"```\n{block[1]}\n```"
    if kind == "figure":
        return f"![{block[1]}]({block[2]})\n\n*Figure: {block[1]}*"
    if kind == "definitions":
        out = []
        for name, fields in block[1]:
            out.append(f"- **{name}**")
            out += [f"    - {key}: {inline(value)}" for key, value in fields]
        return "\n".join(out)
    return table_markdown(block[1])


def header_lines(doc):
    identity = doc.identity
    return [f"DOCTITLE: {doc.title}", f"Product: {', '.join(identity['cxc'])}", f"Feature State: {identity['state']}",
            f"Feature Identity: {identity['faj']}"]


def write(doc, with_header=False, running_lines=False, encoding="utf-8"):
    """with_header: the header lines of the short form. running_lines: what a converter leaves behind between pages."""
    blocks = ["  \n".join(header_lines(doc))] if with_header else []
    for index, block in enumerate(doc.blocks):
        blocks.append(block_markdown(block))
        if running_lines and index and index % 12 == 0:
            blocks.append(f"Document ID: {doc.identity['document_id']}")
            blocks.append(f"Page {index // 12} of {len(doc.blocks) // 12 + 1}")
    return ("\n\n".join(blocks) + "\n").encode(encoding)


def write_text(doc, encoding="utf-8", line_end="\n"):
    """Plain text: header lines, headings in capitals with a rule, bold bullets with indented lines."""
    lines = header_lines(doc) + [""]
    for block in doc.blocks:
        kind = block[0]
        if kind == "heading":
            text = plain(block[2]).upper()
            lines += [text, "-" * len(text)]
        elif kind in ("paragraph", "code"):
            lines.append(plain(block[1]))
        elif kind == "bullets":
            lines += ["- " + plain(item) for item in block[1]]
        elif kind == "steps":
            lines += [f"{number}. {plain(item)}" for number, item in enumerate(block[1], 1)]
        elif kind == "definitions":
            for name, fields in block[1]:
                lines.append(f"* **{name}**")
                lines += [f"    {key}: {plain(value)}" for key, value in fields]
        elif kind == "table":
            table = block[1]
            lines += ["; ".join(plain(cell_text(cell)) for cell in row) for row in [table.header, *table.rows]]
        lines.append("")
    return line_end.join(lines).encode(encoding)


def write_plain(doc, encoding="utf-8", line_end="\n"):
    """Running text without any marks: numbered or capital headings, tables as aligned lines, as in a mail or a text export."""
    lines = []
    for block in doc.blocks:
        kind = block[0]
        if kind == "heading":
            text = plain(block[2])
            lines.append(text.upper() if block[1] == 1 else text)
            lines.append(("=" if block[1] == 1 else "-") * len(text))
        elif kind == "table":
            table = block[1]
            rows = [[plain(cell_text(cell)) for cell in row] for row in [table.header, *table.rows]]
            widths = [max(len(row[column]) for row in rows) for column in range(len(table.header))]
            lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        elif kind in ("bullets", "steps"):
            lines += [("- " if kind == "bullets" else f"{number}. ") + plain(item) for number, item in enumerate(block[1], 1)]
        else:
            lines.append(plain(block[1]))
        lines.append("")
    return line_end.join(lines).encode(encoding, "replace")
