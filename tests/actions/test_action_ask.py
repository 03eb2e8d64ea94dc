"""The ask action: what a person does, and what they note of it."""

import pytest
from parts import read_part

from changectl.actions.ask import ACTION
from changectl.contracts.action import Deed

OPEN = "Open the valve in the Wellington data centre, and read the pressure."


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        (ACTION.example, Deed(OPEN, "pressure in bar")),
        (f"ask: {OPEN}", Deed(OPEN)),
        ("ask: |\n  Open the valve.\n  Read the pressure.\n", Deed("Open the valve.\nRead the pressure.")),
    ],
)
def test_what_was_read_is_the_work(text: str, deed: Deed) -> None:
    spec, complaints = read_part(ACTION, text)
    assert (ACTION.work(spec, None), complaints) == (deed, [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("ask: ''", ["CHG121"]),
        ("ask: [Open it]", ["CHG120"]),
        ("ask: true", ["CHG120"]),
        ("ask: null", ["CHG120"]),
        ("{ask: Open it, answer: [a]}", ["CHG120"]),
        ('{ask: Open it, answer: "a\\nb"}', ["CHG121"]),
        ('ask: "Open \\u202eit"', ["CHG102"]),
    ],
)
def test_what_nobody_can_be_asked_is_complained_of(text: str, rules: list[str]) -> None:
    assert [rule for rule, _ in read_part(ACTION, text)[1]] == rules


def test_a_step_says_what_it_does_in_one_line() -> None:
    assert ACTION.says(Deed("Open the valve.\nRead\x1b[2J the pressure.")) == (
        "ask a person: Open the valve. Read the pressure."
    )
