"""The coordinator killed at every fault point that its program has: at the first passing, one in the middle and the last. The same command
then goes on, and the dataset is the one of a run that nobody disturbed, byte for byte; nothing is left in /dev/shm, no process, no
unfinished file, no document twice.

The points come from the program itself (section docring_fault_points), the number of passings from undisturbed runs (DOCRING_FAULT_LOG):
a new point is swept without a word here, or the test says that nothing here passes it. DOCRING_TEST_SWEEP=N: that many passings of each
point instead of three."""

import base64
import collections
import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import zipfile
import zlib

from support import BIN, RunCase, docring_processes, feature_text, main

PASSINGS = int(os.environ.get("DOCRING_TEST_SWEEP", "3"))
SETTINGS = ("--workers", "1", "--shm", "64M", "--progress", "never", "--set", "io.commit_documents=3", "--set", "io.commit_ms=1",
            "--set", "ipc.large_share=0.01", "--set", "supervise.attempts=50")

EMBEDDED = "data:image/gif;base64," + base64.b64encode(b"GIF89a" + b"embedded" * 8).decode()

# In the program, but nothing that a run does passes them.
UNUSED = set()


def points_of(program):
    names = subprocess.run(["objcopy", "--dump-section", "docring_fault_points=/dev/stdout", program, "/dev/null"], capture_output=True, check=True).stdout
    return {name.decode() for name in names.split(b"\0") if name}


def write_corpus(folder, later):
    """What the first run of a folder finds, or (later) what a second one does: more, and less."""
    folder.mkdir(exist_ok=True)
    for number in (0, 1, 2, 3, 4) if later else (0, 1, 9):
        path = folder / f"feature_{number}.md"
        if not path.exists():
            path.write_text(feature_text(number), encoding="utf-8")
    if not later:
        return
    (folder / "feature_9.md").unlink()
    (folder / "large.md").write_text("".join(feature_text(number) for number in range(20, 240)), encoding="utf-8")
    (folder / "empty.md").write_text("", encoding="utf-8")
    (folder / "broken.zip").write_bytes(b"PK\3\4" + b"no archive" * 40)
    with zipfile.ZipFile(folder / "pack.zip", "w", zipfile.ZIP_DEFLATED) as pack:
        for number in (10, 11, 12):
            pack.writestr(f"pack/feature_{number}.md", feature_text(number) + f"\n![figure](../img/{number}.gif) ![dot]({EMBEDDED})\n")
            pack.writestr(f"img/{number}.gif", b"GIF89a" + bytes([number // 2]) * 40)  # two of them are the same


class Sweep(RunCase):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        self.corpus = self.folder / "docs"
        self.older, self.clean = self.folder / "older", self.folder / "clean"
        write_corpus(self.corpus, later=False)
        self.execute(self.older)
        write_corpus(self.corpus, later=True)
        self.execute(self.clean)
        self.expected = self.snapshot(self.clean)

    # --- runs ----------------------------------------------------------------------------------------------------------

    def execute(self, out, *extra, fault=None, log=None):
        """One run to its end; True when it was killed by its fault point."""
        environment = dict(self.environment, XDG_RUNTIME_DIR=str(self.runtime_of(out)))
        if fault:
            environment["DOCRING_FAULT"] = fault
        if log:
            environment["DOCRING_FAULT_LOG"] = str(log)
        process = self.start_command(self.command(*SETTINGS, *extra, self.corpus, "-o", out), environment)
        result = self.finish(process)
        self.last_pid = process.pid
        if result.returncode == -signal.SIGKILL:
            return True
        self.assertIn(result.returncode, (0, 1), result.stdout + result.stderr)
        return False

    def runtime_of(self, out):
        folder = self.runtime / f"{zlib.crc32(out.name.encode()):x}"  # a short path: sockets lie in it
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def begin(self, name, older):
        out = self.folder / name
        if older:
            shutil.copytree(self.older, out, symlinks=True)
        return out

    # --- what a folder holds -------------------------------------------------------------------------------------------

    def snapshot(self, out):
        """Every byte of the dataset, and what the run database knows of each document."""
        files = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*")
                 if path.is_file() and ".docring" not in path.relative_to(out).parts}
        files["manifest.json"] = manifest = json.loads(files["manifest.json"])
        del manifest["created"]
        # deaths of workers count in the attempts of what failed
        files["failed.jsonl"] = [dict(json.loads(line), attempts=0) for line in files["failed.jsonl"].splitlines()]
        manifest["files"] = [entry for entry in manifest["files"] if entry["path"] != "failed.jsonl"]
        with contextlib.closing(sqlite3.connect(f"file:{out}/.docring/run.db?mode=ro", uri=True)) as database:
            files["run.db"] = database.execute("SELECT name, source, container, hash, config, outcome, format, gate, reason, bytes, modified_ns, score,"
                                               " pairs_accepted, pairs_refused, document_bytes, conversations_bytes FROM documents ORDER BY name").fetchall()
            records = database.execute("SELECT spool_offset, document_bytes, conversations_bytes FROM documents WHERE outcome IN ('done', 'kept') ORDER BY 1").fetchall()
            (end,) = database.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'spool_end'").fetchone()
        self.assertLessEqual(end, (out / ".docring" / "spool" / "results").stat().st_size)
        for (offset, document, conversations), (following, _, _) in zip(records, records[1:] + [(end, 0, 0)]):
            self.assertGreaterEqual(following, offset + document + conversations, "two records of the spool overlap")
        return files

    def check_end(self, out):
        found = self.snapshot(out)
        self.assertEqual(sorted(found), sorted(self.expected), "different files")
        for name, content in self.expected.items():
            self.assertEqual(content, found[name], f"{name} differs")
        left = {path.name for path in (out / ".docring").iterdir()} - {"run.db", "run.db-wal", "run.db-shm", "spool", "lock", "run", "settings.yaml", "domain.yaml",
                                                                      "coordinator.log"}
        self.assertEqual(left, set(), "unfinished files")
        self.assertEqual(self.wait_gone(docring_processes, str(self.runtime_of(out)) + "/"), [], "worker processes outlived their coordinator")

    # --- the sweep -----------------------------------------------------------------------------------------------------

    def passings(self, out, *extra, fault=None):
        """How often the coordinator passes each point in an undisturbed run."""
        log = self.folder / f"passings-{out.name}"
        self.assertFalse(self.execute(out, *extra, fault=fault, log=log))
        self.check_end(out)
        coordinator = str(self.last_pid)
        lines = (line.split(" ", 1) for line in log.read_text(encoding="utf-8").splitlines())
        return collections.Counter(name for pid, name in lines if pid == coordinator)

    def kill_once(self, name, point, wanted, older, extra, companion):
        """Killed at that passing, or at an earlier one when this run passes the point less often."""
        number = wanted
        for attempt in range(32):
            out = self.begin(f"{name}-{point}-{wanted}-{attempt}", older)
            fault = f"{point}:{number}:kill" + (f",{companion}" if companion else "")
            if self.execute(out, *extra, fault=fault):
                break
            self.assertGreater(number, 1, f"{point} was never passed")
            self.check_end(out)
            shutil.rmtree(out)
            number //= 2
        self.execute(out)
        self.check_end(out)
        shutil.rmtree(out)

    def sweep(self, name, points, count, older=False, extra=(), companion=None):
        """Kills at the first, the middle and the last passing of each of the points; the points that this kind of run passes."""
        passings = self.passings(self.begin(name, older), *extra, fault=companion)
        jobs = []
        for point in sorted(points & set(passings)):
            times = passings[point]
            numbers = {1 + (times - 1) * step // max(count - 1, 1) for step in range(count)}
            jobs += [(point, number) for number in sorted(numbers)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            running = {pool.submit(self.kill_once, name, point, number, older, extra, companion): (point, number) for point, number in jobs}
            for future in concurrent.futures.as_completed(running):
                point, number = running[future]
                with self.subTest(kind=name, point=point, number=number):
                    future.result()
        return set(passings)

    def test_killed_at_every_point(self):
        points = points_of(BIN / "coordinator") - UNUSED
        self.assertGreater(len(points), 30)
        swept = self.sweep("more", points, PASSINGS, older=True)
        # What only a beginning, a new start or a dead worker passes.
        swept |= self.sweep("new", points - swept | {point for point in points if point.startswith(("open_", "segment_", "finalise_", "commit_"))}, 1)
        swept |= self.sweep("restart", points - swept, PASSINGS, older=True, extra=("--restart",))
        swept |= self.sweep("deaths", points - swept | {"dispatch_again"}, PASSINGS, companion="worker_reply:3:kill")
        swept |= SERVICE
        self.assertEqual(points - swept, set(), "points that nothing here passes")
        self.assertEqual(UNUSED & swept, set(), "points that are passed after all")


SERVICE = {"sources_submitted", "sources_forget_submissions", "refresh_started", "refresh_ended"}


class ServiceSweep(RunCase):
    """The points that only a service passes, in a service."""

    def serve(self, out, fault=None):
        process = self.start(*SETTINGS, "-o", out, fault=fault)
        while process.poll() is None and self.status(out) is None:
            pass
        return process

    def status(self, out):
        result = self.run_program("status", "--json", "--run", out)
        return json.loads(result.stdout) if result.returncode == 0 else None

    def wait_done(self, process, out, count):
        while process.poll() is None:
            status = self.status(out)
            if status and status["done"] + status["unchanged"] >= count and status["datasets_written"] and not any(status["queues"].values()):
                return
        self.fail("the service ended: " + self.finish(process).stderr)

    def test_killed_at_every_point(self):
        corpus = self.folder / "docs"
        write_corpus(corpus, later=False)
        self.run_batch(corpus, out=self.folder / "clean", expect=0)
        for point in sorted(SERVICE):
            with self.subTest(point=point):
                out = self.folder / point
                process = self.serve(out, fault=f"{point}:1:kill")
                client = self.start("submit", "--run", out, corpus)
                self.assertEqual(self.finish(process).returncode, -signal.SIGKILL)
                client.kill()  # it may still wait for an answer
                client.communicate()
                process = self.serve(out)
                self.run_program("submit", "--run", out, corpus)
                self.wait_done(process, out, 3)
                process.send_signal(signal.SIGTERM)
                self.assertEqual(self.finish(process).returncode, 0)
                self.assert_same_dataset(self.folder / "clean", out)


if __name__ == "__main__":
    main()
