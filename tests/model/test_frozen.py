"""Our quick `dataclass` against the standard library's."""

import copy
import dataclasses
import pickle
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import pytest

from changectl.model.frozen import dataclass

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Ours(Generic[Item]):
    """As values are written here."""

    name: str
    item: Item
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    note: str = dataclasses.field(default="", compare=False)
    hidden: int = dataclasses.field(default=0, repr=False)

    @property
    def loud(self) -> str:
        return self.name.upper()


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs(Generic[Item]):
    """The same from the library."""

    name: str
    item: Item
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    note: str = dataclasses.field(default="", compare=False)
    hidden: int = dataclasses.field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Without any field."""


VALUES = [
    {"name": "a", "item": 1},
    {"name": "a", "item": 1, "note": "not compared"},
    {"name": "a", "item": 1, "tags": {"x": "y"}},
    {"name": "a", "item": 2, "hidden": 3},
    {"name": "b", "item": (1, 2)},
]
BOTH = pytest.mark.parametrize("cls", [Ours, Theirs])


@pytest.mark.parametrize("given", VALUES)
def test_a_value_is_made_shown_and_taken_apart_alike(given: dict[str, Any]) -> None:
    ours, theirs = Ours(**given), Theirs(**given)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.asdict(dataclasses.replace(ours, name="z")) == dataclasses.asdict(
        dataclasses.replace(theirs, name="z")
    )
    assert ours.loud == given["name"].upper()


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_values_are_equal_and_hashed_where_the_librarys_are(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (Ours(**one) == Ours(**other)) == (Theirs(**one) == Theirs(**other))
    assert hash(Ours(**one)) == hash(Theirs(**one))
    assert Ours(**one) != Theirs(**one)


@BOTH
def test_a_default_that_is_made_is_made_each_time(cls: Callable[..., Any]) -> None:
    assert cls("a", 1).tags is not cls("a", 1).tags


@BOTH
@pytest.mark.parametrize("given", [(), ("a",), ("a", 1, {}, "", 0, "too many")])
def test_wrong_arguments_are_a_type_error(cls: Callable[..., Any], given: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        cls(*given)


@BOTH
def test_no_member_can_be_set_or_deleted(cls: Callable[..., Any]) -> None:
    value = cls("a", 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.name
    assert not hasattr(value, "__dict__")


def test_a_value_is_copied_and_pickled() -> None:
    value = Ours("a", (1, 2), {"x": "y"}, "n", 4)
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)).note == "n"


def test_a_value_is_matched_by_place() -> None:
    match Ours("a", 1):
        case Ours(name, item):
            assert (name, item) == ("a", 1)
        case _:
            raise AssertionError


def test_nothing_is_equal_to_nothing() -> None:
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(())
    assert repr(Nothing()) == "Nothing()"
