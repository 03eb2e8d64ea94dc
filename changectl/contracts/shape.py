"""Shapes: what AWS answers, brought to one canonical form and back. Law: canon(wire(canon(x))) == canon(x)."""

from collections.abc import Callable
from typing import Any

from changectl.model.frozen import dataclass
from changectl.model.resource import Body


@dataclass(frozen=True, slots=True)
class Shape:
    """`canon(raw)` is the body (None: absent), `wire(body)` what a write sends."""

    canon: Callable[[Any], Body]
    wire: Callable[[Body], Any]
    says: str = ""


def stripped(value: Any, drop: frozenset[str] = frozenset()) -> Any:
    """The value without `drop` members and without empty ones (None, [], {}, "")."""
    if isinstance(value, dict):
        kept = {name: stripped(child, drop) for name, child in value.items() if name not in drop}
        return {name: child for name, child in kept.items() if child not in (None, [], {}, "")}
    if isinstance(value, list | tuple):
        return [stripped(child, drop) for child in value]
    return value


def _as_is(value: Any) -> Any:
    return value


RAW = Shape(lambda raw: stripped(raw) or None, _as_is, "as read, empty members dropped")
PLAIN = Shape(_as_is, _as_is, "as read")
TEXT = Shape(lambda raw: raw or None, lambda body: body or "", "text; empty is absent")


def keyed(by: str, value: str = "") -> Shape:
    """A list of records that is a set: a map from each record's `by` to the rest, or to its `value` member."""

    def canon(raw: Any) -> Body:
        rows = raw or []
        return {str(row[by]): row.get(value) if value else stripped(row, frozenset({by})) for row in rows} or None

    def wire(body: Body) -> list[dict[str, Any]]:
        return [{by: key, value: rest} if value else {by: key, **rest} for key, rest in sorted((body or {}).items())]

    return Shape(canon, wire, f"a set by {by}")


TAGS = keyed("Key", "Value")
