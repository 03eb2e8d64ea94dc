"""A change: what its events add up to."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from changectl.model import events as e
from changectl.model.frozen import dataclass
from changectl.model.resource import EXISTENCE, FacetRef, Ref


class State(Enum):
    """Where a change stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    BEGUN = "begun"
    APPLYING = "applying"
    VERIFYING = "verifying"
    ROLLING_BACK = "rolling-back"
    NEEDS_OPERATOR = "needs-operator"
    CLOSED = "closed"


class Outcome(Enum):
    """How a change ended."""

    APPLIED = "applied"
    ROLLED_BACK = "rolled-back"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    ACCEPTED = "accepted"


class Fate(Enum):
    """What is known of a call that was begun."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that was begun, and what is known of it."""

    started: e.CallStarted
    fate: Fate = Fate.OPEN
    made: tuple[Ref, ...] = ()
    answer: str = ""

    @property
    def may_have_worked(self) -> bool:
        """Whether it had, or can have had, an effect."""
        return self.fate is not Fate.FAILED


@dataclass(frozen=True, slots=True)
class Change:
    """The present state of one change: its proposal, and its latest attempt.

    `deeds`: steps that a person was asked to do; `spared`: steps that are known to have done nothing.
    `red`: checks, by phase and number, that were red before the first step and have not passed since.
    `failed`: the check that failed, where it was one. `forward`: what is wished and not done, `agreed` by whom.
    `unheld`: why the way back went on without its locks. `unrecorded`: why this machine has not recorded all of it,
    which no event can tell.
    `began_at`: when the attempt began, `called_at`: when a call last began or was answered, as their entries say.
    `owed`: an emergency of it has ended, in this attempt or an earlier one, and nobody else has reviewed it.
    """

    proposed: e.Proposed | None = None
    approvals: tuple[e.Approved, ...] = ()
    attempt: int = 0
    begun: e.Begun | None = None
    began_at: str = ""
    called_at: str = field(default="", compare=False)
    snapshot: e.SnapshotTaken | None = None
    locked: bool = False
    confirmed: bool = False
    wants: Mapping[str, str] = field(default_factory=dict, hash=False)
    left_by: Mapping[str, str] = field(default_factory=dict, hash=False)
    deeds: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()
    calls: tuple[Sent, ...] = ()
    passed: frozenset[tuple[str, int]] = frozenset()
    soaked: bool = False
    verified: bool = False
    red: frozenset[tuple[str, int]] = frozenset()
    errored: e.CheckErrored | None = None
    failed: e.CheckFailed | None = None
    failure: str = ""
    paused: e.Paused | None = None
    rollback: e.RollbackWanted | None = None
    undo_failed: tuple[e.UndoFailed, ...] = ()
    undone: frozenset[str] = frozenset()
    left: tuple[e.FacetLeft, ...] = ()
    restore_done: bool = False
    proven: bool = False
    unheld: str = ""
    operator: e.OperatorNeeded | None = None
    forward: e.ForwardWanted | None = None
    agreed: tuple[e.ForwardApproved, ...] = ()
    closed: e.Closed | None = None
    reviews: tuple[e.Reviewed, ...] = ()
    owed: bool = False
    published: bool = False
    read_only: bool = False
    unrecorded: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it has not."""
        return Outcome(self.closed.outcome) if self.closed else None

    @property
    def state(self) -> State | None:
        """Where it stands; None where nothing is known of it."""
        if self.closed:
            return State.CLOSED
        if self.operator:
            return State.NEEDS_OPERATOR
        if self.rollback:
            return State.ROLLING_BACK
        if self.wants:
            return State.VERIFYING if len(self.left_by) == len(self.wants) else State.APPLYING
        if self.begun or self.snapshot:
            return State.BEGUN
        if self.approvals:
            return State.APPROVED
        return State.PROPOSED if self.proposed else None

    @property
    def unanswered(self) -> bool:
        """Whether it went wrong by itself, and nobody has said yet why."""
        failed = self.outcome is Outcome.ROLLED_BACK and self.rollback is not None and not self.rollback.by
        return (failed or self.outcome is Outcome.ACCEPTED) and not self.reviews

    @property
    def in_progress(self) -> bool:
        """Whether an attempt has begun and not ended."""
        return bool(self.snapshot or self.begun) and self.closed is None

    @property
    def names(self) -> Mapping[Ref, str]:
        """How the plan calls its resources."""
        return e.plan_names(self.begun.resolved) if self.begun else {}

    def touched(self) -> tuple[FacetRef, ...]:
        """Every setting that a call of this attempt can have changed, oldest first."""
        worked = [sent for sent in self.calls if sent.may_have_worked]
        facets = [facet for sent in worked for facet in (*sent.started.facets, *_existence(sent))]
        return tuple(dict.fromkeys(facets))

    def as_found(self) -> tuple[FacetRef, ...]:
        """Of those, the settings that were first read after the change's first call: what they were before, nobody knows."""
        taken = {facet.ref for facet in self.snapshot.facets} if self.snapshot else set()
        made = {ref for sent in self.calls for ref in (*sent.made, *sent.started.creates)}
        return tuple(facet for facet in self.touched() if facet.ref not in taken | made)


def _existence(sent: Sent) -> tuple[FacetRef, ...]:
    """What only the answer named, of which no setting was foretold: that it is there at all."""
    foretold = {facet.ref for facet in sent.started.facets}
    return tuple(FacetRef(ref, EXISTENCE) for ref in sent.made if ref not in foretold)
