"""Load balancers (ALB, NLB, Gateway): attributes, security groups, subnets, address type, tags. Listeners are not part."""

from collections.abc import Mapping
from typing import Any

from changectl.contracts.kind import (
    Create,
    Delete,
    Effect,
    Facet,
    Hand,
    Items,
    Loss,
    Names,
    Put,
    Read,
    ResourceKind,
    Settled,
    Sought,
)
from changectl.contracts.shape import RAW, TAGS, TEXT, Shape
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref

CHOSEN = ("AllocationId", "PrivateIPv4Address", "IPv6Address")  # of a subnet's addresses; AWS assigns the rest


def _groups(raw: Any) -> Body:
    return {str(group): True for group in raw or ()} or None


def _group(said: Mapping[str, Any]) -> tuple[str, Body]:
    if set(said) != {"group"}:
        raise ValueError("it is written {group: sg-…}")
    return str(said["group"]), True


def _subnets(raw: Any) -> Body:
    zones = raw or []
    return {zone["SubnetId"]: _mapping(zone.get("LoadBalancerAddresses") or [zone]) for zone in zones} or None


def _mapping(addresses: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: address[name] for address in addresses for name in CHOSEN if address.get(name)}


def _mappings(body: Body) -> list[dict[str, Any]]:
    return [{"SubnetId": subnet, **mapping} for subnet, mapping in sorted((body or {}).items())]


def _set_subnets(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    return (Call("elbv2", "SetSubnets", {"LoadBalancerArn": ref.id[0], "SubnetMappings": _mappings(want)}),)


def _subnets_left(params: Mapping[str, Any], now: Body) -> Body:
    return _subnets(params.get("SubnetMappings") or [{"SubnetId": subnet} for subnet in params["Subnets"]])


def _set_address_type(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    return (Call("elbv2", "SetIpAddressType", {"LoadBalancerArn": ref.id[0], "IpAddressType": want}),)


BALANCER = Read(
    "DescribeLoadBalancers", many="LoadBalancerArns", batch=20, items="LoadBalancers", key="LoadBalancerArn"
)
ATTRIBUTES = Read("DescribeLoadBalancerAttributes")
TAGS_OF = Read("DescribeTags", many="ResourceArns", batch=20, items="TagDescriptions", key="ResourceArn")
IDENTITY = "{LoadBalancerName: LoadBalancerName, Scheme: Scheme, Type: Type, VpcId: VpcId}"

ADDRESSES = Loss("a subnet that comes back gets new addresses from AWS", "*", "present", "absent", residue=False)
SUBNETS = Facet(
    "subnets",
    (BALANCER,),
    "AvailabilityZones",
    Shape(_subnets, _mappings, "a map by subnet"),
    Hand(("SetSubnets",), _set_subnets, _subnets_left, ("Subnets", "SubnetMappings")),
    Grain.WHOLE,
    show="all",
    losses=(ADDRESSES,),
    group="network",
)
GROUPS = Facet(
    "security-groups",
    (BALANCER,),
    "SecurityGroups",
    Shape(_groups, sorted, "a set of group ids"),
    Put("SetSecurityGroups", "SecurityGroups", empty=[]),
    Grain.ITEM,
    show="all",
    author=_group,
    author_members=("group",),
    said=lambda key, body: {"group": key},
    blank={"group": "<sg-…>"},
)
ADDRESS_TYPE = Hand(
    ("SetIpAddressType", "SetSubnets"),
    _set_address_type,
    lambda params, now: params["IpAddressType"],
    ("IpAddressType",),
)
SETTING = Items("ModifyLoadBalancerAttributes", "Attributes", batch=20)
TAGGING = Items("AddTags", "Tags", "RemoveTags", "TagKeys", keys_only=True, params={"ResourceArns": ("{arn}",)})
OWN = r":loadbalancer/(app|net|gwy)/"

KIND = ResourceKind(
    name="load-balancer",
    type="AWS::ElasticLoadBalancingV2::LoadBalancer",
    service="elbv2",
    id=("arn",),
    params={"LoadBalancerArn": "{arn}"},
    names=Names(
        Read("DescribeLoadBalancers", many="Names", batch=20, items="LoadBalancers"),
        name="LoadBalancerName",
        id="LoadBalancerArn",
        id_like="^arn:",
    ),
    facets=(
        Facet("identity", (BALANCER,), IDENTITY, RAW, None, Grain.WHOLE, show="all"),
        Facet("attributes", (ATTRIBUTES,), "Attributes", TAGS, SETTING, show="all"),
        Facet(
            "ip-address-type",
            (BALANCER,),
            "IpAddressType",
            TEXT,
            ADDRESS_TYPE,
            Grain.WHOLE,
            show="all",
            group="network",
        ),
        SUBNETS,
        GROUPS,
        Facet("tags", (TAGS_OF,), "Tags", TAGS, TAGGING, show="all"),
    ),
    also=(
        Effect("CreateLoadBalancer", "creates", "LoadBalancers[].LoadBalancerArn", of="answer"),
        Effect("DeleteLoadBalancer", "deletes", "LoadBalancerArn"),
        Effect("SetSecurityGroups", "writes", "LoadBalancerArn", ("security-groups",), if_any=("SecurityGroups",)),
        Effect("AddTags", "writes", "ResourceArns", ("tags",), only=OWN),
        Effect("RemoveTags", "writes", "ResourceArns", ("tags",), only=OWN),
    ),
    create=Create(
        "CreateLoadBalancer",
        lambda ref, want: (),
        ("identity",),
        new_id=True,
        sought=Sought(
            "DescribeLoadBalancers", lambda asked: {"Names": [asked["Name"]]}, "LoadBalancers[].LoadBalancerArn"
        ),
    ),
    delete=Delete("DeleteLoadBalancer", opened_by={"attributes": {"deletion_protection.enabled": "false"}}),
    recreated_why="a load balancer made anew has another ARN and DNS name, and no listeners",
    gone=frozenset({"LoadBalancerNotFound"}),
    exists=frozenset({"DuplicateLoadBalancerName"}),
    incarnation="CreatedTime",
    settled=Settled("State.Code", ("active", "active_impaired", "failed")),
    brings=("AWS::EC2::NetworkInterface",),
    not_captured={
        "Listeners": "resources of their own; they go with the load balancer",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "comes with SetSecurityGroups, and is not put back",
        "EnablePrefixForIpv6SourceNat": "comes with SetSubnets, and is not put back",
        "MinimumLoadBalancerCapacity": "ModifyCapacityReservation; AWS allows few decreases a day",
        "Ipv4IpamPoolId": "ModifyIpPools; takes effect for new addresses only",
    },
    ignored={"CreateListener": "makes a listener, which is a resource of its own"},
)
