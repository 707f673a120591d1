"""What a worker holds of a huge document: the largest resident set that the kernel saw, in bytes for a byte of input, for documents of many kinds; and that
all of it is given back. Nothing is timed and nothing sampled."""

import os
import pathlib
import random
import subprocess
import unittest

from support import BIN, ServiceCase, docring_processes, feature_text, main

DOCUMENT_BYTES = 16_000_000
BLOCK_BYTES = 500_000
WORDS = "the of cell value alpha beta handover parameter counter feature interval radio bearer threshold network".split()
PAGE_BEGIN = "<!DOCTYPE html><html><head><title>Large page</title></head><body><h1>Large</h1>\n"


def prose(numbers, count):
    return " ".join(f"{numbers.choice(WORDS)}{numbers.randrange(1000)}" for _ in range(count)) + "."


def heading(level, number):
    return f"<h{level}>Section {number}</h{level}>\n"


def cells(numbers):
    return "<tr>" + "".join(f"<td>{numbers.randrange(10000)}</td>" for _ in range(5)) + "</tr>\n"


def nested(numbers, number):
    code = "".join(f"int v{numbers.randrange(99)} = {numbers.randrange(99)};\n" for _ in range(20))
    return (f'<section id="s{number}"><h2>Part {number}</h2><p>{prose(numbers, 30)}</p><section><h3>Sub</h3><p>See <code>set</code> and '
            f'<b>{prose(numbers, 3)}</b>.</p><pre><code class="language-c">{code}</code></pre><div><div><p>{prose(numbers, 10)}</p></div></div>'
            "</section></section>\n")


def listed(numbers, number):
    items = "".join(f'<li><a href="page{numbers.randrange(1000)}.html">{prose(numbers, 2)}</a> {prose(numbers, 4)}</li>\n' for _ in range(30))
    return heading(2, number) + f"<p>{prose(numbers, 12)}</p>\n<ul>\n{items}</ul>\n"


def markdown(numbers, number):
    return (f"## Section {number}\n\n{prose(numbers, 60)}\n\n| a | b |\n| --- | --- |\n| {number} | {number} |\n\n"
            f"- {prose(numbers, 6)}\n- {prose(numbers, 6)}\n\n")


# name: (what comes first, the parts, what comes last, bytes resident for a byte of input at most). The file itself is mapped: that is one of them. The
# other is the Markdown; cells add nodes and, in one table that is known when it ends, its grid.
KINDS = {
    "prose.html": (PAGE_BEGIN, lambda numbers, number: heading(2, number) + f"<p>{prose(numbers, 200)}</p>\n", "</body></html>\n", 3.2),
    "tables.html": (PAGE_BEGIN, lambda numbers, number: heading(2, number) + f"<table>\n{''.join(cells(numbers) for _ in range(40))}</table>\n",
                    "</body></html>\n", 4.2),
    "table.html": (PAGE_BEGIN + "<table>\n", lambda numbers, number: cells(numbers), "</table>\n</body></html>\n", 4.8),
    "lists.html": (PAGE_BEGIN, listed, "</body></html>\n", 3.4),
    "nested.html": (PAGE_BEGIN, nested, "</body></html>\n", 3.4),
    "text.txt": ("LARGE\n=====\n\n", lambda numbers, number: "\n".join(prose(numbers, 9) for _ in range(6)) + "\n\n", "", 3.4),
    "text.md": ("# Large\n\n", markdown, "", 3.4),
    "rows.csv": ("MO,Parameter,Description,Default\n",
                 lambda numbers, number: f"Cell{number % 50},p{number},\"{prose(numbers, 12)}\",{numbers.randrange(10000)}\n", "", 3.4),
}


def write_document(path):
    begin, part, end, _ = KINDS[path.name]
    numbers = random.Random(7)
    block, number = "", 0
    while len(block) < BLOCK_BYTES:
        block += part(numbers, number)
        number += 1
    path.write_text(begin + block * (DOCUMENT_BYTES // len(block)) + end, encoding="ascii")
    return path


def resident_bytes(path):
    """The largest resident set of a conversion, and how much Markdown came out."""
    with subprocess.Popen([BIN / "worker-preprocess", "convert", path], stdout=subprocess.PIPE, env=dict(os.environ, XDG_CONFIG_HOME="/nonexistent")) as process:
        markdown_bytes = 0
        while part := process.stdout.read(1 << 20):
            markdown_bytes += len(part)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * 1024, markdown_bytes


def private_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not say what is anonymous")


class Memory(ServiceCase):
    def test_a_huge_document_is_held_about_once(self):
        tiny = self.folder / "tiny.md"
        tiny.write_text("# Tiny\n\nText.\n", encoding="ascii")
        code, base, _ = resident_bytes(tiny)
        self.assertEqual(code, 0)
        for name, (_, _, _, most) in KINDS.items():
            with self.subTest(kind=name):
                path = write_document(self.folder / name)
                code, peak, markdown_bytes = resident_bytes(path)
                size = path.stat().st_size
                path.unlink()
                self.assertEqual(code, 0)
                self.assertGreater(markdown_bytes, size // 4)
                print(f"{name}: {(peak - base) / size:.2f} bytes for a byte, at most {most}")
                self.assertLess((peak - base) / size, most)

    def test_a_worker_gives_all_of_it_back(self):
        self.service = self.start("--workers", "1", "--shm", "256M", "-o", self.out)
        self.wait_until(lambda status: True)
        self.submit_and_wait(self.write_features("before", 0), 10)
        worker = next(pid for pid in docring_processes(str(self.runtime)) if b"worker-preprocess" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
        before = private_bytes(worker)
        self.submit_and_wait(write_document(self.folder / "tables.html"), 11)
        self.submit_and_wait(self.write_features("behind", 10), 21)
        after = private_bytes(worker)
        print(f"{before >> 20} MiB of its own before, {after >> 20} MiB after")
        self.assertLess(after - before, 16 << 20)
        self.stop()

    def write_features(self, name, first):
        folder = self.folder / name
        folder.mkdir()
        for number in range(first, first + 10):
            (folder / f"{number}.md").write_text(feature_text(number), encoding="utf-8")
        return folder

    def submit_and_wait(self, path, count):
        self.assertEqual(self.run_program("submit", "--run", self.out, path).returncode, 0)
        self.wait_until(lambda status: status["done"] + status["rejected"] + status["failed"] == count)


if __name__ == "__main__":
    main()
