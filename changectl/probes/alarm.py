"""A CloudWatch alarm is OK. One without data, and one that does not exist, is no data."""

from collections.abc import Mapping

from changectl.contracts.action import Reading
from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import CannotAsk, Judgement, Observation, Probe, Senses, Verdict
from changectl.model.frozen import dataclass
from changectl.model.node import Node
from changectl.model.resource import Body, Call
from changectl.model.text import one_line
from changectl.planfile.jsonschema_parts import LINE, REGION, said
from changectl.planfile.patterns import region
from changectl.planfile.schema import line, member


@dataclass(frozen=True, slots=True)
class AlarmSpec:
    """Which alarm, metric or composite; in the plan's region where none is said."""

    name: str
    region: str = ""


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> AlarmSpec | None:
    """What a plan says; None after a complaint."""
    name = line(members["alarm"], reading.complaints)
    return None if name is None else AlarmSpec(name, member(members, "region", region, reading.complaints, ""))


def observe(spec: AlarmSpec, senses: Senses) -> Observation:
    """The alarm's state and the reason that CloudWatch gives; None where there is no such alarm."""
    params = {"AlarmNames": [spec.name], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    try:
        answer = senses.aws(Call("cloudwatch", "DescribeAlarms", params, spec.region))
    except CannotAsk as why:
        return Observation(error=str(why))
    for alarm in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
        if alarm["AlarmName"] == spec.name:
            return Observation({"state": alarm["StateValue"], "reason": alarm.get("StateReason", "")})
    return Observation(None)


def judge(spec: AlarmSpec, seen: Observation) -> Judgement:
    """OK passes, ALARM fails, everything else is no data."""
    if seen.error:
        return Judgement(Verdict.ERROR, one_line(f"the alarm {spec.name} could not be asked: {seen.error}"))
    match seen.value:
        case None:
            return Judgement(Verdict.NO_DATA, one_line(f"there is no alarm named {spec.name}"))
        case {"state": "OK"}:
            return Judgement(Verdict.PASSED, one_line(f"the alarm {spec.name} is OK"))
        case {"state": "ALARM", "reason": why}:
            return Judgement(Verdict.FAILED, one_line(f"the alarm {spec.name} is in ALARM: {why}"))
        case _:
            return Judgement(Verdict.NO_DATA, one_line(f"the alarm {spec.name} has no data"))


def says(spec: AlarmSpec) -> str:
    """What it tests, in a few words."""
    return one_line(f"the alarm {spec.name} is OK")


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors."""
    return {
        "properties": {
            "alarm": said(LINE, "The name of a CloudWatch alarm that is OK."),
            "region": said(REGION, "Its region, where that is not the plan's."),
        }
    }


PROBE = Probe(
    key="alarm",
    summary="a CloudWatch alarm, metric or composite, is OK",
    members=("region",),
    read=read,
    observe=observe,
    judge=judge,
    says=says,
    example="""\
- alarm: rentals-5xx
  region: us-east-1      # the plan's where it is not said
""",
    schema=schema,
)
