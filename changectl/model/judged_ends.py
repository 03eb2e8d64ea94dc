"""How attempts end, held against what is promised: each function gives what shows that one promise is broken. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from changectl.model import events as e
from changectl.model.change import Change, Fate, Outcome
from changectl.model.history import Facts, Truth
from changectl.model.resource import Body, FacetRef


def ends(facts: Facts) -> Iterator[str]:
    """Where an attempt ended in nothing that there is, or did not end."""
    outcomes = {outcome.value for outcome in Outcome}
    for attempt in facts.attempts:
        for event in attempt.events:
            if isinstance(event, e.Closed) and event.outcome not in outcomes:
                yield f"attempt {attempt.number} ended in {event.outcome}"
    if facts.truth is not None and facts.truth.ended:
        change = facts.change
        if change.begun and not change.closed and not change.operator:
            yield f"attempt {change.attempt} is carried on by nobody, and has not ended"


def applied(facts: Facts) -> Iterator[str]:
    """Where what is applied was not read again, or is not as intended."""
    for attempt in facts.attempts:
        for n, _ in attempt.ends(Outcome.APPLIED):
            earlier = attempt.events[:n]
            last = max((i for i, each in enumerate(earlier) if isinstance(each, e.CallStarted)), default=-1)
            if not any(isinstance(each, e.Verified) for each in earlier[last + 1 :]):
                yield f"attempt {attempt.number} is applied, and production was not read again after its last call"
    if (truth := facts.truth) is not None and facts.change.outcome is Outcome.APPLIED:
        yield from _differs(truth, truth.intended, "as intended")


def rolled_back(facts: Facts) -> Iterator[str]:
    """Where what is rolled back was not read again, or is not as before."""
    for attempt in facts.attempts:
        for n, _ in attempt.ends(Outcome.ROLLED_BACK):
            way = attempt.events[attempt.turned(n) : n]
            if left := _left(way):
                yield f"attempt {attempt.number} is rolled back, and {', '.join(map(str, left))} was left"
            if not any(isinstance(each, e.RestoreProven) for each in way):
                yield f"attempt {attempt.number} is rolled back, and production was not read again"
    if (truth := facts.truth) is not None and _is_back(facts.change):
        yield from _differs(truth, truth.before, "as before")


def _left(way: Sequence[e.Event]) -> tuple[FacetRef, ...]:
    """The settings that were left on a way back, and not put back after that."""
    left: dict[FacetRef, None] = {}
    for event in way:
        match event:
            case e.FacetLeft(facet):
                left[facet] = None
            case e.FacetRestored(facet):
                left.pop(facet, None)
            case _:
                pass
    return tuple(left)


def _is_back(change: Change) -> bool:
    return change.outcome in (Outcome.ROLLED_BACK, Outcome.REFUSED, Outcome.ABANDONED)


def _differs(truth: Truth, wanted: Mapping[str, Body], how: str) -> Iterator[str]:
    for path in sorted({*wanted, *truth.now}):
        now, want = truth.now.get(path), wanted.get(path)
        if now != want and not (path in truth.strangers and truth.strangers[path] == now):
            yield f"{path} is {now!r}, and {how} is {want!r}"


def strangers(facts: Facts) -> Iterator[str]:
    """Where somebody else's value was overwritten that could be seen."""
    for each in facts.truth.overwritten if facts.truth else ():
        if each.seen:
            yield f"{each.path} was {each.value!r} by somebody else, which had been read, and was overwritten"
        elif each.guarded:
            yield f"{each.path} was {each.value!r} by somebody else, and was overwritten where AWS would have compared"


def needs_operator(facts: Facts) -> Iterator[str]:
    """Where an operator was needed without need, or was not told what stands wrong."""
    for attempt in facts.attempts:
        for n, event in enumerate(attempt.events):
            if not isinstance(event, e.OperatorNeeded):
                continue
            if not event.why:
                yield f"attempt {attempt.number} needs an operator and does not say why"
            way = attempt.events[attempt.turned(n) : n]
            for facet in sorted(set(_left(way)) - set(event.facets)):
                yield f"attempt {attempt.number} needs an operator and does not name {facet}, which it left"
    truth = facts.truth
    if truth is not None and (operator := facts.change.operator) is not None and not truth.excuse:
        yield f"an operator is needed without need: {operator.why}"


def locked(facts: Facts) -> Iterator[str]:
    """Where locks are held too long, or not long enough."""
    if facts.history.locked is None:
        return
    change = facts.change
    if change.closed and change.published and facts.history.locked:
        yield f"attempt {change.attempt} has ended, and its locks are held"
    held = change.locked and change.begun is not None and not change.begun.offline
    if held and not change.closed and not facts.history.locked:
        yield f"attempt {change.attempt} has not ended, and its locks are not held"


def leased(facts: Facts) -> Iterator[str]:
    """Where something was sent without a lease."""
    for effect in facts.effects:
        if not effect.held:
            yield f"{effect.operation} went forward after the lease had run out"
        if not effect.visible:
            yield f"{effect.operation} was sent after somebody else had taken over"


def still(facts: Facts) -> Iterator[str]:
    """Where something was sent after the end."""
    for attempt in facts.attempts:
        ended = False
        for event in attempt.events:
            if isinstance(event, e.Closed | e.OperatorNeeded):
                ended = True
            elif isinstance(event, e.RollbackWanted | e.TakenUp | e.WentForward):
                ended = False
            elif isinstance(event, e.CallStarted) and ended:
                yield f"call {event.number} of attempt {attempt.number} was sent after that had ended"


def refused(facts: Facts) -> Iterator[str]:
    """Where what was refused had an effect."""
    for attempt in facts.attempts:
        for _, event in attempt.ends(Outcome.REFUSED):
            worked = [
                call for call in attempt.calls if attempt.fates.get(call.number, [Fate.OPEN])[-1] is not Fate.FAILED
            ]
            if worked:
                call = worked[0]
                yield f"attempt {attempt.number} was refused ({event.because}), and {call.service}.{call.operation} was sent"
    if facts.truth and facts.change.outcome is Outcome.REFUSED and facts.truth.effects:
        yield f"it was refused, and {facts.effects[0].operation} had an effect"
