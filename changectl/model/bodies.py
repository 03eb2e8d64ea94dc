"""Snapshots as JSON and back, and one laid over another."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from changectl.model.resource import Body, FacetRef, Ref, Resource, Snapshot, Target


def snapshot_json(snapshot: Snapshot) -> Body:
    """A snapshot as JSON: a list of resources in order of their refs."""
    return [
        {"kind": ref.kind, "id": list(ref.id), "region": ref.region, "facets": snapshot[ref]}
        for ref in sorted(snapshot)
    ]


def snapshot_of(value: Body) -> Snapshot:
    """The snapshot that JSON stands for."""
    return {Ref(item["kind"], tuple(item["id"]), item["region"]): item["facets"] for item in value}


def laid_over(below: Snapshot, above: Snapshot) -> dict[Ref, Resource | None]:
    """`below` with every facet that `above` names taken from there; a resource gone above is gone."""
    result = dict(below)
    for ref, resource in above.items():
        under = below.get(ref)
        result[ref] = None if resource is None else {**(under or {}), **resource}
    return result


def body_of(snapshot: Snapshot, facet: FacetRef) -> Body:
    """One facet's body; None where the facet or its resource is absent or not in the snapshot."""
    return (snapshot.get(facet.ref) or {}).get(facet.facet)


def facets_of(snapshot: Snapshot) -> tuple[FacetRef, ...]:
    """Every facet that the snapshot holds a body for."""
    return tuple(FacetRef(ref, name) for ref in sorted(snapshot) for name in sorted(snapshot[ref] or {}))


def targets_in(value: Any) -> Iterator[Target]:
    """Every resource that a plan names anywhere inside a step or a check."""
    if isinstance(value, Target):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for member in dataclasses.fields(value):
            yield from targets_in(getattr(value, member.name))
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from targets_in(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from targets_in(child)
