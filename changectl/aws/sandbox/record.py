"""A running sandbox, and the file in its state directory that says where it is."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from changectl.model.frozen import dataclass

REGION = "ap-southeast-2"
ACCOUNT = "123456789012"  # the account moto gives to keys it has never heard of


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A pretend AWS that answers at `endpoint`, on loopback only. `started` is ISO 8601, in UTC."""

    endpoint: str
    pid: int
    started: str
    region: str = REGION
    account: str = ACCOUNT


def read(state: Path) -> Sandbox | None:
    """The sandbox written down in `state`, running or not; None if there is none, or it is not readable as one."""
    try:
        return Sandbox(**json.loads(_file(state).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(state: Path, sandbox: Sandbox) -> None:
    """Whole or not at all: a reader never sees half a record."""
    fresh = _file(state).with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(sandbox), indent=2) + "\n", "utf-8")
    fresh.replace(_file(state))


def forget(state: Path) -> None:
    """Remove the record; nothing happens if there is none."""
    _file(state).unlink(missing_ok=True)


def _file(state: Path) -> Path:
    return state / "sandbox.json"
