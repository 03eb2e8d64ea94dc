"""A team for each test."""

from pathlib import Path

import pytest
from register.team import Team, git

from tests.e2e.conftest import moto_team, warm

__all__ = ["moto_team", "team", "warm"]


@pytest.fixture
def team(tmp_path: Path) -> Team:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(tmp_path / "remote.git", "config", "gc.auto", "0")
    return Team(tmp_path)
