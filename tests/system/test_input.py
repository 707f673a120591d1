"""What users put in: odd names, links, loops, the same thing twice, folders that cannot be read, archives larger than the memory."""

import json
import os
import re
import shutil
import subprocess
import zipfile

from support import BIN, TOP, RunCase, feature_text, main, small_corpus


def large_text(number, size):
    parts, length = [], 0
    while length < size:
        parts.append(feature_text(number * 1000 + len(parts)))
        length += len(parts[-1])
    return "\n".join(parts)


class Names(RunCase):
    def test_any_name_that_a_file_can_have(self):
        corpus = self.folder / "docs"
        corpus.mkdir()
        names = [b"new\nline.md", b"inv\xff\xfe.md", b"sp ace.md", b"-dash.md", b"--help.md", b"x" * 252 + b".md", b"quote\"'.md", b"tab\t.md",
                 b"back\\slash.md", b"bang!x.md", "名前.md".encode(), b"*.md", b"\x01ctl.md"]
        for number, name in enumerate(names):
            with open(os.path.join(os.fsencode(corpus), name), "w", encoding="utf-8") as file:
                file.write(feature_text(number))
        self.run_batch(corpus, expect=0)
        self.assertEqual(len(self.rows("extractions.jsonl")), len(names))
        self.verify()
        again = self.run_batch(corpus, expect=0, extra=("--json",))
        self.assertEqual(json.loads(again.stdout)["run"]["unchanged"], len(names))

    def test_documents_whose_markdown_would_lie_in_one_place(self):
        corpus = self.folder / "docs"
        (corpus / "a.md.md").mkdir(parents=True)
        (corpus / "a.md").write_text(feature_text(1), encoding="utf-8")
        (corpus / "a.md.md" / "b.md").write_text(feature_text(2), encoding="utf-8")
        with zipfile.ZipFile(corpus / "z.zip", "w") as archive:
            archive.writestr("c.md", feature_text(3))
            archive.writestr("./c.md", feature_text(4))
        self.run_batch(corpus)
        self.verify()
        markdown = [path for path in (self.out / "markdown").rglob("*") if path.is_file()]
        self.assertEqual(len(markdown), len(self.rows("extractions.jsonl")))

    def test_every_member_of_an_archive_comes_whatever_its_name(self):
        corpus = self.folder / "docs"
        corpus.mkdir()
        names = ["a.md", "./a.md", "A.md", "x\\..\\a.md", "/etc/a.md", "../a.md", "b" * 5000 + ".md", "caf\u00e9.md"]
        with zipfile.ZipFile(corpus / "odd.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number, name in enumerate(names):
                archive.writestr(name, feature_text(number))
        self.run_batch(corpus, expect=0)
        self.assertEqual(len(self.rows("extractions.jsonl")), len(names))
        self.verify()

    def test_an_input_given_twice_counts_once(self):
        corpus = small_corpus(self.folder / "docs", 3)
        self.run_batch(corpus, corpus, f"{corpus}/../docs/", expect=0)
        self.assertEqual(len(self.rows("extractions.jsonl")), 3)

    def test_two_inputs_of_one_name_are_kept_apart(self):
        one, two = small_corpus(self.folder / "one" / "docs", 2), small_corpus(self.folder / "two" / "docs", 3)
        self.run_batch(one, two, expect=0)
        self.assertEqual(len(self.rows("extractions.jsonl")), 5)

    def test_the_output_is_no_input(self):
        corpus = small_corpus(self.folder / "docs", 2)
        result = self.run_batch(corpus, out=corpus)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("output folder cannot be an input", result.stderr)

    def test_an_output_inside_the_input_is_passed_over(self):
        corpus = small_corpus(self.folder / "docs", 3)
        for _ in range(2):
            self.run_batch(corpus, out=corpus / "out", expect=0)
            self.assertEqual(len(self.rows("extractions.jsonl", corpus / "out")), 3)


class Folders(RunCase):
    def test_links_that_lead_back_are_followed_once(self):
        corpus = small_corpus(self.folder / "docs", 3)
        (corpus / "below").mkdir()
        (corpus / "below" / "up").symlink_to(corpus)
        (corpus / "here").symlink_to(corpus)
        self.run_batch(corpus, expect=0, extra=("--set", "intake.follow_links=on"))
        self.assertEqual(len(self.rows("extractions.jsonl")), 3)

    def test_a_folder_that_cannot_be_read_loses_no_documents(self):
        corpus = small_corpus(self.folder / "docs", 3)
        small_corpus(corpus / "below", 2)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        program = BIN
        if nobody: # who may not look into the folder where this was built
            program = self.folder / "program" / "bin"
            shutil.copytree(BIN, program)
            shutil.copytree(TOP / "config", self.folder / "program" / "config")
            for path in (self.folder, self.runtime):
                subprocess.run(["chown", "-R", "65534:65534", str(path)], check=True)
        command = nobody + [str(program / "coordinator"), "--workers", "1", "--shm", "64M", "--progress", "never", "--json", str(corpus), "-o",
                            str(self.out)]
        environment = dict(self.environment, HOME=str(self.folder))

        def run():
            return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

        first = run()
        self.assertEqual(first.returncode, 0, first.stderr)
        os.chmod(corpus / "below", 0)
        (corpus / "feature_000.md").unlink()
        second = run()
        os.chmod(corpus / "below", 0o755)
        self.assertEqual(second.returncode, 1, second.stderr)
        self.assertIn("could not be read", second.stderr)
        self.assertIn("docs/below/feature_001.md", {row["source_file"] for row in self.rows("extractions.jsonl")})
        self.assertIn("Permission denied", {row["reason"] for row in self.rows("failed.jsonl")})
        third = run()
        self.assertEqual(third.returncode, 0, third.stderr)
        self.assertEqual(len(self.rows("extractions.jsonl")), 4)


class Amounts(RunCase):
    def test_more_files_than_operations_at_once(self):
        corpus = small_corpus(self.folder / "docs", 1500)
        self.run_batch(corpus, workers=8, expect=0, extra=("--set", "io.open_files=4096", "--set", "ipc.credits=16"))
        self.assertEqual(len(self.rows("extractions.jsonl")), 1500)

    def test_nothing_waits_for_a_timer(self):
        """Completions, results and commits wake the run: with timers of a minute it would be stopped by the test's patience."""
        corpus = small_corpus(self.folder / "docs", 5)
        with zipfile.ZipFile(self.folder / "inner.zip", "w") as archive:
            for number in range(5):
                archive.writestr(f"m{number}.md", feature_text(100 + number))
        with zipfile.ZipFile(corpus / "outer.zip", "w") as archive:
            archive.write(self.folder / "inner.zip", "inner.zip")
        result = self.run_program("--workers", "2", "--shm", "64M", "--set", "io.commit_ms=60000", "--set", "supervise.heartbeat_ms=60000", corpus, "-o",
                                  self.out, timeout=50)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_an_unchanged_input_ends_without_noise(self):
        corpus = small_corpus(self.folder / "docs", 3)
        self.run_batch(corpus, expect=0)
        again = self.run_batch(corpus, expect=0)
        self.assertNotIn("warning", again.stderr)
        self.assertNotIn("died", again.stdout)


class LargeArchives(RunCase):
    def test_members_do_not_fill_the_outboxes(self):
        corpus = self.folder / "zips"
        corpus.mkdir()
        for number in range(6):
            with zipfile.ZipFile(corpus / f"z{number}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for member in range(6):
                    archive.writestr(f"m{member}.md", large_text(number * 6 + member, 600_000))
        result = self.run_program("--workers", "1", "--shm", "16M", "--progress", "never", corpus, "-o", self.out)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(len(self.rows("extractions.jsonl")), 36)

    def test_a_member_too_large_for_the_memory_costs_itself_and_comes_later(self):
        corpus = self.folder / "zips"
        corpus.mkdir()
        with zipfile.ZipFile(corpus / "z.zip", "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("before.md", feature_text(1))
            archive.writestr("large.txt", "The cell load is measured every second in the node.\n" * 200_000)
            archive.writestr("behind.md", feature_text(2))
        small = self.run_program("--workers", "1", "--shm", "16M", "--progress", "never", corpus, "-o", self.out)
        self.assertEqual(small.returncode, 1, small.stderr)
        failed = self.rows("failed.jsonl")
        self.assertEqual([row["source_file"] for row in failed], ["large.txt"])
        self.assertIn("--shm", failed[0]["reason"])
        self.assertEqual({row["source_file"] for row in self.rows("extractions.jsonl")}, {"before.md", "behind.md"})
        enough = self.run_batch(corpus, extra=("--json",))
        self.assertEqual(self.rows("failed.jsonl"), [], "a failed member was not tried again: " + enough.stderr)
        self.assertEqual(json.loads(enough.stdout)["run"]["unchanged"], 2)

    def test_a_member_that_fills_the_memory_costs_itself_alone(self):
        """One piece of text takes most of an outbox; those behind it fit beside it or after it, and only it fails."""
        corpus = self.folder / "docs"
        corpus.mkdir()
        with zipfile.ZipFile(corpus / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("large.md", large_text(90, 3 << 20))
            for number in range(12):
                archive.writestr(f"small{number}.md", feature_text(number))
        with zipfile.ZipFile(corpus / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(12, 24):
                archive.writestr(f"small{number}.md", feature_text(number))
        self.run_batch(corpus, expect=1, extra=("--shm", "16M", "--workers", "1"))
        failed = self.rows("failed.jsonl")
        self.assertEqual([row["source_file"] for row in failed], ["large.md"])
        self.assertRegex(failed[0]["reason"], r"beside the \d+ MiB of its text, and an outbox has \d+; pass --shm \d+M")
        advised = re.search(r"--shm (\d+)M", failed[0]["reason"]).group(1)
        self.assertGreater(int(advised), 16)
        self.run_batch(corpus, expect=0, extra=("--shm", f"{advised}M", "--workers", "1"))
        self.assertEqual(self.rows("failed.jsonl"), [])

    def test_archives_in_archives_are_opened_depth_first(self):
        """All the inner ones together have no room in the outboxes; one after the other they have."""
        corpus = self.folder / "docs"
        corpus.mkdir()
        with zipfile.ZipFile(corpus / "outer.zip", "w", zipfile.ZIP_STORED) as outer:
            for number in range(16):
                with outer.open(f"middle{number}.zip", "w") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as middle:
                    for part in range(8):
                        with middle.open(f"inner{part}.zip", "w") as inner_file, zipfile.ZipFile(inner_file, "w", zipfile.ZIP_STORED) as inner:
                            text = "".join(f"The load of cell {sector} in area {number}-{part} is measured every second.\n\n" for sector in range(3000))
                            inner.writestr(f"m{number}-{part}.md", f"# Area {number}-{part}\n\n{text}")
        self.run_batch(corpus, extra=("--shm", "24M", "--workers", "1"))
        self.assertEqual(self.rows("failed.jsonl"), [])
        self.assertEqual(len(self.rows("extractions.jsonl")), 16 * 8)

    def test_archives_in_archives_share_one_limit(self):
        """Every member and every inner archive is harmless alone; all together they are not."""
        corpus = self.folder / "docs"
        corpus.mkdir()
        (corpus / "a.md").write_text(feature_text(1), encoding="utf-8")
        with zipfile.ZipFile(corpus / "outer.zip", "w", zipfile.ZIP_DEFLATED) as outer:
            outer.writestr("first.md", feature_text(2))
            for number in range(40):
                inner = self.folder / "inner.zip"
                with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr(f"m{number}.txt", f"The cell load of sector {number} is measured every second.\n" * 17_000)
                    archive.writestr(f"behind{number}.md", feature_text(100 + number))
                outer.write(inner, f"inner{number}.zip")
        few = ("--set", "intake.archive_ratio_max=100")
        self.run_batch(corpus, expect=1, extra=few)
        reasons = [row["reason"] for row in self.rows("failed.jsonl")]
        self.assertTrue(reasons)
        for reason in reasons:
            self.assertRegex(reason, r"^this member and all behind it: docs/outer\.zip \(\d+ bytes\) gives with the archives in it \d+ members of \d+ bytes, "
                                     r"more than intake\.archive_ratio_max allows$")
        taken = {row["source_file"] for row in self.rows("extractions.jsonl")}
        self.assertLessEqual({"docs/a.md", "first.md"}, taken)
        self.assertLess(len(taken), 60)
        again = self.run_batch(corpus, expect=0, extra=("--set", "intake.archive_ratio_max=100000"))
        self.assertEqual(self.rows("failed.jsonl"), [], again.stderr)
        self.assertEqual(len([row for row in self.rows("extractions.jsonl") if row["source_file"].startswith("behind")]), 40)

    def test_the_dataset_does_not_depend_on_how_a_file_was_handed_over(self):
        corpus = small_corpus(self.folder / "docs", 6)
        for number in range(3):
            (corpus / f"large{number}.md").write_text(large_text(number, 900_000), encoding="utf-8")
        self.run_batch(corpus, expect=0)
        other = self.folder / "by-descriptor"
        result = self.run_batch(corpus, out=other, expect=0, extra=("--json", "--set", "ipc.large_share=0.01", "--set", "ipc.ring_share=0.1"))
        self.assertEqual(json.loads(result.stdout)["run"]["by_descriptor"], 3)
        self.assert_same_dataset(self.out, other)


def nested_forms(levels):
    """A PDF whose page draws a form that draws another twice, and so on: two to the power of `levels`."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
               "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>",
               "<</Length 5>>stream\n/A Do\nendstream"]
    for level in range(levels):
        objects.append(f"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</A {level + 6} 0 R>>>>/Length 11>>stream\n/A Do /A Do\nendstream")
    objects.append("<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Length 14>>stream\n0 0 m 9 9 l S \nendstream")
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.5\n{body}trailer\n<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n0\n%%EOF\n".encode()


class Endless(RunCase):
    def test_one_document_alone_has_the_time_of_one_in_a_run(self):
        path = self.folder / "forms.pdf"
        path.write_bytes(nested_forms(40))
        result = self.run_program("convert", "--set", "supervise.document_timeout_s=1", path)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertIn("forms.pdf: it takes longer than 1 s (supervise.document_timeout_s)", result.stderr)


class Reading(RunCase):
    def test_the_dataset_does_not_depend_on_the_road_that_reads_take(self):
        corpus = small_corpus(self.folder / "docs", 150)
        (corpus / "empty.md").write_text("", encoding="utf-8")
        for road in ("plain", "ring", "linked", "async", "auto"):
            with self.subTest(road=road):
                out = self.folder / road
                result = self.run_batch(corpus, out=out, expect=0, extra=("--json", "--set", f"io.reads={road}"))
                reads = json.loads(result.stdout)["run"]["file_reads"]
                self.assertEqual(sum(reads[name] for name in ("plain", "ring", "linked", "async")), 150, reads)
                self.assertEqual((reads["wanted"], reads["repeated"]), (road, 0))
                if road != "auto" and reads["road"] == road:  # a kernel may not have it
                    self.assertEqual(reads[road], 150)
                self.assert_same_dataset(self.folder / "plain", out)

    def test_a_file_of_another_size_than_it_says_is_not_taken(self):
        odd = "/sys/devices/system/cpu/online"  # a page by its size, a few bytes to read
        if not os.path.exists(odd) or os.path.getsize(odd) < 100:
            self.skipTest("SKIP: no file here that is shorter than it says")
        corpus = small_corpus(self.folder / "docs", 2)
        (corpus / "odd.md").symlink_to(odd)
        self.run_batch(corpus, expect=1)
        failed = self.rows("failed.jsonl")
        self.assertEqual([row["source_file"] for row in failed], ["docs/odd.md"])
        self.assertIn(f"it changed while it was read (fewer than the {os.path.getsize(odd)} bytes", failed[0]["reason"])


if __name__ == "__main__":
    main()
