"""Killed at any instant, once and again: every state that a crash can leave is gone on from once.

The engine is deterministic given what outlives a process. So two crashes that leave the same journal, production, remote and
things still to go wrong have one future, which is run once; from how the states follow each other all histories are counted.
"""

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from changectl.model import events as e
from changectl.model.invariants import Broken
from tests.simulator.history import at_its_end, findings
from tests.simulator.scenarios import Scenario
from tests.simulator.state import JOURNALS, State, change_of
from tests.simulator.world import Life


@dataclass(frozen=True)
class Finding:
    """An invariant that does not hold, and the state from which the process went on undisturbed and broke it."""

    broken: Broken
    before: State


@dataclass
class Coverage:
    """What was run and what that covers. Runs are lives of a process to the end; the rest are histories by number of crashes."""

    runs: int = 0
    undisturbed: int = 0
    once: int = 0
    twice: int = 0
    states: int = 0
    overwritten: int = 0
    found: dict[tuple[str, int], Finding] = field(default_factory=dict)

    @property
    def covered(self) -> int:
        """Histories with up to two crashes."""
        return self.undisturbed + self.once + self.twice

    def add(self, other: "Coverage") -> None:
        """Both together."""
        for name in ("runs", "undisturbed", "once", "twice", "states", "overwritten"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for key, finding in other.found.items():
            self.found.setdefault(key, finding)


@dataclass
class Explorer:
    """Explores one scenario; states that were gone on from, whatever led there, are known for all that follows.

    `by_hand`: after each crash somebody may also type `changectl rollback`.
    """

    scenario: Scenario
    by_hand: bool = False
    numbers: dict[Hashable, int] = field(default_factory=dict)
    following: dict[int, Counter[int]] = field(default_factory=dict)
    found: dict[int, tuple[State, tuple[Broken, ...]]] = field(default_factory=dict)
    overwritten: dict[int, int] = field(default_factory=dict)
    _depths: dict[int, int] = field(default_factory=dict)
    _waiting: deque[tuple[int, State, int]] = field(default_factory=deque)

    def explore(self, starts: Iterable[State], crashes: int = 2) -> Coverage:
        """All that can come of these starts with so many crashes. What is known already is not run again, but counts."""
        coverage, first, known = Coverage(), list[int](), len(self._depths)
        for start in starts:
            first.append(self._number(("start", start.ticks, *start.key(start.journal, start.called_at))))
            self._go_on(first[-1], start, crashes)
        while self._waiting:
            number, state, left = self._waiting.popleft()
            self._run(number, state, left)
            coverage.runs += 1
        coverage.states = len(self._depths) - known
        self._count(coverage, first, crashes)
        return coverage

    def _number(self, key: Hashable) -> int:
        return self.numbers.setdefault(key, len(self.numbers))

    def _go_on(self, number: int, state: State, crashes: int) -> None:
        """Have a state run, unless it was with as many crashes left."""
        if self._depths.get(number, -1) < crashes:
            self._depths[number] = crashes
            self._waiting.append((number, state, crashes))

    def _run(self, number: int, state: State, crashes: int) -> None:
        following: Counter[int] = Counter()
        last: list[int] = []

        def watch(life: Life) -> None:
            if life.state.pending():
                return
            if life.dirty:
                last[:] = self._after_a_crash(life, crashes - 1)
                life.dirty = False
            following.update(last)

        before = state.copy()
        why = at_its_end(Life(state, watch if crashes else None), self.scenario.plan)
        self.following[number] = following
        if found := findings(self.scenario, state, why):
            self.found[number] = before, found
        if state.overwritten:
            self.overwritten[number] = len(state.overwritten)

    def _after_a_crash(self, life: Life, crashes: int) -> list[int]:
        """Every state that a crash can leave here: any beginning of what is not on the disk; a call may be under way."""
        numbers = [n for journal, at in life.leftovers() for n in self._left(life.state, journal, at, crashes)]
        if life.flying is not None:
            here, life.state = life.state, life.state.copy()
            life.fly(life.flying)
            numbers += self._left(life.state, life.state.journal, life.state.called_at, crashes)
            life.state = here
        return numbers

    def _left(self, state: State, journal: int, called_at: float | None, crashes: int) -> Iterator[int]:
        change, journals = change_of(journal), [journal]
        if self.by_hand and change.wants and not change.rollback and not change.closed:
            journals.append(JOURNALS.after(journal, e.RollbackWanted("asked for", "ana")))
        for each in journals:
            number = self._number(state.key(each, called_at))
            if self._depths.get(number, -1) < crashes:
                self._go_on(number, state.copy(journal=each, called_at=called_at), crashes)
            yield number

    def _count(self, coverage: Coverage, first: list[int], crashes: int) -> None:
        reached = dict.fromkeys(first)
        for number in first:
            coverage.undisturbed += 1
            coverage.overwritten += self.overwritten.get(number, 0)
            coverage.once += self.following[number].total()
            for then, many in self.following[number].items() if crashes > 1 else ():
                coverage.twice += many * self.following[then].total()
        level = list(reached)
        for _ in range(crashes):
            level = [then for number in level for then in self.following[number] if then not in reached]
            reached |= dict.fromkeys(level)
            level = list(dict.fromkeys(level))
        for number in reached.keys() & self.found.keys():
            before, found = self.found[number]
            for each in found:
                coverage.found.setdefault((self.scenario.name, each.number), Finding(each, before))
