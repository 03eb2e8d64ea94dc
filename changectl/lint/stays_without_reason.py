"""A failed change that stays as it is (`auto: false`), and nothing says why."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Auto, Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`auto`, where it is false and neither `cannot_undo` nor `runbook` says more."""
    back_out = plan.back_out
    if back_out.auto_given and back_out.auto is Auto.FALSE and not back_out.cannot_undo and not plan.runbook:
        sentence = "a failed change stays as it is, and nothing says why, or what to do then"
        yield Finding(sentence, at(root, "back_out", "auto").span, "say it in runbook:, or write auto: ask")


RULE = LintRule(
    id="CHG526",
    key="stays-without-reason",
    title="What stays broken has a reason",
    why="With `auto: false` production is left between two states until somebody decides. Whoever that is at night needs to know "
    "why it does not go back, and what to look at.",
    bad="back_out: {auto: false}",
    good="back_out: {auto: false}\nrunbook: Half of the hosts may stay on the new version; roll back only if rentals-5xx rings.",
    severity=Severity.WARNING,
    find=find,
)
