"""A setting that stands wrong is told in the members that differ, and nothing is hidden where that cannot be known."""

import json

import pytest

from changectl.model import events as e
from changectl.model.resource import FacetRef, Ref
from changectl.views.columns import columns
from changectl.views.narrate import sentence, standing_words

ATTRIBUTES = {f"routing.{n}": "false" for n in range(6)}
FACET = FacetRef(Ref("load-balancer", ("rentals",), "ap-southeast-2"), "attributes")


def body(**members: object) -> str:
    return json.dumps({**ATTRIBUTES, **members})


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((body(idle="60"), body(idle="120"), body(idle="300")), "idle was 60; we made it 120; now 300"),
        (("{}", '{"Team": ""}', "{}"), 'Team was absent; we made it ""; now absent'),
        (
            ('{"a": 1, "b": {"x": null}}', '{"a": 2, "b": {"x": null}}', '{"a": 1, "b": []}'),
            'a was 1; we made it 2; now 1, b was {"x": null}; we made it {"x": null}; now []',
        ),
        (
            (body(idle="60", keep="a"), body(idle="120", keep="b"), body(idle="300", keep="a", theirs="1")),
            "idle was 60; we made it 120; now 300",
        ),
        (
            ("{}", body(), "{}"),
            f"{', '.join(f'routing.{n} was absent; we made it false; now absent' for n in range(3))}, and 3 more",
        ),
        ((body(), body(), body()), f"was {body()}; we made it {body()}; now {body()}"),
        (('{"a": "1"}', '{"a": "2"}', '{"a": "3…'), 'was {"a": "1"}; we made it {"a": "2"}; now {"a": "3…'),
        (('{"a": "1"}', "absent", '{"a": "3"}'), 'was {"a": "1"}; we made it absent; now {"a": "3"}'),
        (("30", "45", "90"), "was 30; we made it 45; now 90"),
        (("(secret)", "(secret)", "(secret)"), "was (secret); we made it (secret); now (secret)"),
        (("rentals", "office", ""), "was rentals; we made it office"),
        (("", "", ""), ""),
    ],
)  # fmt: skip
def test_only_what_differs_is_told_of(values: tuple[str, str, str], told: str) -> None:
    assert columns(*values) == told


def test_what_is_left_alone_says_which_member_and_its_three_values() -> None:
    left = e.FacetLeft(FACET, "someone else changed it", True, body(idle="60"), body(idle="120"), body(idle="300"))
    assert sentence(left)[0] == (
        "left load-balancer/rentals attributes alone: someone else changed it (idle was 60; we made it 120; now 300)"
    )


def test_of_what_nobody_knows_nothing_is_told() -> None:
    assert (
        sentence(e.FacetLeft(FACET, "AWS refused", False))[0]
        == "left load-balancer/rentals attributes alone: AWS refused"
    )
    assert standing_words(e.Standing(FACET), {}) == "load-balancer/rentals attributes"
