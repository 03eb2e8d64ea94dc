"""Plans are found beside the nearest changectl.toml, each under an id of its own, and none outside the repository."""

from pathlib import Path

import pytest

from changectl.errors import NotFound, PlanWrong, WrongUsage
from changectl.planfile.find import find_plans, find_root, misplaced, plan_path, read_content
from changectl.planfile.yaml import SIZE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two plans, one of them in a folder."""
    folder = tmp_path / "repo"
    (folder / "plans" / "2026").mkdir(parents=True)
    (folder / "changectl.toml").touch()
    (folder / "plans" / "idle-timeout.yaml").write_text("a")
    (folder / "plans" / "2026" / "open-port.yml").write_text("b")
    (folder / "plans" / "README.md").touch()
    return folder


def test_the_root_is_the_nearest_folder_upward_with_a_configuration(root: Path) -> None:
    deep = root / "plans" / "2026"
    assert [find_root(root), find_root(deep)] == [root, root]
    (deep / "changectl.toml").touch()
    assert find_root(deep) == deep


def test_without_a_configuration_there_is_no_root(tmp_path: Path) -> None:
    assert find_root(tmp_path) is None


def test_plans_are_all_yaml_files_below_plans(root: Path) -> None:
    (root / "other.yaml").touch()
    (root / "plans" / "folder.yaml").mkdir()
    assert find_plans(root) == {
        "open-port": (root / "plans" / "2026" / "open-port.yml",),
        "idle-timeout": (root / "plans" / "idle-timeout.yaml",),
    }


def test_without_a_plans_folder_there_are_no_plans(tmp_path: Path) -> None:
    assert find_plans(tmp_path) == {}


@pytest.mark.parametrize(
    ("wanted", "cwd"),
    [
        ("idle-timeout", "plans/2026"),
        ("plans/idle-timeout.yaml", "."),
        ("../idle-timeout.yaml", "plans/2026"),
        ("idle-timeout.yaml", "plans"),
        ("./plans/2026/../idle-timeout.yaml", "."),
    ],
)
def test_a_plan_is_named_by_id_or_by_path(root: Path, wanted: str, cwd: str) -> None:
    assert plan_path(root, wanted, root / cwd) == root / "plans" / "idle-timeout.yaml"


def test_a_plan_may_be_named_by_another_name_of_the_same_repository(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    named = str(tmp_path / "link" / "plans" / "idle-timeout.yaml")
    assert plan_path(root, named, root) == root / "plans" / "idle-timeout.yaml"


def test_an_unknown_id_is_answered_with_the_nearest(root: Path) -> None:
    with pytest.raises(NotFound) as caught:
        plan_path(root, "idle-timeuot", root)
    assert caught.value.hint == 'did you mean "idle-timeout"?'


@pytest.mark.parametrize(
    "wanted", ["nothing.yaml", "plans/nothing.yaml", "plans", "plans/", "", "x\0.yaml", "/etc/passwd/x"]
)
def test_a_file_that_is_not_there_is_not_found(root: Path, wanted: str) -> None:
    with pytest.raises(NotFound):
        plan_path(root, wanted, root)


def test_a_file_outside_plans_is_no_plan(root: Path, tmp_path: Path) -> None:
    (root / "other.yaml").touch()
    (tmp_path / "far.yaml").touch()
    for wanted in ("other.yaml", "../far.yaml", str(tmp_path / "far.yaml"), "plans/README.md", "/etc/passwd"):
        with pytest.raises(WrongUsage):
            plan_path(root, wanted, root)


def test_two_plans_of_one_id_are_both_refused_naming_each_other(root: Path) -> None:
    one, other = root / "plans" / "idle-timeout.yaml", root / "plans" / "2026" / "idle-timeout.yml"
    other.touch()
    found = misplaced(root, find_plans(root))
    assert [(path, c.rule, c.message) for path, c in found] == [
        (other, "CHG150", 'the id "idle-timeout" is also that of plans/idle-timeout.yaml'),
        (one, "CHG150", 'the id "idle-timeout" is also that of plans/2026/idle-timeout.yml'),
    ]
    for wanted in ("idle-timeout", "plans/idle-timeout.yaml", "plans/2026/idle-timeout.yml"):
        with pytest.raises(PlanWrong):
            plan_path(root, wanted, root)


def test_a_link_out_of_the_repository_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "evil.yaml").touch()
    link = root / "plans" / "evil.yaml"
    link.symlink_to(tmp_path / "evil.yaml")
    assert [(path, c.rule) for path, c in misplaced(root, find_plans(root))] == [(link, "CHG151")]
    with pytest.raises(PlanWrong) as caught:
        plan_path(root, "evil", root)
    assert [c.rule for c in caught.value.facts["complaints"]] == ["CHG151"]  # type: ignore[attr-defined]


def test_a_linked_folder_is_not_searched(root: Path, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "evil.yaml").touch()
    (root / "plans" / "far").symlink_to(tmp_path / "far")
    assert "evil" not in find_plans(root)
    with pytest.raises(PlanWrong):
        plan_path(root, "plans/far/evil.yaml", root)


def test_a_plans_folder_that_is_a_link_out_of_the_repository_gives_no_plan(root: Path, tmp_path: Path) -> None:
    (root / "plans").rename(tmp_path / "far")
    (root / "plans").symlink_to(tmp_path / "far")
    with pytest.raises(PlanWrong):
        plan_path(root, "idle-timeout", root)


def test_a_link_within_the_repository_is_a_plan(root: Path) -> None:
    (root / "plans" / "again.yaml").symlink_to("idle-timeout.yaml")
    assert plan_path(root, "again", root) == root / "plans" / "again.yaml"


def test_no_more_is_read_than_shows_that_a_plan_is_too_large(root: Path) -> None:
    path = root / "plans" / "huge.yaml"
    path.write_bytes(b"a" * 3 * SIZE)
    assert len(read_content(path)) == SIZE + 1
