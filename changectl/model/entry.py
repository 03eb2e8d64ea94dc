"""An entry: one event with who, when and where, as the journal and the register keep it."""

from changectl.model.events import Event
from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one attempt of one change. `at` is RFC 3339 in UTC with microseconds; attempt 0 is before any apply.

    The nonce, made when the event is journaled, makes two equal events two entries; the id is the digest of all of it.
    """

    change: str
    attempt: int
    at: str
    by: str
    host: str
    nonce: str
    event: Event
