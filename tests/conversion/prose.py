"""Sentences, titles, tables and code for compose.py, from a seeded random generator: own text in four English topics, German, French and a
mathematical one. The same generator state gives the same text."""

import re

import model
import words_en
import words_more

TOPICS = {"radio": words_en.RADIO, "linux": words_en.LINUX, "measure": words_en.MEASURE, "manual": words_en.MANUAL, "german": words_more.GERMAN, "french": words_more.FRENCH, "symbols": words_en.MEASURE}
LANGUAGE = {"german": "de", "french": "fr"}

CAPTIONS = {"en": ["Limits of {a}", "{a} and {b}", "Overview of {a}", "Measured values", "Settings by class", "Default values", "Results {n}", "Comparison of {a} and {b}", "Allowed ranges"],
            "de": ["Grenzwerte {a}", "{a} und {b}", "Übersicht {n}", "Gemessene Größen", "Zulässige Bereiche"],
            "fr": ["Valeurs de {a}", "{a} et {b}", "Aperçu {n}", "Mesures relevées", "Plages admises"]}
TABLE_WORD = {"en": "Table", "de": "Tabelle", "fr": "Tableau"}
FIGURE_WORD = {"en": "Figure", "de": "Abbildung", "fr": "Figure"}
HEADS = {"en": dict(name="Name", unit="Unit", default="Default", minimum="Min", maximum="Max", typical="Typ", note="Remark", item="Item", value="Value", state="State", description="Description", count="Count", date="Date", code="Code"),
         "de": dict(name="Bezeichnung", unit="Einheit", default="Vorgabe", minimum="Min", maximum="Max", typical="Typ", note="Bemerkung", item="Teil", value="Wert", state="Zustand", description="Beschreibung", count="Anzahl", date="Datum", code="Code"),
         "fr": dict(name="Désignation", unit="Unité", default="Défaut", minimum="Min", maximum="Max", typical="Typ", note="Remarque", item="Pièce", value="Valeur", state="État", description="Description", count="Nombre", date="Date", code="Code")}
GROUPS = {"en": ["Group A", "Group B", "Indoor", "Outdoor", "Uplink", "Downlink", "Low band", "High band", "Summer", "Winter", "Before", "After"],
          "de": ["Gruppe A", "Gruppe B", "Innen", "Außen", "Sommer", "Winter"], "fr": ["Groupe A", "Groupe B", "Intérieur", "Extérieur", "Été", "Hiver"]}
STATES = ["yes", "no", "optional", "n/a", "on", "off", "locked", "enabled", "—", "reserved"]


def capital(text):
    return text[:1].upper() + text[1:]


class Prose:
    def __init__(self, random, topic):
        self.random = random
        self.topic = topic
        self.words = TOPICS[topic]
        self.language = LANGUAGE.get(topic, "en")
        self.heads = HEADS[self.language]
        self.used_titles = set()
        self.used_sentences = set()

    def number(self):
        return self.random.choice([self.random.randint(2, 9), self.random.randint(10, 99), self.random.randint(100, 950)])

    def decimal(self):
        text = f"{self.random.choice([self.random.uniform(0.1, 9.9), self.random.uniform(10, 60)]):.{self.random.choice([1, 1, 2])}f}"
        return text if self.language == "en" else text.replace(".", ",")

    def fill(self, pattern):
        taken = {}

        def one(match):
            name = match.group(1)
            key = name.lower().rstrip("0123456789")
            if key == "n":
                return str(self.number())
            if key == "f":
                return self.decimal()
            if key == "pct":
                return str(self.random.randint(3, 98))
            words = {"name": "names"}.get(key, key)
            choices = [word for word in self.words[words] if word not in taken.get(words, ())]
            word = self.random.choice(choices)
            taken.setdefault(words, set()).add(word)
            if key == "name":
                return f"`{word}`" if self.topic in ("radio", "linux") else word
            if key == "item" and self.language == "en":
                word = ("an " if word[0] in "aeiouO" else "a ") + word
            return capital(word) if name[0].isupper() else word

        # Values in values: words may hold {n} themselves.
        text = re.sub(r"\{([A-Za-z]+\d?)\}", one, pattern)
        return re.sub(r"\{([A-Za-z]+\d?)\}", one, text)

    def sentence(self):
        for _ in range(20):
            if self.topic == "symbols" and self.random.random() < 0.55:
                text = re.sub(r"(?<![_^])\{(n2?|f2?|pct)\}", lambda match: self.fill(match.group(0)), self.random.choice(words_more.SYMBOLS))
                text = text.replace("_{n}", "_{" + str(self.random.randint(1, 9)) + "}")
            else:
                text = self.fill(self.random.choice(self.words.get("patterns", words_en.PATTERNS)))
            if text not in self.used_sentences:
                break
        self.used_sentences.add(text)
        return text

    def paragraph(self, sentences=None, styled=0.35):
        parts = [self.sentence() for _ in range(sentences or self.random.randint(2, 6))]
        if self.random.random() < styled:
            index = self.random.randrange(len(parts))
            parts[index] = self.styled(parts[index])
        return " ".join(parts)

    def styled(self, sentence):
        """One or two words of a sentence in bold or italic, or made a link."""
        if any(mark in sentence for mark in "`_{[*"):
            return sentence
        words = sentence.split(" ")
        if len(words) < 6:
            return sentence
        start = self.random.randrange(1, len(words) - 3)
        count = self.random.choice([1, 1, 2])
        piece = " ".join(words[start:start + count])
        if not re.fullmatch(r"[\w' ]+", piece):
            return sentence
        opening, closing = self.random.choice([("**", "**"), ("**", "**"), ("//", "//"), ("[[", f"|{self.slug()}.html]]")])
        return " ".join(words[:start] + [opening + piece + closing] + words[start + count:])

    def slug(self):
        return re.sub(r"[^a-z]+", "-", self.random.choice(words_en.RADIO["title"] + words_en.LINUX["title"]).lower())

    def title(self):
        choices = [title for title in self.words["title"] if title not in self.used_titles]
        if choices:
            title = self.random.choice(choices)
        else:
            title = f"{self.random.choice(self.words['title'])} {self.random.randint(2, 40)}"
            while title in self.used_titles:
                title = f"{self.random.choice(self.words['title'])} {self.random.randint(2, 400)}"
        self.used_titles.add(title)
        return title

    def document_title(self):
        return self.random.choice(self.words["document"])

    def intro(self):
        return self.random.choice(self.words.get("intros", words_en.INTROS))

    def name(self):
        return self.random.choice(self.words["names"])

    def names(self, count):
        """Names in a row, none twice."""
        pool = list(self.words["names"])
        self.random.shuffle(pool)
        while len(pool) < count:
            pool += [f"{name} {len(pool) // len(self.words['names']) + 1}" for name in self.words["names"]]
        return pool[:count]

    def unit(self):
        return self.random.choice(self.words["unit"])

    def phrase(self):
        """A short remark without a full stop."""
        return capital(self.fill(self.random.choice(["{object}", "{does} {object}", "{thing}", "{place}", "{reason}", "{when}"])).replace("`", ""))

    def value(self):
        kind = self.random.randrange(7)
        if kind == 0:
            return str(self.random.randint(0, 9999))
        if kind == 1:
            return f"{self.random.choice('-−+')}{self.decimal()}".replace("+", "")
        if kind == 2:
            return f"{self.random.randint(0, 40)}..{self.random.randint(41, 400)}"
        if kind == 3:
            return f"{self.random.randint(1, 100)} %"
        if kind == 4:
            return self.random.choice(STATES)
        return self.decimal()

    def caption(self):
        text = self.random.choice(CAPTIONS[self.language])
        return text.format(a=self.name(), b=self.name(), n=self.random.randint(2, 60))

    # --- code -----------------------------------------------------------------------------------------------------------

    def code(self):
        """(language, lines)"""
        pick = self.random.choice
        name = re.sub(r"\W+", "_", self.name()).lower().strip("_")
        ascii_name = name.encode("ascii", "ignore").decode() or "value"
        number = self.number
        kinds = {
            "sh": lambda: [f"# check {ascii_name}", f"for host in node{number()} node{number()}; do", f'    ssh "$host" "cat /etc/{ascii_name}.conf" | grep -c {pick(["on", "off", "limit"])}', "done", f"echo $? > /tmp/{ascii_name}.{number()}"][:self.random.randint(3, 5) + 1],
            "c": lambda: [f"static int {ascii_name}_read(struct {ascii_name} *unit)", "{", f"\tif (unit->count > {number()})", f"\t\treturn -{pick(['EINVAL', 'EAGAIN', 'ENOSPC'])};", f"\tunit->value = unit->raw * {number()} / {number()};", "\treturn 0;", "}"],
            "python": lambda: [f"def {ascii_name}(samples, limit={number()}):", "    total = 0", "    for sample in samples:", f"        if sample > limit and sample != {number()}:", "            total += sample", f"    return total / {number()}"],
            "yaml": lambda: [f"{ascii_name}:", f"  limit: {number()}", f"  unit: {pick(['ms', 'kB', 'dB'])}", "  peers:", f"    - node{number()}", f"    - node{number()}", f"  enabled: {pick(['true', 'false'])}"],
            "": lambda: [f"$ show {ascii_name} --all", f"id={number()}  state={pick(STATES[:5])}  value={self.decimal()}", f"id={number()}  state={pick(STATES[:5])}  value={self.decimal()}", f"total {number()}"],
            "xml": lambda: [f'<{ascii_name} id="{number()}">', f"  <limit>{number()}</limit>", f"  <!-- {ascii_name} & more -->", f"</{ascii_name}>"],
        }
        language = pick(list(kinds))
        return language, kinds[language]()

    # --- tables ---------------------------------------------------------------------------------------------------------

    def cell(self, text, **options):
        numeric = bool(re.fullmatch(r"[-−+]?[\d.,]+( %)?", text))
        return model.Cell(model.runs(text), numeric=numeric, **options)

    def table(self, kind, rows=None):
        return getattr(self, "table_" + kind)(rows)

    def table_parameters(self, rows):
        heads, rows = self.heads, rows or self.random.randint(4, 9)
        columns = self.random.choice([["name", "unit", "default", "note"], ["name", "default", "minimum", "maximum", "unit"], ["name", "description"], ["code", "name", "value", "unit", "state"], ["name", "value", "unit"],
                                      ["item", "count", "note"], ["name", "minimum", "typical", "maximum", "unit", "note"]])
        body = [[self.cell(heads[column]) for column in columns]]
        for name in self.names(rows):
            line = []
            for column in columns:
                text = {"name": name, "item": name, "unit": self.unit(), "note": self.phrase() if self.random.random() < 0.7 else "", "description": self.sentence().replace("`", ""), "state": self.random.choice(STATES),
                        "code": f"{self.random.choice('ABEFX')}{self.random.randint(10, 999)}", "count": str(self.random.randint(1, 48)), "date": ""}.get(column)
                if text is None:
                    text = self.decimal() if self.random.random() < 0.9 else ""
                line.append(self.cell(self.plain_text(text)))
            body.append(line)
        return model.Table(body)

    def plain_text(self, text):
        return re.sub(r"[_^]\{([^}]*)\}", r"\1", text).replace("**", "").replace("//", "").replace("`", "")

    def table_matrix(self, rows):
        """A grid of numbers under named columns, with an empty corner."""
        columns, rows = self.random.randint(3, 6), rows or self.random.randint(3, 8)
        heads = self.names(columns) if self.random.random() < 0.5 else [str(self.random.randint(1, 9) * 10 ** self.random.randint(0, 2)) + f" {self.unit()}" for _ in range(columns)]
        body = [[self.cell("" if self.random.random() < 0.5 else self.heads["name"])] + [self.cell(head) for head in heads]]
        for name in self.names(rows):
            body.append([self.cell(name)] + [self.cell(self.decimal() if self.random.random() < 0.92 else self.random.choice(["", "—", "n/a"])) for _ in range(columns)])
        return model.Table(body)

    def table_spanned(self, rows):
        """Two header rows, groups across; a first column whose cells reach down."""
        groups, rows = self.random.sample(GROUPS[self.language], self.random.choice([2, 2, 3])), rows or self.random.randint(2, 4)
        body = [[self.cell(self.heads["name"], rows=2), self.cell(self.heads["state"], rows=2)] + [self.cell(group, columns=2) for group in groups],
                [self.cell(self.heads[head]) for _ in groups for head in ("minimum", "maximum")]]
        for name in self.names(rows):
            reach = self.random.choice([1, 2, 2, 3])
            for index in range(reach):
                line = [self.cell(self.random.choice(STATES[:8]) + (f" {index + 1}" if reach > 1 else ""))] + [self.cell(self.decimal()) for _ in range(2 * len(groups))]
                body.append(([self.cell(name, rows=reach)] if index == 0 else []) + line)
        return model.Table(body, header_rows=2)

    def table_sections(self, rows):
        """Rows that cross the table name what follows."""
        rows = rows or self.random.randint(2, 4)
        body = [[self.cell(self.heads["item"]), self.cell(self.heads["value"]), self.cell(self.heads["unit"])]]
        groups = list(GROUPS[self.language])
        self.random.shuffle(groups)
        for index in range(2):
            body.append([self.cell(groups[index], columns=3)])
            body += [[self.cell(name), self.cell(self.value()), self.cell(self.unit())] for name in self.names(rows)]
        return model.Table(body)

    def table_lines(self, rows):
        """Cells with line breaks and longer text."""
        rows = rows or self.random.randint(3, 5)
        body = [[self.cell(self.heads["code"]), self.cell(self.heads["description"]), self.cell(self.heads["value"])]]
        for _ in range(rows):
            text = "\n".join(self.phrase() for _ in range(self.random.choice([1, 2, 2, 3])))
            body.append([self.cell(f"E-{self.random.randint(100, 999)}"), self.cell(text), self.cell("\n".join(self.decimal() + " " + self.unit() for _ in range(self.random.choice([1, 1, 2]))))])
        return model.Table(body)

    def table_wide(self, rows):
        columns, rows = self.random.randint(8, 11), rows or self.random.randint(4, 7)
        body = [[self.cell(self.heads["name"])] + [self.cell(f"{letter}{self.random.randint(1, 9)}") for letter in "ABCDEFGHKLM"[:columns - 1]]]
        for name in self.names(rows):
            body.append([self.cell(name.split(" ")[0])] + [self.cell(str(self.random.randint(0, 999)) if self.random.random() < 0.85 else self.random.choice(["", "x", "-"])) for _ in range(columns - 1)])
        return model.Table(body)

    def table_long(self, rows):
        rows = rows or self.random.randint(45, 70)
        body = [[self.cell(self.heads["code"]), self.cell(self.heads["name"]), self.cell(self.heads["value"]), self.cell(self.heads["unit"])]]
        for index in range(rows):
            body.append([self.cell(f"{100 + index}"), self.cell(self.name() + f" {self.random.choice('ABCDEFGH')}{index}"), self.cell(self.decimal()), self.cell(self.unit())])
        return model.Table(body)

    def table_pairs(self, rows):
        """Two columns, no true header: label and value, the first row is as any other."""
        rows = rows or self.random.randint(4, 7)
        return model.Table([[self.cell(name), self.cell(self.value() + " " + self.unit())] for name in self.names(rows)])
