"""The set action: every form it is written in, what it wants of production, and where it refuses."""

# ruff: noqa: E501 - a complaint is one sentence

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from kinds_to_set import KINDS
from parts import read_part

from changectl.actions.set import ACTION, SetSpec
from changectl.contracts.action import Aim
from changectl.contracts.kind import ResourceKind
from changectl.engine.wishes import Item
from changectl.errors import Drifted, NotFound, PlanWrong
from changectl.model.edit import Add, Become, Remove, Was
from changectl.model.resource import Body, FacetRef, Ref, Resource, Target
from changectl.model.values import RefValue, ResultValue, SecretValue, substituted

GROUP, BALANCER, PARAMETER = "security-group/web", "load-balancer/rentals", "parameter/rentals/booking-limit"


def step(resource: str, change: str) -> str:
    return f"set: {resource}\nchange: {{{change}}}"


def spec(resource: str, change: Mapping[str, tuple[Any, ...]]) -> SetSpec:
    return SetSpec(Target(*resource.split("/", 1)), change)


RULE = {"protocol": "tcp", "port": 443, "cidr": "203.0.113.0/24"}
RULE_TEXT = "{protocol: tcp, port: 443, cidr: 203.0.113.0/24}"


@pytest.mark.parametrize(
    ("resource", "change", "wishes"),
    [
        (BALANCER, 'attributes: {a.b: {from: "60", to: "120"}}', {"attributes": (Become("120", Was("60"), "a.b"),)}),
        (BALANCER, "attributes: {a.b: {to: 120}}", {"attributes": (Become(120, None, "a.b"),)}),
        (BALANCER, "attributes: {a.b: 120}", {"attributes": (Become(120, None, "a.b"),)}),
        (BALANCER, "attributes: {a.b: {to: null}}", {"attributes": (Become(None, None, "a.b"),)}),
        (BALANCER, "attributes: {a.b: {from: null, to: x}}", {"attributes": (Become("x", Was(None), "a.b"),)}),
        (
            BALANCER,
            "attributes: {a: [x], b: {c: d}}",
            {"attributes": (Become(["x"], None, "a"), Become({"c": "d"}, None, "b"))},
        ),
        (BALANCER, "attributes: {a: {$secret: X}}", {"attributes": (Become(SecretValue("X"), None, "a"),)}),
        (BALANCER, "attributes: {$$a: x}", {"attributes": (Become("x", None, "$a"),)}),
        (BALANCER, "attributes: {add: {from: x}}", {"attributes": (Add("from", "x"),)}),
        (BALANCER, "attributes: {add: {from: x, to: y}}", {"attributes": (Add("from", "x"), Add("to", "y"))}),
        (
            BALANCER,
            "attributes: {add: x, remove: {to: y}}",
            {"attributes": (Become("x", None, "add"), Become("y", None, "remove"))},
        ),
        (BALANCER, "policy: {from: {a: 1}, to: {a: 2}}", {"policy": (Become({"a": 2}, Was({"a": 1})),)}),
        (BALANCER, "policy: {TTL: {from: 300, to: 60}}", {"policy": (Become(60, Was(300), "TTL"),)}),
        (BALANCER, "policy: {to: {from: a, to: b}}", {"policy": (Become({"from": "a", "to": "b"}),)}),
        (PARAMETER, "description: x", {"description": (Become("x"),)}),
        (PARAMETER, "description: {from: null, to: x}", {"description": (Become("x", Was(None)),)}),
        (PARAMETER, "value: {$secret: DB}", {"value": (Become(SecretValue("DB")),)}),
        (PARAMETER, "value: {to: {$result: make.Value}}", {"value": (Become(ResultValue("make", "Value")),)}),
        (GROUP, f"ingress: {{add: [{RULE_TEXT}]}}", {"ingress": (Item(RULE),)}),
        (
            GROUP,
            f"ingress: {{add: [{RULE_TEXT}], remove: ['tcp:22:0.0.0.0/0']}}",
            {"ingress": (Remove("tcp:22:0.0.0.0/0"), Item(RULE))},
        ),
        (GROUP, f"ingress: {{to: [{RULE_TEXT}]}}", {"ingress": (Become([RULE]),)}),
        (
            GROUP,
            "ingress: {remove: [{port: {$ref: security-group/x}, cidr: a}]}",
            {"ingress": (Item({"port": RefValue(Target("security-group", "x")), "cidr": "a"}, remove=True),)},
        ),
        (
            GROUP,
            "tags: {Team: rentals, Cost: 0012, Live: true}",
            {"tags": (Become("rentals", None, "Team"), Become("0012", None, "Cost"), Become("true", None, "Live"))},
        ),
        (
            GROUP,
            "tags: {add: {Team: 5, to: x}, remove: [Old]}",
            {"tags": (Remove("Old"), Add("Team", "5"), Add("to", "x"))},
        ),
    ],
)
def test_a_wish_may_be_said_in_many_forms(resource: str, change: str, wishes: Mapping[str, tuple[Any, ...]]) -> None:
    assert read_part(ACTION, step(resource, change), KINDS) == (spec(resource, wishes), [])


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        (
            step("secrity-group/web", "tags: {a: b}"),
            [("CHG201", 'there is no kind "secrity-group"; did you mean "security-group"?')],
        ),
        (step("web", "tags: {a: b}"), [("CHG128", '"web" is no resource; write it like security-group/web')]),
        (f"set: {GROUP}", [("CHG105", '"change" is missing: which settings become what?')]),
        (step(GROUP, ""), [("CHG205", "the change is empty")]),
        (step(GROUP, "tags: {}"), [("CHG205", "nothing is said about tags")]),
        (step(GROUP, "tag: {a: b}"), [("CHG202", 'a security-group has no setting "tag"; did you mean "tags"?')]),
        (
            step(GROUP, "zzz: {a: b}"),
            [("CHG202", 'a security-group has no setting "zzz"; it has ingress, tags, rules-count or identity')],
        ),
        (
            step(GROUP, "rules-count: 5"),
            [("CHG203", "rules-count of a security-group is read only; it can set ingress or tags")],
        ),
        (step(GROUP, "tags: null"), [("CHG206", "tags has no value; write {to: null} to mean that it should go")]),
        (
            step(GROUP, "tags: {from: a}"),
            [("CHG206", '"to" is missing; write {from: what it is, to: what it shall be}')],
        ),
        (
            step(GROUP, "tags: {A: {from: a}}"),
            [("CHG206", '"to" is missing; write {from: what it is, to: what it shall be}')],
        ),
        (
            step(GROUP, f"ingress: [{RULE_TEXT}]"),
            [
                (
                    "CHG206",
                    "nobody can know whether this list is added, removed, or all of it; write add:, remove:, or to: before the list",
                )
            ],
        ),
        (
            step(GROUP, "ingress: {tcp: {to: 1}}"),
            [
                (
                    "CHG206",
                    "items of ingress are added and removed; write add: or remove: and a list of {protocol, port, cidr}",
                )
            ],
        ),
        (
            step(GROUP, f"ingress: {{add: [{RULE_TEXT}], to: []}}"),
            [
                (
                    "CHG206",
                    '"to" stands beside add: and remove:; give each of its members {from: …, to: …}, or add: and remove: alone',
                )
            ],
        ),
        (
            step(GROUP, "ingress: {add: [{prt: 443}]}"),
            [("CHG204", "a rule has no prt; it may have protocol, port or cidr")],
        ),
        (
            step(GROUP, "ingress: {add: [web]}"),
            [("CHG204", "this is no item of ingress; write each as {protocol, port, cidr}")],
        ),
        (step(GROUP, "tags: {add: [Team]}"), [("CHG204", "this is no item of tags; write name: value")]),
        (
            step(BALANCER, "policy: {Statement: []}"),
            [
                (
                    "CHG206",
                    "nobody can know whether this is all of policy, or members of it; write to: before it, or give single members {from: …, to: …}",
                )
            ],
        ),
        (
            step(BALANCER, "attributes: {a: {b: {from: 1, to: 2}}}"),
            [
                (
                    "CHG206",
                    "from: and to: stand too deep to be understood; write a: {from: …, to: …} with its whole value",
                )
            ],
        ),
        (
            step(PARAMETER, "description: {from: {$secret: X}, to: y}"),
            [("CHG206", "a secret cannot be compared beforehand; leave from: out")],
        ),
        (
            step(PARAMETER, "value: hunter2"),
            [
                (
                    "CHG207",
                    "value may be a secret, and here it stands in git; if it is one, write {$secret: NAME}; else all is well",
                )
            ],
        ),
        (
            step(BALANCER, "groups: {add: [5]}"),
            [("CHG204", "this cannot be understood (AttributeError); it may have group")],
        ),
        (
            step(BALANCER, "attributes: {a: {$secert: X}}"),
            [("CHG131", '"$secert" is not $ref, $result or $secret; did you mean "$secret"?')],
        ),
    ],
)
def test_what_cannot_be_meant_is_complained_of(text: str, complaints: list[tuple[str, str]]) -> None:
    assert read_part(ACTION, text, KINDS)[1] == complaints


def test_the_example_is_free_of_complaints() -> None:
    steps = ACTION.example.split("- name")[1:]
    parts = [read_part(ACTION, f"- name{text}", {**KINDS, "load-balancer": _with_tags()}) for text in steps]
    assert [[rule for rule, _ in complaints] for _, complaints in parts] == [[], [], []]


def _with_tags() -> ResourceKind:
    kind = KINDS["load-balancer"]
    return ResourceKind(
        kind.name, kind.type, kind.service, kind.id, {}, (*kind.facets, KINDS["security-group"].facet("tags"))
    )


@dataclass(frozen=True)
class Eyes:
    """Sight of one resource, or of none."""

    live: Resource | None
    known_values: Mapping[Any, Body] = field(default_factory=dict)
    region: str = "ap-southeast-2"

    def ref(self, target: Target) -> Ref:
        return Ref(target.kind, (target.name,), self.region)

    def now(self, ref: Ref) -> Resource | None:
        return self.live

    def known(self, value: Body) -> Body:
        return substituted(value, self.known_values.__getitem__)

    def kind(self, name: str) -> ResourceKind:
        return KINDS[name]


def aim(
    resource: str, change: str, live: Resource | None, known: Mapping[Any, Body] | None = None
) -> Mapping[str, Body]:
    """The bodies that a change aims at, by the name of the setting."""
    read, complaints = read_part(ACTION, step(resource, change), KINDS)
    assert [found for found in complaints if found[0] != "CHG207"] == []
    work = ACTION.work(read, Eyes(live, known or {}))
    assert isinstance(work, Aim)
    kind, name = resource.split("/", 1)
    assert {facet.ref for facet in work.want} == {Ref(kind, (name,), "ap-southeast-2")}
    return {facet.facet: body for facet, body in work.want.items()}


HELD = {"tcp:443:203.0.113.0/24": {"Description": "office"}, "tcp:22:10.0.0.0/8": {}}
WEB = {"Sid": "web", "Action": "get"}


@pytest.mark.parametrize(
    ("resource", "live", "change", "want"),
    [
        (
            BALANCER,
            {"attributes": {"a": "60", "b": "x"}},
            "attributes: {a: {from: 60, to: 120}}",
            {"a": "120", "b": "x"},
        ),
        (BALANCER, {"attributes": {"a": "60"}}, 'attributes: {a: {from: "60", to: "60"}}', {"a": "60"}),
        (BALANCER, {"attributes": {"a": "60"}}, "attributes: {b: true}", {"a": "60", "b": "true"}),
        (BALANCER, {"attributes": {"a": "false"}}, "attributes: {a: {from: false, to: true}}", {"a": "true"}),
        (BALANCER, {"attributes": {"a": "60", "b": "x"}}, "attributes: {a: {to: null}}", {"b": "x"}),
        (BALANCER, {"attributes": {"a": "60"}}, "attributes: {a: {to: null}}", None),
        (BALANCER, {}, "attributes: {a: {from: null, to: x}}", {"a": "x"}),
        (BALANCER, {"limits": {"a": 3, "d": "x"}}, "limits: {a: {from: 3, to: 4}, n: 5}", {"a": 4, "d": "x", "n": 5}),
        (
            BALANCER,
            {"policy": {"Statement": {"web": WEB}}},
            "policy: {from: {Statement: [{Sid: web, Action: get}]}, to: {Statement: [{Sid: db, Action: put}]}}",
            {"Statement": {"db": {"Sid": "db", "Action": "put"}}},
        ),
        (
            BALANCER,
            {"policy": {"Statement": {"web": WEB}}},
            'policy: {to: \'{"Statement": [{"Sid": "db"}]}\'}',
            {"Statement": {"db": {"Sid": "db"}}},
        ),
        (
            BALANCER,
            {"groups": {"sg-1": True}},
            "groups: {add: [sg-2, {group: sg-3}], remove: [sg-1]}",
            {"sg-2": True, "sg-3": True},
        ),
        (BALANCER, {"groups": {"sg-1": True}}, "groups: {from: [sg-1], to: [sg-2]}", {"sg-2": True}),
        (BALANCER, {"limits": {"a": 3}}, "limits: {a: {to: null}}", None),
        (BALANCER, {"limits": None}, "limits: {n: 5}", {"n": 5}),
        (PARAMETER, {"value": "7"}, "value: {from: 7, to: 14}", "14"),
        (PARAMETER, {"value": "7"}, "value: {from: '7', to: '14'}", "14"),
        (PARAMETER, {"description": "x"}, "description: {to: null}", None),
        (PARAMETER, {}, "description: {from: null, to: x}", "x"),
        (
            GROUP,
            {"ingress": HELD},
            "ingress: {add: [{port: 80, cidr: 0.0.0.0/0, description: all}]}",
            {**HELD, "tcp:80:0.0.0.0/0": {"Description": "all"}},
        ),
        (GROUP, {"ingress": HELD}, f"ingress: {{add: [{RULE_TEXT}]}}", HELD),
        (GROUP, {"ingress": HELD}, f"ingress: {{remove: [{RULE_TEXT}]}}", {"tcp:22:10.0.0.0/8": {}}),
        (
            GROUP,
            {"ingress": HELD},
            f"ingress: {{add: [{{port: 443, cidr: 203.0.113.0/24, description: new}}], remove: [{RULE_TEXT}, 'tcp:22:10.0.0.0/8']}}",
            {"tcp:443:203.0.113.0/24": {"Description": "new"}},
        ),
        (GROUP, {"ingress": HELD}, f"ingress: {{to: [{RULE_TEXT}]}}", {"tcp:443:203.0.113.0/24": {}}),
        (GROUP, {"ingress": HELD}, "ingress: {to: []}", None),
        (GROUP, {"tags": {"Team": "a"}}, "tags: {Team: {from: a, to: b}, Cost: 12}", {"Team": "b", "Cost": "12"}),
        (GROUP, {"tags": {"Team": "a"}}, "tags: {add: {Team: a}, remove: [Team]}", {"Team": "a"}),
        (GROUP, {"tags": {"Team": "a"}}, "tags: {remove: [Team]}", None),
        (GROUP, {"tags": {"Team": "a"}}, "tags: {to: {Name: x}}", {"Name": "x"}),
        (GROUP, {"tags": {"Team": "a"}}, "tags: {to: [{Key: Name, Value: x}]}", {"Name": "x"}),
    ],
)
def test_it_aims_at_production_with_the_edits_made(resource: str, live: Resource, change: str, want: Body) -> None:
    assert aim(resource, change, live) == {change.split(":")[0]: want}


def test_an_item_of_one_member_may_be_a_value_that_is_looked_up() -> None:
    known = {RefValue(Target("security-group", "x")): "sg-9"}
    assert aim(BALANCER, "groups: {add: [{$ref: security-group/x}]}", {"groups": None}, known) == {
        "groups": {"sg-9": True}
    }


def test_several_settings_are_aimed_at_in_the_order_of_the_plan() -> None:
    change = "tags: {Team: b}, ingress: {remove: ['tcp:22:10.0.0.0/8']}"
    want = aim(GROUP, change, {"ingress": HELD, "tags": {"Team": "a"}})
    assert list(want.items()) == [
        ("tags", {"Team": "b"}),
        ("ingress", {"tcp:443:203.0.113.0/24": {"Description": "office"}}),
    ]


def test_values_that_were_not_known_beforehand_are_known_when_it_works() -> None:
    known = {SecretValue("DB"): "hunter2", RefValue(Target("security-group", "x")): "sg-1"}
    assert aim(PARAMETER, "value: {$secret: DB}", {"value": "old"}, known) == {"value": "hunter2"}
    change = "ingress: {add: [{port: 22, cidr: {$ref: security-group/x}}]}"
    assert aim(GROUP, change, {"ingress": None}, known) == {"ingress": {"tcp:22:sg-1": {}}}


@pytest.mark.parametrize(
    ("resource", "live", "change", "sentence", "facts"),
    [
        (
            BALANCER,
            {"attributes": {"a.b": "90"}},
            'attributes: {a.b: {from: "60", to: "120"}}',
            "load-balancer/rentals attributes a.b is 90, and the plan starts from 60",
            ("a.b", "60", "90"),
        ),
        (
            BALANCER,
            {"attributes": None},
            'attributes: {a.b: {from: "60", to: "120"}}',
            "load-balancer/rentals attributes a.b is absent, and the plan starts from 60",
            ("a.b", "60", "absent"),
        ),
        (
            BALANCER,
            {"attributes": {"a.b": "\x1b[31m9\n0"}},
            "attributes: {a.b: {from: null, to: x}}",
            "load-balancer/rentals attributes a.b is 9 0, and the plan starts from absent",
            ("a.b", "absent", "9 0"),
        ),
        (
            PARAMETER,
            {"value": "hunter2"},
            "value: {from: canary, to: x}",
            f"{PARAMETER} value is (secret), and the plan starts from (secret)",
            ("", "(secret)", "(secret)"),
        ),
        (
            GROUP,
            {"tags": {"Team": "a"}},
            "tags: {add: {Team: b}}",
            "security-group/web tags Team is there already, and not as the plan adds it",
            ("Team", "absent", "a"),
        ),
        (
            GROUP,
            {"tags": {"Team": "a"}},
            "tags: {remove: [Name]}",
            "security-group/web tags Name is not there, and the plan removes it",
            ("Name", "present", "absent"),
        ),
        (
            GROUP,
            {"ingress": None},
            f"ingress: {{remove: [{RULE_TEXT}]}}",
            "security-group/web ingress tcp:443:203.0.113.0/24 is not there, and the plan removes it",
            ("tcp:443:203.0.113.0/24", "present", "absent"),
        ),
    ],
)
def test_production_that_is_not_what_the_plan_starts_from_is_refused(
    resource: str, live: Resource, change: str, sentence: str, facts: tuple[str, str, str]
) -> None:
    with pytest.raises(Drifted) as drifted:
        aim(resource, change, live)
    path, expected, found = facts
    facet = f"{resource} {change.split(':')[0]}"
    assert drifted.value.sentence == sentence
    assert drifted.value.facts == {"facet": facet, "path": path, "expected": expected, "found": found}
    assert drifted.value.hint == "look at who changed it (changectl log), then mend the plan"


def test_it_is_named_as_the_plan_names_it_and_not_by_its_id() -> None:
    class Named(Eyes):
        def ref(self, target: Target) -> Ref:
            return Ref(target.kind, ("app", "rentals", "cfd33fff4b893939"), self.region)

    read, _ = read_part(ACTION, step(BALANCER, 'attributes: {a.b: {from: "60", to: "120"}}'), KINDS)
    with pytest.raises(Drifted) as drifted:
        ACTION.work(read, Named({"attributes": {"a.b": "90"}}))
    assert drifted.value.sentence == "load-balancer/rentals attributes a.b is 90, and the plan starts from 60"
    assert drifted.value.facts["facet"] == "load-balancer/app/rentals/cfd33fff4b893939 attributes"


def test_a_resource_that_does_not_exist_is_not_made() -> None:
    with pytest.raises(NotFound, match=r"^security-group/web does not exist$"):
        aim(GROUP, "tags: {Team: a}", None)


@pytest.mark.parametrize(
    ("resource", "live", "change", "sentence"),
    [
        (PARAMETER, {"description": "x"}, "description: {a: b}", f"{PARAMETER} description has no members such as a"),
        (BALANCER, {"policy": {"Statement": {}}}, "policy: {to: 5}", f"{BALANCER} policy cannot be what the plan says"),
        (
            GROUP,
            {"ingress": None},
            "ingress: {add: [{port: 1, cidr: a, x: {$secret: X}}]}",
            f"{GROUP} ingress cannot have this item: a rule has no x",
        ),
    ],
)
def test_what_only_production_shows_to_be_wrong_is_the_plans_fault(
    resource: str, live: Resource, change: str, sentence: str
) -> None:
    with pytest.raises(PlanWrong) as wrong:
        aim(resource, change, live, {SecretValue("X"): "x"})
    assert wrong.value.sentence == sentence


def test_a_step_says_what_it_does() -> None:
    assert ACTION.says(spec(GROUP, {"ingress": (), "tags": ()})) == "set ingress, tags of security-group/web"


def test_the_resource_of_a_step_can_be_found_in_what_was_read() -> None:
    from changectl.model.bodies import targets_in

    read, _ = read_part(ACTION, step(GROUP, "ingress: {add: [{port: 1, cidr: {$ref: security-group/x}}]}"), KINDS)
    assert list(targets_in(read)) == [Target("security-group", "web"), Target("security-group", "x")]


def test_a_live_body_is_not_changed_by_working() -> None:
    live = {"attributes": {"a": "60"}}
    aim(BALANCER, "attributes: {a: {to: '120'}, b: x}", live)
    assert live == {"attributes": {"a": "60"}}


def test_a_facet_is_named_in_full() -> None:
    ref = Ref("security-group", ("web",), "ap-southeast-2")
    read, _ = read_part(ACTION, step(GROUP, "tags: {Team: b}"), KINDS)
    assert ACTION.work(read, Eyes({"tags": {"Team": "a"}})) == Aim({FacetRef(ref, "tags"): {"Team": "b"}})
