"""worker-inference --probe: what each kind of server is found to do, and what is said of what is none."""

import http.server
import json
import os
import subprocess
import sys
import threading
import unittest

from fake_server import BIN, TIMEOUT_S, FakeServer
from real_server import RealServer


def yaml(*models):
    return "models:\n" + "".join("  - " + "\n    ".join(f"{key}: {value}" for key, value in model.items()) + "\n" for model in models)


def run_probe(settings, **environment):
    return subprocess.run([BIN / "worker-inference", "--probe"], input=settings, text=True, capture_output=True, timeout=TIMEOUT_S, check=False,
                          env=dict(os.environ, **environment))


class WebServer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html><title>My router</title></html>")

    def log_message(self, *_):
        pass


class Probe(unittest.TestCase):
    def probe(self, *models, **environment):
        result = run_probe(yaml(*models), **environment)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        found = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(len(found), len(models))
        return found[0] if len(models) == 1 else found

    def assert_found(self, found, **expected):
        self.assertEqual({key: found[key] for key in expected}, expected, found)

    def test_each_kind_of_server(self):
        plain = {"usable": True, "api": "openai", "format": "schema", "thinking": "none", "usage_truthful": True, "stream": True, "message": ""}
        kinds = {
            "openai": {"server": "unknown", "context_tokens": 16384},
            "llamacpp": {"server": "llama.cpp", "context_tokens": 8192, "slots": 3},
            "ollama": {"server": "Ollama", "api": "ollama", "context_tokens": 16384},
            "lmstudio": {"server": "LM Studio", "context_tokens": 4096},
            "vllm": {"server": "vLLM", "context_tokens": 8192},
            "mlx": {"server": "mlx_lm.server", "format": "prompt", "schema_ignored": True},
        }
        for kind, expected in kinds.items():
            with self.subTest(kind), FakeServer("--as", kind, "--slots", 3) as server:
                self.assert_found(self.probe({"base_url": server.url}), **{**plain, **expected, "model": server.model})

    def test_thinking(self):
        for kind, where in (("llamacpp", "field"), ("ollama", "field"), ("lmstudio", "instead of content"), ("vllm", "field"), ("mlx", "field")):
            with self.subTest(kind), FakeServer("--as", kind, "--thinking") as server:
                self.assert_found(self.probe({"base_url": server.url}), usable=True, thinking=where)
        channels = {"match": {"path": "chat"}, "action": {"say": "<|channel|>analysis<|message|>They ask why.<|end|><|start|>assistant<|channel|>final<|message|>It is short."}}
        for rules in ([channels], None):  # mlx_lm.server passes the channels of gpt-oss on
            with self.subTest(rules), FakeServer("--model", "m", script=None if rules else "think-tags") as server:
                if rules:
                    server.script(rules=rules)
                self.assert_found(self.probe({"base_url": server.url}), usable=True, thinking="tags")

    def test_a_model_that_knows_nothing_of_thinking(self):
        """Ollama refuses to switch it on then, vLLM with Mistral's tokenizer any word about it."""
        def refuse(server, text, message):
            server.script(rules=[{"match": {"text": text}, "action": {"status": 400, "message": message}}])
        with FakeServer("--as", "ollama") as server:
            refuse(server, '"think":', '"fake:latest" does not support thinking')
            self.assert_found(self.probe({"base_url": server.url}), usable=True)
            self.assertIn('"fake:latest" does not support thinking; models.thinking is "on", which this server or this model may not know: set it to auto',
                          self.probe({"base_url": server.url, "thinking": '"on"'})["message"])
        with FakeServer("--as", "vllm") as server:
            refuse(server, "chat_template_kwargs", "chat_template is not supported for Mistral tokenizers.")
            self.assertIn('Mistral tokenizers.; models.thinking is "off"', self.probe({"base_url": server.url, "thinking": '"off"'})["message"])

    def test_which_model(self):
        with FakeServer("--as", "ollama", "--model", "qwen3:latest") as server:
            found = self.probe({"base_url": server.url, "model": "qwen3"}, {"base_url": server.url, "model": "llama3", "name": "other"},
                               {"base_url": server.url, "use": "embeddings", "name": "vectors"})
            self.assert_found(found[0], usable=True, name="qwen3")
            self.assert_found(found[1], usable=False, reachable=True, name="other", message='Ollama has no model "llama3"; run: ollama pull llama3')
            self.assert_found(found[2], usable=True, embeddings=True, model="fake-embed:latest")
        with FakeServer("--model", "a", "--model", "b") as server:
            self.assertIn("the server has 3: a, b, fake-embedding; name one", self.probe({"base_url": server.url})["message"])
            self.assertIn('no model "c"; it has: a, b', self.probe({"base_url": server.url, "model": "c"})["message"])

    def test_a_router_of_llama_cpp(self):
        """llama-server without a model of its own knows the names of its models, and has properties of each."""
        with FakeServer("--as", "llamacpp", "--model", "org/a-GGUF:Q4", "--model", "b", "--slots", 3, "--context", 5000) as server:
            found = self.probe({"base_url": server.url, "model": "b"}, {"base_url": server.url, "model": "org/a-GGUF:Q4", "name": "a"}, {"base_url": server.url, "name": "only"},
                               {"base_url": server.url, "model": "c"})
            for one in found[:3]:
                self.assert_found(one, usable=True, server="llama.cpp", context_tokens=5000, slots=3, format="schema")
            self.assert_found(found[2], model="org/a-GGUF:Q4", notes=["it has several models; the one that is loaded is asked: org/a-GGUF:Q4"])
            self.assert_found(found[3], usable=False, message='the server has no model "c"; it has: org/a-GGUF:Q4, b')

    def test_a_model_that_is_meant(self):
        """Several in the list, and one of them is loaded, or all are names of one."""
        with FakeServer("--as", "lmstudio", "--model", "a", "--model", "b") as server:
            self.assert_found(self.probe({"base_url": server.url}), usable=True, model="a", context_tokens=4096)
        with FakeServer("--as", "vllm", "--model", "Qwen/Qwen3-8B", "--model", "qwen") as server:
            self.assert_found(self.probe({"base_url": server.url}), usable=True, model="Qwen/Qwen3-8B", context_tokens=8192)
            self.assert_found(self.probe({"base_url": server.url, "model": "qwen"}), usable=True, model="qwen", context_tokens=8192)
        with FakeServer("--as", "ollama", "--model", "qwen3:8b", "--model", "other:1b") as server:
            self.assertIn("has 3: qwen3:8b, other:1b", self.probe({"base_url": server.url})["message"])
            self.assert_found(self.probe({"base_url": server.url, "model": "Qwen3:8B"}), usable=True, api="ollama")
        with FakeServer("--as", "llamaswap", "--model", "a", "--model", "b") as server:
            self.assert_found(self.probe({"base_url": server.url}), usable=True, server="llama-swap", model="a")
            self.assertIn("The model `c` does not exist", self.probe({"base_url": server.url, "model": "c"})["message"])

    def test_keys(self):
        with FakeServer("--model", "m", "--api-key", "secret") as server:
            model = {"base_url": server.url, "api_key_env": "DOCRING_TEST_KEY"}
            self.assert_found(self.probe(model, DOCRING_TEST_KEY="secret"), usable=True)
            self.assertIn("does not take the one in DOCRING_TEST_KEY", self.probe(model, DOCRING_TEST_KEY="wrong")["message"])
            self.assertIn("nothing is in DOCRING_TEST_KEY", self.probe(model)["message"])
            self.assertIn("name its environment variable in api_key_env", self.probe({"base_url": server.url})["message"])
            self.assertNotIn("secret", run_probe(yaml(model), DOCRING_TEST_KEY="secret").stdout)

    def test_no_model_server(self):
        web = http.server.HTTPServer(("127.0.0.1", 0), WebServer)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        self.addCleanup(web.server_close)
        self.addCleanup(web.shutdown)
        self.assertIn(f'this is no model server: http://127.0.0.1:{web.server_port}/v1/models gave status 200, "My router"',
                      self.probe({"base_url": f"http://127.0.0.1:{web.server_port}"})["message"])
        with FakeServer() as server:
            url = server.url
        self.assert_found(self.probe({"base_url": url}), reachable=False, usable=False)
        self.assertIn("is the server running?", self.probe({"base_url": url})["message"])

    def test_servers_that_misbehave(self):
        faults = {"garbage": "no JSON", "500": "status 500", "503-loading": "ask again in a minute", "cut-body": "remaining to read", "400": "status 400", "401": "wants a key", "html-200": "no JSON"}
        for script, message in faults.items():
            with self.subTest(script), FakeServer("--model", "m", script=script) as server:
                found = self.probe({"base_url": server.url})
                self.assert_found(found, reachable=script not in ("500", "503-loading", "cut-body"), usable=False)  # what may pass is waited for
                self.assertIn(message, found["message"])

    def test_a_server_that_is_away_behind_a_proxy(self):
        """Its documents wait, as they do for one that does not answer at all."""
        for script, message in (("502:path=/v1/models", "502 Bad Gateway\"; that is a proxy; is the server behind it running?"), ("503-loading:path=/v1/models", "is it still starting")):
            with self.subTest(script), FakeServer("--model", "m", script=script) as server:
                found = self.probe({"base_url": server.url})
                self.assert_found(found, reachable=False, usable=False)
                self.assertIn(message, found["message"])

    def test_what_a_proxy_may_have_done(self):
        def notes(url, **environment):
            return " ".join(self.probe({"base_url": url, "model": "m"}, **{"http_proxy": "http://127.0.0.1:1", "no_proxy": "", **environment})["notes"])
        self.assertIn("put its host into no_proxy", notes("http://gpu.invalid:8000"))
        self.assertIn("put its host into no_proxy", notes("https://gpu.invalid", https_proxy="http://127.0.0.1:1"))
        for url, environment in (("http://127.0.0.1:1", {}), ("http://gpu.invalid:8000", {"no_proxy": "x,gpu.invalid"}), ("http://gpu.invalid:8000", {"http_proxy": ""})):
            self.assertEqual(notes(url, **environment), "")
        with FakeServer("--model", "m", script="403:path=/v1/models") as server:
            self.assertIn("Host: localhost", notes(server.url))

    def test_addresses_that_are_nearly_right(self):
        with FakeServer("--model", "m") as server:
            for path in ("/", "/v1/", "/v1/chat/completions", "/v1/models/", "/api/chat", "/v1/v1", "/v1//v1/chat/completions/"):
                self.assert_found(self.probe({"base_url": server.url + path}), usable=True)
            self.assertIn("is the address right?", self.probe({"base_url": "http://127.0.0.1:99999"})["message"])
            self.assertIn("does it speak https:// and not http://?", self.probe({"base_url": server.url.replace("http", "https")})["message"])
            server.script("redirect:path=/v1/models")
            self.assertIn("gave status 302; it sends requests on to http", self.probe({"base_url": server.url})["message"])

    def test_settings_that_cannot_be_read(self):
        for text, message in (("models: 3\n", "expected a list"), ("models:\n  - base_ur: x\n", 'did you mean "base_url"'), ("models:\n  - model: x\n", "base_url is missing")):
            result = run_probe(text)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(message, result.stderr)
        self.assertEqual(run_probe("").stdout, "")

    def test_a_real_server(self):
        with RealServer(slots=2, context=2048, key="secret") as server:
            found = self.probe({"base_url": server.url, "api_key_env": "DOCRING_TEST_KEY"}, DOCRING_TEST_KEY="secret")
            self.assert_found(found, usable=True, server="llama.cpp", model="smollm2-135m", format="schema", context_tokens=2048, slots=2, thinking="none",
                              usage_truthful=True, stream=True, message="", notes=[])
            self.assertGreater(found["tokens_per_s"], 0)
            self.assertIn("does not take the one in", self.probe({"base_url": server.url, "api_key_env": "DOCRING_TEST_KEY"}, DOCRING_TEST_KEY="no")["message"])


class Doctor(unittest.TestCase):
    def doctor(self, *arguments, **environment):
        return subprocess.run([BIN / "coordinator", "doctor", *map(str, arguments)], text=True, capture_output=True, timeout=TIMEOUT_S, check=False,
                              env=dict(os.environ, **environment))

    def findings(self, *arguments, **environment):
        said = json.loads(self.doctor("--json", *arguments, **environment).stdout)
        return said, [finding for finding in said["findings"] if finding["subject"].startswith("model server")]

    def test_servers_are_asked(self):
        with FakeServer("--as", "llamacpp", "--slots", 3, "--context", 32768) as server:
            said, found = self.findings("--model-url", server.url)
            self.assertEqual([finding["grade"] for finding in found], ["ok"])
            self.assertIn(f"llama.cpp at {server.url}; writes pairs, tier balanced; context 32768 tokens, 3 slots", found[0]["text"])
            self.assertEqual((said["models"][0]["server"], said["models"][0]["slots"]), ("llama.cpp", 3))
            lines = self.doctor("--model-url", server.url).stdout.splitlines()
            self.assertTrue(any(line.startswith("ok      model server        fake-model.gguf: llama.cpp") for line in lines))
            self.assertLessEqual(max(map(len, lines)), 80)
        said, found = self.findings("--model-url", server.url)
        self.assertEqual((said["ready"], [finding["grade"] for finding in found]), (False, ["problem", "note"]))
        self.assertIn("is the server running?", found[0]["advice"])
        self.assertEqual(self.findings("--model-url", server.url, "--set", "generate.mode=built-in")[0]["models"], [])

    def test_what_was_found_is_what_is_said(self):
        def notes(server, *options):
            return [finding["text"].partition(": ")[2] for finding in self.findings("--model-url", server.url, *options)[1] if finding["grade"] == "note"]
        with FakeServer("--model", "m", script="stream-error") as server:
            self.assertRegex(notes(server)[0], "^streamed answers fail .*; answers are asked for whole$")
        with FakeServer("--as", "ollama", "--context", "4096") as server:
            said = " ".join(notes(server, "--set", "models.api=openai"))
            self.assertNotIn("over its own API", said)
            self.assertIn("it takes no more than 4096 tokens of a prompt and cuts the rest without a word", said)
            self.assertIn("is asked for a context of 16384 tokens with each request, over its own API", " ".join(notes(server)))
        with FakeServer("--as", "mlx") as server:
            self.assertIn("up to 1 request at once", self.findings("--model-url", server.url)[1][0]["text"])
        with FakeServer("--model", "m", script="usage-small") as server:
            self.assertIn("token counts not to be believed", self.findings("--model-url", server.url)[1][0]["text"])

    def test_a_key_is_handed_on_and_not_told(self):
        with FakeServer("--model", "m", "--api-key", "secret") as server:
            options = ("--model-url", server.url, "--set", "models.api_key_env=DOCRING_TEST_KEY")
            self.assertTrue(self.findings(*options, DOCRING_TEST_KEY="secret")[0]["models"][0]["usable"])
            self.assertIn("nothing is in DOCRING_TEST_KEY", self.findings(*options)[1][0]["advice"])
            self.assertNotIn("secret", self.doctor("--json", *options, DOCRING_TEST_KEY="secret").stdout)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
