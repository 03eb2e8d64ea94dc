"""One statistic over a window of whole minutes, as CloudWatch gives it: now, and before the change.

CloudWatch's data comes late: what a service tells of a minute arrives a minute or so after it. A window therefore ends
at the last minute that has been over for LATE. Sums and the like are asked for minute by minute and joined; a p99 cannot
be joined, and is asked for with the window as its period, which CloudWatch counts from the start that it was given.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from changectl.contracts.probe import CannotAsk, Observation, Senses, TooEarly
from changectl.errors import ChangectlError
from changectl.model.resource import Call
from changectl.probes.metric.spec import MetricSpec

MINUTE = timedelta(minutes=1)
LATE = timedelta(minutes=1)
"""How long a minute must be over before it is believed to be complete."""


def observe(spec: MetricSpec, senses: Senses) -> Observation:
    """The statistic over the window that ends now and, where it is compared, over the one that ended as the change began.

    Where production is judged from some moment on, that moment stands before the window; TooEarly until it can.
    """
    time, began, since = senses.time(), senses.began(), senses.since()
    end = last_minute(time)
    if since is not None and end - spec.over < since:
        raise TooEarly(_ripe_at(since, spec.over) - time)
    try:
        dimensions = [{"Name": name, "Value": value} for name, value in _dimensions(spec, senses)]
        seen = {"now": _statistic(spec, dimensions, end, senses), "to": f"{end:%H:%M}"}
        if began is not None:
            seen["minutes"] = max(0, (end - max(began, end - spec.over)) // MINUTE)
            if spec.compares:
                seen["was"] = _statistic(spec, dimensions, last_minute(began), senses)
    except (CannotAsk, ChangectlError) as why:
        return Observation(error=str(why))
    return Observation(seen)


def last_minute(time: datetime) -> datetime:
    """The end of the last minute that CloudWatch can be believed to know all of."""
    return (time - LATE).replace(second=0, microsecond=0)


def _ripe_at(since: datetime, over: timedelta) -> datetime:
    """When a window is complete that begins no earlier than this."""
    start = since.replace(second=0, microsecond=0)
    return (start if start == since else start + MINUTE) + over + LATE


def _dimensions(spec: MetricSpec, senses: Senses) -> Iterator[tuple[str, str]]:
    for name, value in spec.dimensions.items():
        yield name, value if isinstance(value, str) else _final_portion(senses.ref(value.target).id[-1])


def _final_portion(resource: str) -> str:
    """An id as dimensions spell it: of a load balancer or a target group "the final portion of the ARN".

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    if not resource.startswith("arn:") or ":elasticloadbalancing:" not in resource:
        return resource
    return resource.split(":", 5)[-1].removeprefix("loadbalancer/")


def _statistic(spec: MetricSpec, dimensions: list[dict[str, str]], end: datetime, senses: Senses) -> float | None:
    """The one value; None where there is no data. Raises CannotAsk where that is not all that was asked for."""
    start, parts = end - spec.over, PARTS.get(spec.statistic, ())
    metric = {"Namespace": spec.namespace, "MetricName": spec.name, "Dimensions": dimensions}
    period = int((MINUTE if parts else spec.over).total_seconds())
    stats = [{"Metric": metric, "Period": period, "Stat": part} for part in parts or (spec.statistic,)]
    params = {
        "MetricDataQueries": [{"Id": f"m{number}", "MetricStat": stat} for number, stat in enumerate(stats)],
        "StartTime": _spelled(start),
        "EndTime": _spelled(end),
    }
    answer = senses.aws(Call("cloudwatch", "GetMetricData", params, spec.region))
    series = [_points(answer, f"m{number}") for number in range(len(stats))]
    if not all(series):
        return None
    if not parts:
        if list(series[0]) != [start]:
            raise CannotAsk("CloudWatch cut the window otherwise than it was asked to")
        return series[0][start]
    return JOINED[spec.statistic]([list(points.values()) for points in series])


PARTS = {
    "Sum": ("Sum",),
    "SampleCount": ("SampleCount",),
    "Minimum": ("Minimum",),
    "Maximum": ("Maximum",),
    "Average": ("Sum", "SampleCount"),
}
JOINED: Mapping[str, Callable[[list[list[float]]], float]] = {
    "Sum": lambda series: sum(series[0]),
    "SampleCount": lambda series: sum(series[0]),
    "Minimum": lambda series: min(series[0]),
    "Maximum": lambda series: max(series[0]),
    "Average": lambda series: sum(series[0]) / (sum(series[1]) or 1),
}


def _points(answer: Mapping[str, Any], query: str) -> dict[datetime, float]:
    """What one query found, by time. Raises CannotAsk where CloudWatch says that this is not all."""
    results = [result for result in answer.get("MetricDataResults", ()) if result.get("Id") == query]
    if results and (status := results[-1].get("StatusCode", "Complete")) != "Complete":
        told = (message.get("Value", "") for part in (*results, answer) for message in part.get("Messages", ()))
        raise CannotAsk(": ".join(filter(None, (f"CloudWatch answered {status}", next(told, "")))))
    pairs = (pair for part in results for pair in zip(part["Timestamps"], part["Values"], strict=True))
    return {datetime.fromisoformat(at): float(value) for at, value in pairs}


def _spelled(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
