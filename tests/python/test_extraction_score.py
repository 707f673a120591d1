"""The scorer on hand-made truths: it must count what is right, and see what is wrong."""

import contextlib
import copy
import io
import json
import os
import tempfile
import unittest

import support

score = support.load("tests/extraction_score")

TRUTH = {
    "source_file": "html/a.html", "source_zip": "", "kind": "html", "outcome": "converted", "feature_name": "Cell Breathing",
    "faj": "FAJ 121 0001", "cxc": ["CXC4010001"], "optional": ["FeatureState.featureState"],
    "parameters": [
        {"mo_class": "EUtranCellFDD", "attribute": "cellRange", "default": "15", "range": "1..100", "unit": "km", "description": "Largest distance."},
        {"mo_class": "PmUlInterferenceReport", "attribute": "rfBranchRxRef", "default": "", "range": "", "unit": "", "description": ""}],
    "counters": [{"mo_class": "EUtranCellFDD", "name": "pmRaAttCbra", "description": ""}],
    "events": [{"name": "INTERNAL_EVENT_X", "description": "", "trigger": ""}],
    "related_features": [{"name": "Other", "faj": "FAJ 121 0002", "relationship": "prerequisite", "description": ""}],
    "procedures": [{"kind": "activate", "steps": ["Set EUtranCellFDD.cellRange to 20.", "Wait for the restart of the cell."],
                    "sets": [{"mo": "EUtranCellFDD", "attribute": "cellRange", "value": "20"}]}],
    "sentences": ["The cell breathes with its load."],
}

RECORD = {
    "document_id": "x", "source_file": "/data/in/html/a.html", "text": "# Cell\n\nThe **cell** breathes\nwith its load.\n",
    "extractions": [
        {"extraction_class": "main_features", "extraction_text": "Cell Breathing", "attributes": {"name": "Cell Breathing", "faj": "FAJ 121 0001", "cxc": ["CXC4010001/1 R1A"]}},
        {"extraction_class": "parameters", "extraction_text": "EUtranCellFDD.cellRange", "attributes": {"mo_class": "EUtranCellFDD", "attribute": "cellRange", "default": "15", "range": "1..100", "unit": "km", "description": "Largest distance."}},
        {"extraction_class": "parameters", "extraction_text": "PmUlInterferenceReport.rfBranchRxRef", "attributes": {}},
        {"extraction_class": "counters", "extraction_text": "EUtranCellFDD.pmRaAttCbra", "attributes": {"name": "EUtranCellFDD.pmRaAttCbra"}},
        {"extraction_class": "events", "extraction_text": "INTERNAL_EVENT_X", "attributes": {"name": "INTERNAL_EVENT_X"}},
        {"extraction_class": "related_features", "extraction_text": "Other", "attributes": {"name": "Other", "faj": "FAJ 121 0002", "relationship": "Prerequisite"}},
        {"extraction_class": "activation_procedures", "extraction_text": "Activate", "attributes": {
            "kind": "activate", "steps": ["Set `EUtranCellFDD.cellRange` to `20`.", "Wait for the restart of the cell"],
            "sets": [{"mo": "EUtranCellFDD", "attribute": "cellRange", "value": "20"}]}},
    ],
}


def run(truths, records, *arguments):
    """(exit code, output) of the program."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, lines in (("truth", truths), ("extractions", records)):
            paths.append(os.path.join(folder, name))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.writelines(json.dumps(line) + "\n" for line in lines)
        out = io.StringIO()
        return score.main([*paths, *arguments], out), out.getvalue()


def without(record, index):
    changed = copy.deepcopy(record)
    del changed["extractions"][index]
    return changed


def with_extra(record, **extraction):
    changed = copy.deepcopy(record)
    changed["extractions"].append(extraction)
    return changed


class Scores(unittest.TestCase):
    def test_perfect_record_holds_all_bars(self):
        code, output = run([TRUTH], [RECORD], "--events=1", "--features=1", "--sets=1", "--sentences=1")
        self.assertEqual(code, 0, output)
        self.assertIn("all bars hold", output)
        self.assertIn("default 1/1, range 1/1, unit 1/1, description 1/1", output)

    def test_missing_parameter_lowers_recall_only(self):
        tallies = score.score([TRUTH], [without(RECORD, 1)])[0]
        self.assertEqual(tallies["parameters"].recall, 0.5)
        self.assertEqual(tallies["parameters"].precision, 1.0)
        self.assertEqual(run([TRUTH], [without(RECORD, 1)])[0], 1)

    def test_extra_counter_lowers_precision_only(self):
        record = with_extra(RECORD, extraction_class="counters", extraction_text="pmWrong", attributes={})
        tallies = score.score([TRUTH], [record])[0]
        self.assertEqual(tallies["counters"].precision, 0.5)
        self.assertEqual(tallies["counters"].recall, 1.0)
        self.assertEqual(run([TRUTH], [record])[0], 1)
        self.assertEqual(run([TRUTH], [record], "--counters=0.5")[0], 0)

    def test_optional_name_is_no_error(self):
        record = with_extra(RECORD, extraction_class="parameters", extraction_text="FeatureState.featureState", attributes={})
        self.assertEqual(run([TRUTH], [record])[0], 0)

    def test_each_missing_class_fails_its_bar(self):
        for index, name in ((0, "faj"), (0, "cxc"), (3, "counters"), (5, "dependencies"), (6, "steps")):
            code, output = run([TRUTH], [without(RECORD, index)])
            self.assertEqual(code, 1)
            self.assertIn(name, output.splitlines()[-1])

    def test_relationship_counts(self):
        record = copy.deepcopy(RECORD)
        record["extractions"][5]["attributes"]["relationship"] = "conflicting"
        self.assertEqual(score.score([TRUTH], [record])[0]["dependencies"].matched, 0)

    def test_step_under_the_wrong_kind_is_no_match(self):
        record = copy.deepcopy(RECORD)
        record["extractions"][6]["attributes"]["kind"] = "deactivate"
        self.assertEqual(score.score([TRUTH], [record])[0]["steps"].matched, 0)

    def test_one_found_step_matches_once(self):
        self.assertEqual(score.match_steps([("activate", "Wait.")] * 2, [("activate", "Wait.")]), 1)

    def test_lost_sentence_is_seen(self):
        record = copy.deepcopy(RECORD)
        record["text"] = "The cell breathes with load."
        self.assertEqual(run([TRUTH], [record], "--sentences=0.9")[0], 1)

    def test_document_without_record_counts_as_missed(self):
        other = dict(TRUTH, source_file="html/b.html")
        code, output = run([TRUTH, other], [RECORD])
        self.assertEqual(code, 1)
        self.assertIn("no extractions for html/b.html", output)
        self.assertEqual(run([TRUTH, other], [RECORD], "--present-only")[0], 0)

    def test_record_of_a_rejected_document_is_an_error(self):
        code, output = run([TRUTH, dict(TRUTH, source_file="odd/legal.html", outcome="rejected")], [RECORD, dict(RECORD, source_file="odd/legal.html")])
        self.assertEqual(code, 1)
        self.assertIn("odd/legal.html", output)

    def test_members_of_archives_are_told_apart(self):
        first = dict(TRUTH, source_zip="x/a.zip", source_file="html/a.html")
        record = dict(RECORD, source_zip="x/a.zip", source_file="html/a.html")
        index = score.Index([dict(RECORD, source_file="other/html/a.html"), record])
        self.assertIs(index.find(first), record)

    def test_missing_details_are_counted(self):
        record = copy.deepcopy(RECORD)
        record["extractions"][1]["attributes"]["default"] = "16"
        details = score.score([TRUTH], [record])[1]
        self.assertEqual((details["default"].matched, details["default"].expected), (0, 1))
        self.assertEqual(details["range"].matched, 1)

    def test_unusable_files(self):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(run([], [])[0], 2)
            self.assertEqual(score.main(["/nonexistent/truth", "/nonexistent/extractions"], io.StringIO()), 2)
        self.assertIn("nothing to compare", said.getvalue())
        self.assertIn("/nonexistent/truth", said.getvalue())


if __name__ == "__main__":
    unittest.main()
