"""From an empty repository: `init --github`, merged; a pull request; the action's own script; a comment on the forge."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from emulators import REPOSITORY as ROOT

from changectl.cli.main import run
from tests.forges.fake_github import FakeGitHub
from tests.rollout.test_action import FOLDER, ran

CHANGE = "2026-12-05-close-ssh"
BRANCH = f"change/{CHANGE}"
USES = "unicorn/changectl@0123456789abcdef0123456789abcdef01234567"
MODULES = ("pip", "json", "yaml", "typing", "changectl", "sitecustomize")


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> tuple[str, str]:
    """A team as init sets it up, and a branch with a plan and with modules that would tell if they were imported."""
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@example.com\n[init]\ndefaultBranch = main\n")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(tmp_path, "init", "-q", "ana")
    ana = tmp_path / "ana"
    git(ana, "remote", "add", "origin", f"file://{tmp_path}/remote.git")
    monkeypatch.chdir(ana)
    where = ("--account", "123456789012", "--region", "ap-southeast-2", "--repository", "unicorn/rentals")
    assert run(["init", "--github", *where, "--uses", USES]) == 0
    git(ana, "add", ".")
    git(ana, "commit", "-q", "-m", "Set up changectl")
    git(ana, "push", "-q", "origin", "main")
    base = git(ana, "rev-parse", "HEAD")
    git(ana, "switch", "-q", "-c", BRANCH)
    plan = (ROOT / "plans" / f"{CHANGE}.yaml").read_text().replace("env: sandbox", "env: prod")
    (ana / "plans").mkdir(exist_ok=True)
    (ana / "plans" / f"{CHANGE}.yaml").write_text(plan)
    for name in MODULES:
        (ana / f"{name}.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')\n")
    git(ana, "add", ".")
    git(ana, "commit", "-q", "-m", "Close SSH")
    git(ana, "push", "-q", "origin", "HEAD")
    return base, git(ana, "rev-parse", "HEAD")


def checked_out(folder: Path, head: str) -> Path:
    """A workspace as actions/checkout leaves it: every branch, none checked out, no default one known."""
    workspace = folder / "workspace"
    git(folder, "init", "-q", "workspace")
    git(workspace, "remote", "add", "origin", f"file://{folder}/remote.git")
    git(workspace, "fetch", "-q", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
    git(workspace, "checkout", "-q", "--detach", head)
    return workspace


def runner(folder: Path, workspace: Path, event: Any, github: FakeGitHub) -> dict[str, str]:
    """What a runner tells a job."""
    bin_folder = folder / "temp" / "changectl" / "bin"
    bin_folder.mkdir(parents=True)
    for name in ("changectl", "python"):
        (bin_folder / name).symlink_to(Path(sys.executable).with_name(name))
    (folder / "event.json").write_text(json.dumps(event))
    return {
        "HOME": os.environ["HOME"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": "ap-southeast-2",
        "DEFAULT_BRANCH": "main",
        "DIRECTORY": ".",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(FOLDER),
        "GITHUB_API_URL": github.api,
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_REPOSITORY": "unicorn/rentals",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "5",
        "GITHUB_RUN_NUMBER": "3",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_TOKEN": github.signed_in("github-actions[bot]").token,
        "GITHUB_WORKSPACE": str(workspace),
        "PYTHONSAFEPATH": "1",
        "ROLE": "",
        "RUNNER_TEMP": str(folder / "temp"),
    }


def test_a_pull_request_gets_its_comment_and_nothing_of_it_is_run(tmp_path: Path, proposed: tuple[str, str]) -> None:
    base, head = proposed
    workspace = checked_out(tmp_path, head)
    own = {"repo": {"id": 1}}
    event = {"pull_request": {"number": 7, "base": {"sha": base, **own}, "head": {"sha": head, **own}}}
    with FakeGitHub() as github:
        github.person("ana")
        github.pull(7, branch=BRANCH, commits=[head])
        done = ran("Review", tmp_path / "temp", **runner(tmp_path, workspace, event, github))
        (comment,) = github.comments
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"head={head}" in comment.body
    assert CHANGE in comment.body
    assert "not previewed" in comment.body.casefold()
    assert CHANGE in (tmp_path / "summary.md").read_text()
    assert not (tmp_path / "canary").exists()
