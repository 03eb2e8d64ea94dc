"""What is believed of what was read: how old it may be, and what became of a call that nobody answered."""

from tests.mutants.listed.entry import Listed, mutant

_FATE, _ATTEMPT, _EVIDENCE, _ADOPTION = (
    "engine/fate.py",
    "engine/attempt.py",
    "engine/evidence.py",
    "engine/adoption.py",
)
_HORIZON = "engine/horizon.py"
_CLASSES, _REST, _BRINGING, _KNOWLEDGE = (
    "engine/classes.py",
    "engine/rest.py",
    "engine/bringing.py",
    "engine/knowledge.py",
)

READING = (
    Listed(
        "An absence is believed before the settle horizon has passed",
        mutant(_HORIZON, "self._called.get(ref, -math.inf) + seconds * scale - now", "0.0 * (seconds + scale - now)"),
        ("crashes: a bell that its check hears",),
    ),
    Listed(
        "After a crash the horizon counts as passed",
        mutant(_HORIZON, "at = world.clock.monotonic() - _age(change, world.clock.now())", "at = world.clock.monotonic() - 3600"),
        ("crashes: a bell that its check hears",),
    ),
    Listed(
        "The horizon counts from the beginning of the process, not from the last call",
        mutant(_HORIZON, "self._called |= dict.fromkeys(refs, self._world.clock.monotonic())", "pass"),
        ("stale reads: one setting there, back and there",),
    ),
    Listed(
        "One reading is as good as two in a row",
        mutant(_ATTEMPT, "for _ in range(times):", "for _ in range(1):"),
        ("tests/mutants/test_gate.py::test_what_must_be_seen_twice_is_seen_twice_in_a_row",),
    ),
    Listed(
        "Every service has the horizon of the quickest",
        mutant(_CLASSES, "return max((_settle(kinds", "return min((_settle(kinds"),
        ("tests/mutants/test_gate.py::test_each_service_has_its_own_horizon_and_the_longest_of_several_counts",),
    ),
    Listed(
        "A kind's own horizon is not asked for",
        mutant(_CLASSES, "return kind.settle if facet in (EXISTENCE, INCARNATION) else kind.facet(facet).settle or kind.settle",
               "return int(HORIZON)"),
        ("tests/mutants/test_gate.py::test_each_service_has_its_own_horizon_and_the_longest_of_several_counts",),
    ),
    Listed(
        "What was read a while ago is now",
        mutant(_ATTEMPT, "        self.glance.clear()\n", "        pass\n"),
        ("tests/mutants/test_gate.py::test_what_was_read_before_time_passed_is_read_again",),
    ),
    Listed(
        "An effect that may have been there before the call proves that the call was done",
        mutant(_FATE, "new = bool(leaves) and not _may_have_been(attempt, sent, leaves)", "new = bool(leaves)"),
        ("stale reads: one setting there, back and there",),
    ),
    Listed(
        "Only what was before the first call counts as what was before: not what other calls left",
        mutant(_FATE, "states = [attempt.before(), attempt.found(sent), *others]",
               "states = [attempt.before()]"),
        ("tests/mutants/test_lost_answers.py::test_a_value_that_an_earlier_call_left_proves_nothing_of_a_later_one",),
    ),
    Listed(
        "What shows nothing of a call counts as done",
        mutant(_FATE, "if leaves and _went(attempt, found, leaves, now, facets):", "if leaves:"),
        ("faults and stale reads: rules by calls, and the check fails",),
    ),
    Listed(
        "What shows a call counts as failed",
        mutant(_FATE, "if leaves and _went(attempt, found, leaves, now, facets):", "if False:"),
        ("crashes: a bell that its check hears",),
    ),
    Listed(
        "A stranger beside what a call found is taken for it having had no effect",
        mutant(_FATE, "elif found and (_went(attempt, leaves, found, now, facets) if leaves else _is(found, now, facets)):",
               "elif found:"),
        ("tests/mutants/test_lost_answers.py::test_a_call_that_had_its_effect_is_never_said_to_have_failed_because_a_stranger_came",),
    ),
    Listed(
        "A check's no is believed before the call would have arrived",
        mutant(_EVIDENCE, "    attempt.until(\n        sent.started.facets, look,", "    look() or str(\n        "),
        ("crashes: a bell that its check hears",),
    ),
    Listed(
        "A check that cannot be asked says that the call was not done",
        mutant(_EVIDENCE, "case Verdict.FAILED:", "case Verdict.FAILED | Verdict.ERROR:"),
        ("tests/mutants/test_lost_answers.py::test_what_nobody_can_say_the_fate_of_is_sent_once_and_never_by_itself_again",),
    ),
    Listed(
        "Every call is known again by AWS",
        mutant(_EVIDENCE, "return attempt.world.token(call) in call.params", "return True"),
        ("crashes: a bell that its check hears",),
    ),
    Listed(
        "No call is known again by AWS",
        mutant(_EVIDENCE, "return attempt.world.token(call) in call.params", "return False"),
        ("crashes: made with a token",),
    ),
    Listed(
        "What a lost answer would have named is not looked for until the horizon",
        mutant(_ADOPTION, "    attempt.until(unknown, look, ", "    look() or str("),
        ("rolled back by hand: made without a token",),
    ),
    Listed(
        "Of several that the call may have made the first is taken for ours",
        mutant(_ADOPTION, "if len(found) == 1:", "if found:"),
        ("tests/mutants/test_lost_answers.py::test_of_several_that_a_lost_answer_may_have_named_none_is_taken_for_ours",),
    ),
    Listed(
        "One that was found after a lost answer is not taken for ours",
        mutant(_ADOPTION, "if len(found) == 1:", "if False:"),
        ("rolled back by hand: made without a token",),
    ),
    Listed(
        "A change that is still under way is not waited for",
        mutant(_REST, "while settling(ground.kinds, ref, ground.eyes):", "while False:"),
        ("tests/policy/test_rest.py",),
    ),
    Listed(
        "What an earlier process has set going is not waited for before going back",
        mutant(_REST, "    for ref in dict.fromkeys(facet.ref for one in sent for facet in one.started.facets):\n"
               "        at_rest(attempt, ref)\n", "    _ = sent\n"),
        ("tests/policy/test_rest.py",),
    ),
    Listed(
        "A resource is never said to move for too long",
        mutant(_REST, "if not patience.left:", "if False:"),
        ("tests/policy/test_rest.py",),
    ),
    Listed(
        "Where AWS compares, a refusal means no stranger",
        mutant(_BRINGING, "if (guard := _guard(attempt, ref)) is not None and refused.code in guard.lost:", "if False:"),
        ("tests/mutants/test_back.py::test_whoever_was_quicker_where_aws_compares_is_called_a_stranger",),
    ),
    Listed(
        "What a call can have left that may have worked is not ours",
        mutant(_KNOWLEDGE, "for sent in self.change.calls if sent.may_have_worked]\n        pairs += ",
               "for sent in self.change.calls if sent.fate is Fate.DONE]\n        pairs += "),
        ("tests/mutants/test_gate.py::test_what_a_call_may_have_left_that_nobody_answered_is_ours",),
    ),
    Listed(
        "What a call found beside what it changed is ours too",
        mutant(_KNOWLEDGE, "carried(body_of(found, facet), body_of(left, facet), before, grain)", "body_of(left, facet)"),
        ("tests/mutants/test_gate.py::test_what_a_call_found_beside_what_it_changed_is_not_ours",),
    ),
    Listed(
        "A setting that was first read after the first call was not there before",
        mutant(_KNOWLEDGE, "(self.change, {**late, **made, **taken})", "(self.change, {**made, **taken})"),
        ("tests/mutants/test_back.py::test_what_was_read_too_late_for_the_snapshot_goes_back_to_as_it_was_found",),
    ),
)  # fmt: skip
