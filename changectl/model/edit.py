"""Edits of one setting: what a plan wants of it, and the body that comes of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TypeAlias

from changectl.model.expectation import covers
from changectl.model.frozen import dataclass
from changectl.model.resource import Body


@dataclass(frozen=True, slots=True)
class Was:
    """What the plan says that is there before; None is absent."""

    body: Body = field(hash=False)


@dataclass(frozen=True, slots=True)
class Become:
    """The setting (no key) or one of its members should be `to`; None is absent. Without `was`, whatever it was."""

    to: Body = field(hash=False)
    was: Was | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Add:
    """An item should be there; it is fine if it already is."""

    key: str
    body: Body = field(hash=False)


@dataclass(frozen=True, slots=True)
class Remove:
    """An item that is there should go."""

    key: str


Edit: TypeAlias = "Become | Add | Remove"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The live setting is not what the edit starts from."""

    key: str
    expected: Body = field(hash=False)
    found: Body = field(hash=False)


def edited(now: Body, edit: Edit, canon: Callable[[Body], Body]) -> Body | Mismatch:
    """The body after the edit, or what stands in its way. `canon` brings what the plan wrote to the form of `now`."""
    members = now if isinstance(now, Mapping) else {}
    match edit:
        case Become(to, was, key):
            if was is not None and canon(_placed(now, key, was.body)) != now:
                return Mismatch(key, was.body, members.get(key) if key else now)
            return canon(_placed(now, key, to))
        case Add(key, body):
            if key not in members:
                return canon(_placed(now, key, body))
            same = covers(members[key], body)
            return now if same else Mismatch(key, body, members[key])
        case Remove(key):
            return canon(_placed(now, key, None)) if key in members else Mismatch(key, "present", None)


def _placed(now: Body, key: str, value: Body) -> Body:
    if not key:
        return as_text_like(value, now)
    members = now if isinstance(now, Mapping) else {}
    rest = {name: child for name, child in members.items() if name != key}
    if value is None:
        return rest or None
    all_text = bool(rest) and all(isinstance(child, str) for child in rest.values())
    return {**rest, key: as_text_like(value, members.get(key, "" if all_text else None))}


def as_text_like(value: Body, like: Body) -> Body:
    """A number or truth value as the text that it is written as, where `like` is text; all else as it is."""
    if isinstance(like, str) and isinstance(value, bool | int | float):
        return json.dumps(value)
    return value
