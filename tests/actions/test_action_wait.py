"""The wait action: a duration, or a check and a budget."""

from datetime import timedelta

import pytest
from parts import read_part

from changectl.actions.wait import ACTION
from changectl.contracts.action import Pause, Until
from changectl.model.plan import Check

ALARM = Check("a check by alarm", "alarm", "rentals-5xx", every=timedelta(seconds=3))


@pytest.mark.parametrize(
    ("text", "work"),
    [
        ("wait: 30s", Pause(timedelta(seconds=30))),
        ("wait: 1h30m", Pause(timedelta(minutes=90))),
        ("wait: {until: {alarm: rentals-5xx}, for: 5m}", Until(ALARM, timedelta(minutes=5))),
    ],
)
def test_what_was_read_is_the_work(text: str, work: Pause | Until) -> None:
    spec, complaints = read_part(ACTION, text)
    assert (ACTION.work(spec, None), complaints) == (work, [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("wait: 30", ["CHG123"]),
        ("wait: 0s", ["CHG127"]),
        ("wait: 60d", ["CHG127"]),
        ("wait: [5m]", ["CHG123"]),
        ("wait: null", ["CHG123"]),
        ("wait: {}", ["CHG105", "CHG105"]),
        ("wait: {until: {alarm: a}}", ["CHG105"]),
        ("wait: {for: 5m}", ["CHG105"]),
        ("wait: {until: {alarm: a}, for: 5}", ["CHG123"]),
        ("wait: {until: {alarm: a}, for: 5m, every: 3s}", ["CHG104"]),
    ],
)
def test_what_cannot_be_waited_for_is_complained_of(text: str, rules: list[str]) -> None:
    assert [rule for rule, _ in read_part(ACTION, text)[1]] == rules


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (Pause(timedelta(seconds=30)), "wait 30s"),
        (Pause(timedelta(minutes=90)), "wait 1h30m"),
        (Pause(timedelta(days=1, seconds=1)), "wait 24h1s"),
        (Until(ALARM, timedelta(minutes=5)), "wait until a check by alarm passes, 5m at most"),
    ],
)
def test_a_step_says_what_it_does(work: Pause | Until, says: str) -> None:
    assert ACTION.says(work) == says
