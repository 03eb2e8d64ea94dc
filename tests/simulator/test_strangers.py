"""A stranger's change is never overwritten where it could be seen, and what is ours comes back all the same."""

import pytest

from changectl.model.change import Change, Outcome
from tests.simulator.aws import body
from tests.simulator.disturbances import Disturbance, Stranger
from tests.simulator.explore import Explorer
from tests.simulator.history import at_its_end, findings, started
from tests.simulator.scenarios import CALLS, LAMP, NAMED, RED, Scenario, aim, plan, step
from tests.simulator.state import TOYS, State, change_of
from tests.simulator.sweeps import undisturbed
from tests.simulator.world import Life

THREE = NAMED["three settings, and the check fails"]
WINDOW = 8
"""Instants between the reading that decides and the write: the step begins, bodies are kept, the call begins and goes out."""


def met(scenario: Scenario, *strangers: Stranger) -> tuple[State, Change]:
    state = started(scenario, Disturbance(strangers=strangers))
    why = at_its_end(Life(state), scenario.plan)
    assert findings(scenario, state, why) == ()
    return state, change_of(state.journal)


def everywhere(scenario: Scenario, toy: str, member: str, item: str = "") -> list[tuple[int, State, Change]]:
    ticks = range(1, undisturbed(scenario).ticks + 1)
    return [(tick, *met(scenario, Stranger(tick, toy, member, item))) for tick in ticks]


def lid(state: State) -> object:
    return body(state.aws.now["box/a"])["Lid"]


def test_before_the_first_call_a_stranger_makes_us_refuse_and_leave_everything() -> None:
    state, change = met(THREE, Stranger(1, "box/a", "Lid"))
    assert (change.outcome, change.closed and change.closed.because) == (Outcome.REFUSED, "drifted")
    assert (state.sends, state.locked, lid(state)) == (0, False, "theirs")


def test_at_any_instant_a_strangers_value_stands_but_in_the_window_and_that_is_counted() -> None:
    histories = everywhere(THREE, "box/a", "Lid")
    overwritten = [tick for tick, state, _ in histories if lid(state) != "theirs"]
    counted = [tick for tick, state, _ in histories if state.overwritten]
    assert set(overwritten) == set(counted)
    assert 0 < len(overwritten) <= 2 * WINDOW


@pytest.mark.parametrize("name", ["known by its life", "made anew, known by its life"])
def test_at_any_instant_what_a_stranger_makes_anew_is_another_and_not_written_to(name: str) -> None:
    histories = everywhere(NAMED[f"{name}, and the check fails"], "kite/k", "")
    assert any(left.why.startswith("it was removed and made anew") for *_, change in histories for left in change.left)


@pytest.mark.parametrize("name", ["several settings in one step", "several settings in one step, and the check fails"])
def test_at_any_instant_what_a_stranger_removes_is_not_made_again(name: str) -> None:
    for tick in range(1, undisturbed(NAMED[name]).ticks + 1):
        state, _ = met(NAMED[name], Stranger(tick, "kite/k", value=None))
        assert "kite/k" not in state.aws.now, tick


def test_what_the_way_back_made_anew_when_it_was_killed_is_ours() -> None:
    scenario = NAMED["removed, known by its life, and the check fails"]
    assert Explorer(scenario).explore([started(scenario)], crashes=1).found == {}


COMPARED = NAMED["compared and set, and the check fails"]


def test_at_any_instant_nothing_is_overwritten_where_aws_compares() -> None:
    scenario = COMPARED
    histories = [*everywhere(scenario, "lamp/l", "Colour"), *everywhere(scenario, "lamp/l", "Shade")]
    assert [state.overwritten for _, state, _ in histories if state.overwritten] == []


@pytest.mark.parametrize("toy", ["box/c Labels", "gate/g Rules"])
def test_a_strangers_item_beside_ours_is_kept_and_ours_goes_back(toy: str) -> None:
    spelled, member = toy.split()
    name = "three settings, and the check fails" if "box" in toy else "rules by calls, and the check fails"
    for tick, state, change in everywhere(NAMED[name], spelled, member, "theirs"):
        items = body(state.aws.now[spelled])[member]
        assert items == {**TOYS[spelled][member], "theirs": "theirs"}, tick
        assert change.outcome in (Outcome.ROLLED_BACK, Outcome.REFUSED), (tick, change.operator)


def test_a_stranger_is_named_with_the_three_values() -> None:
    wanted = [
        (left.before, left.ours, left.now)
        for _, _, change in everywhere(THREE, "box/a", "Lid")
        for left in change.left
        if left.stranger
    ]
    assert set(wanted) == {("shut", "locked", "theirs")}


def test_what_needed_an_operator_goes_back_when_the_stranger_has_gone() -> None:
    from changectl.model import events as e

    tick, state, _ = next(found for found in everywhere(THREE, "box/a", "Lid") if found[2].left)
    Stranger(tick, "box/a", "Lid", value="locked").write(state.aws)
    life = Life(state)
    life.wait(60)
    life.record(e.RollbackWanted("asked for", "ana"))
    at_its_end(life, THREE.plan)
    assert (change_of(state.journal).outcome, lid(state), state.locked) == (Outcome.ROLLED_BACK, "shut", False)


def test_a_resource_that_a_stranger_changed_after_we_made_it_is_left_alone() -> None:
    scenario = NAMED["made under a name of its own, and the check fails"]
    for tick, state, change in everywhere(scenario, "box/d", "Labels", "theirs"):
        if "box/d" in state.aws.now and body(state.aws.now["box/d"])["Labels"]:
            assert change.operator is not None, tick


def test_an_undo_that_fails_does_not_stop_the_rest_and_needs_an_operator() -> None:
    state, change = met(NAMED["an undo is denied"])
    assert change.operator is not None
    assert [failed.step for failed in change.undo_failed] == ["undo-lid"]
    assert (lid(state), body(state.aws.now["box/c"])["Labels"], state.locked) == ("shut", TOYS["box/c"]["Labels"], True)


def test_two_strangers_at_two_facets_are_both_left_and_what_is_ours_goes_back() -> None:
    both = plan(step("lid", aim("box/a", "lid", "locked")), *CALLS[:1], LAMP[0], checks=("up",))
    scenario = Scenario("two strangers", both, None, {}, RED)
    after = _after_all_calls(scenario)
    state, change = met(scenario, Stranger(after, "box/a", "Lid"), Stranger(after, "lamp/l", "Colour"))
    assert {str(left.facet) for left in change.left} == {"box/a lid", "lamp/l colour"}
    assert body(state.aws.now["gate/g"])["Rules"] == TOYS["gate/g"]["Rules"]


def _after_all_calls(scenario: Scenario) -> int:
    """The instant at which all calls of the plan are answered, and the check is asked."""
    asked: list[int] = []
    life = Life(started(scenario))
    life.told = lambda what: asked.append(life.state.ticks) if what == "up is asked" else None
    at_its_end(life, scenario.plan)
    return asked[0]
