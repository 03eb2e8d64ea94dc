"""Proposing: the plan file alone as a commit on `change/<id>`, with HEAD, index and work tree left as they are."""

import os
import re
from pathlib import Path

from changectl.errors import CannotRecord, ConfigurationWrong, Drifted, NotFound, RemoteNeeded, WrongUsage
from changectl.register.git import Objects, ask, tell
from changectl.register.names import checked_id
from changectl.register.remote import remote_of
from changectl.register.repository import Repository, identity, read_ref, symbolic_ref
from changectl.register.seen import follows
from changectl.register.stream import Commit, write

_EACH = ("--follow", "--format=%H", "--no-show-signature")  # or a person's log.showSignature stands between the ids


def branch_of(change: str) -> str:
    """`refs/heads/change/<id>`. Raises WrongUsage where the id cannot be part of a ref."""
    return f"refs/heads/change/{checked_id(change)}"


def path_in(repository: Repository, plan: Path) -> str:
    """The plan's path as git knows it. Raises WrongUsage where it is not below the repository's root."""
    folder = plan.parent.resolve()
    if not folder.is_relative_to(repository.root):
        raise WrongUsage(f"{plan} is not in the repository {repository.root}", "keep plans in plans/ of the repository")
    return str((folder / plan.name).relative_to(repository.root))


def fetch_branch(repository: Repository, change: str) -> str | None:
    """Bring what the remote has of `change/<id>`; its tip, or None. Raises RemoteNeeded."""
    ref = branch_of(change)
    return remote_of(repository).look((ref,)).get(ref)


def preview_in(message: str) -> str:
    """The preview that a commit of `commit_plan` was made over; empty where its message names none, or several."""
    found = re.findall(r"^Preview: (sha256:[0-9a-f]{64})$", message, re.MULTILINE)
    return str(found[0]) if len(found) == 1 else ""


def commit_plan(
    repository: Repository,
    plan: Path,
    change: str,
    message: str,
    *,
    author: str = "",
    at: str = "",
    preview: str = "",
    content: bytes | None = None,
) -> str:
    """Commit only the plan's bytes onto the change's branch; the branch's tip, new or as it was if nothing differs.

    The branch starts where the remote's default branch is. `at` is RFC 3339. The digest of the `preview` stands in the
    message, so that whoever reviews the commit has reviewed these bytes over this production. `content`: the bytes, where
    they have been read already.
    Raises ConfigurationWrong where the branch is checked out or has diverged, Drifted where it moved meanwhile.
    """
    ref, path = branch_of(change), path_in(repository, plan)
    content = plan.read_bytes() if content is None else content
    parent = _parent(repository, ref)
    with Objects(repository.root) as objects:
        there = objects.read(f"{parent}:{path}") if parent else None
        said = objects.read(parent) if parent else None
    local = read_ref(repository, ref)
    over = preview_in(said.content.decode(errors="replace")) if said else ""
    same = there is not None and there.content == content and over == preview
    if parent and same and parent in (local, _remote_tip(repository, ref)):
        return parent
    if preview:
        message = f"{message}\n\nPreview: {preview}"
    if place := _checked_out(repository, ref):
        raise ConfigurationWrong(
            f"{ref.removeprefix('refs/heads/')} is checked out in {place}; moving it would leave your index behind",
            f"git -C {place} add -- {path} && git -C {place} commit",
            branch=ref,
        )
    who = author or identity(repository)
    commit = Commit(parent or "", message, who, at, {os.fsencode(path): content})
    (made,) = write(repository.root, (commit,), synced=True)
    answer = ask(
        repository.root,
        "update-ref",
        "-z",
        "--stdin",
        feed=f"update {ref}\0{made}\0{local or '0' * len(made)}\0".encode(),
    )
    if not answer.good:
        raise Drifted(f"{ref} moved while the plan was being committed", "propose again", git=answer.words)
    return made


def authors_of(repository: Repository, plan: Path, change: str) -> tuple[str, ...]:
    """`Name <email>` of everybody who wrote, committed or co-wrote the plan, under this path or an earlier one."""
    ref = branch_of(change)
    tips = [ref, _tracking(repository, ref) or "", "HEAD"]
    from git import Repo  # 80 ms to import, and only whoever proposes or approves gets here

    found: dict[str, None] = {}
    with Repo(repository.root) as repo:
        # a repository in which nothing was committed yet has a HEAD that leads nowhere
        known = [tip for tip in tips if tip and (repo.head.is_valid() if tip == "HEAD" else read_ref(repository, tip))]
        for tip in known:  # one at a time: git follows a renamed file from one tip only
            oids = repo.git.log(*_EACH, "--end-of-options", tip, "--", path_in(repository, plan))
            for commit in map(repo.commit, oids.split()):
                people = (commit.author, commit.committer, *commit.co_authors)
                found |= dict.fromkeys(f"{person.name} <{person.email}>" for person in people)
    return tuple(found)


def patch(repository: Repository, commit: str) -> str:
    """The commit as a patch that somebody with the right to push can apply with `git am`. Raises NotFound."""
    answer = ask(repository.root, "format-patch", "-1", "--stdout", "--no-signature", "--end-of-options", commit)
    if not answer.good:
        raise NotFound(f"there is no commit {commit}", "git fetch", git=answer.words)
    return answer.out.decode(errors="replace")


def plan_at(repository: Repository, ref: str, path: str) -> bytes:
    """A file's bytes at a ref or a commit. Raises NotFound."""
    found = _blob(repository, ref, path)
    if found is None:
        raise NotFound(f"there is no {path} at {ref}", "git fetch", ref=ref, path=path)
    return found


def default_branch(repository: Repository) -> str | None:
    """The local ref that follows the remote's default branch; None without a remote or where it has no branch.

    Asked of the remote where git has not kept it (a clone by hand, a single branch). Raises RemoteNeeded.
    """
    if repository.remote is None:
        return None
    kept = symbolic_ref(repository, f"refs/remotes/{repository.remote}/HEAD")
    if kept and read_ref(repository, kept):
        return kept
    head = _head_of_remote(repository)
    remote = remote_of(repository)
    return remote.mirror(head) if head and remote.look((head,)) else None


def default_ref(repository: Repository) -> str | None:
    """The remote's default branch by its name there, as far as git has kept it; asks nobody."""
    kept = symbolic_ref(repository, f"refs/remotes/{repository.remote}/HEAD") if repository.remote else None
    return f"refs/heads/{kept.removeprefix(f'refs/remotes/{repository.remote}/')}" if kept else None


HEAD = "HEAD"
"""What a remote calls its default branch; to be fetched with the rest by whoever decides by what stands there."""


def fetched_head(repository: Repository) -> str:
    """The tip of the remote's default branch, as `HEAD` was fetched last; empty where it never was.

    What git has kept of which branch that is, may be years old, and the branch of that name protected no more.
    """
    return (read_ref(repository, remote_of(repository).mirror(HEAD)) or "") if repository.remote else ""


def config_at_default_branch(repository: Repository, path: str = "changectl.toml", at: str = "") -> bytes | None:
    """The configuration that the whole team agreed to, not the one of the branch at hand; None where there is none.

    `at`: the commit of the remote's default branch, where that was just fetched; else it is as git knows it here.
    """
    ref = at or default_branch(repository)
    return _blob(repository, ref, path) if ref else None


def named_at_default_branch(repository: Repository, name: str, at: str = "") -> tuple[bytes, ...]:
    """Every file of that name in any folder of the default branch. `at` as above. Raises RemoteNeeded."""
    ref = at or default_branch(repository)
    if not ref:
        return ()
    listing = tell(repository.root, "ls-tree", "-r", "-z", "--full-tree", "--name-only", ref)
    paths = [path for path in os.fsdecode(listing).split("\0") if path.rpartition("/")[2] == name]
    return tuple(content for path in paths if (content := _blob(repository, ref, path)) is not None)


def _blob(repository: Repository, ref: str, path: str) -> bytes | None:
    with Objects(repository.root) as objects:
        found = objects.read(f"{ref}:{path}")
    return found.content if found and found.kind == "blob" else None


def _head_of_remote(repository: Repository) -> str | None:
    args = ("ls-remote", "--symref", "--", str(repository.remote), "HEAD")
    hint = f"git ls-remote {repository.remote}"
    out = tell(repository.root, *args, failing=RemoteNeeded, hint=hint).decode(errors="replace")
    lines = (line.partition("\t") for line in out.splitlines() if line.startswith("ref: "))
    return next((target.removeprefix("ref: ") for target, _, name in lines if name == "HEAD"), None)


def _tracking(repository: Repository, ref: str) -> str | None:
    return remote_of(repository).mirror(ref) if repository.remote else None


def _remote_tip(repository: Repository, ref: str) -> str | None:
    tracking = _tracking(repository, ref)
    return read_ref(repository, tracking) if tracking else None


def _parent(repository: Repository, ref: str) -> str | None:
    """Where the plan's commit goes: on the change's branch, local or remote, whichever is ahead; else on the default."""
    local, shared = read_ref(repository, ref), _remote_tip(repository, ref)
    if local and shared and local != shared:
        return _ahead(repository, ref, local, shared)
    if tip := local or shared:
        return tip
    default = default_branch(repository)
    head = symbolic_ref(repository, "HEAD")
    return read_ref(repository, default) if default else _head(repository, head)


def _head(repository: Repository, branch: str | None) -> str | None:
    if branch:
        return read_ref(repository, branch)
    return (repository.git_dir / "HEAD").read_text().strip() or None


def _ahead(repository: Repository, ref: str, local: str, shared: str) -> str:
    for behind, ahead in ((local, shared), (shared, local)):
        if follows(repository, behind, ahead):
            return ahead
    raise ConfigurationWrong(
        f"{ref} and its counterpart on {repository.remote} have gone different ways",
        f"git log --oneline --graph {ref} {repository.remote}/{ref.removeprefix('refs/heads/')}",
        branch=ref,
    )


def _checked_out(repository: Repository, ref: str) -> Path | None:
    """The work tree that has the branch checked out; None where none has."""
    listing = tell(repository.root, "worktree", "list", "--porcelain", failing=CannotRecord).decode(errors="replace")
    for block in listing.split("\n\n"):
        lines = block.splitlines()
        if f"branch {ref}" in lines:
            return Path(lines[0].removeprefix("worktree "))
    return None
