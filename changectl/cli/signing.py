"""Whether this process is signed in for long enough; after a sleep, and after somebody signed in again, looked at anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from changectl.aws.clients import Clients
from changectl.aws.credentials import end, last
from changectl.aws.fate import sign_in
from changectl.cli.clocks import Moment, moment
from changectl.cli.ground import Signed
from changectl.contracts.lint import Known
from changectl.engine.attempt import ANSWER
from changectl.engine.patience import spelled
from changectl.engine.waits import waits
from changectl.errors import NotSignedIn
from changectl.model.plan import Plan


@dataclass(slots=True)
class Signing:
    """The credentials of one connection, as long as this process conducts a change."""

    clients: Clients
    profile: str
    clock: Callable[[], Moment] = moment
    seen: Moment | None = None

    def hold(self, seconds: float) -> None:
        """They are good for so long, renewed if need be. Raises NotSignedIn."""
        now = self.clock()
        if self.seen is not None and now.jumped(self.seen):
            self.clients.forget()
        self.seen = now
        last(self.clients, seconds, self.profile)


def refuse_what_outlasts(signed: Signed, plan: Plan, now: datetime) -> None:
    """Raises NotSignedIn where the credentials end for good before the plan may have come to its end, or be back.

    Asked before anything begins. Credentials that renew themselves pass, and those of which nobody says when they end.
    """
    ends = end(signed.aws.clients)
    if ends is None:
        return
    ground = signed.ground
    longest = waits(plan, Known(ground.kinds, ground.actions, ground.probes, now)).most
    if plan.when.duration is not None:
        longest = max(longest, int(plan.when.duration.total_seconds()))
    if (ends - now).total_seconds() < longest + ANSWER:
        raise NotSignedIn(
            f"the AWS credentials end at {ends:%Y-%m-%d %H:%M:%S} UTC and cannot be renewed; {plan.id} may take "
            f"{spelled(longest)} and its calls besides, until it is applied or back",
            sign_in(signed.aws.settings.profile),
            ends=ends.isoformat(timespec="seconds"),
            seconds=longest,
        )
