"""An operation that is allowed, and that no step calls."""

from collections.abc import Iterable

from changectl.contracts.action import Send
from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import outlooks
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each name under `allow` that no call of the plan has."""
    if not plan.allow:
        return
    called = {str(told.work.call).lower() for told in outlooks(plan, known).values() if isinstance(told.work, Send)}
    for number, name in enumerate(plan.allow):
        if name.replace("_", "").lower() not in called:
            sentence = f"no step calls {quoted(name)}, which is allowed here"
            yield Finding(sentence, at(root, "allow", number).span, "take it out of allow:")


RULE = LintRule(
    id="CHG525",
    key="unused-allow",
    title="Only what is called is allowed",
    why="`allow` opens the gate for what no kind knows. What is left over from an earlier draft stays open for nothing.",
    bad="allow: [iam.delete_role]",
    good="allow: []",
    severity=Severity.WARNING,
    find=find,
)
