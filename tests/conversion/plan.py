"""Which cases there are: a list of (kind, file name, document, how it is written). One function a kind; seeds make them differ."""

import random
from dataclasses import dataclass

import compose
import model
import render_browser
import render_csv
import render_docx
import render_docx_made
import render_groff
import render_html_styles
import render_latex
import render_scan
import render_text
import render_word


@dataclass
class Case:
    kind: str
    name: str                 # with extension
    document: model.Document
    write: object             # callable(document, path)
    markdown: str = ""        # its truth, where it is not truth.markdown(document)


TOPIC_ROUND = ["radio", "linux", "measure", "manual", "symbols", "german", "french"]
WESTERN = ["german", "french"]


def features_for(seed, pool, count):
    return random.Random(f"features {seed}").sample(pool, count)


def html_cases():
    pool = ["lists", "nested", "definitions", "code", "quote", "figure", "footnotes", "table-parameters", "table-spanned", "table-sections", "table-lines", "table-matrix", "table-wide", "table-pairs"]
    counts = {"modern": 5, "divs": 5, "nineties": 7, "sphinx": 5, "doxygen": 3, "docbook": 4, "word": 4, "wiki": 4, "undeclared": 3, "bare": 2, "utf16": 2, "latin9": 1, "utf8mark": 1}
    cases = []
    for style_index, (style, count) in enumerate(counts.items()):
        for number in range(1, count + 1):
            seed = 1000 + 100 * style_index + number
            western = style in ("undeclared", "latin9")
            topic = (WESTERN if western else TOPIC_ROUND)[(seed + style_index) % (2 if western else 7)]
            titled = style in ("doxygen", "wiki") or number % 4 != 3
            allowed = [feature for feature in pool if not (style == "word" and feature in ("definitions", "nested"))]
            features = features_for(seed, allowed, 5 + number % 3)
            if style == "nineties" and not any(feature.startswith("table-") for feature in features):
                features.append("table-parameters")
            document = compose.compose(f"{style}-{number:02}", seed, topic, features, sections=4 + seed % 4, depth=3 if titled else 2, titled=titled, numbered=number % 3 == 0, furniture=compose.web_furniture(seed))
            maker = render_html_styles.STYLES[style]
            cases.append(Case("html", f"{style}-{number:02}.html", document, lambda document, path, maker=maker: path.write_bytes(maker(document).data())))
    return cases


def browser_cases():
    pool = ["lists", "nested", "code", "quote", "figure", "footnotes", "table-parameters", "table-spanned", "table-sections", "table-lines", "table-matrix", "table-pairs", "definitions"]
    cases = []
    for number in range(1, 37):
        seed = 3000 + number
        columns = {0: 2, 5: 3}.get(number % 10, 2 if number % 10 == 7 else 1)
        topic = TOPIC_ROUND[number % 7]
        allowed = [feature for feature in pool if columns == 1 or feature in ("lists", "quote", "footnotes", "table-pairs", "definitions", "figure", "code")]
        features = features_for(seed, allowed, 4 + number % 3)
        if columns == 1 and number % 9 == 4:
            features.append("table-long")
        if columns == 1 and number % 8 == 3:
            features.append("table-wide")
        given = {"tables": list(render_browser.TABLES)[number % 6], "header": number % 12 == 9}
        if columns > 1:
            given |= {"paper": "A4", "size": 9.5}
        furniture = compose.Furniture() if number % 12 == 9 else compose.page_furniture(seed)
        document = compose.compose(f"print-{number:02}", seed, topic, features, sections=4 + number % 4, depth=2 + number % 2, titled=number % 4 != 2, numbered=number % 3 == 1, columns=columns, furniture=furniture)
        style = render_browser.draw_style(seed, **given)
        cases.append(Case("pdf-browser", f"print-{number:02}.pdf", document, lambda document, path, style=style: render_browser.to_pdf(document, style, path)))
    return cases


SCANS = [  # how it was scanned, features, style of the print
    ({"dpi": 200, "skew": 0.4, "noise": 0.15}, ["lists", "table-parameters"], {"font": "sans", "tables": "bordered"}),
    ({"dpi": 150, "skew": -0.6, "noise": 0.1, "quality": 50}, ["table-matrix", "quote"], {"font": "serif", "size": 12, "tables": "bordered"}),
    ({"dpi": 200, "fax": True, "skew": 0.3}, ["lists", "table-spanned"], {"font": "serif", "tables": "bordered"}),
    ({"dpi": 150, "skew": 1.2, "noise": 0.2, "paper": 88}, ["code", "table-pairs"], {"font": "sans", "size": 11, "tables": "bordered"}),
    ({"dpi": 200, "skew": -0.2}, ["lists"], {"font": "serif", "size": 9.5, "paper": "A4", "columns": 2}),
    ({"dpi": 200, "turn": 90, "noise": 0.1}, ["table-lines"], {"font": "dejavu", "tables": "bordered"}),
    ({"dpi": 150, "turn": 180, "skew": 0.5}, ["lists", "table-sections"], {"font": "sans", "size": 12, "tables": "bordered"}),
    ({"dpi": 200, "turn": 270, "skew": -0.7, "fax": True}, ["table-parameters"], {"font": "dejavu-serif", "tables": "bordered", "paper": "A4 landscape"}),
    ({"dpi": 150}, ["lists", "table-matrix"], {"font": "dejavu", "tables": "booktabs"}),
    ({"dpi": 200, "noise": 0.1}, ["table-wide"], {"font": "sans", "tables": "bordered", "paper": "A4 landscape"}),
    ({"dpi": 200, "skew": 0.3, "layer": True}, ["lists", "table-parameters"], {"font": "sans", "tables": "bordered"}),
    ({"dpi": 150, "skew": 0.3, "text_pages": [0]}, ["lists", "table-pairs", "table-lines"], {"font": "serif", "tables": "bordered"}),
    ({"unmapped": True}, ["lists", "table-parameters"], {"font": "serif", "tables": "bordered"}),
    ({"dpi": 150, "fax": True}, ["definitions", "quote"], {"font": "serif", "size": 12, "headings": "light"}),
]


def scan_cases():
    cases = []
    for number, (look, features, style) in enumerate(SCANS, 1):
        seed = 7000 + number
        columns = style.get("columns", 1)
        long = "text_pages" in look
        document = compose.compose(f"scan-{number:02}", seed, ["radio", "linux", "measure", "manual"][number % 4], features, sections=5 if long else 3, depth=2, titled=number % 3 != 0,
                                   numbered=number % 2 == 0, columns=columns, density=(1, 2), furniture=compose.page_furniture(seed))
        drawn = render_browser.draw_style(seed, **({"paper": "A4", "margin": "20mm", "headings": "plain"} | {key: value for key, value in style.items() if key != "columns"}))
        if look.get("unmapped"):
            def write(document, path, drawn=drawn):
                render_scan.to_unmapped_pdf(document, drawn, path)
        else:
            def write(document, path, drawn=drawn, look=look):
                render_scan.to_pdf(document, drawn, look, path)
        cases.append(Case("pdf-scan", f"scan-{number:02}.pdf", document, write))
    return cases


def latex_cases():
    pool = ["lists", "nested", "code", "quote", "figure", "footnotes", "table-parameters", "table-spanned", "table-sections", "table-lines", "table-matrix", "table-pairs", "definitions"]
    cases = []
    for number in range(1, 27):
        seed = 4000 + number
        columns = 2 if number % 4 == 2 else 1
        allowed = [feature for feature in pool if columns == 1 or feature in ("lists", "quote", "footnotes", "table-pairs", "definitions", "figure", "nested")]
        features = features_for(seed, allowed, 4 + number % 3)
        if columns == 1 and number % 7 == 0:
            features.append("table-long")
        if columns == 1 and number % 9 == 4:
            features.append("table-wide")
        document = compose.compose(f"article-{number:02}", seed, TOPIC_ROUND[(number * 2) % 7], features, sections=4 + number % 4, depth=2 + number % 2, titled=number % 5 != 3, numbered=number % 3 != 2, columns=columns,
                                   caption_below=number % 4 == 1, furniture=compose.page_furniture(seed))
        style = render_latex.draw_style(seed, tables=["booktabs", "ruled", "plain", "hlines", "booktabs"][number % 5], dvips=number % 2 == 0)
        cases.append(Case("pdf-latex", f"article-{number:02}.pdf", document, lambda document, path, style=style: render_latex.to_pdf(document, style, path)))
    return cases


def word_cases():
    pool = ["lists", "nested", "code", "quote", "figure", "footnotes", "table-parameters", "table-spanned", "table-sections", "table-lines", "table-matrix", "table-pairs"]
    cases = []
    for number in range(1, 22):
        seed = 6000 + number
        columns = 2 if number % 9 == 5 else 1
        allowed = [feature for feature in pool if columns == 1 or not feature.startswith("table") or feature == "table-pairs"]
        features = features_for(seed, allowed, 5 + number % 3)
        if columns == 1 and number % 7 == 3:
            features.append("table-long")
        if columns == 1 and number % 6 == 0:
            features.append("table-wide")
        if number % 4 == 0:
            features.append("definitions")
        document = compose.compose(f"report-{number:02}", seed, TOPIC_ROUND[(number * 3) % 7], features, sections=4 + number % 4, depth=2 + number % 3, titled=number % 3 != 1, numbered=number % 2 == 0, columns=columns, furniture=compose.page_furniture(seed))
        style = render_word.draw_style(seed, tables=list(render_word.BORDERS)[number % 5], contents=number % 5 == 2 and columns == 1)
        cases.append(Case("pdf-word", f"report-{number:02}.pdf", document, lambda document, path, style=style: render_word.to_pdf(document, style, path)))
    return cases


def capital_headings(document):
    for block in document.blocks:
        if isinstance(block, model.Heading) and block.level == 1:
            block.content = model.runs(model.plain(block.content).upper())
    return document


def groff_cases():
    pool = ["lists", "nested", "code", "quote", "footnotes", "table-parameters", "table-spanned", "table-sections", "table-lines", "table-matrix", "table-pairs", "definitions", "figure"]
    cases = []
    for number in range(1, 14):
        seed = 5000 + number
        macros = ["ms", "man", "ms", "mm"][number % 4]
        columns = 2 if macros == "ms" and number in (2, 10) else 1
        allowed = [feature for feature in pool if not (macros != "ms" and feature in ("footnotes", "figure")) and (columns == 1 or not feature.startswith("table") or feature == "table-pairs")]
        features = features_for(seed, allowed, 4 + number % 3)
        topic = ["radio", "linux", "measure", "manual", "german", "french", "linux"][number % 7]
        titled = macros == "ms" and number % 3 != 0
        document = compose.compose(f"{macros}-{number:02}", seed, topic, features, sections=4 + number % 3, depth=2, titled=titled, numbered=macros == "mm" or (macros == "ms" and number % 4 == 0), columns=columns, furniture=compose.page_furniture(seed))
        if macros == "man":
            capital_headings(document)
        style = render_groff.draw_style(seed, macros=macros, tables=["allbox", "box", "open", "rules"][number % 4 if macros != "ms" else number // 2 % 4], device="ps" if number % 5 == 0 else "pdf")
        cases.append(Case("pdf-groff", f"{macros}-{number:02}.pdf", document, lambda document, path, style=style: render_groff.to_pdf(document, style, path)))
    return cases


def text_cases():
    pool = ["lists", "nested", "code", "quote", "footnotes", "table-parameters", "table-matrix", "table-pairs", "definitions"]
    cases = []
    for number in range(1, 18):
        seed = 8000 + number
        headings = ["underlined", "numbered", "capitals", "overlined"][number % 4]
        encoding = render_text.ENCODINGS[number % 6]
        topic = WESTERN[number // 6 % 2] if encoding in ("windows-1252", "iso-8859-15") else ["radio", "linux", "measure", "manual", "german", "french"][number * 5 % 6]
        features = features_for(seed, pool, 4 + number % 2)
        if not any(feature.startswith("table-") for feature in features):
            features.append("table-parameters")
        given = {"headings": headings, "encoding": encoding, "indent": {"capitals": 4, "numbered": 3 * (number % 2)}.get(headings, 0), "line_end": ["\n", "\n", "\r\n"][number % 3], "pages": 50 if headings == "numbered" and number % 8 == 5 else 0}
        look = render_text.draw_look(seed, **given)
        if look.table == "grid":
            features.append("table-lines")
        if headings == "capitals" and not look.width:
            look.width = 72
        document = compose.compose(f"notes-{number:02}", seed, topic, features, sections=4 + number % 3, depth=1 if headings == "capitals" else 2, titled=headings in ("underlined", "overlined"), numbered=headings == "numbered", furniture=compose.page_furniture(seed))
        if headings == "capitals":
            capital_headings(document)
        document = render_text.simplify(document, encoding)
        cases.append(Case("text", f"notes-{number:02}.txt", document, lambda document, path, look=look: path.write_bytes(render_text.Text(document, look).data())))
    return cases


def docx_cases():
    pool = ["lists", "nested", "definitions", "code", "quote", "figure", "footnotes", "table-parameters", "table-spanned", "table-sections", "table-lines", "table-matrix", "table-wide", "table-pairs"]
    groups = {
        "word": (7, {}), "title": (2, {"title": True}), "german": (1, {"ids": "de"}), "own": (2, {"ids": "own", "splinters": True}),
        "3gpp": (6, {"ids": "3gpp", "heading-numbers": "tab", "contents": "styles", "boxes": False}), "strict": (3, {"strict": True}),
        "tracked": (4, {"tracked": True, "splinters": False}), "numbered": (4, {"heading-numbers": "numbering"}), "boxes": (2, {"boxes": True}),
        "prefix": (1, {"prefix": "ns0", "main-name": "document2.xml"}), "office": (4, None), "pandoc": (4, None),
    }
    cases = []
    for index, (group, (count, given)) in enumerate(groups.items()):
        for number in range(1, count + 1):
            seed = 9000 + 100 * index + number
            numbered = group in ("numbered", "3gpp", "own") or (given is not None and seed % 3 == 0)
            allowed = [feature for feature in pool if not (group == "pandoc" and feature in ("table-spanned", "table-lines", "figure")) and not (group == "office" and feature == "definitions")]
            features = features_for(seed, allowed, 6 + number % 3)
            titled = group == "title" or (number % 2 == 0 and group not in ("numbered", "own"))
            document = compose.compose(f"{group}-{number:02}", seed, TOPIC_ROUND[(seed + index) % 7], features, sections=4 + seed % 4, depth=3, titled=titled, numbered=numbered, furniture=compose.page_furniture(seed))
            if group == "office":
                write = render_docx_made.by_office
            elif group == "pandoc":
                write = render_docx_made.by_pandoc
            else:
                style = render_docx.draw_style(seed, **given)
                write = lambda document, path, style=style: render_docx.write(document, style, path)
            cases.append(Case("docx", f"{group}-{number:02}.docx", document, write))
    return cases


def csv_cases():
    rows, dialect = render_csv.Rows, render_csv.Dialect
    preamble = ["Export of the network manager", "Created;2023-03-14 09:20", "Filter: all cells", ""]
    utf16 = {"encoding": "utf-16-le", "mark": b"\xff\xfe"}
    listed = [
        ("Parameters.csv", rows(1).parameters(30), dialect()),
        ("lteParameters_export.csv", rows(2).parameters(12), dialect(delimiter=";", mark=b"\xef\xbb\xbf", quote_all=True)),
        ("MOActions.csv", rows(3).actions(25), dialect(delimiter="\t", line_end="\n")),
        ("Counters.csv", rows(4).counters(40), dialect(delimiter="|")),
        ("Alarms.csv", rows(5).alarms(18), dialect(line_end="\r", quote_all=True)),
        ("KPI_list.csv", rows(6, "french").kpis(20), dialect(delimiter=";", encoding="windows-1252")),
        ("cxc-features.csv", rows(7).features(22), dialect(preamble=["Licence report", "Node,Site 14", ""])),
        ("pm_events.csv", rows(8).events(16), dialect(delimiter=";", line_end="\n", ragged=True)),
        ("readings-sep.csv", rows(9, "measure").generic(25), dialect(delimiter=";", preamble=["sep=;"])),
        ("ragged.csv", rows(10, "manual").generic(30), dialect(ragged=True, line_end="\n")),
        ("unicode-text.txt", rows(11, "german").generic(20), dialect(delimiter="\t", **utf16)),
        ("big-endian.csv", rows(12, "french").generic(20), dialect(delimiter=";", encoding="utf-16-be", mark=b"\xfe\xff")),
        ("decimal-commas.csv", rows(13, "german").measures(40, 7), dialect(delimiter=";", encoding="iso-8859-1")),
        ("marks.csv", rows(14, "linux").marks(25), dialect()),
        ("backslash.csv", rows(15, "linux").marks(20), dialect(backslash=True, quote_all=True, line_end="\n")),
        ("preamble.csv", rows(16, "manual").generic(20), dialect(delimiter=";", preamble=preamble)),
        ("wide.csv", rows(17, "measure").measures(15, 40), dialect(line_end="\n")),
        ("semicolon-text.csv", rows(18, "manual").alarms(15), dialect(delimiter=";", encoding="windows-1252", trailing=True)),
        ("measurement.tsv", rows(19, "measure").measures(60, 5), dialect(delimiter="\t")),
        ("bars.psv", rows(21, "linux").generic(20), dialect(delimiter="|", line_end="\n")),
        ("tildes.csv", rows(22, "manual").generic(20), dialect(delimiter="~")),
        ("by-headers.csv", rows(20).counters(10), dialect(delimiter=",", mark=b"\xef\xbb\xbf", line_end="\n")),
    ]
    cases = []
    for name, table, how in listed:
        cases.append(Case("csv", name, None, lambda document, path, table=table, how=how: path.write_bytes(render_csv.write(table, how)), render_csv.markdown(table)))
    return cases


KINDS = {
    "text": text_cases,
    "csv": csv_cases,
    "docx": docx_cases,
    "html": html_cases,
    "pdf-browser": browser_cases,
    "pdf-word": word_cases,
    "pdf-latex": latex_cases,
    "pdf-groff": groff_cases,
    "pdf-scan": scan_cases,
}
