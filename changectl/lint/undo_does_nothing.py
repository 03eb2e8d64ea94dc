"""An undo in name only: it waits, or does once more what its step did."""

from collections.abc import Iterable

from changectl.contracts.action import Pause
from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import outlooks
from changectl.model.node import Node
from changectl.model.plan import Plan, Step
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The undo of each step that it does not undo. To wait until something is so may be one: AWS takes back some itself."""
    told = outlooks(plan, known)
    for number, step in enumerate(plan.steps):
        if not step.undo:
            continue
        node = at(root, "steps", number)
        place = node.keys.get("undo", step.span)
        if all(isinstance(told[undo.id].work, Pause) for undo in step.undo):
            yield Finding(f"the undo of {quoted(step.name)} only waits", place, "write the step that takes it back")
        elif any(_same(step, undo) for undo in step.undo) and not told[step.id].is_waiting:
            yield Finding(f"the undo of {quoted(step.name)} does the same once more", place, "write what it was before")


def _same(step: Step, undo: Step) -> bool:
    return (step.action, step.region, step.spec) == (undo.action, undo.region, undo.spec)


_CALL = """\
allow: [cloudwatch.disable_alarm_actions, cloudwatch.enable_alarm_actions]
steps:
  - name: Quiet the latency alarm
    call: cloudwatch.disable_alarm_actions
    with: {AlarmNames: [rentals-latency]}
    undo:
"""

RULE = LintRule(
    id="CHG519",
    key="undo-does-nothing",
    title="An undo undoes",
    why="A step with an undo counts as one that comes back, and it is the undo alone that brings back what no kind knows.",
    bad=f"{_CALL}      wait: 10s",
    good=f"{_CALL}      call: cloudwatch.enable_alarm_actions\n      with: {{AlarmNames: [rentals-latency]}}",
    severity=Severity.ERROR,
    find=find,
)
