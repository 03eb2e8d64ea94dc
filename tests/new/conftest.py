"""A repository to write plans in, and the production of Unicorn Rentals for those that look at it."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from emulators import ACCOUNT, REGION, Emulator

from changectl.cli import options
from changectl.cli.main import run

CONFIGURATION = """\
[env.sandbox]
account = "{account}"
regions = ["{region}"]
production = false
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 0, high = 0}}
"""
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A folder with a changectl.toml in a git repository, and commands typed there, in this process."""

    root: Path
    captured: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    aws: Callable[[str], Any]

    def types(self, *words: str) -> Ended:
        self.captured.readouterr()
        self.patch.setattr(options, "_color", "auto")
        status = run(words)
        return Ended(status, *self.captured.readouterr())

    def writes(self, plan: str, text: str) -> Path:
        path = self.root / "plans" / f"{plan}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def configures(self, more: str) -> None:
        with (self.root / "changectl.toml").open("a") as file:
            file.write(more)

    def reads(self, plan: str) -> str:
        return (self.root / "plans" / f"{plan}.yaml").read_text()

    def fills(self, plan: str, *gaps: tuple[str, str]) -> None:
        """What a person does in the editor: each gap of that text gets an answer."""
        text = self.reads(plan)
        for gap, answer in gaps:
            assert gap in text, (gap, text)
            text = text.replace(gap, answer)
        self.writes(plan, text)

    def git(self, *args: str) -> None:
        done = subprocess.run(["git", "-C", str(self.root), *args], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def files(self) -> list[str]:
        """Every file but git's, relative."""
        found = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if path.parts[0] != ".git")


def made(root: Path, endpoint: str, captured: Any, patch: pytest.MonkeyPatch) -> Desk:
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    configuration = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=endpoint)
    (root / "changectl.toml").write_text(configuration)
    patch.chdir(root)
    desk = Desk(root, captured, patch, Emulator("moto", endpoint).client)
    for name, value in (("user.name", "Ana Rangi"), ("user.email", "ana@example.com")):
        desk.git("config", name, value)
    return desk


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Without an AWS that answers."""
    return made(tmp_path / "rentals", NOBODY, capsys, monkeypatch)


@pytest.fixture
def rentals(
    tmp_path: Path, unicorn_rentals: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """With the production of Unicorn Rentals."""
    return made(tmp_path / "rentals", unicorn_rentals, capsys, monkeypatch)
