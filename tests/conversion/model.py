"""A document as its author means it: blocks of runs, and the furniture around them. Renderers make files of it, truth.py makes the
Markdown that a converter should give back. Standard library only; nothing here draws random numbers (compose.py does)."""

from dataclasses import dataclass, field

PLAIN, BOLD, ITALIC, CODE, LINK, SUB, SUP, NOTE_MARK, LINE_BREAK = "", "bold", "italic", "code", "link", "sub", "sup", "note", "break"


@dataclass
class Run:
    """A piece of text in one style. NOTE_MARK: `text` is the number of a footnote. LINE_BREAK: text is empty."""
    text: str
    style: str = PLAIN
    href: str = ""


def runs(text):
    """Runs of the small notation that compose.py writes: **bold**, //italic//, `code`, [[text|href]], _{sub}, ^{sup}, ((1)) a footnote's mark, \\n a line break."""
    if isinstance(text, list):
        return text
    found, position, plain = [], 0, []
    marks = [("**", "**", BOLD), ("//", "//", ITALIC), ("`", "`", CODE), ("[[", "]]", LINK), ("_{", "}", SUB), ("^{", "}", SUP), ("((", "))", NOTE_MARK)]

    def flush():
        if plain:
            found.append(Run("".join(plain)))
            plain.clear()

    while position < len(text):
        if text[position] == "\n":
            flush()
            found.append(Run("", LINE_BREAK))
            position += 1
            continue
        for opening, closing, style in marks:
            end = text.find(closing, position + len(opening)) if text.startswith(opening, position) else -1
            if end < 0 or (style == NOTE_MARK and not text[position + 2:end].isdigit()):
                continue
            flush()
            inner, href = text[position + len(opening):end], ""
            if style == LINK:
                inner, _, href = inner.partition("|")
            found.append(Run(inner, style, href))
            position = end + len(closing)
            break
        else:
            plain.append(text[position])
            position += 1
    flush()
    return found


def plain(content):
    """The text of runs without styles; footnote marks are left out, line breaks become blanks."""
    return "".join(" " if run.style == LINE_BREAK else "" if run.style == NOTE_MARK else run.text for run in runs(content))


@dataclass
class Heading:
    level: int
    content: list
    number: str = ""  # "2.3", or empty

    def text(self):
        return (self.number + " " if self.number else "") + plain(self.content)


@dataclass
class Paragraph:
    content: list


@dataclass
class List:
    items: list  # of lists of blocks: Paragraph first, then Paragraph, List or Code
    ordered: bool = False


@dataclass
class Definitions:
    items: list  # of (term runs, definition runs)


@dataclass
class Cell:
    content: list
    columns: int = 1
    rows: int = 1
    numeric: bool = False


@dataclass
class Table:
    rows: list            # of lists of Cell; a cell that reaches down leaves no entry in the rows below
    header_rows: int = 1
    caption: str = ""     # complete: "Table 2: Limits"
    caption_below: bool = False

    def width(self):
        return sum(cell.columns for cell in self.rows[0])

    def grid(self):
        """Rows of (runs, origin): every place of the full grid; origin is the place (row, column) where the cell starts."""
        width, places = self.width(), {}
        for index, row in enumerate(self.rows):
            column = 0
            for cell in row:
                while (index, column) in places:
                    column += 1
                for down in range(cell.rows):
                    for right in range(cell.columns):
                        places[index + down, column + right] = (cell.content, (index, column))
                column += cell.columns
        return [[places.get((index, column), ([], (index, column))) for column in range(width)] for index in range(len(self.rows))]


@dataclass
class Code:
    text: str
    language: str = ""


@dataclass
class Quote:
    blocks: list


@dataclass
class Figure:
    caption: str
    source: str
    alt: str
    seed: int = 0  # of the picture that renderers draw


@dataclass
class Footnote:
    number: int
    content: list


@dataclass
class Furniture:
    """What stands around the text and must not come out."""
    header: str = ""
    footer: str = ""
    page_numbers: str = ""      # "" none, "n", "n/m", "page" ("Page 3 of 5")
    menu: list = field(default_factory=list)
    breadcrumbs: list = field(default_factory=list)
    sidebar: list = field(default_factory=list)
    cookies: str = ""
    legal: str = ""


@dataclass
class Document:
    name: str
    blocks: list
    language: str = "en"
    title: str = ""             # of the file's metadata; the heading that readers see is a block
    footnotes: list = field(default_factory=list)
    furniture: Furniture = field(default_factory=Furniture)
    columns: int = 1
    seed: int = 0


def has_title(document):
    """True when the document is one H1 over H2s, false when its chapters are the H1s."""
    firsts = [block for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    return len(firsts) == 1 and not firsts[0].number
