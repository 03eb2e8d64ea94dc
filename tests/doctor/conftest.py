"""A place that lacks nothing, and an AWS that lets Ana in."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.fake_aws import FakeAws, fake_aws
from tests.doctor.place import Place, is_ana, made


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place that all others are copied from: making one takes a dozen processes."""
    return made(tmp_path_factory.mktemp("pattern")).folder


@pytest.fixture
def place(pattern: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A repository and its remote; we stand in it, as Ana."""
    shutil.copytree(pattern, tmp_path, dirs_exist_ok=True)
    is_ana(home)
    monkeypatch.chdir(tmp_path / "clone")
    return Place(tmp_path)


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    """STS and IAM on loopback."""
    with fake_aws() as found:
        yield found
