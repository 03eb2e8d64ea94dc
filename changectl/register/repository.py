"""The git repository around us: where it is, which remote the team shares, who commits. Found without a git process."""

import re
from collections.abc import Iterator
from pathlib import Path

from changectl.errors import ConfigurationWrong
from changectl.model.frozen import dataclass
from changectl.register.git import ask

BRANCH = "refs/heads/changectl/register"
LOCKS = "refs/changectl/locks/"
_REMOTE = re.compile(r'^\s*\[remote "((?:[^"\\]|\\.)+)"\]', re.MULTILINE)
_IDENTITY = re.compile(r"(.+ <[^<>]+>) \d+ [+-]\d{4}")


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree. `shared` is the git folder that all work trees have in common."""

    root: Path
    git_dir: Path
    shared: Path
    remote: str | None


def repository(cwd: Path) -> Repository:
    """The repository whose work tree `cwd` is in. Raises ConfigurationWrong where there is none."""
    for folder, git_dir, shared in _around(cwd):
        return Repository(folder, git_dir, shared, _remote(folder, shared))
    raise ConfigurationWrong(
        f"{cwd} is not in a git repository", "go to the repository that holds your plans, or: git init", cwd=str(cwd)
    )


def shared_folder(cwd: Path) -> Path | None:
    """The git folder that all work trees have in common; None outside a repository. Starts no git, whatever its settings."""
    return next((shared for _, _, shared in _around(cwd)), None)


def _around(cwd: Path) -> Iterator[tuple[Path, Path, Path]]:
    """Work tree, git folder and shared git folder of the repositories around a folder, the nearest first."""
    for folder in (cwd.resolve(), *cwd.resolve().parents):
        if git_dir := _git_dir(folder):
            shared = git_dir / "commondir"
            yield folder, git_dir, (git_dir / shared.read_text().strip()).resolve() if shared.is_file() else git_dir


def identity(repo: Repository) -> str:
    """`Name <email>` of whoever commits here, from git's environment and configuration. Raises ConfigurationWrong."""
    answer = ask(repo.root, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    found = _IDENTITY.fullmatch(answer.out.decode(errors="replace").strip())
    if not answer.good or found is None:
        raise ConfigurationWrong(
            "git does not know who you are, and the register says of every event who caused it",
            'git config --global user.name "Your Name" && git config --global user.email you@example.com',
            git=answer.words,
        )
    return found[1]


def read_ref(repo: Repository, ref: str) -> str | None:
    """The object id a ref holds, read from its file; symbolic refs are followed. None where there is no such ref."""
    if (repo.shared / "reftable").is_dir():
        answer = ask(repo.root, "rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        return answer.out.decode().strip() or None
    try:
        value = (repo.shared / ref).read_text().strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return _packed(repo, ref)
    if value.startswith("ref: "):
        return read_ref(repo, value.removeprefix("ref: "))
    return value or None


def symbolic_ref(repo: Repository, ref: str) -> str | None:
    """The ref that a symbolic ref points to; None where it is none."""
    folder = repo.git_dir if ref == "HEAD" else repo.shared
    try:
        value = (folder / ref).read_text().strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    return value.removeprefix("ref: ") if value.startswith("ref: ") else None


def _packed(repo: Repository, ref: str) -> str | None:
    try:
        packed = (repo.shared / "packed-refs").read_text(errors="replace")
    except FileNotFoundError:
        return None
    found = re.search(rf"^([0-9a-f]{{40,64}}) {re.escape(ref)}$", packed, re.MULTILINE)
    return found[1] if found else None


def _git_dir(folder: Path) -> Path | None:
    dot_git = folder / ".git"
    if dot_git.is_file():  # a linked work tree or a submodule
        target = dot_git.read_text().strip().removeprefix("gitdir: ")
        return (folder / target).resolve()
    return dot_git.resolve() if (dot_git / "HEAD").exists() else None


def _remote(root: Path, shared: Path) -> str | None:
    """`origin`, or the only one there is; None without any. Raises ConfigurationWrong where it is ambiguous."""
    config = (shared / "config").read_text(errors="replace") if (shared / "config").is_file() else ""
    if "[include" in config.lower():  # only git itself knows what the included files add
        listed = ask(root, "remote").out.decode(errors="replace").split("\n")
        names = [name for name in listed if name]
    else:
        names = list(dict.fromkeys(re.sub(r"\\(.)", r"\1", name) for name in _REMOTE.findall(config)))
    if "origin" in names or len(names) < 2:
        return "origin" if "origin" in names else next(iter(names), None)
    raise ConfigurationWrong(
        f"this repository has {len(names)} remotes and none is called origin",
        f"git remote rename {names[0]} origin",
        remotes=names,
    )
