"""A watch that nobody listens to: every check of `during` is expected red."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The first check of `during`, where all are excused."""
    during = plan.test.during
    if during and all(check.expect_red for check in during):
        sentence = "every check during the change may be red, so that none of them stops it"
        yield Finding(sentence, during[0].span, "watch something that is green now and would not be if this went wrong")


RULE = LintRule(
    id="CHG512",
    key="watch-excused",
    title="Some watch can stop the change",
    why="`expect: red` excuses a check that is known to fail. Where all of them are excused, nothing is watched.",
    bad="test:\n  during: [{alarm: rentals-5xx, expect: red}]\n  after: [{alarm: rentals-5xx}]\n  soak: 10m",
    good="test:\n  during: [{alarm: rentals-latency}, {alarm: rentals-5xx, expect: red}]\n  after: [{alarm: rentals-5xx}]\n"
    "  soak: 10m",
    severity=Severity.WARNING,
    find=find,
)
