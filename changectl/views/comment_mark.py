"""The mark on a comment of ours, by which the next run finds it and knows whether it is newer.

It is the first line, and looked for nowhere else: what a plan says further down cannot pass for one.
"""

import re
from datetime import UTC, datetime, timedelta

from changectl.model.frozen import dataclass

_MARK = re.compile(
    r"<!-- changectl/comment/1 valid-at=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"
    r" order=((?:\d{1,18}(?:\.\d{1,18}){0,7})?) head=([0-9a-f]{40,64}) -->",
    re.ASCII,
)
_FOLDED = "<!-- changectl/comment/1 folded -->"
AHEAD = timedelta(minutes=5)
"""How far the clock of another runner may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Which run wrote a comment: when it read production (RFC 3339), its place among the runs, the commit it looked at."""

    at: str
    order: tuple[int, ...]
    head: str

    def line(self) -> str:
        """The mark as it is written; readers do not see it."""
        return (
            f"<!-- changectl/comment/1 valid-at={self.at} order={'.'.join(map(str, self.order))} head={self.head} -->"
        )

    def rank(self, head: str, now: datetime) -> tuple[bool, str, tuple[int, ...]]:
        """What is higher is newer: about what the branch is now (`head`), then by when, then by the run.

        A time that is still to come is nobody's: whoever wrote it wants to be the last for ever.
        """
        believed = datetime.fromisoformat(self.at) <= now + AHEAD
        return (self.head == head and believed, self.at if believed else "", self.order if believed else ())


def mark_of(body: str) -> Mark | None:
    """The mark of a comment; None where it is not ours, or was folded."""
    found = _MARK.fullmatch(_first(body))
    if found is None:
        return None
    try:
        datetime.fromisoformat(found[1])
    except ValueError:  # a 31st of February
        return None
    return Mark(found[1], tuple(int(number) for number in found[2].split(".") if number), found[3])


def folded(url: str) -> str:
    """What is left of a second comment: one line that points to the first."""
    where = f": {url}" if re.fullmatch(r"https?://[A-Za-z0-9._~:/?#@!&=%+-]{1,300}", url) else ""
    return f"{_FOLDED}\nAll that there is to say of this request is in the first comment{where}"


def stamp(at: datetime) -> str:
    """A time as a mark has it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _first(body: str) -> str:
    return body.partition("\n")[0].rstrip("\r")
