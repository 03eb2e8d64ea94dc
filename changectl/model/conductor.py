"""Who conducts an attempt that has begun and not ended, and whether anybody does still."""

from enum import Enum

from changectl.model.frozen import dataclass


class Presence(Enum):
    """Whether somebody conducts it, and how that is known."""

    HERE = "here"  # a process of this machine has its journal open
    LEFT_HERE = "left-here"  # this machine has its journal, and no process has it open
    THERE = "there"  # another machine was heard of within its lease
    GONE = "gone"  # another machine has let its lease end
    UNHELD = "unheld"  # another machine began it, and holds no lock of it


@dataclass(frozen=True, slots=True)
class Conductor:
    """Who began an attempt, on which machine and when; when it was last heard of, and until when it is counted on.

    Times are RFC 3339 in UTC; empty where there is no lease. `process`: what is known of the one that conducts it here.
    """

    presence: Presence
    by: str
    host: str
    since: str
    heard: str = ""
    until: str = ""
    process: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether nobody conducts it."""
        return self.presence not in (Presence.HERE, Presence.THERE)
