"""What the tests of the AWS floor stand on."""

from collections.abc import Iterator

import pytest
from emulators import REGION

from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from tests.aws.faults import Faults, listening


@pytest.fixture
def faults() -> Iterator[Faults]:
    """A misbehaving AWS."""
    with listening() as server:
        yield server


@pytest.fixture
def broken(faults: Faults) -> Aws:
    """A connection to it that lets every change through and has little patience."""
    patience = Settings(REGION, endpoint=faults.endpoint, connect_timeout=1, read_timeout=0.3, read_attempts=2)
    return connect(patience).gated(lambda _: None)


@pytest.fixture
def reading(fresh_moto: str) -> Aws:
    """A connection to moto that has no gate."""
    return connect(Settings(REGION, endpoint=fresh_moto))
