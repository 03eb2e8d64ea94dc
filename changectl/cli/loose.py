"""Loose ends of an attempt whose process died: closed where it never began, told to the team where it has ended."""

from changectl.catalogue import catalogue
from changectl.cli.memory import Memory
from changectl.cli.stops import Stops
from changectl.cli.world import Keeper
from changectl.model.change import Outcome
from changectl.model.events import Begun, Closed, Published
from changectl.register.journal import Journal


def tied_up(found: Memory, by: str, change: str) -> None:
    """Close the latest attempt on this machine if it never began; publish its end if the team was not told.

    An attempt that has begun and not ended is left as it is. Raises InProgress where another process conducts it,
    RemoteNeeded where the end cannot be told.
    """
    latest = found.journals.latest(change)
    if latest is None:
        return
    with found.journals.open(change, latest) as journal:
        if has_begun(journal) and not any(isinstance(entry.event, Closed) for entry in journal.recovered):
            return
        tie_up(found, by, journal)


def tie_up(found: Memory, by: str, journal: Journal) -> None:
    """The same for a journal that is open: of an attempt that never began, or that has ended."""
    recovered = list(journal.recovered)
    if recovered and isinstance(recovered[-1].event, Published):
        return
    earlier = tuple(entry for entry in found.entries(journal.change) if entry.attempt < journal.attempt)
    keeper = Keeper(found, journal, by, Stops(), catalogue().kinds, earlier, recovered)
    if not any(isinstance(entry.event, Closed) for entry in recovered):
        keeper.record(Closed(Outcome.ABANDONED.value, "interrupted before it began", "interrupted"))
    keeper.record(Published(keeper.publish()))


def has_begun(journal: Journal) -> bool:
    """Whether the attempt was begun: before that nothing is locked and nothing is sent."""
    return any(isinstance(entry.event, Begun) for entry in journal.recovered)
