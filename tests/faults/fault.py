"""What can be done to a call on its way to AWS and back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Latency:
    """It takes so many seconds longer. Whatever else is to be done to the call is done as well."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Throttled:
    """AWS asks to slow down. No effect."""


@dataclass(frozen=True, slots=True)
class Denied:
    """AWS says that this is not allowed, or refuses it with another code and status. No effect."""

    code: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True)
class Expired:
    """The credentials are not good any more. No effect."""


@dataclass(frozen=True, slots=True)
class Broken:
    """AWS answers with a status of 500 or more; `after` it was done, or without an effect."""

    after: bool = False
    status: int = 500


@dataclass(frozen=True, slots=True)
class Silent:
    """No answer until the client gives up; `after` it was done, or without an effect."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset; `after` it was done, or without an effect."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """It is done, and its answer ends in the middle."""


@dataclass(frozen=True, slots=True)
class Late:
    """No answer until the client gives up; it is done so many seconds after that."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stale:
    """From this call on reads are answered as they were before, if they were asked before: so many, or for so long.

    The call itself is answered as it is. Only reads of `service`, where that is given.
    """

    reads: int = 0
    seconds: float = 0.0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something is done `before` the call is passed on, or `after` AWS has done it and before that is told.

    `lost`: it is not passed on; the connection ends.
    """

    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    lost: bool = False


Fault: TypeAlias = Latency | Throttled | Denied | Expired | Broken | Silent | Reset | Cut | Late | Stale | Meanwhile
