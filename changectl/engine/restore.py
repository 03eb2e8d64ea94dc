"""The way back: put back what is ours and differs, leave what is a stranger's, prove it by reading again."""

from collections.abc import Iterable

from changectl.engine.attempt import Attempt
from changectl.engine.bringing import bring
from changectl.engine.capture import INCARNATION
from changectl.engine.evidence import is_known_again
from changectl.engine.fate import read_until_right, settle_open_calls
from changectl.engine.faults import Overtaken, StepFault
from changectl.engine.rest import StillMoving, at_rest
from changectl.engine.standing import columns
from changectl.engine.steps import send_again
from changectl.engine.verdict import reachable
from changectl.errors import CallNotDone, GateRefused, NeverSent
from changectl.model import events as e
from changectl.model.bodies import body_of
from changectl.model.change import Sent
from changectl.model.merge import Merge, merged
from changectl.model.moves import why_not_back
from changectl.model.resource import EXISTENCE, FacetRef, Ref, Resource, Snapshot

RACES = 3
"""How often a setting is read and compared again because somebody else was quicker."""


def restore(attempt: Attempt) -> None:
    """Bring every setting that a call of ours touched back to what it was, newest first; then `Restored`."""
    unknown = {sent.started.step: sent for sent in settle_open_calls(attempt)}
    for sent in unknown.values():  # of a step, one call: the others were the same
        _learn(attempt, sent)
    attempt.blink()
    touched = attempt.change.touched()
    attempt.read({facet.ref for facet in touched})
    for ref in dict.fromkeys(facet.ref for facet in reversed(touched)):
        facets = tuple(facet for facet in touched if facet.ref == ref)
        _restore_resource(attempt, ref, facets)
    attempt.record(e.Restored())


def _learn(attempt: Attempt, sent: Sent) -> None:
    """What a call has made that AWS knows again by its token; of any other, nobody can say what its undo undid."""
    if sent.started.facets or sent.started.step not in attempt.change.wants:
        return  # its settings are compared with what they were
    step = attempt.plan.step(sent.started.step)
    why = f"nobody can say whether {sent.started.service}.{sent.started.operation} was done"
    if is_known_again(attempt, sent):
        try:
            send_again(attempt, step, sent)
        except StepFault as fault:
            why = str(fault)
        except NeverSent:
            raise
        except (CallNotDone, GateRefused) as refused:
            why = refused.sentence
        else:
            return
    if not step.undo:
        attempt.record(e.UndoFailed(step.id, why))


def prove(attempt: Attempt) -> None:
    """Read again, until it is right twice in a row: `RestoreProven`; or what stands wrong now, and the need of an operator.

    Of a setting that is in part a stranger's the rest must be right.
    """
    touched, known = attempt.change.touched(), {left.facet for left in attempt.change.left}
    shared = {left.facet for left in attempt.change.left if left.stranger}
    wanted = tuple(facet for facet in touched if facet not in known or facet in shared)

    def is_right(facet: FacetRef, now: Snapshot) -> bool:
        return _is_back(attempt, facet, now) or (facet in shared and _is_theirs(attempt, facet, now))

    now, wrong = read_until_right(attempt, wanted, is_right, times=2)
    news = {
        facet for facet in known if attempt.horizon.left([facet]) <= 0
    }  # of the others an old reading proves nothing
    now = {**now, **attempt.read({facet.ref for facet in known})}
    for facet in wrong:
        _leave(attempt, facet, "it is not what it was", now, stranger=True)
    for facet in sorted(news):
        if _is_back(attempt, facet, now):
            attempt.record(e.FacetRestored(facet))
    if attempt.change.left or attempt.change.undo_failed:
        attempt.record(
            e.OperatorNeeded(why_not_back(attempt.change), tuple(left.facet for left in attempt.change.left))
        )
    else:
        attempt.record(e.RestoreProven())


def _restore_resource(attempt: Attempt, ref: Ref, facets: tuple[FacetRef, ...]) -> None:
    for _ in range(RACES):
        try:
            at_rest(attempt, ref)
            _restore_as_seen(attempt, ref, facets, attempt.see(ref))
        except StillMoving as moving:
            _leave_all(attempt, facets, str(moving), attempt.read([ref]), stranger=False)
            return
        except Overtaken as slower:
            why = str(slower)
            attempt.glance.pop(ref, None)
        else:
            return
    _leave_all(attempt, facets, why, {ref: attempt.see(ref)}, stranger=True)


def _restore_as_seen(attempt: Attempt, ref: Ref, facets: tuple[FacetRef, ...], now: Resource | None) -> None:
    """Raises Overtaken where AWS compared and somebody else was quicker: then production must be read again."""
    before = attempt.before().get(ref)
    if before is None and now is None:
        return
    if before is None or now is None:
        _restore_existence(attempt, ref, facets, before, now)
    elif _same_life(attempt, ref, before, now):
        _restore_facets(attempt, ref, facets, now)
    else:
        _leave(attempt, facets[0], "it was removed and made anew by someone else", {ref: now}, stranger=True)


def _restore_facets(attempt: Attempt, ref: Ref, facets: tuple[FacetRef, ...], now: Resource) -> None:
    want: dict[str, object] = {}
    strangers, unsaid = [], []
    for facet in (each for each in facets if each.facet != EXISTENCE):
        if attempt.unsaid(facet):
            unsaid += [facet] if now.get(facet.facet) != body_of(attempt.before(), facet) else []
            continue
        merge = _merge(attempt, facet, now)
        if merge.strangers:
            strangers.append(facet)
        if merge.want != now.get(facet.facet):
            want[facet.facet] = merge.want
    _leave_all(attempt, unsaid, "nobody can say whether this is what the call left", {ref: now}, stranger=False)
    ours = [facet for facet in facets if facet.facet in want]
    if not want or _written(attempt, ref, now, want, ours):
        _restored(attempt, [facet for facet in ours if facet not in strangers])
    else:
        strangers = [facet for facet in strangers if facet not in ours]
    for facet in strangers:
        why = "someone else changed it; the rest of it is put back" if facet in ours else "someone else changed it"
        _leave(attempt, facet, why, {ref: {**now, **want}}, stranger=True)


def _restore_existence(
    attempt: Attempt, ref: Ref, facets: tuple[FacetRef, ...], before: Resource | None, now: Resource | None
) -> None:
    """Remove what we made, if it is still as we left it; make again what we removed, if that can be had."""
    if not _ours_is(attempt, ref, now):
        why = "someone else changed what this change made" if now else "someone else removed it"
        _leave(attempt, facets[0], why, {ref: now}, stranger=True)
        return
    if _written(attempt, ref, now, before, facets):
        _restored(attempt, facets)


def _same_life(attempt: Attempt, ref: Ref, before: Resource, now: Resource) -> bool:
    """Whether it is the resource that the snapshot knew, or one that this change made in its place.

    Of one that a call of ours has just made, nobody may have read yet which life it is.
    """
    ours = attempt.lives(ref)
    if ours and ours[-1] is not None and INCARNATION not in ours[-1]:
        return True
    lives = [before, *filter(None, ours)]
    return any(life.get(INCARNATION) == now.get(INCARNATION) for life in lives if INCARNATION in life or life is before)


def _ours_is(attempt: Attempt, ref: Ref, now: Resource | None) -> bool:
    """Whether a resource is as some call of ours can have left it, gone included."""
    lives = attempt.lives(ref)
    if now is None:
        return None in lives
    full = [state for state in lives if state] or [state for state in lives if state is not None]
    return any(all(now.get(name) == body for name, body in state.items()) for state in full)


def _written(
    attempt: Attempt, ref: Ref, now: Resource | None, want: Resource | None, facets: Iterable[FacetRef]
) -> bool:
    """Whether one resource could be brought from now to want; a refusal leaves it and says so, and the rest goes on."""
    facets = tuple(facets)
    try:
        if not bring(attempt, ref, now, want, "restore", "", again=True):
            raise StepFault("AWS has no way to write it back")
    except NeverSent:
        raise
    except (CallNotDone, GateRefused) as why:
        _leave_all(attempt, facets, why.sentence, {ref: now}, stranger=False)
    except StepFault as why:
        _leave_all(attempt, facets, str(why), {ref: now}, stranger=False)
    else:
        return True
    return False


def _restored(attempt: Attempt, facets: Iterable[FacetRef]) -> None:
    for facet in facets:
        attempt.record(e.FacetRestored(facet))


def _merge(attempt: Attempt, facet: FacetRef, now: Resource | None) -> Merge:
    """What the setting should be: three ways, per path, towards what can be reached."""
    kind = attempt.world.ground.kinds[facet.ref.kind]
    before, ours = body_of(attempt.before(), facet), attempt.ours(facet)
    goal = before
    for body in ours:
        best = reachable(kind, {facet.facet: before}, {facet.facet: body})
        goal = (best or {}).get(facet.facet) if best != {facet.facet: before} else goal
    return merged(goal, (before, *ours), (now or {}).get(facet.facet), kind.facet(facet.facet).grain)


def _is_back(attempt: Attempt, facet: FacetRef, now: Snapshot) -> bool:
    before, present = attempt.before().get(facet.ref), now.get(facet.ref)
    if before is None or present is None:
        return before is present
    if attempt.unsaid(facet):
        return bool(present.get(facet.facet) == (before or {}).get(facet.facet))
    merge = _merge(attempt, facet, present)
    return not merge.strangers and merge.want == present.get(facet.facet)


def _is_theirs(attempt: Attempt, facet: FacetRef, now: Snapshot) -> bool:
    """Whether nothing of a setting is left to put back, whatever a stranger has made of it."""
    before, present = attempt.before().get(facet.ref), now.get(facet.ref)
    if before is None or present is None or not _same_life(attempt, facet.ref, before, present):
        return True
    return bool(_merge(attempt, facet, present).want == present.get(facet.facet))


def _leave_all(attempt: Attempt, facets: Iterable[FacetRef], why: str, now: Snapshot, *, stranger: bool) -> None:
    for facet in facets:
        _leave(attempt, facet, why, now, stranger=stranger)


def _leave(attempt: Attempt, facet: FacetRef, why: str, now: Snapshot, *, stranger: bool) -> None:
    attempt.record(e.FacetLeft(facet, why, stranger, *columns(attempt, facet, now)))
