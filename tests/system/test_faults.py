"""Nothing is lost: workers and the coordinator killed, the disk full, shared memory full, Ctrl-C; then the invariants."""

import io
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import threading
import time
import zipfile

from fake_server import FakeServer
from support import RunCase, docring_processes, feature_text, main, small_corpus

SEED = int(os.environ.get("DOCRING_TEST_SEED", "20261121"))


class Killed(RunCase):
    def reference(self, corpus):
        clean = self.folder / "clean"
        self.run_batch(corpus, out=clean, expect=0)
        return clean

    @staticmethod
    def worker_points():
        points = ["worker_handle", "worker_reply"]
        if "ipc.fast_lane=off" not in os.environ.get("DOCRING_TEST_SET", ""):
            points += ["worker_published", "worker_bell"]
        return points

    def test_workers_killed_at_random_lose_nothing(self):
        corpus = small_corpus(self.folder / "docs", 300)
        clean = self.reference(corpus)
        dice = random.Random(SEED)
        process = self.start("--workers", "3", "--shm", "256M", "--progress", "never", "--json", corpus, "-o", self.out)
        kills = 0
        while process.poll() is None and kills < 25:
            pids = docring_processes(str(self.runtime))
            if pids and dice.random() < 0.05:
                try:
                    os.kill(dice.choice(pids), signal.SIGKILL)
                    kills += 1
                except ProcessLookupError:
                    pass
        result = self.finish(process)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(kills, 0, "no worker was alive long enough to be killed")
        self.assert_same_dataset(clean, self.out)

    def test_workers_dying_at_every_named_point(self):
        corpus = small_corpus(self.folder / "docs", 20)
        clean = self.reference(corpus)
        for point in self.worker_points():
            with self.subTest(point=point):
                out = self.folder / f"out-{point}"
                # every worker dies at its fourth task, again and again; with one task at a time it has to ring for each
                credits = "1" if point == "worker_bell" else "3"
                result = self.run_batch(corpus, out=out, fault=f"{point}:4:kill", expect=0,
                                        extra=("--json", "--set", "supervise.attempts=50", "--set", f"ipc.credits={credits}", "--set", "ipc.stock_us=0"))
                self.assertGreater(json.loads(result.stdout)["run"]["worker_deaths"], 2)
                self.assert_same_dataset(clean, out)

    def test_a_document_that_kills_three_workers_fails_and_the_run_goes_on(self):
        corpus = small_corpus(self.folder / "docs", 3)
        result = self.run_batch(corpus, fault="worker_handle:1+:kill", expect=1)
        failed = self.rows("failed.jsonl")
        self.assertEqual(len(failed), 3)
        for row in failed:
            self.assertIn("SIGKILL", row["reason"])
            self.assertEqual(row["attempts"], 3)
        self.assertIn("No record was produced", result.stdout)

    def test_the_coordinator_killed_at_random_moments(self):
        corpus = small_corpus(self.folder / "docs", 200)
        clean = self.reference(corpus)
        dice = random.Random(SEED)
        for _ in range(12):
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "--set", "io.commit_documents=8", corpus, "-o", self.out)
            timer = threading.Timer(dice.uniform(0.02, 0.5), process.kill)
            timer.start()
            self.finish(process)
            timer.cancel()
        self.run_batch(corpus, expect=0)
        self.assert_same_dataset(clean, self.out)


class Interrupted(RunCase):
    def start_and_wait_for_work(self, corpus):
        process = self.start("--workers", "1", "--shm", "256M", "--progress", "never", "--set", "io.commit_documents=1", corpus, "-o", self.out)
        while process.poll() is None:
            status = self.run_program("status", "--json", "--run", self.out)
            if status.returncode == 0 and json.loads(status.stdout)["done"] > 0:
                return process
        self.fail("the run ended before it could be interrupted: " + process.communicate()[1])

    def test_ctrl_c_drains_and_the_same_command_continues(self):
        corpus = small_corpus(self.folder / "docs", 1500)
        process = self.start_and_wait_for_work(corpus)
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.returncode, 130, result.stderr)
        self.assertIn("the same command goes on", result.stderr)
        self.assertIn("finalise", result.stderr)
        again = self.run_batch(corpus, expect=0, extra=("--json",))
        self.assertGreater(json.loads(again.stdout)["run"]["unchanged"], 0)
        self.run_batch(corpus, out=self.folder / "clean", expect=0)
        self.assert_same_dataset(self.folder / "clean", self.out)

    def test_a_second_ctrl_c_stops_at_once(self):
        corpus = small_corpus(self.folder / "docs", 1500)
        process = self.start_and_wait_for_work(corpus)
        for pid in docring_processes(str(self.runtime)):
            os.kill(pid, signal.SIGSTOP)  # what they hold would not be finished for a minute
        while process.poll() is None:
            process.send_signal(signal.SIGINT)  # those that come with the first are one with it
            os.sched_yield()
        result = self.finish(process)
        self.assertEqual(result.returncode, 130)
        self.assertIn("stopped at once", result.stderr)
        self.run_batch(corpus, expect=0)

    def test_ctrl_c_while_the_dataset_is_written(self):
        corpus = small_corpus(self.folder / "docs", 3000)
        self.run_batch(corpus, out=self.folder / "clean", expect=0)
        process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", corpus, "-o", self.out)
        while process.poll() is None and not (self.out / ".docring" / "next" / "markdown").exists():
            pass
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.returncode, 130, result.stderr)
        self.assertIn("coordinator finalise", result.stderr)
        self.assertFalse((self.out / "train.jsonl").exists(), "half of a dataset")
        self.assertEqual(self.run_program("finalise", self.out).returncode, 0)
        self.assert_same_dataset(self.folder / "clean", self.out)


class Durable(RunCase):
    """What a power cut would take cannot be tried here: the order of syncs and names can, and what an error of a sync does."""

    def test_everything_is_synced_before_anything_has_its_name(self):
        for count in (5, 300):  # one by one, and all at once
            with self.subTest(count=count):
                corpus = small_corpus(self.folder / f"docs{count}", count)
                out, log = self.folder / f"out{count}", self.folder / f"log{count}"
                self.run_batch(corpus, out=out, expect=0)
                environment = dict(self.environment, DOCRING_FAULT_LOG=str(log))
                self.assertEqual(self.finish(self.start_command(self.command("finalise", out), environment)).returncode, 0)
                points = [line.split()[1] for line in log.read_text(encoding="utf-8").splitlines()]
                last = max(number for number, point in enumerate(points) if point == "durable_sync")
                self.assertLess(last, points.index("finalise_publish"))
                self.assertGreater(points.index("durable_sync"), max(number for number, point in enumerate(points) if point == "output_file_rename"))
                # files with the manifest, the folders that hold some, and the folder of all
                folders = sum(path.is_dir() for name in ("markdown", "images", "tables") for path in (out / name, *(out / name).rglob("*")))
                expected = len(self.final_bytes(out)) + 1 + folders + 1 if count == 5 else 1
                self.assertEqual(points.count("durable_sync"), expected)

    def test_a_disk_that_fails_leaves_the_dataset_before_in_place(self):
        corpus = small_corpus(self.folder / "docs", 5)
        self.run_batch(corpus, expect=0)
        shutil.copytree(self.out, self.folder / "before", symlinks=True)
        for fault in ("uring_sync:1:EIO", "uring_sync:7:EIO", "durable_sync:1:ENOSPC"):
            with self.subTest(fault=fault):
                result = self.run_program("finalise", self.out, "--set", "split.test=0.5", fault=fault)
                self.assertEqual(result.returncode, 3, result.stdout)
                self.assertIn("cannot be put on disk", result.stderr)
                self.assert_same_dataset(self.folder / "before", self.out)
                self.verify()
                self.assertFalse((self.out / ".docring" / "next").exists())


class CutShort(RunCase):
    """Large files are mapped by the worker, not read: they are cut short under its eyes."""

    def cut(self, name, content, left):
        out, folder = self.folder / f"out-{name}-{left}", self.folder / f"docs-{name}-{left}"
        folder.mkdir()
        (folder / name).write_bytes(content)
        # the worker stops itself once the file is mapped
        process = self.start("--workers", "1", "--shm", "64M", "--progress", "never", "--json", "--set", "ipc.large_share=0.01", folder, "-o", out,
                             fault="worker_handle:1:stop")
        worker = None
        while process.poll() is None and worker is None:
            worker = next((pid for pid in docring_processes(str(self.runtime)) if self.is_stopped(pid)), None)
        os.truncate(folder / name, left)
        os.kill(worker, signal.SIGCONT)
        result = self.finish(process)
        self.assertEqual(result.returncode, 1, result.stderr)
        run = json.loads(result.stdout)["run"]
        self.assertEqual((run["by_descriptor"], run["worker_deaths"], run["retries"]), (1, 0, 0))
        (failed,) = self.rows("failed.jsonl", out)
        self.assertIn(f"cut short while it was read: {left} of {len(content)} bytes", failed["reason"])
        self.assertIn("cut short", result.stderr)
        # whole again, it is simply done
        (folder / name).write_bytes(content)
        self.run_batch(folder, out=out, expect=0)

    @staticmethod
    def is_stopped(pid):
        try:
            return pathlib.Path("/proc", str(pid), "stat").read_text(encoding="ascii").rsplit(") ", 1)[1].startswith("T")
        except OSError:
            return False

    def test_a_document(self):
        content = "".join(feature_text(number) for number in range(300)).encode()
        for left in (0, 5000, len(content) - 10):  # the last: no page is missing
            with self.subTest(left=left):
                self.cut("large.md", content, left)

    def test_an_archive(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for number in range(200):
                archive.writestr(f"feature_{number}.md", feature_text(number))
        self.cut("large.zip", packed.getvalue(), 10000)


class Stopped(RunCase):
    """Workers that live and do nothing."""

    def workers_of(self, process, kind):
        found = []
        while process.poll() is None and not found:
            for pid in docring_processes(str(self.runtime)):
                try:
                    if f"worker-{kind}" in pathlib.Path("/proc", str(pid), "cmdline").read_text():
                        found.append(pid)
                except OSError:
                    pass
        return found

    def test_stopped_workers_are_replaced(self):
        corpus = small_corpus(self.folder / "docs", 800)
        process = self.start("--workers", "1", "--shm", "64M", "--progress", "never", "--json", "--set", "supervise.document_timeout_s=1",
                             "--set", "supervise.handshake_timeout_ms=1000", corpus, "-o", self.out)
        for kind in ("preprocess", "inference"):
            for pid in self.workers_of(process, kind):
                os.kill(pid, signal.SIGSTOP)
        result = self.finish(process)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["run"]["worker_deaths"], 2)
        self.run_batch(corpus, out=self.folder / "clean", expect=0)
        self.assert_same_dataset(self.folder / "clean", self.out)

    def test_a_coordinator_that_was_stopped_does_not_blame_its_workers(self):
        process = self.start("--workers", "2", "--shm", "64M", "--progress", "never", "-o", self.out, "--set", "supervise.heartbeat_ms=50",
                             "--set", "supervise.heartbeat_lost=40")
        while self.run_program("status", "--run", self.out).returncode != 0:
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGSTOP)
        time.sleep(4.5)  # not for synchronisation: the clock that the coordinator looks at has to move on
        process.send_signal(signal.SIGCONT)
        status = json.loads(self.run_program("status", "--json", "--run", self.out).stdout)
        process.terminate()
        self.finish(process)
        self.assertEqual(status["worker_deaths"], 0)


class Damaged(RunCase):
    def test_a_damaged_state_says_what_to_do(self):
        corpus = small_corpus(self.folder / "docs", 3)
        self.run_batch(corpus, expect=0)
        for name, damage in (("run.db", b"no database at all, but some text instead" * 200), ("spool/results", b"\xff" * 5000)):
            with self.subTest(name=name):
                path = self.out / ".docring" / name
                path.write_bytes(damage + path.read_bytes()[len(damage):])
                result = self.run_batch(corpus)
                self.assertEqual(result.returncode, 3, result.stderr)
                self.assertIn("--restart", result.stderr)
                self.run_batch(corpus, expect=0, extra=("--restart",))
                self.verify()


class Full(RunCase):
    def mount(self, path, size):
        path.mkdir(exist_ok=True)
        result = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True, text=True)
        if result.returncode != 0:
            self.skipTest("SKIP: cannot mount a small file system here: " + result.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", str(path)])
        return path

    def test_a_full_disk_keeps_what_is_saved(self):
        corpus = small_corpus(self.folder / "docs", 120)
        clean = self.folder / "clean"
        self.run_batch(corpus, out=clean, expect=0)
        disk = self.mount(self.folder / "disk", "700k")
        out = disk / "out"
        result = self.run_batch(corpus, out=out, extra=("--set", "io.commit_documents=4"))
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertRegex(result.stderr.lower(), "no space|full")
        subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
        self.run_batch(corpus, out=out, expect=0)
        self.assert_same_dataset(clean, out)

    def test_a_full_disk_under_the_record_of_calls(self):
        """The log of replies does not fit any more: the worker says so and is not started again, since models would be asked the same again and again."""
        corpus = small_corpus(self.folder / "docs", 20)
        disk = self.mount(self.folder / "disk", "320k")
        with FakeServer("--slots", "4", "--latency", "fixed:1") as server:
            model = ("--model-url", server.url, "--model", server.model)
            result = self.run_batch(corpus, out=disk / "out", extra=model)
            self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
            self.assertRegex(result.stderr, r"not started again: .*run\.db-calls-.*: No space left on device; free some space and run the same command again")
            self.assertEqual(result.stderr.count(" exited with code"), 1, result.stderr)
            subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
            self.run_batch(corpus, out=disk / "out", extra=model, expect=0)

    def test_errors_of_writing_are_told_and_survived(self):
        corpus = small_corpus(self.folder / "docs", 20)
        clean = self.folder / "clean"
        self.run_batch(corpus, out=clean, expect=0)
        for point, number in (("uring_write", 1), ("uring_write", 20), ("uring_sync", 1)):
            for error in ("ENOSPC", "EIO"):
                with self.subTest(point=point, number=number, error=error):
                    out = self.folder / f"out-{point}-{number}-{error}"
                    result = self.run_batch(corpus, out=out, fault=f"{point}:{number}:{error}")
                    self.assertEqual(result.returncode, 3, result.stderr)
                    self.run_batch(corpus, out=out, expect=0)
                    self.assert_same_dataset(clean, out)

    def test_a_disk_that_fills_up_at_any_write(self):
        """From the N-th write on there is no space, for every N that a run has: spool, final files, all of them."""
        corpus = small_corpus(self.folder / "docs", 4)
        clean, log = self.folder / "clean", self.folder / "log"
        extra = ("--set", "io.commit_documents=1")
        self.environment["DOCRING_FAULT_LOG"] = str(log)
        self.run_batch(corpus, workers=1, out=clean, expect=0, extra=extra)
        del self.environment["DOCRING_FAULT_LOG"]
        writes = log.read_text(encoding="ascii").split().count("uring_write")
        self.assertGreater(writes, 10)
        ends = {"the same command": 0, "coordinator finalise": 0}
        for number in range(1, writes + 1):
            with self.subTest(number=number):
                out = self.folder / f"out-{number}"
                result = self.run_batch(corpus, workers=1, out=out, fault=f"uring_write:{number}+:ENOSPC", extra=extra)
                if number > writes - 4 and result.returncode == 0:
                    continue  # how many of the four records went into one write is a matter of time
                self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
                self.assertRegex(result.stderr, "/(spool/results|next/.*): cannot write: No space left on device; free some space and run")
                self.assertFalse((out / "train.jsonl").exists(), "half of a dataset")
                for end in ends:
                    ends[end] += end in result.stderr
                if "coordinator finalise" in result.stderr and number % 2:
                    self.assertEqual(self.run_program("finalise", out).returncode, 0)
                else:
                    self.run_batch(corpus, workers=1, out=out, expect=0, extra=extra)
                self.assert_same_dataset(clean, out)
        self.assertGreater(min(ends.values()), 0, ends)

    def test_short_transfers_change_nothing(self):
        corpus = small_corpus(self.folder / "docs", 20)
        self.run_batch(corpus, out=self.folder / "clean", expect=0)
        self.run_batch(corpus, fault="uring_write:1+:short", expect=0)
        self.assert_same_dataset(self.folder / "clean", self.out)
        self.run_batch(corpus, out=self.folder / "reads", fault="uring_read:1+:short", expect=0)
        self.assert_same_dataset(self.folder / "clean", self.folder / "reads")

    def test_a_full_dev_shm_ends_in_a_message(self):
        corpus = small_corpus(self.folder / "docs", 40)
        script = ("mount -t tmpfs -o size=40m tmpfs /dev/shm && dd if=/dev/zero of=/dev/shm/other bs=1M count=8 status=none && "
                  "exec \"$@\"")
        if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            self.skipTest("SKIP: cannot make a mount namespace here")
        command = ["unshare", "-m", "sh", "-c", script, "sh"]
        too_large = subprocess.run(command + self.command("--shm", "64M", corpus, "-o", self.out), env=self.environment, capture_output=True, text=True)
        self.assertEqual(too_large.returncode, 3, too_large.stderr)
        self.assertIn("/dev/shm", too_large.stderr)
        # enough at the start, taken away by another program meanwhile
        script = script.replace("exec \"$@\"", "{ dd if=/dev/zero of=/dev/shm/more bs=1M count=24 status=none; \"$@\"; code=$?; rm /dev/shm/*; exit $code; }")
        crowded = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh"] + self.command("--shm", "30M", "--workers", "1", corpus, "-o", self.out),
                                 env=self.environment, capture_output=True, text=True)
        self.assertEqual(crowded.returncode, 3, crowded.stdout + crowded.stderr)
        self.run_batch(corpus, expect=0)


class Crowded(RunCase):
    def test_more_files_at_once_than_the_queue_of_reads_holds(self):
        corpus = small_corpus(self.folder / "docs", 600)
        result = self.run_batch(corpus, expect=0, extra=("--json", "--set", "io.open_files=4096"))
        self.assertEqual(json.loads(result.stdout)["failed_documents"], 0)


if __name__ == "__main__":
    main()
