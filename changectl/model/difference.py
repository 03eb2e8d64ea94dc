"""Differences: facet, path, before, after. As few as there are, in a fixed order."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from changectl.model.frozen import dataclass
from changectl.model.resource import Body, FacetRef, Snapshot


@dataclass(frozen=True, slots=True)
class Difference:
    """One path of one facet that is not the same; None means absent."""

    facet: FacetRef
    path: tuple[str, ...]
    before: Body = field(hash=False)
    after: Body = field(hash=False)


def differences(facet: FacetRef, before: Body, after: Body) -> tuple[Difference, ...]:
    """Every path at which two bodies of a facet differ; an item that came or went is one difference."""
    return tuple(Difference(facet, path, was, will) for path, was, will in _differing(before, after, ()))


def snapshot_differences(before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
    """Every difference between two states of the same resources."""
    found: list[Difference] = []
    for ref in sorted({*before, *after}):
        was, will = before.get(ref) or {}, after.get(ref) or {}
        for name in sorted(name for name in {*was, *will} if not name.startswith("@")):
            found += differences(FacetRef(ref, name), was.get(name), will.get(name))
    return tuple(found)


def _differing(before: Body, after: Body, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Body, Body]]:
    if before == after:
        return
    if not path and (before is None or after is None):
        before, after = (
            ({} if side is None else side) if isinstance(after if side is None else before, Mapping) or side else side
            for side in (before, after)
        )
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _differing(before.get(name), after.get(name), (*path, name))
    else:
        yield path, before, after
