"""High risk, and nothing that must be green before it starts."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan, Risk


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`test`, where the risk is high and it has no `before`. An emergency begins in a fire by right."""
    if plan.risk is Risk.HIGH and not plan.test.before and not plan.test.none_because and not plan.emergency:
        sentence = "the risk is high, and nothing must be green before the first step"
        yield Finding(sentence, at(root, "test").span, "add before: so that this is not done on top of a fire")


RULE = LintRule(
    id="CHG534",
    key="high-risk-untested-before",
    title="No change of high risk on top of a fire",
    why="What is red already hides what a change breaks, and is blamed on it. Off where nobody switches it on: a channel that "
    "everybody watches does as well.",
    bad="risk: high\nlead: ana\ntest: [{alarm: rentals-5xx}]",
    good="risk: high\nlead: ana\ntest: {before: [{alarm: rentals-5xx}], after: [{alarm: rentals-5xx}]}",
    severity=Severity.OFF,
    find=find,
)
