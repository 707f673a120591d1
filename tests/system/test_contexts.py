"""Runs with servers that read less of a prompt than it has: whatever they cut, at whatever length, no reply to a cut prompt gets into the dataset."""

import re
import sqlite3

from fake_server import FakeServer
from support import feature_text, main
from test_models import ModelCase

SECTIONS = 14  # of 1.4 kB each: several chunks, each of more than 2,000 tokens


def long_documents(folder, count=2):
    folder.mkdir(parents=True)
    for number in range(count):
        parts = [feature_text(SECTIONS * number + i) for i in range(SECTIONS)]
        (folder / f"long_{number}.md").write_text("\n".join([parts[0], *(re.sub("^#", "##", part, flags=re.M) for part in parts[1:])]), encoding="utf-8")
    return folder


class Contexts(ModelCase):
    def calls(self):
        with sqlite3.connect(self.out / ".docring" / "run.db") as database:
            return database.execute("SELECT family, outcome, prompt_tokens, attempts, reason FROM calls").fetchall()

    def assert_nothing_was_cut(self, server, context):
        """Of what was asked about documents no prompt was longer than the context: the server's own count of each is below it."""
        calls = self.calls()
        used = [row for row in calls if row[1] == "usable"]
        self.assertTrue(all(0 < tokens < context for _, _, tokens, attempts, _ in used if attempts == 1), used)
        self.assertFalse([row for row in calls if row[1] != "usable" and not row[4].startswith("the prompt needs about")], "refused by the server, or cut")
        return used

    def run_at(self, server, context, *extra):
        self.run_batch(long_documents(self.folder / "docs"), expect=0, extra=("--model-url", server.url, "--model", server.model, *extra))
        used = self.assert_nothing_was_cut(server, context)
        self.assertEqual(len([row for row in used if row[0] == "pairs"]) >= 6, context > 1000, "800 tokens are too few for a question with its task")
        if context > 1000:
            self.assertGreater(self.made_by()[server.model], 0)


def add(name, options, context, *extra):
    def test(self):
        with FakeServer("--latency", "fixed:0", "--slots", "4", *options) as server:
            self.run_at(server, context, *extra)
    setattr(Contexts, name, test)


for tokens in (800, 1500, 2048, 3000, 4096):
    add(f"test_a_server_of_unknown_make_that_cuts_at_{tokens}", ("--context", "100000", "--script", f"context-cut:context_tokens={tokens}"), tokens)
    add(f"test_ollama_over_v1_that_cuts_at_{tokens}", ("--as", "ollama", "--context", tokens), tokens, "--set", "models.api=openai")
for kind in ("vllm", "llamacpp", "lmstudio"):
    add(f"test_more_is_configured_than_{kind}_has", ("--as", kind, "--context", "4096"), 4096, "--set", "models.context_tokens=32768")


if __name__ == "__main__":
    main()
