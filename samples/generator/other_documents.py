"""Documents that are no feature descriptions: an MO class page, a standard-like text, an engineering guideline, legal text."""

from . import catalogue, vary, words
from .document import Document, Table, counter_truth, parameter_truth
from .write_csv import known_parameters


def begin(title, kind, rng, document_id=""):
    doc = Document(title, kind)
    year = 2021 + rng.randrange(5)
    doc.identity = {"document_id": document_id, "revision": document_id.rsplit(".", 1)[-1], "cxc": [], "faj": "", "state": "Released",
                    "date": f"{year}-{1 + rng.randrange(12):02d}-{1 + rng.randrange(28):02d}", "year": str(year)}
    doc.truth["document_id"] = document_id
    return doc


def mo_reference(rng, number):
    """A page of the MO reference: one class, its parents, attributes and counters."""
    mo = words.MO_CLASSES[number % len(words.MO_CLASSES)]
    doc = begin(f"class {mo}", "mo-reference", rng, f"{3 + number}_22104-LZA7019{200 + number:03d}_1Uen.{vary.revision(mo, number)}")
    spoken = words.MO_WORDS.get(mo, "node")
    doc.heading(1, f"class {mo}")
    doc.paragraph(f"The class {mo} represents a {spoken} in the managed object model and holds the attributes that an operator may set for it.", keep=True)
    doc.heading(2, "Parents and Children")
    doc.bullets(["ManagedElement", f"{mo} may be created and deleted by the operator." if number % 2 else f"{mo} is created by the system."])
    doc.heading(2, "Properties")
    doc.blocks.append(("definitions", [("Life cycle", [("Restart", "attributes take effect without a restart of the node")]),
                                       ("Naming", [("Key", f"the identity of the instance, as in {mo}=1")])]))
    doc.heading(2, "Attributes")
    items = [item for item in known_parameters() if item[0] == mo]
    while len(items) < 8:
        extra = vary.invent_parameter(rng)
        items = vary.unique(items + ([(mo, *extra[1:])] if extra[0] == mo else []), 2)
    rows = []
    for _mo, name, kind, value_range, default, unit, _relation, description in items:
        rows.append([name, kind, value_range, default, unit, description])
        doc.truth["parameters"].append(parameter_truth(mo, name, value_range, default, unit, description))
    doc.table(Table(["Attribute", "Type", "Range", "Default", "Unit", "Description"], rows, caption=f"Attributes of {mo}"))
    doc.heading(2, "Counters")
    rows = []
    for key in catalogue.written():
        for counter_mo, name, kind, description in catalogue.TEXTS[key]["counters"]:
            if counter_mo == mo:
                rows.append([name, kind, description])
                doc.truth["counters"].append(counter_truth(mo, name, description))
    if not rows:
        stem, meaning = vary.pick(rng, words.STEMS)
        name = f"pm{stem}Att"
        rows.append([name, "PEG", f"Number of attempts of the type {meaning} in the {spoken}."])
        doc.truth["counters"].append(counter_truth(mo, name, rows[0][2]))
    doc.table(Table(["Counter", "Type", "Description"], rows, caption=f"Counters of {mo}"))
    return doc.finish()


STANDARD_PROCEDURES = [
    ("Connection resume", "A UE that was suspended with its context kept asks to resume the connection.", [
        "The UE shall send the resume request with its short identity on the common control channel.",
        "The network should answer within the supervision time; the UE shall go to idle when the time expires.",
        "The network may refuse the request and give a wait time, which the UE shall respect before it tries again.",
        "On resumption both sides shall continue the security with a key derived for the new cell."]),
    ("Measurement reporting", "The network configures what a UE measures and when it reports.", [
        "The UE shall apply the layer 3 filter to each measured quantity before a condition is evaluated.",
        "A condition shall hold for the whole time to trigger before a report is sent.",
        "The UE may add the results of neighboring beams if the configuration asks for them.",
        "The network should remove measurements that it no longer uses, since each of them costs battery."]),
    ("System information update", "The network changes system information at the border of a modification period.", [
        "The network shall announce a change in the modification period before it takes effect.",
        "A UE shall not rely on stored information that is older than three hours.",
        "Warning messages may be sent at any time and shall not wait for the border of a period."]),
    ("Cell barring", "A cell can refuse access for classes of users.", [
        "A UE shall read the barring information before each access attempt.",
        "The UE shall draw a random number and shall treat the cell as barred if it is above the announced factor.",
        "Emergency attempts should be exempt unless the network says otherwise."]),
    ("Handover with conditional execution", "The UE receives the target configuration early and moves when a condition is met.", [
        "The network shall give an execution condition for each candidate cell.",
        "The UE shall keep monitoring the conditions while it stays connected to the source.",
        "The UE shall leave the source without a further command when a condition is met.",
        "The source may cancel candidates that it no longer considers useful."]),
]


def standard(rng, number):
    """A text in the shape of a standard: clauses, definitions, abbreviations, requirement sentences."""
    series = ["TS 38.3", "TS 36.3", "TS 38.4", "TS 23.5", "TS 37.3"][number % 5]
    name = f"{series}{31 + number % 60:02d}"
    version = f"{15 + number % 4}.{rng.randrange(9)}.{rng.randrange(5)}"
    doc = begin(f"3GPP {name} V{version}: Radio control procedures", "standard", rng)
    doc.identity.update(document_id=name, revision=version)
    doc.truth.update(document_id=name, version=version)
    doc.heading(1, f"3GPP {name} V{version}")
    doc.paragraph("Radio control procedures, an outline in the words of the sample corpus.", keep=True)
    doc.heading(2, "1 Scope")
    doc.paragraph("This text specifies procedures between the UE and the network that the sample corpus needs, in the manner of a standard.", keep=True)
    doc.heading(2, "3 Definitions and abbreviations")
    doc.heading(3, "3.1 Definitions")
    doc.bullets(["Candidate cell: a cell for which the UE holds a configuration that is not in use yet.",
                 "Time to trigger: the time during which a condition has to hold without a break.",
                 "Modification period: the time in which system information does not change."])
    doc.heading(3, "3.2 Abbreviations")
    doc.table(Table(["Abbreviation", "Meaning"], [["RRC", "Radio Resource Control"], ["UE", "User Equipment"], ["SRB", "Signaling Radio Bearer"],
                                                   ["PCI", "Physical Cell Identity"], ["TTT", "Time to Trigger"]]))
    doc.heading(2, "5 Procedures")
    start = number % len(STANDARD_PROCEDURES)
    chosen = (STANDARD_PROCEDURES[start:] + STANDARD_PROCEDURES[:start])[:4]
    for index, (title, purpose, requirements) in enumerate(chosen, 1):
        doc.heading(3, f"5.{index} {title}")
        doc.paragraph(purpose, keep=True)
        for text in requirements:
            doc.paragraph(text, keep=True)
        if number >= len(STANDARD_PROCEDURES):
            doc.paragraph(" ".join(vary.case_sentence(rng) for _ in range(4)))
    doc.heading(2, "6 Messages and information elements")
    rows = [["ResumeRequest", "UE to network", "shortIdentity, resumeCause"], ["ResumeReject", "network to UE", "waitTime"],
            ["MeasurementReport", "UE to network", "measId, resultServing, resultNeighbours"],
            ["SystemInformationChange", "network to UE", "valueTag"]]
    doc.table(Table(["Message", "Direction", "Information elements"], rows))
    doc.heading(2, "Annex A Timers")
    doc.table(Table(["Timer", "Start", "Stop", "At expiry"], [
        ["T319", "Resume request sent", "Answer received", "Go to idle"], ["T304", "Handover command received", "Access completed", "Re-establish"],
        ["T310", "Physical layer problem", "Link recovered", "Declare radio link failure"]]))
    return doc.finish()


SERIES_TITLES = {"38": "NR", "36": "Evolved Universal Terrestrial Radio Access (E-UTRA)", "23": "System architecture", "37": "Radio measurement collection"}

CONFIGURATION = '''-- ASN1START
-- TAG-CELLSLEEPCONFIG-START

CellSleepConfig ::=                 SEQUENCE {
    sleepThreshold                      INTEGER (0..100),
    wakeThreshold                       INTEGER (0..100)                OPTIONAL,   -- Need R
    timeToTrigger                       ENUMERATED {ms40, ms80, ms160}
}

-- TAG-CELLSLEEPCONFIG-STOP
-- ASN1STOP'''


def specification(rng, number):
    """A standard as its working group writes it: with a cover, notes, ASN.1 and a change history."""
    doc = standard(rng, number)
    name, version = doc.identity["document_id"], doc.identity["revision"]
    title = SERIES_TITLES[name.split()[1][:2]]
    release = version.split(".", maxsplit=1)[0]
    doc.identity["cover"] = ["3rd Generation Partnership Project;", "Technical Specification Group Radio Access Network;", f"{title};", "Radio control procedures", f"(Release {release})"]
    doc.title = doc.truth["title"] = f"{title}; Radio control procedures"
    annex = next(index for index, block in enumerate(doc.blocks) if block[0] == "heading" and block[2].startswith("Annex A"))
    doc.blocks[annex] = ("heading", 2, "Annex A (normative): Timers")
    after, doc.blocks = doc.blocks[annex:], doc.blocks[:annex]
    doc.paragraph("NOTE 1: The names of messages are those of this outline and of no other text.", keep=True)
    doc.paragraph("EXAMPLE: Two cells of one carrier of which one sleeps at night.", keep=True)
    doc.heading(3, "6.1 Cell sleep")
    doc.paragraph("The structure below carries the thresholds of a cell that may sleep.", keep=True)
    doc.code(CONFIGURATION)
    doc.heading(2, "7 Void")
    doc.blocks += after
    doc.heading(2, "Annex B (informative): Change history")
    doc.table(Table(["Date", "Meeting", "Document", "Change", "Subject"],
                    [["2020-03", "No 87", "R-200101", "-", "First version"], ["2021-03", "No 91", "R-210044", "0003", "Timers of the resume procedure"],
                     ["The history before the first version is not kept."]], caption="Changes"))
    return doc.finish()


GUIDELINES = [
    ("Planning Neighbor Relations before a Cluster Launch", [
        ("Start with the map", "Draw the sites of the cluster on a map and mark for each sector the cells that a car meets within two minutes. Relations to these cells have to exist on the first day, because automatic functions learn only from UEs that are already moving through the network."),
        ("Keep the list short", "A relation costs measurement time in every UE of the cell. Sixteen relations on the own carrier and eight for each other carrier are enough for nearly all sectors; beyond that, the chance of confusing two cells with the same physical identity grows faster than the coverage."),
        ("Check both directions", "A missing reverse relation shows itself as a UE that moves out and cannot come back. List all relations whose opposite is missing and decide for each of them whether that is on purpose. For relations across nodes, look at `EUtranCellRelation.isHoAllowed` on both sides."),
        ("After the launch", "Follow `pmHoPrepAttLteInterS1` and `pmHoExeAttLb` for one week. Relations without a single attempt can be removed. Relations with a success rate below 90 percent deserve a drive test – on two days, with an antenna turned by 30° or less – before any “quick” change of a threshold."),
    ]),
    ("Reading Uplink Noise: a Field Method", [
        ("What is normal", "A receiver of good quality sees about -119 dBm in each resource block when nobody transmits. Values up to -115 dBm are common in a busy network; above -110 dBm the cell edge loses coverage, and users notice."),
        ("Three shapes", "A flat rise over the carrier points at a defective amplifier or a repeater. A narrow peak that stays at the same frequency is a foreign transmitter. A slope that falls toward the edge and follows the downlink load of the site is passive intermodulation."),
        ("Using the reports", "Select the branch with the cleanest history as the reference in `PmUlInterferenceReport.rfBranchRxRef`. Compare `pmUlIntBranchDiffMax` of the three sectors. If only one branch stands out, the fault is at the site; if all branches of all sectors rise together, it is not."),
        ("Taking bearings", "Turn a directional antenna on three roofs and note the bearing of the highest level. Two bearings cross somewhere, three tell whether the crossing means anything. Most interferers that we have found stood within 800 m of the crossing."),
    ]),
    ("Energy Saving Without Complaints", [
        ("Order of measures", "Begin with symbol sleep, which nobody notices, continue with antenna branches, and put whole carriers to sleep last. Each measure should run for two weeks before the next one is added, so that its effect can be told apart."),
        ("Thresholds", "A sleep threshold of 15 percent is a good first value for cells of 20 MHz. The gap to the wake threshold keeps the cell from toggling; 20 percentage points are plenty. See `MimoSleepFunction.prbUsageSleepThreshold` and `MimoSleepFunction.prbUsageWakeThreshold`."),
        ("Exceptions", "Leave cells alone that cover hospitals, tunnels and the rooms of emergency services. Keep a list of them with a reason for each entry, and review it every half year."),
        ("Proof", "Meter readings count and calculated savings do not. Read the meter of ten sites before and after; a difference below 3 percent is within the weather."),
    ]),
]


def guideline(rng, number, kind="guideline"):
    title, parts = GUIDELINES[number % len(GUIDELINES)]
    if number >= len(GUIDELINES):
        setting, texts = words.SETTINGS[(number // len(GUIDELINES)) % len(words.SETTINGS)]
        title = f"{title} in {setting}"
        parts = [(heading, vary.reword(rng, text) + " " + " ".join(vary.case_sentence(rng) for _ in range(3)))
                 for heading, text in parts] + [(f"Notes on {setting.lower()}", " ".join(texts))]
    doc = begin(title, kind, rng, f"{1 + number}_22104-LZA7018{100 + number % 900:03d}_1Uen.{vary.revision(title, number)}")
    doc.heading(1, title)
    for heading, text in parts:
        doc.heading(2, heading)
        doc.paragraph(text, keep=True)
    doc.heading(2, "Checklist")
    doc.steps([f"{vary.pick(rng, words.SLOTS['check'])}." for _ in range(3)])
    return doc.finish()


LEGAL_PARAGRAPHS = [
    ("Copyright", "© Northfield Radio 2024. All rights reserved. No part of this document may be reproduced in any form without the written permission of the copyright owner."),
    ("Disclaimer", "The contents of this document are subject to revision without notice due to continued progress in methodology, design and manufacturing. The publisher shall have no liability for any error or damage of any kind resulting from the use of this document."),
    ("Trademark List", "All trademarks mentioned herein are the property of their respective owners."),
    ("Confidentiality", "This document is proprietary and confidential. It must not be disclosed to third parties without prior written consent."),
]


def legal(rng, _number):
    doc = begin("Legal Information", "legal", rng, "1_22104-LZA7010001_1Uen.A")
    doc.truth.update(outcome="rejected", outcome_also=["failed"])
    doc.heading(1, "Legal Information")
    for heading, text in LEGAL_PARAGRAPHS:
        doc.heading(2, heading)
        doc.paragraph(text)
        doc.truth["removed"].append(text)
    return doc.finish()
