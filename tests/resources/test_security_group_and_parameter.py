"""What only security groups and parameters do: rules as people write them, secrets among what may be seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from emulators import ACCOUNT, REGION, Emulator
from parts import read_part

from changectl.actions.set import ACTION
from changectl.aws.clients import Settings
from changectl.aws.connection import connect
from changectl.contracts.kind import ResourceKind
from changectl.engine.effects import touched
from changectl.engine.finding import find
from changectl.engine.show import shown, shown_difference
from changectl.engine.verdict import asks_back, reversibility
from changectl.engine.writing import writes
from changectl.errors import Drifted, NotFound
from changectl.model.difference import differences
from changectl.model.preview import Reversibility, Verdict
from changectl.model.resource import Body, Call, FacetRef, Ref, Resource, Target
from changectl.resources import parameter, security_group
from tests.resources import parameter_case, security_group_case
from tests.resources.stage import KINDS, ROWS, eyes, foreseen

INGRESS = security_group.KIND.facet("ingress")
VALUE = parameter.KIND.facet("value")
WEB = Ref("security-group", ("sg-1",), REGION)
LIMIT = Ref("parameter", ("/rentals/booking-limit",), REGION)
PLAIN: Mapping[str, Body] = {"Value": "7", "Type": "String", "DataType": "text", "Tier": "Standard"}
SECURE: Mapping[str, Body] = {"SecureValue": "canary", "Type": "SecureString", "KeyId": "alias/aws/ssm"}


@pytest.mark.parametrize(
    ("said", "key", "body"),
    [
        ({"port": 443, "cidr": "203.0.113.0/24"}, "tcp 443 203.0.113.0/24", {}),
        ({"protocol": "udp", "ports": "8000-8100", "cidr": "10.0.0.0/8"}, "udp 8000-8100 10.0.0.0/8", {}),
        ({"protocol": 17, "port": 53, "cidr": "10.1.2.3"}, "udp 53 10.1.2.3/32", {}),
        ({"port": 443, "cidr": "2001:DB8:0::/32"}, "tcp 443 2001:db8::/32", {}),
        ({"port": 22, "group": "sg-2", "description": "office"}, "tcp 22 sg-2", {"Description": "office"}),
        ({"port": 22, "group": "210987654321/sg-2"}, "tcp 22 sg-2", {"Owner": "210987654321"}),
        ({"protocol": "all", "prefix_list": "pl-1"}, "all pl-1", {}),
        ({"protocol": "icmp", "cidr": "0.0.0.0/0"}, "icmp -1 0.0.0.0/0", {}),
        ({"protocol": "icmp", "ports": "8--1", "cidr": "0.0.0.0/0"}, "icmp 8--1 0.0.0.0/0", {}),
        ({"protocol": 50, "cidr": "0.0.0.0/0"}, "50 0.0.0.0/0", {}),
    ],
)
def test_a_rule_is_written_as_people_say_it(said: Mapping[str, Any], key: str, body: Body) -> None:
    assert INGRESS.author is not None
    assert INGRESS.author(said) == (key, body)
    assert INGRESS.shape.canon(INGRESS.shape.wire({key: body})) == {key: body}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"port": 443, "cidr": "203.0.113.9/24"}, "is an address inside the network 203.0.113.0/24"),
        ({"port": 443, "cidr": "2001:db8::1/32"}, "inside the network 2001:db8::/32"),
        ({"port": 443, "cidr": "203.0.113/24"}, "does not appear to be an IPv4 or IPv6 network"),
        ({"port": 443}, "a rule has one of cidr, group and prefix_list"),
        ({"port": 443, "cidr": "10.0.0.0/8", "group": "sg-1"}, "a rule has one of"),
        ({"port": 443, "group": "web"}, "web is no id such as sg-"),
        ({"port": 443, "prefix_list": "1/pl-1"}, "1/pl-1 is no id such as pl-"),
        ({"cidr": "10.0.0.0/8"}, "a rule for tcp has a port"),
        ({"protocol": "all", "port": 443, "cidr": "10.0.0.0/8"}, "is for all ports"),
        ({"port": 443, "ports": "1-2", "cidr": "10.0.0.0/8"}, "port or ports, not both"),
        ({"port": "https", "cidr": "10.0.0.0/8"}, "https is no port"),
        ({"ports": "90-80", "cidr": "10.0.0.0/8"}, "90-80 is not within 0-65535"),
        ({"port": 70000, "cidr": "10.0.0.0/8"}, "70000 is not within 0-65535"),
        ({"port": 443, "cidr": "10.0.0.0/8", "action": "deny"}, "a rule has no action"),
    ],
)
def test_what_is_no_rule_says_what_is_wrong_with_it(said: Mapping[str, Any], why: str) -> None:
    assert INGRESS.author is not None
    with pytest.raises(ValueError, match=why):
        INGRESS.author(said)


def test_a_rule_is_known_by_whichever_spelling_a_call_has() -> None:
    spelled = {"IpProtocol": "6", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "203.0.113.9/24"}]}
    call = Call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-1", "IpPermissions": [spelled]}, REGION)

    assert foreseen(WEB, call, {"ingress": None}) == {"ingress": {"tcp 443 203.0.113.0/24": {}}}


def test_the_own_account_is_no_part_of_a_rule_and_another_is() -> None:
    pairs = [{"GroupId": "sg-2", "UserId": "1"}, {"GroupId": "sg-3", "UserId": "2"}]
    raw = {"owner": "1", "rules": [{"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": pairs}]}

    assert INGRESS.shape.canon(raw) == {"all sg-2": {}, "all sg-3": {"Owner": "2"}}


def test_a_description_changes_without_closing_the_rule() -> None:
    now, want = {"tcp 443 10.0.0.0/8": {"Description": "corp"}}, {"tcp 443 10.0.0.0/8": {}}

    [call] = writes(security_group.KIND, WEB, {"ingress": now}, {"ingress": want}, ACCOUNT)

    assert call.operation == "UpdateSecurityGroupRuleDescriptionsIngress"


def test_opening_a_rule_again_asks_first_and_closing_one_does_not() -> None:
    none: Resource = {"ingress": None}
    some: Resource = {"ingress": {"tcp 22 0.0.0.0/0": {}}}

    assert asks_back(security_group.KIND, some, none) == "putting ingress back widens access"
    assert asks_back(security_group.KIND, none, some) == ""


def test_tags_of_other_things_are_not_the_groups() -> None:
    tag = {"Tags": [{"Key": "a", "Value": "b"}]}
    both = Call("ec2", "CreateTags", {"Resources": ["sg-1", "i-1"], **tag}, REGION)

    assert touched(ROWS, KINDS, both).writes == {FacetRef(WEB, "tags")}
    assert not touched(ROWS, KINDS, both).known


def test_a_group_is_found_by_its_name(emulator: Emulator) -> None:
    ref, asking = security_group_case.make(emulator.client), eyes(connect(Settings(REGION, endpoint=emulator.endpoint)))
    by_name, by_id = Target("security-group", "web"), Target("security-group", ref.id[0])

    assert find(KINDS, [by_name, by_id], asking, REGION).refs == {by_name: ref, by_id: ref}
    with pytest.raises(NotFound):
        find(KINDS, [Target("security-group", "stables")], asking, REGION)
    with pytest.raises(NotFound, match="is the name of"):  # every VPC has one
        find(KINDS, [Target("security-group", "default")], asking, REGION)


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("/rentals/x", "/rentals/x"),
        ("rentals/x", "/rentals/x"),
        ("x", "x"),
        ("arn:aws:ssm:ap-southeast-2:123456789012:parameter/rentals/x", "/rentals/x"),
        ("arn:aws:ssm:ap-southeast-2:123456789012:parameter/x", "x"),
        ("/rentals/x:3", "/rentals/x:3"),
    ],
)
def test_a_parameter_has_one_name_however_it_is_spelled(spelled: str, name: str) -> None:
    assert parameter.KIND.spell is not None
    assert parameter.KIND.spell(spelled) == (name,)


@pytest.mark.parametrize(
    "change",
    [
        'value: {from: "7", to: "14"}',
        "value: {from: 7, to: 14}",
        'value: {to: "14"}',
        "value: 14",
        'value: {Value: {from: "7", to: "14"}}',
    ],
)
def test_a_value_is_set_in_every_form_and_what_is_beside_it_stays(change: str) -> None:
    assert _set(change, PLAIN) == {**PLAIN, "Value": "14"}


def test_a_value_that_is_a_secret_is_set_in_the_same_way() -> None:
    assert _set("value: rotated", SECURE) == {**SECURE, "SecureValue": "rotated"}
    assert _set("value: {from: canary, to: rotated}", SECURE) == {**SECURE, "SecureValue": "rotated"}
    with pytest.raises(Drifted) as drifted:
        _set("value: {from: other, to: rotated}", SECURE)
    assert "canary" not in f"{drifted.value} {drifted.value.facts}"


def test_the_whole_may_be_said_too() -> None:
    whole = '{Value: "14", Type: String, DataType: text, Tier: Standard}'

    assert _set(f"value: {{to: {whole}}}", {**PLAIN, "Description": "of a guest"}) == {**PLAIN, "Value": "14"}


def test_a_value_is_shown_unless_it_is_a_secret() -> None:
    at = FacetRef(LIMIT, "value")
    [plain] = differences(at, PLAIN, {**PLAIN, "Value": "14"})
    [secret] = differences(at, SECURE, {**SECURE, "SecureValue": "rotated"})

    assert shown_difference(VALUE, plain, {}).before == "7"
    assert shown_difference(VALUE, plain, {}).after == "14"
    assert shown_difference(VALUE, secret, {}).after == "(another secret)"
    assert shown(VALUE, SECURE) == shown(VALUE, PLAIN) == "(secret)"


def test_what_goes_from_a_parameter_is_sent_empty() -> None:
    now = {**PLAIN, "Description": "of a guest", "Policies": [{"Type": "NoChangeNotification"}]}

    [call] = writes(parameter.KIND, LIMIT, {"value": now}, {"value": PLAIN}, ACCOUNT)

    assert call.params == {
        "Name": "/rentals/booking-limit", **PLAIN, "Description": "", "Policies": "[{}]", "Overwrite": True,
    }  # fmt: skip


def test_what_an_overwrite_may_drop_makes_it_unforeseeable() -> None:
    call = Call("ssm", "PutParameter", {"Name": LIMIT.id[0], "Value": "8", "Overwrite": True}, REGION)

    assert foreseen(LIMIT, call, {"value": PLAIN}) == {"value": {**PLAIN, "Value": "8"}}
    assert foreseen(LIMIT, call, {"value": {**PLAIN, "AllowedPattern": "^.*$"}}) is None


def test_the_advanced_tier_stays() -> None:
    was: Resource = {"value": PLAIN}
    will: Resource = {"value": {**PLAIN, "Tier": "Advanced"}}

    other: Resource = {"value": {**PLAIN, "Value": "8"}}

    assert reversibility(parameter.KIND, was, other) == Verdict(Reversibility.EXACT)
    assert "standard tier" in reversibility(parameter.KIND, was, will).why
    assert reversibility(parameter.KIND, was, None).reversibility is Reversibility.LOSSY


def test_labels_are_not_captured_and_so_unknown() -> None:
    call = Call("ssm", "LabelParameterVersion", {"Name": parameter_case.NAME, "Labels": ["live"]}, REGION)

    assert not touched(ROWS, KINDS, call).known


@dataclass(frozen=True)
class Sight:
    """Sight of one parameter."""

    live: Resource

    def ref(self, target: Target) -> Ref:
        return LIMIT

    def now(self, ref: Ref) -> Resource:
        return self.live

    def known(self, value: Body) -> Body:
        return value

    def kind(self, name: str) -> ResourceKind:
        return KINDS[name]


def _set(change: str, live: Body) -> Body:
    """The value after a step of a plan."""
    spec, complaints = read_part(ACTION, f"set: parameter/rentals/booking-limit\nchange: {{{change}}}", KINDS)
    assert [rule for rule, _ in complaints if rule != "CHG207"] == []
    sight: Any = Sight({"value": live})
    body: Body = ACTION.work(spec, sight).want[FacetRef(LIMIT, "value")]
    return body
