"""The document model: blocks with plain inline marks, and the truth that is collected while a document is built.

A text may hold two marks only: `x` for a name, value or command, and [[key]] for another feature of the catalogue. Writers
(write_*.py) turn blocks into bytes; they never change the words.
"""

import re

from . import catalogue

ATTRIBUTE = re.compile(r"(?<![\w.])([A-Z][A-Za-z0-9]+)\.([a-z][A-Za-z0-9]*)(?!\w)")
BARE_COUNTER = re.compile(r"(?<![\w.])pm[A-Z][A-Za-z0-9]*")
EVENT = re.compile(r"\b(?:INTERNAL_EVENT|INTERNAL_PROC|EVENT_PARAM)_[A-Z0-9_]*[A-Z0-9]")
REFERENCE = re.compile(r"\[\[(\w+)\]\]")
COUNTER_ATTRIBUTE = re.compile(r"pm[A-Z]")


def plain(text):
    """The words without marks."""
    return REFERENCE.sub(lambda match: catalogue.reference(match.group(1))[0], text).replace("`", "")


def sentences(text):
    """Splits running text into sentences; texts of the catalogue end sentences with '. '."""
    return [part for part in re.split(r"(?<=[.!?]) (?=[A-Z])", text) if part]


class Table:
    """Header, rows of texts; a cell may be a Table (nested) or a (text, Table) pair. merge_first joins equal neighbors in
    the first column; a row of one cell spans all columns. first_row_is_data: the header row is a row like the others."""

    def __init__(self, header, rows, caption="", merge_first=False, first_row_is_data=False):
        self.header, self.rows, self.caption = header, rows, caption
        self.merge_first, self.first_row_is_data = merge_first, first_row_is_data


def cell_text(cell):
    """A cell as one line of text with marks; a nested table becomes 'header: value' phrases."""
    if isinstance(cell, tuple):
        return " ".join(cell_text(part) for part in cell if part)
    if isinstance(cell, Table):
        return " ".join(f"{name}: {value}." for row in cell.rows for name, value in zip(cell.header, row) if value)
    return cell


class Document:
    def __init__(self, title, kind):
        self.title = title
        self.kind = kind
        self.blocks = []
        self.identity = {}  # document_id, revision, date, cxc list, ...: what header lines and page furniture show
        self.truth = {
            "kind": kind, "outcome": "converted", "title": title, "feature_name": "", "faj": "", "cxc": [],
            "parameters": [], "counters": [], "events": [], "alarms": [], "related_features": [], "procedures": [],
            "sentences": [], "removed": [],
        }

    # --- blocks ---------------------------------------------------------------------------------------------------

    def heading(self, level, text):
        self.blocks.append(("heading", level, text))

    def paragraph(self, text, keep=False):
        """keep: a conversion must keep its sentences; they go into the truth."""
        self.blocks.append(("paragraph", text))
        if keep:
            self.truth["sentences"] += [s for s in sentences(text) if "`" not in s and "[[" not in s]

    def bullets(self, items):
        self.blocks.append(("bullets", list(items)))

    def steps(self, items):
        self.blocks.append(("steps", list(items)))

    def code(self, text):
        self.blocks.append(("code", text))

    def table(self, table):
        self.blocks.append(("table", table))

    def figure(self, alt, path):
        self.blocks.append(("figure", alt, path))

    # --- truth ----------------------------------------------------------------------------------------------------

    def plain_text(self):
        """All words of the document, one block or cell a line."""
        lines = []
        for block in self.blocks:
            kind = block[0]
            if kind == "heading":
                lines.append(plain(block[2]))
            elif kind in ("paragraph", "code"):
                lines.append(plain(block[1]))
            elif kind in ("bullets", "steps"):
                lines += [plain(item) for item in block[1]]
            elif kind == "definitions":
                for name, fields in block[1]:
                    lines.append(name)
                    lines += [f"{key}: {plain(value)}" for key, value in fields]
            elif kind == "table":
                table = block[1]
                lines += [plain(cell_text(cell)) for row in [table.header, *table.rows] for cell in row]
        return "\n".join(lines)

    def finish(self):
        """Adds what the text names outside tables and bullets: attributes, counters and events in running text."""
        complete_truth(self.truth, self.plain_text())
        return self


def complete_truth(truth, text):
    """Adds every attribute, counter and event that the text names and the truth does not have yet, by name alone."""
    parameters = {(item["mo_class"], item["attribute"]) for item in truth["parameters"]}
    counters = {item["name"] for item in truth["counters"]}
    events = {item["name"] for item in truth["events"]}
    for mo_class, attribute in ATTRIBUTE.findall(text):
        if COUNTER_ATTRIBUTE.match(attribute):
            if attribute not in counters:
                counters.add(attribute)
                truth["counters"].append(counter_truth(mo_class, attribute, ""))
        elif (mo_class, attribute) not in parameters:
            parameters.add((mo_class, attribute))
            truth["parameters"].append(parameter_truth(mo_class, attribute))
    for name in BARE_COUNTER.findall(text):
        if name not in counters:
            counters.add(name)
            truth["counters"].append(counter_truth("", name, ""))
    for name in EVENT.findall(text):
        if name not in events:
            events.add(name)
            truth["events"].append({"name": name, "description": "", "trigger": ""})


def parameter_truth(mo_class, attribute, value_range="", default="", unit="", description="", relation=""):
    return {"mo_class": mo_class, "attribute": attribute, "default": default, "range": value_range, "unit": unit,
            "description": description, "relation": relation}


def counter_truth(mo_class, name, description):
    return {"mo_class": mo_class, "name": name, "description": description}
