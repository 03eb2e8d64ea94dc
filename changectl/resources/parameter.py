"""SSM parameters: value with type and description, tags. History and labels are not captured; the version only grows."""

import json
import re
from collections.abc import Mapping
from typing import Any

from changectl.contracts.kind import Create, Delete, Effect, Facet, Hand, Items, Loss, Read, Recreated, ResourceKind
from changectl.contracts.shape import TAGS, Shape, stripped
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref

OPEN = ("Value", "Type", "DataType", "Description", "AllowedPattern", "Tier", "KeyId", "Policies")
UNSET = {"Description": "", "AllowedPattern": "", "Policies": "[{}]"}
NEW = {"DataType": "text", "Tier": "Standard"}
DEFAULT_KEY = {"KeyId": "alias/aws/ssm"}
HIDDEN = "SecureValue"  # what a SecureString holds goes by this name, so that other values can be shown


def _canon(raw: Any) -> Body:
    body = stripped(raw or {})
    value = body.pop("Value", None) or body.pop(HIDDEN, None)
    said = (json.loads(text) if isinstance(text, str) else text for text in body.pop("Policies", []))
    policies = [policy for policy in said if policy]  # an empty one takes all away
    named = {HIDDEN if body.get("Type") == "SecureString" else "Value": value, "Policies": policies}
    return {**{name: text for name, text in body.items() if name != HIDDEN}, **stripped(named)} or None


def _wire(body: Body) -> dict[str, Any]:
    sent = {name: body[name] for name in OPEN if name in body}
    if HIDDEN in body:
        sent.setdefault("Value", body[HIDDEN])
    if "Policies" in body:
        sent["Policies"] = json.dumps(body["Policies"])
    return sent


def _canonical(raw: Any) -> Body:
    """Policies are a text of JSON in a call, and a list in an answer."""
    policies = (raw or {}).get("Policies")
    return _canon({**raw, "Policies": json.loads(policies)} if isinstance(policies, str) else raw)


def _put(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    """AWS keeps members that are not named, so what is to go is sent empty. Without a value it is not a parameter."""
    if want is None:
        return ()
    unset = {name: empty for name, empty in UNSET.items() if name in (now or {}) and name not in want}
    overwrite = {"Overwrite": True} if now is not None else {}
    return (Call("ssm", "PutParameter", {"Name": ref.id[0], **_wire(want), **unset, **overwrite}),)


def _left(params: Mapping[str, Any], now: Body) -> Body:
    """KeyError where AWS does not say whether an overwrite keeps what it does not name."""
    given = {name: params[name] for name in OPEN if name in params}
    if now is None:
        return _canonical({**NEW, **(DEFAULT_KEY if params["Type"] == "SecureString" else {}), **given})
    for name in {"AllowedPattern", "Policies"} & set(now) - set(params):
        raise KeyError(name)
    return _canonical({**_wire(now), **given})


def _create(ref: Ref, want: Mapping[str, Body]) -> tuple[Call, ...]:
    return _put(ref, None, want.get("value"))


def _name(spelled: str) -> tuple[str, ...]:
    """A name with levels begins with a slash, which a plan may leave out; an ARN never shows it.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    """
    arn = re.fullmatch(r"arn:[^:]+:ssm:[^:]*:\d*:parameter/(.+)", spelled)
    name = arn[1] if arn else spelled
    return (f"/{name}" if "/" in name and not name.startswith("/") else name,)


def _named(names: tuple[str, ...]) -> Mapping[str, Any]:
    return {"ParameterFilters": [{"Key": "Name", "Values": list(names)}]}


VALUES = Read("GetParameters", fixed={"WithDecryption": True}, many="Names", batch=10, items="Parameters", key="Name")
ABOUT = Read("DescribeParameters", many=_named, batch=50, items="Parameters", key="Name")
TAGS_ID = {"ResourceType": "Parameter", "ResourceId": "{name}"}
AT = ", ".join(f"{name}: {name}" for name in OPEN if name != "Policies")

KIND = ResourceKind(
    name="parameter",
    type="AWS::SSM::Parameter",
    service="ssm",
    id=("name",),
    params={"Name": "{name}"},
    spell=_name,
    facets=(
        Facet(
            "value",
            (VALUES, ABOUT),
            f"{{{AT}, Policies: Policies[].PolicyText}}",
            Shape(_canonical, _wire, "a map of Value, Type, Description and their like"),
            Hand(("PutParameter",), _put, _left),
            Grain.WHOLE,
            secret=True,
            show=OPEN,
            plain="Value",
            losses=(
                Loss("AWS takes no parameter back to the standard tier", "Tier", "Standard", "Advanced", keeps=True),
            ),
        ),
        Facet(
            "tags",
            (Read("ListTagsForResource", TAGS_ID),),
            "TagList",
            TAGS,
            Items("AddTagsToResource", "Tags", "RemoveTagsFromResource", "TagKeys", keys_only=True, params=TAGS_ID),
            show="all",
        ),
    ),
    also=(
        Effect("PutParameter", "writes", "Name", ("tags",), if_any=("Tags",)),
        Effect("DeleteParameter", "deletes", "Name"),
        Effect("DeleteParameters", "deletes", "Names"),
    ),
    create=Create("PutParameter", _create, ("value",)),
    delete=Delete("DeleteParameter"),
    recreated=Recreated.LOSSY,
    recreated_why="a parameter made anew begins at version 1, without its history and labels",
    gone=frozenset({"ParameterNotFound", "InvalidResourceId"}),
    exists=frozenset({"ParameterAlreadyExists"}),
    not_captured={
        "history": "GetParameterHistory",
        "version": "only grows, forward and back; AWS keeps the last 100",
        "labels": "LabelParameterVersion and UnlabelParameterVersion",
        "resource policy": "PutResourcePolicy and DeleteResourcePolicy, for a parameter that other accounts read",
    },
)
