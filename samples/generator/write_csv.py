"""Writes CSV exports: parameters, counters, alarms, KPIs, a generic list; and the truth of each."""

import csv
import io

from . import catalogue, vary, words
from .document import complete_truth, counter_truth, parameter_truth

PARAMETER_COLUMNS = [
    "Model", "MO Class Name", "Parameter Name", "Sequence Length", "Parameter Description", "Data Type", "Range and Values",
    "Default Value", "MultiplicationFactor", "Unit", "Resolution", "ReadOnly", "Restricted", "Mandatory", "", "SystemCreated",
    "Change Take Effect", "Disturbances", "Dependencies", "Deprecated", "Obsolete", "Precondition", "LDN", "noNotification",
    "Persisted in ENM", "Preliminary"]

ALARMS = [
    ("License Key Missing", "MAJOR", "A feature is activated but its license key is not installed.", "Install the license key or deactivate the feature."),
    ("Branch Power Below Limit", "MINOR", "The output power of an antenna branch is more than 3 dB below the configured value.", "Check the feeder, then restart the radio unit."),
    ("X2 Link Failure", "WARNING", "The association to a neighbor node was lost and could not be set up again within 60 seconds.", "Check the transport network and the IP address of the neighbor."),
    ("Cell Availability Lost", "CRITICAL", "A cell is unlocked but does not transmit.", "Read the list of failed resources of the cell and replace what is faulty."),
    ("Clock Calibration Expired", "MAJOR", "The node has had no synchronization reference for longer than its oscillator can bridge.", "Restore the reference before cells of time division carriers are switched off."),
    ("Uplink Branch Imbalance", "MINOR", "Two receive branches of one sector differ by more than the configured limit.", "Compare the interference report of the branches, then check connectors."),
    ("Slice Quota Exceeded", "WARNING", "A slice asked for more resource blocks than its quota for longer than an hour.", "Review the quota with the owner of the slice."),
    ("Fan Speed Abnormal", "MINOR", "A fan runs slower than ordered.\nThe temperature of the unit is still within its limits.", "Clean the filter; replace the fan unit if the alarm comes back."),
    ("Excessive Handover Failures", "WARNING", "More than half of the handovers of a relation failed in three periods in a row.", "Check the identity of the neighbor cell; block the relation until the cause is known."),
    ("Baseband Capacity Reached", "MAJOR", "The number of connected users has reached the licensed capacity.", "Extend the license or move carriers to another unit."),
]

KPIS_FR = [
    ("Accessibilité", "Taux de succès RRC", "Part des demandes de connexion RRC qui aboutissent", "100 * pmRrcConnEstabSucc / pmRrcConnEstabAtt", "%", "98,5"),
    ("Accessibilité", "Taux de succès E-RAB", "Part des porteuses établies parmi celles demandées", "100 * pmErabEstabSuccInit / pmErabEstabAttInit", "%", "99"),
    ("Maintien", "Taux de coupure", "Part des porteuses libérées anormalement alors que des données attendaient", "100 * pmErabRelAbnormalEnbAct / pmErabRelNormalEnb", "%", "0,5"),
    ("Mobilité", "Succès de préparation S1", "Part des préparations de handover par le MME qui réussissent", "100 * pmHoPrepSuccLteInterS1 / pmHoPrepAttLteInterS1", "%", "97"),
    ("Mobilité", "Succès d'exécution", "Part des handovers exécutés avec succès après préparation", "100 * pmHoExeSuccLteIntraF / pmHoExeAttLteIntraF", "%", "98"),
    ("Intégrité", "Débit descendant moyen", "Volume reçu divisé par le temps de transmission", "pmPdcpVolDlDrb / pmSchedActivityCellDl", "kbit/s", "5000"),
    ("Intégrité", "Latence descendante", "Temps moyen d'attente d'un paquet avant sa première émission", "pmPdcpLatTimeDl / pmPdcpLatPktTransDl", "ms", "20"),
    ("Disponibilité", "Disponibilité cellule", "Part du temps pendant laquelle la cellule a émis", "100 * (900 - pmCellDowntimeAuto) / 900", "%", "99,9"),
    ("Énergie", "Part du temps en veille", "Part du temps avec au moins une branche coupée", "100 * pmMimoSleepTime / 900", "%", ""),
    ("Capacité", "Utilisation PRB", "Part moyenne des blocs de ressources utilisés", "pmPrbUsedDlSum / pmPrbAvailDlSum", "%", "80"),
]


def text_of(rows, delimiter=",", escape=False, line_end="\r\n"):
    out = io.StringIO()
    if escape:
        writer = csv.writer(out, delimiter=delimiter, doublequote=False, escapechar="\\", lineterminator=line_end)
    else:
        writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerows(rows)
    return out.getvalue()


def empty_truth(kind, title):
    return {"kind": kind, "outcome": "converted", "title": title, "feature_name": "", "faj": "", "cxc": [], "parameters": [],
            "counters": [], "events": [], "alarms": [], "related_features": [], "procedures": [], "sentences": [], "removed": []}


def known_parameters():
    seen = {}
    for key in catalogue.written():
        for item in catalogue.TEXTS[key]["params"]:
            seen.setdefault(item[:2], item)
    return list(seen.values())


def parameters(rng, count):
    """Parameters.csv: preamble rows, 26 columns, None for what is not set, line breaks inside some descriptions."""
    items = known_parameters()[:count]
    while len(items) < count:
        items = vary.unique(items + [vary.invent_parameter(rng) for _ in range(count - len(items))], 2)
    truth = empty_truth("csv-parameters", "Parameters.csv")
    rows = [["Parameter list", "exported for the managed object model"], ["Product", "Baseband Radio Node", "Software", "24.Q2"], [],
            PARAMETER_COLUMNS]
    for index, (mo, name, kind, value_range, default, unit, _relation, description) in enumerate(items):
        shown = description
        if index % 9 == 4:
            shown += "\nTakes effect for new connections only."
        if index % 11 == 7:
            shown += ' Also called "' + name[0].upper() + name[1:] + '" in older planning tools.'
        rows.append(["ERBS" if mo.startswith(("EUtran", "ENodeB")) else "MSRBS", mo, name, "None", shown, kind.lower(), value_range,
                     default or "None", "None", unit or "None", "None", "false", "false", "true" if index % 5 == 0 else "false", "",
                     "false", vary.pick(rng, ["Immediately", "Cell lock and unlock", "Ongoing calls not affected", "New connections"]),
                     "None", "None", "None", "None", "None", f"ManagedElement=1,{mo}=1", "false", "true", "false"])
        truth["parameters"].append(parameter_truth(mo, name, value_range, default, unit, " ".join(shown.split())))
    return text_of(rows).encode("utf-8"), truth


def counters(rng, count):
    seen = {}
    for key in catalogue.written():
        for item in catalogue.TEXTS[key]["counters"]:
            seen.setdefault(item[1], item)
    items = list(seen.values())[:count]
    while len(items) < count:
        extra = vary.invent_counter(rng)
        if extra[1] not in seen:
            seen[extra[1]] = extra
            items.append(extra)
    truth = empty_truth("csv-counters", "counters.csv")
    rows = [["MO Class", "Counter Name", "Counter Type", "Description", "Unit", "Aggregation", "Introduced In"]]
    for index, (mo, name, kind, description) in enumerate(items):
        shown = description.replace(", ", ",\n", 1) if index % 13 == 3 else description
        rows.append([mo, name, kind, shown, "None", vary.pick(rng, ["Sum", "Average", "Maximum"]), f"2{rng.randrange(5)}.Q{1 + rng.randrange(4)}"])
        truth["counters"].append(counter_truth(mo, name, description))
    return text_of(rows, escape=True, line_end="\n").encode("utf-8"), truth


def alarms(rng, count):
    truth = empty_truth("csv-alarms", "alarms.csv")
    rows = [["Alarm Name", "Severity", "Probable Cause", "Description", "Proposed Action", "MO Class"]]
    for index in range(count):
        name, severity, description, action = ALARMS[index % len(ALARMS)]
        name += f" {index // len(ALARMS) + 1}" if index >= len(ALARMS) else ""
        rows.append([name, severity, str(300 + index), description, action, vary.pick(rng, words.MO_CLASSES[:8])])
        truth["alarms"].append({"name": name, "severity": severity})
        truth["sentences"].append(action)
    return text_of(rows, delimiter="\t").encode("utf-8"), truth


def kpis(_rng, count):
    """Semicolons, French headers and texts, decimal commas, Windows-1252."""
    truth = empty_truth("csv-kpi", "kpi_radio.csv")
    rows = [["Famille", "Nom Kpi", "Description", "Formule", "Unité", "Seuil"]]
    for index in range(count):
        row = list(KPIS_FR[index % len(KPIS_FR)])
        if index >= len(KPIS_FR):
            row[1] += f" variante {index // len(KPIS_FR)}"
        rows.append(row)
    complete_truth(truth, "\n".join(" ".join(row) for row in rows))
    return text_of(rows, delimiter=";").encode("cp1252"), truth


def generic(rng, count):
    truth = empty_truth("csv-generic", "sites.csv")
    rows = [["Site", "Region", "Sectors", "Carriers", "Mast Height [m]", "Remark"]]
    remarks = ["Access by boat only", "Shared mast, two operators", "Key at the fire station", "None", "Roof works planned in spring", "Generator on site"]
    for index in range(count):
        rows.append([f"SITE{1000 + index}", vary.pick(rng, ["North", "South", "Coast", "Valley"]), str(1 + rng.randrange(6)),
                     str(1 + rng.randrange(5)), f"{10 + rng.randrange(60)}.{rng.randrange(10)}", vary.pick(rng, remarks)])
    return text_of(rows, line_end="\n").encode("utf-8"), truth
