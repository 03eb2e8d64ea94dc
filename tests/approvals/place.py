"""Ana's clone in a team that reviews on GitHub: a proposed change, its pull request, Ben's review; typed in this process."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from emulators import ACCOUNT, REGION, Emulator
from forges.fake_github import FakeGitHub
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
by = "github"
repository = "unicorn/rentals"
api = "{api}"
"""


class Hooked(FakeGitHub):
    """Lets something happen right before an answer: `then[n]` before the n-th listing of the pull requests."""

    def __init__(self) -> None:
        super().__init__()
        self.then: dict[int, Callable[[], object]] = {}
        self.listed = 0

    def answer(self, request: Received) -> Reply:
        if request.path.endswith("/pulls"):
            self.listed += 1
            self.then.pop(self.listed, lambda: None)()
        return super().answer(request)


@dataclass
class Place:
    """Where Ana types. `pull` is the pull request of the change."""

    work: Path
    bare: Path
    forge: Hooked
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

    def agrees(self, needed: int = 1, more: str = "") -> None:
        """Push a configuration to the default branch."""
        where = {"account": ACCOUNT, "region": REGION, "endpoint": self.emulator.endpoint, "api": self.forge.api}
        (self.work / "changectl.toml").write_text(CONFIGURATION.format(needed=needed, **where) + more)
        self.git("add", "changectl.toml")
        self.git("commit", "-q", "-m", "Rules")
        self.git("push", "-q", "origin", "HEAD:main")

    def proposes(self) -> str:
        """Propose, and let GitHub have the commits; the tip of the branch."""
        assert self.types("propose", CHANGE) == 0, self.said
        commits = self.forge.take(self.work, f"main..{BRANCH}")
        if 7 in self.forge.pulls:
            self.forge.pulls[7].commits = commits
        else:
            self.forge.pull(7, branch=BRANCH, author="ana", commits=commits)
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
    """A change that Ana proposed, and that nobody has reviewed yet."""
    work, bare = tmp_path / "ana", tmp_path / "remote.git"
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@unicorn.example\n[init]\ndefaultBranch = main\n")
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    subprocess.run(["git", "clone", "-q", f"file://{bare}", str(work)], check=True, capture_output=True)
    with Hooked() as forge:
        monkeypatch.setenv("GH_TOKEN", forge.signed_in("ana").token)
        monkeypatch.chdir(work)
        place = Place(work, bare, forge, Emulator("moto", fresh_moto), capsys)
        aws.table(place.emulator)
        place.agrees()
        (work / "plans").mkdir()
        place.writes(PLAN)
        place.proposes()
        yield place
