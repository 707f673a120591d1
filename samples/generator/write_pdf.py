"""Writes a Document as a PDF file: plain objects, the standard fonts Helvetica and Courier, no compression, so that the bytes
depend on the document alone. Pages have running headers and footers; tables are ruled; prose may run in two columns."""

import hashlib

from .document import cell_text, plain

PAGE_WIDTH, PAGE_HEIGHT, MARGIN, COLUMN_GAP = 595, 842, 56, 22
HEADING_SIZES = {1: 20, 2: 15, 3: 12}

# Widths of Helvetica for the characters from space on, in thousandths of the size.
HELVETICA = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,
    611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833,
    556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584]


def width(text, size, font="F1"):
    if font == "F3":
        return 0.6 * size * len(text)
    bold = 1.06 if font == "F2" else 1.0
    return bold * size * sum(HELVETICA[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text) / 1000.0


def wrap(text, limit, size, font="F1", hyphenate=False):
    """Lines no wider than `limit`; breaks at spaces, and with hyphenate also inside long plain words."""
    lines, line = [], ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width(joined, size, font) <= limit:
            line = joined
            continue
        if hyphenate and word.isalpha() and word.islower() and len(word) >= 11:
            half = len(word) // 2
            first = f"{line} {word[:half]}-".strip()
            if width(first, size, font) <= limit:
                lines.append(first)
                line = word[half:]
                continue
        if line:
            lines.append(line)
        line = word
    return lines + [line] if line else lines


def escape(text):
    data = text.encode("cp1252", "replace").decode("latin-1")
    return data.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def text_at(x, y, size, font, text):
    return f"BT /{font} {size} Tf {x:.2f} {y:.2f} Td ({escape(text)}) Tj ET"


class Layout:
    """Fills pages from the top; with two columns the second one follows when the first is full."""

    def __init__(self, columns=1, bottom=MARGIN + 24):
        self.columns, self.bottom = columns, bottom
        self.pages = []
        self.new_page()

    def new_page(self):
        self.pages.append([])
        self.column = 0
        self.y = PAGE_HEIGHT - MARGIN - 24

    @property
    def column_width(self):
        return (PAGE_WIDTH - 2 * MARGIN - COLUMN_GAP * (self.columns - 1)) / self.columns

    @property
    def left(self):
        return MARGIN + self.column * (self.column_width + COLUMN_GAP)

    def need(self, height):
        if self.y - height >= self.bottom:
            return
        if self.column + 1 < self.columns:
            self.column += 1
            self.y = PAGE_HEIGHT - MARGIN - 24
        else:
            self.new_page()

    def put(self, x, y, size, font, text):
        self.pages[-1].append(text_at(x, y, size, font, text))

    def lines(self, lines, size, font="F1", indent=0.0, first=None):
        """first: text put left of the first line (a bullet or a number)."""
        leading = size * 1.3
        for index, line in enumerate(lines):
            self.need(leading)
            self.y -= leading
            if index == 0 and first:
                self.put(self.left + indent - 16, self.y, size, font, first)
            self.put(self.left + indent, self.y, size, font, line)

    def space(self, height):
        self.y -= height


def add_table(layout, table, size=8):
    rows = [table.header, *table.rows]
    cells = [[plain(cell_text(cell)) for cell in row] for row in rows]
    columns = len(table.header)
    total = layout.column_width
    full = [row for row in cells if len(row) == columns]  # a row of one cell spans the table
    least = [max([width(word, size, "F2") for row in full for word in row[column].split()] or [10]) + 8 for column in range(columns)]
    wish = [max(width(row[column], size) for row in full) + 8 for column in range(columns)]
    spare = max(0.0, total - sum(least))
    more = [max(0.0, wish[column] - least[column]) for column in range(columns)]
    widths = [least[column] + (spare * more[column] / sum(more) if sum(more) else 0.0) for column in range(columns)]
    for index, row in enumerate(cells):
        font = "F2" if index == 0 and not table.first_row_is_data else "F1"
        row_widths = widths if len(row) == columns else [sum(widths)]
        wrapped = [wrap(cell, row_widths[column] - 8, size, font) or [""] for column, cell in enumerate(row)]
        height = max(len(lines) for lines in wrapped) * size * 1.25 + 6
        layout.need(height)
        top, x = layout.y, layout.left
        for column, lines in enumerate(wrapped):
            layout.pages[-1].append(f"0.5 w {x:.2f} {top - height:.2f} {row_widths[column]:.2f} {height:.2f} re S")
            for number, line in enumerate(lines):
                layout.put(x + 4, top - 3 - (number + 1) * size * 1.25 + 2, size, font, line)
            x += row_widths[column]
        layout.y = top - height
    layout.space(8)


def add_block(layout, block, hyphenate):
    kind, body = block[0], 10
    if kind == "heading":
        size = HEADING_SIZES[block[1]]
        layout.need(size * 4)
        layout.space(size * 0.7)
        layout.lines(wrap(plain(block[2]), layout.column_width, size, "F2"), size, "F2")
        layout.space(4)
    elif kind == "paragraph":
        layout.lines(wrap(plain(block[1]), layout.column_width, body, hyphenate=hyphenate), body)
        layout.space(6)
    elif kind in ("bullets", "steps"):
        for number, item in enumerate(block[1], 1):
            lines = wrap(plain(item), layout.column_width - 20, body)
            layout.lines(lines, body, indent=20, first="\u2022" if kind == "bullets" else f"{number}.")
            layout.space(2)
        layout.space(4)
    elif kind == "code":
        layout.lines(wrap(block[1], layout.column_width - 20, 9, "F3"), 9, "F3", indent=20)
        layout.space(6)
    elif kind == "definitions":
        for name, fields in block[1]:
            layout.lines([name], body, "F2", indent=16, first="\u2022")
            for key, value in fields:
                layout.lines(wrap(f"{key}: {plain(value)}", layout.column_width - 32, body), body, indent=32)
    elif kind == "table":
        add_table(layout, block[1])


def fill(doc, columns, hyphenate):
    """Pages with the blocks of the document. A single page in columns ends where its columns are about equally long."""
    layout = Layout(columns)
    for block in doc.blocks:
        add_block(layout, block, hyphenate)
    if columns > 1 and len(layout.pages) == 1:
        top = PAGE_HEIGHT - MARGIN - 24
        used = layout.column * (top - layout.bottom) + (top - layout.y)
        layout = Layout(columns, bottom=top - used / columns - 40)
        for block in doc.blocks:
            add_block(layout, block, hyphenate)
    return layout


def write(doc, columns=1, hyphenate=False, encrypted=False):
    layout = fill(doc, columns, hyphenate)
    identity = doc.identity
    total = len(layout.pages)
    objects = {1: "<< /Type /Catalog /Pages 2 0 R >>"}
    fonts = {4: "Helvetica", 5: "Helvetica-Bold", 6: "Courier"}
    for number, name in fonts.items():
        objects[number] = f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
    objects[3] = f"<< /Title ({escape(plain(doc.title))}) /Producer (samples/generate) >>"
    kids = []
    for index, content in enumerate(layout.pages):
        page_number, stream_number = 7 + 2 * index, 8 + 2 * index
        running = [
            text_at(MARGIN, PAGE_HEIGHT - 40, 8, "F1", plain(doc.title)),
            text_at(PAGE_WIDTH - MARGIN - 150, PAGE_HEIGHT - 40, 8, "F1", identity["document_id"]),
            text_at(MARGIN, 34, 8, "F1", f"\u00a9 Northfield Radio {identity['year']}. All rights reserved."),
            text_at(PAGE_WIDTH - MARGIN - 60, 34, 8, "F1", f"Page {index + 1} of {total}"),
        ]
        stream = "\n".join(running + content)
        kids.append(f"{page_number} 0 R")
        objects[page_number] = (f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Contents {stream_number} 0 R "
                                "/Resources << /Font << /F1 4 0 R /F2 5 0 R /F3 6 0 R >> >> >>")
        objects[stream_number] = f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {total} >>"
    return assemble(objects, encrypted)


def assemble(objects, encrypted):
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    if encrypted:  # a password that nobody has: the entries do not verify for the empty one
        number = max(objects) + 1
        objects[number] = f"<< /Filter /Standard /V 1 /R 2 /O <{'5A' * 32}> /U <{'A5' * 32}> /P -4 >>"
        encrypt = f" /Encrypt {number} 0 R"
    else:
        encrypt = ""
    for number in sorted(objects):
        offsets[number] = len(out)
        out += f"{number} 0 obj\n{objects[number]}\nendobj\n".encode("latin-1")
    start = len(out)
    count = max(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n".encode()
    for number in range(1, count):
        out += f"{offsets[number]:010d} 00000 n \n".encode()
    identity = hashlib.sha256(bytes(out)).hexdigest()[:32].upper()
    trailer = f"<< /Size {count} /Root 1 0 R /Info 3 0 R /ID [<{identity}> <{identity}>]{encrypt} >>"
    out += f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
