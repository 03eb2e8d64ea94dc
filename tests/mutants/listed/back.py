"""Going back: what is ours, what is a stranger's, in which order, and the proof."""

from tests.mutants.listed.entry import Listed, mutant

_RESTORE, _MERGE, _MOVES, _VERIFY = "engine/restore.py", "model/merge.py", "model/moves.py", "engine/verify.py"
_CONDUCT, _FOLD, _STEPS = "engine/conduct.py", "model/fold.py", "engine/steps.py"

BACK = (
    Listed(
        "Three-way merge: a value that is neither before nor ours is put back as well",
        mutant(_MERGE, "return Merge(now, (Conflict(path, before, ours, now),))", "return Merge(before)"),
        ("tests/mutants/test_merge.py",),
    ),
    Listed(
        "Three-way merge: a path that none of ours changed goes back too",
        mutant(_MERGE, "    if all(body == before for body in ours):\n        return Merge(now)\n", ""),
        ("tests/mutants/test_merge.py",),
    ),
    Listed(
        "Three-way merge: what is ours stays",
        mutant(_MERGE, "if now == before or now in ours:", "if now == before:"),
        ("tests/mutants/test_merge.py",),
    ),
    Listed(
        "Three-way merge: a map is one, so that a stranger's item beside ours is a conflict",
        mutant(_MERGE, "return _merged_map(before, ours, now, depth, path)", "pass"),
        ("tests/mutants/test_merge.py",),
    ),
    Listed(
        "A wish is reached though a stranger's value stands there",
        mutant(_MERGE, "return not merge.strangers and merge.want == now", "return True"),
        ("tests/mutants/test_merge.py",),
    ),
    Listed(
        "A wish is reached only where nobody has changed anything beside it",
        mutant(_MERGE, "return not merge.strangers and merge.want == now", "return want == now"),
        ("tests/mutants/test_merge.py",),
    ),
    Listed(
        "Restore puts back whatever is there",
        mutant(_RESTORE, "return merged(goal, (before, *ours), ",
               "return merged(goal, (before, (now or {}).get(facet.facet), *ours), "),
        ("strangers: takes its time",),
    ),
    Listed(
        "A resource that was removed and made anew is the same",
        mutant(_RESTORE, "elif _same_life(attempt, ref, before, now):", "elif True:"),
        ("tests/mutants/test_back.py::test_what_was_made_anew_by_a_stranger_is_not_put_back",),
    ),
    Listed(
        "What we made is removed though a stranger has changed it since",
        mutant(_RESTORE, "if not _ours_is(attempt, ref, now):", "if False:"),
        ("tests/simulator/test_strangers.py::test_a_resource_that_a_stranger_changed_after_we_made_it_is_left_alone",),
    ),
    Listed(
        "What a stranger removed is made again",
        mutant(_RESTORE, "        return None in lives\n", "        return True\n"),
        ("tests/mutants/test_back.py::test_what_a_stranger_removed_is_not_made_again",),
    ),
    Listed(
        "Settings go back in the order in which they were changed, the oldest first",
        mutant(_RESTORE, "for ref in dict.fromkeys(facet.ref for facet in reversed(touched)):",
               "for ref in dict.fromkeys(facet.ref for facet in touched):"),
        ("tests/mutants/test_back.py::test_what_was_changed_last_goes_back_first",),
    ),
    Listed(
        "Undo steps run in the order of their steps, the oldest first",
        mutant(_MOVES, "begun = (step for step in reversed(plan.steps)", "begun = (step for step in (plan.steps)"),
        ("tests/mutants/test_back.py::test_the_undo_of_the_newest_step_is_run_first",),
    ),
    Listed(
        "An undo that has run runs again after a crash",
        mutant(_MOVES, "return next((undo for undo in authored if undo.id not in settled), None)",
               "return next((undo for undo in authored if undo.id not in settled - change.undone), None)"),
        ("undisturbed: a person does it and takes it back",),
    ),
    Listed(
        "An undo that failed is tried for ever",
        mutant(_MOVES, "return change.undone | {failed.step for failed in change.undo_failed}", "return change.undone"),
        ("undisturbed: an undo is denied",),
    ),
    Listed(
        "Steps that never began are undone",
        mutant(_MOVES, "if step.id in change.wants and step.id not in change.spared)", "if step.id not in change.spared)"),
        ("tests/mutants/test_back.py::test_only_what_had_begun_is_undone",),
    ),
    Listed(
        "One setting that could not be put back does not matter",
        mutant(_RESTORE, "if attempt.change.left or attempt.change.undo_failed:", "if attempt.change.undo_failed:"),
        ("strangers: takes its time",),
    ),
    Listed(
        "An undo that failed does not matter",
        mutant(_RESTORE, "if attempt.change.left or attempt.change.undo_failed:", "if attempt.change.left:"),
        ("undisturbed: an undo is denied",),
    ),
    Listed(
        "The way back is not proven by reading again",
        mutant(_MOVES, "    if not change.proven:\n        return Prove()\n", ""),
        ("undisturbed: an undo is denied",),
    ),
    Listed(
        "What was left and is read as before at once counts as back, however old that reading may be",
        mutant(_RESTORE, "facet for facet in known if attempt.horizon.left([facet]) <= 0", "facet for facet in known"),
        ("stale reads: going back is denied",),
    ),
    Listed(
        "What a call may have left that nobody foretold is called a stranger's",
        mutant(_RESTORE, "        if attempt.unsaid(facet):\n            unsaid +=", "        if False:\n            unsaid +="),
        ("tests/engine/test_what_is_read.py",),
    ),
    Listed(
        "A write on the way back that had to wait is not decided anew",
        mutant("engine/gate.py", "for ref in attempt.decided.keys() & seen.keys():", "for ref in ():"),
        ("tests/policy/test_compared_again.py",),
    ),
    Listed(
        "The proof believes whatever it reads",
        mutant(_RESTORE, "    for facet in wrong:\n", "    wrong = []\n    for facet in wrong:\n"),
        ("tests/mutants/test_back.py::test_as_before_is_said_of_what_is_read_then",),
    ),
    Listed(
        "The proof reads once",
        mutant(_RESTORE, "is_right, times=2)", "is_right)"),
        ("tests/mutants/test_back.py::test_as_before_is_said_of_what_was_read_twice",),
    ),
    Listed(
        "What is put back of a setting that is in part a stranger's is believed and not read",
        mutant(_RESTORE, "if facet not in known or facet in shared)", "if facet not in known)"),
        ("tests/policy/test_what_is_left.py::test_that_the_rest_is_back_is_read_and_not_believed",),
    ),
    Listed(
        "What the way back has just made is taken for a stranger's",
        mutant(_RESTORE, "    if ours and ours[-1] is not None and INCARNATION not in ours[-1]:\n        return True\n", ""),
        ("tests/simulator/test_strangers.py::test_what_the_way_back_made_anew_when_it_was_killed_is_ours",),
    ),
    Listed(
        "Between two writes of the way back nobody looks whether it is still the same resource",
        mutant("engine/bringing.py", "for n in (*want, INCARNATION) if n not in unsaid", "for n in want if n not in unsaid"),
        ("tests/simulator/test_strangers.py::test_at_any_instant_what_a_stranger_makes_anew_is_another_and_not_written_to",),
    ),
    Listed(
        "A stranger's part counts as restored",
        mutant(_RESTORE, "[facet for facet in ours if facet not in strangers]", "ours"),
        ("tests/policy/test_what_is_left.py::test_the_rest_is_put_back_and_what_every_step_made_is_told",),
    ),
    Listed(
        "A refused write counts as restored",
        mutant(_RESTORE, "_leave_all(attempt, facets, why.sentence, {ref: now}, stranger=False)", "pass"),
        ("tests/mutants/test_back.py::test_a_refused_write_on_the_way_back_needs_a_person",),
    ),
    Listed(
        "Calls of unknown fate are not settled before restoring",
        mutant(_RESTORE, "sent for sent in settle_open_calls(attempt)}", "sent for sent in ()}"),
        ("stale reads: compared and set, and the check fails",),
    ),
    Listed(
        "What a call made that AWS knows by its token is not asked for on the way back",
        mutant(_RESTORE, "    if is_known_again(attempt, sent):\n", "    if False:\n"),
        ("tests/mutants/test_lost_answers.py::test_what_was_made_under_a_token_and_never_answered_is_found_and_removed_on_the_way_back",),
    ),
    Listed(
        "A call of which nobody can say whether it was done is no reason for a person",
        mutant(_RESTORE, "    if not step.undo:\n        attempt.record(e.UndoFailed(step.id, why))\n", ""),
        ("tests/mutants/test_lost_answers.py::test_what_nobody_can_say_the_fate_of_and_nothing_undoes_needs_a_person",),
    ),
    Listed(
        "Calls of unknown fate are not settled before an undo",
        mutant(_CONDUCT, "        settle_open_calls(attempt)\n        undo()\n", "        undo()\n"),
        ("rolled back by hand: with an undo of its own",),
    ),
    Listed(
        "After a second wish to go back, nothing is restored again",
        mutant(_FOLD, "                restore_done=False,\n", ""),
        ("tests/simulator/test_strangers.py::test_what_needed_an_operator_goes_back_when_the_stranger_has_gone",),
    ),
    Listed(
        "Applied is said without reading production again",
        mutant(_MOVES, "return Close(Outcome.APPLIED) if change.verified else Verify()", "return Close(Outcome.APPLIED)"),
        ("rolled back by hand: with an undo of its own",),
    ),
    Listed(
        "Verify believes whatever it reads",
        mutant(_VERIFY, "    if wrong:\n        names", "    if not touched:\n        names"),
        ("tests/mutants/test_forward.py::test_applied_is_said_of_what_is_read_then",),
    ),
    Listed(
        "Verify counts a stranger's paths",
        mutant(_VERIFY, "return is_reached(body_of(expected, facet), body_of(before, facet), body_of(now, facet), grain)",
               "return body_of(expected, facet) == body_of(now, facet)"),
        ("tests/mutants/test_forward.py::test_what_a_stranger_has_beside_ours_is_not_ours_to_verify",),
    ),
)  # fmt: skip
