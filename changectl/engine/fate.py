"""What became of a call that nobody answered: read back until it shows, or until it would have shown.

An effect that is seen is true at once. An absence is true only when the kind's settle horizon has passed; and so is a
value that the setting had before, for that may have been read from a replica that is behind.
"""

from collections.abc import Callable

from changectl.engine.adoption import adopted
from changectl.engine.attempt import Attempt
from changectl.engine.evidence import is_known_again, told_by_its_check
from changectl.model import events as e
from changectl.model.bodies import body_of
from changectl.model.change import Fate, Sent
from changectl.model.merge import is_reached
from changectl.model.resource import FacetRef, Ref, Snapshot


def settle_open_calls(attempt: Attempt) -> tuple[Sent, ...]:
    """Decide every call whose fate is open or unknown; gives those that stay unknown."""
    return tuple(
        sent for sent in attempt.change.calls if sent.fate in (Fate.OPEN, Fate.UNKNOWN) and not _settled(attempt, sent)
    )


def read_until_right(
    attempt: Attempt, facets: tuple[FacetRef, ...], is_right: Callable[[FacetRef, Snapshot], bool], times: int = 1
) -> tuple[Snapshot, list[FacetRef]]:
    """What is read once every setting is right, so many times in a row, or when all would have shown; and what is wrong."""
    now = attempt.read_until(facets, lambda now: all(is_right(facet, now) for facet in facets), times)
    return now, [facet for facet in facets if not is_right(facet, now)]


def _settled(attempt: Attempt, sent: Sent) -> bool:
    facets, number = sent.started.facets, sent.started.number
    if not facets:
        return adopted(attempt, sent) or (not is_known_again(attempt, sent) and told_by_its_check(attempt, sent))
    leaves, found = attempt.leaves(sent), attempt.found(sent)
    new = bool(leaves) and not _may_have_been(attempt, sent, leaves)
    now = attempt.read_until(facets, lambda now: new and _went(attempt, found, leaves, now, facets))
    if leaves and _went(attempt, found, leaves, now, facets):
        attempt.record(e.CallDone(number, made=_made(sent, now), settled=True))
    elif found and (_went(attempt, leaves, found, now, facets) if leaves else _is(found, now, facets)):
        attempt.record(e.CallFailed(number, "NotSeen", "read back: it had no effect"))
    else:
        return told_by_its_check(attempt, sent)
    return True


def _may_have_been(attempt: Attempt, sent: Sent, leaves: Snapshot) -> bool:
    """Whether production may have been like that before the call, so that seeing it proves nothing yet."""
    others = (attempt.leaves(other) for other in attempt.change.calls if other is not sent and other.may_have_worked)
    states = [attempt.before(), attempt.found(sent), *others]
    return all(any(_says_the_same(state, leaves, facet) for state in states) for facet in sent.started.facets)


def _says_the_same(state: Snapshot, leaves: Snapshot, facet: FacetRef) -> bool:
    if facet.ref not in state or facet.ref not in leaves:
        return facet.ref not in leaves
    if state[facet.ref] is None or leaves[facet.ref] is None:
        return state[facet.ref] is leaves[facet.ref]
    return facet.facet not in (leaves[facet.ref] or {}) or body_of(state, facet) == body_of(leaves, facet)


def _went(attempt: Attempt, was: Snapshot, will: Snapshot, now: Snapshot, facets: tuple[FacetRef, ...]) -> bool:
    """Whether production shows all that leads from one state to the other, whatever a stranger has done beside it."""
    kinds = attempt.world.ground.kinds
    for facet in facets:
        ref, name = facet.ref, facet.facet
        if ref not in will:
            continue
        if (will[ref] is None) != (now.get(ref) is None):
            return False
        if name in (will[ref] or {}):
            grain = kinds[ref.kind].facet(name).grain
            if not is_reached(body_of(will, facet), body_of(was, facet), body_of(now, facet), grain):
                return False
    return True


def _is(state: Snapshot, now: Snapshot, facets: tuple[FacetRef, ...]) -> bool:
    return all(
        (state[f.ref] is None) == (now.get(f.ref) is None)
        and (f.facet not in (state[f.ref] or {}) or body_of(state, f) == body_of(now, f))
        for f in facets
        if f.ref in state
    )


def _made(sent: Sent, now: Snapshot) -> tuple[Ref, ...]:
    return tuple(ref for ref in sent.started.creates if now.get(ref) is not None)
