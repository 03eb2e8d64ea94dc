"""What a creating call made whose answer was lost: found again by what AWS keeps unique, and taken for ours.

Before such a call nothing may be there under that name; so what is there afterwards is what the call has made.
"""

import jmespath

from changectl.contracts.kind import ResourceKind, Sought
from changectl.engine.attempt import Attempt
from changectl.engine.faults import Untouched
from changectl.errors import CallNotDone
from changectl.model import events as e
from changectl.model.change import Sent
from changectl.model.resource import EXISTENCE, Call, FacetRef, Ref


def nothing_there(attempt: Attempt, call: Call) -> None:
    """Raises Untouched where what a call would make is there already: it could not be told from ours."""
    for kind, sought in _sought(attempt, call):
        if found := _found(attempt, kind, sought, call):
            raise Untouched(f"{', '.join(map(str, found))} is there already, and {call} would make it")


def adopted(attempt: Attempt, sent: Sent) -> bool:
    """Whether the fate of a creation is known now: one was made, or none."""
    started = sent.started
    call = Call(started.service, started.operation, started.params, started.region)
    wanted = _sought(attempt, call)
    if not wanted:
        return False
    found: list[Ref] = []

    def look() -> bool:
        found[:] = [ref for kind, sought in wanted for ref in _found(attempt, kind, sought, call)]
        return len(found) == 1

    unknown = [FacetRef(Ref(kind.name, ()), EXISTENCE) for kind, _ in wanted]
    attempt.until(unknown, look, f"{call}: looking for what it made")
    if len(found) == 1:
        attempt.record(e.CallDone(started.number, made=tuple(found), settled=True))
    elif not found:
        attempt.record(e.CallFailed(started.number, "NotSeen", "looked for: it made nothing"))
    return len(found) < 2


def _sought(attempt: Attempt, call: Call) -> list[tuple[ResourceKind, Sought]]:
    return [
        (kind, kind.create.sought)
        for kind in attempt.world.ground.kinds.values()
        if kind.service == call.service
        and kind.create
        and kind.create.operation == call.operation
        and kind.create.sought
    ]


def _found(attempt: Attempt, kind: ResourceKind, sought: Sought, call: Call) -> tuple[Ref, ...]:
    wanted = Call(kind.service, sought.operation, sought.params(call.params), call.region)
    try:
        answer = attempt.world.ground.eyes.ask(wanted)
    except CallNotDone as refused:
        if refused.code in kind.gone:
            return ()
        raise
    ids = jmespath.search(sought.ids, answer) or []
    return tuple(Ref(kind.name, kind.spell(each) if kind.spell else (each,), call.region) for each in ids)
