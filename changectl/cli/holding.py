"""Whether what a change holds is still its own for long enough: judged by clocks here, and by the remote where it must be."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from changectl.cli.clocks import Moment, moment
from changectl.errors import ChangectlError, LeaseOver, TakenOver

AGAIN = 30.0
"""Seconds until a remote that could not be asked is asked once more, while the lease still lasts."""


@dataclass(slots=True)
class Holding:
    """The locks of one attempt, as long as this process conducts it.

    `renew(now)`: hold them for another lease from then, in one push. Raises TakenOver, RemoteNeeded.
    """

    change: str
    length: float
    renew: Callable[[datetime], None]
    clock: Callable[[], Moment] = moment
    begun: Moment | None = None
    tried: Moment | None = None
    trouble: str = ""
    lost: TakenOver | None = None

    def acknowledged(self, begun: Moment) -> None:
        """The remote has said yes to a push that was begun then."""
        self.begun, self.tried, self.trouble, self.lost = begun, None, "", None

    def hold(self, seconds: float) -> None:
        """They are ours for so long. Asks nobody until a third of the lease has passed; after a jump of the clocks always.

        Raises TakenOver, and LeaseOver where the remote cannot be asked and they do not last, or nobody knows.
        """
        if self.lost:
            raise self.lost
        now = self.clock()
        unsure = self.begun is None or now.jumped(self.begun)
        if not unsure and not self._is_due(now) and self._lasts(now, seconds):
            return
        why = self.trouble if self._was_just_tried(now) else self._renewed(now)
        if why and (unsure or not self._lasts(self.clock(), seconds)):
            raise LeaseOver(
                f"the lease of the locks of {self.change} {self._stands(now)}, and could not be renewed: {why}",
                f"when the remote answers: changectl apply --resume {self.change}, or: changectl rollback {self.change}",
            )

    def keep_up(self) -> None:
        """Renew them where that is due, while time passes. What goes wrong is for the next `hold` to say."""
        now = self.clock()
        if self.lost or self.begun is None or not self._is_due(now) or self._was_just_tried(now):
            return
        with suppress(TakenOver):
            self._renewed(now)

    def _renewed(self, now: Moment) -> str:
        """Empty, or why the remote could not be asked."""
        try:
            self.renew(datetime.fromtimestamp(now.wall, UTC))
        except TakenOver as lost:
            self.lost = lost
            raise
        except (ChangectlError, OSError) as why:  # no remote, say: nothing of it keeps a change from going back
            self.tried, self.trouble = self.clock(), str(why)  # now: asking may have taken a minute
            return self.trouble
        self.acknowledged(now)
        return ""

    def _is_due(self, now: Moment) -> bool:
        return self.begun is not None and now.since(self.begun) * 3 >= self.length

    def _was_just_tried(self, now: Moment) -> bool:
        recent = min(AGAIN, self.length / 30)
        return self.tried is not None and not now.jumped(self.tried) and now.since(self.tried) < recent

    def _lasts(self, now: Moment, seconds: float) -> bool:
        return self.begun is not None and now.since(self.begun) + seconds < self.length

    def _stands(self, now: Moment) -> str:
        if self.begun is None:
            return "is not known to this process"
        if now.jumped(self.begun):
            return "is not certain, since this machine slept or its time was set"
        return f"ends at {datetime.fromtimestamp(self.begun.wall + self.length, UTC):%H:%M:%S} UTC"
