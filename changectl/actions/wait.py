"""Wait: let some time pass, or wait until a check passes."""

from collections.abc import Mapping
from datetime import timedelta

from changectl.contracts.action import Action, Pause, Reading, Sight, Until
from changectl.contracts.kind import ResourceKind
from changectl.model.node import Node
from changectl.model.resource import Body
from changectl.model.text import one_line
from changectl.planfile.durations import some_time
from changectl.planfile.jsonschema_parts import CHECK, SOME_TIME, said
from changectl.planfile.jsonschema_parts import record as members_of
from changectl.planfile.schema import record


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> Pause | Until | None:
    """What a plan says; None after a complaint."""
    node, complaints = members["wait"], reading.complaints
    if not isinstance(node.value, Mapping):
        duration = some_time(node, complaints)
        return None if duration is None else Pause(duration)
    parts = record(node, complaints, ("until", "for"), ("until", "for"))
    if parts is None or len(parts) < 2:
        return None
    check, budget = reading.check(parts["until"]), some_time(parts["for"], complaints)
    return None if check is None or budget is None else Until(check, budget)


def work(spec: Pause | Until, sight: Sight) -> Pause | Until:
    """What was read is the work."""
    return spec


def says(spec: Pause | Until) -> str:
    """What it does, in a few words."""
    match spec:
        case Pause(duration):
            return f"wait {_spelled(duration)}"
        case Until(check, budget):
            return one_line(f"wait until {check.name} passes, {_spelled(budget)} at most")


def _spelled(duration: timedelta) -> str:
    """`1h30m`, as a plan writes it."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors."""
    until = members_of(
        {"until": said(CHECK, "Until this passes."), "for": said(SOME_TIME, "At most.")}, ("until", "for")
    )
    return {
        "properties": {
            "wait": {
                "description": "How long; or until a check passes, and for how long at most.",
                "if": {"type": "object"},
                "then": until,
                "else": SOME_TIME,
            }
        }
    }


ACTION: Action[Pause | Until] = Action(
    key="wait",
    summary="let time pass, or wait until a check passes; it has failed when the time is over and the check did not pass",
    members=(),
    read=read,
    work=work,
    says=says,
    example="""\
- name: Let the connections drain
  wait: 30s
- name: Wait for the new target
  wait:
    until: {http: "https://rentals.example.com/health", expect: 200}
    for: 5m
""",
    schema=schema,
)
