"""Texts of the features about capacity, load and service differentiation."""

FEATURES = {
    "ca": {
        "overview": [
            "Carrier Aggregation lets the eNodeB serve one UE on a primary cell and up to four secondary cells at the same time, so that the peak rate grows with the number of component carriers.",
            "The scheduler of each component carrier works on its own HARQ entity, while the packet scheduler of the primary cell divides the RLC data between the carriers in proportion to the expected rate on each of them.",
            "A secondary cell is configured by RRC signaling, activated by a MAC control element when the downlink buffer justifies it, and deactivated by timer when it does not.",
        ],
        "benefits": [
            "Downlink peak rates up to the sum of the rates of the aggregated carriers",
            "Trunking gain: short bursts finish sooner and leave both carriers free for others",
            "Fragmented spectrum holdings can be sold as one service",
        ],
        "deps": [
            ("dl256", "Related", "When 256QAM is active on a component carrier, its contribution to the aggregated rate is estimated with the extended CQI table."),
            ("drx", "Related", "All component carriers of one UE share one DRX pattern, which is the pattern of the primary cell."),
            ("cellsleep", "Conflicting", "A cell that sleeps cannot serve as a secondary cell; the candidate list is recalculated before the cell is locked."),
        ],
        "flow": ("Secondary Cell Activation", [
            "The UE capability is read from the UE Capability Information message after the initial context setup.",
            "The eNodeB intersects the band combinations that the UE supports with the candidate cells of the serving sector.",
            "The best candidate is configured with an RRC Connection Reconfiguration message, without a measurement when the cells are co-sited.",
            "The downlink buffer of the UE is compared with `CarrierAggregationFunction.sCellActBufferThreshold` in every scheduling interval.",
            "When the threshold is exceeded, a MAC control element activates the secondary cell, and the first grant on it follows after eight subframes.",
            "After `CarrierAggregationFunction.sCellDeactDelayTimer` without data on the secondary cell, it is deactivated but stays configured.",
        ]),
        "formulas": [
            ("share_i = rate_i / (rate_1 + rate_2 + ... + rate_n)", "Share of the pending RLC data that is offered to component carrier i, where rate_i is the moving average of the rate reached on that carrier."),
        ],
        "more": [
            ("Candidate Cell Selection", [
                "Candidates come from the EUtranCellRelation instances whose `EUtranCellRelation.sCellCandidate` attribute is `ALLOWED` or `ONLY_ALLOWED_FOR_DL`.",
                "Cells of one sector that share the antenna are preferred, because their path loss is the same within the accuracy of the measurement.",
            ]),
            ("Behavior at Handover", [
                "All secondary cells are released in the handover command and selected again in the target cell, so that a handover never depends on the state of a secondary cell.",
            ]),
        ],
        "impact": [
            "The RRC Connection Reconfiguration traffic rises by about one message for each UE session that has a usable band combination.",
            "Uplink control signaling on PUCCH grows, because the primary cell carries the HARQ feedback of all downlink carriers.",
            "The average number of active UEs in a secondary cell includes UEs for which it is activated, which changes the reading of cell load statistics.",
        ],
        "params": [
            ("CarrierAggregationFunction", "sCellActBufferThreshold", "Integer", "1..1000", "20", "kB", "Introduced", "Amount of data in the downlink RLC buffer above which a configured secondary cell is activated."),
            ("CarrierAggregationFunction", "sCellDeactDelayTimer", "Integer", "50..5000", "200", "ms", "Introduced", "Time without downlink data on a secondary cell after which it is deactivated."),
            ("CarrierAggregationFunction", "maxNoOfSCells", "Integer", "1..4", "2", "", "Introduced", "Largest number of secondary cells that are configured for one UE."),
            ("EUtranCellRelation", "sCellCandidate", "Enum", "NOT_ALLOWED, ALLOWED, ONLY_ALLOWED_FOR_DL", "NOT_ALLOWED", "", "Affected", "Tells whether the neighbor cell of the relation may be a secondary cell for UEs of the source cell."),
            ("EUtranCellFDD", "pucchSCellFeedbackRes", "Integer", "0..64", "16", "resource blocks", "Affected", "Number of PUCCH resource blocks that are set aside for the HARQ feedback of UEs with secondary cells."),
        ],
        "kpis": [
            ("Secondary Cell Activation Success Rate", "Share of activation attempts that lead to a first acknowledged transmission on the secondary cell.", "100 * pmCaScellActSucc / pmCaScellActAtt"),
            ("Aggregated Throughput Gain", "Throughput of UEs with secondary cells divided by that of UEs without.", ""),
        ],
        "counters": [
            ("EUtranCellFDD", "pmCaScellActAtt", "PEG", "Number of attempts to activate a secondary cell for a UE of this primary cell."),
            ("EUtranCellFDD", "pmCaScellActSucc", "PEG", "Number of secondary cell activations after which the UE acknowledged data on the secondary cell."),
            ("EUtranCellFDD", "pmCaConfiguredDlSum", "ACC", "Sum of the number of UEs with at least one configured secondary cell, sampled every five seconds."),
        ],
        "events": [
            ("INTERNAL_EVENT_CA_SCELL_CONFIGURED", "Holds the identities of the primary and the secondary cell and the chosen band combination.", "A secondary cell was configured for a UE."),
            ("INTERNAL_EVENT_CA_SCELL_RELEASED", "Holds the cause of the release and the time since the configuration.", "A secondary cell was removed from the configuration of a UE."),
        ],
        "act_pre": ["The cells that are to be aggregated are unlocked and their `operationalState` is `ENABLED`.", "EUtranCellRelation instances exist between the cells in both directions."],
        "act": [
            "STATE",
            ("Set `EUtranCellRelation.sCellCandidate` to `ALLOWED` for each relation to a co-sited cell.", "EUtranCellRelation", "sCellCandidate", "ALLOWED"),
            ("Set `CarrierAggregationFunction.maxNoOfSCells` to `2`.", "CarrierAggregationFunction", "maxNoOfSCells", "2"),
            "Observe `pmCaScellActAtt` for one result output period to see that UEs use the secondary cells.",
        ],
        "act_after": ["Compare the downlink throughput of UEs that support the band combination with the week before."],
        "deact_pre": ["No drive test or acceptance measurement that needs aggregated rates is going on."],
        "deact": [
            ("Set `EUtranCellRelation.sCellCandidate` to `NOT_ALLOWED` for each relation.", "EUtranCellRelation", "sCellCandidate", "NOT_ALLOWED"),
            "STATE",
            "Wait until the ongoing sessions with secondary cells have ended or have been handed over.",
        ],
        "deact_after": ["Secondary cells of connected UEs are released at the next reconfiguration."],
        "guide": [
            "Begin with two carriers in co-sited sectors and add the third when the activation success rate has been stable for a week.",
            "A buffer threshold that is too low makes UEs activate a secondary cell for keep-alive traffic, which costs battery and PUCCH capacity without a gain that a user would notice.",
        ],
        "trouble": [
            ("No secondary cell is ever configured", "The band combination of the two carriers is missing in the UE capability", "Compare the capability in a UE trace with the frequencies of the candidate cells."),
            ("Activation success rate below 95 percent", "The secondary cell is much weaker than the primary cell", "Remove cells that do not share the antenna from the candidates."),
        ],
    },
    "admission": {
        "overview": [
            "Radio Admission Control decides for every new bearer and every incoming handover whether the cell has room for it, so that users who are already served keep the service they were promised.",
            "Each request is judged against the admission limit of its resource class: connected users, guaranteed bit rate in downlink and uplink, and the licensed capacity of the node.",
            "A request of high allocation and retention priority may displace a bearer of low priority if that bearer has been marked as vulnerable to preemption by the core network.",
        ],
        "benefits": [
            "Guaranteed bit rate bearers keep their rate in a congested cell",
            "Emergency calls are admitted up to the hard limit of the hardware",
            "Refusals happen at setup, where the UE can try another cell, and not in the middle of a call",
        ],
        "deps": [
            ("qci", "Prerequisite", "The resource type of a bearer, and with it the admission limit that applies, is read from the predefined QCI profile."),
            ("loadbal", "Related", "UEs that are moved by load balancing are admitted in the target cell with the limits for handover."),
            ("barring", "Related", "Barring keeps requests away before they reach admission; its load input is the admission refusal rate."),
        ],
        "flow": ("Admission of a Bearer", [
            "The Initial Context Setup Request or the Handover Request is received from the MME or the source eNodeB.",
            "The requested QCI, the guaranteed bit rate and the allocation and retention priority are read for each bearer in the list.",
            "The resource estimate of the bearer is added to the present use of the cell and compared with `AdmissionControl.dlGbrAdmThresh` and `AdmissionControl.ulGbrAdmThresh`.",
            "If the sum is above the threshold, the bearers that are vulnerable to preemption are sorted by priority and released one by one until the request fits or none is left.",
            "The bearer is admitted, or it is refused with the cause Radio Resources Not Available.",
        ]),
        "formulas": [
            ("prb_needed = gbr / (bits_per_prb * 1000)", "Estimate of the resource blocks per millisecond for a bearer, where bits_per_prb is the average that the cell reached over the last 10 seconds."),
            ("used = sum(prb_needed) / prb_total * 100", "Present use in percent that is compared with the admission threshold."),
        ],
        "more": [
            ("Preemption", [
                "Preemption is considered only if `AdmissionControl.arpPreemptionEnabled` is `true`, and never touches a bearer that carries an emergency call.",
                "At most eight bearers are released for one request, which bounds the time that the request waits.",
            ]),
        ],
        "impact": [
            "Accessibility falls and retainability rises when the thresholds are lowered; the two have to be read together.",
            "The number of S1 bearer releases with cause Reduce Load In Serving Cell increases when preemption is used.",
        ],
        "params": [
            ("AdmissionControl", "dlGbrAdmThresh", "Integer", "0..1000", "950", "0.1%", "Introduced", "Share of the downlink resource blocks that guaranteed bit rate bearers may take together."),
            ("AdmissionControl", "ulGbrAdmThresh", "Integer", "0..1000", "900", "0.1%", "Introduced", "Share of the uplink resource blocks that guaranteed bit rate bearers may take together."),
            ("AdmissionControl", "arpPreemptionEnabled", "Boolean", "false, true", "false", "", "Introduced", "Switches preemption of bearers with low allocation and retention priority on."),
            ("AdmissionControl", "nrOfUesReservedForHo", "Integer", "0..200", "20", "UEs", "Introduced", "Connected users that are kept free for incoming handovers when new connections are judged."),
            ("ENodeBFunction", "zeroGbrAdmAllowed", "Boolean", "false, true", "true", "", "Affected", "Admits bearers whose guaranteed bit rate is zero without a resource estimate."),
        ],
        "kpis": [
            ("Bearer Admission Refusal Rate", "Share of bearer requests that were refused because of missing radio resources.", "100 * pmErabEstabFailGbrDlEnb / pmErabEstabAttAdded"),
        ],
        "counters": [
            ("EUtranCellFDD", "pmErabEstabFailGbrDlEnb", "PEG", "Number of bearer requests refused because the downlink admission threshold would be exceeded."),
            ("EUtranCellFDD", "pmErabEstabFailGbrUlEnb", "PEG", "Number of bearer requests refused because the uplink admission threshold would be exceeded."),
            ("EUtranCellFDD", "pmErabRelPreempted", "PEG", "Number of bearers released to make room for a request of higher priority."),
            ("EUtranCellFDD", "pmErabEstabAttAdded", "PEG", "Number of bearer requests after the initial context setup."),
        ],
        "events": [
            ("INTERNAL_EVENT_ADMISSION_BLOCKING_STARTED", "Tells which resource class reached its limit and the use at that moment.", "The first request was refused after a period without refusals."),
            ("INTERNAL_EVENT_ADMISSION_BLOCKING_STOPPED", "Gives the length of the blocking period and the number of refused requests.", "No request was refused for 30 seconds."),
        ],
        "act_pre": ["The QCI profiles in use have been reviewed, in particular the resource type of operator-specific QCI values."],
        "act": [
            ("Set `AdmissionControl.dlGbrAdmThresh` to `950` and keep the uplink threshold at its default value.", "AdmissionControl", "dlGbrAdmThresh", "950"),
            ("Set `AdmissionControl.arpPreemptionEnabled` to `true` if the core network sends priorities on purpose.", "AdmissionControl", "arpPreemptionEnabled", "true"),
            "STATE",
            "Read `pmErabEstabFailGbrDlEnb` after the first busy hour.",
        ],
        "act_after": ["Tell the core network planners which allocation and retention priorities are vulnerable in this network."],
        "deact_pre": ["It is understood that guaranteed rates are no longer protected."],
        "deact": ["STATE", ("Set `AdmissionControl.arpPreemptionEnabled` to `false`.", "AdmissionControl", "arpPreemptionEnabled", "false")],
        "deact_after": ["Bearers that were admitted before stay; only new requests are treated differently."],
        "guide": [
            "Leave at least five percent of the downlink to bearers without a guaranteed rate, otherwise signaling bearers and web traffic starve in a cell full of voice and video calls.",
            "Raise the reservation for handovers in cells along railways, where whole trains arrive within seconds.",
        ],
        "trouble": [
            ("Refusals although the cell looks half empty", "The bit rate per resource block is estimated from a few users at the cell edge", "Look at the CQI distribution before the threshold is changed."),
            ("Preemption never happens", "All bearers arrive with the vulnerability flag off", "Check the subscription profile in the core network."),
        ],
    },
    "loadbal": {
        "overview": [
            "Inter-Frequency Load Balancing moves connected UEs between overlapping cells on different carriers so that each carrier has about the same relative load.",
            "Load is expressed as the number of active bearers weighted by QCI and divided by the subscription capacity of the cell, so that carriers of different bandwidth can be compared.",
            "Only UEs that reported a sufficiently strong candidate cell are moved, and a UE that has just arrived by load balancing is left in peace for a configurable time.",
        ],
        "benefits": ["Even use of all carriers in a sector", "Higher user throughput in the busy hour without new hardware", "Fewer admission refusals in the cell that UEs prefer in idle mode"],
        "deps": [
            ("anr", "Prerequisite", "Load can only be exchanged between cells that have a EUtranCellRelation and, across nodes, an X2 connection."),
            ("admission", "Related", "The target cell may refuse a UE; after a refusal the pair of cells is skipped for one evaluation period."),
            ("ca", "Related", "UEs with active secondary cells are selected last, because moving their primary cell interrupts all carriers."),
        ],
        "flow": ("Load Evaluation Cycle", [
            "Every 15 seconds the cell computes its own load and sends it to the neighbor cells that are candidates for load balancing.",
            "The difference to each neighbor is compared with `EUtranCellFDD.lbThreshold`; differences below it end the cycle.",
            "The surplus is divided among the neighbors in proportion to their free capacity.",
            "UEs are picked at random and asked to measure the target frequency with event A5.",
            "Each UE whose report arrives before the evaluation expires is handed over; for the others `EUtranCellFDD.pmLbEvalExpiredUe` is stepped.",
        ]),
        "formulas": [
            ("load = sum(qci_weight_k * active_bearers_k) / cell_subscription_capacity", "Relative load of a cell; the weight of a bearer comes from its QCI profile."),
            ("surplus = (load_own - load_mean) * cell_subscription_capacity", "Weighted bearers that should leave the cell, where load_mean is the capacity-weighted mean of the cell and its candidates."),
        ],
        "more": [("Choice of UEs", ["UEs in an emergency call, UEs with a bearer of QCI 1 and UEs that carry an operator-defined marker in `SubscriberGroupProfile.lbSelectable` set to `false` are never selected."])],
        "impact": [
            "The number of inter-frequency handovers rises, typically by two to six for each cell and minute in the busy hour.",
            "Measurement gaps reduce the throughput of a selected UE by about 15 percent during the few hundred milliseconds of the measurement.",
        ],
        "params": [
            ("EUtranCellFDD", "lbThreshold", "Integer", "0..100", "30", "%", "Introduced", "Smallest difference in relative load between two cells at which UEs are moved."),
            ("EUtranCellFDD", "cellSubscriptionCapacity", "Integer", "1..1000000", "1000", "", "Introduced", "Capacity of the cell in weighted bearers, the divisor of its load."),
            ("EUtranFreqRelation", "lbA5Thr1Rsrp", "Integer", "-140..-44", "-44", "dBm", "Affected", "First RSRP threshold of event A5 when a UE measures for load balancing."),
            ("EUtranFreqRelation", "lbA5Thr2Rsrp", "Integer", "-140..-44", "-108", "dBm", "Affected", "Second RSRP threshold of event A5, the strength that the target cell must have."),
            ("SubscriberGroupProfile", "lbSelectable", "Boolean", "false, true", "true", "", "Affected", "Tells whether UEs of the subscriber group may be moved for load balancing."),
        ],
        "kpis": [("Load Spread", "Difference between the highest and the lowest relative load of the carriers of one sector.", "")],
        "counters": [
            ("EUtranCellFDD", "pmLbEvalExpiredUe", "PEG", "Number of UEs that were selected for load balancing but sent no useful report in time."),
            ("EUtranCellFDD", "pmLbQueuedUe", "ACC", "Number of UEs that waited to be evaluated for load balancing."),
            ("EUtranCellRelation", "pmHoExeAttLb", "PEG", "Number of handover attempts to the neighbor cell for reason of load."),
            ("EUtranCellRelation", "pmHoExeSuccLb", "PEG", "Number of successful handovers to the neighbor cell for reason of load."),
        ],
        "events": [("INTERNAL_EVENT_LOAD_CONTROL_STATE_TRANSITION", "Shows the old and the new load state and the load value.", "The load of the cell crossed a state limit.")],
        "act_pre": ["X2 links to the nodes with overlapping cells are up.", "Coverage of the carriers overlaps; co-sited carriers are the normal case."],
        "act": [
            ("Set `EUtranCellFDD.cellSubscriptionCapacity` to a value in proportion to the bandwidth, for example `2000` for 20 MHz.", "EUtranCellFDD", "cellSubscriptionCapacity", "2000"),
            ("Set `EUtranFreqRelation.lbA5Thr2Rsrp` to `-110` for the frequencies that may receive UEs.", "EUtranFreqRelation", "lbA5Thr2Rsrp", "-110"),
            "STATE",
        ],
        "act_after": ["Check that the load spread falls and that the handover success rate stays where it was."],
        "deact_pre": ["The cells can carry the idle-mode distribution without help."],
        "deact": ["STATE", "Leave the capacity values in place, because other load functions read them."],
        "deact_after": ["UEs that were moved stay where they are until mobility moves them."],
        "guide": [
            "Start with a threshold of 30 percent; below 15 percent the cycle moves the same UEs back and forth.",
            "Where a low band covers far more area than the high band, lower the second threshold in steps of 2 dB and watch the handover failures.",
        ],
        "trouble": [
            ("Many UEs are selected, few are moved", "The target carrier is too weak at the places where users are", "Compare pmLbEvalExpiredUe with the handover attempts and lower the second threshold."),
            ("Load moves in one direction only", "The subscription capacities do not fit the bandwidths", "Set them in proportion to the number of resource blocks."),
        ],
    },
    "qci": {
        "overview": [
            "Predefined QCI Profiles tie each QCI that the standard defines to scheduling weight, priority, packet delay budget, RLC mode and DRX profile in the eNodeB.",
            "The profile is read once when a bearer is set up and again when the bearer is modified, so a change of the profile reaches ongoing bearers only after a modification.",
            "Bearers with an operator-specific QCI fall back to the profile of QCI 9 unless an extended profile has been created for them.",
        ],
        "benefits": ["One place where the treatment of a service class is defined", "The same treatment in all cells of the node", "Service classes can be measured apart, since counters exist for each QCI"],
        "deps": [
            ("ulsched", "Related", "The relative weight of the profile is what the uplink scheduler shares resources by."),
            ("drx", "Related", "A profile names the DRX profile that applies when a bearer of the QCI is established."),
            ("admission", "Related", "The resource type decides which admission limit a bearer is counted against."),
        ],
        "flow": ("Profile Lookup at Bearer Setup", [
            "The QCI of the bearer arrives in the E-RAB list of the context setup.",
            "The instance of QciProfilePredefined with that QCI is looked up; without one, the instance of QCI 9 is taken.",
            "Priority, delay budget and weight are copied into the bearer context of the scheduler.",
            "If several bearers of a UE name different DRX profiles, the profile with the highest `QciProfilePredefined.drxPriority` wins.",
        ]),
        "formulas": [("weight_ue = max(relativePriority_k) over the active bearers k", "Weight of a UE in the scheduler when it has several bearers.")],
        "more": [("Resource Type", ["QCI 1 to 4 are guaranteed bit rate bearers; the attribute that says so is read only, because it follows from the standard."])],
        "impact": ["Throughput shifts between service classes in a loaded cell; the sum hardly changes.", "A shorter delay budget makes the scheduler favor small packets, which lowers spectrum efficiency by a few percent."],
        "params": [
            ("QciProfilePredefined", "relativePriority", "Integer", "1..1000", "10", "", "Introduced", "Scheduling weight of bearers of the profile in relation to the other profiles."),
            ("QciProfilePredefined", "pdb", "Integer", "10..2000", "300", "ms", "Introduced", "Packet delay budget that the delay-based part of the scheduler aims at."),
            ("QciProfilePredefined", "drxPriority", "Integer", "0..19", "0", "", "Introduced", "Decides which DRX profile applies when several bearers of one UE name different ones."),
            ("QciProfilePredefined", "rlcMode", "Enum", "AM, UM", "AM", "", "Introduced", "RLC mode of bearers of the profile, acknowledged or unacknowledged."),
            ("QciProfilePredefined", "dlResourceAllocationStrategy", "Enum", "FREQUENCY_DIVERSE, FREQUENCY_SELECTIVE, LATENCY", "FREQUENCY_SELECTIVE", "", "Affected", "Way in which resource blocks are picked for bearers of the profile."),
        ],
        "kpis": [("Downlink Latency by QCI", "Mean time from the arrival of a packet to its first transmission, for one QCI.", "pmPdcpLatTimeDlQci / pmPdcpLatPktTransDlQci")],
        "counters": [
            ("EUtranCellFDD", "pmPdcpLatTimeDlQci", "ACC", "Sum of the downlink waiting times for each QCI, in milliseconds."),
            ("EUtranCellFDD", "pmPdcpLatPktTransDlQci", "ACC", "Number of downlink packets that the waiting time was measured for, for each QCI."),
            ("EUtranCellFDD", "pmErabEstabSuccInitQci", "PEG", "Number of bearers established in the initial context setup, for each QCI."),
        ],
        "events": [("EVENT_PARAM_QCI_ID", "Carries the QCI of the bearer to which another event belongs.", "Included whenever an event concerns one bearer.")],
        "act_pre": ["The service classes and their weights have been agreed with the owner of the subscription profiles."],
        "act": [
            ("Set `QciProfilePredefined.relativePriority` to `40` for the profile of QCI 8.", "QciProfilePredefined", "relativePriority", "40"),
            ("Set `QciProfilePredefined.pdb` to `150` for the profile of QCI 7.", "QciProfilePredefined", "pdb", "150"),
            "STATE",
        ],
        "act_after": ["Set up a call of each class and read the profile in the bearer trace."],
        "deact_pre": ["No service depends on a weight other than the default."],
        "deact": [("Set `QciProfilePredefined.relativePriority` to `10` in all profiles.", "QciProfilePredefined", "relativePriority", "10"), "STATE"],
        "deact_after": ["All bearers that are set up from now on share resources equally."],
        "guide": ["Keep the ratio between the largest and the smallest weight below 20, because a class that is served 20 times less often looks like an outage to its users.", "Never lower the weight of QCI 5; signaling for voice calls uses it."],
        "trouble": [("A changed weight has no effect", "The bearers were set up before the change", "Let the UEs go idle once, or wait for the next service request.")],
    },
}
