"""Runs with servers that read less of a prompt than it has: whatever they cut, at whatever length, no reply to a cut prompt gets into the dataset."""

import json
import re
import sqlite3
import subprocess
import unittest

from fake_server import BIN, FakeServer
from support import feature_text, main
from test_models import ModelCase

SECTIONS = 14  # of 1.4 kB each: several chunks, each of more than 2,000 tokens


def long_documents(folder, count=2):
    folder.mkdir(parents=True)
    for number in range(count):
        parts = [feature_text(SECTIONS * number + i) for i in range(SECTIONS)]
        (folder / f"long_{number}.md").write_text("\n".join([parts[0], *(re.sub("^#", "##", part, flags=re.M) for part in parts[1:])]), encoding="utf-8")
    return folder


class ContextCase(ModelCase):
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
        said = self.run_batch(long_documents(self.folder / "docs"), expect=0, extra=("--model-url", server.url, "--model", server.model, *extra)).stderr
        self.assertIn(f"it takes no more than {context} tokens of a prompt" if "--set" not in extra or "api" in extra[1] else f"the server has {context}, which is used", said)
        used = self.assert_nothing_was_cut(server, context)
        self.assertEqual(len([row for row in used if row[0] == "pairs"]) >= 6, context > 1000, "800 tokens are too few for a question with its task")
        if context > 1000:
            self.assertGreater(self.made_by()[server.model], 0)


class Later(ContextCase):
    """What the probe cannot see: a server that reads less from some time on, and one that refuses what is long without saying a number."""

    def test_a_server_that_begins_to_cut_in_the_middle(self):
        """Where half is missing it shows in the first cut reply, else in the second; what was taken is counted, and said."""
        for context, first in ((2048, 14), (3000, 14), (3000, 9)):
            with self.subTest(context=context, first=first), \
                    FakeServer("--latency", "fixed:0", "--slots", "1", "--context", "100000", script=f"context-cut:context_tokens={context},from={first}") as server:
                name = f"{context}_{first}"
                self.out = self.folder / f"out_{name}"
                said = self.run_batch(long_documents(self.folder / f"docs_{name}", 3), out=self.out, expect=0,
                                      extra=("--model-url", server.url, "--model", server.model, "--set", "models.max_concurrent_requests=1")).stderr
                rows = self.calls()
                taken = [row for row in rows if row[1] == "usable" and row[2] == context]
                doubt = re.search(f"it turned out to read no more than {context} tokens of a prompt; replies with just that count taken before: (\d+)", said)
                self.assertEqual(len(taken), int(doubt[1]), rows)
                self.assertLessEqual(len(taken), 0 if (context, first) == (2048, 14) else 1)  # one that is cut by little looks like a text of long words
                self.assertGreater(len([row for row in rows if row[:2] == ("pairs", "usable") and row[2] < context]), 6, "nothing was asked about in parts")

    def test_a_server_that_refuses_what_is_long_without_a_number(self):
        with FakeServer("--latency", "fixed:0", "--slots", "4", "--as", "llamacpp", "--context", "32768", script="413:from=9,times=1") as server:
            self.run_batch(long_documents(self.folder / "docs"), expect=0, extra=("--model-url", server.url, "--model", server.model))
            rows = self.calls()
            self.assertEqual(server.count(status=413), 1)
            self.assertEqual({row[1] for row in rows}, {"usable"}, "what was refused was not asked again")


class Replies(unittest.TestCase):
    def test_broken_replies_say_nothing_of_the_context(self):
        """What is asked again has the broken reply in it, which servers may count otherwise than it is estimated; among prompts of about one length some
        have the same count by chance."""
        faults = "wrong-types:share=0.2;duplicate-keys:share=0.05;quoted:share=0.1"
        with FakeServer("--slots", "8", "--latency", "fixed:2", script=faults) as server:
            done = subprocess.run([BIN / "model-calls", server.url, f"models.model={server.model}", "calls=2500", "slots=8", "scale=0.05", "stream=1", "least=1",
                                   "format=prompt", "quiet=1"], stdout=subprocess.PIPE, text=True, timeout=300, check=True)
        said = json.loads(done.stdout)
        self.assertEqual((said["refused"], said["down"]), (0, 0), said)
        self.assertGreater(said["usable"], 2300, said)
        self.assertGreater(said["attempts"], 2600, "nothing was asked again")


class Contexts(ContextCase):
    """What the probe sees."""


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
