"""One other converter on many files, in one process: its Markdown, and how long it took.

    python convert.py PEER --write FOLDER FILE...     FOLDER/<name of the file>.md for each
    python convert.py PEER --seconds N FILE...        as many of the files as N seconds allow, in their order; one JSON object to standard output:
                                                      bytes, documents, pages, failed, seconds of this process's processor time, MiB resident at most

The library is loaded, and has converted one small file, before the clock starts. Run by perf/convert-peers with the interpreter of the peer's own
virtual environment."""

import argparse
import contextlib
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import time


def pages_of(path):
    """Counted by poppler, for every peer alike."""
    for line in subprocess.run(["pdfinfo", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout.splitlines():
        if line.startswith("Pages:"):
            return int(line.split()[1])
    return 0


def markitdown():
    from markitdown import MarkItDown
    reader = MarkItDown()
    return lambda path: reader.convert(str(path)).text_content


def html_to_markdown():
    from html_to_markdown import convert

    def one(path):
        result = convert(path.read_text(encoding="utf-8", errors="replace"))
        return result if isinstance(result, str) else result.content
    return one


def pymupdf4llm():
    with contextlib.redirect_stdout(io.StringIO()):
        import pymupdf4llm as library
    return lambda path: library.to_markdown(str(path), show_progress=False)


def liteparse(ocr=True):
    from liteparse import LiteParse
    languages = next((str(path) for path in pathlib.Path("/usr/share/tesseract-ocr").glob("*/tessdata")), None)  # else it fetches them
    reader = LiteParse(output_format="markdown", max_pages=100000, quiet=True, num_workers=1, ocr_enabled=ocr, tessdata_path=languages)
    return lambda path: reader.parse(str(path)).text


def docling():
    from docling.document_converter import DocumentConverter
    reader = DocumentConverter()
    return lambda path: reader.convert(str(path)).document.export_to_markdown()


def command(*words):
    """A program that is started anew for each file, as its users do: its start is a part of what it costs."""
    def one(path):
        done = subprocess.run([word.replace("{}", str(path)) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode("utf-8", "replace")[-300:])
        return done.stdout.decode("utf-8", "replace")
    return lambda: one


PEERS = {
    "markitdown": markitdown, "html-to-markdown": html_to_markdown, "pymupdf4llm": pymupdf4llm, "liteparse": liteparse, "liteparse-no-ocr": lambda: liteparse(ocr=False), "docling": docling,
    "pdftotext": command("pdftotext", "-layout", "{}", "-"),
    "pandoc-html": command("pandoc", "-f", "html", "-t", "gfm", "--wrap=none", "{}"),
    "pandoc-docx": command("pandoc", "-f", "docx", "-t", "gfm", "--wrap=none", "{}"),
}


def processor_seconds():
    return sum(usage.ru_utime + usage.ru_stime for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def peak_mib():
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def write_all(convert, paths, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            text = convert(path) or ""
        except Exception as problem:  # a peer may end in any way: its document counts as empty
            print(f"{path.name}: {type(problem).__name__}: {str(problem)[:200]}", file=sys.stderr)
            text = ""
        (folder / f"{path.name}.md").write_text(text, encoding="utf-8")


def measure(convert, paths, seconds):
    size = documents = pages = failed = 0
    spent = 0.0
    for path in paths:
        before = processor_seconds()
        try:
            convert(path)
        except Exception as problem:
            print(f"{path.name}: {type(problem).__name__}: {str(problem)[:200]}", file=sys.stderr)
            failed += 1
        spent += processor_seconds() - before
        size += path.stat().st_size
        documents += 1
        pages += pages_of(path) if path.suffix == ".pdf" else 0
        if spent >= seconds:
            break
    return {"bytes": size, "documents": documents, "pages": pages, "failed": failed, "seconds": spent, "peak_mib": peak_mib()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries print
    convert = PEERS[options.peer]()
    if options.write:
        write_all(convert, options.files, options.write)
        return
    with contextlib.suppress(Exception):
        convert(min(options.files, key=lambda path: path.stat().st_size))
    start = time.monotonic()
    result = measure(convert, options.files, options.seconds)
    print(json.dumps({"name": options.peer, **result, "wall": time.monotonic() - start}), file=out)


main()
