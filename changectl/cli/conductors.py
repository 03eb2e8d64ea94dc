"""Who conducts what has begun: told exactly by this machine's own journals, and by the leases of the locks of others."""

from collections.abc import Iterable

from changectl.cli.memory import Memory
from changectl.model.change import Change
from changectl.model.conductor import Conductor, Presence
from changectl.model.entry import Entry
from changectl.model.events import Begun
from changectl.register.locks import Lock

UNDER_WAY = ("begun", "applying", "verifying", "rolling-back")
"""What a change is called while an attempt of it goes on."""


def conductor_of(found: Memory, change_id: str, locks: Iterable[Lock], at: str) -> Conductor | None:
    """Who conducts the latest attempt at a time (RFC 3339); None where none is under way. `locks`: all that are held."""
    story = found.story(change_id)
    change = story.change
    began = _begin(story.entries, change)
    if began is None or not change.in_progress or change.operator:
        return None
    if change.attempt in found.journals.attempts(change_id):
        process = found.journals.held_by(change_id, change.attempt)
        presence = Presence.LEFT_HERE if process is None else Presence.HERE
        heard = [entry.at for entry in found.journals.read(change_id, change.attempt)]
        return Conductor(presence, began.by, began.host, began.at, heard[-1] if heard else "", "", process or "")
    return _elsewhere(began, locks, at)


def _elsewhere(began: Entry, locks: Iterable[Lock], at: str) -> Conductor:
    leases = [
        lock.lease
        for lock in locks
        if lock.owner and lock.lease and (lock.owner.change, lock.owner.attempt) == (began.change, began.attempt)
    ]
    if not leases:
        return Conductor(Presence.UNHELD, began.by, began.host, began.at)
    latest = max(leases, key=lambda lease: lease.until)
    presence = Presence.GONE if latest.is_over(at) else Presence.THERE
    return Conductor(presence, began.by, began.host, began.at, latest.since, latest.until)


def _begin(entries: Iterable[Entry], change: Change) -> Entry | None:
    begins = (e for e in entries if isinstance(e.event, Begun) and e.attempt == change.attempt)
    return next(begins, None)
