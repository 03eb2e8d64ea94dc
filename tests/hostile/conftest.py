"""A place to try hostile input in, on an emptied AWS."""

from pathlib import Path

import pytest
from emulators import Emulator

from tests.hostile.place import Place, make


@pytest.fixture
def place(
    tmp_path: Path, fresh_moto: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Place:
    """A repository, its remote, one plan, one table."""
    return make(tmp_path, fresh_moto, Emulator("moto", fresh_moto).client, capsys, monkeypatch)
