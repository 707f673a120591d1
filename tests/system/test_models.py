"""Runs with model servers: tiers, servers that go and come back, kills, and that no call is paid for twice."""

import collections
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

from fake_server import FakeServer
from support import TOP, RunCase, docring_processes, main, small_corpus

DOCUMENTS = 12


def chat_hashes(server):
    """How often each prompt was sent and answered in full."""
    counts = collections.Counter()
    for request in server.requests(last=100000):
        if request["target"].endswith(("/chat/completions", "/api/chat")):
            counts[hashlib.sha256(request["body"].encode()).hexdigest()] += 1
    return counts


def questions(server):
    """Chat requests about documents: those of the probe have a text of their own."""
    return sum(request["target"].endswith(("/chat/completions", "/api/chat")) and "why the list is limited" not in request["body"]
               for request in server.requests(last=100000))


class ModelCase(RunCase):
    def models(self, *servers, **common):
        """A configuration file with one model for each (server, tier, more)."""
        path = self.folder / "models.yaml"
        lines = ["models:\n"]
        for number, (server, tier, more) in enumerate(servers):
            entry = {"name": f"m{number}", "base_url": server.url, "model": server.model, "tier": tier, **common, **more}
            lines += [f"  {'- ' if i == 0 else '  '}{key}: {json.dumps(value)}\n" for i, (key, value) in enumerate(entry.items())]
        path.write_text("".join(lines), encoding="utf-8")
        return path

    def run_models(self, config, corpus, *extra, expect=0, out=None, fault=None):
        result = self.run_batch(corpus, out=out, extra=("--json", "-c", config, *extra), fault=fault)
        self.assertEqual(result.returncode, expect, result.stderr)
        return json.loads(result.stdout) if result.stdout else None

    def all_rows(self, out=None):
        rows = []
        for name in ("train", "valid", "test"):
            rows += self.read_rows((out or self.out) / f"{name}.jsonl")
        return rows

    @staticmethod
    def read_rows(path):
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def made_by(self, out=None):
        return collections.Counter(row["metadata"]["model"] if "metadata" in row and "model" in row["metadata"] else row.get("model", "?")
                                   for row in self.all_rows(out))

    def check_dataset(self, out=None):
        checked = subprocess.run([sys.executable, str(TOP / "tests" / "check_dataset.py"), str(out or self.out), "--no-readers"], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def documents_of(self, out=None):
        with sqlite3.connect((out or self.out) / ".docring" / "run.db") as database:
            return dict(database.execute("SELECT name, outcome FROM documents").fetchall())

    def wait_until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came to that")
            time.sleep(0.02)

    def kill_after_calls(self, process, server, calls):
        """SIGKILL once the server has got so many more requests; whether that was before its end."""
        before = questions(server)
        self.wait_until(lambda: questions(server) >= before + calls or process.poll() is not None)
        process.kill()
        self.finish(process)
        return process.returncode == -signal.SIGKILL


class WithModels(ModelCase):
    # --- one server -----------------------------------------------------------------------------------------------------

    def test_one_server_by_command_line(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--as", "llamacpp", "--slots", "4") as server:
            result = self.run_batch(corpus, expect=0, extra=("--json", "--model-url", server.url, "--model", server.model))
            said = json.loads(result.stdout)
            made = self.made_by()
            self.assertGreater(made[server.model], 0, made)
            self.assertGreater(made["built-in"], 0, made)  # hybrid
            self.assertEqual(said["failed_documents"], 0)
            calls = said["run"]["model_calls"]
            self.assertEqual([row["model"] for row in calls], [server.model])
            self.assertEqual(calls[0]["usable"], calls[0]["calls"])
            self.assertGreater(calls[0]["tokens_per_s"], 0)
            self.assertAlmostEqual(calls[0]["tokens_per_pair"] * calls[0]["pairs_of_this_run"], calls[0]["prompt_tokens"] + calls[0]["completion_tokens"], delta=calls[0]["pairs_of_this_run"])
            self.assertTrue(all(count == 1 for count in chat_hashes(server).values()), "a question was asked twice")
        self.check_dataset()

    def test_a_password_in_the_address_stands_in_no_file(self):
        """A dataset is given away, and a log is sent to whoever helps."""
        corpus = small_corpus(self.folder / "docs", 2)
        with FakeServer("--slots", "4") as server:
            url = server.url.replace("://", "://someone:secret@")
            config = self.folder / "models.yaml"
            config.write_text(f"models:\n  - {{base_url: '{url}', model: '{server.model}'}}\n  - {{base_url: '{url}', use: embeddings}}\n", encoding="utf-8")
            result = self.run_batch(corpus, expect=0, extra=("--json", "-c", config))
        said = [result.stdout, result.stderr, *(path.read_bytes().decode("utf-8", "replace") for path in self.out.rglob("*") if path.is_file())]
        self.assertFalse([text for text in said if "someone:" in text])
        self.assertIn("***@127.0.0.1", (self.out / "manifest.json").read_text(encoding="utf-8"))
        self.assertGreater(self.made_by()[server.model], 0)

    def test_the_same_dataset_again_without_one_more_call(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--slots", "4", "--latency", "mixed:3,1..30") as server:
            config = self.models((server, "balanced", {}))
            self.run_models(config, corpus)
            before = sum(chat_hashes(server).values())
            other = self.folder / "other"
            self.run_models(config, corpus, out=other)
            self.assert_same_dataset(self.out, other)
            after = sum(chat_hashes(server).values())
            self.run_models(config, corpus)  # everything is settled
            self.assertLess(sum(chat_hashes(server).values()) - after, 8, "only the probe may ask")
            self.assertGreater(before, 8)

    def test_modes(self):
        corpus = small_corpus(self.folder / "docs", 6)
        with FakeServer("--slots", "4") as server:
            config = self.models((server, "balanced", {}))
            self.run_models(config, corpus, "--set", "generate.mode=built-in", out=self.folder / "rules")
            self.assertEqual(sum(chat_hashes(server).values()), 0)
            self.assertEqual(set(self.made_by(self.folder / "rules")), {"built-in"})
            self.run_models(config, corpus, "--set", "generate.mode=models", out=self.folder / "models")
            self.assertEqual(set(self.made_by(self.folder / "models")), {server.model})

    def test_items_that_the_model_adds(self):
        corpus = small_corpus(self.folder / "docs", 4)
        for number in range(4):  # attributes without their class, which the rules leave alone
            said = "\n\n".join(f"The node reads {what}Guard{number} before it moves a UE, and keeps the last 10 values of it for {20 + number} minutes."
                               for what in ("load", "range", "power", "delay", "queue"))
            (corpus / f"guards_{number}.md").write_text(f"# Load Guards {number}\n\n## Overview\n\n{said}\n", encoding="utf-8")
        with FakeServer("--slots", "4") as server:
            config = self.models((server, "balanced", {}))
            self.run_models(config, corpus, "--set", "extract.model_confidence=0.35")
        documents = self.read_rows(self.out / "extractions.jsonl")
        added = [(document["text"], item) for document in documents for item in document["extractions"] if item["model"] == server.model]
        others = [item for document in documents for item in document["extractions"] if item["model"] != server.model]
        refused = [row for row in self.read_rows(self.out / "rejected.jsonl") if row["kind"] == "item"]
        self.assertTrue(added and others and refused)
        self.assertEqual({item["model"] for item in others}, {"built-in"})
        for text, item in added:
            interval = item["char_interval"]
            self.assertEqual(text[interval["start_pos"]:interval["end_pos"]], item["attributes"]["name"])
            self.assertEqual(item["confidence"], 0.35)
            self.assertTrue(all(value in text for value in item["attributes"].values()), item)
        for row in refused:
            self.assertEqual((row["gate"], row["item"]["model"]), ("extraction", server.model))
            self.assertIn(row["item"]["name"], row["reason"])
        manifest = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual(manifest["items_of_models"], {"added": len(added), "refused": len(refused)})
        (account,) = manifest["model_calls"]
        self.assertEqual(account["model"], server.model)
        self.assertEqual(account["records"], self.made_by()[server.model])
        self.assertGreater(account["usable"], 0)
        self.assertAlmostEqual(account["prompt_tokens_per_record"], account["prompt_tokens"] / account["records"], places=2)
        self.check_dataset()
        for _, item in added:  # what is no more than a claim is found out
            item["attributes"]["name"] = "made.Up"
        (self.out / "extractions.jsonl").write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
        found = self.run_program("verify", self.out)
        self.assertIn("an item of a model whose name is not the text at its place", found.stdout + found.stderr)

    # --- servers that go and come ----------------------------------------------------------------------------------------

    def test_a_server_that_is_down_at_the_start(self):
        corpus = small_corpus(self.folder / "docs", 6)
        with FakeServer() as server:
            config = self.models((server, "balanced", {}))
        result = self.run_batch(corpus, expect=0, extra=("-c", config, "--set", "generate.fallback_after_s=1"))
        self.assertIn("is down", result.stderr)
        self.assertIn("rules write the conversations", result.stderr)
        self.assertIn("run the same command again", result.stdout)
        self.assertEqual(set(self.made_by()), {"built-in"})
        # and now it is there
        with FakeServer() as server:
            config = self.models((server, "balanced", {}))
            self.run_models(config, corpus, "--set", "generate.fallback_after_s=1")
            self.assertGreater(self.made_by()[server.model], 0)

    def test_a_model_that_is_not_there(self):
        corpus = small_corpus(self.folder / "docs", 4)
        with FakeServer("--as", "ollama") as server:
            config = self.models((server, "balanced", {"model": "qwen3:8b"}))
            result = self.run_batch(corpus, expect=0, extra=("-c", config))
            self.assertIn("ollama pull qwen3:8b", result.stderr)
            self.assertRegex(result.stdout, r"4 documents were finished by the built-in generator because no model could be used \(m0: .*ollama pull qwen3:8b\)")
            self.assertEqual(set(self.made_by()), {"built-in"})
        # and now it is pulled
        with FakeServer("--as", "ollama", "--model", "qwen3:8b") as server:
            config = self.models((server, "balanced", {}))
            said = self.run_models(config, corpus)
            self.assertEqual(said["run"]["documents_fell_back"], 0)
            self.assertGreater(self.made_by()["qwen3:8b"], 0)

    def test_work_moves_when_a_server_dies(self):
        corpus = small_corpus(self.folder / "docs", 30)
        with FakeServer("--slots", "2", "--latency", "fixed:20") as first, FakeServer("--slots", "2", "--latency", "fixed:20") as second:
            config = self.models((first, "fast", {"max_concurrent_requests": 2}), (second, "quality", {"max_concurrent_requests": 2}))
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "--json", "-c", config, corpus, "-o", self.out)
            self.wait_until(lambda: sum(chat_hashes(first).values()) > 12 or process.poll() is not None)
            first.stop()
            result = self.finish(process)
            self.assertEqual(result.returncode, 0, result.stderr)
            said = json.loads(result.stdout)
            self.assertEqual(said["failed_documents"], 0)
            self.assertEqual(said["run"]["documents_fell_back"], 0, "the other server was there")
            self.assertGreater(self.made_by()[second.model], 0)
        self.check_dataset()

    def test_the_only_server_dies(self):
        """What failed is said, while it runs and at the end; rules finish the documents, and they count as to be done again."""
        corpus = small_corpus(self.folder / "docs", 20)
        with FakeServer("--slots", "2", "--latency", "fixed:40") as server:
            config = self.models((server, "balanced", {"max_concurrent_requests": 2}))
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "-c", config, corpus, "-o", self.out, "--set", "generate.fallback_after_s=1")
            self.wait_until(lambda: sum(chat_hashes(server).values()) > 6 or process.poll() is not None)
            server.stop()
            result = self.finish(process)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"model m0 is down: \S.*; its documents wait 1 s for it, then the built-in generator writes them")
        self.assertRegex(result.stdout, r"finished by the built-in generator because no model could be used \(m0: \S")
        self.assertEqual(set(self.documents_of().values()) - {"done", "rejected"}, set())

    def test_a_server_that_restarts(self):
        corpus = small_corpus(self.folder / "docs", 20)
        with FakeServer("--slots", "2", "--latency", "fixed:30") as server:
            config = self.models((server, "balanced", {"max_concurrent_requests": 2}))
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "--json", "-c", config, corpus, "-o", self.out)
            self.wait_until(lambda: sum(chat_hashes(server).values()) > 12 or process.poll() is not None)
            server.restart()
            result = self.finish(process)
            self.assertEqual(result.returncode, 0, result.stderr)
            said = json.loads(result.stdout)
            self.assertEqual(said["failed_documents"], 0)
            self.assertEqual(said["run"]["documents_fell_back"], 0)
        self.assertEqual(set(self.documents_of().values()) - {"done", "rejected"}, set())

    def test_a_server_that_goes_away_and_is_used_again(self):
        """Its work goes to the other one; after it is back it has questions again, nothing was lost, and nobody was asked twice what was answered."""
        corpus = small_corpus(self.folder / "docs", 30)
        with FakeServer("--slots", "2", "--latency", "fixed:100", script="restart:nth=12,ms=300,loading_ms=0") as first, \
                FakeServer("--slots", "1", "--latency", "fixed:500") as second:
            config = self.models((first, "balanced", {"max_concurrent_requests": 2}), (second, "quality", {"max_concurrent_requests": 1}))
            said = self.run_models(config, corpus)
            self.assertEqual((said["failed_documents"], said["run"]["documents_fell_back"]), (0, 0))
            self.assertGreater(questions(second), 0, "the work did not move")
            self.assertGreater(questions(first), 20, "the server was not used again")
            calls = {row["model"]: row for row in said["run"]["model_calls"]}
            self.assertEqual(sum(row["calls"] for row in calls.values()), sum(row["usable"] for row in calls.values()))
            self.assertLessEqual(questions(first) + questions(second), sum(row["calls"] for row in calls.values()) + 3 + 2 * 2)  # what was under way, and tries of the breaker
        self.check_dataset()

    # --- tiers -----------------------------------------------------------------------------------------------------------

    def test_a_model_of_no_use(self):
        """Whatever it answers is garbage: the other one does its documents, and what it said is kept."""
        corpus = small_corpus(self.folder / "docs", 8)
        with FakeServer(script="refusal") as useless, FakeServer("--as", "vllm") as good:
            config = self.models((useless, "fast", {}), (good, "quality", {}))
            said = self.run_models(config, corpus)
            self.assertEqual(said["failed_documents"], 0)
            self.assertGreater(self.made_by()[good.model], 0)
        self.check_dataset()

    # --- kills ------------------------------------------------------------------------------------------------------------

    def test_killed_and_resumed_repeats_no_finished_call(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--slots", "4", "--latency", "mixed:5,1..20") as server:
            config = self.models((server, "balanced", {}))
            clean = self.folder / "clean"
            self.run_models(config, corpus, out=clean)
            server.reset()
            dice, kills = random.Random(20261121), 0
            for _ in range(4):
                process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "-c", config, corpus, "-o", self.out)
                kills += self.kill_after_calls(process, server, dice.randint(8, 12))
                self.assertEqual(self.wait_gone(docring_processes, str(self.runtime)), [])
            self.assertGreater(kills, 1, "it was never killed in the middle")
            self.run_models(config, corpus)
            self.assert_same_dataset(clean, self.out)
            self.assert_no_answer_was_paid_twice(server, kills)

    def assert_no_answer_was_paid_twice(self, server, kills):
        """A question is asked again only when its first answer never came: a kill cuts off at most what was in the four slots."""
        with sqlite3.connect(self.out / ".docring" / "run.db") as database:
            calls = database.execute("SELECT count(*) FROM calls").fetchone()[0]
        self.assertLessEqual(questions(server), calls + 4 * kills)

    def test_workers_of_models_killed(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--slots", "4", "--latency", "fixed:40") as server:
            config = self.models((server, "balanced", {"workers": 2}))
            clean = self.folder / "clean"
            self.run_models(config, corpus, out=clean)
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "--json", "-c", config, corpus, "-o", self.out)
            kills = 0
            while process.poll() is None and kills < 3:
                for pid in docring_processes(str(self.runtime)):
                    command = self.command_of(pid)
                    if b"worker-inference" in command and kills < 3 and sum(chat_hashes(server).values()) > 12 * (kills + 1):
                        try:
                            os.kill(pid, signal.SIGKILL)
                            kills += 1
                        except ProcessLookupError:
                            pass
            result = self.finish(process)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertGreater(kills, 0)
            self.assert_same_dataset(clean, self.out)

    @staticmethod
    def command_of(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return file.read()
        except OSError:
            return b""

    def test_ctrl_c_and_again(self):
        corpus = small_corpus(self.folder / "docs", DOCUMENTS)
        with FakeServer("--slots", "2", "--latency", "fixed:50") as server:
            config = self.models((server, "balanced", {"max_concurrent_requests": 2}))
            clean = self.folder / "clean"
            self.run_models(config, corpus, out=clean)
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "-c", config, corpus, "-o", self.out)
            before = sum(chat_hashes(server).values())
            self.wait_until(lambda: sum(chat_hashes(server).values()) > before + 8 or process.poll() is not None)
            process.send_signal(signal.SIGINT)
            result = self.finish(process)
            self.assertIn(result.returncode, (0, 130), result.stderr)
            self.run_models(config, corpus)
            self.assert_same_dataset(clean, self.out)

    # --- looking at it ----------------------------------------------------------------------------------------------------

    def test_status(self):
        corpus = small_corpus(self.folder / "docs", 20)
        with FakeServer("--as", "llamacpp", "--slots", "2", "--latency", "fixed:100") as server:
            config = self.models((server, "balanced", {}))
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "-c", config, corpus, "-o", self.out)
            self.wait_until(lambda: sum(chat_hashes(server).values()) > 10 or process.poll() is not None)
            shown = self.run_program("status", "--run", self.out)
            status = json.loads(self.run_program("status", "--run", self.out, "--json").stdout)
            process.send_signal(signal.SIGINT)
            self.finish(process)
            self.assertEqual([(model["name"], model["state"]) for model in status["models"]], [("m0", "up")])
            self.assertEqual(status["models"][0]["worker"]["slots"], 2)
            worker = status["models"][0]["worker"]
            self.assertGreater(worker["prompt_tokens"], worker["completion_tokens"])
            self.assertGreater(worker["completion_tokens"], 0)
            self.assertGreater(worker["tokens_per_s"], 0)
            self.assertIn("MODEL", shown.stdout)
            self.assertIn("m0", shown.stdout)
            self.assertRegex(shown.stdout, r"\n  \d+ tokens read, \d+ written, \d+\.\d a second")
            self.assertTrue(all(len(line) <= 100 for line in shown.stdout.splitlines() if not line.startswith("  ")))


if __name__ == "__main__":
    main()
