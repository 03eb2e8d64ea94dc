"""Three kinds with one setting of every sort, for the tests of whatever names settings."""

import json
from collections.abc import Mapping
from typing import Any

from changectl.contracts.kind import Facet, Put, Read, ResourceKind
from changectl.contracts.shape import PLAIN, TAGS, TEXT, Shape
from changectl.model.merge import Grain
from changectl.model.resource import Body

READ = Read("DescribeThings")
PUT = Put("PutThing", "Thing")


def _rule(said: Mapping[str, Any]) -> tuple[str, Body]:
    stray = set(said) - {"protocol", "port", "cidr", "description"}
    if stray or "port" not in said or "cidr" not in said:
        raise ValueError(f"a rule has no {min(stray)}" if stray else "a rule has a port and a cidr")
    key = f"{said.get('protocol', 'tcp')}:{said['port']}:{said['cidr']}"
    return key, {"Description": said["description"]} if "description" in said else {}


def _policy(raw: Any) -> Body:
    document = json.loads(raw) if isinstance(raw, str) else raw
    return {"Statement": {each["Sid"]: each for each in document["Statement"]}}


def _group(said: Mapping[str, Any]) -> tuple[str, Body]:
    return said["group"].strip(), True


GROUPS = Shape(lambda raw: dict.fromkeys(raw or (), True) or None, sorted, "a set of group ids")
POLICY = Shape(_policy, lambda body: json.dumps({"Statement": list(body["Statement"].values())}), "a policy document")


def facet(name: str, **more: Any) -> Facet:
    return Facet(name, (READ,), **{"show": "all", "write": PUT, **more})


GROUP = ResourceKind(
    "security-group",
    "AWS::EC2::SecurityGroup",
    "ec2",
    ("id",),
    {},
    (
        facet("ingress", grain=Grain.ITEM, shape=PLAIN, author=_rule, author_members=("protocol", "port", "cidr")),
        facet("tags", shape=TAGS),
        facet("rules-count", write=None),
        facet("identity", write=None),
    ),
)
BALANCER = ResourceKind(
    "load-balancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "elbv2",
    ("name",),
    {},
    (
        facet("attributes"),
        facet("policy", grain=Grain.WHOLE, shape=POLICY),
        facet("limits", shape=PLAIN),
        facet("groups", grain=Grain.ITEM, shape=GROUPS, author=_group, author_members=("group",)),
    ),
)
PARAMETER = ResourceKind(
    "parameter",
    "AWS::SSM::Parameter",
    "ssm",
    ("name",),
    {},
    (facet("value", grain=Grain.WHOLE, shape=TEXT, secret=True), facet("description", shape=TEXT)),
)
KINDS = {kind.name: kind for kind in (GROUP, BALANCER, PARAMETER)}
