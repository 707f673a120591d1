"""Word lists and sentence patterns from which variants of features are made. Entries in {braces} are lists of SLOTS, or a
range of numbers; METHODS and SETTINGS texts may name {base}, the feature they vary."""

METHODS = [
    ("Predictive", ["A forecast of the traffic of the next 15 minutes is made from the same quarter hour of the last seven days, and {base} acts on the forecast before the load arrives.",
                    "Instead of waiting for a threshold to be crossed, the function extrapolates the trend of the last five minutes and prepares {base} ahead of time."]),
    ("Coordinated", ["Decisions of {base} are agreed between the nodes of a cluster over X2, so that two neighbors never take opposite actions in the same second.",
                     "One cell of each cluster acts as the master and hands out time windows in which {base} may change the state of a cell."]),
    ("Distributed", ["Each baseband unit runs {base} on its own data, and only summaries of 200 bytes are exchanged between units.",
                     "No central instance is needed: {base} reaches the same result in all cells, because all of them apply the same rule to the same inputs."]),
    ("Guarded", ["Every action of {base} is followed by an observation period; if the dropped call rate rises in that period, the action is taken back.",
                 "A budget limits how many times a day {base} may act, which keeps an error in the input from spreading."]),
    ("Layered", ["{base} is applied first to the carrier with the widest bandwidth and reaches the coverage layer last.",
                 "The layers of a site are ranked, and {base} touches a layer only if the one above it has no reserve left."]),
    ("Profiled", ["Operators describe up to eight traffic profiles, and {base} chooses the settings of the profile that the current traffic resembles most.",
                  "Settings of {base} are kept in profiles for weekday, weekend and event, and a calendar says which one is in force."]),
    ("Sampled", ["To save processing, {base} looks at one UE in sixteen and scales the result, which is accurate to two percent in a cell with 200 UEs.",
                 "Measurements for {base} are taken in bursts of 500 milliseconds with pauses in between."]),
    ("Subscriber-Aware", ["Subscriber groups that the core network marks are treated by {base} with limits of their own.",
                          "The spid of a UE selects the set of limits that {base} applies to it."]),
    ("Fast", ["The control loop of {base} runs in the scheduler instead of in the control processor and closes within 20 milliseconds.",
              "All decisions of {base} are precomputed in a table with 1024 entries, so that a decision is one lookup."]),
    ("Assisted", ["Position estimates from timing advance and angle of arrival help {base} to tell users indoors from users in vehicles.",
                  "The operation support system sends hints about planned events, and {base} weighs them against its own measurements."]),
]

SETTINGS = [
    ("Indoor Cells", ["Indoor cells serve slow users at short range, and the path loss between them is dominated by walls.", "With a distributed antenna system the same cell is heard on many floors, so that timing advance says little about the distance.", "Downlink power of 100 mW for each antenna leaves little room for boosts of any kind."]),
    ("High-Speed Rail", ["Trains at 300 km/h cross a cell in less than 20 seconds, and all their passengers arrive together.", "Doppler shifts of up to 1.4 kHz limit how long a channel estimate can be used.", "Cells along the track are chained into one logical cell where the transport allows it."]),
    ("Stadiums", ["For three hours a week the cell carries fifty times its usual load, mostly uplink.", "Neighbor cells of a stadium overlap on purpose, and interference between them is the main limit.", "Before the event starts, the configuration is loaded from a plan and frozen until the crowd has left."]),
    ("Rural Coverage", ["Cells with a range of 30 km and more carry few users with weak signals.", "Each percent of power that is saved in the remote site shortens the running time of its generator.", "Handover candidates are rare, so that keeping a weak link is better than dropping it."]),
    ("Fixed Wireless Access", ["The terminals stand still, have directional antennas and run for months without a release.", "Evening video traffic in the downlink dominates the busy hour.", "Because the channel is stable, long averages can be used without losing track of it."]),
    ("Shared Spectrum", ["Part of the band must be left within 60 seconds when the primary user asks for it.", "The permitted power depends on the location and is fetched from a spectrum server once an hour.", "Interference from other operators in the same band comes and goes with their traffic."]),
    ("Small Cells", ["Small cells are placed below the roofs, and their neighbor relations change whenever one is moved.", "The backhaul of a small cell is often narrower than its radio interface.", "A macro cell on another carrier keeps the coverage, so that a small cell can be absent for a while."]),
    ("Sea Coverage", ["Over water the path loss is low, ducts carry interference over 200 km, and timing advance reaches its maximum.", "Ships carry repeaters that raise the noise floor of the receiver.", "The load follows the ferry timetable rather than the time of day."]),
    ("Tunnels", ["In a tunnel the signal of the next cell appears suddenly at the portal.", "Leaky cables give an even level along the tube, and the far end is heard as well as the near one.", "Emergency services need the tunnel cell even when it looks empty."]),
    ("Industrial Sites", ["Machines send small packets at fixed intervals and must not wait longer than 10 milliseconds.", "Metal surfaces make the channel change when a crane moves, even though no UE does.", "Shifts end at fixed hours, after which the traffic falls to almost nothing."]),
    ("Dense Urban Areas", ["Sites stand 250 meters apart, and a UE hears five cells within 6 dB.", "Most traffic is indoors while most measurement reports come from the street.", "Capacity is limited by interference and not by noise in all but the deepest rooms."]),
    ("Time Division Carriers", ["Uplink and downlink share the carrier, and all cells of an area must switch direction in the same microsecond.", "Channel reciprocity gives the transmitter knowledge that no report could carry.", "The special subframe bounds the cell range through its guard period."]),
    ("Narrow Bandwidths", ["At 1.4 and 3 MHz every common channel takes a large share of the carrier.", "There are too few resource blocks for frequency-selective scheduling to bring anything.", "Fixed margins that are harmless at 20 MHz can take half of such a cell."]),
    ("Multi-Operator Networks", ["Up to six operators share the cell, and each of them has bought a share of it.", "What one operator does not use is lent to the others within the same second.", "Statistics must be kept apart, since operators may not see the traffic of each other."]),
    ("Drone Corridors", ["A UE at a height of 100 meters sees dozens of cells with nearly the same strength.", "Uplink signals from above disturb cells that no handover would ever reach.", "Corridors are known in advance and change a few times a year."]),
    ("Temporary Sites", ["A mobile mast is set up for days, and its neighbors have to be found without planning.", "The transport is a radio link whose capacity depends on the weather.", "When the site leaves, nothing of its configuration may remain in the neighbors."]),
]

SYNONYMS = {
    "reduces": ["lowers", "cuts"], "grows": ["rises", "increases"], "because": ["since", "as"], "so that": ["with the result that"],
    "moves": ["transfers", "shifts"], "chooses": ["selects", "picks"], "every": ["each"], "Every": ["Each"],
    "largest": ["greatest", "highest"], "is sent": ["is transmitted", "goes out"], "is compared": ["is checked"],
    "below": ["under"], "about": ["roughly", "around"], "a few": ["some", "a small number of"], "usually": ["as a rule", "normally"],
    "needs": ["requires"], "amount": ["quantity"], "same time": ["same moment"], "immediately": ["at once"],
    "in percent": ["as a percentage"], "Compare": ["Contrast"], "rises": ["goes up", "climbs"], "falls": ["drops"],
    "whole": ["entire"], "again": ["once more"], "only": ["solely"], "typically": ["in most networks"],
    "for example": ["for instance"], "stays": ["remains"], "shows": ["reveals"], "judged": ["assessed"],
    "when": ["whenever", "as soon as"], "configurable": ["adjustable"],
}

SLOTS = {
    "actor": ["the eNodeB", "the downlink scheduler", "the uplink scheduler", "the baseband unit", "the source cell", "the control processor", "the admission function", "the measurement handler", "the radio unit", "the mobility function"],
    "measure": ["the use of resource blocks", "the noise rise", "the number of connected UEs", "the PDCCH use", "the block error rate", "the mean wideband CQI", "the packet waiting time", "the buffer fill level", "the RSRP of the best neighbor", "the share of retransmissions", "the timing advance", "the rank distribution", "the HARQ feedback delay", "the paging load"],
    "place": ["at the cell edge", "in the overlap of two sectors", "near the site", "on upper floors", "along a main road", "in a shopping center", "behind a hill", "on a bridge", "in a station hall", "in a residential street", "under a repeater", "at the border of a tracking area"],
    "when": ["in the busy hour", "during the night", "after a restart of the node", "within the first minute after a handover", "while a neighbor is locked", "when a software upgrade is going on", "on a day with a public event", "in a period of heavy rain", "as soon as the licensed capacity is reached", "when the transport link is congested"],
    "action": ["lowers the number of grants for each subframe", "delays new measurement requests", "moves the surplus to the other carrier", "falls back to the wideband value", "keeps the previous setting for one more cycle", "releases the oldest reservation", "restarts its averaging window", "asks the neighbor for its load", "halves the step size", "writes an entry to the event log", "reserves two resource blocks for signaling", "stops the timer and starts over"],
    "effect": ["the throughput of the remaining users improves by {5-25} percent", "latency grows by {2-30} milliseconds", "the dropped call rate stays unchanged", "the energy use falls by {2-18} percent", "the number of handovers doubles", "signaling rises by {1-9} messages for each session", "the uplink rate at the edge falls by {3-20} percent", "accessibility improves by {1-4} tenths of a percent", "no effect is visible in the statistics of a single cell", "the noise rise shrinks by {1-4} dB"],
    "object": ["bearer", "UE", "cell", "frequency relation", "sector carrier", "neighbor relation", "scheduling request", "measurement report", "beam", "radio unit", "subscriber group", "antenna branch"],
    "reason": ["the estimate is still uncertain", "the neighbor has not answered", "two limits contradict each other", "the license does not cover more", "the hardware reports a fault", "the UE does not support the measurement", "a higher priority is waiting", "the averaging window has been restarted"],
    "check": ["Compare the value with that of the neighbor sectors", "Read the counters of the last four periods", "Look at the trace of a single UE", "Draw the distribution and not only the mean", "Repeat the test at another time of day", "Note the configuration before anything is changed"],
}
SLOTS["effect"] = [text.replace("{5-25}", str(number)).replace("{2-30}", str(number)).replace("{2-18}", str(number))
                   .replace("{1-9}", str(number)).replace("{3-20}", str(number)).replace("{1-4}", str(number))
                   for text in SLOTS["effect"] for number in (2, 3, 4, 6, 8, 11)]

CASE_TITLES = ["{object} handling {when}", "Behavior {place} {when}", "{measure} {place}", "Limits for each {object} {place}", "Case of a {object} {place}", "Recovery {when}"]

CASE_SENTENCES = [
    "{when}, {actor} {action}.",
    "if {measure} stays above {20-90} percent for {2-60} seconds, {actor} {action}.",
    "{place}, {measure} changes by up to {2-40} percent within {1-30} minutes, and {effect}.",
    "{actor} evaluates {measure} once in {10-900} seconds; {when} it does so {2-8} times as often.",
    "a {object} that has been changed {place} is left alone for the next {5-120} seconds.",
    "experience from trials shows that {effect} {when}.",
    "for each {object}, up to {2-64} entries are kept, and the oldest is overwritten.",
    "the decision is postponed if {reason}; after {2-9} postponements {actor} {action}.",
    "{measure} is filtered with a coefficient of {2-31} over {8-512} samples before it is used.",
    "{check}, because {measure} alone does not tell a {object} in trouble from one that is idle.",
    "users {place} notice the change only indirectly: {effect}.",
    "the order of the rules matters: first {measure} is judged, then {actor} {action}.",
    "where a {object} has no history yet, {actor} takes the mean of the {3-24} nearest ones.",
    "with {2-16} carriers in a sector, {effect}, provided that {measure} is about equal on all of them.",
    "{actor} counts at most {1-200} changes in an hour and ignores the rest, since {reason}.",
    "a margin of {1-12} dB is added {place}, where {measure} is known to be misleading.",
]

CASE_STEPS = [
    "{actor} reads {measure} of the last {1-60} seconds.",
    "{when}, the {object} with the lowest priority is taken first.",
    "if {reason}, the cycle ends here and starts again {5-300} seconds later.",
    "{actor} {action}.",
    "{check}.",
    "the result is kept for the {object} until {2-90} seconds have passed.",
    "{measure} is sampled {2-50} times, and the median is kept.",
    "a timer of {10-2000} milliseconds guards the exchange with the neighbor.",
]

MO_CLASSES = ["EUtranCellFDD", "EUtranCellTDD", "ENodeBFunction", "NRCellDU", "NRCellCU", "GNBCUCPFunction", "GNBDUFunction", "SectorCarrier", "CarrierAggregationFunction", "EUtranCellRelation", "NRCellRelation", "EUtranFreqRelation", "MimoSleepFunction", "AdmissionControl", "QciProfilePredefined", "SubscriberGroupProfile", "ReportConfigA5", "UeMeasControl", "PowerSavingProfile", "SchedulerProfile"]

MO_WORDS = {"EUtranCellFDD": "cell", "EUtranCellTDD": "cell", "NRCellDU": "cell", "NRCellCU": "cell", "SectorCarrier": "sector carrier", "EUtranCellRelation": "relation", "NRCellRelation": "relation", "EUtranFreqRelation": "frequency relation", "QciProfilePredefined": "profile", "SubscriberGroupProfile": "subscriber group", "PowerSavingProfile": "profile", "SchedulerProfile": "profile"}

STEMS = [
    ("Load", "load"), ("Rsrp", "RSRP"), ("Sinr", "SINR"), ("PrbUse", "use of resource blocks"), ("UeCount", "number of connected UEs"),
    ("Bearer", "bearer setup"), ("CqiReport", "CQI report"), ("Bler", "block error rate"), ("Grant", "uplink grant"),
    ("Beam", "beam measurement"), ("Rank", "reported rank"), ("Buffer", "buffer level"), ("PacketDelay", "packet delay"),
    ("TxPower", "transmit power"), ("Retx", "retransmission"), ("HoPrep", "handover preparation"), ("Paging", "paging record"),
    ("SchedReq", "scheduling request"), ("TimingAdv", "timing advance"), ("NoiseRise", "noise rise"), ("Sleep", "sleep request"),
    ("Wake", "wake-up"), ("MeasGap", "measurement gap"), ("XnLink", "Xn link check"), ("Redirect", "redirection"),
    ("SliceQuota", "slice quota"), ("PdcchCce", "PDCCH use"), ("Harq", "HARQ feedback"), ("Preamble", "random access preamble"),
    ("BranchPower", "branch power"),
]

PREFIXES = ["min", "max", "target", "start", "stop", "init", "guard", "edge", "night", "busy"]
PREFIX_WORDS = {"min": "lowest", "max": "highest", "target": "wanted", "start": "starting", "stop": "final", "init": "initial", "guard": "protective", "edge": "cell edge", "night": "night-time", "busy": "busy-hour"}

# suffix: (type, [(range, default)], unit, description patterns)
SUFFIXES = {
    "Threshold": ("Integer", [("0..100", "40"), ("0..100", "65"), ("1..99", "30")], "%", ["The {prefix} level of the {stem} at which the {mo} changes its state.", "When the {stem} crosses this {prefix} level, the {mo} is evaluated anew."]),
    "Period": ("Integer", [("1..3600", "60"), ("5..900", "15"), ("1..1440", "30")], "s", ["Time between two evaluations of the {stem} in the {mo}, {prefix} value.", "The {prefix} interval at which the {stem} of the {mo} is judged."]),
    "Timer": ("Integer", [("10..10000", "500"), ("0..2560", "80"), ("20..20000", "2000")], "ms", ["The {prefix} waiting time for the {stem} before the {mo} gives up.", "Supervises the {stem} of the {mo}; {prefix} time until it expires."]),
    "Offset": ("Integer", [("-30..30", "0"), ("-15..15", "3")], "dB", ["The {prefix} correction that is added to the {stem} of the {mo}.", "Correction of the {stem} in the {mo}, {prefix} value."]),
    "Weight": ("Integer", [("1..100", "10"), ("0..255", "128")], "", ["The {prefix} weight of the {stem} among the inputs of the {mo}.", "Tells how strongly the {stem} counts in the {mo}, {prefix} value."]),
    "Limit": ("Integer", [("0..500", "50"), ("1..1000", "200")], "", ["The {prefix} number for the {stem} that the {mo} accepts.", "Bounds the {stem} of the {mo}; the {prefix} count."]),
    "Mode": ("Enum", [("OFF, MONITOR, ACTIVE", "OFF"), ("MANUAL, AUTO", "MANUAL"), ("STRICT, RELAXED, ADAPTIVE", "ADAPTIVE")], "", ["How the {prefix} handling of the {stem} works in the {mo}.", "Selects the {prefix} treatment of the {stem} by the {mo}."]),
    "Enabled": ("Boolean", [("false, true", "false"), ("false, true", "true")], "", ["Switches the {prefix} evaluation of the {stem} in the {mo} on or off.", "Tells whether the {mo} takes the {prefix} {stem} into account."]),
    "Margin": ("Integer", [("0..24", "6"), ("1..40", "10")], "dB", ["The {prefix} distance that the {stem} keeps to the limit of the {mo}.", "Reserve of the {stem} in the {mo}, {prefix} value."]),
}

COUNTER_ACTIONS = [
    ("Att", "Number of attempts of the type {stem} in the {mo}."), ("Succ", "Number of times that a {stem} succeeded in the {mo}."),
    ("Fail", "Number of times that a {stem} failed in the {mo}."), ("Discard", "Number of discarded items of the type {stem} in the {mo}."),
    ("Sum", "Sum of the samples of the {stem}, taken every five seconds in the {mo}."), ("Samp", "Number of samples of the {stem} in the {mo}."),
    ("Distr", "Distribution of the {stem} in the {mo}."), ("MaxLevel", "Highest value of the {stem} in the {mo} during the period."),
]

BENEFITS = [
    "Less manual work {when}", "Steady service {place}", "Fewer complaints from users {place}", "Faster reaction {when}",
    "Better use of the {object} {when}", "Clear statistics for each {object}", "No site visit is needed {when}",
    "Same behavior in all cells, also {place}", "Room for more users {place}", "Protection of voice calls {when}",
    "Smaller spread of the user throughput {place}", "Longer life of the hardware, since nothing is switched {when}",
]

PREREQUISITES = [
    "The software level of all nodes of the cluster is the same.", "{measure} of the last two weeks has been recorded as the baseline.",
    "No alarm is active on the {object} concerned.", "The configuration has been saved, so that it can be restored {when}.",
    "The license covers each {object} of the node.", "A test UE is at hand {place}.",
    "The neighbor nodes have been upgraded, and nobody works on them {when}.",
]

AFTER_TASKS = [
    "Observe {measure} for {2-14} days.", "Check that no new alarm was raised {when}.", "Make a test call {place}.",
    "Note the date in the log of the cluster, so that steps in the statistics can be explained.",
    "Compare {measure} with the baseline; a change of more than {5-30} percent needs an explanation.",
    "Repeat the procedure for the next {object} when {2-7} days have passed without findings.",
]

KPI_DESCRIPTIONS = [
    "Share of the attempts that ended well, summed over all cells of the node.", "Ratio that shows how often the function reaches its aim {when}.",
    "Compares the two counters of the formula for one period; values far from the baseline call for a look at {measure}.",
    "Tells how reliable the function is {place}; low values in a single cell point at its surroundings.",
    "The main figure for this function; it should not fall {when}.",
]
