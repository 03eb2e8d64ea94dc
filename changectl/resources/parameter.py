"""SSM parameters: value, description and tags. Their history, labels and policies are not captured."""

from collections.abc import Mapping
from typing import Any

from changectl.contracts.kind import Create, Delete, Effect, Facet, Hand, Items, Loss, Read, Recreated, ResourceKind
from changectl.contracts.shape import TAGS, Shape, stripped
from changectl.model.resource import Body, Call, Ref

KEPT = ("Value", "Type", "DataType", "Description", "AllowedPattern", "Tier", "KeyId")
NEW = {"DataType": "text", "Tier": "Standard"}
"""What AWS takes for a new parameter where nothing is said."""


def _canon(raw: Any) -> Body:
    """The members that are kept. What a SecureString holds goes by another name, `SecureValue`, which is never shown."""
    kept = stripped({name: (raw or {}).get(name) for name in KEPT})
    if kept.get("Type") == "SecureString" and "Value" in kept:
        kept["SecureValue"] = kept.pop("Value")
    return kept or None


def _wire(body: Body) -> dict[str, Any]:
    sent = dict(body or {})
    if "SecureValue" in sent:
        sent["Value"] = sent.pop("SecureValue")
    return sent


def _put(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    """PutParameter keeps what an overwrite does not name, so what goes to absent is sent empty."""
    emptied = {name: "" for name in ("Description", "AllowedPattern") if name in (now or {}) and name not in want}
    wanted = {name: value for name, value in _wire(want).items() if name != "KeyId" or want["Type"] == "SecureString"}
    return (Call("ssm", "PutParameter", {"Name": ref.id[0], "Overwrite": now is not None, **wanted, **emptied}),)


def _make(ref: Ref, want: Mapping[str, Body]) -> tuple[Call, ...]:
    return _put(ref, None, want["value"])


def _left(params: Mapping[str, Any], now: Body) -> Body:
    return _canon({**(NEW if now is None else _wire(now)), **params})


def _by_name(names: tuple[str, ...]) -> Mapping[str, Any]:
    return {"ParameterFilters": [{"Key": "Name", "Values": list(names)}]}


def _name(spelled: str) -> tuple[str, ...]:
    """ARNs leave out the leading slash only of names that have no other."""
    if not spelled.startswith("arn:"):
        return (spelled,)
    tail = spelled.split(":parameter", 1)[-1]
    return (tail if tail.count("/") > 1 else tail.removeprefix("/"),)


VALUES = Read("GetParameters", many="Names", batch=10, items="Parameters", key="Name", fixed={"WithDecryption": True})
ABOUT = Read("DescribeParameters", many=_by_name, batch=50, items="Parameters", key="Name")
TAGGED = {"ResourceType": "Parameter", "ResourceId": "{name}"}

KIND = ResourceKind(
    name="parameter",
    type="AWS::SSM::Parameter",
    service="ssm",
    id=("name",),
    params={"Name": "{name}"},
    arn="arn:{partition}:ssm:{region}:{account}:parameter{name}",
    spell=_name,
    facets=(
        Facet(
            "value",
            (VALUES, ABOUT),
            "{" + ", ".join(f"{name}: {name}" for name in KEPT) + "}",
            Shape(_canon, _wire, "a map; the value of a SecureString is called SecureValue"),
            Hand(("PutParameter",), _put, _left),
            show=("Value", "Type", "DataType", "Description", "AllowedPattern", "Tier", "KeyId"),
            losses=(
                Loss("the version only grows", residue=False),
                Loss(
                    "an advanced parameter does not become a standard one again",
                    "Tier",
                    "Standard",
                    "Advanced",
                    keeps=True,
                ),
            ),
        ),
        Facet(
            "tags",
            (Read("ListTagsForResource", params=TAGGED),),
            "TagList",
            TAGS,
            Items("AddTagsToResource", "Tags", "RemoveTagsFromResource", "TagKeys", keys_only=True, params=TAGGED),
            show="all",
        ),
    ),
    also=(Effect("DeleteParameter", "deletes", "Name"), Effect("DeleteParameters", "deletes", "Names")),
    create=Create("PutParameter", _make, ("value",), "Name"),
    delete=Delete("DeleteParameter"),
    recreated=Recreated.LOSSY,
    recreated_why="a parameter made anew begins at version 1; its history and labels are gone",
    gone=frozenset({"ParameterNotFound"}),
    not_captured={
        "Policies": "expiration and notification policies of advanced parameters",
        "Labels": "labels of versions; LabelParameterVersion is a call that no kind knows",
    },
    ignored={"LabelParameterVersion": "labels are not captured", "UnlabelParameterVersion": "labels are not captured"},
)
