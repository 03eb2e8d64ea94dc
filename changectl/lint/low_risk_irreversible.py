"""Low risk, and a step that nothing can undo."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import forward
from changectl.model.node import Node
from changectl.model.plan import Plan, Risk
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`risk`, where it is low and the first such step says otherwise."""
    lost = next((each for each in forward(plan, known) if each.is_lost), None) if plan.risk is Risk.LOW else None
    if lost is not None:
        sentence = f"the risk is low, and nothing brings back what {quoted(lost.step.name)} does"
        yield Finding(sentence, at(root, "risk").span, "risk: medium or high decides how many approve it")


_DELETE = """\
steps:
  - name: Delete the old group
    call: ec2.delete_security_group
    with: {GroupId: sg-0a1b2c3d4e5f6a7b8}
back_out: {auto: true, cannot_undo: The group itself; one made anew has another id.}
"""

RULE = LintRule(
    id="CHG523",
    key="low-risk-irreversible",
    title="What cannot be undone is no low risk",
    why="The risk decides how many people look. One who is told that it is low looks for half a minute.",
    bad=f"{_DELETE}risk: low",
    good=f"{_DELETE}risk: medium",
    severity=Severity.WARNING,
    find=find,
)
