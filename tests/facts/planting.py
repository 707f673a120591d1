"""Passages cut from Markdown, answered with their own sentences, and errors planted into these by rule."""

import random
import re

from families import WORDS, digit, misspell

NUMBER = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w.,]*\d)")
IDENTIFIER = re.compile(r"(?<![\w./-])(?:[a-z]+[A-Z]\w{3,}|[A-Z][a-z]+[A-Z]\w{3,}|\w+_\w{3,})(?![\w./-])")
UNIT = re.compile(r"(?<=\d )(ms|s|dB|dBm|kHz|MHz|min|km|minutes|seconds)\b")
TURNS = [("at least", "at most"), ("at most", "at least"), ("more than", "less than"), ("less than", "more than"), ("minimum", "maximum"), ("maximum", "minimum")]
FLIPS = [("true", "false"), ("false", "true"), ("enabled", "disabled"), ("disabled", "enabled")]
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def sentences(passage):
    """Prose sentences of the passage, without what is table, code or list."""
    found = []
    for block in re.split(r"\n\s*\n", passage):
        if re.match(r"\s*([#|>`*+-]|\d+[.)]|    )", block) or "```" in block:
            continue
        found += [s.strip() for s in SENTENCE.split(" ".join(block.split())) if 30 <= len(s) <= 400 and s.strip().endswith(".")]
    return found


def reformatted(rng, sentence):
    """The same sentence as a model might format it."""
    choice = rng.randrange(4)
    if choice == 0:
        return re.sub(r"(\d) (ms|dB|dBm|kHz|MHz|km)\b", r"\1\2", sentence)
    if choice == 1:
        return re.sub(r"(?<![\w,.])(\d)(\d{3})(?![\w,.])", r"\1,\2", sentence) if "`" not in sentence else sentence
    if choice == 2:
        return IDENTIFIER.sub(lambda m: f"**{m.group()}**", sentence, count=1) if "`" not in sentence and "*" not in sentence else sentence
    return sentence.replace("'", "’").replace(" - ", " – ")


def at(text, match, new):
    return text[:match.start()] + new + text[match.end():]


def absent(passage, word):
    return not re.search(r"(?<!\w)" + re.escape(word) + r"(?!\w)", passage)


def plants(rng, passage, answer):
    """One error of each kind that the answer has a place for and that is an error beyond doubt."""
    numbers = [m for m in NUMBER.finditer(answer) if len(m.group()) > 1]
    if numbers:
        match = rng.choice(numbers)
        new = digit(rng, match.group())
        if absent(passage, new) and not any(w in passage for w in (f"{new},", f",{new}")):
            yield "digit changed", at(answer, match, new)
    names = [m for m in IDENTIFIER.finditer(answer)]
    if names:
        match = rng.choice(names)
        new = misspell(rng, match.group())
        if new.lower() not in passage.lower():
            yield "name misspelt", at(answer, match, new)
    units = list(UNIT.finditer(answer))
    if units:
        match = rng.choice(units)
        new = rng.choice([u for u in ("ms", "s", "min", "kHz", "dB") if u != match.group()[:len(u)]])
        number = re.search(r"(\S+) $", answer[:match.start()])
        if number and not re.search(re.escape(number.group(1)) + r"\s?" + new[0], passage):
            yield "unit changed", at(answer, match, new)
    for old, new in TURNS:
        match = re.search(rf"\b{old} (?=\d)", answer)
        if match and len(re.findall(rf"\b{new}\b", passage)) == 0:
            yield "comparison turned", at(answer, match, new + " ")
            break
    for old, new in FLIPS:
        match = re.search(rf"\b{old}\b", answer)
        if match and absent(passage, new):
            yield "switch flipped", at(answer, match, new)
            break
    for word in WORDS[3:]:
        match = re.search(rf"\b{word}\b", answer)
        new = WORDS[3 + (WORDS.index(word) + 2) % 9]
        if match and new != word and absent(passage.lower(), new) and absent(passage, str(WORDS.index(new))):
            yield "number in words", at(answer, match, new)
            break


def cut(path, seed):
    """(name, passage, answers) for pieces of about 1,500 characters of a Markdown file that state something."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if text.startswith("---\n"):
        text = text[text.find("\n---\n", 4) + 5:]
    text = re.sub(r"^(===|--- )", r"\\\1", text, flags=re.M)
    blocks, piece, size, index = re.split(r"\n\s*\n", text), [], 0, 0
    for block in blocks + [None]:
        if block is not None and size < 1500:
            piece.append(block)
            size += len(block)
            if size < 1500:
                continue
        passage = "\n\n".join(piece)
        piece, size, index = [], 0, index + 1
        said = sentences(passage) if len(passage) < 20000 else []
        if len(said) < 2:
            continue
        rng = random.Random(f"{seed} {path.name} {index}")
        chosen = rng.sample(said, min(3, len(said)))
        answer = " ".join(reformatted(rng, one) for one in chosen)
        bullets = "\n".join(f"- {one}" for one in chosen)
        found = [("true reordered", answer), ("true as a list", bullets)]
        found += [(f"false {kind}", wrong) for kind, wrong in plants(rng, passage, answer)]
        yield f"{path.stem.replace(' ', '_')}-{index}", passage, found
