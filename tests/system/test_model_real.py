"""A real model server and a real model, end to end: llama.cpp with SmolLM2-135M-Instruct writes pairs for twenty documents of samples/. The
coordinator is killed on the way and started again.

The model is far too small to write good pairs. What counts: every call has an outcome, no finished call is asked again, replies keep the
schema (nearly all: perf/real-model measures how many of 500), the gate refuses what the source does not say, and rules write the rest. A pair of the model is in
the dataset, or those that it wrote are in rejected.jsonl with what was wrong with them."""

import collections
import contextlib
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

from real_server import RealServer, python
from support import CORPUS, TOP, RunCase, docring_processes, main

TIMEOUT_S = 600
SLOTS = 2
DOCUMENTS = 20
CALLS_BEFORE_KILL = 6
PROBE_QUESTIONS = 5
CHUNK = 700
USABLE_SHARE = 0.95  # of some 30 calls: one may fail

SETTINGS = {
    "models.max_tokens": 230, "generate.dialogues": 0, "generate.summaries": "off", "generate.top_up": "off", "generate.rewrite": 0,
    "generate.pairs_fast": 1, "generate.pairs_balanced": 1, "generate.pairs_quality": 1, "generate.pairs_document_max": 2,
    **{f"chunk.{tier}_chars": CHUNK for tier in ("fast", "balanced", "quality")}, **{f"chunk.{tier}_overlap": 60 for tier in ("fast", "balanced", "quality")},
}


class RealModel(RunCase):
    @classmethod
    def setUpClass(cls):
        python()  # or skips

    def corpus(self):
        """The smallest documents of samples/ that have conversations."""
        folder = self.folder / "docs"
        folder.mkdir()
        files = sorted((path for kind in ("markdown", "html", "short") for path in (CORPUS / kind).iterdir()), key=lambda path: (path.stat().st_size, path.name))
        for path in files[:DOCUMENTS]:
            shutil.copy(path, folder)
        return folder

    def arguments(self, server, corpus):
        changes = [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
        return ["--workers", 1, "--shm", "256M", "--progress", "never", "--json", "--model-url", server.url, *changes, corpus, "-o", self.out]

    def calls(self):
        """The record of calls by key."""
        try:
            with sqlite3.connect(f"file:{self.out}/.docring/run.db?mode=ro", uri=True, timeout=30) as database:
                database.row_factory = sqlite3.Row
                return {row["key"]: dict(row) for row in database.execute("SELECT * FROM calls")}
        except sqlite3.OperationalError:
            return {}  # not made yet

    def kill_on_the_way(self, arguments):
        process = self.start(*arguments)
        while len(self.calls()) < CALLS_BEFORE_KILL:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
                self.fail("the run ended before it could be killed")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(self.wait_gone(docring_processes, str(self.runtime)), [], "workers outlived their coordinator")
        return self.calls()

    def assert_calls_have_outcomes(self, calls):
        outcomes = collections.Counter(call["outcome"] for call in calls.values())
        self.assertEqual(set(outcomes) - {"usable", "unusable", "refused"}, set())
        self.assertGreaterEqual(len(calls), DOCUMENTS)
        reasons = [(call["reason"], call["reply"][-200:]) for call in calls.values() if call["outcome"] != "usable"]
        self.assertGreaterEqual(outcomes["usable"], USABLE_SHARE * len(calls), reasons)
        for call in calls.values():
            self.assertEqual(call["reason"] == "", call["outcome"] == "usable", call)
            self.assertGreater(call["prompt_tokens"], 0)
            self.assertGreater(call["completion_tokens"], 0)
            if call["outcome"] == "usable" and call["rung"] == 0:  # as it came
                for pair in json.loads(call["reply"])["pairs"]:
                    self.assertEqual(set(pair), {"type", "question", "evidence", "answer"})

    def assert_pairs_are_grounded(self, corpus):
        """What the model wrote and was kept names nothing that its document does not; what was refused has a reason."""
        made = collections.Counter()
        texts = {row["source_file"]: row["text"] for row in self.rows("extractions.jsonl")}
        for row in [row for name in ("train", "valid", "test") for row in self.rows(f"{name}.jsonl")]:
            made[row["metadata"]["model"]] += 1
            if row["metadata"]["model"] == "built-in":
                continue
            for word in re.findall(r"\bCXC\d+\b|\bpm[A-Z][A-Za-z0-9]+\b|\b[a-z]+[A-Z][A-Za-z0-9]+\b|\b\d{2,3}\b", row["messages"][-1]["content"]):
                self.assertIn(word, texts[row["metadata"]["source_file"]], row["messages"])
        self.assertGreater(made["built-in"], 0, made)
        refused = [row for row in self.rows("rejected.jsonl") if row["kind"] == "pair"]
        self.assertGreater(len(refused), 0)
        self.assertEqual([row for row in refused if not row["reason"]], [])
        return made

    @staticmethod
    def words_of(question):
        return re.sub(r"\W+", " ", question).strip().lower()

    def assert_pairs_have_an_outcome(self, calls, made):
        """A pair of the model was kept; or each that is in rejected.jsonl says why it was not."""
        asked = {self.words_of(pair["question"]) for call in calls.values() if call["outcome"] == "usable" and call["rung"] == 0 for pair in json.loads(call["reply"])["pairs"]}
        refused = [row for row in self.rows("rejected.jsonl") if row["kind"] == "pair"
                   and {self.words_of(message["content"]) for message in row["messages"] if message["role"] == "user"} & asked]
        kept = sum(count for model, count in made.items() if model != "built-in")
        reasons = collections.Counter(re.sub(r"[\d.]+|\".*\"", "…", row["reason"].split(":")[0]) for row in refused)
        print(f"{len(asked)} questions of the model in whole replies; {kept} pairs kept; refused: {dict(reasons)}", file=sys.stderr)
        self.assertGreater(len(asked), 0)
        self.assertGreater(kept + len(refused), 0, "no word of what became of the model's pairs")
        self.assertEqual([row for row in refused if not row["reason"]], [])

    def test_killed_and_resumed(self):
        corpus, log = self.corpus(), self.folder / "server.log"
        with RealServer(slots=SLOTS, context=4096, log=log) as server:
            arguments = self.arguments(server, corpus)
            before = self.kill_on_the_way(arguments)
            result = self.run_program(*arguments, timeout=TIMEOUT_S)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        after = self.calls()
        for key, call in before.items():
            self.assertEqual(after[key], call, "a finished call was made again")
        generations = log.read_text(errors="replace").count("total time =")
        self.assertLessEqual(generations, sum(call["attempts"] for call in after.values()) + 2 * PROBE_QUESTIONS + SLOTS)
        self.assert_calls_have_outcomes(after)
        self.assert_every_file_has_an_outcome(corpus)
        self.assertEqual(self.rows("failed.jsonl"), [])
        made = self.assert_pairs_are_grounded(corpus)
        self.assert_pairs_have_an_outcome(after, made)
        self.verify()
        checked = subprocess.run([sys.executable, str(TOP / "tests" / "check_dataset.py"), "--no-readers", str(self.out)], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        said = json.loads(result.stdout)["run"]["model_calls"][0]
        print(f"{said['model']}: {said['calls']} calls, {said['usable']} usable, {len(before)} of them before the kill; pairs by {dict(made)}", file=sys.stderr)


if __name__ == "__main__":
    main()
