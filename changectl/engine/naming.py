"""The kinds and settings that a plan names: found, or complained of with what was probably meant."""

from changectl.contracts.action import Reading
from changectl.contracts.kind import Facet, ResourceKind
from changectl.model.node import Node, Span
from changectl.model.resource import Target
from changectl.planfile.words import listing, meant, quoted


def kind_of(target: Target, at: Node, reading: Reading) -> ResourceKind | None:
    """The kind of a resource; None after a complaint."""
    kind = reading.kinds.get(target.kind)
    if kind is None:
        near = meant(target.kind, reading.kinds, reading.complaints)
        help_ = near or "a kind that changectl does not know is changed by a call step with an undo"
        reading.complaints.add("CHG201", f"there is no kind {quoted(target.kind)}", at, help_)
    return kind


def facet_of(kind: ResourceKind, name: str, at: Node | Span, reading: Reading) -> Facet | None:
    """One of the kind's settings; None after a complaint."""
    facet = next((facet for facet in kind.facets if facet.name == name), None)
    if facet is None:
        names = [facet.name for facet in kind.facets]
        help_ = meant(name, names, reading.complaints) or f"it has {listing(names)}"
        reading.complaints.add("CHG202", f"a {kind.name} has no setting {quoted(name)}", at, help_)
    return facet
