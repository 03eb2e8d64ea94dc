"""Which plans a branch changes, by git's objects alone."""

from pathlib import Path

import pytest

from changectl.errors import ConfigurationWrong, NotFound
from changectl.register.changed import (
    Changed,
    Range,
    Sort,
    changed_files,
    commit_of,
    contents,
    paths_below,
    range_of,
    writers_of,
)
from changectl.register.repository import repository
from tests.ci.branches import Entry, git, made

ONE, TWO = "one\n" * 20, "two\n" * 20
NAMES = [
    f"plans/{name}.yaml"
    for name in ("a\nb", "-rf", ";x", "$(x)", "\x1b[31m", "*", "\udcff", "a\tb", "a b", '"', "\\", ":(glob)", "ü")
]
NO_COMMITS = [
    "", "--help", "--output=/tmp/x", "-x", "HEAD..HEAD", "nowhere", "a\0b", "a\nb", "^HEAD", "HEAD:plans", "f" * 40,
    "@{-1}", "refs/../HEAD", ":/x y", "HEAD^{tree}",
]  # fmt: skip


def test_what_was_added_changed_renamed_and_deleted_since_the_branch_left_its_base(tmp_path: Path) -> None:
    branches, base = made(tmp_path, {"plans/a.yaml": ONE, "plans/b.yaml": TWO, "plans/c.yaml": "c", "x.py": "x"})
    head = branches.commit(
        base,
        {
            "plans/a.yaml": ONE + "more\n",
            "plans/b.yaml": None,
            "plans/deep/z.yaml": TWO + "more\n",
            "plans/c.yaml": None,
            "plans/new.yaml": "new",
            "x.py": "y",
            "plansx/d.yaml": "d",
        },
    )
    later = branches.commit(base, {"plans/other.yaml": "somebody else's"}, ref="refs/heads/main")
    between = range_of(branches.repository, later, head)
    assert between == Range(base, head)
    found = changed_files(branches.repository, between, "plans")
    assert [(each.path, each.sort, each.was, each.size, each.plain) for each in found] == [
        ("plans/a.yaml", Sort.MODIFIED, "", 85, True),
        ("plans/c.yaml", Sort.DELETED, "", 0, True),
        ("plans/deep/z.yaml", Sort.RENAMED, "plans/b.yaml", 85, True),
        ("plans/new.yaml", Sort.ADDED, "", 3, True),
    ]
    there = [each for each in found if each.sort is not Sort.DELETED]
    assert [*contents(branches.repository, there)] == [(ONE + "more\n").encode(), (TWO + "more\n").encode(), b"new"]
    assert paths_below(branches.repository, head, "plans") == ("plans/a.yaml", "plans/deep/z.yaml", "plans/new.yaml")


def test_a_name_of_any_bytes_is_only_a_name(tmp_path: Path) -> None:
    branches, base = made(tmp_path, {"plans/a.yaml": "a"})
    head = branches.commit(base, {name: name.encode(errors="surrogateescape") for name in NAMES})
    found = changed_files(branches.repository, Range(base, head), "plans")
    assert [each.path for each in found] == sorted(NAMES)
    assert [*contents(branches.repository, found)] == [name.encode(errors="surrogateescape") for name in sorted(NAMES)]


def test_links_and_submodules_are_named_and_not_followed(tmp_path: Path) -> None:
    branches, base = made(tmp_path, {"plans/a.yaml": "a", "plans/b.yaml": "b"})
    head = branches.commit(
        base,
        {
            "plans/a.yaml": Entry(b"/etc/passwd", "120000"),
            "plans/b.yaml": Entry(base.encode(), "160000"),
            "plans/c": Entry(b"../..", "120000"),
        },
    )
    found = changed_files(branches.repository, Range(base, head), "plans")
    assert [(each.path, each.sort, each.size, each.plain) for each in found] == [
        ("plans/a.yaml", Sort.MODIFIED, 0, False),
        ("plans/b.yaml", Sort.MODIFIED, 0, False),
        ("plans/c", Sort.ADDED, 0, False),
    ]
    assert paths_below(branches.repository, head, "plans") == ()
    whole = branches.commit(base, {"plans": Entry(b"/etc", "120000")})
    assert [each.path for each in changed_files(branches.repository, Range(base, whole), "plans")] == [
        "plans", "plans/a.yaml", "plans/b.yaml",
    ]  # fmt: skip


def test_what_is_no_commit_is_refused(tmp_path: Path) -> None:
    branches, _ = made(tmp_path, {"plans/a.yaml": "a"})
    for name in NO_COMMITS:
        with pytest.raises(NotFound):
            commit_of(branches.repository, name)


def test_branches_without_a_common_commit_are_refused(tmp_path: Path) -> None:
    branches, base = made(tmp_path, {"plans/a.yaml": "a"})
    head = branches.commit("", {"plans/b.yaml": "b"})
    with pytest.raises(ConfigurationWrong, match="no commit in common"):
        range_of(branches.repository, base, head)


def test_a_shallow_clone_is_filled_up(tmp_path: Path) -> None:
    branches, base = made(tmp_path, {"plans/a.yaml": "a"})
    middle = branches.commit(base, {"x": "1"}, ref="refs/heads/change/b")
    head = branches.commit(middle, {"plans/b.yaml": "b"}, ref="refs/heads/change/b")
    branches.commit(base, {"y": "2"}, ref="refs/heads/main")
    tip = branches.commit(git(branches.bare, "rev-parse", "main"), {"z": "3"}, ref="refs/heads/main")
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "change/b", f"file://{branches.bare}", "shallow")
    shallow = repository(tmp_path / "shallow")
    between = range_of(shallow, tip, head)
    assert between == Range(base, head)
    assert changed_files(shallow, between, "plans") == (
        Changed("plans/b.yaml", Sort.ADDED, git(branches.bare, "rev-parse", f"{head}:plans/b.yaml"), 1),
    )


def test_whoever_wrote_it_is_named(tmp_path: Path) -> None:
    branches, base = made(tmp_path, {"plans/a.yaml": "a"})
    first = branches.commit(base, {"plans/b.yaml": "b", "plans/\n x.yaml": "x"}, who="Ben <ben@example.com>")
    head = branches.commit(
        first, {"plans/b.yaml": "bb"}, who="Cy <cy@example.com>", message="x\n\nCo-authored-by: Di <di@example.com>\n"
    )
    assert writers_of(branches.repository, Range(base, head), "plans") == {
        "plans/b.yaml": ("Cy", "Di", "Ben"),
        "plans/\n x.yaml": ("Ben",),
    }
    assert writers_of(branches.repository, Range(base, head), "elsewhere") == {}
