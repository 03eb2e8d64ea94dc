"""The World: every effect the engine may have, handed in as one frozen value. What it stands on: the Ground."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Protocol

from changectl.contracts.action import AnyAction
from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import AnyProbe, CommandAnswer, HttpAnswer
from changectl.engine.asking import Eyes
from changectl.engine.effects import Rows
from changectl.model.events import Event
from changectl.model.frozen import dataclass
from changectl.model.resource import Body, Call


class Clock(Protocol):
    """Time, and waiting on it."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def wait(self, seconds: float) -> None:
        """Let so much time pass; returns early when a person asks to stop."""


class Vault(Protocol):
    """Bodies, kept under a digest that cannot be guessed from them."""

    def keep(self, body: Body) -> str:
        """Durable at the latest with the next event that is. Raises CannotRecord."""

    def fetch(self, digest: str) -> Body:
        """Raises NotFound where this machine does not have it."""


class Outside(Protocol):
    """What lies outside AWS, for probes."""

    def http(self, method: str, url: str, timeout: timedelta) -> HttpAnswer:
        """One request. Raises CannotAsk."""

    def command(self, argv: Sequence[str], timeout: timedelta) -> CommandAnswer:
        """One child without AWS credentials. Raises CannotAsk."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What there is to know, and the eyes to see with: enough to preview, not to change anything."""

    kinds: Mapping[str, ResourceKind] = field(hash=False)
    actions: Mapping[str, AnyAction] = field(hash=False)
    probes: Mapping[str, AnyProbe] = field(hash=False)
    rows: Rows
    eyes: Eyes
    region: str


Admit = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class World:
    """Every effect.

    `send(call, admit)` sends one call that changes production; it asks `admit` with the call as it is about to go on
    the wire, and sends nothing if that raises. It never sends twice. Raises CallNotDone or CallUnknown.
    `record` is durable when it returns, `announce` never raises. `take_locks` publishes all events and takes all locks
    in one push, and raises Locked or RemoteNeeded; `publish` publishes and, where the attempt has ended, frees them.
    `ask(question, options, meanwhile)` gives the chosen option, or a line of text where there are no options; None where
    nobody can be asked, or a person asks to stop. It calls `meanwhile` every few seconds, and ends with what that raises.
    `stop` is how often a person asked to stop.
    `redact` gives a call's parameters without secrets, `token` the member that takes an idempotency token, if any.
    `still` is asked under the locks, before the first call, and raises where what was agreed to is so no more.
    `hold(seconds)` is asked before each intent: it returns when locks and credentials are known to be good for so long,
    renewed where need be. Raises LeaseOver where they are not and cannot be renewed, TakenOver where somebody else has them,
    NotSignedIn where there are no credentials.
    `progress` is told often, while something is waited for, how long it may still take; it never raises.
    `settle` scales the horizons after which an absence is believed (0 for a loopback endpoint).
    """

    ground: Ground
    send: Callable[[Call, Admit], Mapping[str, Any]]
    clock: Clock
    record: Callable[[Event], None]
    vault: Vault
    take_locks: Callable[[], tuple[tuple[str, int], ...]]
    publish: Callable[[], str]
    announce: Callable[[Event], None]
    ask: Callable[[str, tuple[str, ...], Callable[[], None]], str | None]
    stop: Callable[[], int]
    secret: Callable[[str], str]
    outside: Outside
    redact: Callable[[Call], Mapping[str, Any]]
    token: Callable[[Call], str]
    settle: float = 1.0
    still: Callable[[], object] = lambda: None
    hold: Callable[[float], None] = lambda seconds: None
    progress: Callable[[str], None] = lambda said: None
