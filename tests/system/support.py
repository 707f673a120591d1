"""What the system tests share: the programs under test, corpora, runs, and the invariants that every run must keep."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("DOCRING_BIN", TOP / "build" / "bin"))
CORPUS = TOP / "samples" / "corpus"
TIMEOUT_S = 240

FINAL_FILES = ["train.jsonl", "valid.jsonl", "test.jsonl", "extractions.jsonl", "rejected.jsonl", "failed.jsonl", "removed.jsonl",
               "tables.jsonl", "README.md", "report.html"]


def shm_entries():
    return {name for name in os.listdir("/dev/shm") if "docring" in name}


def docring_processes(folder):
    """Pids of processes whose command line names the folder of this test's sockets."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            command = pathlib.Path("/proc", entry, "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command and b"worker-" in command:
            found.append(int(entry))
    return found


class RunCase(unittest.TestCase):
    """A folder of its own for each test, sockets of its own, and a look for leftovers at the end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-test-"))
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="dr-"))
        self.out = self.folder / "out"
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=str(self.runtime), XDG_CONFIG_HOME=str(self.folder / "config"), LC_ALL="C.UTF-8")
        self.environment.pop("DOCRING_FAULT", None)
        self.write_settings(os.environ.get("DOCRING_TEST_SET", ""))
        self.shm_before = shm_entries()

    def write_settings(self, settings):
        """DOCRING_TEST_SET="ipc.fast_lane=off ipc.bell=eventfd": every program of the test runs with these."""
        sections = {}
        for setting in settings.split():
            key, value = setting.split("=", 1)
            section, name = key.split(".")
            sections.setdefault(section, []).append(f"  {name}: {value}\n")
        if sections:
            path = self.folder / "config" / "docring"
            path.mkdir(parents=True)
            (path / "docring.yaml").write_text("".join(f"{name}:\n{''.join(lines)}" for name, lines in sections.items()), encoding="utf-8")

    def tearDown(self):
        left = self.wait_gone(docring_processes, str(self.runtime))
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)
        self.assertEqual(left, [], "worker processes outlived their coordinator")
        # runs beside this one make names for a moment
        self.assertEqual(self.wait_gone(lambda: shm_entries() - self.shm_before), set(), "shared memory was left behind")

    @staticmethod
    def wait_gone(function, *arguments, seconds=10):
        end = time.monotonic() + seconds
        while True:
            left = function(*arguments)
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.01)

    # --- running -----------------------------------------------------------------------------------------------------

    def command(self, *arguments):
        return [str(BIN / "coordinator"), *map(str, arguments)]

    def start(self, *arguments, fault=None, **options):
        environment = dict(self.environment)
        if fault:
            environment["DOCRING_FAULT"] = fault
        return self.start_command(self.command(*arguments), environment, **options)

    def start_command(self, command, environment=None, **options):
        return subprocess.Popen(command, env=environment or self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **options)

    def finish(self, process, timeout=TIMEOUT_S):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"the program did not end within {timeout} s\n{out}\n{err}")
        self.assertNotIn("did not ring", err, "a wake-up was lost")
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run_program(self, *arguments, fault=None, timeout=TIMEOUT_S, **options):
        return self.finish(self.start(*arguments, fault=fault, **options), timeout)

    def run_batch(self, *inputs, workers=2, out=None, expect=None, fault=None, extra=()):
        result = self.run_program("--workers", workers, "--shm", "256M", "--progress", "never", *extra, *inputs, "-o", out or self.out,
                                  fault=fault)
        if expect is not None:
            self.assertEqual(result.returncode, expect, result.stdout + result.stderr)
        return result

    # --- results -----------------------------------------------------------------------------------------------------

    def rows(self, name, out=None):
        path = (out or self.out) / name
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def final_bytes(self, out=None):
        out = out or self.out
        files = {name: (out / name).read_bytes() for name in FINAL_FILES}
        for folder in ("markdown", "images", "tables"):
            for path in sorted((out / folder).rglob("*")):
                if path.is_file():
                    files[str(path.relative_to(out))] = path.read_bytes()
        return files

    def assert_same_dataset(self, one, other):
        first, second = self.final_bytes(one), self.final_bytes(other)
        self.assertEqual(sorted(first), sorted(second), "different files")
        for name, content in first.items():
            self.assertEqual(content, second[name], f"{name} differs")

    def assert_every_file_has_an_outcome(self, inputs, out=None):
        """Every file below the input folder is converted, rejected, failed, or an archive with members that are."""
        met = set()
        for name in ("extractions.jsonl", "rejected.jsonl", "failed.jsonl"):
            for row in self.rows(name, out):
                met.add(row["source_file"])
                if row["source_zip"]:
                    met.add(row["source_zip"].split("!")[0])
        images = (out or self.out) / "images"
        met |= {str(path.relative_to(images)) for path in images.rglob("*") if path.is_file()}
        expected = {f"{inputs.name}/{path.relative_to(inputs)}" for path in inputs.rglob("*") if path.is_file() and not path.name.startswith(".")}
        self.assertEqual(expected - met, set(), "files without an outcome")

    def verify(self, out=None):
        result = self.run_program("verify", out or self.out)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class ServiceCase(RunCase):
    """A coordinator that runs as a service, asked and told from outside. It ends with the test, whatever happens."""

    def setUp(self):
        super().setUp()
        self.service = None

    def tearDown(self):
        if self.service and self.service.poll() is None:
            self.service.kill()
            self.service.communicate()
        super().tearDown()

    def status(self):
        """What the service says of itself; None when it does not answer."""
        result = self.run_program("status", "--json", "--run", self.out)
        return json.loads(result.stdout) if result.returncode == 0 else None

    def wait_until(self, condition):
        while self.service.poll() is None:
            status = self.status()
            if status and condition(status):
                return status
        self.fail("the service ended: " + self.service.communicate()[1])

    def stop(self, expect=0):
        self.service.send_signal(signal.SIGTERM)
        result = self.finish(self.service)
        self.assertEqual(result.returncode, expect, result.stdout + result.stderr)
        return result


def small_corpus(folder, count=6):
    """Feature descriptions in Markdown, small and all alike but for their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"feature_{number:03}.md").write_text(feature_text(number), encoding="utf-8")
    return folder


def feature_text(number):
    return f"""# Cell Load Steering {number} (CLS{number})

## Overview

| Property | Value |
| --- | --- |
| Feature Name | Cell Load Steering {number} |
| Feature Identity | FAJ 121 {4000 + number} |
| Node Type | eNodeB |
| Access Type | LTE |
| Licensing | Licensed feature. One licence for each node, CXC401{2000 + number}. |

The Cell Load Steering {number} feature moves connected UEs from a loaded cell to a neighbour cell before the load becomes a problem for the UEs
in the cell. The eNodeB compares the load of both cells every {number + 1} seconds and selects the UEs that report the best neighbour measurements.

## Parameters

| Parameter | Type | Description |
| --- | --- | --- |
| EUtranCellFDD.loadSteerThreshold{number} | Introduced | Load above which UEs are moved to a neighbour cell. Range: 0 to 100. Default: {40 + number}. Unit: %. |
| EUtranCellFDD.loadSteerPeriod{number} | Introduced | Time between two comparisons of the load. Range: 1 to 60. Default: {number + 1}. Unit: s. |

## Performance

| Counter | Description |
| --- | --- |
| EUtranCellFDD.pmLoadSteerMoved{number} | Number of UEs that were moved to a neighbour cell because of the load. |

## Activate the Feature

### Prerequisites

- The licence key CXC401{2000 + number} is installed in the node.

### Steps

1. Set the attribute featureState to ACTIVATED in the FeatureState=CXC401{2000 + number} MO instance.
2. Set EUtranCellFDD.loadSteerThreshold{number} to {40 + number} in every cell that takes part.
3. Check that EUtranCellFDD.pmLoadSteerMoved{number} is stepped when the load is high.
"""


def main():
    unittest.main(verbosity=1)
