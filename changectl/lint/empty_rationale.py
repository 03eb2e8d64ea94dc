"""A rationale without a reason: `as discussed`, `TBD`, `needed`, a ticket or a link alone."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The rationale, where no word of it is a reason."""
    if says_nothing(plan.rationale):
        sentence = f"the rationale {quoted(plan.rationale)} gives no reason"
        yield Finding(sentence, at(root, "rationale").span, "say what goes wrong without this change, and for whom")


RULE = LintRule(
    id="CHG501",
    key="empty-rationale",
    title="A rationale gives a reason",
    why="Whoever approves cannot know whether the change is worth its risk, and next year nobody knows why the value is what "
    "it is. A ticket or a link is no reason: it moves, and in a fire nobody opens it.",
    bad="rationale: As discussed, see OPS-3391.",
    good="rationale: Checkouts that take longer than 60 s are cut off (OPS-3391).",
    severity=Severity.ERROR,
    find=find,
)
