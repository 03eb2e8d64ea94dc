"""A watch over a change that is over at once: `during` is asked a single time."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import forward
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`during`, where one step is all there is, and no soak."""
    if plan.test.during and not plan.test.soak and len(plan.steps) == 1 and not forward(plan, known)[0].is_waiting:
        node = at(root, "test")
        sentence = "there is one step and no soak, so that this is asked once, right after it"
        yield Finding(sentence, node.keys.get("during", node.span), "add soak: with how long trouble takes to show")


RULE = LintRule(
    id="CHG515",
    key="watched-once",
    title="A watch lasts",
    why="`during` is asked after each step, while a step waits, and until the end of the soak. An alarm takes minutes to see "
    "what a step did.",
    bad="test:\n  during: [{alarm: rentals-5xx}]\n  after: [{alarm: rentals-5xx}]",
    good="test:\n  during: [{alarm: rentals-5xx}]\n  after: [{alarm: rentals-5xx}]\n  soak: 10m",
    severity=Severity.WARNING,
    find=find,
)
