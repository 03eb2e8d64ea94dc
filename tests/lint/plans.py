"""Plans to lint: read with all that the catalogue has, and what every rule finds in them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from changectl.catalogue import catalogue, forms, lint_rules
from changectl.contracts.lint import Finding, Known, LintRule
from changectl.model.node import Complaints, Node
from changectl.model.plan import Plan
from changectl.planfile.plan import read_plan
from changectl.planfile.yaml import read_yaml

SHORTEST = b"""\
plan: 1
title: Raise the rentals load balancer's idle timeout to 120 s
rationale: Checkouts that take longer than 60 s are cut off (INC-42).
risk: low
env: prod
comms: Checkouts may pause for a second.
steps:
  - name: Raise the timeout
    set: load-balancer/rentals
    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}
test:
  - alarm: rentals-5xx
back_out: snapshot
"""

ID = "2026-11-24-idle-timeout"
KNOWN = Known(
    catalogue().kinds, catalogue().actions, catalogue().probes, datetime(2026, 11, 23, tzinfo=UTC), ids=(ID, "other")
)


@cache
def rules() -> Mapping[str, LintRule]:
    """Every rule by its key."""
    return lint_rules()


def with_part(part: str) -> bytes:
    """The shortest plan, with the part in the place of the members of the same name."""
    names = set(re.findall(r"^(\w+):", part, re.MULTILINE))
    sections = re.split(r"^(?=\w)", SHORTEST.decode(), flags=re.MULTILINE)
    return ("".join(s for s in sections if s.split(":")[0] not in names) + part + "\n").encode()


def read(content: bytes, plan_id: str = ID) -> tuple[Plan, Node]:
    """The plan, which must be readable, and its text as positioned values."""
    plan, complaints = read_plan(content, plan_id, forms(catalogue()))
    assert plan is not None, complaints
    root = read_yaml(content, Complaints())
    assert root is not None
    return plan, root


def found(key: str, content: bytes, **known: object) -> list[Finding]:
    """What one rule finds in a plan."""
    plan, root = read(content)
    return list(rules()[key].find(plan, root, replace(KNOWN, **known)))


def broken(content: bytes, plan_id: str = ID) -> dict[str, list[Finding]]:
    """What all rules find in a plan, those that are off too, by key."""
    plan, root = read(content, plan_id)
    every = {key: list(rule.find(plan, root, KNOWN)) for key, rule in rules().items()}
    return {key: findings for key, findings in every.items() if findings}


def broken_by(part: str) -> set[str]:
    """The keys of the rules that the shortest plan with that part breaks."""
    return set(broken(with_part(part)))
