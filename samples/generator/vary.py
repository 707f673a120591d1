"""From a feature of the catalogue to the texts of one document.

Variant 0 is the feature as written. A higher variant is a feature of its own: a method and a setting change its name, its
identity and half of its texts; parameters, counters and operation cases are invented from word lists. An invented parameter
has the same range, default and description wherever it occurs. Everything follows from the random generator that is given.
"""

import copy
import hashlib
import random
import re

from . import catalogue, words


def pick(rng, choices):
    return choices[rng.randrange(len(choices))]


def seeded(*parts):
    """A generator that depends on the parts alone (str hashes differ between processes; SHA-256 does not)."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


class Source:
    """What a document says: identity, texts, parameters, counters, dependencies."""

    def __init__(self, key, variant, rng, size_factor=1.0):
        identity = catalogue.IDENTITIES[key]
        self.key, self.rng = key, rng
        (self.name, self.acronym, self.faj, self.cxc, self.package, self.package_faj, self.node_type,
         self.access_type) = identity
        self.texts = copy.deepcopy(catalogue.TEXTS[key])
        number = 6010 + catalogue.ORDER.index(key)
        self.document_id = f"{1 + variant % 99}_22104-LZA701{number:04d}_1Uen.{revision(key, variant)}"
        self.revision = self.document_id.rsplit(".", 1)[1]
        if variant:
            make_variant(self, variant)
        self.parameters = self.texts["params"]
        self.counters = self.texts["counters"]
        self.dependencies = [(other, *named(other), relationship, description)
                             for other, relationship, description in self.texts["deps"]]
        if size_factor > 1.0:
            grow(self, size_factor)


def named(key):
    identity = catalogue.IDENTITIES[key]
    return identity[0], identity[2]


def revision(key, variant):
    rng = seeded("revision", key, variant)
    return pick(rng, "ABCDEFGH") + pick(rng, ["", "A", "B", "C", "D", "E", "F"])


def make_variant(source, variant):
    """Turns the texts into those of another feature of the same area."""
    combinations = len(words.METHODS) * len(words.SETTINGS)
    # a scattered walk through all combinations, beginning elsewhere for each feature
    index = (variant * 7919 + catalogue.ORDER.index(source.key) * 37) % combinations
    method, method_texts = words.METHODS[index % len(words.METHODS)]
    setting, setting_texts = words.SETTINGS[index // len(words.METHODS)]
    release = variant // combinations
    base = source.name
    source.name = f"{method} {base} for {setting}" + (f" Release {release + 1}" if release else "")
    source.acronym = method[0] + source.acronym + setting[0] + (str(release + 1) if release else "")
    number = (variant * 7 + catalogue.ORDER.index(source.key) * 397) % 9000 + 1000
    source.faj = f"FAJ {122 + variant // 9000} {number:04d}"
    source.cxc = [f"CXC{4020000 + variant * 100 + catalogue.ORDER.index(source.key):07d}"]

    rng, texts = source.rng, source.texts
    texts["overview"] = [reword(rng, text) for text in sample(rng, texts["overview"], 2)]
    texts["overview"].insert(1, pick(rng, method_texts).format(base=base))
    texts["overview"] += [text.format(base=base) for text in sample(rng, setting_texts, 2)]
    for name, templates in (("impact", words.CASE_SENTENCES), ("guide", words.CASE_SENTENCES), ("benefits", words.BENEFITS)):
        texts[name] = unique([reword(rng, text) for text in sample(rng, texts[name], 1)] + [compose(rng, templates) for _ in range(2)])
    title, steps = texts["flow"]
    kept = [reword(rng, text) for text in steps if rng.random() < 0.6]
    extra = [case_step(rng) for _ in range(2 + rng.randrange(3))]
    texts["flow"] = (title, mix(rng, kept, extra))
    texts["more"] = [operation_case(rng) for _ in range(2 + rng.randrange(2))]
    parameters = [invent_parameter(rng) for _ in range(3 + rng.randrange(4))]
    kept = [(*item[:6], "Affected", item[7]) for item in sample(rng, texts["params"], 2)]
    texts["params"] = unique(parameters + kept, 2)
    texts["counters"] = unique([invent_counter(rng) for _ in range(2 + rng.randrange(3))] + sample(rng, texts["counters"], 1), 2)
    numerator, denominator = texts["counters"][0][1], texts["counters"][1][1]
    texts["kpis"] = [(f"{method} {base} Success Rate", compose(rng, words.KPI_DESCRIPTIONS), f"100 * {numerator} / {denominator}")]
    texts["events"] = sample(rng, texts["events"], 1)
    texts["deps"] = [(key, relationship, reword(rng, text)) for key, relationship, text in texts["deps"]]
    texts["trouble"] = texts["trouble"][:1]
    for name in ("act", "deact"):
        steps = [parameter_step(item) for item in parameters[:1 + rng.randrange(3)]] if name == "act" else []
        texts[name] = mix(rng, steps, ["STATE"]) + [case_step(rng)]
    for name in ("act_pre", "act_after", "deact_pre", "deact_after"):
        templates = words.PREREQUISITES if name.endswith("_pre") else words.AFTER_TASKS
        texts[name] = [reword(rng, text) for text in texts[name][:1]] + [compose(rng, templates)]


def grow(source, factor):
    """Adds operation cases, and the parameters they name, until the texts are `factor` times as long."""
    rng = source.rng
    target = int(text_length(source.texts) * (factor - 1.0))
    cases, parameters, added = [], list(source.parameters), 0
    while added < target:
        title, paragraphs = operation_case(rng)
        parameter = invent_parameter(rng)
        mo, name = parameter[0], parameter[1]
        paragraphs = paragraphs + [f"The limits of this case are set with `{mo}.{name}`."]
        parameters.append(parameter)
        cases.append((title, paragraphs))
        added += len(title) + sum(map(len, paragraphs)) + sum(map(len, parameter))
    source.texts["more"] = source.texts["more"] + cases
    source.parameters = source.texts["params"] = unique(parameters, 2)


def text_length(value):
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(text_length(item) for item in value.values())
    return sum(text_length(item) for item in value)


def unique(items, key_fields=None):
    """The items in their order without repeats; of tuples, the first `key_fields` fields count."""
    seen, kept = set(), []
    for item in items:
        key = item[:key_fields] if key_fields else item
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def sample(rng, items, count):
    """`count` items at most, in their order."""
    chosen = sorted(rng.sample(range(len(items)), min(count, len(items))))
    return [items[index] for index in chosen]


def mix(rng, first, second):
    """Both lists as one; the order inside each stays."""
    mixed, left, right = [], list(first), list(second)
    while left or right:
        source = left if left and (not right or rng.random() < len(left) / (len(left) + len(right))) else right
        mixed.append(source.pop(0))
    return mixed


def reword(rng, text):
    """Replaces some words by others that say the same."""
    parts = text.split("`")
    for index in range(0, len(parts), 2):  # never inside `names`
        for word, others in words.SYNONYMS.items():
            if word in parts[index] and rng.random() < 0.7:
                parts[index] = re.sub(rf"\b{word}\b", pick(rng, others), parts[index], count=1)
    return "`".join(parts)


def fill(rng, template):
    """Replaces each {list} by an entry of words.SLOTS and each {low-high} by a number."""
    result, position = [], 0
    while True:
        start = template.find("{", position)
        if start < 0:
            result.append(template[position:])
            return "".join(result)
        end = template.index("}", start)
        name = template[start + 1:end]
        result.append(template[position:start])
        if name in words.SLOTS:
            result.append(pick(rng, words.SLOTS[name]))
        else:
            low, high = name.split("-")
            result.append(str(rng.randrange(int(low), int(high) + 1)))
        position = end + 1


def compose(rng, templates):
    """One of the sentence patterns, filled: capital first letter, 'an' where it belongs."""
    text = fill(rng, pick(rng, templates))
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return text[0].upper() + text[1:]


def case_sentence(rng):
    return compose(rng, words.CASE_SENTENCES)


def case_step(rng):
    return compose(rng, words.CASE_STEPS)


def operation_case(rng):
    title = compose(rng, words.CASE_TITLES)
    paragraphs = [" ".join(case_sentence(rng) for _ in range(2 + rng.randrange(3))) for _ in range(1 + rng.randrange(3))]
    return title, paragraphs


def invent_parameter(rng):
    """A parameter by name; what is said of it follows from the name alone."""
    mo = pick(rng, words.MO_CLASSES)
    stem, spoken = pick(rng, words.STEMS)
    prefix = pick(rng, words.PREFIXES)
    suffix = pick(rng, list(words.SUFFIXES))
    name = prefix + stem + suffix
    own = seeded("parameter", mo, name)
    kind, ranges, unit, templates = words.SUFFIXES[suffix]
    value_range, default = pick(own, ranges)
    text = pick(own, templates).format(stem=spoken, prefix=words.PREFIX_WORDS[prefix], mo=words.MO_WORDS.get(mo, "node"))
    return mo, name, kind, value_range, default, unit, "Introduced", text


def invent_counter(rng):
    mo = pick(rng, words.MO_CLASSES)
    stem, spoken = pick(rng, words.STEMS)
    action, meaning = pick(rng, words.COUNTER_ACTIONS)
    name = f"pm{stem}{action}"
    return mo, name, "PEG", meaning.format(stem=spoken, mo=words.MO_WORDS.get(mo, "node"))


def parameter_step(parameter):
    mo, name, _kind, value_range, default, unit = parameter[:6]
    own = seeded("step", mo, name)
    value = default
    if ".." in value_range:
        low, high = value_range.split("..")
        value = str(own.randrange(int(low), int(high) + 1))
    else:
        value = pick(own, value_range.split(", "))
    shape = pick(own, ["Set `{full}` to `{value}`.", "Change `{full}` to `{value}` in the cells concerned.",
                       "Set `{full}` to `{value}` and leave the other attributes as they are."])
    return shape.format(full=f"{mo}.{name}", value=value), mo, name, value
