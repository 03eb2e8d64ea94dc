"""What goes on at AWS is waited for within a time, watched and told of; when that is over, nobody claims to know."""

from dataclasses import replace
from datetime import timedelta

from changectl.model import events as e
from changectl.model.change import Outcome
from changectl.model.plan import Auto, BackOut
from tests.engine.scenarios import BOXES, plan
from tests.engine.toy import ToyAws
from tests.policy.stage import LABELS, LID, Stage, watched

SLOW = replace(LID, within=timedelta(minutes=2))
SENT = ("StepStarted lid",)


def moving_until(stage: Stage, seconds: float) -> None:
    """From the first call on."""
    stage.moving = lambda: bool(stage.aws.sent) and stage.seconds < seconds


def test_it_waits_until_it_is_over_and_says_how_long_it_may_still_take() -> None:
    stage = Stage()
    moving_until(stage, 100)
    assert stage.conducted(plan(SLOW)).outcome is Outcome.APPLIED
    assert "box/a: still changing, 0s of 2m" in stage.told
    assert any(said.startswith("box/a: still changing, 1m") for said in stage.told)


def test_when_the_time_is_over_it_is_not_failed_but_asked_about() -> None:
    stage = Stage("try again")
    moving_until(stage, 200)
    assert stage.conducted(plan(SLOW, LABELS)).outcome is Outcome.APPLIED
    assert stage.story()[:4] == [*SENT, "Paused moving", "TakenUp", "StepDone lid"]
    assert "it goes on at AWS, and nobody can say yet what comes of it" in stage.heard[0]


def test_with_nobody_there_it_comes_to_rest_before_anything_is_written_back() -> None:
    stage = Stage()
    moving_until(stage, 200)
    wrote = list[float]()
    stage.at_send = {1: lambda: wrote.append(stage.seconds)}
    assert stage.conducted(plan(SLOW)).outcome is Outcome.ROLLED_BACK
    assert stage.story() == [
        *(*SENT, "Paused moving", "RollbackWanted", "FacetRestored", "RestoreProven", "Closed rolled-back")
    ]
    assert wrote
    assert wrote[0] >= 200
    assert stage.aws.state() == ToyAws(BOXES).state()


def test_what_never_comes_to_rest_needs_an_operator_and_is_not_written_to() -> None:
    stage = Stage()
    moving_until(stage, 10_000)
    stage.conducted(plan(SLOW))
    assert stage.story() == [*SENT, "Paused moving", "RollbackWanted", "Paused moving", "OperatorNeeded moving"]
    assert stage.aws.sent == ["PutLid"]
    assert stage.seconds < 10 * 60

    stage.moving = lambda: False
    assert stage.resumed(plan(SLOW)).outcome is Outcome.ROLLED_BACK


def test_it_does_not_go_back_by_itself_where_the_plan_says_so() -> None:
    stage = Stage()
    moving_until(stage, 10_000)
    stage.conducted(plan(SLOW, back_out=BackOut(Auto.FALSE)))
    assert stage.story() == [*SENT, "Paused moving", "OperatorNeeded"]


def test_what_is_watched_is_watched_while_it_is_waited_for() -> None:
    stage = Stage()
    moving_until(stage, 100)
    stage.at_wait = lambda: stage.red.add("up") if stage.seconds > 50 else None
    assert stage.conducted(plan(SLOW, test=watched("up"))).outcome is Outcome.ROLLED_BACK
    failed = stage.last(e.CheckFailed)
    assert failed == e.CheckFailed("during", 0, "up", "up is False")
    assert "StepDone lid" not in stage.story()
