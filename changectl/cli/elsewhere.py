"""What can be said and done of a change that another machine conducted: all that the register holds, and what it does not."""

from contextlib import suppress

from changectl.cli.conductors import conductor_of
from changectl.cli.entries import now
from changectl.cli.memory import Memory
from changectl.errors import ChangectlError, GateRefused, NeedsOperator, NotFound, RemoteNeeded
from changectl.model.change import Change, Outcome
from changectl.model.entry import Entry
from changectl.model.events import Begun, spoken
from changectl.model.status import Production
from changectl.views.status import said

SHOWN = 6
"""Settings that are named; `show` has them all."""


def only_there(found: Memory, change_id: str) -> ChangectlError:
    """Why this machine cannot carry a change on or take it back, who and what it was, and what can be done from here.

    The remote is asked, where that can be.
    """
    with suppress(RemoteNeeded):
        found.register.fetch_held()
    story = found.story(change_id) if found.entries(change_id) else None
    begins = [entry for entry in story.entries if isinstance(entry.event, Begun)] if story else []
    if story is None or not begins:
        return NotFound(f"{change_id} has not been applied", f"changectl apply {change_id}")
    began, change = begins[-1], story.change
    if change.outcome not in (None, Outcome.APPLIED) and change.closed:
        outcome = change.closed.outcome
        return GateRefused(f"{change_id} has ended ({outcome}) on {began.host}", f"changectl show {change_id}")
    error = NeedsOperator(_sentence(found, change_id, began, change), _ways(change_id, began, change), host=began.host)
    error.production = Production.UNKNOWN  # from here; it may well be as intended
    return error


def _sentence(found: Memory, change_id: str, began: Entry, change: Change) -> str:
    touched = change.touched()
    facets = touched or (change.begun.facets if change.begun else ())
    names = [spoken(facet, change.names) for facet in facets]
    listed = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    what = f"it {'changed' if touched else 'may have changed'} {listed}" if names else "it names no settings"
    conductor = conductor_of(found, change_id, found.register.held_when_fetched(), now())
    present = f" {change_id} was {said(conductor)}." if conductor and not conductor.is_gone else ""
    gone = f" As this machine last heard, {said(conductor)}." if conductor and conductor.is_gone else ""
    return (
        f"attempt {began.attempt} of {change_id} was begun by {began.by} on {began.host} at {began.at[:16]} UTC; {what}."
        f"{present}{gone} What these were before is in the snapshot, and that is on {began.host} alone"
    )


def _ways(change_id: str, began: Entry, change: Change) -> str:
    there = f"on {began.host}: changectl rollback {change_id}; from here: changectl show {change_id}"
    if change.outcome is Outcome.APPLIED:
        return f"{there}, or a plan that takes it back: changectl new --undo {change_id}"
    gone = "" if change.operator else f" --gone {began.host}"
    leave = f'changectl close {change_id} --accept{gone} --why "…"'
    return f"{there}, or leave production as it is and plan forward: {leave}, then: changectl new"
