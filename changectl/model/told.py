"""What the events of one attempt tell, laid out for those who check them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import field

from changectl.model import events as e
from changectl.model.change import Fate, Outcome
from changectl.model.entry import Entry
from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """The events of one attempt, oldest first, its calls, and what was said of each call's fate, one after the other."""

    number: int
    events: tuple[e.Event, ...]
    begun: e.Begun | None
    placed_calls: tuple[tuple[int, e.CallStarted], ...]
    fates: dict[int, list[Fate]] = field(hash=False)

    @property
    def calls(self) -> tuple[e.CallStarted, ...]:
        """Its calls, oldest first."""
        return tuple(call for _, call in self.placed_calls)

    def ends(self, outcome: Outcome) -> Iterator[tuple[int, e.Closed]]:
        """Where it ended so."""
        for n, event in enumerate(self.events):
            if isinstance(event, e.Closed) and event.outcome == outcome.value:
                yield n, event

    def turned(self, place: int) -> int:
        """Where it last turned round before a place; its beginning where it never did."""
        return max((n for n in range(place) if isinstance(self.events[n], e.RollbackWanted)), default=0)

    def began_step(self, step: str, place: int) -> bool:
        """Whether a step had begun before a place."""
        return any(isinstance(each, e.StepStarted) and each.step == step for each in self.events[:place])


def attempts(entries: Iterable[Entry]) -> tuple[Attempt, ...]:
    """Every attempt that the entries tell of, oldest first; what happens beside attempts is left out."""
    by_number: dict[int, list[e.Event]] = {}
    for entry in entries:
        if entry.attempt and not isinstance(entry.event, e.Noted | e.Reviewed):
            by_number.setdefault(entry.attempt, []).append(entry.event)
    return tuple(_attempt(number, tuple(by_number[number])) for number in sorted(by_number))


def _attempt(number: int, events: tuple[e.Event, ...]) -> Attempt:
    fates: dict[int, list[Fate]] = {}
    begun, calls = None, []
    for n, event in enumerate(events):
        match event:
            case e.Begun():
                begun = event
            case e.CallStarted():
                calls.append((n, event))
            case e.CallDone(call):
                fates.setdefault(call, []).append(Fate.DONE)
            case e.CallFailed(call):
                fates.setdefault(call, []).append(Fate.FAILED)
            case e.CallUnknown(call):
                fates.setdefault(call, []).append(Fate.UNKNOWN)
            case _:
                pass
    return Attempt(number, events, begun, tuple(calls), fates)
