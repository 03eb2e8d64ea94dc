"""What the register tells of a change's settings, where its snapshot is on another machine: the shown differences.

They were written for people. What was cut, secret or ambiguous is told as missing, and never guessed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import field

from changectl.contracts.kind import Facet, ResourceKind
from changectl.model.bodies import body_of
from changectl.model.events import Shown
from changectl.model.frozen import dataclass
from changectl.model.resource import Body, FacetRef, Ref, Snapshot

_HIDDEN = ("(secret)", "(another secret)")


@dataclass(frozen=True, slots=True)
class Told:
    """The settings before the change and after it, over production as it is now; and what is missing, in words."""

    before: Snapshot = field(hash=False)
    left: Snapshot = field(hash=False)
    touched: tuple[FacetRef, ...]
    missing: tuple[str, ...]


def told(
    kinds: Mapping[str, ResourceKind], differences: Iterable[Shown], names: Mapping[Ref, str], now: Snapshot
) -> Told:
    """The states that the differences tell of: as now, but for what they name."""
    refs = {name: ref for ref, name in names.items()}
    states: tuple[dict[Ref, dict[str, Body]], dict[Ref, dict[str, Body]]] = ({}, {})
    touched: dict[FacetRef, None] = {}
    missing: list[str] = []
    for each in differences:
        resource, _, name = each.facet.rpartition(" ")
        ref = refs.get(resource)
        facet = _facet(kinds, ref, name)
        pair = None if ref is None or facet is None else _pair(facet, each, body_of(now, FacetRef(ref, name)))
        if ref is None or pair is None:
            missing.append(f"{each.facet} {each.path}".strip())
            continue
        touched[FacetRef(ref, name)] = None
        for state, body in zip(states, pair, strict=True):
            facets = state.setdefault(ref, dict(now.get(ref) or {}))
            facets[name] = _with(facets.get(name), each.path, body)
    return Told(states[0], states[1], tuple(touched), tuple(missing))


def _facet(kinds: Mapping[str, ResourceKind], ref: Ref | None, name: str) -> Facet | None:
    facets = kinds[ref.kind].facets if ref is not None and ref.kind in kinds else ()
    return next((facet for facet in facets if facet.name == name), None)


def _pair(facet: Facet, said: Shown, now: Body) -> tuple[Body, Body] | None:
    """Both sides as values; None where they are cut, secret, or of a member inside a member."""
    members = now if isinstance(now, Mapping) else {}
    here = members.get(said.path) if said.path else now
    deep = said.path and said.path not in members and said.path.split(".")[0] in members
    if deep or any(text in _HIDDEN or text.endswith("…") for text in (said.before, said.after)):
        return None
    try:
        return _value(said.before, here, members), _value(said.after, here, members)
    except ValueError:
        return None


def _value(text: str, here: Body, members: Mapping[str, Body]) -> Body:
    """A value as it was shown: text, or JSON, whichever stands there or beside it. Raises ValueError."""
    if text == "absent":
        return None
    like = here if here is not None else next(iter(members.values()), None)
    return text if isinstance(like, str) or like is None else json.loads(text)


def _with(body: Body, path: str, value: Body) -> Body:
    if not path:
        return value
    rest = {name: child for name, child in (body or {}).items() if name != path}
    return ({**rest, path: value} if value is not None else rest) or None
