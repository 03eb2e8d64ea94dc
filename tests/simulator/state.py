"""Everything that outlives a process: production, the disk, the remote, what is still to go wrong, and the truth so far."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.fold import evolve
from changectl.model.history import Effect, Overwritten
from tests.simulator.aws import Aws, Toy
from tests.simulator.disturbances import ANSWER, Disturbance
from tests.simulator.trie import Trie

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
JOURNALS: Trie[e.Event] = Trie()
REMOTES: Trie[e.Event] = Trie()
EFFECTS: Trie[Effect] = Trie()
CHANGES: dict[int, Change] = {0: Change(attempt=1)}


def change_of(journal: int) -> Change:
    """What a journal adds up to."""
    unknown = []
    while (found := CHANGES.get(journal)) is None:
        unknown.append(journal)
        journal = JOURNALS.parent(journal)
    for longer in reversed(unknown):
        event = JOURNALS.last(longer)
        found = evolve(found, event)
        if isinstance(event, e.Begun):
            found = replace(found, began_at=stamp(0.0))
        CHANGES[longer] = found
    return found


def stamp(seconds: float) -> str:
    """The time of day as an entry has it."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")


TOYS: Mapping[str, Toy] = {
    "box/a": {"Lid": "shut", "Labels": {"team": "x"}, "Note": "old"},
    "box/b": {"Lid": "open"},
    "box/c": {"Labels": {"one": "1", "two": "2"}},
    "gate/g": {"Rules": {"ssh": "22", "web": "80"}},
    "lamp/l": {"Colour": "red", "Shade": "dark"},
    "motor/m": {"Speed": "slow"},
    "kite/k": {"Dye": "red", "Tail": "long"},
}
"""What production is before every change."""


@dataclass
class State:
    """Everything that outlives a process: production, the disk, the remote, what is still to go wrong, and the truth so far.

    `early`: what strangers wrote to toys whose making was not known to be done, which nobody can tell from what AWS makes of
    a new one.
    """

    aws: Aws
    disturbance: Disturbance = Disturbance()
    journal: int = 0
    called_at: float | None = None
    remote: int = 0
    locked: bool = False
    begun: bool = False
    sends: int = 0
    reads: int = 0
    pushes: int = 0
    holds: int = 0
    writes: int = 0
    ticks: int = 0
    red: Mapping[str, int] = field(default_factory=dict)
    valves: frozenset[str] = frozenset()
    answers: Mapping[str, str | None] = field(default_factory=dict)
    effects: int = 0
    overwritten: tuple[Overwritten, ...] = ()
    marks: tuple[tuple[str, str | None], ...] = ()
    strangers: tuple[tuple[str, str | None], ...] = ()
    early: frozenset[str] = frozenset()
    excuse: str = ""
    rewritten: bool = False
    gaps: bool = False

    def copy(self, **differently: Any) -> "State":
        """The same, to go another way from here."""
        twin = copy(self)
        twin.aws = self.aws.copy()
        for name, value in differently.items():
            setattr(twin, name, value)
        return twin

    def pending(self) -> bool:
        """Whether something that is numbered or has its instant is still to go wrong."""
        d = self.disturbance
        return bool(
            any(n >= self.sends for n, _ in d.calls)
            or any(n >= self.reads for n, _ in d.reads)
            or any(n >= self.pushes for n, _ in d.pushes)
            or any(each.tick > self.ticks for each in d.strangers)
            or any(tick > self.ticks for tick, _ in d.stops)
            or d.lease > self.holds
            or d.taken > self.holds
            or d.full > self.writes
        )

    def key(self, journal: int, called_at: float | None) -> tuple[Any, ...]:
        """All that decides how it goes on after a crash; the same key, the same future."""
        d, seconds = self.disturbance, self.aws.seconds
        ago = None if called_at is None else min(round(seconds - called_at, 3), ANSWER)
        left = (
            tuple((n - self.sends, what) for n, what in d.calls if n >= self.sends),
            tuple((n - self.reads, what) for n, what in d.reads if n >= self.reads),
            tuple((n - self.pushes, what) for n, what in d.pushes if n >= self.pushes),
            tuple((s.tick - self.ticks, s) for s in d.strangers if s.tick > self.ticks),
            tuple((tick - self.ticks, n) for tick, n in d.stops if tick > self.ticks),
            d.full and max(d.full - self.writes, -1),
            d.lease and max(d.lease - self.holds, 0),
            d.taken and max(d.taken - self.holds, 0),
        )
        return (
            journal, ago, self.aws.key(old=d.reader != "fresh"), self.remote, self.locked, self.begun, self.valves,
            self.effects, self.overwritten, self.marks, self.strangers, self.excuse, self.rewritten, self.gaps,
            self.early, left, d.reader,
        )  # fmt: skip


def recovered(state: State) -> tuple[int, tuple[e.Event, ...]]:
    """The journal as a new process finds it, what the register alone has of it included; and what that has not been told."""
    mine = [event for event in JOURNALS.items(state.journal) if not isinstance(event, e.Published)]
    theirs = REMOTES.items(state.remote)
    if list(theirs) == mine[: len(theirs)]:
        return state.journal, tuple(mine[len(theirs) :])
    if not is_part(mine, theirs):
        state.rewritten = not state.gaps
        return state.journal, ()
    rest = theirs[len(mine) :] if list(theirs[: len(mine)]) == mine else ()
    for event in rest:
        if isinstance(event, e.Closed | e.RollbackWanted | e.TakenUp):
            state.journal = JOURNALS.after(state.journal, event)
    return state.journal, ()


def is_part(some: Iterable[e.Event], whole: Iterable[e.Event]) -> bool:
    """Whether some events are all among others, in their order."""
    rest = iter(whole)
    return all(event in rest for event in some)
