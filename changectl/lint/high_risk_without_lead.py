"""High risk, and nobody who drives."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan, Risk


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`risk`, where it is high and there is no `lead`."""
    if plan.risk is Risk.HIGH and not plan.lead:
        yield Finding(
            "the risk is high, and nobody leads the change", at(root, "risk").span, "add lead: with one person's name"
        )


RULE = LintRule(
    id="CHG533",
    key="high-risk-without-lead",
    title="A change of high risk is led by somebody",
    why="When something goes wrong one person decides, and everybody should know who, before it starts.",
    bad="risk: high",
    good="risk: high\nlead: ana",
    severity=Severity.WARNING,
    find=find,
)
