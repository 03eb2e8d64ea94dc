"""A pull request to try things on: a remote with rules on its default branch, a clone, and production in an emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from emulators import ACCOUNT, REGION

from changectl.cli import options
from changectl.cli.main import run
from tests.ci.branches import Branches, Entry, made

CONFIGURATION = """\
[env.prod]
account = "{account}"
regions = ["{region}"]
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 1, high = 2}}
[review]
by = "identity"
"""
NOWHERE = "http://127.0.0.1:9"
PLAN = """\
plan: 1
title: Raise the idle timeout to 120 s
rationale: Checkouts that take longer than 60 s are cut off, three times this week.
risk: medium
env: prod
comms: {before: Checkouts may pause for a second., after: Long checkouts survive., audience: support}
steps:
  - name: Raise the timeout
    set: load-balancer/rentals
    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}
test:
  before: [{alarm: rentals-5xx}]
  after: [{alarm: rentals-5xx}]
back_out: snapshot
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Request:
    """A pull request, and the runner in whose clone `changectl ci` is typed."""

    branches: Branches
    base: str
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]
    found: dict[str, Any] = field(default_factory=dict)

    def head(self, files: Mapping[str, Entry | bytes | str | None], **given: str) -> str:
        """A branch's commit on the base."""
        return self.branches.commit(self.base, files, **given)

    def type(self, *words: str) -> Ended:
        """Type a command, in this process."""
        self.captured.readouterr()
        self.patch.setattr(options, "_color", "auto")
        status = run(words)
        return Ended(status, *self.captured.readouterr())

    def ci(self, head: str, *words: str) -> Ended:
        """`changectl ci` of what is between the base and a commit."""
        return self.type("ci", "--base", self.base, "--head", head, *words)

    def comment(self, head: str, *words: str) -> str:
        """The comment of what is between the base and a commit."""
        return self.type("ci", "comment", "--dry-run", "--base", self.base, "--head", head, *words).out


Place = Callable[..., Request]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    """Make one: with an endpoint of production, and files that the default branch has besides."""

    def make(endpoint: str = NOWHERE, more: Mapping[str, Entry | bytes | str | None] | None = None) -> Request:
        toml = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=endpoint)
        branches, base = made(tmp_path, {"changectl.toml": toml, "README.md": "rentals", **(more or {})})
        monkeypatch.chdir(branches.clone)
        for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_TOKEN", "GH_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        return Request(branches, base, monkeypatch, capsys)

    return make
