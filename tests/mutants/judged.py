"""What the tool's surviving mutants are: no other behaviour, only words or time, or behaviour that no test holds to yet."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Judged:
    """A survivor, by its file and its lines as they are and as they would be (spaces flat), and why it survives."""

    file: str
    old: str
    new: str
    is_: Literal["equivalent", "words", "time", "missed"]
    why: str


JUDGED: tuple[Judged, ...] = (
    Judged(
        "engine/attempt.py",
        "self.wait(min(pause, max(self.horizon.left(wanted), 0.0)))",
        "self.wait(min(pause, max(self.horizon.left(wanted), 1.0)))",
        "time",
        "the last look comes up to a second later",
    ),
    Judged(
        "engine/conduct.py",
        "attempt.blink()",
        "pass",
        "time",
        "a reading is at most five seconds old in any case, and what goes back, proves or verifies reads by itself",
    ),
    Judged(
        "engine/deciding.py",
        "if attempt.change.paused is None and errored is not None:",
        "if (attempt.change.paused is None):",
        "equivalent",
        "somebody is asked to try again only after a pause or a check that could not be asked",
    ),
    Judged(
        "engine/fate.py",
        "return facet.facet not in (leaves[facet.ref] or {}) or body_of(state, facet) == body_of(leaves, facet)",
        "return facet.facet not in ((leaves[facet.ref])) or body_of(state, facet) == body_of(leaves, facet)",
        "equivalent",
        "it is not None here, and an empty one has no facets either",
    ),
    Judged(
        "engine/steps.py",
        "return {}",
        "return None",
        "equivalent",
        "a pause leaves nothing, and nothing is asked of it but whether it is empty",
    ),
    Judged(
        "model/durable.py",
        "return isinstance(event, CallDone | LocksHeld | Published)",
        "return isinstance(event, LocksHeld | Published)",
        "time",
        "every answer is synced at once: a sync more for each call",
    ),
    Judged(
        "model/merge.py",
        "now: Body = field(hash=False)",
        "now: Body = field(hash=True)",
        "equivalent",
        "no conflict is ever hashed",
    ),
    Judged(
        "register/disk.py",
        "room: int = 0",
        "room: int = 1",
        "equivalent",
        "whoever opens lines either says how much room there is or recovers them first, which measures it",
    ),
    Judged(
        "register/disk.py",
        "descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)",
        "descriptor = os.open(path, (os.O_RDWR))",
        "equivalent",
        "Python opens descriptors that no child inherits anyway",
    ),
    Judged(
        "register/disk.py",
        "raise cannot_record(path, error.strerror or str(error)) from error",
        "raise cannot_record(path, (error.strerror)) from error",
        "words",
        "the system has words for each of these errors",
    ),
    Judged(
        "register/journal.py",
        "(self.folder / _ENDED).touch(mode=0o600)",
        "(self.folder / _ENDED).touch(mode=0)",
        "equivalent",
        "only whether the file is there is ever asked",
    ),
    Judged(
        "register/publish.py",
        "_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.6 # seconds",
        "_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0 # seconds",
        "time",
        "between two tries of a push there is hardly a pause",
    ),
    Judged(
        "register/publish.py",
        'where = repository.remote or "this repository"',
        "where = 'this repository'",
        "words",
        "the remote is called this repository",
    ),
    Judged(
        "engine/restore.py",
        "return any(life.get(INCARNATION) == now.get(INCARNATION) for life in lives if INCARNATION in life or life is before)",
        "return any(life.get(INCARNATION) == now.get(INCARNATION) for life in lives if True)",
        "equivalent",
        "a kind whose resources say which life it is says it in each reading",
    ),
)
