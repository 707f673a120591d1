"""Workers killed at every instruction (tests/kill), and on the long stretches at every named point: nothing lost, doubled, torn or leaked, and
the output is that of a clean run.

DOCRING_KILL_SWEEP=full goes through every instruction of every window on every road (an hour or more); otherwise the short windows are swept
whole, and longer ones at every n-th instruction, beginning with another one each day (DOCRING_TEST_SEED chooses). docs/decisions/killed-anywhere.md
"""

import collections
import json
import os
import re
import subprocess
import time
import unittest
import zipfile

from support import BIN, RunCase, feature_text, main

SEED = int(os.environ.get("DOCRING_TEST_SEED") or time.time() // 86400)
FULL = os.environ.get("DOCRING_KILL_SWEEP") == "full"
DOCUMENTS = 40000 if FULL else 6000
CANNOT_TRACE = 77

ATTACH = ("hello:calls", "join:calls", "configure:calls", "map:calls")


def write_corpus(folder, count):
    """Short documents, each with a name of its own: every kill takes one."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = feature_text(number)
        (folder / f"feature_{number:06}.md").write_text(text[: text.index("## Performance")], encoding="utf-8")
    return folder


@unittest.skipUnless((BIN / "kill-sweep").exists(), "SKIP: kill-sweep is not built here (make build/bin/kill-sweep, on x86-64)")
class Swept(RunCase):
    def sweep(self, *arguments, out=None):
        corpus = self.folder / "docs"
        if not corpus.exists():
            write_corpus(corpus, DOCUMENTS)
        command = [str(BIN / "kill-sweep"), "--seed", str(SEED), *arguments[:-1], str(corpus), str(out or self.out), *arguments[-1]]
        result = self.finish(self.start_command(command), timeout=None if FULL else 600)
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
            "eventfd": [*ATTACH, "map:97", "claim", "publish", "complete:5", "complete:calls"],
            "zmq": ["map:calls", "publish:29", "complete:calls"],
            "bus": ["join:calls", "claim:calls", "publish:101"],
        }
        every = ["hello:17", "join:5", "configure:calls", "map", "claim", "convert:997", "publish", "complete"]
        for road, windows in roads.items():
            with self.subTest(road=road):
                self.check_clean("--road", road, every if FULL else windows, out=self.folder / road)

    def test_inference_workers_killed(self):
        windows = ["map", "claim", "convert:997", "publish", "complete"] if FULL else ["map:calls", "claim:97", "publish:3", "complete:calls"]
        self.check_clean("--kind", "inference", windows, out=self.folder / "inference")


class Points(RunCase):
    """The real programs, each worker dying at its N-th passing of a point, again and again."""

    N = 8 # more than one task passes a point, so that every worker gets something done before it dies

    @staticmethod
    def points():
        """The points that only the sources of workers have, from the programs themselves."""
        found = set()
        for kind in ("preprocess", "inference"):
            command = ["objcopy", "--dump-section", "docring_fault_points=/dev/stdout", str(BIN / f"worker-{kind}"), "/dev/null"]
            names = subprocess.run(command, capture_output=True, check=True).stdout.split(b"\0")
            found |= {name.decode() for name in names if re.match(rb"(worker|preprocess|archive|inference)_", name)}
        return found

    def write_corpus(self):
        corpus = self.folder / "docs"
        corpus.mkdir()
        for number in range(12):
            (corpus / f"feature_{number:02}.md").write_text(feature_text(number), encoding="utf-8")
            (corpus / f"page_{number:02}.html").write_text(f"<h1>Load {number}</h1><p>{'The eNodeB compares the load. ' * 30}</p>", encoding="utf-8")
        for number in range(10):
            with zipfile.ZipFile(corpus / f"pack_{number}.zip", "w", zipfile.ZIP_DEFLATED) as pack:
                for member in range(2):
                    pack.writestr(f"pack/feature_{number}{member}.md", feature_text(100 + number * 10 + member))
        return corpus

    def execute(self, out, **environment):
        command = self.command("--workers", "1", "--shm", "64M", "--progress", "never", "--json", "--set", "supervise.attempts=50", "--set",
                               "ipc.bell=eventfd", self.folder / "docs", "-o", out)
        result = self.finish(self.start_command(command, dict(self.environment, **environment)))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return json.loads(result.stdout)["run"]

    def test_every_point_of_the_workers(self):
        self.write_corpus()
        clean, log = self.folder / "clean", self.folder / "passed"
        run = self.execute(clean, DOCRING_FAULT_LOG=str(log))
        self.assertEqual(run["worker_deaths"], 0)
        passed = collections.Counter(line.split()[1] for line in log.read_text(encoding="utf-8").splitlines())
        points = self.points()
        self.assertGreater(len(points), 10)
        self.assertEqual({point for point in points if passed[point] < (1 if point == "worker_bell" else self.N)}, set(), "points that this test does not pass often enough")
        for point in sorted(points):
            with self.subTest(point=point):
                out = self.folder / point
                # how often a bell is needed depends on who sleeps when: the first one, which nobody can be awake for, always is
                run = self.execute(out, DOCRING_FAULT=f"{point}:{1 if point == 'worker_bell' else self.N}:kill")
                self.assertGreater(run["worker_deaths"], 0)
                self.assertEqual((run["bad_messages"], run["lane_rescues"]), (0, 0))
                self.assert_same_dataset(clean, out)


if __name__ == "__main__":
    main()
