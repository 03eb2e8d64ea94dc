"""Ana's clone in a team that reviews on a forge: a proposed change, its pull request, Ben's review; typed in this process."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from emulators import ACCOUNT, REGION, Emulator
from forges.fake_github import FakeGitHub
from forges.fake_gitlab import FakeGitLab
from forges.fake_server import Received, Reply

from changectl.cli.main import run
from tests.e2e import aws
from tests.e2e.team import plan

CHANGE = "2026-11-23-tag-bookings"
BRANCH = f"change/{CHANGE}"
TAG = """
- name: Tag the bookings
  set: table/bookings
  change: {tags: {Trial: office}}
"""
PLAN = plan(TAG, risk="medium")
CONFIGURATION = """\
[env.prod]
account = "{account}"
regions = ["{region}"]
endpoint = "{endpoint}"
approvals = {{low = 0, medium = {needed}, high = 2}}
[review]
by = "{by}"
repository = "{repository}"
api = "{api}"
"""


@dataclass
class Moments:
    """Lets something happen right before an answer: `then[n]` before the n-th listing of the pull requests."""

    then: dict[int, Callable[[], object]] = field(default_factory=dict)
    listed: int = 0

    def come(self) -> None:
        """One more listing."""
        self.listed += 1
        self.then.pop(self.listed, lambda: None)()


class Hooked(FakeGitHub):
    """GitHub, with moments."""

    by, variable = "github", "GH_TOKEN"

    def __init__(self) -> None:
        super().__init__()
        self.moments = Moments()
        self.then = self.moments.then

    def answer(self, request: Received) -> Reply:
        if request.path.endswith("/pulls"):
            self.moments.come()
        return super().answer(request)

    def has(self, work: Path) -> None:
        """Take the commits of the change's branch, and open its pull request where there is none."""
        commits = self.take(work, f"main..{BRANCH}")
        if 7 in self.pulls:
            self.pulls[7].commits = commits
        else:
            self.pull(7, branch=BRANCH, author="ana", commits=commits)


class HookedGitLab(FakeGitLab):
    """GitLab, with moments."""

    by, variable = "gitlab", "GITLAB_TOKEN"

    def __init__(self) -> None:
        super().__init__()
        self.repository = self.project
        self.moments = Moments()
        self.then = self.moments.then

    def answer(self, request: Received) -> Reply:
        if request.path.endswith("/merge_requests"):
            self.moments.come()
        return super().answer(request)

    def has(self, work: Path) -> None:
        """Take the commits of the change's branch, and open its merge request where there is none."""

        def git(*args: str) -> str:
            return subprocess.run(["git", "-C", str(work), *args], capture_output=True, text=True, check=True).stdout

        commits, path = git("rev-list", "--reverse", f"main..{BRANCH}").split(), f"plans/{CHANGE}.yaml"
        for sha in commits:
            author, committer = git("show", "-s", "--format=%ae%n%ce", sha).split()
            message, content = git("show", "-s", "--format=%B", sha).strip(), git("cat-file", "blob", f"{sha}:{path}")
            emails = {"author_email": author, "committer_email": committer}
            self.commit(**emails, message=message, files={path: content.encode()}, sha=sha)
        if 7 not in self.requests:
            self.merge_request(7, branch=BRANCH, author="ana", commits=commits)
        elif commits[-1] != self.requests[7].tip:
            self.update(7, commits[-1])


@dataclass
class Place:
    """Where Ana types. `pull` is the pull request of the change."""

    work: Path
    bare: Path
    forge: Any
    emulator: Emulator
    capsys: pytest.CaptureFixture[str]
    needed: int = 1
    said: str = field(default="")

    def types(self, *argv: str) -> int:
        """Run `changectl …` here; its status. What it said is in `said`."""
        self.capsys.readouterr()
        status = run(argv)
        out, err = self.capsys.readouterr()
        self.said = out + err
        return status

    def applies(self, *flags: str) -> int:
        return self.types("apply", CHANGE, "--confirm", "prod", "--no-input", *flags)

    def git(self, *args: str) -> str:
        done = subprocess.run(["git", "-C", str(self.work), *args], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def writes(self, text: str) -> None:
        (self.work / "plans" / f"{CHANGE}.yaml").write_text(text)

    def configuration(self, needed: int = 1) -> str:
        """What the team agreed to, but for how many approvals a medium risk needs."""
        forge = {"by": self.forge.by, "repository": self.forge.repository, "api": self.forge.api}
        where = {"account": ACCOUNT, "region": REGION, "endpoint": self.emulator.endpoint}
        return CONFIGURATION.format(needed=needed, **forge, **where)

    def agrees(self, needed: int = 1, more: str = "") -> None:
        """Push a configuration to the default branch."""
        (self.work / "changectl.toml").write_text(self.configuration(needed) + more)
        self.git("add", "changectl.toml")
        self.git("commit", "-q", "-m", "Rules")
        self.git("push", "-q", "origin", "HEAD:main")

    def proposes(self) -> str:
        """Propose, and let the forge have the commits; the tip of the branch."""
        assert self.types("propose", CHANGE) == 0, self.said
        self.forge.has(self.work)
        return self.git("rev-parse", BRANCH)

    def reviews(self, who: str = "ben", state: str = "APPROVED", commit: str = "") -> None:
        commit = commit or self.git("rev-parse", BRANCH)
        self.forge.pulls[7].reviews.append(self.forge.review(who, state, commit=commit))

    @property
    def trial(self) -> str | None:
        """What the change would have set."""
        return aws.table_now(self.emulator)["tags"].get("Trial")

    def locks(self) -> str:
        return subprocess.run(
            ["git", "-C", str(self.bare), "for-each-ref", "--format=%(contents)", "refs/changectl/locks/"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip


@pytest.fixture
def place(
    fresh_moto: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):  # type: ignore[no-untyped-def]
    """A change that Ana proposed on GitHub, and that nobody has reviewed yet."""
    with Hooked() as forge:
        yield _proposed(forge, fresh_moto, tmp_path, home, monkeypatch, capsys)


@pytest.fixture
def lab(
    fresh_moto: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):  # type: ignore[no-untyped-def]
    """The same on GitLab."""
    with HookedGitLab() as forge:
        yield _proposed(forge, fresh_moto, tmp_path, home, monkeypatch, capsys)


def _proposed(
    forge: Any,
    moto: str,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Place:
    work, bare = tmp_path / "ana", tmp_path / "remote.git"
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@unicorn.example\n[init]\ndefaultBranch = main\n")
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    subprocess.run(["git", "clone", "-q", f"file://{bare}", str(work)], check=True, capture_output=True)
    monkeypatch.setenv(forge.variable, forge.signed_in("ana").token)
    monkeypatch.chdir(work)
    place = Place(work, bare, forge, Emulator("moto", moto), capsys)
    aws.table(place.emulator)
    place.agrees()
    (work / "plans").mkdir()
    place.writes(PLAN)
    place.proposes()
    return place
