"""Several entries of `models:` at one server: its slots are everybody's, also when one of the workers is killed."""

import collections
import json
import os
import pathlib
import signal

from fake_server import FakeServer
from support import docring_processes, feature_text, main, small_corpus
from test_models import ModelCase

DOCUMENTS, SLOTS = 24, 4
ANSWER = "fixed:150"  # long beside what a busy machine needs between two of them
SPARE = 2  # requests beyond the slots: a probe, or two that looked at the same moment


class SharedSlots(ModelCase):
    def writer_and_judge(self, server, judge=None):
        return self.models((server, "balanced", {}), (server, "balanced", {"use": "judge", **(judge or {})}))

    @staticmethod
    def worker_of(name, folder):
        for pid in docring_processes(folder):
            try:
                words = pathlib.Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[-3:-1] == [b"--model", name.encode()]:
                return pid
        return None

    @staticmethod
    def busy_share(points):
        """Of the slots, from the moment when all were busy for the first time to the last such moment: as long as there was work for all."""
        full = [at for at, _, busy, _ in points if busy == SLOTS]
        sums = sum(busy * (min(then[0], full[-1]) - at) for (at, _, busy, _), then in zip(points, points[1:]) if full[0] <= at < full[-1])
        return sums / (SLOTS * (full[-1] - full[0]))

    def check_whole(self, said):
        self.assertEqual(collections.Counter(self.documents_of().values()), {"done": DOCUMENTS})
        self.assertEqual([said["run"][f"documents_{what}"] for what in ("fell_back", "unusable", "incomplete", "unjudged")], [0] * 4)
        self.check_dataset()

    def test_a_writer_and_its_judge_have_the_slots_together(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", str(SLOTS), "--latency", ANSWER) as server:
            said = self.run_models(self.writer_and_judge(server), corpus)
            stats = server.stats()
            self.assertEqual(stats["busy_max"], SLOTS)
            self.assertLessEqual(stats["in_flight_max"], SLOTS + SPARE)
            self.assertGreater(self.busy_share(server.timeline()), 0.75)  # 0.99 on a quiet machine
        self.check_whole(said)

    def test_workers_of_one_entry_have_them_together(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", str(SLOTS), "--latency", ANSWER) as server:
            self.run_models(self.models((server, "balanced", {"workers": 3})), corpus)
            stats = server.stats()
            self.assertEqual(stats["busy_max"], SLOTS)
            self.assertLessEqual(stats["in_flight_max"], SLOTS + SPARE + 1)
            self.assertGreater(self.busy_share(server.timeline()), 0.75)

    def test_who_has_questions_has_all_slots(self):
        """One document is with one worker; the others have none, and keep no slots for it."""
        corpus = self.folder / "docs"
        corpus.mkdir()
        (corpus / "long.md").write_text("\n\n".join(feature_text(number) for number in range(40)), encoding="utf-8")
        with FakeServer("--as", "llamacpp", "--slots", str(SLOTS), "--latency", ANSWER) as server:
            self.run_models(self.models((server, "quality", {"workers": 3})), corpus)
            self.assertEqual(server.stats()["busy_max"], SLOTS)

    def test_other_models_of_a_server_have_slots_of_their_own(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", str(SLOTS), "--latency", ANSWER) as server:
            self.run_models(self.writer_and_judge(server, {"model": "another"}), corpus)
            self.assertGreater(server.stats()["in_flight_max"], SLOTS + SPARE)

    def test_entries_of_one_model_do_not_take_turns(self):
        """The server holds one model at a time, and it is the same one."""
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "ollama", "--slots", str(SLOTS), "--latency", "fixed:30") as server:
            said = self.run_models(self.writer_and_judge(server, {"max_concurrent_requests": 2}), corpus)
            self.assertEqual(said["run"]["model_switches"], 0)
            self.assertLessEqual(server.stats()["in_flight_max"], SLOTS + SPARE)
        self.check_whole(said)

    @staticmethod
    def judged(server):
        return sum("Judge these" in str(request["body"]) for request in server.requests(last=1000)) >= SLOTS

    def check_killed(self, name):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", str(SLOTS), "--latency", "fixed:60") as server:
            config = self.writer_and_judge(server)
            process = self.start("--workers", 2, "--shm", "256M", "--progress", "never", "--json", "-c", config, corpus, "-o", self.out)
            self.wait_until(lambda: server.stats()["busy"] == SLOTS and self.judged(server))
            os.kill(self.worker_of(name, str(self.runtime)), signal.SIGKILL)
            killed_at = server.timeline()[-1][0]
            result = self.finish(process)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("killed by SIGKILL", result.stderr)
            points = server.timeline()
            self.assertLessEqual(server.stats()["in_flight_max"], SLOTS + SPARE)
            self.assertTrue([at for at, _, busy, _ in points if at > killed_at and busy == SLOTS], "the slots of the dead one stayed idle")
        self.check_whole(json.loads(result.stdout))

    def test_a_writer_that_is_killed_leaves_its_slots(self):
        self.check_killed("m0")

    def test_a_judge_that_is_killed_leaves_its_slots(self):
        self.check_killed("m1")


if __name__ == "__main__":
    main()
