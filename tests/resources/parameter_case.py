"""The parameter of the contract: a secret with a description and a tag; and what each operation does to it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from changectl.model.resource import Body, Call, Ref, Resource
from tests.resources.case import Step
from tests.resources.texts import ODD, TAGS, texts

REGION = "ap-southeast-2"
NAME = "/rentals/token"
CANARY = "canary-8d1f"


def make(client: Callable[[str], Any]) -> Ref:
    """A SecureString, with what can be taken from it."""
    client("ssm").put_parameter(
        Name=NAME,
        Value=CANARY,
        Type="SecureString",
        Description="for the payments desk",
        AllowedPattern="^[a-z0-9-]*$",
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    return Ref("parameter", (NAME,), REGION)


def disturb(ref: Ref, client: Callable[[str], Any]) -> list[Step]:
    """One step for each operation, and for each sort of member."""
    same = {"Value": CANARY, "AllowedPattern": "^[a-z0-9-]*$"}
    again = Call("ssm", "DeleteParameter", {"Name": NAME}, REGION)
    plain = {"Value": "7", "Type": "String", "Tier": "Standard"}
    return [
        Step(_put(**{**same, "Value": f"{CANARY}-rotated"})),
        Step(_put(**same, Description="for the stables")),
        Step(_put(**same, Description="")),
        Step(_put(Value=CANARY, AllowedPattern="^.*$")),
        Step(_put(**same, Tier="Advanced")),
        Step(_put(Value="14"), (again, _put(Overwrite=False, **plain))),
        Step(_tags("AddTagsToResource", Tags=[{"Key": "Trial", "Value": "yes"}, {"Key": "Team", "Value": "stables"}])),
        Step(_tags("RemoveTagsFromResource", TagKeys=["Team"])),
    ]


def creation(ref: Ref, client: Callable[[str], Any]) -> Call:
    """The call that made it."""
    return _put(Value=CANARY, Type="SecureString", Overwrite=False)


GAPS: Mapping[str, Mapping[tuple[str, str], str]] = {"moto": {}, "ministack": {}}


def gaps_seen(emulator: str, ref: Ref, client: Callable[[str], Any]) -> set[tuple[str, str]]:
    """The gaps, by plain clients."""
    return set()


def _put(**params: Any) -> Call:
    return Call("ssm", "PutParameter", {"Name": NAME, "Overwrite": True, **params}, REGION)


def _tags(operation: str, **params: Any) -> Call:
    return Call("ssm", operation, {"ResourceType": "Parameter", "ResourceId": NAME, **params}, REGION)


# Generated states

ADVANCED, STANDARD = "Advanced", "Standard"
EXPIRES = [{"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": "2099-12-02T21:34:33.000Z"}}]


def ids(ref: Ref, client: Callable[[str], Any], emulator: str) -> Mapping[str, Any]:
    """Neither emulator answers policies as AWS does, a list of texts of JSON."""
    return {"policies": False}


IDS: Mapping[str, Any] = {"policies": True}


@st.composite
def states(draw: st.DrawFn, ids: Mapping[str, Any]) -> tuple[Resource, Resource]:
    """Two states between which AWS goes: the type is one for ever, and no tier goes down."""
    sort = draw(st.sampled_from(["String", "StringList", "SecureString"]))
    tiers = draw(st.sampled_from([(STANDARD, STANDARD), (STANDARD, ADVANCED), (ADVANCED, ADVANCED)]))
    one, other = ({"value": draw(_values(sort, tier, ids)), "tags": draw(TAGS)} for tier in tiers)
    return one, other


def _values(sort: str, tier: str, ids: Mapping[str, Any]) -> st.SearchStrategy[Body]:
    longest = 4096 if tier == STANDARD else 8192
    member = "SecureValue" if sort == "SecureString" else "Value"
    fixed = {"Type": sort, "DataType": "text", "Tier": tier}
    fixed |= {"KeyId": "alias/aws/ssm"} if sort == "SecureString" else {}
    optional = {
        "Description": st.one_of(st.sampled_from([text for text in ODD if text]), st.just("d" * 1024), texts(1024, 1)),
        "AllowedPattern": st.sampled_from([r"[\s\S]*", r"^[\s\S]+$"]),
    }
    if tier == ADVANCED and ids["policies"]:
        optional["Policies"] = st.just(EXPIRES)
    said = st.fixed_dictionaries({member: texts(longest, 1)}, optional=optional)
    return said.map(lambda body: {**fixed, **body})


def spelled(ref: Ref, ids: Mapping[str, Any], now: Resource) -> st.SearchStrategy[Call]:
    """Calls as people write them: only what they mean to change."""
    kept = {name: now["value"][name] for name in ("AllowedPattern",) if name in now["value"]}
    policies = {"Policies": json.dumps(now["value"]["Policies"])} if "Policies" in now["value"] else {}
    value = now["value"].get("Value") or now["value"]["SecureValue"]
    return st.one_of(
        texts(900, 1).map(lambda text: _put(**kept, **policies, Value=text)),
        texts(900).map(lambda text: _put(**kept, **policies, Value=value, Description=text)),
        st.sampled_from(sorted(now["tags"] or {"Nobody": ""})).map(
            lambda key: _tags("RemoveTagsFromResource", TagKeys=[key])
        ),
    )
