"""A pair for each test: with an AWS that has one table, or with none at all. Made once, and copied."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from emulators import Emulator

from tests.close.pair import Pair, copied, make


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pairs stand that are copied."""
    return tmp_path_factory.mktemp("pairs")


@pytest.fixture
def desk(shelf: Path, tmp_path: Path) -> Pair:
    """Both, where nobody listens at the endpoint: for what needs only the register."""
    return _copy(shelf / "desk", tmp_path, None, lambda folder: make(folder, "http://127.0.0.1:9", None))


@pytest.fixture
def pair(shelf: Path, tmp_path: Path, fresh_moto: str) -> Pair:
    """Both, and one table."""
    dynamodb = Emulator("moto", fresh_moto).client("dynamodb")
    pair = _copy(shelf / "pair", tmp_path, dynamodb, lambda folder: make(folder, fresh_moto, dynamodb))
    return _with_table(pair)


@pytest.fixture
def stuck(shelf: Path, tmp_path: Path, fresh_moto: str) -> Pair:
    """Ana's change needs an operator. The table is another one of that name: nothing of it would go back."""
    dynamodb = Emulator("moto", fresh_moto).client("dynamodb")

    def stick(folder: Path) -> None:
        pair = _with_table(make(folder, fresh_moto, dynamodb))
        pair.stick()
        dynamodb.delete_table(TableName="bookings")

    pair = _with_table(_copy(shelf / "stuck", tmp_path, dynamodb, stick))
    pair.tag(Trial="strangers")
    assert pair.held() != []
    return pair


def _copy(shelf: Path, folder: Path, dynamodb: Any, fill: Callable[[Path], object]) -> Pair:
    if not shelf.exists():
        shelf.mkdir()
        fill(shelf)
    return copied(shelf, folder, dynamodb)


def _with_table(pair: Pair) -> Pair:
    pair.dynamodb.create_table(
        TableName="bookings",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    return pair
