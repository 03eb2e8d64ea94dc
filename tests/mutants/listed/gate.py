"""What a call must pass before it goes out, and how it is sent."""

from tests.mutants.listed.entry import Listed, mutant

_GATE, _SENDING, _ATTEMPT = "engine/gate.py", "engine/sending.py", "engine/attempt.py"

GATE = (
    Listed(
        "A call outside the approved plan is let through",
        mutant(_GATE, "if outside or outside_refs:", "if False:"),
        ("tests/mutants/test_gate.py::test_what_is_not_in_the_approved_plan_is_not_sent",),
    ),
    Listed(
        "A call that no kind knows is let through without `allow`",
        mutant(_GATE, "if str(call).lower() in {", "if True or str(call).lower() in {"),
        ("tests/mutants/test_gate.py::test_what_no_kind_knows_is_sent_only_where_the_plan_allows_it_by_name",),
    ),
    Listed(
        "A call is sent, and recorded when it is done",
        mutant(
            _GATE, "answer = attempt.world.send(call, lambda sent: admit(attempt, sent, phase, step))",
            "answer = attempt.world.send(call, lambda sent: None)\n        admit(attempt, call, phase, step)",
        ),
        ("reads that fail: with an undo of its own",),
    ),
    Listed(
        "What is there already under a name is not looked for before it is made",
        mutant(_GATE, "        nothing_there(attempt, call)\n", "        pass\n"),
        ("tests/mutants/test_lost_answers.py::test_what_is_there_already_under_a_name_that_aws_keeps_unique_is_never_taken_for_ours",),
    ),
    Listed(
        "Going forward, a stranger's change since the snapshot is not noticed",
        mutant(_GATE, "return {ref: attempt.look(ref) for ref in sorted(refs)}",
               "return {ref: attempt.see(ref) for ref in sorted(refs)}"),
        ("tests/mutants/test_gate.py::test_what_a_stranger_changed_since_the_snapshot_is_not_sent_to",),
    ),
    Listed(
        "After the disk was waited for, nobody asks whether what the call needs is held still",
        mutant(_GATE, "    attempt.hold()  # reading", "    pass  # reading"),
        ("tests/mutants/test_gate.py::test_whoever_is_taken_over_while_a_call_is_recorded_does_not_send_it",),
    ),
    Listed(
        "A refusal that proves that the call was done before counts as a refusal",
        mutant(_GATE, "if again and proves_it_was_done(", "if False and proves_it_was_done("),
        ("tests/mutants/test_gate.py::test_that_it_is_there_already_proves_a_call_only_where_that_was_sent_before",),
    ),
    Listed(
        "A refusal of a call that was never sent before proves that it was done",
        mutant(_GATE, "if again and proves_it_was_done(", "if proves_it_was_done("),
        ("tests/mutants/test_gate.py::test_that_it_is_there_already_proves_a_call_only_where_that_was_sent_before",),
    ),
    Listed(
        "A refused call stays open",
        mutant(_GATE, "attempt.record(e.CallFailed(number, refused.code, refused.sentence))", "pass"),
        ("faults: takes its time",),
    ),
    Listed(
        "A call that nobody answered is not recorded as unknown, and its error is its end",
        mutant(_GATE, "attempt.record(e.CallUnknown(number, unknown.sentence))",
               'attempt.record(e.CallFailed(number, "Timeout", unknown.sentence))'),
        ("faults: takes its time",),
    ),
    Listed(
        "What only the answer names is not recorded as made",
        mutant(_GATE, "attempt.record(e.CallDone(number, made, answer", "attempt.record(e.CallDone(number, (), answer"),
        ("undisturbed: made with a token, and the check fails",),
    ),
    Listed(
        "A throttled call is not tried again",
        mutant(_GATE, "if not refused.again or tries == TRIES:", "if True:"),
        ("faults twice: rules by aim, and the check fails",),
    ),
    Listed(
        "Secrets go into the record of a call",
        mutant(_GATE, "params=attempt.world.redact(call)", "params=dict(call.params)"),
        ("tests/e2e/test_secrets.py",),
    ),
    Listed(
        "The bodies that a call finds and leaves are not kept with its intent",
        mutant(_GATE, "bodies=attempt.keep_call(state, left) if state else", 'bodies="" if state else'),
        ("faults twice: rules by aim, and the check fails",),
    ),
    Listed(
        "A call that nobody answered is sent again without reading back",
        mutant(
            _SENDING, "settle_open_calls(attempt) if sent.started.number == this]", "() if sent.started.number == this]"
        ),
        ("faults twice: with an undo of its own",),
    ),
    Listed(
        "A call that read back as done is sent again",
        mutant(_SENDING, "if attempt.change.calls[-1].fate is Fate.DONE:", "if False:"),
        ("faults twice: appended, which shows when it is done twice",),
    ),
    Listed(
        "A call of which nobody can say whether it was done is sent again",
        mutant(_SENDING, "if not all(is_known_again(attempt, sent) for sent in unsettled):", "if False:"),
        ("tests/mutants/test_lost_answers.py::test_what_nobody_can_say_the_fate_of_is_sent_once_and_never_by_itself_again",),
    ),
    Listed(
        "A call that is sent again under its token leaves the first one open",
        mutant(_SENDING, "            _settle_the_same(attempt, phase, step)\n", ""),
        ("tests/mutants/test_lost_answers.py::test_what_is_sent_again_under_its_token_settles_the_call_before_it",),
    ),
    Listed(
        "Without a lease it goes forward all the same",
        mutant(_ATTEMPT, "            if not self.going_back:\n                raise\n            if not self.change.unheld:",
               "            if not self.change.unheld:"),
        ("leases: with an undo of its own",),
    ),
    Listed(
        "What cannot be recorded is done all the same, going forward",
        mutant(
            _ATTEMPT,
            "if not self.going_back and not isinstance(event, RollbackWanted | OperatorNeeded | Paused):",
            "if False:",
        ),
        ("full disk: compared and set",),
    ),
    Listed(
        "Where the disk is full it cannot go back either",
        mutant(
            _ATTEMPT,
            "if not self.going_back and not isinstance(event, RollbackWanted | OperatorNeeded | Paused):",
            "if True:",
        ),
        ("tests/policy/test_endings.py",),
    ),
)  # fmt: skip
