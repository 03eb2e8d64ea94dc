"""Tests that all pass where there is nothing to see."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.model.node import Node
from changectl.model.plan import Check, Plan

_ALWAYS_SEE = frozenset(("command", "facet", "http"))
"""Probes for which there is always something to see."""


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The first of the tests after the change, where every one is content with no data."""
    after = plan.test.after
    if after and all(_passes_unseen(check) for check in after):
        sentence = (
            "every test after the change passes where there is no data, and so it does for a name that is misspelt"
        )
        yield Finding(
            sentence, after[0].span, "leave no_data: out of one of them, or add a check that always sees something"
        )


def _passes_unseen(check: Check) -> bool:
    return check.no_data_ok and check.probe not in _ALWAYS_SEE


RULE = LintRule(
    id="CHG511",
    key="no-data-passes",
    title="Some test sees something",
    why="An alarm that does not exist has no data. Where each test is content with that, a misspelt name is a green test.",
    bad="test:\n  - alarm: rentals-5xx\n    no_data: ok",
    good="test:\n  - alarm: rentals-5xx\n    no_data: ok\n  - http: https://rentals.example.com/health",
    severity=Severity.WARNING,
    find=find,
)
