"""Workers killed at every instruction (tests/kill): nothing lost, doubled, torn or leaked, and the output is that of a clean run.

DOCRING_KILL_SWEEP=full goes through every instruction of every window on every road (an hour or more); otherwise the short windows are swept
whole, and longer ones at every n-th instruction, beginning with another one each day (DOCRING_TEST_SEED chooses). docs/decisions/killed-anywhere.md
"""

import os
import re
import time
import unittest

from support import BIN, RunCase, feature_text, main

SEED = int(os.environ.get("DOCRING_TEST_SEED") or time.time() // 86400)
FULL = os.environ.get("DOCRING_KILL_SWEEP") == "full"
DOCUMENTS = 150000 if FULL else 4000
CANNOT_TRACE = 77

ATTACH = ("hello:calls", "join:calls", "configure:calls", "map:calls")


def write_corpus(folder, count):
    """Short documents, each with a name of its own: every kill takes one."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = feature_text(number)
        (folder / f"feature_{number:06}.md").write_text(text[: text.index("## Performance")], encoding="utf-8")
    return folder


@unittest.skipUnless((BIN / "kill-sweep").exists(), "SKIP: kill-sweep is not built here (make build/bin/kill-sweep)")
class Swept(RunCase):
    def sweep(self, *arguments, out=None):
        corpus = self.folder / "docs"
        if not corpus.exists():
            write_corpus(corpus, DOCUMENTS)
        command = [str(BIN / "kill-sweep"), "--seed", str(SEED), *arguments[:-1], str(corpus), str(out or self.out), *arguments[-1]]
        result = self.finish(self.start_command(command), timeout=None if FULL else 240)
        if result.returncode == CANNOT_TRACE:
            self.skipTest(result.stdout.strip())
        return result

    def check_clean(self, *arguments, out):
        """No violation, and the dataset of the documents that were taken is that of a run in which nobody died."""
        result = self.sweep(*arguments, out=out)
        self.assertEqual(result.returncode, 0, f"seed {SEED}\n{result.stdout}{result.stderr}")
        if FULL:
            print(result.stdout)
        taken = int(re.search(r"^(\d+) documents, 0 violations$", result.stdout, re.MULTILINE)[1])
        self.assertEqual(self.run_program("finalise", out).returncode, 0)
        clean = out.with_name(out.name + "-clean")
        self.run_batch(self.folder / "docs", out=clean, expect=0, extra=("--limit", str(taken), "--set", "run.domain=generic"))
        self.assertGreater(len(self.rows("train.jsonl", clean)), taken // 2)
        self.assert_same_dataset(clean, out)
        self.verify(out)

    def check_found(self, message, *arguments):
        result = self.sweep(*arguments, out=self.folder / f"planted-{time.monotonic_ns()}")
        self.assertEqual(result.returncode, 1, f"the planted mistake was not found\n{result.stdout}{result.stderr}")
        self.assertRegex(result.stdout, message)

    def test_a_slot_published_before_it_is_filled_is_found(self):
        self.check_found("nobody waits for it|another place", "--plant", "empty-slot", ["publish"])

    def test_a_result_published_before_it_is_there_is_found(self):
        self.check_found("its block is not whole", "--plant", "empty-result", ["publish:7"])

    def test_a_task_leased_again_before_the_death_is_found(self):
        for then in ("condemn", "hang-up"):
            with self.subTest(then=then):
                self.check_found("can still answer for it", "--plant", "early-release", "--then", then, ["publish:60", "claim:500"])

    def test_workers_that_were_given_up_and_live_on(self):
        for then in ("condemn", "hang-up"):
            with self.subTest(then=then):
                windows = ["publish:3", "claim:31", "complete:31"] if FULL else ["publish:31", "claim:401", "complete:401"]
                self.check_clean("--then", then, windows, out=self.folder / then)

    def test_preprocessing_workers_killed_on_every_road(self):
        roads = {
            "eventfd": [*ATTACH, "claim:11", "claim:calls", "publish", "complete:11", "complete:calls"],
            "zmq": ["map:calls", "publish:29", "complete:calls"],
            "bus": ["join:calls", "claim:calls", "publish:101"],
        }
        every = ["hello:17", "join", "configure:calls", "map", "claim", "convert:101", "publish", "complete"]
        for road, windows in roads.items():
            with self.subTest(road=road):
                self.check_clean("--road", road, every if FULL else windows, out=self.folder / road)

    def test_inference_workers_killed(self):
        windows = ["map", "claim", "convert:101", "publish", "complete"] if FULL else ["map:calls", "claim:97", "publish:3", "complete:calls"]
        self.check_clean("--kind", "inference", windows, out=self.folder / "inference")


if __name__ == "__main__":
    main()
