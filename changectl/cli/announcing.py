"""Telling people while it happens: a line each on stderr, and the channels of changectl.toml beside it.

A channel that fails is reported once and dropped; it never stops or slows a change.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from changectl.cli.output import Output
from changectl.contracts.channel import Announcement, Channel
from changectl.model import events as e
from changectl.model.plan import Plan
from changectl.model.resource import Ref
from changectl.model.status import Production
from changectl.planfile.config import ChannelSettings
from changectl.views.narrate import is_detail, sentence
from changectl.views.page import Style, line, text

PATIENCE = 6.0
"""Seconds that the end waits for channels: one more than a channel may take."""

TOLD = e.Begun | e.StepFailed | e.CheckFailed | e.RollbackWanted | e.OperatorNeeded | e.Closed


class Announcer:
    """Called with each event. `close` waits a little for what channels have still to say."""

    def __init__(
        self,
        plan: Plan,
        out: Output,
        channels: Mapping[str, Channel],
        settings: tuple[ChannelSettings, ...],
        names: Mapping[Ref, str],
    ) -> None:
        self._plan, self._out, self._names = plan, out, names
        self._tellers = [
            (each.kind, channels[each.kind].open(each.settings)) for each in settings if each.kind in channels
        ]
        self._queue: queue.SimpleQueue[Announcement | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._tell, daemon=True) if self._tellers else None
        if self._thread:
            self._thread.start()

    def __call__(self, event: e.Event) -> None:
        """Say it here, and hand it to the channels. Never raises."""
        if isinstance(event, e.Begun):
            self._names = e.plan_names(event.resolved)
        said, style = sentence(event, self._names)
        if not is_detail(event):
            with suppress(OSError, ValueError):  # a terminal that went away stops no rollback
                self._out.progress((line(text(_clock(), Style.QUIET), "  ", text(said, style)),))
        if self._thread and isinstance(event, TOLD):
            plan, at = self._plan, datetime.now(UTC).isoformat(timespec="seconds")
            self._queue.put(
                Announcement(
                    plan.id, plan.title, type(event).__name__, said, _production(event), at, plan.lead, plan.env
                )
            )

    def close(self) -> None:
        """Wait for the channels, no longer than PATIENCE."""
        if self._thread:
            self._queue.put(None)
            self._thread.join(PATIENCE)

    def _tell(self) -> None:
        tellers: list[tuple[str, Callable[[Announcement], None]]] = self._tellers
        while (announcement := self._queue.get()) is not None:
            for name, tell in tuple(tellers):
                try:
                    tell(announcement)
                except OSError as why:
                    tellers = [teller for teller in tellers if teller[1] is not tell]
                    said = text(f"channel {name} failed and is dropped: {why}", Style.WARN)
                    with suppress(OSError, ValueError):
                        self._out.progress((line(said),))


def _production(event: e.Event) -> str:
    """The state of production when this is announced."""
    match event:
        case e.Begun():
            return Production.UNTOUCHED.value
        case e.Closed(outcome):
            return ENDED.get(outcome, Production.UNKNOWN).value
        case _:
            return Production.MIXED.value


ENDED = {
    "applied": Production.AS_INTENDED,
    "rolled-back": Production.AS_BEFORE,
    "refused": Production.UNTOUCHED,
    "abandoned": Production.UNTOUCHED,
}


def _clock() -> str:
    return datetime.now(UTC).strftime("%H:%M:%S")
