"""What the git host lets us do: looked at without changing anything, or proven by refs that are gone again afterwards."""

import re
import secrets
from pathlib import Path

from changectl.model.frozen import dataclass
from changectl.register.git import Answer, ask
from changectl.register.repository import Repository
from changectl.register.stream import Commit, write

PATIENCE = 15.0
"""Seconds for one question to the remote: a doctor that hangs is no help."""

OURS = "refs/changectl/"
_TRIAL = f"{OURS}trial/"
_NOBODY = "changectl doctor <doctor@changectl.invalid>"
_PASSWORD = re.compile(r"(?<=//)[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the host does what was tried; if not, in git's own words, and the refs that could not be taken away."""

    good: bool
    words: str = ""
    left: tuple[str, ...] = ()


def git_version(root: Path) -> tuple[int, ...]:
    """The installed git's version; (0,) where its answer has none. Raises ConfigurationWrong without git."""
    said = ask(root, "version").out.decode(errors="replace")
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    return tuple(int(part) for part in found.groups(default="0")) if found else (0,)


def url_of(repository: Repository) -> str:
    """Where the remote is, as git would go there; "" where it has no URL."""
    answer = ask(repository.root, "remote", "get-url", "--", str(repository.remote))
    return answer.out.decode(errors="replace").strip() if answer.good else ""


def reachable(repository: Repository) -> Proof:
    """Whether the remote answers."""
    return _proof(ask(repository.root, "ls-remote", "--heads", "--", str(repository.remote), timeout=PATIENCE))


def has_our_refs(repository: Repository) -> bool:
    """Whether the remote holds a ref of ours outside of its branches already, which proves that it takes such."""
    args = ("ls-remote", "--refs", "--", str(repository.remote), f"{OURS}*")
    return bool(ask(repository.root, *args, timeout=PATIENCE).out.strip())


def may_push(repository: Repository) -> Proof:
    """Whether we may push, and all or nothing: git goes as far as it can without sending. Nothing is changed."""
    return _push(repository, "--dry-run", specs=(f"{_commit(repository)}:{_TRIAL}{secrets.token_hex(8)}",))


def keeps_our_refs(repository: Repository) -> Proof:
    """Whether the host takes refs of ours, all or nothing, and only from whoever knows what they hold. They are removed.

    Two refs are made at once. A push of both a stale lease and a third ref must be refused whole. Then all go.
    """
    trial = f"{_TRIAL}{secrets.token_hex(8)}"
    one, two, three = (f"{trial}/{name}" for name in ("one", "two", "three"))
    first, second = _commit(repository, "one"), _commit(repository, "two")
    made = _push(repository, specs=(f"{first}:{one}", f"{first}:{two}"), leases=(f"{one}:", f"{two}:"))
    if not made.good:
        return Proof(False, made.words, _taken_away(repository, trial))
    stale = _push(repository, specs=(f"{second}:{one}", f"{second}:{three}"), leases=(f"{one}:{second}", f"{three}:"))
    there = _below(repository, trial)
    left = _taken_away(repository, trial)
    if stale.good or there != {one, two}:
        return Proof(False, "a push that had to be refused whole was not", left)
    return Proof(not left, "the refs of the trial could not be removed" if left else "", left)


def _push(repository: Repository, *flags: str, specs: tuple[str, ...], leases: tuple[str, ...] = ()) -> Proof:
    always = ("--quiet", "--atomic", "--no-follow-tags", "--no-signed", "--recurse-submodules=no", "--no-progress")
    leased = [f"--force-with-lease={lease}" for lease in leases]
    remote = str(repository.remote)
    config = ("-c", f"remote.{remote}.mirror=false")
    return _proof(
        ask(repository.root, *config, "push", *always, *flags, *leased, "--", remote, *specs, timeout=PATIENCE)
    )


def _below(repository: Repository, trial: str) -> set[str]:
    args = ("ls-remote", "--refs", "--", str(repository.remote), f"{trial}/*")
    out = ask(repository.root, *args, timeout=PATIENCE).out.decode(errors="replace")
    return {line.partition("\t")[2] for line in out.splitlines()}


def _taken_away(repository: Repository, trial: str) -> tuple[str, ...]:
    """Remove what there is of the trial; what is left of it."""
    if there := _below(repository, trial):
        _push(repository, specs=tuple(f":{ref}" for ref in sorted(there)))
    return tuple(sorted(_below(repository, trial)))


def _commit(repository: Repository, message: str = "trial") -> str:
    """A commit of nothing, the same each time, that no ref of ours points to."""
    (made,) = write(repository.root, (Commit("", message, _NOBODY, "2026-01-01T00:00:00Z"),))
    return made


def _proof(answer: Answer) -> Proof:
    return Proof(answer.good, _PASSWORD.sub("", answer.words))
