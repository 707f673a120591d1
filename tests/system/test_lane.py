"""The fast lane: the same dataset by every road, no wake-up lost, workers killed on the way, garbage in a lane."""

import json

from support import CORPUS, RunCase, ServiceCase, main, small_corpus

ROADS = {
    "lane-zmq": ("--set", "ipc.fast_lane=on", "--set", "ipc.bell=zmq"),
    "lane-eventfd": ("--set", "ipc.fast_lane=on", "--set", "ipc.bell=eventfd"),
    "bus": ("--set", "ipc.fast_lane=off"),
}


class Roads(RunCase):
    def test_every_road_leads_to_the_same_dataset(self):
        first = None
        for road, settings in ROADS.items():
            with self.subTest(road=road):
                out = self.folder / road
                result = self.run_batch(CORPUS, out=out, workers=3, extra=("--json", *settings))
                run = json.loads(result.stdout)["run"]
                self.assertEqual((run["lane_rescues"], run["bad_messages"], run["worker_deaths"], run["stale_results"]), (0, 0, 0, 0))
                if first:
                    self.assert_same_dataset(first, out)
                first = first or out

    def test_one_credit_and_one_core_sleep_and_wake_at_every_task(self):
        corpus = small_corpus(self.folder / "docs", 200)
        for road, settings in ROADS.items():
            with self.subTest(road=road):
                out = self.folder / road
                command = ["taskset", "-c", "0", *self.command("--workers", "1", "--shm", "64M", "--json", "--progress", "never", "--set",
                                                               "ipc.credits=1", "--set", "ipc.stock_us=0", *settings, corpus, "-o", out)]
                result = self.finish(self.start_command(command))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(json.loads(result.stdout)["run"]["lane_rescues"], 0)

    def test_workers_die_around_the_bell(self):
        corpus = small_corpus(self.folder / "docs", 20)
        clean = self.folder / "clean"
        self.run_batch(corpus, out=clean, expect=0)
        for road in ("lane-zmq", "lane-eventfd"):
            for point in ("worker_published", "worker_bell"):
                with self.subTest(road=road, point=point):
                    out = self.folder / f"{road}-{point}"
                    # one task at a time: the coordinator waits for each, and every worker has to ring
                    result = self.run_batch(corpus, out=out, fault=f"{point}:3:kill", expect=0,
                                            extra=("--json", "--set", "supervise.attempts=50", "--set", "ipc.credits=1", "--set", "ipc.stock_us=0",
                                                   *ROADS[road]))
                    self.assertGreater(json.loads(result.stdout)["run"]["worker_deaths"], 2)
                    self.assert_same_dataset(clean, out)


class Service(ServiceCase):
    def test_status_names_the_road_and_a_lane_with_garbage_costs_its_worker(self):
        corpus = small_corpus(self.folder / "docs", 80)  # enough for every worker to get some, however busy the machine is
        for road, lane in (("lane-zmq", True), ("bus", False)):
            with self.subTest(road=road):
                self.out = self.folder / road
                self.service = self.start("--workers", "2", "--shm", "64M", "--progress", "never", *ROADS[road], "-o", self.out)
                ready = lambda status: status["workers"] and all(worker["state"] == "ready" for worker in status["workers"])
                status = self.wait_until(ready)
                self.assertEqual({worker["fast_lane"] for worker in status["workers"]}, {lane})
                if lane:
                    self.spoil_lane(status["workers"][0]["pid"])
                    self.assertEqual(self.run_program("submit", "--run", self.out, corpus).returncode, 0)
                    status = self.wait_until(lambda status: status["worker_deaths"] == 1 and ready(status) and status["done"] == 80)
                    self.assertEqual(status["bad_messages"], 1)
                    self.assertEqual(status["lane_rescues"], 0)
                self.stop(expect=0 if lane else 1)  # without documents no record is produced

    def spoil_lane(self, pid):
        """Writes into every slot of the worker's side, through the worker's own memory, as a worker gone mad would."""
        sides = []
        while len(sides) < 2:  # its outbox and its side; a worker says hello before it has mapped both
            with open(f"/proc/{pid}/maps", encoding="ascii") as maps:
                lines = [line.split() for line in maps]
            # the smallest of the segments that this worker may write is its lane's side
            sides = [[int(part, 16) for part in line[0].split("-")] for line in lines if line[1] == "rw-s" and any("docring." in word for word in line[5:])]
        first, end = min(sides, key=lambda side: side[1] - side[0])
        with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            memory.seek(first + 4096 + 256)
            memory.write(b"\xa5" * (end - first - 4096 - 256))


if __name__ == "__main__":
    main()
