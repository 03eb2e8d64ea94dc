"""A metric check as a plan writes it."""

import re
from collections.abc import Mapping
from datetime import timedelta

from changectl.contracts.action import Reading
from changectl.model.node import Complaints, Node
from changectl.model.values import RefValue
from changectl.planfile.durations import some_time
from changectl.planfile.patterns import region
from changectl.planfile.schema import line, mapping, member, number, record, written
from changectl.planfile.typed import typed
from changectl.planfile.words import described, quoted
from changectl.probes.metric.spec import Allowance, MetricSpec
from changectl.probes.metric.statistics import is_statistic, meant

LIMITS = ("below", "above", "may_rise", "may_fall")
MEMBERS = ("dimensions", "statistic", "over", *LIMITS, "missing", "region")
LONGEST = timedelta(days=1)
MOST_DIMENSIONS = 30

_ALLOWANCE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?%(?: or (\d{1,15}(?:\.\d{1,10})?))?", re.ASCII)


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> MetricSpec | None:
    """What a plan says; None after a complaint."""
    complaints = reading.complaints
    before = len(complaints.found)
    for name, why in (("statistic", "Sum, Average, p99 …?"), ("over", "over how long, such as 5m?")):
        if name not in members:
            complaints.add("CHG105", f"{quoted(name)} is missing: {why}", at)
    metric = _metric(members["metric"], complaints)
    statistic = member(members, "statistic", _statistic, complaints, "")
    over = member(members, "over", _window, complaints, timedelta(0))
    limits = _limits(members, at, complaints)
    nothing: Mapping[str, str | RefValue] = {}
    dimensions = member(members, "dimensions", _dimensions, complaints, nothing)
    missing = member(members, "missing", number, complaints, None)
    where = member(members, "region", region, complaints, "")
    if metric is None or len(complaints.found) > before:
        return None
    below, above, rise, fall = limits
    return MetricSpec(*metric, statistic, over, dimensions, below, above, rise, fall, missing, where)


def _metric(node: Node, complaints: Complaints) -> tuple[str, str] | None:
    if isinstance(node.value, Mapping):
        parts = record(node, complaints, ("namespace", "name"), ("namespace", "name")) or {}
        names = tuple(line(parts[part], complaints) or "" for part in ("namespace", "name") if part in parts)
        namespace, name = names if len(names) == 2 else ("", "")
    else:
        text = line(node, complaints)
        if text is None:
            return None
        namespace, _, name = text.partition(" ")
        if not name:
            help_ = "write it like AWS/ApplicationELB TargetResponseTime; or {namespace: …, name: …}"
            complaints.add("CHG213", "a metric is its namespace, a space, and its name", node, help_)
    for text in filter(None, (namespace, name)):
        if len(text) > 255 or not text.isascii() or text.startswith(":"):
            complaints.add("CHG213", "a namespace and a name have at most 255 ASCII characters", node)
    return (namespace, name.strip()) if namespace and name else None


def _statistic(node: Node, complaints: Complaints) -> str | None:
    text = line(node, complaints)
    if text is None or is_statistic(text):
        return text
    near = meant(text)
    help_ = f'did you mean "{near}"?' if near else "Sum, Average, Minimum, Maximum, SampleCount, or such as p99, tm90"
    complaints.add("CHG213", f"CloudWatch has no statistic {quoted(text)}", node, help_)
    return None


def _window(node: Node, complaints: Complaints) -> timedelta | None:
    window = some_time(node, complaints)
    if window is not None and (window % timedelta(minutes=1) or window > LONGEST):
        complaints.add("CHG213", f"a window is whole minutes, one day at most, and here is {described(node)}", node)
        return None
    return window


def _dimensions(node: Node, complaints: Complaints) -> Mapping[str, str | RefValue] | None:
    members = mapping(node, complaints)
    if members is None:
        return None
    if len(members) > MOST_DIMENSIONS:
        complaints.add("CHG213", f"a metric has at most {MOST_DIMENSIONS} dimensions", node)
    values = {name: _dimension(child, complaints) for name, child in members.items()}
    return {name: value for name, value in values.items() if value is not None}


def _dimension(node: Node, complaints: Complaints) -> str | RefValue | None:
    if not isinstance(node.value, Mapping):
        text = line(node, complaints)
        if text is not None and (len(text) > 1024 or not text.isascii()):
            complaints.add("CHG213", "the value of a dimension has at most 1,024 ASCII characters", node)
        return text
    value = typed(node, complaints)
    if isinstance(value, RefValue):
        return value
    complaints.add("CHG213", "a dimension is a text or a $ref", node, "write it like {$ref: load-balancer/rentals}")
    return None


Limits = tuple[float | None, float | None, Allowance | None, Allowance | None]


def _limits(members: Mapping[str, Node], at: Node, complaints: Complaints) -> Limits:
    if not any(limit in members for limit in LIMITS):
        help_ = "add below:, above:, may_rise: or may_fall:, such as may_rise: 20%"
        complaints.add("CHG214", "nothing is expected of the metric", at, help_)
    below = member(members, "below", number, complaints, None)
    above = member(members, "above", number, complaints, None)
    if below is not None and above is not None and above >= below:
        complaints.add("CHG214", f"nothing is above {above:g} and below {below:g}", members["above"])
    rise = member(members, "may_rise", _allowance, complaints, None)
    return below, above, rise, member(members, "may_fall", _allowance, complaints, None)


def _allowance(node: Node, complaints: Complaints) -> Allowance | None:
    if found := _ALLOWANCE.fullmatch(written(node) or ""):
        return Allowance(float(found[1]), float(found[2] or 0))
    amount = node.value
    if isinstance(amount, int | float) and not isinstance(amount, bool) and amount >= 0:
        return Allowance(amount=amount)
    help_ = "write it like 20%, 5, or 20% or 5"
    complaints.add("CHG214", f"a share or an amount is wanted, and here is {described(node)}", node, help_)
    return None
