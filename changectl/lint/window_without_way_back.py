"""A window that has no room for a test that fails late, and the way back."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.patience import spelled
from changectl.engine.waits import waits
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`duration`, where all goes well within it, and nothing else does."""
    if plan.when.duration is None:
        return
    length, needed = int(plan.when.duration.total_seconds()), waits(plan, known)
    if needed.least <= length < needed.most:
        sentence = (
            f"the window is {spelled(length)}, and a failure may take {spelled(needed.most)} to be seen and taken back"
        )
        parts = f"{spelled(needed.least)} of waits and soak, {spelled(needed.patience)} of patience with checks"
        yield Finding(sentence, at(root, "when", "duration").span, f"{parts}, {spelled(needed.back)} on the way back")


_TEST = """\
test:
  after:
    - http: https://rentals.example.com/health
      retry: 20 x 30s
"""

RULE = LintRule(
    id="CHG528",
    key="window-without-way-back",
    title="A window has room for the way back",
    why="It is when the last test fails that the time is needed. A window in which only success fits leaves people alone with a "
    "broken production after its end.",
    bad=f"when: {{duration: 5m}}\n{_TEST}",
    good=f"when: {{duration: 30m}}\n{_TEST}",
    severity=Severity.WARNING,
    find=find,
)
