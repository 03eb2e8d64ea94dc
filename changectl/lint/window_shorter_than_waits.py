"""A window that ends before the plan itself has waited and soaked."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.patience import spelled
from changectl.engine.waits import waits
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`duration`, where the waits and the soak alone are longer."""
    if plan.when.duration is None:
        return
    length, needed = int(plan.when.duration.total_seconds()), waits(plan, known)
    if length < needed.least:
        sentence = f"the window is {spelled(length)}, and the plan waits {spelled(needed.least)} by itself"
        parts = f"its steps wait {spelled(needed.steps)}, the soak is {spelled(needed.soak)}"
        yield Finding(sentence, at(root, "when", "duration").span, f"{parts}; the way back comes on top")


RULE = LintRule(
    id="CHG527",
    key="window-shorter-than-waits",
    title="A window holds the plan's own waits",
    why="The duration is what people were promised, soak and way back included. This one is over before the change can be.",
    bad="when: {duration: 5m}\ntest:\n  during: [{alarm: rentals-5xx}]\n  after: [{alarm: rentals-5xx}]\n  soak: 10m",
    good="when: {duration: 30m}\ntest:\n  during: [{alarm: rentals-5xx}]\n  after: [{alarm: rentals-5xx}]\n  soak: 10m",
    severity=Severity.ERROR,
    find=find,
)
