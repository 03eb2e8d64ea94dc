"""A team around a bare git remote, and events to publish: shared by the tests of the register."""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.register.locks import Owner
from changectl.register.log import Register, register_of
from changectl.register.remote import Remote, Update
from changectl.register.repository import BRANCH, repository

ANA = "Ana <ana@example.com>"


def git(folder: Path, *args: str, feed: bytes = b"") -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], input=feed, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def entry(change: str, n: int, event: e.Event | None = None, attempt: int = 1) -> Entry:
    """The n-th event of a change."""
    at = f"2026-11-23T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000000Z"
    return Entry(change, attempt, at, "ana", "laptop", f"nonce-{n}", event or e.StepStarted(f"step-{n}"))


def owner(change: str, nonce: str = "n1", attempt: int = 1) -> Owner:
    """Who conducts a change."""
    return Owner(change, attempt, nonce, "ana", "laptop", "2026-11-23T00:00:00.000000Z")


@dataclass(frozen=True)
class Team:
    """A bare remote, and as many clones of it as wanted."""

    folder: Path

    @property
    def bare(self) -> Path:
        return self.folder / "remote.git"

    def clone(self, name: str = "ana", *flags: str) -> Register:
        """A new clone's register."""
        git(self.folder, "clone", "-q", *flags, f"file://{self.bare}", name)
        return self.register(name)

    def register(self, name: str) -> Register:
        """The register seen from a clone that exists."""
        return register_of(repository(self.folder / name), ANA)

    def rewrite(self, files: Mapping[str, bytes | None]) -> None:
        """Put a commit on the register that edits, drops or adds files, as an attacker with push rights would."""
        feed = b"commit %s\ncommitter Eve <eve@example.com> 1800000000 +0000\ndata 1\nx\nfrom %s^0\n" % (
            BRANCH.encode(),
            BRANCH.encode(),
        )
        for path, content in files.items():
            if content is None:
                feed += b"D %s\n" % path.encode()
            else:
                feed += b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)
        git(self.bare, "fast-import", "--quiet", "--force", feed=feed)

    def files(self) -> list[str]:
        """Every path of the register on the remote."""
        return git(self.bare, "ls-tree", "-r", "--name-only", BRANCH).splitlines()


@dataclass
class Meddled:
    """A remote whose pushes meet a fate: `before` runs ahead of each, `acknowledged` is whether its answer arrives."""

    inner: Remote
    before: Callable[[int], None] = lambda _: None
    acknowledged: Callable[[int], bool] = lambda _: True
    pushes: list[Sequence[Update]] = field(default_factory=list)

    @property
    def seen(self) -> str:
        return self.inner.seen

    def mirror(self, ref: str) -> str:
        return self.inner.mirror(ref)

    def look(self, refs: Sequence[str]) -> Mapping[str, str]:
        return self.inner.look(refs)

    def look_below(self, prefix: str) -> Mapping[str, str]:
        return self.inner.look_below(prefix)

    def push(self, updates: Sequence[Update]) -> str | None:
        self.pushes.append(updates)
        self.before(len(self.pushes))
        words = self.inner.push(updates)
        return words if self.acknowledged(len(self.pushes)) else "the connection was lost"


def meddled(register: Register, **fate: Callable[[int], object]) -> tuple[Register, Meddled]:
    """The register behind a remote that meets those fates, without waiting."""
    remote = Meddled(register.remote, **fate)  # type: ignore[arg-type]
    return with_remote(register, remote), remote


def with_remote(register: Register, remote: Remote) -> Register:
    """The same register by another way, without waits."""
    return replace(register, remote=remote, pause=lambda _: None)


def over_a_bad_line(register: Register, bare: Path, chance: random.Random) -> tuple[Register, dict[str, int]]:
    """The register where one push in twenty is killed at a random moment and one in ten is not acknowledged; how many were.

    No line is spared: the first push is killed, and the first that could have been acknowledged is not.
    """
    faults = {"killed": 0, "lost": 0}
    remote = Meddled(register.remote)
    acknowledge = remote.inner.push

    def killed(updates: Sequence[Update]) -> None:
        specs = [f"{update.new}:{update.ref}" for update in updates]
        where = ["git", "-C", str(register.repository.root), "push", "-q", "--atomic", str(bare), *specs]
        with subprocess.Popen(where, stderr=subprocess.DEVNULL) as push:
            time.sleep(chance.random() * 0.03)
            push.send_signal(signal.SIGKILL)

    def push(updates: Sequence[Update]) -> str | None:
        fate = chance.random()
        if fate < 0.05 or not faults["killed"]:
            faults["killed"] += 1
            killed(updates)
            return "killed"
        words = acknowledge(updates)
        if words is None and (fate < 0.15 or not faults["lost"]):
            faults["lost"] += 1
            return "lost"
        return words

    remote.push = push  # type: ignore[method-assign]
    return replace(register, remote=remote), faults
