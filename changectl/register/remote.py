"""Where the team's register is: a git remote, or the repository itself where there is none. Look, bring, compare-and-set."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from changectl.errors import RemoteNeeded
from changectl.model.frozen import dataclass
from changectl.register.git import NETWORK, ask
from changectl.register.left_locks import clear
from changectl.register.repository import LOCKS, Repository, read_ref


@dataclass(frozen=True, slots=True)
class Update:
    """A ref that shall hold `new`, and what it holds now ("" where there is no such ref)."""

    ref: str
    new: str
    old: str


class Remote(Protocol):
    """Refs and their objects, shared by everybody."""

    @property
    def seen(self) -> str:
        """The ref in which this machine remembers the last tip it saw."""

    def mirror(self, ref: str) -> str:
        """The local ref that holds what `ref` was when we last looked."""

    def look(self, refs: Iterable[str]) -> Mapping[str, str]:
        """Bring those refs with their objects; the ones that exist. Raises RemoteNeeded."""

    def look_below(self, prefix: str) -> Mapping[str, str]:
        """The same for every ref that begins with `prefix`."""

    def push(self, updates: Sequence[Update]) -> str | None:
        """Set all or nothing. None when acknowledged; git's words when refused or when nobody can know: look again."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A git remote. One fetch that may find nothing tells what there is; one atomic push sets it."""

    repository: Repository
    name: str
    pause: Callable[[float], None] = time.sleep

    @property
    def seen(self) -> str:
        return f"refs/changectl/seen/remotes/{self.name}"

    def mirror(self, ref: str) -> str:
        if ref.startswith("refs/heads/"):
            return f"refs/remotes/{self.name}/{ref.removeprefix('refs/heads/')}"
        return f"refs/changectl/remotes/{self.name}/{ref.removeprefix('refs/changectl/')}"

    def look(self, refs: Iterable[str]) -> Mapping[str, str]:
        wanted = tuple(refs)
        self._fetch([ref + "*" for ref in wanted])  # a pattern may match nothing, a name may not
        found = {ref: read_ref(self.repository, self.mirror(ref)) for ref in wanted}
        return {ref: oid for ref, oid in found.items() if oid}

    def look_below(self, prefix: str) -> Mapping[str, str]:
        self._fetch([prefix + "*"])
        return listed(self.repository, self.mirror(prefix), prefix)

    def _fetch(self, patterns: Sequence[str]) -> None:
        flags = [
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--prune",
            "--refmap=",
            "--stdin",
        ]
        specs = "".join(f"+{pattern}:{self.mirror(pattern)}\n" for pattern in patterns)
        config = ("-c", "fetch.pruneTags=false", "-c", "fetch.writeCommitGraph=false")
        clear(self.repository, self.name, self.pause)
        for _ in range(3):  # another process of this repository may hold a ref's lock file for a moment
            answer = ask(
                self.repository.root, *config, "fetch", *flags, "--", self.name, feed=specs.encode(), timeout=NETWORK
            )
            if answer.good:
                return
            if answer.status is None:
                break
        raise RemoteNeeded(
            f"{self.name} could not be read: {answer.words}",
            f"git ls-remote {self.name}",
            remote=self.name,
            denied=False,
            git=answer.words,
        )

    def push(self, updates: Sequence[Update]) -> str | None:
        leases = [f"--force-with-lease={u.ref}:{u.old}" for u in updates if u.ref.startswith(LOCKS)]
        flags = [
            "--quiet",
            "--atomic",
            "--no-follow-tags",
            "--no-signed",
            "--recurse-submodules=no",
            "--no-progress",
        ]
        specs = [f"{u.new}:{u.ref}" for u in updates]
        config = ("-c", f"remote.{self.name}.mirror=false")
        answer = ask(self.repository.root, *config, "push", *flags, *leases, "--", self.name, *specs, timeout=NETWORK)
        return None if answer.good else answer.words or "the push was stopped"


@dataclass(frozen=True, slots=True)
class Here:
    """No remote: the repository itself, its refs set in one transaction."""

    repository: Repository

    @property
    def seen(self) -> str:
        return "refs/changectl/seen/here"

    def mirror(self, ref: str) -> str:
        return ref

    def look(self, refs: Iterable[str]) -> Mapping[str, str]:
        found = {ref: read_ref(self.repository, ref) for ref in refs}
        return {ref: oid for ref, oid in found.items() if oid}

    def look_below(self, prefix: str) -> Mapping[str, str]:
        return listed(self.repository, prefix, prefix)

    def push(self, updates: Sequence[Update]) -> str | None:
        lines = "".join(f"update {u.ref}\0{u.new}\0{u.old or '0' * len(u.new)}\0" for u in updates)
        answer = ask(self.repository.root, "update-ref", "-z", "--stdin", feed=lines.encode())
        return None if answer.good else answer.words or "the update was stopped"


def remote_of(repository: Repository) -> Elsewhere | Here:
    """The place that the team shares."""
    return Elsewhere(repository, repository.remote) if repository.remote else Here(repository)


def listed(repository: Repository, mirror: str, prefix: str) -> Mapping[str, str]:
    """Every local ref below `mirror`, named as it is below `prefix`."""
    answer = ask(repository.root, "for-each-ref", "--format=%(objectname) %(refname)", "--end-of-options", mirror)
    lines = (line.partition(" ") for line in answer.out.decode(errors="surrogateescape").splitlines())
    return {prefix + ref.removeprefix(mirror): oid for oid, _, ref in lines}


def remember(repository: Repository, refs: Mapping[str, tuple[str, str | None]]) -> None:
    """Set local refs that only remember, from what they were to what they are.

    Where another process has moved one meanwhile, or this fails, nothing is set: that costs a fetch, and nothing else.
    """
    changed = {ref: pair for ref, pair in refs.items() if read_ref(repository, ref) != pair[0]}
    if changed:
        feed = "".join(f"update {ref}\0{new}\0{old or '0' * len(new)}\0" for ref, (new, old) in changed.items())
        ask(repository.root, "update-ref", "-z", "--stdin", feed=feed.encode())
