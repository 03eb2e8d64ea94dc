"""A probe: one kind of check. `observe` reads the world, `judge` is pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from changectl.contracts.action import Reading, Schema, unsaid
from changectl.model.frozen import dataclass
from changectl.model.node import Node
from changectl.model.resource import Body, Call, Ref, Resource, Target

Spec = TypeVar("Spec")


class Verdict(Enum):
    """What an observation means. ERROR: the question could not be asked, which says nothing about production."""

    PASSED = "passed"
    FAILED = "failed"
    NO_DATA = "no data"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, as a JSON value; or why it could not be asked (`error`)."""

    value: Body = field(default=None, hash=False)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and one sentence that says what was seen, as a person would."""

    verdict: Verdict
    says: str


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A response: status, lower-case headers, at most 64 KiB of body."""

    status: int
    headers: Mapping[str, str] = field(hash=False)
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """How a child ended and the last 64 KiB of what it printed."""

    status: int
    output: str


class CannotAsk(Exception):
    """The probe could not be asked: no connection on our side, no credentials, no such program."""


class TooEarly(Exception):
    """There is nothing to see yet; ask again after `wait`. It counts as no try."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"there is nothing to see for another {wait}")
        self.wait = wait


class Senses(Protocol):
    """What a probe may use."""

    def time(self) -> datetime:
        """The time of day, in UTC."""

    def began(self) -> datetime | None:
        """When this attempt began, the same after a crash; None as long as it has changed nothing."""

    def since(self) -> datetime | None:
        """From when on production is what is judged: after the last step, after the way back. None: as it is just now."""

    def http(self, method: str, url: str, timeout: timedelta) -> HttpAnswer:
        """One request, redirects not followed. Raises CannotAsk where we are offline."""

    def command(self, argv: Sequence[str], timeout: timedelta) -> CommandAnswer:
        """One child without a shell, in its own session, without AWS credentials. Raises CannotAsk."""

    def aws(self, call: Call) -> Body:
        """The answer of one reading call. Raises CannotAsk."""

    def ref(self, target: Target) -> Ref:
        """The resource that a plan's name means. Raises NotFound."""

    def now(self, ref: Ref) -> Resource | None:
        """Its facets now, read afresh. Raises CannotAsk."""


@dataclass(frozen=True, slots=True)
class Probe(Generic[Spec]):
    """A test form: `key` is its name in a plan; `members` are the further members that belong to it."""

    key: str
    summary: str
    members: tuple[str, ...]
    read: Callable[[Mapping[str, Node], Node, Reading], Spec | None]
    observe: Callable[[Spec, Senses], Observation]
    judge: Callable[[Spec, Observation], Judgement]
    says: Callable[[Spec], str]
    example: str
    schema: Schema = unsaid


AnyProbe: TypeAlias = Probe[Any]
