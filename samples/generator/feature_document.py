"""Builds a feature description (long form) or its short form as a Document, with its truth."""

from . import vary
from .document import Document, Table, counter_truth, parameter_truth, plain

ACTIVATE_STATE = [
    "Set the attribute `featureState` to `ACTIVATED` in the instance `FeatureState={cxc}`.",
    "Activate the feature by setting `featureState` to `ACTIVATED` for `FeatureState={cxc}`.",
    "In the instance `FeatureState={cxc}`, set `featureState` to `ACTIVATED`.",
]
DEACTIVATE_STATE = [
    "Set the attribute `featureState` to `DEACTIVATED` in the instance `FeatureState={cxc}`.",
    "Deactivate the feature by setting `featureState` to `DEACTIVATED` for `FeatureState={cxc}`.",
    "In the instance `FeatureState={cxc}`, set `featureState` to `DEACTIVATED`.",
]
LICENSING = [
    "Licensed feature. One license for each node is required, license key {cxc}.",
    "License-controlled feature, license key {cxc}.",
    "Licensed feature. The license key {cxc} must be installed in each node.",
]
PARAMETER_STYLES = ("in_description", "values_table", "wide", "names_only", "nested")
COUNTER_STYLES = ("full_name", "mo_column", "kind_column")
LEGAL = [
    "No part of this document may be reproduced in any form without the written permission of the copyright owner.",
    "The contents of this document are subject to revision without notice due to continued progress in methodology and design.",
    "All trademarks mentioned herein are the property of their respective owners.",
]


def build_feature(source, rng, style):
    """The long form. source: vary.Source; style: a number that picks table shapes, or a dictionary that names them."""
    doc = begin(source, rng, "feature")
    texts = source.texts
    doc.heading(1, f"{source.name} ({source.acronym})")
    doc.heading(2, "Overview")
    for text in texts["overview"]:
        doc.paragraph(text, keep=True)
    doc.paragraph("The following benefits are expected:")
    doc.bullets(texts["benefits"])
    identity_table(doc, source, rng, style)
    dependencies(doc, source)
    operation(doc, source, style)
    doc.heading(2, "Network Impact")
    for text in texts["impact"]:
        doc.paragraph(text, keep=True)
    parameters(doc, source, style)
    performance(doc, source, style)
    procedure(doc, source, rng, "activate")
    procedure(doc, source, rng, "deactivate")
    guidelines(doc, source)
    history(doc, rng)
    if style.get("legal_section"):
        doc.heading(2, "Legal Notice")
        doc.paragraph(f"© Northfield Radio {doc.identity['year']}. All rights reserved. " + " ".join(LEGAL[:2]))
        doc.truth["removed"] += LEGAL[:2]
    return doc.finish()


def begin(source, rng, kind):
    doc = Document(f"{source.name} ({source.acronym})", kind)
    year = 2021 + rng.randrange(5)
    doc.identity = {
        "document_id": source.document_id, "revision": source.revision, "cxc": source.cxc, "faj": source.faj,
        "date": f"{year}-{1 + rng.randrange(12):02d}-{1 + rng.randrange(28):02d}", "year": str(year),
        "state": rng.choice(["Licensed", "Released", "General availability"]),
    }
    doc.truth.update(feature_name=source.name, acronym=source.acronym, faj=source.faj, cxc=list(source.cxc),
                     document_id=source.document_id, optional=["FeatureState.featureState", source.package_faj])
    return doc


def identity_table(doc, source, rng, style):
    rows = [
        ["Feature Name", f"{source.name}"],
        ["Feature Identity", f"{source.faj}"],
        ["Value Package Name and Identity", f"{source.package}, {source.package_faj}"],
        ["Node Type", source.node_type],
        ["Access Type", source.access_type],
        ["Licensing", rng.choice(LICENSING).format(cxc=", ".join(source.cxc))],
    ]
    doc.truth.update(value_package=source.package, package_faj=source.package_faj, node_type=source.node_type,
                     access_type=source.access_type)
    if style.get("identity_header"):
        doc.table(Table(["Item", "Value"], rows, caption="Feature identity"))
    else:
        doc.table(Table(rows[0], rows[1:], first_row_is_data=True))


def dependencies(doc, source):
    doc.heading(2, "Dependencies")
    doc.paragraph(vary.pick(source.rng, [
        f"{source.name} depends on, works together with, or excludes the features in the following table.",
        "The following features have to be considered before this feature is used.",
        "Relations to other features are listed below."]))
    rows = []
    for key, name, faj, relationship, description in source.dependencies:
        rows.append([f"[[{key}]] ({faj})", relationship, description])
        doc.truth["related_features"].append({"name": name, "faj": faj, "relationship": relationship.lower(),
                                              "description": plain(description)})
    doc.table(Table(["Feature", "Relationship", "Description"], rows, caption="Feature dependencies"))


def operation(doc, source, style):
    texts = source.texts
    doc.heading(2, "Feature Operation")
    title, steps = texts["flow"]
    doc.heading(3, title)
    doc.paragraph(vary.pick(source.rng, ["The sequence is as follows:", "The function works in these steps:",
                                         "From trigger to result, the following happens:"]))
    doc.steps(steps)
    if style.get("figure"):
        doc.figure(f"{title}: states and transitions", style["figure"])
    for formula, meaning in texts["formulas"]:
        doc.paragraph("The calculation is:")
        doc.code(formula)
        doc.paragraph(meaning)
    for title, paragraphs in texts["more"]:
        doc.heading(3, title)
        for text in paragraphs:
            doc.paragraph(text)


def parameters(doc, source, style):
    shape = style["parameters"]
    rows, values = [], []
    doc.heading(2, "Parameters")
    doc.paragraph("The feature introduces or affects these configuration parameters.")
    for mo, name, _kind, value_range, default, unit, relation, description in source.parameters:
        full = f"`{mo}.{name}`"
        filled = {"values_table", "in_description", "wide", "nested"}
        known = shape in filled
        doc.truth["parameters"].append(parameter_truth(mo, name, value_range if known else "", default if known else "",
                                                       unit if known else "", description, relation.lower()))
        facts = [("Range", value_range), ("Default", default), ("Unit", unit)]
        if shape == "in_description":
            cell = description + "".join(f" {key}: {value}." for key, value in facts if value)
            rows.append([full, relation, cell])
        elif shape == "nested":
            shown = [(key, value) for key, value in facts if value]
            inner = Table([key for key, _ in shown], [[value for _, value in shown]])
            rows.append([full, relation, (description, inner)])
        elif shape == "wide":
            rows.append([mo, name, relation, value_range, default, unit, description])
        else:
            rows.append([full, relation, description])
            values.append([full, value_range, default, unit])
    if shape == "wide":
        rows.sort(key=lambda row: row[0])
        doc.table(Table(["MO Class", "Parameter", "Type", "Range and Values", "Default Value", "Unit", "Description"], rows,
                        caption="Parameters", merge_first=True))
    else:
        doc.table(Table(["Parameter", "Type", "Description"], rows, caption="Parameters"))
    if shape == "values_table":
        doc.paragraph("Ranges and defaults are:")
        doc.table(Table(["Parameter", "Range and Values", "Default Value", "Unit"], values, caption="Values"))


def performance(doc, source, style):
    texts = source.texts
    doc.heading(2, "Performance")
    if texts["kpis"]:
        doc.heading(3, "KPIs")
        rows = [[name, description, f"`{formula}`" if formula else ""] for name, description, formula in texts["kpis"]]
        doc.table(Table(["KPI", "Description", "Formula"], rows, caption="Key performance indicators"))
    doc.heading(3, "Counters")
    shape = style["counters"]
    rows = []
    for mo, name, kind, description in source.counters:
        doc.truth["counters"].append(counter_truth(mo, name, description))
        if shape == "mo_column":
            rows.append([mo, name, description])
        elif shape == "kind_column":
            rows.append([f"`{mo}.{name}`", kind, description])
        else:
            rows.append([f"`{mo}.{name}`", description])
    header = {"mo_column": ["MO Class", "Counter", "Description"], "kind_column": ["Counter", "Type", "Description"],
              "full_name": ["Counter", "Description"]}[shape]
    if shape == "mo_column":
        rows.sort(key=lambda row: row[0])
    doc.table(Table(header, rows, caption="Counters", merge_first=shape == "mo_column"))
    if texts["events"]:
        doc.heading(3, "Events")
        with_trigger = style.get("events") != "trigger_only"
        rows = []
        for name, description, trigger in texts["events"]:
            rows.append([name, description, trigger] if with_trigger else [name, trigger])
            doc.truth["events"].append({"name": name, "description": description if with_trigger else "", "trigger": trigger})
        doc.table(Table(["Event", "Description", "Trigger"] if with_trigger else ["Event", "Trigger"], rows, caption="Events"))


def procedure(doc, source, rng, kind):
    texts = source.texts
    activate = kind == "activate"
    short = "act" if activate else "deact"
    doc.heading(2, "Activate the Feature" if activate else "Deactivate the Feature")
    truth = {"kind": kind, "prerequisites": [], "steps": [], "sets": [], "after_task": []}
    doc.heading(3, "Prerequisites")
    doc.bullets(texts[short + "_pre"])
    truth["prerequisites"] = [plain(text) for text in texts[short + "_pre"]]
    doc.heading(3, "Steps")
    shown = []
    for step in texts[short]:
        if step == "STATE":
            cxc = source.cxc[0]
            text = rng.choice(ACTIVATE_STATE if activate else DEACTIVATE_STATE).format(cxc=cxc)
            truth["sets"].append({"mo": f"FeatureState={cxc}", "attribute": "featureState",
                                  "value": "ACTIVATED" if activate else "DEACTIVATED"})
        elif isinstance(step, tuple):
            text, mo, attribute, value = step
            truth["sets"].append({"mo": mo, "attribute": attribute, "value": value})
        else:
            text = step
        shown.append(text)
        truth["steps"].append(plain(text))
    doc.steps(shown)
    if texts[short + "_after"]:
        doc.heading(3, "After This Task")
        doc.bullets(texts[short + "_after"])
        truth["after_task"] = [plain(text) for text in texts[short + "_after"]]
    doc.truth["procedures"].append(truth)


def guidelines(doc, source):
    texts = source.texts
    doc.heading(2, "Engineering Guidelines")
    for text in texts["guide"]:
        doc.paragraph(text, keep=True)
    if texts["trouble"]:
        doc.heading(3, "Troubleshooting")
        doc.table(Table(["Symptom", "Likely Cause", "What to Do"], [list(row) for row in texts["trouble"]],
                        caption="Troubleshooting"))


def history(doc, rng):
    doc.heading(2, "Appendix: Change History")
    rows, year = [], int(doc.identity["year"])
    notes = ["First version", "Counter descriptions made more precise", "Default values updated", "Procedure steps reworded",
             "Troubleshooting table added", "Dependency table completed"]
    for index in range(2 + rng.randrange(3)):
        note = notes[0] if index == 0 else rng.choice(notes[1:])
        rows.append([chr(ord("A") + index), f"{year - 3 + index}-{1 + rng.randrange(12):02d}", note])
    if len(rows) > 2:
        rows.append(["Revisions before A were drafts and are not listed."])
    doc.table(Table(["Revision", "Date", "Change"], rows, caption="Change history"))


def build_short(source, rng, style):
    """The short form: header lines, description, parameters as bold bullets, counters."""
    doc = begin(source, rng, "short")
    doc.heading(2, "Description")
    for text in source.texts["overview"]:
        doc.paragraph(text, keep=True)
    doc.paragraph(source.texts["impact"][0], keep=True)
    doc.heading(2, "Parameters")
    entries = []
    for mo, name, kind, value_range, default, unit, relation, description in source.parameters:
        fields = [("MO Class", mo), ("Type", kind), ("Valid Values", value_range), ("Default", default), ("Unit", unit),
                  ("Description", description)]
        entries.append((f"{mo}.{name}" if style.get("full_names") else name, [field for field in fields if field[1]]))
        doc.truth["parameters"].append(parameter_truth(mo, name, value_range, default, unit, description))
    doc.blocks.append(("definitions", entries))
    doc.heading(2, "Counters")
    items = []
    for mo, name, _kind, description in source.counters:
        items.append(f"`{mo}.{name}`: {description}" if style.get("full_names") else f"`{name}`: {description}")
        doc.truth["counters"].append(counter_truth(mo if style.get("full_names") else "", name, description))
    doc.bullets(items)
    if source.texts["events"]:
        doc.heading(2, "Events")
        doc.bullets([f"`{name}`: {trigger}" for name, _description, trigger in source.texts["events"]])
        doc.truth["events"] += [{"name": name, "description": "", "trigger": trigger}
                                for name, _description, trigger in source.texts["events"]]
    doc.heading(2, "Engineering Hints")
    for text in source.texts["guide"]:
        doc.paragraph(text, keep=True)
    return doc.finish()
