"""Durations (`1h30m`) and retries (`10 x 3s`)."""

import re
from datetime import timedelta

from changectl.model.node import Complaints, Node
from changectl.planfile.schema import written
from changectl.planfile.words import described

_DURATION = re.compile(r"(?:(\d{1,3})d)? ?(?:(\d{1,4})h)? ?(?:(\d{1,5})m)? ?(?:(\d{1,6})s)?", re.ASCII)
_RETRY = re.compile(r"(\d{1,4})\s*[x×]\s*(\S.*)", re.ASCII)  # noqa: RUF001
LONGEST = timedelta(days=30)


def duration(node: Node, complaints: Complaints) -> timedelta | None:
    """`90s`, `45m`, `1h30m`, `2d`: days, hours, minutes, seconds, at most 30 days together."""
    length = _length(written(node) or "")
    if length is None:
        number = isinstance(node.value, int) and not isinstance(node.value, bool)
        help_ = f"write {node.value}s or {node.value}m" if number else "write it like 90s, 45m or 1h30m"
        complaints.add("CHG123", f"a duration is wanted, and here is {described(node)}", node, help_)
    elif length > LONGEST:
        complaints.add("CHG127", f"{described(node)} is longer than {LONGEST.days} days", node)
        return None
    return length


def some_time(node: Node, complaints: Complaints) -> timedelta | None:
    """A duration that is not zero."""
    length = duration(node, complaints)
    if length is None or length:
        return length
    complaints.add("CHG127", "a duration of zero makes no sense here", node)
    return None


def retry(node: Node, complaints: Complaints) -> tuple[int, timedelta] | None:
    """`10 x 3s`: how many tries, and how long between two."""
    found = _RETRY.fullmatch(written(node) or "")
    tries, every = (int(found[1]), _length(found[2])) if found else (0, None)
    if not every or not tries or every > LONGEST:
        sentence = f"a number of tries and a time between them are wanted, and here is {described(node)}"
        complaints.add("CHG130", sentence, node, "write it like 10 x 3s")
        return None
    return tries, every


def _length(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text)
    if not found or not text or text.isspace():
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
