"""A window of days for a change of minutes."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.patience import spelled
from changectl.engine.waits import waits
from changectl.model.node import Node
from changectl.model.plan import Plan

_DAY = 24 * 60 * 60


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`duration`, where a day of it would be left over."""
    if plan.when.duration is None:
        return
    length, needed = int(plan.when.duration.total_seconds()), waits(plan, known)
    if length - needed.most > _DAY:
        sentence = f"the window is {spelled(length)}, and the plan waits {spelled(needed.most)} at the most"
        yield Finding(sentence, at(root, "when", "duration").span, "name the hours in which somebody watches")


RULE = LintRule(
    id="CHG530",
    key="window-too-long",
    title="A window is when somebody watches",
    why="A window of days means that nobody knows when it happens: not those who are told, and not those who might be asked.",
    bad="when: {duration: 5d}",
    good="when: {duration: 2h}",
    severity=Severity.WARNING,
    find=find,
)
