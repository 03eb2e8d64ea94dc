"""The metric probe: how it is written, which window it asks for, and what it makes of the numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from emulators import Emulator
from parts import read_part

from changectl.aws.answers import answer_json
from changectl.contracts.probe import CannotAsk, Judgement, Observation, TooEarly, Verdict
from changectl.errors import NotFound
from changectl.model.resource import Call, Ref, Target
from changectl.model.values import RefValue
from changectl.probes.metric import PROBE
from changectl.probes.metric.spec import Allowance, MetricSpec
from changectl.probes.metric.statistics import is_statistic

NAME = "AWS/ApplicationELB TargetResponseTime"
M5, M10 = timedelta(minutes=5), timedelta(minutes=10)
SLOW = MetricSpec("AWS/ApplicationELB", "TargetResponseTime", "p99", M10, may_rise=Allowance(20))
ERRORS = MetricSpec("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", M5, below=10)


# How it is written


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (
            PROBE.example,
            replace(ERRORS, dimensions={"LoadBalancer": RefValue(Target("load-balancer", "rentals"))}, missing=0),
        ),
        (f"{{metric: {NAME}, statistic: p99, over: 10m, may_rise: 20%}}", SLOW),
        (f"{{metric: {NAME}, statistic: p99, over: 10m, may_rise: 20% or 0.05}}", replace(SLOW, may_rise=Allowance(20, 0.05))),
        (f"{{metric: {NAME}, statistic: p99, over: 10m, may_rise: 0}}", replace(SLOW, may_rise=Allowance())),
        (
            f"{{metric: {NAME}, statistic: p99, over: 10m, may_fall: 0.5, region: us-east-1}}",
            replace(SLOW, may_rise=None, may_fall=Allowance(amount=0.5), region="us-east-1"),
        ),
        (
            "{metric: {namespace: My App, name: Page views}, statistic: Sum, over: 1h, above: 3, below: 7.5}",
            MetricSpec("My App", "Page views", "Sum", timedelta(hours=1), below=7.5, above=3),
        ),
    ],
)  # fmt: skip
def test_a_plan_says_which_metric_and_which_limits(text: str, spec: MetricSpec) -> None:
    assert read_part(PROBE, text) == (spec, [])


@pytest.mark.parametrize(
    ("member", "rules"),
    [
        ("metric: TargetResponseTime", ["CHG213"]),
        ("metric: [a, b]", ["CHG120"]),
        ("metric: {namespace: a}", ["CHG105"]),
        ("metric: ':x y'", ["CHG213"]),
        ("metric: AWS/EC2 Größe", ["CHG213"]),
        ("statistic: P99", ["CHG213"]),
        ("statistic: p101", ["CHG213"]),
        ("over: 90s", ["CHG213"]),
        ("over: 30s", ["CHG213"]),
        ("over: 25h", ["CHG213"]),
        ("over: 0m", ["CHG127"]),
        ("over: 5", ["CHG123"]),
        ("below: many", ["CHG120"]),
        ("above: 10", ["CHG214"]),
        ("may_rise: -5", ["CHG214"]),
        ("may_rise: 20 percent", ["CHG214"]),
        ("may_rise: true", ["CHG214"]),
        ("dimensions: [a]", ["CHG120"]),
        ("dimensions: {a: [b]}", ["CHG120"]),
        ("dimensions: {a: {$secret: PASSWORD}}", ["CHG213"]),
        (f"dimensions: {{{', '.join(f'd{n}: x' for n in range(31))}}}", ["CHG213"]),
        ("region: Sydney", ["CHG132"]),
    ],
)
def test_what_cloudwatch_would_refuse_is_complained_of(member: str, rules: list[str]) -> None:
    written = {"metric": NAME, "statistic": "p99", "over": "10m", "below": "10"}
    name, _, value = member.partition(": ")
    text = ", ".join(f"{key}: {said}" for key, said in {**written, name: value}.items())
    assert (read_part(PROBE, f"{{{text}}}")[0], [rule for rule, _ in read_part(PROBE, f"{{{text}}}")[1]]) == (
        None,
        rules,
    )


def test_a_statistic_a_window_and_a_limit_are_wanted() -> None:
    assert [rule for rule, _ in read_part(PROBE, f"metric: {NAME}")[1]] == ["CHG105", "CHG105", "CHG214"]


@pytest.mark.parametrize(
    ("statistic", "near"),
    [("sum", "Sum"), ("avg", "Average"), ("sample count", "SampleCount"), ("P99.9", "p99.9"), ("iqm", "IQM"),
     ("tm(10%:90%)", "TM(10%:90%)"), ("median", "p50"), ("Max", "Maximum"), ("TM90", "tm90")],
)  # fmt: skip
def test_a_statistic_in_another_spelling_is_recognised(statistic: str, near: str) -> None:
    text = f'{{metric: {NAME}, statistic: "{statistic}", over: 5m, below: 1}}'
    assert read_part(PROBE, text)[1] == [
        ("CHG213", f'CloudWatch has no statistic "{statistic}"; did you mean "{near}"?')
    ]


def test_the_statistics_are_those_that_cloudwatch_documents() -> None:
    assert [text for text in THERE if not is_statistic(text)] == []
    assert [text for text in ABSENT if is_statistic(text)] == []


THERE = ("Sum", "Average", "Minimum", "Maximum", "SampleCount", "IQM", "p0", "p99", "p99.9", "p95.0123456789", "p100",
         "tm90", "wm98", "tc90", "ts90.5", "TM(2%:98%)", "TM(150:1000)", "WM(10%:90%)", "PR(:300)", "PR(100:2000)",
         "TC(0.005:0.030)", "TS(80%:)", "TM(:95%)")  # fmt: skip
ABSENT = ("sum", "p", "p101", "p99.12345678901", "pr90", "iqm", "tm-1", "TM()", "TM(:)", "TM(90%:10%)", "TM(10%:90)",
          "PR(10%:)", "TM(1%:101%)", "TM(5:5)", "")  # fmt: skip


# What it asks for


class CloudWatch:
    """Senses with a clock, that answer one thing after the other and remember what they were asked."""

    def __init__(self, *answers: Any, now: str = "03:12:30", began: str = "", since: str = "") -> None:
        self.answers, self.asked = list(answers), list[Call]()
        self.clock = [at(each) if each else None for each in (now, began, since)]

    def aws(self, call: Call) -> Any:
        self.asked.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def time(self) -> Any:
        return self.clock[0]

    def began(self) -> Any:
        return self.clock[1]

    def since(self) -> Any:
        return self.clock[2]

    def ref(self, target: Target) -> Ref:
        if target.name == "nobody":
            raise NotFound("there is no load-balancer/nobody")
        return Ref(target.kind, (f"arn:aws:elasticloadbalancing:ap-southeast-2:1:{target.name}",), "ap-southeast-2")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{clock}+00:00")


def answered(start: str, *values: float, **more: Any) -> dict[str, Any]:
    result = {"Id": "m0", "Timestamps": [f"2026-11-24T{start}Z"] * len(values), "Values": list(values)}
    return {"MetricDataResults": [{**result, "StatusCode": "Complete", **more}]}


def asked(spec: MetricSpec, start: str, end: str, **dimensions: str) -> Call:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    metric = {"Namespace": spec.namespace, "MetricName": spec.name, "Dimensions": named}
    period = 60 if spec.statistic == "Sum" else int(spec.over.total_seconds())
    stat = {"Metric": metric, "Period": period, "Stat": spec.statistic}
    window = {"StartTime": f"2026-11-24T{start}Z", "EndTime": f"2026-11-24T{end}Z"}
    params = {"MetricDataQueries": [{"Id": "m0", "MetricStat": stat}], **window}
    return Call("cloudwatch", "GetMetricData", params, spec.region)


def observed(spec: MetricSpec, senses: CloudWatch) -> Observation:
    return PROBE.observe(spec, senses)  # type: ignore[arg-type]


def asks(senses: CloudWatch) -> list[tuple[Call, Any]]:
    return [(call, call.params) for call in senses.asked]


def test_before_the_change_one_window_of_complete_minutes_is_asked_for() -> None:
    senses = CloudWatch(answered("03:01:00", 0.23))
    assert observed(SLOW, senses) == Observation({"now": 0.23, "to": "03:11"})
    assert observed(SLOW, CloudWatch(answered("03:01:00", 0.23))).value == {"now": 0.23, "to": "03:11"}
    call = asked(SLOW, "03:01:00", "03:11:00")
    assert asks(senses) == [(call, call.params)]


def test_the_baseline_is_the_window_that_ended_as_the_change_began_however_often_it_is_asked() -> None:
    for now, start, minutes in (("03:12:30", "03:01:00", 9), ("04:00:00", "03:49:00", 10)):
        senses = CloudWatch(answered(start, 0.31), answered("02:50:00", 0.23), now=now, began="03:01:40")
        assert observed(SLOW, senses).value == {"now": 0.31, "to": senses.asked[0].params["EndTime"][11:16],
                                                "minutes": minutes, "was": 0.23}  # fmt: skip
        assert asks(senses)[1][1] == asked(SLOW, "02:50:00", "03:00:00").params


def test_without_a_comparison_nothing_is_asked_of_the_time_before() -> None:
    senses = CloudWatch(answered("03:06:00", 3), began="03:09:00")
    assert observed(ERRORS, senses).value == {"now": 3, "to": "03:11", "minutes": 2}
    assert len(senses.asked) == 1


@pytest.mark.parametrize(
    ("now", "since", "wait"),
    [
        ("03:12:30", "03:12:30", timedelta(minutes=6, seconds=30)),
        ("03:18:59", "03:12:30", timedelta(seconds=1)),
        ("03:12:00", "03:12:00", timedelta(minutes=6)),
    ],
)
def test_what_follows_a_change_is_not_judged_by_what_was_before_it(now: str, since: str, wait: timedelta) -> None:
    senses = CloudWatch(now=now, since=since, began="03:00:00")
    with pytest.raises(TooEarly) as early:
        observed(ERRORS, senses)
    assert (early.value.wait, senses.asked) == (wait, [])
    ripe = CloudWatch(
        answered("03:13:00", 3) if since != now or since == "03:12:30" else answered("03:12:00", 3), since=since
    )
    ripe.clock[0] = at(now) + wait
    assert observed(ERRORS, ripe).value["now"] == 3


@pytest.mark.parametrize(
    ("target", "dimension"),
    [("loadbalancer/app/rentals/50dc", "app/rentals/50dc"), ("targetgroup/web/1a2b", "targetgroup/web/1a2b")],
)
def test_a_resource_of_the_plan_is_spelled_as_its_dimension_is(target: str, dimension: str) -> None:
    senses = CloudWatch(answered("03:06:00", 3))
    spec = replace(ERRORS, dimensions={"LoadBalancer": RefValue(Target("load-balancer", target)), "Zone": "a"})
    assert observed(spec, senses).error == ""
    assert asks(senses)[0][1] == asked(ERRORS, "03:06:00", "03:11:00", LoadBalancer=dimension, Zone="a").params


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (CannotAsk("the credentials have expired"), "the credentials have expired"),
        (answered("03:06:00", StatusCode="InternalError"), "CloudWatch answered InternalError"),
        (
            answered("03:06:00", StatusCode="Forbidden", Messages=[{"Code": "x", "Value": "not that account"}]),
            "CloudWatch answered Forbidden: not that account",
        ),
        (answered("03:06:00", 3, StatusCode="PartialData"), "CloudWatch answered PartialData"),
    ],
)
def test_what_is_not_the_whole_answer_says_nothing_about_production(answer: Any, why: str) -> None:
    assert observed(ERRORS, CloudWatch(answer)) == Observation(error=why)


def test_a_percentile_of_another_window_is_no_answer() -> None:
    error = "CloudWatch cut the window otherwise than it was asked to"
    assert observed(SLOW, CloudWatch(answered("03:00:00", 0.3))) == Observation(error=error)


@pytest.mark.parametrize(
    ("statistic", "answers", "value"),
    [("Sum", [[1, 2, 5]], 8), ("Minimum", [[4, 2, 5]], 2), ("Maximum", [[4, 9, 5]], 9), ("Average", [[4, 2], [1, 3]], 1.5)],
)  # fmt: skip
def test_what_can_be_joined_is_asked_for_by_the_minute(
    statistic: str, answers: list[list[float]], value: float
) -> None:
    results = [
        {"Id": f"m{n}", "Values": values, "Timestamps": [f"2026-11-24T03:0{6 + m}:00Z" for m in range(len(values))]}
        for n, values in enumerate(answers)
    ]
    senses = CloudWatch({"MetricDataResults": results})
    assert observed(replace(ERRORS, statistic=statistic), senses).value["now"] == value
    queries = [query["MetricStat"] for query in senses.asked[0].params["MetricDataQueries"]]
    assert {query["Period"] for query in queries} == {60}
    assert [query["Stat"] for query in queries] == (["Sum", "SampleCount"] if statistic == "Average" else [statistic])


def test_a_resource_that_is_not_there_cannot_be_asked_about() -> None:
    spec = replace(ERRORS, dimensions={"LoadBalancer": RefValue(Target("load-balancer", "nobody"))})
    assert observed(spec, CloudWatch()) == Observation(error="there is no load-balancer/nobody")


def test_an_answer_of_several_pages_is_one_answer() -> None:
    pages = {"MetricDataResults": [{"Id": "m0", "Timestamps": [], "Values": [], "StatusCode": "PartialData"},
                                   *answered("03:06:00", 3)["MetricDataResults"]]}  # fmt: skip
    assert observed(ERRORS, CloudWatch(pages)).value["now"] == 3
    assert observed(ERRORS, CloudWatch({"MetricDataResults": []})).value["now"] is None


# What it makes of the numbers

P99 = "the p99 of TargetResponseTime over 10m"
SUM = "the sum of HTTPCode_Target_5XX_Count over 5m"
PASSED, FAILED, NO_DATA = Verdict.PASSED, Verdict.FAILED, Verdict.NO_DATA


@pytest.mark.parametrize(
    ("spec", "seen", "verdict", "says"),
    [
        (ERRORS, {"now": 3}, PASSED, f"{SUM} is 3, below 10"),
        (ERRORS, {"now": 10.0}, FAILED, f"{SUM} is 10, not below 10"),
        (ERRORS, {"now": 12345.5}, FAILED, f"{SUM} is 12,346, not below 10"),
        (replace(ERRORS, below=None, above=1), {"now": 1}, FAILED, f"{SUM} is 1, not above 1"),
        (replace(ERRORS, above=1), {"now": 9.99999}, PASSED, f"{SUM} is 9.99999, below 10 and above 1"),
        (ERRORS, {"now": None, "to": "03:11"}, NO_DATA, f"{SUM} has no data, up to 03:11 UTC"),
        (replace(ERRORS, missing=0), {"now": None}, PASSED, f"{SUM} is 0, below 10"),
        (ERRORS, None, NO_DATA, f"{SUM} has no data, up to now UTC"),
        (SLOW, {"now": 0.23}, PASSED, f"{P99} is 0.23: the baseline"),
        (SLOW, {"now": None, "to": "03:11"}, NO_DATA, f"{P99} has no data, up to 03:11 UTC"),
        (SLOW, {"now": 0.25, "was": 0.23}, PASSED,
         f"{P99} is 0.25: it was 0.23 before the change, and may rise 20 %, to 0.276"),
        (SLOW, {"now": 0.31, "was": 0.23}, FAILED,
         f"{P99} is 0.31, more than 0.276: it was 0.23 before the change, and may rise 20 %"),
        (SLOW, {"now": 0.01, "was": 0.23}, PASSED,
         f"{P99} is 0.01: it was 0.23 before the change, and may rise 20 %, to 0.276"),
        (SLOW, {"now": 0.31, "was": None}, NO_DATA,
         f"{P99} is 0.31, and had no data before the change to compare it with"),
        (replace(SLOW, below=0.3), {"now": 0.31, "was": None}, FAILED, f"{P99} is 0.31, not below 0.3"),
        (SLOW, {"now": 0, "was": 0}, PASSED, f"{P99} is 0: it was 0 before the change, and may rise 20 %, to 0"),
        (SLOW, {"now": 1, "was": 0}, FAILED,
         f"{P99} is 1, more than 0: it was 0 before the change, and may rise 20 %, which of nothing is nothing"),
        (replace(SLOW, may_rise=Allowance(20, 5)), {"now": 4, "was": 0}, PASSED,
         f"{P99} is 4: it was 0 before the change, and may rise 20 % or 5, to 5"),
        (replace(SLOW, may_rise=Allowance(20, 5)), {"now": 119, "was": 100}, PASSED,
         f"{P99} is 119: it was 100 before the change, and may rise 20 % or 5, to 120"),
        (replace(SLOW, may_rise=Allowance()), {"now": 2, "was": 1}, FAILED,
         f"{P99} is 2, more than 1: it was 1 before the change, and may rise not at all"),
        (replace(SLOW, may_rise=None, may_fall=Allowance(50)), {"now": 40, "was": 100}, FAILED,
         f"{P99} is 40, less than 50: it was 100 before the change, and may fall 50 %"),
        (replace(SLOW, may_rise=Allowance(10), may_fall=Allowance(10)), {"now": -10.5, "was": -10}, PASSED,
         f"{P99} is -10.5: it was -10 before the change, and may rise 10 %, to -9 and fall 10 %, to -11"),
        (replace(SLOW, missing=0), {"now": 7, "was": None}, FAILED,
         f"{P99} is 7, more than 0: it was 0 before the change, and may rise 20 %, which of nothing is nothing"),
        (ERRORS, {"now": 3, "minutes": 2}, PASSED, f"{SUM} is 3, below 10 (of these, 2m are since the change began)"),
        (ERRORS, {"now": 3, "minutes": 0}, PASSED, f"{SUM} is 3, below 10 (all of it before the change began)"),
        (ERRORS, {"now": 3, "minutes": 5}, PASSED, f"{SUM} is 3, below 10"),
    ],
)  # fmt: skip
def test_numbers_are_judged_with_both_in_the_sentence(spec: MetricSpec, seen: Any, verdict: Verdict, says: str) -> None:
    assert PROBE.judge(spec, Observation(seen)) == Judgement(verdict, says)


def test_what_could_not_be_asked_is_an_error_in_one_line() -> None:
    seen = Observation(error="no\x1b[2J\nnetwork")
    assert PROBE.judge(ERRORS, seen) == Judgement(Verdict.ERROR, f"{SUM} could not be asked: no network")


def test_a_check_says_what_it_tests() -> None:
    both = replace(SLOW, above=1, may_fall=Allowance(amount=3))
    assert PROBE.says(ERRORS) == f"{SUM} is below 10"
    assert PROBE.says(both) == f"{P99} is above 1 and may rise 20 % and may fall 3"


# Against something that keeps metrics


@pytest.mark.parametrize(
    ("statistic", "value"), [("Sum", 14), ("Average", 3.5), ("Minimum", 1), ("Maximum", 8), ("SampleCount", 4)]
)
def test_a_real_cloudwatch_is_understood(emulator: Emulator, statistic: str, value: float) -> None:
    cloudwatch = emulator.client("cloudwatch")
    end = (datetime.now(UTC) - timedelta(minutes=1)).replace(second=0, microsecond=0)
    told = [(end - timedelta(minutes=minutes), each) for minutes, each in ((5, 1), (3, 2), (2, 3), (1, 8))]
    told += [(end - timedelta(minutes=6), 100), (end, 100), (end - timedelta(minutes=2), 50)]
    for number, (when, each) in enumerate(told):
        shop = {"Name": "Shop", "Value": "other" if number == 6 else "rentals"}
        datum = {"MetricName": "Orders", "Timestamp": when, "Value": each, "Dimensions": [shop]}
        cloudwatch.put_metric_data(Namespace="Unicorn", MetricData=[datum])

    senses = CloudWatch()
    senses.aws = lambda call: answer_json(cloudwatch.get_metric_data(**call.params))  # type: ignore[method-assign]
    senses.clock = [end + timedelta(seconds=100), None, None]
    spec = MetricSpec("Unicorn", "Orders", statistic, M5, {"Shop": "rentals"}, below=1000)
    assert observed(spec, senses).value == {"now": value, "to": f"{end:%H:%M}"}
    assert observed(replace(spec, name="Nothing"), senses).value["now"] is None
