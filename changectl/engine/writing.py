"""From what a resource is to what it should be: the calls that take it there. Pure; a write never sees three states."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_never

import jmespath

from changectl.contracts.kind import Facet, Fields, Hand, Items, Put, Recreated, ResourceKind
from changectl.engine.asking import filled
from changectl.model.resource import Body, Call, Ref, Resource


def writes(
    kind: ResourceKind, ref: Ref, now: Resource | None, want: Resource | None, account: str, guard: Body = None
) -> tuple[Call, ...]:
    """The calls from now to want, in an order that AWS takes. Facets that `want` does not name are left alone.

    None means that there is no such resource: `want` None deletes, `now` None creates and then sets what creating did not.
    Nothing where it cannot be done: a kind that is not deleted or created, a facet without a write.
    """
    if want is None:
        return () if now is None else _deleting(kind, ref, now, account)
    if now is None:
        return _creating(kind, ref, want, account)
    calls = [call for facet in _ordered(kind, want) for call in _facet(kind, facet, ref, now, want, account)]
    calls.sort(key=lambda call: not _finds(kind.first, call))
    return tuple(_guarded(kind, call, guard) for call in joined(calls, kind.alone))


def joined(calls: Sequence[Call], alone: tuple[str, ...] = ()) -> tuple[Call, ...]:
    """One call where several facets are written by the same operation with different members.

    But not those in which a path of `alone` finds something: AWS refuses their changes beside others.
    """

    out: list[Call] = []
    for call in calls:
        for n, other in enumerate(out):
            both = set(other.params) & set(call.params)
            same = (other.service, other.operation, other.region) == (call.service, call.operation, call.region)
            distinct = set(other.params) - both and set(call.params) - both
            same = same and not _finds(alone, other) and not _finds(alone, call)
            if same and distinct and all(other.params[name] == call.params[name] for name in both):
                out[n] = Call(call.service, call.operation, {**other.params, **call.params}, call.region)
                break
        else:
            out.append(call)
    return tuple(out)


def _finds(paths: tuple[str, ...], call: Call) -> bool:
    return any(jmespath.search(path, dict(call.params)) for path in paths)


def _ordered(kind: ResourceKind, want: Resource) -> Iterator[Facet]:
    """Facets in the kind's order, each behind those that it comes after."""
    done: set[str] = set()
    todo = [facet for facet in kind.facets if facet.name in want]
    while todo:
        ready = next((f for f in todo if not any(o.name in f.after for o in todo)), todo[0])
        done.add(ready.name)
        todo.remove(ready)
        yield ready


def _deleting(kind: ResourceKind, ref: Ref, now: Resource, account: str) -> tuple[Call, ...]:
    if kind.delete is None:
        return ()
    blocked = {name: None for name in kind.delete.blocked_by if now.get(name) is not None}
    shut = {name: {**now[name], **open_} for name, open_ in kind.delete.opened_by.items() if now.get(name) is not None}
    opening = writes(kind, ref, now, {**blocked, **shut}, account)
    params = filled(kind.params if kind.delete.params is None else kind.delete.params, kind, ref, account)
    return (*opening, Call(kind.service, kind.delete.operation, params, ref.region))


def _creating(kind: ResourceKind, ref: Ref, want: Resource, account: str) -> tuple[Call, ...]:
    if kind.create is None or kind.create.new_id or kind.recreated is Recreated.IRREVERSIBLE:
        return ()
    made = {name: want.get(name) for name in kind.create.feeds}
    first = tuple(Call(c.service, c.operation, c.params, ref.region) for c in kind.create.calls(ref, want))
    rest = {name: body for name, body in want.items() if name not in kind.create.feeds and body is not None}
    return (*first, *writes(kind, ref, made, rest, account))


def _facet(kind: ResourceKind, facet: Facet, ref: Ref, now: Resource, want: Resource, account: str) -> Iterator[Call]:
    was, will = now.get(facet.name), want[facet.name]
    if was == will or facet.write is None:
        return

    def call(operation: str, more: Mapping[str, Any]) -> Call:
        own = getattr(facet.write, "params", None)
        named = filled(kind.params if own is None else own, kind, ref, account)
        return Call(kind.service, operation, {**named, **more}, ref.region)

    match facet.write:
        case Put() as put:
            if will is None and put.clear:
                yield call(put.clear, {})
            else:
                yield call(put.operation, _nested(put.member, put.empty if will is None else facet.shape.wire(will)))
        case Fields() as fields:
            wanted = _fields(fields, was or {}, will or {})
            if wanted:
                yield call(fields.operation, wanted)
        case Items() as items:
            for operation, more in _items(facet, items, was or {}, will or {}):
                yield call(operation, more)
        case Hand() as hand:
            yield from (Call(c.service, c.operation, c.params, ref.region) for c in hand.calls(ref, was, will))
        case _:
            assert_never(facet.write)


def _fields(fields: Fields, was: Mapping[str, Any], will: Mapping[str, Any]) -> dict[str, Any]:
    changed = [name for name in fields.members if was.get(name) != will.get(name)]
    sent = fields.members if fields.whole and changed else changed
    values = {name: will.get(name, fields.unset.get(name)) for name in sent}
    return {name: value for name, value in values.items() if value is not None}


def _items(
    facet: Facet, items: Items, was: Mapping[str, Any], will: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    changed = {key for key in will if key in was and was[key] != will[key]}
    described = (
        {k for k in changed if items.describable and items.describable(was[k], will[k])} if items.describe else set()
    )
    swapped = set() if items.update else changed - described
    gone = {key: was[key] for key in was if key not in will or key in swapped} if items.remove else {}
    new = {key: will[key] for key in will if key not in was or key in changed - described}
    for part in _batches(gone, items.batch):
        sent = list(part) if items.keys_only else facet.shape.wire(part)
        yield items.remove, _nested(items.remove_member, sent)
    for part in _batches(new, items.batch):
        yield items.add, _nested(items.add_member, facet.shape.wire(part))
    for part in _batches({key: will[key] for key in described}, items.batch):
        yield items.describe, _nested(items.add_member, facet.shape.wire(part))


def _batches(items: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    keys = sorted(items)
    for start in range(0, len(keys), size):
        yield {key: items[key] for key in keys[start : start + size]}


def _nested(member: str, value: Any) -> dict[str, Any]:
    head, _, rest = member.partition(".")
    return {head: _nested(rest, value) if rest else value}


def _guarded(kind: ResourceKind, call: Call, guard: Body) -> Call:
    if kind.guard is None or guard is None or call.operation not in kind.guard.operations:
        return call
    return Call(call.service, call.operation, {**call.params, kind.guard.member: guard}, call.region)
