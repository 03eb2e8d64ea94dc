"""A window that is over."""

from collections.abc import Iterable
from datetime import timedelta

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan

_DAY = timedelta(days=1)


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`start`, where the window has ended and the change has not; without a duration, a day later."""
    start = plan.when.start
    if start is None or known.ended:
        return
    if start + (plan.when.duration or _DAY) < known.now:
        ago = (known.now - start).days
        when = f"{ago} days ago" if ago > 1 else "yesterday" if ago else "today"
        yield Finding(
            f"the window began {when}, and is over", at(root, "when", "start").span, "move the start, or take when: out"
        )


RULE = LintRule(
    id="CHG529",
    key="window-past",
    title="A window is not over",
    why="An apply is refused when the window has passed. A plan that waits for a review must move with it.",
    bad="when: {start: 2020-11-24 03:00 Pacific/Auckland, duration: 45m}",
    good="when: {start: 2099-11-24 03:00 Pacific/Auckland, duration: 45m}",
    severity=Severity.WARNING,
    find=find,
)
