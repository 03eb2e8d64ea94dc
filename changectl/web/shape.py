"""Members of a JSON answer, by their path: each is what we need, or the error says which is missing."""

from collections.abc import Mapping
from datetime import datetime

from changectl.errors import ForgeFailed


def member(document: object, *path: str) -> object:
    """What stands there; None where nothing does."""
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def text(document: object, *path: str) -> str:
    """The text there. Raises ForgeFailed."""
    found = member(document, *path)
    if not isinstance(found, str):
        raise _misshapen(path, "text")
    return found


def whole(document: object, *path: str) -> int:
    """The whole number there, not negative. Raises ForgeFailed."""
    found = member(document, *path)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise _misshapen(path, "number")
    return found


def truth(document: object, *path: str) -> bool | None:
    """true or false; None where it is not said."""
    found = member(document, *path)
    return found if isinstance(found, bool) else None


def instant(document: object, *path: str) -> datetime:
    """The time there, with its zone. Raises ForgeFailed."""
    try:
        found = datetime.fromisoformat(text(document, *path))
    except ValueError:
        raise _misshapen(path, "time") from None
    if found.tzinfo is None:
        raise _misshapen(path, "time")
    return found


def _misshapen(path: tuple[str, ...], wanted: str) -> ForgeFailed:
    return ForgeFailed(
        f"the forge answered without the {wanted} {'.'.join(path)}",
        "check api under [review] in changectl.toml: is it that forge's API?",
        member=".".join(path),
    )
