"""What a comment on a pull request is made of: the plans that it changes, and all that is known of each."""

import re

from changectl.model.events import Approved, Proposed
from changectl.model.frozen import dataclass
from changectl.model.node import Complaint
from changectl.model.plan import Plan
from changectl.model.preview import Preview, Reversibility


@dataclass(frozen=True, slots=True)
class Earlier:
    """A change that names or touched the same: `stands` is its outcome, or else its state; `at` when that was last so.

    `of`: which resources; `why`: why it did not go as intended, where it did not.
    """

    change: str
    title: str
    stands: str
    at: str
    of: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Changes of the same resources: those that are open, and those that ended, both newest first.

    `own`: where this plan's own change stands while it goes on. `unknown`: why it is not known what happened.
    """

    open: tuple[Earlier, ...] = ()
    past: tuple[Earlier, ...] = ()
    own: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who must agree: how many, and by what. `how`: `signature`, `identity` or the name of a forge.

    `not_yet`: why a review would approve nothing yet. `agreed`: who agreed to exactly these bytes, as the register says.
    """

    needed: int
    how: str
    of_one: bool = False
    not_yet: str = ""
    agreed: tuple[Approved, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the plan would do to production. `moved`: what is not as it was when the plan was proposed."""

    preview: Preview
    proposed: Proposed
    moved: str = ""

    @property
    def worst(self) -> Reversibility:
        """How it comes back as a whole."""
        return Reversibility(self.proposed.reversibility)


@dataclass(frozen=True, slots=True)
class Said:
    """A step or a check in a sentence; `name` is the step's, or when it is tested."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """One plan that the request changes. `sort`: added, modified or renamed. `without`: why there is no preview.

    `plan` is None where it cannot be read. `writers` are names that commits claim.
    """

    id: str
    path: str
    sort: str
    content: bytes
    complaints: tuple[Complaint, ...]
    plan: Plan | None = None
    was: str = ""
    writers: tuple[str, ...] = ()
    steps: tuple[Said, ...] = ()
    tests: tuple[Said, ...] = ()
    foreseen: Foreseen | None = None
    without: str = ""
    asking: Asking | None = None
    history: History = History()

    @property
    def errors(self) -> int:
        """How many mistakes it has."""
        return sum(complaint.severity == "error" for complaint in self.complaints)

    @property
    def typed(self) -> str:
        """The id where it can be typed into a shell as it is; else nothing, as people copy what they are told to type."""
        return self.id if re.fullmatch(r"[a-z0-9][a-z0-9._-]*", self.id) else ""

    @property
    def title(self) -> str:
        """The plan's title, or its id where it cannot be read."""
        return self.plan.title if self.plan else self.id


@dataclass(frozen=True, slots=True)
class Deleted:
    """A plan that the request deletes. `own`: where its change stands while it goes on."""

    id: str
    path: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Everything that a run found out. `at`: when production was read, or the plans where it was not; RFC 3339.

    `order` grows with each run and retry of the forge's CI. `notes`: what else a reviewer should know.
    """

    head: str
    at: str
    plans: tuple[PlanFacts, ...]
    deleted: tuple[Deleted, ...] = ()
    notes: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
