"""What says nothing about production fails no step: the change pauses, and goes on once the reason has passed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from changectl.errors import ChangectlError, LeaseOver, NeverSent, NotSignedIn, TakenOver, Unreachable
from changectl.model import events as e
from changectl.model.change import Outcome
from changectl.model.plan import Auto, BackOut
from tests.engine.model_world import Put
from tests.engine.scenarios import BOXES, box, plan, step
from tests.engine.toy import ToyAws
from tests.policy.stage import DONE, LABELS, LID, Stage, first, watched

PLAN = plan(LID, LABELS)
BOTH = ["StepStarted lid", "StepDone lid", "StepStarted labels"]


def signed_out() -> ChangectlError:
    return NotSignedIn("the AWS sign-in in profile p has expired", "aws sso login --profile p")


def offline() -> ChangectlError:
    return Unreachable("toy.GetBox was not sent: no route", "check the network and the endpoint")


def never_sent() -> ChangectlError:
    return NeverSent("toy.AddLabels was not sent: no route", code="EndpointConnectionError", again=True)


def lease_over() -> ChangectlError:
    return LeaseOver("the locks end in 20 s, and the remote cannot be reached")


def taken_over() -> ChangectlError:
    return TakenOver("ben has taken it over: ana's laptop died")


def in_labels(stage: Stage, why: Callable[[], ChangectlError]) -> Callable[[], ChangectlError | None]:
    """For ever, from the second step on."""
    return lambda: why() if any(isinstance(x, e.StepStarted) and x.step == "labels" for x in stage.journal) else None


def whole(boxes: object) -> object:
    return ToyAws(boxes).state()  # type: ignore[arg-type]


def test_signed_out_with_nobody_there_stops_and_goes_on_without_a_person_when_signed_in() -> None:
    stage = Stage()
    stage.send_fails = {2: signed_out()}
    change = stage.conducted(PLAN)
    assert stage.story() == [*BOTH, "Paused signed-out", "OperatorNeeded signed-out"]
    assert change.operator is not None
    assert "aws sso login --profile p" in change.operator.why
    assert stage.locked

    assert stage.resumed(PLAN).outcome is Outcome.APPLIED
    assert stage.aws.state() == whole(DONE)
    assert stage.heard == [
        "the AWS sign-in in profile p has expired (aws sso login --profile p) [try again, go back, stop here]"
    ]


def test_somebody_at_the_terminal_signs_in_and_tries_again() -> None:
    stage = Stage("try again")
    stage.send_fails = {2: signed_out()}
    assert stage.conducted(PLAN).outcome is Outcome.APPLIED
    assert stage.story() == [*BOTH, "Paused signed-out", "TakenUp", "StepDone labels", "Soaked", "Closed applied"]


def test_somebody_at_the_terminal_goes_back_instead() -> None:
    stage = Stage("go back")
    stage.send_fails = {2: signed_out()}
    assert stage.conducted(PLAN).outcome is Outcome.ROLLED_BACK
    assert stage.aws.state() == whole(BOXES)


@pytest.mark.parametrize("failures", [1, 3])
def test_a_blip_of_the_network_is_waited_for(failures: int) -> None:
    stage = Stage()
    stage.begin(PLAN)
    stage.reads_fail = first(failures, offline)
    assert stage.conducted(PLAN).outcome is Outcome.APPLIED
    assert "Paused unreachable" not in stage.story()


@pytest.mark.parametrize("fault", [offline, never_sent])
def test_a_network_that_stays_away_stops_the_change_and_it_goes_on_when_it_is_back(
    fault: Callable[[], ChangectlError],
) -> None:
    stage = Stage()
    if fault is offline:
        stage.reads_fail = in_labels(stage, fault)
    else:
        stage.send_fails = {n: fault() for n in range(2, 100)}
    stage.conducted(PLAN)
    assert stage.story()[-2:] == ["Paused unreachable", "OperatorNeeded unreachable"]
    assert not [name for name in stage.story() if name.startswith("StepFailed")]

    stage.reads_fail, stage.send_fails = (lambda: None), {}
    assert stage.resumed(PLAN).outcome is Outcome.APPLIED


def test_before_anything_was_begun_it_is_refused() -> None:
    stage = Stage()
    stage.begin(PLAN)
    stage.reads_fail = signed_out
    change = stage.conducted(PLAN)
    assert change.outcome is Outcome.REFUSED
    assert not stage.heard


def test_where_the_lease_is_over_and_nobody_is_there_it_goes_back_and_says_once_that_it_holds_nothing() -> None:
    stage = Stage()
    stage.hold_fails = in_labels(stage, lease_over)
    change = stage.conducted(PLAN)
    assert stage.story() == [
        *(*BOTH, "Paused lease", "RollbackWanted", "LeaseLost", "FacetRestored", "RestoreProven", "Closed rolled-back")
    ]
    assert change.unheld.startswith("the locks end in 20 s")
    assert stage.aws.state() == whole(BOXES)


@pytest.mark.parametrize("auto", [Auto.ASK, Auto.FALSE])
def test_it_does_not_go_back_by_itself_where_the_plan_does_not_want_that(auto: Auto) -> None:
    stage, wanted = Stage(), plan(LID, LABELS, back_out=BackOut(auto))
    stage.hold_fails = in_labels(stage, lease_over)
    stage.conducted(wanted)
    assert stage.story()[-2:] == ["Paused lease", "OperatorNeeded person" if auto is Auto.ASK else "OperatorNeeded"]


def test_what_somebody_else_took_over_sends_nothing_more_either_way() -> None:
    stage = Stage()
    stage.hold_fails = in_labels(stage, taken_over)
    change = stage.conducted(PLAN)
    assert stage.story() == [*BOTH, "OperatorNeeded taken-over"]
    assert change.operator is not None
    assert change.operator.why.startswith("ben has taken it over")

    stage.record(e.RollbackWanted("asked for", "ana"))
    before = list(stage.aws.sent)
    stage.conducted(PLAN)
    assert stage.story()[-1] == "OperatorNeeded taken-over"
    assert stage.aws.sent == before


def test_going_back_signed_out_needs_an_operator_and_says_what_to_type() -> None:
    stage = Stage()
    stage.red.add("up")
    wanted = plan(LID, LABELS, checks=("up",))
    stage.send_fails = {n: signed_out() for n in range(4, 100)}
    change = stage.conducted(wanted)
    assert stage.story()[-3:] == ["RollbackWanted", "Paused signed-out", "OperatorNeeded signed-out"]
    assert change.operator is not None
    assert "aws sso login --profile p" in change.operator.why

    stage.send_fails = {}
    assert stage.resumed(wanted).outcome is Outcome.ROLLED_BACK
    assert stage.aws.state() == whole(BOXES)


def test_a_check_that_turns_red_while_somebody_thinks_sends_it_back() -> None:
    stage = Stage("never asked for")
    stage.send_fails = {2: signed_out()}
    stage.at_ask = lambda: stage.red.add("fast")
    assert stage.conducted(plan(LID, LABELS, test=watched("fast"))).outcome is Outcome.ROLLED_BACK
    assert stage.said == ["never asked for"]


def test_an_undo_that_found_nobody_signed_in_has_not_failed() -> None:
    stage = Stage()
    stage.red.add("up")
    wanted = plan(replace(LID, undo=(step("undo", Put(box("a"), "lid", "shut")),)), checks=("up",))
    stage.send_fails = {2: signed_out()}
    stage.conducted(wanted)
    assert stage.story()[-3:] == ["StepStarted undo", "Paused signed-out", "OperatorNeeded signed-out"]
    assert stage.resumed(wanted).outcome is Outcome.ROLLED_BACK
    assert "UndoDone undo" in stage.story()
