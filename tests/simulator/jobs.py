"""A sweep in parts, each scenario one, for as many processes as asked for.

States live in the process that made them; words and figures leave it.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from multiprocessing import get_context
from time import process_time

from tests.simulator.explore import Coverage, Finding
from tests.simulator.history import at_its_end
from tests.simulator.scenarios import NAMED, SCENARIOS
from tests.simulator.seeds import told
from tests.simulator.state import JOURNALS
from tests.simulator.sweeps import SWEEPS, Extent, explored, sown
from tests.simulator.world import Life

SEEDS = 250
"""Seeds a part."""


@dataclass(frozen=True)
class Part:
    """One scenario of a sweep, or some of its seeds; whoever has to say what happened says it where it happened."""

    sweep: str
    extent: Extent
    scenario: str = ""
    seeds: range = range(0)
    tell: bool = False


@dataclass
class Swept:
    """What a part covered, with what broke as words, by scenario and invariant; the scenarios it ran; CPU seconds."""

    part: Part
    coverage: Coverage
    scenarios: set[str]
    broken: dict[tuple[str, int], str] = field(default_factory=dict)
    lines: dict[tuple[str, int], str] = field(default_factory=dict)
    seconds: float = 0.0


def parts(sweep: str, extent: Extent, only: str = "", *, tell: bool = False) -> list[Part]:
    """A sweep cut up."""
    if extent.seeds:
        starts = range(0, extent.seeds, SEEDS)
        return [Part(sweep, extent, seeds=range(n, min(n + SEEDS, extent.seeds)), tell=tell) for n in starts]
    names = [only] if only else [scenario.name for scenario in islice(SCENARIOS, 0, None, extent.scenarios)]
    return [Part(sweep, extent, name, tell=tell) for name in names]


def done(these: Iterable[Part], jobs: int) -> Iterator[Swept]:
    """Each part, in order, as it is done; with one job in this process."""
    if jobs == 1:
        yield from map(_done, these)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield from pool.map(_done, these)


def _done(part: Part) -> Swept:
    began = process_time()
    sweep = next(each for each in SWEEPS if each.name == part.sweep)
    swept = Swept(part, Coverage(), set())
    for scenario, coverage in sown(part.seeds) if part.seeds else [explored(sweep, NAMED[part.scenario], part.extent)]:
        swept.scenarios.add(scenario.name)
        swept.coverage.add(coverage)
    swept.broken = {key: finding.broken.what for key, finding in swept.coverage.found.items()}
    if part.tell:
        swept.lines = {key: _told(key[0], finding) for key, finding in swept.coverage.found.items()}
    swept.coverage.found = {}
    swept.seconds = process_time() - began
    return swept


def _told(scenario: str, finding: Finding) -> str:
    if scenario.startswith("seed "):
        return "\n".join(told(int(scenario.removeprefix("seed "))).lines)
    state, out = finding.before.copy(), StringIO()
    with redirect_stdout(out):
        print("\n".join(f"          {event}" for event in JOURNALS.items(state.journal)))
        print(f"  --- from here undisturbed, but for {state.disturbance}; production is {state.aws.key()}")
        life = Life(state)
        life.told = lambda what: print(f"  {state.aws.seconds:7.1f} {what}")
        at_its_end(life, NAMED[scenario].plan)
    return out.getvalue()
