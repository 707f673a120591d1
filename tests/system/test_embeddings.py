"""Runs with a server for embeddings beside the one that writes: whose scores the pairs have, and that they stay the same."""

import json
import random
import sqlite3

from fake_server import FakeServer
from support import docring_processes, main, small_corpus
from test_models import ModelCase

DOCUMENTS = 8
VECTORS = {"use": "embeddings", "model": "fake-embedding", "name": "vectors"}


class WithEmbeddings(ModelCase):
    def measured(self, out=None):
        """Pairs whose scores by embeddings are in the record."""
        with sqlite3.connect((out or self.out) / ".docring" / "run.db") as database:
            return database.execute("SELECT count(*) FROM calls WHERE family = 'embeddings' AND outcome = 'usable'").fetchone()[0]

    @staticmethod
    def texts(rows):
        return {json.dumps(row["messages"]): row["metadata"]["scores"] for row in rows}

    def embedding_requests(self, server):
        return [request for request in server.requests(last=100000) if request["target"].endswith("/v1/embeddings")]

    def test_scores_come_from_embeddings_and_survive_kills(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", "4", "--latency", "mixed:5,1..20") as writer, \
                FakeServer("--slots", "2", "--latency", "fixed:100") as vectors:
            plain, clean = self.folder / "plain", self.folder / "clean"
            self.run_models(self.models((writer, "balanced", {})), corpus, out=plain)
            config = self.models((writer, "balanced", {}), (vectors, "balanced", VECTORS))
            self.run_models(config, corpus, out=clean)
            self.assertGreater(self.measured(clean), DOCUMENTS)
            self.check_dataset(clean)
            by_words, by_vectors = self.texts(self.all_rows(plain)), self.texts(self.all_rows(clean))
            both = by_words.keys() & by_vectors.keys()
            self.assertGreater(len(both), DOCUMENTS)
            self.assertTrue(any(by_words[text]["coherence"] != by_vectors[text]["coherence"] for text in both))
            for text in both:
                scores = by_vectors[text]
                self.assertEqual(scores["accuracy"], by_words[text]["accuracy"])
                self.assertAlmostEqual(scores["semantic"], 0.3 * scores["coherence"] + 0.4 * scores["relevance"] + 0.3 * scores["accuracy"], delta=0.002)
            dice = random.Random(20261122)
            for _ in range(3):
                process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "-c", config, corpus, "-o", self.out)
                self.kill_after_calls(process, writer, dice.randint(6, 12))
                self.assertEqual(self.wait_gone(docring_processes, str(self.runtime)), [])
            self.run_models(config, corpus)
            self.assert_same_dataset(clean, self.out)

    def test_a_server_for_embeddings_that_is_down(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", "4") as writer:
            plain = self.folder / "plain"
            self.run_models(self.models((writer, "balanced", {})), corpus, out=plain)
            vectors = FakeServer("--slots", "2").start()
            config = self.models((writer, "balanced", {}), (vectors, "balanced", VECTORS))
            vectors.stop()
            said = self.run_models(config, corpus)
            accounts = {row["model"]: row for row in said["run"]["model_calls"]}
            self.assertEqual((accounts["fake-embedding"]["calls"], accounts["fake-embedding"]["usable"]), (0, 0))
            self.assertEqual(said["run"]["documents_unmeasured"], DOCUMENTS)
            self.assertEqual(self.measured(), 0)
            self.assertEqual(self.texts(self.all_rows()), self.texts(self.all_rows(plain)))

    def test_one_that_goes_away_in_the_middle(self):
        corpus = small_corpus(self.folder / "docs", 2 * DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", "2", "--latency", "fixed:20") as writer, \
                FakeServer("--slots", "2", rules=[{"match": {"path": "embeddings", "from": 5}, "action": {"status": 500}}], folder=self.folder) as vectors:
            said = self.run_models(self.models((writer, "balanced", {}), (vectors, "balanced", VECTORS)), corpus)
            self.assertEqual(said["failed_documents"], 0)
            self.assertGreater(self.measured(), 0)
            self.assertGreaterEqual(len(self.embedding_requests(vectors)), 7)  # those before, and three that opened the breaker
        self.check_dataset()


if __name__ == "__main__":
    main()
