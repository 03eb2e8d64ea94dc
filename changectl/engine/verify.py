"""Reading production again: before the first call, against the snapshot; after the last, against what was intended."""

from changectl.engine.attempt import Attempt
from changectl.engine.capture import INCARNATION
from changectl.engine.fate import read_until_right
from changectl.errors import ChangectlError, Drifted
from changectl.model import events as e
from changectl.model.bodies import body_of
from changectl.model.change import Outcome
from changectl.model.difference import snapshot_differences
from changectl.model.merge import is_reached
from changectl.model.resource import EXISTENCE, FacetRef, Resource, Snapshot


def confirm(attempt: Attempt) -> None:
    """`Confirmed`, or closed as refused when production moved between snapshot and lock, or an approval was taken back."""
    try:
        attempt.world.still()
    except ChangectlError as lapsed:
        because = "drifted" if isinstance(lapsed, Drifted) else "approval"
        attempt.record(e.Closed(Outcome.REFUSED.value, lapsed.sentence, because))
        return
    before = attempt.before()
    now = attempt.read(before)
    moved = dict.fromkeys(str(difference.facet) for difference in snapshot_differences(before, now))
    moved |= {f"{ref} itself": None for ref in before if _life(before[ref]) != _life(now[ref])}
    if moved:
        why = f"{', '.join(moved)} changed between the snapshot and the lock"
        attempt.record(e.Closed(Outcome.REFUSED.value, why, "drifted"))
    else:
        attempt.record(e.Confirmed())


def _life(resource: Resource | None) -> object:
    """What tells one life of a resource from the next, and from its absence."""
    return None if resource is None else (True, resource.get(INCARNATION))


def verify(attempt: Attempt) -> None:
    """`Verified`, or `VerifyFailed` naming the settings that are not as intended. A stranger's paths do not count."""
    touched = attempt.change.touched()
    _, wrong = read_until_right(attempt, touched, lambda facet, now: _is_as_intended(attempt, facet, now))
    if wrong:
        names = ", ".join(str(facet) for facet in wrong)
        attempt.record(e.VerifyFailed(f"read again, {names} is not as intended"))
    else:
        attempt.record(e.Verified())


def _is_as_intended(attempt: Attempt, facet: FacetRef, now: Snapshot) -> bool:
    """On every path that we changed the setting is what we made it."""
    expected, before = attempt.expected(), attempt.before()
    if expected.get(facet.ref) is None or now.get(facet.ref) is None:
        return (expected.get(facet.ref) is None) == (now.get(facet.ref) is None)
    if facet.facet == EXISTENCE:
        return True
    grain = attempt.world.ground.kinds[facet.ref.kind].facet(facet.facet).grain
    return is_reached(body_of(expected, facet), body_of(before, facet), body_of(now, facet), grain)
