"""A call that no kind knows, and that the plan does not allow, or has no undo for."""

from collections.abc import Iterable

from changectl.aws.reads import is_read
from changectl.contracts.action import Send
from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import Outlook, is_allowed, outlooks
from changectl.model.node import Node, Span
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each call that the gate would refuse. One that only reads has a complaint of its own."""
    told = outlooks(plan, known)
    for number, step in enumerate(plan.steps):
        place = at(root, "steps", number, "call")
        yield from _judged(plan, told[step.id], place, place.span)
        for undo in step.undo:
            yield from _judged(plan, told[undo.id], None, undo.span)
    for step in plan.back_out.steps:
        yield from _judged(plan, told[step.id], None, step.span)


def _judged(plan: Plan, outlook: Outlook, forward: Node | None, place: Span) -> Iterable[Finding]:
    """`forward`: where the plan names the operation, for a step that needs an undo besides."""
    work = outlook.work
    if not outlook.unknown or not isinstance(work, Send) or is_read(work.call.service, work.call.operation):
        return
    said = str(forward.value) if forward is not None and isinstance(forward.value, str) else outlook.unknown
    if not is_allowed(plan, outlook.unknown):
        undo = " and give the step an undo:" if forward is not None and not outlook.step.undo else ""
        help_ = f"if it must be, add allow: [{said}]{undo}"
        yield Finding(f"no kind knows what {said} changes here, and the plan does not allow it", place, help_)
    elif forward is not None and not outlook.step.undo:
        yield Finding(
            f"no kind knows what {said} changes here, and the step has no undo", place, "give the step an undo:"
        )


_CALL = """\
steps:
  - name: Quiet the latency alarm
    call: cloudwatch.disable_alarm_actions
    with: {AlarmNames: [rentals-latency]}
"""
_UNDO = """\
    undo:
      call: cloudwatch.enable_alarm_actions
      with: {AlarmNames: [rentals-latency]}
allow: [cloudwatch.disable_alarm_actions, cloudwatch.enable_alarm_actions]
"""

RULE = LintRule(
    id="CHG524",
    key="unknown-operation",
    title="A call that no kind knows is allowed, and has an undo",
    why="What no kind knows cannot be put back from a snapshot. The gate refuses such a call unless the plan names it under "
    "`allow` and says itself how it is undone; here it is told before anybody approves it.",
    bad=_CALL,
    good=f"{_CALL}{_UNDO}",
    severity=Severity.ERROR,
    find=find,
)
