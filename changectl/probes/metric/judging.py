"""What a metric's numbers mean, in one sentence with both numbers and the limit. Pure."""

from collections.abc import Iterator, Mapping
from itertools import chain

from changectl.contracts.probe import Judgement, Observation, Verdict
from changectl.model.resource import Body
from changectl.model.text import one_line
from changectl.probes.metric.numbers import short, spelled
from changectl.probes.metric.spec import Allowance, MetricSpec
from changectl.probes.metric.statistics import spoken


def judge(spec: MetricSpec, seen: Observation) -> Judgement:
    """Every limit must hold. What has no data, now or before the change, cannot be judged by it."""
    about = f"the {spoken(spec.statistic)} of {spec.name} over {short(spec.over)}"
    if seen.error:
        return Judgement(Verdict.ERROR, one_line(f"{about} could not be asked: {seen.error}", 400))
    found = seen.value if isinstance(seen.value, Mapping) else {}
    now = _known(spec, found.get("now"))
    if now is None:
        return Judgement(Verdict.NO_DATA, one_line(f"{about} has no data, up to {found.get('to', 'now')} UTC", 400))
    was = _known(spec, found.get("was")) if "was" in found else None
    wrong = next(chain(_outside(spec, now), _moved(spec, now, was)), "")
    if not wrong and spec.compares and "was" in found and was is None:
        says = f"{about} is {spelled(now)[0]}, and had no data before the change to compare it with"
        return Judgement(Verdict.NO_DATA, one_line(says, 400))
    says = f"{about} {wrong or _right(spec, now, was)}{_dilution(spec, found.get('minutes'))}"
    return Judgement(Verdict.FAILED if wrong else Verdict.PASSED, one_line(says, 400))


def _known(spec: MetricSpec, value: Body) -> float | None:
    return value if isinstance(value, int | float) else spec.missing


def _outside(spec: MetricSpec, now: float) -> Iterator[str]:
    for word, limit, holds in _fixed(spec, now):
        if not holds:
            is_, than = spelled(now, limit)
            yield f"is {is_}, not {word} {than}"


def _fixed(spec: MetricSpec, now: float) -> Iterator[tuple[str, float, bool]]:
    if spec.below is not None:
        yield "below", spec.below, now < spec.below
    if spec.above is not None:
        yield "above", spec.above, now > spec.above


def _moved(spec: MetricSpec, now: float, was: float | None) -> Iterator[str]:
    for word, allowance, sign in _relative(spec):
        if was is not None and (now - was) * sign > allowance.of(was):
            is_, before, limit = spelled(now, was, was + sign * allowance.of(was))
            nothing = ", which of nothing is nothing" if allowance.percent and not allowance.of(was) else ""
            than = "more" if sign > 0 else "less"
            yield f"is {is_}, {than} than {limit}: it was {before} before the change, and may {word} {allowance}{nothing}"


def _relative(spec: MetricSpec) -> Iterator[tuple[str, Allowance, int]]:
    if spec.may_rise is not None:
        yield "rise", spec.may_rise, 1
    if spec.may_fall is not None:
        yield "fall", spec.may_fall, -1


def _right(spec: MetricSpec, now: float, was: float | None) -> str:
    limits = [(word, limit) for word, limit, _ in _fixed(spec, now)]
    is_, *than = spelled(now, *(limit for _, limit in limits))
    held = " and ".join(f"{word} {limit}" for (word, _), limit in zip(limits, than, strict=True))
    within = f"is {is_}{f', {held}' if held else ''}"
    if not spec.compares:
        return within
    if was is None:
        return f"{within}: the baseline"
    ends = [(word, allowance, was + sign * allowance.of(was)) for word, allowance, sign in _relative(spec)]
    before, *limits_ = spelled(was, *(end for _, _, end in ends))
    may = " and ".join(f"{word} {a}, to {end}" for (word, a, _), end in zip(ends, limits_, strict=True))
    return f"{within}: it was {before} before the change, and may {may}"


def _dilution(spec: MetricSpec, minutes: Body) -> str:
    """A window that reaches back before the change says less than it seems to."""
    if not isinstance(minutes, int) or minutes * 60 >= spec.over.total_seconds():
        return ""
    return f" (of these, {minutes}m are since the change began)" if minutes else " (all of it before the change began)"


def says(spec: MetricSpec) -> str:
    """What it tests, in a few words."""
    limits = [f"is {word} {spelled(limit)[0]}" for word, limit, _ in _fixed(spec, 0)]
    limits += [f"may {word} {allowance}" for word, allowance, _ in _relative(spec)]
    return one_line(f"the {spoken(spec.statistic)} of {spec.name} over {short(spec.over)} {' and '.join(limits)}")
