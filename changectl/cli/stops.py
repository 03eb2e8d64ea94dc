"""Ctrl-C, SIGTERM and SIGHUP while a change is carried on; and a clock whose waits end when one comes."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any

HEARTBEAT = 30.0
"""Seconds after which a wait says that it goes on: short enough that nobody thinks it hangs."""

FIRST = "\nFinishing the call in flight, then going back. Ctrl-C again stops at once.\n"
SECOND = "\nStopping at once.\n"


class Stops:
    """How often a person asked to stop, and time that passes until they do.

    `meanwhile`: what is looked after while time passes, in the thread that waits; it must not raise.
    """

    def __init__(self) -> None:
        self.meanwhile: Callable[[], None] = lambda: None
        self.asked = 0
        self.heard = 0
        self.terminated = False
        self._came = threading.Event()

    def count(self) -> int:
        """How often so far; whoever asks has heard of these."""
        self.heard = self.asked
        return self.heard

    @property
    def unheard(self) -> bool:
        """Whether somebody asked to stop since `count` was last asked."""
        return self.asked > self.heard

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let so much time pass, or less if somebody asks to stop meanwhile, or has since `count` was last asked."""
        self._came.clear()
        if self.unheard:
            return
        until = time.monotonic() + seconds
        self.meanwhile()
        while (left := until - time.monotonic()) > 0 and not self._came.wait(min(left, HEARTBEAT)):
            self.meanwhile()
            if until > time.monotonic():
                sys.stderr.write(f"          still waiting, {until - time.monotonic():.0f} s at the most\n")

    def come(self, number: int, _: FrameType | None) -> None:
        """A signal handler: counts, says so, and wakes whoever waits."""
        self.asked += 1
        self.terminated |= number == signal.SIGTERM
        self._came.set()
        with suppress(OSError):  # not sys.stderr, which the interrupted line may be writing to just now
            os.write(2, (FIRST if self.asked == 1 else SECOND).encode())


@contextmanager
def heeded(stops: Stops) -> Iterator[None]:
    """Signals come to `stops` while this lasts. A terminal that goes away stops nothing."""
    numbers: dict[signal.Signals, Any] = {
        signal.SIGINT: stops.come,
        signal.SIGTERM: stops.come,
        signal.SIGHUP: signal.SIG_IGN,
    }
    before = {number: signal.signal(number, handler) for number, handler in numbers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
