"""What can go wrong: faults by the number of the call, strangers and stops by the instant, a full disk, a lost lease."""

import zlib
from dataclasses import dataclass
from typing import Any

from tests.simulator.aws import MEMBERS, Aws, body, number

CALL_FAULTS = (
    "throttled", "refused", "5xx before", "5xx after", "timeout before", "timeout after", "late", "late timeout",
    "never sent", "reset after", "cut answer", "expired",
)  # fmt: skip
"""What can become of one call that changes production."""

LASTING = frozenset({"refused", "expired"})
"""Faults that may end with a person: AWS said no, or we are not who we were."""

READ_FAULTS = ("unreachable", "refused", "expired")
PUSH_FAULTS = ("locked", "offline", "lost answer")
READERS = ("fresh", "stale", "alternating", "first stale")
"""How old what is read is: as it is now; as old as may be; by turns; old at first and then new."""

ANSWER = 60.0
"""Seconds that a call takes which times out."""


def chosen(reader: str, turn: int, states: int) -> int:
    """Which of so many states a read returns, the oldest being 0."""
    match reader:
        case "stale":
            return 0
        case "alternating":
            return 0 if turn % 2 else states - 1
        case "first stale":
            return 0 if turn < 6 else states - 1
        case "fresh":
            return states - 1
        case seeded:
            return zlib.crc32(f"{seeded} {turn}".encode()) % states


@dataclass(frozen=True)
class Stranger:
    """Somebody else who writes a member of a toy, or an item of it, at an instant; None removes it, no member: all of it.

    A value and no member: the toy is removed and made anew, just as it was, where such toys have lives.
    """

    tick: int
    toy: str
    member: str = ""
    item: str = ""
    value: str | None = "theirs"

    @property
    def path(self) -> str:
        """What they write."""
        return " ".join(filter(None, (self.toy, self.member or "itself", self.item)))

    @property
    def anew(self) -> bool:
        """Whether the toy goes on as another of its lives."""
        return not self.member and self.value is not None and has_lives(self.toy)

    def write(self, aws: Aws) -> bool:
        """Do it; whether that changed anything."""
        was = aws.now.get(self.toy, 0)
        if not was:
            return False
        aws.commit(self.toy, self._left(body(was)))
        return aws.now.get(self.toy, 0) != was

    def _left(self, toy: dict[str, Any]) -> int:
        if self.anew:
            return number({**toy, "Born": f"{toy['Born']}, and again"})
        if not self.member:
            return 0
        value: Any = self.value
        if self.item:
            items = {**toy[self.member], self.item: self.value}
            value = {key: child for key, child in items.items() if child is not None}
        if toy[self.member] == value:
            return number(toy)
        version = {"Version": str(int(toy["Version"]) + 1)} if "Version" in toy else {}
        return number({**toy, self.member: value, **version})


def has_lives(spelled: str) -> bool:
    """Whether such a toy says which of its lives it is."""
    return "Born" in MEMBERS[spelled.partition("/")[0]]


def facets_of(spelled: str) -> tuple[tuple[str, str], ...]:
    """Every member and item of a toy that a stranger may write."""
    members = MEMBERS[spelled.partition("/")[0]]
    return tuple(
        (name, "theirs" if value == {} else "")
        for name, value in members.items()
        if name not in ("Version", "Address", "Born")
    )


@dataclass(frozen=True)
class Disturbance:
    """What goes wrong in a history. Calls, readings, pushes and holds are numbered over all lives of the process.

    `full`: from the how manyth write on the disk is full. `lease`: at which hold it is over, or taken over.
    """

    calls: tuple[tuple[int, str], ...] = ()
    reads: tuple[tuple[int, str], ...] = ()
    pushes: tuple[tuple[int, str], ...] = ()
    strangers: tuple[Stranger, ...] = ()
    stops: tuple[tuple[int, int], ...] = ()
    full: int = 0
    lease: int = 0
    taken: int = 0
    reader: str = "fresh"
