"""Finding the repository, its remote and whoever commits, as git itself would."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from changectl.errors import ConfigurationWrong, RemoteNeeded
from changectl.register import git as plumbing
from changectl.register.git import Objects, ask, blobs, tell
from changectl.register.repository import identity, read_ref, repository
from register.team import git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main", "here")
    return tmp_path / "here"


def test_found_from_the_root_a_subfolder_and_through_a_link(root: Path) -> None:
    (root / "a/b").mkdir(parents=True)
    (root.parent / "link").symlink_to(root / "a/b")
    for cwd in (root, root / "a/b", root.parent / "link"):
        assert repository(cwd).root == root


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationWrong, match="is not in a git repository"):
        repository(tmp_path)


def test_a_bare_repository_is_none_of_ours(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(ConfigurationWrong):
        repository(tmp_path / "bare.git")


@pytest.mark.parametrize(
    ("remotes", "found"),
    [((), None), (("upstream",), "upstream"), (("upstream", "origin"), "origin"), (('o"d',), 'o"d')],
)
@pytest.mark.parametrize("included", [False, True], ids=["plain", "with an include"])
def test_the_remote_is_origin_or_the_only_one(
    root: Path, remotes: tuple[str, ...], found: str | None, included: bool
) -> None:
    for name in remotes:
        git(root, "config", f"remote.{name}.url", "x")
    if included:
        git(root, "config", "include.path", "nowhere")
    assert repository(root).remote == found


def test_two_remotes_without_an_origin_are_ambiguous(root: Path) -> None:
    for name in ("a", "b"):
        git(root, "remote", "add", name, "x")
    with pytest.raises(ConfigurationWrong, match="none is called origin"):
        repository(root)


def test_the_identity_is_gits_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationWrong, match="who you are") as nobody:
        identity(repository(root))
    assert "git config" in nobody.value.hint
    git(root, "config", "user.name", "Ana Ünï")
    git(root, "config", "user.email", "ana@example.com")
    assert identity(repository(root)) == "Ana Ünï <ana@example.com>"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "CI")
    assert identity(repository(root)) == "CI <ana@example.com>"


def test_a_ref_is_read_loose_packed_and_symbolic(root: Path) -> None:
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    repo, oid = repository(root), git(root, "rev-parse", "HEAD")
    git(root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/main")
    assert [read_ref(repo, ref) for ref in ("refs/heads/main", "refs/remotes/origin/HEAD")] == [oid, oid]
    git(root, "pack-refs", "--all")
    assert not (root / ".git/refs/heads/main").exists()
    assert read_ref(repo, "refs/heads/main") == oid
    assert [read_ref(repo, ref) for ref in ("refs/heads", "refs/heads/main/x", "refs/heads/mai.")] == [None] * 3


def test_a_command_that_hangs_is_stopped_with_its_children(root: Path) -> None:
    git(root, "config", "alias.hang", "!sleep 60")
    answer = ask(root, "hang", timeout=0.2)
    assert (answer.status, answer.good, answer.words) == (None, False, "git hang took longer than 0 s")


def test_a_failure_carries_gits_own_words(root: Path) -> None:
    with pytest.raises(RemoteNeeded, match=r"fatal: .*nowhere"):
        tell(root, "rev-list", "--end-of-options", "nowhere", failing=RemoteNeeded)


def test_without_git_it_says_what_to_install(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationWrong, match="git was not found"):
        ask(root, "version")


@pytest.mark.parametrize("code", [errno.ENOMEM, errno.EMFILE])
def test_a_machine_that_cannot_start_git_just_now_knows_as_little_as_one_without_a_line(
    code: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(subprocess, "Popen", refused)
    answer = ask(root, "version")
    assert (answer.status, os.strerror(code) in answer.words) == (None, True)
    with pytest.raises(RemoteNeeded, match=os.strerror(code)):
        Objects(root)


def test_objects_come_in_order_and_missing_ones_are_none(root: Path) -> None:
    oids = [git(root, "hash-object", "-w", "--stdin", feed=b"%d\n\0" % n * n) for n in range(600)]
    names = [name for oid in oids for name in (oid, "0" * 40, "-x", "HEAD:nope")]
    with Objects(root) as objects:
        found = [one and one.content for one in objects.read_all(names)]
    assert found == [content for n in range(600) for content in (b"%d\n\0" % n * n, None, None, None)]
    assert list(blobs(root, oids)) == [b"%d\n\0" % n * n for n in range(600)]
    with pytest.raises(ConfigurationWrong):
        list(blobs(root, [oids[0], "0" * 40]))


def test_git_that_dies_while_asked_is_an_error_and_not_a_wait(root: Path) -> None:
    with Objects(root) as objects:
        objects._process.kill()
        objects._process.wait()
        with pytest.raises(ConfigurationWrong, match="ended before it answered"):
            objects.read("HEAD")


def test_every_child_of_ours_has_a_session_of_its_own(root: Path) -> None:
    git(root, "config", "alias.session", "!ps -o sid= -p $$")
    mine = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[3]
    assert ask(root, "session").out.decode().strip() != mine
    assert plumbing.LOCAL > 0
