"""Two steps that do the very same."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import forward
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each step that an earlier one does already, but for waits and what people are asked."""
    if len(plan.steps) < 2:
        return
    first: dict[str, str] = {}
    for number, outlook in enumerate(forward(plan, known)):
        step = outlook.step
        if outlook.is_waiting or outlook.deed:
            continue
        does = repr((step.action, step.region, step.spec))
        if does in first:
            sentence = f"{quoted(step.name)} does the same as {quoted(first[does])}"
            yield Finding(
                sentence, at(root, "steps", number, step.action).span, "was it copied, and should it name another?"
            )
        first.setdefault(does, step.name)


_STEP = """\
  - name: Raise the {0} limit
    set: parameter/rentals/{1}
    change: {{value: {{from: "7", to: "14"}}}}
"""

RULE = LintRule(
    id="CHG532",
    key="repeated-step",
    title="No step is there twice",
    why="A step that was copied and not edited leaves undone what it was copied for, and its name says otherwise.",
    bad=f"steps:\n{_STEP.format('booking', 'booking-limit')}{_STEP.format('hiring', 'booking-limit')}",
    good=f"steps:\n{_STEP.format('booking', 'booking-limit')}{_STEP.format('hiring', 'hiring-limit')}",
    severity=Severity.WARNING,
    find=find,
)
