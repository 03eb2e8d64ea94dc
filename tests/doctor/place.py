"""A repository that lacks nothing, with its remote, for a doctor to look at and for a test to break one thing of."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from changectl.cli.desk import Desk, configuration_in
from changectl.cli.memory import Memory, memory
from changectl.model.diagnosis import Diagnosis, Health
from changectl.register.repository import Repository, repository

ANA = "Ana <ana@example.com>"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIWNMSrMKQIbmGhPXr4wmlLTxmUVjuNpWjGjUvcqj1Ru ana@laptop\n"
CONFIGURATION = """\
[env.prod]
account = "123456789012"
regions = ["ap-southeast-2"]
"""
OWNERS = "/plans/ @unicorn/sre\n/changectl.toml @unicorn/sre\n/allowed_signers @unicorn/sre\n"
WORKFLOW = "on: pull_request\njobs: {review: {steps: [{uses: unicorn/changectl/.github/actions/changectl@v1}]}}\n"
FILES = {
    "changectl.toml": CONFIGURATION,
    "allowed_signers": f"ana@example.com {KEY}",
    ".github/CODEOWNERS": OWNERS,
    ".github/workflows/changectl.yml": WORKFLOW,
    "plans/2026-11-23-x.yaml": "plan: 1\n",
}


@dataclass(frozen=True)
class Place:
    """The folder with `remote.git` and `clone`."""

    folder: Path

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def bare(self) -> Path:
        return self.folder / "remote.git"

    @property
    def repository(self) -> Repository:
        return repository(self.clone)

    @property
    def memory(self) -> Memory:
        return memory(self.clone)

    @property
    def desk(self) -> Desk:
        """The folder with its changectl.toml as it is now."""
        return Desk(self.clone, self.clone, configuration_in((self.clone / "changectl.toml").read_bytes(), "it"))

    def agree(self, files: Mapping[str, str | None]) -> None:
        """Put files onto the default branch of the remote, here and there; None: take it away."""
        for name, content in files.items():
            path = self.clone / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        git(self.clone, "add", "--all")
        git(
            self.clone,
            "-c",
            "user.name=Ana",
            "-c",
            "user.email=ana@example.com",
            "commit",
            "--quiet",
            "--message",
            "Agreed",
        )
        git(self.clone, "push", "--quiet", "origin", "HEAD:main")

    def refs(self) -> list[str]:
        """Every ref of the remote."""
        return git(self.bare, "for-each-ref", "--format=%(refname)").split()


def made(folder: Path) -> Place:
    """A place in which nothing is missing. It can be copied: the remote is named by how it lies to the clone."""
    place = Place(folder)
    git(folder, "init", "--quiet", "--bare", "--initial-branch", "main", str(place.bare))
    git(folder, "init", "--quiet", "--initial-branch", "main", str(place.clone))
    git(place.clone, "remote", "add", "origin", "../remote.git")
    place.agree(FILES)
    return place


def is_ana(home: Path) -> None:
    """Git's settings and Ana's key in her home."""
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@example.com\n")
    (home / ".ssh").mkdir(exist_ok=True)
    (home / ".ssh" / "id_ed25519").write_text(KEY)  # the private part is never asked for


def git(folder: Path, *args: str) -> str:
    """Plain git."""
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def health(found: object, name: str) -> Health:
    """How one thing is."""
    return one(found, name).health


def one(found: object, name: str) -> Diagnosis:
    """The diagnosis of that name, of which there is one."""
    assert isinstance(found, tuple | list)
    (the_one,) = [each for each in found if each.name == name]
    assert isinstance(the_one, Diagnosis)
    return the_one
