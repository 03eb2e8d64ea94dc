"""An entry of what happens just now, as the register keeps it; and whether anything may be added to a change."""

import secrets
import socket
from datetime import UTC, datetime

from changectl.errors import GateRefused
from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.events import Event


def entry_now(change: str, attempt: int, by: str, event: Event) -> Entry:
    """The event as of now, with who caused it and on which machine."""
    return Entry(change, attempt, now(), by, socket.gethostname(), secrets.token_hex(16), event)


def now() -> str:
    """The time of day as the register writes it: RFC 3339, in UTC, with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def writable(change_id: str, change: Change) -> Change:
    """The change itself. Raises GateRefused where a newer changectl wrote part of it."""
    if change.read_only:
        raise GateRefused(
            f"a newer changectl wrote part of {change_id}; this one only reads it", "install the newest changectl"
        )
    return change
