"""What is recorded here and in the register, held against what is promised of every change."""

from collections.abc import Iterable, Sequence
from itertools import islice

from changectl.cli.memory import Memory
from changectl.errors import ChangectlError
from changectl.model.codec import entry_id
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.model.entry import Entry
from changectl.model.events import Closed, Published, RollbackWanted, TakenUp
from changectl.model.history import History
from changectl.model.invariants import Broken, broken

MANY = 200
"""Changes of this machine, and as many of the register, the newest first: reading them takes a second or two."""

NAME = "records"


def records(found: Memory) -> Sequence[Diagnosis]:
    """That nothing that is recorded contradicts what is promised; one line for each change of which something does."""
    names, wrong = _newest(found), list[Diagnosis]()
    for change in names:
        try:
            history = history_of(found, change)
        except ChangectlError as why:
            wrong.append(unknown(NAME, f"{change} cannot be read: {why.sentence}", why.hint))
            continue
        wrong += [_told(change, each) for each in islice(broken(history), 1)]
    many = f"{len(names)} change{'s' * (len(names) != 1)}"
    return wrong or (ok(NAME, f"nothing that is recorded of {many} contradicts what is promised of every change"),)


def history_of(found: Memory, change: str) -> History:
    """All that is known here of a change: its journals, and of attempts that others conducted what the register has.

    Where this machine went back unrecorded, as its disk was full, the register has more of its attempt than the journal.
    """
    recorded = found.recorded(change)
    journals = {number: found.journals.read(change, number) for number in found.journals.attempts(change)}
    mine = {entry_id(entry) for entries in journals.values() for entry in entries}
    apart = [entry for entry in recorded if entry_id(entry) not in mine]
    entries = [entry for number in sorted(_attempts(recorded, journals)) for entry in _of(number, journals, apart)]
    return History(tuple(entries), recorded or None, complete=not any(_is_lost(entry, journals) for entry in apart))


def _attempts(recorded: Iterable[Entry], journals: Iterable[int]) -> set[int]:
    return {*journals, *(entry.attempt for entry in recorded)}


def _of(number: int, journals: dict[int, tuple[Entry, ...]], apart: Sequence[Entry]) -> tuple[Entry, ...]:
    return (*journals.get(number, ()), *(entry for entry in apart if entry.attempt == number))


def _is_lost(entry: Entry, journals: dict[int, tuple[Entry, ...]]) -> bool:
    """Whether it should be in a journal of this machine: a colleague only closes an attempt, or has it go on or back."""
    journal = [each for each in journals.get(entry.attempt, ()) if not isinstance(each.event, Published)]
    told = isinstance(entry.event, Closed | RollbackWanted | TakenUp)
    return entry.attempt > 0 and bool(journal) and not told


def _told(change: str, each: Broken) -> Diagnosis:
    sentence = f"{change}: {each.what}. But: {each.sentence}"
    return missing(
        NAME, sentence, f"changectl show {change}; this is a bug of changectl, report it with what that prints"
    )


def _newest(found: Memory) -> tuple[str, ...]:
    folder = found.state / "changes"
    here = sorted((child.name for child in folder.iterdir()), reverse=True) if folder.is_dir() else []
    return tuple(dict.fromkeys((*here[:MANY], *islice(found.register.changes(), MANY))))
