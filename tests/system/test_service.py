"""The service: submit, watch, status, workers by hand, and a clean end."""

import os
import pathlib
import signal
import subprocess

from support import BIN, ServiceCase, feature_text, main, small_corpus


class Service(ServiceCase):
    def serve(self, *extra, fault=None):
        self.service = self.start("--workers", "1", "--shm", "128M", "-o", self.out, *extra, fault=fault)
        self.wait_until(lambda status: True)

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

    def test_the_dataset_is_written_while_everybody_is_answered(self):
        # the process that writes the dataset stops itself in the middle of it
        self.serve(fault="finalise_card:1:stop")
        self.submit(0, 3)
        writer = self.wait_for_writer()
        self.submit(3, 5)
        status = self.wait_until(lambda status: status["done"] == 5)
        self.assertEqual((status["dataset_writing"], status["datasets_written"]), (True, 0))
        self.assertEqual(self.writers(), [writer], "two at once")
        self.assertFalse((self.out / "train.jsonl").exists())
        again = self.run_program("finalise", self.out)
        self.assertEqual(again.returncode, 3, again.stdout)
        self.assertIn("another coordinator", again.stderr)
        os.kill(writer, signal.SIGCONT)
        # the next one, for what came meanwhile, stops as well
        self.wait_until(lambda status: status["datasets_written"] == 1)
        self.assertEqual(len(self.rows("extractions.jsonl")), 3)
        self.verify()
        os.kill(self.wait_for_writer(), signal.SIGCONT)
        status = self.wait_until(lambda status: status["datasets_written"] == 2)
        self.assertEqual(len(self.rows("extractions.jsonl")), 5)
        self.verify()
        self.assertFalse(status["dataset_writing"])
        self.service.kill()
        self.service.communicate()

    def test_a_service_that_ends_does_not_leave_the_process_that_writes_the_dataset(self):
        corpus = small_corpus(self.folder / "docs", 5)
        self.run_batch(corpus, out=self.folder / "clean", expect=0)
        for number in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(signal=number):
                self.serve(fault=None if number == signal.SIGTERM else "finalise_card:1:stop")
                self.run_program("submit", "--run", self.out, corpus)
                if number == signal.SIGKILL:
                    self.wait_for_writer()
                    self.service.kill()
                    self.service.communicate()
                    self.assertEqual(self.wait_gone(self.writers), [])
                else:
                    self.wait_until(lambda status: status["unchanged"] == 5)
                    self.stop()
                    self.assertEqual(self.writers(), [])
        self.assert_same_dataset(self.folder / "clean", self.out)

    def test_a_dataset_that_cannot_be_written_ends_no_service(self):
        self.serve(fault="finalise_card:1:kill")
        self.submit(0, 2)
        while "dataset could not be written" not in self.log():
            self.assertIsNone(self.service.poll())
        self.submit(2, 4)
        self.wait_until(lambda status: status["done"] == 4)
        self.service.kill()
        self.service.communicate()
        self.serve()
        self.wait_until(lambda status: status["datasets_written"] == 1)  # without a new document
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), 4)

    def log(self):
        path = self.out / ".docring" / "coordinator.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def submit(self, first, end):
        for number in range(first, end):
            path = self.folder / f"one{number}.md"
            path.write_text(feature_text(number), encoding="utf-8")
        paths = [self.folder / f"one{number}.md" for number in range(first, end)]
        self.assertEqual(self.run_program("submit", "--run", self.out, *paths).returncode, 0)

    def writers(self):
        """Pids of the processes that write this test's dataset."""
        found = []
        for path in pathlib.Path("/proc").iterdir():
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"finalise" in words and os.fsencode(self.out) in words:
                found.append(int(path.name))
        return found

    def wait_for_writer(self):
        """The one that has stopped itself."""
        while self.service.poll() is None:
            for pid in self.writers():
                if pathlib.Path("/proc", str(pid), "stat").read_text(encoding="ascii").split(") ")[1].startswith("T"):
                    return pid
        self.fail("the service ended: " + self.service.communicate()[1])

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

    def test_files_that_appear_below_a_watched_folder(self):
        inbox = small_corpus(self.folder / "inbox", 1)
        self.serve("--watch", inbox)
        self.wait_until(lambda status: status["done"] == 1)
        small_corpus(inbox / "new" / "deep", 2)
        self.wait_until(lambda status: status["done"] == 3)
        (inbox / "new" / "late.md").write_text(feature_text(60), encoding="utf-8")
        self.wait_until(lambda status: status["done"] == 4)
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), 4)

    def test_a_file_written_piece_by_piece_ends_whole(self):
        inbox = small_corpus(self.folder / "inbox", 1)
        self.serve("--watch", inbox)
        text = "".join(feature_text(number) for number in range(100, 120))
        pieces = [text[start:start + 4000] for start in range(0, len(text), 4000)]
        with open(inbox / "slow.md", "w", encoding="utf-8") as slow:
            for number, piece in enumerate(pieces):
                slow.write(piece)
                slow.flush()
                (inbox / f"other_{number:02}.md").write_text(feature_text(200 + number), encoding="utf-8")
                self.wait_until(lambda status: status["done"] > number)
        self.wait_until(lambda status: self.dataset_has("inbox/slow.md", "pmLoadSteerMoved119"))
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), len(pieces) + 2)

    def dataset_has(self, name, words):
        path = self.out / "extractions.jsonl"
        return path.exists() and any(row["source_file"] == name and words in row["text"] for row in self.rows("extractions.jsonl"))

    def test_files_of_one_name_are_kept_apart(self):
        self.serve()
        for number, folder in enumerate(("one", "two\nlines")):
            (self.folder / folder).mkdir()
            path = self.folder / folder / "README.md"
            path.write_text(feature_text(number), encoding="utf-8")
            result = self.run_program("submit", "--run", self.out, path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.wait_until(lambda status: status["done"] == number + 1)
        self.stop()
        self.assertEqual({row["source_file"] for row in self.rows("extractions.jsonl")}, {"README.md", "README~2.md"})

    def test_a_submission_from_another_folder_by_a_relative_path(self):
        self.serve()
        small_corpus(self.folder / "docs", 2)
        result = self.run_program("submit", "--run", self.out, "../docs", cwd=self.runtime.parent / self.runtime.name)
        self.assertEqual(result.returncode, 1)
        result = self.run_program("submit", "--run", self.out, "docs/../docs", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.wait_until(lambda status: status["done"] == 2)
        self.stop()

    def test_what_was_submitted_outlives_the_service(self):
        self.serve("--set", "io.commit_documents=4", "--set", "io.commit_ms=1")
        corpus = small_corpus(self.folder / "docs", 1200)
        single = self.folder / "single.md"
        single.write_text(feature_text(5000), encoding="utf-8")
        self.assertEqual(self.run_program("submit", "--run", self.out, corpus, single).returncode, 0)
        self.service.kill()
        self.service.communicate()
        self.serve()
        self.wait_until(lambda status: status["done"] + status["unchanged"] >= 1201 and status["queues"]["committing"] == 0)
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), 1201)

    def test_a_service_keeps_no_descriptors_and_sleeps_when_idle(self):
        self.serve()

        def look():
            folder = f"/proc/{self.service.pid}"
            return len(os.listdir(f"{folder}/fd"))

        for number in range(3):
            path = self.folder / f"one{number}.md"
            path.write_text(feature_text(number), encoding="utf-8")
            self.run_program("submit", "--run", self.out, path)
            self.wait_until(lambda status: status["done"] == number + 1)
            self.wait_until(lambda status: status["datasets_written"] == number + 1 and not status["dataset_writing"])
            if number == 0:
                before = look()
        self.assertLessEqual(look(), before + 1)  # one for the client that may just be leaving
        self.stop()

    def test_inputs_and_a_watched_folder_together(self):
        corpus, inbox = small_corpus(self.folder / "docs", 3), small_corpus(self.folder / "inbox", 2)
        self.serve("--watch", inbox, corpus)
        self.wait_until(lambda status: status["done"] == 5)
        self.stop()

    def test_a_closed_terminal_drains(self):
        self.serve()
        self.run_program("submit", "--run", self.out, small_corpus(self.folder / "docs", 3))
        self.wait_until(lambda status: status["done"] == 3)
        self.service.send_signal(signal.SIGHUP)
        self.assertEqual(self.finish(self.service).returncode, 0)
        self.assertEqual(len(self.rows("extractions.jsonl")), 3)

    def test_no_folder_to_watch(self):
        result = self.run_program("--watch", self.folder / "missing", "-o", self.out, "--shm", "64M")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("missing", result.stderr)

    def test_signals_that_come_together_are_one(self):
        """As timeout(1) sends them: to the process, and to its group."""
        self.serve()
        self.run_program("submit", "--run", self.out, small_corpus(self.folder / "docs", 2))
        self.wait_until(lambda status: status["done"] == 2)
        for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            self.service.send_signal(number)
        result = self.finish(self.service)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.verify()

    def test_the_output_is_not_watched(self):
        self.out.mkdir()
        result = self.run_program("--watch", self.out, "-o", self.out, "--workers", "1", "--shm", "64M")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("output folder cannot be an input", result.stderr)

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
        self.stop(expect=1)  # no record was produced

    def test_workers_come_with_the_work_and_go_without_it(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("SKIP: a second worker needs a second core")
        self.serve("--workers", "1..2", "--set", "supervise.idle_ms=300", "--set", "supervise.idle_cores=0")
        preprocess = lambda status: [w for w in status["workers"] if w["kind"] == "preprocess"]
        self.assertEqual([w["starts"] for w in preprocess(self.status())], [1, 0])
        self.run_program("submit", "--run", self.out, small_corpus(self.folder / "docs", 1500))
        self.wait_until(lambda status: preprocess(status)[1]["tasks_done"] > 0)
        self.wait_until(lambda status: status["done"] == 1500 and preprocess(status)[1]["state"] == "absent")
        self.assertEqual(preprocess(self.status())[0]["state"], "ready")
        self.stop()

    def test_no_run_is_a_clear_answer(self):
        result = self.run_program("status")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no run is active", result.stderr)


if __name__ == "__main__":
    main()
