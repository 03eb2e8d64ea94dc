"""The alarm probe: what it reads, what it asks CloudWatch, and how it judges."""

from collections.abc import Callable
from typing import Any

import pytest
from parts import read_part

from changectl.contracts.probe import CannotAsk, Judgement, Observation, Verdict
from changectl.model.resource import Call
from changectl.probes.alarm import PROBE, AlarmSpec

SPEC = AlarmSpec("rentals-5xx")


@pytest.mark.parametrize(
    ("text", "spec", "rules"),
    [
        (PROBE.example, AlarmSpec("rentals-5xx", "us-east-1"), []),
        ("alarm: rentals-5xx", SPEC, []),
        ("alarm: ''", None, ["CHG121"]),
        ("alarm: [a]", None, ["CHG120"]),
        ("{alarm: a, region: Sydney}", AlarmSpec("a"), ["CHG132"]),
    ],
)
def test_a_plan_says_which_alarm(text: str, spec: AlarmSpec | None, rules: list[str]) -> None:
    read, complaints = read_part(PROBE, text)
    assert (read, [rule for rule, _ in complaints]) == (spec, rules)


class CloudWatch:
    """Senses that answer one thing, and remember what they were asked."""

    def __init__(self, answer: Callable[[Call], Any]) -> None:
        self.answer = answer
        self.asked: list[tuple[Call, object]] = []

    def aws(self, call: Call) -> Any:
        self.asked.append((call, call.params))
        return self.answer(call)


def _offline(call: Call) -> Any:
    raise CannotAsk("the credentials have expired")


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (
            {"MetricAlarms": [{"AlarmName": "rentals-5xx", "StateValue": "OK", "StateReason": "fine"}]},
            Observation({"state": "OK", "reason": "fine"}),
        ),
        (
            {"MetricAlarms": [], "CompositeAlarms": [{"AlarmName": "rentals-5xx", "StateValue": "ALARM"}]},
            Observation({"state": "ALARM", "reason": ""}),
        ),
        ({"MetricAlarms": [{"AlarmName": "rentals-5xx-old", "StateValue": "OK"}]}, Observation(None)),
        ({}, Observation(None)),
    ],
)
def test_the_one_alarm_of_that_name_is_seen(answer: Any, seen: Observation) -> None:
    senses = CloudWatch(lambda _: answer)
    assert PROBE.observe(AlarmSpec("rentals-5xx", "us-east-1"), senses) == seen  # type: ignore[arg-type]
    params = {"AlarmNames": ["rentals-5xx"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    assert senses.asked == [(Call("cloudwatch", "DescribeAlarms", params, "us-east-1"), params)]


def test_expired_credentials_say_nothing_about_the_alarm() -> None:
    seen = PROBE.observe(SPEC, CloudWatch(_offline))  # type: ignore[arg-type]
    says = "the alarm rentals-5xx could not be asked: the credentials have expired"
    assert PROBE.judge(SPEC, seen) == Judgement(Verdict.ERROR, says)


@pytest.mark.parametrize(
    ("seen", "verdict", "says"),
    [
        ({"state": "OK", "reason": "fine"}, Verdict.PASSED, "the alarm rentals-5xx is OK"),
        ({"state": "ALARM", "reason": "12 > 5"}, Verdict.FAILED, "the alarm rentals-5xx is in ALARM: 12 > 5"),
        ({"state": "ALARM", "reason": "\x1b]0;x\x07a\nb"}, Verdict.FAILED, "the alarm rentals-5xx is in ALARM: a b"),
        ({"state": "INSUFFICIENT_DATA", "reason": "new"}, Verdict.NO_DATA, "the alarm rentals-5xx has no data"),
        ({"state": "PONDERING", "reason": ""}, Verdict.NO_DATA, "the alarm rentals-5xx has no data"),
        (None, Verdict.NO_DATA, "there is no alarm named rentals-5xx"),
    ],
)
def test_a_state_is_judged(seen: Any, verdict: Verdict, says: str) -> None:
    assert PROBE.judge(SPEC, Observation(seen)) == Judgement(verdict, says)


def test_a_check_says_what_it_tests() -> None:
    assert PROBE.says(SPEC) == "the alarm rentals-5xx is OK"


@pytest.mark.parametrize(
    ("name", "verdict"), [("rentals-5xx", Verdict.PASSED), ("nobody", Verdict.NO_DATA), ("fire", Verdict.FAILED)]
)
def test_a_real_cloudwatch_is_understood(aws: Callable[..., Any], name: str, verdict: Verdict) -> None:
    cloudwatch = aws("cloudwatch")
    metric = {"Namespace": "x", "MetricName": "y", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0}
    for alarm, state in (("rentals-5xx", "OK"), ("fire", "ALARM"), ("rentals-5xx-late", "ALARM")):
        cloudwatch.put_metric_alarm(
            AlarmName=alarm, ComparisonOperator="GreaterThanThreshold", Statistic="Sum", **metric
        )
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="because")
    spec = AlarmSpec(name)
    seen = PROBE.observe(spec, CloudWatch(lambda call: cloudwatch.describe_alarms(**call.params)))  # type: ignore[arg-type]
    assert PROBE.judge(spec, seen).verdict is verdict
