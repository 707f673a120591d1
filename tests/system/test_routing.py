"""Where documents go when a model begins to refuse, hangs or is slow, when the judge or the server for embeddings is away: what is said, what stands in
the rows, and that the same command makes good for it later."""

import collections
import json
import re
import sqlite3

from fake_server import FakeServer
from support import main, small_corpus
from test_models import ModelCase, questions

QUICK = ("--set", "generate.fallback_after_s=1")


class RoutingCase(ModelCase):
    def run_said(self, config, corpus, *extra, out=None, expect=0):
        """A run as a person sees it."""
        result = self.run_batch(corpus, out=out, expect=expect, extra=("-c", config, *extra))
        return result.stdout, result.stderr

    def calls_of(self, family, out=None):
        """(model, outcome) of the recorded calls of a family, counted."""
        with sqlite3.connect((out or self.out) / ".docring" / "run.db") as database:
            return collections.Counter(database.execute("SELECT model, outcome FROM calls WHERE family = ?", (family,)).fetchall())


class Refusals(RoutingCase):
    def check_gone(self, script, reason):
        corpus = small_corpus(self.folder / "docs", 20)
        with FakeServer("--as", "vllm", "--slots", "2", "--latency", "fixed:5", script=script) as server:
            config = self.models((server, "balanced", {"max_concurrent_requests": 2}))
            out, err = self.run_said(config, corpus, *QUICK)
            self.assertRegex(err, rf"model m0 is down: it refuses every question: {reason}.*built-in generator")
            self.assertRegex(err, rf"model m0 cannot be used: .*{reason}.*built-in generator")
            self.assertRegex(out, rf"\d+ documents were finished by the built-in generator because no model could be used \(m0: .*{reason}.*run the same command again")
            refused = sum(count for (_, outcome), count in self.calls_of("pairs").items() if outcome == "refused")
            self.assertLess(refused, 16, "it was asked on and on")
            server.script()
            said = self.run_models(config, corpus, *QUICK)["run"]
            self.assertEqual(said["documents_fell_back"], 0)
            self.assertGreater(said["unchanged"], 0, "what was well was done again")
            clean = self.folder / "clean"
            self.run_models(config, corpus, *QUICK, out=clean)
        self.assert_same_dataset(clean, self.out)

    def test_a_model_that_is_gone_in_the_middle(self):
        self.check_gone("model-gone:from=25", "HTTP status 404|status 404")

    def test_a_server_that_refuses_everything_from_some_time_on(self):
        self.check_gone("400:from=25", "HTTP status 400|status 400")

    def test_a_queue_that_is_full_is_no_server_that_is_down(self):
        """Ollama says 503 then, as proxies with a limit do; nothing waits for a breaker."""
        corpus = small_corpus(self.folder / "docs", 6)
        with FakeServer("--as", "ollama", "--slots", "1", "--queue", "0", "--latency", "fixed:30") as server:
            _, err = self.run_said(self.models((server, "balanced", {"max_concurrent_requests": 4})), corpus)
            self.assertGreater(server.count("/api/chat", 503), 2)
            self.assertNotIn("is down", err)

    def test_its_documents_go_to_the_other_model(self):
        corpus = small_corpus(self.folder / "docs", 16)
        with FakeServer("--as", "vllm", "--latency", "fixed:5", script="model-gone:from=10") as first, FakeServer("--model", "other", "--slots", "1", "--latency", "fixed:60") as second:
            config = self.models((first, "balanced", {}), (second, "balanced", {"max_concurrent_requests": 1}))
            said = self.run_models(config, corpus)
            self.assertEqual(said["run"]["documents_fell_back"], 0)
            self.assertEqual([model["state"] for model in said["run"]["models"]], ["unusable", "up"])
            clean = self.folder / "clean"
            self.run_models(self.models((second, "balanced", {})), corpus, out=clean)
        self.assertEqual({row["metadata"]["source_file"] for row in self.all_rows() if row["metadata"]["model"] != "built-in"},
                         {row["metadata"]["source_file"] for row in self.all_rows(clean) if row["metadata"]["model"] != "built-in"})

    def test_questions_of_one_document_alone(self):
        """The server is well: what it will not answer is the document's own matter, and is asked again by the same command."""
        corpus = small_corpus(self.folder / "docs", 8)
        rules = [{"match": {"text": "Cell Load Steering 3 "}, "action": {"status": 400, "message": "no such questions, please"}}]
        with FakeServer("--latency", "fixed:2", rules=rules, folder=self.folder) as server:
            config = self.models((server, "balanced", {}))
            out, err = self.run_said(config, corpus, *QUICK)
            self.assertNotIn("cannot be used", err)
            self.assertRegex(out, r"1 document was finished by the built-in generator .*no such questions, please")
            server.script()
            said = self.run_models(config, corpus, *QUICK)
            self.assertEqual((said["run"]["documents_fell_back"], said["run"]["unchanged"]), (0, 7))


class Judges(RoutingCase):
    def with_judge(self, writer, judge):
        return self.models((writer, "balanced", {}), (judge, "balanced", {"use": "judge", "name": "critic"}))

    def marks(self, out=None):
        """(who judged, was there a mark) of the rows that a model wrote. The fake judge leaves some pairs of a call out."""
        return collections.Counter((row["metadata"]["judge"]["model"], row["metadata"]["judge"]["faithfulness"] > 0) for row in self.all_rows(out)
                                   if row["metadata"]["model"] != "built-in")

    def test_a_judge_that_is_up(self):
        corpus = small_corpus(self.folder / "docs", 6)
        with FakeServer("--latency", "fixed:2") as writer, FakeServer("--model", "critic-7b", "--latency", "fixed:2") as judge:
            out, _ = self.run_said(self.with_judge(writer, judge), corpus)
            self.assertNotIn("not judged", out)
            self.assertEqual(set(self.marks()) - {("", False)}, {("critic-7b", True)})
            self.assertEqual({model for model, _ in self.calls_of("judge")}, {"critic-7b"})
            self.assertEqual(questions(judge), sum(self.calls_of("judge").values()))
        self.assertEqual({row["metadata"]["judge"]["model"] for row in self.all_rows() if row["metadata"]["model"] == "built-in"}, {""})
        self.check_dataset()

    def test_a_judge_that_is_down_at_the_start(self):
        corpus = small_corpus(self.folder / "docs", 6)
        with FakeServer("--latency", "fixed:2") as writer, FakeServer("--model", "critic-7b", "--latency", "fixed:2") as judge:
            config, clean = self.with_judge(writer, judge), self.folder / "clean"
            self.run_models(config, corpus, *QUICK, out=clean)
            writer.reset()
            judge.stop()
            out, err = self.run_said(config, corpus, *QUICK)
            self.assertRegex(err, r"model critic is down: \S.*; pairs wait 1 s for it, then they go into the dataset without its marks")
            self.assertRegex(out, r"the pairs of 6 documents were not judged \(critic: \S.*\); run the same command again to have them judged")
            self.assertNotIn("finished by the built-in generator", out)
            self.assertEqual(self.calls_of("judge"), {}, "somebody else was asked to judge")
            self.assertEqual(set(self.marks()), {("", False)})
            asked = questions(writer)
            judge.start(judge.port)
            said = self.run_models(config, corpus, *QUICK)
            self.assertEqual((said["run"]["documents_unjudged"], said["run"]["unchanged"]), (0, 0))
            self.assertEqual(questions(writer), asked, "the writer's answers are in the record")
        self.assertEqual(set(self.marks()) - {("", False)}, {("critic-7b", True)})
        self.assert_same_dataset(clean, self.out)

    def test_a_judge_that_dies_in_the_middle(self):
        corpus, patient = small_corpus(self.folder / "docs", 20), ("--set", "generate.fallback_after_s=6")  # a writer on a busy machine is not away
        with FakeServer("--latency", "fixed:20", "--slots", "2") as writer, FakeServer("--model", "critic-7b", "--latency", "fixed:40", "--slots", "1") as judge:
            config = self.with_judge(writer, judge)
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "never", "--json", "-c", config, corpus, "-o", self.out, *patient)
            self.wait_until(lambda: questions(judge) > 7 or process.poll() is not None)  # four of them may have no answer yet
            judge.stop()
            result = self.finish(process)
            self.assertEqual(result.returncode, 0, result.stderr)
            said = json.loads(result.stdout)["run"]
            self.assertGreater(said["documents_unjudged"], 0)
            self.assertEqual(said["documents_fell_back"], 0)
            self.assertEqual({model for model, _ in self.calls_of("judge")}, {"critic-7b"})
            self.assertEqual(set(self.marks()), {("critic-7b", True), ("", False)})
            judge.start(judge.port)
            again = self.run_models(config, corpus, *patient)["run"]
            self.assertEqual((again["documents_unjudged"], again["unchanged"]), (0, 20 - said["documents_unjudged"]))
        self.assertEqual(set(self.marks()) - {("", False)}, {("critic-7b", True)})
        self.check_dataset()

    def test_a_judge_that_has_no_such_model(self):
        corpus = small_corpus(self.folder / "docs", 3)
        with FakeServer("--latency", "fixed:2") as writer, FakeServer("--as", "ollama") as judge:
            config = self.models((writer, "balanced", {}), (judge, "balanced", {"use": "judge", "name": "critic", "model": "qwen3:8b"}))
            out, err = self.run_said(config, corpus)
            self.assertRegex(err, r"model critic cannot be used: .*ollama pull qwen3:8b.*; pairs go into the dataset without its marks")
            self.assertRegex(out, r"the pairs of 3 documents were not judged \(critic: .*ollama pull")
        self.assertEqual(set(self.marks()), {("", False)})


class Waiting(RoutingCase):
    def test_a_server_that_hangs_in_its_probe_holds_nothing(self):
        corpus = small_corpus(self.folder / "docs", 8)
        with FakeServer(script="hang") as hangs, FakeServer("--latency", "fixed:2") as well:
            config = self.models((hangs, "balanced", {}), (well, "balanced", {}))
            _, err = self.run_said(config, corpus)
            said = self.run_models(config, corpus)
            self.assertEqual((said["run"]["documents_fell_back"], said["run"]["unchanged"]), (0, 8))
        self.assertNotIn("finished by", err)
        self.assertEqual(set(self.made_by()), {well.model, "built-in"})

    def test_a_server_that_hangs_is_named(self):
        corpus = small_corpus(self.folder / "docs", 2)
        with FakeServer(script="hang") as server:
            config = self.models((server, "balanced", {}))
            process = self.start("--workers", "2", "--shm", "256M", "--progress", "always", "-c", config, corpus, "-o", self.out, *QUICK)
            result = self.finish(process)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"model m0 at http://127\.0\.0\.1:\d+ has not answered for \d+ s.*documents wait 1 s for it, then the built-in generator")
        self.assertRegex(result.stderr, r"m0 waits for an answer since \d+ s")
        self.assertIn("2 documents were finished by the built-in generator", result.stdout)

    def test_doctor_says_what_it_waits_for(self):
        with FakeServer(script="hang") as server:
            process = self.start("doctor", "--model-url", server.url)
            said = ""
            while not re.search(r"waits for an answer", said):
                line = process.stderr.readline()
                self.assertTrue(line, "it ended without a word")
                said += line
            self.assertIn(server.url, said)
            process.kill()
            process.communicate()


def rich_text(number):
    """A description with so many parameters, counters and words that it is one for the best model."""
    parameters = "\n".join(f"| EUtranCellFDD.richThreshold{number}x{i} | Introduced | Load of the cell above which step {i} begins. Range: 0 to 100. Default: {i}. Unit: %. |"
                           for i in range(40))
    counters = "\n".join(f"| EUtranCellFDD.pmRichMoved{number}x{i} | Number of UEs that were moved in step {i}. |" for i in range(20))
    prose = "\n\n".join(f"In step {i} the eNodeB reads EUtranCellFDD.richThreshold{number}x{i} and EUtranCellFDD.pmRichMoved{number}x{i} for every UE of the cell, "
                        f"and orders a handover of the UE with the best RSRP and CQI of the last {i + 2} seconds." for i in range(40))
    return (f"# Rich Feature {number} (RF{number})\n\n## Feature Operation\n\n{prose}\n\n## Parameters\n\n| Parameter | Type | Description |\n| --- | --- | --- |\n{parameters}\n\n"
            f"## Performance\n\n| Counter | Description |\n| --- | --- |\n{counters}\n")


class Tiers(RoutingCase):
    def test_a_document_goes_to_the_tier_of_its_complexity(self):
        corpus = small_corpus(self.folder / "docs", 6)
        for number in range(3):
            (corpus / f"rich_{number}.md").write_text(rich_text(number), encoding="utf-8")
        with FakeServer("--as", "llamacpp", "--slots", "64", "--model", "small") as small, FakeServer("--as", "llamacpp", "--slots", "64", "--model", "large") as large:
            config = self.models((small, "fast", {}), (large, "quality", {}))
            said = self.run_models(config, corpus, "--set", "score.tier_fast_below=0.6")["run"]
        by_model = {model["name"]: model for model in said["models"]}
        done = (by_model["m0"]["documents_done"], by_model["m1"]["documents_done"])
        self.assertEqual(sum(done), 9)
        self.assertGreaterEqual(done[0], 4, done)  # the better one may have helped when it had nothing to do
        self.assertGreater(by_model["m0"]["seconds_per_document"], 0)
        wrote = {(row["metadata"]["model"], row["metadata"]["source_file"].split("/")[-1].split("_")[0]) for row in self.all_rows()}
        self.assertEqual({pair for pair in wrote if pair[0] != "built-in"} - {("large", "feature")}, {("small", "feature"), ("large", "rich")})

    def test_a_server_that_has_become_slow_hands_its_queue_over(self):
        corpus = small_corpus(self.folder / "docs", 120)
        rules = [{"match": {"from": 30}, "action": {"transport": "slow_first_byte", "ms": 1500}}]
        with FakeServer("--as", "llamacpp", "--slots", "4", "--latency", "fixed:20", "--model", "slow", rules=rules, folder=self.folder) as slow, \
                FakeServer("--as", "llamacpp", "--slots", "4", "--latency", "fixed:20", "--model", "well") as well:
            said = self.run_models(self.models((slow, "balanced", {}), (well, "balanced", {})), corpus)["run"]
        done = {model["name"]: model["documents_done"] for model in said["models"]}
        self.assertEqual(sum(done.values()), 120)
        self.assertLess(done["m0"], 40, done)  # half, were it not for what it takes: it keeps what it had done before, and what its worker holds
        self.assertGreater({model["name"]: model["seconds_per_document"] for model in said["models"]}["m0"], 0.2)


class Moves(RoutingCase):
    def test_what_a_slow_server_has_not_begun_goes_to_one_that_is_idle(self):
        """Each holds a round ahead. When nothing else is left the fast one gets what the slow one has not begun, and what that is asked about stays."""
        corpus = small_corpus(self.folder / "docs", 20)
        rules = [{"match": {"text": "Cell Load Steering"}, "action": {"transport": "slow_first_byte", "ms": 2000}}]
        with FakeServer("--as", "llamacpp", "--slots", "1", "--latency", "fixed:40", "--model", "slow", rules=rules, folder=self.folder) as slow, \
                FakeServer("--as", "llamacpp", "--slots", "4", "--latency", "fixed:40", "--model", "well") as well:
            said = self.run_models(self.models((slow, "balanced", {}), (well, "balanced", {})), corpus)["run"]
            asked = collections.Counter(json.dumps(request["json"]["messages"]) for server in (slow, well) for request in server.requests(last=100000)
                                        if request["json"] and "Cell Load Steering" in request["body"] and "why the list is limited" not in request["body"])
        by_model = {model["name"]: model for model in said["models"]}
        self.assertGreater(by_model["m0"]["documents_given_back"], 0)
        self.assertEqual(by_model["m1"]["documents_given_back"], 0)
        self.assertEqual(by_model["m0"]["documents_done"] + by_model["m1"]["documents_done"], 20)
        self.assertEqual((said["documents_fell_back"], said["documents_unusable"]), (0, 0))
        self.assertEqual([text for text, count in asked.items() if count > 1], [], "a question was asked twice")
        self.assertEqual(set(self.documents_of().values()), {"done"})
        self.check_dataset()


class Turns(RoutingCase):
    """One Ollama that has one model loaded at a time: each change costs it seconds."""

    def loads(self, server):
        """The models that it was asked for one after the other, with those of the probes."""
        self.assertEqual(len(server.requests(last=100000)), server.stats()["requests_total"], "it does not keep all of them")
        asked = [request["json"]["model"] for request in server.requests(last=100000) if request["json"] and "messages" in request["json"]]
        return [model for number, model in enumerate(asked) if number == 0 or asked[number - 1] != model]

    def check_turns(self, spell, *kind, script=None):
        corpus = small_corpus(self.folder / "docs", 10)
        options = (*(kind or ("--as", "ollama")), "--model", "writer:8b", "--model", "critic:7b", "--slots", "1", "--latency", "fixed:10")
        with FakeServer(*options, script=script) as server:
            config = self.models((server, "balanced", {"model": "writer:8b"}), (server, "balanced", {"model": "critic:7b", "use": "judge", "base_url": spell(server)}))
            said = self.run_models(config, corpus)["run"]
            loads = self.loads(server)
        self.assertEqual(said["model_switches"], len(loads) - 1, loads)
        self.assertLess(len(loads), 10, loads)  # each document for itself would be 20
        self.assertEqual(said["documents_unjudged"], 0)

    def test_a_writer_and_its_judge(self):
        self.check_turns(lambda server: server.url)

    def test_spelled_differently(self):
        self.check_turns(lambda server: f"http://localhost:{server.port}/v1")

    def test_a_model_that_takes_long_to_load(self):
        """Longer than documents wait for it at the start: the other one would be loaded in its place, and this one again, for each question of both probes."""
        self.check_turns(lambda server: server.url, script="slow-first-byte:nth=1,ms=6500")

    def test_behind_llama_swap(self):
        self.check_turns(lambda server: server.url, "--as", "llamaswap")

    def test_a_router_that_holds_one(self):
        self.check_turns(lambda server: server.url, "--as", "llamacpp", "--models-max", "1")

    def test_a_writer_that_is_probed_anew(self):
        """It refuses some questions and is well. It is loaded when that shows: the other one waits for its probe, and does not go on between the probe's questions."""
        corpus = small_corpus(self.folder / "docs", 16)
        rules = [{"match": {"model": "small:1b", "text": "Cell Load Steering", "times": 8}, "action": {"status": 400, "message": "not now"}}]
        options = ("--as", "ollama", "--model", "small:1b", "--model", "large:8b", "--slots", "1", "--latency", "fixed:40", "--keep-requests", "4096")
        with FakeServer(*options, rules=rules, folder=self.folder) as server:
            config = self.models((server, "balanced", {"model": "small:1b"}), (server, "quality", {"model": "large:8b"}))
            said = self.run_models(config, corpus)["run"]
            loads = self.loads(server)
        self.assertEqual(said["model_switches"], len(loads) - 1, loads)
        self.assertLess(len(loads), 5, loads)
        self.assertEqual(sum(model["documents_done"] for model in said["models"]), 16)

    def test_two_writers(self):
        corpus = small_corpus(self.folder / "docs", 8)
        with FakeServer("--as", "ollama", "--model", "small:1b", "--model", "large:8b", "--slots", "1", "--latency", "fixed:10") as server:
            config = self.models((server, "fast", {"model": "small:1b"}), (server, "balanced", {"model": "large:8b"}))
            said = self.run_models(config, corpus)["run"]
            loads = self.loads(server)
        self.assertEqual(said["model_switches"], len(loads) - 1, loads)
        self.assertLess(len(loads), 6, loads)


class Embeddings(RoutingCase):
    VECTORS = {"use": "embeddings", "model": "fake-embedding", "name": "vectors"}

    def check_lost_and_found(self, config, vectors, corpus, clean, warning):
        out, err = self.run_said(config, corpus)
        self.assertRegex(err, rf"model vectors {warning}.*; pairs are measured by the words they share, the built-in lexical measure")
        self.assertRegex(out, r"the pairs of \d+ documents? were measured by words and not by embeddings \(vectors: \S.*\); run the same command again to measure them")
        vectors.start(vectors.port)
        vectors.script()
        said = self.run_models(config, corpus)["run"]
        self.assertEqual(said["documents_unmeasured"], 0)
        self.assertEqual([model["state"] for model in said["models"]], ["up", "up"])
        self.assert_same_dataset(clean, self.out)
        return said

    def test_a_server_for_embeddings_that_is_down(self):
        corpus = small_corpus(self.folder / "docs", 6)
        with FakeServer("--slots", "4") as writer, FakeServer() as vectors:
            config, clean = self.models((writer, "balanced", {}), (vectors, "balanced", self.VECTORS)), self.folder / "clean"
            self.run_models(config, corpus, out=clean)
            vectors.stop()
            out, _ = self.run_said(config, corpus, out=self.folder / "words")
            with sqlite3.connect(self.folder / "words" / ".docring" / "run.db") as database:
                asked = database.execute("SELECT sum(attempts) FROM calls WHERE family = 'embeddings'").fetchone()[0]
            self.assertEqual(asked, 0, "calls are counted that were never made")
            self.assertIn("fake-embedding: 0 pairs measured", out)
            self.check_lost_and_found(config, vectors, corpus, clean, "is down: .*is the server running")

    def test_one_that_is_no_server_for_embeddings(self):
        corpus = small_corpus(self.folder / "docs", 4)
        with FakeServer("--slots", "4") as writer, FakeServer() as vectors:
            config, clean = self.models((writer, "balanced", {}), (vectors, "balanced", self.VECTORS)), self.folder / "clean"
            self.run_models(config, corpus, out=clean)
            vectors.script("no-embeddings")
            vectors.start = lambda port: None  # it is there all the time
            self.check_lost_and_found(config, vectors, corpus, clean, "cannot be used: no embeddings")


class Accounts(RoutingCase):
    def test_models_that_are_not_named(self):
        """Two entries with their addresses alone: the accounts are those of the models that the servers have."""
        corpus = small_corpus(self.folder / "docs", 12)
        with FakeServer("--model", "small-1b") as small, FakeServer("--model", "large-9b") as large:
            config = self.models((small, "fast", {"model": "", "name": ""}), (large, "balanced", {"model": "", "name": ""}))
            said = self.run_models(config, corpus)["run"]
            written = self.made_by()
        accounts = {row["model"]: row for row in said["model_calls"]}
        self.assertTrue(accounts and set(accounts) <= {"small-1b", "large-9b"})
        for name, row in accounts.items():
            self.assertGreaterEqual(row["pairs_of_this_run"], written[name])
            self.assertGreater(row["pairs_of_this_run"], 0)
            self.assertEqual(row["calls_of_this_run"], row["calls"])
            self.assertAlmostEqual(row["tokens_per_pair"] * row["pairs_of_this_run"], row["prompt_tokens"] + row["completion_tokens"], delta=row["pairs_of_this_run"])
        # on a busy machine one may have all documents done before the other is looked at
        self.assertLessEqual({model["state"] for model in said["models"]}, {"up", "starting"})

    def test_no_pair_is_kept(self):
        corpus = small_corpus(self.folder / "docs", 3)
        with FakeServer(script="false-numbers") as server:
            out, _ = self.run_said(self.models((server, "balanced", {})), corpus)
        self.assertRegex(out, r"fake-chat: \d+ calls.*; no pair of it was kept in this run \(rejected\.jsonl says why\)")

    def test_several_workers_of_a_model(self):
        corpus = small_corpus(self.folder / "docs", 12)
        with FakeServer("--slots", "4", "--latency", "fixed:10") as server:
            said = self.run_models(self.models((server, "balanced", {"workers": 3})), corpus)["run"]
        (row,) = said["model_calls"]
        self.assertEqual(row["calls_of_this_run"], row["calls"])
        self.assertAlmostEqual(row["tokens_per_pair"] * row["pairs_of_this_run"], row["prompt_tokens"] + row["completion_tokens"], delta=row["pairs_of_this_run"])


if __name__ == "__main__":
    main()
