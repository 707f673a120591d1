"""The main job from its command line: results, determinism, messages, exit codes."""

import json
import os
import resource
import zipfile

from support import CORPUS, FINAL_FILES, TOP, RunCase, ServiceCase, main, small_corpus


class MainJob(RunCase):
    def test_samples_become_a_dataset(self):
        result = self.run_batch(CORPUS, expect=1)  # 1: the corpus holds files that must fail
        self.assertIn("records in", result.stdout)
        for name in ("train.jsonl", "valid.jsonl", "test.jsonl", "manifest.json", "README.md", "extractions.jsonl", "rejected.jsonl",
                     "failed.jsonl"):
            self.assertTrue((self.out / name).is_file(), name)
        for split in ("train", "valid", "test"):
            self.assertTrue(self.rows(f"{split}.jsonl"), f"{split}.jsonl is empty")
        card = (self.out / "README.md").read_text(encoding="utf-8")
        self.assertIn('language:\n- "en"\ntask_categories:\n', card)
        self.assertIn('tags:\n- conversational\n- "telecom"\nsize_categories:\n', card)
        self.assert_every_file_has_an_outcome(CORPUS)
        self.assert_keys_are_documented()
        self.verify()

    def assert_keys_are_documented(self):
        """docs/dataset.md has every key of the rows and of the manifest."""
        manual = (TOP / "docs" / "dataset.md").read_text(encoding="utf-8")
        manifest = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        objects = [row for name in FINAL_FILES if name.endswith(".jsonl") for row in self.rows(name)]
        objects += [row["metadata"] for row in self.rows("train.jsonl")] + [manifest, manifest["files"][0], manifest["removed"], manifest["extractions"], manifest["questions"],
                    manifest["questions"]["bars"]]
        self.assertEqual({key for one in objects for key in one if f"`{key}`" not in manual}, set())

    def test_same_bytes_whatever_the_workers(self):
        corpus = small_corpus(self.folder / "docs", 12)
        self.run_batch(corpus, workers=1, expect=0)
        self.run_batch(corpus, workers=4, out=self.folder / "other", expect=0)
        self.assert_same_dataset(self.out, self.folder / "other")

    def test_plain_system_calls_give_the_same_dataset(self):
        corpus = small_corpus(self.folder / "docs")
        self.run_batch(corpus, expect=0)
        result = self.run_batch(corpus, out=self.folder / "plain", expect=0, extra=("--set", "io.uring=off"))
        self.assertIn("plain system calls", result.stderr)
        self.assert_same_dataset(self.out, self.folder / "plain")

    def test_a_second_run_does_nothing_twice(self):
        corpus = small_corpus(self.folder / "docs")
        self.run_batch(corpus, expect=0)
        before = self.final_bytes()
        result = self.run_batch(corpus, expect=0, extra=("--json",))
        self.assertEqual(json.loads(result.stdout)["run"]["unchanged"], 6)
        self.assertEqual(self.final_bytes(), before)

    def test_what_left_the_input_leaves_the_dataset(self):
        corpus = small_corpus(self.folder / "docs")
        self.run_batch(corpus, expect=0)
        (corpus / "feature_003.md").unlink()
        self.run_batch(corpus, expect=0)
        self.assertNotIn("docs/feature_003.md", {row["source_file"] for row in self.rows("extractions.jsonl")})
        self.assertFalse((self.out / "markdown" / "docs" / "feature_003.md.md").exists())

    def test_a_changed_file_is_done_again(self):
        corpus = small_corpus(self.folder / "docs")
        self.run_batch(corpus, expect=0)
        changed = corpus / "feature_001.md"
        changed.write_text(changed.read_text().replace("Default: 41", "Default: 77"), encoding="utf-8")
        self.run_batch(corpus, expect=0)
        text = next(row["text"] for row in self.rows("extractions.jsonl") if row["source_file"] == "docs/feature_001.md")
        self.assertIn("77", text)

    def test_preprocess_alone_gives_markdown_and_extractions(self):
        corpus = small_corpus(self.folder / "docs")
        result = self.run_batch(corpus, expect=0, extra=("--json", "--stages", "preprocess"))
        summary = json.loads(result.stdout)
        self.assertEqual((summary["documents"], summary["records"], summary["run"]["generate_s"]), (6, 0, 0))
        self.assertEqual(len(self.rows("extractions.jsonl")), 6)
        self.assertEqual(len(list((self.out / "markdown").rglob("*.md"))), 6)
        before = {name: content for name, content in self.final_bytes().items() if name.startswith("markdown/") or name == "extractions.jsonl"}
        self.verify()
        result = self.run_batch(corpus, expect=0, extra=("--json", "--stages", "preprocess"))
        self.assertEqual(json.loads(result.stdout)["run"]["unchanged"], 6)
        result = self.run_batch(corpus, expect=0, extra=("--json",))  # the other stages change nothing of these
        self.assertGreater(json.loads(result.stdout)["records"], 0)
        after = self.final_bytes()
        self.assertEqual({name: after[name] for name in before}, before)

    def test_preprocess_alone_says_so(self):
        result = self.run_batch(small_corpus(self.folder / "docs"), expect=0, extra=("--stages", "preprocess"))
        self.assertIn("no conversations (--stages preprocess)", result.stdout)
        self.assertNotIn("No record", result.stdout)
        self.assertNotIn("worker-inference", result.stderr)

    def test_other_settings_do_everything_again(self):
        corpus = small_corpus(self.folder / "docs")
        self.run_batch(corpus, expect=0)
        result = self.run_batch(corpus, expect=0, extra=("--json", "--seed", "7"))
        self.assertEqual(json.loads(result.stdout)["run"]["unchanged"], 0)

    def test_finalise_alone_gives_the_same_dataset(self):
        corpus = small_corpus(self.folder / "docs")
        self.run_batch(corpus, expect=0)
        before = self.final_bytes()
        (self.out / "train.jsonl").unlink()
        result = self.run_program("finalise", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.final_bytes(), before)

    def test_how_various_the_questions_are(self):
        self.run_batch(CORPUS, expect=1)
        manifest = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        questions, records = manifest["questions"], sum(manifest["records"][split] for split in ("train", "valid", "test"))
        self.assertGreaterEqual(questions["count"], records)
        self.assertEqual({name: bar["held"] for name, bar in questions["bars"].items()}, dict.fromkeys(("first_word_max", "pattern_max", "diversity_min"), True))
        self.assertGreater(questions["pattern_diversity"], 0.85)
        self.assertEqual((self.out / "report.html").read_text(encoding="utf-8").count(">held<"), 3)
        self.assertNotIn("Warning", self.run_program("finalise", self.out).stdout)
        stricter = ("--set", "questions.diversity_min=0.999", "--set", "questions.first_word_max=0.001")
        result = self.run_program("finalise", self.out, *stricter)
        self.assertEqual(result.returncode, 1, result.stderr)  # as of the run: files that must fail
        self.assertIn("worded too much alike", result.stdout)
        self.assertIn("of the questions begin with", result.stdout)
        self.assertEqual((self.out / "report.html").read_text(encoding="utf-8").count(">not held<"), 2)
        self.run_program("finalise", self.out, *stricter, "--set", "questions.judged_from=1000000")
        manifest = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual({bar["held"] for bar in manifest["questions"]["bars"].values()}, {None})

    def test_finalise_makes_no_empty_dataset_of_a_state_that_is_gone(self):
        self.run_batch(small_corpus(self.folder / "docs", 2), expect=0)
        before = self.final_bytes()
        database = self.out / ".docring" / "run.db"
        for damage in (database.unlink, database.touch):
            damage()
            result = self.run_program("finalise", self.out)
            self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
            self.assertIn("run.db", result.stderr)
            self.assertEqual(self.final_bytes(), before)
        self.verify()

    def test_verify_finds_what_was_changed(self):
        self.run_batch(small_corpus(self.folder / "docs"), expect=0)
        self.verify()
        path = self.out / "train.jsonl"
        path.write_bytes(path.read_bytes().replace(b"Load", b"Lord", 1))
        result = self.run_program("verify", self.out)
        self.assertEqual(result.returncode, 1)
        self.assertIn("train.jsonl: SHA-256", result.stdout)

    def test_verify_finds_a_span_that_says_something_else(self):
        self.run_batch(small_corpus(self.folder / "docs", 3), expect=0)
        path = self.out / "extractions.jsonl"
        rows = self.rows("extractions.jsonl")
        rows[1]["extractions"][0]["char_interval"]["start_pos"] += 1
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        result = self.run_program("verify", self.out)
        self.assertEqual(result.returncode, 1)
        self.assertIn("extractions.jsonl:2: an interval that does not hold", result.stdout)


class Archives(RunCase):
    def test_nested_zips_and_their_members(self):
        corpus = small_corpus(self.folder / "docs", 5)
        inner = self.folder / "en_lzn7931040_r50f.zip"
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(corpus.iterdir()):
                archive.write(path, f"library/{path.name}")
            archive.writestr("__MACOSX/junk.html", "junk")
        outer = self.folder / "all.zip"
        with zipfile.ZipFile(outer, "w") as archive:
            archive.write(inner, "parts/en_lzn7931040_r50f.zip")
        self.run_batch(outer, expect=0)
        rows = self.rows("extractions.jsonl")
        self.assertEqual({row["source_file"] for row in rows}, {f"library/feature_{n:03}.md" for n in range(5)})
        self.assertEqual({row["source_zip"] for row in rows}, {"all.zip!parts/en_lzn7931040_r50f.zip"})
        self.assertIn("__MACOSX/junk.html", {row["source_file"] for row in self.rows("rejected.jsonl")})
        self.assertTrue(self.rows("train.jsonl")[0]["metadata"]["source_zip"])

    def test_an_archive_gives_what_its_files_give(self):
        corpus = small_corpus(self.folder / "docs", 40)
        with zipfile.ZipFile(self.folder / "docs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(corpus.iterdir()):
                archive.write(path, path.name)
        self.run_batch(self.folder / "docs.zip", expect=0)
        self.run_batch(corpus, out=self.folder / "plain", expect=0)
        answers = lambda out: sorted(row["messages"][-1]["content"] for split in ("train", "valid", "test") for row in self.rows(f"{split}.jsonl", out))
        self.assertEqual(answers(self.out), answers(self.folder / "plain"))

    def test_a_broken_zip_costs_nothing_else(self):
        corpus = small_corpus(self.folder / "docs", 3)
        (corpus / "broken.zip").write_bytes(b"PK\x03\x04" + os.urandom(3000))
        self.run_batch(corpus, expect=1)
        failed = self.rows("failed.jsonl")
        self.assertEqual([row["source_file"] for row in failed], ["docs/broken.zip"])
        self.assertTrue(failed[0]["reason"])
        self.assertEqual(len(self.rows("extractions.jsonl")), 3)

    def test_a_file_larger_than_its_share_goes_by_descriptor(self):
        corpus = small_corpus(self.folder / "docs", 2)
        with zipfile.ZipFile(corpus / "big.zip", "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("padding.log", os.urandom(8 << 20))
            archive.write(corpus / "feature_000.md", "inside.md")
        result = self.run_batch(corpus, expect=0, extra=("--json", "--set", "ipc.large_share=0.01"))
        self.assertEqual(json.loads(result.stdout)["run"]["by_descriptor"], 1)
        self.assertIn("inside.md", {row["source_file"] for row in self.rows("extractions.jsonl")})


class Messages(ServiceCase):
    def assert_fails(self, code, words, *arguments, **options):
        result = self.run_program(*arguments, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        for word in words:
            self.assertIn(word, result.stderr + result.stdout)

    def test_wrong_words_are_answered(self):
        self.assert_fails(2, ["--workres", "--workers"], "--workres", "3", CORPUS)
        self.assert_fails(2, ["no-such-folder"], "no-such-folder", "-o", self.out)
        self.assert_fails(2, ["chunk.fast_chars"], "--set", "chunk.fast_char=900", CORPUS, "-o", self.out)
        self.assert_fails(2, ["--shm", "12Q", "512M"], "--shm", "12Q", CORPUS, "-o", self.out)

        self.assert_fails(2, ["empty"], "", "-o", self.out)
        self.assert_fails(2, ["--output", "empty"], CORPUS, "-o", "")
        self.assert_fails(2, ["no run of docring was made there"], "finalise", self.folder)

    def test_what_somebody_else_put_into_the_output_folder_stays(self):
        for name in ("README.md", "images/own.png"):
            own = self.out / name
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_text("mine", encoding="utf-8")
            for extra in ((), ("--dry-run",)):
                self.assert_fails(2, [str(self.out / name.split("/")[0]), "--output"], *extra, CORPUS, "-o", self.out, "--shm", "64M")
            self.assertEqual(own.read_text(encoding="utf-8"), "mine")
            own.unlink()
        self.assertFalse((self.out / ".docring").exists())
        (self.out / "images").rmdir()
        (self.out / "notes.txt").write_text("mine", encoding="utf-8")
        self.run_batch(small_corpus(self.folder / "docs", 1), expect=0)
        self.assertEqual((self.out / "notes.txt").read_text(encoding="utf-8"), "mine")

    def test_settings_of_a_run_that_did_not_come_about_are_not_kept(self):
        corpus = small_corpus(self.folder / "docs", 1)
        self.run_batch(corpus, expect=0)
        self.assert_fails(2, ["no domain pack"], corpus, "-o", self.out, "--shm", "64M", "--domain", "nowhere")
        self.assertEqual(self.run_program("finalise", self.out).returncode, 0)

    def test_limits_that_are_too_low_are_said_before_anything_fails(self):
        corpus = small_corpus(self.folder / "docs", 1)
        for limit, words in ((resource.RLIMIT_NOFILE, ["64", "io.open_files"]), (resource.RLIMIT_FSIZE, ["too large"])):
            self.assert_fails(3, words, corpus, "-o", self.out, "--shm", "64M", preexec_fn=lambda limit=limit: resource.setrlimit(limit, (64, 64)))

    def test_too_much_shared_memory_is_refused_with_what_to_pass(self):
        self.assert_fails(3, ["--shm", "MiB", "pass"], "--shm", "9000G", CORPUS, "-o", self.out)

    def test_an_outbox_too_small_is_refused_with_what_to_pass(self):
        self.assert_fails(2, ["--shm", "fewer --workers"], "--shm", "16M", "--workers", "60", CORPUS, "-o", self.out)

    def test_an_empty_folder_is_no_success(self):
        (self.folder / "empty").mkdir()
        self.assert_fails(1, ["No record was produced"], self.folder / "empty", "-o", self.out, "--shm", "64M")
        (self.folder / "short.md").write_text("# Cell range\n\nThe parameter EUtranCellFDD.cellRange has the default 15 and limits access to the cell.\n")
        self.assert_fails(1, ["1 document converted", "say too little"], self.folder / "short.md", "-o", self.folder / "short-out", "--shm", "64M")

    def test_what_cannot_be_read_is_said(self):
        corpus = small_corpus(self.folder / "docs", 2)
        os.symlink("nowhere", corpus / "dangling.md")
        os.mkfifo(corpus / "pipe.md")
        (corpus / "empty.md").touch()
        self.run_batch(corpus, expect=1)
        reasons = {row["source_file"]: row["reason"] for row in self.rows("failed.jsonl") + self.rows("rejected.jsonl") if row.get("kind") != "pair"}
        self.assertIn("link to nothing", reasons["docs/dangling.md"])
        self.assertIn("not a regular file", reasons["docs/pipe.md"])
        self.assertIn("empty", reasons["docs/empty.md"])

    def test_two_coordinators_do_not_share_a_folder(self):
        self.service = self.start("--workers", "1", "--shm", "64M", "-o", self.out)
        self.wait_until(lambda status: True)
        self.assert_fails(2, ["another coordinator"], small_corpus(self.folder / "docs", 1), "-o", self.out, "--shm", "64M")
        self.stop(expect=1)  # no record was produced

    def test_dry_run_writes_nothing(self):
        result = self.run_program("--dry-run", CORPUS, "-o", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("html", result.stdout)
        self.assertIn("The built-in generator writes the conversations.", result.stdout)
        result = self.run_program("--dry-run", "--model-url", "http://127.0.0.1:9", "--model", "m", CORPUS, "-o", self.out)
        self.assertIn("m at http://127.0.0.1:9", result.stdout)
        self.assertFalse(self.out.exists())

    def test_help_fits_a_terminal(self):
        result = self.run_program("--help")
        self.assertEqual(result.returncode, 0)
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 80)
        self.assertIn("--workers", result.stdout)

    def test_a_full_device_on_standard_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            import subprocess
            result = subprocess.run(self.command("--help"), stdout=full, stderr=subprocess.PIPE, env=self.environment)
        self.assertNotEqual(result.returncode, 0)


class OneDocument(RunCase):
    def test_convert_and_extract(self):
        path = small_corpus(self.folder / "docs", 1) / "feature_000.md"
        markdown = self.run_program("convert", path)
        self.assertEqual(markdown.returncode, 0, markdown.stderr)
        self.assertTrue(markdown.stdout.startswith("# Cell Load Steering 0"))
        with_front = self.run_program("convert", "--front-matter", path).stdout
        self.assertTrue(with_front.startswith("---\n") and with_front.endswith(markdown.stdout))
        extraction = json.loads(self.run_program("extract", path).stdout)
        self.assertEqual(extraction["text"], markdown.stdout)
        self.assertIn("EUtranCellFDD.loadSteerThreshold0", {e["extraction_text"] for e in extraction["extractions"]})
        for item in extraction["extractions"]:
            span = item["char_interval"]
            self.assertEqual(extraction["text"][span["start_pos"]:span["end_pos"]], item["extraction_text"])

    def test_nothing_is_an_error(self):
        (self.folder / "empty.md").touch()
        result = self.run_program("convert", self.folder / "empty.md")
        self.assertEqual(result.returncode, 1)
        self.assertIn("empty.md", result.stderr)
        missing = self.run_program("convert", self.folder / "missing.md")
        self.assertNotEqual(missing.returncode, 0)
        self.assertIn("missing.md", missing.stderr)
        missing = self.run_program(self.folder / "missing.zip", "-o", self.folder / "never-made")
        self.assertEqual(missing.returncode, 2, missing.stderr)
        self.assertIn("expected a file or a folder", missing.stderr)
        self.assertFalse((self.folder / "never-made").exists(), "a typing error left a folder behind")

    def test_doctor_looks_at_the_machine(self):
        result = self.run_program("doctor", "--json")
        self.assertIn(result.returncode, (0, 1))
        self.assertTrue(json.loads(result.stdout))


if __name__ == "__main__":
    main()
