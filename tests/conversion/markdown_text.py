"""What a reader sees of Markdown: words in order, tables, headings. Reads our own normal Markdown and what other converters write (GFM or HTML
tables, ATX or underlined headings, any emphasis), so that all are measured alike. Markup never counts as text."""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

TABLE_DELIMITER = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
FENCE = re.compile(r"^\s*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})(.*)$")
HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
MARKER = re.compile(r"^\s*(?:>\s?|(?:[-*+]|\d{1,4}[.)])(?:\s+(?:\[[ xX]\]\s)?|$))+")
NOTE = re.compile(r"^\[\^([^\]]+)\]:\s*(.*)$")
SPANS = re.compile(r"^<!-- spans ([\d, ]+) -->$")
LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]\((?:<[^<>]*>|(?:[^()\s]|\([^()]*\))*)(?:\s+\"[^\"]*\")?\)")
IMAGE = re.compile(r"!" + LINK.pattern.replace(r"(?<!\\)", "", 1))
TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.S)
WORD = re.compile(r"(?:(?<![^\W_])-(?=\d))?[^\W_]+(?:(?:['_-]|(?<=[^\W\d_])[.,](?!\d)|(?<=\d)[.,](?=\d))[^\W_]+)*|[+=<>±≤≥×÷%°√∞→←≈≠∂∀∃∈∩∪&@§€$∑∫·]")
PLAIN_PUNCTUATION = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "∆": "Δ", "∑": "Σ", "∏": "Π", "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None, "\ufeff": None})
ESCAPED = 0xE000  # escaped characters wait in the private area while markup is taken away


@dataclass
class Table:
    rows: list                                   # of lists of cell texts
    spans: set = field(default_factory=set)      # (row, column) that exist only because a cell spans


@dataclass
class Parsed:
    parts: list = field(default_factory=list)    # str (a piece of text) or Table, in order
    headings: list = field(default_factory=list)  # (level, text)
    notes: list = field(default_factory=list)    # (number, text) of footnotes

    def tables(self):
        return [part for part in self.parts if isinstance(part, Table)]


def normal(text):
    return unicodedata.normalize("NFKC", text.translate(PLAIN_PUNCTUATION)).translate(PLAIN_PUNCTUATION)


def words(text):
    return WORD.findall(normal(text))


def cell_key(text):
    """What two cells must share to be the same: characters, whatever the spacing."""
    return re.sub(r"\s+", "", normal(text))


def inline(text):
    """The visible text of inline Markdown."""
    kept = []

    def keep(piece):
        kept.append(piece)
        return f"\ue800{len(kept) - 1}\ue801"

    text = re.sub(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)", lambda match: keep(match.group(2)), text, flags=re.S)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", lambda match: chr(ESCAPED + ord(match.group(1))), text)
    text = re.sub(r"\[\^([^\]\s]+)\]", r" \1 ", text)
    text = IMAGE.sub("", text)
    text = LINK.sub(r"\1", LINK.sub(r"\1", text))
    text = re.sub(r"<((?:https?|ftp|mailto):[^<>\s]+)>", r"\1", text)
    text = re.sub(r"<br\s*/?>", "\n", text, flags=re.I)
    text = TAG.sub("", text)
    for _ in range(2):
        text = re.sub(r"(\*{1,3})(?=[^\s*])((?:[^*]|(?<=\s)\*(?=\s))*?[^\s*])\1", r"\2", text, flags=re.S)
    text = re.sub(r"~~(?=\S)(.+?)(?<=\S)~~", r"\1", text, flags=re.S)
    text = re.sub(r"(?<![^\W_])(_{1,3})(?=\S)(.+?)(?<=\S)\1(?![^\W_])", r"\2", text)
    text = re.sub(r"([~^])([^\s~^]{1,16})\1", r"\2", text)
    text = html.unescape(text)
    text = re.sub("[\ue000-\ue07f]", lambda match: chr(ord(match.group(0)) - ESCAPED), text)
    return re.sub("\ue800(\\d+)\ue801", lambda match: kept[int(match.group(1))], text)


def split_row(line):
    line = line.strip()
    line = line[1:] if line.startswith("|") else line
    cells = re.split(r"(?<!\\)\|", line)
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [re.sub(r"\s+", " ", inline(cell.replace("\\|", "|"))).strip() for cell in cells]


class HtmlTables(HTMLParser):
    """Tables of HTML with their spans made full by empty places; a table in a cell is a table of its own."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "table":
            self.open.append({"rows": [], "reach": {}, "cell": None})
            self.found.append(self.open[-1]["rows"])
        elif self.open and tag == "tr":
            self.finish_cell()
            self.open[-1]["rows"].append([])
        elif self.open and tag in ("td", "th"):
            self.finish_cell()
            self.open[-1]["cell"] = ([], self.span(given.get("colspan")), self.span(given.get("rowspan")))
        elif tag in ("br", "p", "div", "li") and self.open and self.open[-1]["cell"]:
            self.open[-1]["cell"][0].append(" ")

    @staticmethod
    def span(value):
        return min(int(value), 1000) if value and value.isdigit() and int(value) else 1

    def finish_cell(self):
        table = self.open[-1]
        if not table["cell"]:
            return
        if not table["rows"]:
            table["rows"].append([])
        pieces, columns, rows = table["cell"]
        table["cell"] = None
        row = table["rows"][-1]
        index = len(table["rows"]) - 1
        while table["reach"].get(len(row), -1) >= index:
            row.append("")
        for column in range(len(row), len(row) + columns):
            if rows > 1:
                table["reach"][column] = index + rows - 1
        row += [re.sub(r"\s+", " ", "".join(pieces)).strip()] + [""] * (columns - 1)

    def handle_endtag(self, tag):
        if self.open and tag in ("td", "th", "tr", "table"):
            self.finish_cell()
            if tag == "table":
                self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1]["cell"]:
            self.open[-1]["cell"][0].append(data)


def html_tables(source):
    reader = HtmlTables()
    reader.feed(source)
    while reader.open:
        reader.finish_cell()
        reader.open.pop()
    return [Table([row for row in rows if row]) for rows in reader.found if any(rows)]


class Parser:
    def __init__(self, source):
        source = re.sub(r"\A---\n.*?\n---\n", "", source.replace("\r\n", "\n").replace("\r", "\n"), flags=re.S)
        self.lines = source.split("\n")
        self.at = 0
        self.result = Parsed()
        self.text = []

    def flush(self):
        if self.text:
            self.result.parts.append(inline("\n".join(self.text)))
            self.text = []

    def parse(self):
        while self.at < len(self.lines):
            if not (self.fenced() or self.table() or self.html_table() or self.heading() or self.note() or self.comment()):
                self.plain()
        self.flush()
        return self.result

    def fenced(self):
        match = FENCE.match(self.lines[self.at])
        if not match or (match.group(1)[0] == "`" and "`" in match.group(2)):
            return False
        self.flush()
        self.at += 1
        code, closing = [], re.compile(r"^\s*" + match.group(1)[0] + "{%d,}\\s*$" % len(match.group(1)))
        while self.at < len(self.lines) and not closing.match(self.lines[self.at]):
            code.append(self.lines[self.at])
            self.at += 1
        self.at += 1
        self.result.parts.append("\n".join(code))
        return True

    def table(self):
        if self.at + 1 >= len(self.lines):
            return False
        line, below = self.lines[self.at], self.lines[self.at + 1]
        if "|" not in line or not TABLE_DELIMITER.match(below) or "-" not in below or "|" not in below:
            return False
        self.flush()
        rows = [split_row(line)]
        self.at += 2
        while self.at < len(self.lines) and "|" in self.lines[self.at] and self.lines[self.at].strip():
            rows.append(split_row(self.lines[self.at]))
            self.at += 1
        self.result.parts.append(Table(rows))
        return True

    def html_table(self):
        if not re.match(r"^\s*<table\b", self.lines[self.at], re.I):
            return False
        self.flush()
        source, depth = [], 0
        while self.at < len(self.lines):
            line = self.lines[self.at]
            source.append(line)
            self.at += 1
            depth += len(re.findall(r"<table\b", line, re.I)) - len(re.findall(r"</table\s*>", line, re.I))
            if depth <= 0:
                break
        self.result.parts += html_tables("\n".join(source))
        return True

    def heading(self):
        line = self.lines[self.at]
        match = HEADING.match(line)
        if match:
            self.add_heading(len(match.group(1)), match.group(2) or "")
            self.at += 1
            return True
        below = UNDERLINE.match(self.lines[self.at + 1]) if self.at + 1 < len(self.lines) else None
        if below and line.strip() and not MARKER.match(line) and not line.startswith("    "):
            self.add_heading(1 if below.group(1)[0] == "=" else 2, line)
            self.at += 2
            return True
        return False

    def add_heading(self, level, text):
        self.flush()
        text = inline(text)
        self.result.parts.append(text)
        if words(text):
            self.result.headings.append((level, " ".join(words(text))))

    def note(self):
        match = NOTE.match(self.lines[self.at])
        if not match:
            return False
        self.flush()
        number, text = match.group(1), [match.group(2)]
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at].strip() and not NOTE.match(self.lines[self.at]):
            text.append(self.lines[self.at])
            self.at += 1
        self.result.notes.append((number, inline("\n".join(text))))
        return True

    def comment(self):
        match = SPANS.match(self.lines[self.at].strip())
        if not match:
            return False
        self.flush()
        tables = self.result.tables()
        if tables:
            tables[-1].spans = {tuple(int(number) for number in place.split(",")) for place in match.group(1).split()}
        self.at += 1
        return True

    def plain(self):
        line = self.lines[self.at]
        self.at += 1
        self.text.append(MARKER.sub("", line) if line.strip() else "")


def parse(source):
    return Parser(source).parse()
