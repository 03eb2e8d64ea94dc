"""What `git fast-import` is fed: several commits made by one process, without any ref, index or work tree."""

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from changectl.errors import CannotRecord
from changectl.model.frozen import dataclass
from changectl.register.git import tell


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit to make: on `parent` ("" for none) with these files put in. `at` is RFC 3339."""

    parent: str
    message: str
    author: str
    at: str
    files: Mapping[bytes, bytes] = field(default_factory=dict)


def write(root: Path, commits: Sequence[Commit], *, synced: bool = False) -> tuple[str, ...]:
    """Make them and answer their ids. No ref points to them: git keeps them two weeks. Raises CannotRecord.

    `synced` makes their objects durable first; a remote does that for what is pushed.
    """
    scratch = f"refs/changectl/scratch/{os.getpid()}-{secrets.token_hex(8)}"
    feed = b"".join(_commit(f"{scratch}/{n}".encode(), n, commit) for n, commit in enumerate(commits, 1))
    config = ("-c", "core.fsync=objects,reference") if synced else ()
    out = tell(root, *config, "fast-import", "--quiet", "--done", feed=feed + b"done\n", failing=CannotRecord)
    return tuple(out.decode().split())


def _commit(ref: bytes, mark: int, commit: Commit) -> bytes:
    who = f"{clean_identity(commit.author)} {_seconds(commit.at)} +0000".encode()
    message = commit.message.encode(errors="replace")
    head = b"commit %s\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (ref, mark, who, who, len(message), message)
    parent = b"from %s\n" % commit.parent.encode() if commit.parent else b""
    files = b"".join(
        b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(content), content)
        for path, content in commit.files.items()
    )
    return head + parent + files + b"\nget-mark :%d\nreset %s\n\n" % (mark, ref)  # without `from`: leave no ref behind


def clean_identity(author: str) -> str:
    """`Name <email>` in a form git can store, whatever the name holds."""
    name, _, email = re.sub(r"[\0-\x1f\x7f]", "", author).partition("<")
    return f"{name.strip() or 'unknown'} <{re.sub('[<>]', '', email).strip()}>"


def _quoted(path: bytes) -> bytes:
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%s"' % escaped


def _seconds(at: str) -> int:
    try:
        return max(0, int(datetime.fromisoformat(at).astimezone(UTC).timestamp()))
    except (ValueError, OverflowError):
        raise CannotRecord(f"{at[:80]!r} is not the time of an event") from None
