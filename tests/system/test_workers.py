"""Workers on request, on demand and by hand, and the cores that they are on."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

from support import BIN, TOP, ServiceCase, main, small_corpus

CORES = sorted(os.sched_getaffinity(0))
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class Workers(ServiceCase):
    def setUp(self):
        super().setUp()
        self.joined = []

    def tearDown(self):
        for process in self.joined:
            if process and process.poll() is None:
                process.kill()
                process.communicate()
        super().tearDown()

    # --- a service, and what it says of its workers ---------------------------------------------------------------------

    def serve(self, *extra, prefix=(), workers="2", fault=None, environment=None):
        environment = dict(environment or self.environment)
        if fault:
            environment["DOCRING_FAULT"] = fault
        command = [*prefix, *self.command("--workers", workers, "--shm", "128M", "--progress", "never", "-o", self.out, *extra)]
        self.service = self.start_command(command, environment)
        self.wait_until(lambda status: all(w["state"] == "ready" for w in self.there(status)) and len(self.there(status)) > 1)

    @staticmethod
    def there(status, kind=None):
        return [w for w in status["workers"] if w["pid"] and kind in (None, w["kind"])]

    def workers(self, *arguments, code=0):
        result = self.run_program("workers", *arguments, "--run", self.out)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stderr if code else result.stdout

    def join(self, program, fault=None):
        environment = dict(self.environment)
        if fault:
            environment["DOCRING_FAULT"] = fault
        process = self.start_command([str(BIN / program), "--attach", str(self.out)], environment)
        self.joined.append(process)
        self.wait_until(lambda status: any(w["pid"] == process.pid and w["state"] == "ready" for w in status["workers"]))
        return process

    def submit(self, count):
        corpus = small_corpus(self.folder / "docs", count)
        self.assertEqual(self.run_program("submit", "--run", self.out, corpus).returncode, 0)

    def wait_stopped(self, pid):
        """A process that stopped itself at a fault point."""
        self.wait_until(lambda status: pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] == "T")

    def assert_nothing_was_lost(self, status, documents):
        self.assertEqual((status["worker_deaths"], status["retries"], status["failed"], status["lane_rescues"]), (0, 0, 0, 0))
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), documents)
        self.verify()

    # --- list, add, remove ----------------------------------------------------------------------------------------------

    def test_the_list(self):
        self.serve()
        lines = self.workers().splitlines()
        self.assertEqual(lines[0].split(), ["ID", "KIND", "STATE", "PID", "CORE", "HELD", "DONE", "MiB", "AGE", "DIED", "ROAD", "FROM"])
        self.assertEqual([line.split()[:2] for line in lines[1:]], [["w1", "preprocess"], ["w2", "preprocess"], ["w3", "inference"]])
        self.assertLess(max(map(len, lines)), 80)
        # state, memory and age may have changed since
        first, second = ([[line.split()[i] for i in (0, 1, 3, 4, 5, 6, 9, 10, 11)] for line in of] for of in (lines, self.workers("list").splitlines()))
        self.assertEqual(first, second)
        rows = json.loads(self.workers("--json"))
        for row in rows:
            self.assertEqual((row["origin"], row["deaths"], row["moves"], row["held"]), ("start", 0, 0, 0))
            self.assertIn(row["doing"], ("asleep", "idle"))
            self.assertGreater(row["private_bytes"], 100000)
        self.assertEqual(sorted(w["pid"] for w in rows), sorted(w["pid"] for w in self.there(self.status())))
        text = self.run_program("status", "--run", self.out).stdout
        for word in ("queues", "ring", "workers     2 preprocess, 1 inference", "moves", "lane rescues 0"):
            self.assertIn(word, text)
        self.assertLess(max(map(len, text.splitlines()[1:])), 80)
        self.stop(expect=1)

    def test_what_is_wrong_is_said(self):
        self.serve()
        for arguments, words in (
            (("remove", "2"), "there are 2 preprocess workers and one of them has to stay, so at most 1 can be removed"),
            (("remove", "1", "--kind", "inference"), "there is one inference worker, and without it nothing would get done"),
            (("remove", "w1", "w2"), "that would leave no preprocess worker"),
            (("remove", "w9"), "no worker is called w9"),
            (("add", "100000"), "is no number of workers"),
            (("add", "1022"), "more are too many"),
            (("remove",), "how many?"),
            (("list", "w1"), "takes no more words"),
        ):
            usage = arguments[0] in ("list",) or words in ("how many?", "is no number of workers")
            self.assertIn(words, self.workers(*arguments, code=2 if usage else 1), arguments)
        self.assertEqual(len(self.there(self.status())), 3, "something was removed all the same")
        result = self.run_program("workers", "add", "1", "--run", "nowhere")
        self.assertEqual((result.returncode, "no such run" in result.stderr), (1, True))
        self.stop(expect=1)
        result = self.run_program("workers", "--run", self.out)
        self.assertEqual((result.returncode, "no such run" in result.stderr or "has ended" in result.stderr), (1, True), result.stderr)

    def test_more_and_fewer_while_documents_are_at_work(self):
        self.serve()
        self.submit(600)
        self.wait_until(lambda status: status["done"] > 10)
        self.assertIn("being started: 4 preprocess workers now", self.workers("add", "2"))
        self.assertIn("2 inference workers now", self.workers("add", "1", "--kind", "inference"))
        self.wait_until(lambda status: sum(w["tasks_done"] > 0 for w in self.there(status, "preprocess")) == 4 or status["done"] == 600)
        answer = json.loads(self.workers("remove", "2", "--json"))
        self.assertEqual((len(answer["workers"]), answer["left"]), (2, 2))
        self.workers("remove", "w1" if "w1" not in answer["workers"] else "w2")
        self.workers("remove", "1", "--kind", "inference")
        status = self.wait_until(lambda status: status["done"] == 600 and len(self.there(status)) == 2)
        self.assertEqual({w["kind"] for w in self.there(status)}, {"preprocess", "inference"})
        self.assert_nothing_was_lost(status, 600)

    def test_a_removed_worker_finishes_what_it_holds(self):
        self.serve(workers="1")
        process = self.join("worker-preprocess", fault="worker_handle:3:stop")
        self.submit(40)
        self.wait_stopped(process.pid)  # in the middle of its third task
        mine = lambda status: next(w for w in status["workers"] if w["origin"] == "joined")
        before = self.wait_until(lambda status: status["done"] > 20 and mine(status)["held"] > 0)
        name, held, done = (mine(before)[key] for key in ("id", "held", "tasks_done"))
        self.assertIn(f"{name} finishes the {held} task", self.workers("remove", name))
        self.assertEqual(mine(self.status())["doing"], "draining")
        self.assertIn("draining", self.workers())
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (0, ""), err)
        self.assertIn("was told to end after", err)
        status = self.wait_until(lambda status: status["done"] == 40 and not mine(status)["pid"])
        gone = mine(status)
        self.assertEqual((gone["tasks_done"], gone["deaths"], gone["outbox_leased_bytes"]), (done + held, 0, 0))
        self.assert_nothing_was_lost(status, 40)

    # --- by hand --------------------------------------------------------------------------------------------------------

    def test_workers_that_joined_leave_without_loss(self):
        self.serve(workers="1")
        joined = {kind: self.join(f"worker-{kind}", fault="worker_handle:2:stop") for kind in ("preprocess", "inference")}
        self.assertEqual([w["origin"] for w in self.there(self.status())].count("joined"), 2)
        self.submit(60)
        for process in joined.values():
            self.wait_stopped(process.pid)
            process.send_signal(signal.SIGINT)  # in the middle of a task, with others waiting behind it
            process.send_signal(signal.SIGCONT)
        for kind, process in joined.items():
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, out), (0, ""), err)
            self.assertRegex(err, rf"worker-{kind}: joined out-\d+ as w\d; Ctrl-C lets it go")
            self.assertRegex(err, r"left after \d+ tasks")
        status = self.wait_until(lambda status: status["done"] == 60)
        self.assert_nothing_was_lost(status, 60)

    def test_a_second_ctrl_c_stops_a_joined_worker_and_others_do_its_work(self):
        self.serve(workers="1")
        process = self.join("worker-preprocess", fault="worker_handle:2:stop,worker_reply:2:stop")
        self.submit(30)
        self.wait_stopped(process.pid)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        self.assertIn("finishing what is in hand", process.stderr.readline() + process.stderr.readline() + process.stderr.readline())
        self.wait_stopped(process.pid)  # still at the same document
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, -signal.SIGINT)
        status = self.wait_until(lambda status: status["done"] == 30)
        self.assertEqual((status["worker_deaths"], status["failed"]), (1, 0))
        self.stop()
        self.assertEqual(len(self.rows("extractions.jsonl")), 30)

    def test_another_user_may_neither_join_nor_ask(self):
        if os.geteuid() != 0:
            self.skipTest("SKIP: only root can become another user")
        self.serve(workers="1")
        program = self.folder / "program" / "bin"  # where that user may look
        shutil.copytree(BIN, program)
        shutil.copytree(TOP / "config", self.folder / "program" / "config")
        for path in (self.folder, self.runtime, self.runtime / "docring", *(self.runtime / "docring").iterdir()):
            path.chmod(0o755)  # more than docring gives away
        (self.folder / "base").mkdir()
        (self.folder / "base").chmod(0o777)
        environment = dict(self.environment, XDG_RUNTIME_DIR=str(self.folder / "base"), HOME=str(self.folder))
        sockets = next((self.runtime / "docring").iterdir())
        for run in (self.out, sockets):
            for command in (["worker-preprocess", "--attach", str(run)], ["worker-inference", "--attach", str(run)],
                            ["coordinator", "workers", "add", "1", "--run", str(run)], ["coordinator", "status", "--run", str(run)]):
                result = subprocess.run([*NOBODY, str(program / command[0]), *command[1:]], env=environment, capture_output=True, text=True, timeout=60,
                                        check=False)
                self.assertEqual(result.returncode, 2 if command[0] != "coordinator" else 1, result.stderr)
                self.assertIn("belongs to user 0", result.stderr)
        # one that does not ask for leave: the socket's mode and, where that lets it in, its credentials stop it
        connect = "import socket,sys\ns = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\ns.connect(sys.argv[1])\nsys.stdout.buffer.write(s.recv(4096))"
        command = [*NOBODY, "/usr/bin/python3", "-c", connect, str(sockets / "attach")]
        refused = subprocess.run(command, capture_output=True, timeout=60, check=False)
        self.assertIn(b"PermissionError", refused.stderr)
        (sockets / "attach").chmod(0o666)
        refused = subprocess.run(command, capture_output=True, timeout=60, check=False)
        self.assertIn(b"another user's run", refused.stdout)
        (self.runtime / "docring").chmod(0o700)
        self.assertEqual(len(self.there(self.status())), 2)
        self.stop(expect=1)

    # --- on demand ------------------------------------------------------------------------------------------------------

    def test_one_removed_by_hand_does_not_come_back_on_demand(self):
        if len(CORES) < 2:
            self.skipTest("SKIP: a second worker needs a second core")
        self.serve("--set", "supervise.idle_cores=0", "--set", "supervise.idle_ms=86400000", workers="1..2")
        self.submit(400)
        self.wait_until(lambda status: len(self.there(status, "preprocess")) == 2)
        self.workers("remove", "1")
        status = self.wait_until(lambda status: status["done"] == 400)
        self.assertEqual((status["workers_most"], status["workers_least"], len(self.there(status, "preprocess"))), (1, 1, 1))
        self.assertEqual(status["workers"][1]["starts"], 1)
        self.assert_nothing_was_lost(status, 400)

    def test_busy_cores_bring_no_more_workers(self):
        if len(CORES) < 2:
            self.skipTest("SKIP: a second worker needs a second core")
        self.serve("--set", "supervise.idle_cores=1024", workers="1..2")  # more than any machine has idle
        self.submit(400)
        status = self.wait_until(lambda status: status["done"] == 400)
        self.assertEqual([w["starts"] for w in status["workers"] if w["kind"] == "preprocess"], [1, 0])
        self.assert_nothing_was_lost(status, 400)

    # --- cores ----------------------------------------------------------------------------------------------------------

    def assert_on_their_cores(self, status):
        for worker in self.there(status):
            mask = os.sched_getaffinity(worker["pid"])
            self.assertEqual(mask, set(CORES) if worker["core"] < 0 else {worker["core"]}, worker)
            self.assertEqual(worker["cores"], "any" if worker["core"] < 0 and len(CORES) > 1 else str(sorted(mask)[0]), worker)

    def settled(self, count):
        """Everybody is there, and everybody was told."""
        return self.wait_until(lambda status: len(self.there(status)) == count and all(w["state"] == "ready" for w in self.there(status)))

    def test_workers_are_moved_when_others_come_and_go(self):
        if len(CORES) < 2:
            self.skipTest("SKIP: moving needs a second core")
        self.serve("--pin", "cores", workers=str(len(CORES)))
        status = self.settled(len(CORES) + 1)
        self.assert_on_their_cores(status)
        self.assertEqual(sorted(w["core"] for w in self.there(status, "preprocess")), CORES)
        self.assertEqual(status["worker_moves"], 0)
        # as many again: each core has two
        self.workers("add", str(len(CORES)))
        status = self.settled(2 * len(CORES) + 1)
        self.assert_on_their_cores(status)
        cores = [w["core"] for w in self.there(status, "preprocess")]
        self.assertEqual({cores.count(core) for core in CORES}, {2})
        # all that are on the first core go: somebody has to take their place
        going = [w["id"] for w in self.there(status, "preprocess") if w["core"] == CORES[0]]
        self.workers("remove", *going)
        status = self.settled(2 * len(CORES) + 1 - len(going))
        cores = [w["core"] for w in self.there(status, "preprocess")]
        self.assertLessEqual(max(map(cores.count, CORES)) - min(map(cores.count, CORES)), 1)
        self.assert_on_their_cores(status)
        moved = sum(w["moves"] for w in self.there(status))
        self.assertEqual(moved, status["worker_moves"])
        self.assertGreater(moved, 0)
        self.submit(30)
        status = self.wait_until(lambda status: status["done"] == 30)
        self.assert_nothing_was_lost(status, 30)

    def test_ways_of_pinning(self):
        for pin, cores in (("none", lambda n: [-1] * n), ("auto", lambda n: CORES[:n] if n < len(CORES) else CORES + [-1] * (n - len(CORES)))):
            with self.subTest(pin=pin):
                self.out = self.folder / pin
                self.serve("--pin", pin, workers=str(len(CORES)))
                status = self.settled(len(CORES) + 1)
                self.assertEqual(sorted(w["core"] for w in self.there(status)), sorted(cores(len(CORES) + 1)))
                self.assert_on_their_cores(status)
                self.stop(expect=1)

    def test_one_core(self):
        self.serve("--pin", "cores", prefix=["taskset", "-c", str(CORES[0])], workers="2")
        self.workers("add", "1")
        status = self.settled(4)
        self.assertEqual({(w["core"], w["cores"], w["core_shared_by"]) for w in self.there(status)}, {(CORES[0], str(CORES[0]), 4)})
        self.submit(20)
        self.assert_nothing_was_lost(self.wait_until(lambda status: status["done"] == 20), 20)

    def test_cores_that_are_not_there(self):
        """A machine that changed under the run, as a container's set of cores may: who cannot be put on its core works all the same."""
        self.serve(environment=dict(self.environment, HWLOC_SYNTHETIC="pack:2 core:16 pu:2"), workers="12")
        status = self.settled(13)
        self.assertEqual(len({w["core"] for w in self.there(status)}), 13)
        self.assertTrue(all(os.sched_getaffinity(w["pid"]) <= set(CORES) for w in self.there(status)))
        self.submit(60)
        self.assert_nothing_was_lost(self.wait_until(lambda status: status["done"] == 60), 60)


if __name__ == "__main__":
    main()
