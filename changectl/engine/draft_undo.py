"""The way back of an applied change as steps of a new plan: from what is now, to what was, where only it has changed it.

What somebody else has changed since stays, and a comment says so. A secret is named, never written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from changectl.contracts.kind import Facet, ResourceKind
from changectl.engine.draft import LONGEST, RESERVED, comment, item_text
from changectl.engine.show import may_show, shown
from changectl.engine.verdict import reversibility
from changectl.model.bodies import body_of
from changectl.model.frozen import dataclass
from changectl.model.merge import Conflict, merged
from changectl.model.preview import Reversibility
from changectl.model.resource import Body, FacetRef, Ref, Snapshot
from changectl.planfile.spelling import Unwritable, scalar_text, spelled

BY_NAME = "{$secret: <environment variable that holds what it was>}"


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a change has done: what its settings were, what it left, what they are now; and how its plan calls them."""

    before: Snapshot = field(hash=False)
    left: Snapshot = field(hash=False)
    now: Snapshot = field(hash=False)
    touched: tuple[FacetRef, ...]
    names: Mapping[Ref, str] = field(hash=False)
    region: str


@dataclass(frozen=True, slots=True)
class WayBack:
    """Lines below `steps:`, and what cannot be taken back, in words."""

    lines: tuple[str, ...]
    lost: tuple[str, ...]


def way_back(kinds: Mapping[str, ResourceKind], deeds: Deeds) -> WayBack:
    """One `set` step a resource that differs, newest first."""
    lines: list[str] = []
    lost: list[str] = []
    for ref in dict.fromkeys(facet.ref for facet in reversed(deeds.touched)):
        name = deeds.names.get(ref, f"{ref.kind}/{ref.id[-1]}")
        facets = tuple(dict.fromkeys(facet for facet in deeds.touched if facet.ref == ref))
        gone = _existence(deeds, ref, name)
        lost += [gone] if gone else _losses(kinds[ref.kind], deeds, ref, facets, name)
        lines += [] if gone else _step(kinds[ref.kind], deeds, ref, facets, name)
    return WayBack(tuple(lines), tuple(dict.fromkeys(lost)))


def _existence(deeds: Deeds, ref: Ref, name: str) -> str:
    """Why nothing can be set back: the resource is not the one that it was, or not there."""
    if deeds.before.get(ref) is None and deeds.now.get(ref) is not None:
        return f"{name} was made by it; a call step with an undo would remove it"
    if deeds.before.get(ref) is not None and deeds.now.get(ref) is None:
        return f"{name} is not there any more; a call step would make it anew"
    return f"{name} is gone again" if deeds.now.get(ref) is None else ""


def _losses(kind: ResourceKind, deeds: Deeds, ref: Ref, facets: Sequence[FacetRef], name: str) -> Iterator[str]:
    was = {each.facet: body_of(deeds.before, each) for each in facets}
    did = {each.facet: body_of(deeds.left, each) for each in facets}
    verdict = reversibility(kind, was, did)
    if verdict.reversibility is not Reversibility.EXACT:
        yield f"{name}: {verdict.why}"
    for each in facets:
        for key in _keys(was[each.facet], did[each.facet]):
            if not may_show(kind.facet(each.facet), (key,) if key else ()):
                yield f"{name} {each.facet} is secret, and is put back only by who knows what it was"
                break


def _step(kind: ResourceKind, deeds: Deeds, ref: Ref, facets: Sequence[FacetRef], name: str) -> list[str]:
    changes: list[str] = []
    notes: list[str] = []
    for each in facets:
        facet = kind.facet(each.facet)
        before, left, now = (body_of(state, each) for state in (deeds.before, deeds.left, deeds.now))
        merge = merged(before, (left,), now, facet.grain)
        notes += [_stranger(facet, conflict) for conflict in merge.strangers]
        if facet.write is not None and merge.want != now:
            changes += _facet(facet, now, merge.want)
    said = [f"# {name} {comment(note)}" for note in notes]
    if not any(not line.lstrip().startswith("#") for line in changes):
        return [
            *said,
            *(f"# {line}" for line in changes),
            f"# {name} needs no step: nothing of it is left to put back.",
        ]
    region = [f"  region: {ref.region}"] if ref.region not in ("", deeds.region) else []
    return [
        *said,
        f"- name: {scalar_text(f'Put {name} back')}",
        f"  set: {scalar_text(name)}",
        *region,
        "  change:",
        *(f"    {line}" for line in changes),
    ]


def _stranger(facet: Facet, conflict: Conflict) -> str:
    values = (shown(facet, body, conflict.path) for body in (conflict.before, conflict.ours[-1], conflict.now))
    was, did, now = values
    at = ".".join((facet.name, *conflict.path))
    return f"{at} was {was}, the change left {did}, and somebody has made it {now} since; it stays."


def _facet(facet: Facet, now: Body, want: Body) -> Iterator[str]:
    """The setting from now to want, as a plan says it."""
    was, will = (body if isinstance(body, Mapping) else {} for body in (now, want))
    if facet.said is not None:
        yield from _items(facet, was, will)
    elif (was or will) and facet.author is None:
        keys = list(_keys(was, will))
        if facet.plain in keys and len(keys) == 1:
            yield f"{facet.name}: {{{_pair(facet, (facet.plain,), was.get(facet.plain), will.get(facet.plain))}}}"
        elif facet.plain and any(not may_show(facet, (key,)) for key in keys):
            yield f"{facet.name}: {BY_NAME}"
        else:
            yield from _members(facet, keys, was, will)
    else:
        yield f"{facet.name}: {{{_pair(facet, (), now, want)}}}"


def _members(facet: Facet, keys: Sequence[str], was: Mapping[str, Body], will: Mapping[str, Body]) -> Iterator[str]:
    lines = []
    for key in keys:
        try:
            name = spelled({key: None})[1:].rpartition(": ")[0]
            writable = key not in RESERVED
        except Unwritable:
            name, writable = comment(key), False
        if writable:
            lines.append(f"  {name}: {{{_pair(facet, (key,), was.get(key), will.get(key))}}}")
        else:
            lines.append(f"  # {name} cannot be written here; it goes back by hand")
    if any(not line.lstrip().startswith("#") for line in lines):
        yield f"{facet.name}:"
        yield from lines
    else:
        yield from (f"# {facet.name} {line.strip(' #')}" for line in lines)


def _items(facet: Facet, was: Mapping[str, Body], will: Mapping[str, Body]) -> Iterator[str]:
    keys = list(_keys(was, will))
    yield f"{facet.name}:"
    for verb, side in (("remove", was), ("add", will)):
        items = [key for key in keys if key in side]
        if items:
            yield f"  {verb}:"
            yield from (f"    - {item_text(facet, key, side[key])}" for key in items)


def _pair(facet: Facet, path: tuple[str, ...], now: Body, want: Body) -> str:
    """`from: "120", to: "60"`; a secret by name."""
    start = _text(facet, path, now)
    end = _text(facet, path, want)
    if end is None:
        secret = not may_show(facet, path)
        end = BY_NAME if secret else "<what it was; it is too long, or cannot be written here>"
    return f"from: {start}, to: {end}" if start is not None else f"to: {end}"


def _text(facet: Facet, path: tuple[str, ...], body: Body) -> str | None:
    if body is not None and not may_show(facet, path):
        return None
    try:
        text = spelled(body)
    except Unwritable:
        return None
    return text if len(text) <= 4 * LONGEST else None


def _keys(was: Body, will: Body) -> Iterator[str]:
    """The members that differ; an empty name where the whole does."""
    if not isinstance(was or {}, Mapping) or not isinstance(will or {}, Mapping):
        yield from [""] if was != will else ()
        return
    one, other = was or {}, will or {}
    yield from (name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name))
