"""The model client against every script of the fake server: what becomes of a call, after how many attempts, why, and that time and memory
stay bounded. model-calls (tests/tools/model_calls.c) asks through the product's own code.

The client's waiting times are scaled; what is asserted are outcomes and orders, not speeds."""

import collections
import contextlib
import json
import os
import pathlib
import re
import socket
import sqlite3
import subprocess
import tempfile
import unittest
import unittest.mock
import urllib.parse
from types import SimpleNamespace

import fake_server
from fake_server import FakeServer
from fake_server_case import SANITIZED

PLAIN = fake_server.PROGRAM.parent / "model-calls"
TOOL = SANITIZED.parent / "model-calls" if (SANITIZED.parent / "model-calls").exists() else PLAIN
SCALE = 0.02
RUN_TIMEOUT_S = 120
AS_IT_CAME, MENDED, INSIDE, VALUES = "as it came", "mended", "found inside", "value by value"


def ask(server, *options, tool=PLAIN, url=None, **settings):
    """One run of model-calls: its JSON. Hostile answers are read by the sanitized build: tool=TOOL."""
    words = {"models.model": server.model, "models.max_concurrent_requests": 1, "scale": SCALE, **settings}
    command = [tool, url or server.url, *options, *(f"{key}={value}" for key, value in words.items())]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=RUN_TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def usable(rung=AS_IT_CAME, attempts=1, failures=0, **more):
    return {"outcome": "usable", "rung": rung, "attempts": attempts, "failures": failures, "breaker": "closed", "reason": "^$", **more}


def unusable(reason, attempts=2):
    """The model was asked twice (once more when it was cut off at first), and the server is well."""
    return {"outcome": "unusable", "rung": "", "attempts": attempts, "failures": 0, "breaker": "closed", "reason": reason}


def refused(reason, attempts=1, failures=0, breaker="closed", **more):
    return {"outcome": "refused", "rung": "", "attempts": attempts, "failures": failures, "breaker": breaker, "reason": reason, **more}


def broken(reason, **more):
    """A call that fails three times in a way that may be its own doing: it is refused, so that it does not go from server to server."""
    return refused(reason, attempts=3, failures=3, breaker="open", **more)


def down(reason, attempts=3, failures=3, **more):
    return {"outcome": "down", "rung": "", "attempts": attempts, "failures": failures, "breaker": "open", "reason": reason, **more}


QUICK = {"models.request_timeout_s": 25}  # times SCALE: half a second
SHORT = {"scale": 0.001}

# What becomes of one call while the server behaves so all the time.
SCRIPTS = {
    # time
    "slow-first-byte:ms=50": usable(), "slow-drip:bytes=100,ms=1": usable(),
    "stall": broken("^timed out: .*bytes received", settings=QUICK), "hang": broken("^timed out: .* 0 bytes received", settings=QUICK),
    # transport
    "endless-body": refused("^too large"), "endless-head": broken("^connection lost: .*Too large response headers"),
    "cut-head": broken("^connection lost: .*within the head"), "cut-body": broken("^connection lost: .*remaining to read"),
    "reset-before": broken("^connection lost: .*reset by peer"), "reset-body": broken("^connection lost: .*reset by peer"), "reset-reused": usable(),
    "close-before": broken("^connection lost: .*Empty reply"), "close-after": usable(), "length-long": broken("^connection lost: .*100 bytes remaining"),
    "length-short": broken("^HTTP status 200, but no JSON: it ends too early at byte (\\d+) of \\1$"), "no-http": broken("^no HTTP: .*answer is TLS"), "chunked": usable(),
    "chunk-garbage": broken("^no HTTP: .*chunk without a size$"), "to-close": usable(), "interim": usable(), "gzip-lie": usable(),
    "redirect": down("^HTTP status 302; it sends requests on to http://127\\.0\\.0\\.1:\\d+/elsewhere: are address and port right\\?$"),
    # status
    "400": refused("^HTTP status 400: Bad Request$"), "401": down("^HTTP status 401: Unauthorized$", 1, 1), "403": down("^HTTP status 403: Forbidden$", 1, 1),
    "404": refused("^HTTP status 404: Not Found$"), "408": down("^HTTP status 408"), "413": refused("^HTTP status 413"),
    "422": refused("^HTTP status 422: Field required$"),
    "429": down("^HTTP status 429", None, 0, settings=SHORT), "429-seconds": down("^HTTP status 429", None, 0, settings=SHORT),
    "429-date": down("^HTTP status 429", None, 0, settings=SHORT), "429-absurd": down("^HTTP status 429", 4, 0, settings={"scale": 0.01}),
    "429-nonsense": down("^HTTP status 429", None, 0, settings=SHORT), "429-first": usable(attempts=4),
    "500": broken("^HTTP status 500: Internal Server Error$"), "500-every-third": usable(), "502": down("^HTTP status 502: 502 Bad Gateway; that is a proxy; is the server behind it running\\?$"),
    "503": down("^HTTP status 503: Service Unavailable$"), "503-loading": down("^HTTP status 503: Loading model$"), "504": broken("^HTTP status 504.*proxy_read_timeout"),
    # body
    "garbage": broken("^HTTP status 200, but no JSON"), "html-200": broken("^HTTP status 200, but no JSON"), "empty-body": broken("^HTTP status 200, but the answer is empty$"),
    "invalid-utf8": usable(INSIDE), "nuls": broken("^HTTP status 200, but no JSON"), "utf16": broken("^HTTP status 200, but no JSON"), "bom": usable(),
    "deep-json": broken("^HTTP status 200, but no JSON: nesting too deep"), "huge-json": refused("^too large"), "huge-string": refused("^too large"),
    "truncated-json": broken("^HTTP status 200, but no JSON: it ends too early"),
    "error-200": broken("^HTTP status 200, but the server reports an error: The model runner has unexpectedly stopped"),
    "error-string-200": broken("^HTTP status 200, but the server reports an error: The model has crashed"),
    "no-choices": broken("^HTTP status 200, but no message in the answer$"), "array-body": broken("^HTTP status 200, but the answer is no JSON object$"),
    # the model's text
    "fences": usable(MENDED), "fences-unclosed": usable(MENDED), "trailing-comma": usable(MENDED), "single-quotes": usable(MENDED), "unquoted-keys": usable(MENDED),
    "python": usable(MENDED), "comments": usable(MENDED), "line-breaks": usable(), "prose-around": usable(INSIDE), "several-objects": usable(INSIDE),
    "wrapped": usable(INSIDE), "quoted": usable(INSIDE), "cut-json": unusable("^pairs\\[1\\]\\.[a-z]+: missing$", attempts=3),
    "cut-json-stop": unusable("^pairs\\[1\\]\\.[a-z]+: missing$"), "empty-content": unusable("^the reply is empty$"), "white-space": unusable("^the reply is empty$"),
    "null-content": unusable("^the reply is empty$"), "nul-escapes": usable(), "lone-surrogate": usable(MENDED), "deep-content": unusable("."),
    "prose": unusable("^there is no JSON in the reply$"), "schema-ignored": usable(), "schema-ignored-400": refused("^HTTP status 400: response_format is not supported$"),
    "echo": unusable("^pairs: missing$"), "loop": usable(attempts=2), "refusal": usable(), "other-language": usable(),
    "enum-violated": unusable('^pairs\\[0\\]\\.kind: "none_of_the_listed" is none of the values allowed$'), "extra-fields": usable(MENDED),
    "missing-fields": unusable("missing$"), "out-of-range": unusable("^pairs\\[0\\]\\.score: 100 is outside of 1 to 10$"),
    "wrong-types": unusable("^pairs\\[0\\]\\.score: expected a number$"), "duplicate-keys": usable(INSIDE), "empty-arrays": unusable("^pairs: 0 elements; at least 2 are wanted$"),
    "false-numbers": usable(), "false-units": usable(), "false-parameters": usable(),  # the fact gate's matter
    # thinking
    "think-tags": usable(thinking=True), "think-closing": usable(thinking=True), "think-unclosed": unusable("^the reply is empty$"),
    "reasoning": usable(thinking=True), "reasoning-content": usable(thinking=True), "json-in-reasoning": usable(),
    # counts and names
    "usage-zero": usable(tokens=0), "usage-absent": usable(tokens=-1), "usage-small": usable(), "usage-huge": usable(), "usage-negative": usable(tokens=-1),
    "context-cut": usable(), "finish-length": usable(), "finish-null": usable(), "finish-odd": usable(), "wrong-model": usable(), "model-gone": usable(),
    # streams: nothing that is not streamed is touched; see STREAMS
    **{name: usable() for name in ("stream-no-done", "stream-no-usage", "stream-comments", "stream-error", "stream-cut", "stream-bad-event", "stream-crlf", "stream-split", "stream-no-end")},
    # the server: see Life
    "refuse:ms=3000": down("^no connection: ", apart=True), "restart:ms=3000": down("^no connection: ", apart=True), "loading": down("^HTTP status 503", apart=True),
    "exit": down("^no connection: ", apart=True), "slow-models": usable(), "no-embeddings": usable(),
}

STREAMS = {
    "": usable(), "stall": broken("^timed out: .*nothing more came", settings={"scale": 0.004}), "cut-body": broken("^connection lost"), "stream-no-done": usable(),
    "stream-no-usage": usable(tokens=-1), "stream-comments": usable(), "stream-error": broken("^HTTP status 200, but in the stream: the server reports an error"),
    "stream-cut": broken("^HTTP status 200, but the stream ended before the answer did$"), "stream-bad-event": broken("^HTTP status 200, but in the stream: no JSON"),
    "stream-crlf": usable(), "stream-split": usable(), "stream-no-end": usable(), "bom": usable(), "fences": usable(MENDED), "think-tags": usable(thinking=True),
    "reasoning-content": usable(thinking=True), "json-in-reasoning": usable(), "invalid-utf8": usable(INSIDE), "think-unclosed": unusable("^the reply is empty$"),
    "endless-body": refused("^too large"), "huge-string": refused("^too large"), "finish-length": usable(),
    "cut-json": unusable("^pairs\\[1\\]\\.[a-z]+: missing$", attempts=3),
}


# Through a URL with a user's name, which is curl's from end to end, as https and proxies are: the same, but for these.
CURL_SAYS = {"no-http": broken("^no HTTP: "), "cut-head": broken("^HTTP status 200, but the answer is empty"), "chunk-garbage": broken("^connection lost: .*hexadecimal")}
BY_CURL = [script for script in SCRIPTS if re.match("s(low|tall)|h(ang|tml)|endless|cut-|reset|close|length|no-http|chunk|to-close|interim|gzip|redirect|[45]|garbage|bom|huge", script)]


class CallsCase(unittest.TestCase):
    def expect(self, result, wanted, what):
        call = result["calls"][0]
        said = f"{what}: {call['outcome']} {call['rung']} after {call['attempts']}: {call['reason']}; {result['failures']} failures, breaker {result['breaker']}"
        self.assertEqual((call["outcome"], call["rung"], result["breaker"]), (wanted["outcome"], wanted["rung"], wanted["breaker"]), said)
        if wanted["attempts"] is not None:
            self.assertEqual((call["attempts"], result["failures"]), (wanted["attempts"], wanted["failures"]), said)
        self.assertRegex(call["reason"], wanted["reason"], said)
        self.assertEqual(call["value"] is not None, call["outcome"] == "usable", said)
        self.assertEqual(result["under_way"], 0, said)
        if call["outcome"] == "usable":
            self.assertEqual(bool(call["thinking"]), wanted.get("thinking", False), said)
            self.assertGreaterEqual(len(call["value"]["pairs"]), wanted.get("pairs", 2), said)
        if "tokens" in wanted:
            self.assertEqual(call["prompt_tokens"], wanted["tokens"], said)


class Scripts(CallsCase):
    def test_no_script_is_left_out(self):
        listed = json.loads(subprocess.run([fake_server.PROGRAM, "--list-scripts", "--json"], stdout=subprocess.PIPE, check=True).stdout)
        self.assertEqual({one["name"] for one in listed}, {name.partition(":")[0] for name in SCRIPTS})

    def test_every_script(self):
        with FakeServer("--latency", "fixed:1") as server:
            for script, wanted in SCRIPTS.items():
                if wanted.get("apart"):
                    continue
                with self.subTest(script=script):
                    server.script(script)
                    self.expect(ask(server, tool=TOOL, **wanted.get("settings", {})), wanted, script)

    def test_scripts_by_curl(self):
        self.assertGreaterEqual(len(BY_CURL), 40)
        with FakeServer("--latency", "fixed:1") as server:
            url = server.url.replace("://", "://someone:secret@")
            for script in BY_CURL:
                wanted = CURL_SAYS.get(script, SCRIPTS[script])
                with self.subTest(script=script):
                    server.script(script)
                    self.expect(ask(server, tool=TOOL, url=url, **wanted.get("settings", {})), wanted, f"{script} by curl")
            self.assertIn("Authorization: Basic ", server.requests(1)[0]["headers"])

    def test_a_password_in_the_address_is_not_shown(self):
        with FakeServer("--latency", "fixed:1", script="cut-body") as server:
            self.assertRegex(ask(server, url=server.url.replace("://", "://someone:secret@"))["calls"][0]["reason"], "^connection lost: http://\\*\\*\\*@127")

    def test_no_proxy_is_asked_for_this_machine(self):
        """Not for its names in capitals either, nor when a user's name stands before them."""
        with FakeServer("--latency", "fixed:1") as server, unittest.mock.patch.dict(os.environ, {"http_proxy": "http://127.0.0.1:1", "no_proxy": ""}):
            for host in ("127.0.0.1", "LocalHost", "someone:secret@127.0.0.1", "someone@LOCALHOST"):
                self.expect(ask(server, url=f"http://{host}:{server.port}"), usable(), host)
            self.expect(ask(server, url=f"http://0x7f000001.example:{server.port}"), down("^no connection: .* port 1 "), "any other")

    def test_servers_that_go_away(self):
        for script, wanted in SCRIPTS.items():
            if wanted.get("apart"):
                with self.subTest(script=script), FakeServer("--latency", "fixed:1", script=script) as server:
                    self.expect(ask(server), wanted, script)

    def test_a_fault_of_one_request_costs_one_attempt(self):
        """What fails in a way that may pass is tried again, and then it is as if nothing had been."""
        tried = 0
        with FakeServer("--latency", "fixed:1") as server:
            for script, wanted in SCRIPTS.items():
                passes = wanted["failures"] > 1 or wanted["attempts"] is None
                if not passes or wanted.get("apart"):
                    continue
                tried += 1
                with self.subTest(script=script):
                    server.script(f"{script}{',' if ':' in script else ':'}times=1")
                    expected = usable(attempts=2, failures=1 if wanted["failures"] else 0)
                    self.expect(ask(server, **wanted.get("settings", {})), expected, f"{script} once")
        self.assertGreaterEqual(tried, 25)

    def test_streams(self):
        with FakeServer("--latency", "fixed:1") as server:
            for script, wanted in STREAMS.items():
                with self.subTest(script=script):
                    server.script(script or None)
                    result = ask(server, tool=TOOL, **{"stream": 1, "models.request_timeout_s": 600, **wanted.get("settings", {})})
                    self.expect(result, wanted, f"{script} streamed")
                    self.assertTrue(server.requests(result["attempts"])[0]["json"]["stream"])

    def test_a_reply_that_is_asked_for_again(self):
        """The second question holds the reply and what is wrong with it; with a good answer to it the call is usable."""
        with FakeServer("--latency", "fixed:1", script="enum-violated:times=1") as server:
            self.expect(ask(server), usable(attempts=2), "asked again")
            first, second = (request["json"]["messages"] for request in server.requests())
            self.assertEqual(second[:len(first)], first)
            self.assertEqual([message["role"] for message in second[len(first):]], ["assistant", "user"])
            self.assertIn("none_of_the_listed", second[-2]["content"])
            self.assertIn('pairs[0].kind: "none_of_the_listed" is none of the values allowed', second[-1]["content"])

    def test_prose_that_was_cut_is_no_answer(self):
        with FakeServer("--latency", "fixed:1", script="finish-length") as server:
            call = ask(server, schema=0)["calls"][0]
            self.assertEqual((call["outcome"], call["reason"]), ("unusable", "the reply was cut off at its longest"))
            server.script()
            self.assertEqual(ask(server, schema=0)["calls"][0]["outcome"], "usable")


class Bounds(CallsCase):
    def test_memory_of_endless_answers(self):
        """200 MB are sent; a quarter of that would be too much to keep."""
        with FakeServer("--latency", "fixed:1") as server:
            usual = ask(server)["resident_kib_max"]
            for script in ("huge-json", "huge-string", "endless-body", "endless-head", "deep-json", "deep-content"):
                for stream in (0, 1):
                    server.script(script)
                    result = ask(server, quiet=1, calls=8, stream=stream, **{"models.max_concurrent_requests": 8, "models.request_timeout_s": 600, "scale": 0.002})
                    self.assertEqual(result["usable"], 0)
                    self.assertLess(result["resident_kib_max"] - usual, 48 << 10, f"{script}, stream {stream}")

    def test_deadlines(self):
        """Calls end at their deadline wherever they are: under way, waiting for a slot, or to be sent again."""
        with FakeServer("--latency", "fixed:1", script="hang") as server:
            result = ask(server, calls=3, deadline_ms=150, scale=1)
            self.assertEqual(result["refused"], 3)
            self.assertEqual(sorted(call["attempts"] for call in result["calls"]), [0, 0, 1])
            self.assertTrue(all("deadline has passed" in call["reason"] or "timed out" in call["reason"] for call in result["calls"]))
            self.assertLess(result["cpu_s"], result["seconds"] / 2 + 0.5)
        with FakeServer("--latency", "fixed:1", script="429-absurd") as server:
            call = ask(server, deadline_ms=150, scale=1)["calls"][0]
            self.assertEqual((call["outcome"], call["attempts"]), ("refused", 1))
            self.assertRegex(call["reason"], "^HTTP status 429")

    def test_no_question_takes_longer_than_half_an_hour(self):
        """Whatever is left of its tries. Times are a ten-thousandth of what they are."""
        for timeout_s, attempts in ((1800, 1), (300, 3)):  # with the third failure of its own it is given up anyway
            with self.subTest(timeout_s=timeout_s), FakeServer("--latency", "fixed:1", script="hang") as server:
                call = ask(server, scale=0.0001, **{"models.request_timeout_s": timeout_s})["calls"][0]
                self.assertEqual((call["outcome"], call["attempts"]), ("refused", attempts))

    def test_retry_after(self):
        with FakeServer("--latency", "fixed:1", script="429-first:to=2") as server:
            result = ask(server, scale=0.3)
            self.expect(result, usable(attempts=3), "Retry-After: 1")
            times = [request["at_ms"] for request in server.requests()]
            self.assertTrue(all(later - earlier >= 300 for earlier, later in zip(times, times[1:])), times)

    def test_waiting_costs_no_time_of_the_processor(self):
        with FakeServer("--latency", "fixed:400", "--slots", "2") as server:
            result = ask(server, calls=4, **{"models.max_concurrent_requests": 2})
            self.assertEqual(result["usable"], 4)
            self.assertLess(result["cpu_s"], 0.2)


class Context(CallsCase):
    def test_a_silent_cut_is_seen(self):
        cut = "^the server read only \\d+ tokens of a prompt of about \\d+: its context is shorter than it says"
        with FakeServer("--latency", "fixed:0", "--context", "100000", script="context-cut:context_tokens=512") as server:
            result = ask(server, bytes=20000)
            self.expect(result, refused(cut), "a sixth of the prompt was read")
            self.assertLessEqual(result["context_tokens"], 512)

    def test_a_prompt_that_fills_a_context_that_is_known(self):
        with FakeServer("--latency", "fixed:0", "--as", "ollama") as server:
            result = ask(server, api="ollama", context=4096, bytes=9000, dense=1)  # one character a token: it seemed to fit
            self.expect(result, refused("^the server read only 40\\d\\d tokens"), "num_ctx is full")

    def test_a_ceiling_is_seen_though_nobody_tells_of_it(self):
        """Prompts of different lengths, all read with the same count."""
        with FakeServer("--latency", "fixed:0", "--context", "100000", script="context-cut:context_tokens=2000") as server:
            outcomes = []
            with tempfile.TemporaryDirectory() as folder:
                for length in (9000, 10500, 12500):
                    outcomes.append(ask(server, bytes=length, record=f"{folder}/run.db")["calls"][0]["outcome"])
            self.assertEqual(outcomes, ["usable", "usable", "usable"], "one process each: nothing is known yet")
            result = ask(server, calls=6, bytes=9000, bytes_step=1500)
            self.assertEqual([call["outcome"] for call in result["calls"]], ["usable"] + ["refused"] * 5)
            self.assertEqual([call["attempts"] for call in result["calls"]], [1, 1, 0, 0, 0, 0])
            self.assertEqual((result["context_tokens"], result["doubtful"]), (2000, 1))

    def test_a_count_that_is_too_small_is_seen_at_the_first_reply(self):
        """Where the probe has told how the server counts."""
        with FakeServer("--latency", "fixed:0", "--context", "100000", script="context-cut:context_tokens=3000") as server:
            result = ask(server, calls=3, bytes=16000, bytes_step=500, factor=1.2)
            self.assertEqual([call["outcome"] for call in result["calls"]], ["refused"] * 3)
            self.assertEqual([call["attempts"] for call in result["calls"]], [1, 0, 0])
            self.assertEqual((result["context_tokens"], result["doubtful"]), (3000, 0))
            server.script()
            for dense in (0, 1):
                self.assertEqual(ask(server, calls=30, bytes=4000, bytes_step=500, dense=dense, factor=1.2)["usable"], 30)

    def test_texts_that_differ_in_a_number_alone_may_count_the_same(self):
        with FakeServer("--latency", "fixed:0", "--context", "100000") as server:
            result = ask(server, calls=40, bytes=6000, factor=1.2)
            self.assertEqual(result["usable"], 40)
            self.assertLess(len({call["prompt_tokens"] for call in result["calls"]}), 5)

    def test_a_refusal_that_names_the_context(self):
        """What the server says is learnt: the next one is not sent."""
        for kind in ("openai", "llamacpp", "lmstudio", "vllm"):
            with self.subTest(kind), FakeServer("--latency", "fixed:0", "--as", kind, "--context", "4096") as server:
                result = ask(server, calls=3, bytes=20000)
                self.assertEqual([(call["outcome"], call["attempts"]) for call in result["calls"]], [("refused", 1), ("refused", 0), ("refused", 0)])
                self.assertEqual(result["context_tokens"], 4096)
                self.assertRegex(result["calls"][0]["reason"], "^HTTP status 400: .*context")

    def test_counts_that_are_not_true_are_estimated(self):
        with FakeServer("--latency", "fixed:0", script="usage-huge") as server:
            call = ask(server, bytes=8000, truthful=0)["calls"][0]
            self.assertEqual(call["outcome"], "usable")
            self.assertTrue(1000 < call["prompt_tokens"] < 4000, call["prompt_tokens"])
            self.assertTrue(20 < call["completion_tokens"] < 1000, call["completion_tokens"])

    def test_what_cannot_fit_is_not_sent(self):
        with FakeServer("--latency", "fixed:0") as server:
            call = ask(server, bytes=40000, context=8192)["calls"][0]
            self.assertEqual((call["outcome"], call["attempts"]), ("refused", 0))
            self.assertRegex(call["reason"], "^the prompt needs about \\d+ tokens and its answer 1000; the context of .* has 8192$")
            self.assertEqual(server.stats()["requests_total"], 0)


class Life(CallsCase):
    def recovered(self, result, count):
        """Some calls went away with the server; after it came back all are answered, and the breaker is closed."""
        self.assertEqual(len(result["calls"]), count)
        outcomes = [call["outcome"] for call in result["calls"]]
        self.assertIn("down", outcomes)
        self.assertEqual(outcomes[-5:], ["usable"] * 5)
        self.assertEqual(result["breaker"], "closed")
        self.assertGreaterEqual(result["opened"], 1)

    def test_a_restart_in_mid_run(self):
        """New work keeps coming; the looks find the server again. Looks are 5 s apart: 100 ms here."""
        for script in ("restart:nth=10,ms=300,loading_ms=200", "refuse:nth=10,ms=300", "loading:nth=10,loading_ms=300"):
            with self.subTest(script=script), FakeServer("--latency", "fixed:1", script=script) as server:
                self.recovered(ask(server, calls=60, pause_ms=25), 60)

    def hang_up(self, server, count):
        """In the server's place, ends so many connections without a word."""
        place = urllib.parse.urlsplit(server.url)
        with socket.create_server((place.hostname, place.port)) as listener:
            listener.settimeout(RUN_TIMEOUT_S)
            for _ in range(count):
                listener.accept()[0].close()

    def test_a_host_that_does_not_answer(self):
        """That is the server's failure, whether it is a call's third or not: the work goes elsewhere."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as waiting:
            for _ in range(3):  # nobody takes them: there is no room for another
                waiting.enter_context(contextlib.closing(self.begin_to_connect(listener)))
            for user in ("", "someone:secret@"):
                server = SimpleNamespace(model="m", url=f"http://{user}127.0.0.1:{listener.getsockname()[1]}")
                self.expect(ask(server, **QUICK), down("^no connection: .*timed out"), server.url)

    @staticmethod
    def begin_to_connect(listener):
        client = socket.socket()
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect(listener.getsockname())
        return client

    def test_a_server_that_ends_and_is_started_again(self):
        with FakeServer("--latency", "fixed:1", script="exit:nth=10") as server:
            command = [TOOL, server.url, f"models.model={server.model}", "models.max_concurrent_requests=1", f"scale={SCALE}", "calls=60", "pause_ms=25"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tool:
                self.assertEqual(server.process.wait(RUN_TIMEOUT_S), 75)
                self.hang_up(server, 5)  # three open the breaker, the others are looks: the server was missed
                server.command = [word for word in server.command if "exit" not in word and word != "--script"]
                server.restart()
                result = json.loads(tool.communicate(timeout=RUN_TIMEOUT_S)[0])
            self.recovered(result, 60)

    def test_a_breaker_that_opens_frees_all_work_at_once(self):
        """64 calls, 8 of them under way, when the server hangs up: none waits for its time limit."""
        with FakeServer("--slots", "8", "--latency", "fixed:5", script="restart:nth=20,ms=30000") as server:
            result = ask(server, calls=64, **{"models.max_concurrent_requests": 8, "models.request_timeout_s": 1800, "scale": 0.5})
            self.assertEqual(result["usable"] + result["down"] + result["refused"], 64)
            self.assertGreaterEqual(result["down"], 30)
            self.assertLess(result["seconds"], 10)

    def test_connections_that_die_between_two_requests(self):
        for script in ("reset-reused", "close-after", "to-close"):
            with self.subTest(script=script), FakeServer("--latency", "fixed:1", script=script) as server:
                result = ask(server, calls=12)
                self.assertEqual((result["usable"], result["breaker"]), (12, "closed"))

    def test_a_server_that_dies_of_a_request(self):
        """A connection that was closed before a request came shows it at once, and the request goes over another. Closed after a second it was at work on
        it: that is a failure, and it is tried again by the rules for those."""
        for after_ms, attempts in ((0, [1, 1]), (1050, [1, 2])):
            with FakeServer("--latency", "fixed:1", script=f"reset-reused:ms={after_ms}") as server:
                result = ask(server, calls=2)
                self.assertEqual([call["attempts"] for call in result["calls"]], attempts)
                self.assertEqual((result["usable"], result["failures"]), (2, sum(attempts) - 2))

    def test_a_model_that_goes_away(self):
        with FakeServer("--latency", "fixed:1", script="model-gone:from=6") as server:
            result = ask(server, calls=10)
            self.assertEqual([call["outcome"] for call in result["calls"]], ["usable"] * 5 + ["refused"] * 5)
            self.assertRegex(result["calls"][-1]["reason"], "^HTTP status 404: model not found$")

    def test_all_kinds_of_faults_at_once(self):
        """Many requests meet a fault; no call is lost, hardly any is given up. What counts as a failure of the server comes one kind after the other, each at
        every sixth request: with four at once there is a good answer between any three of them, in whatever order they come, and the breaker stays closed."""
        faults = "cut-body:every=6,to=90;reset-before:every=6,from=75,to=160;500:every=6,from=150,to=230;garbage:every=6,from=210;" \
            "429-seconds:every=17;fences:every=5;prose:every=29;empty-content:every=31"
        with FakeServer("--slots", "4", "--latency", "fixed:2", script=faults) as server:
            result = ask(server, calls=300, **{"models.max_concurrent_requests": 4})
            self.assertEqual(result["usable"] + result["unusable"] + result["refused"], 300)
            self.assertEqual((result["down"], result["breaker"]), (0, "closed"))
            self.assertGreaterEqual(result["usable"], 290)
            self.assertGreaterEqual(result["retries"], 50)


class InWords(CallsCase):
    """A server that keeps no schema is given the beginning of the reply, for the model to go on with."""

    REST = 'What is the default value?", "answer": "It is 40 percent.", "kind": "factual", "score": 3}]}'
    WORDS = {"format": "prompt", "least": 1}

    def rules(self, *rules):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return {"rules": list(rules), "folder": folder.name}

    def roles(self, server):
        return [[message["role"] for message in request["json"]["messages"]] for request in server.requests() if request["json"]]

    def test_a_model_that_goes_on(self):
        with FakeServer(**self.rules({"action": {"say": self.REST}})) as server:
            result = ask(server, **self.WORDS)
            self.expect(result, usable(pairs=1), "goes on")
            self.assertEqual(result["calls"][0]["value"]["pairs"][0]["question"], "What is the default value?")
            self.assertEqual(self.roles(server), [["user", "assistant"]])
            self.assertEqual(server.requests()[0]["json"]["messages"][-1]["content"], '{"pairs": [{"question": "')

    def test_a_model_that_begins_anew(self):
        for text in (f'{{"pairs": [{{"question": "{self.REST}', f'```json\n{{"pairs": [{{"question": "{self.REST}\n```', f'Here it is: {{"pairs": [{{"question": "{self.REST}'):
            with FakeServer(**self.rules({"action": {"say": text}})) as server:
                result = ask(server, **self.WORDS)
                self.assertEqual(result["calls"][0]["value"]["pairs"], [{"question": "What is the default value?", "answer": "It is 40 percent.", "kind": "factual", "score": 3}])

    def test_a_server_that_wants_the_last_word_to_be_the_users(self):
        with FakeServer(**self.rules({"match": {"text": '"role": "assistant"'}, "action": {"status": 400}}, {"action": {"say": f'{{"pairs": [{{"question": "{self.REST}'}})) as server:
            result = ask(server, calls=2, **self.WORDS)
            self.assertEqual((result["usable"], result["attempts"]), (2, 3))
            self.assertEqual(self.roles(server), [["user", "assistant"], ["user"], ["user"]])

    def test_value_by_value(self):
        """A model that goes on and makes no JSON is asked for one value after the other; marks and stops on the way are asked for again."""
        said = ["What now? I do not know.", 'What is the default value?", "answer": "…', "…", "It is 40 percent, said \\n", "3"]
        with FakeServer(**self.rules(*({"match": {"times": 1}, "action": {"say": text}} for text in said))) as server:
            result = ask(server, **self.WORDS)
            self.expect(result, usable(VALUES, attempts=5, pairs=1), "value by value")
            self.assertEqual(result["calls"][0]["value"]["pairs"], [{"question": "What is the default value?", "answer": "It is 40 percent, said", "kind": "factual", "score": 3}])
            requests = [request["json"] for request in server.requests() if request["json"]]
            self.assertEqual([request["messages"][-1]["content"] for request in requests[1:4]],
                             ['{"pairs": [{"question": "'] + ['{"pairs": [{"question": "What is the default value?", "answer": "'] * 2)
            self.assertEqual(requests[4]["messages"][-1]["content"], '{"pairs": [{"question": "What is the default value?", "answer": "It is 40 percent, said", "kind": "factual", "score": ')
            self.assertEqual([request.get("stop") for request in requests], [None] + [['"']] * 4)
            self.assertGreaterEqual(requests[3]["temperature"], 0.7)
            self.assertEqual({len(request["messages"]) for request in requests}, {2})

    def test_a_server_that_gives_back_what_it_was_given(self):
        """llama.cpp puts the beginning before what its model wrote, but not in a stream."""
        begun = ['{"pairs": [{"question": "', "What is the default value?", '", "answer": "', "It is 40 percent.", '", "kind": "factual", "score": ']
        said = [begun[0] + "What now? I do not know.", "".join(begun[:2]), "".join(begun[:4]), "".join(begun).rstrip() + " 3"]
        with FakeServer(**self.rules(*({"match": {"times": 1}, "action": {"say": text}} for text in said))) as server:
            result = ask(server, **self.WORDS)
            self.expect(result, usable(VALUES, attempts=4, pairs=1), "value by value")
            self.assertEqual(result["calls"][0]["value"]["pairs"], [{"question": "What is the default value?", "answer": "It is 40 percent.", "kind": "factual", "score": 3}])
        with FakeServer(**self.rules({"action": {"say": begun[0] + self.REST}})) as server:
            self.expect(ask(server, **self.WORDS), usable(pairs=1), "all at once")

    def test_all_of_the_reply_instead_of_a_value(self):
        """A model that made no JSON of the beginning it was given, and writes all of it when it is asked for a value."""
        said = ["What now? I do not know.", f'{{"pairs": [{{"question": "{self.REST}']
        with FakeServer(**self.rules(*({"match": {"times": 1}, "action": {"say": text}} for text in said))) as server:
            result = ask(server, **self.WORDS)
            self.expect(result, usable(attempts=2, pairs=1), "all at once")
            self.assertEqual(result["calls"][0]["value"]["pairs"][0]["answer"], "It is 40 percent.")

    def test_value_by_value_after_a_second_reply(self):
        """Its first reply was whole and of no use, and only the second one went on with the beginning it was given."""
        said = ['{"pears": "none"}', "What now? I do not know.", 'What is the default value?", "answer": "…', "It is 40 percent.", "3"]
        with FakeServer(**self.rules(*({"match": {"times": 1}, "action": {"say": text}} for text in said))) as server:
            result = ask(server, **self.WORDS)
            self.expect(result, usable(VALUES, attempts=5, pairs=1), "value by value at last")
            self.assertEqual(result["calls"][0]["value"]["pairs"][0]["answer"], "It is 40 percent.")
            last = [request["json"]["messages"] for request in server.requests() if request["json"]][-1]
            self.assertEqual(len(last), 2)  # without the reply that was complained about

    def test_not_even_one_value(self):
        with FakeServer(**self.rules({"action": {"say": "...?"}})) as server:
            self.expect(ask(server, **self.WORDS), unusable("^asked for one value alone it wrote none$", attempts=5), "five times")

    def test_thinking_is_not_cut_short(self):
        with FakeServer("--as", "mlx", "--thinking") as server:
            ask(server, probe=1)
            self.expect(ask(server, **self.WORDS, thinks=1), usable(thinking=True), "thinks")
            self.assertEqual(self.roles(server)[-1], ["user"])


class Circles(CallsCase):
    """A streamed answer in which the model goes round in circles is stopped; of one that is cut off there is what was whole."""

    WHOLE = '{"pairs": [{"question": "What is the default value?", "answer": "It is 40 percent.", "kind": "factual", "score": 3}, '

    def rules(self, *rules):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return {"rules": list(rules), "folder": folder.name}

    def test_stopped_and_asked_again(self):
        circles = '{"pairs": [{"question": "' + "What is the load of the cell? " * 1000
        with FakeServer("--latency", "tokens:1", **self.rules({"match": {"nth": 1}, "action": {"say": circles}})) as server:
            result = ask(server, stream=1, **{"models.request_timeout_s": 600})
            self.expect(result, usable(attempts=2), "circles")
            self.assertEqual(server.count(status=0), 1, "it was heard to the end")
            first, second = (request["json"] for request in server.requests())
            self.assertNotIn("frequency_penalty", first)
            self.assertGreater(second["frequency_penalty"], 0)
            self.assertLess(result["calls"][0]["completion_tokens"], 1000)
            self.assertGreater(result["calls"][0]["prompt_tokens"], 100)

    def test_what_was_whole_is_used(self):
        circles = self.WHOLE + '{"question": "' + "What is the load of the cell? " * 1000
        with FakeServer("--latency", "tokens:1", **self.rules({"action": {"say": circles}})) as server:
            result = ask(server, stream=1, least=1, **{"models.request_timeout_s": 600})
            self.expect(result, usable(MENDED, pairs=1), "circles")
            self.assertEqual(len(result["calls"][0]["value"]["pairs"]), 1)
            self.assertEqual(server.count(status=0), 1)

    def test_after_a_cut_short_texts_are_asked_for(self):
        def bounded(server):
            return ["maxLength" in json.dumps(request["json"]["response_format"]) for request in server.requests() if request["json"]]
        cut = {"match": {"nth": 1}, "action": {"say": '{"pairs": [{"question": "' + " ".join(str(i) for i in range(3000))}}
        with FakeServer(**self.rules(cut)) as server:
            self.expect(ask(server, least=1), usable(attempts=2, pairs=1), "cut")
            self.assertEqual(bounded(server), [False, True])
        with FakeServer(**self.rules({"match": {"text": "maxLength"}, "action": {"status": 400}}, cut)) as server:  # one that knows no lengths
            self.expect(ask(server, least=1), usable(attempts=3, pairs=1), "cut")
            self.assertEqual(bounded(server), [False, True, False])
        nothing = {"match": {"nth": 1}, "action": {"say": '{"pairs": [{"question": ", \\n", "answer": ", ", "kind": "factual", "score": 3}]}'}}
        with FakeServer(**self.rules(cut, nothing)) as server:  # what the short one is like can still be told
            self.expect(ask(server, least=1), usable(attempts=3, pairs=1), "cut, then nothing")
            self.assertEqual(bounded(server), [False, True, True])

    def test_a_long_table_is_no_circle(self):
        rows = "".join(f"| parameter {i} | {i * 7} | the same words in every row of a table that is long |\\n" for i in range(80))
        said = '{"pairs": [{"question": "What are the values?", "answer": "' + rows + '", "kind": "factual", "score": 3}]}'
        with FakeServer("--latency", "tokens:0", **self.rules({"action": {"say": said}})) as server:
            result = ask(server, stream=1, least=1, **{"models.request_timeout_s": 600, "models.max_tokens": 4000})
            self.assertEqual(server.count(status=0), 0)
            self.assertEqual(result["calls"][0]["attempts"], 3)  # cut off at 1000 tokens, not before


class Memory(CallsCase):
    def test_nothing_is_asked_twice(self):
        with tempfile.TemporaryDirectory() as folder, FakeServer("--latency", "fixed:1", script="prose:every=7") as server:
            first = ask(server, calls=20, record=f"{folder}/run.db")
            asked = server.stats()["requests_total"]
            again = ask(server, calls=20, record=f"{folder}/run.db")
            self.assertEqual(server.stats()["requests_total"], asked)
            self.assertEqual((first["recorded"], again["recorded"], again["attempts"]), (0, 20, 0))
            kept = ("outcome", "value", "reason", "thinking", "prompt_tokens")
            by_text = [sorted(json.dumps({key: call[key] for key in kept}) for call in run["calls"]) for run in (first, again)]
            self.assertEqual(by_text[0], by_text[1])

    @staticmethod
    def end_run(folder):
        """As the coordinator says that a run came to its end."""
        with sqlite3.connect(f"{folder}/run.db") as database:
            database.execute("CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
            database.execute("INSERT OR REPLACE INTO meta VALUES('ended_run', (SELECT count(*) + 1 FROM meta))")

    def test_a_later_run_asks_again_what_was_of_no_use(self):
        with tempfile.TemporaryDirectory() as folder, FakeServer("--latency", "fixed:1", script="empty-content:from=15") as server:
            first = ask(server, calls=20, record=f"{folder}/run.db")
            self.assertGreater(first["usable"], 0)
            self.assertLess(first["usable"], 20)
            server.script()
            again = ask(server, calls=20, record=f"{folder}/run.db")  # the same run, after a kill
            self.assertEqual((again["recorded"], again["usable"]), (20, first["usable"]))
            self.end_run(folder)
            later = ask(server, calls=20, record=f"{folder}/run.db")
            self.assertEqual((later["recorded"], later["usable"]), (first["usable"], 20))

    def test_failures_of_the_server_are_not_remembered(self):
        with tempfile.TemporaryDirectory() as folder, FakeServer("--latency", "fixed:1", script="500") as server:
            self.assertEqual(ask(server, calls=3, record=f"{folder}/run.db")["usable"], 0)
            server.script()
            result = ask(server, calls=3, record=f"{folder}/run.db")
            self.assertEqual((result["usable"], result["recorded"]), (3, 0))

    def test_refusals_are_in_the_record_with_their_reason(self):
        with tempfile.TemporaryDirectory() as folder, FakeServer(script="400") as server:
            for _ in range(2):  # who goes on with a run that was killed does not ask again
                self.assertEqual(ask(server, calls=2, record=f"{folder}/run.db")["refused"], 2)
            self.assertEqual(server.stats()["requests_total"], 2)
            with sqlite3.connect(f"{folder}/run.db") as database:
                self.assertEqual(database.execute("SELECT outcome, reason, attempts FROM calls").fetchall(), [("refused", "HTTP status 400: Bad Request", 1)] * 2)
            server.script()
            self.end_run(folder)
            result = ask(server, calls=2, record=f"{folder}/run.db")
            self.assertEqual((result["usable"], result["recorded"]), (2, 0))
            with sqlite3.connect(f"{folder}/run.db") as database:
                self.assertEqual(database.execute("SELECT DISTINCT outcome FROM calls").fetchall(), [("usable",)])

    def test_questions_about_one_passage_stay_together(self):
        """No question about a third passage arrives before all four about one of two are there, whichever slot is free first."""
        with FakeServer("--slots", "2", "--latency", "mixed:1,1..9") as server:
            result = ask(server, calls=40, group=4, bytes=3000, **{"models.max_concurrent_requests": 2})
            asked = [re.search("# Feature ([0-9]+)", request["body"]).group(1) for request in server.requests()]
        self.assertEqual(result["usable"], 40)
        self.assertEqual(len(asked), 40)
        arrived = collections.Counter()
        for passage in asked:
            arrived[passage] += 1
            self.assertLessEqual(sum(0 < count < 4 for count in arrived.values()), 2, asked)
        self.assertEqual(set(arrived.values()), {4})

    def test_the_server_reads_a_passage_once(self):
        """It keeps the last prompt of its slot: of four questions about a passage three find the passage read."""
        with FakeServer("--slots", "1", "--latency", "fixed:3") as server:
            result = ask(server, calls=40, group=4, bytes=3000)
            stats = server.stats()
        self.assertEqual(result["usable"], 40)
        self.assertGreater(stats["cached_tokens"], stats["prompt_tokens"] / 2)


PROBES = {
    # options of the server: what the probe must say
    "--as llamacpp --slots 3 --context 8192": {"server": "llama.cpp", "api": "openai", "format": "schema", "context_tokens": 8192, "slots": 3, "thinking": "none",
                                               "schema_ignored": False, "usage_truthful": True, "stream": True, "usable": True},
    "--as ollama": {"server": "Ollama", "api": "ollama", "format": "schema", "slots": 0, "usable": True, "usage_truthful": True, "stream": True},
    "--as lmstudio --context 4096": {"server": "LM Studio", "api": "openai", "format": "schema", "context_tokens": 4096, "usable": True, "stream": True},
    "--as lmstudio --thinking": {"server": "LM Studio", "format": "schema", "thinking": "instead of content", "usable": True},
    "--as vllm --context 16384": {"server": "vLLM", "api": "openai", "format": "schema", "context_tokens": 16384, "usable": True},
    "--as mlx": {"server": "mlx_lm.server", "format": "prompt", "schema_ignored": True, "json_mode": False, "context_tokens": 16384, "slots": 0, "requests_at_once": 1,
                 "usable": True},
    "--as openai": {"server": "unknown", "api": "openai", "format": "schema", "context_tokens": 16384, "notes": [], "usable": True},
    "--as openai --context 5000": {"context_tokens": 5000, "notes": ["it takes no more than 5000 tokens of a prompt; what is longer is asked about in parts"]},
    "--as llamacpp --thinking": {"format": "schema", "usable": True},
    "--script schema-ignored": {"format": "prompt", "schema_ignored": True, "json_mode": False, "usable": True,
                                "notes": ["it takes a JSON schema and does not keep it; asking in words, and mending, is used instead"]},
    "--script schema-ignored-400": {"format": "prompt", "schema_ignored": False, "json_mode": False, "usable": True, "notes": [
        "it refuses a JSON schema (status 400: response_format is not supported); asking in words, and mending, is used instead"]},
    "--script think-tags": {"thinking": "tags", "format": "schema", "usable": True}, "--script think-closing": {"thinking": "tags", "usable": True},
    "--script reasoning": {"thinking": "field", "usable": True}, "--script reasoning-content": {"thinking": "field", "usable": True},
    "--script json-in-reasoning": {"thinking": "instead of content", "format": "schema", "usable": True},
    "--script usage-zero": {"usage_truthful": False, "stream": False, "usable": True}, "--script usage-absent": {"usage_truthful": False, "usable": True},
    "--script usage-huge": {"usage_truthful": False, "usable": True}, "--script usage-small": {"usage_truthful": False, "context_tokens": 4096, "usable": True},
    "--script stream-error": {"stream": False, "usable": True, "notes": [
        "streamed answers fail (in the stream: the server reports an error: The model runner has unexpectedly stopped); answers are asked for whole"]},
    "--script stream-no-usage": {"stream": False, "usable": True}, "--script stream-split": {"stream": True, "usable": True},
    "--script 500": {"usable": False, "reachable": False, "message": "^a first question was not answered: .*Internal Server Error"},
    "--script hang": {"usable": False, "reachable": False, "message": "^a first question was not answered: .*timed out"},
    "--script slow-models:ms=100": {"usable": True}, "--script garbage": {"usable": False, "message": "^a first question was not answered: no JSON"},
    "--api-key secret": {"reachable": True, "usable": False, "message": "^the server wants a key \\(status 401\\): name its environment variable in api_key_env"},
}


class Probe(unittest.TestCase):
    def probe(self, server, model=None, **settings):
        settings = {"models.model": server.model if model is None else model, "probe": 1, "probe_timeout_ms": 1500, **settings}
        return ask(server, **settings)

    def check(self, said, wanted, what):
        for key, value in wanted.items():
            if key == "message":
                self.assertRegex(said[key], value, what)
            else:
                self.assertEqual(said[key], value, f"{what}: {key}; {said}")
        if wanted.get("usable"):
            self.assertEqual(said["message"], "", what)

    def test_every_kind_of_server_and_quirk(self):
        for options, wanted in PROBES.items():
            with self.subTest(options=options), FakeServer("--latency", "fixed:1", *options.split()) as server:
                self.check(self.probe(server), wanted, options)

    def test_an_interface_that_the_server_does_not_speak(self):
        """--profile ollama --model-url ADDRESS-OF-ANOTHER."""
        with FakeServer("--as", "llamacpp", "--latency", "fixed:1") as server:
            said = self.probe(server, **{"models.api": "ollama"})
            self.check(said, {"usable": False, "message": '404.*; models.api is "ollama" .*set it to auto'}, "llama.cpp")

    def test_ollama_is_asked_for_a_context(self):
        with FakeServer("--as", "ollama", "--latency", "fixed:1") as server:
            said = self.probe(server, **{"models.context_tokens": 6000})
            self.assertEqual((said["context_tokens"], said["api"]), (6000, "ollama"))
            asked = [request["json"]["options"]["num_ctx"] for request in server.requests() if "/api/chat" in request["target"]]
            self.assertEqual(set(asked), {6000})

    def test_a_cut_shows_in_one_long_question(self):
        """At any length, a round number or not; and what is found is what is kept to."""
        for context in (800, 1500, 2048, 3000, 4096):
            cut = f"it takes no more than {context} tokens of a prompt and cuts the rest without a word; what is longer is asked about in parts"
            with self.subTest(context=context), FakeServer("--latency", "fixed:0", "--context", "100000", script=f"context-cut:context_tokens={context}") as server:
                self.check(self.probe(server), {"usable": True, "usage_truthful": True, "context_tokens": context, "notes": [cut]}, "unknown make")
                self.check(self.probe(server, **{"models.context_tokens": 16384}), {"context_tokens": context, "notes": [cut]}, "and it is said to have more")
            with self.subTest(ollama=context), FakeServer("--latency", "fixed:0", "--as", "ollama", "--context", context) as server:
                said = self.probe(server, **{"models.api": "openai"})
                self.check(said, {"usable": True, "api": "openai", "context_tokens": context, "notes": [cut + "; api: ollama (or auto) asks for more"]}, "over /v1")
        with FakeServer("--latency", "fixed:0", "--as", "ollama", "--context", "30000") as server:
            said = self.probe(server, **{"models.api": "openai"})
            self.check(said, {"context_tokens": 16384}, "enough for all that is asked")
            self.assertEqual(said["notes"], ["Ollama is asked over its /v1 (api: openai), which cannot be told a context length; prompts are kept within 16384 tokens"])
            self.assertEqual([r["target"] for r in server.requests(100) if "/api/chat" in r["target"]], [])

    def test_the_smaller_context_is_used(self):
        for kind, options in (("vllm", {}), ("llamacpp", {}), ("lmstudio", {})):
            with self.subTest(kind), FakeServer("--latency", "fixed:0", "--as", kind, "--context", "4096") as server:
                self.check(self.probe(server, **{"models.context_tokens": 32768}), {"context_tokens": 4096}, "more is configured")
                self.check(self.probe(server, **{"models.context_tokens": 2048, "models.max_tokens": 500}), {"context_tokens": 2048}, "less is configured")

    def test_what_may_pass_is_tried_again(self):
        """Whichever question meets it: what is found is the same as without."""
        def found(server):
            said = self.probe(server, probe_timeout_ms=20000)
            return {key: value for key, value in said.items() if key not in ("base_url", "first_answer_s", "tokens_per_s")}
        with FakeServer("--latency", "fixed:1") as server:
            expected = found(server)
            self.assertEqual((expected["format"], expected["notes"], expected["usable"]), ("schema", [], True))
            count = server.stats()["requests_total"]
            for script in ("429-seconds:to=1", "429:from=2,to=3", "500:to=2", "408:from=2,to=2", "503:from=3,to=3", "error-200:from=1,to=2", "reset-before:from=5,to=6", "400:from=2,to=3",
                           "cut-body:from=6,to=6", "500:from=7,to=8", "429:path=/v1/models,to=1", "500:path=/v1/models,to=2"):
                with self.subTest(script=script):
                    server.reset()
                    server.script(script)
                    self.assertEqual({**found(server), "base_url": ""}, {**expected, "base_url": ""})
                    self.assertGreater(server.stats()["requests_total"], count, "nothing was asked again")

    def test_patience_has_an_end(self):
        """A server that only says 429, or asks for a week, is away: its documents wait for it."""
        for script in ("429", "429-absurd", "500", "error-200"):
            with self.subTest(script=script), FakeServer("--latency", "fixed:1", script=script) as server:
                self.check(self.probe(server), {"reachable": False, "usable": False, "message": "^a first question was not answered: "}, script)

    def test_a_schema_that_the_server_fails_at(self):
        """It fails each time it is given one, and answers all the rest."""
        rules = [{"match": {"text": "response_format"}, "action": {"status": 500, "message": "grammar"}}]
        with tempfile.TemporaryDirectory() as folder, FakeServer("--latency", "fixed:1", rules=rules, folder=pathlib.Path(folder)) as server:
            said = self.probe(server, probe_timeout_ms=20000)
            self.check(said, {"usable": True, "format": "prompt", "schema_ignored": False, "notes": [
                "it refuses a JSON schema (status 500: grammar); asking in words, and mending, is used instead"]}, "500 for a schema")

    def test_which_model(self):
        with FakeServer("--as", "openai", "--latency", "fixed:1") as server:  # it has a model for chats and one for embeddings
            self.check(self.probe(server, model=""), {"usable": True, "model": server.model}, "the only one that chats")
            self.check(self.probe(server, model="", **{"models.use": "embeddings"}), {"usable": True, "model": "fake-embedding", "embeddings": True}, "the only one for embeddings")
            self.check(self.probe(server, model="other"), {"usable": False, "message": '^the server has no model "other"; it has: fake-chat'}, "another name")
        with FakeServer("--as", "ollama", "--latency", "fixed:1") as server:
            self.check(self.probe(server, model="fake"), {"usable": True, "model": "fake"}, "without :latest")
            self.check(self.probe(server, model="other"), {"usable": False, "message": '^Ollama has no model "other"; run: ollama pull other'}, "not pulled")
        with FakeServer("--as", "llamacpp", "--latency", "fixed:1") as server:
            said = self.probe(server, model="whatever")
            self.check(said, {"usable": True}, "llama.cpp answers to any name")
            self.assertRegex(said["notes"][0], "answers to any name")
        with FakeServer("--model", "a", "--model", "b", "--latency", "fixed:1") as server:
            self.check(self.probe(server, model=""), {"usable": False, "message": "^no model is named and the server has 3: a, b"}, "two to choose from")

    def test_a_server_that_is_not_there(self):
        server = FakeServer()
        with server:
            pass
        said = self.probe(server)
        self.check(said, {"reachable": False, "usable": False, "message": "is the server running\\?$"}, "nobody listens")

    def test_a_right_key(self):
        with FakeServer("--api-key", "secret", "--latency", "fixed:1") as server:
            self.check(self.probe(server, key="secret", **{"models.api_key_env": "SOME_KEY"}), {"usable": True}, "the right key")
            self.check(self.probe(server, key="wrong", **{"models.api_key_env": "SOME_KEY"}), {"usable": False, "message": "it does not take the one in SOME_KEY"}, "a wrong key")


if __name__ == "__main__":
    unittest.main()
