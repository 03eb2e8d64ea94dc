"""Killed at any instant, once or twice, forward or back: it ends applied, or as it was; never anything else."""

import itertools
import os
from collections.abc import Iterator
from functools import cache

import pytest

from changectl.model.change import Change, Outcome
from changectl.model.events import Event
from tests.engine.model_world import ModelWorld, fold
from tests.engine.scenarios import BOXES, SCENARIOS, Scenario
from tests.engine.toy import ToyAws

SLACK = 40
"""More ticks than an undisturbed history has: recovering takes some too."""


STRIDE = int(os.environ.get("CHANGECTL_KILL_STRIDE", "3"))
"""Of all pairs of instants every so manyth; 1 is the long form."""


def begun(scenario: Scenario, die_at: tuple[int, ...] = ()) -> ModelWorld:
    journal, vault = beginning(scenario)
    world = ModelWorld(BOXES, die_at)
    world.journal, world.vault = list(journal), dict(vault)
    scenario.trouble(world)
    return world


@cache
def beginning(scenario: Scenario) -> tuple[list[Event], dict[str, str]]:
    """The same for every history of a scenario; the slow digest of a secret is made once."""
    world = ModelWorld(BOXES)
    world.begin(scenario.plan)
    return world.journal, world.vault


def boxes(state: object) -> object:
    return ToyAws(state).state()  # type: ignore[arg-type]


def assert_whole(scenario: Scenario, world: ModelWorld, change: Change, why: object) -> None:
    assert change.operator is None, (why, change.operator)
    assert change.outcome in (Outcome.APPLIED, Outcome.ROLLED_BACK, Outcome.ABANDONED), (why, change.outcome)
    wanted = scenario.target if change.outcome is Outcome.APPLIED else BOXES
    assert world.aws.state() == boxes(wanted), (why, change.outcome)
    assert world.valves == (scenario.open if change.outcome is Outcome.APPLIED else set()), (why, change.outcome)
    assert fold(world.journal) == change, why
    assert world.remote == world.journal[:-1], why
    assert not world.locked, why


def instants(count: int, deaths: int) -> Iterator[tuple[int, ...]]:
    return itertools.combinations(range(1, count + SLACK), deaths)


@cache
def undisturbed(scenario: Scenario) -> Change:
    return begun(scenario).live(scenario.plan)


@cache
def length(scenario: Scenario) -> int:
    world = begun(scenario)
    world.live(scenario.plan)
    return world.ticks


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_undisturbed_it_ends_as_it_should(scenario: Scenario) -> None:
    world = begun(scenario)
    change = world.live(scenario.plan)
    assert change.outcome is scenario.wanted, (change.operator, change.closed)
    assert_whole(scenario, world, change, "undisturbed")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_killed_once_anywhere_it_ends_whole(scenario: Scenario) -> None:
    for die_at in instants(length(scenario), 1):
        world = begun(scenario, die_at)
        assert_whole(scenario, world, world.live(scenario.plan), die_at)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_killed_twice_anywhere_it_ends_whole(scenario: Scenario) -> None:
    for die_at in itertools.islice(instants(length(scenario), 2), None, None, STRIDE):
        world = begun(scenario, die_at)
        assert_whole(scenario, world, world.live(scenario.plan), die_at)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_killed_and_then_rolled_back_by_hand_it_is_as_before(scenario: Scenario) -> None:
    for (instant,) in instants(length(scenario), 1):
        world = begun(scenario, (instant,))
        change = die_and_go_back(world, scenario)
        assert_whole(scenario, world, change, instant)
        if scenario.wanted is not Outcome.APPLIED:
            assert change.outcome is not Outcome.APPLIED, instant


def die_and_go_back(world: ModelWorld, scenario: Scenario) -> Change:
    from changectl.engine.conduct import conduct
    from tests.engine.model_world import Died

    try:
        return conduct(scenario.plan, world.world(), world.change())
    except Died:
        if world.change().outcome is not None or not world.change().wants:
            return world.live(scenario.plan)
        return world.go_back(scenario.plan)


@pytest.mark.parametrize("lost", ["lost_answers", "lost_requests"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_a_call_that_nobody_answered_is_settled_by_reading_back(scenario: Scenario, lost: str) -> None:
    calls = len(undisturbed(scenario).calls)
    for number in range(calls + 2):
        for die_at in ((), *itertools.islice(instants(length(scenario), 1), number % 4, None, min(4, STRIDE))):
            world = begun(scenario, die_at)
            getattr(world, lost).add(number)
            assert_whole(scenario, world, world.live(scenario.plan), (number, die_at))
