"""What is swept: every crash, every fault at every call, strangers and stops at every instant; in a short form and a long one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from changectl.model import events as e
from tests.simulator.disturbances import (
    CALL_FAULTS,
    PUSH_FAULTS,
    READ_FAULTS,
    READERS,
    Disturbance,
    Stranger,
    facets_of,
    has_lives,
)
from tests.simulator.explore import Coverage, Explorer, Finding
from tests.simulator.history import at_its_end, started
from tests.simulator.scenarios import NAMED, SCENARIOS, Scenario
from tests.simulator.seeds import told
from tests.simulator.state import JOURNALS, State
from tests.simulator.world import Life


@dataclass(frozen=True)
class Extent:
    """How far: of all scenarios every so manyth, of all starts every so manyth, crashes after each, random seeds."""

    scenarios: int = 1
    starts: int = 1
    crashes: int = 1
    seeds: int = 0


@dataclass(frozen=True)
class Sweep:
    """A name, what it does, and how far it goes in the short form and the long one."""

    name: str
    says: str
    starts: Callable[[Scenario], Iterable[State]]
    short: Extent
    long: Extent
    by_hand: bool = False


def swept(sweep: Sweep, extent: Extent, only: str = "") -> Iterator[tuple[Scenario, Coverage]]:
    """One scenario after the other."""
    if extent.seeds:
        yield from sown(range(extent.seeds))
        return
    for scenario in [NAMED[only]] if only else islice(SCENARIOS, 0, None, extent.scenarios):
        yield explored(sweep, scenario, extent)


def explored(sweep: Sweep, scenario: Scenario, extent: Extent) -> tuple[Scenario, Coverage]:
    """One scenario of a sweep."""
    starts = islice(sweep.starts(scenario), 0, None, extent.starts)
    return scenario, Explorer(scenario, by_hand=sweep.by_hand).explore(starts, extent.crashes)


def sown(seeds: Iterable[int]) -> Iterator[tuple[Scenario, Coverage]]:
    """One seed after the other."""
    for seed in seeds:
        history = told(seed, lines=False)
        coverage = Coverage(runs=1 + history.crashes, undisturbed=1, states=1, overwritten=history.overwritten)
        for each in history.found:
            coverage.found[f"seed {seed}", each.number] = Finding(each, started(history.scenario))
        yield history.scenario, coverage


@cache
def undisturbed(scenario: Scenario) -> State:
    """The state at the end of a history in which nothing goes wrong: how often it reads, calls, pushes, and so on."""
    state = started(scenario)
    at_its_end(Life(state), scenario.plan)
    return state


def _alone(scenario: Scenario) -> Iterator[State]:
    yield started(scenario)


def _stale(scenario: Scenario) -> Iterator[State]:
    for reader in READERS[1:]:
        yield started(scenario, Disturbance(reader=reader))


def _call_faults(scenario: Scenario) -> Iterator[State]:
    for fault in CALL_FAULTS:
        for number in range(undisturbed(scenario).sends + 2):
            yield started(scenario, Disturbance(calls=((number, fault),)))


def _stale_call_faults(scenario: Scenario) -> Iterator[State]:
    for reader in READERS[1:]:
        for state in _call_faults(scenario):
            state.disturbance = replace(state.disturbance, reader=reader)
            yield state


def _double_faults(scenario: Scenario) -> Iterator[State]:
    """The same fault twice in a row, and once more on the way back."""
    for fault in CALL_FAULTS:
        for number in range(undisturbed(scenario).sends + 1):
            yield started(scenario, Disturbance(calls=((number, fault), (number + 1, fault))))


def _read_faults(scenario: Scenario) -> Iterator[State]:
    for fault in READ_FAULTS:
        for number in range(undisturbed(scenario).reads):
            yield started(scenario, Disturbance(reads=((number, fault),)))


def _push_faults(scenario: Scenario) -> Iterator[State]:
    for fault in PUSH_FAULTS:
        for number in range(undisturbed(scenario).pushes):
            yield started(scenario, Disturbance(pushes=((number, fault),)))


def strangers(scenario: Scenario) -> Iterator[State]:
    """Somebody else at every instant, at every facet of every toy that the change touches."""
    for toy in _touched(scenario):
        for member, item in (*facets_of(toy), ("", "")):
            for value in ("theirs", None):
                for tick in range(1, undisturbed(scenario).ticks + 1):
                    if member or value is None or has_lives(toy):
                        yield started(scenario, Disturbance(strangers=(Stranger(tick, toy, member, item, value),)))


def _stops(scenario: Scenario) -> Iterator[State]:
    for times in (1, 2):
        for tick in range(1, undisturbed(scenario).ticks + 1):
            yield started(scenario, Disturbance(stops=((tick, times),)))


def _full(scenario: Scenario) -> Iterator[State]:
    for number in range(1, undisturbed(scenario).writes + 1):
        yield started(scenario, Disturbance(full=number))


def _leases(scenario: Scenario) -> Iterator[State]:
    for number in range(1, undisturbed(scenario).holds + 1):
        yield started(scenario, Disturbance(lease=number))
        yield started(scenario, Disturbance(taken=number))


def _touched(scenario: Scenario) -> list[str]:
    calls = (event for event in JOURNALS.items(undisturbed(scenario).journal) if isinstance(event, e.CallStarted))
    return sorted({str(facet.ref) for call in calls for facet in call.facets})


SWEEPS = (
    Sweep("crashes", "killed at every instant, forward and back, once and twice", _alone, Extent(2, 1, 1), Extent(1, 1, 2)),
    Sweep("rolled back by hand", "the same, and somebody types rollback after it", _alone, Extent(3), Extent(1, 1, 1), True),
    Sweep("stale reads", "production is read as it was, and killed at every instant", _stale, Extent(4), Extent()),
    Sweep("faults", "every call, every fault, killed at every later instant", _call_faults, Extent(5, 7), Extent(1, 1, 2)),
    Sweep("faults and stale reads", "every call, every fault, reads as it was", _stale_call_faults, Extent(3, 11, 0), Extent()),
    Sweep("faults twice", "every call, every fault twice in a row", _double_faults, Extent(3, 7, 0), Extent()),
    Sweep("reads that fail", "every reading, every fault", _read_faults, Extent(3, 9, 0), Extent()),
    Sweep("pushes that fail", "every push, every fault", _push_faults, Extent(3, 1, 0), Extent()),
    Sweep("strangers", "somebody else at every instant and every facet", strangers, Extent(4, 37, 0), Extent()),
    Sweep("stops", "a person asks to stop once or twice at every instant", _stops, Extent(3, 7, 0), Extent()),
    Sweep("full disk", "from every write on the disk is full", _full, Extent(3, 5, 0), Extent()),
    Sweep("leases", "from every call on the lease is over, or somebody has taken over", _leases, Extent(3, 1, 0), Extent()),
    Sweep("seeds", "all of it at once, by chance", _alone, Extent(seeds=400), Extent(seeds=20_000)),
)  # fmt: skip
