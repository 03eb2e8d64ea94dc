"""One event as a file of the register: where it is, what it holds, and how it is chained to the one before it."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from changectl.errors import RegisterUnsound
from changectl.model.codec import entry_of
from changectl.model.digest import canonical, digest, short
from changectl.model.entry import Entry
from changectl.model.frozen import dataclass
from changectl.register.names import checked_type

DECISION = "decision.md"
_MEMBERS = {"schema", "change", "attempt", "at", "by", "host", "nonce", "type", "event", "id", "seq", "previous"}
_FILE = re.compile(r"(\d{6,})-([a-z][a-z0-9-]*)-([0-9a-f]{12})\.json")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as the register has it: its number in its change, the digests of its file and of the one before."""

    entry: Entry
    seq: int
    previous: str
    digest: str
    path: str


def enveloped(value: Mapping[str, Any], seq: int, previous: str) -> bytes:
    """The file of an entry's JSON: canonical, with its number and the digest of the file before it in its change."""
    return canonical({**value, "seq": seq, "previous": previous}) + b"\n"


def file_name(value: Mapping[str, Any], seq: int) -> str:
    """`000003-step-done-1f2e3d4c5b6a.json`."""
    return f"{seq:06d}-{checked_type(str(value['type']))}-{short(str(value['id']))}.json"


def event_files(names: Iterable[str], folder: str) -> list[tuple[int, str, str]]:
    """Number, first digits of the id, and name of every event file, in order. Raises RegisterUnsound for any other."""
    found = []
    for name in names:
        if parts := _FILE.fullmatch(name):
            found.append((int(parts[1]), parts[3], name))
        elif name != DECISION:
            raise unsound(f"{folder}/{name}", "nothing of changectl's is called so")
    return sorted(found)


def recorded(path: str, content: bytes, seq: int, previous: str) -> Recorded:
    """The entry of a file that must be number `seq` after a file of digest `previous`. Raises RegisterUnsound."""
    try:
        value = json.loads(content)
        entry = entry_of(value)
        in_envelope = (value["seq"], value["previous"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise unsound(path, "it is not an event, or it was edited") from error
    if in_envelope[0] != seq:
        raise unsound(path, f"event {seq} is missing before it, or it was moved")
    if in_envelope[1] != previous:
        raise unsound(path, "the event before it was edited, dropped or put in")
    if set(value) != _MEMBERS or enveloped(value, seq, previous) != content:
        raise unsound(path, "its bytes are not as changectl writes them")
    if path.rpartition("/")[2] != file_name(value, seq) or path.split("/")[-2] != entry.change:
        raise unsound(path, "its name is not that of the event in it")
    return Recorded(entry, seq, previous, digest(content), path)


def chained(folder: str, files: Iterable[tuple[str, bytes]]) -> tuple[Recorded, ...]:
    """A change's entries from its event files in order, each proven to follow the one before. Raises RegisterUnsound."""
    chain: list[Recorded] = []
    for name, content in files:
        previous = chain[-1].digest if chain else ""
        chain.append(recorded(f"{folder}/{name}", content, len(chain) + 1, previous))
    return tuple(chain)


def unsound(path: str, why: str) -> RegisterUnsound:
    """The alarm for one file of the register."""
    return RegisterUnsound(
        f"the register is not sound at {path}: {why}",
        f"git log --stat changectl/register -- {path}",
        path=path,
        why=why,
    )
