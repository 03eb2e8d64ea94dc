"""The plans of the stage: over all four kinds, by `set` and by `call`, with tests, an undo and a soak, good and failing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.kill.production import TIMEOUT, Facts

_HEAD = """\
plan: 1
title: Longer checkouts
rationale: Checkouts are cut off.
risk: low
env: sandbox
comms: none, it is a drill
"""
_RAISE = (
    "  - {name: raise, set: load-balancer/rentals, change: {attributes: {idle_timeout.timeout_seconds: {to: '120'}}}}\n"
)
_LABEL = "  - {name: label, set: table/bookings, change: {tags: {add: {Trial: 'yes'}, remove: [Team]}}}\n"
_NOTE = "  - {name: note, set: load-balancer/rentals, change: {tags: {add: {Trial: 'yes'}}}}\n"
_LOWER = (
    "  - {name: lower, set: load-balancer/rentals, change: {attributes: {idle_timeout.timeout_seconds: {to: '90'}}}}\n"
)
_LIMIT = "  - {name: limit, set: parameter/rentals/limit, change: {value: {to: '14'}}}\n"
_OPEN = (
    "  - {name: open, set: security-group/%(group)s, change: {ingress: {add: [{port: 8443, cidr: 203.0.113.0/24}]}}}\n"
)
_TAG = """\
  - name: tag
    call: dynamodb.tag_resource
    with: {ResourceArn: "%(table)s", Tags: [{Key: Trial, Value: 'yes'}]}
    undo: {call: dynamodb.untag_resource, with: {ResourceArn: "%(table)s", TagKeys: [Trial]}}
"""
_STRETCH = """\
  - name: stretch
    call: elbv2.modify_load_balancer_attributes
    with: {LoadBalancerArn: "%(balancer)s", Attributes: [{Key: idle_timeout.timeout_seconds, Value: '120'}]}
"""


@dataclass(frozen=True)
class Scenario:
    """A plan, how it ends when nothing disturbs it, and what production is once every step is done.

    `calls`, `records`: how many its apply makes, about. `slow`: of a kind whose absences are believed late, so that no
    try waits for that.
    """

    name: str
    steps: str
    rest: str
    status: int
    target: Callable[[Facts], Facts]
    calls: int
    records: int
    slow: bool = False

    def plan(self, ids: Mapping[str, str]) -> str:
        """Its text, for a production with these ids."""
        return f"{_HEAD}steps:\n{self.steps % ids}{self.rest}back_out: snapshot\n"


def _balancer(before: Facts, timeout: str) -> Facts:
    return {**before, "attributes": {**before["attributes"], TIMEOUT: timeout}}


def _labelled(before: Facts) -> Facts:
    return {
        **_balancer(before, "90"),
        "table tags": {"Trial": "yes"},
        "balancer tags": {**before["balancer tags"], "Trial": "yes"},
    }


def _desk(before: Facts) -> Facts:
    opened = sorted([*before["ingress"], (8443, "tcp", "203.0.113.0/24", "")])
    return {**before, "limit": "14", "ingress": opened}


def _called(before: Facts) -> Facts:
    return {**_balancer(before, "120"), "table tags": {**before["table tags"], "Trial": "yes"}}


_SET = _RAISE + _LABEL + _NOTE + _LOWER
_CHECKED = "test: {during: [{command: ['true']}], after: [{command: ['true']}], soak: 1s}\n"
_FACET = "test: [{facet: load-balancer/rentals attributes, contains: {idle_timeout.timeout_seconds: '120'}}]\n"
_FAILS = "test: [{command: ['false']}]\n"

SCENARIOS = (
    Scenario("set", _SET, "test: {none: it is a drill}\n", 0, _labelled, 53, 37),
    Scenario("desk", _LIMIT + _OPEN, "test: {none: it is a drill}\n", 0, _desk, 19, 22, slow=True),
    Scenario("called", _TAG + _STRETCH, _FACET, 0, _called, 36, 23),
    Scenario("watched", _TAG + _STRETCH, _CHECKED, 0, _called, 40, 25),
    Scenario("failing", _RAISE + _LIMIT + _LABEL, _FAILS, 10, dict, 85, 49),
    Scenario("undone", _STRETCH + _TAG + _OPEN, _FAILS, 10, dict, 67, 46, slow=True),
)
