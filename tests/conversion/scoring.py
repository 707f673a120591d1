"""How much of a truth is in a converter's Markdown. Pure; tests/conversion/README.md says what each number means and why.

    text      words in order: 2·LCS / (words of the truth + words of the output), the LCS bit-parallel
    tables    cells: tables are paired one to one, rows and cells aligned in order; F1 = 2·equal / (cells of the truth + of the output)
    headings  2·LCS / (headings of the truth + of the output), by text; levels: by text and level"""

from collections import Counter
from dataclasses import dataclass, field

import markdown_text


def lcs_length(first, second):
    """Length of the longest common subsequence; bit-parallel (Hyyrö 2004), a bit for each element of `first`."""
    places = {}
    for index, element in enumerate(first):
        places[element] = places.get(element, 0) | 1 << index
    full = (1 << len(first)) - 1
    row = full
    for element in second:
        match = row & places.get(element, 0)
        if match:
            row = ((row + match) | (row - match)) & full
    return len(first) - bin(row).count("1")


@dataclass
class Share:
    """Things found: equal ones, those of the truth, those of the output."""
    equal: int = 0
    truth: int = 0
    output: int = 0

    def f1(self):
        total = self.truth + self.output
        return 2 * self.equal / total if total else None

    def add(self, other):
        self.equal += other.equal
        self.truth += other.truth
        self.output += other.output


@dataclass
class Score:
    text: Share = field(default_factory=Share)
    tables: Share = field(default_factory=Share)
    headings: Share = field(default_factory=Share)
    levels: Share = field(default_factory=Share)

    def values(self):
        return {name: getattr(self, name).f1() for name in ("text", "tables", "headings", "levels")}


# --- tables -----------------------------------------------------------------------------------------------------------------


@dataclass
class Place:
    key: str
    row: int
    column: int
    optional: bool = False


def truth_rows(table):
    """Places with text; what only a span put there is optional: it matches its cell's text and costs nothing when empty."""
    rows = []
    for row_index, row in enumerate(table.rows):
        places, left = [], ""
        for column, text in enumerate(row):
            key = markdown_text.cell_key(text)
            optional = (row_index, column) in table.spans
            if optional and not key:
                key = left
            if key:
                places.append(Place(key, row_index, column, optional))
            left = key or left
        rows.append(places)
    return rows


def output_rows(table):
    return [[Place(markdown_text.cell_key(text), row, column) for column, text in enumerate(cells) if markdown_text.cell_key(text)] for row, cells in enumerate(table.rows)]


def align_cells(truth, output):
    """(value, pairs) of the best alignment in order; a true cell is worth 1000, an optional one 1."""
    worth = [[0] * (len(output) + 1) for _ in range(len(truth) + 1)]
    for i in range(len(truth) - 1, -1, -1):
        for j in range(len(output) - 1, -1, -1):
            best = max(worth[i + 1][j], worth[i][j + 1])
            if truth[i].key == output[j].key:
                best = max(best, worth[i + 1][j + 1] + (1 if truth[i].optional else 1000))
            worth[i][j] = best
    pairs, i, j = [], 0, 0
    while i < len(truth) and j < len(output):
        if truth[i].key == output[j].key and worth[i][j] == worth[i + 1][j + 1] + (1 if truth[i].optional else 1000):
            pairs.append((truth[i], output[j]))
            i, j = i + 1, j + 1
        elif worth[i][j] == worth[i + 1][j]:
            i += 1
        else:
            j += 1
    return worth[0][0], pairs


def align_rows(truth, output):
    """Pairs of places of two tables, rows in order."""
    keys = [{place.key for place in row} for row in output]
    aligned = {}
    worth = [[0] * (len(output) + 1) for _ in range(len(truth) + 1)]
    for i in range(len(truth) - 1, -1, -1):
        mine = {place.key for place in truth[i]}
        for j in range(len(output) - 1, -1, -1):
            best = max(worth[i + 1][j], worth[i][j + 1])
            if not mine.isdisjoint(keys[j]):
                aligned[i, j] = align_cells(truth[i], output[j])
                best = max(best, worth[i + 1][j + 1] + aligned[i, j][0])
            worth[i][j] = best
    pairs, i, j = [], 0, 0
    while i < len(truth) and j < len(output):
        if (i, j) in aligned and worth[i][j] == worth[i + 1][j + 1] + aligned[i, j][0]:
            pairs += aligned[i, j][1]
            i, j = i + 1, j + 1
        elif worth[i][j] == worth[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


@dataclass
class TableMatch:
    share: Share = field(default_factory=Share)
    pairs: list = field(default_factory=list)       # (index of the truth's table, of the output's, places)
    absorbed: list = field(default_factory=list)    # for each table of the output: places (row, column) that repeat a spanning cell


def match_tables(truth, output):
    rows_truth, rows_output = [truth_rows(table) for table in truth], [output_rows(table) for table in output]
    bags = [[Counter(place.key for row in rows for place in row) for rows in side] for side in (rows_truth, rows_output)]
    common = sorted(((sum((bags[0][t] & bags[1][o]).values()), -t, -o) for t in range(len(truth)) for o in range(len(output))), reverse=True)
    result = TableMatch(absorbed=[set() for _ in output])
    left_truth, left_output = set(range(len(truth))), set(range(len(output)))
    for count, t, o in common:
        t, o = -t, -o
        if not count or t not in left_truth or o not in left_output:
            continue
        left_truth.remove(t)
        left_output.remove(o)
        pairs = align_rows(rows_truth[t], rows_output[o])
        result.pairs.append((t, o, pairs))
        result.share.equal += sum(not mine.optional for mine, _ in pairs)
        result.absorbed[o] = {(theirs.row, theirs.column) for mine, theirs in pairs if mine.optional}
    result.share.truth = sum(not place.optional for rows in rows_truth for row in rows for place in row)
    result.share.output = sum((place.row, place.column) not in result.absorbed[o] for o, rows in enumerate(rows_output) for row in rows for place in row)
    return result


# --- text -------------------------------------------------------------------------------------------------------------------


def word_stream(parsed, left_out):
    """Words in order; left_out: for each table, the places that do not count."""
    stream, index = [], 0
    for part in parsed.parts:
        if isinstance(part, str):
            stream += markdown_text.words(part)
            continue
        for row, cells in enumerate(part.rows):
            for column, text in enumerate(cells):
                if (row, column) not in left_out[index]:
                    stream += markdown_text.words(text)
        index += 1
    return stream


def take_note(stream, number, wanted):
    """Takes the words `wanted`, where they stand in a row, out of the stream, their number before them too. False when they do not."""
    first = wanted[0] if wanted else None
    for start, word in enumerate(stream):
        if word == first and stream[start:start + len(wanted)] == wanted:
            numbered = start > 0 and stream[start - 1] == number
            del stream[start - numbered:start + len(wanted)]
            return True
    return False


def word_streams(truth, output, absorbed):
    """(words of the truth, of the output, words equal already). Footnotes may stand anywhere, under their page or at the end: one whose words
    are found in a row counts as found and is in neither stream."""
    truth_stream = word_stream(truth, [table.spans for table in truth.tables()])
    output_stream = word_stream(output, absorbed)
    for number, note in output.notes:
        output_stream += [number] + markdown_text.words(note)
    equal = 0
    for number, note in truth.notes:
        wanted = markdown_text.words(note)
        if take_note(output_stream, number, wanted):
            equal += len(wanted)
        else:
            truth_stream += wanted
    return truth_stream, output_stream, equal


def score_text(truth, output, absorbed):
    truth_stream, output_stream, equal = word_streams(truth, output, absorbed)
    return Share(equal + lcs_length(truth_stream, output_stream), equal + len(truth_stream), equal + len(output_stream))


# --- all --------------------------------------------------------------------------------------------------------------------


def score(truth_markdown, output_markdown):
    truth, output = markdown_text.parse(truth_markdown), markdown_text.parse(output_markdown)
    tables = match_tables(truth.tables(), output.tables())
    result = Score(text=score_text(truth, output, tables.absorbed), tables=tables.share)
    for name, pick in (("headings", lambda heading: heading[1]), ("levels", lambda heading: heading)):
        mine, theirs = [pick(heading) for heading in truth.headings], [pick(heading) for heading in output.headings]
        setattr(result, name, Share(lcs_length(mine, theirs), len(mine), len(theirs)))
    return result
