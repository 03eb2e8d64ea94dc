"""Three-way merge by table: what goes back, what is a stranger's and stays, and what was reached."""

from typing import Any

import pytest

from changectl.model.merge import Grain, carried, is_reached, merged

LEAF, ITEM, WHOLE = Grain.LEAF, Grain.ITEM, Grain.WHOLE


def BC(b: str, c: str) -> Any:  # noqa: N802 - reads as the body that it is
    return {"a": {"b": b, "c": c}}


@pytest.mark.parametrize(
    ("before", "ours", "now", "grain", "want", "strangers"),
    [
        ("a", ["b"], "b", WHOLE, "a", 0),
        ("a", ["b"], "a", WHOLE, "a", 0),
        ("a", ["b"], "x", WHOLE, "x", 1),
        ("a", ["a"], "x", WHOLE, "x", 0),
        ("a", [], "x", WHOLE, "x", 0),
        ("a", ["b", "c"], "b", WHOLE, "a", 0),
        ("a", ["b"], None, WHOLE, None, 1),
        (None, ["b"], "b", WHOLE, None, 0),
        ({"one": "1"}, [{"one": "2"}], {"one": "2", "theirs": "t"}, ITEM, {"one": "1", "theirs": "t"}, 0),
        ({"one": "1"}, [{"one": "2"}], {"one": "x"}, ITEM, {"one": "x"}, 1),
        ({"one": "1"}, [{"one": "1", "new": "n"}], {"one": "1", "new": "n"}, ITEM, {"one": "1"}, 0),
        ({"one": "1"}, [None], None, ITEM, {"one": "1"}, 0),
        (None, [{"new": "n"}], {"new": "n"}, ITEM, None, 0),
        ({"one": "1"}, [{"one": "2"}], {"one": "2", "theirs": "t"}, WHOLE, {"one": "2", "theirs": "t"}, 1),
        (BC("1", "1"), [BC("2", "1")], BC("2", "x"), LEAF, BC("1", "x"), 0),
        (BC("1", "1"), [BC("2", "1")], BC("2", "x"), ITEM, BC("2", "x"), 1),
    ],
)  # fmt: skip
def test_what_goes_back_and_what_stays(
    before: Any, ours: Any, now: Any, grain: Grain, want: Any, strangers: int
) -> None:
    merge = merged(before, ours, now, grain)
    assert (merge.want, len(merge.strangers)) == (want, strangers)


def test_a_stranger_is_named_by_its_path_and_the_three_values() -> None:
    (conflict,) = merged({"a": {"b": "1"}}, [{"a": {"b": "2"}}], {"a": {"b": "x"}}, LEAF).strangers
    assert (conflict.path, conflict.before, conflict.ours, conflict.now) == (("a", "b"), "1", ("2",), "x")


@pytest.mark.parametrize(
    ("want", "was", "now", "grain", "reached"),
    [
        ("b", "a", "b", WHOLE, True),
        ("b", "a", "a", WHOLE, False),
        ("b", "a", "x", WHOLE, False),
        ("a", "a", "x", WHOLE, True),
        ({"one": "2"}, {"one": "1"}, {"one": "2", "theirs": "t"}, ITEM, True),
        ({"one": "2"}, {"one": "1"}, {"one": "2", "theirs": "t"}, WHOLE, False),
        ({"one": "2"}, {"one": "1"}, {"one": "1", "theirs": "t"}, ITEM, False),
        ({"one": "1"}, {"one": "1", "two": "2"}, {"one": "x"}, ITEM, True),
    ],
)
def test_what_is_reached(want: Any, was: Any, now: Any, grain: Grain, reached: bool) -> None:
    assert is_reached(want, was, now, grain) is reached


@pytest.mark.parametrize(
    ("found", "left", "onto", "grain", "made"),
    [
        ("a", "b", "c", WHOLE, "b"),
        ("a", "a", "c", WHOLE, "c"),
        ({"t": "t"}, {"t": "t", "n": "1"}, {"one": "1"}, ITEM, {"n": "1", "one": "1"}),
        ({"t": "t"}, {"t": "t", "n": "1"}, {"one": "1"}, WHOLE, {"t": "t", "n": "1"}),
        ({"t": "t"}, None, {"t": "t", "one": "1"}, ITEM, {"one": "1"}),
        ({"t": "t"}, None, {"t": "t"}, ITEM, None),
        (None, {"n": {"a": "1"}}, {"n": {"b": "2"}}, LEAF, {"n": {"a": "1", "b": "2"}}),
        (None, {"n": {"a": "1"}}, {"n": {"b": "2"}}, ITEM, {"n": {"a": "1"}}),
    ],
)
def test_what_a_call_makes_of_another_body(found: Any, left: Any, onto: Any, grain: Grain, made: Any) -> None:
    assert carried(found, left, onto, grain) == made
