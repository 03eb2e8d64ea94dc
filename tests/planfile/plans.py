"""Plans to try, and forms that stand for the real actions and probes."""

from collections.abc import Mapping
from typing import Any

from changectl.model.node import Complaint, Complaints, Node
from changectl.model.plan import Plan
from changectl.planfile.forms import CheckReader, Form, Forms
from changectl.planfile.plan import read_plan
from changectl.planfile.typed import typed

SHORTEST = b"""\
plan: 1
title: Raise the timeout
rationale: Checkouts are cut off.
risk: low
env: prod
comms: Checkouts may pause for a second.
steps:
  - name: Raise it
    set: load-balancer/rentals
    change: {attributes: {idle_timeout: {from: "60", to: "120"}}}
test:
  - http: https://rentals.example.com/health
    expect: 200
back_out: snapshot
"""

FULL = b"""\
plan: 1
title: Raise the rentals load balancer's idle timeout to 120 s
rationale: >
  Checkouts that take longer than 60 s are cut off (INC-42, three times this week).
alternatives: Retry in the client was rejected; old clients stay in the field for months.
risk: low                       # low | medium | high
env: prod
lead: ana
ticket: OPS-3391
when: {start: 2026-11-24 03:00 Pacific/Auckland, duration: 45m}
affects: [alarm/rentals-5xx]
allow: [iam.put_role_policy]
comms:
  channel: "#unicorn-ops"
  before: Checkouts may pause for a second at 03:00.
  after: Long checkouts now survive for 120 s.
steps:
  - name: Raise the timeout
    set: load-balancer/rentals
    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}
  - name: Make a group
    call: ec2.create_security_group
    with: {GroupName: office, VpcId: {$ref: vpc/main}}
  - name: Let the new office in
    id: office
    region: us-east-1
    call: ec2.authorize_security_group_ingress
    with: {GroupId: {$result: make-a-group.GroupId}, Password: {$secret: DB_PASSWORD}}
    undo:
      - call: ec2.delete_security_group
        with: {GroupId: {$result: make-a-group.GroupId}}
      - run: ./scripts/clean.sh
  - name: Warm the cache
    run: ./scripts/warm-cache.sh
    check: ./scripts/cache-is-warm.sh
    undo: {run: ./scripts/drop-cache.sh}
  - name: Wait for it
    wait: 5m
    until: {http: "https://rentals.example.com/warm"}
test:
  before: [{alarm: rentals-5xx, expect: red}]
  during: [{alarm: rentals-5xx, no_data: ok}]
  after:
    - http: https://rentals.example.com/health
      expect: 200
      retry: 10 x 3s
    - ./scripts/smoke.sh
  soak: 10m
back_out:
  auto: ask
  steps:
    - run: ./scripts/tell.sh
  test: same
  cannot_undo: Connections that were cut off.
runbook: How to raise it again, and what to look at, in a sentence or a link.
"""


def _spec(members: Mapping[str, Node], node: Node, complaints: Complaints, check: CheckReader) -> Any:
    spec = {name: typed(child, complaints) for name, child in members.items() if name != "until"}
    return spec | ({"until": check(members["until"])} if "until" in members else {})


def form(key: str, *members: str) -> Form:
    return Form(key, members, _spec, f"{key}: …")


FORMS = Forms(
    steps={f.key: f for f in (form("set", "change"), form("call", "with"), form("run"), form("wait", "until"))},
    probes={f.key: f for f in (form("http", "expect", "timeout"), form("alarm"), form("command"))},
)


def read(content: bytes, plan_id: str = "x") -> tuple[Plan | None, tuple[Complaint, ...]]:
    return read_plan(content, plan_id, FORMS)
