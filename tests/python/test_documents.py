"""What the documents say about the tree and the programs is so: links, file names, rooms, settings, options, make targets, quoted messages."""

import os
import re
import subprocess
import unittest

from support import ROOT

BIN = os.path.join(ROOT, "build", "bin")
ARROWS = {  # what a room may include; coordinator and workers read the structure of Markdown by preprocess' blocks, which are pure
    "base": set(),
    "ipc": {"base"},
    "proto": {"base", "ipc"},
    "config": {"base"},
    "workers/common": {"base", "ipc", "proto", "config"},
    "workers/model": {"base", "ipc", "config"},  # the cells by which workers share the slots of a server
    "workers/preprocess": {"base", "ipc", "proto", "config", "workers/common"},
    "workers/inference": {"base", "ipc", "proto", "config", "workers/common", "workers/model", "workers/preprocess"},
    "coordinator": {"base", "ipc", "proto", "config", "workers/preprocess"},
}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.split("\0") if path]


def output(*command):
    return subprocess.run([os.path.join(BIN, command[0]), *command[1:]], capture_output=True, text=True, check=True).stdout


def long_options(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


def documents():
    return [path for path in tracked() if path.endswith(".md") and not path.startswith(("tests/conversion/cases/", "samples/corpus/", "config/", "tests/fuzz/corpus/"))]


def anchors(text):
    titles = re.findall(r"^#+ +(.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


class Rooms(unittest.TestCase):
    def test_includes_go_one_way(self):
        wrong = []
        for path in tracked():
            room = next((name for name in ARROWS if path.startswith(name + "/")), None)
            if not room or not path.endswith((".c", ".h")):
                continue
            for include in re.findall(r'^#\s*include "([^"]+)"', read(path), re.M):
                target = next((name for name in ARROWS if include.startswith(name + "/")), include)
                if target != room and target not in ARROWS[room]:
                    wrong.append(f"{path} includes {include}")
        self.assertEqual(wrong, [])

    def test_the_architecture_names_every_room_and_no_other(self):
        text = read("ARCHITECTURE.md")
        rooms = set(re.findall(r"^\| `([\w/]+)/` \|", text, re.M))
        folders = {os.path.dirname(path) for path in tracked()}
        self.assertEqual({room for room in rooms if room not in folders and not any(folder.startswith(room + "/") for folder in folders)}, set())
        tops = {folder.split("/")[0] for folder in folders} - {"", ".ci"}
        workers = {"/".join(folder.split("/")[:2]) for folder in folders if folder.startswith("workers/")}
        self.assertEqual((tops - {"workers"} | workers) - rooms, set(), "rooms that ARCHITECTURE.md does not name")
        below = {folder.split("/")[1] for folder in folders if folder.startswith("tests/")}
        self.assertEqual({name for name in below if f"`{name}/`" not in text}, set(), "folders of tests that ARCHITECTURE.md does not name")


class Names(unittest.TestCase):
    def test_files_that_are_named_are_there(self):
        known = set(tracked())
        names = {os.path.basename(path) for path in known}
        missing = []
        for path in documents():
            for name in re.findall(r"`([\w./-]+\.(?:c|h|py|pml))\b[^`]*`", read(path)):
                if "NAME" in name:  # stands for any
                    continue
                if name not in known and os.path.basename(name) not in names:
                    missing.append(f"{path}: {name}")
                elif "/" in name and not any(other == name or other.endswith("/" + name) for other in known):
                    missing.append(f"{path}: {name}")
        self.assertEqual(missing, [])

    def test_links_lead_somewhere(self):
        broken = []
        for path in documents():
            text = re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", read(path), flags=re.M | re.S))
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if "://" in target:
                    continue
                name, _, anchor = target.partition("#")
                there = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
                if not os.path.exists(os.path.join(ROOT, there)) or (anchor and anchor not in anchors(read(there))):
                    broken.append(f"{path}: {target}")
        self.assertEqual(broken, [])

    def test_make_targets_exist(self):
        targets = set(re.findall(r"^([a-z][\w-]*):", read("Makefile"), re.M))
        named = {(path, target) for path in documents() for target in re.findall(r"(?:`|^\$ |^    )make ([a-z][\w-]*)(?![\w/-])", read(path), re.M)}
        self.assertEqual({f"{path}: make {target}" for path, target in named if target not in targets}, set())

    def test_programs_that_are_run_are_there(self):
        missing = set()
        for path in documents():
            for name in re.findall(r"(?:`|^\$ |^    )((?:tests|perf|scripts|samples)/[\w/.-]+)", read(path), re.M):
                name = name.rstrip("/.")
                if not os.path.exists(os.path.join(ROOT, name)) and not os.path.exists(os.path.join(ROOT, name + ".c")):
                    missing.add(f"{path}: {name}")
        self.assertEqual(missing, set())


class Programs(unittest.TestCase):
    def test_every_option_is_in_the_manual_and_none_besides(self):
        helps = {"coordinator": [output("coordinator", "--help")] + [output("coordinator", name, "--help") for name in (
                     "run", "submit", "status", "workers", "finalise", "verify", "convert", "extract", "doctor")],
                 "worker-preprocess": [output("worker-preprocess", "--help"), output("worker-preprocess", "convert", "--help")],
                 "worker-inference": [output("worker-inference", "--help")]}
        for program, texts in helps.items():
            manual = read(f"docs/man/{program}.1")
            rows = "\n".join(line for line in manual.splitlines() if line.startswith(".It Fl"))
            told = set(re.findall(r"Fl Fl ([a-z][a-z-]+)", rows))
            offered = set(re.findall(r"^ +(?:-[A-Za-z], )?--([a-z][a-z-]+)", "\n".join(texts), re.M))
            self.assertEqual(told, offered, program)
            letters = set(re.findall(r"(?<![\w-])-([A-Za-z]), --", "\n".join(texts)))
            self.assertEqual(set(re.findall(r"^\.It Fl ([A-Za-z])\b", rows, re.M)), letters, program)

    def test_subcommands_are_in_the_manual(self):
        manual = read("docs/man/coordinator.1")
        block = output("coordinator", "--help").split("Subcommands", 1)[1].split("\n\n", 1)[0]
        for name in re.findall(r"^  ([a-z]+) ", block, re.M):
            self.assertRegex(manual, rf"(?m)^\.(It|Cm|Nm).*\b{name}\b")

    def test_options_that_documents_show_exist(self):
        offered = long_options(output("coordinator", "--help")) | {"run", "kind", "front-matter", "images"}
        wrong = set()
        for path in documents():
            for line in re.findall(r"(?:`|^\$ |^    )(?:build/bin/)?coordinator ([^`\n]*)", read(path), re.M):
                wrong |= {f"{path}: coordinator {line}" for option in long_options(line.split("#")[0]) if option not in offered}
        self.assertEqual(wrong, set())


class Settings(unittest.TestCase):
    def setUp(self):
        self.settings = set(re.findall(r"^  ([a-z]+\.[a-z_]+) ", output("coordinator", "--help-settings"), re.M))
        self.sections = {name.split(".")[0] for name in self.settings}

    def test_settings_that_documents_name_exist(self):
        others = {"c", "h", "py", "md", "db", "yaml", "json", "jsonl", "txt", "log", "html", "pml", "model_calls"}  # files; run.model_calls of --json
        wrong = set()
        for path in documents():
            for section, name in re.findall(r"`(?:--set )?([a-z]+)\.([a-z_]+)(?:[=:][^`]*)?`", read(path)):
                if section in self.sections and name not in others and f"{section}.{name}" not in self.settings:
                    wrong.add(f"{path}: {section}.{name}")
        self.assertEqual(wrong, set())

    def test_every_setting_is_read(self):
        """Besides the table: settings->SECTION.NAME, or the name alone where a part of the settings is handed over."""
        text = "\n".join(read(path) for path in tracked() if path.endswith(".c") and path.split("/")[0] in ("config", "coordinator", "workers"))
        self.assertEqual({name for name in self.settings if not re.search(rf"[.>]{name.split('.')[1]}\b", text)}, set())


class Messages(unittest.TestCase):
    def test_messages_of_the_table_of_troubles_are_in_the_code(self):
        """Each piece of a message between what is put in (…, N, OUT) and colons; rows in italics are what people see, no messages."""
        code = "\n".join(read(path) for path in tracked() if path.endswith((".c", ".h")) and path.split("/")[0] in ("base", "ipc", "config", "coordinator", "workers"))
        code = re.sub(r'"\s*"', "", code) + "\n".join(os.strerror(number) for number in range(1, 134))
        rows = re.findall(r"^\| ([^|*]+) \|", read("docs/troubleshooting.md").split("| --- |", 1)[1], re.M)
        self.assertGreater(len(rows), 20)
        missing = []
        for row in rows:
            pieces = [piece.strip(" ,;.'") for piece in re.split(r"…|\b[A-Z]+\b|: |[()]|\d+", row)]
            missing += [f"{row}: {piece!r}" for piece in pieces if " " in piece and piece not in code]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
