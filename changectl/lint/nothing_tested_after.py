"""A test that looks only at production before the change."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`before`, where it is alone."""
    test = plan.test
    if test.before and not test.after and not test.during:
        node = at(root, "test")
        sentence = "everything is tested before the change, and nothing after it"
        yield Finding(
            sentence, node.keys.get("before", node.span), "add after: with a check that would fail if it did not help"
        )


RULE = LintRule(
    id="CHG513",
    key="nothing-tested-after",
    title="Something is tested after the change",
    why="What is green before a change says nothing of what the change did. Nothing would ever make it go back.",
    bad="test:\n  before: [{alarm: rentals-5xx}]",
    good="test:\n  before: [{alarm: rentals-5xx}]\n  after: [{alarm: rentals-5xx}]",
    severity=Severity.ERROR,
    find=find,
)
