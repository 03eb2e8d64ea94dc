"""An announcement that only repeats the title."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import adds_nothing


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """What is said before the change, where every word of it is in the title."""
    if plan.comms.before and adds_nothing(plan.comms.before, [plan.title]):
        sentence = "those who read this learn nothing that the title does not say"
        yield Finding(
            sentence, at(root, "comms", "before").span, "say what they will notice, for how long, or that nothing stops"
        )


RULE = LintRule(
    id="CHG508",
    key="comms-say-nothing",
    title="An announcement says what is noticed",
    why="Support and customers do not know what an idle timeout is. They want to know what they will see, and whether they "
    "have to do anything.",
    bad="title: Raise the idle timeout\ncomms: We are going to change the idle timeout.",
    good="title: Raise the idle timeout\ncomms: Checkouts may pause for a second.",
    severity=Severity.WARNING,
    find=find,
)
