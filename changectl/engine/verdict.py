"""How a change of one resource comes back, before anyone makes it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from changectl.contracts.kind import Facet, Items, Loss, Recreated, ResourceKind
from changectl.model.preview import Reversibility, Verdict
from changectl.model.resource import Body, Resource

EXACT = Verdict(Reversibility.EXACT)


def reversibility(kind: ResourceKind, before: Resource | None, after: Resource | None) -> Verdict:
    """The worst of what its facets say, with the reasons."""
    if before is None or after is None:
        return _existence(kind, before, after)
    order = list(Reversibility)
    verdicts = list(_verdicts(kind, before, after))
    worst = max(verdicts, key=lambda verdict: order.index(verdict.reversibility), default=EXACT)
    reasons = (verdict.why for verdict in verdicts if verdict.why)
    return Verdict(worst.reversibility, "; ".join(dict.fromkeys(reasons)))


def reachable(kind: ResourceKind, before: Resource | None, after: Resource | None) -> Resource | None:
    """What a way back from `after` to `before` can reach, facet by facet; the same as before where nothing is lost."""
    if before is None or after is None:
        anew = kind.create is not None and not kind.create.new_id and kind.recreated is not Recreated.IRREVERSIBLE
        return before if before is None or anew else None
    return {name: _reached(kind, name, body, after.get(name)) for name, body in before.items()}


def asks_back(kind: ResourceKind, before: Resource | None, after: Resource | None) -> str:
    """Why going back should ask first: it widens access, or something else sets the value; nothing where it need not."""
    if before is None or after is None:
        return ""
    changed = (f for f in kind.facets if f.name in after and before.get(f.name) != after[f.name])
    return joined(_asks(facet, before.get(facet.name), after[facet.name]) for facet in changed)


def may_ask_back(facet: Facet) -> str:
    """The same for a facet of which nobody knows what it will become."""
    if facet.owned_by:
        return f"{facet.name} is also set by {facet.owned_by}"
    return f"putting {facet.name} back may widen access" if facet.widens is not None else ""


def joined(reasons: Iterable[str]) -> str:
    """All reasons that there are, each once."""
    return "; ".join(dict.fromkeys(filter(None, reasons)))


def _existence(kind: ResourceKind, before: Resource | None, after: Resource | None) -> Verdict:
    if before is None and after is None:
        return EXACT
    if before is None:
        return EXACT if kind.delete else Verdict(Reversibility.IRREVERSIBLE, f"a {kind.name} is not removed again")
    if kind.create is None or kind.create.new_id:
        return Verdict(Reversibility.IRREVERSIBLE, kind.recreated_why or f"a {kind.name} made anew is another one")
    grades = {
        Recreated.EXACT: Reversibility.EXACT,
        Recreated.LOSSY: Reversibility.LOSSY,
        Recreated.IRREVERSIBLE: Reversibility.IRREVERSIBLE,
    }
    return Verdict(grades[kind.recreated], kind.recreated_why)


def _verdicts(kind: ResourceKind, before: Resource, after: Resource) -> Iterator[Verdict]:
    for facet in kind.facets:
        was, will = before.get(facet.name), after.get(facet.name)
        if facet.name not in after or was == will:
            continue
        if facet.write is None:
            yield Verdict(Reversibility.IRREVERSIBLE, f"{facet.name} cannot be written")
        if _keeps_new_keys(facet) and set(will or {}) - set(was or {}):
            yield Verdict(Reversibility.LOSSY, f"{facet.name}: a key that was brought in cannot be taken out")
        for loss in _each(facet.losses, was, will):
            if _matches(loss, was, will):
                yield Verdict(Reversibility.LOSSY, loss.why)


def _reached(kind: ResourceKind, name: str, before: Body, after: Body) -> Body:
    facet = next((facet for facet in kind.facets if facet.name == name), None)
    if facet is None or before == after:
        return before
    body = before
    if _keeps_new_keys(facet):
        body = {**(before or {}), **{key: value for key, value in (after or {}).items() if key not in (before or {})}}
    for loss in _each(facet.losses, before, after):
        if loss.residue and _matches(loss, before, after):
            body = _put(body, loss.path, _at(after, loss.path) if loss.keeps else loss.leaves)
    return body


def _keeps_new_keys(facet: Facet) -> bool:
    return isinstance(facet.write, Items) and not facet.write.remove


def _each(losses: tuple[Loss, ...], before: Body, after: Body) -> Iterator[Loss]:
    """The losses, those of each member spelled out."""
    for loss in losses:
        members = sorted({*(before or {}), *(after or {})}) if loss.path == "*" else [loss.path]
        yield from (replace(loss, path=member) for member in members)


def _matches(loss: Loss, before: Body, after: Body) -> bool:
    was, will = _at(before, loss.path), _at(after, loss.path)
    return was != will and _fits(loss.before, was) and _fits(loss.after, will)


def _fits(pattern: Any, value: Body) -> bool:
    match pattern:
        case "*":
            return True
        case "absent":
            return value is None
        case "present":
            return value is not None
        case _:
            return bool(pattern == value)


def _at(body: Body, path: str) -> Body:
    return (body or {}).get(path) if path else body


def _put(body: Body, path: str, value: Body) -> Body:
    if not path:
        return value
    kept = {name: child for name, child in (body or {}).items() if name != path}
    return {**kept, path: value} if value is not None else kept


def _asks(facet: Facet, before: Body, after: Body) -> str:
    if facet.owned_by:
        return f"{facet.name} is also set by {facet.owned_by}"
    if facet.widens is not None and facet.widens(after, before):
        return f"putting {facet.name} back widens access"
    return ""
