"""What is shown of a setting that stands wrong: where its three values differ, and not all that they have in common."""

import pytest

from changectl.engine.show import apart
from changectl.model.resource import Body

RULES = {f"tcp {port} 10.0.0.0/8": {"Description": "office"} for port in range(30)}


@pytest.mark.parametrize(
    ("bodies", "left"),
    [
        (
            ({**RULES, "a": "1"}, {**RULES, "a": "2"}, {**RULES, "a": "3"}),
            ({"a": "1"}, {"a": "2"}, {"a": "3"}),
        ),
        (({"a": "1", "b": "2"}, {"a": "1"}, {"a": "1"}), ({"b": "2"}, {}, {})),
        (({"a": "1"}, {"a": "1"}), ({"a": "1"}, {"a": "1"})),
        (("1", {"a": "2"}, {"a": "2"}), ("1", {"a": "2"}, {"a": "2"})),
        ((None, {"a": "2", "b": "1"}, {"a": "3", "b": "1"}), (None, {"a": "2", "b": "1"}, {"a": "3", "b": "1"})),
        (("1", "2", "3"), ("1", "2", "3")),
    ],
    ids=["one of many", "removed", "nothing differs", "text", "absent", "plain"],
)
def test_what_is_the_same_everywhere_is_left_out(bodies: tuple[Body, ...], left: tuple[Body, ...]) -> None:
    assert apart(*bodies) == left
