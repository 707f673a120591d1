"""The model behind the fake server answers what it is asked, and each server that it stands for has that server's ways."""

import base64
import json
import math
import random
import re
import struct
import unittest

from fake_server import FakeServer
from fake_server_case import PAIRS, SOURCE, Raw, ServerCase, chat, content, faults, flat, raw_answer


class Model(ServerCase):
    def test_answers_are_copied_from_the_source(self):
        source = flat(SOURCE)
        for pair in json.loads(self.ask_content())["pairs"]:
            for sentence in re.split(r"(?<=\.) (?=[A-Z])", pair["answer"]):
                self.assertIn(sentence, source)
            self.assertTrue(pair["question"].endswith("?") and 10 <= len(pair["question"]) <= 300)

    def test_the_question_asked_is_answered(self):
        schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
        text = self.ask_content(schema=schema, task="Question: Which licence is the feature activated with?")
        self.assertTrue(json.loads(text)["answer"].startswith("The feature is activated with the licence CXC4012000."))

    def test_passages_are_found_without_tags(self):
        for frame in ('Read this.\n"""\n%s"""\nWrite a summary.', "## Source\n%s\n## Task\nWrite a summary.", "Text:\n%s\nTask: write a summary.", "%s"):
            body = {"model": "m", "messages": [{"role": "user", "content": frame % SOURCE}]}
            text = content(self.ask(body)[2])
            self.assertIn(re.split(r"(?<=\.) (?=[A-Z])", text)[0], flat(SOURCE), frame)

    def test_forms_described_in_words(self):
        example = self.ask_content(schema=None, task='Reply with JSON like {"pairs": [{"question": "…", "answer": "…", "score": 5}]} and nothing else.')
        self.assertEqual([sorted(pair) for pair in json.loads(example)["pairs"]], [["answer", "question", "score"]] * 3)
        schema = self.ask_content(schema=None, task="Reply with JSON for this schema:\n" + json.dumps(PAIRS))
        self.assertEqual(faults(json.loads(schema), PAIRS), [])
        keys = self.ask_content(schema=None, task='Reply in JSON with the keys "question" and "summary".')
        self.assertEqual(sorted(json.loads(keys)), ["question", "summary"])
        self.assertRaises(ValueError, json.loads, self.ask_content(schema=None))

    def test_messages_take_turns(self):
        turn = {"type": "object", "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"type": "string"}}, "required": ["role", "content"]}
        turns = json.loads(self.ask_content(schema={"type": "object", "properties": {"messages": {"type": "array", "items": turn, "minItems": 4}}}))["messages"]
        self.assertEqual([one["role"] for one in turns], ["user", "assistant"] * 2)

    def test_random_schemas_are_kept(self):
        rng = random.Random(7)

        def schema(depth):
            kind = rng.choice(["object", "array", "string", "integer", "number", "boolean", "enum", "const", "anyOf", "null"] if depth else ["object"])
            if kind == "object":
                names = rng.sample(["question", "answer", "title", "score", "role", "id", "reason", "parameter", "x"], rng.randint(1, 4))
                return {"type": "object", "properties": {name: schema(depth + 1) for name in names}, "required": names, "additionalProperties": False}
            if kind == "array" and depth < 5:
                least = rng.randint(0, 4)
                return {"type": "array", "items": schema(depth + 1), "minItems": least, "maxItems": least + rng.randint(0, 3)}
            if kind == "string":
                least = rng.choice([0, 10, 300])
                return {"type": "string", "minLength": least, "maxLength": least + rng.randint(5, 500)}
            if kind in ("integer", "number"):
                least = rng.randint(-5, 5)
                return {"type": kind, "minimum": least, "maximum": least + rng.randint(0, 9)}
            if kind == "enum":
                return {"enum": rng.sample(["a", "b", "user", 3, None, True], rng.randint(1, 4))}
            if kind == "const":
                return {"const": rng.choice(["v1", 2, False])}
            if kind == "anyOf" and depth < 5:
                return {"anyOf": [schema(depth + 1), {"type": "null"}]}
            return {"type": rng.choice(["boolean", "null", ["string", "null"]])}

        for number in range(60):
            wanted = schema(0)
            with self.subTest(number=number):
                self.assertEqual(faults(json.loads(self.ask_content(schema=wanted)), wanted), [], json.dumps(wanted))

    def test_references_and_endless_schemas(self):
        node = {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#/$defs/node"}}, "required": ["name"]}
        text = self.ask_content(schema={"$ref": "#/$defs/node", "$defs": {"node": node}})
        self.assertIn("name", json.loads(text)["child"]["child"])
        endless = self.ask_content(schema={"type": "array", "items": {"$ref": "#"}, "minItems": 50})
        self.assertTrue(endless.startswith("[[[") and len(endless) < 1 << 20)

    def test_same_seed_same_reply(self):
        first, again, other = self.ask_content(), self.ask_content(), self.ask_content(seed=99)
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_max_tokens_cut_the_reply(self):
        body = json.loads(self.ask(max_tokens=20)[2])
        self.assertEqual((body["choices"][0]["finish_reason"], body["usage"]["completion_tokens"]), ("length", 20))
        self.assertRaises(ValueError, json.loads, content(json.dumps(body)))

    def test_embeddings_of_similar_texts_are_near(self):
        texts = ["The cell load is high in the evening.", "the cell load is high in the morning", "Bananas grow in warm countries."]
        answer = json.loads(self.ask({"model": "fake-embedding", "input": texts}, "/v1/embeddings")[2])
        vectors = [row["embedding"] for row in answer["data"]]
        near, far = (sum(a * b for a, b in zip(vectors[0], vectors[k])) for k in (1, 2))
        self.assertGreater(near, 0.6)
        self.assertLess(far, 0.4)
        for vector in vectors:
            self.assertAlmostEqual(math.sqrt(sum(x * x for x in vector)), 1, places=3)
        coded = json.loads(self.ask({"model": "fake-embedding", "input": texts[0], "encoding_format": "base64"}, "/v1/embeddings")[2])["data"][0]["embedding"]
        for one, other in zip(struct.unpack("<256f", base64.b64decode(coded)), vectors[0]):
            self.assertAlmostEqual(one, other, places=5)

    def test_wrong_requests(self):
        self.assertEqual(self.ask({"model": "nobody", "messages": [{"role": "user", "content": "x"}]})[0], 404)
        self.assertEqual(self.ask({"model": "m", "messages": []})[0], 400)
        self.assertEqual(self.server.request("POST", "/v1/chat/completions", b"{not json")[0], 400)
        self.assertEqual(self.server.request("GET", "/nowhere")[0], 404)
        self.assertEqual(self.server.request("POST", "/v1/embeddings", {"model": "m"})[0], 400)
        with Raw(self.server) as connection:
            connection.socket.sendall(b"this is no HTTP\r\n\r\n")
            self.assertTrue(connection.read()[0].startswith(b"HTTP/1.1 400"))
        with Raw(self.server) as connection:
            connection.socket.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.assertTrue(connection.read()[0].startswith(b"HTTP/1.1 411"))

    def test_requests_in_one_go_and_in_pieces(self):
        data = json.dumps(chat()).encode()
        request = f"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
        with Raw(self.server, 5) as connection:
            connection.socket.sendall(request * 3 + request[:100])
            for at in range(100, len(request), 97):
                connection.socket.sendall(request[at:at + 97])
            connection.socket.sendall(b"GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n")
            got, how = connection.read()
        self.assertEqual((how, got.count(b"HTTP/1.1 200 OK")), ("eof", 5))
        with Raw(self.server, 20) as connection:
            connection.socket.sendall(request[:request.index(b"\r\n\r\n")] + b"\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n")
            self.assertTrue(connection.socket.recv(100).startswith(b"HTTP/1.1 100 Continue"))
            connection.socket.sendall(data)
            self.assertIn(b"HTTP/1.1 200", connection.read()[0])


class Personalities(unittest.TestCase):
    def test_llamacpp(self):
        with FakeServer("--as", "llamacpp", "--slots", "3", "--context", "600", "--thinking") as server:
            props = server.get("/props")
            self.assertEqual((props["total_slots"], props["default_generation_settings"]["n_ctx"], len(server.get("/slots"))), (3, 600, 3))
            self.assertEqual(server.get("/v1/models")["data"][0]["owned_by"], "llamacpp")
            self.assertEqual(server.request("GET", "/health")[1]["Server"], "llama.cpp")
            body = chat(None, json_schema=PAIRS, chat_template_kwargs={"enable_thinking": False})
            message = json.loads(server.request("POST", "/chat/completions", body)[2])["choices"][0]["message"]
            self.assertEqual(message["content"].count('"question"') > 0 and "reasoning_content" in message, False)
            self.assertIn("reasoning_content", json.loads(server.request("POST", "/v1/chat/completions", chat())[2])["choices"][0]["message"])
            status, _, answer = server.request("POST", "/v1/chat/completions", chat(source=SOURCE * 5))
            error = json.loads(answer)["error"]
            self.assertEqual((status, error["type"], error["n_ctx"]), (400, "exceed_context_size_error", 600))
            self.assertGreater(error["n_prompt_tokens"], 600)

    def test_llamacpp_grammar(self):
        grammar = r'''
root ::= "{" ws "\"question\":" ws string "," ws "\"score\":" ws number "," ws "\"tags\":" ws "[" string ("," string){2} "]" ws "}"
string ::= "\"" ([^"\\] | "\\" ["\\/bfnrt])* "\""
number ::= "-"? [0-9]+ ("." [0-9]+)?   # numbers
ws ::= [ \t\n]*
'''
        with FakeServer("--as", "llamacpp") as server:
            for seed in range(5):
                answer = json.loads(content(server.request("POST", "/v1/chat/completions", chat(None, grammar=grammar, seed=seed))[2]))
                self.assertEqual((sorted(answer), len(answer["tags"])), (["question", "score", "tags"], 3))
                self.assertTrue(answer["question"].endswith("?"))

    def test_grammars_as_llamacpp_makes_them_of_schemas(self):
        grammar = r'''
answer-kv ::= "\"answer\"" space ":" space answer
answer ::= "\"" char{20,60} "\"" space
boolean ::= ("true" | "false") space
char ::= [^"\\\x7F\x00-\x1F] | [\\] (["\\bfnrt] | "u" [0-9a-fA-F]{4})
day ::= "\"" [0-9]{4} "-" [0-9]{2} "\"" space
integral-part ::= [0] | [1-9] [0-9]{0,15}
item ::= "{" space answer-kv "," space "\"day\"" space ":" space day ("," space "\"good\"" space ":" space boolean)? "}" space
kind ::= ("\"factual\"" | "\"procedural\"") space
root ::= "{" space "\"items\"" space ":" space "[" space item ("," space item){1,3} "]" space "," space "\"kind\"" space ":" space kind "," space "\"n\"" space ":" space integral-part space "}" space
space ::= | " " | "\n"{1,2} [ \t]{0,20}
'''
        with FakeServer("--as", "llamacpp") as server:
            for seed in range(8):
                answer = json.loads(content(server.request("POST", "/v1/chat/completions", chat(None, grammar=grammar, seed=seed))[2]))
                self.assertEqual((sorted(answer), len(answer["items"])), (["items", "kind", "n"], 2))
                self.assertIn(answer["kind"], ("factual", "procedural"))
                for item in answer["items"]:
                    self.assertTrue(20 <= len(item["answer"]) <= 60, item)
                    self.assertRegex(item["day"], r"^[0-9]{4}-[0-9]{2}$")
            prose = content(server.request("POST", "/v1/chat/completions", chat(None, grammar="root ::= missing"))[2])
            self.assertIn(prose.split(". ")[0], flat(SOURCE))

    def test_ollama(self):
        with FakeServer("--as", "ollama", "--context", "300", "--thinking") as server:
            self.assertEqual(server.request("GET", "/")[2], b"Ollama is running")
            self.assertIn("version", server.get("/api/version"))
            self.assertEqual([model["name"] for model in server.get("/api/tags")["models"]], ["fake:latest", "fake-embed:latest"])
            self.assertEqual(server.get("/api/ps")["models"][0]["context_length"], 300)
            show = json.loads(server.request("POST", "/api/show", {"model": "fake"})[2])
            self.assertEqual((show["model_info"]["llama.context_length"], "thinking" in show["capabilities"]), (131072, True))
            long = chat(source=SOURCE * 6, options={"num_ctx": 100000}) | {"model": "fake"}
            status, _, body = server.request("POST", "/v1/chat/completions", long)
            self.assertEqual((status, json.loads(body)["usage"]["prompt_tokens"]), (200, 300), "cut without a word")
            native = {"model": "fake", "messages": long["messages"], "stream": False, "format": PAIRS, "options": {"num_ctx": 8000}, "think": False}
            answer = json.loads(server.request("POST", "/api/chat", native)[2])
            self.assertGreater(answer["prompt_eval_count"], 1000)
            self.assertEqual((answer["done"], answer["done_reason"], "thinking" in answer["message"]), (True, "stop", False))
            self.assertEqual(faults(json.loads(answer["message"]["content"]), PAIRS), [])
            native.update(stream=True, think=True)
            lines = [json.loads(line) for line in server.request("POST", "/api/chat", native)[2].splitlines()]
            self.assertEqual([line["done"] for line in lines], [False] * (len(lines) - 1) + [True])
            self.assertEqual("".join(line["message"]["content"] for line in lines), answer["message"]["content"])
            self.assertTrue(any(line["message"].get("thinking") for line in lines))
            self.assertGreater(lines[-1]["eval_count"], 50)
            status, _, body = server.request("POST", "/api/chat", native | {"model": "nobody"})
            self.assertEqual((status, json.loads(body)), (404, {"error": "model 'nobody' not found"}))
            status, _, body = server.request("POST", "/v1/chat/completions", chat() | {"model": "nobody"})
            self.assertEqual((status, json.loads(body)["error"]["type"]), (404, "not_found_error"))
            embedded = json.loads(server.request("POST", "/api/embed", {"model": "fake-embed", "input": ["a", "b"]})[2])
            self.assertEqual([len(vector) for vector in embedded["embeddings"]], [256, 256])

    def test_lmstudio(self):
        with FakeServer("--as", "lmstudio", "--thinking", "--context", "900") as server:
            self.assertEqual(server.get("/api/v0/models")["data"][0]["loaded_context_length"], 900)
            body = chat(None, response_format={"type": "json_object"}) | {"model": server.model}
            status, _, answer = server.request("POST", "/v1/chat/completions", body)
            self.assertEqual((status, json.loads(answer)["error"]), (400, "'response_format.type' must be 'json_schema' or 'text'"))
            message = json.loads(server.request("POST", "/v1/chat/completions", chat() | {"model": server.model})[2])["choices"][0]["message"]
            self.assertEqual((message["content"], faults(json.loads(message["reasoning_content"]), PAIRS)), ("", []))
            status, _, answer = server.request("POST", "/v1/chat/completions", chat(source=SOURCE * 6) | {"model": server.model})
            self.assertEqual(status, 400)
            self.assertIn("context length of only 900 tokens", json.loads(answer)["error"])

    def test_vllm(self):
        with FakeServer("--as", "vllm", "--context", "1500") as server:
            self.assertIn("version", server.get("/version"))
            self.assertEqual(server.request("GET", "/health")[2], b"")
            self.assertEqual(server.get("/v1/models")["data"][0]["max_model_len"], 1500)
            ask = lambda body: server.request("POST", "/v1/chat/completions", body | {"model": server.model})
            self.assertRaises(ValueError, json.loads, content(ask(chat(None, guided_json=PAIRS))[2]))
            self.assertEqual(faults(json.loads(content(ask(chat(None, structured_outputs={"json": PAIRS}))[2])), PAIRS), [])
            status, _, answer = ask(chat(max_tokens=1400))
            error = json.loads(answer)["error"]
            self.assertEqual((status, error["type"], error["code"]), (400, "BadRequestError", 400))
            self.assertIn("maximum context length is 1500 tokens", error["message"])

    def test_mlx(self):
        with FakeServer("--as", "mlx") as server:
            self.assertRaises(ValueError, json.loads, content(server.request("POST", "/v1/chat/completions", chat())[2]))
            got, how = raw_answer(server, chat())
            self.assertEqual((how, got[:15]), ("eof", b"HTTP/1.0 200 OK"))
            self.assertEqual(server.request("POST", "/v1/embeddings", {"input": "x"})[0], 404)


if __name__ == "__main__":
    unittest.main()
