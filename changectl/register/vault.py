"""The vault: bodies of settings as they were, for going back. On this machine only, readable by its owner only.

The digest under which a body is kept covers 128 random bits beside it: an event shows the digest to everybody, and
nobody can find a secret by trying candidates. Bodies are never edited and never removed by changectl.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from changectl.errors import NeedsOperator, RegisterUnsound
from changectl.model.digest import digest_of
from changectl.model.resource import Body
from changectl.register.disk import Lines, create_lines, open_lines, recover

_FILE = "vault.jsonl"


def new_salt() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class Vault:
    """The bodies of one attempt. `host`: whose machine keeps them, named where one is missing."""

    _lines: Lines
    host: str = ""
    salt: Callable[[], str] = new_salt
    _bodies: dict[str, Body] = field(default_factory=dict)

    def keep(self, body: Body, durable: bool = True) -> str:
        """Keep one body and answer its digest; durable when this returns, with all before it, unless told otherwise.

        Raises CannotRecord.
        """
        record = {"salt": self.salt(), "body": body}
        digest = digest_of(record)
        self._lines.append({"digest": digest, **record}, durable=durable)
        self._bodies[digest] = body
        return digest

    def fetch(self, digest: str, host: str = "") -> Body:
        """The body of that digest. `host`: the machine whose event named it. Raises NeedsOperator if it is not here."""
        try:
            return self._bodies[digest]
        except KeyError:
            where = host or self.host or "the machine that conducted this change"
            raise NeedsOperator(
                f"the state before ({digest}) is not on this machine: {where} keeps it",
                f"go back from there: changectl rollback on {where}",
                digest=digest,
                host=where,
            ) from None

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()

    def __enter__(self) -> "Vault":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_vault(folder: Path, *, host: str = "", salt: Callable[[], str] = new_salt) -> Vault:
    """The vault in an attempt's folder, made if there is none. Raises CannotRecord, RegisterUnsound."""
    path = folder / _FILE
    if not path.exists():
        return Vault(create_lines(path), host, salt)
    lines = open_lines(path)
    try:
        records = recover(lines)
        bodies = {record["digest"]: record["body"] for record in records if _is_intact(record)}
    except Exception:
        os.close(lines.descriptor)
        raise
    if len(bodies) != len(records):
        os.close(lines.descriptor)
        raise RegisterUnsound(f"{path} holds a body that does not match its digest", "keep a copy of this file")
    return Vault(lines, host, salt, bodies)


def _is_intact(record: Body) -> bool:
    return bool(record["digest"] == digest_of({"salt": record["salt"], "body": record["body"]}))
