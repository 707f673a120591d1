"""The service: submit, watch, status, workers by hand, and a clean end."""

import json
import os
import signal
import subprocess
import unittest

from support import BIN, RunCase, docring_processes, feature_text, main, small_corpus


class Service(RunCase):
    def setUp(self):
        super().setUp()
        self.service = None

    def tearDown(self):
        if self.service and self.service.poll() is None:
            self.service.kill()
            self.service.communicate()
        super().tearDown()

    def serve(self, *extra):
        self.service = self.start("--workers", "1", "--shm", "128M", "-o", self.out, *extra)
        self.wait_until(lambda status: True)

    def status(self):
        result = self.run_program("status", "--json", "--run", self.out)
        return json.loads(result.stdout) if result.returncode == 0 else None

    def wait_until(self, condition):
        while self.service.poll() is None:
            status = self.status()
            if status and condition(status):
                return status
        self.fail("the service ended: " + self.service.communicate()[1])

    def stop(self):
        self.service.send_signal(signal.SIGTERM)
        result = self.finish(self.service)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    def test_submitted_documents_become_a_dataset(self):
        self.serve()
        corpus = small_corpus(self.folder / "docs", 5)
        result = self.run_program("submit", "--run", self.out, corpus)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.wait_until(lambda status: status["done"] == 5)
        single = self.folder / "single.md"
        single.write_text(feature_text(77), encoding="utf-8")
        self.run_program("submit", "--run", self.out, single)
        self.wait_until(lambda status: status["done"] == 6)
        self.stop()
        self.assertEqual({row["source_file"] for row in self.rows("extractions.jsonl")}, {f"docs/feature_{n:03}.md" for n in range(5)} | {"single.md"})
        self.verify()

    def test_a_watched_folder_is_taken_in(self):
        inbox = small_corpus(self.folder / "inbox", 2)
        self.serve("--watch", inbox)
        self.wait_until(lambda status: status["done"] == 2)
        (inbox / "later.md").write_text(feature_text(50), encoding="utf-8")
        self.wait_until(lambda status: status["done"] == 3)
        (self.folder / "moved.md").write_text(feature_text(51), encoding="utf-8")
        os.rename(self.folder / "moved.md", inbox / "moved.md")
        self.wait_until(lambda status: status["done"] == 4)
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), 4)

    def test_submitting_nothing_real_is_refused(self):
        self.serve()
        result = self.run_program("submit", "--run", self.out, self.folder / "missing")
        self.assertEqual(result.returncode, 1)
        self.assertIn("missing", result.stderr)

    def test_a_worker_joins_by_hand_and_leaves(self):
        self.serve()
        worker = subprocess.Popen([str(BIN / "worker-preprocess"), "--attach", str(self.out)], env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready = self.wait_until(lambda status: any(w["external"] and w["state"] == "ready" for w in status["workers"]))
        number = next(w["number"] for w in ready["workers"] if w["external"])
        corpus = small_corpus(self.folder / "docs", 60)
        self.run_program("submit", "--run", self.out, corpus)
        status = self.wait_until(lambda status: status["done"] == 60)
        self.assertGreater(status["workers"][number - 1]["tasks_done"], 0, "it took no work")
        worker.send_signal(signal.SIGINT)
        out, err = worker.communicate(timeout=60)
        self.assertEqual(worker.returncode, 0, err)
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), 60)

    def test_workers_are_added(self):
        self.serve()
        result = self.run_program("workers", "add", "2", "--run", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.wait_until(lambda status: sum(w["kind"] == "preprocess" and w["state"] == "ready" for w in status["workers"]) == 3)
        self.stop_empty()

    def stop_empty(self):
        self.service.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(self.service).returncode, 1)  # no record was produced

    def test_no_run_is_a_clear_answer(self):
        result = self.run_program("status")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no run is active", result.stderr)


if __name__ == "__main__":
    main()
