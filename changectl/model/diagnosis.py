"""A diagnosis: one thing that changectl needs, whether it is there, and how to get it."""

from collections.abc import Iterable
from enum import Enum

from changectl.model.frozen import dataclass
from changectl.model.status import Status


class Health(Enum):
    """Whether a thing is as it must be. `UNKNOWN`: nobody could tell, which is neither good nor bad."""

    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, how it is in a sentence, and what to type. `status`: how a command ends that finds it missing."""

    name: str
    health: Health
    sentence: str
    mend: str = ""
    status: Status = Status.GATE_REFUSED


def ok(name: str, sentence: str, mend: str = "") -> Diagnosis:
    """It is there. `mend`: what would make it better still."""
    return Diagnosis(name, Health.OK, sentence, mend)


def missing(name: str, sentence: str, mend: str, status: Status = Status.GATE_REFUSED) -> Diagnosis:
    """It is not there, and this is how to get it."""
    return Diagnosis(name, Health.MISSING, sentence, mend, status)


def unknown(name: str, sentence: str, mend: str = "") -> Diagnosis:
    """It could not be seen from here."""
    return Diagnosis(name, Health.UNKNOWN, sentence, mend)


def overall(diagnoses: Iterable[Diagnosis]) -> Status:
    """How a command ends that found these: the configuration first, for the rest hangs on it; then AWS; then all else."""
    lacking = {each.status for each in diagnoses if each.health is Health.MISSING}
    first = (Status.PLAN_WRONG, Status.AWS_REFUSED, Status.GATE_REFUSED)
    return next((status for status in first if status in lacking), Status.DONE)
