"""A team for each test; and the register both ways, with a remote and without."""

from pathlib import Path

import pytest

from changectl.register.log import Register, register_of
from changectl.register.repository import repository
from register.team import ANA, Team, git


@pytest.fixture
def team(tmp_path: Path) -> Team:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    return Team(tmp_path)


@pytest.fixture(params=["with a remote", "without a remote"])
def register(request: pytest.FixtureRequest, team: Team) -> Register:
    if request.param == "with a remote":
        return team.clone()
    git(team.folder, "init", "-q", "alone")
    return register_of(repository(team.folder / "alone"), ANA)
