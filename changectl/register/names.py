"""Which change ids, event names and dates may become a path or a git ref. All else is refused before use."""

import re

from changectl.errors import CannotRecord, WrongUsage

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TYPE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)T")


def checked_id(change: str) -> str:
    """The change id itself. Raises WrongUsage where it could be a path, an option or no valid part of a git ref."""
    if _ID.fullmatch(change) and ".." not in change and not change.endswith((".", ".lock")):
        return change
    raise WrongUsage(
        f"{change[:140]!r} cannot be the id of a change",
        "name the plan file with letters, digits, dots and dashes, such as 2026-11-23-alb-idle-timeout.yaml",
        change=change,
    )


def checked_type(name: str) -> str:
    """The name of an event type, fit for a file name. Raises CannotRecord."""
    if _TYPE.fullmatch(name):
        return name
    raise CannotRecord(f"{name[:80]!r} cannot be the type of an event")


def day_of(at: str) -> str:
    """`2026/11/23` of an RFC 3339 time. Raises CannotRecord."""
    if found := _DAY.match(at):
        return "/".join(found.groups())
    raise CannotRecord(f"{at[:80]!r} is not the time of an event")
