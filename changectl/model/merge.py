"""Three-way merge of one facet: before, what this change can have left, and what is now."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum

from changectl.model.frozen import dataclass
from changectl.model.resource import Body


class Grain(Enum):
    """How finely ownership is decided when going back: each leaf, each top-level item, or the facet as one."""

    LEAF = "leaf"
    ITEM = "item"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path that is neither as before nor as any call of ours can have left it."""

    path: tuple[str, ...]
    before: Body = field(hash=False)
    ours: tuple[Body, ...] = field(hash=False)
    now: Body = field(hash=False)


@dataclass(frozen=True, slots=True)
class Merge:
    """What the facet should be, and the paths that are a stranger's and therefore stay."""

    want: Body = field(hash=False)
    strangers: tuple[Conflict, ...] = ()


def merged(before: Body, ours: Sequence[Body], now: Body, grain: Grain) -> Merge:
    """`now`, with every path that is ours put back to `before`.

    A path is ours if some body of `ours` differs there from `before`. Where now is one of these bodies, or `before`,
    it goes back; where it is anything else it is a stranger's and stays. Paths that none of ours changed keep what is now.
    """
    return _merged(before, tuple(ours), now, _depth(grain), ())


def carried(found: Body, left: Body, onto: Body, grain: Grain) -> Body:
    """What a call that found one body and left another makes of a third: only the paths that it changed are its own."""
    return _carried(found, left, onto, _depth(grain))


def is_reached(want: Body, was: Body, now: Body, grain: Grain) -> bool:
    """Whether now is as wanted on every path that had to change; the others may be anybody's."""
    merge = merged(want, (was,), now, grain)
    return not merge.strangers and merge.want == now


def _depth(grain: Grain) -> int:
    return {Grain.WHOLE: 0, Grain.ITEM: 1, Grain.LEAF: 1 << 16}[grain]


def _merged(before: Body, ours: tuple[Body, ...], now: Body, depth: int, path: tuple[str, ...]) -> Merge:
    if all(body == before for body in ours):
        return Merge(now)
    sides = (before, *ours, now)
    if depth and any(isinstance(side, Mapping) for side in sides) and all(_is_map(side) for side in sides):
        return _merged_map(before, ours, now, depth, path)
    if now == before or now in ours:
        return Merge(before)
    return Merge(now, (Conflict(path, before, ours, now),))


def _merged_map(before: Body, ours: tuple[Body, ...], now: Body, depth: int, path: tuple[str, ...]) -> Merge:
    names = dict.fromkeys(name for side in (before, *ours, now) for name in side or {})
    want: dict[str, Body] = {}
    strangers: list[Conflict] = []
    for name in sorted(names):
        sides = [(side or {}).get(name) for side in (before, *ours, now)]
        part = _merged(sides[0], tuple(sides[1:-1]), sides[-1], depth - 1, (*path, name))
        strangers += part.strangers
        if part.want is not None:
            want[name] = part.want
    return Merge(want or None, tuple(strangers))


def _carried(found: Body, left: Body, onto: Body, depth: int) -> Body:
    if found == left:
        return onto
    sides = (found, left, onto)
    if not depth or not any(isinstance(side, Mapping) for side in sides) or not all(_is_map(side) for side in sides):
        return left
    names = sorted(dict.fromkeys(name for side in sides for name in side or {}))
    of = ((name, [(side or {}).get(name) for side in sides]) for name in names)
    parts = {name: _carried(was, will, mine, depth - 1) for name, (was, will, mine) in of}
    return {name: part for name, part in parts.items() if part is not None} or None


def _is_map(side: Body) -> bool:
    return side is None or isinstance(side, Mapping)
