"""A soak in which nothing is watched."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.patience import spelled
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`soak`, where there is no `during`."""
    if plan.test.soak and not plan.test.during:
        length = spelled(int(plan.test.soak.total_seconds()))
        sentence = f"nothing is watched in the {length} of the soak: the tests under after: were made before it"
        yield Finding(sentence, at(root, "test", "soak").span, "add during: with what shall stay green")


RULE = LintRule(
    id="CHG514",
    key="soak-unwatched",
    title="A soak watches something",
    why="During the soak the checks of `during` are asked, and no others. Without them it only waits.",
    bad="test:\n  after: [{alarm: rentals-5xx}]\n  soak: 10m",
    good="test:\n  during: [{alarm: rentals-5xx}]\n  after: [{alarm: rentals-5xx}]\n  soak: 10m",
    severity=Severity.WARNING,
    find=find,
)
