"""What `new` writes comes back from our own reader exactly as the value, whatever AWS holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changectl.model.node import Complaints, Node
from changectl.planfile.spelling import Unwritable, block, flow, literal, scalar_text, spelled
from changectl.planfile.typed import typed
from changectl.planfile.yaml import read_yaml

HOSTILE = st.sampled_from(
    [
        "", " ", "~", "null", "true", "No", "on", "0x1f", "0o17", "1_000", "1.10", "007", "1e3", ".inf", "12:30:00",
        "2026-11-24", "- a", "? a", ": a", "a: b", "a #b", "#a", "@a", "`a", "%a", "!a", "&a", "*a", "|", ">", "{a}", "[a",
        "a]", "a,b", "'a'", '"a"', "\\n", "a\nb", "a\r\nb", "\ttab", "<a>", "<<", "---", "...", "$x", "$$x", "{{x}}", "é",
        "\u202egnp", "\u200b", "\x1b[31m", "\x85", "\u2028", "\ufeff", "日本", "🦄", "::workflow::", "from", "to",
    ]
)  # fmt: skip
TEXT = HOSTILE | st.text(max_size=20)
KEYS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXT
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def read(text: str) -> Any:
    complaints = Complaints()
    root = read_yaml(text.encode(), complaints)
    assert root is not None, complaints.found
    assert complaints.found == []
    value = typed(root, complaints)
    assert complaints.found == []
    return value


def is_same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)  # 1, 1.0 and true are three things


@given(VALUES)
def test_a_value_comes_back_as_it_is_or_is_not_written(value: Any) -> None:
    try:
        text = spelled(value)
    except Unwritable:
        assert any(not_in_a_key(name) for name in keys_of(value))
        return
    assert "\n" not in text
    assert is_same(read(f"value: {{from: {text}, to: x}}\n"), {"value": {"from": value, "to": "x"}})


@given(VALUES)
def test_a_value_on_lines_of_its_own_comes_back_as_it_is(value: Any) -> None:
    if not any(not_in_a_key(name) for name in keys_of(value)):
        text = "".join(f"{line}\n" for line in block({"value": literal(value)}))
        assert is_same(read(text), {"value": value})


def keys_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [name for key, child in value.items() for name in (key, *keys_of(child))]
    return [name for child in value for name in keys_of(child)] if isinstance(value, list) else []


def not_in_a_key(name: str) -> bool:
    """What a reader of the plan could not see in a key is refused there, even as an escape."""
    complaints = Complaints()
    root = read_yaml(f"{flow({name: 1})}\n".encode(), complaints)
    return root is None or bool(complaints.found)


@pytest.mark.parametrize(
    "value", ["a\ud800", {"a\ud800": 1}, {"a\nb": 1}, {"\u202e": 1}, 10**20, 0.00012345678901234567]
)
def test_what_no_plan_can_hold_is_said_to_be_so(value: Any) -> None:
    with pytest.raises(Unwritable):
        spelled(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("office", "office"),
        ("Wellington office", "Wellington office"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("sqs:SendMessage", "sqs:SendMessage"),
        ("60", '"60"'),
        (60, "60"),
        (True, "true"),
        ("true", '"true"'),
        (None, "null"),
        ("a: b", '"a: b"'),
        ("Zoë", '"Zoë"'),
        ("a\u200bb", '"a\\u200bb"'),
        ({"$a": [1, "x"]}, "{$$a: [1, x]}".replace("$$a", '"$$a"')),
    ],
)
def test_plain_words_go_without_quotes_and_the_rest_is_quoted(value: Any, text: str) -> None:
    assert spelled(value) == text


@given(TEXT)
def test_whatever_is_quoted_shows_no_character_that_cannot_be_seen(text: str) -> None:
    from changectl.planfile.hidden import hidden

    assert hidden(scalar_text(text)) is None


def test_a_node_that_is_unquoted_and_in_angle_brackets_is_a_gap_and_in_quotes_it_is_not() -> None:
    complaints = Complaints()
    root = read_yaml(b'a: <what?>\nb: "<what?>"\nc: <a> <b>\nd: [<x>, y]\n', complaints)
    assert isinstance(root, Node)
    assert [(c.rule, c.message, c.span.line, c.span.column) for c in complaints.found] == [
        ("CHG117", "to be filled in: what?", 1, 4),
        ("CHG117", "to be filled in: x", 4, 5),
    ]
