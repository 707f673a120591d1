"""Which cases there are: a list of (kind, file name, document, how it is written). One function a kind; seeds make them differ."""

import random
from dataclasses import dataclass

import compose
import model
import render_browser
import render_groff
import render_html_styles
import render_latex
import render_scan
import render_word


@dataclass
class Case:
    kind: str
    name: str                 # with extension
    document: model.Document
    write: object             # callable(document, path)


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


KINDS = {
    "html": html_cases,
    "pdf-browser": browser_cases,
    "pdf-word": word_cases,
    "pdf-latex": latex_cases,
    "pdf-groff": groff_cases,
    "pdf-scan": scan_cases,
}
