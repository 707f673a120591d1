"""What the tests of the fake server share: requests, a check against JSON schemas, bare connections, a server for a test case.

The sanitized build is tested where there is one."""

import json
import os
import socket
import unittest

import fake_server
from fake_server import TOP, FakeServer

SANITIZED = TOP / "build" / "sanitize-address-undefined" / "bin" / "fake-model-server"
if "DOCRING_BIN" not in os.environ and SANITIZED.exists():
    fake_server.PROGRAM = SANITIZED
SILENCE_S = 0.15  # a server that says nothing for so long is taken to be silent

SOURCE = """# Cell Load Steering

The Cell Load Steering feature moves connected UEs from a loaded cell to a neighbour cell. The eNodeB compares the load of both cells
every 10 seconds and selects the UEs with the best measurements. The threshold EUtranCellFDD.loadSteerThreshold has the default value 40 and
is given in percent. The counter EUtranCellFDD.pmLoadSteerMoved is stepped for every UE that was moved because of the load.

| Parameter | Description |
| --- | --- |
| EUtranCellFDD.loadSteerPeriod | Time between two comparisons of the load. |

The feature is activated with the licence CXC4012000. Operators should check the neighbour relations before the activation of the feature.
"""
PAIR = {"type": "object", "properties": {"question": {"type": "string"}, "answer": {"type": "string"},
                                         "kind": {"type": "string", "enum": ["factual", "procedural"]},
                                         "score": {"type": "integer", "minimum": 1, "maximum": 10}},
        "required": ["question", "answer", "kind", "score"], "additionalProperties": False}
PAIRS = {"type": "object", "properties": {"pairs": {"type": "array", "items": PAIR, "minItems": 2, "maxItems": 4}}, "required": ["pairs"]}


def chat(schema=PAIRS, source=SOURCE, task="Write pairs of questions and answers.", **members):
    body = {"model": "m", "messages": [{"role": "system", "content": "You write questions."},
                                       {"role": "user", "content": f"<source>\n{source}\n</source>\n\n{task}"}], **members}
    if schema:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    return body


def content(body):
    return json.loads(body)["choices"][0]["message"]["content"]


def flat(text):
    return " ".join(text.split())


def faults(value, schema, path="$"):
    """What of a JSON schema (the part of it that the server knows) a value does not keep."""
    if "anyOf" in schema:
        return [] if any(not faults(value, one, path) for one in schema["anyOf"]) else [f"{path}: none of anyOf"]
    if "const" in schema:
        return [] if value == schema["const"] else [f"{path}: not the constant"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{path}: not in the enum"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind in ("integer", "number"):
        right = not isinstance(value, bool) and isinstance(value, int if kind == "integer" else (int, float))
        return [] if right and schema.get("minimum", value) <= value <= schema.get("maximum", value) else [f"{path}: no {kind} in range: {value!r}"]
    if not isinstance(value, kinds[kind]):
        return [f"{path}: no {kind}"]
    if kind == "string" and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 30):
        return [f"{path}: {len(value)} characters"]
    if kind == "array":
        found = [] if schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1 << 30) else [f"{path}: {len(value)} items"]
        return found + [fault for index, one in enumerate(value) for fault in faults(one, schema["items"], f"{path}[{index}]")]
    if kind == "object":
        properties = schema.get("properties", {})
        found = [f"{path}.{key}: missing" for key in schema.get("required", []) if key not in value]
        found += [f"{path}.{key}: not asked for" for key in value if key not in properties]
        return found + [fault for key, one in value.items() if key in properties for fault in faults(one, properties[key], f"{path}.{key}")]
    return []


class Raw:
    """A connection with nothing between the test and the bytes."""

    def __init__(self, server, timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=timeout)

    def send(self, body, path="/v1/chat/completions", headers=""):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.socket.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        return self

    def read(self, limit=1 << 20):
        """(bytes, how it ended): eof, reset, silent or limit."""
        got = b""
        while len(got) < limit:
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                return got, "reset"
            except TimeoutError:
                return got, "silent"
            if not piece:
                return got, "eof"
            got += piece
        return got, "limit"

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def raw_answer(server, body, timeout=20, limit=1 << 20):
    with Raw(server, timeout) as connection:
        return connection.send(body, headers="Connection: close\r\n").read(limit)


class ServerCase(unittest.TestCase):
    options = ("--model", "m", "--slots", "4")

    @classmethod
    def setUpClass(cls):
        cls.server = FakeServer(*cls.options).start()

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")

    def ask(self, body=None, path="/v1/chat/completions", **members):
        return self.server.request("POST", path, body or chat(**members))

    def ask_content(self, **members):
        status, _, body = self.ask(**members)
        self.assertEqual(status, 200, body)
        return content(body)

    def with_script(self, spec):
        self.server.script(spec)
        self.addCleanup(self.server.script)
