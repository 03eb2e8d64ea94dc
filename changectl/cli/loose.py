"""Loose ends of an attempt whose process died: closed where it never began, told to the team where it has ended.

And an attempt whose number another machine has taken: it changed nothing, and is set aside.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from changectl.catalogue import catalogue
from changectl.cli import clocks
from changectl.cli.keeper import Keeper
from changectl.cli.memory import Memory, lost_to, unpublished
from changectl.cli.stops import Stops
from changectl.errors import RemoteNeeded
from changectl.model.change import Outcome
from changectl.model.codec import entry_id
from changectl.model.events import Begun, Closed, Published, RollbackWanted, TakenUp, WentForward
from changectl.model.fold import fold
from changectl.register.journal import Journal


def tied_up(found: Memory, by: str, change: str) -> None:
    """Close the latest attempt on this machine if it never began; publish its end if the team was not told.

    An attempt that has begun and not ended is left as it is. Raises InProgress where another process conducts it,
    RemoteNeeded where the end cannot be told.
    """
    set_aside_what_lost(found, change)
    latest = found.journals.latest(change)
    if latest is None:
        return
    with found.journals.open(change, latest) as journal:
        caught_up(found, journal)
        if has_begun(journal) and not any(isinstance(entry.event, Closed) for entry in journal.recovered):
            return
        tie_up(found, by, journal)


def set_aside_what_lost(found: Memory, change: str) -> None:
    """What this machine has of an attempt that another one has begun under the same number, if there is any.

    Nobody acknowledged it, so that it has changed nothing. Raises InProgress where another process conducts it.
    """
    latest = found.journals.latest(change)
    if latest is not None and lost_to(found.recorded(change), latest, found.journals.read(change, latest)):
        found.journals.set_aside(change, latest)


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


def caught_up(found: Memory, journal: Journal) -> None:
    """What the register alone has of this attempt comes into its journal: that a colleague closed it, that it goes back.
    All that it has, where this machine has ended it and could not record that.

    The remote is asked where that can be: where the attempt needs an operator, or where its lease has run out. What this
    machine has done since and told nobody is what is so in production; then the journal is left as it is.
    """
    if _may_be_closed(journal, found.register.lease):
        with suppress(RemoteNeeded):
            found.register.fetch()
    told = {entry_id(entry): entry for entry in found.recorded(journal.change) if entry.attempt == journal.attempt}
    mine = {entry_id(entry) for entry in unpublished(journal.recovered)}
    if not mine or not mine <= told.keys():
        return
    missing = [told[one] for one in told if one not in mine]
    ended_here = any(isinstance(each.event, Closed) and each.host == journal.recovered[0].host for each in missing)
    for entry in missing:
        if ended_here or isinstance(entry.event, Closed | RollbackWanted | TakenUp | WentForward):
            journal.append(entry)
            journal.recovered = (*journal.recovered, entry)


def _may_be_closed(journal: Journal, lease: timedelta) -> bool:
    change = fold(journal.recovered)
    if change.closed or not change.begun:
        return False
    began = datetime.fromisoformat(journal.recovered[0].at)
    return change.operator is not None or clocks.now() - began > lease


def has_begun(journal: Journal) -> bool:
    """Whether the attempt was begun: before that nothing is locked and nothing is sent."""
    return any(isinstance(entry.event, Begun) for entry in journal.recovered)
