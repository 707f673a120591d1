"""What a person can do when replies come to nothing: each cure of docs/models.md asks again what was not usable, and only that."""

import sqlite3

from fake_server import FakeServer
from support import main, small_corpus
from test_models import ModelCase

DOCUMENTS = 6
# Each asks for no more than was missing but thinking and max_tokens: with those every document is another one to the model.
CURES = {"the same command": (), "format": ("models.format=prompt",), "api": ("models.api=openai",), "request_timeout_s": ("models.request_timeout_s=1700",),
         "thinking": ("models.thinking=off",), "max_tokens": ("models.max_tokens=8000",)}


class Cures(ModelCase):
    def outcomes(self):
        """Pieces of documents that have pairs, each with who asked for them, and how many have none. A dialogue that is missing is no reason to do a
        document again."""
        with sqlite3.connect(f"file:{self.out}/.docring/run.db?mode=ro", uri=True) as database:
            rows = database.execute("SELECT document, place, max(outcome = 'usable'), group_concat(CASE outcome WHEN 'usable' THEN process END)"
                                    " FROM calls WHERE family = 'pairs' GROUP BY document, place").fetchall()
        return {(document, place): asked for document, place, usable, asked in rows if usable}, sum(not row[2] for row in rows)

    def run_with(self, server, corpus, settings, expect=0):
        return self.run_batch(corpus, expect=expect, extra=("--model-url", server.url, *[word for setting in settings for word in ("--set", setting)]))

    def cure(self, kind, name, script):
        self.out = self.folder / f"out-{kind}-{name.replace(' ', '-')}-{script[:3]}"
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", kind, "--slots", "4", script=script) as server:
            said = self.run_with(server, corpus, ())
            usable, missing = self.outcomes()
            self.assertGreater(missing, 2, said.stdout)
            self.assertRegex(said.stdout, r"finished by the built-in generator because")
            self.assertIn("run the same command again", said.stdout)
            server.script()
            said = self.run_with(server, corpus, CURES[name])
            self.assertNotIn("finished by the built-in generator", said.stdout)
            now_usable, now_missing = self.outcomes()
            self.assertGreater(len(now_usable), len(usable), said.stdout)
            self.assertEqual({piece: now_usable[piece] for piece in usable}, usable, "what was usable was asked for again")
            if name not in ("thinking", "max_tokens"):
                self.assertEqual(now_missing, 0, said.stdout)

    def test_every_cure_asks_again(self):
        for name in CURES:
            with self.subTest(name):
                self.cure("llamacpp", name, "empty-content:from=9")

    def test_other_servers(self):
        for kind in ("ollama", "vllm"):
            with self.subTest(kind):
                self.cure(kind, "the same command", "empty-content:from=9")

    def test_models_alone(self):
        """Pairs of models alone were asked for: what rules write instead is said, and is no success."""
        corpus = small_corpus(self.folder / "docs", 2)
        refused = self.run_batch(corpus, expect=2, extra=("--set", "generate.mode=models"))
        self.assertIn("there is no model", refused.stderr)
        with FakeServer() as server:
            config = self.models((server, "balanced", {}))
        said = self.run_batch(corpus, expect=1, extra=("-c", config, "--set", "generate.mode=models", "--set", "generate.fallback_after_s=1"))
        self.assertIn("is down", said.stderr)
        self.assertIn("generate.mode is models", said.stdout)
        with FakeServer() as server:
            config = self.models((server, "balanced", {}))
            said = self.run_batch(corpus, expect=0, extra=("-c", config, "--set", "generate.mode=models"))
            self.assertEqual(set(self.made_by()), {server.model})


if __name__ == "__main__":
    main()
