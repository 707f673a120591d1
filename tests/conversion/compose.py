"""Documents for the labelled set: `compose(name, seed, topic, **wishes)` draws a document of one topic with what is wished for. The same
arguments give the same document."""

import random

import prose as prose_module
import words_en
from model import Code, Definitions, Document, Figure, Footnote, Furniture, Heading, List, Paragraph, Quote, Table, runs


class Composer:
    def __init__(self, seed, topic, features, caption_below):
        self.random = random.Random(f"{seed} {topic}")
        self.prose = prose_module.Prose(self.random, topic)
        self.features = features
        self.caption_below = caption_below
        self.footnotes = []

    def paragraph(self, sentences=None):
        text = self.prose.paragraph(sentences)
        if "footnotes" in self.features and len(self.footnotes) < 4 and self.random.random() < 0.4:
            self.footnotes.append(Footnote(len(self.footnotes) + 1, runs(self.prose.sentence())))
            text += f"(({len(self.footnotes)}))"
        return Paragraph(runs(text))

    def item_text(self):
        return runs(self.prose.sentence() if self.random.random() < 0.6 else self.prose.phrase())

    def bullets(self, nested):
        items = []
        for _ in range(self.random.randint(3, 6)):
            item = [Paragraph(self.item_text())]
            if nested and self.random.random() < 0.4:
                item.append(List([[Paragraph(self.item_text())] for _ in range(self.random.randint(2, 3))], ordered=self.random.random() < 0.3))
            items.append(item)
        return [Paragraph(runs(self.prose.intro())), List(items)]

    def steps(self):
        items = [[Paragraph(runs(self.prose.sentence()))] for _ in range(self.random.randint(3, 7))]
        if self.random.random() < 0.3:
            items[1].append(List([[Paragraph(self.item_text())] for _ in range(2)]))
        return [Paragraph(runs(self.prose.intro())), List(items, ordered=True)]

    def definitions(self):
        terms = self.random.sample(self.prose.words["terms"], self.random.randint(3, min(5, len(self.prose.words["terms"]))))
        return [Definitions([(runs(term), runs(prose_module.capital(text) + ". " + self.prose.sentence())) for term, text in terms])]

    def table(self, kind):
        table = self.prose.table(kind)
        if self.random.random() < 0.7 or kind == "long":
            table.caption = self.prose.caption()
            table.caption_below = self.caption_below
        return [table]

    def code(self):
        language, lines = self.prose.code()
        return [Code("\n".join(lines).replace("\t", "    "), language)]

    def quote(self):
        return [Quote([Paragraph(runs(self.prose.paragraph(2)))] + ([Paragraph(runs(self.prose.sentence()))] if self.random.random() < 0.4 else []))]

    def figure(self):
        return [Figure(self.prose.caption(), "", "", self.random.randrange(1000))]

    def blocks(self):
        """What the features ask for, each once, in a drawn order."""
        made = []
        for feature in self.features:
            if feature.startswith("table-"):
                made.append(self.table(feature[6:]))
            elif feature == "lists":
                made += [self.bullets(False), self.steps()]
            elif feature == "nested":
                made.append(self.bullets(True))
            elif feature in ("definitions", "code", "quote", "figure"):
                made.append(getattr(self, feature)())
        self.random.shuffle(made)
        return made


def number_captions(blocks, language):
    tables = figures = 0
    for block in blocks:
        if isinstance(block, Table) and block.caption:
            tables += 1
            block.caption = f"{prose_module.TABLE_WORD[language]} {tables}: {block.caption}"
        elif isinstance(block, Figure):
            figures += 1
            block.caption = f"{prose_module.FIGURE_WORD[language]} {figures}: {block.caption}"
            block.source, block.alt = f"figure-{figures}.png", f"picture {figures}"


def headings_plan(composer, sections, depth):
    """Levels of the sections after the first, as a writer would nest them."""
    plan, level = [], 1
    for _ in range(sections):
        plan.append(level)
        level = min(depth, level + 1) if composer.random.random() < 0.45 else max(1, level - composer.random.choice([0, 0, 1]))
    return plan


def compose(name, seed, topic, features=(), sections=5, depth=2, titled=True, numbered=False, columns=1, caption_below=False, density=(1, 3), furniture=None):
    """features: footnotes, lists, nested, definitions, code, quote, figure, table-KIND (prose.py table_*); titled: one H1, sections from
    H2; numbered: "2.1 Title"; density: paragraphs a section, from, to."""
    composer = Composer(seed, topic, list(features), caption_below)
    title = composer.prose.document_title()
    blocks, counters, first = [], [0] * 7, 2 if titled else 1
    if titled:
        blocks += [Heading(1, runs(title)), composer.paragraph()]
    extras = composer.blocks()
    plan = headings_plan(composer, sections, depth)
    for index, level in enumerate(plan):
        counters[level] += 1
        counters[level + 1:] = [0] * (6 - level)
        number = ".".join(str(count) for count in counters[1:level + 1]) if numbered else ""
        blocks.append(Heading(first + level - 1, runs(composer.prose.title()), number))
        blocks += [composer.paragraph() for _ in range(composer.random.randint(*density))]
        share = [extras.pop() for _ in range(-(-len(extras) // (sections - index))) if extras]
        for extra in share:
            blocks += extra
            if composer.random.random() < 0.5:
                blocks.append(composer.paragraph())
    if not isinstance(blocks[-1], Paragraph):
        blocks.append(composer.paragraph())
    number_captions(blocks, composer.prose.language)
    document = Document(name, blocks, composer.prose.language, title, composer.footnotes, columns=columns, seed=seed)
    document.furniture = furniture if furniture is not None else Furniture()
    return document


def web_furniture(seed):
    draw = random.Random(f"furniture {seed}")
    words = words_en.FURNITURE
    return Furniture(menu=draw.sample(words["menu"], 6), breadcrumbs=draw.sample(words["menu"], 3), sidebar=draw.sample(words["sidebar"], 4), cookies=draw.choice(words["cookies"]), legal=draw.choice(words["legal"]))


def page_furniture(seed, numbers=None):
    draw = random.Random(f"pages {seed}")
    words = words_en.FURNITURE
    return Furniture(header=draw.choice(words["header"] + [""]), footer=draw.choice(words["footer"] + [""]), page_numbers=numbers if numbers is not None else draw.choice(["n", "n/m", "page", ""]))
