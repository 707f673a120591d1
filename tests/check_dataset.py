#!/usr/bin/env python3
"""Checks a dataset folder: readers can load it, rows have one shape, answers say only what their documents say.

Usage: tests/check_dataset.py OUT [--no-readers]

The readers (datasets, pyarrow, duckdb) are those that people train with; tests/peers makes an environment with them. All
other checks need the standard library alone. Exit code 0 when nothing was found, 1 when something was, 2 when there is no
dataset to check.
"""

import argparse
import hashlib
import json
import os
import re
import sys
import tempfile

SPLITS = ("train", "valid", "test")
TEXT, NUMBER, SWITCH, TEXTS = "text", "number", "switch", "list of texts"
SCORES = ("structural", "semantic", "coherence", "relevance", "accuracy")
METADATA = {
    "feature_name": TEXT, "document_title": TEXT, "source_file": TEXT, "source_zip": TEXT, "source_dataset": TEXT, "document_id": TEXT,
    "chunk_id": TEXT, "source_span": {"start": NUMBER, "end": NUMBER}, "question_type": TEXT, "quality_score": NUMBER,
    "scores": {name: NUMBER for name in SCORES}, "confidence": NUMBER, "technical_terms": TEXTS,
    "tier_classification": {f"tier_{tier}": TEXTS for tier in (1, 2, 3, 4)}, "parameters": TEXTS, "counters": TEXTS, "faj_code": TEXT,
    "cxc_codes": TEXTS, "mo_classes": TEXTS, "model": TEXT, "cmedit_enhanced": SWITCH, "enhancement_applied": SWITCH,
}
QUESTION_TYPES = {"factual", "conceptual", "procedural", "configuration", "troubleshooting", "counter_analysis", "dependency", "activation",
                  "comparison", "optimisation", "scenario"}

# Words of the command language; they need not stand in the document when they stand in a command.
COMMAND_WORDS = {"FeatureState", "featureState", "ACTIVATED", "DEACTIVATED"}
WORD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\d+(?:[.,]\d+)*\w*")


class Findings:
    """What is wrong, with a limit on how much of one kind is printed."""

    def __init__(self, per_check=10):
        self.lines, self.counts, self.per_check = [], {}, per_check

    def add(self, check, where, what):
        self.counts[check] = self.counts.get(check, 0) + 1
        if self.counts[check] <= self.per_check:
            self.lines.append(f"{check}: {where}: {what}")

    def total(self):
        return sum(self.counts.values())


# --- reading ------------------------------------------------------------------------------------------------------------

def read_lines(path, findings):
    """(line number, object) of each row that is a JSON object."""
    name = os.path.basename(path)
    try:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                except ValueError as error:
                    findings.add("json", f"{name}:{number}", f"not JSON: {error}")
                    continue
                if isinstance(row, dict):
                    yield number, row
                else:
                    findings.add("json", f"{name}:{number}", "not an object")
    except (OSError, UnicodeDecodeError) as error:
        findings.add("files", name, f"cannot be read: {error}")


def document_key(record):
    return (str(record.get("source_zip", "")), str(record.get("source_file", "")))


def front_matter_and_body(content):
    if not content.startswith("---\n"):
        return "", content
    end = content.find("\n---\n", 3)
    return (content[4:end], content[end + 5:].lstrip("\n")) if end > 0 else ("", content)


def front_matter_value(front, key):
    match = re.search(rf"^{key}: *(.*)$", front, re.MULTILINE)
    if not match:
        return ""
    value = match.group(1).strip()
    if value.startswith('"'):
        try:
            return json.loads(value)
        except ValueError:
            return value.strip('"')
    return value[1:-1].replace("''", "'") if value.startswith("'") else value


def read_markdown(folder, findings):
    """document key -> Markdown without front matter."""
    found = {}
    for base, _folders, names in os.walk(os.path.join(folder, "markdown")):
        for name in names:
            path = os.path.join(base, name)
            with open(path, encoding="utf-8") as file:
                front, body = front_matter_and_body(file.read())
            if not front:
                findings.add("markdown", os.path.relpath(path, folder), "no front matter")
                continue
            found[(front_matter_value(front, "source_zip"), front_matter_value(front, "source_file"))] = body
    return found


def without_targets(text):
    """Without where images lie: in the Markdown file their targets lead to the files in images/."""
    return re.sub(r"(!\[[^\]]*\]\()[^()\s]*", r"\1", text)


def read_texts(folder, findings):
    """document key -> text of its line in extractions.jsonl, which spans count in."""
    return {document_key(record): record.get("text", "") for _number, record in read_lines(os.path.join(folder, "extractions.jsonl"), findings)}


# --- rows ---------------------------------------------------------------------------------------------------------------

def type_fault(value, expected):
    """What is wrong with the type of a value, or ''."""
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return "is not an object"
        for key, inner in expected.items():
            if key not in value:
                return f"lacks {key}"
            fault = type_fault(value[key], inner)
            if fault:
                return f".{key} {fault}"
        return ""
    right = {TEXT: isinstance(value, str), SWITCH: isinstance(value, bool),
             NUMBER: isinstance(value, (int, float)) and not isinstance(value, bool),
             TEXTS: isinstance(value, list) and all(isinstance(entry, str) for entry in value)}[expected]
    return "" if right else f"is no {expected}: {json.dumps(value)[:60]}"


def key_shape(value):
    """Keys of nested objects, as something that can be compared."""
    if isinstance(value, dict):
        return tuple((key, key_shape(inner)) for key, inner in value.items())
    return type(value).__name__ if not isinstance(value, (int, float)) or isinstance(value, bool) else "number"


def check_shape(where, row, first_shape, findings):
    if set(row) != {"messages", "metadata"}:
        findings.add("shape", where, f"keys are {sorted(row)}, not messages and metadata")
        return False
    fault = type_fault(row["metadata"], METADATA)
    if fault:
        findings.add("shape", where, f"metadata {fault}")
        return False
    if key_shape(row["metadata"]) != first_shape:
        findings.add("shape", where, "keys, their order or types differ from the first row")
    return True


def check_messages(where, messages, limits, findings):
    """Roles in turn, the last from the assistant; lengths; questions ask."""
    if not isinstance(messages, list) or not all(isinstance(m, dict) and set(m) - {"reasoning_content"} == {"role", "content"} and
                                                 all(isinstance(value, str) for value in m.values()) for m in messages):
        findings.add("messages", where, "not a list of role and content")
        return
    if any("reasoning_content" in m and m["role"] != "assistant" for m in messages):
        findings.add("messages", where, "reasoning_content outside the assistant's messages")
    turns = messages[1:] if messages and messages[0]["role"] == "system" else messages
    roles = [message["role"] for message in turns]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2) or len(roles) % 2:
        findings.add("messages", where, f"roles are {roles}: user and assistant must take turns and the assistant end")
        return
    for message in turns:
        content, least, most = message["content"], *limits[message["role"]]
        if not least <= len(content) <= most:
            findings.add("length", where, f"{message['role']} message of {len(content)} characters, not {least}–{most}: {content[:60]!r}")
        if message["role"] == "user" and not content.rstrip().endswith("?"):
            findings.add("question", where, f"does not end with '?': {content[-60:]!r}")


def check_scores(where, metadata, findings):
    if not 0 <= metadata["quality_score"] <= 10:
        findings.add("scores", where, f"quality_score {metadata['quality_score']} is not in 0–10")
    for name in SCORES:
        if not 0 <= metadata["scores"][name] <= 1:
            findings.add("scores", where, f"{name} {metadata['scores'][name]} is not in 0–1")
    if not 0 <= metadata["confidence"] <= 1:
        findings.add("scores", where, f"confidence {metadata['confidence']} is not in 0–1")
    if metadata["question_type"] not in QUESTION_TYPES:
        findings.add("scores", where, f"unknown question_type {metadata['question_type']!r}")


def check_span(where, span, text, findings):
    start, end = span["start"], span["end"]
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
        findings.add("span", where, f"{start}–{end} does not lie in a text of {len(text)} characters")
    elif not text[start:end].strip():
        findings.add("span", where, f"{start}–{end} is blank")


# --- facts --------------------------------------------------------------------------------------------------------------

def unmarked(text):
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def is_fact(word):
    """A number or an identifier: something with a digit, an underscore, a dot or capitals beyond the first letter."""
    return bool(re.search(r"[\d_.]", word)) or sum(c.isupper() for c in word) >= 2 or (word[0].islower() and any(c.isupper() for c in word))


def words_of(text):
    return set(WORD.findall(unmarked(text)))


def parts_of(word):
    """The word itself, or what it is made of: Class.attribute apart, a number apart from its unit, digits without commas."""
    yield [word]
    if "." in word and not word[0].isdigit():
        yield word.split(".")
    number = re.match(r"(\d+(?:[.,]\d+)*)([A-Za-z%]+)$", word)
    if number:
        yield list(number.groups())
    if word[0].isdigit() and "," in word:
        yield [word.replace(",", "")]
        yield word.split(",")


class Source:
    """The words of a document, for many answers."""

    def __init__(self, text):
        self.words = words_of(text)
        self.words |= {part for word in list(self.words) for parts in parts_of(word) for part in parts}

    def has(self, word):
        return any(all(part in self.words for part in parts) for parts in parts_of(word))


def unsupported(answer, source):
    """Facts of the answer that the source does not have, in order."""
    missing = []
    for line in answer.split("\n"):
        line = re.sub(r"^\s*(?:\d+[.)]|[-*+]|#+)\s+", "", line)  # list numbers are no facts
        for part in line.split("`"):
            is_command = re.match(r"[\s>$]*cmedit\s", part) is not None
            for word in WORD.findall(unmarked(part)):
                if is_fact(word) and not source.has(word) and not (is_command and word in COMMAND_WORDS):
                    missing.append(word)
    return missing


# --- the whole ----------------------------------------------------------------------------------------------------------

def check_rows(folder, texts, limits, findings):
    """All rows of all splits. Returns the number of rows and the documents of each split."""
    counts, documents, sources, shape = {}, {}, {}, None
    for split in SPLITS:
        counts[split], documents[split] = 0, set()
        for number, row in read_lines(os.path.join(folder, f"{split}.jsonl"), findings):
            where = f"{split}.jsonl:{number}"
            counts[split] += 1
            if shape is None and isinstance(row.get("metadata"), dict):
                shape = key_shape(row["metadata"])
            if not check_shape(where, row, shape, findings):
                continue
            metadata = row["metadata"]
            check_messages(where, row["messages"], limits, findings)
            check_scores(where, metadata, findings)
            key = document_key(metadata)
            documents[split].add(key)
            if key not in texts:
                findings.add("source", where, f"no Markdown of {'!'.join(filter(None, key))}")
                continue
            check_span(where, metadata["source_span"], texts[key], findings)
            if key not in sources:
                # The title may stand in the file's head alone. Rows of one document stand together: one source is kept.
                sources = {key: Source(f"{metadata['document_title']}\n\n{texts[key]}")}
            for message in row["messages"]:
                if message["role"] == "assistant":
                    for word in unsupported(message["content"], sources[key]):
                        findings.add("facts", where, f"{word!r} is not in {'!'.join(filter(None, key))}")
    return counts, documents


def check_leaks(documents, texts, findings):
    """No document, and no copy of one, in two splits."""
    seen = {}
    for split in SPLITS:
        for key in documents[split]:
            for mark in (key, hashlib.sha256(texts.get(key, str(key)).encode()).hexdigest()):
                other = seen.setdefault(mark, split)
                if other != split:
                    findings.add("leak", "!".join(filter(None, key)), f"in {other} and in {split}")


def check_extractions(folder, texts, findings):
    """Every span slices the text that it names; what models added stands there by its name, once. Returns the number of documents and of items of models."""
    count, added = 0, 0
    for number, record in read_lines(os.path.join(folder, "extractions.jsonl"), findings):
        where, text = f"extractions.jsonl:{number}", record.get("text")
        count += 1
        if not isinstance(text, str) or not text:
            findings.add("extractions", where, "no text")
            continue
        key = document_key(record)
        if key in texts and without_targets(texts[key]).strip() != without_targets(text).strip():
            findings.add("extractions", where, "the text is not that of the Markdown file")
        for item in record.get("extractions", []):
            interval = item.get("char_interval") or {}
            start, end = interval.get("start_pos"), interval.get("end_pos")
            if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
                findings.add("extractions", where, f"{item.get('extraction_text')!r}: span {start}–{end} of {len(text)} characters")
            elif str(item.get("extraction_text")) not in (text[start:end], unmarked(text[start:end]).replace("`", "").replace("*", "")):
                findings.add("extractions", where, f"{item.get('extraction_text')!r} is not the text of its span {text[start:end][:60]!r}")
        added += check_origins(where, record.get("extractions", []), findings)
    return count, added


def check_origins(where, items, findings):
    """Items of rules and of models. Returns how many are of models."""
    by_model = [item for item in items if item.get("model") != "built-in"]
    names = {item["attributes"].get("name") for item in items if item.get("model") == "built-in"}
    for item in items:
        if not isinstance(item.get("model"), str) or not item["model"] or not 0 <= item.get("confidence", -1) <= 1:
            findings.add("extractions", where, f"{item.get('extraction_text')!r}: model {item.get('model')!r}, confidence {item.get('confidence')!r}")
    for item in by_model:
        name = item["attributes"].get("name")
        if not name or name != item.get("extraction_text"):
            findings.add("extractions", where, f"{name!r} of {item.get('model')} is not the text of its span, {item.get('extraction_text')!r}")
        if name in names:
            findings.add("extractions", where, f"{name!r} of {item.get('model')} was there already")
        names.add(name)
    return len(by_model)


def check_left_out(folder, findings):
    """Reasons of what was rejected or failed. Returns the counts by kind."""
    counts = {"document": 0, "pair": 0, "item": 0, "failed": 0}
    for name, fields in (("rejected", ("kind", "source_file", "gate", "reason")), ("failed", ("source_file", "reason"))):
        for number, row in read_lines(os.path.join(folder, f"{name}.jsonl"), findings):
            for field in fields:
                if not str(row.get(field) or "").strip():
                    findings.add("reasons", f"{name}.jsonl:{number}", f"no {field}: {json.dumps(row)[:100]}")
            kind = row.get("kind") if name == "rejected" else "failed"
            if kind in counts:
                counts[kind] += 1
            else:
                findings.add("reasons", f"{name}.jsonl:{number}", f"unknown kind {kind!r}")
    return counts


def file_facts(path):
    digest, size, lines = hashlib.sha256(), 0, 0
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
            lines += piece.count(b"\n")
    return digest.hexdigest(), size, lines


def check_manifest(folder, found, findings):
    """Hashes and sizes of every file, and the counts. `found`: what the rows said."""
    try:
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        listed = {entry["path"]: entry for entry in manifest["files"]}
        said = {**{f"records.{name}": manifest["records"][name] for name in (*SPLITS, "refused", "duplicates")},
                **{f"documents.{name}": manifest["documents"][name] for name in ("converted", "rejected", "failed")},
                **{f"items.{name}": manifest["items_of_models"][name] for name in ("added", "refused")}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        findings.add("manifest", "manifest.json", f"cannot be used: {error!r}")
        return
    for path, entry in listed.items():
        try:
            sha256, size, lines = file_facts(os.path.join(folder, path))
        except OSError as error:
            findings.add("manifest", path, f"listed but not there: {error}")
            continue
        if sha256 != entry.get("sha256") or size != entry.get("bytes"):
            findings.add("manifest", path, f"has {size} bytes and SHA-256 {sha256[:12]}…, listed with {entry.get('bytes')} and {str(entry.get('sha256'))[:12]}…")
        if path.endswith(".jsonl") and lines != entry.get("records"):
            findings.add("manifest", path, f"has {lines} rows, listed with {entry.get('records')}")
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = os.path.relpath(os.path.join(base, name), folder)
            if path not in listed and path != "manifest.json":
                findings.add("manifest", path, "there but not listed")
    said["records.left_out"] = said.pop("records.refused") + said.pop("records.duplicates")
    for name, number in said.items():
        if number != found[name]:
            findings.add("counts", "manifest.json", f"{name} is {number}, the files have {found[name]}")


def check_readers(folder, counts, findings):
    """The dataset as datasets, pyarrow and duckdb see it."""
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
    files = {split: os.path.join(folder, f"{split}.jsonl") for split in SPLITS if counts[split]}
    with tempfile.TemporaryDirectory() as cache:
        os.environ["HF_HOME"] = cache
        import datasets
        import duckdb
        import pyarrow.json
        try:
            loaded = datasets.load_dataset("json", data_files=files, cache_dir=cache)
            for split, path in files.items():
                if loaded[split].num_rows != counts[split]:
                    findings.add("datasets", split, f"{loaded[split].num_rows} rows, the file has {counts[split]}")
                if loaded[split].features != loaded[next(iter(files))].features:
                    findings.add("datasets", split, "other features than the first split")
                with open(path, encoding="utf-8") as lines:
                    first = json.loads(lines.readline())
                if loaded[split][0]["messages"] != first["messages"]:
                    findings.add("datasets", split, "the first conversation is not the one in the file")
        except Exception as error:  # whatever a reader throws is a finding: people will see the same
            findings.add("datasets", folder, f"cannot be loaded: {type(error).__name__}: {error.__cause__ or error}")
        for split, path in files.items():
            try:
                rows = pyarrow.json.read_json(path).num_rows
                if rows != counts[split]:
                    findings.add("pyarrow", split, f"{rows} rows, the file has {counts[split]}")
                rows, = duckdb.execute("SELECT count(*) FROM read_json_auto(?, format = 'newline_delimited') WHERE metadata.quality_score >= 0", [path]).fetchone()
                if rows != counts[split]:
                    findings.add("duckdb", split, f"{rows} rows with a score, the file has {counts[split]}")
            except Exception as error:
                findings.add("readers", split, f"{type(error).__name__}: {error}")


def check(folder, limits, readers=True, findings=None):
    findings = findings or Findings()
    texts = read_texts(folder, findings)
    counts, documents = check_rows(folder, texts, limits, findings)
    if not any(counts.values()):
        findings.add("rows", folder, "no rows in any split")
    check_leaks(documents, texts, findings)
    converted, added = check_extractions(folder, read_markdown(folder, findings), findings)
    left_out = check_left_out(folder, findings)
    check_manifest(folder, {**{f"records.{split}": counts[split] for split in SPLITS}, "records.left_out": left_out["pair"],
                            "documents.converted": converted, "documents.rejected": left_out["document"],
                            "documents.failed": left_out["failed"], "items.added": added, "items.refused": left_out["item"]}, findings)
    if readers:
        check_readers(folder, counts, findings)
    return counts, findings


def limit(text):
    least, most = (int(part) for part in text.split("-"))
    return least, most


def main():
    parser = argparse.ArgumentParser(prog="check_dataset.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="dataset folder, as written by coordinator -o")
    parser.add_argument("--question-chars", type=limit, default=(10, 300), metavar="MIN-MAX", help="length of a question (default 10-300)")
    parser.add_argument("--answer-chars", type=limit, default=(180, 4000), metavar="MIN-MAX", help="length of an answer (default 180-4000)")
    parser.add_argument("--no-readers", action="store_true", help="leave out datasets, pyarrow and duckdb")
    chosen = parser.parse_args()
    if not os.path.isfile(os.path.join(chosen.folder, "manifest.json")):
        print(f"check_dataset.py: {chosen.folder}: no manifest.json: not a dataset folder", file=sys.stderr)
        return 2
    limits = {"user": chosen.question_chars, "assistant": chosen.answer_chars}
    counts, findings = check(chosen.folder, limits, not chosen.no_readers)
    for line in findings.lines:
        print(line)
    for name, count in findings.counts.items():
        if count > findings.per_check:
            print(f"{name}: {count} findings in all")
    readers = "" if chosen.no_readers else "; loaded by datasets, pyarrow and duckdb"
    print(f"{sum(counts.values())} rows (" + ", ".join(f"{split} {counts[split]}" for split in SPLITS) + f"), {findings.total()} findings{readers}")
    return 1 if findings.total() else 0


if __name__ == "__main__":
    sys.exit(main())
