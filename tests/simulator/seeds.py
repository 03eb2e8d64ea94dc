"""Random histories: several faults, strangers, stops and crashes at once, all of them told by one number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from changectl.model import events as e
from changectl.model.invariants import Broken
from tests.simulator.disturbances import (
    CALL_FAULTS,
    PUSH_FAULTS,
    READ_FAULTS,
    READERS,
    Disturbance,
    Stranger,
    facets_of,
)
from tests.simulator.history import Died, at_its_end, carried_on, findings, started
from tests.simulator.scenarios import SCENARIOS, Scenario
from tests.simulator.state import JOURNALS, TOYS, State, change_of
from tests.simulator.world import Life

DELAYS = (0.0, 0.0, 0.5, 2.0, 10.0, 500.0)
"""Seconds between a crash and the next life."""


@dataclass
class Told:
    """What became of a seed: its lines, and every invariant that it broke."""

    scenario: Scenario
    lines: list[str] = field(default_factory=list)
    found: tuple[Broken, ...] = ()
    crashes: int = 0
    overwritten: int = 0


def told(seed: int, *, lines: bool = True) -> Told:
    """The history of a seed; without its lines it is quicker."""
    rng = Random(seed)
    scenario = rng.choice(SCENARIOS)
    state = started(scenario, _disturbance(rng))
    history = Told(scenario)
    tell = history.lines.append if lines else None
    if tell:
        tell(f"seed {seed}: {scenario.name}; {state.disturbance}")
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 5))):
        life = _killed(state, scenario, rng, tell)
        if life is None:
            break
        history.crashes += 1
        _left_behind(life, rng, tell)
    life = Life(state)
    life.told = tell
    why = at_its_end(life, scenario.plan)
    history.found, history.overwritten = findings(scenario, state, why), len(state.overwritten)
    if tell:
        end = change_of(state.journal)
        tell(f"{end.closed or end.operator or why}")
        for each in history.found:
            tell(f"BROKEN {each.number}: {each.sentence} {each.what}")
    return history


def _disturbance(rng: Random) -> Disturbance:
    toys = sorted(TOYS)

    def some(most: int, what: tuple[str, ...], among: int) -> tuple[tuple[int, str], ...]:
        return tuple(sorted({rng.randrange(among): rng.choice(what) for _ in range(rng.randint(0, most))}.items()))

    def stranger() -> Stranger:
        toy = rng.choice(toys)
        member, item = rng.choice((*facets_of(toy), ("", "")))
        return Stranger(rng.randint(1, 120), toy, member, item, rng.choice(("theirs", "theirs", None)))

    return Disturbance(
        calls=some(3, CALL_FAULTS, 10),
        reads=some(1, READ_FAULTS, 80) if rng.random() < 0.1 else (),
        pushes=some(1, PUSH_FAULTS, 3) if rng.random() < 0.2 else (),
        strangers=tuple(stranger() for _ in range(rng.choice((0, 0, 0, 1, 1, 2)))),
        stops=((rng.randint(1, 80), rng.randint(1, 2)),) if rng.random() < 0.15 else (),
        full=rng.randint(3, 60) if rng.random() < 0.05 else 0,
        lease=rng.randint(1, 6) if rng.random() < 0.05 else 0,
        taken=rng.randint(1, 6) if rng.random() < 0.05 else 0,
        reader=rng.choice((*READERS, f"seed {rng.randrange(1000)}")),
    )


def _killed(state: State, scenario: Scenario, rng: Random, tell: Callable[[str], None] | None) -> Life | None:
    """A life that was killed; None where it came to its end before."""
    last = state.ticks + rng.randint(1, 60)

    def watch(life: Life) -> None:
        if life.state.ticks >= last:
            raise Died

    life = Life(state, watch)
    life.told = tell
    try:
        carried_on(life, scenario.plan)
    except Died:
        return life
    state.journal, state.called_at = life.leftovers()[-1]
    return None


def _left_behind(life: Life, rng: Random, tell: Callable[[str], None] | None) -> None:
    """What a crash leaves: some beginning of the journal; perhaps a call that is still under way; some time later."""
    state = life.state
    life.watch = None
    left = life.leftovers()
    lost = rng.randrange(len(left))
    if life.flying is not None and rng.random() < 0.5:
        life.fly(life.flying)
    state.journal, state.called_at = left[len(left) - 1 - lost]
    if tell:
        tell(f"--- killed; {lost} events lost" + (", a call is under way" if life.flying else ""))
    change = change_of(state.journal)
    if change.wants and not change.rollback and not change.closed and rng.random() < 0.2:
        state.journal = JOURNALS.after(state.journal, e.RollbackWanted("asked for", "ana"))
        if tell:
            tell("--- somebody types changectl rollback")
    life.wait(rng.choice(DELAYS))
