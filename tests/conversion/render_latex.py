"""PDF by pdflatex: article in one or two columns, rules or booktabs, longtable, verbatim or listings, footnotes, contents with dot leaders,
hyphenation and ligatures as LaTeX makes them. Some go the older road over dvips and Ghostscript."""

import pathlib
import random
import re
import shutil
import subprocess
import tempfile

import model
from model import Code, Definitions, Figure, Heading, List, Paragraph, Quote, Table

SPECIAL = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
           "°": r"\textdegree{}", "µ": r"\textmu{}", "—": "---", "–": "--", "−": "$-$", "±": r"$\pm$", "×": r"$\times$", "≤": r"$\leq$", "≥": r"$\geq$", "≠": r"$\neq$", "≈": r"$\approx$", "→": r"$\rightarrow$", "√": r"$\surd$",
           "∈": r"$\in$", "∩": r"$\cap$", "∀": r"$\forall$", "Σ": r"$\Sigma$", "Δ": r"$\Delta$", "Ω": r"$\Omega$", "σ": r"$\sigma$", "α": r"$\alpha$", "β": r"$\beta$", "λ": r"$\lambda$", "τ": r"$\tau$", "η": r"$\eta$", "θ": r"$\theta$",
           "φ": r"$\phi$", "π": r"$\pi$", "ρ": r"$\rho$", "ω": r"$\omega$"}
FONTS = {"cm": "", "lm": r"\usepackage[T1]{fontenc}\usepackage{lmodern}", "times": r"\usepackage[T1]{fontenc}\usepackage{mathptmx}", "palatino": r"\usepackage[T1]{fontenc}\usepackage{mathpazo}",
         "helvetica": r"\usepackage[T1]{fontenc}\usepackage[scaled=.92]{helvet}\renewcommand{\familydefault}{\sfdefault}"}
SECTIONS = ["section", "subsection", "subsubsection", "paragraph"]


def escape(text):
    return "".join(SPECIAL.get(letter, letter) for letter in text)


class Latex:
    def __init__(self, document, style):
        self.document = document
        self.style = style
        self.notes = {str(note.number): note for note in document.footnotes}
        self.contents = style["contents"] and any(isinstance(block, Heading) and block.number for block in document.blocks)
        self.first = 2 if model.has_title(document) else 1

    def inline(self, content, line_break=r"\\ "):
        out = []
        for run in model.runs(content):
            text = escape(run.text)
            if run.style == model.BOLD:
                out.append(rf"\textbf{{{text}}}")
            elif run.style == model.ITALIC:
                out.append(rf"\emph{{{text}}}")
            elif run.style == model.CODE:
                out.append(rf"\texttt{{{text}}}")
            elif run.style == model.SUB:
                out.append(rf"\textsubscript{{{text}}}")
            elif run.style == model.SUP:
                out.append(rf"\textsuperscript{{{text}}}")
            elif run.style == model.NOTE_MARK:
                out.append(rf"\footnote{{{self.inline(self.notes[run.text].content)}}}")
            elif run.style == model.LINE_BREAK:
                out.append(line_break)
            else:
                out.append(text)
        return "".join(out)

    def heading(self, block):
        if self.first == 2 and block.level == 1:
            return r"\maketitle" + ("\n\\tableofcontents" if self.contents else "")
        name = SECTIONS[block.level - self.first]
        return f"\\{name}{'' if block.number else '*'}{{{self.inline(block.content)}}}"

    def list(self, block):
        name = "enumerate" if block.ordered else "itemize"
        items = "\n".join("\\item " + "\n".join(self.block(child) for child in item) for item in block.items)
        return f"\\begin{{{name}}}\n{items}\n\\end{{{name}}}"

    def definitions(self, block):
        return "\\begin{description}\n" + "\n".join(f"\\item[{self.inline(term)}] {self.inline(text)}" for term, text in block.items) + "\n\\end{description}"

    def columns(self, block):
        """Letters of the columns; long text gets a width."""
        grid, letters = block.grid(), []
        width = block.width()
        longest = [max((len(model.plain(row[column][0])) for row in grid if row[column][1][1] == column and not self.spans(block, row[column])), default=0) for column in range(width)]
        for column in range(width):
            body = [row[column][0] for row in grid[block.header_rows:]]
            if longest[column] > self.style["wrap"]:
                share = max(0.2, min(0.55, 0.85 - 0.13 * (width - 1)))
                letters.append(f"p{{{share:.2f}\\linewidth}}")
            else:
                numeric = bool(body) and all(re.fullmatch(r"[-−\d.,]*", model.plain(cell)) for cell in body)
                letters.append("r" if numeric else "l")
        return letters

    def spans(self, block, place):
        return any(cell.columns > 1 and cell.content is place[0] for row in block.rows for cell in row)

    def cell_text(self, content, letter):
        breaks = any(run.style == model.LINE_BREAK for run in model.runs(content))
        if not breaks:
            return self.inline(content)
        if letter.startswith("p"):
            return self.inline(content, r"\newline ")
        return r"\begin{tabular}[t]{@{}l@{}}" + self.inline(content) + r"\end{tabular}"

    def rows(self, block, letters):
        """Lines of cells; places under a cell that reaches down stay empty."""
        reach, lines = {}, []
        for index, row in enumerate(block.rows):
            cells, column, rest = [], 0, list(row)
            while column < len(letters):
                if reach.get(column, -1) >= index:
                    cells.append("")
                    column += 1
                    continue
                cell = rest.pop(0)
                for offset in range(cell.columns):
                    reach[column + offset] = index + cell.rows - 1
                text = self.cell_text(cell.content, letters[column])
                if index < block.header_rows and self.style["bold_heads"] and text:
                    text = rf"\textbf{{{text}}}" if "tabular" not in text else text
                if cell.columns > 1:
                    bars = "|" if self.style["tables"] == "ruled" else ""
                    text = rf"\multicolumn{{{cell.columns}}}{{{(bars if column == 0 else '') + 'c' + bars}}}{{{text}}}"
                cells.append(text)
                column += cell.columns
            lines.append(" & ".join(cells) + r" \\")
        return lines

    def table(self, block):
        letters, kind = self.columns(block), self.style["tables"]
        lines = self.rows(block, letters)
        bar = "|" if kind == "ruled" else ""
        spec = bar + bar.join(letters) + bar
        top, middle, bottom, every = {"booktabs": (r"\toprule", r"\midrule", r"\bottomrule", ""), "ruled": (r"\hline", r"\hline", r"\hline", r"\hline"), "plain": ("", "", "", ""), "hlines": (r"\hline", r"\hline", r"\hline", "")}[kind]
        head, body = lines[:block.header_rows], lines[block.header_rows:]
        if every:
            body = [f"{line} {self.under(block, block.header_rows + index)}" for index, line in enumerate(body[:-1])] + body[-1:]
        if len(lines) > 30:
            caption = f"{self.caption(block)} \\\\\n" if block.caption else ""
            return f"\\begin{{longtable}}{{{spec}}}\n{caption}{top}\n" + "\n".join(head) + f"\n{middle}\n\\endfirsthead\n{top}\n" + "\n".join(head) + f"\n{middle}\n\\endhead\n" + "\n".join(body) + f"\n{bottom}\n\\end{{longtable}}"
        small = r"\footnotesize\setlength{\tabcolsep}{4pt}" if len(letters) > 6 else r"\small" if self.document.columns > 1 else ""
        inner = f"\\begin{{tabular}}{{{spec}}}\n{top}\n" + "\n".join(head) + f"\n{middle}\n" + "\n".join(body) + f"\n{bottom}\n\\end{{tabular}}"
        if not block.caption:
            return f"\\begin{{center}}{small}\n{inner}\n\\end{{center}}"
        parts = [inner, self.caption(block)] if block.caption_below else [self.caption(block), inner]
        return "\\begin{table}[H]\n\\centering" + small + "\n" + "\n".join(parts) + "\n\\end{table}"

    def under(self, block, index):
        """The rule under a row: it stops at cells that reach on."""
        reach_on = set()
        grid = block.grid()
        for column in range(block.width()):
            if index + 1 < len(grid) and grid[index + 1][column][1] == grid[index][column][1]:
                reach_on.add(column)
        if not reach_on:
            return r"\hline"
        runs, start = [], None
        for column in range(block.width() + 1):
            if column < block.width() and column not in reach_on:
                start = column if start is None else start
            elif start is not None:
                runs.append(rf"\cline{{{start + 1}-{column}}}")
                start = None
        return " ".join(runs)

    def caption(self, block):
        if self.document.language == "en":
            return rf"\caption{{{escape(block.caption.split(': ', 1)[1])}}}"
        return rf"\captionsetup{{labelformat=empty}}\caption{{{escape(block.caption)}}}"

    def code(self, block):
        if self.style["listings"]:
            return f"\\begin{{lstlisting}}\n{block.text}\n\\end{{lstlisting}}"
        return f"\\begin{{verbatim}}\n{block.text}\n\\end{{verbatim}}"

    def figure(self, block):
        draw = random.Random(f"bars {block.seed}")
        bars = r"\hspace{2mm}".join(rf"\rule{{6mm}}{{{draw.randint(5, 28)}mm}}" for _ in range(draw.randint(3, 6)))
        return f"\\begin{{figure}}[H]\n\\centering\n{bars}\n{self.caption(block)}\n\\end{{figure}}"

    def block(self, block):
        if isinstance(block, Paragraph):
            return self.inline(block.content) + "\n"
        if isinstance(block, Quote):
            return "\\begin{quote}\n" + "\n".join(self.block(child) for child in block.blocks) + "\\end{quote}"
        return {Heading: self.heading, List: self.list, Definitions: self.definitions, Table: self.table, Code: self.code, Figure: self.figure}[type(block)](block)

    def source(self):
        style, around = self.style, self.document.furniture
        columns = ",twocolumn" if self.document.columns == 2 else ""
        babel = {"de": "ngerman", "fr": "french"}.get(self.document.language, "english")
        title = next((block for block in self.document.blocks if isinstance(block, Heading)), None)
        lines = [rf"\documentclass[{style['size']}pt,{style['paper']}{columns}]{{article}}", r"\usepackage[utf8]{inputenc}", FONTS[style["font"]], rf"\usepackage[{babel}]{{babel}}",
                 r"\usepackage{booktabs,longtable,float,caption,fancyhdr,textcomp,listings,multicol}", rf"\usepackage[margin={style['margin']}]{{geometry}}",
                 r"\lstset{basicstyle=\ttfamily\small,columns=fullflexible,keepspaces=true,breaklines=false" + (",frame=single" if style["frame"] else "") + "}"]
        if self.document.language == "fr":
            lines.append(r"\frenchsetup{AutoSpacePunctuation=false,SmallCapsFigTabCaptions=false}")
        if style["parskip"]:
            lines.append(r"\setlength{\parindent}{0pt}\setlength{\parskip}{6pt}")
        if around.header or around.footer:
            number = {"n": r"\thepage", "page": r"Page \thepage", "n/m": r"-- \thepage{} --"}.get(around.page_numbers, "")
            lines.append(rf"\pagestyle{{fancy}}\fancyhf{{}}\lhead{{{escape(around.header)}}}\lfoot{{{escape(around.footer)}}}\rfoot{{{number}}}\fancypagestyle{{plain}}{{}}")
        elif not around.page_numbers:
            lines.append(r"\pagestyle{empty}")
        if self.first == 2:
            lines.append(rf"\title{{{self.inline(title.content)}}}\author{{}}\date{{}}")
        body = [self.block(block) for block in self.document.blocks]
        if self.first == 1 and self.contents:
            body.insert(0, r"\tableofcontents")
        return "\n".join(lines + [r"\begin{document}"] + body + [r"\end{document}", ""])


def draw_style(seed, **given):
    draw = random.Random(f"latex {seed}")
    style = {"font": draw.choice(list(FONTS)), "size": draw.choice([10, 10, 11, 12]), "paper": draw.choice(["a4paper", "letterpaper"]), "margin": draw.choice(["2cm", "2.5cm", "3cm"]), "tables": draw.choice(["booktabs", "ruled", "plain", "hlines"]),
             "listings": draw.random() < 0.5, "frame": draw.random() < 0.4, "parskip": draw.random() < 0.3, "contents": draw.random() < 0.5, "dvips": False, "bold_heads": draw.random() < 0.5, "wrap": 26}
    return style | given


def to_pdf(document, style, path):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="docring-latex-"))
    (folder / "case.tex").write_text(Latex(document, style).source(), "utf-8")
    program = "latex" if style["dvips"] else "pdflatex"
    commands = [[program, "-interaction=nonstopmode", "-halt-on-error", "case.tex"]] * 2  # the second run knows contents and widths
    if style["dvips"]:
        commands += [["dvips", "-q", "case.dvi"], ["ps2pdf", "case.ps"]]
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{command[0]} refuses {document.name}: {(done.stdout + done.stderr).decode(errors='replace')[-1500:]}")
    shutil.copy(folder / "case.pdf", path)
    shutil.rmtree(folder, ignore_errors=True)
