"""The plan alone goes onto its branch; HEAD, index and work tree stay; whoever wrote it is known."""

from pathlib import Path

import pytest

from changectl.errors import ConfigurationWrong, Drifted, NotFound, RemoteNeeded, WrongUsage
from changectl.register import propose
from changectl.register.log import register_of
from changectl.register.propose import (
    authors_of,
    branch_of,
    commit_plan,
    config_at_default_branch,
    default_branch,
    fetch_branch,
    patch,
    path_in,
    plan_at,
)
from changectl.register.repository import Repository, repository
from register.team import ANA, Team, entry, git

CHANGE = "2026-11-23-alb-idle-timeout"
PLAN = f"plans/{CHANGE}.yaml"
AT = "2026-11-23T00:00:00.000000Z"


def commit(root: Path, message: str, who: str = "Ana <ana@example.com>", **files: str) -> str:
    name, _, email = who.rstrip(">").partition(" <")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        git(root, "add", path)
    git(root, "-c", f"user.name={name}", "-c", f"user.email={email}", "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repo(team: Team) -> Repository:
    """A clone of a team with a README, a configuration, and a plan that nobody has committed."""
    seed = team.clone("seed").repository.root
    git(seed, "checkout", "-q", "-b", "main")
    commit(seed, "start", **{"README": "hello", "changectl.toml": "[env.prod]\n"})
    git(seed, "push", "-q", "origin", "main")
    git(team.bare, "symbolic-ref", "HEAD", "refs/heads/main")
    found = team.clone().repository
    (found.root / "plans").mkdir()
    (found.root / PLAN).write_text("plan: 1\n")
    return found


def propose_it(repo: Repository) -> str:
    return commit_plan(repo, repo.root / PLAN, CHANGE, "Propose it", author=ANA, at=AT)


def test_only_the_plan_is_committed_on_top_of_the_default_branch(repo: Repository) -> None:
    (repo.root / "README").write_text("changed")
    made = propose_it(repo)
    assert git(repo.root, "diff-tree", "--no-commit-id", "--name-status", "-r", made) == f"A\t{PLAN}"
    assert git(repo.root, "rev-parse", f"{made}^") == git(repo.root, "rev-parse", "origin/main")
    assert git(repo.root, "rev-parse", branch_of(CHANGE)) == made
    assert git(repo.root, "log", "-1", "--format=%an <%ae> %s", made) == "Ana <ana@example.com> Propose it"


def test_head_index_and_work_tree_are_left_alone(repo: Repository) -> None:
    (repo.root / "README").write_text("changed")
    (repo.root / "new").write_text("staged")
    git(repo.root, "add", "new")
    before = git(repo.root, "status", "--porcelain=v2", "--branch"), (repo.git_dir / "index").read_bytes()
    propose_it(repo)
    assert (git(repo.root, "status", "--porcelain=v2", "--branch"), (repo.git_dir / "index").read_bytes()) == before


def test_the_same_bytes_again_are_no_new_commit_and_other_bytes_are_one(repo: Repository) -> None:
    first = propose_it(repo)
    assert propose_it(repo) == first
    (repo.root / PLAN).write_text("plan: 1\ntitle: better\n")
    second = propose_it(repo)
    assert git(repo.root, "rev-parse", f"{second}^") == first
    assert plan_at(repo, branch_of(CHANGE), PLAN) == b"plan: 1\ntitle: better\n"
    assert plan_at(repo, first, PLAN) == b"plan: 1\n"


def test_it_goes_on_from_what_a_colleague_pushed(team: Team, repo: Repository) -> None:
    first = propose_it(repo)
    register_of(repo, ANA).append((entry(CHANGE, 0),), also={branch_of(CHANGE): first})
    bob = team.clone("bob", "--single-branch").repository
    (bob.root / "plans").mkdir()
    (bob.root / PLAN).write_text("plan: 1\n")
    assert fetch_branch(bob, CHANGE) == first
    assert propose_it(bob) == first
    (bob.root / PLAN).write_text("plan: 1\ntitle: bob's\n")
    assert git(bob.root, "rev-parse", f"{propose_it(bob)}^") == first


def test_branches_that_went_different_ways_are_told(team: Team, repo: Repository) -> None:
    first = propose_it(repo)
    git(repo.root, "push", "-q", "origin", f"{first}:{branch_of(CHANGE)}")
    bob = team.clone("bob").repository
    git(bob.root, "checkout", "-q", f"change/{CHANGE}")
    commit(bob.root, "bob's", **{PLAN: "plan: 1\ntitle: bob's\n"})
    git(bob.root, "push", "-q")
    (repo.root / PLAN).write_text("plan: 1\ntitle: ana's\n")
    propose_it(repo)
    fetch_branch(repo, CHANGE)
    with pytest.raises(ConfigurationWrong, match="different ways"):
        propose_it(repo)


def test_a_branch_that_is_checked_out_is_not_moved_under_its_work_tree(repo: Repository) -> None:
    propose_it(repo)
    git(repo.root, "worktree", "add", "-q", str(repo.root.parent / "linked"), f"change/{CHANGE}")
    assert propose_it(repo)
    (repo.root / PLAN).write_text("plan: 1\ntitle: better\n")
    with pytest.raises(ConfigurationWrong, match="is checked out in"):
        propose_it(repo)


def test_a_branch_that_moved_meanwhile_is_not_overwritten(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    propose_it(repo)
    (repo.root / PLAN).write_text("plan: 1\ntitle: better\n")
    write, theirs = propose.write, git(repo.root, "rev-parse", "origin/main")

    def moved(*args: object, **named: object) -> tuple[str, ...]:
        git(repo.root, "update-ref", branch_of(CHANGE), theirs)
        return write(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(propose, "write", moved)
    with pytest.raises(Drifted):
        propose_it(repo)
    assert git(repo.root, "rev-parse", branch_of(CHANGE)) == theirs


def test_it_works_in_a_repository_without_commits_or_remote(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "alone")
    alone = repository(tmp_path / "alone")
    (alone.root / "plans").mkdir()
    (alone.root / PLAN).write_text("plan: 1\n")
    assert git(alone.root, "rev-list", "--count", propose_it(alone)) == "1"
    assert (default_branch(alone), config_at_default_branch(alone)) == (None, None)


@pytest.mark.parametrize(
    "name", ['quo"te.yaml', "line\nbreak.yaml", "back\\slash.yaml", "-option.yaml", "ünï.yaml", " x "]
)
def test_strange_file_names_are_only_names(repo: Repository, name: str) -> None:
    plan = repo.root / "plans" / name
    plan.write_text("plan: 1\n")
    made = commit_plan(repo, plan, CHANGE, "--amend", author=ANA, at=AT) if "\n" not in name else None
    if made:
        names = git(repo.root, "diff-tree", "--no-commit-id", "--name-only", "-r", "-z", made).split("\0")
        assert names[0] == f"plans/{name}"


def test_a_plan_outside_the_repository_is_refused(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("")
    for plan in (tmp_path / "x.yaml", repo.root / "../x.yaml"):
        with pytest.raises(WrongUsage, match="is not in the repository"):
            path_in(repo, plan)


@pytest.mark.parametrize("change", ["../main", "x/../../heads/main", "a b", "-f", "main.lock", "@{-1}", "a~1", "*"])
def test_a_hostile_id_is_no_branch(change: str) -> None:
    with pytest.raises(WrongUsage):
        branch_of(change)


def test_everybody_who_wrote_committed_or_co_wrote_the_plan_is_an_author(repo: Repository) -> None:
    git(repo.root, "checkout", "-q", "-b", f"change/{CHANGE}")
    commit(repo.root, "first", "Bob <bob@example.com>", **{"plans/draft.yaml": "plan: 1\n" * 20})
    git(repo.root, "mv", "plans/draft.yaml", f"plans/{CHANGE}-x.yaml")
    commit(repo.root, "moved", "Cem <cem@example.com>")
    commit(repo.root, "x\n\nCo-authored-by: Dana <dana@example.com>", **{f"plans/{CHANGE}-x.yaml": "plan: 1\n" * 19})
    commit(repo.root, "unrelated", "Eve <eve@example.com>", README="x")
    assert authors_of(repo, repo.root / f"plans/{CHANGE}-x.yaml", CHANGE) == (
        "Ana <ana@example.com>",
        "Dana <dana@example.com>",
        "Cem <cem@example.com>",
        "Bob <bob@example.com>",
    )


def test_a_plan_that_nobody_committed_has_no_author(repo: Repository) -> None:
    assert authors_of(repo, repo.root / PLAN, CHANGE) == ()


def test_a_plan_can_be_proposed_where_nothing_was_committed_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "plans").mkdir()
    (tmp_path / PLAN).write_text("plan: 1\n")
    propose_it(repository(tmp_path))
    assert authors_of(repository(tmp_path), tmp_path / PLAN, CHANGE) == (ANA,)


def test_the_patch_can_be_applied_by_somebody_else(team: Team, repo: Repository) -> None:
    text = patch(repo, propose_it(repo))
    bob = team.clone("bob").repository.root
    git(bob, "-c", "user.name=b", "-c", "user.email=b@x", "am", "-q", feed=text.encode())
    assert (bob / PLAN).read_text() == "plan: 1\n"
    with pytest.raises(NotFound):
        patch(repo, "--output=pwned")


@pytest.mark.parametrize("ref", ["nowhere", "--all", "a\nb", ""])
def test_a_missing_or_hostile_ref_is_not_found(repo: Repository, ref: str) -> None:
    with pytest.raises((NotFound, ConfigurationWrong)):
        plan_at(repo, ref, "no/such/file")


def test_the_configuration_is_read_from_the_remotes_default_branch(repo: Repository) -> None:
    (repo.root / "changectl.toml").write_text("[env.prod]\napprovals = {low = 0}\n")
    commit(repo.root, "relax", **{"changectl.toml": "[env.prod]\napprovals = {low = 0}\n"})
    assert config_at_default_branch(repo) == b"[env.prod]\n"
    assert config_at_default_branch(repo, "no.toml") is None


def test_a_clone_that_does_not_know_the_default_branch_asks_the_remote(team: Team, repo: Repository) -> None:
    git(team.folder, "init", "-q", "by-hand")
    git(team.folder / "by-hand", "remote", "add", "origin", f"file://{team.bare}")
    assert config_at_default_branch(repository(team.folder / "by-hand")) == b"[env.prod]\n"
    git(team.folder, "init", "-q", "offline")
    git(team.folder / "offline", "remote", "add", "origin", f"file://{team.folder}/nowhere")
    with pytest.raises(RemoteNeeded):
        config_at_default_branch(repository(team.folder / "offline"))
