"""The facet probe: what it reads, what it looks at, and how it judges."""

# ruff: noqa: E501 - a complaint is one sentence

from collections.abc import Mapping
from typing import Any

import pytest
from kinds_to_set import KINDS
from parts import read_part

from changectl.contracts.probe import CannotAsk, Judgement, Observation, Verdict
from changectl.errors import NotFound
from changectl.model.resource import Body, Ref, Resource, Target
from changectl.model.values import RefValue
from changectl.probes.facet import PROBE, FacetSpec

GROUP, BALANCER, PARAMETER = (KINDS[name] for name in ("security-group", "load-balancer", "parameter"))
WEB, RENTALS = Target("security-group", "web"), Target("load-balancer", "rentals")
RULE = {"port": 443, "cidr": "203.0.113.0/24"}


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (PROBE.example, FacetSpec(RENTALS, BALANCER.facet("attributes"), "idle_timeout.timeout_seconds", {"expect": 120})),
        ("{facet: security-group/web tags, contains: {Team: a}}", FacetSpec(WEB, GROUP.facet("tags"), "", {"contains": {"Team": "a"}})),
        ("{facet: security-group/web ingress, absent: [{port: 443, cidr: 203.0.113.0/24}]}", FacetSpec(WEB, GROUP.facet("ingress"), "", {"absent": [RULE]})),
        ("{facet: parameter/a b/c description, expect: null}", FacetSpec(Target("parameter", "a b/c"), PARAMETER.facet("description"), "", {"expect": None})),
        ("{facet: security-group/web tags, expect: {Id: {$ref: security-group/x}}}", FacetSpec(WEB, GROUP.facet("tags"), "", {"expect": {"Id": RefValue(Target("security-group", "x"))}})),
    ],
)  # fmt: skip
def test_a_plan_says_which_setting(text: str, spec: FacetSpec) -> None:
    assert read_part(PROBE, text, KINDS) == (spec, [])


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("{facet: security-group/web, expect: 1}", [("CHG212", "this names no setting; write it like security-group/web ingress")]),
        ("{facet: security-group/web tags}", [("CHG212", "nothing is expected; add expect:, contains: or absent:")]),
        ("{facet: security-group/web tgas, expect: 1}", [("CHG202", 'a security-group has no setting "tgas"; did you mean "tags"?')]),
        ("{facet: security-grup/web tags, expect: 1}", [("CHG201", 'there is no kind "security-grup"; did you mean "security-group"?')]),
        ("{facet: web tags, expect: 1}", [("CHG128", '"web" is no resource; write it like security-group/web')]),
        ("{facet: security-group/web tags, expect: {$secret: X}}", [("CHG212", "a check can look up a $ref, and no other value")]),
        ("{facet: security-group/web ingress, contains: [{prt: 1}]}", [("CHG204", "a rule has no prt")]),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_at_is_complained_of(text: str, complaints: list[tuple[str, str]]) -> None:
    assert read_part(PROBE, text, KINDS)[1] == complaints


class Eyes:
    """Senses that see one resource, or cannot."""

    def __init__(self, live: Resource | Exception | None) -> None:
        self.live = live

    def ref(self, target: Target) -> Ref:
        if target.name == "nobody":
            raise NotFound(f"{target} was not found")
        return Ref(target.kind, (f"id-of-{target.name}",), "ap-southeast-2")

    def now(self, ref: Ref) -> Resource | None:
        if isinstance(self.live, Exception):
            raise self.live
        return self.live


@pytest.mark.parametrize(
    ("target", "live", "seen"),
    [
        (WEB, {"tags": {"Team": "a"}}, Observation({"body": {"Team": "a"}, "ids": {"security-group/x": "id-of-x"}})),
        (WEB, {"ingress": {}}, Observation({"body": None, "ids": {"security-group/x": "id-of-x"}})),
        (WEB, None, Observation({"gone": True})),
        (WEB, CannotAsk("the credentials have expired"), Observation(error="the credentials have expired")),
        (Target("security-group", "nobody"), {}, Observation(error="security-group/nobody was not found")),
    ],
)
def test_the_setting_and_the_ids_of_names_are_seen(target: Target, live: Any, seen: Observation) -> None:
    spec = FacetSpec(target, GROUP.facet("tags"), "", {"contains": {"Id": RefValue(Target("security-group", "x"))}})
    assert PROBE.observe(spec, Eyes(live)) == seen  # type: ignore[arg-type]


HELD = {"tcp:443:203.0.113.0/24": {"Description": "office"}, "tcp:22:10.0.0.0/8": {}}
PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


@pytest.mark.parametrize(
    ("facet", "at", "tests", "body", "verdict", "says"),
    [
        ("attributes", "a.b", {"expect": "120"}, {"a.b": "120"}, PASSED, "a.b is as expected"),
        ("attributes", "a.b", {"expect": 120}, {"a.b": "120"}, PASSED, "a.b is as expected"),
        ("attributes", "a.b", {"expect": True}, {"a.b": "true"}, PASSED, "a.b is as expected"),
        ("attributes", "a.b", {"expect": 1}, {"a.b": True}, FAILED, "a.b is true, not 1"),
        ("attributes", "a.b", {"expect": "60"}, {"a.b": "120"}, FAILED, "a.b is 120, not 60"),
        ("attributes", "a.b", {"expect": "60"}, {"a": {"b": "60"}}, PASSED, "a.b is as expected"),
        ("attributes", "a.b", {"expect": "60"}, {"a": {"b": "60"}, "a.b": "1"}, FAILED, "a.b is 1, not 60"),
        ("attributes", "a.b.c", {"expect": "60"}, {"a.b": {}, "a": {"b.c": "60"}}, PASSED, "a.b.c is as expected"),
        ("attributes", "a", {"expect": None}, {"b": "1"}, PASSED, "a is as expected"),
        ("attributes", "a", {"expect": None}, {"a": "1"}, FAILED, "a is 1, not absent"),
        ("attributes", "a", {"expect": "1"}, None, FAILED, "a is absent, not 1"),
        ("attributes", "", {"expect": {"a": 1, "b": [1, {"c": 2}]}}, {"a": "1", "b": ["1", {"c": "2"}]}, PASSED, "is as expected"),
        ("attributes", "", {"expect": {"a": 1}}, {"a": "1", "b": "2"}, FAILED, 'is {"a": "1", "b": "2"}, not {"a": 1}'),
        ("attributes", "a", {"expect": "x"}, {"a": "\x1b[31mred\n\u202e"}, FAILED, "a is red, not x"),
        ("attributes", "a", {"contains": "ell"}, {"a": "hello"}, PASSED, "a is as expected"),
        ("attributes", "a", {"absent": ["ell", "x"]}, {"a": "hello"}, FAILED, "a has ell, which should be absent"),
        ("attributes", "a", {"contains": [1, "x"]}, {"a": ["1", "y"]}, FAILED, "a lacks x"),
        ("attributes", "", {"contains": {"a": {"b": 1}}}, {"a": {"b": 1, "c": 2}, "d": 3}, PASSED, "is as expected"),
        ("attributes", "", {"contains": ["a"], "absent": ["b"]}, {"a": 1}, PASSED, "is as expected"),
        ("attributes", "", {"contains": ["a"], "absent": ["b"]}, {"a": 1, "b": 1}, FAILED, "has b, which should be absent"),
        ("attributes", "", {"absent": {"a": 1}}, {"a": 2}, PASSED, "is as expected"),
        ("attributes", "", {"absent": {"a": 2}}, {"a": 2}, FAILED, "has a, which should be absent"),
        ("ingress", "", {"contains": [RULE]}, HELD, PASSED, "is as expected"),
        ("ingress", "", {"contains": [{**RULE, "description": "home"}]}, HELD, FAILED, "lacks tcp:443:203.0.113.0/24"),
        ("ingress", "", {"contains": [RULE]}, None, FAILED, "lacks tcp:443:203.0.113.0/24"),
        ("ingress", "", {"absent": [RULE]}, HELD, FAILED, "has tcp:443:203.0.113.0/24, which should be absent"),
        ("ingress", "", {"absent": [{"port": 22, "cidr": "0.0.0.0/0"}]}, HELD, PASSED, "is as expected"),
        ("ingress", "", {"absent": ["tcp:22:10.0.0.0/8"]}, HELD, FAILED, "has tcp:22:10.0.0.0/8, which should be absent"),
        ("ingress", "", {"expect": [RULE, {"port": 22, "cidr": "10.0.0.0/8"}]}, HELD, PASSED, "is as expected"),
        ("ingress", "", {"expect": [RULE]}, HELD, FAILED, 'is {"tcp:22:10.0.0.0/8": {}, "tcp:443:203.0.113.0/24": {"Description": "office"}}, not {"tcp:443:203.0.113.0/24": {}}'),
        ("ingress", "", {"absent": [{**RULE, "description": "home"}]}, HELD, FAILED, "has tcp:443:203.0.113.0/24, which should be absent"),
        ("groups", "", {"contains": ["sg-1"], "absent": ["sg-2"]}, {"sg-1": True}, PASSED, "is as expected"),
        ("groups", "", {"expect": ["sg-1", "sg-2"]}, {"sg-1": True}, FAILED, 'is {"sg-1": true}, not {"sg-1": true, "sg-2": true}'),
        ("ingress", "", {"expect": []}, None, PASSED, "is as expected"),
    ],
)  # fmt: skip
def test_a_setting_is_judged(
    facet: str, at: str, tests: Mapping[str, Body], body: Body, verdict: Verdict, says: str
) -> None:
    kind, target = (GROUP, WEB) if facet == "ingress" else (BALANCER, RENTALS)
    judgement = PROBE.judge(FacetSpec(target, kind.facet(facet), at, tests), Observation({"body": body, "ids": {}}))
    assert judgement == Judgement(verdict, f"{target} {facet} {says}")


def test_an_id_that_was_looked_up_is_compared() -> None:
    spec = FacetSpec(WEB, GROUP.facet("tags"), "Id", {"expect": RefValue(Target("security-group", "x"))})
    seen = Observation({"body": {"Id": "id-of-x"}, "ids": {"security-group/x": "id-of-x"}})
    assert PROBE.judge(spec, seen).verdict is PASSED


def test_a_secret_is_never_told() -> None:
    spec = FacetSpec(Target("parameter", "db"), PARAMETER.facet("value"), "", {"expect": "canary-1"})
    judgement = PROBE.judge(spec, Observation({"body": "canary-2", "ids": {}}))
    assert judgement == Judgement(FAILED, "parameter/db value is (secret), not (secret)")


@pytest.mark.parametrize(
    ("seen", "judgement"),
    [
        (Observation({"gone": True}), Judgement(FAILED, "security-group/web does not exist")),
        (Observation(error="no\nway"), Judgement(Verdict.ERROR, "security-group/web tags could not be asked: no way")),
        (Observation(), Judgement(Verdict.NO_DATA, "security-group/web tags was not seen")),
    ],
)
def test_what_was_not_seen_is_judged_too(seen: Observation, judgement: Judgement) -> None:
    assert PROBE.judge(FacetSpec(WEB, GROUP.facet("tags"), "", {"absent": ["a"]}), seen) == judgement


def test_a_check_says_what_it_tests() -> None:
    assert PROBE.says(FacetSpec(WEB, GROUP.facet("tags"), "Team", {})) == "security-group/web tags Team is as expected"
