"""Going forward: what comes before the first call, how a step is taken up again, and what turns a change round."""

from tests.mutants.listed.entry import Listed, mutant

_MOVES, _VERIFY, _CONDUCT, _STEPS = "model/moves.py", "engine/verify.py", "engine/conduct.py", "engine/steps.py"
_FOLD, _DURABLE, _CHANGE = "model/fold.py", "model/durable.py", "model/change.py"

FORWARD = (
    Listed(
        "Calls go out before begin and locks are on the remote",
        mutant(_MOVES, "    if not change.locked:\n        return TakeLocks()\n", ""),
        ("full disk: compared and set",),
    ),
    Listed(
        "Somebody else's lock is taken for ours",
        mutant(_CONDUCT, "attempt.record(e.Closed(Outcome.REFUSED.value, why.sentence, because))\n    else:",
               "attempt.record(e.LocksHeld(()))\n    else:"),
        ("pushes that fail: with an undo of its own",),
    ),
    Listed(
        "Production is not read again under the locks",
        mutant(_MOVES, "    if not change.confirmed:\n        return Confirm()\n", ""),
        ("tests/simulator/test_strangers.py::test_before_the_first_call_a_stranger_makes_us_refuse_and_leave_everything",),
    ),
    Listed(
        "What moved between snapshot and lock is no reason to refuse",
        mutant(_VERIFY, "    if moved:\n", "    if moved and not before:\n"),
        ("tests/simulator/test_strangers.py::test_before_the_first_call_a_stranger_makes_us_refuse_and_leave_everything",),
    ),
    Listed(
        "Removed and made anew between snapshot and lock is the same",
        mutant(_VERIFY, "    moved |= {", "    _ = {"),
        ("tests/mutants/test_forward.py::test_what_was_made_anew_between_snapshot_and_lock_has_moved",),
    ),
    Listed(
        "An approval that was taken back under the locks does not matter",
        mutant(_VERIFY, "        attempt.world.still()\n", "        pass\n"),
        ("tests/approvals/test_races.py::test_nothing_is_sent_where_it_happens_between_the_check_and_the_lock",),
    ),
    Listed(
        "After days in which nothing was begun, what was confirmed then is not asked again",
        mutant(_CONDUCT, "_looked_at_again(past) if past.wants else _afresh(past)", "_looked_at_again(past)"),
        ("tests/policy/test_checks.py",),
    ),
    Listed(
        "An attempt that is gone on with says applied by what it read before",
        mutant(_CONDUCT, "return past if past.closed else replace(past, verified=False)", "return past"),
        ("tests/mutants/test_forward.py::test_who_goes_on_with_an_attempt_reads_again_before_it_says_applied",),
    ),
    Listed(
        "Checks before the first step are not asked",
        mutant(_MOVES, "    if not change.wants and (check := _first_beforehand(plan, change)):\n        return check\n", ""),
        ("reads that fail: red before the first step",),
    ),
    Listed(
        "A red check before the first step goes on",
        mutant(_MOVES, '        return Close(Outcome.REFUSED, change.failure, "test-before")\n', "        pass\n"),
        ("reads that fail: red before the first step",),
    ),
    Listed(
        "A check after the last step is not asked",
        mutant(_MOVES, '    if check := _first_open("after", plan.test.after, change):\n        return check\n', ""),
        ("undisturbed: made with a token, and the check fails",),
    ),
    Listed(
        "A failed check does not turn the change round",
        mutant(_MOVES, "    if change.failure and change.wants:\n        return going_back(plan, change, change.failure)\n"
               "    if change.failure:", "    if change.failure and not change.wants:"),
        ("undisturbed: made with a token, and the check fails",),
    ),
    Listed(
        "It goes back by itself though the plan says not to",
        mutant(_MOVES, "if plan.back_out.auto is Auto.FALSE:", "if False:"),
        ("undisturbed: it is not to go back by itself",),
    ),
    Listed(
        "It does not ask whether to go back where the plan says so",
        mutant(_MOVES, "if plan.back_out.auto is Auto.ASK or asks:", "if asks:"),
        ("tests/model/test_moves.py",),
    ),
    Listed(
        "The soak is left out",
        mutant(_MOVES, "if plan.test.soak and not change.soaked:", "if False:"),
        ("tests/model/test_moves.py",),
    ),
    Listed(
        "The checks beside a soak are not asked",
        mutant("engine/checks.py", "if attempt.change.rollback or not attempt.change.wants:", "if True:"),
        ("undisturbed: red while it runs",),
    ),
    Listed(
        "A step that was interrupted aims anew, at half-changed production",
        mutant(_STEPS, "    if want:\n        kept", "    if False:\n        kept"),
        ("tests/mutants/test_forward.py::test_a_step_that_was_interrupted_goes_on_to_what_it_aimed_at",),
    ),
    Listed(
        "An interrupted step is taken up without asking what its calls have done",
        mutant(_STEPS, "    for sent in settle_open_calls(attempt):\n        if not", "    for sent in ():\n        if not"),
        ("crashes: appended, which shows when it is done twice",),
    ),
    Listed(
        "A call of which nobody can say whether it was done is sent again after a crash",
        mutant(_STEPS, "            raise OperatorFault(_nobody_can_say(sent, step))\n", "            pass\n"),
        ("crashes: a bell that nobody hears",),
    ),
    Listed(
        "A call that is done is sent again after a crash",
        mutant(_STEPS, "if not any(sent.fate is Fate.DONE for sent in earlier):", "if True:"),
        ("crashes: appended, which shows when it is done twice",),
    ),
    Listed(
        "The token is another one in each process",
        mutant(_STEPS, "{attempt.change.attempt}/{step.id}", "{attempt.world.clock.monotonic()}/{step.id}"),
        ("faults: made with a token",),
    ),
    Listed(
        "Every step has the same token",
        mutant(_STEPS, "{attempt.plan.id}/{attempt.change.attempt}/{step.id}", "{attempt.plan.id}/{attempt.change.attempt}"),
        ("tests/mutants/test_lost_answers.py::test_each_step_has_a_token_of_its_own",),
    ),
    Listed(
        "What AWS accepted and did not do counts as done",
        mutant(_STEPS, "        if missed:\n", "        if False:\n"),
        ("tests/mutants/test_forward.py::test_what_aws_accepted_and_did_not_do_is_no_step_done",),
    ),
    Listed(
        "A person's stop is not heard while it waits",
        mutant("engine/attempt.py", "        if wanted and not self.change.rollback:\n            raise StopWanted\n", ""),
        ("tests/mutants/test_forward.py::test_a_stop_after_the_first_call_turns_the_change_round",),
    ),
    Listed(
        "After a stop before the first call it goes back, and is not abandoned",
        mutant(_CONDUCT, "    if attempt.change.wants:\n        attempt.record(e.RollbackWanted(\"interrupted",
               "    if True:\n        attempt.record(e.RollbackWanted(\"interrupted"),
        ("tests/mutants/test_forward.py::test_a_stop_before_the_first_call_leaves_everything",),
    ),
    Listed(
        "Whoever was visibly taken over goes on",
        mutant(_CONDUCT, "elif isinstance(why, TakenOver):", "elif False:"),
        ("tests/policy/test_pauses.py",),
    ),
    Listed(
        "The end is not told to the remote",
        mutant(_CONDUCT, "    if attempt.change.published:\n        return\n", "    return\n"),
        ("tests/mutants/test_forward.py::test_an_end_is_told_to_the_remote_and_frees_the_locks",),
    ),
    Listed(
        "An intent may wait for the disk",
        mutant(_DURABLE, "isinstance(event, CallDone | LocksHeld | Published)", "True"),
        ("undisturbed: red while it runs",),
    ),
    Listed(
        "A step without an aim may have acted before its start is on the disk",
        mutant(_DURABLE, "        return bool(event.want)\n", "        return True\n"),
        ("tests/mutants/test_gate.py::test_only_what_can_be_found_out_again_may_be_lost_to_a_power_cut",),
    ),
    Listed(
        "What a person said of a deed may be asked of them twice",
        mutant(_DURABLE, "        return not event.said\n", "        return True\n"),
        ("tests/mutants/test_gate.py::test_only_what_can_be_found_out_again_may_be_lost_to_a_power_cut",),
    ),
    Listed(
        "An unknown call has had no effect",
        mutant(_CHANGE, "return self.fate is not Fate.FAILED", "return self.fate is Fate.DONE"),
        ("tests/mutants/test_gate.py::test_what_is_not_known_to_have_failed_may_have_worked",),
    ),
    Listed(
        "What only an answer named is not touched",
        mutant(_CHANGE, "(*sent.started.facets, *_existence(sent))", "(*sent.started.facets,)"),
        ("crashes: made with a token, and the check fails",),
    ),
    Listed(
        "A later attempt goes on with what an earlier one was",
        mutant(_FOLD, "    if entry.attempt > change.attempt:\n", "    if entry.attempt > change.attempt + 9:\n"),
        ("tests/model/test_fold.py",),
    ),
    Listed(
        "Approvals of a plan count for another one",
        mutant(_FOLD, "approvals=change.approvals if same else ()", "approvals=change.approvals"),
        ("tests/mutants/test_gate.py::test_an_approval_is_of_one_plan",),
    ),
)  # fmt: skip
