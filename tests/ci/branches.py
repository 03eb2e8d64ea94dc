"""A repository with a remote, and branches of it in which anything may stand: made by git's plumbing, never checked out."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from changectl.register.repository import Repository, repository


def git(folder: Path, *args: str, feed: bytes = b"") -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], input=feed, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="surrogateescape").strip()


@dataclass(frozen=True)
class Entry:
    """What may stand in a tree: a file, a link ("120000", its target), a submodule ("160000", a commit)."""

    content: bytes
    mode: str = "100644"


@dataclass(frozen=True)
class Branches:
    """A bare remote, and the clone that a runner works in."""

    folder: Path

    @property
    def bare(self) -> Path:
        return self.folder / "remote.git"

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def repository(self) -> Repository:
        return repository(self.clone)

    def commit(
        self,
        parent: str,
        files: Mapping[str, Entry | bytes | str | None],
        *,
        ref: str = "",
        who: str = "Ana <ana@example.com>",
        message: str = "x",
        fetched: bool = True,
    ) -> str:
        """A commit on another one ("" for none) with files put in, or taken out; on the remote, and fetched."""
        branch = ref or "refs/heads/scratch"
        said = message.encode()
        feed = b"commit %s\nmark :1\ncommitter %s 1800000000 +0000\ndata %d\n%s\n" % (
            branch.encode(),
            who.encode(),
            len(said),
            said,
        )
        feed += b"from %s\n" % parent.encode() if parent else b""
        for path, wanted in files.items():
            name = b'"%s"' % path.encode(errors="surrogateescape").replace(b"\\", b"\\\\").replace(
                b'"', b'\\"'
            ).replace(b"\n", b"\\n")
            entry = (
                wanted
                if isinstance(wanted, Entry)
                else Entry(wanted.encode() if isinstance(wanted, str) else wanted or b"")
            )
            if wanted is None:
                feed += b"D %s\n" % name
            elif entry.mode == "160000":
                feed += b"M 160000 %s %s\n" % (entry.content, name)
            else:
                feed += b"M %s inline %s\ndata %d\n%s\n" % (
                    entry.mode.encode(),
                    name,
                    len(entry.content),
                    entry.content,
                )
        if not ref:
            subprocess.run(["git", "-C", str(self.bare), "update-ref", "-d", branch], check=False)
        oid = git(self.bare, "fast-import", "--quiet", "--force", feed=feed + b"get-mark :1\n")
        if fetched and self.clone.exists():
            git(self.clone, "fetch", "-q", "origin", f"{branch}:refs/scratch/{oid}")
        return oid


def made(folder: Path, files: Mapping[str, Entry | bytes | str | None]) -> tuple[Branches, str]:
    """A remote whose default branch has these files, its clone, and the commit."""
    branches = Branches(folder)
    git(folder, "init", "-q", "--bare", "-b", "main", str(branches.bare))
    base = branches.commit("", files, ref="refs/heads/main")
    git(folder, "clone", "-q", f"file://{branches.bare}", str(branches.clone))
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.com")):
        git(branches.clone, "config", name, value)
    return branches, base
