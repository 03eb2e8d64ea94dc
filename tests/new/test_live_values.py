"""Steps that start from live values: hostile ones come back as they are, secret ones are never written."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from new.test_spelling import TEXT

from changectl.catalogue import catalogue, forms
from changectl.engine.draft import Sought, set_steps, sought
from changectl.errors import NotFound, WrongUsage
from changectl.model.edit import Become, Was
from changectl.model.resource import Target
from changectl.planfile.draft import TEMPLATES, member_lines, with_members
from changectl.planfile.plan import read_plan
from changectl.resources.security_group.rules import rule, said

KINDS = catalogue().kinds
BALANCER, GROUP = Target("load-balancer", "rentals"), Target("security-group", "web")
SECRET, TABLE = Target("parameter", "rentals/db/password"), Target("table", "bookings")


def drafted(live: dict[Target, Any], *refs: str, title: str = "Do it") -> str:
    return "\n".join(set_steps(KINDS, [sought(ref, KINDS) for ref in refs], live, title))


def plan_of(steps: str) -> Any:
    """The plan with these steps and everything else in it."""
    parts = {
        "title": "title: x\n", "rationale": "rationale: x\n", "env": "env: prod\n", "lead": None, "comms": "comms: x\n",
        "test": "test: {none: x}\n", "steps": member_lines("steps", tuple(steps.split("\n"))),
    }  # fmt: skip
    text = with_members((TEMPLATES / "plan.yaml").read_text(), parts).replace("<new value>", "new")
    plan, complaints = read_plan(text.encode(), "x", forms(catalogue()))
    assert plan is not None, (text, complaints)
    return plan


@settings(max_examples=50)
@given(
    st.dictionaries(TEXT.filter(lambda name: name not in ("from", "to", "add", "remove")), TEXT, min_size=1, max_size=4)
)
def test_hostile_tags_are_what_the_step_starts_from(tags: dict[str, str]) -> None:
    steps = drafted({BALANCER: {"tags": tags}}, "load-balancer/rentals:tags")
    lines = [line.replace("  # ", "", 1) for line in steps.split("\n") if line.startswith("      # ")]
    head = "- name: x\n  set: load-balancer/rentals\n  change:\n    tags:\n"
    for line in lines:
        if ": {" not in line:
            continue  # the line that says how many cannot be written
        (wish,) = plan_of(head + "      " + line.strip()).steps[0].spec.change["tags"]
        assert wish == Become("new", Was(tags[wish.key]), wish.key)


@settings(max_examples=50)
@given(TEXT)
def test_a_hostile_value_of_a_parameter_is_what_the_step_starts_from(value: str) -> None:
    body = {"Type": "String", "Value": value}
    steps = drafted({SECRET: {"value": body}}, "parameter/rentals/db/password")
    (wish,) = plan_of(steps).steps[0].spec.change["value"]
    assert wish == Become("new", Was(value), "Value")


def test_a_secret_value_is_never_written() -> None:
    body = {"Type": "SecureString", "SecureValue": "glitter-and-hooves", "KeyId": "alias/aws/ssm"}
    steps = drafted({SECRET: {"value": body}}, "parameter/rentals/db/password")
    assert steps == (
        "- name: Do it\n"
        "  set: parameter/rentals/db/password\n"
        "  change:\n"
        "    value: {$secret: <environment variable that will hold it>}  # never the value itself\n"
        "    # Its other settings: tags."
    )
    assert "glitter" not in drafted({SECRET: {"value": body}}, "parameter/rentals/db/password:value.SecureValue")


def test_items_are_added_by_filling_in_and_those_that_are_there_are_listed() -> None:
    rules = {
        "tcp 443 0.0.0.0/0": {"Description": "customers"},
        "udp 1-5 sg-1": {"Owner": "123456789012"},
        "icmp -1 ::/0": {},
    }
    assert drafted({GROUP: {"ingress": rules}}, "security-group/web:ingress", title="Let: in") == (
        '- name: "Let: in"\n'
        "  set: security-group/web\n"
        "  change:\n"
        "    ingress:\n"
        "      add: [{protocol: tcp, port: <port>, cidr: <network such as 203.0.113.0/24>, description: <whose>}]\n"
        "      # remove:  # what is there now\n"
        "      #   - {protocol: tcp, port: 443, cidr: 0.0.0.0/0, description: customers}\n"
        "      #   - {protocol: udp, ports: 1-5, group: 123456789012/sg-1}\n"
        '      #   - {protocol: icmp, port: -1, cidr: "::/0"}'
    )


def test_members_settings_and_what_is_absent_start_from_what_they_are() -> None:
    live = {
        BALANCER: {"attributes": {"idle_timeout.timeout_seconds": "60"}, "tags": None},
        TABLE: {"capacity": {"BillingMode": "PAY_PER_REQUEST"}, "recovery": None, "class": "STANDARD"},
    }
    refs = (
        "load-balancer/rentals:attributes.idle_timeout.timeout_seconds", "load-balancer/rentals:attributes.not-there",
        "load-balancer/rentals:tags", "table/bookings:recovery", "table/bookings:class", "table/bookings:capacity",
    )  # fmt: skip
    assert drafted(live, *refs) == (
        "- name: <what this step does>\n"
        "  set: load-balancer/rentals\n"
        "  change:\n"
        "    attributes:\n"
        '      idle_timeout.timeout_seconds: {from: "60", to: <new value>}\n'
        "      not-there: {from: null, to: <new value>}\n"
        "    tags:\n"
        "      <name>: {from: null, to: <new value>}\n"
        "- name: <what this step does>\n"
        "  set: table/bookings\n"
        "  change:\n"
        "    recovery: {from: null, to: <new value>}\n"
        "    class: {from: STANDARD, to: <new value>}\n"
        "    capacity: <take the hash from what changes below, and this text away>\n"
        "      # BillingMode: {from: PAY_PER_REQUEST, to: <new value>}"
    )


def test_what_is_long_is_left_to_preview() -> None:
    steps = drafted({BALANCER: {"tags": {"a": "x" * 700}}}, "load-balancer/rentals:tags.a")
    assert steps.endswith(
        "      a: {to: <new value>}  # what it is now has 700 characters; changectl preview compares it"
    )


def test_many_members_are_cut_and_counted() -> None:
    tags = {f"tag-{n}": "x" for n in range(30)}
    steps = drafted({BALANCER: {"tags": tags}}, "load-balancer/rentals:tags")
    assert steps.count("from:") == 20
    assert steps.endswith("      # and 10 more")


PEERS = st.sampled_from(
    [
        {"cidr": "10.0.0.0/8"},
        {"cidr": "2001:db8::/32"},
        {"group": "sg-1"},
        {"group": "123456789012/sg-1"},
        {"prefix_list": "pl-1"},
    ]
)
PORTS = st.sampled_from(
    [
        {"protocol": "tcp", "port": 443}, {"protocol": "udp", "ports": "1-5"}, {"protocol": "all"},
        {"protocol": "icmp", "ports": "8--1"}, {"protocol": "icmp", "port": -1}, {"protocol": "50"},
    ]
)  # fmt: skip


@given(PORTS, PEERS, TEXT)
def test_a_rule_is_said_as_a_plan_says_it(ports: dict[str, Any], peer: dict[str, str], description: str) -> None:
    key, body = rule({**ports, **peer, "description": description})
    assert rule(said(key, body)) == (key, body)


ARN = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/app/rentals/50dc6c495c0c9188"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("security-group/web", Sought(GROUP)),
        ("security-group/web:ingress", Sought(GROUP, "ingress")),
        ("load-balancer/rentals:attributes.a.b", Sought(BALANCER, "attributes", "a.b")),
        (f"load-balancer/{ARN}", Sought(Target("load-balancer", ARN))),
        (f"load-balancer/{ARN}:tags", Sought(Target("load-balancer", ARN), "tags")),
        ("parameter//a/b:value", Sought(Target("parameter", "/a/b"), "value")),
    ],
)
def test_a_setting_stands_behind_the_last_colon(text: str, found: Sought) -> None:
    assert sought(text, KINDS) == found


@pytest.mark.parametrize(
    ("text", "error", "sentence", "hint"),
    [
        ("web", WrongUsage, '"web" is no resource', "write it like security-group/web"),
        ("arn:aws:x", WrongUsage, '"arn:aws:x" is no resource', "put the kind before the ARN: load-balancer/arn:aws:…"),
        ("load-blancer/x", NotFound, "there is no resource kind load-blancer", "did you mean load-balancer?"),
        (
            "security-group/web:egres",
            WrongUsage,
            "a security-group has no setting egres that can be written",
            "did you mean egress?",
        ),
        (
            "security-group/web:identity",
            WrongUsage,
            "a security-group has no setting identity that can be written",
            "it can set ingress, egress or tags",
        ),
        (
            "security-group/web:ingress.x",
            WrongUsage,
            "ingress of a security-group has items, and no member x",
            "security-group/web:ingress",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(text: str, error: type[Exception], sentence: str, hint: str) -> None:
    with pytest.raises(error) as raised:
        sought(text, KINDS)
    assert (raised.value.sentence, raised.value.hint) == (sentence, hint)  # type: ignore[attr-defined]
