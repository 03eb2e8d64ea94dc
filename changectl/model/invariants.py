"""What holds of every change, whatever happens: the invariants, as one table of sentences and pure checks.

A check works on what it is given and says nothing where facts are missing: a journal alone decides some, the register
more, and only a simulator, which knows the truth about production, decides all.
"""

from collections.abc import Callable, Iterable

from changectl.model import judged_ends as ends
from changectl.model import judged_records as records
from changectl.model.frozen import dataclass
from changectl.model.history import Facts, History, facts_of


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and what shows it."""

    number: int
    sentence: str
    what: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """Its number, what it promises, and what shows that it does not hold."""

    number: int
    sentence: str
    check: Callable[[Facts], Iterable[str]]


def broken(history: History) -> tuple[Broken, ...]:
    """Every invariant that does not hold of a history, as far as it tells."""
    facts = facts_of(history)
    return tuple(Broken(each.number, each.sentence, what) for each in TABLE for what in each.check(facts))


TABLE = (
    Invariant(
        1,
        "Every attempt ends applied, rolled back, refused or abandoned, or says that it needs an operator.",
        ends.ends,
    ),
    Invariant(
        2, "What is applied was read again, and is as intended or was changed later by somebody else.", ends.applied
    ),
    Invariant(3, "What is rolled back was read again, and is as before.", ends.rolled_back),
    Invariant(4, "What somebody else wrote is not overwritten where it could be seen.", ends.strangers),
    Invariant(5, "What must not be done twice is done at most once.", records.once),
    Invariant(
        6, "No call is sent before it is recorded, the change is begun, and its locks are held.", records.recorded_first
    ),
    Invariant(7, "Every effect belongs to one call of one step of one attempt.", records.belongs),
    Invariant(8, "The register has each event once, as it was written.", records.registered_once),
    Invariant(9, "What the register has acknowledged is never lost.", records.kept),
    Invariant(
        10,
        "An operator is needed only where nothing else can know, and is told what stands wrong.",
        ends.needs_operator,
    ),
    Invariant(11, "Locks are held as long as an attempt has not ended, and no longer.", ends.locked),
    Invariant(12, "A lock has one holder at a time.", records.one_holder),
    Invariant(
        13, "Nothing goes forward after its lease, and nothing is sent once somebody has taken over.", ends.leased
    ),
    Invariant(14, "No event holds a secret.", records.secret),
    Invariant(15, "What has ended sends no call.", ends.still),
    Invariant(17, "What ran is what was approved.", records.approved),
    Invariant(18, "Every call goes where the plan says.", records.where),
    Invariant(19, "What was refused has changed nothing.", ends.refused),
)
"""The numbers are for ever; 16, that the index is what the register says, is the index's own to check."""
