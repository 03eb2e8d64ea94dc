"""Whether what is recorded of a change contradicts what is promised of every change: a bug of ours, and never silent. Pure."""

from collections.abc import Iterable

from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.invariants import History, broken


def contradictions(entries: Iterable[Entry], change: Change) -> tuple[str, ...]:
    """Each promise that does not hold of the latest attempt, with what shows it.

    Earlier attempts are not looked at: what went wrong with them was said then. Nor is what could not be recorded.
    """
    latest = tuple(entry for entry in entries if entry.attempt == change.attempt)
    if change.unrecorded or change.read_only:
        return ()
    return tuple(f"promise {each.number} ({each.sentence.rstrip('.')}): {each.what}" for each in broken(History(latest)))
