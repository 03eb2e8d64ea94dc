"""A test that passes whatever production is like: `true`, `echo ok`, a page that may answer 500."""

import shlex
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.engine.offline import every_check
from changectl.model.argv import always_succeeds, program
from changectl.model.node import Node
from changectl.model.plan import Check, Plan
from changectl.planfile.words import quoted

_BROKEN = frozenset((500, 502, 504))


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Every check, wherever it stands, that no state of production fails."""
    for check in every_check(plan, known):
        if why := _why_it_passes(check):
            yield Finding(
                f"this check cannot fail: {why}", check.span, "ask what would be different if the change went wrong"
            )


def _why_it_passes(check: Check) -> str:
    match check.probe:
        case "command":
            return _why_it_ends_well(check.spec.argv, check.spec.expect)
        case "http" if _BROKEN.intersection(check.spec.expect) and any(200 <= s < 300 for s in check.spec.expect):
            return f"it takes {min(_BROKEN.intersection(check.spec.expect))} for an answer"
        case _:
            return ""


def _why_it_ends_well(argv: tuple[str, ...], expect: int) -> str:
    if always_succeeds(argv) and expect == 0:
        return f"{quoted(shlex.join(argv))} always ends with 0"
    if program(argv)[:1] == ("false",) and expect == 1:
        return "false always ends with 1"
    return ""


RULE = LintRule(
    id="CHG510",
    key="test-cannot-fail",
    title="A test can fail",
    why="A green test that asks nothing is worse than none: the change is called applied, and everybody goes home.",
    bad="test:\n  - command: echo looks good",
    good="test:\n  - command: ./smoke.sh --fast",
    severity=Severity.ERROR,
    find=find,
)
