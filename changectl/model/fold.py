"""From events to a change: what one more event means. Pure."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import assert_never

from changectl.model import events as e
from changectl.model.change import Change, Fate, Outcome, Sent
from changectl.model.entry import Entry
from changectl.model.exits import exited
from changectl.model.findings import checked, noticed
from changectl.model.frozen import replace
from changectl.model.resource import Ref


def fold(entries: Iterable[Entry]) -> Change:
    """What a change's entries add up to, oldest first. A later attempt replaces an earlier one."""
    return reduce(_entered, entries, Change())


def to_its_end(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries up to the latest end of an attempt, with the notes and reviews behind it; none where none has ended."""
    ends = [n for n, entry in enumerate(entries) if isinstance(entry.event, e.Closed)]
    if not ends:
        return ()
    since = (entry for entry in entries[ends[-1] + 1 :] if isinstance(entry.event, e.Noted | e.Reviewed))
    return (*entries[: ends[-1] + 1], *since)


def last_of(entries: Sequence[Entry]) -> Entry:
    """The last entry of what happened to the change itself, notes and reviews aside where there is more."""
    itself = (entry for entry in reversed(entries) if not isinstance(entry.event, e.Noted | e.Reviewed))
    return next(itself, entries[-1])


def _entered(change: Change, entry: Entry) -> Change:
    if isinstance(entry.event, e.Noted | e.Reviewed):  # beside an attempt: begins none, and is of no other
        return evolve(change, entry.event) if entry.attempt == change.attempt else change
    if entry.attempt > change.attempt:
        change = Change(proposed=change.proposed, approvals=change.approvals, attempt=entry.attempt, owed=change.owed)
    after = evolve(change, entry.event)
    match entry.event:
        case e.Begun():
            return replace(after, began_at=entry.at)
        case e.CallStarted() | e.CallDone() | e.CallUnknown():
            return replace(after, called_at=entry.at)
        case _:
            return after


def evolve(change: Change, event: e.Event) -> Change:
    """The change after one more event."""
    if change.published and not isinstance(event, e.Published | e.Noted | e.Reviewed):
        change = replace(change, published=False)
    match event:
        case e.Noted():
            return change
        case e.Reviewed():
            return replace(change, reviews=(*change.reviews, event), owed=change.owed and not event.counts)
        case e.Proposed() | e.Approved():
            return _agreed(change, event)
        case e.SnapshotTaken() | e.Begun() | e.LocksHeld() | e.Confirmed():
            return _began(change, event)
        case e.Closed() | e.OperatorNeeded() | e.Published() | e.Unrecognised():
            return _ended(change, event)
        case e.TakenUp() | e.ForwardWanted() | e.ForwardApproved() | e.WentForward():
            return exited(change, event)
        case e.StepStarted() | e.StepDone() | e.StepFailed() | e.UndoDone() | e.UndoFailed():
            return _stepped(change, event)
        case e.CallStarted() | e.CallDone() | e.CallFailed() | e.CallUnknown():
            return replace(change, calls=_called(change.calls, event), approvals=())  # spent: production is touched
        case e.CheckPassed() | e.CheckFailed() | e.CheckErrored() | e.BaselineRed():
            return checked(change, event)
        case e.Soaked() | e.Verified() | e.VerifyFailed() | e.Paused() | e.LeaseLost():
            return noticed(change, event)
        case e.RollbackWanted() | e.FacetRestored() | e.FacetLeft() | e.Restored() | e.RestoreProven():
            return _went_back(change, event)
        case _:
            assert_never(event)


def _agreed(change: Change, event: e.Proposed | e.Approved) -> Change:
    match event:
        case e.Proposed():
            if change.closed:  # what ended is proposed anew
                return Change(proposed=event, attempt=change.attempt, owed=change.owed)
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
        case e.Closed(outcome):
            owed = change.owed or (_is_emergency(change, outcome) and not any(r.counts for r in change.reviews))
            return replace(change, closed=event, operator=None, owed=owed)
        case e.OperatorNeeded():
            return replace(change, operator=event, forward=None, agreed=())
        case e.Published():
            return replace(change, published=True)
        case e.Unrecognised():
            return replace(change, read_only=True)
        case _:
            assert_never(event)


def _is_emergency(change: Change, outcome: str) -> bool:
    """Whether it went ahead of its approval; where nothing was changed, there is nothing to look back on."""
    untouched = (Outcome.REFUSED.value, Outcome.ABANDONED.value)
    return change.begun is not None and bool(change.begun.emergency) and outcome not in untouched


def _stepped(change: Change, event: e.StepStarted | e.StepDone | e.StepFailed | e.UndoDone | e.UndoFailed) -> Change:
    match event:
        case e.StepStarted(step, want, asked):
            open_still = (
                frozenset(one for one in change.passed if one[0] != "after") if not change.wants else change.passed
            )
            change = replace(change, wants={**change.wants, step: want}, passed=open_still)
            return (
                replace(change, deeds=change.deeds | {step}, approvals=()) if asked else change
            )  # spent: a person acts
        case e.StepDone(step, left):
            return replace(change, left_by={**change.left_by, step: left})
        case e.StepFailed(step, why, untouched):
            spared = change.spared | ({step} if untouched else set())
            return replace(change, failure=f"step {step}: {why}", failed=None, spared=spared)
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
                forward=None,
                agreed=(),
                paused=None,
                errored=None,
                failed=None,
                failure="",
                passed=frozenset(one for one in change.passed if one[0] != "back-out"),
                undo_failed=(),
                left=(),
                restore_done=False,
                proven=False,
                unheld="",
            )
        case e.FacetRestored(facet):
            return replace(change, left=tuple(left for left in change.left if left.facet != facet))
        case e.FacetLeft(facet):
            others = tuple(left for left in change.left if left.facet != facet)
            return replace(change, left=(*others, event))
        case e.Restored():
            return replace(change, restore_done=True)
        case e.RestoreProven():
            return replace(change, proven=True)
        case _:
            assert_never(event)
