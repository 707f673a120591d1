"""The fake model server for system tests: started and ended, its statistics, its scripts.

    with FakeServer("--as", "ollama", "--slots", "4", script="429-first:to=2") as server:
        run(server.url)
        assert server.count(status=429) == 2
"""

import contextlib
import http.client
import json
import os
import pathlib
import select
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("DOCRING_BIN", TOP / "build" / "bin"))
PROGRAM = BIN / "fake-model-server"
TIMEOUT_S = 60


class FakeServer:
    """A running server. `url` is its base without /v1, `api` with it."""

    def __init__(self, *options, script=None, rules=None, folder=None):
        """`rules`: a list of rules instead of names; needs a `folder` (pathlib.Path) for the file."""
        self.command = [str(PROGRAM), "--die-with-parent", *map(str, options)]
        if script:
            self.command += ["--script", script]
        if rules is not None:
            path = pathlib.Path(folder) / "rules.json"
            path.write_text(json.dumps(rules), encoding="utf-8")
            self.command += ["--script-file", str(path)]
        self.process = None
        self.port = 0
        self.model = ""

    def start(self, port=0):
        self.process = subprocess.Popen([*self.command, "--port", str(port)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT_S)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise RuntimeError(f"the fake server did not start: {' '.join(self.command)}")
        said = json.loads(line)
        self.port, self.model = said["port"], said["model"]
        return self

    def stop(self):
        """Ends the server; its exit code."""
        if self.process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            code = self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process.stdout.close()
        self.process = None
        return code

    def restart(self):
        """Starts it again on its port after it ended, by a script or by stop()."""
        self.stop()
        return self.start(self.port)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self):
        return f"{self.url}/v1"

    # --- talking to it ------------------------------------------------------------------------------------------------

    def request(self, method, path, body=None, headers=None, timeout=TIMEOUT_S):
        """One request on a connection of its own: (status, headers, bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def get(self, path):
        status, _, body = self.request("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:200]!r}")
        return json.loads(body)

    def control(self, page, body=None):
        status, _, answer = self.request("POST", f"/fake/{page}", body or {})
        if status != 200:
            raise RuntimeError(f"/fake/{page}: {answer.decode()}")

    def script(self, spec=None, rules=None):
        """Another behaviour from now on; nothing: a good one."""
        self.control("script", {"rules": rules} if rules is not None else {"script": spec} if spec else {})

    def reset(self):
        self.control("reset")

    def stats(self):
        return self.get("/fake/stats")

    def timeline(self):
        return self.get("/fake/timeline")["points"]

    def requests(self, last=1000):
        """The last requests, their bodies parsed where they are JSON."""
        kept = self.get(f"/fake/requests?last={last}")
        for request in kept:
            try:
                request["json"] = json.loads(request["body"])
            except ValueError:
                request["json"] = None
        return kept

    def count(self, path=None, status=None):
        return sum(row["count"] for row in self.stats()["requests"]
                   if (path is None or row["path"] == path) and (status is None or row["status"] == status))
