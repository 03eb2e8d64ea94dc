"""What is left of an earlier change: its plan in git's history, and on this machine what its vault keeps."""

import re
from collections.abc import Mapping
from pathlib import Path

from changectl.errors import RegisterUnsound
from changectl.model.digest import digest_of
from changectl.model.resource import Body
from changectl.register.git import ask
from changectl.register.lines import read_lines
from changectl.register.names import checked_id
from changectl.register.propose import plan_at
from changectl.register.repository import Repository

_VAULT = "vault.jsonl"


def plan_in_history(repository: Repository, folder: Path, change: str) -> bytes | None:
    """The plan's newest bytes on any branch, looked for below `folder`/plans; None where no commit has it."""
    below = folder.resolve().relative_to(repository.root).as_posix()
    start = "" if below == "." else re.sub(r"([*?\[\\])", r"\\\1", below) + "/"
    names = (f":(top,glob){start}plans/**/{checked_id(change)}.{suffix}" for suffix in ("yaml", "yml"))
    args = ("log", "--all", "-1", "--diff-filter=ACMR", "--format=%H", "--name-only", "-z", "--", *names)
    parts = ask(repository.root, *args).out.decode(errors="surrogateescape").replace("\n", "").split("\0")
    commit, *paths = [part for part in parts if part] or [""]
    return plan_at(repository, commit, paths[0]) if commit and paths else None


def kept(folder: Path) -> Mapping[str, Body]:
    """The bodies that an attempt's vault holds, by digest, while somebody else may be writing; none without a vault."""
    path = folder / _VAULT
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    records = [record for _, record in read_lines(content, str(path)).values]
    if any(record["digest"] != digest_of({"salt": record["salt"], "body": record["body"]}) for record in records):
        raise RegisterUnsound(f"{path} holds a body that does not match its digest", "keep a copy of this file")
    return {record["digest"]: record["body"] for record in records}
