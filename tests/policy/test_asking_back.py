"""Going back asks first where it would open what was closed, or where something else sets the value: by set, call and undo."""

from dataclasses import replace
from typing import Any

import pytest

from changectl.contracts.action import Send
from changectl.contracts.kind import ResourceKind
from changectl.engine.preview import foresee
from changectl.model import events as e
from changectl.model.change import Outcome
from changectl.model.plan import Auto, BackOut, Plan, Step
from changectl.model.values import ResultValue
from tests.engine.model_world import ACTIONS, Put
from tests.engine.scenarios import box, plan, step, toy
from tests.engine.toy import BOX
from tests.policy.stage import LABELS, LID, Stage


def kind_with(**more: Any) -> ResourceKind:
    facets = tuple(replace(facet, **more) if facet.name == "lid" else facet for facet in BOX.facets)
    return replace(BOX, facets=facets)


WIDER = kind_with(widens=lambda now, want: want == "open")
OWNED = kind_with(owned_by="Application Auto Scaling")
SHUT = step("shut", Put(box("b"), "lid", "shut"))
SHUT_BY_CALL = step("shut", toy("PutLid", Name="b", Lid="shut"))
OPEN = step("open", Put(box("a"), "lid", "open"))


def asks(kind: ResourceKind, wanted: Plan) -> dict[str, str]:
    ground = Stage().world().ground
    known = replace(ACTIONS["send"], work=lambda call, sight: Send(replace(call, params=sight.known(call.params))))
    ground = replace(ground, kinds={"box": kind}, actions={**ACTIONS, "send": known})
    return {each.step: each.asks_back for each in foresee(wanted, ground).preview.steps}


@pytest.mark.parametrize("shut", [SHUT, SHUT_BY_CALL])
def test_putting_back_what_was_open_asks(shut: Step) -> None:
    assert asks(WIDER, plan(shut, LABELS)) == {"shut": "putting lid back widens access", "labels": ""}


def test_putting_back_what_was_shut_does_not_ask() -> None:
    assert asks(WIDER, plan(OPEN)) == {"open": ""}


@pytest.mark.parametrize("one", [SHUT, SHUT_BY_CALL, OPEN])
def test_a_value_that_something_else_sets_asks_both_ways(one: Step) -> None:
    assert asks(OWNED, plan(one))[one.id] == "lid is also set by Application Auto Scaling"


def test_an_undo_asks_for_what_it_opens_and_not_for_what_it_shuts() -> None:
    opens = replace(SHUT, undo=(step("undo", Put(box("b"), "lid", "open")),))
    shuts = replace(OPEN, undo=(step("undo", Put(box("a"), "lid", "shut")),))
    assert asks(WIDER, plan(opens))["undo"] == "putting lid back widens access"
    assert asks(WIDER, plan(shuts)) == {"open": "", "undo": ""}


def test_what_nobody_can_foresee_may_widen_access() -> None:
    first = step("first", toy("AppendLog", Name="a", More="x"))
    then = step("then", toy("PutLid", Name="b", Lid=ResultValue("first", "Lid")))
    assert asks(WIDER, plan(first, then))["then"] == "putting lid back may widen access"


def test_an_author_who_has_decided_is_not_asked() -> None:
    assert asks(WIDER, plan(SHUT, back_out=BackOut(Auto.TRUE, auto_given=True))) == {"shut": ""}


class Asks(Stage):
    """A stage whose preview said that going back asks first."""

    def begin(self, wanted: Plan) -> None:
        super().begin(wanted)
        begun = self.journal[-1]
        assert isinstance(begun, e.Begun)
        self.journal[-1] = replace(begun, going_back_asks="putting lid back widens access")


FAILING = plan(LID, LABELS)


def failing(*said: str) -> Asks:
    stage = Asks(*said)
    stage.aws.denied.add("RemoveLabels")
    return stage


def test_after_a_failure_a_person_decides() -> None:
    stage = failing("go back")
    assert stage.conducted(FAILING).outcome is Outcome.ROLLED_BACK
    assert stage.heard == ["step labels: you may not; putting lid back widens access [go back, stop here]"]


def test_with_nobody_there_it_needs_a_person_and_asks_the_first_who_comes() -> None:
    stage = failing()
    stage.conducted(FAILING)
    assert stage.story()[-2:] == ["StepFailed labels", "OperatorNeeded person"]
    stage.said = ["go back"]
    assert stage.resumed(FAILING).outcome is Outcome.ROLLED_BACK


def test_typing_rollback_is_the_answer() -> None:
    stage = failing()
    stage.conducted(FAILING)
    heard = len(stage.heard)
    stage.record(e.RollbackWanted("asked for", "ana"))
    assert stage.conducted(FAILING).outcome is Outcome.ROLLED_BACK
    assert len(stage.heard) == heard
