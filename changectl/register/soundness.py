"""Proof that the register only ever grew: one line of commits, and no commit that edits, moves or drops an event."""

from collections.abc import Sequence

from changectl.errors import RegisterUnsound
from changectl.register.envelope import DECISION, Recorded, unsound
from changectl.register.git import tell
from changectl.register.repository import Repository


def folder_of(entries: Sequence[Recorded]) -> str:
    """The folder that holds a change's entries."""
    return entries[0].path.rpartition("/")[0]


def check_history(repository: Repository, tip: str, folder: str | None = None) -> None:
    """Walk every commit, or those that touched `folder`. Raises RegisterUnsound with the commit and the path."""
    merges = tell(repository.root, "rev-list", "--min-parents=2", "-n1", "--end-of-options", tip).decode().strip()
    if merges:
        raise RegisterUnsound(
            f"the register's history holds the merge {merges}, which changectl never makes", f"git show {merges}"
        )
    flags = ["--full-history", "--no-renames", "--diff-filter=a", "--name-only", "--format=%x01%H", "-z"]
    out = tell(repository.root, "log", *flags, "--end-of-options", tip, "--", folder or "changes").decode(
        errors="replace"
    )
    for commit in out.split("\x01"):
        oid, *paths = (part.strip("\n") for part in commit.split("\0"))
        for path in paths:
            if path and path.rpartition("/")[2] != DECISION:
                raise unsound(path, f"commit {oid} edited, moved or dropped it")
