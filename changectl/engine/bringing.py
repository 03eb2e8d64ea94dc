"""Bringing one resource from what it is to what it should be: its kind's writes, one after the other, each until it is over."""

from changectl.engine.attempt import Attempt
from changectl.engine.rest import at_rest
from changectl.engine.sending import send_settled
from changectl.engine.writing import writes
from changectl.errors import CallNotDone
from changectl.model.resource import Call, Ref, Resource


def bring(
    attempt: Attempt, ref: Ref, now: Resource | None, want: Resource | None, phase: str, step: str, *, again: bool
) -> bool:
    """Whether there was a call to make. Where AWS compares before it sets, each call names what was read just before.

    Raises CallNotDone, GateRefused, StepFault.
    """
    guarded = now is not None and attempt.world.ground.kinds[ref.kind].guard is not None
    calls = _calls(attempt, ref, now, want)
    if not calls:
        return False
    while calls:
        send_settled(attempt, calls[0], phase, step, again=again)
        at_rest(attempt, ref)
        if guarded:  # what was read before the last call is not what the next one must name
            now = attempt.read([ref])[ref]
        calls = _calls(attempt, ref, now, want) if guarded and now is not None else calls[1:]
    return True


def was_slower(attempt: Attempt, ref: Ref, why: CallNotDone) -> bool:
    """Whether AWS compared and found that somebody else has written meanwhile."""
    guard = attempt.world.ground.kinds[ref.kind].guard
    return guard is not None and why.code in guard.lost


def _calls(attempt: Attempt, ref: Ref, now: Resource | None, want: Resource | None) -> tuple[Call, ...]:
    ground = attempt.world.ground
    return writes(ground.kinds[ref.kind], ref, now, want, ground.eyes.account, attempt.guards.get(ref))
