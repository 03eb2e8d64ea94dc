"""Something that a person does, with no word on how it is taken back."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import forward
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each such step, unless the plan says what cannot be undone, or takes steps of its own on the way back."""
    back_out = plan.back_out
    if back_out.none_because or back_out.steps or not says_nothing(back_out.cannot_undo):
        return
    for number, outlook in enumerate(forward(plan, known)):
        if outlook.deed and not outlook.step.undo:
            sentence = f"a person does {quoted(outlook.step.name)}, and nothing says how it is taken back"
            help_ = "add undo: {ask: …}, or say in back_out: cannot_undo: that it stays"
            yield Finding(sentence, at(root, "steps", number, outlook.step.action).span, help_)


RULE = LintRule(
    id="CHG521",
    key="deed-without-undo",
    title="What a person did, a person undoes",
    why="No snapshot holds what is done by hand. When the change goes back by itself, this stays, unless somebody is asked.",
    bad="steps:\n  - name: Open the valve\n    ask: Open the valve in Wellington.",
    good="steps:\n  - name: Open the valve\n    ask: Open the valve in Wellington.\n    undo: {ask: Close the valve again.}",
    severity=Severity.WARNING,
    find=find,
)
