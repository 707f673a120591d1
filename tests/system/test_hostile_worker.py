"""A worker that ruins the memory it may write costs itself at most: the coordinator and the others go on, and nothing is lost."""

import json
import os
import shutil
import subprocess

from support import TOP, RunCase, main, small_corpus


class Harm(RunCase):
    def setUp(self):
        super().setUp()
        self.library = self.folder / "hostile.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.library, TOP / "tests" / "tools" / "hostile_worker.c", "-ldl"], check=True)
        self.corpus = small_corpus(self.folder / "docs", 20)
        self.run_batch(self.corpus, out=self.folder / "clean", expect=0)

    def run_with_harm(self, harm, *settings):
        out, log = self.folder / f"out-{harm}{len(settings)}", self.folder / f"harm-{harm}{len(settings)}"
        command = self.command("--workers", "2", "--shm", "64M", "--progress", "never", "--json", *settings, self.corpus, "-o", out)
        environment = dict(self.environment, LD_PRELOAD=str(self.library), DOCRING_HARM=harm, DOCRING_HARM_LOG=str(log))
        result = self.finish(self.start_command(command, environment))
        self.assertTrue(log.exists(), "no harm was done")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_same_dataset(self.folder / "clean", out)
        return json.loads(result.stdout)["run"], log.read_text(encoding="utf-8").splitlines()

    def test_the_size_of_an_outbox_and_of_a_lane_cannot_be_changed(self):
        for harm in ("truncate", "grow", "unseal"):
            with self.subTest(harm=harm):
                run, said = self.run_with_harm(harm)
                self.assertEqual(len(said), 1 if "fast_lane=off" in os.environ.get("DOCRING_TEST_SET", "") else 2, said)
                for line in said:
                    self.assertIn("not permitted", line)
                self.assertEqual(run["worker_deaths"], 0)

    def test_a_result_that_is_taken_back_costs_its_worker(self):
        # over the bus: a hole in the lane would take the task away with the result
        run, said = self.run_with_harm("punch", "--set", "ipc.fast_lane=off")
        self.assertIn("done", said[0])
        self.assertEqual((run["worker_deaths"], run["retries"] > 0), (1, True))

    def test_a_document_that_needs_too_much_memory_fails_alone(self):
        documents = self.folder / "large"
        shutil.copytree(self.corpus, documents)
        with open(documents / "endless.html", "w", encoding="utf-8") as page:
            page.writelines("<table>" + "<tr><td>1<td>2<td>3</tr>" * 100 for _ in range(12000))
        self.run_batch(documents, out=self.folder / "limited", expect=1, extra=("--json", "--set", "supervise.document_memory=128M"))
        failed = self.rows("failed.jsonl", self.folder / "limited")
        self.assertEqual([row["source_file"] for row in failed], ["large/endless.html"])
        self.assertIn("supervise.document_memory", failed[0]["reason"])
        self.assertEqual(len(self.rows("extractions.jsonl", self.folder / "limited")), 20)


if __name__ == "__main__":
    main()
