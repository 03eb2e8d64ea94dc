"""TOML text to a tree of positioned values, so that a configuration is read and complained of as a plan is."""

import re
from collections.abc import Mapping
from typing import Any

from changectl.model.node import Complaints, Node, Span
from changectl.planfile.hidden import hidden, named
from changectl.planfile.places import place

SIZE = 64 * 1024
"""The most bytes that a configuration may have."""

_TABLE = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")

_Path = tuple[str, ...]


def read_toml(content: bytes, complaints: Complaints) -> Node | None:
    """The document; None when it cannot be read at all. Whatever the bytes are, this raises nothing."""
    if len(content) > SIZE:
        complaints.add("CHG113", f"the file has {len(content):,} bytes; at most {SIZE:,} are read", Span(1, 1))
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        complaints.add("CHG101", f"byte 0x{content[error.start]:02x} is not UTF-8", Span(1, 1))
        return None
    if (offset := hidden(text)) is not None:
        complaints.add("CHG102", f"the text has a hidden character, {named(text[offset])}", place(text, offset))
        return None
    return _parsed(text, complaints)


def _parsed(text: str, complaints: Complaints) -> Node | None:
    import tomllib

    try:
        return _node(tomllib.loads(text), (), _places(text), Span(1, 1))
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))  # tomllib has the place in its sentence only
        at = Span(int(found[1]), int(found[2])) if found else Span(1, 1)
        complaints.add("CHG160", _AT.sub("", str(error)).strip(), at)
    except RecursionError:
        complaints.add("CHG114", "the text is nested too deep", Span(1, 1))
    return None


def _node(value: Any, path: _Path, places: Mapping[_Path, Span], above: Span) -> Node:
    at = places.get(path, above)
    match value:
        case dict():
            members = {name: _node(child, (*path, name), places, at) for name, child in value.items()}
            return Node(members, at, {name: places.get((*path, name), at) for name in value})
        case list():
            return Node(tuple(_node(child, (*path, f"{number}"), places, at) for number, child in enumerate(value)), at)
        case str():
            return Node(value, at, quoted=True)
        case bool() | int() | float():
            return Node(value, at)
        case _:  # dates and times, which nothing here wants
            return Node(str(value), at)


def _places(text: str) -> dict[_Path, Span]:
    """Where each key stands, as far as lines tell; what stands inside an inline table has its parent's place."""
    found: dict[_Path, Span] = {}
    counts: dict[_Path, int] = {}
    table: _Path = ()
    for number, row in enumerate(text.split("\n"), 1):
        if header := _TABLE.fullmatch(row.rstrip("\r")):
            table = _parts(header[1])
            if row.lstrip().startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                table = (*table, f"{counts[table]}")
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], _on(number, header))
        elif key := _KEY.match(row):
            found.setdefault((*table, *_parts(key[1])), _on(number, key))
    return found


def _parts(text: str) -> _Path:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _on(number: int, found: re.Match[str]) -> Span:
    return Span(number, found.start(1) + 1, number, found.end(1) + 1)
