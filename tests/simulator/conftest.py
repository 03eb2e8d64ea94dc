"""What the simulator remembers of the states it has seen is much, and no other test of this process should carry it about."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _left_alone() -> Iterator[None]:
    """The collector does not walk through it ever again, which would cost each later test a second now and then."""
    yield
    gc.collect()
    gc.freeze()
