"""Readers: a positioned value to a typed one, or a complaint and None. Small ones, and ways to join them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from changectl.model.node import Complaints, Node, Span
from changectl.planfile.hidden import hidden, named
from changectl.planfile.scalars import number_of
from changectl.planfile.words import described, in_place_of, listing, near, quoted, truth_meant

T = TypeVar("T")
Reader: TypeAlias = Callable[[Node, Complaints], T | None]

_LINE = 500
_PROSE = 20_000


def written(node: Node) -> str | None:
    """A scalar as it is spelled; None for what is no text, number or truth value."""
    if isinstance(node.value, str):
        return node.value
    return node.raw if node.raw and node.value is not None else None


def line(node: Node, complaints: Complaints) -> str | None:
    """Text of one line."""
    text = _text(node, complaints, _LINE)
    if text is None or "\n" not in text:
        return text
    complaints.add("CHG121", "one line of text is wanted, and here are several", node)
    return None


def prose(node: Node, complaints: Complaints) -> str | None:
    """Text of any number of lines."""
    return _text(node, complaints, _PROSE)


def _text(node: Node, complaints: Complaints, most: int) -> str | None:
    text = written(node)
    if text is None or isinstance(node.value, bool):
        help_ = f'write "{node.raw}" in quotes to mean the word' if node.raw else ""
        if node.value is None and not node.raw:
            help_ = "text that begins with # stands in quotes"
        fix = f'"{node.raw}"' if isinstance(node.value, bool) else None
        complaints.add("CHG120", f"text is wanted, and here is {described(node)}", node, help_, fix=fix)
        return None
    text = text.strip()
    if not text:
        complaints.add("CHG121", "the text is empty", node)
        return None
    if len(text) > most:
        complaints.add("CHG121", f"the text has {len(text):,} characters, {most:,} are allowed", node)
        return None
    if (offset := hidden(text)) is not None:
        complaints.add("CHG102", f"the text has a hidden character, {named(text[offset])}", node)
        return None
    return text


def truth(node: Node, complaints: Complaints) -> bool | None:
    """`true` or `false`."""
    if isinstance(node.value, bool):
        return node.value
    fix = truth_meant(node.value) if isinstance(node.value, str) else ""
    complaints.add("CHG120", f"true or false is wanted, and here is {described(node)}", node, fix=fix or None)
    return None


def number(node: Node, complaints: Complaints) -> int | float | None:
    """Any number; also one that the composer keeps as text, such as `0.50`."""
    value = node.value if isinstance(node.value, int | float) else number_of(node.raw)
    if value is None or isinstance(value, bool):
        help_ = "leave the quotes out" if node.quoted else ""
        sentence = f"a number is wanted, and here is {described(node)}"
        complaints.add("CHG120", sentence, node, help_, fix=unquoted_number(node))
        return None
    return value


def unquoted_number(node: Node) -> str | None:
    """The number that stands in quotes, as it stands without; None where there is none."""
    text = node.value if node.quoted and isinstance(node.value, str) else ""
    return text if number_of(text) is not None else None


def whole(least: int, most: int) -> Reader[int]:
    """A whole number in a range, both ends included."""

    def read(node: Node, complaints: Complaints) -> int | None:
        value = number(node, complaints)
        if value is None:
            return None
        if isinstance(value, int) and least <= value <= most:
            return value
        complaints.add(
            "CHG127", f"a whole number from {least} to {most} is wanted, and here is {described(node)}", node
        )
        return None

    return read


def choice(options: Mapping[str, T]) -> Reader[T]:
    """One of a few words."""

    def read(node: Node, complaints: Complaints) -> T | None:
        word = written(node)
        if word is not None and word in options:
            return options[word]
        found = near(word or "", options, complaints)
        truth = truth_meant(word or "")
        fix = in_place_of(node, truth) if truth in options else found.instead_of(node)
        sentence = f"{listing(options)} is wanted, and here is {described(node)}"
        complaints.add(
            "CHG122", sentence, node, f'did you mean "{truth}"?' if truth in options else found.says, fix=fix
        )
        return None

    return read


def listed(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list of what `reader` reads; the items that it could not read are left out, each with its complaint."""

    def read(node: Node, complaints: Complaints) -> tuple[T, ...] | None:
        items = sequence(node, complaints)
        if items is None:
            return None
        values = (reader(item, complaints) for item in items)
        return tuple(value for value in values if value is not None)

    return read


def sequence(node: Node, complaints: Complaints) -> Sequence[Node] | None:
    """The items of a list."""
    if isinstance(node.value, tuple | list):
        return node.value
    help_ = "write each item on a line of its own, after a dash" if written(node) else ""
    complaints.add("CHG120", f"a list is wanted, and here is {described(node)}", node, help_)
    return None


def mapping(node: Node, complaints: Complaints) -> Mapping[str, Node] | None:
    """The members of a mapping, whatever their names."""
    if isinstance(node.value, Mapping):
        return node.value
    complaints.add("CHG120", f"a mapping (name: value) is wanted, and here is {described(node)}", node)
    return None


def mapped(reader: Reader[T]) -> Reader[Mapping[str, T]]:
    """A mapping of free names to what `reader` reads."""

    def read(node: Node, complaints: Complaints) -> Mapping[str, T] | None:
        members = mapping(node, complaints)
        if members is None:
            return None
        values = ((name, reader(child, complaints)) for name, child in members.items())
        return {name: value for name, value in values if value is not None}

    return read


def record(
    node: Node, complaints: Complaints, known: Sequence[str], required: Sequence[str] = ()
) -> Mapping[str, Node] | None:
    """The known members of a mapping, with a complaint for every unknown and every missing one."""
    members = mapping(node, complaints)
    if members is None:
        return None
    for name in members:
        if name not in known:
            complain_of_unknown(name, node, [option for option in known if option not in members], complaints)
    for name in required:
        if name not in members:
            complaints.add("CHG105", f"{quoted(name)} is missing", Span(node.span.line, node.span.column))
    return {name: child for name, child in members.items() if name in known}


def complain_of_unknown(name: str, node: Node, free: Sequence[str], complaints: Complaints) -> None:
    """One complaint for a member that nothing reads, with the free name that was probably meant."""
    at = node.keys.get(name, node.span)
    found = near(name, free, complaints)
    help_ = found.says or (f"known here: {listing(free)}" if free else "")
    if _is_cut_off(name, node):
        help_ = "inside { } a comma ends the text before it: put that into quotes"
    complaints.add("CHG104", f"unknown member {quoted(name)}", at, help_, fix=found.as_key(name, at))


def _is_cut_off(name: str, node: Node) -> bool:
    """Whether it is rather the end of a sentence that stands in `{none: nobody, it is a trial}`."""
    child = node.value.get(name) if isinstance(node.value, Mapping) else None
    return " " in name and child is not None and child.value is None and not child.raw


def member(members: Mapping[str, Node], name: str, reader: Reader[T], complaints: Complaints, default: T) -> T:
    """What `reader` reads from that member; `default` where it is absent, or wrong and complained of."""
    if name not in members:
        return default
    value = reader(members[name], complaints)
    return default if value is None else value
