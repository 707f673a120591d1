"""The Markdown that a converter should make of a document: normal Markdown by the conventions of workers/preprocess/convert.h, with one thing
more: a comment `<!-- spans ROW,COLUMN … -->` after a table names the places that exist only because a cell spans rows or columns. The
scorer takes them repeated or empty."""

import re

import model


def escape(text):
    text = re.sub(r"([\\`*_\[\]])", r"\\\1", text)
    text = re.sub(r"(?<!\w)\\_|\\_(?!\w)", "_", text) if "\\_" in text and "__" not in text else text
    return re.sub(r"<(?=[A-Za-z/!?])", r"\\<", text)


def inline(content, line_break="\n"):
    out = []
    for run in model.runs(content):
        text = escape(run.text)
        if run.style == model.BOLD:
            out.append(f"**{text}**")
        elif run.style == model.ITALIC:
            out.append(f"*{text}*")
        elif run.style == model.CODE:
            fence = "``" if "`" in run.text else "`"
            out.append(f"{fence}{run.text}{fence}")
        elif run.style == model.LINK:
            out.append(f"[{text}]({run.href})")
        elif run.style in (model.SUB, model.SUP):
            out.append(f"<{run.style}>{text}</{run.style}>")
        elif run.style == model.NOTE_MARK:
            out.append(f"[^{run.text}]")
        elif run.style == model.LINE_BREAK:
            out.append(line_break)
        else:
            out.append(text)
    return "".join(out)


def table(block):
    grid = block.grid()
    spanned, lines = [], []
    for index, row in enumerate(grid):
        cells = []
        for column, (content, (origin_row, origin_column)) in enumerate(row):
            down, right = index > origin_row, column > origin_column
            if down or right:
                spanned.append(f"{index},{column}")
            cells.append("" if right else inline(content, "<br>").replace("|", "\\|"))
        lines.append("| " + " | ".join(cells) + " |")
        if index == 0:
            lines.append("|" + " --- |" * block.width())
    lines = [re.sub(r"  +", " ", line) for line in lines]
    if spanned:
        lines += ["", f"<!-- spans {' '.join(spanned)} -->"]
    return "\n".join(lines)


def indent(text, columns):
    first, *rest = text.split("\n")
    return "\n".join([first] + [" " * columns + line if line else "" for line in rest])


def list_lines(block):
    out = []
    for number, item in enumerate(block.items, 1):
        marker = f"{number}. " if block.ordered else "- "
        parts = []
        for child in item:
            text = one_block(child)
            tight = isinstance(child, model.List)
            parts.append(("\n" if tight else "\n\n") + text if parts else text)
        out.append(marker + indent("".join(parts), len(marker)))
    return "\n".join(out)


def one_block(block):
    if isinstance(block, model.Heading):
        return "#" * block.level + " " + (block.number + " " if block.number else "") + inline(block.content, " ")
    if isinstance(block, model.Paragraph):
        return inline(block.content)
    if isinstance(block, model.List):
        return list_lines(block)
    if isinstance(block, model.Definitions):
        return "\n".join(f"- **{escape(model.plain(term))}**: {inline(definition, ' ')}" for term, definition in block.items)
    if isinstance(block, model.Table):
        parts = [table(block)]
        if block.caption:
            parts.insert(len(parts) if block.caption_below else 0, inline(block.caption))
        return "\n\n".join(parts)
    if isinstance(block, model.Code):
        return f"```{block.language}\n{block.text}\n```"
    if isinstance(block, model.Quote):
        inner = "\n\n".join(one_block(child) for child in block.blocks)
        return "\n".join("> " + line if line else ">" for line in inner.split("\n"))
    if isinstance(block, model.Figure):
        return f"![{escape(block.alt)}]({block.source})\n\n{inline(block.caption)}"
    raise TypeError(f"truth.py does not know {type(block).__name__}")


def markdown(document):
    parts = [one_block(block) for block in document.blocks]
    parts += [f"[^{note.number}]: {inline(note.content, ' ')}" for note in document.footnotes]
    return "\n\n".join(parts) + "\n"
