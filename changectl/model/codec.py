"""Events to JSON and back. Names, not numbers, for types; what is not known is kept as it is."""

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from changectl.model.digest import digest_of
from changectl.model.entry import Entry
from changectl.model.events import Event, Unrecognised
from changectl.model.resource import Body


def type_name(event: Event) -> str:
    """`StepStarted` is `step-started`; an unrecognised event keeps the name it came with."""
    if isinstance(event, Unrecognised):
        return event.type
    return _kebab(type(event).__name__)


def event_types() -> Mapping[str, type]:
    """Every event type by its name on disk."""
    return _types()


def event_json(event: Event) -> Body:
    """The event's members as JSON; members that hold their default are left out, so that new ones can be added."""
    return event.body if isinstance(event, Unrecognised) else _members(event)


def event_of(name: str, body: Body) -> Event:
    """The event that JSON stands for; Unrecognised where the type or a member is not known to this version."""
    cls = _types().get(name)
    if cls is None or not isinstance(body, dict):
        return Unrecognised(name, body)
    try:
        return typing.cast("Event", _record(cls)(body))
    except (KeyError, TypeError, ValueError):
        return Unrecognised(name, body)


def entry_json(entry: Entry) -> dict[str, Body]:
    """The entry as JSON, its id included."""
    inner = {
        "schema": "changectl/event/1",
        "change": entry.change,
        "attempt": entry.attempt,
        "at": entry.at,
        "by": entry.by,
        "host": entry.host,
        "nonce": entry.nonce,
        "type": type_name(entry.event),
        "event": event_json(entry.event),
    }
    return {**inner, "id": digest_of(inner)}


def entry_id(entry: Entry) -> str:
    """The digest of the entry's content and nonce."""
    return str(entry_json(entry)["id"])


def entry_of(value: Mapping[str, Any]) -> Entry:
    """The entry that JSON stands for. Raises ValueError if it is not one or its id does not match."""
    inner = {name: child for name, child in value.items() if name in _ENTRY_MEMBERS}
    if set(inner) != _ENTRY_MEMBERS or value.get("id") != digest_of(inner):
        raise ValueError("this is not an event of changectl, or it was edited")
    text = {name: str(inner[name]) for name in ("change", "at", "by", "host", "nonce")}
    return Entry(**text, attempt=int(inner["attempt"]), event=event_of(str(inner["type"]), inner["event"]))


_ENTRY_MEMBERS = {"schema", "change", "attempt", "at", "by", "host", "nonce", "type", "event"}


@cache
def _types() -> Mapping[str, type]:
    known = typing.get_args(Event)
    return {_kebab(cls.__name__): cls for cls in known if cls is not Unrecognised}


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _members(value: Any) -> dict[str, Body]:
    return {
        f.name: _json(member)
        for f in dataclasses.fields(value)
        if (member := getattr(value, f.name)) != f.default or f.default is dataclasses.MISSING
    }


def _json(value: Any) -> Body:
    if dataclasses.is_dataclass(value):
        return _members(value)
    if isinstance(value, Mapping):
        return {name: _json(child) for name, child in value.items()}
    if isinstance(value, list | tuple):
        return [_json(child) for child in value]
    return value


@cache
def _record(cls: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    members = {f.name: _reader(hints[f.name]) for f in dataclasses.fields(cls)}

    def read(body: Any) -> Any:
        return cls(**{name: members[name](child) for name, child in body.items()})

    return read


def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast("type", hint))
    if origin is tuple and args[-1] is Ellipsis:
        item = _reader(args[0])
        return lambda value: tuple(item(child) for child in value)
    if origin is tuple:
        items = tuple(_reader(arg) for arg in args)
        return lambda value: tuple(read(child) for read, child in zip(items, value, strict=True))
    if hint in (str, int, bool):
        return lambda value: value if type(value) is hint else _refuse(hint, value)
    if hint is Any or isinstance(hint, types.UnionType):
        return lambda value: value
    raise TypeError(f"an event member of type {hint} has no JSON form")


def _refuse(hint: type, value: Any) -> Any:
    raise ValueError(f"expected {hint.__name__}, found {value!r}")
