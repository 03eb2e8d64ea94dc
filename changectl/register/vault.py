"""The vault: bodies of settings as they were, for going back. On this machine only, readable by its owner only.

Bodies are lines of the attempt's journal, so that one wait for the disk makes an event durable with the bodies that it
names. The digest under which a body is kept covers 128 random bits beside it: an event shows the digest to everybody, and
nobody can find a secret by trying candidates. Bodies are never edited and never removed by changectl.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from changectl.errors import NeedsOperator, RegisterUnsound
from changectl.model.digest import digest_of
from changectl.model.resource import Body
from changectl.register.disk import Lines


def new_salt() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class Vault:
    """The bodies of one attempt."""

    _lines: Lines
    _bodies: dict[str, Body] = field(default_factory=dict)
    salt: Callable[[], str] = new_salt

    def keep(self, body: Body) -> str:
        """Keep one body and answer its digest; durable at the latest with the next event that is. Raises CannotRecord."""
        record = {"salt": self.salt(), "body": body}
        digest = digest_of(record)
        self._lines.append({"digest": digest, **record}, durable=False)
        self._bodies[digest] = body
        return digest

    def fetch(self, digest: str, host: str = "") -> Body:
        """The body of that digest. `host`: the machine whose event named it. Raises NeedsOperator if it is not here."""
        try:
            return self._bodies[digest]
        except KeyError:
            where = host or "the machine that conducted this change"
            raise NeedsOperator(
                f"the state before ({digest}) is not on this machine: {where} keeps it",
                f"go back from there: changectl rollback on {where}",
                digest=digest,
                host=where,
            ) from None


def is_body(value: Any) -> bool:
    """Whether a line holds a body, and no event."""
    return isinstance(value, dict) and value.keys() == {"digest", "salt", "body"}


def bodies_in(values: Iterable[Any], place: str) -> dict[str, Body]:
    """The bodies among the values of a journal's lines, by digest. Raises RegisterUnsound."""
    records = [value for value in values if is_body(value)]
    if any(record["digest"] != digest_of({"salt": record["salt"], "body": record["body"]}) for record in records):
        raise RegisterUnsound(f"{place} holds a body that does not match its digest", "keep a copy of this file")
    return {record["digest"]: record["body"] for record in records}
