"""Delimited files of the eight formats, in the dialects that exports come in, and their truth: the cells."""

import random
from dataclasses import dataclass, field

import prose as prose_module

PARAMETER_HEADERS = ["Model", "MO Class Name", "Parameter Name", "Sequence Length", "Parameter Description", "Data Type", "Range and Values", "Default Value", "MultiplicationFactor", "Unit", "Resolution", "ReadOnly", "Restricted", "Mandatory", "",
                     "SystemCreated", "Change Take Effect", "Disturbances", "Dependencies", "Deprecated", "Obsolete", "Precondition", "LDN", "noNotification", "Persisted in ENM", "Preliminary"]
CLASSES = ["EUtranCellFDD", "EUtranCellTDD", "NRCellDU", "NRCellCU", "GNBDUFunction", "FeatureState", "SectorCarrier", "EUtranFreqRelation", "MimoSleepFunction", "AdmissionControl"]


@dataclass
class Dialect:
    delimiter: str = ","
    encoding: str = "utf-8"
    mark: bytes = b""
    line_end: str = "\r\n"
    quote_all: bool = False
    backslash: bool = False       # quotes in quotes are written \\"
    preamble: list = field(default_factory=list)
    ragged: bool = False          # trailing empty cells are not written
    trailing: bool = False        # a delimiter at the end of each row


class Rows:
    """Header and rows of a format; every cell is text as a reader should see it."""

    def __init__(self, seed, topic="radio"):
        self.random = random.Random(f"csv {seed}")
        self.prose = prose_module.Prose(self.random, topic)

    def text(self):
        return self.prose.plain_text(self.prose.sentence())

    def flag(self):
        return self.random.choice(["true", "false", "", "None"])

    def parameters(self, count):
        rows = [PARAMETER_HEADERS]
        for name in self.prose.names(count):
            low = self.random.randint(0, 10)
            rows.append(["Lrat" if self.random.random() < 0.5 else "GNBDU", self.random.choice(CLASSES), name.replace(" ", ""), "", self.text() + ("\n" + self.text() if self.random.random() < 0.3 else ""), self.random.choice(["Integer", "enum", "String", "boolean"]),
                         f"{low}..{low + self.random.randint(5, 900)}", str(low), self.random.choice(["", "1", "0.1"]), self.prose.unit(), "1"] + [self.flag() for _ in range(3)] + [""] + [self.flag(), self.random.choice(["Immediately", "Cell lock/unlock", ""])] + [self.flag() for _ in range(9)])
        return rows

    def actions(self, count):
        return [["Action", "MO Class", "Description", "Return type"]] + [[f"{self.random.choice(['reset', 'lock', 'start', 'export'])}{index}", self.random.choice(CLASSES), self.text(), self.random.choice(["void", "boolean", "Integer"])] for index in range(count)]

    def counters(self, count):
        return [["Counter", "MO Class", "Description", "Type", "Unit"]] + [[f"pm{name[:1].upper()}{name[1:]}Samp".replace(" ", ""), self.random.choice(CLASSES), self.text(), self.random.choice(["PEG", "PDF", "GAUGE"]), self.random.choice(["", "ms", "%"])] for name in self.prose.names(count)]

    def alarms(self, count):
        return [["Alarm", "Severity", "Probable cause", "Remedy", "Code"]] + [[self.prose.phrase(), self.random.choice(["Critical", "Major", "Minor", "Warning"]), self.text(), self.text(), str(9000000 + self.random.randint(1, 9999))] for _ in range(count)]

    def kpis(self, count):
        return [["Famille", "Nom Kpi", "Formule", "Unité", "Seuil"]] + [[self.random.choice(["Accessibilité", "Rétention", "Débit", "Mobilité"]), f"Kpi_{name}".replace(" ", "_"), f"100*pm{self.random.randint(1, 9)}/(pm{self.random.randint(10, 19)}+pm{self.random.randint(20, 29)})", self.random.choice(["%", "kbit/s", "ms"]), f"{self.random.randint(0, 99)},{self.random.randint(0, 9)}"] for name in self.prose.names(count)]

    def features(self, count):
        return [["CXC", "Feature", "Product", "State"]] + [[f"CXC{4010000 + self.random.randint(1, 9999)}", self.prose.document_title(), f"FAJ {self.random.randint(100, 999)} {self.random.randint(1000, 9999)}", self.random.choice(["ACTIVATED", "DEACTIVATED"])] for _ in range(count)]

    def events(self, count):
        return [["Event", "Trigger", "Description"]] + [[f"INTERNAL_EVENT_{name.upper().replace(' ', '_')}", self.prose.phrase(), self.text()] for name in self.prose.names(count)]

    def generic(self, count):
        heads = self.prose.heads
        return [[heads["code"], heads["name"], heads["value"], heads["unit"], heads["note"]]] + [[f"K{index:03}", name, self.prose.decimal(), self.prose.unit(), self.prose.phrase() if self.random.random() < 0.6 else ""] for index, name in enumerate(self.prose.names(count))]

    def marks(self, count):
        """Cells full of what means something in Markdown or in delimited files."""
        pieces = ["a|b", "*not bold*", "_x_", "<limit>", "5 > 3", 'say "yes"', "x, y; z", "C:\\temp", "`ls`", "[1]", "# 4", "&amp;", "~3~", "1.", "- 7"]
        return [["Key", "Sample", "Text", "More"]] + [[f"k{index}", self.random.choice(pieces), self.text(), self.random.choice(pieces) + " " + self.random.choice(pieces)] for index in range(count)]

    def measures(self, count, columns):
        return [["Time"] + [f"ch{index}" for index in range(1, columns)]] + [[f"12:{index // 60:02}:{index % 60:02}"] + [self.prose.decimal() for _ in range(columns - 1)] for index in range(count)]


def write(rows, dialect):
    lines = list(dialect.preamble)
    for row in rows:
        cells = list(row)
        while dialect.ragged and len(cells) > 1 and cells[-1] == "":
            cells.pop()
        lines.append(dialect.delimiter.join(quoted(cell, dialect) for cell in cells) + (dialect.delimiter if dialect.trailing else ""))
    return dialect.mark + dialect.line_end.join(lines + [""]).encode(dialect.encoding)


def quoted(cell, dialect):
    if not (dialect.quote_all or any(mark in cell for mark in (dialect.delimiter, '"', "\n", "\r"))):
        return cell
    inner = cell.replace("\\", "\\\\").replace('"', '\\"') if dialect.backslash else cell.replace('"', '""')
    return f'"{inner}"'


def markdown(rows):
    def cell(text):
        text = "" if text == "None" else text
        for mark in "\\`*_[]<~|&":
            text = text.replace(mark, "\\" + mark)
        return " ".join(text.replace("\n", "<br>").split())

    lines = ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0])] + lines[1:]).replace("|  |", "| |").replace("|  |", "| |") + "\n"
