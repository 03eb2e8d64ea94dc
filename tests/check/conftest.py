"""A place to check plans in."""

from pathlib import Path

import pytest

from tests.check.place import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    """A configuration and no plans yet; we stand in it."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    found = Place(tmp_path, capsys)
    found.plans.mkdir()
    found.configure("")
    return found
