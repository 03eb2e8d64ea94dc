"""A setting that stands wrong, in words: what it was, what we made it, what it is now; member by member where it has any."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

MOST = 3
"""Members that are told of in a sentence; `show --json` has all."""

WORDS = ("was", "we made it", "now")


def columns(before: str, ours: str, now: str) -> str:
    """What is known of the three values, in a sentence: `idle_timeout was 60; we made it 120; now 300`."""
    rows = members(before, ours, now)
    told = [f"{name} {_told(values)}".lstrip() for name, values in rows[:MOST]]
    more = len(rows) - len(told)
    return ", ".join((*told, f"and {more} more")) if more else ", ".join(told)


def members(before: str, ours: str, now: str) -> list[tuple[str, tuple[str, ...]]]:
    """The three values, each JSON, plain text, or "" where nobody knows it; of objects by member, else under "".

    Only the members that we changed and that are not as they were; where there are none, those not the same in all.
    """
    values = (before, ours, now)
    bodies = [body for value in values if (body := _object(value)) is not None]
    differing = list(_wrong(bodies) or _differing(bodies)) if len(bodies) == len(values) else []
    return [(name, tuple(_member(body, name) for body in bodies)) for name in differing] or [("", values)]


def _told(values: tuple[str, ...]) -> str:
    return "; ".join(f"{word} {value}" for word, value in zip(WORDS, values, strict=True) if value)


def _wrong(bodies: list[Mapping[str, Any]]) -> list[str]:
    names = dict.fromkeys(name for body in bodies[:2] for name in body)
    members = {name: [_member(body, name) for body in bodies] for name in names}
    return [name for name, (was, ours, now) in members.items() if was not in (ours, now)]


def _differing(bodies: list[Mapping[str, Any]]) -> Iterator[str]:
    names = dict.fromkeys(name for body in bodies for name in body)
    return (name for name in names if len({_member(body, name) for body in bodies}) > 1)


def _member(body: Mapping[str, Any], name: str) -> str:
    if name not in body:
        return "absent"
    value = body[name]
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _object(value: str) -> Mapping[str, Any] | None:
    """The members of a JSON object; None for what is none, or was cut off."""
    if not value.startswith("{"):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
