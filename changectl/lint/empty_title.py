"""A title that does not say what is changed: `Fix prod`, `OPS-12`, `Update settings`."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import names_nothing
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The title, where it names nothing."""
    if names_nothing(plan.title):
        sentence = f"the title {quoted(plan.title)} does not say what is changed"
        yield Finding(sentence, at(root, "title").span, "name the thing and what becomes of it")


RULE = LintRule(
    id="CHG503",
    key="empty-title",
    title="A title names what is changed",
    why="The title stands alone in the log, in the channel and in the list of what runs now. Whoever looks for the cause of a "
    "fire reads nothing else.",
    bad="title: Update prod settings (OPS-3391)",
    good="title: Raise the rentals load balancer's idle timeout (OPS-3391)",
    severity=Severity.WARNING,
    find=find,
)
