"""Whether what is recorded of a change contradicts what is promised of every change: a bug of ours, and never silent. Pure."""

from collections.abc import Iterable

from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.history import History
from changectl.model.invariants import broken


def contradictions(entries: Iterable[Entry], change: Change) -> tuple[str, ...]:
    """Each promise that does not hold of the latest attempt, with what shows it.

    What went wrong with earlier attempts was said then. Nothing is judged by a record that is known to have holes.
    """
    if change.unrecorded or change.read_only:
        return ()
    told = tuple(entries)
    earlier = broken(History(tuple(entry for entry in told if entry.attempt < change.attempt)))
    wrong = (each for each in broken(History(told)) if each not in earlier)
    return tuple(f"promise {each.number} ({each.sentence.rstrip('.')}): {each.what}" for each in wrong)
