"""Checks: a blip is no verdict, what could not be asked is none, and what was red before it began is known again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from changectl.contracts.action import Action, Pause, Until
from changectl.contracts.probe import CannotAsk, HttpAnswer, Judgement, Observation, TooEarly, Verdict
from changectl.engine.world import World
from changectl.errors import CallNotDone
from changectl.model import events as e
from changectl.model.change import Outcome
from changectl.model.plan import BackOut, Check, Plan, Step
from changectl.model.plan import Tests as Phases
from tests.engine.model_world import PROBES
from tests.engine.scenarios import BOXES, plan
from tests.mutants.rules import turned
from tests.policy.stage import LABELS, LID, Stage, watched

THREE_IN_A_ROW = {"tries": 3, "every": timedelta(seconds=1)}
FIRE = "INC-42"


class Eyewitness(Stage):
    """A stage where each look at a check says what `seen` makes of its number, counted from the first step on."""

    def __init__(self, seen: Callable[[int], bool | None], *said: str) -> None:
        super().__init__(*said)
        self.seen, self.looks, self.beforehand = seen, 0, True

    def http(self, method: str, url: str, timeout: timedelta) -> HttpAnswer:
        begun = any(isinstance(event, e.StepStarted) for event in self.journal)
        if not begun and self.beforehand:
            return super().http(method, url, timeout)
        self.looks += 1
        match self.seen(self.looks):
            case None:
                raise CannotAsk("no route to host")
            case good:
                return HttpAnswer(200 if good else 503, {}, b"", 0.1)


def burning(wanted: Plan) -> Plan:
    return replace(wanted, emergency=FIRE)


def test_a_watched_check_that_fails_fewer_times_in_a_row_than_the_plan_says_is_a_blip() -> None:
    stage = Eyewitness(lambda look: look % 3 == 0)
    assert stage.conducted(plan(LID, LABELS, test=watched("up", **THREE_IN_A_ROW))).outcome is Outcome.APPLIED
    assert stage.looks > 9


def test_a_watched_check_that_fails_as_often_in_a_row_turns_it_back() -> None:
    stage = Eyewitness(lambda look: look <= 2)
    assert stage.conducted(plan(LID, LABELS, test=watched("up", **THREE_IN_A_ROW))).outcome is Outcome.ROLLED_BACK
    assert stage.looks == 2 + 3


def test_a_try_that_could_not_be_asked_is_neither_a_pass_nor_a_failure() -> None:
    stage = Eyewitness(lambda look: [False, None, False, None, True][(look - 1) % 5])
    wanted = plan(LID, test=Phases(after=(Check("up", "up", "up", **THREE_IN_A_ROW),)))
    assert stage.conducted(wanted).outcome is Outcome.APPLIED
    assert stage.looks == 5

    stage = Eyewitness(lambda look: [False, None, False, None, False][(look - 1) % 5])
    assert stage.conducted(wanted).outcome is Outcome.ROLLED_BACK


def test_a_check_that_cannot_be_asked_pauses_and_with_nobody_there_stops_until_it_can() -> None:
    stage = Eyewitness(lambda look: None)
    wanted = plan(LID, test=Phases(after=(Check("up", "up", "up"),)))
    stage.conducted(wanted)
    assert stage.story()[-2:] == ["CheckErrored after up", "OperatorNeeded could-not-ask"]
    assert stage.looks == 3

    stage.seen = lambda look: True
    assert stage.resumed(wanted).outcome is Outcome.APPLIED


@pytest.mark.parametrize("name", ["before", "during"])
def test_what_is_red_before_the_first_step_refuses_the_start(name: str) -> None:
    stage = Stage()
    stage.red.add("up")
    phases = Phases(before=(Check("up", "up", "up"),)) if name == "before" else watched("up")
    change = stage.conducted(plan(LID, test=phases))
    assert (change.outcome, change.closed and change.closed.because) == (Outcome.REFUSED, "test-before")
    assert change.closed
    assert change.closed.why == "the check up failed before the first step: up is False"
    assert stage.aws.sent == []


def test_in_a_fire_what_is_red_already_is_reported_and_neither_refuses_nor_turns_it_back() -> None:
    stage = Stage()
    stage.red.add("up")
    before, after = (Check("up", "up", "up"),), ("up",)
    change = stage.conducted(burning(plan(LID, test=replace(watched("up", after=after), before=before))))
    assert change.outcome is Outcome.APPLIED
    assert stage.story() == [
        *("BaselineRed before up", "BaselineRed during up", "BaselineRed after up", "StepStarted lid", "StepDone lid"),
        *("BaselineRed after up", "Soaked", "Closed applied"),
    ]


def test_in_a_fire_a_check_that_cannot_be_asked_beforehand_stops_nothing() -> None:
    stage = Eyewitness(lambda look: None if look <= 3 else True)
    stage.beforehand = False
    assert stage.conducted(burning(plan(LID, test=watched("up")))).outcome is Outcome.APPLIED


def test_without_a_fire_a_check_that_cannot_be_asked_beforehand_lets_nothing_begin() -> None:
    stage = Eyewitness(lambda look: None)
    stage.beforehand = False
    stage.conducted(plan(LID, test=watched("up")))
    assert stage.aws.sent == []


def test_in_a_fire_what_had_no_data_beforehand_may_have_none_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROBES, "up", replace(PROBES["up"], judge=lambda *_: Judgement(Verdict.NO_DATA, "no data")))
    stage = Stage()
    wanted = plan(LID, test=Phases(after=(Check("up", "up", "up"),)))
    assert stage.conducted(burning(wanted)).outcome is Outcome.APPLIED
    assert stage.story().count("BaselineRed after up") == 2


def test_where_there_is_nothing_to_see_yet_for_an_hour_there_is_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def early(*_: object) -> Observation:
        raise TooEarly(timedelta(seconds=30))

    stage = Stage()
    wanted = plan(LID, test=Phases(after=(Check("up", "up", "up"),)))
    stage.begin(wanted)
    monkeypatch.setitem(PROBES, "up", replace(PROBES["up"], observe=early))
    assert stage.conducted(wanted).outcome is Outcome.ROLLED_BACK
    assert stage.last(e.CheckFailed).saw == "there was nothing to see for 1:00:00"
    assert stage.seconds == 3600.0


def test_what_was_red_turned_green_and_is_red_again_counts() -> None:
    stage = Eyewitness(lambda look: look == 2)
    stage.red.add("up")
    change = stage.conducted(burning(plan(LID, LABELS, test=watched("up"))))
    assert change.outcome is Outcome.ROLLED_BACK
    assert stage.story()[0] == "BaselineRed during up"
    assert [name for name in stage.story() if name.startswith("Check")] == [
        "CheckPassed during up",
        "CheckFailed during up",
    ]


def test_what_was_green_in_a_fire_and_turns_red_counts() -> None:
    stage = Eyewitness(lambda look: False)
    assert stage.conducted(burning(plan(LID, test=watched("up")))).outcome is Outcome.ROLLED_BACK


def test_a_plan_excuses_what_is_red_already_and_no_more_once_it_was_green() -> None:
    excused = watched("up", expect_red=True)
    stage = Stage()
    stage.red.add("up")
    assert stage.conducted(plan(LID, test=excused)).outcome is Outcome.APPLIED

    stage = Eyewitness(lambda look: False)  # green before the first step
    assert stage.conducted(plan(LID, test=excused)).outcome is Outcome.ROLLED_BACK


def test_the_way_back_of_a_fire_is_no_worse_for_what_was_red_before() -> None:
    stage = Stage()
    stage.red |= {"up", "no"}
    wanted = burning(plan(LID, test=watched(after=("up",)), back_out=BackOut(test_same=True)))
    stage.aws.denied.add("PutLid")
    assert stage.conducted(wanted).outcome is Outcome.ROLLED_BACK
    assert stage.story()[-2:] == ["BaselineRed back-out up", "Closed rolled-back"]


def test_the_soak_is_watched_to_its_end() -> None:
    stage = Stage()
    stage.at_wait = lambda: stage.red.add("up") if stage.seconds >= 25 else None
    assert stage.conducted(plan(LID, test=watched("up"))).outcome is Outcome.ROLLED_BACK
    assert stage.aws.state()["a"]["Lid"] == BOXES["a"]["Lid"]


def test_what_was_asked_before_an_interruption_is_asked_again_as_nothing_was_begun() -> None:
    stage = Stage()
    wanted = plan(LID, test=watched("up"))
    stage.begin(wanted)
    stage.journal += [e.LocksHeld(()), e.Confirmed(), e.CheckPassed("during", 0, "up", "")]
    stage.red.add("up")
    assert stage.conducted(wanted).outcome is Outcome.REFUSED


def test_a_call_that_waits_as_aws_throttles_it_is_not_sent_once_a_check_is_red() -> None:
    stage = Stage()
    stage.send_fails = {n: CallNotDone("slow down", code="Throttling", again=True) for n in range(2, 7)}
    stage.at_wait = lambda: stage.red.add("up") if stage.seconds > 5 else None
    assert stage.conducted(plan(LID, LABELS, test=watched("up"))).outcome is Outcome.ROLLED_BACK
    assert stage.aws.sent == ["PutLid", "PutLid"]


PAUSING = {"pause": Action("pause", "", (), lambda *_: None, lambda spec, sight: spec, str, "")}


class Waiting(Eyewitness):
    """A stage whose steps may wait."""

    def world(self) -> World:
        world = super().world()
        return replace(world, ground=replace(world.ground, actions={**world.ground.actions, **PAUSING}))


def waiting(work: Pause | Until) -> Step:
    return Step("wait", "wait", "pause", work)


def test_a_wait_says_how_long_it_takes_and_watches() -> None:
    stage = Waiting(lambda look: look < 4)
    wanted = plan(LID, waiting(Pause(timedelta(minutes=1))), test=watched("up"))
    assert stage.conducted(wanted).outcome is Outcome.ROLLED_BACK
    assert "waiting, 10s of 1m" in stage.told
    assert "StepDone wait" not in stage.story()


def test_what_is_waited_for_and_cannot_be_asked_has_not_failed() -> None:
    stage = Waiting(lambda look: None)
    wanted = plan(waiting(Until(Check("up", "up", "up"), timedelta(minutes=1))))
    stage.conducted(wanted)
    assert stage.story() == ["StepStarted wait", "Paused could-not-ask", "OperatorNeeded could-not-ask"]
    stage.seen = lambda look: True
    assert stage.resumed(wanted).outcome is Outcome.APPLIED


def test_what_is_waited_for_and_does_not_come_has_failed_when_its_time_is_over() -> None:
    stage = Waiting(lambda look: False)
    check = Check("up", "up", "up", every=timedelta(seconds=7))
    assert stage.conducted(plan(LID, waiting(Until(check, timedelta(minutes=1))))).outcome is Outcome.ROLLED_BACK
    assert stage.last(e.StepFailed).why.startswith("waited 1m for up: ")
    assert stage.seconds < 90


def test_what_is_watched_is_not_watched_before_there_is_anything_to_turn_round() -> None:
    """While a check before the first step is tried again, one that is to be watched is red for a moment."""
    stage = Stage()
    stage.red = {"slow", "fast"}
    stage.at_wait = lambda: stage.red.discard("slow")
    slow = Check("slow", "up", "slow", tries=2, every=timedelta(seconds=15))
    test = Phases(before=(slow,), during=(Check("fast", "up", "fast"),))
    turned(stage, e.CheckPassed, stage.red.clear)
    assert stage.conducted(plan(LID, test=test)).outcome is Outcome.APPLIED


def test_that_a_watched_check_holds_is_recorded_once_and_not_every_ten_seconds() -> None:
    stage = Stage()
    assert stage.conducted(plan(LID, test=watched("up", soak=600))).outcome is Outcome.APPLIED
    passed = [event for event in stage.journal if isinstance(event, e.CheckPassed)]
    assert [(event.phase, event.name) for event in passed] == [("during", "up")]


def test_going_back_once_more_asks_every_check_of_the_way_back_anew() -> None:
    stage = Stage()
    stage.red = {"up", "two"}
    tests = tuple(Check(name, "up", name) for name in ("one", "two"))
    wanted = plan(LID, checks=("up",), back_out=BackOut(test=tests))
    assert stage.conducted(wanted).operator is not None
    stage.red = {"one"}  # which has passed before
    stage.record(e.RollbackWanted("once more", "ana"))
    assert stage.conducted(wanted).operator is not None
    assert stage.last(e.CheckFailed).name == "one"
