"""The benches run, and what they write is whole: the latency bench with a handful of samples, its pictures and tables, the plotter's errors, and
the reading of the kernel's trace. Nothing here looks at a number of microseconds."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build" / "perf"
ROADS = {"bare cache line", "fast lane, bell zmq", "fast lane, bell eventfd", "bus (lane off)", "bare ROUTER/DEALER", "FIFO + shared memory",
         "Unix socket", "nng pair", "bare eventfd wake", "bare futex wake"}
WORDS = ("line", "lane", "lane-eventfd", "bus", "zmq", "fifo", "unix", "nng", "eventfd", "futex")


def run(*command, expected=0, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, check=False, **options)
    if result.returncode != expected:
        raise AssertionError(f"{command}: exit code {result.returncode}, expected {expected}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result


def load(path):
    loader = importlib.machinery.SourceFileLoader(path.name.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("make", "-s", "build/perf/latency", "build/perf/steps", cwd=TOP)
        cls.place = tempfile.TemporaryDirectory(prefix="docring-bench-")
        cls.folder = pathlib.Path(cls.place.name)
        cls.json = cls.folder / "latency.json"
        cls.printed = run(BUILD / "latency", "--percent", "0.1", "--only", "round-trips", "--only", "rates", "--json", cls.json).stdout
        cls.result = json.loads(cls.json.read_text(encoding="utf-8"))

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def check_row(self, row):
        values = [row[name] for name in ("min", "p50", "p90", "p99", "p99.9", "max")]
        self.assertEqual(values, sorted(values), row["road"])
        self.assertGreater(values[0], 0)
        self.assertTrue(values[0] <= row["mean"] <= values[-1])
        self.assertEqual(sum(count for _, _, count in row["bins"]), row["n"])
        for low, high, _ in row["bins"]:
            self.assertLess(low, high)

    def test_rows_are_whole(self):
        self.assertIn("docring", self.result["machine"])
        if not self.result["two_cores"]:
            self.skipTest("SKIP: one core: nothing is pinned apart")
        by_how = {}
        for row in self.result["round_trips_us"]:
            self.check_row(row)
            by_how.setdefault(row["how"], set()).add(row["road"])
        self.assertEqual(by_how["apart, hot"], ROADS - {"fast lane, bell eventfd"})
        for how in ("apart, slept", "one core, hot", "one core, slept"):
            self.assertEqual(by_how[how], ROADS - {"bare cache line"}, how)
        self.assertEqual(len(by_how["apart, slept, core awake"]), 4)
        self.assertEqual({(rate["road"], rate["batch"]) for rate in self.result["one_way"] if rate["per_second"] > 0} & {("bus (lane off)", 1)},
                         {("bus (lane off)", 1)})
        self.assertEqual({bar["what"] for bar in self.result["bars"] if "held" in bar} >= {"slept, bell by eventfd, p50"}, True)

    def test_payloads_arrive(self):
        """The program itself compares the sum that the consumer read."""
        for word in WORDS[1:8]:
            for bytes_ in (64, 1 << 16):
                for more in ((), ("--read",)):
                    run(BUILD / "latency", "--road", word, "--one-core", "--seconds", "0.01", "--payload", bytes_, *more)

    def test_bad_usage(self):
        for arguments in (("--road", "nothing"), ("--percent", "0"), ("--road", "line", "--slept"), ("--road", "zmq", "--payload", "3"), ("--only", "x"),
                          ("more",)):
            self.assertIn("Usage:", run(BUILD / "latency", *arguments, expected=2).stderr)

    def test_report(self):
        run(TOP / "perf" / "latency-report", self.json, "-o", self.folder / "report")
        pictures = list((self.folder / "report").glob("*.svg"))
        self.assertGreaterEqual(len(pictures), 5 if self.result["two_cores"] else 1)
        for picture in pictures:
            self.assertTrue(xml.etree.ElementTree.parse(picture).getroot().tag.endswith("svg"))
        document = self.folder / "text.md"
        document.write_text("before\n<!-- latency: begin -->\nold\n<!-- latency: end -->\nbehind\n", encoding="utf-8")
        run(TOP / "perf" / "latency-report", self.json, "--document", document)
        text = document.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("before\n<!-- latency: begin -->\n") and text.endswith("<!-- latency: end -->\nbehind\n"))
        self.assertNotIn("old", text)
        self.assertIn("| bus (lane off) | one core, hot |", text)
        document.write_text("no place for it\n", encoding="utf-8")
        self.assertIn("latency: begin", run(TOP / "perf" / "latency-report", self.json, "--document", document, expected=2).stderr)

    def test_steps(self):
        for what in ("lane", "bell", "bus"):
            run(BUILD / "steps", what, "200")
        run(BUILD / "steps", "nothing", "1", expected=2)


class Plot(unittest.TestCase):
    def plot(self, chart, expected=0):
        return run(TOP / "perf" / "plot", "-", input=json.dumps(chart), expected=expected)

    def test_charts(self):
        lines = {"kind": "lines", "title": "a < b & c", "x": {"label": "size", "log": True, "bytes": True}, "y": {"unit": "µs", "log": True},
                 "series": [{"name": "one", "points": [[64, 1], [4096, 20]]}, {"name": "two", "points": [[64, 3]], "dashed": True}],
                 "rules": [{"axis": "y", "at": 5, "label": "bar"}]}
        bars = {"kind": "bars", "categories": ["a", "b"], "series": [{"name": "x", "values": [1, None]}]}
        histogram = {"kind": "histogram", "x": {"log": True}, "series": [{"name": "h", "bins": [[1, 2, 5], [2, 4, 1]], "marks": [[1.5, "p50"]]}]}
        for chart, wanted in ((lines, "4 KiB"), (bars, ">b<"), (histogram, "p50")):
            svg = self.plot(chart).stdout
            xml.etree.ElementTree.fromstring(svg)
            self.assertIn(wanted, svg)

    def test_what_cannot_be_drawn(self):
        for chart, wanted in (
                ({}, "kind"), ({"kind": "lines", "series": []}, "series"),
                ({"kind": "lines", "y": {"log": True}, "series": [{"name": "zero", "points": [[1, 0]]}]}, "zero"),
                ({"kind": "bars", "categories": ["a"], "series": [{"name": "short", "values": []}]}, "short"),
                ({"kind": "histogram", "series": [{"name": "empty", "bins": [[1, 2, 0]]}]}, "no bin"),
                ({"kind": "lines", "x": {"min": 3, "max": 1}, "series": [{"name": "a", "points": [[1, 1]]}]}, "no range")):
            self.assertIn(wanted, self.plot(chart, expected=2).stderr)


class Wake(unittest.TestCase):
    def test_steps_of_a_wake_up(self):
        profile = load(TOP / "perf" / "profile")
        script = ""
        for i in range(20):
            at = 100 + i * 0.001
            script += (f"   swapper     0 [001] {at:.9f}: power:cpu_idle: state=1 cpu_id=1\n"
                       f"   latency   777 [000] {at + 500e-6:.9f}: sched:sched_waking: comm=latency pid=778 prio=120 target_cpu=001\n"
                       f"   swapper     0 [001] {at + 514e-6:.9f}: power:cpu_idle: state=4294967295 cpu_id=1\n"
                       f"   swapper     0 [001] {at + 516e-6:.9f}: sched:sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R ==> "
                       "next_comm=latency next_pid=778 next_prio=120\n")
        lines = profile.wake_lines(script)
        self.assertIn("20 wake-ups", lines[0])
        self.assertIn("14.00", lines[1])
        self.assertIn("2.00", lines[2])
        self.assertIn("other programs", profile.wake_lines("")[0])


class Models(unittest.TestCase):
    def test_the_bench_of_the_model_client_writes_bars_tables_and_charts(self):
        run("make", "-s", "test-tools", "build/perf/machine", "build/perf/bare-client", cwd=TOP)
        with tempfile.TemporaryDirectory(prefix="docring-bench-") as folder:
            place = pathlib.Path(folder)
            document = place / "page.md"
            document.write_text("before\n<!-- models: begin -->\nold\n<!-- models: end -->\nafter\n", encoding="utf-8")
            run(TOP / "perf" / "models", "--quick", "--json", place / "models.json", "-o", place / "charts", "--document", document, "cost", "replies", "rate")
            result = json.loads((place / "models.json").read_text(encoding="utf-8"))
            self.assertEqual({row["calls"] for row in result["replies"]}, {400})
            self.assertEqual(len(result["bars"]), 4)
            self.assertTrue(all(bar["measured"] > 0 for bar in result["bars"]))
            self.assertTrue(all(row["bare_us_per_call"] > 0 and row["us_per_call"] > 0 for row in result["cost"]))
            text = document.read_text(encoding="utf-8")
            self.assertRegex(text, r"(?s)^before\n<!-- models: begin -->\n.*\| bar \| wanted .*<!-- models: end -->\nafter\n$")
            self.assertNotIn("old", text)

    def test_the_steady_part_of_a_run(self):
        """Half of it busy, at the start and at the end; what lies outside of the first full moment and the last arrival does not count."""
        models = load(TOP / "perf" / "models")
        points = [[0, 1, 1, 0], [10, 2, 2, 0], [20, 1, 1, 0], [30, 2, 2, 0], [40, 1, 1, 0], [90, 0, 0, 0]]
        self.assertEqual(models.steady_occupancy(points, 2), 0.75)
        self.assertIsNone(models.steady_occupancy(points, 3))

    def test_the_share_of_usable_replies(self):
        """With its confidence interval, into the table of the guide; a way that was not measured keeps its row."""
        sys.path.insert(0, str(TOP / "tests" / "system"))
        bench = load(TOP / "perf" / "real-model")
        self.assertEqual([round(bound, 4) for bound in bench.interval(500, 500)], [0.9924, 1])
        self.assertEqual([round(bound, 4) for bound in bench.interval(9, 10)], [0.5958, 0.9821])
        self.assertEqual(bench.interval(0, 0), (0.0, 1.0))
        call = {"outcome": "usable", "rung": 3, "attempts": 2, "completion_tokens": 5, "reason": "", "family": "pairs", "place": "pairs 0+9", "reply": "{}"}
        with contextlib.redirect_stdout(io.StringIO()) as said:
            row, reached = bench.report("prompt", [call] * 99 + [{**call, "outcome": "unusable", "reason": "missing"}])
            self.assertFalse(bench.report("prompt", [])[1])
        self.assertTrue(reached)
        self.assertIn("99.00 % usable (95 %: 94.55 to 99.82 %; bar 98.0 %)", said.getvalue())
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder) / "doc.md"
            document.write_text("before\n<!-- real-model: begin -->\n\n| schema | 3 |\n| in words | 2 |\n\n<!-- real-model: end -->\nafter\n", encoding="utf-8")
            bench.write_table(document, [row])
            lines = document.read_text(encoding="utf-8").splitlines()
            self.assertEqual((lines[0], lines[-1]), ("before", "after"))
            self.assertEqual([line for line in lines if line.startswith(("| schema", "| in words"))], [row, "| schema | 3 |"])
            self.assertEqual(row.count("|"), lines[3].count("|"))


if __name__ == "__main__":
    unittest.main()
