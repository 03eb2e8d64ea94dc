"""A step that nothing can undo, in a plan that does not say so."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import forward, outlooks
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each such step. Steps of the back-out may be its way back; a plan that has none says why."""
    back_out = plan.back_out
    if back_out.none_because or not says_nothing(back_out.cannot_undo):
        return
    told = outlooks(plan, known)
    if any(not told[step.id].is_waiting for step in back_out.steps):
        return
    for number, outlook in enumerate(forward(plan, known)):
        if outlook.is_lost:
            sentence = f"nothing brings back what {quoted(outlook.step.name)} does: {outlook.lost}"
            help_ = "say in back_out: cannot_undo: what is gone for good, or give the step an undo:"
            yield Finding(sentence, at(root, "steps", number, "call").span, help_)


_DELETE = """\
steps:
  - name: Delete the old group
    call: ec2.delete_security_group
    with: {GroupId: sg-0a1b2c3d4e5f6a7b8}
"""

RULE = LintRule(
    id="CHG520",
    key="no-way-back",
    title="What cannot be undone is said",
    why="Whoever approves a plan that says `snapshot` believes that it comes back. What does not come back is said in the plan, "
    "before the step and not after it.",
    bad=f"risk: medium\n{_DELETE}back_out: snapshot",
    good=f"risk: medium\n{_DELETE}back_out: {{auto: true, cannot_undo: The group itself; one made anew has another id.}}",
    severity=Severity.ERROR,
    find=find,
)
