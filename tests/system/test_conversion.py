"""Every labelled document is converted and measured: each kind reaches its bars, or the floors of tests/conversion/bars.py where it does not
reach them yet (these are printed)."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from support import BIN, TOP

SCORE = TOP / "tests" / "conversion" / "score"


def score(*options):
    environment = dict(os.environ, DOCRING_BIN=str(BIN), XDG_CONFIG_HOME="/nonexistent", LC_ALL="C.UTF-8")
    return subprocess.run([sys.executable, "-B", SCORE, *map(str, options)], capture_output=True, text=True, timeout=600, env=environment, check=False)


class Conversion(unittest.TestCase):
    def test_the_labelled_set(self):
        with tempfile.TemporaryDirectory(prefix="docring-test-") as folder:
            written = pathlib.Path(folder) / "score.json"
            done = score("--floors", "--json", written)
            print(done.stdout, file=sys.stderr)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            scores = json.loads(written.read_text())
        self.assertGreaterEqual(len(scores["cases"]), 170)
        self.assertLessEqual({"html", "pdf-browser", "pdf-word", "pdf-latex", "pdf-groff", "csv", "text"}, set(scores["kinds"]))

    def test_a_tool_that_writes_nothing_fails(self):
        done = score("--floors", "--tool", "true {file}", "csv", "text")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("csv tables: 0.000 is below", done.stdout)


if __name__ == "__main__":
    unittest.main()
