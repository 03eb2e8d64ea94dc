"""Which sort of call it is, for when its answer was lost: how its fate is found, and whether it may be sent again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from changectl.contracts.kind import Effect, Facet, Items, ResourceKind
from changectl.engine.capture import INCARNATION
from changectl.engine.effects import Rows, touched, write_operations
from changectl.model.resource import EXISTENCE, Call, FacetRef

HORIZON = 30
"""Seconds after which an absence is believed where no kind says."""


class CallClass(Enum):
    """How the fate of a call is found that nobody answered; the later ones promise less. `AFTER` says it of each."""

    ABSOLUTE = "absolute"
    SET_LIKE = "set-like"
    ASYNCHRONOUS = "asynchronous"
    NATIVE = "native token"
    CREATE = "create"
    UNREADABLE = "unreadable"


AFTER: Mapping[CallClass, str] = {
    CallClass.ABSOLUTE: "it is read: as it was to be, it is done; as before when the horizon has passed, it is sent again;"
    " anything else is somebody else's",
    CallClass.SET_LIKE: "the same; and when it is sent again, AWS's refusal to do it twice proves that it was done",
    CallClass.ASYNCHRONOUS: "as absolute, of what is read once the resource is at rest",
    CallClass.NATIVE: "it is sent again with the same token, by which AWS knows it",
    CallClass.CREATE: "what it made is looked for by what AWS keeps unique: one is taken for ours, for there was none before;"
    " none when the horizon has passed, and it is sent again",
    CallClass.UNREADABLE: "what it leaves is known only when it is done: as before when the horizon has passed, it was not;"
    " else the step's `check` says, or a person. It is never sent again by itself",
}


def class_of(rows: Rows, kinds: Mapping[str, ResourceKind], call: Call, token: str = "") -> CallClass:
    """The class of a call; of several that fit, the one that promises least. `token`: the member that takes a token."""
    if token and token in call.params:
        return CallClass.NATIVE
    touch = touched(rows, kinds, call)
    if not touch.known:
        return CallClass.UNREADABLE
    if touch.creates or touch.later:
        return CallClass.CREATE
    found = [_of_facet(kinds[f.ref.kind], kinds[f.ref.kind].facet(f.facet), call.operation) for f in touch.writes]
    return _least((*found, *(_of_deletion(kinds[ref.kind]) for ref in touch.deletes)))


def class_of_effect(kind: ResourceKind, effect: Effect) -> CallClass:
    """The class of a call that does no more than this."""
    match effect.does:
        case "creates":
            return CallClass.CREATE
        case "deletes":
            return _of_deletion(kind)
        case "writes":
            return _least([_of_facet(kind, kind.facet(name), effect.operation) for name in effect.facets])


def settle_horizon(kinds: Mapping[str, ResourceKind], facets: Iterable[FacetRef]) -> float:
    """Seconds after which the absence of an effect on these settings may be believed."""
    return max((_settle(kinds[facet.ref.kind], facet.facet) for facet in facets), default=HORIZON)


def proves_it_was_done(rows: Rows, kinds: Mapping[str, ResourceKind], call: Call, code: str) -> bool:
    """Whether a refusal of a call that may have been sent before proves that it was done then."""
    for row in rows.of(call):
        kind, effect = kinds[row.kind], row.effect
        makes = effect.does == "creates" or (kind.create is not None and kind.create.operation == call.operation)
        evidence = {each for name in effect.facets for each in _evidence(kind.facet(name), call.operation)}
        evidence |= (kind.exists if makes else frozenset()) | (kind.gone if effect.does == "deletes" else frozenset())
        if code in evidence:
            return True
    return False


def _settle(kind: ResourceKind, facet: str) -> int:
    return kind.settle if facet in (EXISTENCE, INCARNATION) else kind.facet(facet).settle or kind.settle


def _least(found: Sequence[CallClass]) -> CallClass:
    order = list(CallClass)
    return max(found, key=order.index, default=CallClass.UNREADABLE)


def _of_deletion(kind: ResourceKind) -> CallClass:
    return CallClass.ASYNCHRONOUS if kind.settled else CallClass.ABSOLUTE


def _of_facet(kind: ResourceKind, facet: Facet, operation: str) -> CallClass:
    if operation not in (name for name, _ in write_operations(facet)):
        return CallClass.UNREADABLE
    if kind.settled is not None and kind.facets[0].reads[0] in facet.reads:
        return CallClass.ASYNCHRONOUS
    return CallClass.SET_LIKE if _evidence(facet, operation) else CallClass.ABSOLUTE


def _evidence(facet: Facet, operation: str) -> tuple[str, ...]:
    """The codes of a refusal by which an operation says that it was done before."""
    if not isinstance(facet.write, Items):
        return ()
    return {facet.write.remove: facet.write.missing, facet.write.add: facet.write.duplicate}.get(operation, ())
