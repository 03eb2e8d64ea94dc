"""Three clocks read together: what they do not agree on is that this machine slept, or that somebody set its time."""

import time
from datetime import UTC, datetime

from changectl.model.frozen import dataclass

JUMP = 5.0
"""Seconds: NTP slews by 0.15 s in five minutes and steps what is larger; nobody sleeps for less on purpose."""

_PASSED = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC_RAW", time.CLOCK_MONOTONIC))
_AWAKE = getattr(time, "CLOCK_UPTIME_RAW", time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds: the time of day, which can be set; what passed, asleep or not; what passed while awake.

    Linux counts sleep in CLOCK_BOOTTIME only, macOS (clock_gettime(3)) in all but CLOCK_UPTIME_RAW.
    """

    wall: float
    passed: float
    awake: float

    def since(self, earlier: "Moment") -> float:
        """The most seconds that any clock says lie between: whoever is unsure takes a lease for older than it is."""
        return max(self.passed - earlier.passed, self.wall - earlier.wall)

    def jumped(self, earlier: "Moment") -> bool:
        """Whether the machine slept in between, or its time was set."""
        passed = self.passed - earlier.passed
        return any(abs(passed - other) > JUMP for other in (self.wall - earlier.wall, self.awake - earlier.awake))


def now() -> datetime:
    """The time of day, in UTC."""
    return datetime.now(UTC)


def moment() -> Moment:
    """Now."""
    return Moment(time.time(), time.clock_gettime(_PASSED), time.clock_gettime(_AWAKE))
