"""PDF as a browser prints it: semantic HTML under many style sheets, printed by Chromium without a window."""

import pathlib
import random
import shutil
import subprocess
import tempfile

from render_html import Page, picture

FONTS = {"serif": "'Liberation Serif', serif", "sans": "'Liberation Sans', sans-serif", "dejavu": "'DejaVu Sans', sans-serif", "dejavu-serif": "'DejaVu Serif', serif"}

TABLES = {
    "bordered": "table { border-collapse: collapse } th, td { border: 1px solid #555; padding: 3px 7px } thead th { background: #eee }",
    "zebra": "table { border-collapse: collapse } th, td { padding: 4px 9px } thead th { background: #345; color: white } tbody tr:nth-child(even) { background: #e8edf3 }",
    "borderless": "table { border-collapse: separate; border-spacing: 14px 3px } th { text-align: left }",
    "booktabs": "table { border-collapse: collapse; border-top: 2px solid black; border-bottom: 2px solid black } thead tr:last-child th { border-bottom: 1px solid black } th, td { padding: 3px 10px }",
    "rows": "table { border-collapse: collapse } td, th { padding: 4px 8px } tr { border-bottom: 1px solid #bbb }",
    "dotted": "table { border-collapse: collapse; width: 100% } td, th { border: 1px dotted #888; padding: 2px 5px }",
}

HEADINGS = {
    "plain": "",
    "coloured": "h1 { color: #135 } h2 { color: #246; border-bottom: 1px solid #246 } h3 { color: #468 }",
    "small": "h1 { font-size: 15pt } h2 { font-size: 12.5pt } h3 { font-size: 11pt } h4 { font-size: 10.5pt; font-style: italic }",
    "boxed": "h1 { background: #224; color: white; padding: 6px 10px } h2 { background: #dde; padding: 3px 8px }",
    "centred": "h1 { text-align: center } h2 { text-align: center; font-variant: normal } h3 { font-style: italic; font-weight: normal }",
    "light": "h1, h2, h3 { font-weight: normal } h1 { font-size: 26pt } h2 { font-size: 18pt } h3 { font-size: 13.5pt }",
}


class Print(Page):
    """The page to be printed; style: font, size, columns, tables, headings, paper, justify, first-line indent."""

    def __init__(self, document, style):
        super().__init__(document)
        self.style = style

    def image(self, block):
        return picture(block.seed)

    def note_mark(self, number):
        return f"<sup>{number}</sup>"

    def footnotes(self):
        notes = self.document.footnotes
        return "".join(f'<p class="note"><sup>{note.number}</sup> {self.inline(note.content)}</p>' for note in notes)

    def margin_boxes(self):
        around, boxes = self.document.furniture, []
        quote = lambda text: '"' + text.replace('"', "") + '"'  # noqa: E731
        if around.header:
            boxes.append(f"@top-{self.style['side']} {{ content: {quote(around.header)}; font-size: 8pt }}")
        if around.footer:
            boxes.append(f"@bottom-left {{ content: {quote(around.footer)}; font-size: 8pt }}")
        numbers = {"n": "counter(page)", "n/m": 'counter(page) " / " counter(pages)', "page": '"Page " counter(page) " of " counter(pages)'}.get(around.page_numbers)
        if numbers:
            boxes.append(f"@bottom-right {{ content: {numbers}; font-size: 8pt }}")
        return " ".join(boxes)

    def css(self):
        style = self.style
        rules = [f"@page {{ size: {style['paper']}; margin: {style['margin']}; {self.margin_boxes()} }}",
                 f"body {{ font-family: {FONTS[style['font']]}; font-size: {style['size']}pt; line-height: {style['line']}; margin: 0 }}",
                 "td.n { text-align: right } caption, figcaption, .caption { font-style: italic; text-align: left; font-size: 90%; margin: 4px 0 } pre { background: #f4f4f4; padding: 6px; font-size: 85% } .note { font-size: 80% }",
                 "h1, h2, h3, h4, h5, h6 { break-after: avoid; line-height: 1.2; text-align: left } tr { break-inside: avoid } table { font-size: 92% }", TABLES[style["tables"]], HEADINGS[style["headings"]]]
        if self.document.columns > 1:
            span = " h1 { column-span: all }" if style["span"] else ""
            rules.append(f".flow {{ columns: {self.document.columns}; column-gap: 8mm }}{span} figure, svg {{ max-width: 100%; margin: 4px 0 }} pre {{ white-space: pre-wrap }}")
        if style["justify"]:
            rules.append("p { text-align: justify; hyphens: auto }")
        if style["indent"]:
            rules.append("p { margin: 0; text-indent: 1.2em } td p, li p { text-indent: 0 }")
        return "\n".join(rules)

    def page(self):
        return f'<!DOCTYPE html>\n<html lang="{self.document.language}">\n<head><meta charset="utf-8"><title>{self.escape(self.document.title)}</title>\n<style>\n{self.css()}\n</style></head>\n<body><div class="flow">\n{self.body()}\n</div></body>\n</html>\n'


def draw_style(seed, **given):
    draw = random.Random(f"print {seed}")
    style = {"font": draw.choice(list(FONTS)), "size": draw.choice([9.5, 10, 10.5, 11, 12]), "line": draw.choice([1.2, 1.35, 1.5]), "tables": draw.choice(list(TABLES)), "headings": draw.choice(list(HEADINGS)),
             "paper": draw.choice(["A4", "A4", "Letter", "A4 landscape"]), "margin": draw.choice(["15mm", "20mm", "25mm 18mm"]), "justify": draw.random() < 0.4, "indent": draw.random() < 0.2, "span": draw.random() < 0.6,
             "side": draw.choice(["left", "center", "right"]), "header": False}
    return style | given


def to_pdf(document, style, path):
    """style["header"]: with the browser's own header and footer (date, title, address, page)."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-print-"))
    source = folder / "page.html"
    source.write_text(Print(document, style).page(), "utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={path}", source.as_uri()]
    if not style["header"]:
        command.insert(1, "--no-pdf-header-footer")
    done = subprocess.run(command, capture_output=True, timeout=120)
    if path.exists():  # as it is, but packed: a third of the size in the repository
        subprocess.run(["qpdf", "--object-streams=generate", "--recompress-flate", "--compression-level=9", "--deterministic-id", "--replace-input", str(path)], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    if done.returncode or not path.exists():
        raise RuntimeError(f"chromium could not print {document.name}: {done.stderr.decode(errors='replace')[-400:]}")
