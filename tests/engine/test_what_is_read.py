"""What nobody foretells is not taken for back; a stranger beside us makes nobody wait; what is left is told as it stands."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from changectl.contracts.kind import Effect
from changectl.model import events as e
from changectl.model.change import Outcome
from changectl.model.plan import Plan
from changectl.model.resource import Call
from tests.engine import model_world
from tests.engine.model_world import ModelWorld, Put
from tests.engine.scenarios import BOXES, box, plan, step, toy
from tests.engine.toy import BOX, ToyAws


class Killed(BaseException):
    """The process was killed here."""


MODIFY = Effect("ModifyBox", "writes", "Name", ("lid",))


@pytest.fixture
def modifying(monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan whose call changes a lid to what no kind can foretell."""
    monkeypatch.setitem(model_world.KINDS, "box", dataclasses.replace(BOX, also=(*BOX.also, MODIFY)))
    write = ToyAws.write

    def modified(aws: ToyAws, call: Call) -> Mapping[str, Any]:
        if call.operation != "ModifyBox":
            return write(aws, call)
        aws.boxes["a"]["Lid"] = "changed"
        return {}

    monkeypatch.setattr(ToyAws, "write", modified)
    return plan(step("mod", toy("ModifyBox", Name="a", X="1")), checks=("up",))


def killed_after(world: ModelWorld, wanted: type, then: Callable[[], None] = lambda: None) -> None:
    record = world.record

    def until(event: e.Event) -> None:
        record(event)
        if isinstance(event, wanted):
            world.record = record  # type: ignore[method-assign]
            then()
            raise Killed

    world.record = until  # type: ignore[method-assign]


def test_what_nobody_foretells_goes_back_where_it_was_read_after_it(modifying: Plan) -> None:
    world = ModelWorld(BOXES)
    world.begin(modifying)
    world.red.add("up")
    assert (world.live(modifying).outcome, world.aws.boxes["a"]["Lid"]) == (Outcome.ROLLED_BACK, "shut")


@pytest.mark.parametrize("after", [e.CallStarted, e.CallDone])
def test_killed_before_it_was_read_nobody_says_that_it_is_back(modifying: Plan, after: type) -> None:
    world = ModelWorld(BOXES)
    world.begin(modifying)
    killed_after(world, after, lambda: world.aws.boxes["a"].update(Lid="changed"))
    with pytest.raises(Killed):
        world.live(modifying)
    change = world.go_back(modifying)
    assert change.outcome is None
    assert [(str(left.facet), left.stranger) for left in change.left] == [("box/a lid", False)]
    world.aws.boxes["a"]["Lid"] = "shut"
    assert world.go_back(modifying).outcome is Outcome.ROLLED_BACK


def test_a_stranger_beside_our_setting_makes_nobody_wait() -> None:
    scenario = plan(step("lid", Put(box("a"), "lid", "locked")), checks=("up",))
    world = ModelWorld(BOXES)
    world.begin(scenario)
    world.red.add("up")
    killed_after(world, e.CheckFailed, lambda: world.aws.boxes["a"]["Labels"].update(theirs="y"))
    with pytest.raises(Killed):
        world.live(scenario)
    before = world.seconds
    assert (world.live(scenario).outcome, world.seconds - before) == (Outcome.ROLLED_BACK, 0.0)


def test_what_was_left_and_is_back_by_now_is_left_no_more() -> None:
    scenario = plan(step("lid", Put(box("a"), "lid", "locked")), checks=("up",))
    world = ModelWorld(BOXES)
    world.begin(scenario)
    world.red.add("up")
    world.at_send[1] = lambda: world.aws.denied.add("PutLid")
    killed_after(world, e.FacetLeft, world.aws.denied.clear)
    with pytest.raises(Killed):
        world.live(scenario)
    change = world.live(scenario)
    assert (change.outcome, change.left, world.aws.boxes["a"]["Lid"]) == (Outcome.ROLLED_BACK, (), "shut")


def test_a_call_of_which_nothing_is_known_may_still_arrive_however_old_its_intent() -> None:
    scenario = plan(step("log", toy("AppendLog", Name="a", More="x")))
    world = ModelWorld(BOXES)
    world.begin(scenario)
    killed_after(world, e.CallStarted)
    with pytest.raises(Killed):
        world.live(scenario)
    world.seconds += 9.5  # of a horizon of ten
    waited = world.wait

    def arrives(seconds: float) -> None:
        waited(seconds)
        world.aws.boxes["a"]["Log"] = "x"

    world.wait = arrives  # type: ignore[method-assign]
    assert (world.live(scenario).outcome, world.aws.boxes["a"]["Log"]) == (Outcome.APPLIED, "x")
