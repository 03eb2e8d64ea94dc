"""A team for each test, on each emulator."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from emulators import Emulator

from tests.e2e.team import Team, made


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Everybody's cache, since what is in it is AWS's models."""
    return {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture
def team(emulator: Emulator, tmp_path: Path, warm: Mapping[str, str]) -> Team:
    """Ana, Ben, their remote and an empty AWS: each emulator in turn."""
    return made(tmp_path, emulator, warm)


@pytest.fixture
def moto_team(fresh_moto: str, tmp_path: Path, warm: Mapping[str, str]) -> Team:
    """The same on moto alone, where what is proven does not depend on what AWS says."""
    return made(tmp_path, Emulator("moto", fresh_moto), warm)
