"""What a call will leave: its parameters, read the way its write would have made them. Pure."""

from collections.abc import Mapping
from typing import Any

import jmespath

from changectl.contracts.kind import Facet, Fields, Hand, Items, Put, ResourceKind
from changectl.engine.effects import Rows, touched, write_operations
from changectl.errors import ChangectlError
from changectl.model.resource import Body, Call, FacetRef, Resource, Snapshot


class Unforeseeable(ChangectlError):
    """What a step will do is known only when it has been done."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def foretold(rows: Rows, kinds: Mapping[str, ResourceKind], call: Call, state: Snapshot) -> Snapshot:
    """The state after the call: `state` with the resources that the call touches as it leaves them.

    A resource that the call makes is there, with nothing yet said of its facets. Raises Unforeseeable.
    """
    touch = touched(rows, kinds, call)
    if not touch.known:
        raise Unforeseeable(f"no resource kind knows what {call} changes")
    if touch.later and not touch.creates:
        raise Unforeseeable("the id of what it makes is known only from its answer")
    after: dict[Any, Resource | None] = dict(state)
    for ref in touch.deletes:
        after[ref] = None
    for ref in touch.creates:
        after[ref] = {}
    for facet in sorted(touch.writes):
        create = kinds[facet.ref.kind].create
        if after.get(facet.ref) is None and (create is None or create.operation != call.operation):
            raise Unforeseeable(f"{facet.ref} does not exist, and {call} does not make it")
        after[facet.ref] = {**(after.get(facet.ref) or {}), facet.facet: _left(kinds, call, facet, after)}
    return after


def _left(kinds: Mapping[str, ResourceKind], call: Call, facet: FacetRef, state: Snapshot) -> Body:
    declared = kinds[facet.ref.kind].facet(facet.facet)
    if call.operation not in [operation for operation, _ in write_operations(declared)]:
        raise Unforeseeable(f"what {call} leaves of {facet} is known only when it has been done")
    now = (state.get(facet.ref) or {}).get(facet.facet)
    try:
        return _read_back(declared, call, now)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unforeseeable(f"what {call} leaves of {facet} cannot be read from its parameters") from None


def _read_back(facet: Facet, call: Call, now: Body) -> Body:
    params = dict(call.params)
    match facet.write:
        case Put(operation, member, clear=clear, empty=empty):
            sent = jmespath.search(member, params) if call.operation == operation else None
            return None if call.operation == clear or sent == empty else facet.shape.canon(sent) or None
        case Fields(_, members, unset):
            given = {name: params[name] for name in members if name in params}
            kept = {name: value for name, value in {**(now or {}), **given}.items() if unset.get(name) != value}
            return facet.shape.canon(kept) or None
        case Items() as items:
            return _items(facet, items, call, now)
        case Hand() as hand:
            return hand.foretell(params, now)
        case None:
            raise KeyError(facet.name)


def _items(facet: Facet, items: Items, call: Call, now: Body) -> Body:
    if call.operation == items.remove:
        sent = _sent(items.remove_member, call)
        keys = set(sent) if items.keys_only else set(facet.shape.canon(sent) or {})
        return {key: value for key, value in (now or {}).items() if key not in keys} or None
    given = facet.shape.canon(_sent(items.add_member, call)) or {}
    if call.operation == items.describe and set(given) - set(now or {}):
        raise KeyError("it describes what is not there")
    return {**(now or {}), **given} or None


def _sent(member: str, call: Call) -> Any:
    """The items of a call. KeyError where it names them in another way, by rule ids say."""
    sent = jmespath.search(member, dict(call.params))
    if sent is None:
        raise KeyError(member)
    return sent
