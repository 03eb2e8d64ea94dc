"""A change: what its events add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import Enum
from functools import reduce
from typing import assert_never

from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.frozen import dataclass
from changectl.model.resource import FacetRef, Ref


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
    """The present state of one change: its proposal, and its latest attempt."""

    proposed: e.Proposed | None = None
    approvals: tuple[e.Approved, ...] = ()
    attempt: int = 0
    begun: e.Begun | None = None
    snapshot: e.SnapshotTaken | None = None
    locked: bool = False
    confirmed: bool = False
    wants: Mapping[str, str] = field(default_factory=dict, hash=False)
    left_by: Mapping[str, str] = field(default_factory=dict, hash=False)
    calls: tuple[Sent, ...] = ()
    passed: frozenset[tuple[str, int]] = frozenset()
    soaked: bool = False
    verified: bool = False
    errored: e.CheckErrored | None = None
    failure: str = ""
    rollback: e.RollbackWanted | None = None
    undo_failed: tuple[e.UndoFailed, ...] = ()
    undone: frozenset[str] = frozenset()
    restored: frozenset[FacetRef] = frozenset()
    left: tuple[e.FacetLeft, ...] = ()
    restore_done: bool = False
    proven: bool = False
    operator: e.OperatorNeeded | None = None
    closed: e.Closed | None = None
    published: bool = False
    read_only: bool = False

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
    def in_progress(self) -> bool:
        """Whether an attempt has begun and not ended."""
        return bool(self.snapshot or self.begun) and self.closed is None

    @property
    def names(self) -> Mapping[Ref, str]:
        """How the plan calls its resources."""
        return e.plan_names(self.begun.resolved) if self.begun else {}

    def touched(self) -> tuple[FacetRef, ...]:
        """Every setting that a call of this attempt can have changed, oldest first."""
        facets = (f for sent in self.calls if sent.may_have_worked for f in sent.started.facets)
        return tuple(dict.fromkeys(facets))


def fold(entries: Iterable[Entry]) -> Change:
    """What a change's entries add up to, oldest first. A later attempt replaces an earlier one."""
    return reduce(_entered, entries, Change())


def _entered(change: Change, entry: Entry) -> Change:
    if entry.attempt > change.attempt:
        change = Change(proposed=change.proposed, approvals=change.approvals, attempt=entry.attempt)
    return evolve(change, entry.event)


def evolve(change: Change, event: e.Event) -> Change:
    """The change after one more event."""
    if change.published and not isinstance(event, e.Published):
        change = replace(change, published=False)
    match event:
        case e.Proposed() | e.Approved():
            return _agreed(change, event)
        case e.SnapshotTaken() | e.Begun() | e.LocksHeld() | e.Confirmed():
            return _began(change, event)
        case e.Closed() | e.OperatorNeeded() | e.Published() | e.Unrecognised():
            return _ended(change, event)
        case e.StepStarted() | e.StepDone() | e.StepFailed() | e.UndoDone() | e.UndoFailed():
            return _stepped(change, event)
        case e.CallStarted() | e.CallDone() | e.CallFailed() | e.CallUnknown():
            return replace(change, calls=_called(change.calls, event), approvals=())  # spent: production is touched
        case e.CheckPassed() | e.CheckFailed() | e.CheckErrored() | e.Soaked() | e.Verified() | e.VerifyFailed():
            return _tested(change, event)
        case e.RollbackWanted() | e.FacetRestored() | e.FacetLeft() | e.Restored() | e.RestoreProven():
            return _went_back(change, event)
        case _:
            assert_never(event)


def _agreed(change: Change, event: e.Proposed | e.Approved) -> Change:
    match event:
        case e.Proposed():
            if change.closed:  # what ended is proposed anew
                return Change(proposed=event, attempt=change.attempt)
            same = change.proposed is not None and change.proposed.plan_digest == event.plan_digest
            return replace(change, proposed=event, approvals=change.approvals if same else ())
        case e.Approved():
            return replace(change, approvals=(*change.approvals, event))
        case _:
            assert_never(event)


def _began(change: Change, event: e.SnapshotTaken | e.Begun | e.LocksHeld | e.Confirmed) -> Change:
    match event:
        case e.SnapshotTaken():
            return replace(change, snapshot=event)
        case e.Begun():
            return replace(change, begun=event)
        case e.LocksHeld():
            return replace(change, locked=True)
        case e.Confirmed():
            return replace(change, confirmed=True)
        case _:
            assert_never(event)


def _ended(change: Change, event: e.Closed | e.OperatorNeeded | e.Published | e.Unrecognised) -> Change:
    match event:
        case e.Closed():
            return replace(change, closed=event, operator=None)
        case e.OperatorNeeded():
            return replace(change, operator=event)
        case e.Published():
            return replace(change, published=True)
        case e.Unrecognised():
            return replace(change, read_only=True)
        case _:
            assert_never(event)


def _stepped(change: Change, event: e.StepStarted | e.StepDone | e.StepFailed | e.UndoDone | e.UndoFailed) -> Change:
    match event:
        case e.StepStarted(step, want):
            return replace(change, wants={**change.wants, step: want})
        case e.StepDone(step, left):
            return replace(change, left_by={**change.left_by, step: left})
        case e.StepFailed(step, why):
            return replace(change, failure=f"step {step}: {why}")
        case e.UndoDone(step):
            return replace(change, undone=change.undone | {step})
        case e.UndoFailed():
            return replace(change, undo_failed=(*change.undo_failed, event))
        case _:
            assert_never(event)


def _called(
    calls: tuple[Sent, ...], event: e.CallStarted | e.CallDone | e.CallFailed | e.CallUnknown
) -> tuple[Sent, ...]:
    match event:
        case e.CallStarted():
            return (*calls, Sent(event))
        case e.CallDone(number, made, answer):
            return _settled(calls, number, Fate.DONE, made, answer)
        case e.CallFailed(number):
            return _settled(calls, number, Fate.FAILED)
        case e.CallUnknown(number):
            return _settled(calls, number, Fate.UNKNOWN)
        case _:
            assert_never(event)


def _settled(
    calls: tuple[Sent, ...], number: int, fate: Fate, made: tuple[Ref, ...] = (), answer: str = ""
) -> tuple[Sent, ...]:
    return tuple(
        replace(sent, fate=fate, made=made, answer=answer) if sent.started.number == number else sent for sent in calls
    )


def _tested(
    change: Change, event: e.CheckPassed | e.CheckFailed | e.CheckErrored | e.Soaked | e.Verified | e.VerifyFailed
) -> Change:
    match event:
        case e.CheckPassed(phase, number):
            return replace(change, passed=change.passed | {(phase, number)}, errored=None)
        case e.CheckFailed(phase, _, name, saw):
            return replace(change, failure=f"the check {name} failed {_when(phase)}: {saw}", errored=None)
        case e.CheckErrored():
            return replace(change, errored=event)
        case e.Soaked():
            return replace(change, soaked=True)
        case e.Verified():
            return replace(change, verified=True)
        case e.VerifyFailed(why):
            return replace(change, failure=why)
        case _:
            assert_never(event)


def _when(phase: str) -> str:
    return {
        "before": "before the first step",
        "during": "while it ran",
        "after": "after the last step",
        "back-out": "after the way back",
    }.get(phase, phase)


def _went_back(
    change: Change, event: e.RollbackWanted | e.FacetRestored | e.FacetLeft | e.Restored | e.RestoreProven
) -> Change:
    match event:
        case e.RollbackWanted():  # also of what was applied, or needs an operator: what failed is tried once more
            return replace(
                change,
                rollback=event,
                closed=None,
                operator=None,
                errored=None,
                failure="",
                undo_failed=(),
                left=(),
                restore_done=False,
                proven=False,
            )
        case e.FacetRestored(facet):
            return replace(change, restored=change.restored | {facet})
        case e.FacetLeft():
            return replace(change, left=(*change.left, event))
        case e.Restored():
            return replace(change, restore_done=True)
        case e.RestoreProven():
            return replace(change, proven=True)
        case _:
            assert_never(event)
