"""EC2 security groups: rules one by one, and tags. Who uses the group, and in which other VPCs, is not captured."""

from collections.abc import Mapping
from typing import Any

from changectl.contracts.kind import Create, Delete, Effect, Facet, Items, Names, Read, ResourceKind, Sought
from changectl.contracts.shape import RAW, TAGS
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref
from changectl.resources.security_group.rules import BLANK, MEMBERS, RULES, describable, rule, said, widens


def _by(name: str) -> Any:
    """By filter, since GroupIds fails as a whole where one of the groups is gone."""
    return lambda wanted: {"Filters": [{"Name": name, "Values": list(wanted)}]}


def _id(spelled: str) -> tuple[str, ...]:
    return (spelled.rpartition("/")[2] if spelled.startswith("arn:") else spelled,)


def _side(name: str, at: str, verb: str) -> Facet:
    return Facet(
        name,
        (GROUPS,),
        f"{{owner: OwnerId, rules: {at}}}",
        RULES,
        Items(
            f"AuthorizeSecurityGroup{verb}",
            "IpPermissions",
            f"RevokeSecurityGroup{verb}",
            "IpPermissions",
            update=False,
            describe=f"UpdateSecurityGroupRuleDescriptions{verb}",
            describable=describable,
            duplicate=("InvalidPermission.Duplicate",),
            missing=("InvalidPermission.NotFound",),
        ),
        Grain.ITEM,
        show="all",
        author=rule,
        author_members=MEMBERS,
        said=said,
        blank=BLANK,
        widens=widens,
    )


def _create(ref: Ref, want: Mapping[str, Body]) -> tuple[Call, ...]:
    return (Call("ec2", "CreateSecurityGroup", dict(want["identity"])),)


def _of_its_name(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """AWS has one group of a name in a VPC. Without a VPC it is the default one, whose id nobody said."""
    unique = {"group-name": asked["GroupName"], "vpc-id": asked.get("VpcId")}
    return {"Filters": [{"Name": name, "Values": [value]} for name, value in unique.items() if value]}


GROUPS = Read("DescribeSecurityGroups", many=_by("group-id"), batch=200, items="SecurityGroups", key="GroupId")
NAMED = Read("DescribeSecurityGroups", many=_by("group-name"), batch=200, items="SecurityGroups")
MADE = Sought("DescribeSecurityGroups", _of_its_name, "SecurityGroups[].GroupId")
IDENTITY = "{GroupName: GroupName, Description: Description, VpcId: VpcId}"
TAGGING = Items("CreateTags", "Tags", "DeleteTags", "Tags", params={"Resources": ("{id}",)})

KIND = ResourceKind(
    name="security-group",
    type="AWS::EC2::SecurityGroup",
    service="ec2",
    id=("id",),
    params={"GroupId": "{id}"},
    arn="arn:{partition}:ec2:{region}:{account}:security-group/{id}",
    spell=_id,
    names=Names(NAMED, name="GroupName", id="GroupId", id_like="^sg-"),
    facets=(
        _side("ingress", "IpPermissions", "Ingress"),
        _side("egress", "IpPermissionsEgress", "Egress"),
        Facet("tags", (GROUPS,), "Tags", TAGS, TAGGING, show="all"),
        Facet("identity", (GROUPS,), IDENTITY, RAW, None, Grain.WHOLE, show="all"),
    ),
    also=(
        Effect("ModifySecurityGroupRules", "writes", "GroupId", ("ingress", "egress"), may=True),
        Effect("CreateTags", "writes", "Resources", ("tags",), only="^sg-"),
        Effect("DeleteTags", "writes", "Resources", ("tags",), only="^sg-"),
        Effect("CreateSecurityGroup", "creates", "GroupId", of="answer"),
        Effect("DeleteSecurityGroup", "deletes", "GroupId"),
    ),
    create=Create("CreateSecurityGroup", _create, ("identity",), True, MADE),
    delete=Delete("DeleteSecurityGroup"),
    recreated_why="a security group made anew has another id, and whatever named the old one does not name it",
    gone=frozenset({"InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"}),
    exists=frozenset({"InvalidGroup.Duplicate"}),
    settle=300,
    not_captured={
        "VPC associations": "AssociateSecurityGroupVpc and DisassociateSecurityGroupVpc",
        "rule ids and tags": "a rule put back has another id, and none of the tags that its id had",
    },
    ignored={
        "ModifyInstancePlacement": "its GroupId is a placement group",
        "GetSecurityGroupsForVpc": "reads",
    },
)
