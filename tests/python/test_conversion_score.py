"""The scorer of conversions: what is right scores 1 however it is written, and each kind of damage costs what it should."""

import os
import sys
import unittest

import support

sys.path.insert(0, os.path.join(support.ROOT, "tests", "conversion"))

import compose  # noqa: E402
import markdown_text  # noqa: E402
import scoring  # noqa: E402
import truth  # noqa: E402

ALL = ["footnotes", "lists", "nested", "definitions", "code", "quote", "figure", "table-spanned", "table-lines", "table-sections", "table-matrix", "table-parameters", "table-long"]

TRUTH = """# Guide

One two three four five.[^1]

## 1 First

| Name | Value | Unit |
| --- | --- | --- |
| a | 1 | dB |
| a | 2 | dB |
| b | 3 | ms |

<!-- spans 2,0 -->

Six seven **eight** nine `ten_x`.

### 1.1 Second

Last words here.

[^1]: A note below.
"""


def values(output, wanted=TRUTH):
    return scoring.score(wanted, output).values()


class Equal(unittest.TestCase):
    """Other ways to write the same."""

    def assert_perfect(self, output, wanted=TRUTH):
        self.assertEqual(set(values(output, wanted).values()) - {None}, {1.0}, scoring.score(wanted, output))

    def test_documents_of_every_topic_equal_themselves(self):
        for seed, topic in enumerate(["radio", "linux", "measure", "manual", "symbols", "german", "french"]):
            markdown = truth.markdown(compose.compose("x", seed, topic, ALL, sections=6, depth=3, numbered=seed % 2 == 0, titled=seed % 3 != 0))
            self.assert_perfect(markdown, markdown)

    def test_spans_may_be_empty_or_repeated(self):
        self.assert_perfect(TRUTH.replace("| a | 2 |", "| | 2 |"))
        wanted = "| A | | B |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n\n<!-- spans 0,1 -->\n"
        self.assert_perfect("| A | A | B |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n", wanted)

    def test_other_markup(self):
        self.assert_perfect(TRUTH.replace("**eight**", "__eight__").replace("`ten_x`", "ten\\_x").replace("# Guide", "Guide\n====="))
        self.assert_perfect(TRUTH.replace("eight", "ei&#103;ht").replace("Six", "[Six](http://x/y_(z).html)").replace("nine", "nine ![alt text](p.png)"))
        self.assert_perfect(TRUTH.replace("five.[^1]", "five.<sup>[1](#fn1)</sup>").replace("[^1]: A note below.\n", "1. A note below.\n"))

    def test_html_table(self):
        table = "<table><thead><tr><th>Name</th><th>Value</th><th>Unit</th></tr></thead><tr><td rowspan=2>a</td><td>1</td><td>dB</td></tr>\n<tr><td>2</td><td>dB</td></tr><tr><td>b<td>3<td>ms</table>\n"
        start, end = TRUTH.index("| Name"), TRUTH.index("Six seven")
        self.assert_perfect(TRUTH[:start] + table + "\n" + TRUTH[end:])

    def test_notes_may_stand_anywhere(self):
        self.assert_perfect(TRUTH.replace("\n[^1]: A note below.\n", "").replace("Six seven", "1 A note below.\n\nSix seven"))

    def test_characters(self):
        self.assertEqual(markdown_text.words("“state‑of” ﬁle 10 kΩ x² ∆t"), markdown_text.words("\"state-of\" file 10 kΩ x2 Δt"))
        self.assertEqual(markdown_text.cell_key("1 000"), markdown_text.cell_key("1 000"))

    def test_markup_that_is_none_stays(self):
        self.assertEqual(markdown_text.inline("2 * 3 * 4, a_b_c, 5 \\* 6, `*x*`, \\_y\\_"), "2 * 3 * 4, a_b_c, 5 * 6, *x*, _y_")


class Damage(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(values(""), {"text": 0.0, "tables": 0.0, "headings": 0.0, "levels": 0.0})

    def test_swapped_words_cost_both_places(self):
        share = scoring.score(TRUTH, TRUTH.replace("two three", "three two")).text
        self.assertEqual((share.truth - share.equal, share.output - share.equal), (1, 1))

    def test_lost_and_invented_words(self):
        share = scoring.score(TRUTH, TRUTH.replace("Last words here.", "Last here. Cookies and more.")).text
        self.assertEqual((share.truth - share.equal, share.output - share.equal), (1, 3))

    def test_moved_paragraph_costs(self):
        self.assertLess(values(TRUTH.replace("Last words here.", "").replace("# Guide", "# Guide\n\nLast words here."))["text"], 0.95)

    def test_lost_row(self):
        share = scoring.score(TRUTH, TRUTH.replace("| b | 3 | ms |\n", "")).tables
        self.assertEqual((share.equal, share.truth, share.output), (8, 11, 8))

    def test_a_changed_cell_costs_in_both(self):
        share = scoring.score(TRUTH, TRUTH.replace("| b | 3 |", "| b | 8 |")).tables
        self.assertEqual((share.equal, share.truth, share.output), (10, 11, 11))

    def test_a_wrong_text_where_a_span_is(self):
        share = scoring.score(TRUTH, TRUTH.replace("| a | 2 |", "| z | 2 |")).tables
        self.assertEqual((share.equal, share.truth, share.output), (11, 11, 12))

    def test_invented_table_costs(self):
        invented = TRUTH + "\n| Last | words |\n| --- | --- |\n| here | too |\n"
        share = scoring.score(TRUTH, invented).tables
        self.assertEqual((share.equal, share.truth, share.output), (11, 11, 15))
        plain = scoring.score("Text alone.\n", "| Text | alone |\n| --- | --- |\n")
        self.assertEqual((plain.values()["tables"], plain.values()["text"]), (0.0, 1.0))

    def test_split_table_costs(self):
        split = TRUTH.replace("| a | 2 | dB |", "\nbetween\n\n| a | 2 | dB |\n| --- | --- | --- |")
        self.assertLess(values(split)["tables"], 0.8)

    def test_headings(self):
        self.assertEqual(values(TRUTH.replace("### 1.1 Second", "## 1.1 Second")), {"text": 1.0, "tables": 1.0, "headings": 1.0, "levels": 2 / 3})
        self.assertAlmostEqual(values(TRUTH.replace("### 1.1 Second", "1.1 Second"))["headings"], 4 / 5)
        self.assertAlmostEqual(values(TRUTH.replace("Last words here.", "#### Last words here."))["headings"], 6 / 7)
        self.assertLess(values(TRUTH.replace("# Guide", "# Other"))["headings"], 1)

    def test_table_as_text_keeps_its_words(self):
        flat = TRUTH.replace("| --- | --- | --- |\n", "").replace("|", " ").replace("a   2", "2")
        self.assertEqual(values(flat)["tables"], 0.0)
        self.assertEqual(values(flat)["text"], 1.0)


class Lcs(unittest.TestCase):
    def test_against_the_plain_way(self):
        import random
        draw = random.Random(5)
        for _ in range(200):
            first, second = ([draw.choice("abcd") for _ in range(draw.randrange(30))] for _ in range(2))
            table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
            for i, a in enumerate(first):
                for j, b in enumerate(second):
                    table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
            self.assertEqual(scoring.lcs_length(first, second), table[-1][-1])


class Determinism(unittest.TestCase):
    def test_a_seed_gives_one_document(self):
        make = lambda seed: truth.markdown(compose.compose("x", seed, "radio", ALL))  # noqa: E731
        self.assertEqual(make(7), make(7))
        self.assertNotEqual(make(7), make(8))

    def test_every_case_has_its_truth(self):
        folder = os.path.join(support.ROOT, "tests", "conversion", "cases")
        names = {os.path.join(kind, name) for kind in os.listdir(folder) for name in os.listdir(os.path.join(folder, kind))}
        documents = {name for name in names if not name.endswith(".md")}
        self.assertEqual({name + ".md" for name in documents}, names - documents)
        self.assertGreaterEqual(len(documents), 170)


if __name__ == "__main__":
    unittest.main()
