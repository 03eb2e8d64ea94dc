"""Values as YAML text that our own reader, and everybody else's, reads as exactly that value.

What comes from AWS is anybody's text. Only plain words go without quotes; all else is spelled as JSON strings are, with
an escape for whatever cannot be seen.
"""

import json
import re
from collections.abc import Iterator, Mapping

from changectl.model.node import Complaints
from changectl.model.resource import Body
from changectl.planfile.hidden import hidden
from changectl.planfile.scalars import number_of, scalar
from changectl.planfile.typed import typed
from changectl.planfile.yaml import read_yaml

WIDE = 100
"""Characters of a line; what is longer gets lines of its own."""

_PLAIN = re.compile(
    r"[A-Za-z0-9_/](?:[A-Za-z0-9_./+@-]| (?=[A-Za-z0-9_/(])|[:'(](?=[A-Za-z0-9_/])|(?<=[A-Za-z0-9])\))*", re.ASCII
)
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))  # of YAML 1.1, and other readers'
_NUMBERLIKE = re.compile(r"[0-9][0-9_.:]*|\d{4}-\d\d?-\d\d?.*")  # a number or a date to readers of YAML 1.1


class Unwritable(Exception):
    """No plan can hold this value: a key with a line break, a number of twenty digits, half of a character."""


def scalar_text(value: str | int | float | bool | None) -> str:
    """One scalar, in quotes where it would not be read as itself without."""
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _is_plain(value) else _quoted(value)


def flow(value: Body) -> str:
    """The value on one line, as it stands in a plan."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar_text(name)}: {flow(child)}" for name, child in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar_text(value)


def block(value: Body, indent: int = 0) -> Iterator[str]:
    """The value on lines of its own, as it stands in a plan; what is short stays on one."""
    space = " " * indent
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield from _headed(f"{space}{scalar_text(name)}:", child, indent + 2)
    elif isinstance(value, list | tuple):
        for child in value:
            first, *rest = block(child, indent + 2) if child else (f"{space}  {flow(child)}",)
            yield f"{space}- {first[indent + 2 :]}"
            yield from rest
    else:
        yield f"{space}{scalar_text(value)}"


def _headed(head: str, child: Body, indent: int) -> Iterator[str]:
    text = flow(child)
    if len(head) + len(text) < WIDE or not child or not isinstance(child, Mapping | list | tuple):
        yield f"{head} {text}"
    else:
        yield head
        yield from block(child, indent)


def literal(value: Body) -> Body:
    """A body as a plan writes it: a member that begins with `$` has `$$`, which means the same."""
    if isinstance(value, Mapping):
        return {f"${name}" if name.startswith("$") else name: literal(child) for name, child in value.items()}
    return [literal(child) for child in value] if isinstance(value, list | tuple) else value


def spelled(value: Body) -> str:
    """A body on one line, proven by reading it back. Raises Unwritable."""
    text = flow(literal(value))
    complaints = Complaints()
    root = read_yaml(f"value: {text}\n".encode(errors="replace"), complaints)
    if root is not None and not complaints.found and isinstance(root.value, Mapping):
        node = root.value["value"]
        if _same(typed(node, complaints), value) and not complaints.found:
            return text
    raise Unwritable(text)


def _is_plain(text: str) -> bool:
    return (
        _PLAIN.fullmatch(text) is not None
        and scalar(text) == text
        and number_of(text) is None
        and text.lower() not in _WORDS
        and not _NUMBERLIKE.fullmatch(text)
    )


def _quoted(text: str) -> str:
    return "".join(each if _is_seen(each) else _escape(each) for each in json.dumps(text, ensure_ascii=False))


def _is_seen(character: str) -> bool:
    return character.isprintable() and hidden(character) is None


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _same(one: Body, other: Body) -> bool:
    """Equal, and of the same sorts: 1, 1.0 and true are three things."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)
