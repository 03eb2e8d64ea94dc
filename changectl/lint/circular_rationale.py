"""A rationale that only repeats the title and the steps."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import adds_nothing, says_nothing


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The rationale, where every word of it is in the title or a step's name."""
    told = (plan.title, *(step.name for step in plan.steps))
    if not says_nothing(plan.rationale) and adds_nothing(plan.rationale, told):
        sentence = "the rationale says again what the title and the steps say, and not why"
        yield Finding(sentence, at(root, "rationale").span, "say what goes wrong without this change, and for whom")


RULE = LintRule(
    id="CHG502",
    key="circular-rationale",
    title="A rationale says more than the title",
    why="That the timeout is too short is no reason to raise it; what it cuts off is. Words of changing and measuring, and "
    "those of the title and of the steps' names, do not count.",
    bad="title: Raise the idle timeout\nrationale: The idle timeout is too low and needs to be raised.",
    good="title: Raise the idle timeout\nrationale: The idle timeout cuts off long checkouts.",
    severity=Severity.WARNING,
    find=find,
)
