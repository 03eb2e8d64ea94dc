"""A metric that gets worse takes the change back: the real command over a real HTTP CloudWatch, on a clock of ours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from changectl.cli.main import run
from changectl.cli.stops import Stops
from tests.e2e import aws
from tests.e2e.team import Team, plan

CHANGE = "2026-11-23-protect-bookings"
PROTECT = """
- name: Protect the bookings
  set: table/bookings
  change: {protection: true}
"""
TEST = """
before:
  - {metric: Unicorn Latency, dimensions: {Table: {$ref: table/bookings}}, statistic: Average, over: 5m, may_rise: 20%}
after:
  - {metric: Unicorn Latency, dimensions: {Table: {$ref: table/bookings}}, statistic: Average, over: 5m, may_rise: 20%}
"""


class Hours:
    """Time that passes only where somebody waits; it begins now."""

    def __init__(self) -> None:
        self.began, self.passed = datetime.now(UTC).replace(second=30), 0.0

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def wait(self, seconds: float) -> None:
        self.passed += seconds


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    hours = Hours()
    for name in ("now", "monotonic", "wait"):
        monkeypatch.setattr(Stops, name, getattr(hours, name))
    return hours


@pytest.mark.parametrize(
    ("later", "status", "says"),
    [
        (0.9, 10, "the average of Latency over 5m is 0.9, more than 0.276: it was 0.23 before the change"),
        (0.24, 0, "the average of Latency over 5m is 0.24: it was 0.23 before the change, and may rise 20 %, to 0.276"),
    ],
)
def test_what_got_worse_goes_back(
    moto_team: Team, hours: Hours, monkeypatch: pytest.MonkeyPatch, capfd: Any, later: float, status: int, says: str
) -> None:
    emulator, ana = moto_team.emulator, moto_team.ana
    aws.table(emulator)
    before = aws.table_now(emulator)
    minutes = ((minute, 0.23 if minute < 0 else later) for minute in range(-8, 10))
    named = {"MetricName": "Latency", "Dimensions": [{"Name": "Table", "Value": "bookings"}]}
    begin = hours.began.replace(second=0, microsecond=0)
    told = [{**named, "Timestamp": begin + timedelta(minutes=minute), "Value": value} for minute, value in minutes]
    emulator.client("cloudwatch").put_metric_data(Namespace="Unicorn", MetricData=told)
    ana.writes(CHANGE, plan(PROTECT, test=TEST))
    for name, value in ana._environment({"COLUMNS": "400"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ana.folder)

    assert run(["apply", CHANGE, "--confirm", "prod"]) == status
    said = capfd.readouterr()

    assert "the average of Latency over 5m is 0.23: the baseline" in said.err
    assert says in said.err
    assert aws.table_now(emulator) == {**before, "protection": status == 0}
