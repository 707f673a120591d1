"""The dataset check on a small hand-made dataset: it must accept the good one and refuse each way of breaking it."""

import copy
import hashlib
import importlib.util
import json
import os
import tempfile
import unittest

import support

check = support.load("tests/check_dataset.py")

LIMITS = {"user": (10, 300), "assistant": (180, 4000)}

MARKDOWN = """# Cell Breathing (CB)

Cell Breathing changes the transmit power of a cell with its load. The parameter `EUtranCellFDD.breathStep` sets the step.

| MO Class | Parameter | Range | Default |
| --- | --- | --- | --- |
| EUtranCellFDD | breathPeriod | 10..3600 | 60 |

The feature CXC4019999 is measured with pmBreathCount every 15 minutes in document {index}.
"""

ANSWER = ("Cell Breathing changes the transmit power of a cell with its load. The parameter EUtranCellFDD.breathStep sets the step, and "
          "EUtranCellFDD.breathPeriod has the range 10..3600 and the default 60.\n\n1. Read pmBreathCount every 15 minutes.\n"
          "2. `cmedit set * FeatureState=CXC4019999 featureState=ACTIVATED`")


def metadata(index):
    return {
        "feature_name": "Cell Breathing", "document_title": "Cell Breathing (CB)", "source_file": f"in/{index}.md", "source_zip": "a.zip" if index == 2 else "",
        "source_dataset": "test", "document_id": f"doc-{index}", "chunk_id": f"doc-{index}-0", "source_span": {"start": 0, "end": 40},
        "question_type": "factual", "quality_score": 8.25, "scores": {name: 0.9 for name in check.SCORES}, "confidence": 1.0,
        "technical_terms": ["cell"], "tier_classification": {f"tier_{tier}": ["x"] if tier == 1 else [] for tier in (1, 2, 3, 4)},
        "parameters": ["EUtranCellFDD.breathStep"], "counters": [], "faj_code": "", "cxc_codes": ["CXC4019999"], "mo_classes": ["EUtranCellFDD"],
        "model": "built-in", "cmedit_enhanced": True, "enhancement_applied": True,
    }


def row(index):
    return {"messages": [{"role": "user", "content": f"What does Cell Breathing do in document {index}?"}, {"role": "assistant", "content": ANSWER}],
            "metadata": metadata(index)}


class Dataset:
    """A good dataset that a test may break before it is written."""

    def __init__(self):
        self.splits = {"train": [row(0), row(0), row(1)], "valid": [row(2)], "test": [row(3)]}
        self.splits["train"][1]["messages"][0]["content"] = "Which counter belongs to Cell Breathing?"
        self.texts = {index: MARKDOWN.format(index=index) for index in range(4)}
        self.extractions = []
        for index, text in self.texts.items():
            start = text.index("pmBreathCount")
            self.extractions.append({"document_id": f"doc-{index}", "source_file": f"in/{index}.md", "source_zip": "a.zip" if index == 2 else "", "text": text,
                                     "extractions": [{"extraction_class": "counters", "extraction_text": "pmBreathCount",
                                                      "char_interval": {"start_pos": start, "end_pos": start + 13}, "attributes": {},
                                                      "confidence": 0.9, "model": "built-in"}]})
        self.rejected = [{"kind": "document", "source_file": "in/legal.html", "source_zip": "", "gate": "preprocessing", "reason": "legal text only"},
                         {"kind": "pair", "source_file": "in/0.md", "source_zip": "", "gate": "generation", "reason": "below the gate"}]
        self.failed = [{"source_file": "in/broken.pdf", "source_zip": "", "reason": "encrypted"}]
        self.manifest_changes = {}
        self.after = None  # called with the folder when all is written

    def write(self, folder):
        def put(path, content):
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as out:
                out.write(content)
            paths.append(path)

        def lines(rows):
            return "".join(json.dumps(entry) + "\n" for entry in rows)

        paths = []
        for split, rows in self.splits.items():
            put(f"{split}.jsonl", lines(rows))
        for index, text in self.texts.items():
            source, container = f"in/{index}.md", "a.zip" if index == 2 else ""
            front = f"---\nsource_file: {json.dumps(source)}\nsource_zip: {json.dumps(container)}\n---\n\n"
            put(f"markdown/{container + '/' if container else ''}{source}.md", front + text)
        put("extractions.jsonl", lines(self.extractions))
        put("rejected.jsonl", lines(self.rejected))
        put("failed.jsonl", lines(self.failed))
        put("README.md", "# A dataset\n")
        files = []
        for path in paths:
            with open(os.path.join(folder, path), "rb") as data:
                content = data.read()
            files.append({"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content),
                          "records": content.count(b"\n") if path.endswith(".jsonl") else 0})
        manifest = {"documents": {"converted": 4, "rejected": 1, "failed": 1},
                    "records": {**{split: len(rows) for split, rows in self.splits.items()}, "refused": 1, "duplicates": 0},
                    "items_of_models": {"added": 0, "refused": 0}, "files": files}
        for section, changes in self.manifest_changes.items():
            manifest[section].update(changes)
        put("manifest.json", json.dumps(manifest))
        if self.after:
            self.after(folder)


def checks_that_found(dataset, readers=False):
    with tempfile.TemporaryDirectory() as folder:
        dataset.write(folder)
        _counts, findings = check.check(folder, LIMITS, readers)
        return findings


class Accepts(unittest.TestCase):
    def test_good_dataset(self):
        findings = checks_that_found(Dataset())
        self.assertEqual(findings.lines, [])

    def test_system_message_and_several_turns(self):
        dataset = Dataset()
        messages = dataset.splits["train"][0]["messages"]
        dataset.splits["train"][0]["messages"] = [{"role": "system", "content": "Be exact."}, *messages, *messages]
        self.assertEqual(checks_that_found(dataset).lines, [])

    def test_facts_of_a_title_that_stands_in_the_head_alone(self):
        dataset = Dataset()
        for row in (row for rows in dataset.splits.values() for row in rows):
            row["metadata"]["document_title"] = "Cell Breathing 7.4"
            row["messages"][1]["content"] = ANSWER.replace("\n\n1.", " It is described in Cell Breathing 7.4.\n\n1.")
        self.assertEqual(checks_that_found(dataset).lines, [])

    @unittest.skipUnless(all(importlib.util.find_spec(name) for name in ("datasets", "pyarrow", "duckdb")), "datasets, pyarrow and duckdb are not installed")
    def test_readers_load_it(self):
        self.assertEqual(checks_that_found(Dataset(), readers=True).lines, [])


class Refuses(unittest.TestCase):
    def assert_found(self, dataset, name):
        findings = checks_that_found(dataset)
        self.assertIn(name, findings.counts, findings.lines)

    def broken_row(self, change, name):
        dataset = Dataset()
        change(dataset.splits["train"][2])
        self.assert_found(dataset, name)

    def test_missing_key(self):
        self.broken_row(lambda row: row["metadata"].pop("chunk_id"), "shape")

    def test_wrong_type(self):
        self.broken_row(lambda row: row["metadata"].update(parameters="EUtranCellFDD.breathStep"), "shape")
        self.broken_row(lambda row: row["metadata"].update(quality_score="8"), "shape")
        self.broken_row(lambda row: row["metadata"].update(cmedit_enhanced=1), "shape")
        self.broken_row(lambda row: row["metadata"].update(faj_code=None), "shape")

    def test_key_that_only_one_row_has(self):
        self.broken_row(lambda row: row["metadata"].update(extra="x"), "shape")

    def test_missing_score(self):
        self.broken_row(lambda row: row["metadata"]["scores"].pop("semantic"), "shape")

    def test_roles(self):
        self.broken_row(lambda row: row["messages"].pop(), "messages")
        self.broken_row(lambda row: row["messages"].reverse(), "messages")
        self.broken_row(lambda row: row["messages"].clear(), "messages")

    def test_question_without_question_mark(self):
        self.broken_row(lambda row: row["messages"][0].update(content="Tell me about Cell Breathing."), "question")

    def test_lengths(self):
        self.broken_row(lambda row: row["messages"][0].update(content="Why?"), "length")
        self.broken_row(lambda row: row["messages"][1].update(content="The cell breathes."), "length")
        self.broken_row(lambda row: row["messages"][1].update(content="The cell breathes. " * 300), "length")

    def test_score_out_of_range(self):
        self.broken_row(lambda row: row["metadata"].update(quality_score=10.5), "scores")
        self.broken_row(lambda row: row["metadata"]["scores"].update(coherence=-0.1), "scores")
        self.broken_row(lambda row: row["metadata"].update(question_type="riddle"), "scores")

    def test_facts_that_are_not_in_the_document(self):
        for wrong in ("EUtranCellFDD.breathDepth", "pmBreathDepth", "61", "CXC4019998", "BREATH_MODE", "MME"):
            self.broken_row(lambda row, wrong=wrong: row["messages"][1].update(content=ANSWER.replace("\n\n1.", f" It says {wrong}.\n\n1.")), "facts")

    def test_command_words_count_in_commands_only(self):
        self.broken_row(lambda row: row["messages"][1].update(content=ANSWER + " The value is DEACTIVATED."), "facts")

    def test_spans(self):
        self.broken_row(lambda row: row["metadata"].update(source_span={"start": 0, "end": 10000}), "span")
        self.broken_row(lambda row: row["metadata"].update(source_span={"start": 5, "end": 5}), "span")
        self.broken_row(lambda row: row["metadata"].update(source_span={"start": 21, "end": 22}), "span")

    def test_row_of_an_unknown_document(self):
        self.broken_row(lambda row: row["metadata"].update(source_file="in/9.md"), "source")

    def test_document_in_two_splits(self):
        dataset = Dataset()
        dataset.splits["test"].append(copy.deepcopy(dataset.splits["train"][0]))
        self.assert_found(dataset, "leak")

    def test_copy_of_a_document_in_another_split(self):
        dataset = Dataset()
        dataset.texts[3] = dataset.texts[0]
        dataset.extractions[3]["text"] = dataset.texts[0]
        self.assert_found(dataset, "leak")

    def test_extraction_that_is_not_its_span(self):
        dataset = Dataset()
        dataset.extractions[1]["extractions"][0]["char_interval"]["start_pos"] += 1
        self.assert_found(dataset, "extractions")

    def test_extraction_text_differs_from_markdown(self):
        dataset = Dataset()
        dataset.texts[0] += "More.\n"
        self.assert_found(dataset, "extractions")

    def test_missing_reasons(self):
        dataset = Dataset()
        dataset.rejected[0]["reason"] = ""
        self.assert_found(dataset, "reasons")
        dataset = Dataset()
        del dataset.failed[0]["reason"]
        self.assert_found(dataset, "reasons")

    def test_items_of_models(self):
        for changes in ({"model": ""}, {"confidence": 1.5}, {"model": "some-model"}, {"model": "some-model", "attributes": {"name": "pmOther"}}):
            dataset = Dataset()
            dataset.extractions[0]["extractions"][0].update(changes)
            self.assert_found(dataset, "extractions")

    def test_counts(self):
        for section, changes in (("records", {"train": 4}), ("records", {"refused": 0}), ("documents", {"converted": 5}),
                                 ("documents", {"rejected": 0}), ("documents", {"failed": 0})):
            dataset = Dataset()
            dataset.manifest_changes = {section: changes}
            self.assert_found(dataset, "counts")

    def test_file_changed_missing_or_unlisted(self):
        def change(folder):
            with open(os.path.join(folder, "README.md"), "a", encoding="utf-8") as out:
                out.write("more\n")

        def remove(folder):
            os.remove(os.path.join(folder, "README.md"))

        def add(folder):
            with open(os.path.join(folder, "notes.txt"), "w", encoding="utf-8") as out:
                out.write("x")
        for action in (change, remove, add):
            dataset = Dataset()
            dataset.after = action
            self.assert_found(dataset, "manifest")

    def test_line_that_is_not_json(self):
        dataset = Dataset()

        def cut(folder):
            path = os.path.join(folder, "train.jsonl")
            with open(path, "r+", encoding="utf-8") as file:
                file.truncate(os.path.getsize(path) - 5)
        dataset.after = cut
        self.assert_found(dataset, "json")

    def test_no_rows_at_all(self):
        dataset = Dataset()
        dataset.splits = {split: [] for split in check.SPLITS}
        self.assert_found(dataset, "rows")


class Facts(unittest.TestCase):
    def test_forms_of_the_same_fact(self):
        source = check.Source("The table says 1,000 and `MO\\_CLASS`; NRCellDU | ssbPeriod | 20 ms")
        self.assertEqual(check.unsupported("It is 1000 in MO_CLASS: NRCellDU.ssbPeriod is 20ms.", source), [])

    def test_plain_words_are_no_facts(self):
        self.assertEqual(check.unsupported("The following steps apply. However, nothing else does.", check.Source("x")), [])

    def test_list_numbers_are_no_facts(self):
        self.assertEqual(check.unsupported("1. Look.\n2) Listen.\n- Wait.", check.Source("x")), [])
        self.assertEqual(check.unsupported("Look at 2 of them.", check.Source("x")), ["2"])


if __name__ == "__main__":
    unittest.main()
