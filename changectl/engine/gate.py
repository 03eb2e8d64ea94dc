"""The gate: what every call that changes production passes.

Which settings does it touch, are they in the approved plan, are they in the snapshot? Only then is it recorded and
sent.
"""

from collections.abc import Mapping
from typing import Any

from changectl.engine.adoption import nothing_there
from changectl.engine.attempt import Attempt
from changectl.engine.classes import proves_it_was_done
from changectl.engine.effects import Touch, touched
from changectl.engine.faults import Overtaken
from changectl.engine.foretell import Unforeseeable, foretold
from changectl.errors import CallNotDone, CallUnknown, ChangectlError, GateRefused
from changectl.model import events as e
from changectl.model.change import Sent
from changectl.model.resource import Call, FacetRef, Ref, Snapshot

TRIES = 6
"""How often a call goes out that AWS throttled, or that was never sent: 15.5 s of patience."""


def send(attempt: Attempt, call: Call, phase: str, step: str, *, again: bool = False) -> None:
    """Send one call and record what became of it. `again`: this very call may have been sent before.

    Raises CallNotDone, CallUnknown, GateRefused.
    """
    for tries in range(1, TRIES + 1):
        try:
            _send_once(attempt, call, phase, step, again=again)
        except CallNotDone as refused:
            if not refused.again or tries == TRIES:
                raise
        else:
            return
        attempt.wait(0.5 * 2 ** (tries - 1))


def _send_once(attempt: Attempt, call: Call, phase: str, step: str, *, again: bool) -> None:
    number = len(attempt.change.calls)
    try:
        answer = attempt.world.send(call, lambda sent: admit(attempt, sent, phase, step))
    except CallNotDone as refused:
        if again and proves_it_was_done(attempt.world.ground.rows, attempt.world.ground.kinds, call, refused.code):
            attempt.record(e.CallDone(number, settled=True))
            return
        if len(attempt.change.calls) > number:
            attempt.record(e.CallFailed(number, refused.code, refused.sentence))
        raise
    except CallUnknown as unknown:
        attempt.record(e.CallUnknown(number, unknown.sentence))
        raise
    except ChangectlError as refused:  # signed out, say: it was recorded, and had no effect
        if len(attempt.change.calls) > number:
            attempt.record(e.CallFailed(number, type(refused).__name__, refused.sentence))
        raise
    ground = attempt.world.ground
    made = tuple(sorted(touched(ground.rows, ground.kinds, call, answer).creates))
    attempt.record(e.CallDone(number, made, answer=_kept_answer(attempt, step, answer)))


def admit(attempt: Attempt, call: Call, phase: str, step: str) -> None:
    """The last moment before the wire: recorded, or refused: GateRefused, CannotRecord; StepFault, Overtaken for a stranger."""
    ground = attempt.world.ground
    touch = touched(ground.rows, ground.kinds, call)
    _refuse_outside(attempt, call, touch)
    refs = {facet.ref for facet in touch.writes} | touch.creates | touch.deletes
    if touch.later and not any(_is_same(sent, call, step, phase) for sent in attempt.change.calls):
        nothing_there(attempt, call)
    state = _seen(attempt, refs, phase)
    left = _foretold(attempt, call, touch, state)
    whole = touch.creates | touch.deletes
    facets = touch.writes | {FacetRef(ref, name) for ref in whole for name in _names(attempt, ref)}
    attempt.record(
        e.CallStarted(
            number=len(attempt.change.calls),
            phase=phase,
            step=step,
            service=call.service,
            operation=call.operation,
            region=call.region,
            params=attempt.world.redact(call),
            facets=tuple(sorted(facets)),
            creates=tuple(sorted(touch.creates)),
            bodies=attempt.keep_call(state, left) if state else "",
        )
    )
    for ref in refs:  # what was read before the call says nothing about after it
        attempt.glance.pop(ref, None)
    attempt.hold()  # reading and recording take their time, and a machine may have slept


def _is_same(sent: Sent, call: Call, step: str, phase: str) -> bool:
    """Whether this call was begun before, so that what is there under its name may be what it made."""
    started = sent.started
    return sent.may_have_worked and (started.step, started.phase, started.operation) == (step, phase, call.operation)


def _refuse_outside(attempt: Attempt, call: Call, touch: Touch) -> None:
    change = attempt.change
    assert change.begun is not None
    if not touch.known:
        if str(call).lower() in {name.replace("_", "").lower() for name in attempt.plan.allow}:
            return
        raise GateRefused(
            f"no resource kind knows what {call} changes",
            "name it under `allow:` in the plan and give its step an `undo:`",
        )
    made = {ref for sent in change.calls for ref in (*sent.made, *sent.started.creates)}
    whole = {ref: {FacetRef(ref, name) for name in _names(attempt, ref)} for ref in touch.deletes | touch.creates}
    approved = {ref for ref, facets in whole.items() if facets <= set(change.begun.facets)} | made
    outside = sorted(f for f in touch.writes if f not in change.begun.facets and f.ref not in made)
    outside_refs = sorted(ref for ref in touch.deletes | touch.creates if ref not in approved)
    if outside or outside_refs:
        what = ", ".join(str(item) for item in (*outside, *outside_refs))
        raise GateRefused(
            f"{call} would touch {what}, which is not in the approved plan", "add it to the plan and have that reviewed"
        )


def _seen(attempt: Attempt, refs: set[Ref], phase: str) -> Snapshot:
    """Going forward nothing may have moved since it was read; going back, nothing of what the write was decided on."""
    if phase != "restore":
        return {ref: attempt.look(ref) for ref in sorted(refs)}
    seen = {ref: attempt.see(ref) for ref in sorted(refs)}
    for ref in attempt.decided.keys() & seen.keys():
        now, then = seen[ref], attempt.decided[ref]
        if (now is None) is not (then is None) or any(
            body != (now or {}).get(name) for name, body in (then or {}).items()
        ):
            raise Overtaken(f"{ref} was changed by someone else meanwhile")
    return seen


def _foretold(attempt: Attempt, call: Call, touch: Touch, state: Snapshot) -> Snapshot | None:
    """Only what the call touches: a setting beside it may be somebody else's, and must not become ours."""
    ground = attempt.world.ground
    try:
        after = foretold(ground.rows, ground.kinds, call, state)
    except Unforeseeable:
        return None
    whole = touch.creates | touch.deletes
    return {
        ref: resource
        if resource is None or state.get(ref) is None or ref in whole
        else {name: body for name, body in resource.items() if FacetRef(ref, name) in touch.writes}
        for ref, resource in after.items()
        if ref in state
    }


def _names(attempt: Attempt, ref: Ref) -> tuple[str, ...]:
    return tuple(facet.name for facet in attempt.world.ground.kinds[ref.kind].facets)


def _kept_answer(attempt: Attempt, step: str, answer: Mapping[str, Any]) -> str:
    """Answers are kept, in the vault, only where a later step of the plan asks for them."""
    return attempt.keep_body(dict(answer)) if step in attempt.asked_for else ""
