"""What stands wrong when somebody accepts production as it is: each setting before the change, as that made it, and now."""

from collections.abc import Iterable

from changectl.engine.attempt import Attempt
from changectl.engine.capture import capture
from changectl.engine.show import LONGEST, apart, shown
from changectl.engine.world import Ground
from changectl.errors import GateRefused, InProgress, NotFound
from changectl.model.bodies import body_of
from changectl.model.change import Change, Outcome, State
from changectl.model.events import Standing
from changectl.model.resource import EXISTENCE, FacetRef, Snapshot


def may_accept(change_id: str, change: Change, go_on: str) -> None:
    """Raises unless the change needs an operator. `go_on`: what to type for an attempt that has not come so far."""
    if change.outcome is Outcome.ACCEPTED and change.closed:
        who, why = change.closed.by or "somebody", change.closed.why
        raise GateRefused(f"{who} has accepted it already: {why}", f"changectl show {change_id}")
    if change.closed:
        raise GateRefused(
            f"{change_id} has ended ({change.closed.outcome}), and nothing of it stands wrong",
            f"changectl show {change_id}",
        )
    if change.state is State.NEEDS_OPERATOR:
        return
    if not change.in_progress:
        raise NotFound(f"{change_id} has not been applied", f"changectl apply {change_id}")
    raise InProgress(f"attempt {change.attempt} of {change_id} has not ended", go_on)


def wrong(change: Change) -> tuple[FacetRef, ...]:
    """The settings that stand wrong, as far as it is recorded which; else all that the change can have touched."""
    named = [left.facet for left in change.left] or (change.operator.facets if change.operator else ())
    begun = change.begun.facets if change.begun else ()
    return tuple(dict.fromkeys(named)) or change.touched() or begun


def standing_here(attempt: Attempt, facets: Iterable[FacetRef]) -> tuple[Standing, ...]:
    """Where they stand, on the machine that has the snapshot. Reads production."""
    wanted = tuple(facets)
    now = attempt.read({facet.ref for facet in wanted})
    return tuple(Standing(facet, *columns(attempt, facet, now)) for facet in wanted)


def standing_elsewhere(change: Change, ground: Ground, facets: Iterable[FacetRef]) -> tuple[Standing, ...]:
    """The same without the snapshot: what it was and was made is what the register was told. Reads production."""
    told = {each.facet: each for each in recorded(change, facets)}
    known = [facet for facet in told if facet.ref.kind in ground.kinds]
    now = capture(ground.kinds, {facet.ref for facet in known}, ground.eyes)
    live = {f: _shown(ground, f, now) for f in known}
    return tuple(Standing(f, each.before, each.ours, live.get(f, "")) for f, each in told.items())


def _shown(ground: Ground, facet: FacetRef, now: Snapshot) -> str:
    if facet.facet == EXISTENCE:
        return "absent" if now.get(facet.ref) is None else "present"
    return shown(ground.kinds[facet.ref.kind].facet(facet.facet), body_of(now, facet))


def recorded(change: Change, facets: Iterable[FacetRef]) -> tuple[Standing, ...]:
    """What the events say of them, where production cannot be read."""
    left = {each.facet: each for each in change.left}
    return tuple(Standing(f, left[f].before, left[f].ours) if f in left else Standing(f) for f in facets)


def columns(attempt: Attempt, facet: FacetRef, now: Snapshot) -> tuple[str, str, str]:
    """A setting before the change, as that made it, and now, as a person may see them; where they differ, if they are long."""
    if facet.facet == EXISTENCE:
        there = (attempt.before().get(facet.ref), (attempt.lives(facet.ref) or (None,))[-1], now.get(facet.ref))
        before, ours, present = ("absent" if resource is None else "present" for resource in there)
        return before, ours, present
    declared = attempt.world.ground.kinds[facet.ref.kind].facet(facet.facet)
    bodies = (body_of(attempt.before(), facet), attempt.made(facet), body_of(now, facet))
    before, ours, present = (shown(declared, body) for body in bodies)
    if max(map(len, (before, ours, present))) < LONGEST:
        return before, ours, present
    before, ours, present = (shown(declared, body) for body in apart(*bodies))
    return before, ours, present
