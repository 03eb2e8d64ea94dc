"""What is left of an earlier change: its plan in git's history."""

import re
from pathlib import Path

from changectl.register.git import ask
from changectl.register.names import checked_id
from changectl.register.propose import plan_at
from changectl.register.repository import Repository


def plan_in_history(repository: Repository, folder: Path, change: str) -> bytes | None:
    """The plan's newest bytes on any branch, looked for below `folder`/plans; None where no commit has it."""
    below = folder.resolve().relative_to(repository.root).as_posix()
    start = "" if below == "." else re.sub(r"([*?\[\\])", r"\\\1", below) + "/"
    names = (f":(top,glob){start}plans/**/{checked_id(change)}.{suffix}" for suffix in ("yaml", "yml"))
    args = ("log", "--all", "-1", "--diff-filter=ACMR", "--format=%H", "--name-only", "-z", "--", *names)
    parts = ask(repository.root, *args).out.decode(errors="surrogateescape").replace("\n", "").split("\0")
    commit, *paths = [part for part in parts if part] or [""]
    return plan_at(repository, commit, paths[0]) if commit and paths else None
