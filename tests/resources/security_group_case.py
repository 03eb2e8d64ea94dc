"""The security group of the contract: a rule for each sort of peer, a way out, a tag; and what each operation does."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name

from changectl.model.resource import Call, Ref
from tests.resources.case import Step

REGION = "ap-southeast-2"
CORP, VPN, ANYWHERE = "10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0"


def make(client: Callable[[str], Any]) -> Ref:
    """A group in a VPC of its own, beside another that it lets in."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
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
