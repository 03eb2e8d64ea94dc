"""The load balancer of the contract: two subnets, a group, a tag; and what each operation does to it."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from changectl.model.resource import Call, Ref, Resource
from tests.resources.case import Step
from tests.resources.texts import FEW_TAGS, some_of

REGION = "ap-southeast-2"


def make(client: Callable[[str], Any]) -> Ref:
    """An internal ALB in two of three subnets, with one security group of two and a tag."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [_subnet(ec2, vpc, number, zone) for number, zone in enumerate("abc")]
    groups = [_group(ec2, vpc, name) for name in ("web", "office")]
    made = client("elbv2").create_load_balancer(
        Name="rentals",
        Subnets=subnets[:2],
        SecurityGroups=groups[:1],
        Scheme="internal",
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    return Ref("load-balancer", (made["LoadBalancers"][0]["LoadBalancerArn"],), REGION)


def disturb(ref: Ref, client: Callable[[str], Any]) -> list[Step]:
    """One step for each operation."""
    arn = ref.id[0]
    balancer = client("elbv2").describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
    used = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
    vpc = client("ec2").describe_subnets(SubnetIds=used)["Subnets"][0]["VpcId"]  # MiniStack makes up the balancer's
    here = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    office = _named(client("ec2").describe_security_groups(**here)["SecurityGroups"], "office")
    every = [subnet["SubnetId"] for subnet in client("ec2").describe_subnets(**here)["Subnets"]]
    third = next(subnet for subnet in every if subnet not in used)

    def call(operation: str, **params: Any) -> Call:
        return Call("elbv2", operation, {"LoadBalancerArn": arn, **params}, REGION)

    def tags(operation: str, **params: Any) -> Call:
        return Call("elbv2", operation, {"ResourceArns": [arn], **params}, REGION)

    return [
        Step(
            call("ModifyLoadBalancerAttributes", Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "120"}])
        ),
        Step(call("SetSecurityGroups", SecurityGroups=[*balancer["SecurityGroups"], office])),
        Step(call("SetSubnets", SubnetMappings=[{"SubnetId": subnet} for subnet in (used[0], third)])),
        Step(call("SetSubnets", Subnets=[*used, third])),
        Step(call("SetSubnets", Subnets=[*used, third], IpAddressType="dualstack")),
        Step(call("SetIpAddressType", IpAddressType="dualstack")),
        Step(tags("AddTags", Tags=[{"Key": "Trial", "Value": "yes"}, {"Key": "Team", "Value": "bookings"}])),
        Step(tags("RemoveTags", TagKeys=["Team"])),
    ]


def creation(ref: Ref, client: Callable[[str], Any]) -> Call:
    """The call that made it, but for its scheme: with the same settings AWS gives the one that is there."""
    balancer = client("elbv2").describe_load_balancers(LoadBalancerArns=[ref.id[0]])["LoadBalancers"][0]
    subnets = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
    params = {"Name": "rentals", "Subnets": subnets, "Scheme": "internet-facing"}
    return Call("elbv2", "CreateLoadBalancer", params, REGION)


MAKES_TWO = ("moto",)
"""Emulators that take a name twice."""

GAPS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "moto": {("SetSubnets", "IpAddressType+Subnets"): "the address type is left as it was"},
    "ministack": {},
}


def _subnet(ec2: Any, vpc: str, number: int, zone: str) -> str:
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
    return str(made["Subnet"]["SubnetId"])


def _group(ec2: Any, vpc: str, name: str) -> str:
    return str(ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"])


def _named(groups: list[Mapping[str, Any]], name: str) -> str:
    return next(str(group["GroupId"]) for group in groups if group["GroupName"] == name)


# Generated states

IDS: Mapping[str, Any] = {"groups": ("sg-0a", "sg-0b", "sg-0c"), "subnets": ("subnet-a", "subnet-b", "subnet-c")}
ATTRIBUTES: Mapping[str, st.SearchStrategy[str]] = {
    "idle_timeout.timeout_seconds": st.integers(1, 4000).map(str),
    "deletion_protection.enabled": st.sampled_from(["true", "false"]),
    "routing.http2.enabled": st.sampled_from(["true", "false"]),
    "access_logs.s3.enabled": st.just("false"),
    "access_logs.s3.bucket": st.sampled_from(["", "logs"]),
    "access_logs.s3.prefix": st.sampled_from(["", "a/b c", "é"]),
    "routing.http.desync_mitigation_mode": st.sampled_from(["defensive", "strictest", "monitor"]),
}


def ids(ref: Ref, client: Callable[[str], Any], emulator: str) -> Mapping[str, Any]:
    """The groups and subnets of its VPC."""
    balancer = client("elbv2").describe_load_balancers(LoadBalancerArns=[ref.id[0]])["LoadBalancers"][0]
    used = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
    vpc = client("ec2").describe_subnets(SubnetIds=used)["Subnets"][0]["VpcId"]
    here = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    groups = client("ec2").describe_security_groups(**here)["SecurityGroups"]
    subnets = client("ec2").describe_subnets(**here)["Subnets"]
    return {
        "groups": sorted(group["GroupId"] for group in groups),
        "subnets": sorted(subnet["SubnetId"] for subnet in subnets),
    }


def states(ids: Mapping[str, Any]) -> st.SearchStrategy[tuple[Resource, Resource]]:
    """Two states, each with every attribute."""
    subnets = st.sets(st.sampled_from(list(ids["subnets"])), min_size=2)
    whole = {
        "attributes": st.fixed_dictionaries(dict(ATTRIBUTES)),
        "ip-address-type": st.sampled_from(["ipv4", "dualstack"]),
        "subnets": subnets.map(lambda found: {subnet: {} for subnet in sorted(found)}),
        "security-groups": some_of(ids["groups"]),
        "tags": FEW_TAGS,
    }
    return st.tuples(st.fixed_dictionaries(whole), st.fixed_dictionaries(whole))


def spelled(ref: Ref, ids: Mapping[str, Any], now: Resource) -> st.SearchStrategy[Call]:
    """Calls as people write them: one attribute, subnets by their ids, a tag that may not be there."""

    def call(operation: str, **params: Any) -> Call:
        return Call("elbv2", operation, params, REGION)

    arn, keys = ref.id[0], [*(now["tags"] or {}), "Nobody"]
    one = st.sampled_from(sorted(ATTRIBUTES)).flatmap(lambda key: ATTRIBUTES[key].map(lambda value: (key, value)))
    subnets = st.sets(st.sampled_from(list(ids["subnets"])), min_size=2).map(sorted)
    return st.one_of(
        one.map(
            lambda two: call(
                "ModifyLoadBalancerAttributes", LoadBalancerArn=arn, Attributes=[{"Key": two[0], "Value": two[1]}]
            )
        ),
        subnets.map(lambda found: call("SetSubnets", LoadBalancerArn=arn, Subnets=found)),
        st.sampled_from(keys).map(lambda key: call("RemoveTags", ResourceArns=[arn], TagKeys=[key])),
    )
