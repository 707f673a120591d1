"""Scans: the pages of a print (render_browser.py) as pictures in a PDF, as a scanner or a fax makes them: a little askew, blurred, noisy, packed
by JPEG or CCITT. Also PDF files whose text is there but cannot be read: fonts without a map to Unicode."""

import pathlib
import shutil
import subprocess
import tempfile

import render_browser


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')[-400:]}")


def draw_pages(source, folder, dpi):
    """Grey pictures of the pages, at twice the resolution that is wanted in the end."""
    run("pdftoppm", "-gray", "-r", dpi * 2, source, folder / "page")
    return sorted(folder.glob("page-*.pgm"))


def degrade(page, look, seed):
    """look: dpi, skew (degrees to the right), turn (degrees), noise, blur, quality (JPEG) or fax (CCITT), paper (grey of the ground)."""
    out = page.with_suffix(".tiff" if look.get("fax") else ".jpg")
    steps = ["-seed", seed, page, "-background", "white", "-virtual-pixel", "white"]
    if look.get("skew"):
        steps += ["-distort", "SRT", look["skew"]]
    steps += ["-filter", "Lanczos", "-resize", "50%", "-blur", f"0x{look.get('blur', 0.4)}", "+level", f"6%,{look.get('paper', 96)}%"]
    if look.get("noise"):
        steps += ["-attenuate", look["noise"], "+noise", "Gaussian", "-colorspace", "Gray"]
    if look.get("turn"):
        steps += ["-rotate", look["turn"]]
    steps += ["-units", "PixelsPerInch", "-density", look["dpi"]]
    steps += ["-threshold", "62%", "-type", "bilevel", "-compress", "Group4"] if look.get("fax") else ["-quality", look.get("quality", 40)]
    run("convert", *steps, out)
    return out


def pictures_to_pdf(pictures, path):
    run("img2pdf", "--nodate", "--output", path, *pictures)


def to_pdf(document, style, look, path):
    """look["text_pages"]: pages that stay text, from 0. look["layer"]: the text of the print lies under the picture, as scanners with
    recognition leave it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-scan-"))
    try:
        printed, scanned = folder / "print.pdf", folder / "scan.pdf"
        render_browser.to_pdf(document, style, printed)
        pictures = [degrade(page, look, document.seed + index) for index, page in enumerate(draw_pages(printed, folder, look["dpi"]))]
        pictures_to_pdf(pictures, scanned)
        text_pages = look.get("text_pages", [])
        if look.get("layer"):
            run("qpdf", printed, "--overlay", scanned, "--", folder / "joined.pdf")
        elif text_pages:
            pages = [word for index in range(len(pictures)) for word in (printed if index in text_pages else scanned, index + 1)]
            run("qpdf", "--empty", "--pages", *pages, "--", folder / "joined.pdf")
        else:
            scanned.rename(folder / "joined.pdf")
        run("qpdf", "--object-streams=generate", "--deterministic-id", folder / "joined.pdf", path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def to_unmapped_pdf(document, style, path):
    """A print whose fonts have lost their maps to Unicode: it looks as before, its text is glyph numbers."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-scan-"))
    try:
        printed, plain = folder / "print.pdf", folder / "plain.pdf"
        render_browser.to_pdf(document, style, printed)
        run("qpdf", "--qdf", "--object-streams=disable", printed, plain)
        plain.write_bytes(plain.read_bytes().replace(b"/ToUnicode", b"/UnusedMap"))
        run("qpdf", "--object-streams=generate", "--recompress-flate", "--compression-level=9", "--deterministic-id", plain, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
