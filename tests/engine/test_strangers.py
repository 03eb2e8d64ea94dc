"""A stranger's change is never overwritten, and what is ours comes back all the same."""

from collections.abc import Callable

import pytest

from changectl.model.change import Change, Outcome
from changectl.model.plan import BackOut
from tests.engine.model_world import ModelWorld, Put
from tests.engine.scenarios import BOXES, ON_ONE, THREE, Scenario, box, plan, step, toy
from tests.engine.test_killed_at_any_instant import beginning, begun, boxes, instants

FORWARD, BACK = 9, 4
"""Instants between the reading that decides and the write: confirmed, step begun, kept, call begun; kept, call begun."""

RED = Scenario("red", plan(*THREE, checks=("up",)), Outcome.ROLLED_BACK, trouble=lambda world: world.red.add("up"))


def lid(world: ModelWorld, value: str) -> Callable[[], None]:
    return lambda: world.aws.boxes["a"].update(Lid=value)


def stranger_at(scenario: Scenario, tick: int, act: Callable[[ModelWorld], None]) -> tuple[ModelWorld, Change]:
    world = begun(scenario)
    world.at_tick[tick] = lambda: act(world)
    return world, world.live(scenario.plan)


def ticks(scenario: Scenario) -> int:
    world = begun(scenario)
    world.live(scenario.plan)
    return world.ticks


def test_before_the_first_call_a_stranger_makes_us_refuse_and_leave_everything() -> None:
    world = begun(RED)
    lid(world, "theirs")()
    change = world.live(RED.plan)
    assert (change.outcome, change.closed and change.closed.because) == (Outcome.REFUSED, "drifted")
    assert (world.aws.sent, world.locked, world.aws.boxes["a"]["Lid"]) == ([], False, "theirs")


def test_at_any_instant_a_strangers_value_stands_and_the_rest_is_as_before() -> None:
    overwritten = 0
    for tick in range(1, ticks(RED) + 1):
        world, change = stranger_at(RED, tick, lambda world: world.aws.boxes["a"].update(Lid="theirs"))
        overwritten += world.aws.boxes["a"]["Lid"] != "theirs"
        rest = {**BOXES["a"], "Lid": world.aws.boxes["a"]["Lid"]}
        assert world.aws.state() == boxes({**BOXES, "a": rest}), tick
        if change.operator:
            assert {str(left.facet) for left in change.left} <= {"box/a lid"}, tick
            assert world.locked, tick
    # toy boxes have no compare-and-set: between the reading that decides and the write lie a few records and the sending
    assert overwritten <= FORWARD + BACK


def test_a_stranger_is_named_with_the_three_values() -> None:
    world = begun(RED)
    world.at_send[3] = lid(world, "theirs")  # after our three steps' calls have begun
    change = world.live(RED.plan)
    assert change.operator is not None
    (left,) = change.left
    assert (str(left.facet), left.stranger, left.before, left.ours, left.now) == (
        "box/a lid", True, "shut", "locked", "theirs",
    )  # fmt: skip


def test_a_strangers_item_beside_ours_is_kept_and_ours_goes_back() -> None:
    scenario = Scenario(
        "beside",
        plan(step("labels", Put(box("c"), "labels", {"one": "1", "two": "2", "ours": "x"})), checks=("up",)),
        Outcome.ROLLED_BACK,
        trouble=lambda world: world.red.add("up"),
    )
    world = begun(scenario)
    at = next(n for n in range(1, 60) if _closes_whole(scenario, n))
    world.at_tick[at] = lambda: world.aws.boxes["c"]["Labels"].update(theirs="y")
    change = world.live(scenario.plan)
    assert change.outcome is Outcome.ROLLED_BACK
    assert world.aws.boxes["c"]["Labels"] == {"one": "1", "two": "2", "theirs": "y"}


def _closes_whole(scenario: Scenario, tick: int) -> bool:
    """An instant after our call and before the way back."""
    world = begun(scenario)
    seen: list[bool] = []
    world.at_tick[tick] = lambda: seen.append("ours" in world.aws.boxes["c"]["Labels"])
    world.live(scenario.plan)
    return seen == [True]


def test_what_needed_an_operator_goes_back_when_the_stranger_has_gone() -> None:
    world = begun(RED)
    world.at_send[3] = lid(world, "theirs")
    assert world.live(RED.plan).operator is not None
    lid(world, "locked")()
    change = world.go_back(RED.plan)
    assert (change.outcome, world.aws.state(), world.locked) == (Outcome.ROLLED_BACK, boxes(BOXES), False)


def test_a_resource_made_anew_by_a_stranger_is_left_alone() -> None:
    scenario = Scenario(
        "anew",
        plan(
            step("make", toy("CreateBox", Name="d")), step("shut", toy("PutLid", Name="d", Lid="shut")), checks=("up",)
        ),
        Outcome.ROLLED_BACK,
        trouble=lambda world: world.red.add("up"),
    )
    world = begun(scenario)
    world.at_send[2] = lambda: world.aws.boxes["d"].update(Labels={"theirs": "y"})  # before our DeleteBox
    change = world.live(scenario.plan)
    assert change.outcome is Outcome.ROLLED_BACK or world.aws.boxes["d"]["Labels"] == {"theirs": "y"}


def test_an_undo_that_fails_does_not_stop_the_rest_and_needs_an_operator() -> None:
    failing = step("lid", toy("PutLid", Name="a", Lid="ajar"), step("undo-lid", toy("Explode", Name="a")))
    scenario = Scenario(
        "bad undo",
        plan(*THREE[1:], failing, checks=("up",), back_out=BackOut()),
        None,
        trouble=lambda world: world.red.add("up"),
    )
    world = ModelWorld(BOXES)
    with pytest.raises(Exception, match="no resource kind knows"):
        world.begin(scenario.plan)  # an undo that no kind knows is refused before anything begins
    undo = step("undo-lid", Put(box("a"), "note", "undone"))
    good = plan(*THREE[1:2], step("lid", toy("PutLid", Name="a", Lid="ajar"), undo), checks=("up",))
    scenario = Scenario("denied undo", good, None)
    world = begun(scenario)
    world.red.add("up")
    world.aws.denied.add("PutNote")
    change = world.live(good)
    assert change.operator is not None
    assert [failed.step for failed in change.undo_failed] == ["undo-lid"]
    assert world.aws.state() == boxes(BOXES)
    assert world.locked


def test_killed_while_a_stranger_is_about_it_never_ends_as_if_nothing_were() -> None:
    scenario = Scenario("on one", plan(*ON_ONE, checks=("up",)), None, trouble=lambda world: world.red.add("up"))
    beginning(scenario)
    for (instant,) in instants(ticks(scenario), 1):
        world = begun(scenario, (instant,))
        world.at_send[2] = lid(world, "theirs")
        change = world.live(scenario.plan)
        stands = world.aws.boxes["a"]["Lid"]
        if change.outcome is Outcome.ROLLED_BACK:
            assert stands == "shut", instant
        elif change.outcome is Outcome.APPLIED:
            raise AssertionError(instant)
