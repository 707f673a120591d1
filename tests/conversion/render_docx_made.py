"""DOCX files as other programs make them: LibreOffice of a flat OpenDocument file, pandoc of the Markdown that is the truth."""

import pathlib
import shutil
import subprocess
import tempfile

import render_word
import truth


def run(command, made, path, what):
    done = subprocess.run(command, capture_output=True, timeout=180)
    if not made.exists():
        raise RuntimeError(f"{command[0]} could not make {what}: {(done.stdout + done.stderr).decode(errors='replace')[-400:]}")
    shutil.copy(made, path)


def by_office(document, path):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-docx-"))
    source = folder / "case.fodt"
    source.write_text(render_word.Flat(document, render_word.draw_style(document.seed)).source(), "utf-8")
    run(["soffice", f"-env:UserInstallation=file://{tempfile.gettempdir()}/docring-office-profile", "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder), str(source)], folder / "case.docx", path, document.name)
    shutil.rmtree(folder, ignore_errors=True)


def by_pandoc(document, path):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-docx-"))
    source = folder / "case.md"
    source.write_text(truth.markdown(document), "utf-8")
    run(["pandoc", "-f", "gfm+footnotes", "-t", "docx", "-o", str(folder / "case.docx"), str(source)], folder / "case.docx", path, document.name)
    shutil.rmtree(folder, ignore_errors=True)
