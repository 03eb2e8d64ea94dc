"""Channels, each in a thread of its own and at its own pace: a slow one holds up neither the change nor another channel."""

import os
import re
import threading
import time
from collections.abc import Callable, Mapping

from changectl.contracts.channel import Announcement, Channel, Teller, TellLater

MOST = 5
"""Times in a row that a channel may ask for another try."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}", re.ASCII)


def opened(channel: Channel, settings: Mapping[str, str]) -> Teller:
    """The channel's teller, its secrets taken from the environment. Raises ValueError, which repeats no setting."""
    for name in settings:
        if name not in channel.settings:
            raise ValueError(f"a {channel.key} channel has no setting {name}; it has {', '.join(channel.settings)}")
    secrets = {name: _secret(channel, name, settings[name]) for name in channel.secrets if settings.get(name)}
    return channel.open({**settings, **secrets})


def _secret(channel: Channel, setting: str, variable: str) -> str:
    if not _VARIABLE.fullmatch(variable):
        example = f"{channel.key}_{setting}".upper()
        raise ValueError(
            f"{setting} of a {channel.key} channel is the name of an environment variable, such as {example}; "
            "a secret does not stand in a file"
        )
    if not (value := os.environ.get(variable, "").strip()):
        raise ValueError(f"{variable}, which {setting} of a {channel.key} channel names, is not set")
    return value


class Telling:
    """One channel being told. `report` is called at most once, with why it is told no more."""

    def __init__(self, channel: Channel, tell: Teller, report: Callable[[str], None]) -> None:
        self.channel = channel
        self._tell, self._report = tell, report
        self._pending: list[Announcement] = []
        self._closing = self._over = False
        self._owed = 0
        self._paced = self._held = 0.0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, announcement: Announcement) -> None:
        """Have this told soon; what is put meanwhile is told together."""
        with self._changed:
            self._pending.append(announcement)
            self._changed.notify()

    def close(self) -> None:
        """Nothing more will be put; what is there is told without heeding the pace."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def join(self, seconds: float) -> None:
        """Wait for the last words, no longer than that."""
        self._thread.join(max(0.0, seconds))
        with self._changed:
            late, self._over = not self._over, True
        if late:
            self._report("it was not told everything in time")

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            try:
                self._tell(batch)
                self._owed = 0
            except TellLater as why:
                self._owed += 1
                self._held = time.monotonic() + why.wait
                if self._owed > MOST:
                    return self._drop(str(why))
            except OSError as why:
                return self._drop(str(why))
            self._paced = time.monotonic() + self.channel.every
        with self._changed:
            self._over = True
        return None

    def _next(self) -> tuple[Announcement, ...] | None:
        """All that there is to tell, as soon as it may be told; None when nothing more will come."""
        with self._changed:
            while True:
                wanted, now = bool(self._pending or self._owed), time.monotonic()
                wait = max(self._held, 0.0 if self._closing else self._paced) - now
                if wanted and wait <= 0:
                    batch, self._pending = tuple(self._pending), []
                    return batch
                if self._closing and not wanted:
                    return None
                self._changed.wait(wait if wanted else None)

    def _drop(self, why: str) -> None:
        with self._changed:
            told, self._over = self._over, True
        if not told:
            self._report(why)
