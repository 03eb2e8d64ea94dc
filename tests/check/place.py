"""A folder with plans and a configuration, where commands are typed in this process."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from changectl.cli.main import run

CONFIGURATION = '[env.prod]\naccount = "123456789012"\nregions = ["ap-southeast-2"]\n'
GOOD = """\
plan: 1
title: Raise the rentals load balancer's idle timeout to 120 s
rationale: Checkouts that take longer than 60 s are cut off (INC-42).
risk: low                       # low | medium | high
env: prod
comms:
  channel: "#unicorn-ops"
  before: Checkouts may pause for a second at three in the morning.
steps:
  - name: Raise the timeout     # on the one in front of checkout
    set: load-balancer/rentals
    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}
test:
  before: [{alarm: rentals-5xx}]
  after: [{alarm: rentals-5xx}]
back_out: snapshot
"""
WRONG = GOOD.replace("steps:", "stesp:").replace("risk: low ", "risk: Low ")
POOR = GOOD.replace("Checkouts that take longer than 60 s are cut off (INC-42).", "tbd")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> Sequence[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Place:
    """A folder, and the hand that types in it."""

    folder: Path
    captured: pytest.CaptureFixture[str]

    @property
    def plans(self) -> Path:
        return self.folder / "plans"

    def plan(self, name: str, content: str | bytes = GOOD) -> Path:
        path = self.plans / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def configure(self, more: str) -> None:
        (self.folder / "changectl.toml").write_text(CONFIGURATION + more)

    def check(self, *words: str) -> Ended:
        return self.type("check", *words)

    def type(self, *words: str) -> Ended:
        self.captured.readouterr()
        status = run(words)
        return Ended(status, *self.captured.readouterr())

    def git(self) -> None:
        """Make it a repository of Ana's."""
        for words in (["init", "-q", "-b", "main"], ["config", "user.name", "Ana"], ["config", "user.email", "a@b.c"]):
            subprocess.run(["git", "-C", str(self.folder), *words], check=True)
