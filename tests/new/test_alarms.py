"""Whoever writes a plan's test is told of alarms that there are, where that costs nothing and harms nothing."""

from collections.abc import Mapping
from typing import Any

from new.conftest import Desk

from changectl.cli.authoring.reading import MOST, alarms
from changectl.engine.asking import Eyes
from changectl.engine.world import Ground
from changectl.errors import CallNotDone
from changectl.model.resource import Call, Target
from changectl.planfile.draft import naming

BALANCER = Target("load-balancer", "rentals")
PARAMETER = Target("parameter", "/rentals/checkout/timeout")
GROUP = Target("security-group", "sg-0a1")
ROLE = Target("role", "arn:aws:iam::123456789012:role/rentals")


class Account:
    """Alarms by name, and what was asked of them."""

    def __init__(self, *names: str, fails: bool = False) -> None:
        self.names, self.fails = names, fails
        self.asked: list[Any] = []

    def ask(self, call: Call) -> Mapping[str, Any]:
        self.asked.append(call.params["AlarmNamePrefix"])
        if self.fails:
            raise CallNotDone("no", code="AccessDenied")
        return {"MetricAlarms": [{"AlarmName": name} for name in self.names], "CompositeAlarms": []}

    @property
    def ground(self) -> Ground:
        return Ground({}, {}, {}, {}, Eyes(self.ask, lambda thunks: [each() for each in thunks], "1"), "eu-west-1")


def test_a_new_plan_names_the_alarms_that_are_called_like_its_resource(rentals: Desk) -> None:
    assert rentals.types("new", "x y", "--affects", "load-balancer/rentals:tags", "--id", "mine").status == 0
    assert (
        "  after:\n    # there are rentals-5xx, rentals-latency\n"
        "    - alarm: <an alarm that goes off when customers suffer>\n" in rentals.reads("mine")
    )


def test_alarms_are_asked_for_by_the_first_word_of_each_name_once() -> None:
    account = Account("rentals-5xx", "rentals-latency")
    assert alarms(account.ground, [BALANCER, PARAMETER, GROUP, ROLE]) == ("rentals-5xx", "rentals-latency")
    assert account.asked == ["rentals"]


def test_names_that_would_say_more_in_a_comment_are_left_out_and_so_are_many() -> None:
    hostile = ("a\nsteps: []", "<b>", "c # d", "x" * 41, "")
    assert alarms(Account(*hostile, *(f"a{n}" for n in range(9))).ground, [BALANCER]) == ("a0", "a1", "a2", "a3")
    assert MOST == 4


def test_that_they_may_not_be_asked_for_hinders_nobody() -> None:
    assert alarms(Account(fails=True).ground, [BALANCER]) == ()


def test_only_the_first_alarm_that_is_missing_gets_the_names() -> None:
    text = "  before:\n    - alarm: <one>\n  after:\n    - alarm: <two>\n"
    assert naming(("a", "b"), text) == text.replace("    - alarm: <one>", "    # there are a, b\n    - alarm: <one>")
    assert naming((), text) == text
    assert naming(("a",), "test: [{alarm: x}]\n") == "test: [{alarm: x}]\n"
