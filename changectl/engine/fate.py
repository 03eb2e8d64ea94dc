"""What became of a call that nobody answered: read back until it shows, or until it would have shown.

An effect that is seen is true at once. An absence is true only when the kind's settle horizon has passed.
"""

from collections.abc import Callable, Mapping

from changectl.contracts.kind import Items, ResourceKind
from changectl.engine.attempt import Attempt
from changectl.model import events as e
from changectl.model.bodies import body_of
from changectl.model.change import Fate, Sent
from changectl.model.resource import Call, FacetRef, Ref, Snapshot

GLANCES = 1.0
"""Seconds between two looks for an effect."""


def settle_open_calls(attempt: Attempt) -> tuple[Sent, ...]:
    """Decide every call whose fate is open or unknown; gives those that stay unknown."""
    return tuple(
        sent for sent in attempt.change.calls if sent.fate in (Fate.OPEN, Fate.UNKNOWN) and not _settled(attempt, sent)
    )


def horizon(attempt: Attempt, facets: tuple[FacetRef, ...]) -> float:
    """Seconds after which the absence of an effect on these settings may be believed."""
    kinds = attempt.world.ground.kinds
    declared = (kinds[f.ref.kind].facet(f.facet).settle or kinds[f.ref.kind].settle for f in facets)
    return max(declared, default=30) * attempt.world.settle


def read_until_right(
    attempt: Attempt, facets: tuple[FacetRef, ...], is_right: Callable[[FacetRef, Snapshot], bool]
) -> tuple[Snapshot, list[FacetRef]]:
    """What is read as soon as every setting is right, or when all would have shown; and the settings that are not."""
    until = attempt.world.clock.monotonic() + horizon(attempt, facets)
    while True:
        now = attempt.read({facet.ref for facet in facets})
        wrong = [facet for facet in facets if not is_right(facet, now)]
        left = until - attempt.world.clock.monotonic()
        if not wrong or left <= 0:
            return now, wrong
        attempt.wait(min(GLANCES, left))


def proves_it_was_done(kinds: Mapping[str, ResourceKind], call: Call, code: str) -> bool:
    """Whether a refusal of a call that may have been sent before proves that it was done then."""
    writes = (f.write for kind in kinds.values() if kind.service == call.service for f in kind.facets)
    return any(
        (write.add == call.operation and code in write.duplicate)
        or (write.remove == call.operation and code in write.missing)
        for write in writes
        if isinstance(write, Items)
    )


def _settled(attempt: Attempt, sent: Sent) -> bool:
    facets = sent.started.facets
    leaves, found = attempt.leaves(sent), attempt.found(sent)
    until = attempt.world.clock.monotonic() + horizon(attempt, facets)
    while True:
        now = attempt.read({facet.ref for facet in facets})
        if leaves and _is(leaves, now, facets):
            attempt.record(e.CallDone(sent.started.number, made=_made(sent, now), settled=True))
            return True
        if (left := until - attempt.world.clock.monotonic()) <= 0:
            break
        attempt.wait(min(GLANCES, left))
    if facets and _is(found, now, facets):
        attempt.record(e.CallFailed(sent.started.number, "NotSeen", "read back: it had no effect"))
        return True
    return False


def _is(state: Snapshot, now: Snapshot, facets: tuple[FacetRef, ...]) -> bool:
    """Whether production shows all that a state says of these settings."""
    return all(
        (state[f.ref] is None) == (now.get(f.ref) is None)
        and (f.facet not in (state[f.ref] or {}) or body_of(state, f) == body_of(now, f))
        for f in facets
        if f.ref in state
    )


def _made(sent: Sent, now: Snapshot) -> tuple[Ref, ...]:
    return tuple(ref for ref in sent.started.creates if now.get(ref) is not None)
