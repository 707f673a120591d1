"""The fake model server does what it says: each script as a plain client sees it, the events of its life, the accounts it keeps."""

import concurrent.futures
import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import fake_server
from fake_server import FakeServer
from fake_server_case import PAIRS, SILENCE_S, SOURCE, Raw, ServerCase, chat, content, faults, raw_answer


class Scripts(ServerCase):
    def answer(self, spec, **members):
        self.server.script(spec)
        return self.ask(**members)

    def text(self, spec, **members):
        status, _, body = self.answer(spec, **members)
        self.assertEqual(status, 200, spec)
        return content(body)

    def tearDown(self):
        self.server.script()
        self.assertEqual(faults(json.loads(self.ask_content()), PAIRS), [], "the server is well again without a script")

    def test_every_script_has_a_name_a_help_and_leaves_the_server_alive(self):
        listed = json.loads(subprocess.run([fake_server.PROGRAM, "--list-scripts", "--json"], stdout=subprocess.PIPE, check=True).stdout)
        names = [script["name"] for script in listed]
        self.assertGreaterEqual(len(names), 45)
        self.assertEqual(len(set(names)), len(names))
        quick = {"hang": "", "stall": "", "exit": None, "huge-json": ":bytes=400000", "huge-string": ":bytes=400000", "restart": ":ms=20,loading_ms=20",
                 "loading": ":loading_ms=20", "refuse": ":ms=20", "slow-first-byte": ":ms=20", "slow-drip": ":bytes=200,ms=1", "slow-models": ":ms=20"}
        for script in listed:
            options = quick.get(script["name"], "")
            with self.subTest(script=script["name"]):
                self.assertTrue(script["help"])
                if options is None:
                    continue
                self.server.script(script["name"] + options)
                for stream in (False, True):
                    with Raw(self.server, SILENCE_S / 3) as connection:
                        connection.send(chat(stream=stream), headers="Connection: close\r\n").read(1 << 18)
                    self.wait_listening()
                self.server.script()
        self.assertEqual(self.server.stats()["in_flight"], 0)

    def wait_listening(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.server.request("GET", "/v1/models")[0] == 200:
                    return
            except OSError:
                pass
        self.fail("the server does not come back")

    def test_statuses(self):
        for status in (400, 401, 403, 404, 408, 413, 422, 429, 500, 503):
            with self.subTest(status=status):
                got, _, body = self.answer(str(status))
                self.assertEqual(got, status)
                self.assertIn("detail" if status == 422 else "error", json.loads(body))
        for status in (502, 504):
            got, headers, body = self.answer(str(status))
            self.assertEqual((got, headers["Content-Type"]), (status, "text/html"))
            self.assertIn(b"<title>", body)

    def test_retry_after(self):
        expected = {"429": None, "429-seconds": "1", "429-absurd": "99999999999", "429-nonsense": "soon"}
        for spec, value in expected.items():
            status, headers, _ = self.answer(spec)
            self.assertEqual((status, headers["Retry-After"]), (429, value), spec)
        _, headers, _ = self.answer("429-date")
        when = time.mktime(time.strptime(headers["Retry-After"], "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone
        self.assertLess(abs(when - time.time()), 30)

    def test_bodies_that_are_no_answers(self):
        self.assertRaises(ValueError, json.loads, self.answer("garbage")[2])
        self.assertIn(b"<html>", self.answer("html-200")[2])
        self.assertEqual(self.answer("empty-body")[2], b"")
        self.assertRaises(UnicodeDecodeError, self.answer("invalid-utf8")[2].decode)
        self.assertIn(b"a\0b\0\0c", self.answer("nuls")[2])
        self.assertIn("choices", json.loads(self.answer("utf16")[2].decode("utf-16")))
        self.assertTrue(self.answer("bom")[2].startswith(b"\xef\xbb\xbf{"))
        self.assertGreaterEqual(self.answer("deep-json")[2].count(b"[") + self.answer("deep-json")[2].count(b"{"), 100000)
        self.assertRaises(ValueError, json.loads, self.answer("truncated-json")[2])
        self.assertIn("message", json.loads(self.answer("error-200")[2])["error"])
        self.assertIsInstance(json.loads(self.answer("error-string-200")[2])["error"], str)
        self.assertEqual(json.loads(self.answer("no-choices")[2])["choices"], [])
        self.assertIsInstance(json.loads(self.answer("array-body")[2]), list)

    def test_huge_bodies(self):
        _, headers, body = self.answer("huge-json:bytes=3000000")
        self.assertGreater(len(body), 3000000)
        self.assertEqual(int(headers["Content-Length"]), len(body))
        self.assertGreater(len(json.loads(body)["numbers"]), 900000)
        self.assertGreater(len(self.text("huge-string:bytes=3000000")), 3000000)

    def test_spoiled_json(self):
        unspoil = {
            "fences": lambda text: re.fullmatch(r"```json\n(.*)\n```", text, re.S).group(1),
            "fences-unclosed": lambda text: text.removeprefix("```json\n"),
            "trailing-comma": lambda text: re.sub(r",([}\]])", r"\1", text),
            "unquoted-keys": lambda text: re.sub(r"([{,] ?)(\w+):", r'\1"\2":', text),
            "comments": lambda text: re.sub(r" // as asked for\n", "", text),
            "line-breaks": lambda text: text.replace(".\n", ". "),
            "prose-around": lambda text: text.split("\n\n")[1],
            "several-objects": lambda text: text.split("\n")[1],
            "quoted": json.loads,
        }
        for spec, mend in unspoil.items():
            with self.subTest(script=spec):
                text = self.text(spec)
                try:
                    self.assertNotIsInstance(json.loads(text), dict, "it is good JSON as it is")
                except ValueError:
                    pass
                self.assertEqual(faults(json.loads(mend(text)), PAIRS), [])
        self.assertEqual(faults(json.loads(self.text("wrapped"))["result"], PAIRS), [])
        self.assertNotIn('"', self.text("single-quotes").replace('\\"', ""))
        self.assertIn("True", self.text("python", schema={"type": "object", "properties": {"good": {"type": "boolean"}}}))
        self.assertIn("\0", json.dumps(json.loads(self.text("nul-escapes"))).encode().decode("unicode_escape"))
        self.assertIn("\\ud83d", self.text("lone-surrogate"))
        self.assertEqual(self.text("empty-content"), "")
        self.assertEqual(self.text("white-space").strip(), "")
        self.assertIsNone(self.text("null-content"))
        self.assertGreater(len(self.text("deep-content")), 100000)

    def test_cut_json(self):
        for spec, finish in (("cut-json", "length"), ("cut-json-stop", "stop")):
            choice = json.loads(self.answer(spec)[2])["choices"][0]
            self.assertEqual(choice["finish_reason"], finish)
            self.assertRaises(ValueError, json.loads, choice["message"]["content"])
            self.assertTrue(choice["message"]["content"].startswith('{"pairs"'))

    def test_schema_faults(self):
        expected = {"enum-violated": "not in the enum", "extra-fields": "not asked for", "missing-fields": "missing", "out-of-range": "in range",
                    "wrong-types": "no ", "empty-arrays": "items"}
        for spec, part in expected.items():
            with self.subTest(script=spec):
                found = faults(json.loads(self.text(spec)), PAIRS)
                self.assertTrue(found and any(part in fault for fault in found), found)
        self.assertRaises(ValueError, json.loads, self.text("prose"))
        self.assertRaises(ValueError, json.loads, self.text("schema-ignored"))
        self.assertEqual(self.answer("schema-ignored-400")[0], 400)
        doubled = []
        json.loads(self.text("duplicate-keys"), object_pairs_hook=lambda pairs: doubled.append(len(pairs) - len(dict(pairs))) or dict(pairs))
        self.assertGreater(max(doubled), 0)

    def test_planted_facts(self):
        answers = {spec: [pair["answer"] for pair in json.loads(self.text(spec))["pairs"]]
                   for spec in ("false-numbers", "false-units", "false-parameters", "refusal", "loop", "other-language")}
        for answer in answers["false-numbers"]:
            self.assertTrue(set(re.findall(r"\d+", answer)) - set(re.findall(r"\d+", SOURCE)), answer)
        for answer in answers["false-units"]:
            self.assertTrue(re.search(r"\d+ (hours|furlongs|minutes|dB)", answer), answer)
        for answer in answers["false-parameters"]:
            self.assertIn("EUtranCellFDD.imaginaryThresholdOffset", answer)
        self.assertTrue(all(answer.startswith("I'm sorry") for answer in answers["refusal"]))
        self.assertTrue(all(answer.count("the value of the parameter and") > 100 for answer in answers["loop"]))
        self.assertTrue(all(ord(answer[0]) > 0x3000 for answer in answers["other-language"]))
        self.assertTrue(self.text("echo").startswith("<|system|>"))

    def test_thinking(self):
        self.assertRegex(self.text("think-tags"), r"(?s)^<think>.*</think>\s+\{")
        self.assertRegex(self.text("think-closing"), r"(?s)^Okay.*</think>\s+\{")
        unclosed = self.text("think-unclosed")
        self.assertTrue(unclosed.startswith("<think>") and "</think>" not in unclosed)
        for spec, key in (("reasoning", "reasoning"), ("reasoning-content", "reasoning_content")):
            message = json.loads(self.answer(spec)[2])["choices"][0]["message"]
            self.assertIn("passage", message[key])
            self.assertEqual(faults(json.loads(message["content"]), PAIRS), [])
        message = json.loads(self.answer("json-in-reasoning")[2])["choices"][0]["message"]
        self.assertEqual(message["content"], "")
        self.assertEqual(faults(json.loads(message["reasoning_content"]), PAIRS), [])

    def test_counts_and_names(self):
        honest = json.loads(self.ask()[2])["usage"]
        self.assertGreater(honest["prompt_tokens"], 200)
        self.assertEqual(json.loads(self.answer("usage-zero")[2])["usage"]["prompt_tokens"], 0)
        self.assertNotIn("usage", json.loads(self.answer("usage-absent")[2]))
        self.assertEqual(json.loads(self.answer("usage-small")[2])["usage"]["prompt_tokens"], honest["prompt_tokens"] // 3)
        self.assertGreater(json.loads(self.answer("usage-huge")[2])["usage"]["prompt_tokens"], 1 << 40)
        self.assertEqual(json.loads(self.answer("usage-negative")[2])["usage"]["prompt_tokens"], -1)
        self.assertEqual(json.loads(self.answer("context-cut:context_tokens=100")[2])["usage"]["prompt_tokens"], 100)
        for spec, finish in (("finish-length", "length"), ("finish-null", None), ("finish-odd", "content_filter")):
            self.assertEqual(json.loads(self.answer(spec)[2])["choices"][0]["finish_reason"], finish)
        self.assertEqual(json.loads(self.answer("wrong-model")[2])["model"], "some-other-model")
        self.assertEqual([self.answer("429-first:to=2")[0]] + [self.ask()[0] for _ in range(2)], [429, 429, 200])
        self.assertEqual([self.answer("500-every-third")[0]] + [self.ask()[0] for _ in range(5)], [200, 200, 500] * 2)
        self.assertEqual([self.answer("model-gone:from=2")[0], self.ask()[0]], [200, 404])

    def test_broken_transport(self):
        body = chat()
        endings = {"cut-head": "eof", "cut-body": "eof", "reset-before": "reset", "reset-body": "reset", "close-before": "eof", "length-long": "eof",
                   "no-http": "eof", "chunk-garbage": "eof"}
        for spec, ending in endings.items():
            with self.subTest(script=spec):
                self.server.script(spec)
                got, how = raw_answer(self.server, body)
                self.assertEqual(how, ending)
                head, _, rest = got.partition(b"\r\n\r\n")
                length = re.search(rb"Content-Length: (\d+)", head)
                if spec in ("cut-body", "reset-body", "length-long"):
                    self.assertGreater(int(length.group(1)), len(rest))
                    self.assertGreater(len(rest), 0)
        self.server.script("length-short")
        with Raw(self.server, 5) as connection:
            got, _ = connection.send(body, headers="Connection: close\r\n").read()
        head, _, rest = got.partition(b"\r\n\r\n")
        self.assertLess(int(re.search(rb"Content-Length: (\d+)", head).group(1)), len(rest))
        self.server.script("hang")
        self.assertEqual(raw_answer(self.server, body, timeout=SILENCE_S), (b"", "silent"))
        self.server.script("stall")
        with Raw(self.server) as connection:
            got, how = connection.send(body).read(300)
            self.assertEqual((how, got[:15]), ("limit", b"HTTP/1.1 200 OK"))
            connection.socket.settimeout(SILENCE_S)
            self.assertEqual(connection.read()[1], "silent")
        for spec in ("endless-body", "endless-head"):
            self.server.script(spec)
            got, how = raw_answer(self.server, body, limit=100000)
            self.assertEqual((how, got.count(b"\r\n\r\n")), ("limit", int(spec == "endless-body")))

    def test_odd_but_good_transport(self):
        for spec in ("chunked", "to-close", "close-after", "slow-drip:bytes=100,ms=1"):
            with self.subTest(script=spec):
                self.assertEqual(faults(json.loads(self.text(spec)), PAIRS), [])
        self.server.script("interim")
        got, _ = raw_answer(self.server, chat())
        self.assertRegex(got, rb"(?s)^HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n.*\}$")
        self.assertEqual(self.answer("gzip-lie")[1]["Content-Encoding"], "gzip")
        self.assertEqual(self.answer("redirect")[0], 302)
        start = time.monotonic()
        self.assertEqual(self.answer("slow-first-byte:ms=60")[0], 200)
        self.assertGreaterEqual(time.monotonic() - start, 0.06)

    def test_reset_of_a_connection_that_is_used_again(self):
        self.server.script("reset-reused")
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.request("POST", "/v1/chat/completions", json.dumps(chat()))
        self.assertEqual(connection.getresponse().read()[:1], b"{")
        with self.assertRaises((ConnectionResetError, http.client.RemoteDisconnected)):
            connection.request("POST", "/v1/chat/completions", json.dumps(chat()))
            connection.getresponse()
        connection.close()

    def test_streams(self):
        def events(spec, **members):
            self.server.script(spec)
            body = self.ask(stream=True, stream_options={"include_usage": True}, **members)[2].decode()
            return [line[6:] for line in body.splitlines() if line.startswith("data: ")], body

        good, _ = events(None)
        parsed = [json.loads(event) for event in good[:-1]]
        text = "".join(choice["delta"].get("content", "") for event in parsed for choice in event["choices"])
        self.assertEqual(faults(json.loads(text), PAIRS), [])
        self.assertEqual((good[-1], parsed[-1]["choices"], parsed[-2]["choices"][0]["finish_reason"]), ("[DONE]", [], "stop"))
        self.assertGreater(parsed[-1]["usage"]["completion_tokens"], 50)
        for spec in ("stream-crlf", "stream-split", "stream-comments"):
            self.assertEqual(len(events(spec)[0]), len(good), spec)
        self.assertIn("\r\n\r\n", events("stream-crlf")[1])
        self.assertIn(": keepalive", events("stream-comments")[1])
        self.assertNotIn("[DONE]", events("stream-no-done")[0])
        self.assertFalse(any('"usage"' in event for event in events("stream-no-usage")[0]))
        self.assertIn("error", json.loads(events("stream-error")[0][-1]))
        self.assertLess(len(events("stream-cut")[0]), len(good) * 3 // 4)
        self.assertTrue(any("oops" in event for event in events("stream-bad-event")[0]))
        self.server.script("cut-body")
        got, how = raw_answer(self.server, chat(stream=True))
        self.assertEqual(how, "eof")
        self.assertNotIn(b"[DONE]", got)

    def test_rules(self):
        def outcomes(rules, count=4, **members):
            self.server.script(rules=rules)
            return [self.ask(**members)[0] for _ in range(count)]

        def rule(status, **match):
            return {"match": match, "action": {"status": status}}

        self.assertEqual(outcomes([rule(500, nth=2)]), [200, 500, 200, 200])
        self.assertEqual(outcomes([rule(500, to=2), rule(503, to=1)]), [500, 500, 503, 200])
        self.assertEqual(outcomes([rule(500, times=1, every=2)]), [200, 500, 200, 200])
        self.assertEqual(outcomes([rule(500, text="never said"), rule(418, text="Cell Load")], 1), [418])
        self.assertEqual(outcomes([rule(500, model="m")], 1), [500])
        self.assertEqual(outcomes([rule(500, stream=True)], 1), [200])
        self.assertEqual(outcomes([rule(500, header="Content-Type: json")], 1), [500])
        self.assertEqual(outcomes([rule(500, path="/v1/models")], 1), [200])
        self.assertEqual(self.server.request("GET", "/v1/models")[0], 500)
        some = outcomes([rule(500, share=0.5)], 40)
        self.assertTrue(5 < some.count(500) < 35)
        status, _, body = self.server.request("POST", "/fake/script", {"rules": [{"action": {"body": "nonsense"}}]})
        self.assertEqual(status, 400)
        self.assertIn("invalid_utf8", json.loads(body)["error"])
        self.assertEqual(self.server.request("POST", "/fake/script", {"script": "no-such"})[0], 400)


class ServerEvents(unittest.TestCase):
    def test_exit_and_start_again(self):
        server = FakeServer("--model", "m", script="exit:nth=2").start()
        self.assertEqual(server.request("POST", "/v1/chat/completions", chat())[0], 200)
        with self.assertRaises((ConnectionError, http.client.RemoteDisconnected)):
            server.request("POST", "/v1/chat/completions", chat())
        port = server.port
        self.assertEqual(server.process.wait(20), 75)
        server.restart()
        self.assertEqual((server.port, server.request("POST", "/v1/chat/completions", chat())[0]), (port, 200))
        self.assertEqual(server.stop(), 0)

    def test_restart_resets_all_refuses_and_loads(self):
        with FakeServer("--model", "m", "--slots", "2", "--latency", "fixed:60000") as server:
            waiting = Raw(server).send(chat())
            while server.stats()["in_flight"] < 1:
                pass
            server.script("restart:ms=300,loading_ms=600")
            self.assertEqual(raw_answer(server, chat())[1], "reset")
            self.assertEqual(waiting.read()[1], "reset")
            waiting.close()
            with self.assertRaises(ConnectionRefusedError):
                server.request("GET", "/v1/models")
            seen, end = set(), time.monotonic() + 20
            while 200 not in seen and time.monotonic() < end:
                try:
                    seen.add(server.request("GET", "/v1/models")[0])
                except ConnectionRefusedError:
                    seen.add("refused")
            self.assertEqual(seen, {"refused", 503, 200})
            stats = server.stats()
            self.assertEqual((stats["in_flight"], stats["busy"], stats["unanswered"]), (0, 0, 2))

    def test_loading_and_key(self):
        with FakeServer("--as", "llamacpp", "--loading", "60000") as server:
            status, _, body = server.request("GET", "/health")
            self.assertEqual((status, json.loads(body)["error"]), (503, {"message": "Loading model", "type": "unavailable_error", "code": 503}))
        with FakeServer("--model", "m", "--api-key", "secret") as server:
            self.assertEqual(server.request("POST", "/v1/chat/completions", chat())[0], 401)
            self.assertEqual(server.request("POST", "/v1/chat/completions", chat(), {"Authorization": "Bearer secret"})[0], 200)

    def test_ends_with_its_parent(self):
        code = ("import subprocess, sys\n"
                "p = subprocess.Popen([sys.argv[1], '--die-with-parent'], stdout=subprocess.PIPE, text=True)\n"
                "print(p.stdout.readline(), end='', flush=True)\n")
        said = subprocess.run([sys.executable, "-c", code, str(fake_server.PROGRAM)], stdout=subprocess.PIPE, text=True, check=True).stdout
        try:
            watch = os.pidfd_open(json.loads(said)["pid"])
        except ProcessLookupError:
            return
        try:
            self.assertTrue(select.select([watch], [], [], 20)[0], "the server outlived its parent")
        finally:
            os.close(watch)

    def test_wrong_options_are_refused(self):
        for options in (["--as", "nothing"], ["--slots", "0"], ["--latency", "soon"], ["--script", "none-such"], ["--script-file", "/nonexistent"], ["word"]):
            with self.subTest(options=options):
                result = subprocess.run([fake_server.PROGRAM, *options], capture_output=True, text=True, timeout=20)
                self.assertEqual(result.returncode, 2)
                self.assertIn("fake-model-server:", result.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as rules:
            rules.write('[{"match": {"nht": 1}}]')
            rules.flush()
            result = subprocess.run([fake_server.PROGRAM, "--script-file", rules.name], capture_output=True, text=True, timeout=20)
            self.assertEqual(result.returncode, 2)
            self.assertIn("nht", result.stderr)


class Accounts(unittest.TestCase):
    def test_slots_queue_and_occupancy(self):
        with FakeServer("--model", "m", "--slots", "2", "--latency", "fixed:50") as server, concurrent.futures.ThreadPoolExecutor(6) as pool:
            connections = [Raw(server) for _ in range(6)]
            for connection in connections:
                connection.send(chat(), headers="Connection: close\r\n")
            self.assertEqual([answer[0][:15] for answer in pool.map(Raw.read, connections)], [b"HTTP/1.1 200 OK"] * 6)
            for connection in connections:
                connection.close()
            stats = server.stats()
            self.assertEqual((stats["busy_max"], stats["in_flight"], stats["busy"], stats["queued"]), (2, 0, 0, 0))
            self.assertGreaterEqual(stats["in_flight_max"], 2)
            self.assertGreaterEqual(stats["busy_s"], 6 * 0.05)
            self.assertAlmostEqual(sum(slot["busy_ms"] for slot in stats["slots"]) / 1000, stats["busy_s"], places=3)
            self.assertEqual(sum(slot["requests"] for slot in stats["slots"]), 6)
            self.assertAlmostEqual(stats["occupancy"], stats["busy_s"] / (2 * stats["window_s"]), places=4)
            self.assertLessEqual(stats["occupancy"], 1)
            points = server.timeline()
            self.assertEqual((points[-1][1:], max(point[2] for point in points)), ([0, 0, 0], 2))
            self.assertEqual([point[0] for point in points], sorted(point[0] for point in points))
            server.reset()
            after = server.stats()
            self.assertEqual((after["requests_total"], after["busy_s"], after["window_s"], after["requests"]), (0, 0, 0, []))

    def test_a_full_queue_turns_requests_away(self):
        for kind, status in (("openai", 429), ("ollama", 503)):
            with FakeServer("--as", kind, "--model", "m", "--slots", "1", "--queue", "1", "--latency", "fixed:60000") as server:
                waiting = [Raw(server).send(chat()) for _ in range(2)]
                while server.stats()["queued"] < 1:
                    pass
                self.assertEqual(server.request("POST", "/v1/chat/completions", chat())[0], status)
                waiting[0].close() # the one at work goes: the slot goes to the one that waits
                while server.stats()["queued"]:
                    pass
                stats = server.stats()
                self.assertEqual((stats["busy"], stats["unanswered"], server.count(status=0)), (1, 1, 1))
                waiting[1].close()
                while server.stats()["in_flight"]:
                    pass
                self.assertEqual(server.stats()["busy"], 0)

    def test_tokens_take_time_and_known_prefixes_do_not(self):
        with FakeServer("--as", "llamacpp", "--slots", "2", "--latency", "tokens:0.01") as server:
            def timings(**members):
                answer = json.loads(server.request("POST", "/v1/chat/completions", chat(None, max_tokens=5, **members))[2])
                self.assertEqual(answer["usage"]["prompt_tokens_details"]["cached_tokens"], answer["timings"]["cache_n"])
                return answer["timings"]

            first = timings()
            again = timings(task="Write a summary instead.")
            self.assertLess(first["cache_n"], 32)
            self.assertGreater(again["cache_n"], first["prompt_n"] * 3 // 4)
            self.assertEqual(again["cache_n"] % 16, 0)
            other = timings(source="Something else stands here, and it is quite short. " * 12)
            self.assertLess(other["cache_n"], 32)
            self.assertGreater(timings()["cache_n"], 200, "the other prompt took the other slot")
            self.assertGreater(server.stats()["cached_tokens"], 200)
            server.control("forget")
            self.assertEqual(timings()["cache_n"], 0)

    def test_mixed_latencies_are_within_their_range(self):
        with FakeServer("--as", "llamacpp", "--latency", "mixed:5,1..20") as server:
            times = []
            for _ in range(12):
                timings = json.loads(server.request("POST", "/v1/chat/completions", chat(None))[2])["timings"]
                times.append(timings["prompt_ms"] + timings["predicted_ms"])
            self.assertTrue(all(0.99 <= ms <= 20.01 for ms in times), times)
            self.assertGreater(len({round(ms, 2) for ms in times}), 6)

    def test_connections_and_requests_are_kept(self):
        with FakeServer("--model", "m", "--keep-requests", "3") as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            for number in range(5):
                connection.request("POST", "/v1/chat/completions", json.dumps(chat(user=f"number {number}")))
                self.assertEqual(connection.getresponse().read()[:1], b"{")
            connection.close()
            stats = server.stats()
            self.assertEqual((stats["connection_requests_max"], stats["connection_requests_mean"], stats["generating_total"]), (5, 5, 5))
            self.assertEqual(server.count("/v1/chat/completions", 200), 5)
            self.assertEqual([request["json"]["user"] for request in server.requests()], ["number 2", "number 3", "number 4"])
            self.assertEqual(server.requests(1)[0]["target"], "POST /v1/chat/completions")
            self.assertIn("Host:", server.requests(1)[0]["headers"])

    def test_signals_end_it_in_good_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = FakeServer("--model", "m", "--latency", "fixed:60000").start()
            waiting = Raw(server).send(chat())
            while server.stats()["in_flight"] < 1:
                pass
            server.process.send_signal(number)
            self.assertEqual(server.process.wait(20), 0)
            waiting.close()
            server.stop()


if __name__ == "__main__":
    unittest.main()
