"""Which documents a corpus holds, and their files: plans, kinds, archives, and what is broken on purpose."""

import io
import struct
import zipfile
import zlib

from . import catalogue, feature_document, other_documents, vary, words, write_csv, write_docx, write_html, write_markdown, write_pdf
from .feature_document import COUNTER_STYLES, PARAMETER_STYLES

ZIP_TIME = (2024, 1, 15, 12, 0, 0)

# Shares of the kinds when more documents are asked for than the plan of the committed corpus has.
SHARES = [("html", 40), ("markdown", 22), ("short", 14), ("pdf", 8), ("mo-reference", 5), ("standard", 3), ("guideline", 3),
          ("csv-parameters", 1), ("csv-counters", 1), ("csv-alarms", 1), ("csv-kpi", 1), ("csv-generic", 1)]
FEATURE_KINDS = ("html", "markdown", "short", "pdf")
EXTRA_KINDS = ("legal", "empty", "damaged", "encrypted", "duplicate", "archive")
KINDS = [kind for kind, _share in SHARES] + list(EXTRA_KINDS)

# The committed corpus, in order.
PLAN = (["html", "markdown", "short", "html", "pdf", "csv-parameters", "html", "markdown", "csv-counters", "html", "mo-reference",
         "standard", "html", "short", "guideline", "markdown", "html", "csv-alarms", "legal", "empty", "archive", "html", "pdf",
         "csv-kpi", "markdown", "html", "short", "html", "duplicate", "markdown", "csv-generic", "html", "guideline", "markdown",
         "encrypted", "html", "short", "markdown", "html", "pdf", "damaged", "html", "markdown", "short", "pdf", "html", "markdown", "standard"])


class File:
    """One file of the corpus: its path, its bytes and the truth about it. An archive has no truth of its own but members."""

    def __init__(self, path, data, truth=None, members=()):
        self.path, self.data, self.truth, self.members = path, data, truth, list(members)

    def truths(self, source_zip=""):
        if self.truth is not None:
            yield {"source_file": self.path, "source_zip": source_zip, **self.truth}
        for member in self.members:
            yield from member.truths(f"{source_zip}/{self.path}" if source_zip else self.path)


class Maker:
    """Makes the files of a corpus one after the other; every file depends on the seed and its number alone."""

    def __init__(self, seed, size_factor=1.0, figure=""):
        self.seed, self.size_factor = seed, size_factor
        self.figure = figure  # a picture that pages show, as they reach it
        self.features = 0  # feature descriptions so far: picks feature and variant
        self.numbers = {}  # files of each kind so far
        self.last_html = None

    def make(self, kind):
        number = self.numbers.get(kind, 0)
        self.numbers[kind] = number + 1
        rng = vary.seeded(self.seed, kind, number)
        if kind in FEATURE_KINDS:
            return self.feature(kind, number, rng)
        if kind.startswith("csv-"):
            return self.table(kind, number, rng)
        return getattr(self, kind.replace("-", "_"))(number, rng)

    # --- feature descriptions -------------------------------------------------------------------------------------

    def source(self, rng):
        keys = catalogue.written()
        key, variant = keys[self.features % len(keys)], self.features // len(keys)
        self.features += 1
        return vary.Source(key, variant, rng, self.size_factor)

    def feature(self, kind, number, rng):
        source = self.source(rng)
        style = {"parameters": PARAMETER_STYLES[number % len(PARAMETER_STYLES)],
                 "counters": COUNTER_STYLES[number % len(COUNTER_STYLES)],
                 "identity_header": number % 2 == 1, "events": "trigger_only" if number % 3 == 2 else "full",
                 "legal_section": number % 3 == 1, "full_names": number % 2 == 0, "figure": self.figure}
        slug = source.name.lower().replace(" ", "_").replace("-", "_")
        if kind == "html":
            doc = feature_document.build_feature(source, rng, style)
            charset = "windows-1252" if number % 7 == 4 else "utf-8"
            data = write_html.write(doc, charset, layout_tables=number % 5 == 3)
            name = f"{source.document_id}.html" if number % 2 == 0 else f"{slug}.html"
            result = File(f"html/{name}", data, self.with_kind(doc, "html"))
            self.last_html = result
            return result
        if kind == "markdown":
            if style["parameters"] == "nested":
                style["parameters"] = "wide"
            doc = feature_document.build_feature(source, rng, style)
            encoding = "cp1252" if number % 6 == 2 else "utf-8"
            data = write_markdown.write(doc, running_lines=number % 3 == 2, encoding=encoding)
            name = f"{source.document_id}.md" if number % 2 else f"{slug}.md"
            return File(f"markdown/{name}", data, self.with_kind(doc, "markdown"))
        if kind == "short":
            doc = feature_document.build_short(source, rng, style)
            if number % 3 == 0:
                data = write_markdown.write(doc, with_header=True)
                return File(f"short/{source.document_id}.md", data, self.with_kind(doc, "short"))
            data = write_markdown.write_text(doc, "utf-8", "\r\n") if number % 3 == 1 else write_markdown.write_text(doc, "utf-16")
            return File(f"short/{slug}.txt", data, self.with_kind(doc, "short-text"))
        style["parameters"] = ("in_description", "names_only", "values_table")[number % 3]
        doc = feature_document.build_feature(source, rng, style)
        return File(f"pdf/{slug}.pdf", write_pdf.write(doc), self.with_kind(doc, "pdf"))

    @staticmethod
    def with_kind(doc, kind):
        doc.truth["kind"] = kind
        return doc.truth

    # --- the others -----------------------------------------------------------------------------------------------

    def table(self, kind, number, rng):
        rows = {"csv-parameters": 60, "csv-counters": 45, "csv-alarms": 20, "csv-kpi": 10, "csv-generic": 25}[kind]
        rows = max(1, int(rows * self.size_factor))
        make = {"csv-parameters": write_csv.parameters, "csv-counters": write_csv.counters, "csv-alarms": write_csv.alarms,
                "csv-kpi": write_csv.kpis, "csv-generic": write_csv.generic}[kind]
        data, truth = make(rng, rows)
        name = {"csv-parameters": "Parameters", "csv-counters": "counters", "csv-alarms": "alarms", "csv-kpi": "kpi_radio",
                "csv-generic": "sites"}[kind]
        truth["title"] = f"{name}{f'_{number + 1}' if number else ''}.csv"
        return File("csv/" + truth["title"], data, truth)

    def mo_reference(self, number, rng):
        doc = other_documents.mo_reference(rng, number)
        suffix = f"_{number + 1}" if number >= len(words.MO_CLASSES) else ""
        return File(f"mo/{doc.title.split()[1]}{suffix}.html", write_html.write(doc), doc.truth)

    def standard(self, number, rng):
        """Plain text first, then DOCX, in turns."""
        doc = other_documents.specification(rng, number) if number % 2 else other_documents.standard(rng, number)
        name, revision = doc.identity["document_id"].split()[1].replace(".", ""), doc.identity["revision"].replace(".", "")
        path = f"standards/{name}-v{revision}_{number + 1}"
        if number % 2:
            return File(path + ".docx", write_docx.write(doc), self.with_kind(doc, "standard-docx"))
        return File(path + ".txt", write_markdown.write_plain(doc), doc.truth)

    def guideline(self, number, rng):
        """Plain text first, then a PDF in two columns, in turns."""
        doc = other_documents.guideline(rng, number)
        slug = doc.title.lower().replace(" ", "_").replace(":", "").replace("-", "_")
        if number % 2:
            return File(f"pdf/{slug}.pdf", write_pdf.write(doc, columns=2, hyphenate=True), self.with_kind(doc, "guideline-pdf"))
        return File(f"text/{slug}.txt", write_markdown.write_plain(doc, "cp1252", "\r\n"), self.with_kind(doc, "guideline"))

    def legal(self, number, rng):
        doc = other_documents.legal(rng, number)
        return File(f"odd/legal_information{number or ''}.html", write_html.write(doc), doc.truth)

    @staticmethod
    def empty(number, _rng):
        return File(f"odd/empty{number or ''}.md", b"", broken("empty", "rejected", "failed"))

    def damaged(self, number, rng):
        """A ZIP without its directory and, in turns, a PDF that is noise after its first line."""
        if number % 2 == 0:
            member = File("inside.txt", b"The end of this archive is missing.\n" * 40)
            data = pack([member])
            return File(f"odd/damaged{number or ''}.zip", data[:len(data) // 2], broken("damaged", "failed", "rejected"))
        doc = other_documents.guideline(rng, number)
        data = b"%PDF-1.4\n" + bytes(rng.randrange(256) for _ in range(2000)) + write_pdf.write(doc)[:40]
        return File(f"odd/damaged{number}.pdf", data, broken("damaged", "failed", "rejected"))

    def encrypted(self, number, rng):
        doc = other_documents.guideline(rng, number)
        return File(f"odd/encrypted{number or ''}.pdf", write_pdf.write(doc, encrypted=True), broken("encrypted", "failed", "rejected"))

    def duplicate(self, number, rng):
        """The HTML document made last, once more under another name."""
        original = self.last_html or self.feature("html", 0, rng)
        name = original.path.rsplit("/", 1)[1]
        return File(f"odd/copy_of_{number or ''}{name}", original.data, {**original.truth, "duplicate_of": original.path})

    def archive(self, number, rng):
        """A library: documents, an archive in the archive, an image, and what should be skipped."""
        inner_maker = Maker(f"{self.seed}/archive{number}", self.size_factor, "../images/states.png")
        inner_maker.features = 10000 + number * 100
        library = [inner_maker.make("html"), inner_maker.make("markdown"), inner_maker.make("csv-counters")]
        inner_maker.figure = ""
        inner = [inner_maker.make("html"), inner_maker.make("short")]
        nested_name = f"en_lzn7931{41 + number:03d}_r12a.zip"
        nested = File(f"nested/{nested_name}", pack(inner), members=inner)
        image = File("images/states.png", png(48, 32, number))
        junk = [File("__MACOSX/._states.png", b"\0\5\26\7"), File("build.log", b"unpacked 6 files\n"), File("list.tmp", b"temporary\n")]
        members = library + [nested, image] + junk
        return File(f"archive/en_lzn7931{40 + number:03d}_r50f.zip", pack(members), members=library + [nested])


def broken(kind, outcome, also):
    return {"kind": kind, "outcome": outcome, "outcome_also": [also], "title": "", "feature_name": "", "faj": "", "cxc": [],
            "parameters": [], "counters": [], "events": [], "alarms": [], "related_features": [], "procedures": [], "sentences": [], "removed": []}


def png(width, height, shade):
    """A small picture, so that archives hold a real image."""
    rows = b"".join(b"\0" + bytes((x * 5 + y * 3 + shade) % 256 for x in range(width)) for y in range(height))

    def part(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b""))


def pack(files):
    """A ZIP whose bytes depend on the files alone: fixed times, fixed order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.path, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.data)
    return out.getvalue()


def kinds_for(count, only=None):
    """The kind of each document: the plan of the committed corpus first, then the shares; `only` leaves out other kinds."""
    if only:
        shares = [(kind, share) for kind, share in SHARES if kind in only] + [(kind, 1) for kind in EXTRA_KINDS if kind in only]
        planned = []
    else:
        shares, planned = SHARES, PLAN[:count]
    total = sum(share for _kind, share in shares)
    sequence = list(planned)
    due = [0.0] * len(shares)
    while len(sequence) < count:  # the kind that is furthest behind its share comes next
        for index, (_kind, share) in enumerate(shares):
            due[index] += share / total
        index = max(range(len(shares)), key=lambda i: due[i])
        due[index] -= 1.0
        sequence.append(shares[index][0])
    return sequence


def make_files(seed, count, size_factor=1.0, only=None):
    maker = Maker(seed, size_factor)
    for kind in kinds_for(count, only):
        yield maker.make(kind)


def pack_libraries(files, per_library=25):
    """All files as one big ZIP that holds libraries, named as vendors name them. The truth's paths follow."""
    files = list(files)
    libraries = []
    for start in range(0, len(files), per_library):
        number = 7931000 + start // per_library
        chosen = files[start:start + per_library]
        libraries.append(File(f"en_lzn{number}_r{10 + number % 80}{'abcdef'[number % 6]}.zip", pack(chosen), members=chosen))
    return File("documents.zip", pack(libraries), members=libraries)
