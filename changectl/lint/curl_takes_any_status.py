"""curl without --fail: it ends with 0 whatever the page answers."""

import re
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.engine.offline import every_check
from changectl.model.argv import program
from changectl.model.node import Node
from changectl.model.plan import Check, Plan

_LOOKS = r"(?s)--(?:fail|write-out).*|-[A-Za-z]*[fwK].*|--config"
"""Options by which a wrong answer makes a difference, or may."""


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Every check by curl that takes a 500 for success."""
    for check in every_check(plan, known):
        if check.probe == "command" and _takes_any(check):
            sentence = "curl without --fail ends with 0 also where the page answers 500"
            yield Finding(sentence, check.span, "write http: and the URL instead, or add --fail")


def _takes_any(check: Check) -> bool:
    name, *rest = program(check.spec.argv) or ("",)
    return name == "curl" and check.spec.expect == 0 and not any(re.fullmatch(_LOOKS, word) for word in rest)


RULE = LintRule(
    id="CHG516",
    key="curl-takes-any-status",
    title="curl fails where the page does",
    why="Without --fail curl calls an answer of 500 a success (curl(1)): only a host that does not answer at all would be seen.",
    bad="test:\n  - command: curl -sS https://rentals.example.com/health",
    good="test:\n  - http: https://rentals.example.com/health",
    severity=Severity.WARNING,
    find=find,
)
