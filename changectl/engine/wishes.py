"""Wishes: what a plan says under one setting of a `change:`, in any of the forms that it may be said in.

Right under a setting stands its whole value, as `{from, to}` or `{to}` or text alone; or `add:` and `remove:` with items;
or its members by name, each with `{from, to}`, `{to}`, or its new value alone. A member that happens to be named `from`
or `to` is written `add: {to: …}`, one that is named `add` or `remove` gets its new value alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TypeAlias

from changectl.contracts.kind import Facet, ResourceKind
from changectl.contracts.shape import TAGS
from changectl.model.edit import Add, Become, Edit, Remove, Was
from changectl.model.frozen import dataclass
from changectl.model.merge import Grain
from changectl.model.node import Complaints, Node
from changectl.model.resource import Body
from changectl.model.text import one_line
from changectl.model.values import SecretValue, later
from changectl.planfile.schema import mapping, sequence, written
from changectl.planfile.typed import typed
from changectl.planfile.words import listing, quoted


@dataclass(frozen=True, slots=True)
class Item:
    """An item as its author describes it, to be added or removed; its key is known when its values are."""

    said: Body = field(hash=False)
    remove: bool = False


Wish: TypeAlias = "Edit | Item"


def wishes_of(kind: ResourceKind, facet: Facet, node: Node, complaints: Complaints) -> tuple[Wish, ...]:
    """What stands under one setting of a `change:`; what is wrong is left out, and complained of."""
    if facet.write is None:
        writable = [other.name for other in kind.facets if other.write is not None]
        help_ = f"it can set {listing(writable)}" if writable else ""
        complaints.add("CHG203", f"{facet.name} of a {kind.name} is read only", node, help_)
        return ()
    wishes = tuple(_read_wishes(facet, node, complaints))
    _complain_of_secrets(facet, wishes, node, complaints)
    return wishes


def _read_wishes(facet: Facet, node: Node, complaints: Complaints) -> Iterator[Wish]:
    match node.value:
        case Mapping() as members if not members:
            complaints.add("CHG205", f"nothing is said about {facet.name}", node)
        case Mapping() as members if _is_pair(members):
            yield from _become(facet, _meant(facet, members), node, complaints)
        case Mapping() as members if any(_is_later(name) for name in members):
            yield Become(typed(node, complaints), None, facet.plain)
        case Mapping() as members if any(_lists(name, child) for name, child in members.items()):
            yield from _items(facet, node, members, complaints)
        case Mapping() as members:
            yield from _members(facet, node, members, complaints)
        case str() | int() | float() | bool():
            yield Become(_value(facet, node, complaints), None, facet.plain)
        case None:
            complaints.add("CHG206", f"{facet.name} has no value", node, "write {to: null} to mean that it should go")
        case _:
            help_ = "write add:, remove:, or to: before the list"
            complaints.add("CHG206", "nobody can know whether this list is added, removed, or all of it", node, help_)


def _is_pair(members: Mapping[str, Node]) -> bool:
    return bool(members) and set(members) <= {"from", "to"}


def _meant(facet: Facet, members: Mapping[str, Node]) -> str:
    """The member that `{from, to}` right under a setting is about; none where the whole is given, or should go."""
    whole = any(
        child.value is None or (isinstance(child.value, Mapping) and not any(map(_is_later, child.value)))
        for child in members.values()
    )
    return "" if whole else facet.plain


def _is_later(name: str) -> bool:
    return name.startswith("$") and not name.startswith("$$")


def _lists(name: str, node: Node) -> bool:
    """Whether this is `add:` or `remove:`, rather than a member that happens to have this name."""
    if name not in ("add", "remove"):
        return False
    if isinstance(node.value, Mapping):
        return name == "add" and not any(map(_is_later, node.value))
    return isinstance(node.value, tuple | list)


def _become(facet: Facet, key: str, node: Node, complaints: Complaints) -> Iterator[Become]:
    members = mapping(node, complaints) or {}
    if "to" not in members:
        complaints.add("CHG206", '"to" is missing', node, "write {from: what it is, to: what it shall be}")
        return
    was = Was(_value(facet, members["from"], complaints)) if "from" in members else None
    if was is not None and any(isinstance(part, SecretValue) for part in later(was.body)):
        complaints.add("CHG206", "a secret cannot be compared beforehand", members["from"], "leave from: out")
    yield Become(_value(facet, members["to"], complaints), was, key)


def _value(facet: Facet, node: Node, complaints: Complaints) -> Body:
    if facet.shape is TAGS and not isinstance(node.value, Mapping | tuple | list):
        return written(node)  # a tag's value is text, also where it is written as a number
    return typed(node, complaints)


def _items(facet: Facet, node: Node, members: Mapping[str, Node], complaints: Complaints) -> Iterator[Wish]:
    for name, child in sorted(members.items(), key=lambda member: member[0] != "remove"):  # so that both can change one
        if name not in ("add", "remove"):
            help_ = "give each of its members {from: …, to: …}, or add: and remove: alone"
            complaints.add("CHG206", f"{quoted(name)} stands beside add: and remove:", node.keys[name], help_)
        elif isinstance(child.value, Mapping) and facet.author is None:
            yield from (Add(_literal(key), _value(facet, item, complaints)) for key, item in child.value.items())
        else:
            yield from _listed_items(facet, name == "remove", child, complaints)


def _listed_items(facet: Facet, remove: bool, node: Node, complaints: Complaints) -> Iterator[Wish]:
    for item in sequence(node, complaints) or ():
        key = written(item)
        said = as_item(facet, typed(item, complaints))
        if isinstance(said, Mapping) and facet.author is not None:
            _complain_of_item(facet, said, item, complaints)
            yield Item(said, remove)
        elif remove and key is not None:
            yield Remove(key)
        else:
            known = f"write each as {{{', '.join(facet.author_members)}}}" if facet.author else "write name: value"
            complaints.add("CHG204", f"this is no item of {facet.name}", item, known)


def as_item(facet: Facet, said: Body) -> Body:
    """An item as its author describes it: where that is one member, the value alone will do."""
    if facet.author is None or isinstance(said, Mapping) or len(facet.author_members) != 1:
        return said
    return {facet.author_members[0]: said}


def authored(facet: Facet, said: Mapping[str, Body]) -> tuple[str, Body]:
    """The key and body of an item as its author describes it. Raises ValueError, whatever a plan says."""
    if facet.author is None:
        raise ValueError(f"{facet.name} has no items")
    try:
        return facet.author(said)
    except (AttributeError, KeyError, TypeError) as why:
        raise ValueError(f"this cannot be understood ({type(why).__name__})") from why


def _complain_of_item(facet: Facet, said: Body, node: Node, complaints: Complaints) -> None:
    if facet.author is None or any(later(said)):
        return
    try:
        authored(facet, said)
    except ValueError as why:
        known = f"it may have {listing(facet.author_members)}" if facet.author_members else ""
        complaints.add("CHG204", one_line(str(why)), node, known)


def _members(facet: Facet, node: Node, members: Mapping[str, Node], complaints: Complaints) -> Iterator[Wish]:
    pairs = {name for name, child in members.items() if isinstance(child.value, Mapping) and _is_pair(child.value)}
    if facet.author is not None:
        help_ = f"write add: or remove: and a list of {{{', '.join(facet.author_members)}}}"
        complaints.add("CHG206", f"items of {facet.name} are added and removed", node, help_)
    elif facet.grain is Grain.WHOLE and not pairs:
        help_ = "write to: before it, or give single members {from: …, to: …}"
        complaints.add("CHG206", f"nobody can know whether this is all of {facet.name}, or members of it", node, help_)
    else:
        for name, child in members.items():
            if name in pairs:
                yield from _become(facet, _literal(name), child, complaints)
                continue
            for deep in _deep_pairs(child):
                sentence = "from: and to: stand too deep to be understood"
                complaints.add("CHG206", sentence, deep, f"write {name}: {{from: …, to: …}} with its whole value")
            yield Become(_value(facet, child, complaints), None, _literal(name))


def _literal(name: str) -> str:
    return name.removeprefix("$") if name.startswith("$$") else name


def _deep_pairs(node: Node) -> Iterator[Node]:
    if isinstance(node.value, Mapping):
        if set(node.value) == {"from", "to"}:
            yield node
        for child in node.value.values():
            yield from _deep_pairs(child)


def _complain_of_secrets(facet: Facet, wishes: tuple[Wish, ...], node: Node, complaints: Complaints) -> None:
    """A literal in a setting that may be secret. What it starts `from` in clear, and is so, was no secret before."""
    bare = [w for w in wishes if isinstance(w, Become) and w.to is not None and w.was is None]
    written_out = [w for w in bare if not any(later(w.to))]
    if facet.secret and written_out:
        help_ = "if it is one, write {$secret: NAME}; else all is well"
        complaints.add("CHG207", f"{facet.name} may be a secret, and here it stands in git", node, help_, "warning")
