"""Forms: the kinds of step and check that a plan may use, handed in by whoever knows them; and which one is meant."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TypeAlias

from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node, Span
from changectl.model.plan import Check
from changectl.planfile.schema import complain_of_unknown, mapping
from changectl.planfile.words import Near, listing, near, quoted

CheckReader: TypeAlias = Callable[[Node], Check | None]
FormReader: TypeAlias = Callable[[Mapping[str, Node], Node, Complaints, CheckReader], object | None]


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of step or check: the member that tells it, the further members that are its own, and their reader.

    `read(members, node, complaints, check)` gets those members by name, the key's included, the whole node for
    its place, and a reader for nested checks. It answers None only after a complaint.
    """

    key: str
    members: tuple[str, ...]
    read: FormReader
    example: str


@dataclass(frozen=True, slots=True)
class Forms:
    """Every form there is, by its key."""

    steps: Mapping[str, Form] = field(hash=False)
    probes: Mapping[str, Form] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Picked:
    """The form that a mapping has, the form's own members, and those that every step or check may have."""

    form: Form
    own: Mapping[str, Node] = field(hash=False)
    shared: Mapping[str, Node] = field(hash=False)


def picked(
    node: Node, forms: Mapping[str, Form], shared: Sequence[str], what: str, complaints: Complaints
) -> Picked | None:
    """Which form the mapping is; None, with a complaint, where it is none or several."""
    members = mapping(node, complaints)
    if members is None:
        return None
    found = [forms[name] for name in members if name in forms]
    found = [form for form in found if not any(form.key in other.members for other in found)]
    if len(found) > 1:
        keys = " and ".join(quoted(form.key) for form in found)
        complaints.add("CHG143", f"a {what} does one thing, and here are {keys}", node.keys[found[1].key])
        return None
    if not found:
        _complain_of_none(node, forms, shared, what, complaints)
        return None
    form = found[0]
    known = (form.key, *form.members)
    for name in members:
        if name not in known and name not in shared:
            _complain_of_stray(name, node, form, forms, shared, complaints)
    return Picked(
        form,
        {name: child for name, child in members.items() if name in known},
        {name: child for name, child in members.items() if name in shared},
    )


def _complain_of_none(
    node: Node, forms: Mapping[str, Form], shared: Sequence[str], what: str, complaints: Complaints
) -> None:
    for name, at in node.keys.items():
        found = near(name, forms, complaints) if name not in shared else Near()
        if found.word:
            fix = found.as_key(name, at)
            complaints.add("CHG142", f"there is no {what} {quoted(name)}", at, found.says, fix=fix)
            return
    at = Span(node.span.line, node.span.column)
    complaints.add("CHG142", f"a {what} has a member {listing(sorted(forms))}, which says what it does", at)


def _complain_of_stray(
    name: str, node: Node, form: Form, forms: Mapping[str, Form], shared: Sequence[str], complaints: Complaints
) -> None:
    homes = [other.key for other in forms.values() if name in other.members]
    if homes:
        help_ = f"it belongs to {listing(homes)}"
        complaints.add("CHG104", f"{quoted(name)} does not belong to {quoted(form.key)}", node.keys[name], help_)
        return
    free = [option for option in (*form.members, *shared) if option not in node.keys]
    complain_of_unknown(name, node, free, complaints)
