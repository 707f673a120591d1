"""The catalogue of features: what identifies each one, and where its texts are.

Identities are invented but stable: every document that names a feature uses the same FAJ and CXC numbers. The texts stand in
features_*.py, one FEATURES dictionary each, keyed as here. Parameters are tuples
(mo_class, attribute, type, range, default, unit, relation, description); counters (mo_class, name, kind, description);
events (name, description, trigger); dependencies (key, relationship, description); steps either a text or
(text, mo, attribute, value). In texts, `x` marks a name or value and [[key]] names another feature.
"""

from . import features_capacity, features_energy, features_mobility, features_radio

# key: (name, acronym, FAJ, CXC list, value package name, value package FAJ, node type, access type)
IDENTITIES = {
    "ca": ("Carrier Aggregation", "CA", "FAJ 121 7046", ["CXC4017046"], "Peak Rate Evolution", "FAJ 801 7400", "Baseband Radio Node", "LTE"),
    "mimosleep": ("MIMO Sleep Mode", "MSM", "FAJ 121 7094", ["CXC4017808"], "Energy Efficiency", "FAJ 801 7412", "Baseband Radio Node", "LTE"),
    "admission": ("Radio Admission Control", "RAC", "FAJ 121 7162", ["CXC4017162"], "Basic Access", "FAJ 801 7401", "Baseband Radio Node", "LTE"),
    "loadbal": ("Inter-Frequency Load Balancing", "IFLB", "FAJ 121 7309", ["CXC4017309"], "Multi-Carrier Load Management", "FAJ 801 7405", "Baseband Radio Node", "LTE"),
    "prach": ("Adaptive PRACH Configuration", "APC", "FAJ 121 7171", ["CXC4017171"], "Basic Access", "FAJ 801 7401", "Baseband Radio Node", "LTE"),
    "s1ho": ("Handover Preparation over S1", "HPS1", "FAJ 121 7482", ["CXC4017482"], "Mobility Foundation", "FAJ 801 7403", "Baseband Radio Node", "LTE"),
    "drx": ("Service-Aware Discontinuous Reception", "SADRX", "FAJ 121 7801", ["CXC4017801"], "Device Battery Performance", "FAJ 801 7417", "Baseband Radio Node", "LTE"),
    "cqi": ("Subband CQI Reporting", "SCR", "FAJ 121 7533", ["CXC4017533"], "Spectrum Efficiency", "FAJ 801 7410", "Baseband Radio Node", "LTE"),
    "ulint": ("Uplink Interference Reporting", "UIR", "FAJ 121 7658", ["CXC4017658", "CXC4017659"], "Interference Insight", "FAJ 801 7421", "Baseband Radio Node", "LTE"),
    "qci": ("Predefined QCI Profiles", "PQP", "FAJ 121 7029", ["CXC4017029"], "Service Differentiation", "FAJ 801 7407", "Baseband Radio Node", "LTE"),
    "cellsleep": ("Capacity Cell Sleep", "CCS", "FAJ 121 7902", ["CXC4017902"], "Energy Efficiency", "FAJ 801 7412", "Baseband Radio Node", "LTE"),
    "microsleep": ("Symbol-Level Transmitter Sleep", "STS", "FAJ 121 7915", ["CXC4017915"], "Energy Efficiency", "FAJ 801 7412", "Baseband Radio Node", "LTE"),
    "ulsched": ("Weighted Fair Uplink Scheduling", "WFUS", "FAJ 121 7211", ["CXC4017211"], "Scheduler Toolbox", "FAJ 801 7409", "Baseband Radio Node", "LTE"),
    "olla": ("Outer-Loop Link Adaptation", "OLLA", "FAJ 121 7240", ["CXC4017240"], "Spectrum Efficiency", "FAJ 801 7410", "Baseband Radio Node", "LTE"),
    "nrmob": ("NR Measurement-Based Mobility", "NRMM", "FAJ 121 8105", ["CXC4018105"], "NR Mobility", "FAJ 801 8103", "gNodeB", "NR"),
    "xnho": ("Handover over Xn", "HXN", "FAJ 121 8127", ["CXC4018127"], "NR Mobility", "FAJ 801 8103", "gNodeB", "NR"),
    "anr": ("Automatic Neighbor Relations", "ANR", "FAJ 121 7077", ["CXC4017077"], "Self-Organizing Functions", "FAJ 801 7414", "Baseband Radio Node", "LTE"),
    "endc": ("EN-DC Setup and Release Control", "ESRC", "FAJ 121 8150", ["CXC4018150", "CXC4018151"], "Dual Connectivity", "FAJ 801 8107", "Baseband Radio Node", "LTE, NR"),
    "pdcch": ("Adaptive PDCCH Region", "APR", "FAJ 121 7355", ["CXC4017355"], "Scheduler Toolbox", "FAJ 801 7409", "Baseband Radio Node", "LTE"),
    "ulpc": ("Interference-Based Uplink Power Control", "IUPC", "FAJ 121 7366", ["CXC4017366"], "Interference Insight", "FAJ 801 7421", "Baseband Radio Node", "LTE"),
    "ttib": ("TTI Bundling for Voice", "TBV", "FAJ 121 7290", ["CXC4017290"], "Voice Coverage", "FAJ 801 7415", "Baseband Radio Node", "LTE"),
    "dl256": ("Downlink 256QAM", "DL256", "FAJ 121 7422", ["CXC4017422"], "Peak Rate Evolution", "FAJ 801 7400", "Baseband Radio Node", "LTE"),
    "beam": ("NR Beam Recovery and Refinement", "NBRR", "FAJ 121 8170", ["CXC4018170"], "NR Radio Performance", "FAJ 801 8101", "gNodeB", "NR"),
    "rlf": ("Radio Link Failure Recovery", "RLFR", "FAJ 121 7508", ["CXC4017508"], "Mobility Foundation", "FAJ 801 7403", "Baseband Radio Node", "LTE"),
    "slice": ("Slice-Aware Resource Partitioning", "SARP", "FAJ 121 8190", ["CXC4018190"], "Service Differentiation for NR", "FAJ 801 8109", "gNodeB", "NR"),
    "barring": ("Automatic Access Class Barring", "AACB", "FAJ 121 7330", ["CXC4017330"], "Basic Access", "FAJ 801 7401", "Baseband Radio Node", "LTE"),
}

# The order in which documents take them.
ORDER = list(IDENTITIES)

TEXTS = {}
for _module in (features_capacity, features_energy, features_mobility, features_radio):
    TEXTS.update(_module.FEATURES)


def reference(key):
    """Name and acronym as the running text says them."""
    name, acronym = IDENTITIES[key][:2]
    return name, acronym


def written():
    """Keys of the features that have texts, in order."""
    return [key for key in ORDER if key in TEXTS]
