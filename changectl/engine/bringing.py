"""Bringing one resource from what it is to what it should be: its kind's writes, one after the other, each until it is over."""

from changectl.contracts.kind import Guard
from changectl.engine.attempt import GLANCES, Attempt
from changectl.engine.capture import INCARNATION
from changectl.engine.faults import Overtaken
from changectl.engine.rest import at_rest
from changectl.engine.sending import send_settled
from changectl.engine.writing import writes
from changectl.errors import CallNotDone
from changectl.model.resource import EXISTENCE, Call, FacetRef, Ref, Resource, Snapshot


def bring(
    attempt: Attempt, ref: Ref, now: Resource | None, want: Resource | None, phase: str, step: str, *, again: bool
) -> bool:
    """Whether there was a call to make. Where AWS compares before it sets, each call names what was read before it.

    `now`: as read when it was at rest. `again`: a call may have been sent before. Raises CallNotDone, GateRefused, StepFault,
    Overtaken.
    """
    calls = _calls(attempt, ref, now, want)
    if not calls:
        return False
    attempt.decided = _decided_on(ref, now, want)
    while calls:
        _send(attempt, ref, calls[0], phase, step, again=again)
        attempt.decided = {}
        at_rest(attempt, ref)
        calls = calls[1:]
        if calls and now is not None and want is not None:  # nobody else is to write between two calls of ours
            now = _after_it(attempt, ref, now, want)
            attempt.decided = _decided_on(ref, now, want)
            calls = _calls(attempt, ref, now, want) if _guard(attempt, ref) else calls
    return True


def _decided_on(ref: Ref, now: Resource | None, want: Resource | None) -> Snapshot:
    """What of a resource its writes follow from: all of it where it is made or removed."""
    return {ref: now if now is None or want is None else {name: now.get(name) for name in (*want, INCARNATION)}}


def _guard(attempt: Attempt, ref: Ref) -> Guard | None:
    return attempt.world.ground.kinds[ref.kind].guard


def _send(attempt: Attempt, ref: Ref, call: Call, phase: str, step: str, *, again: bool) -> None:
    """Send it; where something that nobody sees yet is still under way, once more when that is over."""
    settled = attempt.world.ground.kinds[ref.kind].settled
    until = attempt.world.clock.monotonic() + max(attempt.horizon.left([FacetRef(ref, EXISTENCE)]), 0.0)
    while True:
        try:
            send_settled(attempt, call, phase, step, again=again)
        except CallNotDone as refused:
            if (guard := _guard(attempt, ref)) is not None and refused.code in guard.lost:
                raise Overtaken(refused.sentence) from refused
            if settled is None or refused.code not in settled.busy or attempt.world.clock.monotonic() >= until:
                raise
        else:
            return
        attempt.wait(GLANCES)
        at_rest(attempt, ref)


def _after_it(attempt: Attempt, ref: Ref, was: Resource, want: Resource) -> Resource:
    """The resource, as soon as it shows what the last call has left of it, and all else as it was.

    Raises Overtaken where it never does: somebody else is writing too.
    """
    last = attempt.change.calls[-1]
    left = {**was, **(attempt.leaves(last).get(ref) or {})}
    unsaid = {facet.facet for facet in last.started.facets if facet.facet not in (attempt.leaves(last).get(ref) or {})}

    def shows(seen: Snapshot) -> bool:
        now = seen[ref]
        return now is not None and all(now.get(n) == left.get(n) for n in (*want, INCARNATION) if n not in unsaid)

    seen = attempt.read_until(last.started.facets, shows)
    now = seen[ref]
    if now is None or not shows(seen):
        raise Overtaken(f"{ref} was changed by someone else meanwhile")
    return now


def _calls(attempt: Attempt, ref: Ref, now: Resource | None, want: Resource | None) -> tuple[Call, ...]:
    ground = attempt.world.ground
    return writes(ground.kinds[ref.kind], ref, now, want, ground.eyes.account, attempt.guards.get(ref))
