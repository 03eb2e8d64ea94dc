"""Telling people while it happens: a line each on stderr, and the channels of changectl.toml beside it.

A channel that fails is reported once and dropped; it never stops or slows a change.
"""

import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from changectl.cli.output import Output
from changectl.cli.stops import HEARTBEAT
from changectl.cli.telling import Telling, opened
from changectl.contracts.channel import Announcement, Channel
from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.plan import Plan
from changectl.model.status import Production
from changectl.model.text import one_line
from changectl.planfile.config import ChannelSettings
from changectl.views.narrate import is_detail, sentence
from changectl.views.page import Style, line, text

PATIENCE = 6.0
"""Seconds that the end waits for channels: one more than a channel may take."""

TOLD = (
    e.Begun
    | e.StepFailed
    | e.CheckFailed
    | e.Paused
    | e.RollbackWanted
    | e.OperatorNeeded
    | e.TakenUp
    | e.ForwardWanted
    | e.WentForward
    | e.Closed
)
"""What everybody should know at once; the rest is detail."""


class Announcer:
    """Called with each event of the attempt that `who` carries on. `close` waits a little for what is still to say."""

    def __init__(
        self,
        plan: Plan,
        out: Output,
        channels: Mapping[str, Channel],
        settings: tuple[ChannelSettings, ...],
        change: Change,
        who: str = "",
    ) -> None:
        self._plan, self._out, self._who = plan, out, who
        self._names, self._attempt, self._began = change.names, change.attempt, change.began_at
        self._touched = bool(change.calls or change.deeds)
        self._live, self._heard = False, time.monotonic()
        self._tellings = [each for chosen in settings if (each := self._opened(channels, chosen)) is not None]

    def __call__(self, event: e.Event) -> None:
        """Say it here, and hand it to the channels. Never raises."""
        self._touched |= isinstance(event, e.CallStarted) or (isinstance(event, e.StepStarted) and bool(event.asked))
        if isinstance(event, e.Begun):
            self._names = e.plan_names(event.resolved)
            self._began = _now()
        said, style = sentence(event, self._names)
        if not is_detail(event):
            self._wipe()
            with suppress(OSError, ValueError):  # a terminal that went away stops no rollback
                self._out.progress((line(text(_clock(), Style.QUIET), "  ", text(said, style), hang=10),))
        waits = isinstance(event, e.StepStarted) and bool(event.asked)
        if self._tellings and (waits or not is_detail(event)):
            announcement = self._announcement(event, said, detail=not (waits or isinstance(event, TOLD)))
            for telling in self._tellings:
                if telling.channel.details or not announcement.detail:
                    telling.put(announcement)

    def progress(self, said: str) -> None:
        """How long something may still take: a line every HEARTBEAT; on a terminal one that is written over. Never raises."""
        with suppress(OSError, ValueError):
            if sys.stderr.isatty():
                sys.stderr.write(f"\r\x1b[2K          {one_line(said, _width())}")
                sys.stderr.flush()
                self._live = True
            elif time.monotonic() >= self._heard + HEARTBEAT:
                self._heard = time.monotonic()
                self._out.progress((line(text(_clock(), Style.QUIET), "  ", text(said), hang=10),))

    def _wipe(self) -> None:
        if self._live:
            self._live = False
            with suppress(OSError, ValueError):
                sys.stderr.write("\r\x1b[2K")

    def close(self) -> None:
        """Wait for the channels, no longer than PATIENCE for all of them."""
        self._wipe()
        until = time.monotonic() + PATIENCE
        for telling in self._tellings:
            telling.close()
        for telling in self._tellings:
            telling.join(until - time.monotonic())

    def _announcement(self, event: e.Event, said: str, *, detail: bool) -> Announcement:
        plan = self._plan
        return Announcement(
            change=plan.id,
            title=plan.title,
            event=type(event).__name__,
            sentence=said,
            production=_production(event, self._touched).value,
            at=_now(),
            lead=plan.lead,
            env=plan.env,
            attempt=self._attempt,
            began=self._began,
            who=self._who,
            next=_next(plan.id, event),
            notice=_notice(plan, event),
            detail=detail,
        )

    def _opened(self, channels: Mapping[str, Channel], chosen: ChannelSettings) -> Telling | None:
        name = chosen.kind
        if name not in channels:
            self._report(f"there is no channel {name}")
            return None
        try:
            tell = opened(channels[name], chosen.settings)
        except (OSError, ValueError) as why:
            self._report(f"channel {name} is left out: {why}")
            return None
        return Telling(channels[name], tell, lambda why: self._report(f"channel {name} failed and is dropped: {why}"))

    def _report(self, said: str) -> None:
        with suppress(OSError, ValueError):
            self._out.progress((line(text(said, Style.WARN)),))


def _production(event: e.Event, touched: bool) -> Production:
    """The state of production when this is announced."""
    match event:
        case e.Closed(outcome):
            return ENDED.get(outcome, Production.UNKNOWN)
        case _:
            return Production.MIXED if touched else Production.UNTOUCHED


ENDED = {
    "applied": Production.AS_INTENDED,
    "rolled-back": Production.AS_BEFORE,
    "refused": Production.UNTOUCHED,
    "abandoned": Production.UNTOUCHED,
    "accepted": Production.MIXED,
}


def _next(change: str, event: e.Event) -> str:
    """What somebody who reads this may type."""
    match event:
        case (
            e.Paused() | e.OperatorNeeded(because="person" | "signed-out" | "unreachable" | "moving" | "could-not-ask")
        ):
            return f"changectl apply --resume {change}"
        case e.OperatorNeeded(because="taken-over"):
            return "changectl status"
        case e.OperatorNeeded():
            return f"changectl rollback {change}"
        case _:
            return f"changectl show {change} --fetch"


def _notice(plan: Plan, event: e.Event) -> str:
    """What the plan tells those who will notice: beforehand as it begins, afterwards when it is applied."""
    match event:
        case e.Begun():
            return plan.comms.before
        case e.Closed("applied"):
            return plan.comms.after
        case _:
            return ""


def _width() -> int:
    return max(20, shutil.get_terminal_size().columns - 11)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _clock() -> str:
    return datetime.now(UTC).strftime("%H:%M:%S")
