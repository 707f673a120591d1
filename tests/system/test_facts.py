"""The fact gate on labelled answers: of the errors planted into the half that nothing was tuned on it catches 99 % of each kind (90 % of swaps within prose), and it refuses
2 % of the true answers at most. Invented passages, passages written by hand, and passages cut from samples and from the
documentation that is installed here."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import BIN, CORPUS, TOP

FACTS = TOP / "tests" / "facts"
KINDS = {"digit changed", "numbers swapped", "unit changed", "names swapped", "name misspelt", "value of another", "invented name", "comparison turned",
         "switch flipped", "invented option", "wrong argument", "number in words", "numbers swapped in prose", "names swapped in prose", "value of another in prose"}
DOCUMENTATION = ["bird2-doc", "slurm-wlm-doc", "libtasn1-doc", "wireshark-doc", "bzip2-doc"]
ROW = re.compile(r"^(\S.*?) +(\d+) +([\d.]+) % +(\d+) +([\d.]+) %", re.M)


def generate(*options):
    return subprocess.run([FACTS / "generate", *map(str, options)], capture_output=True, timeout=120, check=True).stdout


def rates(answers, *options):
    """(exit code, {kind: (count, percent) of the held half}, the same for styles, the output)"""
    result = subprocess.run([BIN / "fact-rates", *map(str, options), "-"], input=answers, capture_output=True, timeout=120, cwd=TOP, check=False)
    printed = result.stdout.decode()
    if result.returncode > 1:
        raise AssertionError(result.stderr.decode())
    errors, true = printed.split("true answers")
    tables = [{name: (int(count), float(percent)) for name, _, _, count, percent in ROW.findall(part)} for part in (errors, true)]
    return result.returncode, *tables, printed


def documentation(folder):
    """Markdown of HTML pages in installed documentation packages, or None."""
    pages = []
    for name in DOCUMENTATION:
        listed = subprocess.run(["dpkg", "-L", name], capture_output=True, text=True, check=False).stdout.splitlines()
        pages += [pathlib.Path(path) for path in sorted(listed) if path.endswith(".html") and pathlib.Path(path).is_file()][:60]
    if not pages:
        return None
    (folder / "in").mkdir()
    for number, page in enumerate(pages):
        shutil.copyfile(page, folder / "in" / f"{number}-{page.name}")
    subprocess.run([BIN / "coordinator", "--workers", "2", "--shm", "512M", "--progress", "never", folder / "in", "-o", folder / "out"], capture_output=True,
                   timeout=240, check=False)
    return folder / "out" / "markdown"


class Facts(unittest.TestCase):
    def test_invented_passages(self):
        answers = generate("--seed", 11, "--passages", 3000)
        code, errors, true, printed = rates(answers, "--bars")
        print(printed, file=sys.stderr)
        self.assertEqual(set(errors) - {"all"}, KINDS)
        self.assertTrue(all(count >= 150 for count, _ in errors.values()), printed)
        self.assertGreater(true["all"][0], 3000)
        self.assertEqual(code, 0, printed)

    def test_written_passages(self):
        files = {path.stem: path.read_bytes() for path in sorted((FACTS / "written").glob("*.txt"))}
        unseen, retold, features, trials = (files.pop(name) for name in ("operations", "retold", "features", "trials"))
        for answers, caught, refused in ((b"".join(files.values()), 86, 2), (unseen, 75, 2), (retold, 68, 2), (features, 83, 10), (trials, 79, 4)):  # as measured: docs/decisions/facts-of-an-answer.md
            _, errors, true, printed = rates(answers)
            self.assertGreaterEqual(errors["all"][1], caught, printed)
            self.assertLessEqual(true["all"][1], refused, printed)

    def test_passages_of_samples_and_installed_documentation(self):
        with tempfile.TemporaryDirectory(prefix="docring-facts-") as place:
            folders = ["--markdown", CORPUS / "markdown"]
            installed = documentation(pathlib.Path(place))
            if installed:
                folders += ["--markdown", installed]
            _, errors, true, printed = rates(generate("--passages", 0, *folders))
        print(printed, file=sys.stderr)
        self.assertGreater(errors["all"][0], 10, printed)  # of the samples alone, where no documentation is installed
        self.assertGreaterEqual(errors["all"][1], 97, printed)
        self.assertLessEqual(true["all"][1], 2, printed)

    def test_a_gate_that_misses_is_noticed(self):
        answers = b"=== held one\nIt takes 10 ms.\n--- true plain\nIt takes 11 ms.\n--- false digit changed\nIt takes 10 ms.\n"
        code, errors, true, _ = rates(answers, "--bars")
        self.assertEqual((code, errors["digit changed"], true["plain"]), (1, (1, 0.0), (1, 100.0)))


if __name__ == "__main__":
    unittest.main()
