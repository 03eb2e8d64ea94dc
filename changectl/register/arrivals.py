"""Which events came into the register between two commits, and what is in them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from changectl.errors import RegisterUnsound
from changectl.register.envelope import DECISION
from changectl.register.git import ask, blobs
from changectl.register.log import Register

_LONG = 300.0  # seconds for listing a register of a million events


def added(register: Register, since: str, tip: str) -> Mapping[str, str] | None:
    """Path and blob of every event that came in between, in order; None where anything but that happened."""
    if not tip:
        return {} if not since else None
    root = register.repository.root
    if not since:
        answer = ask(root, "ls-tree", "-r", "-z", "--end-of-options", tip, "changes/", timeout=_LONG)
        rows = (row.split(maxsplit=3) for row in answer.out.decode(errors="surrogateescape").split("\0") if row)
        return {path: oid for _, _, oid, path in rows if _is_event(path)}
    answer = ask(root, "diff-tree", "-r", "-z", "--no-renames", "--end-of-options", since, tip, "--", "changes/")
    if not answer.good:
        return None
    parts = answer.out.decode(errors="surrogateescape").split("\0")[:-1]
    changed = [(head.split(), path) for head, path in zip(parts[::2], parts[1::2], strict=True) if _is_event(path)]
    if any(head[4] != "A" for head, _ in changed):
        return None
    return {path: head[3] for head, path in changed}


def _is_event(path: str) -> bool:
    return path.rpartition("/")[2] != DECISION


def documents(register: Register, new: Mapping[str, str]) -> Iterator[tuple[dict[str, Any], str]]:
    for path, content in zip(new, blobs(register.repository.root, new.values()), strict=True):
        try:
            value, text = json.loads(content), content.decode()
            _ = value["change"], value["seq"], value["event"]
        except (ValueError, KeyError, TypeError) as error:
            raise RegisterUnsound(
                f"{path} of the register is not an event", "look at it with git log changectl/register", path=path
            ) from error
        yield value, text
