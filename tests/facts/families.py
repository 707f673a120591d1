"""Families of invented passages: each returns (passage, answers), the answers labelled `true STYLE` or `false KIND`.

A family states its facts in a record. A planted error changes one fact of the record and writes the answer again, so that nothing
else differs. Half 0 uses the wordings with an even index, half 1 the others.
"""

import copy

CLASSES = ["EUtranCellFDD", "EUtranCellTDD", "NRCellDU", "NRCellCU", "ENodeBFunction", "SectorCarrier", "AdmissionControl", "GNBDUFunction"]
SUBJECTS = ["drx", "load", "range", "sleep", "report", "paging", "rach", "scell", "beam", "power", "access", "bearer"]
ROLES = ["Timer", "Threshold", "Limit", "Offset", "Window", "Interval", "Count", "Margin", "Delay", "Share"]
PURPOSES = ["how long the cell waits before it reports", "the level below which a carrier is put to sleep", "how often the neighbour list is read",
            "the load that triggers offloading", "the distance at which access is refused", "the margin that is added to the measured level",
            "the share of resources kept for emergency calls", "the time after which an idle terminal is released"]
UNITS = ["ms", "s", "dB", "dBm", "kHz", "km", "min", "bit"]
LONG_UNITS = {"ms": "milliseconds", "s": "seconds", "min": "minutes", "h": "hours", "%": "percent"}
CONSTANTS = ["AUTO", "BASIC", "EXTENDED", "STRICT", "RELAXED", "LOCKED", "UNLOCKED", "FAST", "SLOW", "FULL", "PARTIAL", "MANUAL"]
THINGS = ["handover", "paging", "random access", "cell selection", "bearer setup", "connection release", "measurement reporting", "beam recovery",
          "link adaptation", "carrier aggregation", "load balancing", "power control"]
FEATURES = ["Carrier Sharing", "Beam Guard", "Idle Relay", "Cell Sleep", "Access Boost", "Sector Merge", "Fast Return", "Quiet Uplink"]
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TOOLS = ["cellctl", "ranadm", "nodecfg", "lbtool"]
VERBS = ["create", "attach", "resize", "drain", "export", "verify", "restore"]
OBJECTS = ["pool", "carrier", "sector", "profile", "site", "ring"]
NAMES = ["north", "south", "alpha", "gold", "backup", "edge", "lab"]


def group(number):
    return f"{number:,}"


def digit(rng, number):
    """The number with one digit changed."""
    text = str(number)
    while True:
        at = rng.randrange(len(text))
        new = text[:at] + rng.choice("0123456789") + text[at + 1:]
        if new != text and not (len(new) > 1 and new[0] == "0"):
            return type(number)(new) if isinstance(number, int) else new


def fresh(rng, low, high, taken):
    while True:
        number = rng.randint(low, high)
        if number not in taken:
            taken.add(number)
            return number


def misspell(rng, name):
    """Two neighbouring letters exchanged, one left out, or one doubled."""
    while True:
        at = rng.randrange(1, len(name) - 1)
        new = rng.choice([name[:at] + name[at + 1] + name[at] + name[at + 2:], name[:at] + name[at + 1:], name[:at] + name[at] + name[at:]])
        if new != name and new[0] == name[0]:
            return new


def answers(rng, half, record, wordings, errors):
    """True answers in every wording of the half; for each error one wording in which it shows."""
    own = wordings[half::2]
    result = [(f"true {style}", write(record)) for style, write in own]
    for kind, change in errors:
        wrong = copy.deepcopy(record)
        change(wrong)
        choices = list(own)
        rng.shuffle(choices)
        for _, write in choices:
            if write(wrong) != write(record):
                result.append((f"false {kind}", write(wrong)))
                break
    return result


def put(*path_and_value):
    """A change that sets record[a][b]… to a value."""
    *path, last, value = path_and_value

    def change(record):
        for key in path:
            record = record[key]
        record[last] = value
    return change


# --- attributes in tables and lists -----------------------------------------------------------------------------------

def rows_of(rng):
    taken, rows = set(), []
    names = rng.sample([s + r for s in SUBJECTS for r in ROLES], 4)
    purposes, constants, classes = rng.sample(PURPOSES, 4), rng.sample(CONSTANTS, 8), rng.sample(CLASSES, 4)
    for i in range(4):
        low = fresh(rng, 0, 99, taken)
        high = fresh(rng, 1000, 9999, taken)
        rows.append({"class": classes[i], "name": names[i], "purpose": purposes[i], "low": low, "high": high, "default": fresh(rng, 100, 999, taken),
                     "unit": rng.choice(UNITS), "modes": constants[2 * i:2 * i + 2], "restart": rng.random() < 0.5})
    units = rng.sample(UNITS, 4)
    for row, unit in zip(rows, units):
        row["unit"] = unit
    return rows


def long_unit(unit):
    return LONG_UNITS.get(unit, unit)


ATTRIBUTE_WORDINGS = [
    ("plain", lambda r: f"`{r['class']}.{r['name']}` sets {r['purpose']}. Its default is {r['default']} {r['unit']}, within a range of {r['low']} to {r['high']} {r['unit']}. It can be "
     f"{r['modes'][0]} or {r['modes'][1]}."),
    ("emphasis", lambda r: f"The attribute **{r['name']}** of **{r['class']}** controls {r['purpose']}. If nothing is configured, the value **{r['default']}** ({long_unit(r['unit'])}) "
     f"applies. Possible modes: *{r['modes'][0]}* and *{r['modes'][1]}*."),
    ("list", lambda r: f"- Attribute: `{r['name']}`\n- Class: `{r['class']}`\n- Minimum: {r['low']}\n- Maximum: {group(r['high'])}\n- Default: {r['default']}{r['unit']}\n"
     f"- Modes: `{r['modes'][0]}`, `{r['modes'][1]}`"),
    ("reordered", lambda r: f"By default it is {r['default']} {long_unit(r['unit'])}. The attribute `{r['class']}.{r['name']}`, which determines {r['purpose']}, accepts values from {r['low']} up to "
     f"{group(r['high'])}, and operates in `{r['modes'][1]}` or `{r['modes'][0]}` mode."),
    ("question back", lambda r: f"You would look at {r['name']} in {r['class']}. It decides {r['purpose']}. Operators may choose any value between {r['low']} and {r['high']}; out of the box the "
     f"value is {r['default']}. {r['modes'][0]} and {r['modes'][1]} are the modes it supports."),
    ("terse", lambda r: f"{r['class']}.{r['name']}: {r['purpose']}; {r['low']}–{r['high']} {r['unit']}; default {r['default']}; {r['modes'][0]}/{r['modes'][1]}."),
]


def attribute_errors(rng, rows):
    row, other = rows[0], rng.choice(rows[1:])
    return [("digit changed", put("default", digit(rng, row["default"]))), ("digit changed", put("high", digit(rng, row["high"]))),
            ("numbers swapped", put("default", other["default"])), ("numbers swapped", put("high", other["high"])), ("numbers swapped", put("low", other["low"])),
            ("unit changed", put("unit", other["unit"])), ("unit changed", put("unit", "W")), ("names swapped", put("name", other["name"])),
            ("names swapped", put("class", other["class"])), ("name misspelt", put("name", misspell(rng, row["name"]))),
            ("name misspelt", put("class", misspell(rng, row["class"]))), ("value of another", put("modes", 1, other["modes"][0])),
            ("invented name", put("name", "adaptive" + rng.choice(ROLES) + "Max"))]


def attribute_table(rng, half):
    rows = rows_of(rng)
    passage = ["## Parameters", "", "| Parameter | Description | Range | Default | Unit | Modes |", "| --- | --- | --- | --- | --- | --- |"]
    order = rng.sample(rows, 4)
    passage += [f"| {r['class']}.{r['name']} | Sets {r['purpose']}. | {r['low']}..{r['high']} | {r['default']} | {r['unit']} | {r['modes'][0]}, {r['modes'][1]} |" for r in order]
    return "\n".join(passage), answers(rng, half, rows[0], ATTRIBUTE_WORDINGS, attribute_errors(rng, rows))


def attribute_list(rng, half):
    rows = rows_of(rng)
    passage = [f"- **{r['name']}**: sets {r['purpose']}.\n  MO Class: {r['class']}\n  Valid Values: {r['low']} to {r['high']}\n  Default: {r['default']}\n  Unit: {r['unit']}\n"
               f"  Modes: {r['modes'][0]}, {r['modes'][1]}\n" for r in rng.sample(rows, 4)]
    return "\n".join(passage), answers(rng, half, rows[0], ATTRIBUTE_WORDINGS, attribute_errors(rng, rows))


def attribute_prose(rng, half):
    rows = rows_of(rng)
    passage = [f"The attribute `{r['class']}.{r['name']}` sets {r['purpose']}. Its default is {r['default']} {r['unit']} and it takes values from {r['low']} to {r['high']} {r['unit']}. "
               f"The modes are {r['modes'][0]} and {r['modes'][1]}." for r in rng.sample(rows, 4)]
    return "\n\n".join(passage), answers(rng, half, rows[0], ATTRIBUTE_WORDINGS, attribute_errors(rng, rows))


# --- numbers in prose, bound to plain words ----------------------------------------------------------------------------

TIMER_WORDINGS = [
    ("plain", lambda r: f"For {r[0]['thing']} the timer is {r[0]['value']} {r[0]['unit']}, whereas {r[1]['thing']} uses {r[1]['value']} {r[1]['unit']}."),
    ("one fact", lambda r: f"During {r[0]['thing']}, the node waits {r[0]['value']} {long_unit(r[0]['unit'])} before it gives up."),
    ("no blank", lambda r: f"The timer takes {r[0]['value']}{r[0]['unit']} in the case of {r[0]['thing']}. In the case of {r[1]['thing']}, it takes {r[1]['value']}{r[1]['unit']}."),
    ("bullets", lambda r: f"The timers are:\n\n- **{r[1]['thing'].capitalize()}:** {r[1]['value']} {r[1]['unit']}\n- **{r[0]['thing'].capitalize()}:** {r[0]['value']} {r[0]['unit']}"),
    ("grouped", lambda r: f"The guard time of {r[0]['thing']} has a length of {group(r[0]['value'])} {r[0]['unit']}."),
    ("reversed", lambda r: f"A period of {r[0]['value']} {long_unit(r[0]['unit'])} applies to {r[0]['thing']}; {r[1]['value']} {long_unit(r[1]['unit'])} apply to {r[1]['thing']}."),
]


def timers_of(rng):
    taken = set()
    things = rng.sample(THINGS, 4)
    return [{"thing": thing, "value": fresh(rng, 100, 9999, taken), "unit": "ms"} for thing in things]


def timer_errors(rng, rows):
    other = rows[2]

    def exchange(record):
        record[0]["value"], record[1]["value"] = record[1]["value"], record[0]["value"]
    return [("numbers swapped", exchange), ("numbers swapped", put(0, "value", other["value"])), ("digit changed", put(0, "value", digit(rng, rows[0]["value"]))),
            ("unit changed", put(0, "unit", rng.choice(["s", "min"]))), ("numbers swapped", put(0, "thing", other["thing"]))]


def timers_in_sentences(rng, half):
    rows = timers_of(rng)
    forms = ["The timer for {thing} is {value} {unit}.", "When {thing} is under way, the node gives up after {value} {unit}.", "A guard time of {value} {unit} is kept for {thing}."]
    passage = " ".join(rng.choice(forms).format(**row) for row in rng.sample(rows, 4))
    return "### Timers\n\n" + passage, answers(rng, half, rows, TIMER_WORDINGS, timer_errors(rng, rows))


def timers_in_one_sentence(rng, half):
    rows = timers_of(rng)
    a, b, c, d = rng.sample(rows, 4)
    passage = (f"The guard time is {a['value']} ms for {a['thing']} and {b['value']} ms for {b['thing']}. For {c['thing']} it is {c['value']} ms, and "
               f"for {d['thing']} {d['value']} ms.")
    return passage, answers(rng, half, rows, TIMER_WORDINGS, timer_errors(rng, rows))


def timers_in_table(rng, half):
    rows = timers_of(rng)
    passage = "| Procedure | Guard time |\n| --- | --- |\n" + "\n".join(f"| {r['thing'].capitalize()} | {r['value']} ms |" for r in rng.sample(rows, 4))
    return passage, answers(rng, half, rows, TIMER_WORDINGS, timer_errors(rng, rows))


# --- comparisons ------------------------------------------------------------------------------------------------------

LEAST = ["at least {n}", "no less than {n}", "a minimum of {n}", "not less than {n}", "{n} or more"]
MOST = ["at most {n}", "no more than {n}", "a maximum of {n}", "up to {n}", "{n} or fewer"]
ABOVE = ["above {n}", "more than {n}", "over {n}", "greater than {n}", "higher than {n}"]
BELOW = ["below {n}", "less than {n}", "under {n}", "lower than {n}", "fewer than {n}"]


def comparison(rng, half, direction, number):
    words = {"least": LEAST, "most": MOST, "above": ABOVE, "below": BELOW}[direction]
    return rng.choice(words[half::2] if half < 2 else words).format(n=number)


LIMIT_WORDINGS = [
    ("plain", lambda r: f"A cell accepts {r['phrase']('users', 0)} connected users, and offloading begins when the load is {r['phrase']('load', 1)} %."),
    ("reversed", lambda r: f"When the load is {r['phrase']('load', 1)} percent, offloading begins. The number of connected users in a cell is {r['phrase']('users', 0)}."),
    ("list", lambda r: f"The limits are as follows:\n\n1. Connected users: {r['phrase']('users', 0)}\n2. Load for offloading: {r['phrase']('load', 1)}%"),
    ("one fact", lambda r: f"Offloading begins only if the load of the cell is {r['phrase']('load', 1)} %."),
]


def limits(rng, half):
    taken = set()
    record = {"users": fresh(rng, 100, 999, taken), "load": fresh(rng, 20, 95, taken), "hold": fresh(rng, 2, 15, taken),
              "way": [rng.choice(["least", "most"]), rng.choice(["above", "below"])]}
    flip = {"least": "most", "most": "least", "above": "below", "below": "above"}
    choices = [rng.randrange(2), rng.randrange(2)]

    class Record(dict):
        def __deepcopy__(self, memo):
            return make(dict(self), list(self["way"]))

    def make(values, way):
        made = Record(values, way=way)
        words = {"least": LEAST, "most": MOST, "above": ABOVE, "below": BELOW}
        made["phrase"] = lambda key, at: words[made["way"][at]][half::2][choices[at]].format(n=made[key])
        return made
    record = make(record, record["way"])
    users = comparison(rng, 2, record["way"][0], record["users"])
    load = comparison(rng, 2, record["way"][1], record["load"])
    passage = (f"A cell holds {users} connected users. When its load is {load} % for {record['hold']} s, terminals are handed over to another carrier: this is offloading. "
               f"It ends as soon as the load is back.")
    errors = [("comparison turned", put("way", 0, flip[record["way"][0]])), ("comparison turned", put("way", 1, flip[record["way"][1]])),
              ("numbers swapped", put("users", record["load"])), ("digit changed", put("load", digit(rng, record["load"]))), ("numbers swapped", put("load", record["hold"]))]
    return passage, answers(rng, half, record, LIMIT_WORDINGS, errors)


# --- switches ---------------------------------------------------------------------------------------------------------

def state(word):
    return {"enabled": "turned on", "disabled": "turned off"}[word]


SWITCH_WORDINGS = [
    ("plain", lambda r: f"{r[0]['name']} is {r[0]['state']} by default."),
    ("two", lambda r: f"In a new node **{r[0]['name']}** is {r[0]['state']} and **{r[1]['name']}** is {r[1]['state']}."),
    ("list", lambda r: f"Initial states:\n\n- {r[1]['name']}: {r[1]['state']}\n- {r[0]['name']}: {r[0]['state']}"),
    ("longer", lambda r: f"As delivered, {r[0]['name']} comes {r[0]['state']}, which means that nothing has to be done after the installation."),
]


def switches(rng, half):
    names = rng.sample(FEATURES, 4)
    states = ["enabled", "disabled", "enabled", "disabled"]
    rng.shuffle(states)
    rows = [{"name": n, "state": s} for n, s in zip(names, states)]
    table = rng.random() < 0.5
    if table:
        passage = "| Feature | Initial state |\n| --- | --- |\n" + "\n".join(f"| {r['name']} | {r['state']} |" for r in rng.sample(rows, 4))
    else:
        passage = "In a new node the features have these states. " + " ".join(f"{r['name']} is {r['state']}." for r in rng.sample(rows, 4))
    flip = {"enabled": "disabled", "disabled": "enabled"}
    return passage, answers(rng, half, rows, SWITCH_WORDINGS, [("switch flipped", put(0, "state", flip[rows[0]["state"]]))])


BOOLEAN_WORDINGS = [
    ("plain", lambda r: f"`{r['name']}` is {r['value']} by default and belongs to `{r['class']}`."),
    ("set to", lambda r: f"In {r['class']}, the attribute {r['name']} has the default value `{r['value']}`."),
    ("emphasis", lambda r: f"Unless it is changed, **{r['name']}** of **{r['class']}** is set to **{r['value']}**."),
    ("reordered", lambda r: f"The value is {r['value']} unless somebody changes it; the attribute is `{r['class']}.{r['name']}`."),
]


def booleans(rng, half):
    names = rng.sample([s + "Enabled" for s in SUBJECTS] + [s + "Allowed" for s in SUBJECTS], 4)
    pair = rng.choice([("true", "false"), ("ON", "OFF"), ("YES", "NO")])
    values = [pair[0], pair[1], pair[0], pair[1]]
    rng.shuffle(values)
    rows = [{"name": n, "value": v, "class": c} for n, v, c in zip(names, values, rng.sample(CLASSES, 4))]
    passage = "| Parameter | Default | Description |\n| --- | --- | --- |\n" + "\n".join(f"| {r['class']}.{r['name']} | {r['value']} | Allows what its name says. |" for r in rng.sample(rows, 4))
    wrong = pair[1] if rows[0]["value"] == pair[0] else pair[0]
    return passage, answers(rng, half, rows[0], BOOLEAN_WORDINGS, [("switch flipped", put("value", wrong)), ("names swapped", put("class", rows[1]["class"]))])


# --- commands ---------------------------------------------------------------------------------------------------------

COMMAND_WORDINGS = [
    ("block", lambda r: f"Run this command:\n\n```\n{r['command']}\n```\n\nIt does what is asked for."),
    ("inline", lambda r: f"Use `{r['command']}` and wait until it returns."),
    ("steps", lambda r: f"1. Log in to the node.\n2. Enter `{r['command']}`.\n3. Check the result."),
    ("shell", lambda r: f"The command is the following:\n\n```bash\n{r['command']}\n```"),
]


def commands(rng, half):
    tool, verbs, objects, names = rng.choice(TOOLS), rng.sample(VERBS, 3), rng.sample(OBJECTS, 3), rng.sample(NAMES, 3)
    options = rng.sample(["--size", "--rule", "--zone", "--limit", "--keep", "--depth"], 3)
    numbers = rng.sample(range(2, 99), 3)
    lines = [f"{tool} {v} {o} {n} {opt} {num}" for v, o, n, opt, num in zip(verbs, objects, names, options, numbers)]
    passage = "\n\n".join(f"To {v} a {o}:\n\n```\n{line}\n```" for v, o, line in zip(verbs, objects, lines))
    parts = lines[0].split()

    def with_part(at, value):
        return put("command", " ".join(parts[:at] + [value] + parts[at + 1:]))
    errors = [("invented option", put("command", lines[0] + " --force")), ("invented option", with_part(4, "--recursive")), ("wrong argument", with_part(5, str(numbers[1]))),
              ("wrong argument", with_part(3, names[1])), ("wrong argument", with_part(2, objects[1])), ("wrong argument", with_part(1, verbs[1])),
              ("invented option", with_part(4, options[1])), ("wrong argument", with_part(3, "unknown")), ("digit changed", with_part(5, digit(rng, str(numbers[0]))))]
    return passage, answers(rng, half, {"command": lines[0]}, COMMAND_WORDINGS, errors)


# --- counts in words, clauses, constants in prose ------------------------------------------------------------------------

COUNT_WORDINGS = [
    ("words", lambda r: f"After {WORDS[r['tries']]} attempts of {r['thing']} the node stops, and it resumes {WORDS[r['rest']]} minutes later."),
    ("digits", lambda r: f"After {r['tries']} attempts of {r['thing']} the node stops, and it resumes {r['rest']} minutes later."),
    ("mixed", lambda r: f"The node resumes after {r['rest']} min. It had stopped because {WORDS[r['tries']]} attempts of {r['thing']} were made."),
    ("capital", lambda r: f"{WORDS[r['tries']].capitalize()} attempts are made for {r['thing']}. The pause takes {WORDS[r['rest']]} minutes."),
]


def counts(rng, half):
    tries, rest, more = rng.sample(range(3, 13), 3)
    record = {"tries": tries, "rest": rest, "thing": rng.choice(THINGS)}
    spelt = rng.random() < 0.5
    passage = (f"The node makes {WORDS[tries] if spelt else tries} attempts of {record['thing']}. When all of them fail, it stops, and resumes {rest if spelt else WORDS[rest]} "
               f"{'min' if spelt else 'minutes'} later.")
    errors = [("number in words", put("tries", more)), ("number in words", put("rest", more)), ("numbers swapped", put("tries", rest))]
    return passage, answers(rng, half, record, COUNT_WORDINGS, errors)


CLAUSE_WORDINGS = [
    ("plain", lambda r: f"Clause {r[0]['clause']} of TS {r[0]['standard']} describes {r[0]['thing']}."),
    ("two", lambda r: f"See TS {r[0]['standard']}, clause {r[0]['clause']}, for {r[0]['thing']}, and clause {r[1]['clause']} of TS {r[1]['standard']} for {r[1]['thing']}."),
    ("reversed", lambda r: f"{r[0]['thing'].capitalize()} is specified in clause {r[0]['clause']} (TS {r[0]['standard']})."),
    ("bold", lambda r: f"**{r[0]['thing'].capitalize()}** can be found in TS {r[0]['standard']}, section **{r[0]['clause']}**."),
]


def clauses(rng, half):
    rows = [{"thing": t, "clause": f"{rng.randint(4, 9)}.{i + 2}.{rng.randint(1, 9)}", "standard": f"3{rng.choice('678')}.{rng.randint(100, 499)}"} for i, t in enumerate(rng.sample(THINGS, 4))]
    passage = " ".join(f"The procedure of {r['thing']} is described in clause {r['clause']} of TS {r['standard']}." for r in rng.sample(rows, 4))
    errors = [("numbers swapped", put(0, "clause", rows[2]["clause"])), ("digit changed", put(0, "clause", rows[0]["clause"] + "1")),
              ("digit changed", put(0, "standard", digit(rng, rows[0]["standard"][3:]).join([rows[0]["standard"][:3], ""])))]
    return passage, answers(rng, half, rows, CLAUSE_WORDINGS, errors)


ALARM_WORDINGS = [
    ("plain", lambda r: f"The alarm {r[0]['name']} has the severity {r[0]['severity']}."),
    ("because", lambda r: f"{r[0]['severity']} is raised for {r[0]['name']}, because {r[0]['cause']}."),
    ("two", lambda r: f"When {r[0]['cause']}, {r[0]['name']} is sent with `{r[0]['severity']}`; {r[1]['name']} comes with `{r[1]['severity']}`."),
    ("list", lambda r: f"- {r[1]['name']}: **{r[1]['severity']}**\n- {r[0]['name']}: **{r[0]['severity']}**"),
]


def alarms(rng, half):
    names = rng.sample(["LinkFailure", "ClockDrift", "FanFault", "LicenceExpiry", "SectorOutage", "PowerLoss", "CalibrationFault"], 4)
    causes = rng.sample(["the synchronisation is lost", "the temperature rises", "the file has run out", "the antenna does not answer", "a test did not end"], 4)
    rows = [{"name": n, "severity": s, "cause": c} for n, s, c in zip(names, rng.sample(["CRITICAL", "MAJOR", "MINOR", "WARNING"], 4), causes)]
    table = rng.random() < 0.5
    if table:
        passage = "| Alarm | Severity | Cause |\n| --- | --- | --- |\n" + "\n".join(f"| {r['name']} | {r['severity']} | {r['cause'].capitalize()}. |" for r in rng.sample(rows, 4))
    else:
        passage = " ".join(f"The alarm {r['name']} has the severity {r['severity']}: it is raised when {r['cause']}." for r in rng.sample(rows, 4))
    errors = [("value of another", put(0, "severity", rows[2]["severity"])), ("names swapped", put(0, "name", rows[3]["name"])), ("name misspelt", put(0, "name", misspell(rng, names[0]))),
              ("value of another", put(0, "severity", "INDETERMINATE"))]
    return passage, answers(rng, half, rows, ALARM_WORDINGS, errors)


FAMILIES = [attribute_table, attribute_list, attribute_prose, timers_in_sentences, timers_in_one_sentence, timers_in_table, limits, switches, booleans, commands, counts, clauses,
            alarms]
