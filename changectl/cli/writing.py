"""What people write for the record: its limits, and where it comes from: words, standard input, a file, the editor."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from changectl.errors import RemoteNeeded, WrongUsage
from changectl.model.secret_shapes import secret_in
from changectl.model.text import safe_lines
from changectl.register.disk import make_folders

LONGEST = 20_000
"""Characters of one text. Whoever has more to say links to it: everybody clones the register, for ever."""

_BYTES = 4 * LONGEST
"""Of a file: as many as its characters can take in UTF-8."""


def recordable(text: str, what: str) -> str:
    """The text as it is recorded, line by line without what a terminal obeys. `what` it is: "the note".

    Raises WrongUsage where nothing is left, it is too long, or a secret seems to stand in it.
    """
    if len(text) > LONGEST:
        raise WrongUsage(f"{what} has {len(text):,} characters; the register takes {LONGEST:,}", "link to the rest")
    written = "\n".join(safe_lines(text, LONGEST))
    if not written:
        raise WrongUsage(f"{what} says nothing")
    if secret := secret_in(written):
        raise WrongUsage(f"{secret} seems to stand in {what}, and git would keep it for ever", "leave it out")
    return written


def from_file(path: Path, what: str) -> str:
    """The text of a file; `-` is standard input. Raises WrongUsage where it cannot be read or is too long."""
    try:
        if str(path) == "-":
            return _read(sys.stdin.buffer, what)
        with path.open("rb") as file:
            return _read(file, what)
    except OSError as why:
        raise WrongUsage(f"{path} cannot be read: {why.strerror}", f"ls -l {path}") from why


def from_editor(draft: Path, start: str, root: Path) -> str:
    """What the editor leaves in the draft, which begins as `start` unless an earlier one is still there.

    The draft stays until it is recorded: whoever cannot reach the remote has lost nothing.
    """
    from changectl.cli.authoring.editor import edited

    if not draft.exists():
        _write(draft, start)
    edited(draft, root)
    return from_file(draft, "it")


@contextmanager
def kept_unless_told(draft: Path, text: str, again: str) -> Iterator[None]:
    """Around recording a text: where the remote is away it is kept in the draft, and the hint says how to go on.

    `again`: the command, which reads the draft. Once it is recorded there is no draft.
    """
    try:
        yield
    except RemoteNeeded as why:
        _write(draft, text)
        why.hint = again
        raise
    draft.unlink(missing_ok=True)


def _write(draft: Path, text: str) -> None:
    """A file that its owner alone can read. Raises WrongUsage."""
    try:
        make_folders(draft.parent)
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
    except OSError as why:
        raise WrongUsage(f"{draft} cannot be written: {why.strerror}", f"ls -ld {draft.parent}") from why


def _read(file: BinaryIO, what: str) -> str:
    content = file.read(_BYTES + 1)
    if len(content) > _BYTES:
        raise WrongUsage(f"{what} has more than {_BYTES:,} bytes", "link to the rest")
    return content.decode("utf-8-sig", errors="replace")
