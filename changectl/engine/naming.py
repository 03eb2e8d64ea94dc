"""The kinds and settings that a plan names: found, or complained of with what was probably meant."""

from changectl.contracts.action import Reading
from changectl.contracts.kind import Facet, ResourceKind
from changectl.model.node import Node, Span
from changectl.model.resource import Target
from changectl.planfile.words import Near, in_place_of, listing, near, quoted


def kind_of(target: Target, at: Node, reading: Reading) -> ResourceKind | None:
    """The kind of a resource; None after a complaint."""
    kind = reading.kinds.get(target.kind)
    if kind is None:
        found = near(target.kind, reading.kinds, reading.complaints)
        help_ = found.says or "a kind that changectl does not know is changed by a call step with an undo"
        rest = str(at.value).strip().removeprefix(target.kind)
        fix = in_place_of(at, found.word + rest) if found.sure else None
        reading.complaints.add("CHG201", f"there is no kind {quoted(target.kind)}", at, help_, fix=fix)
    return kind


def facet_of(kind: ResourceKind, name: str, at: Node | Span, reading: Reading) -> Facet | None:
    """One of the kind's settings; None after a complaint."""
    facet = next((facet for facet in kind.facets if facet.name == name), None)
    if facet is None:
        names = [facet.name for facet in kind.facets]
        found = near(name, names, reading.complaints)
        help_ = found.says or f"it has {listing(names)}"
        fix = _renamed(at, name, found) if found.sure else None
        reading.complaints.add("CHG202", f"a {kind.name} has no setting {quoted(name)}", at, help_, fix=fix)
    return facet


def _renamed(at: Node | Span, name: str, found: Near) -> str | None:
    """The place with the setting's right name: a key alone, or what ends with it (`security-group/web ingress`)."""
    if isinstance(at, Span):
        return found.as_key(name, at)
    return in_place_of(at, str(at.value).strip().removesuffix(name) + found.word)
