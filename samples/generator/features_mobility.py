"""Texts of the features about mobility and dual connectivity."""

FEATURES = {
    "s1ho": {
        "overview": [
            "Handover Preparation over S1 lets a UE move to a cell of an eNodeB to which no X2 connection exists, by passing the preparation through the MME.",
            "The source eNodeB packs the UE context into a transparent container, and the MME forwards it to the target without reading it.",
            "Downlink data that arrives during the move is forwarded indirectly through the serving gateway, so that no packet is lost although the two nodes never talk to each other.",
        ],
        "benefits": ["Mobility at borders between node groups and vendors", "Handover with change of MME", "A fallback when the X2 link is down"],
        "deps": [
            ("anr", "Related", "A relation that was created automatically can be used over S1 before the X2 link has been set up."),
            ("rlf", "Related", "If the preparation takes too long, the UE loses the source cell and recovery takes over."),
        ],
        "flow": ("Preparation and Execution", [
            "A measurement report of event A3 names a cell of another eNodeB.",
            "The source checks that the relation allows handover and that `TermPointToENB.operationalState` is not `ENABLED`.",
            "A Handover Required message with the container is sent to the MME, and the timer `ENodeBFunction.tS1HoPrepTimer` is started.",
            "The MME asks the target eNodeB, which admits the bearers and returns the RRC message for the UE.",
            "The source sends the RRC message to the UE in a Handover Command and starts forwarding.",
            "The target reports Handover Notify, and the MME releases the context in the source.",
        ]),
        "formulas": [("prep_success = 100 * pmHoPrepSuccLteInterS1 / pmHoPrepAttLteInterS1", "Share of preparations over S1 that end with a command to the UE.")],
        "more": [("Failure Handling", ["If the timer expires first, the preparation is cancelled with Handover Cancel and the next cell in the report is tried once."])],
        "impact": ["The preparation takes 60 to 120 milliseconds longer than over X2, because four more messages are sent.", "Signaling load in the MME grows with each handover that does not use X2."],
        "params": [
            ("ENodeBFunction", "tS1HoPrepTimer", "Integer", "500..20000", "5000", "ms", "Introduced", "Longest time that the source waits for the Handover Command after Handover Required."),
            ("ENodeBFunction", "tS1HoDirDataPathAvail", "Boolean", "false, true", "false", "", "Introduced", "Tells the MME that a direct path for forwarded data exists between the two eNodeBs."),
            ("EUtranCellRelation", "isHoAllowed", "Boolean", "false, true", "true", "", "Affected", "Allows handover from the source cell to the neighbor cell of the relation."),
        ],
        "kpis": [("S1 Handover Preparation Success Rate", "Share of preparations through the MME that succeed.", "100 * pmHoPrepSuccLteInterS1 / pmHoPrepAttLteInterS1")],
        "counters": [
            ("EUtranCellRelation", "pmHoPrepAttLteInterS1", "PEG", "Number of attempts to prepare a handover to the neighbor cell through the MME."),
            ("EUtranCellRelation", "pmHoPrepSuccLteInterS1", "PEG", "Number of preparations through the MME that succeeded."),
        ],
        "events": [
            ("INTERNAL_PROC_HO_PREP_S1_OUT", "Covers the outgoing preparation over S1 with cause, target cell and duration.", "The preparation of an outgoing S1 handover ended."),
            ("INTERNAL_PROC_HO_EXEC_S1_OUT", "Covers the execution phase after the command was sent.", "The UE context was released by the MME, or the timer expired."),
        ],
        "act_pre": ["The MME pool of both nodes supports indirect forwarding.", "Tracking areas of the target are known in the MME."],
        "act": [
            ("Set `EUtranCellRelation.isHoAllowed` to `true` for the relations in question.", "EUtranCellRelation", "isHoAllowed", "true"),
            ("Set `ENodeBFunction.tS1HoPrepTimer` to `4000`.", "ENodeBFunction", "tS1HoPrepTimer", "4000"),
            "STATE",
            "Walk across the border with a test UE and look for the event `INTERNAL_PROC_HO_PREP_S1_OUT` in the trace.",
        ],
        "act_after": ["Watch the preparation success rate of the relations for a day."],
        "deact_pre": ["Every neighbor that needs handover has a working X2 link."],
        "deact": ["STATE", "Check that no relation shows preparation attempts over S1."],
        "deact_after": ["UEs that reach the border without X2 are released with redirection instead."],
        "guide": ["Shorten the timer in areas with fast trains; 5 seconds is longer than the UE stays in the overlap of two cells at 250 km/h.", "Prefer X2 wherever the transport network allows it."],
        "trouble": [("All preparations fail with cause Unknown Target Id", "The MME does not know the global eNodeB identity", "Compare the identity in the relation with the one that the target node uses.")],
    },
}
