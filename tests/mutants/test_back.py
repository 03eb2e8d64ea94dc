"""Going back, one rule at a time: each of these a mutant has broken unseen."""

from collections.abc import Mapping
from typing import Any

import pytest

from changectl.engine.capture import capture
from changectl.model import events as e
from changectl.model.bodies import snapshot_json
from changectl.model.change import Change, Outcome
from changectl.model.resource import Call, FacetRef
from tests.engine.model_world import KINDS, ModelWorld, Put
from tests.engine.scenarios import BOXES, THREE, box, plan, step, toy
from tests.engine.toy import ref
from tests.mutants.rules import Born, lived, turned
from tests.simulator.disturbances import Disturbance, Stranger
from tests.simulator.history import at_its_end, started
from tests.simulator.scenarios import NAMED, RED, Scenario, denied
from tests.simulator.scenarios import plan as sim_plan
from tests.simulator.scenarios import step as sim_step
from tests.simulator.scenarios import toy as sim_toy
from tests.simulator.state import change_of
from tests.simulator.world import Life


def test_what_was_changed_last_goes_back_first() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    assert lived(world, *THREE[:2]).outcome is Outcome.ROLLED_BACK
    assert world.aws.sent[:1] == ["PutLid"]
    assert world.aws.sent[-1] == "PutLid"
    assert set(world.aws.sent[1:-1]) == {"AddLabels", "RemoveLabels"}


def test_the_undo_of_the_newest_step_is_run_first() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    one = step("one", Put(box("a"), "lid", "locked"), step("undo-one", toy("PutLog", Name="a", Log="")))
    two = step("two", Put(box("c"), "labels", {"one": "1"}), step("undo-two", toy("PutLog", Name="c", Log="")))
    lived(world, one, two)
    assert [event.step for event in world.journal if isinstance(event, e.UndoDone)] == ["undo-two", "undo-one"]


def test_only_what_had_begun_is_undone() -> None:
    world = ModelWorld(BOXES)
    world.aws.denied = {"PutLid"}
    one = step("one", Put(box("a"), "lid", "locked"), step("undo-one", toy("PutLog", Name="a", Log="")))
    two = step("two", Put(box("c"), "labels", {"one": "1"}), step("undo-two", toy("PutLog", Name="c", Log="")))
    lived(world, one, two)
    assert [event.step for event in world.journal if isinstance(event, e.UndoDone)] == ["undo-one"]


def test_what_was_read_too_late_for_the_snapshot_goes_back_to_as_it_was_found() -> None:
    world, written = ModelWorld(BOXES), plan(*THREE[:2], checks=("up",))
    world.begin(written)
    digest = world.keep(snapshot_json({ref("a"): capture(KINDS, [ref("a")], world.world().ground.eyes)[ref("a")]}))
    world.journal[0] = e.SnapshotTaken(digest, (FacetRef(ref("a"), "lid"),))
    world.red.add("up")
    assert world.live(written).outcome is Outcome.ROLLED_BACK
    assert world.aws.boxes == ModelWorld(BOXES).aws.boxes


def test_what_a_stranger_removed_is_not_made_again() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    world.at_send = {1: lambda: world.aws.boxes.__delitem__("a")}
    change = lived(world, *THREE[:2])
    assert [(str(left.facet), left.stranger) for left in change.left] == [("box/a lid", True)]
    assert "a" not in world.aws.boxes
    assert world.aws.boxes["c"]["Labels"] == BOXES["c"]["Labels"]


def test_as_before_is_said_of_what_is_read_then() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    turned(world, e.Restored, lambda: world.aws.boxes["a"].update(Lid="theirs"))
    change = lived(world, *THREE[:2])
    assert change.outcome is None
    assert [(str(left.facet), left.now) for left in change.left] == [("box/a lid", "theirs")]


def test_as_before_is_said_of_what_was_read_twice() -> None:
    world = ModelWorld(BOXES)
    ask, old = world.aws.ask, dict[str, Any]()

    def behind(call: Call) -> Mapping[str, Any]:
        return {"Box": {**ask(call)["Box"], **(old.pop("a", {}) if call.params["Name"] == "a" else {})}}

    def comes() -> None:
        world.aws.boxes["a"]["Lid"] = "theirs"
        old["a"] = {"Lid": "shut"}

    world.aws.ask = behind  # type: ignore[method-assign]
    world.red = {"up"}
    turned(world, e.Restored, comes)
    assert lived(world, *THREE[:2]).outcome is None


def test_what_was_made_anew_by_a_stranger_is_not_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Born(monkeypatch)
    world.red = {"up"}
    world.at_send = {1: world.made_anew}
    change = lived(world, *THREE[:2])
    assert [left.why for left in change.left] == ["it was removed and made anew by someone else"]
    assert world.aws.boxes["a"]["Lid"] == "locked"


def test_whoever_was_quicker_where_aws_compares_is_called_a_stranger() -> None:
    scenario = NAMED["compared and set, and the check fails"]
    alone = started(scenario)
    at_its_end(Life(alone), scenario.plan)
    left = [each for tick in range(1, alone.ticks) for each in _met_at(scenario, tick).left]
    assert left
    assert {(str(each.facet), each.stranger, each.now) for each in left} == {("lamp/l colour", True, "theirs")}


def _met_at(scenario: Scenario, tick: int) -> Change:
    state = started(scenario, Disturbance(strangers=(Stranger(tick, "lamp/l", "Colour"),)))
    at_its_end(Life(state), scenario.plan)
    return change_of(state.journal)


def test_a_refused_write_on_the_way_back_needs_a_person() -> None:
    scenario = Scenario(
        "denied", sim_plan(sim_step("log", sim_toy("AppendLog", Name="a", More="x")), checks=("up",)), None
    )
    state = started(scenario)
    RED(state)
    denied("PutLog")(state)
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    assert change.operator is not None
    assert [(left.stranger, left.ours) for left in change.left] == [(False, "x")]
