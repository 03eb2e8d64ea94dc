"""The security group of the contract: a rule for each sort of peer, a way out, a tag; and what each operation does."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from ipaddress import ip_network
from typing import Any

from botocore import xform_name
from hypothesis import strategies as st

from changectl.model.resource import Body, Call, Ref, Resource
from tests.resources.case import Step
from tests.resources.texts import TAGS

REGION = "ap-southeast-2"
CORP, VPN, ANYWHERE = "10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0"


def make(client: Callable[[str], Any]) -> Ref:
    """A group in a VPC of its own, beside another that it lets in."""
    ec2 = client("ec2")
    both = {
        "CidrBlock": "10.9.0.0/16",
        "AmazonProvidedIpv6CidrBlock": True,
    }  # without IPv6 moto revokes none of its ways out
    vpc = ec2.create_vpc(**both)["Vpc"]["VpcId"]
    web, office = (_group(ec2, vpc, name) for name in ("web", "office"))
    rules = [
        _to(443, CORP, "corp"),
        _to(443, VPN, "vpn"),
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": office}]},
        {"IpProtocol": "udp", "FromPort": 8000, "ToPort": 8100, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
    ]
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=rules)
    ec2.create_tags(Resources=[web], Tags=[{"Key": "Team", "Value": "rentals"}])
    return Ref("security-group", (web,), REGION)


def disturb(ref: Ref, client: Callable[[str], Any]) -> list[Step]:
    """One step for each operation."""
    group = ref.id[0]

    def call(operation: str, **params: Any) -> Call:
        return Call("ec2", operation, {"GroupId": group, **params}, REGION)

    def modified() -> Call:
        rule = {"IpProtocol": "tcp", "FromPort": 444, "ToPort": 444, "CidrIpv4": VPN, "Description": "vpn"}
        changed = {"SecurityGroupRuleId": _rule_id(client("ec2"), group, VPN), "SecurityGroupRule": rule}
        return call("ModifySecurityGroupRules", SecurityGroupRules=[changed])

    def tags(operation: str, *tags: Mapping[str, str]) -> Call:
        return Call("ec2", operation, {"Resources": [group], "Tags": list(tags)}, REGION)

    return [
        Step(call("AuthorizeSecurityGroupIngress", IpPermissions=[_to(8080, ANYWHERE, "oops"), _to(8081, CORP)])),
        Step(call("RevokeSecurityGroupIngress", IpPermissions=[_to(443, CORP, "corp")])),
        Step(call("AuthorizeSecurityGroupEgress", IpPermissions=[_to(25, "203.0.113.0/24", "mail")])),
        Step(call("RevokeSecurityGroupEgress", IpPermissions=[_out()])),
        Step(call("UpdateSecurityGroupRuleDescriptionsIngress", IpPermissions=[_to(443, VPN, "renamed")])),
        Step(call("UpdateSecurityGroupRuleDescriptionsEgress", IpPermissions=[_out("all")])),
        Step(modified),
        Step(tags("CreateTags", {"Key": "Trial", "Value": "yes"}, {"Key": "Team", "Value": "stables"})),
        Step(tags("DeleteTags", {"Key": "Team"})),
    ]


def creation(ref: Ref, client: Callable[[str], Any]) -> Call:
    """The call that made it."""
    vpc = client("ec2").describe_security_groups(GroupIds=[ref.id[0]])["SecurityGroups"][0]["VpcId"]
    return Call("ec2", "CreateSecurityGroup", {"GroupName": "web", "Description": "web", "VpcId": vpc}, REGION)


GAPS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "moto": {
        ("UpdateSecurityGroupRuleDescriptionsEgress", "IpPermissions"): "a description that is left out is not removed",
    },
    "ministack": {
        ("UpdateSecurityGroupRuleDescriptionsIngress", "IpPermissions"): "it does not know the operation",
        ("UpdateSecurityGroupRuleDescriptionsEgress", "IpPermissions"): "it does not know the operation",
    },
}


def gaps_seen(emulator: str, ref: Ref, client: Callable[[str], Any]) -> set[tuple[str, str]]:
    """The gaps, by plain clients."""
    ec2, seen = client("ec2"), set()
    for side, at in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
        operation = f"UpdateSecurityGroupRuleDescriptions{side}"
        describe = getattr(ec2, xform_name(operation))
        text = "" if side == "Egress" else "renamed"
        try:
            for said in ("all", text):
                rule = _to(443, VPN, said) if side == "Ingress" else _out(said)
                describe(GroupId=ref.id[0], IpPermissions=[rule])
        except ec2.exceptions.ClientError:
            seen.add((operation, "IpPermissions"))
            continue
        [shown] = ec2.describe_security_groups(GroupIds=[ref.id[0]])["SecurityGroups"]
        peers = [peer for rule in shown[at] for peer in rule["IpRanges"] if peer["CidrIp"] in (VPN, ANYWHERE)]
        if [peer.get("Description", "") for peer in peers] != [text]:
            seen.add((operation, "IpPermissions"))
    return seen


def _out(description: str = "") -> dict[str, Any]:
    peer = {"CidrIp": ANYWHERE, **({"Description": description} if description else {})}
    return {"IpProtocol": "-1", "IpRanges": [peer]}


def _group(ec2: Any, vpc: str, name: str) -> str:
    return str(ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"])


def _to(port: int, cidr: str, description: str = "") -> dict[str, Any]:
    peer = {"CidrIp": cidr, **({"Description": description} if description else {})}
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [peer]}


def _rule_id(ec2: Any, group: str, cidr: str) -> str:
    here = [{"Name": "group-id", "Values": [group]}]
    rules = ec2.describe_security_group_rules(Filters=here)["SecurityGroupRules"]
    return next(str(rule["SecurityGroupRuleId"]) for rule in rules if rule.get("CidrIpv4") == cidr)


# Generated states

TEXT = st.one_of(
    st.sampled_from([" ", "corp", "a b:c=d;e", "x" * 255]),
    st.text("abzAZ019 ._-:/()#,@[]+=&;{}!$*", min_size=1, max_size=30),
)
ANY = st.one_of(st.just({}), st.builds(lambda text: {"Description": text}, TEXT))
DESCRIBES = {"moto": st.builds(lambda text: {"Description": text}, TEXT), "ministack": st.just({"Description": "ours"})}
"""Moto removes no description, and MiniStack changes none."""

IDS: Mapping[str, Any] = {
    "groups": ("sg-0a", "sg-0b"),
    "lists": ("pl-0a",),
    "foreign": ("sg-0f",),
    "many": 120,
    "numbers": ("50",),
    "describes": ANY,
    "several": True,
    "born": (),
}


def ids(ref: Ref, client: Callable[[str], Any], emulator: str) -> Mapping[str, Any]:
    """The groups beside it, and itself."""
    vpc = client("ec2").describe_security_groups(GroupIds=[ref.id[0]])["SecurityGroups"][0]["VpcId"]
    here = client("ec2").describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    return {
        "groups": sorted(group["GroupId"] for group in here),
        "lists": (),
        "foreign": (),
        "many": 45,
        "numbers": (),
        "describes": DESCRIBES[emulator],
        "several": emulator != "ministack",  # of one permission it revokes all peers or none
        "born": ("all 0.0.0.0/0",) if emulator == "ministack" else (),  # there is one already, which it cannot describe
    }


def _undescribed(names: Sequence[str], rules: Body) -> Body:
    return rules and {name: {} if name in names else rule for name, rule in rules.items()}


def states(ids: Mapping[str, Any]) -> st.SearchStrategy[tuple[Resource, Resource]]:
    """Two states, now and then with more rules than go into one call."""
    sides = {"ingress": _rules(ids), "egress": _rules(ids).map(partial(_undescribed, ids["born"])), "tags": TAGS}
    return st.tuples(st.fixed_dictionaries(sides), st.fixed_dictionaries(sides))


def _rules(ids: Mapping[str, Any]) -> st.SearchStrategy[Body]:
    own = st.builds(lambda ports, peer: f"{ports} {peer}", _ports(ids), _peers(ids))
    rules = st.dictionaries(own, ids["describes"], max_size=8)
    if ids["foreign"]:
        foreign = st.sampled_from(ids["foreign"]).map(lambda peer: {f"tcp 22 {peer}": {"Owner": "210987654321"}})
        rules = st.one_of(rules, st.builds(lambda some, more: {**some, **more}, rules, foreign))
    many: Mapping[str, Body] = {f"tcp {7000 + n} 10.0.0.0/8": {} for n in range(ids["many"])}
    more = rules.map(lambda some: {**many, **some})
    return st.one_of(rules, rules, rules, more).map(lambda found: found or None)


def _ports(ids: Mapping[str, Any]) -> st.SearchStrategy[str]:
    """Moto takes no protocol by its number without ports."""
    port = st.one_of(st.sampled_from([0, 1, 22, 443, 65535]), st.integers(0, 65535))
    ranges = (
        st.tuples(port, port).map(sorted).map(lambda two: f"{two[0]}" if two[0] == two[1] else f"{two[0]}-{two[1]}")
    )
    tcp = st.builds(lambda protocol, ports: f"{protocol} {ports}", st.sampled_from(["tcp", "udp"]), ranges)
    return st.one_of(tcp, tcp, st.sampled_from(["all", "icmp -1", "icmp 8--1", "icmp 3-4", *ids["numbers"]]))


def _peers(ids: Mapping[str, Any]) -> st.SearchStrategy[str]:
    def network(version: int, longest: int) -> st.SearchStrategy[str]:
        return st.builds(
            lambda address, size: str(ip_network((address, size), strict=False)),
            st.ip_addresses(v=version),
            st.integers(0, longest),
        )

    named = [*ids["groups"], *ids["lists"]]
    return st.one_of(network(4, 32), network(6, 128), st.sampled_from(named), st.just(ANYWHERE), st.just("::/0"))


def spelled(ref: Ref, ids: Mapping[str, Any], now: Resource) -> st.SearchStrategy[Call]:
    """Calls as people write them: several peers in one permission, a tag removed whatever its value."""
    several: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}
    several |= {"IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "ö"}]}
    if ids["several"]:
        several["IpRanges"].append({"CidrIp": "192.0.2.1/32"})
        several |= {"Ipv6Ranges": [{"CidrIpv6": "2001:db8:1::/48"}]}
    keys = sorted(now["tags"] or {"Nobody": ""})

    def call(operation: str, **params: Any) -> Call:
        return Call("ec2", operation, params, REGION)

    authorized = st.sampled_from(["Ingress", "Egress"]).map(
        lambda side: call(f"AuthorizeSecurityGroup{side}", GroupId=ref.id[0], IpPermissions=[several])
    )
    untagged = st.sampled_from(keys).map(lambda key: call("DeleteTags", Resources=[ref.id[0]], Tags=[{"Key": key}]))
    return st.one_of(authorized, untagged)
