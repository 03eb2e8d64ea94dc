"""Tests that only read back what the plan has set."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.model.bodies import targets_in
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The first test after the change, where all of them look at a resource that a step sets."""
    after = plan.test.after
    if not after or plan.test.during or any(check.probe != "facet" for check in after):
        return
    changed = {target for step in plan.steps if step.action == "set" for target in targets_in(step.spec)}
    if all(check.spec.target in changed for check in after):
        sentence = (
            "these tests show that AWS kept what was set, which is read again in any case, and not that it helped"
        )
        yield Finding(sentence, after[0].span, "add an alarm, a metric or a page that those who use it depend on")


RULE = LintRule(
    id="CHG517",
    key="only-read-back",
    title="A test looks further than at what was set",
    why="changectl reads production again before it calls a change applied. A test earns its place by what it sees beyond "
    "that. Off where nobody switches it on: of some settings nothing else can be seen.",
    bad="steps:\n  - name: Protect the bookings\n    set: table/bookings\n    change: {protection: {from: null, to: true}}\n"
    "test:\n  - facet: table/bookings protection\n    expect: true",
    good="steps:\n  - name: Protect the bookings\n    set: table/bookings\n    change: {protection: {from: null, to: true}}\n"
    "test:\n  - alarm: rentals-5xx",
    severity=Severity.OFF,
    find=find,
)
