"""Whether this process is signed in for long enough; after a sleep, and after somebody signed in again, looked at anew."""

from collections.abc import Callable
from dataclasses import dataclass

from changectl.aws.clients import Clients
from changectl.aws.credentials import last
from changectl.cli.clocks import Moment, moment


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
