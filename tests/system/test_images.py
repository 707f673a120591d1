"""Images, tables and what was removed, end to end: an archive with many images, documents that show them, the same bytes twice, a reference
to nothing, an image in a document; killed and resumed; a changed image found; tables read back by Python's csv; --explain and --images."""

import base64
import csv
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import struct
import urllib.parse
import zipfile
import zlib

from support import RunCase, feature_text, main


def png(number):
    """A picture of 4 × 4 points, another one for each number."""
    rows = b"".join(b"\0" + struct.pack(">I", number + row) * 3 for row in range(4))

    def part(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def page(*images, extra=""):
    shown = " ".join(f'<img src="{source}" alt="Figure">' for source in images)
    return (f"<html><body><nav><a href='/'>Home</a> <a href='/up'>Up a level</a></nav><main><h1>Cell Range Guard</h1>"
            f"<p>EUtranCellFDD.cellRange sets the range of the cell; pmRaFailRange counts what lies beyond it.</p><p>{shown}</p>{extra}"
            f"<p>The range is read at each start of the cell and limits random access to what the transport allows.</p></main></body></html>")


TABLE = [["Parameter", "Values, \"quoted\"", "Description"],
         ["EUtranCellFDD.cellRange", "1..100", "line one\nline two, with a comma"],
         ["EUtranCellFDD.rangeState", "OFF|ON", "a \"b\" c"],
         ["", "é€", "bold and code"]]
TABLE_HTML = ("<p>Table 1: Parameters of the guard</p><table><tr><th>Parameter</th><th>Values, \"quoted\"</th><th>Description</th></tr>"
              "<tr><td>EUtranCellFDD.cellRange</td><td>1..100</td><td>line one<br>line two, with a comma</td></tr>"
              "<tr><td>EUtranCellFDD.rangeState</td><td>OFF|ON</td><td>a \"b\" c</td></tr>"
              "<tr><td></td><td>é€</td><td><b>bold</b> and <code>code</code></td></tr></table>")
EMBEDDED = png(77777)
EMBEDDED_URI = "data:image/png;base64," + base64.b64encode(EMBEDDED).decode()
FEW, MANY = 100, 1250  # images of the archive
SETTINGS = ("--progress", "never", "--shm", "128M", "--set", "io.commit_documents=40", "--set", "io.commit_ms=1")


class Images(RunCase):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        self.count = MANY if self._testMethodName == "test_all_images_are_kept_and_shown" else FEW
        self.docs = self.folder / "docs"
        for name in ("guide", "img"):
            (self.docs / name).mkdir(parents=True)
        (self.docs / "guide" / "a.html").write_text(
            page("../img/a%20b.png", "gone.png", "../../../etc/passwd.png", "https://example.org/x.png", EMBEDDED_URI, extra=TABLE_HTML), encoding="utf-8")
        (self.docs / "guide" / "b.md").write_text(feature_text(1) + f"\n![again]({EMBEDDED_URI}) ![A](../IMG/A%20B.png)\n", encoding="utf-8")
        (self.docs / "img" / "a b.png").write_bytes(png(1))
        (self.docs / "img" / "copy.png").write_bytes(png(1))
        with zipfile.ZipFile(self.docs / "library.zip", "w", zipfile.ZIP_DEFLATED) as library:
            for number in range(self.count):
                library.writestr(f"img/{number}.png", png(number))
            library.writestr("text/x.html", page("../img/7.png", "../img/8.png", "../../docs/img/copy.png"))

    def run_docs(self, **options):
        return self.run_batch(self.docs, extra=SETTINGS, **options)

    def references(self, name, out=None):
        """Targets of images in a Markdown file, and the bytes of the files that they lead to (None: no file)."""
        path = (out or self.out) / "markdown" / name
        targets = re.findall(r"!\[[^\]]*\]\(([^)\s]*)\)", path.read_text(encoding="utf-8"))
        files = [pathlib.Path(os.path.normpath(path.parent / urllib.parse.unquote(target))) for target in targets]
        return targets, [file.read_bytes() if file.exists() else None for file in files]

    def test_all_images_are_kept_and_shown(self):
        self.run_docs(expect=0)
        images = self.out / "images"
        for number in range(self.count):
            self.assertEqual((images / "docs" / "library.zip" / "img" / f"{number}.png").read_bytes(), png(number))
        targets, found = self.references("docs/guide/a.html.md")
        self.assertEqual(found, [png(1), None, None, None, EMBEDDED])
        self.assertEqual(targets[1:4], ["gone.png", "../../../etc/passwd.png", "https://example.org/x.png"])
        self.assertEqual(self.references("docs/guide/b.md.md")[1], [EMBEDDED, png(1)])
        self.assertEqual(self.references("docs/library.zip/text/x.html.md")[1], [png(7), png(8), None])
        manifest = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        counts = manifest["images"]
        self.assertEqual((counts["files"], counts["in_documents"], counts["missing"], counts["references_led_to_files"], counts["left_out"]),
                         (self.count + 2, 2, 3, 4, 0))
        inodes = {}
        for path in images.rglob("*.png"):
            inodes.setdefault(path.read_bytes(), set()).add(path.stat().st_ino)
        self.assertEqual({len(inode) for inode in inodes.values()}, {1}, "the same bytes are stored twice")
        self.assertEqual(counts["stored_once"], self.count + 4 - len(inodes))
        self.assertEqual(self.rows("rejected.jsonl"), [row for row in self.rows("rejected.jsonl") if row["kind"] == "pair"])
        self.verify()

    def test_references_are_found_where_sites_mean_them(self):
        deep = self.docs / "guide" / "deep"
        deep.mkdir()
        (self.docs / "guide" / "img").mkdir()
        (self.docs / "guide" / "img" / "near.png").write_bytes(png(3))
        (self.docs / "img" / "near.png").write_bytes(png(4))
        # from the top of the site, from the top of the host, the nearest of two, with a query; nothing above the root or elsewhere
        (deep / "c.html").write_text(page("img/a%20b.png", "/img/copy.png", "img/near.png", "../../img/near.png?v=2#x", "/etc/near.png"), encoding="utf-8")
        (self.docs / "guide" / "d.html.gz").write_bytes(gzip.compress(page("../img/copy.png", "img/near.png").encode()))
        self.run_docs(expect=0)
        self.assertEqual(self.references("docs/guide/deep/c.html.md")[1], [png(1), png(1), png(3), png(4), None])
        self.assertEqual(self.references("docs/guide/d.html.gz/d.html.md")[1], [png(1), png(3)])
        self.verify()

    def test_killed_and_resumed(self):
        self.run_docs(expect=0)
        out = self.folder / "again"
        for fault in ("commit_rows:1:kill", "commit_done:1:kill", "staging_link:2:kill", "output_file_put:90:kill", "finalise_publish:9:kill"):
            self.assertEqual(self.run_docs(out=out, fault=fault).returncode, -9, fault)
        self.run_docs(out=out, expect=0)
        self.assert_same_dataset(self.out, out)
        self.run_docs(out=out, expect=0)  # nothing is done again, and nothing changes
        self.assert_same_dataset(self.out, out)

    def test_verify_finds_a_changed_image(self):
        self.run_docs(expect=0)
        image = self.out / "images" / "docs" / "library.zip" / "img" / "7.png"
        changed = bytearray(image.read_bytes())
        changed[40] ^= 1
        image.unlink()
        image.write_bytes(changed)
        result = self.run_program("verify", self.out)
        self.assertEqual(result.returncode, 1)
        self.assertIn("library.zip/img/7.png", result.stdout + result.stderr)
        image.write_bytes(png(7))
        self.verify()
        page_path = self.out / "markdown" / "docs" / "library.zip" / "text" / "x.html.md"
        page_path.write_text(page_path.read_text(encoding="utf-8").replace("7.png", "no.png"), encoding="utf-8")
        result = self.run_program("verify", self.out)
        self.assertIn("4 references to images that are not there", result.stdout + result.stderr)

    def test_an_image_that_goes_is_gone(self):
        self.run_docs(expect=0)
        (self.docs / "img" / "copy.png").unlink()
        self.run_docs(expect=0)
        self.assertFalse((self.out / "images" / "docs" / "img" / "copy.png").exists())
        self.verify()

    def test_limits_and_switches(self):
        self.run_batch(self.docs, expect=0, extra=(*SETTINGS, "--set", "convert.images=off", "--set", "output.tables=off"))
        self.assertFalse((self.out / "images").exists() or (self.out / "tables").exists() or (self.out / "tables.jsonl").exists())
        self.assertEqual(sum("convert.images" in row["reason"] for row in self.rows("rejected.jsonl")), self.count + 2)
        self.verify()
        self.run_batch(self.docs, expect=0, extra=(*SETTINGS, "--set", "convert.image_bytes_max=10", "--set", "output.tables=off"))
        self.assertEqual(sum("convert.image_bytes_max" in row["reason"] for row in self.rows("rejected.jsonl")), self.count + 2)
        self.assertEqual(json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))["images"]["left_out"], 2)

    def test_images_that_fit_no_outbox_are_left_out_and_the_text_stays(self):
        noise = [base64.b64encode(b"GIF89a" + os.urandom(1 << 20)).decode() for _ in range(12)]
        large = self.folder / "large"
        large.mkdir()
        (large / "a.md").write_text(feature_text(3) + "\n".join(f"\n![{n}](data:image/gif;base64,{data})\n" for n, data in enumerate(noise)), encoding="utf-8")
        self.run_program("--workers", 2, "--shm", "32M", "--progress", "never", large, "-o", self.out)
        self.assertEqual([row["source_file"] for row in self.rows("extractions.jsonl")], ["large/a.md"])
        self.assertEqual(json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))["images"]["left_out"], 12)

    # --- tables and what was removed -----------------------------------------------------------------------------------

    def test_tables_read_back(self):
        self.run_docs(expect=0)
        tables = {(row["source_file"], row["table"]): row for row in self.rows("tables.jsonl")}
        row = tables["docs/guide/a.html", 1]
        self.assertEqual((row["heading_path"], row["caption"], row["rows"], row["columns"]), ("Cell Range Guard", "Table 1: Parameters of the guard", 3, 3))
        with open(self.out / row["file"], newline="", encoding="utf-8") as file:
            self.assertEqual(list(csv.reader(file, strict=True)), TABLE)
        self.assertEqual(sum(name == "docs/guide/b.md" for name, _number in tables), 3)
        with open(self.out / tables["docs/guide/b.md", 3]["file"], newline="", encoding="utf-8") as file:
            self.assertEqual(next(csv.reader(file)), ["Counter", "Description"])

    def test_what_was_removed_is_counted_and_listed(self):
        (self.docs / "guide" / "c.md").write_text(feature_text(5) + "\n## Copyright\n\nAll rights reserved. No part may be copied.\n\n## Empty\n\n....\n", encoding="utf-8")
        self.run_docs(expect=0)
        removed = {row["source_file"]: row for row in self.rows("removed.jsonl")}
        self.assertEqual(removed["docs/guide/c.md"]["counts"], {"legal_section": 1, "empty_heading": 1, "noise": 1})
        self.assertEqual(removed["docs/guide/c.md"]["removed"], [])
        self.assertEqual(removed["docs/guide/a.html"]["counts"], {"menu": 1})
        self.run_batch(self.docs, expect=0, extra=(*SETTINGS, "--explain"))
        row = {row["source_file"]: row for row in self.rows("removed.jsonl")}["docs/guide/c.md"]
        self.assertEqual([(entry["kind"], entry["text"]) for entry in row["removed"]],
                         [("legal_section", "## Copyright\n\nAll rights reserved. No part may be copied."), ("empty_heading", "## Empty"), ("noise", "....")])
        lines = (self.docs / "guide" / "c.md").read_text(encoding="utf-8").splitlines()
        for entry in row["removed"]:
            self.assertEqual(lines[entry["line"] - 1], entry["text"].splitlines()[0])

    def explained(self, name, content, *extra):
        """The entries of --explain for one file: (kind, place, text), and the counts."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        result = self.run_program("convert", path, "--explain", *extra)
        self.assertEqual(result.returncode, 0, result.stderr)
        entries = re.findall(r"^(\w+)(?: at (\w+ \d+))? \([^)]*\): (.*)$", result.stderr, re.M)
        return entries, dict(re.findall(r"^(\w+): (\d+)$", result.stderr, re.M)), result.stdout

    def test_docx_lists_what_a_reader_does_not_get(self):
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        office, package = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://schemas.openxmlformats.org/package/2006"
        body = ("<w:p><w:r><w:t xml:space='preserve'>The guard limits </w:t></w:r><w:del w:id='1'><w:r><w:delText xml:space='preserve'>the old </w:delText></w:r><w:r><w:delText>value"
                "</w:delText></w:r></w:del><w:ins w:id='2'><w:r><w:t>cellRange</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>")
        parts = {
            "[Content_Types].xml": f"<Types xmlns='{package}/content-types'><Override PartName='/word/document.xml' ContentType='application/vnd."
                                   "openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>",
            "_rels/.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='r' Type='{office}/officeDocument' Target='word/document.xml'/></Relationships>",
            "word/_rels/document.xml.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='r' Type='{office}/comments' Target='comments.xml'/></Relationships>",
            "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
            "word/comments.xml": f"<w:comments {space}><w:comment w:id='0'><w:p><w:r><w:t>Right?</w:t></w:r></w:p><w:p><w:r><w:t>Ask.</w:t></w:r></w:p></w:comment></w:comments>",
        }
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as docx:
            for name, content in parts.items():
                docx.writestr(name, content)
        entries, counts, markdown = self.explained("a.docx", archive.getvalue())
        self.assertEqual(entries, [("deletion", "", "the old value"), ("hidden", "", "secret"), ("comment", "", "Right? Ask.")])
        self.assertEqual(counts, {"deletion": "1", "hidden": "1", "comment": "1"})
        self.assertEqual(markdown, "The guard limits cellRange\n")

    def test_rows_pages_and_links_are_listed(self):
        entries, counts, _ = self.explained("b.csv", "MO,Parameter\n" + "".join(f"A,p{n}\n" for n in range(20)), "--set", "convert.csv_rows_max=12")
        self.assertEqual((entries, counts), ([("unread", "", "8 rows: the limit convert.csv_rows_max is 12")], {"unread": "8"}))
        prose = ["The guard limits the range of a cell.", "It is read when the cell starts.", "What lies beyond it is counted, and nothing else is done."]
        text = "\n\f".join(f"Guide to the guard{' ' * 20}{n}\n\n{prose[n - 1]}\n\nDraft" for n in range(1, 4))
        entries, counts, markdown = self.explained("c.txt", text)
        running = [entry for entry in entries if entry[0] == "running_line"]
        lines = text.replace("\f", "").split("\n")
        self.assertEqual([text for _, _, text in running], ["Draft", f"Guide to the guard{' ' * 20}2", "Draft", f"Guide to the guard{' ' * 20}3", "Draft"])
        for _, place, line in running:
            self.assertEqual(lines[int(place.split()[1]) - 1], line)
        self.assertEqual((counts["running_line"], markdown.count("Draft")), ("5", 0))
        entries, counts, markdown = self.explained("d.html", page(extra="<p>See <a href='edw:/alex?ac=1&amp;fn=10_2.html'>the other</a>.</p>"))
        self.assertIn("[the other](10_2.html)", markdown)
        (place,) = [place for kind, place, text in entries if kind == "link_repaired" and text == "edw:/alex?ac=1&fn=10_2.html"]
        self.assertLess(abs(int(place.split()[1]) - 1 - markdown.split("\n").index("See [the other](10_2.html).")), 3)

    def test_one_document(self):
        path, images = self.docs / "guide" / "a.html", self.folder / "one" / "pictures"
        result = self.run_program("convert", path, "--images", images, "--explain")
        self.assertEqual(result.returncode, 0, result.stderr)
        (image,) = images.iterdir()
        self.assertEqual(image.read_bytes(), EMBEDDED)
        self.assertIn(f"]({image})", result.stdout)
        self.assertIn("menu at line 1 (navigation): Home Up a level", result.stderr)
        self.assertIn("menu: 1", result.stderr)
        shutil.rmtree(images)
        result = self.run_program("convert", path)
        self.assertRegex(result.stdout, r"!\[Figure\]\(images/[0-9a-f]{16}\.png\)")
        self.assertFalse(images.exists())
        self.assertEqual(result.stderr, "")


if __name__ == "__main__":
    main()
