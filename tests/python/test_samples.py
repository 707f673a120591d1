"""The generator of samples: repeatable, true to its truth, varied, and the committed corpus is what it makes."""

import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

import support

sys.path.insert(0, os.path.join(support.ROOT, "samples"))
from generator import catalogue, corpus, vary, write_pdf  # noqa: E402
from generator.document import ATTRIBUTE, BARE_COUNTER, COUNTER_ATTRIBUTE  # noqa: E402

GENERATE = os.path.join(support.ROOT, "samples", "generate")


def tree(folder):
    found = {}
    for base, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as data:
                found[os.path.relpath(path, folder)] = data.read()
    return found


def shingles(text, words=5):
    tokens = text.split()
    return {" ".join(tokens[i:i + words]) for i in range(len(tokens) - words + 1)}


class Catalogue(unittest.TestCase):
    def test_every_feature_has_texts_and_an_identity_of_its_own(self):
        self.assertEqual(set(catalogue.TEXTS), set(catalogue.IDENTITIES))
        fajs = [identity[2] for identity in catalogue.IDENTITIES.values()]
        self.assertEqual(len(fajs), len(set(fajs)))

    def test_defaults_lie_in_their_ranges_and_agree(self):
        seen = {}
        for key in catalogue.ORDER:
            for mo, name, kind, value_range, default, *_rest in catalogue.TEXTS[key]["params"]:
                self.assertEqual(seen.setdefault((mo, name), (value_range, default)), (value_range, default), (mo, name))
                if kind == "Integer":
                    low, high = value_range.split("..")
                    self.assertTrue(int(low) <= int(default) <= int(high), (mo, name))
                elif kind == "Enum":
                    self.assertIn(default, value_range.split(", "), (mo, name))

    def test_counters_and_parameters_keep_to_their_naming(self):
        for key in catalogue.ORDER:
            for _mo, name, *_rest in catalogue.TEXTS[key]["counters"]:
                self.assertRegex(name, COUNTER_ATTRIBUTE)
            for _mo, name, *_rest in catalogue.TEXTS[key]["params"]:
                self.assertNotRegex(name, r"^pm[A-Z]")

    def test_steps_show_what_they_set(self):
        for key in catalogue.ORDER:
            for step in catalogue.TEXTS[key]["act"] + catalogue.TEXTS[key]["deact"]:
                if isinstance(step, tuple):
                    text, mo, attribute, value = step
                    self.assertIn(f"`{mo}.{attribute}`", text)
                    self.assertIn(f"`{value}`", text)


class Generation(unittest.TestCase):
    def test_committed_corpus_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            truth = os.path.join(folder, "truth.jsonl")
            subprocess.run([GENERATE, "--out", os.path.join(folder, "corpus"), "--truth", truth], check=True, stdout=subprocess.DEVNULL)
            made = tree(os.path.join(folder, "corpus"))
            committed = tree(os.path.join(support.ROOT, "samples", "corpus"))
            self.assertEqual(sorted(made), sorted(committed))
            for path, data in made.items():
                self.assertEqual(data, committed[path], path)
            with open(truth, encoding="utf-8") as new, open(os.path.join(support.ROOT, "samples", "truth.jsonl"), encoding="utf-8") as old:
                self.assertEqual(new.read(), old.read())

    def test_same_seed_same_bytes_other_seed_other_bytes(self):
        first = [(file.path, file.data) for file in corpus.make_files("7", 60)]
        self.assertEqual(first, [(file.path, file.data) for file in corpus.make_files("7", 60)])
        second = [(file.path, file.data) for file in corpus.make_files("8", 60)]
        self.assertNotEqual(first, second)

    def test_paths_are_unique(self):
        paths = [file.path for file in corpus.make_files("1", 1500)]
        self.assertEqual(len(paths), len(set(paths)))

    def test_more_documents_keep_the_first_ones(self):
        few = [file.data for file in corpus.make_files("3", 50)]
        many = [file.data for file in corpus.make_files("3", 80)]
        self.assertEqual(few, many[:50])

    def test_documents_are_no_near_duplicates(self):
        texts = [file.data.decode("utf-8") for file in corpus.make_files("1", 160, only=["markdown"])
                 if not file.data.startswith(b"\xff") and b"\x96" not in file.data]
        sets = [shingles(text) for text in texts]
        worst = max(len(a & b) / len(a | b) for index, a in enumerate(sets) for b in sets[:index])
        self.assertLess(worst, 0.5)

    def test_only_the_asked_kinds(self):
        kinds = {truth["kind"] for file in corpus.make_files("1", 12, only=["pdf", "csv-alarms"]) for truth in file.truths()}
        self.assertEqual(kinds, {"pdf", "csv-alarms"})

    def test_size_factor_scales_the_length(self):
        small = sum(len(file.data) for file in corpus.make_files("1", 6, 1.0, ["markdown"]))
        large = sum(len(file.data) for file in corpus.make_files("1", 6, 20.0, ["markdown"]))
        self.assertGreater(large, 12 * small)
        self.assertLess(large, 30 * small)

    def test_big_zip_holds_libraries_and_the_truth_names_the_members(self):
        packed = corpus.pack_libraries(corpus.make_files("1", 60))
        paths = set()
        with zipfile.ZipFile(io.BytesIO(packed.data)) as outer:
            for name in outer.namelist():
                self.assertRegex(name, r"^en_lzn\d{7}_r\d{2}[a-f]\.zip$")
                with zipfile.ZipFile(io.BytesIO(outer.read(name))) as inner:
                    paths |= {f"documents.zip/{name}/{member}" for member in inner.namelist()}
        for truth in packed.truths():
            if truth["source_zip"].count("/") == 1:
                self.assertIn(f"{truth['source_zip']}/{truth['source_file']}", paths)

    def test_wrong_options_say_so(self):
        for arguments, word in ((["--kinds", "docx"], "docx"), (["--count", "0"], "--count"), (["--size-factor", "0.5"], "--size-factor")):
            result = subprocess.run([GENERATE, "--out", "/nonexistent", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 2)
            self.assertIn(word, result.stderr)


class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = list(corpus.make_files("5", 120))
        cls.truths = {truth["source_file"]: truth for file in cls.files for truth in file.truths() if not truth["source_zip"]}

    def test_names_of_the_text_are_in_the_truth_and_the_other_way_round(self):
        checked = 0
        for file in self.files:
            if not file.path.startswith(("markdown/", "short/")):
                continue
            data = file.data
            text = data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8" if b"\x96" not in data else "cp1252")
            truth = self.truths[file.path]
            named = {f"{item['mo_class']}.{item['attribute']}" for item in truth["parameters"]}
            for mo, attribute in ATTRIBUTE.findall(text.replace("`", "")):
                if not COUNTER_ATTRIBUTE.match(attribute) and attribute not in ("md", "html"):
                    self.assertIn(f"{mo}.{attribute}", named)
            counters = {item["name"] for item in truth["counters"]}
            for name in BARE_COUNTER.findall(text):
                self.assertIn(name, counters)
            for item in truth["parameters"]:
                self.assertIn(item["attribute"], text)
                self.assertIn(item["mo_class"], text)
            for name in counters:
                self.assertIn(name, text)
            for sentence in truth["sentences"]:
                self.assertIn(sentence, text)
            checked += 1
        self.assertGreater(checked, 30)

    def test_every_converted_feature_has_two_procedures_with_settings(self):
        for path, truth in self.truths.items():
            if truth["kind"] in ("html", "markdown", "pdf"):
                self.assertEqual([item["kind"] for item in truth["procedures"]], ["activate", "deactivate"], path)
                for item in truth["procedures"]:
                    self.assertGreaterEqual(len(item["steps"]), 2)
                    self.assertTrue(any(entry["attribute"] == "featureState" for entry in item["sets"]), path)

    def test_outcomes_of_broken_files(self):
        outcomes = {truth["kind"]: truth["outcome"] for truth in self.truths.values()}
        self.assertEqual((outcomes["legal"], outcomes["empty"], outcomes["damaged"], outcomes["encrypted"]), ("rejected", "rejected", "failed", "failed"))

    def test_truth_is_json(self):
        for truth in self.truths.values():
            self.assertEqual(json.loads(json.dumps(truth)), truth)


class Words(unittest.TestCase):
    def test_invented_parameter_is_the_same_wherever_it_occurs(self):
        seen = {}
        for index in range(3000):
            parameter = vary.invent_parameter(vary.seeded("test", index))
            self.assertEqual(seen.setdefault(parameter[:2], parameter), parameter)

    def test_reworded_text_keeps_names(self):
        rng = vary.seeded("words")
        for _ in range(50):
            self.assertIn("`when.every`", vary.reword(rng, "It moves about every cell when `when.every` rises."))

    def test_slots_are_filled(self):
        rng = vary.seeded("slots")
        for _ in range(500):
            text = vary.case_sentence(rng) + vary.case_step(rng) + " ".join(vary.operation_case(rng)[1])
            self.assertNotIn("{", text)
            self.assertNotRegex(text, r"\ba [aeio]")


class Pdf(unittest.TestCase):
    def test_lines_are_no_wider_than_asked_unless_a_word_is(self):
        for line in write_pdf.wrap("the quick measurement of interference " * 20, 150, 10):
            self.assertLessEqual(write_pdf.width(line, 10), 150)

    def test_hyphenated_words_join_to_the_text(self):
        text = "considerations of synchronization and configuration between neighbors " * 5
        lines = write_pdf.wrap(text, 120, 10, hyphenate=True)
        self.assertTrue(any(line.endswith("-") for line in lines))
        joined = " ".join(lines).replace("- ", "")
        self.assertEqual(joined, text.strip())

    def test_offsets_of_the_cross_reference_table_hit_their_objects(self):
        data = next(iter(corpus.make_files("1", 1, only=["pdf"]))).data
        start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
        lines = data[start:].split(b"\n")
        count = int(lines[1].split()[1])
        for number in range(1, count):
            offset = int(lines[2 + number].split()[0])
            self.assertTrue(data[offset:].startswith(b"%d 0 obj" % number))


if __name__ == "__main__":
    unittest.main()
