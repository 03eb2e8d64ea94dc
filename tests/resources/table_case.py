"""The table of the contract: provisioned, with an index, a stream, expiry, recovery and a tag."""

from collections.abc import Callable, Mapping
from typing import Any

from changectl.model.resource import Call, Ref
from tests.resources.case import Step

REGION = "ap-southeast-2"
ACCOUNT = "123456789012"
NAME = "bookings"
SMALL = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
LARGE = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 8}
TYPES = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "guest", "unicorn")]


def make(client: Callable[[str], Any]) -> Ref:
    """A provisioned table with one of everything that can be taken from it."""
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=TYPES[:2],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        GlobalSecondaryIndexes=[_index("by-guest", "guest")],
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    return Ref("table", (NAME,), REGION)


def disturb(ref: Ref, client: Callable[[str], Any]) -> list[Step]:
    """One step for each operation, and for each member of UpdateTable."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"
    stream = _update(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    ttl = _call("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    recovery = _recovery(PointInTimeRecoveryEnabled=True)
    gone = [{"Delete": {"IndexName": "by-guest"}}]
    more = [{"Update": {"IndexName": "by-guest", "ProvisionedThroughput": LARGE}}]
    built = [{"Create": _index("by-unicorn", "unicorn")}]
    return [
        Step(_update(ProvisionedThroughput=LARGE)),
        Step(_update(BillingMode="PAY_PER_REQUEST")),
        Step(
            _update(BillingMode="PROVISIONED", ProvisionedThroughput=LARGE, GlobalSecondaryIndexUpdates=more),
            (_update(BillingMode="PAY_PER_REQUEST"),),
        ),
        Step(_update(AttributeDefinitions=TYPES, GlobalSecondaryIndexUpdates=built)),
        Step(_update(GlobalSecondaryIndexUpdates=more)),
        Step(_update(GlobalSecondaryIndexUpdates=gone)),
        Step(_update(TableClass="STANDARD_INFREQUENT_ACCESS")),
        Step(_update(DeletionProtectionEnabled=True)),
        Step(stream),
        Step(_update(StreamSpecification={"StreamEnabled": False}), (stream,)),
        Step(ttl),
        Step(_call("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}), (ttl,)),
        Step(recovery),
        Step(_recovery(PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7), (recovery,)),
        Step(_recovery(PointInTimeRecoveryEnabled=False), (recovery,)),
        Step(_tags(arn, "TagResource", Tags=[{"Key": "Trial", "Value": "yes"}, {"Key": "Team", "Value": "bookings"}])),
        Step(_tags(arn, "UntagResource", TagKeys=["Team"])),
    ]


def creation(ref: Ref, client: Callable[[str], Any]) -> Call:
    """The call that made it, without its index."""
    keys = {"AttributeDefinitions": TYPES[:1], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    return _call("CreateTable", **keys, BillingMode="PAY_PER_REQUEST")


GAPS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "moto": {
        ("UpdateTable", "TableClass"): "the class is not kept",
        ("UpdateTable", "StreamEnabled"): "a stream that was switched off cannot be switched on again",
    },
    "ministack": {
        ("UpdateContinuousBackups", "PointInTimeRecoveryEnabled+RecoveryPeriodInDays"): "the days are not kept",
    },
}


def _call(operation: str, **params: Any) -> Call:
    return Call("dynamodb", operation, {"TableName": NAME, **params}, REGION)


def _update(**params: Any) -> Call:
    return _call("UpdateTable", **params)


def _recovery(**specification: Any) -> Call:
    return _call("UpdateContinuousBackups", PointInTimeRecoverySpecification=specification)


def _tags(arn: str, operation: str, **params: Any) -> Call:
    return Call("dynamodb", operation, {"ResourceArn": arn, **params}, REGION)


def _index(name: str, by: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": by, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": SMALL,
    }
