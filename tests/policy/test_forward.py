"""Going forward where a change needs an operator: what failed is tried again or counts as done; never from half a way back."""

from dataclasses import replace
from typing import Any

import pytest

from changectl.engine.forward import agreed_by, may_agree, may_go_forward, wish_of
from changectl.errors import GateRefused, WrongUsage
from changectl.model import events as e
from changectl.model.change import Fate, Outcome
from changectl.model.exits import may_resume, why_not_forward, wish_digest
from changectl.model.plan import Auto, BackOut, Plan
from changectl.views.ending import ending
from tests.engine.scenarios import plan, step
from tests.engine.toy import ToyAws
from tests.policy.stage import DONE, LABELS, LID, Stage, watched

STAY = BackOut(Auto.FALSE)
WISH = e.ForwardWanted("the vendor says it is fine", "Ana <ana@example.com>")


def stuck(stage: Stage, wanted: Plan) -> None:
    change = stage.conducted(wanted)
    assert change.operator is not None
    assert why_not_forward(change) == ""


def forward(stage: Stage, wanted: Plan, **how: Any) -> Outcome | None:
    stage.record(e.WentForward(WISH.why, WISH.by, **how))
    return stage.conducted(wanted).outcome


def test_a_failed_step_is_tried_again_and_the_change_goes_on() -> None:
    stage, wanted = Stage(), plan(LID, LABELS, back_out=STAY)
    stage.aws.denied.add("AddLabels")
    stuck(stage, wanted)
    stage.aws.denied.clear()
    assert forward(stage, wanted) is Outcome.APPLIED
    assert stage.aws.state() == ToyAws(DONE).state()
    assert "StepDone labels" in stage.story()


def test_a_failed_check_is_asked_again_and_may_fail_again() -> None:
    stage, wanted = Stage(), plan(LID, checks=("up",), back_out=STAY)
    stage.red.add("up")
    stuck(stage, wanted)
    assert forward(stage, wanted) is None
    assert stage.story()[-2:] == ["CheckFailed after up", "OperatorNeeded"]


def test_a_failed_check_may_count_as_passed() -> None:
    stage, wanted = Stage(), plan(LID, checks=("up",), back_out=STAY)
    stage.red.add("up")
    stuck(stage, wanted)
    assert forward(stage, wanted, accept=True) is Outcome.APPLIED
    assert stage.story()[-3:] == ["WentForward", "Soaked", "Closed applied"]


def test_a_step_that_failed_may_count_as_done_and_nobody_is_asked_again() -> None:
    stage, wanted = Stage("it failed"), plan(step("odd", "open north"), back_out=STAY)
    stuck(stage, wanted)
    assert forward(stage, wanted, accept=True) is Outcome.APPLIED
    assert len(stage.heard) == 1


def test_a_call_that_nobody_can_read_back_may_count_as_done_and_is_not_sent_again() -> None:
    stage = Stage()
    stage.begin(plan(LID))
    call = e.CallStarted(0, "forward", "lid", "toy", "PutLid", "here", {})
    stage.journal += [e.LocksHeld(()), e.Confirmed(), e.StepStarted("lid"), call, e.CallUnknown(0, "timed out")]
    stage.journal += [e.OperatorNeeded("nobody can say", ()), e.WentForward("", "", accept=True)]
    change = stage.change()
    assert [sent.fate for sent in change.calls] == [Fate.DONE]
    assert change.left_by == {"lid": ""}


def test_what_was_not_done_before_is_undone_once_it_was_done_after_all() -> None:
    wanted = plan(step("valve", "open north", step("undo", "close north")), LABELS, back_out=STAY)
    stage = Stage("not done")
    stuck(stage, wanted)
    stage.said = ["done"]
    stage.aws.denied.add("AddLabels")
    assert forward(stage, wanted) is None
    stage.said = ["done"]
    stage.record(e.RollbackWanted("asked for", "ana"))
    stage.conducted(wanted)
    assert "UndoDone undo" in stage.story()


def test_the_last_reading_is_never_accepted() -> None:
    stage = Stage()
    stage.begin(plan(LID, back_out=STAY))
    stage.journal += [
        *(e.LocksHeld(()), e.Confirmed(), e.StepStarted("lid"), e.StepDone("lid"), e.Soaked(30)),
        *(e.VerifyFailed("lid is not as intended"), e.OperatorNeeded("no", ()), e.WentForward("", "", accept=True)),
    ]
    assert (stage.change().verified, stage.change().failure) == (False, "")


def test_nothing_goes_forward_from_half_a_way_back() -> None:
    stage, wanted = Stage(), plan(LID, LABELS)
    stage.aws.denied.add("AddLabels")
    stage.at_send = {1: lambda: stage.aws.denied.add("PutLid")}
    change = stage.conducted(wanted)
    assert change.operator is not None
    with pytest.raises(GateRefused, match="its way back has begun") as refused:
        may_go_forward("c", change)
    assert refused.value.hint == "changectl rollback c, then: changectl apply c"
    assert not any("--forward" in words for words in ending("c", change).next)


def test_every_way_out_is_listed() -> None:
    stage, wanted = Stage(), plan(LID, checks=("up",), back_out=STAY)
    stage.red.add("up")
    stuck(stage, wanted)
    assert ending("c", stage.change()).next == (
        "changectl show c",
        "changectl rollback c",
        'changectl apply --resume c --forward --why "…"',
        'changectl close c --accept --why "…"',
    )


def test_what_may_pass_by_itself_is_resumed_first() -> None:
    stage, wanted = Stage(), plan(LID, back_out=BackOut(Auto.ASK))
    stage.aws.denied.add("PutLid")
    change = stage.conducted(wanted)
    assert stage.story()[-1] == "OperatorNeeded person"
    assert may_resume(change)
    assert ending("c", change).next[1] == "changectl apply --resume c"


def agreed(wish: str, who: str) -> e.ForwardApproved:
    return e.ForwardApproved(wish, who)


def test_somebody_else_agrees_to_exactly_this_wish_where_it_stands_now() -> None:
    stage, wanted = Stage(), plan(LID, checks=("up",), back_out=STAY)
    stage.red.add("up")
    stuck(stage, wanted)
    change = stage.change()
    digest = wish_digest(change, WISH)
    ben, ana = "Ben <ben@example.com>", "A. <ANA@example.com>"
    assert agreed_by(change, WISH, [agreed(digest, ben), agreed(digest, ana), agreed("other", "Eve <e@x>")]) == (ben,)
    other = replace(WISH, accept=True)
    assert agreed_by(change, other, [agreed(digest, ben)]) == ()
    assert change.operator is not None
    moved = replace(change, operator=replace(change.operator, why="worse"))
    assert agreed_by(moved, WISH, [agreed(digest, ben)]) == ()


def test_nobody_agrees_with_themselves_but_a_team_of_one_with_a_reason() -> None:
    with pytest.raises(GateRefused, match="alone"):
        may_agree(WISH, "ana@example.com", team_of_one=False, self_why="why not")
    with pytest.raises(GateRefused, match="needs a reason"):
        may_agree(WISH, "ana@example.com", team_of_one=True, self_why=" ")
    assert may_agree(WISH, "ana@example.com", team_of_one=True, self_why="I am alone")
    assert not may_agree(WISH, "ben@example.com", team_of_one=False, self_why="")


def test_a_wish_has_a_reason_or_was_wished_before() -> None:
    with pytest.raises(WrongUsage):
        wish_of(Stage().change(), "ana", " ", accept=False)
    before = replace(Stage().change(), forward=WISH)
    assert wish_of(before, "ana", "", accept=False) == WISH


def test_a_watched_check_that_counts_as_passed_is_excused_until_it_passes() -> None:
    stage, wanted = Stage(), plan(LID, LABELS, test=watched("up"), back_out=STAY)
    stage.at_send = {0: lambda: stage.red.add("up")}
    stuck(stage, wanted)
    assert forward(stage, wanted, accept=True) is Outcome.APPLIED
