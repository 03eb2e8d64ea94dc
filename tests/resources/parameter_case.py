"""The parameter of the contract: a secret with a description and a tag; and what each operation does to it."""

from collections.abc import Callable, Mapping
from typing import Any

from changectl.model.resource import Call, Ref
from tests.resources.case import Step

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
